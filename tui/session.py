"""What a person is looking at: cursor, marks, order and panel, without a screen.

The law kept here: nothing moves under the cursor. A list follows the store only while the person
rests at its top and touches no key, or has left it alone for minutes; otherwise its order stands
still, what arrives is counted, what others close stays in its place, and what she closed herself
leaves at once.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from listeners.model import SECOND, Micros
from tui.actions import Panel

ACTING = 8 * SECOND
"""How long after a key the person counts as acting."""
LEFT_ALONE = 120 * SECOND
"""How long after a key a list follows the store again, wherever its cursor stands."""


LIVELY = 20
"""Mentions in the last hour from which a chart by the minute says something."""


class RowList:
    """The rows of one list by id: their order, the cursor, the marks and what is held back."""

    def __init__(self) -> None:
        self.ids: array[int] = array("q")
        self.index = 0
        self.marks: set[int] = set()
        self.waiting = 0
        """Rows of the last offer that are not shown yet: the "12 new" badge."""
        self.touched = False
        """The person moved here: the list no longer rests at its top."""
        self.mine: set[int] = set()
        """Rows the person just acted on: they come and go even while the order stands still."""
        self._held: array[int] | None = None
        self._anchor: int | None = None
        self._marked_before: frozenset[int] = frozenset()
        self._places: dict[int, int] = {}

    # --- what is shown -----------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def cursor(self) -> int | None:
        """The id under the cursor, ``None`` in an empty list."""
        return self.ids[self.index] if self.ids else None

    @property
    def targets(self) -> tuple[int, ...]:
        """The ids a verb applies to: the marked ones in their order, else the cursor's."""
        if self.marks:
            return tuple(row for row in self.ids if row in self.marks)
        cursor = self.cursor
        return () if cursor is None else (cursor,)

    @property
    def ranging(self) -> bool:
        """A range is being marked."""
        return self._anchor is not None

    def place(self, row: int) -> int | None:
        """Return where an id stands, ``None`` if it is not shown."""
        return self._places.get(row)

    # --- what the store offers ---------------------------------------------------------------

    def offer(self, ids: Sequence[int], *, frozen: bool, watched: bool = True) -> bool:
        """Take the list as the store has it now; return whether what is shown changed.

        While ``frozen`` only the rows in ``mine`` come and go. A list that is not ``watched``,
        since the person works in another one and never moved in this, stays at its top.
        """
        offered = ids if isinstance(ids, array) else array("q", ids)
        if not frozen or not self.ids:
            changed = self._adopt(offered)
            if not (watched or self.touched):
                self.index = 0
            return changed
        before = self.ids
        known = set(offered)
        gone = {row for row in self.mine if row in self._places and row not in known}
        back = [row for row in offered if row in self.mine and row not in self._places]
        self.mine -= gone.union(back)
        kept = _inserted([row for row in self.ids if row not in gone], back, offered)
        shown = set(kept)
        if len(kept) != len(before) or array("q", kept) != before:
            self._show(array("q", kept))
        self.waiting = sum(1 for row in offered if row not in shown)
        self._held = offered
        return self.ids is not before

    def begin(self) -> None:
        """Forget order, cursor and marks: the next offer is another list altogether."""
        self._adopt(array("q"))
        self.index, self.touched = 0, False

    def arrivals(self) -> bool:
        """Show what was held back, in today's order; return whether anything changed."""
        return self._adopt(self._held) if self._held is not None else False

    def _adopt(self, ids: array[int]) -> bool:
        changed = ids != self.ids
        if changed:
            self._show(array("q", ids))
        self._held, self.waiting = None, 0
        self.mine.clear()
        return changed

    def _show(self, ids: array[int]) -> None:
        places = {row: place for place, row in enumerate(ids)}
        self.index = self._follow(places, len(ids))
        self.ids, self._places = ids, places
        self.marks.intersection_update(places)
        if self._anchor is not None and self._anchor not in places:
            self._anchor = None

    def _follow(self, places: dict[int, int], length: int) -> int:
        """Return where the cursor goes: with its row, else to the nearest one that is left."""
        for row in self.ids[self.index :]:
            if row in places:
                return places[row]
        for row in reversed(self.ids[: self.index]):
            if row in places:
                return places[row]
        return min(self.index, max(0, length - 1))

    # --- what the person does ----------------------------------------------------------------

    def move_to(self, index: int) -> bool:
        """Put the cursor on a row, within the list; return whether it moved."""
        target = max(0, min(index, len(self.ids) - 1))
        moved, self.index = target != self.index, target
        self.touched = target > 0
        if self._anchor is not None:
            self._extend()
        return moved

    def move(self, rows: int) -> bool:
        """Move the cursor by some rows; return whether it moved."""
        return self.move_to(self.index + rows)

    def go_to(self, row: int) -> bool:
        """Put the cursor on an id; return whether it is shown."""
        place = self.place(row)
        if place is not None:
            self.move_to(place)
        return place is not None

    def toggle_mark(self) -> None:
        """Mark the cursor's row, or unmark it."""
        if (cursor := self.cursor) is not None:
            self.marks ^= {cursor}

    def toggle_range(self) -> None:
        """Begin to mark from here on, or end the range and keep its marks."""
        if self._anchor is not None:
            self._anchor = None
        elif (cursor := self.cursor) is not None:
            self._anchor = cursor
            self._marked_before = frozenset(self.marks)
            self._extend()

    def toggle_all(self) -> None:
        """Mark every row shown; if all are marked already, none."""
        self._anchor = None
        self.marks = set() if len(self.marks) == len(self.ids) else set(self.ids)

    def clear_marks(self) -> bool:
        """Drop every mark; return whether there was any."""
        had = bool(self.marks) or self._anchor is not None
        self.marks.clear()
        self._anchor = None
        return had

    def _extend(self) -> None:
        start = self._places.get(self._anchor) if self._anchor is not None else None
        if start is not None:
            low, high = sorted((start, self.index))
            self.marks = set(self._marked_before) | set(self.ids[low : high + 1])


def _inserted(kept: list[int], back: Iterable[int], offered: array[int]) -> list[int]:
    """Return the order with rows put back behind their neighbour in the store's order."""
    result = list(kept)
    order = {row: place for place, row in enumerate(offered)}
    for row in back:
        position = 0
        for place, shown in enumerate(result):
            if order.get(shown, len(order)) < order[row]:
                position = place + 1
        result.insert(position, row)
    return result


class ChartRange(StrEnum):
    """What the sentiment chart spans."""

    HOUR = "hour"
    DAY = "day"
    TWO_DAYS = "two days"


@dataclass(slots=True)
class Session:
    """The view of one person: panel, zoom, brand and whether the screen follows the store."""

    brands: tuple[str, ...] = ()
    brand: str = ""
    panel: Panel = Panel.QUEUE
    zoomed: bool = False
    paused: bool = False
    chart: ChartRange | None = None
    """``None`` until the first figures choose: the hour where much is heard, else the day."""
    lists: dict[Panel, RowList] = field(
        default_factory=lambda: {
            panel: RowList() for panel in (Panel.QUEUE, Panel.ALERTS, Panel.STREAM)
        }
    )
    _last_key: int = 0

    @property
    def last_key(self) -> int:
        """When the person last touched a key or the mouse, 0 if they never did."""
        return self._last_key

    def acted(self, now: Micros) -> None:
        """Note that the person touched a key or the mouse."""
        self._last_key = now

    def frozen(self, panel: Panel, now: Micros, *, reading: bool = False) -> bool:
        """Say whether the order of a list stands still; ``reading``: something is open above it."""
        rows = self.lists[panel]
        still = now - self._last_key
        acting = still < (LEFT_ALONE if rows.touched else ACTING)
        return self.paused or reading or acting or bool(rows.marks)

    def next_brand(self) -> str:
        """Go to the next brand, after the last one to all of them; return its name."""
        choices = self.brands if len(self.brands) == 1 else ("", *self.brands)
        if choices:
            place = choices.index(self.brand) if self.brand in choices else -1
            self.brand = choices[(place + 1) % len(choices)]
        return self.brand

    def next_range(self) -> ChartRange:
        """Go to the next range of the chart."""
        ranges = tuple(ChartRange)
        place = ranges.index(self.chart) if self.chart is not None else -1
        self.chart = ranges[(place + 1) % len(ranges)]
        return self.chart

    def range_for(self, rate: float) -> ChartRange:
        """Return the range shown; the first one fits the mentions heard in an hour."""
        if self.chart is None:
            self.chart = ChartRange.HOUR if rate >= LIVELY else ChartRange.DAY
        return self.chart
