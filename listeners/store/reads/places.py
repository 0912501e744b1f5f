"""The sources, as the source screen shows them."""

from __future__ import annotations

from listeners.model import Micros, SafeText, SourceState
from listeners.rows import SourceRow
from listeners.store.codec import micros, to_gap, to_sentence
from listeners.store.connection import Row
from listeners.store.database import Store

_SOURCES = """
SELECT s.*, g.from_at AS gap_from, g.to_at AS gap_to, g.reason AS gap_reason
FROM source s LEFT JOIN gap g ON g.id = (
    SELECT o.id FROM gap o WHERE o.source_id = s.id AND o.filled_at IS NULL
    ORDER BY o.seen_at DESC LIMIT 1)
ORDER BY s.network, s.label, s.id
"""


async def sources(store: Store) -> list[SourceRow]:
    """Return every source there is, with its newest gap that is not filled."""
    return [_source(row) for row in await store.fetch(_SOURCES)]


def _source(row: Row) -> SourceRow:
    return SourceRow(
        id=row["id"],
        key=row["key"],
        network=row["network"],
        label=SafeText(row["label"]),
        state=SourceState(row["state"]),
        detail=to_sentence(row["detail"]),
        state_since=Micros(row["state_since"]),
        until=micros(row["until_at"]),
        last_ok_at=micros(row["last_ok_at"]),
        next_at=micros(row["next_at"]),
        lag=row["lag"],
        cursor=row["cursor"],
        fetched=row["fetched"],
        new=row["new"],
        updated=row["updated"],
        deleted=row["deleted"],
        bad=row["bad"],
        open_gap=to_gap(row["gap_from"], row["gap_to"], row["gap_reason"]),
        gapless=bool(row["gapless"]),
    )
