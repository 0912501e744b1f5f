"""What relays told, made into posts: each once, read without trust, with people's names.

Several relays bring the same events. Each is checked once: its id, then its signature, so that no
relay can put words into somebody's mouth or take them away.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.model import BadRecord, Deletion, Post, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError, bad_record
from listeners.networks.harvest import HandedOn, Relevance
from listeners.networks.nostr.cursor import Place
from listeners.networks.nostr.event import (
    DELETION,
    NETWORK,
    PROFILE,
    SPOKEN,
    TITLE,
    NostrEvent,
    is_by_its_author,
    name_in,
    post_of,
    read_event,
)
from listeners.networks.nostr.key import is_hex_id
from listeners.networks.nostr.relay import Record, Talk
from listeners.networks.nostr.wishes import keys_of
from listeners.networks.recent import Recent

_MOST_NAMES: Final = 5_000
_MOST_SIGNED: Final = 20_000
_NAMES_AT_ONCE: Final = 100
_NAMES_SECONDS: Final = 5.0
_BAD_SHARE: Final = 0.2
_FEWEST_BAD: Final = 3

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sorted:
    """The events of one or more relays, each id once, and what could not be read."""

    events: Mapping[str, NostrEvent] = field(default_factory=dict)
    bad: tuple[BadRecord, ...] = ()


class Harvester:
    """Makes posts of events for one source.

    Raises:
        SourceError: a handle of the brand is no key.
    """

    def __init__(self, source: SourceConfig, brands: Sequence[BrandConfig], clock: Clock) -> None:
        self.ours = keys_of(brands)
        self.handed_on = HandedOn(clock)
        self._relevance = Relevance(source, brands)
        self._names: Recent[str, tuple[int, str]] = Recent(_MOST_NAMES)
        self._signed: Recent[str, None] = Recent(_MOST_SIGNED)

    async def sort(self, relay: str, records: Iterable[Record]) -> Sorted:
        """Return the events one relay sent.

        Raises:
            SourceError: so many are forged or damaged that the relay cannot be believed.
        """
        events: dict[str, NostrEvent] = {}
        bad: list[BadRecord] = []
        offered = 0
        for record in records:
            offered += 1
            try:
                event = read_event(record)
            except UnreadableError as fault:
                bad.append(bad_record(record, fault))
                continue
            if event.kind in SPOKEN and not await self._is_signed(event):
                bad.append(unsigned(event))
                continue
            events[event.id] = event
        if len(bad) >= _FEWEST_BAD and len(bad) > _BAD_SHARE * offered:
            raise SourceError(
                SourceState.FORMAT_CHANGED,
                Sentence(
                    "{bad} of {all} posts from the relay {relay} are damaged or forged. Nothing of "
                    "it was stored; the other relays are heard.",
                    {"bad": len(bad), "all": offered, "relay": relay},
                ),
            )
        return Sorted(events, tuple(bad))

    async def meet(self, talk: Talk, records: Iterable[Record]) -> None:
        """Learn what the authors of these events call themselves, where the relay knows.

        Every relay is asked about ourselves: one may hold an old profile, and an account of ours
        that seems to change its name is an alarm.
        """
        keys = dict.fromkeys(
            str(key)
            for record in records
            if isinstance(record, dict) and record.get("kind") in SPOKEN
            if is_hex_id(key := record.get("pubkey"))
            and (key not in self._names or key in self.ours)
        )
        if not keys:
            return
        question = {"kinds": [PROFILE], "authors": list(keys)[:_NAMES_AT_ONCE]}
        try:
            profiles = await talk.ask(question, _NAMES_SECONDS)
        except SourceError as error:
            _log.info("names are not to be had: %s", error)
            return
        for event in self._profiles(profiles, keys):
            if event.created_at >= self._names.get(event.pubkey, (0, ""))[0]:
                self._names.put(event.pubkey, (event.created_at, name_in(event)))

    def _profiles(
        self, records: Iterable[Record], keys: Mapping[str, None]
    ) -> Iterable[NostrEvent]:
        for record in records:
            try:
                event = read_event(record)
            except UnreadableError:
                continue  # without a name the key is shown
            if event.kind == PROFILE and event.pubkey in keys and is_by_its_author(event):
                yield event

    def posts(self, events: Iterable[NostrEvent]) -> list[Post]:
        """Return the notes and comments among these as posts, oldest first."""
        spoken = [event for event in events if event.kind in SPOKEN]
        spoken.sort(key=lambda each: (each.created_at, each.id))
        posts = [post_of(event, self._name(event.pubkey), self.ours) for event in spoken]
        self._relevance.learn(posts)
        return [self._spelled(self._relevance.addressed(post)) for post in posts]

    def _name(self, key: str) -> str:
        return self._names.get(key, (0, ""))[1]

    def _spelled(self, post: Post) -> Post:
        """Return a post that names our account above it as the configuration does."""
        above = post.parent_author_key or ""
        return replace(post, parent_author_key=self.ours[above]) if above in self.ours else post

    async def deletions(
        self, events: Iterable[NostrEvent], place: Place, known: Mapping[str, NostrEvent]
    ) -> list[Deletion]:
        """Return what was deleted by its own author (NIP-09); anybody may ask for anything."""
        found: dict[str, None] = {}
        for event in events:
            if event.kind != DELETION:
                continue
            theirs = [
                gone
                for gone in event.values("e")
                if place.is_by(gone, event.pubkey)
                or (gone in known and known[gone].pubkey == event.pubkey)
            ]
            if theirs and await self._is_signed(event):
                found |= dict.fromkeys(theirs)
        return [Deletion(NETWORK, gone) for gone in found]

    async def _is_signed(self, event: NostrEvent) -> bool:
        """Whether its author signed it; asked once of an event, whichever relay brings it."""
        if event.id in self._signed:
            return True
        await asyncio.sleep(0)  # a page of them is a second of work
        if not is_by_its_author(event):
            return False
        self._signed.put(event.id, None)
        return True


def unsigned(event: NostrEvent) -> BadRecord:
    """Return the dead letter of an event that the key it names did not sign."""
    fault = UnreadableError(TITLE, "the key it names did not sign it")
    return bad_record({"id": event.id, "pubkey": event.pubkey, "content": event.content}, fault)
