"""The form of one rule: every field has choices, and below stands what it would have caught.

The rule is tried on what is stored after each change, in slices beside the keys; it can be kept
only once that is shown.
"""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from listeners.model import DAY, Micros
from listeners.query import QuerySyntaxError, parse
from listeners.rows import MentionRow
from listeners.rules import Rule, RuleError, checked
from listeners.store import reads
from listeners.text import clean_line
from listeners.trying import Trial, try_rule
from tui.desk import Desk
from tui.i18n import _, percent, say
from tui.rule_fields import (
    IF,
    NAME,
    STRETCH,
    THEN,
    Offered,
    field_choices,
    form_choices,
    toggled,
    value_of,
    with_value,
)
from tui.screens.pickers import Picker
from tui.widgets.choices import Choice, Choices
from tui.widgets.fault import Fault
from tui.widgets.paint import content, palette_of
from tui.widgets.rule_lines import trial_lines
from tui.widgets.thread import ThreadMessages
from tui.widgets.thread_lines import Laid

if TYPE_CHECKING:
    from tui.app import Hubbub

_FIELDS = {one.key: one for one in (NAME, *IF, *THEN, STRETCH)}
_USUAL_DAYS = 28


class Drafted(NamedTuple):
    """A rule to keep, and what the trial of it found."""

    rule: Rule
    trial: Trial


class RuleForm(ModalScreen[Drafted | None]):
    """One rule, field by field."""

    BINDINGS = [  # noqa: RUF012 - as Textual declares it
        Binding("escape", "leave", show=False),
        Binding("down,j,ctrl+n", "move(1)", show=False),
        Binding("up,k,ctrl+p", "move(-1)", show=False),
        Binding("enter,l,right,space", "change", show=False),
        Binding("t", "try", show=False),
        Binding("ctrl+s", "keep", show=False),
        Binding("pagedown,J", "scroll(5)", show=False),
        Binding("pageup,K", "scroll(-5)", show=False),
    ]
    DEFAULT_CSS = """
    RuleForm ThreadMessages { height: 1fr; min-height: 4; }
    """

    def __init__(self, desk: Desk, rule: Rule, offered: Offered) -> None:
        super().__init__()
        self._desk = desk
        self._rule = self._kept = rule
        self._leaving = False
        self._offered = offered
        self._days = _USUAL_DAYS
        self._trial: Trial | None = None
        self._trying = False
        self._scrolled = False
        self._sample: dict[int, MentionRow] = {}
        self.fields = Choices()
        self.found = ThreadMessages()

    def compose(self) -> ComposeResult:
        """Lay the fields above what the rule would have caught."""
        with Vertical(id="box"):
            yield self.fields
            yield self.found

    def on_mount(self) -> None:
        """Show the rule, and try it at once if it says anything."""
        styles = palette_of(self)
        name = self._rule.name or _("A new rule")
        box = self.query_one("#box")
        box.border_title = content([(f" {name} ", styles.strong)])
        box.styles.width, box.styles.height, box.styles.max_height = 104, "96%", "96%"
        self._show()
        if self._rule.name:
            self._try()
        else:
            self._hint()

    def on_resize(self) -> None:
        """Wrap anew for the new width."""
        self.call_after_refresh(self._show_trial)

    # --- the fields --------------------------------------------------------------------------

    def _show(self) -> None:
        self.fields.show(form_choices(self._rule, self._days, self._offered))
        self.call_after_refresh(self._show_trial)

    def _changed(self, rule: Rule) -> None:
        if rule != self._rule:
            self._rule, self._leaving = rule, False
            self._show()
            self._try()

    def action_move(self, by: int) -> None:
        """Move among the fields."""
        self.fields.move(by)

    @on(Choices.Chosen)
    def _clicked(self) -> None:
        self.action_change()

    def action_change(self) -> None:
        """Ask for what the field holds."""
        choice = self.fields.choice
        key = str(choice.value) if choice is not None else ""
        one = _FIELDS.get(key)
        if one is None:
            return
        if one.typed:
            typed = Typed(
                _(one.label), value_of(self._rule, key), _(one.hint), query=key == "query"
            )
            self.app.push_screen(typed, partial(self._typed, key))
            return
        stay = partial(self._toggled, key) if one.many else None

        def choices(text: str) -> list[Choice]:
            return field_choices(text, self._rule, key, self._offered)

        hint = _("enter switches, esc is done") if one.many else _("type to narrow")
        self.app.push_screen(
            Picker(_(one.label), choices, hint=hint, stay=stay), partial(self._chosen, key)
        )

    def _typed(self, key: str, text: str | None) -> None:
        if text is not None:
            self._changed(with_value(self._rule, key, text))

    def _chosen(self, key: str, choice: Choice | None) -> None:
        if choice is None or choice.heading:
            return
        if key == STRETCH.key and isinstance(choice.value, int):
            self._days = choice.value
            self._show()
            self._try()
        else:
            self._changed(with_value(self._rule, key, choice.value))

    def _toggled(self, key: str, choice: Choice) -> None:
        self._changed(toggled(self._rule, key, choice.value))

    # --- the trial ---------------------------------------------------------------------------

    def action_try(self) -> None:
        """Try it once more."""
        self._try()

    def _try(self) -> None:
        self._trial, self._trying = None, True
        self._sample, self._scrolled = {}, False
        self._work(self._tried())

    def _work(self, work: Coroutine[Any, Any, None]) -> None:
        cast("Hubbub", self.app).work(work, "trial", exclusive=True)

    async def _tried(self) -> None:
        rule, now = self._rule, self._desk.clock()
        since = Micros(now - self._days * DAY)
        try:
            async for trial in try_rule(self._desk.store, rule, since, now):
                fresh = [one for one in trial.sample if one not in self._sample]
                if fresh:
                    self._sample.update(await reads.mentions(self._desk.store, fresh))
                self._trial = trial
                self._show_trial()
        finally:
            if rule is self._rule:
                self._trying = False
        self._show_trial()

    def _show_trial(self) -> None:
        width = self.found.view.width
        if width < 2 or not self.is_attached:
            return
        sample: Mapping[int, MentionRow] = self._sample
        lines = trial_lines(
            self._trial, sample, self._days, self._desk.clock(), width, palette_of(self)
        )
        self.found.show(Laid(lines), again=self._scrolled)
        self._hint()

    def _hint(self) -> None:
        if self._trying:
            share = percent(self._trial.share if self._trial is not None else 0.0)
            text = _("trying it: {share} · esc stops").format(share=share)
        else:
            text = _("enter changes · t tries · ^s keeps · esc leaves")
        self._says(text)

    def _says(self, text: str, *, wrong: bool = False) -> None:
        styles = palette_of(self)
        style = styles.negative if wrong else styles.faint
        self.query_one("#box").border_subtitle = content([(f" {text} ", style)])

    def action_scroll(self, lines: int) -> None:
        """Scroll what was caught."""
        self._scrolled = True
        self.found.scroll_lines(lines)

    # --- the end -----------------------------------------------------------------------------

    def action_leave(self) -> None:
        """Stop the trial, or leave without keeping anything; what was changed is asked about."""
        if self._trying:
            self._trying = False
            self.workers.cancel_group(self.app, "trial")
            self._hint()
        elif self._rule != self._kept and not self._leaving:
            self._leaving = True
            self._says(_("This is not kept yet: ^s keeps it, esc once more drops it."), wrong=True)
        else:
            self.dismiss(None)

    def action_keep(self) -> None:
        """Keep the rule, once it was seen what it would have caught."""
        members = tuple(dict.fromkeys((*self._offered.members, self._rule.effects.assign)))
        try:
            checked(self._rule, members=members)
        except RuleError as error:
            self._says(say(error.sentence), wrong=True)
            return
        if self._trial is None or self._trying:
            self._says(_("It is being tried first: a moment, or esc stops that."), wrong=True)
            if not self._trying:
                self._try()
            return
        self.dismiss(Drafted(self._rule, self._trial))

    def on_click(self, event: events.Click) -> None:
        """A click beside the box leaves too."""
        if event.widget is self:
            self.action_leave()


class Typed(ModalScreen[str | None]):
    """One text; that of a query is read while it is typed, its fault shown under its character."""

    BINDINGS = [Binding("escape", "leave", show=False)]  # noqa: RUF012 - as Textual declares it

    def __init__(
        self, title: str, text: str, hint: str, *, query: bool = False, longest: int = 60
    ) -> None:
        super().__init__()
        self._longest = 4000 if query else longest
        self._title = title
        self._query = query
        self.field = Input(text, placeholder=hint, select_on_focus=False)
        self.fault = Fault()

    def compose(self) -> ComposeResult:
        """Lay the field in a box."""
        with Vertical(id="box"):
            yield self.field
            yield self.fault

    def on_mount(self) -> None:
        """Take the focus to the field."""
        styles = palette_of(self)
        box = self.query_one("#box")
        box.border_title = content([(f" {self._title} ", styles.strong)])
        hint = _("enter takes it · esc leaves it as it was")
        box.border_subtitle = content([(f" {hint} ", styles.faint)])
        self.field.focus()

    @on(Input.Changed)
    def _read(self) -> None:
        self._readable()

    def _readable(self) -> bool:
        if self._query and self.field.value.strip():
            try:
                parse(self.field.value)
            except QuerySyntaxError as error:
                self.fault.show(error.position, say(error.sentence))
                return False
        self.fault.clear()
        return True

    @on(Input.Submitted)
    def _submitted(self) -> None:
        if self._readable():
            self.dismiss(clean_line(self.field.value, self._longest).strip())

    def action_leave(self) -> None:
        """Leave it as it was."""
        self.dismiss(None)
