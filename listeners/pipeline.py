"""From a listener's batch to the store: judge outside, then place and write in one transaction.

The batch and its cursor are committed together or not at all. What the network sends twice is
folded: a known post whose words changed becomes an edit, one whose counts changed is counted, and
one that was deleted before it was heard stays away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from listeners.alerting import PROGRAM, raise_alerts
from listeners.burying import bury_the_gone, line_of
from listeners.clock import Clock
from listeners.config import Config, SourceConfig
from listeners.conversations.state import Conversation
from listeners.folding import Folded, Folding
from listeners.judge import Judge, Judged, handle_key
from listeners.model import Batch, Engagement, Micros, Post
from listeners.own_posts import OwnAccounts
from listeners.placing import Known, Placed, Placement, Placer, written_at
from listeners.raising import press_drafts, spreading_drafts
from listeners.retelling import louder, retell
from listeners.risk.alert import Draft
from listeners.risk.detection import drafts_of, impersonation_draft
from listeners.risk.tuning import tuned
from listeners.ruling import Ruling, lines_of
from listeners.sameness import ARTICLES, article_keys, parts_of
from listeners.sentiment import load, needs_model
from listeners.shaping import edit_of, new_mention
from listeners.store import Store, ingest, places, subjects, thread_facts
from listeners.store.absence import away_in
from listeners.store.connection import Connection
from listeners.store.keys import dedupe_key
from listeners.store.maintenance import register_windows
from listeners.store.outbox import sent_here
from listeners.store.places import KnownPlace
from listeners.store.records import KnownMention, MentionKey, RootKey, SeenAccount
from listeners.store.sources import register_brands
from listeners.store.spreading import grown
from listeners.teaching.lessons import lessons
from listeners.text import clean_line
from listeners.usual import Usual

AT_ONCE = 50
"""Posts in one transaction at most: about 20 ms."""
_JUDGED_AT_ONCE = 8
"""Posts judged between two breaths of the event loop: about 4 ms."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What taking batches did; ``+`` is spelled ``plus``."""

    fetched: int = 0
    new: int = 0
    updated: int = 0
    deleted: int = 0
    bad: int = 0
    gaps: int = 0

    def plus(self, other: Counts) -> Counts:
        """Return the sum."""
        return Counts(
            self.fetched + other.fetched,
            self.new + other.new,
            self.updated + other.updated,
            self.deleted + other.deleted,
            self.bad + other.bad,
            self.gaps + other.gaps,
        )


Then = Callable[[Connection, Counts, bool], Awaitable[None]]
"""What is done inside the write of a part, with what the part did and whether it is the last."""


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Judged posts by what the store knows of them. ``folded`` are told with another mention."""

    fresh: list[Judged]
    edits: list[tuple[KnownMention, Judged]]
    counted: list[tuple[int, Engagement]]
    folded: list[Folded]
    elsewhere: Mapping[MentionKey, list[KnownPlace]]


class Pipeline:
    """Takes batches. One for all sources of a process."""

    def __init__(self, store: Store, config: Config, clock: Clock) -> None:
        """Compile the brands' queries.

        Raises:
            QuerySyntaxError: a brand's query cannot be read.
        """
        self._store = store
        self._keep_raw = config.keep_raw
        self._clock = clock
        self._judge = Judge(config)
        self._placer = Placer(config, self._judge)
        self._ruling = Ruling()
        self._own = OwnAccounts(config)
        self._config = config
        self._severities = {brand.name: brand.severities for brand in config.brands}
        self._brands: Mapping[str, int] = {}
        self._folding = Folding({})
        self._usual = Usual(store)
        self._can_identify = False

    async def open(self) -> None:
        """Make the configuration's brands known to the store; call once, before ``take``."""
        names = [brand.name for brand in self._config.brands]

        async def work(connection: Connection) -> dict[str, int]:
            await register_windows(connection, self._config.maintenance)
            return await register_brands(connection, names)

        self._brands = await self._store.write(work)
        self._folding = Folding(self._brands)

    def brand_id(self, name: str) -> int:
        """Return the number of a brand of the configuration."""
        return self._brands[name]

    async def take(
        self, source: SourceConfig, source_id: int, batch: Batch, *, then: Then | None = None
    ) -> Counts:
        """Store a batch and then its cursor, and return what was new.

        A large batch is stored in several transactions, each short enough for a key press to get
        in between; only the last one moves the cursor. With ``then`` it is not the listening that
        is moved on, but what ``then`` writes beside the posts.

        Raises:
            StoreError: the cursor was not moved, so that the batch is heard again.
        """
        now = self._clock()
        # A reply finds its parent stored, in whatever order the network gave them.
        posts = tuple(sorted(batch.posts, key=lambda post: written_at(post, now)))
        total = Counts()
        parts = [
            some[start : start + AT_ONCE]
            for some in parts_of(posts)
            for start in range(0, len(some) or 1, AT_ONCE)
        ]
        for first in parts[:-1]:
            part = Batch(posts=tuple(first), fetched=len(first), lag=batch.lag)
            total = total.plus(await self._take_part(source, source_id, part, then, last=False))
        rest = replace(batch, posts=tuple(parts[-1]), fetched=batch.fetched - total.fetched)
        return total.plus(await self._take_part(source, source_id, rest, then, last=True))

    async def _take_part(
        self,
        source: SourceConfig,
        source_id: int,
        batch: Batch,
        then: Then | None,
        *,
        last: bool,
    ) -> Counts:
        judged = await self._judge_all(source, batch.posts)

        async def work(connection: Connection) -> Counts:
            counts = await self._write(connection, source, source_id, batch, judged)
            if then is not None:
                await then(connection, counts, last)
            else:
                await _move_on(connection, source_id, batch, counts)
            return counts

        return await self._store.write(work)

    async def _judge_all(self, source: SourceConfig, posts: Iterable[Post]) -> list[Judged]:
        posts = list(posts)
        followed = await self._followed(posts)
        self._judge.lessons = await lessons(self._store, self._judge.lessons)
        await self._usual.learn(source.key, posts)
        if not self._can_identify and any(needs_model(_whole(post), post.lang) for post in posts):
            # The first look for a language loads a model for a second: beside the loop.
            await asyncio.to_thread(load)
            self._can_identify = True
        judged: list[Judged] = []
        for number, post in enumerate(posts):
            if number % _JUDGED_AT_ONCE == 0:
                await asyncio.sleep(0)
            known = followed[post.network]
            found = self._judge.judge(post, source, known, self._usual.of(source.key, post))
            if found:
                self._usual.heard(source.key, post, found[0].score)
            for one in found:
                # What is stored makes its root followed: in this very batch too.
                for name in {post.native_id, post.root_id or post.native_id}:
                    known[name] = known.get(name, frozenset()) | {one.brand}
            judged += found
        return judged

    async def _followed(self, posts: list[Post]) -> dict[str, dict[str, frozenset[str]]]:
        """Return the brands that know these posts or what they answer, by network and id."""
        ids: dict[str, list[str]] = {}
        for post in posts:
            named = (post.native_id, post.parent_id, post.root_id)
            ids.setdefault(post.network, []).extend(one for one in named if one)
        return {
            network: await thread_facts.followed(self._store, network, wanted)
            for network, wanted in ids.items()
        }

    async def _write(
        self,
        connection: Connection,
        source: SourceConfig,
        source_id: int,
        batch: Batch,
        judged: list[Judged],
    ) -> Counts:
        now = self._clock()
        graves = await bury_the_gone(connection, batch, now)
        stored, kept = await self._sort(connection, judged, source_id, now)
        names = await self._own.names(connection, judged)
        accounts = await ingest.upsert_accounts(
            connection, [self._seen(one) for one in judged], now
        )
        edited = [one for _, one in kept.edits]
        known = await self._known(connection, source, kept, edited, stored, now)
        placement = self._placer.place(kept.fresh, source.key, known, now)
        ruled = await self._ruling.follow(connection, placement, source.key, now)
        conversations = await self._save_conversations(connection, placement)
        merged = [one.origin for one in placement.placed if one.origin != one.root]
        homes = await thread_facts.homes(connection, merged) if merged else {}
        mentions = [
            new_mention(
                one,
                brand_id=self._brands[one.judged.brand],
                source_id=source_id,
                account_id=accounts[one.judged.post.network, one.judged.post.author.key],
                conversation_id=_home(one, conversations[one.root, one.generation].id, homes),
                keep_raw=self._keep_raw,
                now=now,
            )
            for one in placement.placed
        ]
        ids = await ingest.insert_mentions(connection, mentions)
        await self._note_newest(connection, placement, conversations, ids)
        threads = [self._placer.root(one.judged, source.key, known)[2] for one in kept.folded]
        await self._folding.write(connection, kept.folded, threads, source_id, accounts, now)
        await self._folding.write_articles(connection, placement.placed, ids)
        retold = await retell(connection, self._placer, kept.edits, known, now)
        await ingest.edit_mentions(
            connection,
            [edit_of(one, keep_raw=self._keep_raw, now=now) for one in retold],
        )
        growing = await grown(connection, kept.counted, now)
        await ingest.update_engagement(connection, kept.counted)
        await self._log_happened(connection, placement, conversations, now)
        if ruled:
            done = [(one.did, conversations[one.place].id) for one in ruled]
            lines = [line for did, id_ in done for line in lines_of(did, id_, PROGRAM, now)]
            await subjects.add_events(connection, lines)
        drafts = [
            draft
            for one, id_ in zip(placement.placed, ids, strict=True)
            if not one.history
            for draft in (*self._drafts(one.judged, id_), *press_drafts(one, id_))
        ]
        drafts += spreading_drafts(growing)
        drafts += await self._own.drafts(
            connection, list(zip(placement.placed, ids, strict=True)), accounts, names, now
        )
        await raise_alerts(connection, tuned(drafts, self._severities), now)
        await ingest.bury(connection, source_id, batch.bad, now)
        if batch.gap is not None:
            await ingest.add_gap(connection, source_id, batch.gap, now)
        return Counts(
            fetched=batch.fetched,
            new=len(ids),
            updated=len(kept.edits),
            deleted=graves,
            bad=len(batch.bad),
            gaps=batch.gap is not None,
        )

    def _drafts(self, judged: Judged, mention_id: int) -> list[Draft]:
        """Return what a post alone raises: leaks, words of risk, an author who looks like us."""
        loud = self._severities.get(judged.brand, {})
        drafts = list(drafts_of(judged.findings, judged.brand, mention_id, judged.post, loud))
        if judged.look_alike is not None:
            found, post = judged.look_alike, judged.post
            drafts.append(impersonation_draft(found, judged.brand, mention_id, post))
        return drafts

    # --- what is known -------------------------------------------------------------------------

    async def _sort(
        self, connection: Connection, judged: list[Judged], source_id: int, now: Micros
    ) -> tuple[dict[MentionKey, KnownMention], _Sorted]:
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
        kept = _Sorted([], [], [], [], elsewhere)
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

    async def _known(
        self,
        connection: Connection,
        source: SourceConfig,
        kept: _Sorted,
        edited: list[Judged],
        stored: Mapping[MentionKey, KnownMention],
        now: Micros,
    ) -> Known:
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
        roots = {self._placer.root(one, source.key, known) for one in fresh}
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

    # --- what is written -----------------------------------------------------------------------

    def _key(self, one: Judged) -> MentionKey:
        network = one.post.network
        return self._brands[one.brand], network, dedupe_key(network, one.post.native_id)

    def _seen(self, one: Judged) -> SeenAccount:
        said = one.post.author
        author = replace(said, handle=clean_line(said.handle), name=clean_line(said.name))
        return SeenAccount(
            one.post.network,
            author,
            ours=one.ours,
            role=self._placer.role_of(one.brand, one.post, Known()),
        )

    async def _save_conversations(
        self, connection: Connection, placement: Placement
    ) -> dict[tuple[RootKey, int], Conversation]:
        places = list(placement.touched)
        # A generation begun in this very batch links to the one before it by number.
        saved = await subjects.save_conversations(
            connection, [placement.touched[place] for place in places]
        )
        return dict(zip(places, saved, strict=True))

    async def _note_newest(
        self,
        connection: Connection,
        placement: Placement,
        conversations: Mapping[tuple[RootKey, int], Conversation],
        ids: list[int],
    ) -> None:
        newest: dict[int, int] = {}
        for one, id_ in zip(placement.placed, ids, strict=True):
            if not one.judged.ours:
                newest[conversations[one.root, one.generation].id] = id_
        await thread_facts.note_newest(connection, newest)

    async def _log_happened(
        self,
        connection: Connection,
        placement: Placement,
        conversations: Mapping[tuple[RootKey, int], Conversation],
        now: Micros,
    ) -> None:
        await subjects.add_events(
            connection,
            [
                line_of(
                    one.before,
                    replace(one.after, id=conversations[one.root, one.after.generation].id),
                    one.note,
                    now,
                    one.at,
                    history=one.history,
                )
                for one in placement.happened
            ],
        )


async def _move_on(connection: Connection, source_id: int, batch: Batch, counts: Counts) -> None:
    """Move a source's cursor and counters, in the write of its batch."""
    await ingest.advance_source(
        connection,
        source_id,
        batch.cursor,
        ingest.Counts(counts.fetched, counts.new, counts.updated, counts.deleted, counts.bad),
        batch.lag,
    )


def _whole(post: Post) -> str:
    return f"{post.title}\n{post.text}"


def _home(one: Placed, shown_in: int, homes: Mapping[RootKey, tuple[int, int]]) -> int:
    """Return the conversation a message is kept with: its own, where that is shown in another."""
    own, head = homes.get(one.origin, (shown_in, shown_in))
    return own if head == shown_in else shown_in


def _graves(key: MentionKey, post: Post) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    return (post.network, "post", key[2]), (post.network, "account", post.author.key)
