"""Answering a review: one answer each, which the network keeps beside it and shows to everybody.

Writing an answer where one stands replaces it, so what stands there is looked at before. The same
look tells whether an answer of ours arrived: no network of reviews knows a key of ours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol
from uuid import uuid4

from listeners.http import HttpError
from listeners.model import Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.reasons import reason_of
from listeners.networks.replying import Answered, Reply, ReplyLimit, ReplyRefusedError, Sent
from listeners.networks.replying_words import (
    kept_there,
    post_gone,
    refused_before,
    refused_or_open,
    said_no,
    token_refused,
)
from listeners.text import fold

_ANSWER = "/reply-"
_REFUSALS = frozenset({400, 403, 405, 409, 412, 413, 422})


def answer_id(review: str, text: str) -> str:
    """Return the id of an answer: networks give it none, and what is deleted never comes back
    under its id, so that another answer to the same review needs another."""
    digest = hashlib.blake2b(_plain(text).encode("utf-8", "replace"), digest_size=6).hexdigest()
    return f"{review}{_ANSWER}{digest}"


def review_of(native_id: str) -> str:
    """Return the review that a review or its answer belongs to."""
    return native_id.partition(_ANSWER)[0]


def stars_as_text(rating: int | None) -> str:
    """Return the stars of a review that has no words, as everybody reads them."""
    return "" if rating is None else "★" * rating + "☆" * (5 - rating)


class ReviewServer(Protocol):
    """What the network must offer. All of it may raise ``SourceError``."""

    title: str

    def may_answer(self) -> Sentence | None:
        """Return why nothing can be sent, ``None`` where it can."""
        ...

    async def answer_to(self, review: str) -> str | None:
        """Return the words of the answer that stands there, ``None`` for none."""
        ...

    async def answer(self, review: str, text: str) -> None:
        """Write the answer."""
        ...

    async def withdraw(self, review: str) -> None:
        """Take the answer away."""
        ...


class ReviewAnswers:
    """The voice of a source that answers reviews; see ``answering.Voice``."""

    def __init__(self, server: ReviewServer, limit: ReplyLimit) -> None:
        self._server = server
        self._limit = limit

    def may_reply(self) -> Sentence | None:
        """Return why nothing can be sent from here, ``None`` where it can."""
        return self._server.may_answer()

    async def limit(self) -> ReplyLimit:
        """Return how long an answer may be."""
        return self._limit

    def opening(self, to: Answered, ours: Sequence[str]) -> str:
        """Return nothing: an answer stands below its review, and the customer is told."""
        return ""

    def new_key(self, now: Micros) -> str:
        """Return a new key; it names the attempt on our side alone."""
        return str(uuid4())

    async def send(self, reply: Reply) -> Sent:
        """Write it, unless the review is answered already.

        Raises:
            ReplyRefusedError: it is not there, and why.
            SourceError: it may be there or not.
        """
        if (why := self.may_reply()) is not None:
            raise ReplyRefusedError(why)
        title, review = self._server.title, review_of(reply.to.native_id)
        try:
            standing = await self._server.answer_to(review)
        except SourceError as error:
            if _is_gone(error):
                raise ReplyRefusedError(post_gone(title)) from error
            raise refused_before(error, title) from error
        if standing is not None and not _same(standing, reply.text):
            raise ReplyRefusedError(_answered(title))
        if standing is None:
            try:
                await self._server.answer(review, reply.text)
            except SourceError as error:
                raise self._refused(error) from error
        return Sent(native_id=answer_id(review, reply.text), url=reply.to.url)

    async def find(self, reply: Reply) -> Sent | None:
        """Look whether this very answer stands there; ``None``: certainly not.

        Raises:
            SourceError: that cannot be told now.
        """
        review = review_of(reply.to.native_id)
        try:
            standing = await self._server.answer_to(review)
        except SourceError as error:
            if _is_gone(error):
                return None
            raise
        if standing is None or not _same(standing, reply.text):
            return None
        return Sent(native_id=answer_id(review, reply.text), url=reply.to.url)

    async def delete(self, native_id: str) -> None:
        """Take our answer away; one that is gone already counts as deleted.

        Raises:
            ReplyRefusedError: the network does not allow it.
            SourceError: it may be deleted or not.
        """
        if (why := self.may_reply()) is not None:
            raise ReplyRefusedError(why)
        try:
            await self._server.withdraw(review_of(native_id))
        except HttpError as error:
            if _is_gone(error):
                return
            if error.status in _REFUSALS and error.state is not SourceState.RATE_LIMITED:
                said = kept_there(self._server.title, error.status, reason_of(error.body))
                raise ReplyRefusedError(said) from error
            raise

    def _refused(self, error: SourceError) -> Exception:
        title = self._server.title
        if error.unsent:
            return refused_before(error, title)
        status = error.status if isinstance(error, HttpError) else 0
        if status == 401:
            return ReplyRefusedError(token_refused(title, status))
        if _is_gone(error):
            return ReplyRefusedError(post_gone(title))
        if isinstance(error, HttpError) and status in _REFUSALS:
            return ReplyRefusedError(said_no(title, status, reason_of(error.body)))
        return refused_or_open(error, title)


def _is_gone(error: SourceError) -> bool:
    return isinstance(error, HttpError) and error.status in (404, 410)


def _same(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    """Return a text for comparing: networks trim it and change its white space."""
    return " ".join(fold(text).split())


def _answered(title: str) -> Sentence:
    return Sentence(
        "This review has an answer on {network} already, and a second one would replace it, so "
        "nothing was sent. Your text is kept; delete that answer first if yours should stand.",
        {"network": title},
    )
