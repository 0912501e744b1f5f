"""Answering comments on our own TikTok videos, where TikTok approved the app.

Source: business-api.tiktok.com/portal/docs, Accounts: comment reply create, comment delete. TikTok
knows no key of ours; whether an answer is there is told by looking below the comment.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from listeners.http import HttpError
from listeners.model import MINUTE, Author, Micros, Post, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError
from listeners.networks.replying import Answered, Reply, ReplyLimit, ReplyRefusedError, Sent
from listeners.networks.replying_words import (
    asked_to_wait,
    kept_there,
    post_gone,
    refused_or_open,
    said_no,
    token_refused,
)
from listeners.networks.tiktok.decode import NETWORK, TITLE, read_comment
from listeners.networks.tiktok.server import RefusedError, TikTokServer, misunderstood
from listeners.text import fold

LIMIT = ReplyLimit(maximum=150, unit="characters")
"""The longest comment TikTok takes."""
SKEW = 10 * MINUTE
MOST_PAGES = 10


class Answers:
    """Writes comments as our business account."""

    def __init__(self, server: TikTokServer) -> None:
        self._server = server

    def may_reply(self) -> Sentence | None:
        """Return why nothing can be sent from here, ``None`` where it can."""
        return None if self._server.has_token and self._server.shows_comments else _NOT_APPROVED

    async def limit(self) -> ReplyLimit:
        """Return how long a comment may be."""
        return LIMIT

    def opening(self, to: Answered, ours: Sequence[str]) -> str:
        """Return nothing: TikTok tells whoever is answered."""
        return ""

    def new_key(self, now: Micros) -> str:
        """Return a new key; TikTok knows none, so it names the attempt on our side alone."""
        return str(uuid4())

    async def send(self, reply: Reply) -> Sent:
        """Write it below the comment.

        Raises:
            ReplyRefusedError: it is not there, and why.
            SourceError: it may be there or not.
        """
        if (why := self.may_reply()) is not None:
            raise ReplyRefusedError(why)
        video, comment = parts(_root(reply.to))
        if not comment:
            raise ReplyRefusedError(post_gone(TITLE))
        try:
            made = await self._server.write(
                "business/comment/reply/create/",
                {"video_id": video, "comment_id": comment, "text": reply.text},
            )
        except RefusedError as error:
            raise ReplyRefusedError(_refused(error)) from error
        except HttpError as error:
            if error.status in (401, 403):
                raise ReplyRefusedError(token_refused(TITLE, error.status)) from error
            raise refused_or_open(error, TITLE) from error
        except SourceError as error:
            raise refused_or_open(error, TITLE) from error
        number = made.get("comment_id")
        if not isinstance(number, (str, int)) or not str(number):
            raise misunderstood()
        return Sent(native_id=f"{video}/{number}", url=reply.to.url)

    async def find(self, reply: Reply) -> Sent | None:
        """Look for it among the answers to the comment; ``None``: certainly not there.

        Raises:
            SourceError: that cannot be told now.
        """
        video, comment = parts(_root(reply.to))
        above = Post(network=NETWORK, native_id=video, author=_NOBODY, text="", url=reply.to.url)
        after = ""
        for _ in range(MOST_PAGES):
            records, after = await self._server.comments(video, after, below=comment)
            for record in records:
                try:
                    post = read_comment(record, above)
                except UnreadableError:
                    continue
                if _is_it(post, reply):
                    return Sent(native_id=post.native_id, url=post.url)
            if not after:
                return None
        raise SourceError(SourceState.FAILING, _TOO_MANY)

    async def delete(self, native_id: str) -> None:
        """Delete a comment of ours; one that is gone already counts as deleted.

        Raises:
            ReplyRefusedError: TikTok does not allow it.
            SourceError: it may be deleted or not.
        """
        if (why := self.may_reply()) is not None:
            raise ReplyRefusedError(why)
        _, comment = parts(native_id)
        try:
            await self._server.write("business/comment/delete/", {"comment_id": comment})
        except RefusedError as error:
            if error.state in (SourceState.RATE_LIMITED, SourceState.TOKEN_EXPIRED):
                raise
            raise ReplyRefusedError(kept_there(TITLE, 200, error.said or error.code)) from error


def parts(native_id: str) -> tuple[str, str]:
    """Return the video and the comment an id names; the latter is empty for a video."""
    video, _, comment = native_id.partition("/")
    return video, comment if comment.isdigit() else ""


def _root(to: Answered) -> str:
    """Return what a reply stands below: TikTok has one level of them."""
    return to.root_id if "/" in to.root_id else to.native_id


def _is_it(post: Post, reply: Reply) -> bool:
    since = reply.written_at - SKEW
    if not post.own or post.native_id in reply.others or (post.created_at or 0) < since:
        return False
    return " ".join(fold(post.text).split()) == " ".join(fold(reply.text).split())


def _refused(error: RefusedError) -> Sentence:
    if error.state is SourceState.RATE_LIMITED:
        return asked_to_wait(TITLE)
    if error.state is SourceState.TOKEN_EXPIRED:
        return token_refused(TITLE, 401)
    return said_no(TITLE, 200, error.said or error.code)


_NOT_APPROVED = Sentence(
    "To answer on TikTok, TikTok must have approved your app for its Accounts API, and this source "
    "needs business_id besides its token. Until then the video opens in your browser."
)
_TOO_MANY = Sentence(
    "Too much was written there since this reply to tell whether it is there. Look on TikTok; "
    "nothing is sent a second time."
)
_NOBODY = Author(key="our account")
