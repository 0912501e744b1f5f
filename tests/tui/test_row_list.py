"""The virtual list: a hundred thousand rows, a few of them loaded, none of them moving."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence

from textual.app import App, ComposeResult

from listeners.model import Micros
from tests.tui.driving import until
from tui.session import RowList
from tui.theme import DARK, PLAIN, THEMES, Palette
from tui.widgets.paint import Line
from tui.widgets.row_list import VirtualList

MANY = array("q", range(100_000))


class Words(VirtualList[str]):
    """A list of plain words."""

    def row_height(self, width: int) -> int:
        return 2

    def lines(
        self, row: str, width: int, now: Micros, styles: Palette, *, chosen: bool, marked: bool
    ) -> list[Line]:
        sign = ">" if chosen else "*" if marked else " "
        return [[(f"{sign}{row}", styles.ink)], [("  more", styles.ink)]]


class ListApp(App[None]):
    """One list and what it asked for."""

    def __init__(self) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK
        self.asked: list[int] = []
        self.version = 1
        self.rows = Words(RowList(), self.load, lambda: Micros(0), id="words")

    def compose(self) -> ComposeResult:
        yield self.rows

    async def load(self, ids: Sequence[int]) -> Mapping[int, str]:
        self.asked += ids
        return {row: f"row {row} v{self.version}" for row in ids}

    @property
    def frame(self) -> list[str]:
        strips = self.screen._compositor.render_strips()
        return [strip.text.rstrip() for strip in strips]

    def shows(self, text: str) -> bool:
        return any(text in line for line in self.frame)


async def test_only_what_is_seen_and_a_little_around_is_loaded() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 20)) as pilot:
        app.rows.offer(MANY, frozen=False)
        await until(lambda: app.shows(">row 0 v1"))
        app.rows.move_to(99_999)
        await until(lambda: app.shows(">row 99999 v1"))
        await pilot.pause()
        assert len(set(app.asked)) < 200
        assert app.rows.state.cursor == 99_999


async def test_the_row_under_the_cursor_stays_where_it_is_when_rows_come_above() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 20)):
        app.rows.offer(MANY, frozen=False)
        app.rows.move_to(500)
        await until(lambda: app.shows(">row 500"))
        line = next(at for at, text in enumerate(app.frame) if text.startswith(">"))
        app.rows.offer(array("q", [*range(200_000, 200_040), *MANY]), frozen=False)
        await until(lambda: app.shows(">row 500"))
        await until(
            lambda: next((at for at, t in enumerate(app.frame) if t.startswith(">")), -1) == line
        )


async def test_a_reload_redraws_what_changed() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 20)):
        app.rows.offer(MANY, frozen=False)
        await until(lambda: app.shows("row 3 v1"))
        app.version = 2
        await app.rows.reload()
        await until(lambda: app.shows("row 3 v2") and not app.shows("v1"))


async def test_the_wheel_scrolls_and_the_mouse_chooses() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 20)) as pilot:
        app.rows.offer(MANY, frozen=False)
        await until(lambda: app.shows(">row 0"))
        await pilot.click("#words", offset=(3, 7))
        await until(lambda: app.shows(">row 3"))
        assert app.rows.state.cursor == 3


async def test_marks_are_drawn() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 20)):
        app.rows.offer([1, 2, 3], frozen=False)
        app.rows.state.toggle_all()
        app.rows.marks_changed()
        await until(lambda: app.shows("*row 2"))


async def test_an_empty_list_says_so_and_survives_every_key() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 20)):
        app.rows.say_empty([[("nothing here", PLAIN)]])
        for index in (-5, 0, 5):
            app.rows.move_to(index)
        app.rows.open()
        await until(lambda: app.shows("nothing here"))
