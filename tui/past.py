"""The key on the sources' screen that stops a reading of the past, or lets it go on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from listeners.actions.history import go_on_with_history, stop_history
from listeners.actions.outcome import Outcome
from listeners.store.backfills import OPEN, BackfillRow
from tui.desk import Desk


def by_source(rows: Iterable[BackfillRow]) -> Mapping[int, Sequence[BackfillRow]]:
    """Return readings by the number of their source."""
    found: dict[int, list[BackfillRow]] = defaultdict(list)
    for row in rows:
        found[row.source_id].append(row)
    return found


async def turn_past(desk: Desk, source: str, rows: Sequence[BackfillRow]) -> Outcome:
    """Stop what is being read of a source's past; where nothing is, let what was stopped go on.

    Raises:
        StoreError: nothing was stored.
    """
    turn = stop_history if any(row.state in OPEN for row in rows) else go_on_with_history
    return await turn(desk.store, desk.config, desk.actor, desk.clock(), source)
