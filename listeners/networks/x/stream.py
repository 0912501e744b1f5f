"""X's filtered stream: its rules kept as the brand's query wants them, and what it pushes.

Source: docs.x.com/x-api/posts/filtered-stream/introduction and
/x-api/fundamentals/handling-disconnections: lines end CRLF, an empty one comes every 20 seconds,
reconnect after network errors from 250 ms up to 16 s. X charges for what it pushes, so money for
the next posts is always held before they can come; where it cannot be, the stream is left.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import cast

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher, HttpError
from listeners.http.answer import harmless_json
from listeners.model import MINUTE, Micros
from listeners.model import SourceState as State
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError
from listeners.networks.x import words
from listeners.networks.x.decode import Page, id_at, read_page
from listeners.networks.x.places import Place
from listeners.networks.x.query import RULE_LENGTH, packed, queries_of
from listeners.networks.x.server import OLD, XServer
from listeners.spending import Hold, day_of
from listeners.text import clean_line

IDLE = 30.0
"""Seconds without a line, not even an empty one, after which a stream is dead."""
CUSHION = 25
"""Posts paid for ahead: what X may have pushed before it sees that we left."""
OVERLAP = MINUTE
"""How far below the newest pushed post a search looks again: the stream keeps no order."""
FIRST_WAIT, LONGEST_WAIT = 0.25, 16.0
MOST_TRIES = 5

Pause = Callable[[float], Awaitable[None]]


class Live:
    """The stream of one source."""

    def __init__(
        self,
        server: XServer,
        fetch: Fetcher,
        source: SourceConfig,
        brands: Sequence[BrandConfig],
        besides: Sequence[str],
        clock: Clock,
        pause: Pause = asyncio.sleep,
    ) -> None:
        """``besides`` are terms wanted besides the brand's words: our accounts."""
        self._server = server
        self._fetch = fetch
        self._source = source
        self._brands = brands
        self._besides = besides
        self._clock = clock
        self._pause = pause
        self._tag = f"hubbub {hashlib.blake2b(source.key.encode(), digest_size=6).hexdigest()}"
        self._ruled = False
        self._failed = 0
        self._cushion: Hold | None = None

    def moved(self, place: Place, newest: int) -> None:
        """Move all marks up to what the stream brought, less an overlap: it brings all of it."""
        if newest:
            mark = id_at(Micros(newest - OVERLAP))
            for key in place.marks:
                place.read_to(key, mark)

    async def pages(self) -> AsyncGenerator[Page, None]:
        """Yield what is pushed, a post at a time, until the stream breaks off.

        After that whoever listens searches for what came meanwhile, and comes back.

        Raises:
            SourceError: X refuses, the budget is used up, or the stream broke off too often.
        """
        if self._failed:
            wait = min(FIRST_WAIT * 2.0 ** (self._failed - 1), LONGEST_WAIT)
            await self._pause(wait)
        if not self._ruled:
            await self._set_rules()
            self._ruled = True
        try:
            async with aclosing(self._connected()) as pages:
                async for page in pages:
                    self._failed = 0
                    yield page
        except HttpError as error:
            raise self._server.meaning(error, "stream") from error
        except SourceError as error:
            if error.state is not State.FAILING or self._failed >= MOST_TRIES:
                raise
        self._failed += 1

    async def _connected(self) -> AsyncGenerator[Page, None]:
        each = self._server.most_for("post", OLD)
        self._cushion = await self._server.meter.hold(each, CUSHION, CUSHION)
        lines = self._fetch.stream_lines(
            self._server.stream_url(),
            secret_headers=await self._server.secrets(),
            idle=IDLE,
            allow_private=self._source.allow_private,
        )
        try:
            async with aclosing(cast("AsyncGenerator[bytes]", lines)) as open_lines:
                async for line in open_lines:
                    if line.strip():
                        page = self._read(line)
                        yield page
                        await self._pay(page, each)
        finally:
            if self._cushion is not None:
                await self._server.meter.settle(self._cushion, ())

    async def _pay(self, page: Page, each: int) -> None:
        """Settle what came, and hold as much again before anything more is read.

        Raises:
            SourceError: there is no money for more. What came is paid from what was held ahead;
                the rest of that stays held, since X may have pushed more before it saw us leave.
        """
        meter, bills, ahead = self._server.meter, self._server.bills(page, "post"), self._cushion
        if ahead is not None and ahead.day != day_of(self._clock()):
            await meter.settle(ahead, ())
            self._cushion = ahead = await meter.hold(each, CUSHION, CUSHION)
        try:
            more = await meter.hold(each, 1)
        except SourceError:
            self._cushion = None
            if ahead is not None:
                await meter.settle(replace(ahead, count=1, cost=each), bills)
            raise
        await meter.settle(more, bills)

    def _read(self, line: bytes) -> Page:
        try:
            told = harmless_json(line)
        except (ValueError, RecursionError):
            raise SourceError(State.FORMAT_CHANGED, words.misunderstood()) from None
        if isinstance(told, Mapping) and "data" not in told:
            raise SourceError(State.FAILING, words.stream_ended(_said(told)))
        try:
            return read_page(told)
        except UnreadableError as error:
            raise SourceError(State.FORMAT_CHANGED, words.misunderstood()) from error

    # --- rules ---------------------------------------------------------------------------------

    def wanted(self) -> tuple[str, ...]:
        """Return the rules: the brand's words in every spelling, our accounts, no reposts."""
        rules = queries_of(self._source, self._brands, longest=RULE_LENGTH, spellings=True)
        return (*rules, *packed(self._besides, " -is:retweet", RULE_LENGTH))

    async def _set_rules(self) -> None:
        """Make our rules what they should be, and touch nobody else's; asked for first."""
        wanted = dict.fromkeys(self.wanted())
        ours = {
            str(one.get("value")): str(one.get("id"))
            for one in await self._server.rules()
            if one.get("tag") == self._tag
        }
        add = [{"value": rule, "tag": self._tag} for rule in wanted if rule not in ours]
        stale = [number for rule, number in ours.items() if rule not in wanted]
        if add:
            _check(await self._server.change_rules({"add": add}, dry=True))
            _check(await self._server.change_rules({"add": add}, dry=False))
        if stale:
            _check(await self._server.change_rules({"delete": {"ids": stale}}, dry=False))


def _check(told: object) -> None:
    errors = told.get("errors") if isinstance(told, Mapping) else None
    if isinstance(errors, list) and errors:
        first = errors[0] if isinstance(errors[0], Mapping) else {}
        if str(first.get("type", "")).endswith("duplicate-rules"):
            return
        details = first.get("details")
        said = details[0] if isinstance(details, list) and details else first.get("title", "")
        raise SourceError(State.FAILING, words.rule_refused(clean_line(said, 200)))


def _said(told: Mapping[str, object]) -> str:
    errors = told.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else told
    first = first if isinstance(first, Mapping) else {}
    return clean_line(first.get("detail") or first.get("title") or "", 200)
