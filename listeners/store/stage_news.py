"""Whose histories have something new: what is not read yet since the last look.

Mentions, edits and the log have numbers that rise, so that a mark in each is enough; and a sweep
over everybody reads all anew where rules have changed or verdicts were given again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from listeners.model import MINUTE, Part
from listeners.store.codec import dumps, to_mapping
from listeners.store.connection import Connection, Row
from listeners.store.settings import put_setting
from listeners.store.stage_answers import addressed
from listeners.store.stage_following import persons_named
from listeners.store.staging import RULES

MARKS = "stages.marks"
"""The setting that holds how far has been read."""
AT_ONCE = 500
"""Rows of each kind that are looked at in one go."""
SWEPT_AT_ONCE = 200
LATE = 10 * MINUTE
"""By how much the clocks of two processes, or a long write, may let a deletion come late."""

_TELLING = ("answered", "resolve", "ignore", "reopen", "reply", "tag", "untag", "undo", "redo")
_TALKERS = 50
"""People of a conversation who are looked at again when something was done to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """How far has been read: ids, the time of the last deletion, and where the sweep is.

    ``sweep`` is the id of the person swept last, ``None`` while no sweep goes on.
    """

    mention: int = 0
    event: int = 0
    edit: int = 0
    rescoring: int = 0
    gone: int = 0
    sweep: int | None = None


@dataclass(frozen=True, slots=True)
class News:
    """Persons to read anew, and the marks that hold once that is done."""

    persons: tuple[int, ...]
    marks: Marks
    more: bool


async def known_marks(connection: Connection) -> Marks | None:
    """Return how far has been read, ``None`` if nothing was yet."""
    rows = await connection.fetch("SELECT value FROM setting WHERE key = ?", (MARKS,))
    return Marks(**json.loads(rows[0]["value"])) if rows else None


async def keep_marks(connection: Connection, marks: Marks) -> None:
    """Write down how far has been read."""
    await put_setting(connection, MARKS, dumps(asdict(marks)))


async def begin(connection: Connection, rules: str) -> None:
    """Write down by which rules stages are found; others than before are a sweep over everybody."""
    rows = await connection.fetch("SELECT value FROM setting WHERE key = ?", (RULES,))
    marks = await known_marks(connection)
    if marks is not None and rows and rows[0]["value"] == rules:
        return
    await put_setting(connection, RULES, rules)
    await keep_marks(connection, replace(marks or await _now(connection), sweep=0))


async def _now(connection: Connection) -> Marks:
    """Return marks at the end of everything: a sweep that begins now reads all before it."""
    (row,) = await connection.fetch(
        """SELECT (SELECT coalesce(max(id), 0) FROM mention) AS mention,
                  (SELECT coalesce(max(id), 0) FROM event) AS event,
                  (SELECT coalesce(max(id), 0) FROM edit) AS edit,
                  (SELECT coalesce(max(id), 0) FROM rescoring WHERE state = 'done') AS rescoring,
                  (SELECT coalesce(max(deleted_at), 0) FROM mention
                   WHERE deleted_at IS NOT NULL) AS gone"""
    )
    return Marks(**dict(row))


async def news(connection: Connection, marks: Marks) -> News:
    """Return the next persons to read anew. Reads at most ``AT_ONCE`` rows of each kind."""
    end = await _now(connection)
    if end.rescoring > marks.rescoring:
        marks = replace(marks, rescoring=end.rescoring, sweep=0)
    mentions = await _after(connection, _MENTIONS, marks.mention, end.mention)
    edits = await _after(connection, _EDITS, marks.edit, end.edit)
    events = await _after(connection, _EVENTS, marks.event, end.event)
    persons = {row["person_id"] for row in (*mentions, *edits)}
    persons |= await _spoken_to(connection, [row for row in mentions if row["ours"]])
    persons |= await _concerned(connection, events)
    persons |= await _gone(connection, marks.gone)
    marks = replace(
        marks,
        mention=_last(mentions, marks.mention),
        edit=_last(edits, min(marks.edit, end.edit)),
        event=_last(events, marks.event),
        gone=end.gone,
    )
    more = AT_ONCE in (len(mentions), len(edits), len(events))
    if marks.sweep is not None:
        swept = await connection.fetch(
            f"SELECT id FROM person WHERE id > ? ORDER BY id LIMIT {SWEPT_AT_ONCE}", (marks.sweep,)
        )
        persons |= {row["id"] for row in swept}
        more = more or len(swept) == SWEPT_AT_ONCE
        place = swept[-1]["id"] if len(swept) == SWEPT_AT_ONCE else None
        marks = replace(marks, sweep=place)
    return News(tuple(sorted(one for one in persons if one is not None)), marks, more)


_MENTIONS = """
SELECT m.id, m.brand_id, m.network, m.conversation_id, m.sort_at AS at, m.parent_id AS below,
       a.person_id, m.part = ? AS ours
FROM mention m JOIN account a ON a.id = m.account_id WHERE m.id > ? ORDER BY m.id LIMIT ?
"""
_EDITS = """
SELECT e.id, a.person_id, ? AS kind FROM edit e JOIN mention m ON m.id = e.mention_id
JOIN account a ON a.id = m.account_id WHERE e.id > ? ORDER BY e.id LIMIT ?
"""
_EVENTS = """
SELECT id, verb, subject_kind, subject_id, before, after, ? AS kind
FROM event WHERE id > ? ORDER BY id LIMIT ?
"""


async def _after(connection: Connection, sql: str, mark: int, end: int) -> list[Row]:
    return await connection.fetch(sql, (Part.OURS.value, mark, AT_ONCE)) if end > mark else []


def _last(rows: list[Row], mark: int) -> int:
    return int(rows[-1]["id"]) if rows else mark


async def _spoken_to(connection: Connection, ours: list[Row]) -> set[int]:
    """Return whom our new messages answer."""
    to = {account for account in await addressed(connection, ours) if account is not None}
    return await _persons_of(connection, to)


async def _persons_of(connection: Connection, accounts: Iterable[int]) -> set[int]:
    rows = await connection.fetch(
        "SELECT person_id FROM account WHERE id IN (SELECT value FROM json_each(?))",
        (dumps(sorted(accounts)),),
    )
    return {row["person_id"] for row in rows}


async def _concerned(connection: Connection, events: Iterable[Row]) -> set[int]:
    """Return whom what was done concerns."""
    talks: set[int] = set()
    said: set[int] = set()
    persons: set[int] = set()
    for event in events:
        match event["subject_kind"]:
            case "conversation" if event["verb"] in _TELLING:
                talks.add(event["subject_id"])
            case "mention":
                said.add(event["subject_id"])
            case "person":
                persons.add(event["subject_id"])
                for fields in (to_mapping(event["before"]), to_mapping(event["after"])):
                    persons |= persons_named(fields)
    rows = await connection.fetch(
        """SELECT a.person_id FROM json_each(?) w JOIN mention m ON m.id = w.value
           JOIN account a ON a.id = m.account_id""",
        (dumps(sorted(said)),),
    )
    rows += await connection.fetch(
        f"""SELECT a.person_id FROM json_each(?) w JOIN conversation c ON c.id = w.value
            JOIN account a ON a.id = c.opener_id
            UNION SELECT a.person_id FROM json_each(?) w JOIN mention m ON m.id IN (
                SELECT x.id FROM mention x WHERE x.conversation_id = w.value
                ORDER BY x.sort_at DESC, x.id DESC LIMIT {_TALKERS})
            JOIN account a ON a.id = m.account_id""",
        (dumps(sorted(talks)), dumps(sorted(talks))),
    )
    return persons | {row["person_id"] for row in rows}


async def _gone(connection: Connection, since: int) -> set[int]:
    """Return who deleted what they said, and was not read since."""
    rows = await connection.fetch(
        """SELECT DISTINCT s.person_id FROM mention m JOIN account a ON a.id = m.account_id
           JOIN standing s ON s.person_id = a.person_id AND s.brand_id = m.brand_id
           WHERE m.deleted_at IS NOT NULL AND m.deleted_at > ? AND s.read_at <= m.deleted_at + ?""",
        (since - LATE, MINUTE),
    )
    return {row["person_id"] for row in rows}


async def unread(connection: Connection) -> bool:
    """Whether much is not read yet, so that figures are not whole: a sweep, or many mentions."""
    marks = await known_marks(connection)
    if marks is None or marks.sweep is not None:
        return True
    return (await _now(connection)).mention - marks.mention > AT_ONCE
