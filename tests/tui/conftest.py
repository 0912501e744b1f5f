"""What every test of the screens shares."""

from __future__ import annotations

import pytest

from tests.tui.quiet import WatchedFeed, rest


@pytest.fixture(autouse=True)
def _pilots_wait_for_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a pilot wait for what is under way, and let what takes its time take less of it."""
    monkeypatch.setattr("textual.app.wait_for_idle", rest)
    monkeypatch.setattr("textual.pilot.wait_for_idle", rest)
    monkeypatch.setattr("tui.app.Feed", WatchedFeed)
    monkeypatch.setattr("tui.feed.PERIOD", 0.02)
    monkeypatch.setattr("tui.screens.search._TYPING", 0.02)
    monkeypatch.setattr("tui.screens.writing.PERIOD", 0.05)
