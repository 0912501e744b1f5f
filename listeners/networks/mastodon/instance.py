"""What a server says of itself: how long a post may be, who is shown what, and what it is.

Wire format: GET /api/v2/instance, and /api/v1/instance for older and other servers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from listeners.clock import Clock
from listeners.model import DAY, Micros
from listeners.networks.contract import SourceError
from listeners.networks.mastodon.server import MastodonServer

KEPT_FOR = DAY

_ACCESS = frozenset({"public", "authenticated", "disabled"})
_VERSION = re.compile(r"\d+(?:\.\d+)+[\w.+-]*")


@dataclass(frozen=True, slots=True)
class Shown:
    """Who is shown posts: ``"public"``, ``"authenticated"``, or ``"disabled"`` (since 4.5)."""

    local: str = "public"
    remote: str = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A server's rules. The defaults are Mastodon's own.

    ``at_once``: a post is where it can be read before its sending is answered. Other servers
    than Mastodon speak its language too, and some of them take posts in by and by. ``tags`` and
    ``feeds`` say who is shown the posts under a hashtag and the public timelines: of the server
    itself, and of others.
    """

    characters: int = 500
    link_length: int = 23
    at_once: bool = False
    tags: Shown = Shown()
    feeds: Shown = Shown()


class Instances:
    """Asks the server about itself, once a day."""

    def __init__(self, server: MastodonServer, clock: Clock) -> None:
        self._server = server
        self._clock = clock
        self._known: tuple[Instance, Micros] | None = None

    async def rules(self) -> Instance:
        """Return the server's rules; Mastodon's own where it says nothing.

        Raises:
            SourceError: it could not be asked.
        """
        now = self._clock()
        if self._known is None or not 0 <= now - self._known[1] < KEPT_FOR:
            said = await self._server.lookup("/api/v2/instance")
            if not isinstance(said, dict):
                said = await self._server.lookup("/api/v1/instance")
            self._known = (read_instance(said), now)
        return self._known[0]

    async def limits(self) -> Instance:
        """Return the rules as far as they are known now; never fails."""
        try:
            return await self.rules()
        except SourceError:
            return self._known[0] if self._known is not None else Instance()


def read_instance(said: object) -> Instance:
    """Read an Instance entity of either version; odd values leave the defaults."""
    if not isinstance(said, Mapping):
        return Instance()
    configuration = said.get("configuration")
    rules = _table(_table(configuration).get("statuses"))
    usual = Instance()
    timelines = _table(_table(configuration).get("timelines_access"))
    # Pleroma and its kin had a field of their own before Mastodon had one.
    most = _positive(rules.get("max_characters")) or _positive(said.get("max_toot_chars"))
    version = said.get("version")
    return Instance(
        characters=most or usual.characters,
        link_length=_positive(rules.get("characters_reserved_per_url")) or usual.link_length,
        at_once=isinstance(version, str) and _VERSION.fullmatch(version) is not None,
        tags=_shown(timelines.get("hashtag_feeds")),
        feeds=_shown(timelines.get("live_feeds")),
    )


def _shown(value: object) -> Shown:
    said = _table(value)
    local, remote = (
        word if isinstance(word := said.get(which), str) and word in _ACCESS else "public"
        for which in ("local", "remote")
    )
    return Shown(local, remote)


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _positive(value: object) -> int | None:
    usable = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**9
    return int(str(value)) if usable else None
