"""What the store knows of the posts of a batch: which are new, and what their threads are.

Read inside the write that stores them, so that nothing can come between looking and writing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from listeners.folding import Folded, Folding
from listeners.judge import Judged, handle_key
from listeners.model import Engagement, Micros, Post
from listeners.placing import Known, Placer
from listeners.retelling import louder
from listeners.sameness import ARTICLES, article_keys
from listeners.store import ingest, places, subjects, thread_facts
from listeners.store.absence import away_in
from listeners.store.connection import Connection
from listeners.store.keys import dedupe_key
from listeners.store.outbox import sent_here
from listeners.store.places import KnownPlace
from listeners.store.records import KnownMention, MentionKey


@dataclass(frozen=True, slots=True)
class Kept:
    """Judged posts by what the store knows of them. ``folded`` are told with another mention."""

    fresh: list[Judged]
    edits: list[tuple[KnownMention, Judged]]
    counted: list[tuple[int, Engagement]]
    folded: list[Folded]
    elsewhere: Mapping[MentionKey, list[KnownPlace]]


async def not_forgotten(connection: Connection, judged: list[Judged]) -> list[Judged]:
    """Leave out who asked to be forgotten: neither their posts nor their accounts are stored."""
    authors = {(one.post.network, "account", one.post.author.key) for one in judged}
    gone = await ingest.buried(connection, authors)
    return [one for one in judged if (one.post.network, "account", one.post.author.key) not in gone]


class Recall:
    """Looks up what the posts of a batch are compared with, for the brands of a process."""

    def __init__(self, brands: Mapping[str, int], folding: Folding, placer: Placer) -> None:
        self._brands = brands
        self._folding = folding
        self._placer = placer

    async def sort(
        self, connection: Connection, judged: list[Judged], source_id: int, now: Micros
    ) -> tuple[dict[MentionKey, KnownMention], Kept]:
        """Return what is stored of these posts and what they answer, and what becomes of each.

        A cross-post or article whose words are no longer the same leaves its mention here.
        """
        by_key: dict[MentionKey, Judged] = {}
        for one in judged:
            by_key[self._key(one)] = one
        parents = [
            (self._brands[one.brand], one.post.network, dedupe_key(one.post.network, parent))
            for one in judged
            if (parent := one.post.parent_id)
        ]
        stored = await ingest.known_mentions(connection, {*by_key, *parents})
        elsewhere = await places.known_places(connection, {*by_key, *parents})
        graves = await ingest.buried(
            connection,
            {grave for key, one in by_key.items() for grave in _graves(key, one.post)},
        )
        kept = Kept([], [], [], [], elsewhere)
        left: list[MentionKey] = []
        for key, one in by_key.items():
            known = stored.get(key)
            if any(grave in graves for grave in _graves(key, one.post)):
                continue
            if known is None:
                told = elsewhere.get(key)
                article = one.post.network in ARTICLES
                if told and (article or any(spot.fold == one.fold for spot in told)):
                    kept.folded.append(Folded(one, told[0].mention_id))
                else:
                    # Other words than at the other places: no longer the same.
                    left += [key] if told else []
                    kept.fresh.append(one)
            elif known.source_id != source_id and article_keys(one.post):
                kept.folded.append(Folded(one, known.id))
            elif known.deleted_at is None:
                told_anew = (known.text, known.title) != (one.text, one.title) or louder(known, one)
                if told_anew and not known.withheld:
                    kept.edits.append((known, one))
                elif known.engagement != one.post.engagement:
                    kept.counted.append((known.id, one.post.engagement))
        # What was sent from here is ours, whatever account a source signs in with.
        sent = await sent_here(
            connection, [(one.post.network, one.post.native_id) for one in kept.fresh]
        )
        for place, one in enumerate(kept.fresh):
            if (one.post.network, one.post.native_id) in sent:
                kept.fresh[place] = replace(one, ours=True, findings=(), look_alike=None)
        await places.leave(connection, left)
        again = [one for one in kept.fresh if self._key(one) in left]
        new = [one for one in kept.fresh if self._key(one) not in left]
        found = await self._folding.sort(connection, new, stored, elsewhere, source_id, now)
        kept.fresh[:] = [*again, *found.fresh]
        kept.folded.extend(found.folded)
        return stored, kept

    async def known(
        self,
        connection: Connection,
        source_key: str,
        kept: Kept,
        edited: Sequence[Judged],
        stored: Mapping[MentionKey, KnownMention],
        now: Micros,
    ) -> Known:
        """Return what is known of the threads of what was kept, of its authors and its words."""
        known, fresh = Known(), kept.fresh
        names = {number: name for name, number in self._brands.items()}
        parents = await subjects.load_conversations(
            connection, {one.conversation_id for one in stored.values() if one.conversation_id}
        )
        for mention in stored.values():
            place = (names[mention.brand_id], mention.network, mention.native_id)
            known.parts[place] = mention.part
            thread = parents.get(mention.conversation_id or 0)
            if thread is not None:
                known.roots[place] = thread.root
        for one in (*fresh, *(folded.judged for folded in kept.folded)):
            parent = one.post.parent_id or ""
            place = (one.brand, one.post.network, parent)
            if spots := kept.elsewhere.get((*self._key(one)[:2], dedupe_key(place[1], parent))):
                known.roots.setdefault(place, spots[0].root)
                known.parts.setdefault(place, spots[0].part)
        roots = {self._placer.root(one, source_key, known) for one in fresh}
        known.conversations = await ingest.conversations_for(connection, roots)
        openers = await self._folding.find_elsewhere(connection, roots, known)
        for thread in list(known.conversations.values()):
            known.conversations.setdefault((thread.brand, thread.network, thread.root), thread)
        by_id = {
            thread.id: (thread.brand, thread.network, thread.root)
            for thread in known.conversations.values()
        }
        ours = await thread_facts.last_ours(connection, by_id)
        for id_, at in ours.items():
            known.last_ours[by_id[id_]] = at
        for id_, times in (await thread_facts.asking_times(connection, by_id, ours)).items():
            known.asking[by_id[id_]] = times
        for id_, keys in (await thread_facts.other_openers(connection, by_id)).items():
            known.openers[by_id[id_]] = keys
        for root, keys in openers.items():
            known.openers[root] = known.openers.get(root, frozenset()) | keys
        known.opened_by_us = {
            by_id[id_] for id_ in await thread_facts.opened_by_us(connection, by_id)
        }
        folds = {one.fold for one in fresh if one.fold}
        known.queued_folds = {
            (handle_key(handle), fold)
            for handle, fold in await thread_facts.queued_folds(connection, folds, now)
        }
        known.roles = await thread_facts.roles(
            connection,
            [(post.network, post.author) for post in (one.post for one in (*fresh, *edited))],
        )
        known.muted = frozenset(
            (kind, value)
            for kind, values in (await subjects.mutes_now(connection, now)).items()
            for value in values
        )
        known.away = frozenset(await away_in(connection, now))
        return known

    def _key(self, one: Judged) -> MentionKey:
        network = one.post.network
        return self._brands[one.brand], network, dedupe_key(network, one.post.native_id)


def _graves(key: MentionKey, post: Post) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    return (post.network, "post", key[2]), (post.network, "account", post.author.key)
