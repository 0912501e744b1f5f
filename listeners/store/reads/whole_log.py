"""The whole log, newest first, by the page: a million lines are never read at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from listeners.model import Micros, SafeText, Sentence
from listeners.rows import EventRow
from listeners.store.codec import dumps, storable, to_sentence
from listeners.store.database import Store
from listeners.store.subjects import event_of

EXCERPT = 160
"""Characters of what a line is about."""
SLICE = 20_000
"""Lines in which a text is looked for at once: some 70 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """Which lines. Empty means all. ``actor`` "hubbub" is what happened by itself.

    ``text`` is looked for in what was written and changed, and in the person and words of the
    conversation it was done to; letter case does not matter in plain ASCII.
    """

    actor: str = ""
    verb: str = ""
    kind: str = ""
    subject: int = 0
    since: Micros | None = None
    until: Micros | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """One line of the log, and what it is about: person and excerpt, cleaned when stored.

    The excerpt of a rule or template is its name, of a reply its words; an alert has its title
    instead.
    """

    event: EventRow
    person: SafeText
    excerpt: SafeText
    network: str
    note: SafeText
    alert: Sentence | None


async def log_ids(
    store: Store, wanted: LogFilter, *, before: int = 0, limit: int = 500
) -> list[int]:
    """Return the ids of the newest lines, those older than the line ``before`` if it is given.

    A text is looked for slice by slice, so that other reads get in between.
    """
    if not wanted.text:
        return await _page(store, wanted, before, limit)
    like = "%" + wanted.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    found: list[int] = []
    while len(found) < limit:
        among = await _page(store, wanted, before, SLICE)
        rows = await store.fetch(
            f"""SELECT e.id FROM event e WHERE e.id IN (SELECT value FROM json_each(?))
                AND {_HOLDS} ORDER BY e.at DESC, e.id DESC""",
            (dumps(among), *[storable(like)] * _HOLDS.count("?")),
        )
        found += [row["id"] for row in rows]
        if len(among) < SLICE:
            break
        before = among[-1]
    return found[:limit]


async def _page(store: Store, wanted: LogFilter, before: int, limit: int) -> list[int]:
    conditions: list[str] = []
    parameters: list[object] = []

    def add(sql: str, *values: object) -> None:
        conditions.append(sql)
        parameters.extend(values)

    if before:
        add("(e.at, e.id) < (SELECT at, id FROM event WHERE id = ?)", before)
    if wanted.actor:
        add("e.actor = ?", storable(wanted.actor))
    if wanted.verb:
        add("e.verb = ?", storable(wanted.verb))
    if wanted.kind:
        add("e.subject_kind = ?", wanted.kind)
    if wanted.subject:
        add("e.subject_id = ?", wanted.subject)
    if wanted.since is not None:
        add("e.at >= ?", wanted.since)
    if wanted.until is not None:
        add("e.at < ?", wanted.until)
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    rows = await store.fetch(
        f"SELECT e.id FROM event e {where} ORDER BY e.at DESC, e.id DESC LIMIT ?",
        (*parameters, limit),
    )
    return [row["id"] for row in rows]


_HOLDS = """(e.after LIKE ? ESCAPE '\\' OR e.verb LIKE ? ESCAPE '\\' OR e.actor LIKE ? ESCAPE '\\'
    OR EXISTS (SELECT 1 FROM note n WHERE n.id = json_extract(e.after, '$.note_id')
        AND n.text LIKE ? ESCAPE '\\')
    OR (e.subject_kind = 'conversation' AND EXISTS (
        SELECT 1 FROM conversation c LEFT JOIN mention m ON m.id = c.last_outside_id
        LEFT JOIN account a ON a.id = coalesce(m.account_id, c.opener_id)
        WHERE c.id = e.subject_id AND (c.title LIKE ? ESCAPE '\\' OR m.text LIKE ? ESCAPE '\\'
            OR a.handle LIKE ? ESCAPE '\\' OR a.name LIKE ? ESCAPE '\\'))))"""


_ROWS = f"""
SELECT e.*, coalesce(nullif(q.name, ''), a.name, '') AS name, coalesce(a.handle, '') AS handle,
       substr(coalesce(shown(m.title, m.text, m.risk), c.title,
                       shown(x.title, x.text, x.risk), r.name, t.name, b.text, ''), 1, {EXCERPT})
           AS excerpt,
       coalesce(c.network, x.network, b.network, '') AS network, l.title AS alert_title,
       coalesce(n.text, '') AS note
FROM json_each(?) w JOIN event e ON e.id = w.value
LEFT JOIN conversation c ON e.subject_kind = 'conversation' AND c.id = e.subject_id
LEFT JOIN mention m ON m.id = c.last_outside_id
LEFT JOIN mention x ON e.subject_kind = 'mention' AND x.id = e.subject_id
LEFT JOIN person q ON e.subject_kind IN ('person', 'stage') AND q.id = e.subject_id
LEFT JOIN account a ON a.id = coalesce(m.account_id, c.opener_id, x.account_id,
    (SELECT min(k.id) FROM account k WHERE k.person_id = coalesce(q.merged_into, q.id)))
LEFT JOIN alert l ON e.subject_kind = 'alert' AND l.id = e.subject_id
LEFT JOIN rule r ON e.subject_kind = 'rule' AND r.id = e.subject_id
LEFT JOIN template t ON e.subject_kind = 'template' AND t.id = e.subject_id
LEFT JOIN outbox b ON e.subject_kind = 'outbox' AND b.id = e.subject_id
LEFT JOIN note n ON n.id = json_extract(e.after, '$.note_id')
"""


async def log_rows(store: Store, ids: Iterable[int]) -> dict[int, LogRow]:
    """Return lines of the log by id, with what they are about."""
    rows = await store.fetch(_ROWS, (dumps(list(ids)),))
    found = {}
    for row in rows:
        found[row["id"]] = LogRow(
            event=event_of(row),
            person=SafeText(row["name"] or row["handle"]),
            excerpt=SafeText(" ".join(row["excerpt"].split())),
            network=row["network"],
            note=SafeText(row["note"]),
            alert=to_sentence(row["alert_title"]),
        )
    return found


async def log_verbs(store: Store) -> list[str]:
    """Return the verbs that people's lines of the log have, the newest thousand looked at."""
    rows = await store.fetch(
        """SELECT DISTINCT verb FROM (SELECT verb, actor FROM event ORDER BY at DESC LIMIT 2000)
           WHERE actor != 'hubbub' ORDER BY verb"""
    )
    return [row["verb"] for row in rows]


async def log_actors(store: Store) -> list[str]:
    """Return who wrote in the log lately, the program left out."""
    rows = await store.fetch(
        """SELECT DISTINCT actor FROM (SELECT actor FROM event ORDER BY at DESC LIMIT 5000)
           WHERE actor != 'hubbub' ORDER BY actor"""
    )
    return [row["actor"] for row in rows]
