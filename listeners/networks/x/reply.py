"""Answering on X as the account that gave its permission, where X lets a program answer.

Source: docs.x.com/x-api/posts/manage-tweets: since 2026-02-23 a program on a self-serve plan may
reply only to who @mentioned the account or quoted a post of it. X knows no key of ours; whether a
reply is there is told by looking through what the account wrote since.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from uuid import uuid4

from listeners.clock import Clock
from listeners.model import MINUTE, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.replying import Answered, Reply, ReplyLimit, ReplyRefusedError, Sent
from listeners.networks.replying_words import (
    asked_to_wait,
    kept_there,
    not_ours,
    post_gone,
    refused_before,
    refused_or_open,
    said_no,
)
from listeners.networks.x import words
from listeners.networks.x.decode import (
    TITLE,
    Page,
    address_of,
    calls_upon,
    id_at,
    plain,
)
from listeners.networks.x.refusals import RefusedError
from listeners.networks.x.server import XServer
from listeners.text import fold, links_in

LIMIT = ReplyLimit(maximum=280, unit="weighted", link_length=23)
"""Signs weigh 1, emoji and East Asian ones 2, a link 23 (docs.x.com, counting characters)."""
SKEW = 10 * MINUTE
MOST_PAGES = 5
_NAMES = re.compile(r"^(?:@\w{1,15}\s+)+")


class Replies:
    """Writes replies in the name of one account."""

    def __init__(self, server: XServer, handles: Sequence[str], clock: Clock) -> None:
        """``handles`` are our accounts, without their ``@``."""
        self._server = server
        self._handles = handles
        self._clock = clock
        self._me: tuple[str, str] | None = None

    def may_reply(self) -> Sentence | None:
        """Return why nothing can be sent from here, ``None`` where it can."""
        return None if self._server.permission.given else words.no_permission()

    def may_answer(self, to: Answered) -> Sentence | None:
        """Return why this post cannot be answered: it does not call upon us."""
        ours = {handle.casefold() for handle in self._handles}
        if any(name.casefold() in ours for name in to.mentions):
            return None
        try:
            record = json.loads(to.raw) if to.raw else None
        except ValueError:
            record = None
        return None if calls_upon(record, ours) else words.not_summoned()

    def with_link(self) -> Sentence | None:
        """Return what a link makes a reply cost; nothing where it costs the same."""
        try:
            price, usual = self._server.prices.of("link"), self._server.prices.of("reply")
        except SourceError:
            return None
        return words.link_costs(price, usual) if price > usual else None

    async def limit(self) -> ReplyLimit:
        """Return how long a reply may be."""
        return LIMIT

    def opening(self, to: Answered, ours: Sequence[str]) -> str:
        """Return nothing: X adds the names of those answered itself."""
        return ""

    def new_key(self, now: Micros) -> str:
        """Return a new key; X knows none, so it names the attempt on our side alone."""
        return str(uuid4())

    async def send(self, reply: Reply) -> Sent:
        """Write it below the post it answers.

        Raises:
            ReplyRefusedError: it is not there, and why.
            SourceError: it may be there or not.
        """
        why = self.may_reply() or self.may_answer(reply.to)
        if why is not None:
            raise ReplyRefusedError(why)
        try:
            await self._server.permission.bearer()
        except SourceError as error:
            if error.state in (SourceState.TOKEN_EXPIRED, SourceState.NEEDS_TOKEN):
                raise ReplyRefusedError(error.sentence) from error
            raise refused_before(error, TITLE) from error
        body = {"text": reply.text, "reply": {"in_reply_to_tweet_id": reply.to.native_id}}
        kind = "link" if links_in(reply.text) else "reply"
        try:
            made = await self._server.write(body, kind)
        except RefusedError as error:
            raise ReplyRefusedError(_refused(error)) from error
        except SourceError as error:
            if error.state is SourceState.OUT_OF_CREDITS:
                raise ReplyRefusedError(words.too_dear(error.sentence.values)) from error
            raise refused_or_open(error, TITLE) from error
        data = made.get("data") if isinstance(made, Mapping) else None
        native_id = data.get("id") if isinstance(data, Mapping) else None
        if not isinstance(native_id, str) or not native_id.isdigit():
            raise SourceError(SourceState.FORMAT_CHANGED, words.misunderstood())
        return Sent(native_id=native_id, url=address_of(native_id))

    async def find(self, reply: Reply) -> Sent | None:
        """Look for it among what the account wrote since; ``None``: certainly not there.

        Raises:
            SourceError: that cannot be told now.
        """
        me, _ = await self._account()
        params: dict[str, str | int] = {"since_id": id_at(Micros(reply.written_at - SKEW))}
        for _ in range(MOST_PAGES):
            page = await self._server.page(
                "own",
                f"/2/users/{me}/tweets",
                params,
                kind=self._server.prices.ours,
                least=5,
                most=20,
                mine=True,
            )
            if (there := _found(page, reply)) is not None:
                return there
            if page.bad:
                break
            if not page.next_token:
                return None
            params["pagination_token"] = page.next_token
        raise SourceError(SourceState.FAILING, words.cannot_look())

    async def delete(self, native_id: str) -> None:
        """Delete a reply of ours; one that is gone already counts as deleted.

        Raises:
            ReplyRefusedError: X does not allow it.
            SourceError: it may be deleted or not.
        """
        if (why := self.may_reply()) is not None:
            raise ReplyRefusedError(why)
        try:
            told = await self._server.delete(native_id)
        except RefusedError as error:
            if error.status == 404:
                return
            if error.state is SourceState.RATE_LIMITED:
                raise
            if error.status == 403:
                raise ReplyRefusedError(not_ours()) from error
            raise ReplyRefusedError(kept_there(TITLE, error.status, error.said)) from error
        data = told.get("data") if isinstance(told, Mapping) else None
        if not isinstance(data, Mapping) or data.get("deleted") is not True:
            raise ReplyRefusedError(kept_there(TITLE, 200, ""))

    async def _account(self) -> tuple[str, str]:
        if self._me is None:
            self._me = await self._server.me()
        return self._me


def _found(page: Page, reply: Reply) -> Sent | None:
    for post in page.posts:
        if post.parent_id != reply.to.native_id or post.native_id in reply.others:
            continue
        record = json.loads(post.raw or b"{}")
        if _words(plain(record)) == _words(reply.text):
            return Sent(native_id=post.native_id, url=post.url)
    return None


def _words(text: str) -> str:
    """Return a text for comparing: X puts the names of those answered before it."""
    return " ".join(fold(_NAMES.sub("", text)).split())


def _refused(error: RefusedError) -> Sentence:
    """Return a refusal of X in words."""
    if error.status in (401, 402) or error.state is SourceState.OUT_OF_CREDITS:
        return error.sentence
    if error.status == 404:
        return post_gone(TITLE)
    if error.state is SourceState.RATE_LIMITED:
        return asked_to_wait(TITLE)
    return said_no(TITLE, error.status, error.said)
