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
from listeners.folding import Folding
from listeners.judge import Judge, Judged
from listeners.model import Batch, Micros, Post
from listeners.own_posts import OwnAccounts
from listeners.placing import Known, Placed, Placement, Placer, written_at
from listeners.raising import press_drafts, spreading_drafts
from listeners.recalling import Recall, not_forgotten
from listeners.retelling import retell
from listeners.risk.alert import Draft
from listeners.risk.detection import drafts_of, impersonation_draft
from listeners.risk.tuning import tuned
from listeners.ruling import Ruling, lines_of
from listeners.sameness import parts_of
from listeners.sentiment import load, needs_model
from listeners.shaping import edit_of, new_mention
from listeners.store import Store, ingest, subjects, thread_facts
from listeners.store.connection import Connection
from listeners.store.maintenance import register_windows
from listeners.store.records import RootKey, SeenAccount
from listeners.store.sources import register_brands, set_competitors
from listeners.store.spreading import grown
from listeners.teaching.lessons import lessons
from listeners.text import clean_line
from listeners.usual import Usual
from listeners.voice.share import competitors_of

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
        self._recall = Recall({}, self._folding, self._placer)
        self._usual = Usual(store)
        self._can_identify = False

    async def open(self) -> None:
        """Make the configuration's brands known to the store; call once, before ``take``."""
        names = [brand.name for brand in self._config.brands]

        async def work(connection: Connection) -> dict[str, int]:
            await register_windows(connection, self._config.maintenance)
            ids = await register_brands(connection, names)
            await set_competitors(connection, competitors_of(self._config))
            return ids

        self._brands = await self._store.write(work)
        self._folding = Folding(self._brands)
        self._recall = Recall(self._brands, self._folding, self._placer)

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
        judged = await not_forgotten(connection, judged)
        stored, kept = await self._recall.sort(connection, judged, source_id, now)
        names = await self._own.names(connection, judged)
        accounts = await ingest.upsert_accounts(
            connection, [self._seen(one) for one in judged], now
        )
        edited = [one for _, one in kept.edits]
        known = await self._recall.known(connection, source.key, kept, edited, stored, now)
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

    # --- what is written -----------------------------------------------------------------------

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
