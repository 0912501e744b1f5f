"""Stages as they are read: where somebody stands, how many are where, who moved, who is stuck."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import NamedTuple

from listeners.model import Micros, SafeText, Sentence
from listeners.planning.calendar import week_of
from listeners.stages.facts import STAGES, Stage
from listeners.store.codec import dumps, to_sentence
from listeners.store.connection import Connection, Row
from listeners.store.database import Store
from listeners.store.reads.brands import brand_ids
from listeners.store.stage_news import unread
from listeners.store.stage_people import Stuck, stuck
from listeners.store.staging import restage

__all__ = [
    "Flow",
    "Funnel",
    "MoveRow",
    "StandingRow",
    "Stuck",
    "funnel",
    "incomplete",
    "moves_of",
    "restage",
    "standing_of",
    "stuck",
]

_OF_CAMPAIGN = """ AND s.person_id IN (
    SELECT a.person_id FROM campaign_mention k JOIN mention m ON m.id = k.mention_id
    JOIN account a ON a.id = m.account_id
    WHERE k.campaign_id = ? AND m.deleted_at IS NULL)"""


class Flow(NamedTuple):
    """``n`` people moved in the week that begins then; ``was`` is empty for whoever is new."""

    week_start: Micros
    was: str
    stage: str
    n: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many people are at each stage now, and how many moved in each week."""

    now: Mapping[str, int]
    flows: tuple[Flow, ...] = ()

    @property
    def people(self) -> int:
        """Everybody who has a stage."""
        return sum(self.now.values())

    def share(self, stage: Stage) -> float | None:
        """Return the share of those who came to a stage that came further, ``None`` for nobody."""
        place = STAGES.index(stage)
        came = sum(self.now.get(one, 0) for one in STAGES[place:])
        further = sum(self.now.get(one, 0) for one in STAGES[place + 1 :])
        return further / came if came and place + 1 < len(STAGES) else None

    def entered(self, stage: str, week: Micros) -> int:
        """Return how many came to a stage in a week."""
        return sum(f.n for f in self.flows if f.week_start == week and f.stage == stage)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRow:
    """Where somebody stands with a brand. ``first_at`` and ``last_at`` are of their mentions."""

    person_id: int
    brand: str
    stage: Stage
    since: Micros
    by_hand: bool
    first_at: Micros
    last_at: Micros
    mentions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRow:
    """One move of a person. ``author`` is who set it by hand, empty for the rules."""

    id: int
    brand: str
    at: Micros
    stage: str
    was: str
    reason: Sentence
    mention_id: int | None
    author: SafeText


# --- the funnel -------------------------------------------------------------------------------


async def funnel(
    store: Store,
    brand: str,
    since: Micros,
    until: Micros,
    *,
    campaign: int | None = None,
    zone: tzinfo | None = None,
) -> Funnel:
    """Return how many stand where now, and who moved in [since, until), week by week.

    An empty ``brand`` sums all brands: somebody known to two counts in both. ``campaign`` keeps
    those of whom a mention is attributed to it. Weeks begin on Monday in ``zone``, ``None`` for
    the machine's.
    """
    ids = dumps(await brand_ids(store, brand))
    narrowed = "" if campaign is None else _OF_CAMPAIGN
    more = () if campaign is None else (campaign,)

    async def work(connection: Connection) -> tuple[list[Row], list[Row]]:
        now = await connection.fetch(
            f"""SELECT g.value AS stage, (SELECT count(*) FROM standing s
                    WHERE s.brand_id = b.value AND s.stage = g.value{narrowed}) AS n
                FROM json_each(?) b CROSS JOIN json_each(?) g""",
            (*more, ids, dumps(STAGES)),
        )
        # A range of the index for each way to move and each week: nothing is sorted or grouped.
        moved = await connection.fetch(
            f"""WITH week AS MATERIALIZED (
                    SELECT json_extract(value, '$[0]') AS began, json_extract(value, '$[1]') AS low,
                           json_extract(value, '$[2]') AS high FROM json_each(?))
                SELECT w.began AS week, f.value AS was, t.value AS stage,
                       (SELECT count(*) FROM stage_move s
                        WHERE s.brand_id = b.value AND s.was = f.value AND s.stage = t.value
                          AND s.at >= w.low AND s.at < w.high AND s.removed = 0{narrowed}) AS n
                FROM json_each(?) b CROSS JOIN week w CROSS JOIN json_each(?) f
                CROSS JOIN json_each(?) t WHERE f.value != t.value""",
            (dumps(_weeks(since, until, zone)), *more, ids, dumps(("", *STAGES)), dumps(STAGES)),
        )
        return now, moved

    now, moved = await store.read(work)
    counts, flows = Counter[str](), Counter[tuple[int, str, str]]()
    for row in now:
        counts[row["stage"]] += row["n"]
    for row in moved:
        flows[row["week"], row["was"], row["stage"]] += row["n"]
    return Funnel(
        {stage: counts[stage] for stage in STAGES},
        tuple(
            Flow(Micros(week), was, stage, n)
            for (week, was, stage), n in sorted(flows.items())
            if n
        ),
    )


def _weeks(since: Micros, until: Micros, zone: tzinfo | None) -> list[tuple[int, int, int]]:
    """Return the weeks of a stretch: when each begins, and from and to when moves are counted."""
    weeks: list[tuple[int, int, int]] = []
    week = week_of(since, zone)
    while week < until:
        after = week_of(week, zone, 1)
        weeks.append((int(week), max(week, since), min(after, until)))
        week = after
    return weeks


async def incomplete(store: Store) -> bool:
    """Whether many histories have not been read yet, so that figures still grow."""
    return await store.read(unread)


# --- persons ----------------------------------------------------------------------------------


async def standing_of(
    connection: Connection, person_ids: Iterable[int]
) -> dict[int, tuple[StandingRow, ...]]:
    """Return where these persons stand, with each brand that they have spoken of."""
    found: dict[int, list[StandingRow]] = defaultdict(list)
    for row in await connection.fetch(
        """SELECT s.*, b.name AS brand FROM json_each(?) w
           JOIN standing s ON s.person_id = w.value JOIN brand b ON b.id = s.brand_id
           ORDER BY s.brand_id""",
        (dumps(sorted(set(person_ids))),),
    ):
        found[row["person_id"]].append(
            StandingRow(
                person_id=row["person_id"],
                brand=row["brand"],
                stage=row["stage"],
                since=Micros(row["since"]),
                by_hand=bool(row["by_hand"]),
                first_at=Micros(row["first_at"]),
                last_at=Micros(row["last_at"]),
                mentions=row["mentions"],
            )
        )
    return {person: tuple(rows) for person, rows in found.items()}


async def moves_of(store: Store, person_id: int, brand: str = "") -> list[MoveRow]:
    """Return every move of a person, oldest first.

    What was set by hand for somebody who was merged into them is theirs too.
    """
    rows = await store.fetch(
        """WITH RECURSIVE family(id) AS (
               SELECT ? UNION SELECT p.id FROM family f JOIN person p ON p.merged_into = f.id)
           SELECT s.*, b.name AS brand FROM family f JOIN stage_move s ON s.person_id = f.id
           JOIN brand b ON b.id = s.brand_id
           WHERE s.removed = 0 AND (s.person_id = ? OR s.author != '') AND ? IN ('', b.name)
           ORDER BY s.at, s.id""",
        (person_id, person_id, brand),
    )
    return [
        MoveRow(
            id=row["id"],
            brand=row["brand"],
            at=Micros(row["at"]),
            stage=row["stage"],
            was=row["was"],
            reason=to_sentence(row["reason"]) or Sentence(""),
            mention_id=row["mention_id"],
            author=SafeText(row["author"]),
        )
        for row in rows
    ]
