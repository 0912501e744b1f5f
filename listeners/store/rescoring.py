"""Stored mentions scored anew: what is to be read, and one slice written with its counts.

A slice is one transaction: the verdicts, the counts by minute and hour, and how far it has come.
Two processes may run the same one: whoever comes second finds that the place has moved, and
writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from listeners.model import Label, Micros, Score
from listeners.store.codec import LABELS, label_number, storable
from listeners.store.connection import Connection, Row
from listeners.store.database import Store
from listeners.store.ingest import known_of_ids
from listeners.store.mention_rows import uncounted
from listeners.store.rollups import bump_rollups

Place = tuple[Micros, int]
"""A mention's time and number."""
State = Literal["running", "done", "stopped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be scored anew: a brand's mentions since then, not those that people corrected,
    nor reviews, whose stars are their mood.

    ``word`` and ``lang`` leave only those that hold it, and those in it.
    """

    brand: str
    since: Micros
    word: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescoring:
    """One of them, as far as it has come."""

    id: int
    wanted: Wanted
    place: Place
    total: int
    seen: int
    changed: int
    state: State
    asked_by: str
    begun_at: Micros
    moved_at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A stored verdict, and what it was made of."""

    id: int
    at: Micros
    title: str
    text: str
    lang: str | None
    lang_by: str
    scorer: str | None
    compound: float | None
    label: Label
    version: int

    def differs(self, score: Score) -> bool:
        """Whether a new verdict says something else."""
        return (self.label, self.compound, self.lang) != (score.label, score.compound, score.lang)


_WHICH = """
FROM mention m JOIN brand b ON b.id = m.brand_id
WHERE b.name = ?1 AND m.sort_at >= ?2 AND m.deleted_at IS NULL
  AND m.withheld_at IS NULL AND m.corrected_by = ''
  AND m.scorer IS NOT 'stars'
  AND (?3 = '' OR m.lang = ?3)
  AND (?4 = '' OR m.id IN (SELECT rowid FROM mention_fts WHERE mention_fts MATCH ?4))
  AND (?5 = '' OR instr(m.title || ' ' || m.text, ?5) > 0)
"""


def _which(wanted: Wanted) -> tuple[object, ...]:
    """The full text knows words and not emoji; those are looked for as they are written."""
    written = any(character.isalnum() for character in wanted.word)
    quoted = '"' + wanted.word.replace('"', " ") + '"'
    return (
        wanted.brand,
        wanted.since,
        wanted.lang,
        quoted if written else "",
        wanted.word if wanted.word and not written else "",
    )


async def count_wanted(store: Store, wanted: Wanted) -> int:
    """Return how many stored mentions that is."""
    (row,) = await store.fetch(f"SELECT count(*) AS count {_WHICH}", _which(wanted))
    return int(row["count"])


async def older_than(store: Store, brand: str, version: int) -> int:
    """Return how many verdicts of a brand are of an older scorer."""
    (row,) = await store.fetch(
        """SELECT count(*) AS count FROM mention m JOIN brand b ON b.id = m.brand_id
           WHERE m.corrected_by = '' AND m.withheld_at IS NULL AND m.scorer_version < ?
             AND b.name = ?
             AND m.deleted_at IS NULL AND m.scorer IS NOT 'stars'""",
        (version, brand),
    )
    return int(row["count"])


async def next_slice(store: Store, wanted: Wanted, place: Place, size: int) -> list[Stored]:
    """Return the mentions that come after ``place``, newest first."""
    rows = await store.fetch(
        f"""SELECT m.id, m.sort_at, m.title, m.text, m.lang, m.lang_by, m.scorer, m.compound,
                   m.label, m.scorer_version {_WHICH} AND (m.sort_at, m.id) < (?6, ?7)
            ORDER BY m.sort_at DESC, m.id DESC LIMIT ?8""",
        (*_which(wanted), *place, size),
    )
    return [_stored(row) for row in rows]


async def begin(connection: Connection, wanted: Wanted, by: str, now: Micros) -> int:
    """Write a rescoring down, from the newest mention on, and return its number.

    One of the same kind that runs already is left, and begins anew.
    """
    (row,) = await connection.fetch(f"SELECT count(*) AS count {_WHICH}", _which(wanted))
    total = int(row["count"])
    await connection.fetch(
        """UPDATE rescoring SET state = 'stopped' WHERE state = 'running' AND word = ? AND lang = ?
             AND brand_id = (SELECT id FROM brand WHERE name = ?)""",
        (storable(wanted.word), wanted.lang, wanted.brand),
    )
    (row,) = await connection.fetch(
        """INSERT INTO rescoring (brand_id, word, lang, since_at, place_at, place_id, total, state,
                                  asked_by, begun_at, moved_at)
           SELECT id, ?, ?, ?, ?, ?, ?, 'running', ?, ?, ? FROM brand WHERE name = ?
           RETURNING id""",
        (
            storable(wanted.word),
            wanted.lang,
            wanted.since,
            2**62,
            2**62,
            total,
            storable(by),
            now,
            now,
            wanted.brand,
        ),
    )
    return int(row["id"])


async def write_slice(
    connection: Connection,
    job: Rescoring,
    verdicts: Sequence[tuple[Stored, Score]],
    now: Micros,
) -> bool:
    """Write the verdicts of a slice, count them anew, and move on; ``False`` if it has moved.

    A mention whose text or verdict has changed since it was read is left as it is.
    """
    rows = await connection.fetch(
        "SELECT place_at, place_id FROM rescoring WHERE id = ? AND state = 'running'", (job.id,)
    )
    if not rows or (rows[0]["place_at"], rows[0]["place_id"]) != job.place:
        return False
    changed = await put_verdicts(connection, verdicts)
    place = (verdicts[-1][0].at, verdicts[-1][0].id) if verdicts else job.place
    await connection.fetch(
        """UPDATE rescoring SET place_at = ?, place_id = ?, seen = seen + ?, changed = changed + ?,
               moved_at = ?, state = CASE WHEN ? THEN 'done' ELSE state END WHERE id = ?""",
        (*place, len(verdicts), changed, now, not verdicts, job.id),
    )
    return True


async def put_verdicts(connection: Connection, verdicts: Sequence[tuple[Stored, Score]]) -> int:
    """Put new verdicts on mentions and in the counts; return how many say something else now."""
    known = {one.id: one for one in await known_of_ids(connection, [s.id for s, _ in verdicts])}
    put = [
        (known[stored.id], stored, score)
        for stored, score in verdicts
        if stored.id in known
        and not known[stored.id].corrected_by
        and known[stored.id].deleted_at is None
        and (known[stored.id].title, known[stored.id].text) == (stored.title, stored.text)
        and (known[stored.id].label, known[stored.id].compound) == (stored.label, stored.compound)
    ]
    await connection.many(
        """UPDATE mention SET lang = ?, scorer = ?, compound = ?, label = ?, scorer_version = ?,
               lang_by = ? WHERE id = ?""",
        [
            (
                score.lang,
                score.scorer,
                score.compound,
                label_number(score.label),
                score.version,
                score.said_by,
                one.id,
            )
            for one, _, score in put
        ],
    )
    moved = [(one, score) for one, stored, score in put if stored.differs(score)]
    before = [uncounted(one) for one, _ in moved]
    after = [
        replace(uncounted(one), label=score.label, compound=score.compound, sign=1)
        for one, score in moved
    ]
    await bump_rollups(connection, [*before, *after])
    return len(moved)


_JOBS = """
SELECT r.*, b.name AS brand FROM rescoring r JOIN brand b ON b.id = r.brand_id
"""


async def unfinished(store: Store) -> list[Rescoring]:
    """Return what was begun and neither ended nor stopped, the oldest first."""
    return [_job(r) for r in await store.fetch(_JOBS + "WHERE r.state = 'running' ORDER BY r.id")]


async def rescoring(store: Store, number: int) -> Rescoring | None:
    """Return one by its number."""
    rows = await store.fetch(_JOBS + "WHERE r.id = ?", (number,))
    return _job(rows[0]) if rows else None


async def stop(connection: Connection, number: int) -> None:
    """Let one rest where it is: the slices written so far stay."""
    await connection.fetch(
        "UPDATE rescoring SET state = 'stopped' WHERE id = ? AND state = 'running'", (number,)
    )


async def rescored_for(connection: Connection, brand: str, word: str) -> Micros | None:
    """Return since when stored mentions were scored anew for a word, ``None`` if they were not.

    Scoring all of the brand's anew was for the word too, if it was taught by then.
    """
    rows = await connection.fetch(
        """SELECT min(r.since_at) AS since FROM rescoring r JOIN brand b ON b.id = r.brand_id
           WHERE b.name = ?1 AND (r.word = ?2 OR r.word = '' AND r.begun_at >=
               (SELECT max(t.at) FROM taught_word t WHERE t.brand_id = b.id AND t.word = ?2))""",
        (brand, storable(word)),
    )
    since = rows[0]["since"] if rows else None
    return None if since is None else Micros(since)


async def rescored_in(connection: Connection, model_id: int) -> list[Wanted]:
    """Return what was scored anew since a learnt model was there, in its language: a brand each."""
    rows = await connection.fetch(
        """SELECT b.name AS brand, s.lang, min(r.since_at) AS since
           FROM sentiment_model s JOIN rescoring r ON r.lang IN (s.lang, '')
               AND r.begun_at >= s.made_at JOIN brand b ON b.id = r.brand_id
           WHERE s.id = ? GROUP BY b.name""",
        (model_id,),
    )
    return [
        Wanted(brand=row["brand"], since=Micros(row["since"]), lang=row["lang"]) for row in rows
    ]


def _stored(row: Row) -> Stored:
    return Stored(
        id=row["id"],
        at=Micros(row["sort_at"]),
        title=row["title"],
        text=row["text"],
        lang=row["lang"],
        lang_by=row["lang_by"],
        scorer=row["scorer"],
        compound=row["compound"],
        label=LABELS[row["label"]],
        version=row["scorer_version"],
    )


def _job(row: Row) -> Rescoring:
    return Rescoring(
        id=row["id"],
        wanted=Wanted(
            brand=row["brand"], since=Micros(row["since_at"]), word=row["word"], lang=row["lang"]
        ),
        place=(Micros(row["place_at"]), row["place_id"]),
        total=row["total"],
        seen=row["seen"],
        changed=row["changed"],
        state=row["state"],
        asked_by=row["asked_by"],
        begun_at=Micros(row["begun_at"]),
        moved_at=Micros(row["moved_at"]),
    )
