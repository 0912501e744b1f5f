"""Answering on LinkedIn as our page.

Source: learn.microsoft.com/linkedin/marketing/community-management/shares/comments-api. LinkedIn
knows no key of ours; whether an answer is there is told by looking below the comment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast
from uuid import uuid4

from listeners.http import HttpError
from listeners.model import MINUTE, Micros, Post, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError
from listeners.networks.linkedin.decode import (
    TITLE,
    address_of,
    is_comment,
    one_form,
    post_above,
    read_comment,
)
from listeners.networks.linkedin.server import LinkedInServer, changed, key, needs_approval
from listeners.networks.reasons import reason_of
from listeners.networks.replying import Answered, Reply, ReplyLimit, ReplyRefusedError, Sent
from listeners.networks.replying_words import (
    kept_there,
    post_gone,
    refused_or_open,
    said_no,
    token_refused,
)
from listeners.text import fold

LIMIT = ReplyLimit(maximum=1250, unit="characters")
"""The longest comment LinkedIn takes."""
SKEW = 10 * MINUTE
PER_PAGE = 100
MOST_PAGES = 10
_REFUSALS = frozenset({400, 403, 405, 409, 422})


class Answers:
    """Writes comments in the name of the page ``ours``, an organization's URN."""

    def __init__(self, server: LinkedInServer, ours: str) -> None:
        self._server = server
        self._ours = ours

    def may_reply(self) -> Sentence | None:
        """Return why nothing can be sent from here, ``None`` where it can."""
        return None if self._server.has_token and self._ours else needs_approval()

    async def limit(self) -> ReplyLimit:
        """Return how long a comment may be."""
        return LIMIT

    def opening(self, to: Answered, ours: Sequence[str]) -> str:
        """Return nothing: LinkedIn tells whoever is answered, and shows us no names."""
        return ""

    def new_key(self, now: Micros) -> str:
        """Return a new key; LinkedIn knows none, so it names the attempt on our side alone."""
        return str(uuid4())

    async def send(self, reply: Reply) -> Sent:
        """Write it below the comment, or below the post that mentions us.

        Raises:
            ReplyRefusedError: it is not there, and why.
            SourceError: it may be there or not.
        """
        if (why := self.may_reply()) is not None:
            raise ReplyRefusedError(why)
        above = _above(reply.to)
        object_ = post_above(above)
        body = {"actor": self._ours, "object": object_, "message": {"text": reply.text}}
        if is_comment(above):
            body["parentComment"] = above
        try:
            made, number = await self._server.write(f"socialActions/{key(above)}/comments", body)
        except HttpError as error:
            raise _refused(error) from error
        except SourceError as error:
            raise refused_or_open(error, TITLE) from error
        native_id = _name_in(made, number, object_)
        if not native_id:
            raise SourceError(SourceState.FORMAT_CHANGED, changed())
        return Sent(native_id=native_id, url=address_of(native_id))

    async def find(self, reply: Reply) -> Sent | None:
        """Look for it among what stands below what it answers; ``None``: certainly not there.

        Raises:
            SourceError: that cannot be told now.
        """
        above = _above(reply.to)
        since = reply.written_at - SKEW
        for page in range(MOST_PAGES):
            try:
                records = await comments_of(self._server, above, page)
            except HttpError as error:
                if error.status == 404:
                    return None
                raise
            for post in map(self._read, records):
                if post is not None and _is_it(post, reply, since):
                    return Sent(native_id=post.native_id, url=post.url)
            if len(records) < PER_PAGE:
                return None
        raise SourceError(SourceState.FAILING, _TOO_MANY)

    async def delete(self, native_id: str) -> None:
        """Delete a comment of ours; one that is gone already counts as deleted.

        Raises:
            ReplyRefusedError: LinkedIn does not allow it.
            SourceError: it may be deleted or not.
        """
        if (why := self.may_reply()) is not None:
            raise ReplyRefusedError(why)
        number = native_id.rpartition(",")[2].rstrip(")")
        path = f"socialActions/{key(post_above(native_id))}/comments/{number}"
        try:
            await self._server.delete(f"{path}?actor={key(self._ours)}")
        except HttpError as error:
            if error.status == 404:
                return
            if error.status in _REFUSALS:
                said = kept_there(TITLE, error.status, reason_of(error.body))
                raise ReplyRefusedError(said) from error
            raise

    def _read(self, record: object) -> Post | None:
        try:
            return read_comment(record, self._ours)
        except UnreadableError:
            return None


async def comments_of(server: LinkedInServer, urn: str, page: int = 0) -> list[object]:
    """Return a page of the comments directly below a post or comment.

    Raises:
        SourceError: LinkedIn said no, or could not be asked.
    """
    start = page * PER_PAGE
    body = await server.get(f"socialActions/{key(urn)}/comments?start={start}&count={PER_PAGE}")
    found = body.get("elements", []) if isinstance(body, dict) else None
    if not isinstance(found, list):
        raise SourceError(SourceState.FORMAT_CHANGED, changed())
    return cast("list[object]", found)


def _above(to: Answered) -> str:
    """Return what a reply stands below: LinkedIn has one level of them."""
    return to.root_id if to.root_id and is_comment(to.root_id) else to.native_id


def _name_in(made: object, number: str, object_: str) -> str:
    named = made.get("commentUrn") or made.get("$URN") if isinstance(made, Mapping) else None
    if isinstance(named, str) and is_comment(one_form(named)):
        return one_form(named)
    if is_comment(one_form(number)):
        return one_form(number)
    own = made.get("id") if isinstance(made, Mapping) else None
    digits = number or (own if isinstance(own, str) else "")
    return f"urn:li:comment:({object_},{digits})" if digits.isdigit() else ""


def _is_it(post: Post, reply: Reply, since: int) -> bool:
    if not post.own or post.native_id in reply.others or (post.created_at or 0) < since:
        return False
    return _words(post.text) == _words(reply.text)


def _words(text: str) -> str:
    return " ".join(fold(text).split())


def _refused(error: HttpError) -> Exception:
    if error.status == 401:
        return ReplyRefusedError(token_refused(TITLE, error.status))
    if error.status in (404, 410):
        return ReplyRefusedError(post_gone(TITLE))
    if error.status in _REFUSALS:
        return ReplyRefusedError(said_no(TITLE, error.status, reason_of(error.body)))
    return refused_or_open(error, TITLE)


_TOO_MANY = Sentence(
    "Too much was written there since this reply to tell whether it is there. Look on LinkedIn; "
    "nothing is sent a second time."
)
