"""Alerts between their table and the dataclass the rules work on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from listeners.model import AlertClass, AlertState, Micros, Sentence, Severity
from listeners.risk.alert import Alert
from listeners.store.codec import (
    dumps,
    from_sentence,
    from_sentences,
    micros,
    storable,
    to_mapping,
    to_sentence,
    to_sentences,
)
from listeners.store.connection import Connection, Row
from listeners.store.versions import check_versions

_SELECT = "SELECT a.*, b.name AS brand FROM alert a JOIN brand b ON b.id = a.brand_id"
_COLUMNS = (
    "class, rule, scope, fingerprint, severity, state, title, explanation, figures, "
    "thin_baseline, first_at, last_at, fired_at, count, owner, acked_at, snoozed_until, "
    "closed_at, holding, calm_checks, flaps, escalated, dismissed_reason, merged_into, suppressed"
)
_VALUES = "?" + ", ?" * 24
_INSERT = f"""
INSERT INTO alert (id, brand_id, {_COLUMNS})
VALUES (?, (SELECT id FROM brand WHERE name = ?), {_VALUES})
"""
_UPDATE = f"UPDATE alert SET version = version + 1, ({_COLUMNS}) = ({_VALUES}) WHERE id = ?"


async def load_alerts(connection: Connection, ids: Iterable[int]) -> dict[int, Alert]:
    """Return alerts by id; one that does not exist is missing from the answer."""
    rows = await connection.fetch(
        f"{_SELECT} WHERE a.id IN (SELECT value FROM json_each(?))", (dumps(list(ids)),)
    )
    return {row["id"]: alert_of(row) for row in rows}


async def merged_in(connection: Connection, heads: Iterable[int]) -> list[Alert]:
    """Return the alerts that were merged into these, the oldest first."""
    rows = await connection.fetch(
        f"""{_SELECT} WHERE a.merged_into IN (SELECT value FROM json_each(?))
            ORDER BY a.id""",
        (dumps(list(heads)),),
    )
    return [alert_of(row) for row in rows]


async def closed_since(connection: Connection, since: Micros) -> list[Alert]:
    """Return the alerts that closed after then."""
    rows = await connection.fetch(f"{_SELECT} WHERE a.closed_at > ?", (since,))
    return [alert_of(row) for row in rows]


async def live_alerts(connection: Connection) -> dict[str, Alert]:
    """Return every live alert (firing, acked or snoozed) by its fingerprint."""
    rows = await connection.fetch(f"{_SELECT} WHERE a.state IN ('firing', 'acked', 'snoozed')")
    return {row["fingerprint"]: alert_of(row) for row in rows}


async def latest_alerts(connection: Connection, fingerprints: Iterable[str]) -> dict[str, Alert]:
    """Return the newest alert of each fingerprint, live or closed (for the cool-down)."""
    rows = await connection.fetch(
        f"""{_SELECT} WHERE a.id IN (
                SELECT (SELECT max(n.id) FROM alert n WHERE n.fingerprint = w.value)
                FROM json_each(?) w)""",
        (dumps([storable(one) for one in fingerprints]),),
    )
    return {row["fingerprint"]: alert_of(row) for row in rows}


async def save_alerts(connection: Connection, alerts: Sequence[Alert]) -> list[Alert]:
    """Store alerts and return them in order, with their ids and new versions.

    ``id`` 0 is a new one. The others must have the version they were read with.

    Raises:
        ChangedError: one of them was changed since; the whole write is then rolled back.
        sqlite3.IntegrityError: a second live alert with the same fingerprint.
    """
    if not alerts:
        return []
    known = [one for one in alerts if one.id]
    await check_versions(connection, "alert", [(one.id, one.version) for one in known])
    (row,) = await connection.fetch("SELECT coalesce(max(id), 0) AS highest FROM alert")
    number = row["highest"]
    saved = []
    for one in alerts:
        if one.id:
            saved.append(replace(one, version=one.version + 1))
        else:
            number += 1
            saved.append(replace(one, id=number, version=1))
    # What closes makes room for what opens: only one live alert may have a fingerprint.
    await connection.many(_UPDATE, [(*_values(one), one.id) for one in known])
    await connection.many(
        _INSERT,
        [
            (now.id, now.brand, *_values(now))
            for before, now in zip(alerts, saved, strict=True)
            if not before.id
        ],
    )
    return saved


async def add_evidence(connection: Connection, alert_id: int, mention_ids: Iterable[int]) -> None:
    """Attach sample mentions to an alert; those attached already stay."""
    await connection.many(
        "INSERT OR IGNORE INTO alert_mention (alert_id, mention_id) VALUES (?, ?)",
        [(alert_id, mention_id) for mention_id in mention_ids],
    )


def alert_of(row: Row) -> Alert:
    """Return the alert a row of this module's SELECT holds."""
    return Alert(
        id=row["id"],
        version=row["version"],
        brand=row["brand"],
        alert_class=AlertClass(row["class"]),
        rule=row["rule"],
        scope=row["scope"],
        fingerprint=row["fingerprint"],
        severity=Severity(row["severity"]),
        state=AlertState(row["state"]),
        title=to_sentence(row["title"]) or Sentence(""),
        explanation=to_sentences(row["explanation"]),
        figures=to_mapping(row["figures"]),
        thin_baseline=bool(row["thin_baseline"]),
        first_at=Micros(row["first_at"]),
        last_at=Micros(row["last_at"]),
        fired_at=Micros(row["fired_at"]),
        count=row["count"],
        owner=row["owner"],
        acked_at=micros(row["acked_at"]),
        snoozed_until=micros(row["snoozed_until"]),
        closed_at=micros(row["closed_at"]),
        holding=bool(row["holding"]),
        calm_checks=row["calm_checks"],
        flaps=row["flaps"],
        escalated=row["escalated"],
        dismissed_reason=row["dismissed_reason"],
        merged_into=row["merged_into"],
        suppressed=bool(row["suppressed"]),
    )


def _values(one: Alert) -> tuple[object, ...]:
    return (
        one.alert_class.value,
        one.rule,
        storable(one.scope),
        storable(one.fingerprint),
        int(one.severity),
        one.state.value,
        from_sentence(one.title),
        from_sentences(one.explanation),
        dumps(dict(one.figures)),
        one.thin_baseline,
        one.first_at,
        one.last_at,
        one.fired_at,
        one.count,
        storable(one.owner),
        one.acked_at,
        one.snoozed_until,
        one.closed_at,
        one.holding,
        one.calm_checks,
        one.flaps,
        one.escalated,
        one.dismissed_reason,
        one.merged_into,
        one.suppressed,
    )
