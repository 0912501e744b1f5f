"""Answering on Facebook as the Page.

Source: developers.facebook.com/docs/graph-api/reference/object/comments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from listeners.model import Author, Post, Sentence
from listeners.networks.decoding import UnreadableError
from listeners.networks.facebook.decode import COMMENT_FIELDS, NETWORK, SITE, read_comment
from listeners.networks.graph.replies import GraphVoice
from listeners.networks.graph.server import Page
from listeners.networks.replying import Reply, ReplyLimit, ReplyRefusedError, Sent

LIMIT = ReplyLimit(maximum=8_000, unit="characters")
"""The longest comment Facebook takes."""


class Replies(GraphVoice):
    """Writes comments in the name of the Page."""

    async def limit(self) -> ReplyLimit:
        """Return how long a comment may be."""
        return LIMIT

    async def send(self, reply: Reply) -> Sent:
        """Write it below the post or comment it answers.

        Raises:
            ReplyRefusedError: it is not there, and why.
            SourceError: it may be there or not.
        """
        if (why := self.may_reply()) is not None:
            raise ReplyRefusedError(why)
        await self.before()
        if reply.to.native_id.startswith("rating-"):
            raise ReplyRefusedError(not_by_program())
        native_id = await self.written(f"{reply.to.native_id}/comments", {"message": reply.text})
        return Sent(native_id=native_id, url=f"{SITE}/{native_id}")

    async def find(self, reply: Reply) -> Sent | None:
        """Look for it below the whole post, newest first. Raises as ``GraphVoice.found``."""
        me = await self._me()
        root = reply.to.root_id or reply.to.native_id
        post = Post(network=NETWORK, native_id=root, author=Author(key=""), text="")

        async def page(more: Mapping[str, str]) -> Page:
            params = {"fields": COMMENT_FIELDS, "filter": "stream", "limit": "100",
                      "order": "reverse_chronological"}  # fmt: skip
            return await self._server.page(f"{root}/comments", {**params, **more})

        def read(record: object) -> Sequence[Post]:
            try:
                comment = read_comment(record, post, me.id)
            except UnreadableError:
                return ()
            return [replace(comment, url=f"{SITE}/{comment.native_id}")]

        return await self.found(reply, page, read, newest_first=True)


def not_by_program() -> Sentence:
    """A review without a number can be answered by people alone."""
    return Sentence(
        "Facebook gives this review no number, so no program can answer it. Your text is kept: "
        "copy it, open the review, and answer it there."
    )
