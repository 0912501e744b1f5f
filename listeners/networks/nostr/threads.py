"""The notes around a note: what it answers, what answers it, how it is liked, whether it is gone.

Reactions and reposts are counted, each person once; they are not checked one by one, and weigh no
more than a like does anywhere.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from listeners.model import BadRecord, Batch, Engagement, Post
from listeners.networks.contract import SourceError
from listeners.networks.nostr.cursor import Place
from listeners.networks.nostr.event import (
    DELETION,
    REACTION,
    REPOSTS,
    SPOKEN,
    NostrEvent,
    answered_by,
)
from listeners.networks.nostr.harvest import Harvester, Sorted
from listeners.networks.nostr.key import is_hex_id
from listeners.networks.nostr.relay import Record, Relay
from listeners.supervisor import spawn

MOST_THREADS: Final = 20
_MOST_ANSWERS: Final = 200
_MOST_COUNTED: Final = 500

_log = logging.getLogger(__name__)


class Threads:
    """Asks all relays of a source for threads."""

    def __init__(self, relays: Sequence[Relay], harvester: Harvester) -> None:
        self._relays = relays
        self._harvester = harvester

    async def around(self, native_ids: Iterable[str], place: Place) -> Batch:
        """Return what the relays have around these notes.

        Raises:
            SourceError: not one relay answers.
        """
        ids = [one for one in dict.fromkeys(native_ids) if is_hex_id(one)][:MOST_THREADS]
        if not ids:
            return Batch()
        tasks = [spawn(f"thread {relay.name}", self._ask(relay, ids)) for relay in self._relays]
        try:
            answers = [await task for task in tasks]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        errors = [answer for answer in answers if isinstance(answer, SourceError)]
        if len(errors) == len(answers):
            raise errors[0]
        found: dict[str, NostrEvent] = {}
        bad: list[BadRecord] = []
        for answer in answers:
            if isinstance(answer, Sorted):
                found.update(answer.events)
                bad.extend(answer.bad)
        posts = self._harvester.posts(found.values())
        gone = await self._harvester.deletions(found.values(), place, found)
        deleted = {each.native_id for each in gone}
        counted = [
            _counted(post, found, deleted) if post.native_id in ids else post for post in posts
        ]
        return Batch(
            posts=tuple(post for post in counted if post.native_id not in deleted),
            deletions=tuple(gone),
            bad=self._harvester.handed_on.letters(bad),
            fetched=len(found) + len(bad),
        )

    async def _ask(self, relay: Relay, ids: Sequence[str]) -> Sorted | SourceError:
        try:
            async with relay.open() as talk:
                spoken = await talk.ask({"ids": list(ids)})
                above = [one for one in _above(spoken) if one not in ids]
                if above:
                    spoken += await talk.ask({"ids": above[:MOST_THREADS]})
                answers = {"kinds": list(SPOKEN), "#e": list(ids), "limit": _MOST_ANSWERS}
                spoken += await talk.ask(answers)
                every = list(dict.fromkeys([*ids, *_ids(spoken)]))
                deleted = await talk.ask({"kinds": [DELETION], "#e": every})
                marks = {
                    "kinds": [REACTION, *REPOSTS], "#e": list(ids), "limit": _MOST_COUNTED
                }  # fmt: skip
                counts = await talk.ask(marks)
                await self._harvester.meet(talk, spoken)
            return await self._harvester.sort(relay.name, [*spoken, *deleted, *counts])
        except SourceError as error:
            _log.info("%s: %s", relay.name, error)
            return error


def _ids(records: Iterable[Record]) -> list[str]:
    named = (record.get("id") for record in records if isinstance(record, dict))
    return [one for one in named if isinstance(one, str) and is_hex_id(one)]


def _above(records: Iterable[Record]) -> list[str]:
    """Return the notes these answer, as far as their tags can be read."""
    found: dict[str, None] = {}
    for record in records:
        tags = record.get("tags") if isinstance(record, dict) else None
        for tag in tags if isinstance(tags, list) else ():
            if isinstance(tag, list) and len(tag) > 1 and tag[0] in ("e", "E"):
                found |= {tag[1]: None} if is_hex_id(tag[1]) else {}
    return list(found)


def _counted(post: Post, events: Mapping[str, NostrEvent], deleted: set[str]) -> Post:
    """Return a note with how many people liked, shared and answered it."""
    likes: set[str] = set()
    shares: set[str] = set()
    replies: set[str] = set()
    for event in events.values():
        if event.kind in SPOKEN:
            if answered_by(event).parent == post.native_id and event.id not in deleted:
                replies.add(event.id)
            continue
        # Of several notes a reaction names, the last is what it is to (NIP-25).
        if event.values("e")[-1:] != [post.native_id]:
            continue
        if event.kind == REACTION and event.content.strip() != "-":
            likes.add(event.pubkey)
        elif event.kind in REPOSTS:
            shares.add(event.pubkey)
    return replace(
        post, engagement=Engagement(likes=len(likes), shares=len(shares), replies=len(replies))
    )
