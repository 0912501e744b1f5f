"""Stages kept: how far each person has come with each brand, and the moves that led there.

A person's moves are found anew from their whole history and written where they differ, so that
reading twice, in any order, ends the same. What a member set by hand stays beside them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from listeners.model import DAY, Micros, Sentence
from listeners.stages.brand import StageBrand, from_text
from listeners.stages.chain import ByHand, Link, chain, since
from listeners.stages.facts import STAGES, Move, Stage
from listeners.stages.next_steps import Situation, worth
from listeners.stages.rules import moves
from listeners.store.codec import dumps, from_sentence, to_sentence
from listeners.store.connection import Connection, Row
from listeners.store.people import heads_of
from listeners.store.stage_history import History, Person, histories, public

RULES = "stages.rules"
"""The setting that holds by which rules stages are found."""

StageKey = tuple[int, int]
"""A person and a brand."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The brands whose people have stages, by id; and how many days mentions are kept (0: ever)."""

    brands: Mapping[int, StageBrand]
    days_kept: int = 0


@dataclass(frozen=True, slots=True)
class Looked:
    """What the histories of some persons come to. ``people`` are those who have stages at all."""

    persons: tuple[int, ...]
    people: Mapping[int, Person]
    book: Rulebook
    found: Mapping[StageKey, tuple[History, tuple[Move, ...]]]


async def rulebook(connection: Connection) -> Rulebook:
    """Return the rules that were written down last, the usual ones for every brand of ours else."""
    rows = await connection.fetch("SELECT value FROM setting WHERE key = ?", (RULES,))
    brands, days_kept = from_text(rows[0]["value"] if rows else "")
    named = {one.name: one for one in brands}
    known = await connection.fetch("SELECT id, name, competitor_of FROM brand WHERE id != 0")
    if rows:
        return Rulebook(
            {row["id"]: named[row["name"]] for row in known if row["name"] in named}, days_kept
        )
    ours = [row for row in known if row["competitor_of"] is None]
    return Rulebook({row["id"]: StageBrand(name=row["name"]) for row in ours})


async def look(connection: Connection, persons: Iterable[int]) -> Looked:
    """Read the histories of these persons and find their moves. Writes nothing."""
    wanted = tuple(sorted(set(persons)))
    book = await rulebook(connection)
    people = await public(connection, wanted)
    read = await histories(connection, people, book.brands)
    found = {
        (person, brand): (
            history,
            moves(history.facts, book.brands[brand].rules, book.brands[brand].zone_info),
        )
        for (person, brand), history in read.items()
    }
    return Looked(wanted, people, book, found)


async def restage(connection: Connection, person_ids: Iterable[int], now: Micros) -> None:
    """Find the stages of these persons anew, inside the write that changed who they are.

    Whoever joins two persons, takes one apart, or says of one that they are staff calls this
    with everybody concerned, those included of whom no account is left.
    """
    persons = set(person_ids)
    heads = await heads_of(connection, persons)
    await keep(connection, await look(connection, {*persons, *heads.values()}), now)


async def keep(connection: Connection, looked: Looked, now: Micros) -> None:
    """Write what was found, as far as it differs from what is kept."""
    if not looked.persons:
        return
    persons = dumps(looked.persons)
    kept = await kept_moves(connection, persons)
    standings = {
        (row["person_id"], row["brand_id"]): row
        for row in await connection.fetch(
            "SELECT * FROM standing WHERE person_id IN (SELECT value FROM json_each(?))", (persons,)
        )
    }
    writing = _Writing(now)
    for key in sorted({*looked.found, *kept, *standings}):
        history, found = looked.found.get(key, (None, ()))
        mine, standing = kept.get(key, []), standings.get(key)
        if key[0] not in looked.people or key[1] not in looked.book.brands:
            writing.replace(key, mine, ())
            writing.leave(key)
            continue
        old = _too_old(looked.book, standing, now)
        links = chain(found, _by_hand(mine), _held(mine, everything=old))
        writing.replace(key, mine, links)
        if not links:
            writing.leave(key)
            continue
        first_at = standing["first_at"] if old and standing is not None else None
        writing.stand(key, looked.book.brands[key[1]], looked.people, links, history, first_at)
    await writing.write(connection)


async def kept_moves(connection: Connection, persons: str) -> dict[StageKey, list[Row]]:
    """Return the moves of these persons, oldest first; ``lost``: their evidence is not stored.

    What was set by hand for somebody who was merged into another holds for that one.
    """
    kept: dict[StageKey, list[Row]] = defaultdict(list)
    for row in await connection.fetch(
        """WITH RECURSIVE family(head, id) AS (
               SELECT value, value FROM json_each(?)
               UNION SELECT f.head, p.id FROM family f JOIN person p ON p.merged_into = f.id)
           SELECT f.head, s.*, s.mention_id IS NOT NULL
                  AND (m.id IS NULL OR m.withheld_at IS NOT NULL) AS lost
           FROM family f JOIN stage_move s ON s.person_id = f.id
           LEFT JOIN mention m ON m.id = s.mention_id
           WHERE s.removed = 0 AND (f.head = f.id OR s.author != '') ORDER BY s.at, s.id""",
        (persons,),
    ):
        kept[row["head"], row["brand_id"]].append(row)
    return kept


def _too_old(book: Rulebook, standing: Row | None, now: Micros) -> bool:
    """Whether a part of the history is older than mentions are kept, and so perhaps gone."""
    return (
        standing is not None
        and book.days_kept > 0
        and standing["first_at"] < now - book.days_kept * DAY
    )


def _held(kept: Sequence[Row], *, everything: bool) -> list[Move]:
    return [
        Move(
            row["stage"],
            Micros(row["at"]),
            to_sentence(row["reason"]) or Sentence(""),
            row["mention_id"],
        )
        for row in kept
        if not row["author"] and (everything or row["lost"]) and row["stage"] in STAGES
    ]


def _by_hand(kept: Sequence[Row]) -> list[ByHand]:
    return [
        ByHand(row["id"], row["stage"], Micros(row["at"]), row["author"])
        for row in kept
        if row["author"] and row["stage"] in STAGES
    ]


class _Writing:
    """What is to be written for some persons: a statement for each kind of change."""

    def __init__(self, now: Micros) -> None:
        self._now = now
        self._gone: list[int] = []
        self._new: list[tuple[object, ...]] = []
        self._was: list[tuple[str, int]] = []
        self._left: list[StageKey] = []
        self._standing: list[tuple[object, ...]] = []

    def replace(self, key: StageKey, kept: Sequence[Row], links: Sequence[Link]) -> None:
        """Write the moves of one line; those by hand keep their rows."""
        ruled = [row for row in kept if not row["author"]]
        wanted = [
            (link.at, link.stage, link.was or "", from_sentence(link.reason), link.mention_id)
            for link in links
            if link.by is None
        ]
        known = [
            (row["at"], row["stage"], row["was"], row["reason"], row["mention_id"]) for row in ruled
        ]
        if wanted != known:
            self._gone += [row["id"] for row in ruled]
            self._new += [(*key, *one) for one in wanted]
        was = {row["id"]: row["was"] for row in kept}
        for link in links:
            if link.by is not None and was[link.by.id] != (link.was or ""):
                self._was.append((link.was or "", link.by.id))

    def leave(self, key: StageKey) -> None:
        """Write that somebody has no stage with a brand (any more)."""
        self._left.append(key)

    def stand(
        self,
        key: StageKey,
        brand: StageBrand,
        people: Mapping[int, Person],
        links: Sequence[Link],
        history: History | None,
        first_at: int | None,
    ) -> None:
        """Write where somebody stands now."""
        met = history or History(first_at=links[0].at, last_at=links[-1].at)
        stage: Stage = links[-1].stage
        situation = Situation(
            stage=stage,
            since=since(links),
            positives=met.positives,
            negatives=met.negatives,
            reach=people[key[0]].reach,
            answered_at=met.answered_at,
            asked_at=met.asked_at,
        )
        first = met.first_at if first_at is None else min(first_at, met.first_at)
        self._standing.append(
            (
                *key,
                stage,
                situation.since,
                links[-1].by is not None,
                first,
                met.last_at,
                met.mentions,
                self._now,
                met.positives,
                met.negatives,
                situation.reach,
                met.answered_at,
                met.asked_at,
                worth(situation, brand.rules),
            )
        )

    async def write(self, connection: Connection) -> None:
        """Write it all."""
        if self._gone:
            await connection.many("DELETE FROM stage_move WHERE id = ?", [(n,) for n in self._gone])
        if self._new:
            await connection.many(
                """INSERT INTO stage_move (person_id, brand_id, at, stage, was, reason, mention_id)
                   VALUES (?, ?, ?, ?, ?, ?, ?)""",
                self._new,
            )
        if self._was:
            await connection.many("UPDATE stage_move SET was = ? WHERE id = ?", self._was)
        if self._left:
            await connection.many(
                "DELETE FROM standing WHERE person_id = ? AND brand_id = ?", self._left
            )
        if self._standing:
            await connection.many(
                """INSERT OR REPLACE INTO standing (person_id, brand_id, stage, since, by_hand,
                       first_at, last_at, mentions, read_at, positives, negatives, reach,
                       answered_at, asked_at, worth)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                self._standing,
            )
