"""Shares, rising words and hours on the screen: what is in sight, the way into the search."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from listeners.config import BrandConfig, Config
from listeners.model import MINUTE, SECOND, Micros
from listeners.store import Store
from listeners.voice import looking
from listeners.voice.hours import Cell, HeatMap
from tests.listeners.voice.talk import CONFIG, NOW, OURS, RIVAL, Line, fill
from tests.tui.driving import Driven, driven
from tests.tui.test_hostile_screens import TEXTS, nothing_obeyed
from tui import voice_findings
from tui.screens.search import SearchScreen
from tui.screens.voice import VoiceScreen
from tui.theme import DARK, palette
from tui.widgets.hours_lines import hours_lines
from tui.widgets.paint import text_of, width_of
from tui.widgets.voice_rows import share_bar


def at_work(
    folder: Path, size: tuple[int, int] = (80, 24), config: Config = CONFIG
) -> AbstractAsyncContextManager[Driven]:
    async def prepare(store: Store) -> None:
        await fill(store)

    return driven(folder, size, filled=False, config=config, prepare=prepare)


async def opened(hub: Driven) -> VoiceScreen:
    await hub.press("9", "v")
    assert isinstance(hub.screen, VoiceScreen)
    return hub.screen


@pytest.mark.parametrize(
    "size",
    [
        (80, 24),
        pytest.param((120, 40), marks=pytest.mark.long),
        pytest.param((200, 60), marks=pytest.mark.long),
    ],
    ids=lambda size: f"{size[0]}",
)
async def test_the_parts_in_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    async with at_work(tmp_path, size) as hub:
        await opened(hub)
        await hub.same_frame(f"voice-shares-{size[0]}x{size[1]}")
        await hub.press("tab")
        await hub.same_frame(f"voice-words-{size[0]}x{size[1]}")
        await hub.press("tab", "j")
        await hub.same_frame(f"voice-hours-{size[0]}x{size[1]}")
        await hub.press("tab")
        assert hub.screen.rows is hub.screen.shares_pane.rows


async def test_a_word_leads_to_the_search_for_it_in_that_time(tmp_path: Path) -> None:
    async with at_work(tmp_path) as hub:
        screen = await opened(hub)
        await hub.press("tab", "f")
        assert "Rising: words" in hub.frame()
        row = screen.words_pane.rows.row
        assert row is not None
        await hub.press("enter")
        assert isinstance(hub.screen, SearchScreen)
        assert hub.screen.field.value == row.one.written
        assert sorted(hub.screen.found.state.ids) == sorted(row.one.mentions)
        assert f"· {OURS} · since" in hub.frame()
        await hub.press("escape")
        assert hub.screen is screen


@pytest.mark.long
async def test_hashtags_and_emoji_are_searched_as_what_they_are(tmp_path: Path) -> None:
    async with at_work(tmp_path) as hub:
        screen = await opened(hub)
        await hub.press("f", "f", "f")
        for query in ("#brakegate", 'raw:"😡"'):
            row = screen.words_pane.rows.row
            assert row is not None
            await hub.press("enter")
            assert hub.screen.field.value == query
            assert sorted(hub.screen.found.state.ids) == sorted(row.one.mentions)
            await hub.press("escape", "f")


async def test_another_brand_another_time_and_against_each_other(tmp_path: Path) -> None:
    async with at_work(tmp_path) as hub:
        await opened(hub)
        await hub.press("w")
        assert "28 days" in hub.frame()
        await hub.press("w", "w", "w", "B")
        assert f"Share of voice · {RIVAL} · 7 days" in hub.frame()
        await hub.press("k", "enter")
        assert f"Share of voice · {OURS} · 7 days" in hub.frame()
        await hub.press("v")
        assert f"Said of {RIVAL}, less of {OURS}" in hub.frame()
        assert "lifetime warranty" in hub.frame()
        await hub.press("v", "v")
        assert "Rising: themes" in hub.frame()


async def test_a_weekday_in_numbers(tmp_path: Path) -> None:
    async with at_work(tmp_path, (80, 24)) as hub:
        screen = await opened(hub)
        await hub.press("shift+tab")
        # Today is a Friday.
        assert screen.hours_pane.weekday == 4
        await hub.press("j", "j", "j")
        assert screen.hours_pane.weekday == 6
        await hub.press("g")
        assert screen.hours_pane.weekday == 0
        await hub.press("enter")
        assert "Nothing to open here." in hub.frame()


async def test_it_is_worked_out_again_when_it_is_old_and_there_is_news(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def counting(*arguments: object) -> object:
        asked.append(str(arguments[2]))
        return await looking.compare(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(voice_findings, "compare", counting)
    async with at_work(tmp_path, (80, 24)) as hub:
        screen = await opened(hub)
        assert asked == [OURS]
        await fill(hub.store, [Line(RIVAL, "mastodon", 400, "Borealis", 60 * SECOND)], first=9_000)
        await hub.settled()
        assert asked == [OURS]
        assert rival(screen) == 24
        hub.clock.now = Micros(hub.clock.now + 121 * SECOND)
        screen.look_again()
        await hub.settled()
        assert asked == [OURS, OURS]
        assert rival(screen) == 25
        screen.do_refresh()
        await hub.settled()
        assert asked == [OURS] * 3


def rival(screen: VoiceScreen) -> int:
    """Return how many mentions of the rival are shown."""
    row = screen.shares_pane.rows.known(1)
    assert row is not None
    assert row.brand == RIVAL
    return row.whole.total


async def test_without_a_brand_or_a_competitor_it_says_so(tmp_path: Path) -> None:
    async with at_work(tmp_path, (80, 24), Config()) as hub:
        await opened(hub)
        assert "There is no brand in the configuration yet." in hub.frame()
        await hub.press("v")
        assert "There is no other brand to compare with." in hub.frame()
    alone = Config(brands=(BrandConfig(name=OURS),))
    async with at_work(tmp_path / "alone", (120, 40), alone) as hub:
        await opened(hub)
        assert "No competitor is set up" in hub.frame()


async def test_nothing_heard_is_said(tmp_path: Path) -> None:
    async with driven(tmp_path, (120, 40), filled=False, config=CONFIG) as hub:
        await opened(hub)
        assert "nothing was heard in this time" in hub.frame()
        assert "Nothing was heard in this time." in hub.frame()
        await hub.press("tab", "tab")
        assert "Nothing was heard in four weeks." in hub.frame()


@pytest.mark.timeout(120)
async def test_hostile_text_is_harmless(tmp_path: Path) -> None:
    lines = [
        Line(
            OURS,
            "mastodon",
            author,
            f"{text[:300]} brakes",
            place * MINUTE,
            tags=(text[:40], "[b]"),
        )
        for place, text in enumerate(TEXTS)
        for author in range(3)
    ]

    async def prepare(store: Store) -> None:
        await fill(store, lines)

    async with driven(tmp_path, (120, 40), filled=False, config=CONFIG, prepare=prepare) as hub:
        screen = await opened(hub)
        await hub.press("w", "w", "w", "tab")
        assert len(screen.words_pane.rows.state) > 5
        for _ in range(5):
            nothing_obeyed(hub)
            await hub.press("pagedown")
            nothing_obeyed(hub)
            await hub.press("f")


# --- lines ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "bar"),
    [
        (0.0, "        "),
        (1.0, "████████"),
        (0.5, "████    "),
        (0.515625, "████▏   "),
        (0.99, "███████▉"),
    ],
)
def test_a_share_as_a_bar(share: float, bar: str) -> None:
    assert share_bar(share, 8) == bar


def test_hours_fit_every_width_and_mark_what_stands_out() -> None:
    plain = Cell(4, 4, 0, 1)
    cells = [[plain] * 24 for _ in range(7)]
    cells[1][18] = Cell(4, 1_234, 900, 0)
    cells[0][3] = Cell(4, 250, 0, 12_345_678)
    heat = HeatMap(tuple(map(tuple, cells)), Micros(0), NOW, "UTC")
    for width in (60, 78, 118, 160):
        lines = hours_lines(heat, 0, width, palette(DARK))
        assert max(width_of(line) for line in lines) <= width
    shown = [text_of(line) for line in hours_lines(heat, 0, 78, palette(DARK))]
    assert shown[1].split()[:5] == ["Mon", "4", "4", "4", "250"]
    assert "██▾" in shown[2]
    assert "999" in shown[10]
    assert "××" in shown[11]
    assert any("People speak most: Tue 18:00, Mon 03:00." in line for line in shown)
    assert any("nobody answers: Tue 18:00." in line for line in shown)
    chosen = [text_of(line) for line in hours_lines(heat, 1, 78, palette(DARK))]
    assert "1k" in chosen[2]
    assert "73" in chosen[8]
