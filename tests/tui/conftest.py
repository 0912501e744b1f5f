"""What every test of the screens shares."""

from __future__ import annotations

import pytest

from tests.tui.quiet import WatchedFeed, rest


@pytest.fixture(autouse=True)
def _pilots_wait_for_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a pilot wait for what is under way, and the feed tell its news soon."""
    monkeypatch.setattr("textual.app.wait_for_idle", rest)
    monkeypatch.setattr("textual.pilot.wait_for_idle", rest)
    monkeypatch.setattr("tui.app.Feed", WatchedFeed)
    monkeypatch.setattr("tui.feed.PERIOD", 0.02)
