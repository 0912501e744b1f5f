"""What the planning shows: what is read for a view, and how its panes are filled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal, TypeVar, get_args

from textual import on

from listeners.planning.cadence import ChannelCadence
from listeners.planning.calendar import day_of, day_start, month_weeks, week_days, week_name
from listeners.planning.days import by_day
from listeners.planning.entry import Planned, is_late
from listeners.store.cadence import cadence_now
from listeners.store.planned import Span, campaign_spans, late, planned
from listeners.text import fold
from tui.desk import Desk
from tui.i18n import _, ngettext, number, zone
from tui.language import msgid
from tui.plan_words import day_words, folded_has, month_words
from tui.screens.plan_verbs import PlanVerbs
from tui.session import RowList
from tui.widgets.paint import Line, content, one_line, palette_of
from tui.widgets.plan_grid import PlanGrid
from tui.widgets.plan_lines import Calendar
from tui.widgets.plan_rows import CadenceRows, Listed, PlanRows, about_entry
from tui.widgets.row_list import VirtualList
from tui.widgets.thread import ThreadMessages
from tui.widgets.thread_lines import Laid

Result = TypeVar("Result")
View = Literal["month", "week", "agenda", "cadence"]
VIEWS: tuple[View, ...] = get_args(View)
_NAMES: Mapping[View, str] = {
    "month": msgid("Month"),
    "week": msgid("Week"),
    "agenda": msgid("Agenda"),
    "cadence": msgid("Cadence"),
}
_AHEAD = 90
"""Days of the agenda."""
_DAY_LINES = 7
"""Lines of a day's entries at least, with their border."""
_COLUMNS = 100
"""Cells from which a week stands in seven columns; below, its days stand in a list."""


class PlanView(PlanVerbs[Result]):
    """The panes of the planning and what is in them."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._view: View = "month"
        self._day = day_of(desk.clock(), zone())
        self._mine = False
        self._wanted = ""
        self._days: Mapping[date, Sequence[Planned]] = {}
        self._late: Sequence[Planned] = ()
        self._spans: Sequence[Span] = ()
        self._colours: tuple[str, ...] = ()
        self._listed: Mapping[int, Listed] = {}
        self._channels: Mapping[int, ChannelCadence] = {}
        self.grid = PlanGrid(id="plan-grid")
        self.list = PlanRows(RowList(), self._load, desk.clock, id="plan-day")
        self.channels = CadenceRows(RowList(), self._load_channels, desk.clock, id="plan-channels")
        self.about = ThreadMessages(id="plan-about")

    async def _load(self, ids: Sequence[int]) -> Mapping[int, Listed]:
        return {one: self._listed[one] for one in ids if one in self._listed}

    async def _load_channels(self, ids: Sequence[int]) -> Mapping[int, ChannelCadence]:
        return {one: self._channels[one] for one in ids if one in self._channels}

    # --- what is in front --------------------------------------------------------------------

    @property
    def rows(self) -> VirtualList[Any]:
        """The list of the view."""
        return self.channels if self._view == "cadence" else self.list

    @property
    def words(self) -> str:
        """The text of the entry under the cursor."""
        chosen = self.targets()
        return chosen[0].text or chosen[0].title if chosen else ""

    @property
    def _in_grid(self) -> bool:
        """Whether a calendar is drawn, and not only a list."""
        narrow = self._view == "week" and self.size.width < _COLUMNS
        return self._view in ("month", "week") and not narrow

    def chosen_day(self) -> date:
        """Return the day under the cursor."""
        row = self.list.row
        return self._day if self._in_grid or row is None else row.day

    def targets(self) -> list[Planned]:
        """Return the entries that are marked, else the one under the cursor."""
        if self._view == "cadence":
            return []
        marked = [self._listed[one].entry for one in self.list.state.ids
                  if one in self.list.state.marks and one in self._listed]  # fmt: skip
        found = [one for one in marked if one is not None]
        if found:
            return found
        cursor = self.list.state.cursor
        row = None if cursor is None else self._listed.get(cursor)
        return [row.entry] if row is not None and row.entry is not None else []

    def chosen_channel(self) -> ChannelCadence | None:
        """Return the channel under the cursor, where channels are listed."""
        return self.channels.row if self._view == "cadence" else None

    def campaign_names(self, brand: str) -> dict[int, str]:
        """Return the campaigns of a brand by number."""
        return {one.id: one.name for one in self._spans if one.brand == brand}

    # --- looking -----------------------------------------------------------------------------

    async def look(self) -> None:
        """Read what the view shows, and show it."""
        await self.read_top()
        desk, brand = self.desk, self.desk.session.brand
        self._lay_out()
        if self._view == "cadence":
            found = await cadence_now(desk.store, brand, desk.clock(), zone=zone())
            self._channels = dict(enumerate(found))
            self.channels.offer(list(self._channels), frozen=False)
            await self.channels.reload()
            self._say_empty_cadence()
            self._titles(0, 0)
            return
        first, last = self._stretch()
        from_at, to_at = day_start(first, zone()), day_start(last + timedelta(days=1), zone())
        entries = self._narrowed(await planned(desk.store, brand, from_at, to_at, zone=zone()))
        self._late = self._narrowed(await late(desk.store, brand, desk.clock(), zone=zone()))
        self._spans = await campaign_spans(desk.store, brand)
        self._days = by_day(entries, first, last, zone())
        self._colours = tuple(sorted({one.channel for one in entries if one.channel}))
        self._draw()
        await self._fill()
        self._titles(len(entries), sum(is_late(one, desk.clock(), zone()) for one in entries))

    def _lay_out(self) -> None:
        """Show the panes of the view; the calendar has what the entries of a day do not need."""
        self.set_class(not self._in_grid, "-listed")
        self.set_class(self._view == "cadence", "-cadence")
        self.list.styles.height = max(_DAY_LINES, self.size.height // 4) if self._in_grid else "1fr"

    def _stretch(self) -> tuple[date, date]:
        """Return the first and the last day that are shown."""
        if self._view == "month":
            weeks = month_weeks(self._day)
            return weeks[0][0], weeks[-1][-1]
        if self._view == "week":
            days = week_days(self._day)
            return days[0], days[-1]
        return self._day, self._day + timedelta(days=_AHEAD)

    def _narrowed(self, entries: Sequence[Planned]) -> list[Planned]:
        me, wanted = self.desk.actor, fold(self._wanted)
        return [
            one
            for one in entries
            if (not self._mine or one.owner == me) and (not wanted or folded_has(one, wanted))
        ]

    def _draw(self) -> None:
        look = Calendar(
            day=self._day,
            now=self.desk.clock(),
            zone=zone(),
            days=self._days,
            spans=self._spans,
            channels=self._colours,
            live=self.grid.has_focus,
        )
        self.grid.show(look, week=self._view == "week")

    async def _fill(self) -> None:
        """List the entries of the day, or of every day where there is no calendar."""
        self._listed = dict(self._rows_listed())
        self.list.channels = self._colours
        self.list.offer(list(self._listed), frozen=False)
        await self.list.reload()
        self._say_empty()
        self.call_after_refresh(self._show_about, again=True)

    def _rows_listed(self) -> list[tuple[int, Listed]]:
        if self._in_grid:
            today = self._days.get(self._day, ())
            return [(one.id, Listed(self._day, False, one, dated=False)) for one in today]
        rows: list[tuple[int, Listed]] = []
        seen: set[int] = set()
        if self._view == "agenda":
            # What is late comes first, wherever it was planned.
            for one in self._late:
                day = day_of(one.at, zone())
                rows.append((one.id, Listed(day, not rows or rows[-1][1].day != day, one)))
                seen.add(one.id)
        days = week_days(self._day) if self._view == "week" else sorted(self._days)
        for place, day in enumerate(days):
            fresh = [one for one in self._days.get(day, ()) if one.id not in seen]
            seen.update(one.id for one in fresh)
            rows += [(one.id, Listed(day, at == 0, one)) for at, one in enumerate(fresh)]
            if not fresh and self._view == "week":
                rows.append((-1 - place, Listed(day, True)))
        return rows

    def _say_empty(self) -> None:
        styles = palette_of(self)
        if self._mine or self._wanted:
            what = _("Nothing here is yours or holds these words.")
            keys = [("V", _("shows everybody’s")), ("/", _("looks for other words"))]
        else:
            what = _("Nothing is planned here.")
            keys = [("i", _("plans a post or an action"))]
        lines: list[Line] = [[(what, styles.faint)]]
        lines += [[(key, styles.key), (f" {said}", styles.faint)] for key, said in keys]
        self.list.say_empty(lines)

    def _say_empty_cadence(self) -> None:
        styles = palette_of(self)
        how = _("sets how many posts a week a channel is meant to carry")
        self.channels.say_empty(
            [
                [(_("No account of ours was heard, and no channel has a target."), styles.strong)],
                [("i", styles.key), (f" {how}", styles.faint)],
            ]
        )

    def _titles(self, count: int, late_count: int) -> None:
        styles = palette_of(self)
        head = " · ".join((_("Planning"), _(_NAMES[self._view])))
        where = month_words(self._day)
        if self._view == "week":
            where = f"{week_name(self._day)} · {where}"
        said = ngettext("{count} planned", "{count} planned", count).format(count=number(count))
        tail: Line = [(said, styles.faint)]
        if late_count:
            word = ngettext("{count} late", "{count} late", late_count)
            tail.append((f" · {word.format(count=number(late_count))}", styles.negative))
        if self._mine:
            tail.append((" · " + _("only mine"), styles.match))
        if self._wanted:
            tail.append((f" · “{one_line(self._wanted)}”", styles.match))
        mark = "❯ "
        self.grid.border_title = content(
            [(mark if self.grid.has_focus else "", styles.key), (head, styles.strong),
             (f" · {where}", styles.accent)]
        )  # fmt: skip
        self.grid.border_subtitle = content(tail)
        name = f"{head} · {where}"
        if self._in_grid:
            name = day_words(self._day, zone())
        self.list.border_title = content(
            [(mark if self.list.has_focus else "", styles.key), (name, styles.strong)]
        )
        self.list.border_subtitle = content([] if self._in_grid else tail)
        self.channels.border_title = content([(mark, styles.key), (head, styles.strong)])
        week = _("weeks from Monday, {name}").format(name=week_name(day_of(self.desk.clock(),
                                                                           zone())))  # fmt: skip
        self.channels.border_subtitle = content([(week, styles.faint)])
        self.about.border_title = content([(_("About it"), styles.strong)])

    async def _fill_and_title(self) -> None:
        await self._fill()
        entries = {one.id: one for found in self._days.values() for one in found}.values()
        now = self.desk.clock()
        self._titles(len(entries), sum(is_late(one, now, zone()) for one in entries))

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        self._show_about(again=False)

    def _show_about(self, *, again: bool) -> None:
        width = self.about.view.width
        if width < 4:
            return
        chosen = self.list.row.entry if self.list.row is not None else None
        names = {one.id: one.name for one in self._spans}
        campaign = names.get(chosen.campaign or 0, "") if chosen is not None else ""
        lines = about_entry(chosen, campaign, width, self.desk.clock(), palette_of(self))
        self.about.show(Laid(lines), again=again)
