"""Answers from the log, and who waits now: the raw rows of the response report."""

from __future__ import annotations

from collections.abc import Mapping

from listeners.conversations.state import WE_ANSWERED
from listeners.model import Micros
from listeners.reports.responses import ELSEWHERE, Answer, How, Waiting
from listeners.store.codec import dumps, micros, to_mapping
from listeners.store.connection import Row
from listeners.store.database import Store
from listeners.store.reads.brands import brand_ids

_HOW: Mapping[str, How] = {
    "reply": "reply",
    "answered": "by hand",
    WE_ANSWERED.template: "there",
}

_ANSWERS = """
SELECT e.at, e.actor, e.verb, e.before, e.after, c.id, b.name AS brand, c.network, c.tier
FROM event e JOIN conversation c ON c.id = e.subject_id JOIN brand b ON b.id = c.brand_id
WHERE e.verb IN (SELECT value FROM json_each(?)) AND e.at >= ? AND e.at < ?
  AND e.subject_kind = 'conversation' AND e.undone = 0
  AND c.brand_id IN (SELECT value FROM json_each(?))
ORDER BY e.at, e.id
"""

_WAITING = """
SELECT c.id, b.name AS brand, c.network, c.tier, c.assignee, c.first_response_at, c.waiting_since
FROM conversation c JOIN brand b ON b.id = c.brand_id
WHERE c.brand_id IN (SELECT value FROM json_each(?)) AND c.state = 'open' AND c.in_queue = 1
  AND c.merged_into IS NULL AND c.waiting_since IS NOT NULL
"""


async def answers(store: Store, brand: str, since: Micros, until: Micros) -> list[Answer]:
    """Return every answer logged in [since, until) that stopped a wait, oldest first."""
    ids = await brand_ids(store, brand)
    rows = await store.fetch(_ANSWERS, (dumps(list(_HOW)), since, until, dumps(ids)))
    return [one for row in rows if (one := _answer(row)) is not None]


def _answer(row: Row) -> Answer | None:
    before, after = to_mapping(row["before"]), to_mapping(row["after"])
    asked = before.get("waiting_since")
    if not isinstance(asked, int) or after.get("waiting_since") is not None:
        return None
    how = _HOW[row["verb"]]
    written = after.get("written_at")
    at = written if isinstance(written, int) else row["at"]
    return Answer(
        conversation=row["id"],
        brand=row["brand"],
        network=row["network"],
        tier=row["tier"],
        member=ELSEWHERE if how == "there" else row["actor"],
        how=how,
        first=before.get("first_response_at") is None
        and after.get("first_response_at") is not None,
        asked_at=Micros(asked),
        answered_at=Micros(max(at, asked)),
    )


async def waiting(store: Store, brand: str) -> list[Waiting]:
    """Return every conversation that waits on us now."""
    ids = await brand_ids(store, brand)
    return [
        Waiting(
            conversation=row["id"],
            brand=row["brand"],
            network=row["network"],
            tier=row["tier"],
            member=row["assignee"],
            first=row["first_response_at"] is None,
            asked_at=micros(row["waiting_since"]) or Micros(0),
        )
        for row in await store.fetch(_WAITING, (dumps(ids),))
    ]
