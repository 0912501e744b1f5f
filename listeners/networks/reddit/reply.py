"""Answering on Reddit as the account of the app's refresh token, once.

``POST /api/comment`` knows no key of ours and answers 200 to refusals too, with the reason in
``json.errors``. Whether a reply is there is told by looking through our own newest comments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import uuid4

from listeners.model import MINUTE, Micros, Post, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError
from listeners.networks.reddit.decode import NETWORK, TITLE, is_fullname, read_thing
from listeners.networks.reddit.places import Place
from listeners.networks.reddit.reader import Reader
from listeners.networks.reddit.server import RedditServer, RefusedError
from listeners.networks.replying import Answered, Reply, ReplyLimit, ReplyRefusedError, Sent
from listeners.networks.replying_words import (
    asked_to_wait,
    kept_there,
    not_ours,
    post_gone,
    quoted,
    said_no,
    token_refused,
)
from listeners.text import fold

LIMIT = ReplyLimit(maximum=10_000, unit="characters")
"""The longest comment: Reddit answers TOO_LONG above."""
SKEW = 10 * MINUTE
"""How far Reddit's clock may be from ours when a comment is looked for."""
PAGES = 3
"""Pages of our own comments that are looked through: 300."""
_GONE = frozenset({"DELETED_COMMENT", "DELETED_LINK", "NO_THING_ID", "BAD_PARENT"})
_SHUT = frozenset({"THREAD_LOCKED", "TOO_OLD", "COMMENTS_LOCKED"})


class Replier:
    """Writes comments, and private messages below private messages."""

    def __init__(self, server: RedditServer, reader: Reader) -> None:
        self._server = server
        self._reader = reader

    def may_reply(self) -> Sentence | None:
        """Return why this source cannot send, ``None`` where it can."""
        if self._server.signed_in:
            return None
        return Sentence(
            "To answer on Reddit from here, this source needs an app that Reddit has approved: "
            "its client_id, and a refresh token with the scopes submit, edit, read, history and "
            "identity as the token. Without it, answer in the browser."
        )

    async def limit(self) -> ReplyLimit:
        """Return how long a comment may be."""
        return LIMIT

    def opening(self, to: Answered, ours: Sequence[str]) -> str:
        """Return nothing: whoever is answered is told."""
        return ""

    def new_key(self, now: Micros) -> str:
        """Return a new key; Reddit knows none, so it names the attempt on our side alone."""
        return str(uuid4())

    async def send(self, reply: Reply) -> Sent:
        """Write a comment.

        Raises:
            ReplyRefusedError: it is not there, and why.
            SourceError: it may be there or not.
        """
        native_id = self._checked(reply)
        try:
            answer = await self._server.post(
                "/api/comment", {"thing_id": native_id, "text": reply.text}
            )
        except RefusedError as error:
            if error.status >= 500:
                raise
            raise ReplyRefusedError(_why(error)) from error
        told = answer.get("json") if isinstance(answer, dict) else None
        if not isinstance(told, dict):
            raise self._server.odd_answer()
        if why := _refused(told.get("errors")):
            raise ReplyRefusedError(why)
        made = _made(told.get("data"))
        if made is None:
            raise self._cannot_tell()  # Reddit's filters take some comments without a word
        return Sent(native_id=made.native_id, url=made.url)

    async def find(self, reply: Reply) -> Sent | None:
        """Look whether this very comment is there; ``None``: it certainly is not.

        Raises:
            SourceError: that cannot be told now.
        """
        native_id = self._checked(reply)
        since = reply.written_at - SKEW
        place = Place("account", f"/user/{await self._server.own_name()}/comments")
        if native_id.startswith("t4_"):
            place = Place("inbox", "/message/sent")
        after: str | None = None
        for _ in range(PAGES):
            sheet = await self._reader.page(place, after)
            for post in sheet.posts:
                if _is_same(post, reply, native_id, since):
                    return Sent(native_id=post.native_id, url=post.url)
            if sheet.bad:
                raise self._cannot_tell()
            last = sheet.last_at
            if sheet.after is None or (last is not None and last < since):
                return None
            after = sheet.after
        raise self._cannot_tell()

    async def delete(self, native_id: str) -> None:
        """Delete a comment of ours; one that is gone already counts as deleted.

        Raises:
            ReplyRefusedError: Reddit does not allow it.
            SourceError: it may be deleted or not.
        """
        if (why := self.may_reply()) is not None:
            raise ReplyRefusedError(why)
        if not native_id.startswith("t1_"):
            raise ReplyRefusedError(
                Sentence(
                    "Reddit takes no private message back: whoever received it keeps it. Nothing "
                    "was changed."
                )
            )
        try:
            await self._server.post("/api/del", {"id": native_id})
        except RefusedError as error:
            if error.status >= 500 or error.state is SourceState.RATE_LIMITED:
                raise
            raise ReplyRefusedError(kept_there(TITLE, error.status, error.said)) from error
        # Reddit answers {} whatever became of it, so it is looked at.
        sheet = await self._reader.info([native_id])
        still = next((post for post in sheet.posts if post.native_id == native_id), None)
        if still is not None:
            mine = (await self._server.own_name()).casefold() == still.author.key
            raise ReplyRefusedError(kept_there(TITLE, 200, "") if mine else not_ours())

    def _checked(self, reply: Reply) -> str:
        if (why := self.may_reply()) is not None:
            raise ReplyRefusedError(why)
        if not is_fullname(reply.to.native_id):
            raise ReplyRefusedError(
                Sentence("This is no post on Reddit, so nothing was done there.")
            )
        return reply.to.native_id

    def _cannot_tell(self) -> SourceError:
        return SourceError(
            SourceState.FAILING,
            Sentence(
                "Reddit does not show whether your reply is there: it may be held back by a "
                "filter. Look at the thread in a browser before you send it again."
            ),
        )


def _is_same(post: Post, reply: Reply, native_id: str, since: int) -> bool:
    late = post.created_at is None or post.created_at >= since
    here = post.parent_id == native_id and post.native_id not in reply.others
    return late and here and _folded(post.text) in (_folded(reply.text), _unquoted(reply.text))


def _refused(errors: object) -> Sentence | None:
    """Return why Reddit did not take a comment, from ``[[CODE, words, field], …]``."""
    if not isinstance(errors, list) or not errors:
        return None
    first = errors[0]
    code, said = (first[0], first[1]) if isinstance(first, list) and len(first) > 1 else ("", "")
    if code in _GONE:
        return post_gone(TITLE)
    if code in _SHUT:
        return Sentence(
            "This thread is locked or archived on Reddit, so nobody can answer in it. Nothing was "
            "sent, and your text is kept."
        )
    reason = str(said) or str(code)
    if code == "RATELIMIT":
        return Sentence(
            "Reddit lets this account write less often: “{reason}” It was not sent, and your "
            "text is kept; send it again then.",
            {"reason": quoted(reason)},
        )
    return said_no(TITLE, 200, reason)


def _made(data: object) -> Post | None:
    things = data.get("things") if isinstance(data, Mapping) else None
    for record in things if isinstance(things, list) else ():
        try:
            thing = read_thing(record)
        except UnreadableError:
            continue
        if isinstance(thing, Post) and thing.network == NETWORK:
            return thing
    return None


def _why(error: RefusedError) -> Sentence:
    if error.state is SourceState.RATE_LIMITED:
        return asked_to_wait(TITLE)
    if error.status == 401:
        return token_refused(TITLE, error.status)
    if error.status == 404:
        return post_gone(TITLE)
    return said_no(TITLE, error.status, error.said)


def _folded(text: str) -> str:
    """Return a text for comparing: letters and digits alone, since Reddit renders Markdown."""
    return "".join(char for char in fold(text) if char.isalnum())


def _unquoted(text: str) -> str:
    """Return it as a listener shows it: without what it quotes."""
    return _folded("\n".join(line for line in text.split("\n") if not line.startswith(">")))
