"""The form of one planned entry: every field has choices or is typed, and nothing is lost.

What is refused (a lead must approve, it ends before it begins) is said on the form, which stays.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen

from listeners.actions.outcome import Outcome
from listeners.model import DAY, Micros
from listeners.planning.calendar import day_of, floating_day
from listeners.planning.entry import KINDS, STATES, TITLE, Planned, kind_of, state_of, tidied
from tui.desk import Desk
from tui.i18n import _, msgid, say, zone
from tui.plan_words import (
    KIND_WORDS,
    STATE_WORDS,
    meant,
    remind_words,
    typed_when,
    when_words,
)
from tui.screens.pickers import Picker, narrowed
from tui.screens.rule_form import Typed
from tui.widgets.choices import Choice, Choices
from tui.widgets.paint import content, network_name, one_line, palette_of
from tui.widgets.reply_box import ReplyBox

if TYPE_CHECKING:
    from tui.app import Hubbub

Keep = Callable[[Planned], Awaitable[Outcome]]
"""Stores what the form says; the form closes only when that was done."""

LABELS: Mapping[str, str] = {
    "title": msgid("Title"),
    "when": msgid("When"),
    "until": msgid("Until"),
    "kind": msgid("Kind"),
    "channel": msgid("Channel"),
    "text": msgid("Text"),
    "state": msgid("State"),
    "owner": msgid("Who"),
    "campaign": msgid("Campaign"),
    "remind": msgid("Reminder"),
    "brand": msgid("Brand"),
}
_REMINDERS = (None, 0, 600, 1800, 3600, 3 * 3600, 86_400, 7 * 86_400)


@dataclass(frozen=True, slots=True)
class PlanOffered:
    """What a field may be: brands, channels, members, and campaigns by number."""

    brands: Sequence[str] = ()
    channels: Sequence[str] = ()
    members: Sequence[str] = ()
    campaigns: Mapping[int, str] | None = None


class PlanForm(ModalScreen[Outcome | None]):
    """One entry, field by field; gives what came of keeping it, ``None`` if it was left."""

    BINDINGS = [  # noqa: RUF012 - as Textual declares it
        Binding("escape", "leave", show=False),
        Binding("down,j,ctrl+n", "move(1)", show=False),
        Binding("up,k,ctrl+p", "move(-1)", show=False),
        Binding("enter,l,right,space", "change", show=False),
        Binding("ctrl+s", "keep", show=False),
    ]

    def __init__(self, desk: Desk, one: Planned, offered: PlanOffered, keep: Keep) -> None:
        super().__init__()
        self._desk = desk
        self._one = self._kept = one
        self._offered = offered
        self._keep = keep
        self._leaving = False
        self.fields = Choices()

    def compose(self) -> ComposeResult:
        """Lay the fields in a box."""
        with Vertical(id="box"):
            yield self.fields

    def on_mount(self) -> None:
        """Show the entry; a new one begins with its title."""
        styles = palette_of(self)
        box = self.query_one("#box")
        title = _("Change the plan") if self._one.id else _("A new entry")
        box.border_title = content([(f" {title} ", styles.strong)])
        box.styles.width = 84
        self._show()
        if not self._one.title:
            self.action_change()

    def _show(self) -> None:
        self.fields.show(
            [
                Choice(
                    key,
                    _("{field}: {value}").format(
                        field=_(label), value=one_line(self._value(key))[:200]
                    ),
                )
                for key, label in LABELS.items()
                if key != "brand" or len(self._offered.brands) > 1
            ]
        )
        self._says(_("enter changes · ^s keeps · esc leaves"))

    def _value(self, key: str) -> str:
        one = self._one
        match key:
            case "when":
                return when_words(replace(one, end_at=None), zone())
            case "until":
                if one.end_at is None:
                    return "—"
                end = Micros(one.end_at - DAY) if one.all_day else one.end_at
                return when_words(replace(one, at=end, end_at=None), zone())
            case "kind":
                return _(KIND_WORDS[one.kind])
            case "channel":
                return network_name(one.channel) if one.channel else "—"
            case "state":
                return _(STATE_WORDS[one.state])
            case "campaign":
                return (self._offered.campaigns or {}).get(one.campaign or 0, "—")
            case "remind":
                return remind_words(one.remind)
        return str(getattr(one, key)) or "—"

    def _says(self, text: str, *, wrong: bool = False) -> None:
        styles = palette_of(self)
        style = styles.negative if wrong else styles.faint
        self.query_one("#box").border_subtitle = content([(f" {text} ", style)])

    def _changed(self, one: Planned) -> None:
        self._one, self._leaving = one, False
        self._show()

    # --- the fields --------------------------------------------------------------------------

    def action_move(self, by: int) -> None:
        """Move among the fields."""
        self.fields.move(by)

    @on(Choices.Chosen)
    def _clicked(self) -> None:
        self.action_change()

    def action_change(self) -> None:
        """Ask for what the field holds."""
        choice = self.fields.choice
        key = str(choice.value) if choice is not None else "title"
        label = _(LABELS[key])
        if key == "title":
            typed = Typed(label, self._one.title, _("in a few words"), longest=TITLE)
            self.app.push_screen(typed, self._titled)
        elif key in ("when", "until"):
            self._ask_time(key, label)
        elif key == "text":
            self.app.push_screen(PlanText(self._one.text), self._written)
        else:
            picker = Picker(label, partial(self._choices, key), hint=_("type to narrow"))
            self.app.push_screen(picker, partial(self._chosen, key))

    def _ask_time(self, key: str, label: str) -> None:
        one = self._one
        at = one.at if key == "when" else one.end_at
        text = ""
        if at is not None:
            # A person names the last day; the entry keeps the one after it.
            shown = Micros(at - DAY) if key == "until" and one.all_day else at
            text = typed_when(shown, all_day=one.all_day, zone=zone())
        hint = _("14:30 · fri 9:00 · 1/12 · 2026-12-01 14:00; a day alone is all of it")
        self.app.push_screen(Typed(label, text, hint), partial(self._timed, key))

    def _titled(self, text: str | None) -> None:
        if text is not None:
            self._changed(replace(self._one, title=text))

    def _written(self, text: str | None) -> None:
        if text is not None:
            self._changed(replace(self._one, text=text))

    def _timed(self, key: str, text: str | None) -> None:
        one = self._one
        if text is None:
            return
        if key == "until" and not text:
            self._changed(replace(one, end_at=None))
            return
        base = floating_day(one.at) if one.all_day else day_of(one.at, zone())
        found = meant(text, base, self._desk.clock(), zone())
        if found is None:
            self._says(_("No day or time is meant by “{text}”.").format(text=text), wrong=True)
        elif key == "until":
            self._until(found.at, all_day=found.all_day)
        else:
            length = None if one.end_at is None else one.end_at - one.at
            kept = length is not None and found.all_day == one.all_day
            end = Micros(found.at + length) if kept and length is not None else None
            self._changed(replace(one, at=found.at, all_day=found.all_day, end_at=end))

    def _until(self, at: Micros, *, all_day: bool) -> None:
        if all_day is not self._one.all_day:
            text = (
                _("It takes whole days: give the last one.")
                if self._one.all_day
                else _("It has a time of day: give the one it ends at.")
            )
            self._says(text, wrong=True)
            return
        self._changed(replace(self._one, end_at=Micros(at + DAY) if all_day else at))

    def _choices(self, key: str, text: str) -> Sequence[Choice]:
        offered = self._offered
        match key:
            case "kind":
                listed = [Choice(kind, _(KIND_WORDS[kind])) for kind in KINDS]
            case "state":
                listed = [Choice(state, _(STATE_WORDS[state])) for state in STATES]
            case "remind":
                listed = [Choice(seconds, remind_words(seconds)) for seconds in _REMINDERS]
            case "campaign":
                named = (offered.campaigns or {}).items()
                listed = [Choice(None, _("none")), *(Choice(id_, name) for id_, name in named)]
            case "brand":
                listed = [Choice(name, name) for name in offered.brands]
            case "owner":
                listed = [Choice("", _("nobody")), *(Choice(one, one) for one in offered.members)]
            case _:
                listed = [
                    Choice("", _("none")),
                    *(Choice(one, network_name(one)) for one in offered.channels),
                ]
        found = narrowed(listed, text)
        typed = text.strip()
        if key == "channel" and typed and not found:
            found.append(Choice(typed.casefold(), typed))
        return found

    def _chosen(self, key: str, choice: Choice | None) -> None:
        if choice is None:
            return
        value, one = choice.value, self._one
        match key:
            case "kind":
                one = replace(one, kind=kind_of(str(value)) or one.kind)
            case "state":
                one = replace(one, state=state_of(str(value)) or one.state)
            case "remind":
                one = replace(one, remind=value if isinstance(value, int) else None)
            case "campaign":
                one = replace(one, campaign=value if isinstance(value, int) else None)
            case "brand":
                one = replace(one, brand=str(value), campaign=None)
            case "owner":
                one = replace(one, owner=str(value))
            case "channel":
                one = replace(one, channel=str(value))
        self._changed(one)

    # --- the end -----------------------------------------------------------------------------

    def action_leave(self) -> None:
        """Leave without keeping anything; what was changed is asked about."""
        if self._one != self._kept and not self._leaving:
            self._leaving = True
            self._says(_("This is not kept yet: ^s keeps it, esc once more drops it."), wrong=True)
        else:
            self.dismiss(None)

    def action_keep(self) -> None:
        """Keep the entry, or say why it cannot be."""
        cast("Hubbub", self.app).work(self._keeping(), "act")

    async def _keeping(self) -> None:
        outcome = await self._keep(tidied(self._one))
        if outcome.done:
            self.dismiss(outcome)
        else:
            self._says(say(outcome.sentence), wrong=True)

    def on_click(self, event: events.Click) -> None:
        """A click beside the box leaves too."""
        if event.widget is self:
            self.action_leave()


class PlanText(ModalScreen[str | None]):
    """The words of a planned post."""

    BINDINGS = [  # noqa: RUF012 - as Textual declares it
        Binding("escape", "dismiss(None)", show=False),
        Binding("ctrl+s,ctrl+enter", "keep", show=False),
    ]
    DEFAULT_CSS = "PlanText #words { height: 1fr; }"

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self.words = ReplyBox(id="words")

    def compose(self) -> ComposeResult:
        """Lay the words in a box."""
        with Vertical(id="box", classes="wide"):
            yield self.words

    def on_mount(self) -> None:
        """Fill the words in."""
        styles = palette_of(self)
        box = self.query_one("#box")
        title, hint = _("Text"), _("^s takes it · esc leaves")
        box.border_title = content([(f" {title} ", styles.strong)])
        box.border_subtitle = content([(f" {hint} ", styles.faint)])
        self.words.text = self._text
        self.words.move_cursor(self.words.document.end)
        self.words.focus()

    def action_keep(self) -> None:
        """Take the words."""
        self.dismiss(self.words.text.strip())
