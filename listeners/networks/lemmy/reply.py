"""Answering on Lemmy as the account of the source's token, once.

``POST /comment`` knows no key of ours, so whether a comment is there is told by looking through
our own newest ones, for one with its words below the same post.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from listeners.model import MINUTE, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.lemmy.decode import Found
from listeners.networks.lemmy.reader import Reader, Spot
from listeners.networks.lemmy.server import LemmyServer, RefusedError
from listeners.networks.replying import Answered, Reply, ReplyLimit, ReplyRefusedError, Sent
from listeners.networks.replying_words import (
    asked_to_wait,
    kept_there,
    not_ours,
    post_gone,
    refused_before,
    said_no,
    token_refused,
)
from listeners.text import fold

LIMIT = ReplyLimit(maximum=10_000, unit="characters")
"""The longest comment (Lemmy: BODY_MAX_LENGTH)."""
SKEW = 10 * MINUTE
"""How far the instance's clock may be from ours when a comment is looked for."""
PAGES = 4


class Replier:
    """Writes comments on one instance."""

    def __init__(self, server: LemmyServer, reader: Reader) -> None:
        self._server = server
        self._reader = reader

    def may_reply(self) -> Sentence | None:
        """Return why this source cannot send, ``None`` where it can."""
        if self._server.signed_in:
            return None
        return Sentence(
            "To answer on {server}, this source needs the token of an account there.",
            {"server": self._server.name},
        )

    async def limit(self) -> ReplyLimit:
        """Return how long a comment may be."""
        return LIMIT

    def opening(self, to: Answered, ours: Sequence[str]) -> str:
        """Return nothing: whoever is answered is told."""
        return ""

    def new_key(self, now: Micros) -> str:
        """Return a new key; Lemmy knows none, so it names the attempt on our side alone."""
        return str(uuid4())

    async def send(self, reply: Reply) -> Sent:
        """Write a comment.

        Raises:
            ReplyRefusedError: it is not there, and why.
            SourceError: it may be there or not.
        """
        if (why := self.may_reply()) is not None:
            raise ReplyRefusedError(why)
        try:
            spot = await self._reader.spot(reply.to.native_id)
        except SourceError as error:
            raise refused_before(error, self._server.name) from error
        if spot is None:
            raise ReplyRefusedError(post_gone(self._server.name))
        body: dict[str, object] = {"content": reply.text, "post_id": spot.below}
        if spot.comment is not None:
            body["parent_id"] = spot.comment
        try:
            answer = await self._server.post("/comment", body)
        except RefusedError as error:
            if error.status >= 500:
                # Whatever it says of waiting, it may have been taken behind a gateway.
                raise
            raise ReplyRefusedError(self._why(error)) from error
        made = await self._reader.made(answer.get("comment_view"))
        if made is None:
            raise self._server.odd_answer()
        return _sent(made)

    async def find(self, reply: Reply) -> Sent | None:
        """Look whether this very comment is there; ``None``: it certainly is not.

        Raises:
            SourceError: that cannot be told now.
        """
        spot = await self._reader.spot(reply.to.native_id)
        username = (await self._server.site()).username
        if spot is None or not username:
            raise self._cannot_tell()
        since = Micros(reply.written_at - SKEW)
        found, sure = await self._reader.own(username, since, PAGES)
        for one in found:
            if _is_same(one, reply, spot, since):
                return _sent(one)
        if not sure:
            raise self._cannot_tell()
        return None

    async def delete(self, native_id: str) -> None:
        """Delete a comment of ours; one that is gone already counts as deleted.

        Raises:
            ReplyRefusedError: the instance does not allow it.
            SourceError: it may be deleted or not.
        """
        if (why := self.may_reply()) is not None:
            raise ReplyRefusedError(why)
        spot = await self._reader.spot(native_id)
        if spot is None:
            return
        if spot.comment is None:
            raise ReplyRefusedError(
                Sentence("This is no comment on Lemmy, so nothing was deleted there.")
            )
        try:
            await self._server.delete("/comment", {"comment_id": spot.comment, "deleted": True})
        except RefusedError as error:
            if error.absent or (error.code and await self._reader.is_gone(native_id)):
                return
            if error.status >= 500 or error.state is SourceState.RATE_LIMITED:
                raise
            if error.code == "no_comment_edit_allowed":
                raise ReplyRefusedError(not_ours()) from error
            raise ReplyRefusedError(
                kept_there(self._server.name, error.status, error.code)
            ) from error

    def _why(self, error: RefusedError) -> Sentence:
        if error.state is SourceState.RATE_LIMITED:
            return asked_to_wait(self._server.name)
        if error.state is SourceState.NEEDS_TOKEN:
            return token_refused(self._server.name, error.status)
        if error.absent or error.code == "deleted":
            return post_gone(self._server.name)
        if error.code == "locked":
            return Sentence(
                "This conversation is locked on {server}, so nobody can write in it. Nothing was "
                "sent, and your text is kept.",
                {"server": self._server.name},
            )
        return said_no(self._server.name, error.status, error.code.replace("_", " "))

    def _cannot_tell(self) -> SourceError:
        return SourceError(
            SourceState.FAILING,
            Sentence(
                "{server} does not show the conversation now, so it cannot be told whether your "
                "reply is there. Look at it in a browser.",
                {"server": self._server.name},
            ),
        )


def _sent(one: Found) -> Sent:
    return Sent(native_id=one.post.native_id, url=one.post.url)


def _is_same(one: Found, reply: Reply, spot: Spot, since: Micros) -> bool:
    at = one.post.created_at
    late = at is None or at >= since
    here = one.is_comment and (one.below, one.above) == (spot.below, spot.comment)
    known = one.gone or one.post.native_id in reply.others
    return late and here and not known and _folded(one.said) == _folded(reply.text)


def _folded(text: str) -> str:
    """Return a text for comparing: instances trim lines and may turn characters into their kin."""
    return " ".join(fold(text).split())
