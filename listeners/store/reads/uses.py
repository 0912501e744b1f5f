"""What every source lives on: its pace, and the budgets, allowances and turns it shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from listeners.model import SECOND, Micros
from listeners.store.codec import micros
from listeners.store.connection import Row
from listeners.store.database import Store
from listeners.store.spend import SpendUse, spend_uses

_BUDGETS = """
SELECT u.source_id, b.* FROM source_use u JOIN budget b ON b.key = u.key
WHERE b.blocked_until > ?1
   OR (b.remaining IS NOT NULL AND coalesce(b.reset_at, b.updated_at + 3600000000) > ?1)
ORDER BY u.source_id, coalesce(b.blocked_until, 0) <= ?1,
    1.0 * b.remaining / max(coalesce(b.allowed, b.remaining), 1), b.key
"""
_QUOTAS = """
SELECT u.source_id, q.* FROM source_use u JOIN quota q ON q.key = u.key
WHERE q.until_at > ? ORDER BY u.source_id, q.key
"""
_TURNS = """
SELECT u.source_id, t.* FROM source_use u JOIN turn t ON t.host = u.key
ORDER BY u.source_id, t.host
"""


@dataclass(frozen=True, slots=True)
class HostUse:
    """What a host still allows: ``remaining`` of ``allowed`` until ``reset_at``, or nothing."""

    host: str
    remaining: int | None
    allowed: int | None
    reset_at: Micros | None
    blocked_until: Micros | None


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """What was taken of a day's allowance, which is renewed at ``until``."""

    name: str
    taken: int
    allowed: int
    until: Micros


@dataclass(frozen=True, slots=True)
class TurnUse:
    """A host asked once in so many seconds, by all sources together; next at ``free_at``."""

    host: str
    seconds: float
    free_at: Micros


@dataclass(frozen=True, slots=True)
class SourceUse:
    """What one source lives on. ``pace`` is the seconds between two rounds, where there are any."""

    pace: float | None = None
    hosts: tuple[HostUse, ...] = ()
    quotas: tuple[QuotaUse, ...] = ()
    turns: tuple[TurnUse, ...] = ()
    spend: SpendUse | None = None


async def source_uses(store: Store, now: Micros) -> Mapping[int, SourceUse]:
    """Return what every source lives on now, by its number; a host's scarcest budget first."""
    rows = await store.fetch("SELECT id, pace FROM source")
    found = {row["id"]: SourceUse(pace=row["pace"]) for row in rows}
    for row in await store.fetch(_BUDGETS, (now,)):
        known = found[row["source_id"]]
        found[row["source_id"]] = replace(known, hosts=(*known.hosts, _host(row, now)))
    for row in await store.fetch(_QUOTAS, (now,)):
        known = found[row["source_id"]]
        quota = QuotaUse(_bare(row["key"]), row["taken"], row["allowed"], Micros(row["until_at"]))
        found[row["source_id"]] = replace(known, quotas=(*known.quotas, quota))
    for row in await store.fetch(_TURNS):
        known = found[row["source_id"]]
        free_at = Micros(row["asked_at"] + int(row["seconds"] * SECOND))
        turn = TurnUse(row["host"], row["seconds"], free_at)
        found[row["source_id"]] = replace(known, turns=(*known.turns, turn))
    for number, spend in (await spend_uses(store, now)).items():
        found[number] = replace(found[number], spend=spend)
    return found


def _host(row: Row, now: Micros) -> HostUse:
    reset_at, blocked = micros(row["reset_at"]), micros(row["blocked_until"])
    renewed = reset_at is not None and reset_at <= now
    return HostUse(
        _bare(row["key"]),
        None if renewed else row["remaining"],
        row["allowed"],
        reset_at,
        blocked if blocked is not None and blocked > now else None,
    )


def _bare(key: str) -> str:
    """Return a key without the fingerprint of its credential."""
    return key.partition("#")[0]
