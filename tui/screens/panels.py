"""The panes of the dashboard: which one is focused, which have room, and what a key applies to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from textual import on
from textual.events import DescendantFocus
from textual.widget import Widget

from listeners.rows import AlertRow, MentionRow
from tui.actions import Panel
from tui.desk import Desk
from tui.filtering import chips
from tui.i18n import _, ngettext, number
from tui.screens.triage import Kind, Subjects, TriageScreen, versions_of
from tui.session import RowList
from tui.theme import Palette
from tui.widgets.paint import Line, content, joined, palette_of
from tui.widgets.row_list import VirtualList
from tui.widgets.rows import AlertRows, ConversationRows, MentionRows
from tui.widgets.sentiment import SentimentPanel
from tui.widgets.thread import ThreadPane

_KINDS: Mapping[Panel, Kind] = {
    Panel.QUEUE: "conversation",
    Panel.ALERTS: "alert",
    Panel.STREAM: "mention",
}
_ORDER = (Panel.QUEUE, Panel.ALERTS, Panel.SENTIMENT, Panel.STREAM, Panel.THREAD)


class PanelScreen(TriageScreen[None]):
    """A screen of panes, of which one has the focus and one leads the thread."""

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
        self.leading: Panel = Panel.QUEUE
        self._titled: dict[Panel, tuple[Line, Line]] = {}

    @property
    def panes(self) -> dict[Panel, Widget]:
        """Every pane by its panel."""
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
        panel = self.leading if self.panel is Panel.THREAD else self.panel
        widget = self.panes.get(panel) if panel else None
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
        if focus is not None and self.shown(Panel.THREAD):
            return focus.text
        return getattr(row, "excerpt", "")

    def subjects(self) -> Subjects | None:
        """Return the marked rows of the focused list, else the one under the cursor."""
        panel = self.leading if self.panel in (Panel.THREAD, Panel.SENTIMENT) else self.panel
        if panel is None or panel not in self.desk.session.lists:
            return None
        ids = self.desk.session.lists[panel].targets
        if not ids:
            return None
        known = [self._known(panel, [row]) for row in ids]
        return Subjects(_KINDS[panel], ids, panel, known[0], versions_of(known))

    def _known(self, panel: Panel, ids: Sequence[int]) -> object:
        rows = self.panes[panel]
        return rows.known(ids[0]) if isinstance(rows, VirtualList) else None

    def marks_changed(self) -> None:
        """Show how many rows are marked."""
        self.show_titles()

    def shown(self, panel: Panel) -> bool:
        """Say whether a panel has room on this screen."""
        node: Widget | None = self.panes[panel]
        while isinstance(node, Widget) and node is not self:
            if not node.display:
                return False
            node = node.parent if isinstance(node.parent, Widget) else None
        return True

    def go_to(self, panel: Panel) -> None:
        """Focus a panel; one that has no room on this screen gets all of it."""
        session = self.desk.session
        if self.has_class("-zoom") and not session.zoomed:
            self.zoom(None)
        if session.zoomed or not self.shown(panel):
            self.zoom(panel)
        pane = self.panes[panel]
        (self.thread.messages if pane is self.thread else pane).focus()

    def zoom(self, panel: Panel | None) -> None:
        """Give a panel the whole screen, or none of them."""
        self.set_class(panel is not None, "-zoom")
        for other in _ORDER:
            self.set_class(other is panel, f"-on-{other.value}")
        # Styles settle with the next refresh, but whoever asks now must see them.
        self.app.stylesheet.update(self)
        self.look_again()

    @on(DescendantFocus)
    def _focus_moved(self, event: DescendantFocus) -> None:
        for panel, pane in self.panes.items():
            if pane in event.widget.ancestors_with_self:
                self.desk.session.panel = panel
                if panel in (Panel.QUEUE, Panel.ALERTS, Panel.STREAM):
                    self._lead(panel)
        self.show_titles()
        self.show_keys()

    def _lead(self, panel: Panel) -> None:
        if panel is not self.leading:
            self.leading = panel
            self.show_detail()

    def show_detail(self) -> None:
        """Show the thread of the row under the cursor."""

    def do_panel_next(self) -> None:
        """Go to the next panel on the screen."""
        self._step(1)

    def do_panel_previous(self) -> None:
        """Go to the panel before."""
        self._step(-1)

    def _step(self, by: int) -> None:
        shown = [panel for panel in _ORDER if self.shown(panel)]
        if self.has_class("-zoom") or len(shown) < 2:
            shown = list(_ORDER)
        place = shown.index(self.desk.session.panel) if self.desk.session.panel in shown else -1
        self.go_to(shown[(place + by) % len(shown)])

    def do_panel_conversations(self) -> None:
        """Go to the queue."""
        self.go_to(Panel.QUEUE)

    def do_panel_alerts(self) -> None:
        """Go to the alerts."""
        self.go_to(Panel.ALERTS)

    def do_panel_sentiment(self) -> None:
        """Go to the sentiment."""
        self.go_to(Panel.SENTIMENT)

    def do_panel_mentions(self) -> None:
        """Go to the stream of all mentions."""
        self.go_to(Panel.STREAM)

    def do_next(self) -> None:
        """Open the conversation to answer first."""
        from tui.screens.flow import open_next

        self.later(partial(open_next, self))

    def do_zoom(self) -> None:
        """Give the focused panel the whole screen, or give it back."""
        session = self.desk.session
        session.zoomed = not self.has_class("-zoom")
        self.zoom(session.panel if session.zoomed else None)
        if not self.shown(session.panel):
            self.go_to(Panel.QUEUE)

    # --- titles and empty lists ---------------------------------------------------------------

    def show_titles(self) -> None:
        """Name each pane on its border, with what is chosen and how much there is."""
        styles, lists = palette_of(self), self.desk.session.lists
        for panel, pane in self.panes.items():
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
            Panel.THREAD: _("Evidence") if self.leading is Panel.ALERTS else _("Thread"),
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
