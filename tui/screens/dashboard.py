"""The dashboard: mood, queue, alerts, thread and stream on one screen, as far as it has room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.events import DescendantFocus
from textual.timer import Timer
from textual.widget import Widget

from listeners.model import AlertRow, AlertState, MentionRow, Severity, SourceRow, SourceState
from tui.actions import Panel
from tui.desk import Desk
from tui.feed import Changed
from tui.filtering import View, chips
from tui.i18n import _, ngettext, number, say
from tui.screens.triage import Kind, Subjects, TriageScreen
from tui.session import RowList
from tui.theme import Palette
from tui.widgets.paint import Line, content, joined, palette_of
from tui.widgets.row_list import VirtualList
from tui.widgets.rows import AlertRows, ConversationRows, MentionRows
from tui.widgets.sentiment import SentimentPanel
from tui.widgets.status import Top
from tui.widgets.thread import ThreadPane
from tui.widgets.thread_lines import Thread
from tui.widgets.too_small import TooSmall

_KINDS: Mapping[Panel, Kind] = {
    Panel.QUEUE: "conversation",
    Panel.ALERTS: "alert",
    Panel.STREAM: "mention",
}
_RESTS = 0.04
"""Seconds the cursor rests on a row before its thread is read: a key held down reads none."""
_ORDER = (Panel.QUEUE, Panel.ALERTS, Panel.SENTIMENT, Panel.STREAM, Panel.THREAD)


HEARD = frozenset({SourceState.STARTING, SourceState.OK, SourceState.CATCHING_UP})
"""States of a source in which an empty queue means that nothing is to be done."""


class Dashboard(TriageScreen[None]):
    """The first screen and the root of all others."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        lists, clock = desk.session.lists, desk.clock
        self.queue = ConversationRows(
            lists[Panel.QUEUE], desk.conversations, clock, id="conversations"
        )
        self.alerts = AlertRows(lists[Panel.ALERTS], desk.alert_rows, clock, id="alerts")
        self.stream = MentionRows(lists[Panel.STREAM], desk.mentions, clock, id="mentions")
        self.sentiment = SentimentPanel(id="sentiment")
        self.thread = ThreadPane(clock, id="thread")
        self._top = Top()
        self._sources: Sequence[SourceRow] = ()
        self._leading: Panel = Panel.QUEUE
        self._firing: set[int] | None = None
        self._seen = dict(desk.views)
        self._resting: Timer | None = None
        self._sized = False
        self._titled: dict[Panel, tuple[Line, Line]] = {}

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
        for widget in self._panes.values():
            widget.add_class("pane")
        self.queue.focus()
        self._titles()

    # --- panels ------------------------------------------------------------------------------

    @property
    def _panes(self) -> dict[Panel, Widget]:
        return {
            Panel.QUEUE: self.queue,
            Panel.ALERTS: self.alerts,
            Panel.SENTIMENT: self.sentiment,
            Panel.STREAM: self.stream,
            Panel.THREAD: self.thread,
        }

    @property
    def panel(self) -> Panel | None:
        """The focused panel."""
        return self.desk.session.panel

    @property
    def rows(self) -> VirtualList[Any] | None:
        """The focused list, or the one the thread belongs to."""
        panel = self._leading if self.panel is Panel.THREAD else self.panel
        widget = self._panes.get(panel) if panel else None
        return widget if isinstance(widget, VirtualList) else None

    @property
    def detail(self) -> ThreadPane | None:
        """The thread beside the list."""
        return self.thread

    @property
    def address(self) -> str:
        """The web address of the row under the cursor."""
        row = self.rows.row if self.rows is not None else None
        if isinstance(row, AlertRow):
            focus = self.thread.thread.focus
            return focus.url if focus is not None else ""
        return getattr(row, "url", "")

    @property
    def words(self) -> str:
        """The text of the row under the cursor."""
        row = self.rows.row if self.rows is not None else None
        if isinstance(row, MentionRow):
            return row.text
        focus = self.thread.thread.focus
        if focus is not None and self._shown(Panel.THREAD):
            return focus.text
        return getattr(row, "excerpt", "")

    def subjects(self) -> Subjects | None:
        """Return the marked rows of the focused list, else the one under the cursor."""
        panel = self._leading if self.panel in (Panel.THREAD, Panel.SENTIMENT) else self.panel
        if panel is None or panel not in self.desk.session.lists:
            return None
        ids = self.desk.session.lists[panel].targets
        return Subjects(_KINDS[panel], ids, panel, self._known(panel, ids)) if ids else None

    def _known(self, panel: Panel, ids: Sequence[int]) -> object:
        rows = self._panes[panel]
        return rows.known(ids[0]) if isinstance(rows, VirtualList) else None

    def marks_changed(self) -> None:
        """Show how many rows are marked."""
        self._titles()

    def _shown(self, panel: Panel) -> bool:
        node: Widget | None = self._panes[panel]
        while isinstance(node, Widget) and node is not self:
            if not node.display:
                return False
            node = node.parent if isinstance(node.parent, Widget) else None
        return True

    def _go(self, panel: Panel) -> None:
        """Focus a panel; one that has no room on this screen gets all of it."""
        session = self.desk.session
        if self.has_class("-zoom") and not session.zoomed:
            self._zoom(None)
        if session.zoomed or not self._shown(panel):
            self._zoom(panel)
        pane = self._panes[panel]
        (self.thread.messages if pane is self.thread else pane).focus()

    def _zoom(self, panel: Panel | None) -> None:
        self.set_class(panel is not None, "-zoom")
        for other in _ORDER:
            self.set_class(other is panel, f"-on-{other.value}")
        # Styles settle with the next refresh, but whoever asks now must see them.
        self.app.stylesheet.update(self)
        self.look_again()

    def on_resize(self) -> None:
        """Read what the new size shows; the first size comes with the first look."""
        if self._sized:
            self.look_again()
        self._sized = True

    @on(DescendantFocus)
    def _focus_moved(self, event: DescendantFocus) -> None:
        for panel, pane in self._panes.items():
            if pane in event.widget.ancestors_with_self:
                self.desk.session.panel = panel
                if panel in (Panel.QUEUE, Panel.ALERTS, Panel.STREAM):
                    self._lead(panel)
        self._titles()
        self.show_keys()

    def _lead(self, panel: Panel) -> None:
        if panel is not self._leading:
            self._leading = panel
            self.show_detail()

    def do_panel_next(self) -> None:
        """Go to the next panel on the screen."""
        self._step(1)

    def do_panel_previous(self) -> None:
        """Go to the panel before."""
        self._step(-1)

    def _step(self, by: int) -> None:
        shown = [panel for panel in _ORDER if self._shown(panel)]
        if self.has_class("-zoom") or len(shown) < 2:
            shown = list(_ORDER)
        place = shown.index(self.desk.session.panel) if self.desk.session.panel in shown else -1
        self._go(shown[(place + by) % len(shown)])

    def do_panel_conversations(self) -> None:
        """Go to the queue."""
        self._go(Panel.QUEUE)

    def do_panel_alerts(self) -> None:
        """Go to the alerts."""
        self._go(Panel.ALERTS)

    def do_panel_sentiment(self) -> None:
        """Go to the sentiment."""
        self._go(Panel.SENTIMENT)

    def do_panel_mentions(self) -> None:
        """Go to the stream of all mentions."""
        self._go(Panel.STREAM)

    def do_zoom(self) -> None:
        """Give the focused panel the whole screen, or give it back."""
        session = self.desk.session
        session.zoomed = not self.has_class("-zoom")
        self._zoom(session.panel if session.zoomed else None)
        if not self._shown(session.panel):
            self._go(Panel.QUEUE)

    # --- looking -----------------------------------------------------------------------------

    async def look(self) -> None:
        """Read everything that is on the screen, and show it."""
        desk, session = self.desk, self.desk.session
        self._top, self._sources = await self.read_top()
        now, reading = desk.clock(), self.app.screen is not self
        for panel in (Panel.QUEUE, Panel.ALERTS, Panel.STREAM):
            rows = self._panes[panel]
            if not isinstance(rows, VirtualList) or (
                panel is Panel.STREAM and not self._shown(panel)
            ):
                continue
            frozen = session.frozen(panel, now, reading=reading)
            watched = panel is self._leading
            rows.offer(await desk.ids(panel), frozen=frozen, watched=watched)
            await rows.reload()
        if self._shown(Panel.SENTIMENT):
            self.sentiment.show(await desk.mood(self._top))
        self._say_empty()
        self._ring()
        self._titles()
        await self._detail()

    def show_detail(self) -> None:
        """Show the thread of the row under the cursor, without holding up the keys."""
        if self._shown(Panel.THREAD):
            if self._resting is not None:
                self._resting.stop()
            self._resting = self.set_timer(_RESTS, self._read_detail)

    def _read_detail(self) -> None:
        self.hub.work(self._detail(), "detail", exclusive=True)

    async def _detail(self) -> None:
        if not self._shown(Panel.THREAD):
            return
        cursor = self.desk.session.lists[self._leading].cursor
        if cursor is None:
            thread = Thread()
        elif self._leading is Panel.QUEUE:
            thread = await self.desk.thread(cursor)
        elif self._leading is Panel.ALERTS:
            thread = await self.desk.alert(cursor)
        else:
            thread = await self.desk.mention(cursor)
        await self.thread.show_weighed(thread, self.desk.weighed)
        self._titles()

    @on(VirtualList.Moved)
    def _cursor_moved(self, event: VirtualList.Moved) -> None:
        if event.control.id == self._leading.value:
            self.show_detail()
        self._titles()

    def _ring(self) -> None:
        """Ring once for each new alert that cannot wait."""
        firing = {
            row_id
            for row_id in self.alerts.state.ids
            if (row := self.alerts.known(row_id)) is not None
            and row.state is AlertState.FIRING
            and row.severity >= Severity.HIGH
        }
        if self._firing is not None:
            for row_id in firing - self._firing:
                row = self.alerts.known(row_id)
                if row is not None:
                    self.hub.call_person(_("hubbub: alert"), say(row.title))
        self._firing = firing

    # --- titles and empty lists ---------------------------------------------------------------

    def _titles(self) -> None:
        styles, lists = palette_of(self), self.desk.session.lists
        for panel, pane in self._panes.items():
            under: Line = []
            if panel in lists:
                under = self._count(lists[panel], styles)
            elif panel is Panel.SENTIMENT:
                under = self.sentiment.ranges
            elif panel is Panel.THREAD:
                under = self._about_thread(styles)
            title = (self._title(panel, styles), under)
            # A title draws its whole pane anew, which a move of the cursor must not.
            if self._titled.get(panel) != title:
                self._titled[panel] = title
                pane.border_title, pane.border_subtitle = content(title[0]), content(title[1])

    def _title(self, panel: Panel, styles: Palette) -> Line:
        names = {
            Panel.QUEUE: _("Conversations"),
            Panel.ALERTS: _("Alerts"),
            Panel.SENTIMENT: _("Sentiment"),
            Panel.STREAM: _("Mentions"),
            Panel.THREAD: _("Evidence") if self._leading is Panel.ALERTS else _("Thread"),
        }
        focused = panel is self.desk.session.panel
        key = f"{_ORDER.index(panel) + 1} " if panel is not Panel.THREAD else ""
        title: Line = [
            ("❯ " if focused else "", styles.key),
            (key, styles.key if focused else styles.ghost),
            (names[panel], styles.strong if focused else styles.faint),
        ]
        if panel in self.desk.views and (chosen := chips(self.desk.views[panel])):
            title.append((" ⧩ " + " · ".join(chosen), styles.accent))
        return title

    def _about_thread(self, styles: Palette) -> Line:
        thread = self.thread.thread
        if thread.alert is not None:
            text = ngettext("{count} shown", "{count} shown", len(thread.mentions))
        else:
            text = ngettext("{count} message", "{count} messages", len(thread.mentions))
        count = text.format(count=len(thread.mentions))
        return [(count, styles.faint)] if thread.mentions else []

    def _count(self, rows: RowList, styles: Palette) -> Line:
        parts: list[Line] = []
        if rows.waiting:
            new = ngettext("{count} new", "{count} new", rows.waiting).format(count=rows.waiting)
            parts.append([(f" {new} · {self.desk.key_of('arrivals')} ", styles.badge)])
        if rows.marks:
            marked = ngettext("{count} marked", "{count} marked", len(rows.marks))
            parts.append([(marked.format(count=len(rows.marks)), styles.key)])
        if len(rows):
            parts.append([(number(len(rows)), styles.faint)])
        return joined(parts, (" ", styles.faint))

    def _say_empty(self) -> None:
        styles = palette_of(self)
        self.queue.say_empty(self._empty_queue(styles))
        self.alerts.say_empty(
            [[(_("All quiet."), styles.ink)], [(_("No alert is live."), styles.faint)]]
        )
        self.stream.say_empty([[(_("Nothing heard yet."), styles.faint)]])

    def _empty_queue(self, styles: Palette) -> list[Line]:
        key = partial(self.desk.key_of)
        if not self._sources:
            sources = _("shows where a source is added")
            return [
                [(_("hubbub listens nowhere yet."), styles.strong)],
                [],
                [(key("panel.sources"), styles.key), (f" {sources}", styles.faint)],
            ]
        if any(source.state is SourceState.CATCHING_UP for source in self._sources):
            return [
                [(_("Catching up with what was missed."), styles.strong)],
                [(_("What needs an answer will appear here."), styles.faint)],
            ]
        if not any(source.state in HEARD for source in self._sources):
            # An empty pane that looks calm while nothing is heard would be a lie.
            return [
                [(_("Nothing can be heard at present."), styles.warn)],
                [(_("No source answers; hubbub goes on trying."), styles.faint)],
                [],
                [
                    (key("panel.sources"), styles.key),
                    (" " + _("says why, and what to do"), styles.faint),
                ],
            ]
        rate = self._top.figures.rate if self._top.figures else 0
        heard = ngettext(
            "{count} mention in the last hour; none asks for an answer.",
            "{count} mentions in the last hour; none asks for an answer.",
            round(rate),
        )
        return [
            [("◡", styles.ours)],
            [(_("Nothing needs you."), styles.strong)],
            [(heard.format(count=round(rate)), styles.faint)],
            [],
            [
                (key("panel.mentions"), styles.key),
                (" " + _("shows everything heard"), styles.faint),
            ],
        ]

    @on(Changed)
    def _time_passed(self) -> None:
        self.show_top(self._top)

    # --- keys of the dashboard ---------------------------------------------------------------

    @on(VirtualList.Opened)
    def _opened(self, event: VirtualList.Opened) -> None:
        cursor = self.desk.session.lists[self._leading].cursor
        if cursor is not None:
            self.hub.open_subject(self._leading, cursor)

    def do_open(self) -> None:
        """Open the row under the cursor; on the sentiment, its networks are all there is."""
        if self.rows is not None:
            self.rows.open()

    def do_back(self) -> None:
        """Clear the marks, then the filter, then the zoom; then go to the queue."""
        rows, panel = self.rows, self.desk.session.panel
        if rows is not None and rows.state.clear_marks():
            rows.marks_changed()
            self._titles()
        elif panel in self.desk.views and not self.desk.views[panel].open:
            self.do_filter_clear()
        elif self.has_class("-zoom"):
            self.desk.session.zoomed = False
            self._zoom(None)
            self._go(panel if self._shown(panel) else Panel.QUEUE)
        elif panel is not Panel.QUEUE:
            self._go(Panel.QUEUE)
        else:
            self.refuse(
                _("This is the top. {key} leaves hubbub.").format(key=self.desk.key_of("quit"))
            )

    def do_filter(self) -> None:
        """Choose what the list shows."""
        panel = self._leading if self.panel is Panel.THREAD else self.desk.session.panel
        if panel in self.desk.views:
            self.hub.open_filter(panel, self._filtered)

    def do_filter_clear(self) -> None:
        """Show the whole list again."""
        panel = self._leading if self.panel is Panel.THREAD else self.desk.session.panel
        self.desk.views[panel] = View()
        self._filtered()

    def _filtered(self) -> None:
        """Show a list by its new filter from its top: its order is another one altogether."""
        for panel, rows in self.desk.session.lists.items():
            if self.desk.views[panel] != self._seen[panel]:
                self._seen[panel] = self.desk.views[panel]
                rows.begin()
        self.look_again()

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
