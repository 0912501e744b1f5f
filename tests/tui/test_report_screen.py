"""The report on the screen: which time, what it shows, into a file and into the browser."""

from __future__ import annotations

import stat
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from rich.cells import cell_len

from listeners.config import Config
from listeners.store import Store
from tests.listeners.reports.busy_month import CONFIG, NOW, fill_month
from tests.listeners.voice.talk import OURS
from tests.tui.driving import Driven, driven
from tui.screens.report import ReportScreen
from tui.terminal import opener
from tui.terminal.opener import page_of
from tui.widgets.report_lines import fitted


def at_work(
    folder: Path, size: tuple[int, int] = (80, 24), config: Config = CONFIG
) -> AbstractAsyncContextManager[Driven]:
    return driven(folder, size, filled=False, config=config, prepare=_prepare)


async def _prepare(store: Store) -> None:
    await fill_month(store)


async def opened(hub: Driven) -> ReportScreen:
    hub.clock.now = NOW
    await hub.press("9", "r")
    assert isinstance(hub.screen, ReportScreen)
    return hub.screen


async def test_it_is_shown_written_opened_and_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    copied: list[str] = []
    calls: list[str] = []
    async with at_work(tmp_path) as hub:
        monkeypatch.setattr(hub.app, "copy_to_clipboard", copied.append)
        monkeypatch.setattr(
            opener, "_open", lambda address, _environment: bool(calls.append(address))
        )
        screen = await opened(hub)
        frame = hub.frame()
        assert f"{OURS} · Week 47 of 2026" in frame
        assert "In three sentences" in frame
        await hub.press("o")
        assert "Write it to a file first." in hub.frame()
        await hub.press("e", "enter")
        target = tmp_path / "hubbub-report-aurora-bikes-2026-W47.html"
        assert screen.file == target
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
        await hub.press("o")
        assert calls == [target.as_uri()]
        assert copied == [str(target)]
        await hub.press("y")
        assert copied[-1].startswith(f"# {OURS}")
        await hub.press("e", *"/nowhere/a.md", "enter")
        assert "cannot be written" in hub.frame()
        assert screen.file == target
        await hub.press("escape")
        assert hub.screen is not screen


async def test_another_time_is_chosen(tmp_path: Path) -> None:
    async with at_work(tmp_path) as hub:
        screen = await opened(hub)
        await hub.press("w", *"october", "enter")
        assert screen.found is not None
        assert screen.found.stretch.name == "2026-10"
        assert "October 2026" in hub.frame()
        await hub.press("w", *"winter", "enter")
        assert screen.found is not None
        assert screen.found.stretch.campaign is not None
        assert all(cell_len(line) <= 80 for line in hub.frame().splitlines())


async def test_without_a_brand_it_says_so(tmp_path: Path) -> None:
    async with at_work(tmp_path, config=Config()) as hub:
        await opened(hub)
        assert "No brand is set up" in hub.frame()
        await hub.press("e", "y", "o")
        assert isinstance(hub.screen, ReportScreen)


@pytest.mark.parametrize(
    ("rows", "width", "expected"),
    [
        ([["a", "1"], ["bb", "22"]], 80, [2, 2]),
        ([["a" * 50, "b" * 50]], 80, [38, 38]),
        ([["a" * 70, "b" * 20]], 80, [56, 20]),
        ([["a" * 70, "b" * 70, "c"]], 20, [12, 12, 1]),
        ([["", ""]], 80, [0, 0]),
    ],
)
def test_columns_fit(rows: list[list[str]], width: int, expected: list[int]) -> None:
    assert fitted(rows, width) == expected


def test_only_pages_of_ours_are_opened(tmp_path: Path) -> None:
    made, other = tmp_path / "a b.html", tmp_path / "run.sh"
    for one in (made, other):
        one.write_text("x", encoding="utf-8")
    address = page_of(made)
    assert address is not None
    assert address.startswith("file:///")
    assert address.endswith("a%20b.html")
    assert page_of(other) is None
    assert page_of(tmp_path / "missing.html") is None
    hidden = tmp_path / "hidden.html"
    hidden.symlink_to(other)
    assert page_of(hidden) is None
    assert page_of(tmp_path) is None
