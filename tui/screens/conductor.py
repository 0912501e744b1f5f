"""The conductor's page: who has what, what is late, which channel is silent, whose turn it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Container

from listeners.conducting import Channel, Holding, Late, Running, conducting
from listeners.duty import Gap, Shift
from listeners.planning.calendar import day_of
from tui.actions import Panel
from tui.desk import Desk
from tui.duty_words import on_duty_words
from tui.filtering import NOBODY
from tui.formats import zone
from tui.i18n import _
from tui.language import msgid
from tui.screens.conductor_acts import ConductorActs
from tui.screens.conductor_page import COLUMNS, Key, page
from tui.screens.own_keys import own, own_bindings
from tui.screens.planning import PlanningScreen
from tui.session import RowList
from tui.widgets.conductor_rows import ConductorRows, Entry, Thing
from tui.widgets.paint import Line, content, palette_of
from tui.widgets.row_list import VirtualList
from tui.widgets.too_small import TooSmall

_KEYS = (
    own("open", "enter,l,right", msgid("Go there"), 1),
    own("conductor.duty", "i", msgid("On duty"), 2),
    own("assign", "A", msgid("Hand out"), 3),
    own("take", "a", msgid("Take"), 4),
    own("done", "e", msgid("Done, approve"), 5),
    own("conductor.swap", "w", msgid("Swap"), 6),
    own("dismiss", "d", msgid("Take off"), 7),
    own("conductor.over", "H", msgid("Hand all over"), 8),
    own("mark", "space,x", msgid("Mark"), 9),
    own("mark.range", "v", msgid("Mark range"), 10),
    own("mark.all", "*", msgid("Mark all"), 11),
    own("conductor.back", "escape,h,left,q", msgid("Back"), 12),
)
_OTHERS = ("undo", "redo", "palette", "refresh", "brand", "more")


class ConductorScreen(ConductorActs):
    """The sections below one another; three columns of them where there is room."""

    OWN = _KEYS
    BINDINGS = own_bindings(_KEYS, _OTHERS)
    DEFAULT_CSS = """
    ConductorScreen #body { layout: horizontal; }
    ConductorScreen .beside { display: none; }
    ConductorScreen.-huge .beside { display: block; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._numbers: dict[Key, int] = {}
        self._entries: dict[int, Entry] = {}
        self.columns = tuple(
            ConductorRows(RowList(), self._load, desk.clock, id=f"column{place}")
            for place in range(len(COLUMNS))
        )

    def compose(self) -> ComposeResult:
        """Lay the columns beside each other; all but the first are shown where there is room."""
        yield self.status
        with Container(id="body"):
            yield from self.columns
        yield TooSmall()
        yield self.keys

    def on_mount(self) -> None:
        """Take the focus to the first column."""
        for place, column in enumerate(self.columns):
            column.add_class("pane")
            column.set_class(place > 0, "beside")
        self.columns[0].focus()

    @property
    def rows(self) -> ConductorRows:
        """The column that has the focus."""
        return next((one for one in self.columns if one.has_focus), self.columns[0])

    @property
    def wide(self) -> bool:
        """Whether the columns stand beside each other."""
        return self.has_class("-huge")

    async def _load(self, ids: Sequence[int]) -> Mapping[int, Entry]:
        return {one: self._entries[one] for one in ids if one in self._entries}

    # --- looking -----------------------------------------------------------------------------

    async def look(self) -> None:
        """Read all of it, and lay it out for the room there is."""
        await self.read_top()
        desk = self.desk
        brand, now = desk.session.brand, desk.clock()
        self.found = await conducting(desk.store, desk.config, brand, now, zone=zone())
        laid = page(self.found, now)
        several = not brand and sum(not one.competitor for one in desk.config.brands) > 1
        listed: list[list[int]] = []
        for sections in COLUMNS:
            numbers = []
            for section in sections:
                for key, entry in laid[section]:
                    number = self._numbers.setdefault(key, len(self._numbers))
                    self._entries[number] = entry
                    numbers.append(number)
            listed.append(numbers)
        if not self.wide:
            listed = [[one for numbers in listed for one in numbers], *([] for _ in COLUMNS[1:])]
        for column, numbers in zip(self.columns, listed, strict=True):
            first = not len(column.state)
            if column.brands != several:
                column.brands = several
                column.redraw()
            column.offer(numbers, frozen=False)
            if first and len(numbers) > 1:
                # The title above it opens a screen; what is meant is the first thing below.
                column.move_to(1)
            await column.reload()
        self._titles()

    def _titles(self) -> None:
        styles, brand = palette_of(self), self.desk.session.brand or _("all brands")
        titles = (_("Conductor"), _("Late and running"), _("Channels and duty"))
        for column, name in zip(self.columns, titles, strict=True):
            title: Line = [("❯ " if column.has_focus else "", styles.key), (name, styles.strong)]
            if column is self.columns[0]:
                title.append((f" · {brand}", styles.faint))
                said = on_duty_words(self.found.on_duty, rota=self.found.rota)
                column.border_subtitle = content([(said, styles.faint)])
            column.border_title = content(title)

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        self._titles()

    def on_resize(self) -> None:
        """Lay it out for the new width."""
        if not self.wide:
            self.columns[0].focus()
        self.call_after_refresh(self.look_again)

    # --- moving ------------------------------------------------------------------------------

    def do_panel_next(self) -> None:
        """Go to the next section, or column."""
        self._section(1)

    def do_panel_previous(self) -> None:
        """Go to the section, or column, before."""
        self._section(-1)

    def _section(self, by: int) -> None:
        if self.wide:
            place = (self.columns.index(self.rows) + by) % len(self.columns)
            self.columns[place].focus()
            self._titles()
            return
        listed = self.columns[0]
        ids, here = listed.state.ids, listed.state.index
        titles = [place for place, one in enumerate(ids) if self._entries[one].is_title]
        if not titles:
            return
        current = sum(place <= here for place in titles) - 1
        title = titles[(current + by) % len(titles)]
        listed.move_to(min(title + 1, len(ids) - 1))
        listed.show_from(title)

    def do_brand(self) -> None:
        """Show the next brand's figures, or those of all of them."""
        self.tell(self.desk.session.next_brand() or _("all brands"))
        self.look_again()

    def do_conductor_back(self) -> None:
        """Drop the marks, or go one level up."""
        marked = [one for one in self.columns if one.state.clear_marks()]
        for column in marked:
            column.marks_changed()
        if not marked:
            self.dismiss()

    # --- what a verb is about ----------------------------------------------------------------

    def thing(self) -> Thing | None:
        """Return what is under the cursor, ``None`` for a title."""
        entry = self.rows.row
        return entry.thing if entry is not None else None

    def things(self) -> list[Thing]:
        """Return what is marked, or what is under the cursor."""
        entries = [self._entries.get(one) for one in self.rows.state.targets]
        return [one.thing for one in entries if one is not None and one.thing is not None]

    def unmark(self) -> None:
        """Drop the marks once something was done to what they marked."""
        self.rows.state.clear_marks()

    # --- opening -----------------------------------------------------------------------------

    @on(VirtualList.Opened)
    def _opened(self) -> None:
        entry = self.rows.row
        if entry is None:
            return
        match entry.thing:
            case Holding(name=name):
                self._show_whose(name or NOBODY)
            case Late(kind="conversation", id=number):
                self.hub.open_subject(Panel.QUEUE, number)
            case Shift() as shift:
                self.retime(shift)
            case Gap() as gap:
                self.fill(gap)
            case Running():
                self.action_hub("campaigns")
            case Late(at=at):
                day = day_of(at, zone())
                self._show_planning(lambda planning: planning.go_to(day))
            case Channel():
                self._show_planning(PlanningScreen.do_plan_cadence)
            case None:
                self._open_section(entry)

    def _open_section(self, entry: Entry) -> None:
        match entry.section:
            case "members":
                self.do_team()
            case "turns":
                self.do_conductor_duty()
            case "late":
                self._show_planning(PlanningScreen.do_plan_agenda)
            case "channels":
                self._show_planning(PlanningScreen.do_plan_cadence)
            case "campaigns":
                self.action_hub("campaigns")

    def _show_planning(self, then: Callable[[PlanningScreen], None]) -> None:
        planning = PlanningScreen(self.desk)
        self.app.push_screen(planning)
        planning.call_after_refresh(then, planning)

    def _show_whose(self, owner: str) -> None:
        from tui.screens.dashboard import Dashboard

        dashboard = self.app.screen_stack[0]
        while self.app.screen is not dashboard:
            self.app.pop_screen()
        if isinstance(dashboard, Dashboard):
            dashboard.show_whose(owner)
