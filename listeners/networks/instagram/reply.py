"""Answering comments on Instagram as our account.

Source: developers.facebook.com/docs/instagram-platform (ig-comment/replies, ig-media/comments).
Replies stand below the comment a thread begins with, never below one another; what is not our own
picture cannot be commented.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from listeners.model import Author, Post, Sentence
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError
from listeners.networks.graph.accounts import Account
from listeners.networks.graph.faults import GraphError, Kind
from listeners.networks.graph.records import id_in
from listeners.networks.graph.replies import GraphVoice
from listeners.networks.graph.server import Page, Params
from listeners.networks.instagram.decode import NETWORK, REPLY_FIELDS, TITLE, read_comment
from listeners.networks.replying import Answered, Reply, ReplyLimit, ReplyRefusedError, Sent

LIMIT = ReplyLimit(maximum=2_200, unit="characters")
"""The longest comment Instagram takes."""


class Replies(GraphVoice):
    """Writes comments in the name of our account."""

    async def limit(self) -> ReplyLimit:
        """Return how long a comment may be."""
        return LIMIT

    def opening(self, to: Answered, ours: Sequence[str]) -> str:
        """Return the name of whoever is answered where that is a reply: they all stand in one row
        below the comment, and nobody else is told."""
        named = to.author_handle.removeprefix("@")
        known = {one.removeprefix("@") for one in ours}
        below = bool(id_in(_record(to), "parent_id"))
        return f"@{named} " if named and named not in known and below else ""

    async def send(self, reply: Reply) -> Sent:
        """Write it below the comment, or on our own picture, that it answers.

        Raises:
            ReplyRefusedError: it is not there, and why.
            SourceError: it may be there or not.
        """
        if (why := self.may_reply()) is not None:
            raise ReplyRefusedError(why)
        me = await self.before()
        try:
            path = await self._path(reply.to, me)
        except SourceError as error:
            raise self.stopped(error) from error
        return Sent(native_id=await self.written(path, {"message": reply.text}), url=reply.to.url)

    async def find(self, reply: Reply) -> Sent | None:
        """Look for it where it would be. Raises as ``GraphVoice.found``."""
        me = await self._me()
        try:
            path = await self._path(reply.to, me)
        except ReplyRefusedError:
            return None
        root = Post(
            network=NETWORK,
            native_id=reply.to.root_id or reply.to.native_id,
            author=Author(key=""),
            text="",
            url=reply.to.url,
        )

        async def page(more: Mapping[str, str]) -> Page:
            params: Params = {"fields": REPLY_FIELDS, "limit": 50}
            return await self._server.page(path, {**params, **more})

        def read(record: object) -> Sequence[Post]:
            try:
                return [read_comment(record, root, me)]
            except UnreadableError:
                return ()

        return await self.found(reply, page, read, newest_first=False)

    async def _path(self, to: Answered, me: Account) -> str:
        """Return where a reply is written.

        Raises:
            ReplyRefusedError: Instagram lets no program answer there.
            SourceError: it had to be asked for what is answered, and could not.
        """
        record = _record(to) or await self._asked(to.native_id)
        if "text" in record:
            return f"{id_in(record, 'parent_id') or to.native_id}/replies"
        if to.author_key != me.id:
            raise ReplyRefusedError(not_by_program())
        return f"{to.native_id}/comments"

    async def _asked(self, native_id: str) -> Mapping[str, object]:
        """Return a comment as Instagram has it, or nothing much of a picture."""
        try:
            return await self._server.get(native_id, {"fields": "id,text,parent_id"})
        except GraphError as error:
            if error.kind is Kind.OTHER:
                return {"id": native_id}  # a picture has no text, and says so
            raise


def _record(to: Answered) -> Mapping[str, object]:
    """Return what is answered as it was kept, nothing where it was not or was cut."""
    try:
        record = json.loads(to.raw) if to.raw else {}
    except ValueError:
        return {}
    return record if isinstance(record, Mapping) else {}


def not_by_program() -> Sentence:
    """Only a person can answer there."""
    return Sentence(
        "{network} lets no program answer pictures of others. Your text is kept: copy it, open "
        "the picture, and answer it there.",
        {"network": TITLE},
    )
