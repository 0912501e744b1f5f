"""False alarms, keyword health and the trial of edited rules on screen."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from listeners.config import BrandConfig, Config
from listeners.model import DAY, Micros
from listeners.replay import rehearsal
from listeners.store import Store
from tests.listeners.replay.test_budgeting import mentions_of
from tests.tui.driving import Driven, driven, until
from tests.tui.seeded import BRAND, NOW
from tui.screens.alert_rules import AlertRulesScreen
from tui.screens.keyword_health import KeywordHealthScreen
from tui.screens.rehearsal import RehearsalScreen

CONFIG = Config(
    brands=(BrandConfig(name=BRAND, query="aurora"),), member="Ana", members=("Ana", "Léo")
)
SIZES = [(80, 24), (120, 40)]


async def opened(hub: Driven, action: str) -> Any:
    """Open a screen as the palette does, and wait until it has worked its text out."""
    hub.screen.action_hub(action)
    await hub.settled()
    while hub.screen.running:
        await asyncio.sleep(0.02)
    await hub.settled()
    return hub.screen


def copied(hub: Driven) -> str:
    return str(hub.app.clipboard)


async def weeks(store: Store) -> None:
    await mentions_of(store, brand_id=1, until=Micros(NOW - DAY), days=20)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}")
async def test_every_choice_and_what_it_costs(tmp_path: Path, size: tuple[int, int]) -> None:
    async with driven(tmp_path, size, config=CONFIG, prepare=weeks) as hub:
        screen = await opened(hub, "alert.rules")
        assert isinstance(screen, AlertRulesScreen)
        frame = hub.frame()
        assert "surge in an hour" in frame
        assert "preset normal" in frame
        chosen = screen.at
        await hub.press("j", "j", "enter")
        assert screen.at == chosen + 2
        assert copied(hub) == 'false_alarms = "1 a month"'
        await hub.press("G")
        assert "❯ 8 a month" in hub.frame()
        await hub.press("escape")
        assert not isinstance(hub.screen, AlertRulesScreen)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}")
async def test_words_are_judged_copied_and_muted(tmp_path: Path, size: tuple[int, int]) -> None:
    async with driven(tmp_path, size, config=CONFIG) as hub:
        await hub.press("*", "d")
        screen = await opened(hub, "keywords")
        assert isinstance(screen, KeywordHealthScreen)
        assert "dismissed" in hub.frame()
        assert screen.choices, hub.frame()
        await hub.press("enter")
        assert copied(hub).startswith("exclude = ")
        await hub.press("m")
        (row,) = await hub.store.fetch("SELECT kind, value FROM mute WHERE removed = 0")
        assert row["kind"] in ("word", "account")
        await hub.press("z")
        assert await hub.store.fetch("SELECT 1 FROM mute WHERE removed = 0") == []


@pytest.mark.parametrize(
    "size", [SIZES[0], pytest.param(SIZES[1], marks=pytest.mark.long)], ids=["80", "120"]
)
async def test_an_edit_is_tried_and_nothing_is_saved(tmp_path: Path, size: tuple[int, int]) -> None:
    async with driven(tmp_path, size, config=CONFIG) as hub:
        screen = await opened(hub, "rehearse")
        assert isinstance(screen, RehearsalScreen)
        await hub.press("t")
        assert "Nothing is changed yet." in hub.frame()
        await hub.press("j", "enter", *"brakes", "enter")
        await hub.pilot.press("t")
        while screen.running:
            await asyncio.sleep(0.02)
        await hub.settled()
        assert "Edited rules" in hub.frame()
        assert screen._found.counts["matched_less"] >= 1
        assert hub.app.desk.config is CONFIG
        await hub.press("d")
        assert "brakes" not in hub.frame().split("Try the rules")[1].split("\n")[2]


async def test_a_trial_is_stopped_by_escape(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    halted = asyncio.Event()

    async def never(*_args: object) -> list[object]:
        try:
            await asyncio.Event().wait()
        finally:
            halted.set()
        return []

    monkeypatch.setattr(rehearsal, "heard_since", never)
    async with driven(tmp_path, config=CONFIG) as hub:
        screen = await opened(hub, "rehearse")
        await hub.pilot.press("j", "enter", *"brakes", "enter", "t")
        await until(lambda: "esc stops" in hub.frame())
        assert screen.running
        await hub.pilot.press("escape")
        await asyncio.wait_for(halted.wait(), 30)
        await hub.settled()
        assert not screen.running
        assert hub.screen is screen
