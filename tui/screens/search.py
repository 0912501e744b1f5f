"""Search: everything heard, by words, with the fault under the character it is at."""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus
from textual.timer import Timer
from textual.widgets import Input

from listeners.query import QuerySyntaxError, parse, to_fts
from listeners.store import reads
from listeners.store.filters import StreamFilter
from tui.actions import BY_ID, Panel
from tui.desk import Desk
from tui.i18n import _, moment, ngettext, number, say
from tui.screens.conversation import MentionScreen
from tui.screens.triage import Subjects, TriageScreen
from tui.session import RowList
from tui.widgets.fault import Fault
from tui.widgets.paint import Line, content, one_line, palette_of
from tui.widgets.row_list import VirtualList
from tui.widgets.rows import MentionRows
from tui.widgets.thread import ThreadPane
from tui.widgets.thread_lines import Thread
from tui.widgets.too_small import TooSmall

_MOST = 2_000
_TYPING = 0.15
"""Seconds after the last key before the store is asked."""


class SearchScreen(TriageScreen[None]):
    """A field, what it finds, and the thread of the row under the cursor."""

    def __init__(self, desk: Desk, within: StreamFilter | None = None) -> None:
        super().__init__(desk)
        self.within = within
        self.field = Input(value=desk.search, select_on_focus=True, id="field")
        self.fault = Fault()
        self.found = MentionRows(RowList(), desk.mentions, desk.clock, id="found")
        self.thread = ThreadPane(desk.clock, id="thread")
        self._typing: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay the field above the results and the thread beside them."""
        yield self.status
        with Vertical(id="body"):
            with Vertical(id="query", classes="pane"):
                yield self.field
                yield self.fault
            with Horizontal(id="lower"):
                yield self.found
                yield self.thread
        yield TooSmall()
        yield self.keys

    def on_mount(self) -> None:
        """Take the focus to the field."""
        styles = palette_of(self)
        self.found.add_class("pane")
        self.thread.add_class("pane")
        title: Line = [("❯ ", styles.key), (_("Search"), styles.strong)]
        if self.within is not None:
            title.append((self._where(self.within), styles.accent))
        self.query_one("#query").border_title = content(title)
        self.thread.border_title = content([(_("Thread"), styles.faint)])
        self._titles()
        self.field.focus()
        self._say_how()

    # --- what the base asks ------------------------------------------------------------------

    @property
    def panel(self) -> Panel | None:
        """The keys are those of the stream."""
        return Panel.STREAM

    @property
    def rows(self) -> VirtualList[Any] | None:
        """The results."""
        return self.found

    @property
    def detail(self) -> ThreadPane | None:
        """The thread beside the results."""
        return self.thread

    @property
    def address(self) -> str:
        """The address of the result under the cursor."""
        return self.found.row.url if self.found.row is not None else ""

    @property
    def words(self) -> str:
        """The text of the result under the cursor."""
        return self.found.row.text if self.found.row is not None else ""

    def subjects(self) -> Subjects | None:
        """Return the marked results, else the one under the cursor."""
        ids = self.found.state.targets
        return Subjects("mention", ids, Panel.STREAM, self.found.row) if ids else None

    # --- searching ---------------------------------------------------------------------------

    @on(Input.Changed)
    def _typed(self) -> None:
        self.desk.search = self.field.value
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(_TYPING, self._typed_out)

    @property
    def typing(self) -> bool:
        """Whether the store is still to be asked for what was typed last."""
        return self._typing is not None

    def _typed_out(self) -> None:
        self._typing = None
        self.look_again()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.look_again()
        if len(self.found.state):
            self.found.focus()

    async def look(self) -> None:
        """Ask the store for what is in the field."""
        await self.read_top()
        text = self.field.value.strip()
        if not text:
            self.fault.clear()
            self._show(array("q"))
            self._say_how()
            await self.found.reload()
            return
        try:
            query = to_fts(parse(self.field.value))
        except QuerySyntaxError as error:
            self.fault.show(error.position, say(error.sentence))
            return
        self.fault.clear()
        within = self.within or StreamFilter(brand=self.desk.session.brand)
        chosen = replace(within, query=query)
        ids = await reads.mention_ids(self.desk.store, chosen, limit=_MOST)
        self._show(ids)
        styles = palette_of(self)
        self.found.say_empty([[(_("Nothing of what was heard holds this."), styles.faint)]])
        await self.found.reload()
        await self._detail()

    def _where(self, within: StreamFilter) -> str:
        since = within.since
        when = moment(since, self.desk.clock()) if since is not None else ""
        said = _("since {when}").format(when=when) if when else ""
        return "".join(f" · {one}" for one in (one_line(within.brand), said) if one)

    def _show(self, ids: array[int]) -> None:
        self.found.offer(ids, frozen=bool(self.found.state.marks))
        self.set_class(not ids, "-nothing")
        self._titles()

    def _titles(self) -> None:
        styles, state = palette_of(self), self.found.state
        self.found.border_title = content([(_("Found"), styles.faint)])
        count = ngettext("{count} mention", "{count} mentions", len(state))
        line: Line = [(count.format(count=number(len(state))), styles.faint)] if len(state) else []
        if len(state) == _MOST:
            line.append((" " + _("and more"), styles.faint))
        self.found.border_subtitle = content(line)

    def _say_how(self) -> None:
        styles = palette_of(self)
        examples = (
            ("brakes AND (failed OR danger*)", _("words, together or one of them")),
            ('"customer service" NOT refund', _("a phrase, and what must not be there")),
            ("from:@ana lang:fr #velo", _("who, which language, a tag")),
            ("site:example.org source:mastodon", _("where it links to, where it was heard")),
        )
        lines: list[Line] = [
            [(f"{example:<34}", styles.accent), (meaning, styles.faint)]
            for example, meaning in examples
        ]
        self.found.say_empty(lines)

    def show_keys(self) -> None:
        """Show the keys of the results; while she types, letters are letters."""
        if self.focused is not self.field:
            super().show_keys()
            return
        self.keys.show_keys([(BY_ID["open"], _("To the results")), (BY_ID["back"], _("Leave"))])

    @on(DescendantFocus)
    def _focus_moved(self) -> None:
        self.show_keys()

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        self.hub.work(self._detail(), "detail", exclusive=True)

    async def _detail(self) -> None:
        cursor = self.found.state.cursor
        if self.thread.display:
            thread = await self.desk.mention(cursor) if cursor is not None else Thread()
            await self.thread.show_weighed(thread, self.desk.weighed)

    @on(VirtualList.Opened)
    def _opened(self) -> None:
        if (cursor := self.found.state.cursor) is not None:
            self.app.push_screen(MentionScreen(self.desk, cursor))

    # --- keys --------------------------------------------------------------------------------

    def do_search(self) -> None:
        """Back to the field."""
        self.field.focus()

    def do_search_next(self) -> None:
        """To the next result."""
        self.found.move(1)

    def do_search_previous(self) -> None:
        """To the result before."""
        self.found.move(-1)

    def do_back(self) -> None:
        """Clear the marks, then go to the field, then leave."""
        if self.found.state.clear_marks():
            self.found.marks_changed()
        elif self.focused is not self.field:
            self.field.focus()
        else:
            self.dismiss()

    def do_panel_next(self) -> None:
        """Go to the next pane."""
        self.focus_next()

    def do_panel_previous(self) -> None:
        """Go to the pane before."""
        self.focus_previous()
