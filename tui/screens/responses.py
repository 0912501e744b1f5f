"""Response times by network, member and tier, and what each figure is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from listeners.model import DAY, Micros
from listeners.reports.responses import SIDES, Response, figures, grouped, measured
from listeners.store import reads
from listeners.store.reads.responses import answers, waiting
from tui.actions import Panel
from tui.desk import Desk
from tui.i18n import _, ngettext, number
from tui.language import msgid
from tui.screens.moving import MovingScreen
from tui.session import RowList
from tui.widgets.paint import Line, content, palette_of
from tui.widgets.response_lines import (
    Group,
    GroupRows,
    Listed,
    ResponseRows,
    conversations_of,
    group_name,
    headings,
)
from tui.widgets.row_list import VirtualList
from tui.widgets.thread import ThreadHead
from tui.widgets.too_small import TooSmall

RANGES = (
    (DAY, msgid("24 hours")),
    (7 * DAY, msgid("7 days")),
    (28 * DAY, msgid("28 days")),
    (90 * DAY, msgid("90 days")),
)
_SIDES = {
    "all": msgid("all together"),
    "network": msgid("by network"),
    "member": msgid("by member"),
    "tier": msgid("by tier"),
}


class ResponsesScreen(MovingScreen[None]):
    """The figures above, the answers and waits they are made of below."""

    WITHOUT: ClassVar[frozenset[str]] = frozenset({"mark", "mark.range", "mark.all"})
    DEFAULT_CSS = """
    ResponsesScreen #body { layout: vertical; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._range = 1
        self._side = 1
        self._groups: dict[int, Group] = {}
        self._shown: tuple[Response, ...] = ()
        self._behind: Group | None = None
        self._columns = ThreadHead()
        self.groups = GroupRows(RowList(), self._load_groups, desk.clock, id="groups")
        self.list = ResponseRows(RowList(), self._load_rows, desk.clock, id="responses")

    def compose(self) -> ComposeResult:
        """Lay the figures above their rows."""
        yield self.status
        with Vertical(id="body"):
            with Vertical(id="figures", classes="pane"):
                yield self._columns
                yield self.groups
            with Vertical(id="behind", classes="pane"):
                yield self.list
        yield TooSmall()
        yield self.keys

    def on_mount(self) -> None:
        """Take the focus to the figures."""
        self.groups.focus()

    @property
    def panel(self) -> Panel | None:
        """The keys are those of the report."""
        return Panel.REPORT

    @property
    def rows(self) -> VirtualList[Group] | VirtualList[Listed]:
        """The list that has the focus."""
        return self.list if self.list.has_focus else self.groups

    async def _load_groups(self, ids: Sequence[int]) -> Mapping[int, Group]:
        return {one: self._groups[one] for one in ids if one in self._groups}

    async def _load_rows(self, ids: Sequence[int]) -> Mapping[int, Listed]:
        rows = {one: self._shown[one] for one in ids if one < len(self._shown)}
        known = await reads.conversations(self.desk.store, conversations_of(list(rows.values())))
        return {one: Listed(row, known.get(row.conversation)) for one, row in rows.items()}

    # --- looking -----------------------------------------------------------------------------

    async def look(self) -> None:
        """Read the answers of the range and who waits now, and show what they come to."""
        await self.read_top()
        desk, now = self.desk, self.desk.clock()
        brand = desk.session.brand
        since = Micros(now - RANGES[self._range][0])
        rows = measured(
            await answers(desk.store, brand, since, Micros(now + 1)),
            await waiting(desk.store, brand),
            {one.name: one for one in desk.config.brands},
            now,
        )
        side = SIDES[self._side]
        groups = [Group("all", "", figures(rows))]
        if side != "all":
            groups += [Group(side, name, one) for name, one in grouped(rows, side).items()]
        self._groups = dict(enumerate(groups))
        self.groups.offer(range(len(groups)), frozen=False)
        await self.groups.reload()
        # The figures take what they need, and at most half of the screen.
        self.query_one("#figures").styles.height = min(len(groups) + 3, self.size.height // 2)
        styles = palette_of(self)
        self._columns.show([headings(self.groups.size.width, styles)])
        self.list.say_empty(
            [
                [(_("No answer was given in this time, and nobody waits."), styles.strong)],
                [
                    (
                        _("{key} shows a longer time").format(key=desk.key_of("chart.range")),
                        styles.faint,
                    )
                ],
            ]
        )
        await self._show_behind()

    async def _show_behind(self) -> None:
        group = self._groups.get(self.groups.state.cursor or 0)
        self._behind = group
        self._shown = group.figures.rows if group is not None else ()
        self.list.offer(range(len(self._shown)), frozen=False)
        await self.list.reload()
        self._titles(group)

    def _titles(self, group: Group | None) -> None:
        styles = palette_of(self)
        above, below = self.query_one("#figures"), self.query_one("#behind")
        title: Line = [
            (self._mark(above), styles.key),
            (_("Response times"), styles.strong),
            (f" · {_(RANGES[self._range][1])} · {_(_SIDES[SIDES[self._side]])}", styles.accent),
        ]
        above.border_title = content(title)
        above.border_subtitle = content(
            [(_("medians in business time; one in ten is slower than “slowest”"), styles.faint)]
        )
        name = group_name(group.side, group.name) if group is not None else ""
        below.border_title = content(
            [
                (self._mark(below), styles.key),
                (_("What is behind it: {name}").format(name=name), styles.strong),
            ]
        )
        count = ngettext("{count} row", "{count} rows", len(self._shown))
        below.border_subtitle = content(
            [(count.format(count=number(len(self._shown))), styles.faint)]
        )

    def _mark(self, pane: Widget) -> str:
        return "❯ " if pane.has_focus_within else ""

    @on(VirtualList.Moved, "#groups")
    def _group_chosen(self) -> None:
        if self._groups.get(self.groups.state.cursor or 0) is not self._behind:
            self.later(self._show_behind)

    def on_resize(self) -> None:
        """Show the columns that have room now."""
        self.call_after_refresh(self.look_again)

    # --- keys --------------------------------------------------------------------------------

    @on(VirtualList.Opened)
    def _opened(self, event: VirtualList.Opened) -> None:
        if event.control is self.groups:
            self.list.focus()
            return
        row = self.list.row
        if row is not None and row.conversation is not None:
            self.hub.open_subject(Panel.QUEUE, row.response.conversation)

    def do_back(self) -> None:
        """From the rows to the figures, from there one level up."""
        if self.list.has_focus:
            self.groups.focus()
        else:
            self.dismiss()

    def do_filter(self) -> None:
        """Group by the next thing."""
        self._side = (self._side + 1) % len(SIDES)
        self.groups.move_to(0)
        self.look_again()

    def do_chart_range(self) -> None:
        """Look at another stretch of time."""
        self._range = (self._range + 1) % len(RANGES)
        self.look_again()

    def do_panel_next(self) -> None:
        """Go to the other list."""
        (self.groups if self.list.has_focus else self.list).focus()

    def do_panel_previous(self) -> None:
        """Go to the other list."""
        self.do_panel_next()
