"""One relay: what it says of itself, and a conversation with it.

Wire format: NIP-01 (REQ, EVENT, EOSE, CLOSED, NOTICE), NIP-11 (what a relay can do), NIP-42 (a
relay that wants a log-in). A relay answers a question newest first and at most so many at once,
so what is older is asked for page by page.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from listeners.clock import Clock
from listeners.http import Fetcher, HttpError
from listeners.http.answer import host_of
from listeners.model import SECOND, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.nostr.wishes import Filter
from listeners.socket import Socket, connect
from listeners.text import clean_line

PAGE: Final = 500
"""Events asked for at once; relays may give fewer."""
MOST_PAGES: Final = 20
ANSWER_SECONDS: Final = 15.0
"""How long a relay may take until it says that an answer is complete."""
_FEWEST_FULL: Final = 20
"""A page with fewer events than this is the last one, whatever limit a relay keeps quiet about."""
_MOST_EVENTS: Final = 2 * PAGE
_SLOW_DOWN: Final = 60
_LIVE: Final = "live"

_log = logging.getLogger(__name__)

Record = object


@dataclass(frozen=True, slots=True)
class About:
    """What a relay says it can do (NIP-11). ``most`` is how many events it gives at once."""

    searches: bool = False
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """The events of a stretch of time. ``reached`` is the second it was read down to, 0: all."""

    records: tuple[Record, ...]
    reached: int = 0


class Relay:
    """A relay by its address."""

    def __init__(self, address: str, fetch: Fetcher, clock: Clock, *, allow_private: bool) -> None:
        self.address = address
        self.name = host_of(address)
        self._fetch = fetch
        self._clock = clock
        self._private = allow_private
        self._about: About | None = None

    async def about(self) -> About:
        """Return what the relay says of itself; one that says nothing can the least."""
        if self._about is not None:
            return self._about
        scheme, _, rest = self.address.partition("://")
        web = {"ws": "http", "wss": "https"}.get(scheme, scheme)
        try:
            answer = await self._fetch.get(
                f"{web}://{rest}",
                headers={"accept": "application/nostr+json"},
                allow_private=self._private,
            )
        except HttpError as error:
            _log.info("%s says nothing of itself: %s", self.name, error)
            self._about = About()
        except SourceError as error:
            _log.info("%s cannot be asked about itself: %s", self.name, error)
            return About()
        else:
            self._about = read_about(answer.body)
        return self._about

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Talk, None]:
        """Open a conversation.

        Raises:
            SourceError: the relay cannot be reached or refuses.
        """
        async with connect(
            self.address, idle=None, allow_private=self._private, clock=self._clock
        ) as socket:
            yield Talk(socket, self.name, self._clock)


class Talk:
    """An open conversation. What a subscription brings while something is asked is kept."""

    def __init__(self, socket: Socket, name: str, clock: Clock) -> None:
        self._socket = socket
        self._name = name
        self._clock = clock
        self._asked = 0
        self._aside: list[Record] = []
        self._ended: SourceError | None = None

    async def ask(self, question: Filter, seconds: float | None = None) -> list[Record]:
        """Return the events a relay has for a question.

        Raises:
            SourceError: it refuses, breaks off, or does not finish its answer.
        """
        seconds = ANSWER_SECONDS if seconds is None else seconds
        self._asked += 1
        name = f"q{self._asked}"
        await self._socket.send(json.dumps(["REQ", name, question]))
        records: list[Record] = []
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and len(records) < _MOST_EVENTS:
            messages = await self._socket.receive(1, left)
            if not messages and self._socket.closed:
                raise self._refusal("")
            for message in messages:
                kind, whose, told = _parsed(message)
                if kind == "EVENT" and whose == _LIVE:
                    self._aside.append(told)
                elif kind == "CLOSED" and whose == _LIVE:
                    self._ended = self._refusal(told)
                elif whose != name:
                    self._note(kind, told)
                elif kind == "EVENT":
                    records.append(told)
                elif kind == "CLOSED":
                    raise self._refusal(told)
                elif kind == "EOSE":
                    await self._socket.send(json.dumps(["CLOSE", name]))
                    return records
        if len(records) >= _MOST_EVENTS:
            await self._socket.send(json.dumps(["CLOSE", name]))
            return records
        raise SourceError(
            SourceState.FAILING,
            Sentence(
                "The relay {relay} did not finish its answer within {seconds} seconds. Nothing is "
                "lost; hubbub asks again.",
                {"relay": self._name, "seconds": int(seconds)},
            ),
        )

    async def stretch(self, question: Filter, about: About, since: int) -> Stretch:
        """Return all a relay has for a question from ``since`` (seconds) on, page by page.

        Raises:
            SourceError: as ``ask``.
        """
        full = min(PAGE, about.most) if about.most else _FEWEST_FULL
        found: dict[str, Record] = {}
        until: int | None = None
        for _ in range(MOST_PAGES):
            paged = {**question, "since": since, "limit": PAGE}
            # Some relays leave out the second itself, which NIP-01 says belongs to it.
            records = await self.ask(paged if until is None else {**paged, "until": until + 1})
            news = {_key(record): record for record in records if _key(record) not in found}
            found.update(news)
            times = [at for record in records if (at := seconds_of(record)) is not None]
            if len(records) < full or not times:
                return Stretch(tuple(found.values()))
            oldest = min(times)
            if oldest <= since:
                return Stretch(tuple(found.values()))
            # The second itself once more: a page may end in the middle of it.
            until = oldest if news and oldest != until else oldest - 1
        return Stretch(tuple(found.values()), until or 0)

    async def subscribe(self, questions: Sequence[Filter]) -> None:
        """Ask to be told what comes from now on; the last subscription is replaced.

        Raises:
            SourceError: the connection is gone.
        """
        self._ended = None
        await self._socket.send(json.dumps(["REQ", _LIVE, *questions]))

    async def listen(self, seconds: float) -> list[Record]:
        """Return what the subscription brought within these seconds.

        Raises:
            SourceError: the relay ended the subscription or the conversation.
        """
        records, self._aside = self._aside, []
        if self._ended is not None and not records:
            raise self._ended
        messages = [] if records else await self._socket.receive(1, seconds)
        if messages:
            messages += await self._socket.receive(PAGE, 0.05)
        for message in messages:
            kind, whose, told = _parsed(message)
            if kind == "EVENT" and whose == _LIVE:
                records.append(told)
            elif kind == "CLOSED" and whose == _LIVE:
                raise self._refusal(told)
            else:
                self._note(kind, told)
        if not records and self._socket.closed:
            raise self._refusal("")
        return records

    def _note(self, kind: str, told: object) -> None:
        if kind == "NOTICE":
            _log.info("%s says: %s", self._name, clean_line(told, 200))

    def _refusal(self, told: object) -> SourceError:
        return refusal(self._name, clean_line(told, 160), self._clock())


def refusal(relay: str, told: str, now: Micros) -> SourceError:
    """Return the error of a relay that ended an answer with these words (NIP-01, prefixes)."""
    prefix = told.partition(":")[0].strip().lower()
    if prefix in ("auth-required", "restricted", "blocked", "pow"):
        return SourceError(
            SourceState.BLOCKED,
            Sentence(
                "The relay {relay} answers only people who log in, are invited or pay: {reason}. "
                "hubbub reads without an account; take another relay in this source.",
                {"relay": relay, "reason": told},
            ),
        )
    if prefix == "rate-limited":
        return SourceError(
            SourceState.RATE_LIMITED,
            Sentence("The relay {relay} asks us to slow down.", {"relay": relay}),
            until=Micros(now + _SLOW_DOWN * SECOND),
        )
    if not told:
        return SourceError(
            SourceState.FAILING,
            Sentence(
                "The relay {relay} ended the conversation. Nothing is lost; hubbub connects again.",
                {"relay": relay},
            ),
        )
    return SourceError(
        SourceState.FAILING,
        Sentence(
            "The relay {relay} does not answer the question: {reason}.",
            {"relay": relay, "reason": told},
        ),
    )


def read_about(body: bytes) -> About:
    """Return what a relay's information document says; nothing where it cannot be read."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return About()
    if not isinstance(document, dict):
        return About()
    nips = document.get("supported_nips")
    limits = document.get("limitation")
    most = limits.get("max_limit") if isinstance(limits, dict) else None
    usable = isinstance(most, int) and not isinstance(most, bool) and most > 0
    return About(isinstance(nips, list) and 50 in nips, most if usable else None)


def seconds_of(record: Record) -> int | None:
    """Return the second an event claims, ``None`` where it claims none."""
    at = record.get("created_at") if isinstance(record, dict) else None
    return at if isinstance(at, int) and not isinstance(at, bool) and 0 <= at < 2**43 else None


def _key(record: Record) -> str:
    named = record.get("id") if isinstance(record, dict) else None
    return named if isinstance(named, str) else json.dumps(record)


def _parsed(message: bytes) -> tuple[str, str, object]:
    """Return the kind of a relay's message, the subscription it is for, and what it tells."""
    try:
        parts = json.loads(message)
    except (ValueError, RecursionError):
        return "", "", None
    if not isinstance(parts, list) or not parts or not isinstance(parts[0], str):
        return "", "", None
    if parts[0] == "NOTICE":
        return "NOTICE", "", parts[1] if len(parts) > 1 else ""
    whose = parts[1] if len(parts) > 1 and isinstance(parts[1], str) else ""
    return parts[0], whose, parts[2] if len(parts) > 2 else None
