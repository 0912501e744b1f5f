"""Answering on GitHub, once.

GitHub knows no key of ours, so whether a comment is there is told by looking: among the comments
that this account wrote in the issue since, for one in the same words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import uuid4

from listeners.model import MINUTE, SECOND, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError, at_iso, count
from listeners.networks.github.decode import read_record
from listeners.networks.github.discussions import Discussions
from listeners.networks.github.reader import Reader
from listeners.networks.github.server import GitHubServer, RefusedError
from listeners.networks.github.web import Spot
from listeners.networks.replying import Answered, Reply, ReplyLimit, ReplyRefusedError, Sent
from listeners.networks.replying_words import (
    asked_to_wait,
    kept_there,
    post_gone,
    refused_before,
    said_no,
    token_refused,
)
from listeners.text import fold

LIMIT = ReplyLimit(maximum=65_536, unit="characters")
"""The longest comment; GitHub answers "body is too long (maximum is 65536 characters)"."""
SKEW = 10 * MINUTE
"""How far GitHub's clock may be from ours when a comment is looked for."""
_ABSENT = frozenset({404, 410, 451})


class Replier:
    """Writes comments below issues, pull requests and discussions."""

    def __init__(self, server: GitHubServer, reader: Reader, discussions: Discussions) -> None:
        self._server = server
        self._web = server.web
        self._reader = reader
        self._discussions = discussions
        self._login = ""

    def may_reply(self) -> Sentence | None:
        """Return why this source cannot send, ``None`` where it can."""
        if self._server.signed_in:
            return None
        return Sentence(
            "To answer on {server}, this source needs a token: under Settings, Developer "
            "settings, Personal access tokens, allow it to write issues (and discussions).",
            {"server": self._web.name},
        )

    async def limit(self) -> ReplyLimit:
        """Return how long a comment may be."""
        return LIMIT

    def opening(self, to: Answered, ours: Sequence[str]) -> str:
        """Return nothing: everybody in an issue is told of a new comment."""
        return ""

    def new_key(self, now: Micros) -> str:
        """Return a new key; GitHub knows none, so it names the attempt on our side alone."""
        return str(uuid4())

    async def send(self, reply: Reply) -> Sent:
        """Write a comment.

        Raises:
            ReplyRefusedError: it is not there, and why.
            SourceError: it may be there or not.
        """
        spot = self._spot(reply.to.native_id)
        if (why := self.may_reply()) is not None:
            raise ReplyRefusedError(why)
        if spot.is_discussion:
            return await self._send_below_discussion(spot, reply)
        path = f"/repos/{spot.path}/issues/{spot.number}/comments"
        if spot.on_code:
            path = await self._below_remark(spot)
        try:
            made = await self._server.post(path, {"body": reply.text})
        except RefusedError as error:
            if error.status >= 500:
                # Whatever it says of waiting, it may have been taken behind a gateway.
                raise
            raise ReplyRefusedError(await self._why(error, spot)) from error
        return self._sent(made)

    async def find(self, reply: Reply) -> Sent | None:
        """Look whether this very comment is there; ``None``: it certainly is not.

        Raises:
            SourceError: that cannot be told now.
        """
        spot = self._spot(reply.to.native_id)
        since = Micros(reply.written_at - SKEW)
        if spot.is_discussion:
            return await self._find_below_discussion(spot, reply, since)
        login = await self._own_login()
        read = self._reader.remarks if spot.on_code else self._reader.comments
        records = await read(spot.path, spot.number, since // SECOND)
        for record in reversed(records):
            user = record.get("user") if isinstance(record, dict) else None
            name = user.get("login") if isinstance(user, dict) else None
            own = isinstance(name, str) and name.casefold() == login.casefold()
            if own and (sent := self._same(record, reply, since)):
                return sent
        return None

    async def delete(self, native_id: str) -> None:
        """Delete a comment of ours; one that is gone already counts as deleted.

        Raises:
            ReplyRefusedError: GitHub does not allow it.
            SourceError: it may be deleted or not.
        """
        spot = self._spot(native_id)
        try:
            if spot.comment is None or spot.review:
                raise ReplyRefusedError(self._elsewhere())
            if spot.is_discussion:
                found = await self._discussions.read(spot)
                node = found.nodes.get(spot.comment) if found else None
                if node is not None:
                    await self._discussions.delete(node)
                elif found is not None and found.sure_from:
                    raise ReplyRefusedError(self._not_shown())
                return
            kind = "pulls" if spot.on_code else "issues"
            await self._server.delete(f"/repos/{spot.path}/{kind}/comments/{spot.comment}")
        except RefusedError as error:
            if error.status in _ABSENT:
                return
            if error.state is SourceState.RATE_LIMITED:
                raise
            raise ReplyRefusedError(kept_there(self._web.name, error.status, error.said)) from error

    async def _below_remark(self, spot: Spot) -> str:
        """Return where an answer to a remark on code goes: below the first of its row.

        Raises:
            ReplyRefusedError: the remark is gone, or GitHub cannot be asked; nothing was sent.
        """
        try:
            path = f"/repos/{spot.path}/pulls/comments/{spot.comment}"
            remark = await self._server.lookup(path)
        except RefusedError as error:
            raise ReplyRefusedError(await self._why(error, None)) from error
        except SourceError as error:
            raise refused_before(error, self._web.name) from error
        if remark is None:
            raise ReplyRefusedError(post_gone(self._web.name))
        first = count(remark.get("in_reply_to_id")) or spot.comment
        return f"/repos/{spot.path}/pulls/{spot.number}/comments/{first}/replies"

    async def _send_below_discussion(self, spot: Spot, reply: Reply) -> Sent:
        try:
            found = await self._discussions.read(spot)
        except RefusedError as error:
            raise ReplyRefusedError(await self._why(error, None)) from error
        except SourceError as error:
            raise refused_before(error, self._web.name) from error
        if found is None:
            raise ReplyRefusedError(post_gone(self._web.name))
        if (shut := self._shut(locked=found.locked, archived=found.archived)) is not None:
            raise ReplyRefusedError(shut)
        number = found.above.get(spot.comment or 0, spot.comment or 0)
        try:
            made = await self._discussions.add(found.node, found.nodes.get(number), reply.text)
        except RefusedError as error:
            if error.status >= 500:
                raise
            raise ReplyRefusedError(await self._why(error, None)) from error
        return self._sent(made)

    async def _find_below_discussion(self, spot: Spot, reply: Reply, since: Micros) -> Sent | None:
        found = await self._discussions.read(spot)
        if found is None:
            raise self._cannot_tell()
        for record in reversed(found.records):
            there = self._web.spot_of(str(record.get("html_url")))
            own = there is not None and there.comment in found.ours
            if own and (sent := self._same(record, reply, since)):
                return sent
        if found.sure_from * SECOND > since:
            raise self._cannot_tell()
        return None

    async def _own_login(self) -> str:
        if not self._login:
            user = await self._server.get("/user")
            login = user.get("login") if isinstance(user, dict) else None
            if not isinstance(login, str) or not login:
                raise self._server.odd_answer()
            self._login = login
        return self._login

    async def _why(self, error: RefusedError, spot: Spot | None) -> Sentence:
        """Return the refusal in words; what the status leaves open is looked up."""
        if error.state is SourceState.RATE_LIMITED:
            return asked_to_wait(self._web.name)
        if error.status in (401, 410):
            if error.status == 401:
                return token_refused(self._web.name, error.status)
            return post_gone(self._web.name)
        if error.status == 403 and spot is not None:
            try:
                issue = await self._server.lookup(f"/repos/{spot.path}/issues/{spot.number}")
                home = await self._server.lookup(f"/repos/{spot.path}")
            except SourceError:
                issue = home = None
            shut = self._shut(
                locked=issue is not None and issue.get("locked") is True,
                archived=home is not None and home.get("archived") is True,
            )
            if shut is not None:
                return shut
        if error.status in (403, 404):
            return Sentence(
                "{server} does not let this token write here ({status}). Nothing was sent, and "
                "your text is kept. The token needs the permission Issues: read and write "
                "(classic tokens: public_repo, or repo for private repositories).",
                {"server": self._web.name, "status": error.status},
            )
        return said_no(self._web.name, error.status, error.said)

    def _shut(self, *, locked: bool, archived: bool) -> Sentence | None:
        if archived:
            return Sentence(
                "This repository is archived, so nobody can write in it. Nothing was sent, and "
                "your text is kept."
            )
        if locked:
            return Sentence(
                "This conversation is locked on {server}, so only the repository's own people "
                "can write in it. Nothing was sent, and your text is kept.",
                {"server": self._web.name},
            )
        return None

    def _spot(self, native_id: str) -> Spot:
        spot = self._web.spot_of(native_id)
        if spot is None:
            raise ReplyRefusedError(self._elsewhere())
        return spot

    def _elsewhere(self) -> Sentence:
        return Sentence(
            "This is no comment on {server}, so nothing was done there.",
            {"server": self._web.name},
        )

    def _same(self, record: object, reply: Reply, since: Micros) -> Sent | None:
        """Return where a comment of ours is, if it is this very reply."""
        if not isinstance(record, Mapping):
            return None
        body, at = record.get("body"), at_iso(record.get("created_at"))
        late = at is None or at >= since
        if not (late and isinstance(body, str) and _folded(body) == _folded(reply.text)):
            return None
        sent = self._sent(record)
        return None if sent.native_id in reply.others else sent

    def _sent(self, record: object) -> Sent:
        try:
            one = read_record(record, self._web)
        except UnreadableError as error:
            raise self._server.odd_answer() from error
        return Sent(native_id=one.post.native_id, url=one.post.url)

    def _not_shown(self) -> Sentence:
        return Sentence(
            "{server} shows hubbub only the newest comments of this long conversation, and the "
            "reply is not among them. If it is still there, delete it on its web page.",
            {"server": self._web.name},
        )

    def _cannot_tell(self) -> SourceError:
        return SourceError(
            SourceState.FAILING,
            Sentence(
                "{server} does not show this conversation now, so it cannot be told whether your "
                "reply is there. Look at it in a browser.",
                {"server": self._web.name},
            ),
        )


def _folded(text: str) -> str:
    """Return a text for comparing: GitHub ends lines as Windows does, and trims them."""
    return " ".join(fold(text).split())
