"""The dashboard: mood, queue, alerts, thread and stream on one screen, as far as it has room."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.timer import Timer

from listeners.model import AlertState, Severity
from listeners.rows import SourceRow
from tui.actions import Panel
from tui.desk import Desk
from tui.explaining import qualities
from tui.feed import Changed
from tui.filtering import NOBODY, View, next_owner, owned_by
from tui.i18n import _, say
from tui.screens.panels import PanelScreen
from tui.widgets.empty import empty_alerts, empty_queue, empty_whose
from tui.widgets.paint import palette_of
from tui.widgets.row_list import VirtualList
from tui.widgets.status import Top
from tui.widgets.thread_lines import Thread
from tui.widgets.too_small import TooSmall

_RESTS = 0.04
"""Seconds the cursor rests on a row before its thread is read: a key held down reads none."""


class Dashboard(PanelScreen):
    """The first screen and the root of all others."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._top = Top()
        self._sources: Sequence[SourceRow] = ()
        self._firing: set[int] | None = None
        self._seen = dict(desk.views)
        self._resting: Timer | None = None
        self._sized = False

    def compose(self) -> ComposeResult:
        """Lay the panes; styles decide which of them have room."""
        yield self.status
        with Container(id="body"):
            with Container(id="upper"):
                yield self.sentiment
                yield self.alerts
            with Horizontal(id="lower"):
                yield self.queue
                yield self.thread
                yield self.stream
        yield TooSmall()
        yield self.keys

    def on_mount(self) -> None:
        """Take the focus to the queue and look for the first time."""
        for widget in self.panes.values():
            widget.add_class("pane")
        self.queue.focus()
        self.show_titles()

    def on_resize(self) -> None:
        """Read what the new size shows; the first size comes with the first look."""
        if self._sized:
            self.look_again()
        self._sized = True

    # --- looking -----------------------------------------------------------------------------

    async def look(self) -> None:
        """Read everything that is on the screen, and show it."""
        desk, session = self.desk, self.desk.session
        self._top, self._sources = await self.read_top()
        now, reading = desk.clock(), self.app.screen is not self
        for panel in (Panel.QUEUE, Panel.ALERTS, Panel.STREAM):
            rows = self.panes[panel]
            if not isinstance(rows, VirtualList) or (
                panel is Panel.STREAM and not self.shown(panel)
            ):
                continue
            frozen = session.frozen(panel, now, reading=reading)
            watched = panel is self.leading
            rows.offer(await desk.ids(panel), frozen=frozen, watched=watched)
            await rows.reload()
        if self.shown(Panel.SENTIMENT):
            self.sentiment.show(await desk.mood(self._top))
        self._say_empty()
        self._ring()
        self.show_titles()
        await self._detail()
        if self.shown(Panel.SENTIMENT) and not desk.qualities:
            # Asked of the scorer, which is not loaded before all else is there.
            desk.qualities = await qualities(desk.config)
            self.sentiment.show(await desk.mood(self._top))
        if (news := await desk.news()) is not None:
            self.tell(say(news))

    def show_detail(self) -> None:
        """Show the thread of the row under the cursor, without holding up the keys."""
        if self.shown(Panel.THREAD):
            if self._resting is not None:
                self._resting.stop()
            self._resting = self.set_timer(_RESTS, self._read_detail)

    def _read_detail(self) -> None:
        self.hub.work(self._detail(), "detail", exclusive=True)

    async def _detail(self) -> None:
        if not self.shown(Panel.THREAD):
            return
        cursor = self.desk.session.lists[self.leading].cursor
        if cursor is None:
            thread = Thread()
        elif self.leading is Panel.QUEUE:
            thread = await self.desk.thread(cursor)
        elif self.leading is Panel.ALERTS:
            thread = await self.desk.alert(cursor)
        else:
            thread = await self.desk.mention(cursor)
        await self.thread.show_weighed(thread, self.desk.weighed)
        self.show_titles()

    @on(VirtualList.Moved)
    def _cursor_moved(self, event: VirtualList.Moved) -> None:
        if event.control.id == self.leading.value:
            self.show_detail()
        self.show_titles()

    def _ring(self) -> None:
        """Ring once for each new alert that cannot wait."""
        firing = {
            row_id
            for row_id in self.alerts.state.ids
            if (row := self.alerts.known(row_id)) is not None
            and row.state is AlertState.FIRING
            and row.severity >= Severity.HIGH
            and not (row.held_by or row.suppressed)
        }
        if self._firing is not None:
            for row_id in firing - self._firing:
                row = self.alerts.known(row_id)
                if row is not None:
                    self.hub.call_person(_("hubbub: alert"), say(row.title))
        self._firing = firing

    def _say_empty(self) -> None:
        """Say in an empty list why it is empty, and what to do."""
        styles, figures = palette_of(self), self._top.figures
        rate = round(figures.rate) if figures else 0
        (owner,) = self.desk.views[Panel.QUEUE].of("owner") or ("",)
        self.queue.say_empty(
            empty_whose(owner, self.desk.actor, self.desk.key_of, styles)
            if owner
            else empty_queue(self._sources, rate, self.desk.key_of, styles)
        )
        self.alerts.say_empty(empty_alerts(styles))
        self.stream.say_empty([[(_("Nothing heard yet."), styles.faint)]])

    @on(Changed)
    def _time_passed(self) -> None:
        self.show_top(self._top)

    # --- keys of the dashboard ---------------------------------------------------------------

    @on(VirtualList.Opened)
    def _opened(self, event: VirtualList.Opened) -> None:
        cursor = self.desk.session.lists[self.leading].cursor
        if cursor is not None:
            self.hub.open_subject(self.leading, cursor)

    def do_open(self) -> None:
        """Open the row under the cursor; on the sentiment, its networks are all there is."""
        if self.rows is not None:
            self.rows.open()

    def do_back(self) -> None:
        """Clear the marks, then the filter, then the zoom; then go to the queue."""
        rows, panel = self.rows, self.desk.session.panel
        if rows is not None and rows.state.clear_marks():
            rows.marks_changed()
            self.show_titles()
        elif panel in self.desk.views and not self.desk.views[panel].open:
            self.do_filter_clear()
        elif self.has_class("-zoom"):
            self.desk.session.zoomed = False
            self.zoom(None)
            self.go_to(panel if self.shown(panel) else Panel.QUEUE)
        elif panel is not Panel.QUEUE:
            self.go_to(Panel.QUEUE)
        else:
            self.refuse(
                _("This is the top. {key} leaves hubbub.").format(key=self.desk.key_of("quit"))
            )

    def do_filter(self) -> None:
        """Choose what the list shows."""
        panel = self.leading if self.panel is Panel.THREAD else self.desk.session.panel
        if panel in self.desk.views:
            self.hub.open_filter(panel, self._filtered)

    def do_filter_clear(self) -> None:
        """Show the whole list again."""
        panel = self.leading if self.panel is Panel.THREAD else self.desk.session.panel
        if self.desk.views[panel] == View():
            self.refuse(_("The whole list is shown already."))
            return
        self.desk.views[panel] = View()
        self._filtered()
        self.tell(_("The whole list again."))

    def _filtered(self) -> None:
        """Show a list by its new filter from its top: its order is another one altogether."""
        for panel, rows in self.desk.session.lists.items():
            if self.desk.views[panel] != self._seen[panel]:
                self._seen[panel] = self.desk.views[panel]
                rows.begin()
        self.look_again()

    def do_whose(self) -> None:
        """Show mine, then nobody's, then everybody's."""
        self.show_whose(next_owner(self.desk.views[Panel.QUEUE], self.desk.actor))

    def show_whose(self, owner: str) -> None:
        """Show the conversations of one owner, from the top; empty shows everybody's."""
        views = self.desk.views
        views[Panel.QUEUE] = owned_by(views[Panel.QUEUE], owner)
        said = {"": _("Everybody's."), NOBODY: _("What nobody has."), self.desk.actor: _("Yours.")}
        self.tell(said.get(owner, owner))
        self._filtered()

    def do_chart_range(self) -> None:
        """Show another stretch of time."""
        self.desk.session.next_range()
        self.look_again()

    def do_brand(self) -> None:
        """Show the next brand, or all of them."""
        session = self.desk.session
        if len(session.brands) < 2:
            self.refuse(_("There is only one brand."))
            return
        name = session.next_brand()
        for rows in session.lists.values():
            rows.begin()
        self.tell(name or _("all brands"))
        self.look_again()

    def do_quit(self) -> None:
        """Leave."""
        self.app.exit()
