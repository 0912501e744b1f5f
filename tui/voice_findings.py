"""What was found of voices, kept until it is old: each question is worked out once in a while."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import tzinfo
from typing import NamedTuple

from listeners.config import Config
from listeners.model import SECOND, Micros
from listeners.store import Store
from listeners.voice.hours import HeatMap
from listeners.voice.looking import WordsSaid, compare, hours_of, words_said
from listeners.voice.share import Shares, stretch_of

RESTS = 120 * SECOND
"""How old an answer may grow before news make it worth working out again."""


class Asked(NamedTuple):
    """One question: a part of the screen, a brand, a stretch, and the brand it is against."""

    part: str
    brand: str
    range: str = ""
    against: str = ""


class Findings:
    """The answers so far. One that is old stays until its successor is whole."""

    def __init__(self, store: Store, config: Config) -> None:
        self._store = store
        self._config = config
        self._at: dict[Asked, Micros] = {}
        self.shares: dict[Asked, Shares] = {}
        self.words: dict[Asked, WordsSaid] = {}
        self.hours: dict[Asked, HeatMap] = {}

    def at(self, asked: Asked) -> Micros | None:
        """Return when a question was answered last."""
        return self._at.get(asked)

    def is_old(self, asked: Asked, now: Micros) -> bool:
        """Whether a question has no answer yet, or one that is worth renewing."""
        at = self._at.get(asked)
        return at is None or now - at >= RESTS

    def let_go(self) -> None:
        """Take every answer for old; each stays until its successor is whole."""
        self._at = dict.fromkeys(self._at, Micros(0))

    async def find(
        self, asked: Asked, now: Micros, zone: tzinfo | None
    ) -> AsyncGenerator[None, None]:
        """Answer a question, with a step each time there is more to show.

        Raises:
            StoreError: the store cannot be read.
        """
        store, config = self._store, self._config
        if asked.part == "shares":
            stretch = stretch_of(asked.range, now)
            self.shares[asked] = await compare(store, config, asked.brand, stretch)
        elif asked.part == "hours":
            self.hours[asked] = await hours_of(store, asked.brand, now, zone)
        else:
            stretch, known = stretch_of(asked.range, now), asked in self._at
            found = words_said(store, config, asked.brand, stretch, against=asked.against)
            async for one in found:
                if one.done or not known:
                    self.words[asked] = one
                    if not one.done:
                        yield
        self._at[asked] = now
        yield
