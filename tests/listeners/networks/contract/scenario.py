"""A network as the contract asks it: what may go wrong there, and how it is made to go wrong.

One scenario a network. It drives that network's scripted server; what a network cannot have is said
in ``impossible``, in words, and stands so in the table.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import pytest

from listeners.config import BrandConfig, SourceConfig
from listeners.model import SECOND, Micros
from tests.fake.http_server import FakeServer, Reply, Request, body_reply, status_reply

CASES = (
    "crash at every page",
    "429 seconds",
    "429 fraction",
    "429 HTTP date",
    "429 body field",
    "429 silent",
    "401",
    "403 page",
    "5xx storm",
    "malformed record",
    "format drift",
    "edit",
    "delete",
    "duplicate",
    "out of order",
    "suddenly empty",
    "cursor too old",
    "cursor unreadable",
    "huge body",
    "wrong content type",
)
"""What every listener goes through."""

FROM_ANYWHERE = "it is read from any place on, however long ago that was"

PAGE = b"<!doctype html><html><head><title>No</title></head><body>Access denied</body></html>"

S = TypeVar("S", bound=FakeServer)

Change = Callable[[list[Any]], None]
"""What is done to the records of a page before it leaves."""


class Scenario(ABC):
    """One network: what is written there, and how it misbehaves."""

    network: ClassVar[str]
    impossible: ClassVar[Mapping[str, str]] = {}
    """Cases this network cannot have, and why, in words."""
    is_variant: ClassVar[bool] = False
    """Whether it is a second way to hear a network that has a scenario already."""
    pages: ClassVar[int] = 12
    """Posts that make several pages."""
    believes: ClassVar[bool] = True
    """Whether the good records of a page that is mostly bad are stored all the same."""
    shares_budget: ClassVar[bool] = True
    """Whether all sources keep away together from who asked for a wait, or each by itself."""
    brand = BrandConfig(name="Kerlann", names=("Kerlann",))

    @abstractmethod
    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        """Start the server."""

    @abstractmethod
    def source(self) -> SourceConfig:
        """Return the source as a person configures it."""

    @abstractmethod
    def clock(self) -> Micros:
        """Return the time of the newest thing there."""

    @abstractmethod
    def write(self, text: str) -> Any:
        """Write a post of these words; what it returns is handed to ``edit`` and ``delete``."""

    def edit(self, made: Any, text: str) -> None:
        """Give a post other words."""
        raise NotImplementedError

    def delete(self, made: Any) -> None:
        """Take a post away."""
        raise NotImplementedError

    def outrun(self) -> None:
        """Let more happen than can be reached from the place that was stored."""
        raise NotImplementedError

    def settle(self) -> None:  # noqa: B027 - most networks show at once what is written
        """Show what was written, before somebody asks."""

    async def announce(self) -> None:
        """Tell what was written to those who listen all the time."""
        self.settle()

    def begin_at(self, now: Micros) -> None:
        """Let what is written next be written then."""
        raise NotImplementedError

    @abstractmethod
    def refuse(self, reply: Reply | None, after: int = 0) -> None:
        """Answer so from now on, after so many good answers; ``None``: be well again."""

    @abstractmethod
    def change(self, change: Change | None) -> None:
        """Do so with the records of every page from now on."""

    @abstractmethod
    def broken(self, record: Any) -> Any:
        """Return this record so that nobody can read it."""

    def mislabel(self) -> None:
        """Send good data under a wrong content type from now on."""
        raise NotImplementedError

    @property
    @abstractmethod
    def asked(self) -> int:
        """How many questions came so far."""

    @property
    @abstractmethod
    def met(self) -> int:
        """How many of them met what was scripted: a fault nobody met proves nothing."""


class WebScenario(Scenario, Generic[S]):
    """A network that answers HTTP with pages of records in JSON."""

    server: S

    def __init__(self) -> None:
        self._refusal: Reply | None = None
        self._good = 0
        self._change: Change | None = None
        self._mislabelled = False
        self._met = 0

    @abstractmethod
    def make(self) -> S:
        """Return the scripted server."""

    @abstractmethod
    def is_page(self, request: Request) -> bool:
        """Whether a question asks for a page of posts."""

    @abstractmethod
    def records(self, body: Any) -> list[Any]:
        """Return the list of posts of a page: what is done to it is done to the page."""

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        self.server = self.make()
        await stack.enter_async_context(self.server)
        self.server.between = self._between

    def clock(self) -> Micros:
        now = int(self.server.__dict__["now"])
        return Micros(now if now > 10**12 else now * SECOND)

    def begin_at(self, now: Micros) -> None:
        fake = self.server.__dict__
        fake["now"] = now if fake["now"] > 10**12 else now // SECOND

    def source(self) -> SourceConfig:
        return SourceConfig(network=self.network, base_url=self.server.url, **self.settings())

    def settings(self) -> dict[str, Any]:
        """Return what is configured besides the address."""
        return {}

    def refuse(self, reply: Reply | None, after: int = 0) -> None:
        self._refusal, self._good, self._met = reply, after, 0

    def change(self, change: Change | None) -> None:
        self._change, self._met = change, 0

    def mislabel(self) -> None:
        self._mislabelled, self._met = True, 0

    def broken(self, record: Any) -> Any:
        return {"broken": json.dumps(record)}

    @property
    def asked(self) -> int:
        return len(self.server.requests)

    @property
    def met(self) -> int:
        return self._met

    def _between(self, request: Request, answer: Callable[[Request], Reply]) -> Reply:
        if self._refusal is not None:
            if self._good <= 0:
                self._met += 1
                return self._refusal
            self._good -= 1
        reply = answer(request)
        if reply.raw is not None or not reply.body or not self.is_page(request):
            return reply
        if self._change is not None:
            reply = self.changed(request, reply, self._change)
            self._met += 1
        if self._mislabelled:
            self._met += 1
            reply = replace(reply, headers={**reply.headers, "content-type": "text/html"})
        return reply

    def changed(self, request: Request, reply: Reply, change: Change) -> Reply:
        """Return a page with its records changed."""
        body = json.loads(reply.body)
        change(self.records(body))
        # Another body has another tag and another length, and an empty one leads nowhere.
        other = {"etag", "content-length"} | (set() if self.records(body) else {"link"})
        headers = {name: value for name, value in reply.headers.items() if name not in other}
        return replace(reply, body=json.dumps(body).encode(), headers=headers)


def words(number: int, more: str = "") -> str:
    """Return what post ``number`` says: found again by its number, and a question to us."""
    return f"Kerlann n{number}x, can you help me{more}?"


def forms_of_429(now: Micros, http_date: str) -> Mapping[str, tuple[Reply, float]]:
    """Return every way to ask for a wait, and how many seconds it asks for."""
    body = json.dumps({"retry_after": 120, "message": "slow", "parameters": {"retry_after": 120}})
    return {
        "429 seconds": (status_reply(429, retry_after="120"), 120),
        "429 fraction": (status_reply(429, retry_after="120.5"), 120.5),
        "429 HTTP date": (status_reply(429, retry_after=http_date), 120),
        "429 body field": (body_reply(body.encode(), "application/json", 429), 120),
        "429 silent": (status_reply(429), 60),
    }
