"""A list of any length that draws only what is seen: ids in memory, rows by the page.

The order, the cursor and the marks live in a ``RowList`` (``tui.session``); this widget draws
them, loads the rows in sight and one page around, and keeps each drawn line until its row, its
look or the minute changes. Moving the cursor redraws two rows.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from listeners.clock import Clock
from listeners.model import MINUTE, Micros
from tui.session import RowList
from tui.theme import PLAIN, Palette
from tui.widgets.paint import Line, palette_of, strip, text_of, width_of, wrapped

Row = TypeVar("Row")
Load = Callable[[Sequence[int]], Awaitable[Mapping[int, Row]]]

_MARGIN = 24
"""Rows loaded above and below those in sight."""


class VirtualList(ScrollView, Generic[Row], can_focus=True, inherit_bindings=False):
    """A list with a cursor. A subclass says how high a row is and how its lines read."""

    DEFAULT_CSS = "VirtualList { overflow-x: hidden; scrollbar-size-vertical: 1; }"

    class Moved(Message):
        """The cursor stands on another row, or on another version of the list."""

        def __init__(self, rows: Widget) -> None:
            super().__init__()
            self.rows = rows

        @property
        def control(self) -> Widget:
            """The list, for ``@on`` selectors."""
            return self.rows

    class Opened(Moved):
        """The row under the cursor was asked for: double click, or the key of ``open``."""

    def __init__(
        self,
        state: RowList,
        load: Load[Row],
        clock: Clock,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self.state = state
        self._load = load
        self._clock = clock
        self._rows: dict[int, Row] = {}
        self._strips: dict[tuple[int, int, bool, bool, bool], Strip] = {}
        self._drawn_for: tuple[int, Palette, int] | None = None
        self._loading = False
        self._stale = False
        self._empty: Sequence[Line] = ()

    # --- for subclasses ----------------------------------------------------------------------

    def row_height(self, width: int) -> int:
        """Return how many lines a row takes in this width."""
        return 1

    def lines(
        self, row: Row, width: int, now: Micros, styles: Palette, *, chosen: bool, marked: bool
    ) -> list[Line]:
        """Return the lines of a row."""
        raise NotImplementedError

    # --- what it shows -----------------------------------------------------------------------

    @property
    def row(self) -> Row | None:
        """The row under the cursor, ``None`` while it is not loaded."""
        cursor = self.state.cursor
        return None if cursor is None else self._rows.get(cursor)

    def known(self, row: int) -> Row | None:
        """Return a row by its id if it is in memory."""
        return self._rows.get(row)

    def say_empty(self, lines: Sequence[Line]) -> None:
        """Set what is said in the middle of an empty list."""
        if lines != self._empty:
            self._empty = tuple(lines)
            if not len(self.state):
                self.refresh()

    @property
    def _view(self) -> Size:
        return self.scrollable_content_region.size

    @property
    def _height(self) -> int:
        return max(1, self.row_height(self._view.width))

    def offer(self, ids: Sequence[int], *, frozen: bool, watched: bool = True) -> None:
        """Take a new order from the store; the cursor keeps its row and its place in sight."""
        cursor, place = self.state.cursor, self.state.index
        if self.state.offer(ids, frozen=frozen, watched=watched):
            self._settle(cursor, place)

    def arrivals(self) -> bool:
        """Show the rows that were held back; return whether there were any."""
        cursor, place = self.state.cursor, self.state.index
        changed = self.state.arrivals()
        if changed:
            self._settle(cursor, place)
        return changed

    def _settle(self, cursor: int | None, place: int) -> None:
        resting = not self.state.touched
        moved = self.state.index - place if self.state.cursor == cursor else 0
        top = self.scroll_offset.y
        self._strips.clear()
        self._measure()
        if not resting and moved:
            self.scroll_to(y=top + moved * self._height, animate=False, immediate=True, force=True)
        self.show_cursor()
        self.refresh()
        self.post_message(self.Moved(self))

    def _measure(self) -> None:
        self.virtual_size = Size(self._view.width, len(self.state) * self._height)

    async def reload(self) -> None:
        """Load the rows in sight and around anew, and redraw those that changed."""
        wanted = self._wanted()
        loaded = await self._load(wanted) if wanted else {}
        changed = [row for row in wanted if loaded.get(row) != self._rows.get(row)]
        self._rows = dict(loaded)
        if changed:
            self._forget(changed)
            if self.state.cursor in changed:
                self.post_message(self.Moved(self))

    def _wanted(self) -> list[int]:
        height = self._height
        first = self.scroll_offset.y // height
        shown = self._view.height // height + 1
        wanted = list(self.state.ids[max(0, first - _MARGIN) : first + shown + _MARGIN])
        cursor = self.state.cursor
        if cursor is not None and cursor not in wanted:
            wanted.append(cursor)
        return wanted

    def _forget(self, rows: Sequence[int]) -> None:
        gone = set(rows)
        self._strips = {key: drawn for key, drawn in self._strips.items() if key[0] not in gone}
        for row in rows:
            if (place := self.state.place(row)) is not None:
                self._refresh_row(place)

    def _fetch(self) -> None:
        """Load what is in sight; one load at a time, and one more if the sight moved meanwhile."""
        if self._loading:
            self._stale = True
            return
        self._loading = True
        self.app.run_worker(self._fetch_rows(), group="rows", exit_on_error=False)

    async def _fetch_rows(self) -> None:
        try:
            await self.reload()
        finally:
            self._loading = False
        if self._stale:
            self._stale = False
            self._fetch()

    # --- drawing -----------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Draw one line of the list."""
        width, now, styles = self._view.width, self._clock(), palette_of(self)
        look = (width, styles, now // MINUTE)
        if look != self._drawn_for:
            self._strips.clear()
            self._drawn_for = look
        if not len(self.state):
            return self._empty_line(y, width, styles)
        place, line = divmod(self.scroll_offset.y + y, self._height)
        if place >= len(self.state):
            return Strip.blank(width, styles.ground.rich_style)
        row_id = self.state.ids[place]
        chosen, marked = place == self.state.index, row_id in self.state.marks
        key = (row_id, line, chosen, marked, self.has_focus)
        drawn = self._strips.get(key)
        if drawn is None:
            row = self._rows.get(row_id)
            if row is None:
                self.call_later(self._fetch)
                return strip([("   …", styles.ghost)], width, styles.ground)
            base = (styles.cursor if self.has_focus else styles.resting) if chosen else PLAIN
            base = styles.ground + base
            lines = self.lines(row, width, now, styles, chosen=chosen, marked=marked)
            for number, made in enumerate(lines):
                if styles.flat and chosen and self.has_focus:
                    made = [(text_of(made), PLAIN)]
                self._strips[(row_id, number, chosen, marked, self.has_focus)] = strip(
                    made, width, base
                )
            drawn = self._strips.get(key) or Strip.blank(width, base.rich_style)
        return drawn

    def _empty_line(self, y: int, width: int, styles: Palette) -> Strip:
        said = [part for line in self._empty for part in wrapped(line, width - 2) or [[]]]
        place = y - max(0, (self._view.height - len(said)) // 2)
        line = said[place] if 0 <= place < len(said) else []
        left = max(1, (width - width_of(line)) // 2)
        return strip([(" " * left, PLAIN), *line], width, styles.ground)

    def _refresh_row(self, place: int) -> None:
        height = self._height
        top = place * height - self.scroll_offset.y
        if -height < top < self._view.height:
            self.refresh(Region(0, max(0, top), self._view.width, height + min(0, top)))

    def redraw(self) -> None:
        """Draw every line anew: another theme, language or minute."""
        self._strips.clear()
        self.refresh()

    # --- moving ------------------------------------------------------------------------------

    @property
    def page(self) -> int:
        """Rows on one page, one of them kept in sight."""
        return max(1, self._view.height // self._height - 1)

    def move_to(self, index: int) -> None:
        """Put the cursor on a row and keep it in sight."""
        before, ranging = self.state.index, self.state.ranging
        if not self.state.move_to(index):
            return
        if ranging:
            self.refresh()
        else:
            self._refresh_row(before)
            self._refresh_row(self.state.index)
        self.show_cursor()
        self.post_message(self.Moved(self))

    def move(self, rows: int) -> None:
        """Move the cursor by some rows."""
        self.move_to(self.state.index + rows)

    def show_cursor(self) -> None:
        """Scroll as little as needed to see the whole row under the cursor."""
        height, view = self._height, self._view.height
        top = self.state.index * height
        offset = self.scroll_offset.y
        if top < offset:
            self.scroll_to(y=top, animate=False, immediate=True, force=True)
        elif top + height > offset + view > 0:
            self.scroll_to(y=top + height - view, animate=False, immediate=True, force=True)

    def marks_changed(self) -> None:
        """Redraw after marks were set or dropped."""
        self.refresh()

    def on_resize(self) -> None:
        """Keep the cursor in sight in the new size."""
        self._strips.clear()
        self._measure()
        self.show_cursor()

    def on_focus(self) -> None:
        """Show the cursor as live."""
        self._refresh_row(self.state.index)

    def on_blur(self) -> None:
        """Show the cursor as resting."""
        self._refresh_row(self.state.index)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse points; twice opens the row."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        place = (self.scroll_offset.y + offset.y) // self._height
        if place < len(self.state):
            self.move_to(place)
            if event.chain == 2:
                self.open()

    def open(self) -> None:
        """Ask for the row under the cursor."""
        if self.state.cursor is not None:
            self.post_message(self.Opened(self))
