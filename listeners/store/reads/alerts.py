"""The list of alerts, and what each row of it shows."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from listeners.model import AlertClass, AlertState, Micros, SafeText, Sentence, Severity
from listeners.risk.ringing import held_under
from listeners.rows import AlertRow
from listeners.store.codec import dumps, micros, to_mapping, to_sentence, to_sentences
from listeners.store.connection import Row
from listeners.store.database import Store
from listeners.store.filters import AlertFilter
from listeners.store.reads.brands import brand_ids, merged
from listeners.store.search import Condition

_LIST = """
SELECT a.id AS id, a.severity AS severity, a.last_at AS last_at FROM alert a
WHERE a.brand_id = ? AND a.state = ? AND a.merged_into IS NULL{where}
"""


async def alert_ids(store: Store, wanted: AlertFilter) -> array[int]:
    """Return the ids of a filter's alerts: worst first, then newest evidence first.

    Live states come together in one order; closed ones (resolved, dismissed) after them.
    """
    ids = await brand_ids(store, wanted.brand)
    condition = Condition()
    condition.one_of("a.class", [AlertClass(one).value for one in wanted.classes])
    if wanted.min_severity:
        condition.add("a.severity >= ?", int(wanted.min_severity))
    if wanted.since is not None:
        condition.add("a.last_at >= ?", wanted.since)
    if wanted.until is not None:
        condition.add("a.first_at < ?", wanted.until)
    states = list(dict.fromkeys(AlertState(one).value for one in wanted.states))
    if not ids or not states:
        return array("q")
    arms, parameters = [], []
    for state in states:
        sql, values = merged(_LIST.format(where=condition.sql), ids, (state, *condition.parameters))
        arms.append(sql)
        parameters.extend(values)
    rows = await store.fetch(
        " UNION ALL ".join(arms) + " ORDER BY severity DESC, last_at DESC, id DESC", parameters
    )
    return _grouped([row["id"] for row in rows], await held(store))


class _Live(NamedTuple):
    """What grouping looks at of a live alert."""

    id: int
    brand: str
    severity: Severity
    state: AlertState
    suppressed: bool


async def live(store: Store) -> list[_Live]:
    """Return every live alert as far as grouping looks at it."""
    ids = await brand_ids(store, "")
    arms, parameters = [], []
    for state in ("firing", "acked", "snoozed"):
        sql, values = merged(_LIVE, ids, (state,))
        arms.append(sql)
        parameters.extend(values)
    rows = await store.fetch(" UNION ALL ".join(arms), parameters) if ids else []
    return [
        _Live(
            row["id"],
            str(row["brand_id"]) if row["brand_id"] else "",
            Severity(row["severity"]),
            AlertState(row["state"]),
            bool(row["suppressed"]),
        )
        for row in rows
    ]


_LIVE = """
SELECT a.id AS id, a.brand_id AS brand_id, a.severity AS severity, a.state AS state,
       a.suppressed AS suppressed FROM alert a
WHERE a.brand_id = ? AND a.state = ? AND a.merged_into IS NULL
"""


async def held(store: Store) -> dict[int, int]:
    """Return the holder of each live alert that a graver one of its brand holds."""
    return held_under(await live(store))


def _grouped(ids: list[int], holders: Mapping[int, int]) -> array[int]:
    """Return the ids with each held alert right behind its holder, where that is shown."""
    shown = set(ids)
    under: dict[int, list[int]] = {}
    for id_ in ids:
        if holders.get(id_) in shown:
            under.setdefault(holders[id_], []).append(id_)
    inside = {id_ for held_ones in under.values() for id_ in held_ones}
    return array(
        "q", [one for id_ in ids if id_ not in inside for one in (id_, *under.get(id_, ()))]
    )


_ROWS = """
SELECT a.*, b.name AS brand,
       (SELECT json_group_array(mention_id) FROM (SELECT mention_id FROM alert_mention
            WHERE alert_id = a.id ORDER BY mention_id)) AS evidence,
       (SELECT count(*) FROM alert i WHERE i.merged_into = a.id) AS merged,
       (SELECT json_group_array(e.mention_id) FROM alert i JOIN alert_mention e ON e.alert_id = i.id
            WHERE i.merged_into = a.id) AS merged_evidence
FROM json_each(?) w JOIN alert a ON a.id = w.value JOIN brand b ON b.id = a.brand_id
"""


async def alerts(store: Store, ids: Iterable[int]) -> dict[int, AlertRow]:
    """Return alerts by id; one that is gone is missing from the answer."""
    rows = await store.fetch(_ROWS, (dumps(list(ids)),))
    holders = await held(store)
    holds = Counter(holders.values())
    return {row["id"]: _row(row, holders.get(row["id"], 0), holds[row["id"]]) for row in rows}


def _row(row: Row, held_by: int, holds: int) -> AlertRow:
    return AlertRow(
        id=row["id"],
        version=row["version"],
        brand=row["brand"],
        alert_class=AlertClass(row["class"]),
        rule=row["rule"],
        scope=SafeText(row["scope"]),
        severity=Severity(row["severity"]),
        state=AlertState(row["state"]),
        title=to_sentence(row["title"]) or Sentence(""),
        explanation=to_sentences(row["explanation"]),
        first_at=Micros(row["first_at"]),
        last_at=Micros(row["last_at"]),
        count=row["count"],
        owner=row["owner"],
        acked_at=micros(row["acked_at"]),
        snoozed_until=micros(row["snoozed_until"]),
        dismissed_reason=row["dismissed_reason"],
        thin_baseline=bool(row["thin_baseline"]),
        evidence=tuple(sorted({*_numbers(row["evidence"]), *_numbers(row["merged_evidence"])})),
        suppressed=bool(row["suppressed"]),
        held_by=held_by,
        holds=holds,
        merged=row["merged"],
        figures=to_mapping(row["figures"]),
    )


def _numbers(text: str) -> Iterable[int]:
    return (int(part) for part in text.strip("[]").split(",") if part)
