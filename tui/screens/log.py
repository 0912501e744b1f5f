"""The log: everything that was done, by whom, when, to what; to filter, to jump, to take back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.containers import Container

from listeners import actions
from listeners.rows import EventRow
from listeners.store.reads.whole_log import (
    LogFilter,
    LogRow,
    log_actors,
    log_ids,
    log_rows,
    log_verbs,
)
from listeners.team import may_write
from tui.actions import BY_ID, Action, Panel
from tui.desk import Desk
from tui.i18n import _, moment, msgid, number, say
from tui.log_choices import filter_choices
from tui.log_words import PROGRAM, verb_name
from tui.screens.moving import MovingScreen
from tui.screens.pickers import Picker
from tui.session import RowList
from tui.widgets.choices import Choice
from tui.widgets.log_lines import LogRows
from tui.widgets.paint import Line, content, one_line, palette_of
from tui.widgets.row_list import VirtualList
from tui.widgets.too_small import TooSmall

PAGE = 500
"""Lines read at once; the next page is read before the cursor is at the end of this one."""
_AHEAD = 80

KEYS: Mapping[str, str] = {
    "open": msgid("Go there"),
    "filter": msgid("Filter"),
    "whose": msgid("Whose"),
    "search": msgid("Text"),
    "undo": msgid("Take this back"),
    "redo": msgid("Do this again"),
}
"""What keys of the registry are called here."""


class LogScreen(MovingScreen[None]):
    """The whole log, newest first."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.wanted = LogFilter()
        self.list = LogRows(RowList(), self._load, desk.clock, id="whole-log")
        self._ended = False
        self._reading = False
        self._names: Sequence[str] = ()
        self._verbs: Sequence[str] = ()

    def compose(self) -> ComposeResult:
        """Lay the list."""
        yield self.status
        with Container(id="body"):
            yield self.list
        yield TooSmall()
        yield self.keys

    def on_mount(self) -> None:
        """Take the focus to the list."""
        self.list.add_class("pane")
        self.list.focus()

    @property
    def rows(self) -> LogRows:
        """The list."""
        return self.list

    async def _load(self, ids: Sequence[int]) -> Mapping[int, LogRow]:
        return await log_rows(self.desk.store, ids)

    # --- keys --------------------------------------------------------------------------------

    def method_of(self, action: Action) -> Callable[[], None] | None:
        """Return what an action does here; the log itself is open already."""
        here: dict[str, Callable[[], None]] = {
            "open": self.jump,
            "filter": self.choose,
            "filter.clear": self.clear,
            "whose": self.next_whose,
            "search": self.ask_text,
            "undo": self.take_back,
            "redo": self.do_once_more,
        }
        if action.id in here:
            return here[action.id]
        return None if action.id in ("log", "mark", "history") else super().method_of(action)

    def show_keys(self) -> None:
        """Show the keys of the log."""
        shown = ("open", "undo", "redo", "filter", "whose", "search", "back", "help")
        self.keys.show_keys([(BY_ID[id_], _(KEYS.get(id_, BY_ID[id_].label))) for id_ in shown])

    # --- looking -----------------------------------------------------------------------------

    async def look(self) -> None:
        """Read the newest page; what is new while she reads further down is held back."""
        await self.read_top()
        store, state = self.desk.store, self.list.state
        shown = list(state.ids)
        # A text is looked for in every line: once is enough, however often the store changes.
        searched = bool(self.wanted.text and shown)
        newest = shown if searched else await log_ids(store, self.wanted, limit=PAGE)
        known = set(shown)
        fresh = [id_ for id_ in newest if id_ not in known]
        joined = bool(shown) and len(fresh) < len(newest)
        if not joined and not searched:
            self._ended = len(newest) < PAGE
        self.list.offer([*fresh, *shown] if joined else newest, frozen=state.touched and joined)
        await self.list.reload()
        self._names = await log_actors(store)
        self._verbs = await log_verbs(store)
        self._say_empty()
        self._titles()

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        state = self.list.state
        if len(state) - state.index < _AHEAD and not self._ended and len(state):
            self.later(self._more)
        self._titles()

    async def _more(self) -> None:
        if self._reading or self._ended:
            return
        self._reading = True
        shown = list(self.list.state.ids)
        older = await log_ids(self.desk.store, self.wanted, before=shown[-1], limit=PAGE)
        self._reading, self._ended = False, len(older) < PAGE
        if older:
            self.list.offer([*shown, *older], frozen=False)
            await self.list.reload()
        self._titles()

    def _say_empty(self) -> None:
        styles = palette_of(self)
        lines: list[Line] = [[(_("Nothing of this was done yet."), styles.strong)]]
        if self.wanted != LogFilter():
            key = self.desk.key_of("filter.clear")
            lines.append([(key, styles.key), (" " + _("shows the whole log"), styles.faint)])
        self.list.say_empty(lines)

    def _titles(self) -> None:
        styles, state = palette_of(self), self.list.state
        title: Line = [("❯ ", styles.key), (_("Log"), styles.strong)]
        if chosen := self._chosen():
            title.append((" ⧩ " + " · ".join(chosen), styles.accent))
        self.list.border_title = content(title)
        count = number(len(state)) + ("" if self._ended else "+")
        under: Line = [(f"{number(state.index + 1 if len(state) else 0)}/{count}", styles.faint)]
        if state.waiting:
            new = _("{count} new").format(count=state.waiting)
            under.insert(0, (f" {new} · {self.desk.key_of('arrivals')} ", styles.badge))
        self.list.border_subtitle = content(under)

    def _chosen(self) -> list[str]:
        wanted, now = self.wanted, self.desk.clock()
        parts = []
        if wanted.actor:
            parts.append(_("by itself") if wanted.actor == PROGRAM else one_line(wanted.actor))
        if wanted.verb:
            parts.append(verb_name(wanted.verb))
        if wanted.since is not None:
            parts.append(_("since {when}").format(when=moment(wanted.since, now)))
        if wanted.until is not None:
            parts.append(_("before {when}").format(when=moment(wanted.until, now)))
        if wanted.text:
            parts.append(f"“{one_line(wanted.text)}”")
        return parts

    # --- filtering ---------------------------------------------------------------------------

    def _filter(self, wanted: LogFilter) -> None:
        if wanted != self.wanted:
            self.wanted = wanted
            self.list.state.begin()
            self._ended = False
        self.look_again()

    def clear(self) -> None:
        """Show the whole log again."""
        self._filter(LogFilter())

    def next_whose(self) -> None:
        """Show mine, what happened by itself, or everybody's."""
        order = ("", self.desk.actor, PROGRAM)
        place = order.index(self.wanted.actor) if self.wanted.actor in order else 0
        self._filter(replace(self.wanted, actor=order[(place + 1) % len(order)]))

    def choose(self) -> None:
        """Choose by whom, what, or when."""
        picker = Picker(
            _("Show what?"),
            partial(
                filter_choices,
                names=self._names,
                verbs=self._verbs,
                me=self.desk.actor,
                now=self.desk.clock(),
            ),
            hint=_("a name, a verb, or a day as 2026-11-23"),
        )
        self.app.push_screen(picker, self._chose)

    def _chose(self, choice: Choice | None) -> None:
        if choice is not None and isinstance(choice.value, dict):
            self._filter(replace(self.wanted, **choice.value))

    def ask_text(self) -> None:
        """Look for a text in what was done and to whom."""

        def choices(text: str) -> list[Choice]:
            words = text.strip()
            return [Choice(words, words or _("everything"))]

        def chose(choice: Choice | None) -> None:
            if choice is not None:
                self._filter(replace(self.wanted, text=str(choice.value)))

        self.app.push_screen(
            Picker(_("Which text?"), choices, hint=_("a word, a person, a tag")), chose
        )

    def do_back(self) -> None:
        """Clear the filter, then leave."""
        if self.wanted != LogFilter():
            self.clear()
        else:
            self.dismiss()

    # --- going there, taking back ------------------------------------------------------------

    @on(VirtualList.Opened)
    def _opened(self) -> None:
        self.jump()

    def jump(self) -> None:
        """Open what the line is about."""
        event = self._event()
        if event is None:
            return
        panels = {
            "conversation": Panel.QUEUE,
            "alert": Panel.ALERTS,
            "mention": Panel.STREAM,
        }
        if event.subject_kind in panels:
            self.hub.open_subject(panels[event.subject_kind], event.subject_id)
        elif event.subject_kind == "person":
            from tui.screens.person import PersonScreen

            self.app.push_screen(PersonScreen(self.desk, event.subject_id))
        else:
            self.refuse(_("There is no conversation or alert behind this line."))

    def take_back(self) -> None:
        """Take back the step this line is a part of."""
        event = self._event()
        if event is None:
            return
        refused = may_write(self.desk.config, self.desk.actor)
        if refused is not None:
            self.refuse(say(refused))
        elif event.undone:
            again = self.desk.key_of("redo")
            self.refuse(_("It is taken back already; {key} does it again.").format(key=again))
        elif not event.step:
            self.refuse(_("This happened by itself, or cannot be taken back."))
        else:
            self.later(partial(self._turned, event, back=True))

    def do_once_more(self) -> None:
        """Do again a step that was taken back."""
        event = self._event()
        if event is None:
            return
        refused = may_write(self.desk.config, self.desk.actor)
        if refused is not None:
            self.refuse(say(refused))
        elif not event.undone:
            self.refuse(_("It is done; there is nothing to do again."))
        else:
            self.later(partial(self._turned, event, back=False))

    async def _turned(self, event: EventRow, *, back: bool) -> None:
        desk = self.desk
        turn = actions.undo if back else actions.redo
        outcome = await turn(
            desk.store, desk.actor, desk.clock(), step=event.step, of=str(event.actor)
        )
        if not outcome.done:
            self.refuse(say(outcome.sentence))
        else:
            rest = "".join(f"  ·  {say(one)}" for one in outcome.refused[:1])
            self.tell(say(outcome.sentence) + rest)
            queue = desk.session.lists[Panel.QUEUE]
            queue.mine.add(event.subject_id)
        self.look_again()

    def _event(self) -> EventRow | None:
        row = self.list.row
        if row is None:
            self.refuse(_("Nothing is selected."))
            return None
        return row.event
