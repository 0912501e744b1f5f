"""The demonstration's alerts: one image alert early in its crisis, one leak, one impersonation."""

from __future__ import annotations

from pathlib import Path

import pytest

from listeners.demo import play
from listeners.demo.play import Player
from listeners.model import HOUR, MINUTE, AlertClass, Micros
from listeners.store import open_store, reads
from listeners.store.filters import AlertFilter

CRISIS = int(37.8 * HOUR)
"""When the first bricked machine is spoken of, in microseconds of the story."""
EARLY = 60 * MINUTE
ALL = ("firing", "acked", "snoozed", "resolved", "dismissed")


# The story ends at the present, and so its hours begin anywhere in an hour of the clock.
@pytest.mark.parametrize("shift", [0, pytest.param(35, marks=pytest.mark.long)])
async def test_the_crisis_fires_once_and_nothing_else_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shift: int
) -> None:
    monkeypatch.setattr(play, "LOOKS_AT_ONCE", 20 * MINUTE)
    async with open_store(tmp_path / "hubbub.db") as store:
        player = Player(store, seconds=1.0, at_once=46 * HOUR)
        player.clock.began_at = Micros(player.clock.began_at - shift * MINUTE)
        player.clock.hold(0)
        await player.prepare()
        rows = await reads.alerts(store, await reads.alert_ids(store, AlertFilter(states=ALL)))
        began = player.clock.began_at
        wanted = [
            row
            for row in sorted(rows.values(), key=lambda row: row.first_at)
            if row.alert_class not in (AlertClass.SOURCE, AlertClass.OVERDUE)
        ]
        kinds = [row.alert_class for row in wanted]
        assert kinds == [AlertClass.IMPERSONATION, AlertClass.LEAK, AlertClass.IMAGE]
        assert 0 < wanted[-1].first_at - began - CRISIS <= EARLY
