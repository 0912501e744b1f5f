"""One conversation, alert or mention on the whole screen: the thread, and beside it what was done.

Beside the thread, where there is room, stand what this person said before and our own log.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from listeners.rows import EventRow, MentionRow
from listeners.store import reads
from tui.actions import Panel
from tui.desk import Desk
from tui.i18n import _
from tui.screens.flow import open_next
from tui.screens.triage import CLOSING, Kind, Subjects, TriageScreen, versions_of
from tui.widgets.log_lines import log_lines
from tui.widgets.paint import Line, content, palette_of
from tui.widgets.said_before import said_before
from tui.widgets.thread import ThreadMessages, ThreadPane
from tui.widgets.thread_lines import Laid, Thread
from tui.widgets.too_small import TooSmall

_HISTORY = 30


class SubjectScreen(TriageScreen[None]):
    """A thread on the whole screen; a closing verb leads back to the list."""

    WITHOUT = frozenset({"open", "filter", "mark", "mark.range", "mark.all"})

    def __init__(self, desk: Desk, kind: Kind, subject: int) -> None:
        super().__init__(desk)
        self._kind: Kind = kind
        self._subject = subject
        self.thread = ThreadPane(desk.clock, id="whole")
        self._before = ThreadMessages(id="before")
        self._log_pane = ThreadMessages(id="log")
        self._events: Sequence[EventRow] = ()
        self._history: Sequence[MentionRow] = ()

    def compose(self) -> ComposeResult:
        """Lay the thread, and the two columns of the past beside it."""
        yield self.status
        with Horizontal(id="body"):
            yield self.thread
            with Vertical(id="past"):
                yield self._before
                yield self._log_pane
        yield TooSmall()
        yield self.keys

    def on_mount(self) -> None:
        """Take the focus to the thread."""
        for pane in (self.thread, self._before, self._log_pane):
            pane.add_class("pane")
        self.thread.messages.focus()

    @property
    def panel(self) -> Panel | None:
        """The keys are those of a thread, or of the alerts."""
        return Panel.ALERTS if self._kind == "alert" else Panel.THREAD

    @property
    def conversation(self) -> int | None:
        """The conversation it is about, so that the team sees who is on it."""
        row = self.thread.thread.conversation
        return self._subject if self._kind == "conversation" else row.id if row else None

    @property
    def detail(self) -> ThreadPane | None:
        """The thread."""
        return self.thread

    @property
    def address(self) -> str:
        """The address of the message it is about, else of the conversation."""
        thread = self.thread.thread
        if thread.focus is not None and thread.focus.url:
            return thread.focus.url
        return thread.conversation.url if thread.conversation is not None else ""

    @property
    def words(self) -> str:
        """The text of the message it is about."""
        focus = self.thread.thread.focus
        return focus.text if focus is not None else ""

    def subjects(self) -> Subjects | None:
        """Return what this screen is about."""
        thread = self.thread.thread
        if self._kind != "alert" and thread.conversation is not None:
            row = thread.conversation
            return Subjects("conversation", (row.id,), Panel.QUEUE, row, versions_of([row]))
        panel = {"conversation": Panel.QUEUE, "alert": Panel.ALERTS}.get(self._kind, Panel.STREAM)
        first = thread.alert if thread.alert is not None else thread.conversation
        return Subjects(
            self._kind, (self._subject,), panel, first or thread.focus, versions_of([first])
        )

    def acted(self, action: str, subjects: Subjects) -> None:
        """Go back to the list when nothing more is to be done here; it says what was done."""
        if action in CLOSING and self.is_current:
            said, below = self.keys.said, self.app.screen_stack[-2]
            self.dismiss()
            if said is not None and isinstance(below, TriageScreen):
                if subjects.kind == "conversation":
                    onward = _("{key} opens the next one").format(key=self.desk.key_of("next"))
                    said = said._replace(text=f"{said.text}  ·  {onward}")
                below.keys.say(said)

    def do_next(self) -> None:
        """Open the conversation that follows this one in the queue."""
        subjects = self.subjects()
        talking = subjects is not None and subjects.kind == "conversation"
        self.later(partial(open_next, self, subjects.ids[0] if subjects and talking else None))

    # --- looking -----------------------------------------------------------------------------

    async def read(self) -> Thread:
        """Return what is shown."""
        match self._kind:
            case "conversation":
                return await self.desk.thread(self._subject)
            case "alert":
                return await self.desk.alert(self._subject)
            case _:
                return await self.desk.mention(self._subject)

    async def look(self) -> None:
        """Read the thread, the person's past and our log, and show them."""
        store = self.desk.store
        await self.read_top()
        thread = await self.read()
        await self.thread.show_weighed(thread, self.desk.weighed)
        row = thread.conversation
        kind, subject = ("conversation", row.id) if row is not None else (self._kind, self._subject)
        self._events = await reads.events(store, kind, subject)
        focus = thread.focus
        self._history = (
            await reads.account_history(store, "mention", focus.id, limit=_HISTORY)
            if focus is not None and thread.alert is None
            else ()
        )
        self._titles()
        self.call_after_refresh(self._show_past)
        if self.is_current:
            self.desk.presence(self.conversation)
            seen = "alert" if thread.alert is not None else "conversation"
            await self.desk.colleagues.see(seen, subject)

    def _show_past(self) -> None:
        styles, now = palette_of(self), self.desk.clock()
        here = {mention.id for mention in self.thread.thread.mentions}
        before = [row for row in self._history if row.id not in here]
        lines = said_before(before, self._before.view.width, now, styles)
        self._before.show(Laid(lines), again=True)
        log = log_lines(self._events, self._log_pane.view.width, now, styles)
        self._log_pane.show(Laid(log), again=True)

    def _titles(self) -> None:
        styles = palette_of(self)
        names = {
            "conversation": _("Conversation"),
            "alert": _("Alert"),
            "mention": _("Mention"),
        }
        title: Line = [("❯ ", styles.key), (names[self._kind], styles.strong)]
        self.thread.border_title = content(title)
        self.thread.border_subtitle = content([(_("esc leads back"), styles.faint)])
        self._before.border_title = content([(_("Said before"), styles.faint)])
        self._log_pane.border_title = content([(_("What was done"), styles.faint)])
        self._before.display = self.thread.thread.alert is None

    def do_panel_next(self) -> None:
        """Go to the next pane."""
        self.focus_next()

    def do_panel_previous(self) -> None:
        """Go to the pane before."""
        self.focus_previous()
