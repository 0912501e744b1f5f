"""Timelines that a server's administrators have closed, in words: closed ones just look empty.

Since 4.5 a server may keep hashtags and public timelines for signed-in accounts, or for nobody but
its own moderators; a timeline that is half closed shows the other half without a word. Wire
format: docs.joinmastodon.org, entity Instance, ``configuration.timelines_access``.
"""

from __future__ import annotations

import logging

from listeners.clock import Clock
from listeners.model import HOUR, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.mastodon.instance import KEPT_FOR, Instance, Instances, Shown
from listeners.networks.mastodon.places import Place
from listeners.networks.mastodon.reader import Reader
from listeners.networks.mastodon.server import MastodonServer, RefusedError

_log = logging.getLogger(__name__)


class Access:
    """Knows which places of one server are closed to us."""

    def __init__(self, server: MastodonServer, reader: Reader, clock: Clock) -> None:
        self._server = server
        self._instances = Instances(server, clock)
        self._reader = reader
        self._clock = clock
        self._unanswered: Micros | None = None
        self._looked_into: dict[str, tuple[bool, Micros]] = {}

    async def check(self, place: Place) -> Sentence | None:
        """Return what a place does not show us, ``None`` where it shows everything.

        Raises:
            RefusedError: it shows us nothing at all.
            SourceError: it could not be looked into.
        """
        shown = _of(place, await self._rules())
        if shown is None:
            return None
        local, remote = self._may(shown.local), self._may(shown.remote)
        if local and (remote or place.kind == "local"):
            return None
        # Moderators' accounts are shown even what is closed to everybody.
        if self._server.signed_in and await self._shows_anything(place, half=local or remote):
            return None
        values = {"server": self._server.name}
        if not local and (not remote or place.kind == "local"):
            raise RefusedError(403, *self._closed(shown))
        if local:
            return Sentence(
                "{server} shows hubbub only posts of its own people in this timeline; those of "
                "other servers are not heard. Another Mastodon server may show more: add it as a "
                "second source.",
                values,
            )
        return Sentence(
            "{server} shows hubbub only posts of other servers in this timeline; those of its own "
            "people are not heard. A source with an access token of {server} may show more.",
            values,
        )

    async def _rules(self) -> Instance:
        """Return what the server says of itself; nothing while it does not answer that."""
        since = self._unanswered
        if since is not None and 0 <= self._clock() - since < HOUR:
            return Instance()
        try:
            return await self._instances.rules()
        except SourceError as error:
            # A server too troubled to speak of itself shows its trouble with the next question.
            self._unanswered = self._clock()
            _log.info("%s does not tell what it shows: %s", self._server.name, error)
            return Instance()

    def _may(self, access: str) -> bool:
        return access == "public" or (access == "authenticated" and self._server.signed_in)

    async def _shows_anything(self, place: Place, *, half: bool) -> bool:
        """Whether a place that is closed to most shows us posts; a half closed one always does."""
        if half:
            return False
        known = self._looked_into.get(place.key)
        if known is None or not 0 <= self._clock() - known[1] < KEPT_FOR:
            page = await self._reader.newest(place)
            known = (bool(page.records), self._clock())
            self._looked_into[place.key] = known
        return known[0]

    def _closed(self, shown: Shown) -> tuple[SourceState, Sentence]:
        values = {"server": self._server.name}
        if "authenticated" in (shown.local, shown.remote) and not self._server.signed_in:
            return SourceState.NEEDS_TOKEN, Sentence(
                "The administrators of {server} show this timeline to signed-in accounts alone. "
                "What was heard so far is safe. On {server}, open Preferences, Development, New "
                "application, and give this source the access token shown there; or use another "
                "Mastodon server as base_url.",
                values,
            )
        return SourceState.BLOCKED, Sentence(
            "The administrators of {server} have closed this timeline to everybody. What was "
            "heard so far is safe. Another Mastodon server sees most of the same posts: use it "
            "as base_url, or listen to {server} by search:WORDS and notifications.",
            values,
        )


def _of(place: Place, instance: Instance) -> Shown | None:
    """Return who is shown a place, ``None`` for one that cannot be closed so."""
    match place.kind:
        case "tag":
            return instance.tags
        case "public" | "local":
            return instance.feeds
        case _:
            return None
