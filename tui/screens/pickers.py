"""The small dialogs of the verbs: a field and choices under it, chosen by arrows and enter.

What is typed narrows the choices, or is itself one where the verb takes words: a time, a tag, a
name, a note. Escape leaves without doing anything.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from listeners.model import DAY, HOUR, Micros
from listeners.text import fold
from tui.i18n import _, moment
from tui.untils import EVENING, MORNING, at_clock, next_weekday, until_of
from tui.widgets.choices import Choice, Choices
from tui.widgets.paint import content, palette_of

if TYPE_CHECKING:
    from tui.app import Hubbub

ChoicesFor = Callable[[str], Sequence[Choice]]

REPLY = "reply"
"""The value of "until they write again", and for an alert of "until it gets worse"."""


class Picker(ModalScreen[Choice | None]):
    """One question. ``stay`` is called with each choice and keeps the dialog open."""

    BINDINGS = [  # noqa: RUF012 - as Textual declares it
        Binding("escape", "leave", show=False),
        Binding("down,ctrl+n", "move(1)", show=False),
        Binding("up,ctrl+p", "move(-1)", show=False),
    ]

    def __init__(
        self,
        title: str,
        choices: ChoicesFor,
        *,
        hint: str = "",
        stay: Callable[[Choice], None] | None = None,
    ) -> None:
        super().__init__()
        self._title = title
        self._choices_for = choices
        self._stay = stay
        self.field = Input(placeholder=hint, select_on_focus=False)
        self.choices = Choices()

    def compose(self) -> ComposeResult:
        """Lay the field above its choices, in a box."""
        with Vertical(id="box"):
            yield self.field
            yield self.choices

    def on_mount(self) -> None:
        """Show every choice."""
        styles = palette_of(self)
        box = self.query_one("#box")
        box.border_title = content([(f" {self._title} ", styles.strong)])
        hint = _("enter chooses · esc leaves")
        box.border_subtitle = content([(f" {hint} ", styles.faint)])
        self._narrow()
        self.field.focus()

    @on(Input.Changed)
    def _narrow(self) -> None:
        self.choices.show(self._choices_for(self.field.value))

    @on(Input.Submitted)
    def _submitted(self) -> None:
        if (choice := self.choices.choice) is not None:
            self._choose(choice)

    @on(Choices.Chosen)
    def _clicked(self, event: Choices.Chosen) -> None:
        self._choose(event.choice)

    def _choose(self, choice: Choice) -> None:
        if self._stay is None:
            self.dismiss(choice)
            return
        self._stay(choice)
        self.field.value = ""
        self._narrow()

    def box_says(self, text: str) -> None:
        """Say why a choice cannot be taken, on the border of the box."""
        styles = palette_of(self)
        self.query_one("#box").border_subtitle = content([(f" {text} ", styles.negative)])

    def hub_work(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside the keys; the application says if it fails."""
        cast("Hubbub", self.app).work(work, "act")

    def action_leave(self) -> None:
        """Leave without doing anything."""
        self.dismiss(None)

    def action_move(self, by: int) -> None:
        """Move among the choices."""
        self.choices.move(by)

    def on_click(self, event: events.Click) -> None:
        """A click beside the box leaves too."""
        if event.widget is self:
            self.dismiss(None)


def narrowed(choices: Sequence[Choice], text: str) -> list[Choice]:
    """Return the choices whose words hold what was typed, accents and case aside."""
    wanted = fold(text.strip())
    if not wanted:
        return list(choices)
    return [one for one in choices if not one.heading and wanted in fold(f"{one.label} {one.hint}")]


def snooze_choices(
    text: str, now: Micros, *, alert: bool = False, zone: tzinfo | None = None
) -> list[Choice]:
    """Return until when something may be put away; what was typed comes first."""
    typed = until_of(text, now, zone)
    if typed is not None:
        label = _("until {when}").format(when=moment(typed, now))
        return [Choice(typed, label)]
    evening = at_clock(now, EVENING, zone)
    times = [
        (_("for an hour"), Micros(now + HOUR)),
        (_("for three hours"), Micros(now + 3 * HOUR)),
        (_("until this evening"), evening),
        (_("until tomorrow"), at_clock(now, MORNING, zone, 1)),
        (_("until Monday"), next_weekday(now, 0, zone)),
        (_("for a week"), Micros(now + 7 * DAY)),
    ]
    reply = Choice(REPLY, _("until it gets worse") if alert else _("until they write again"))
    listed = [Choice(at, label, moment(at, now)) for label, at in times if at > now + HOUR // 2]
    return narrowed([*listed, reply], text)


def reason_choices(text: str) -> list[Choice]:
    """Return why an alert was a false alarm; other words are taken as they are."""
    usual = [
        Choice("noise word", _("a word that means something else")),
        Choice("author", _("an author who is no risk")),
        Choice("known event", _("an event we knew of")),
    ]
    found = narrowed(usual, text)
    words = text.strip()
    return [*found, Choice(words, _("other: {words}").format(words=words))] if words else found


def name_choices(text: str, members: Sequence[str], me: str) -> list[Choice]:
    """Return whom something may be given to; another name is taken as it is typed."""
    everyone = dict.fromkeys([*members, me] if me else members)
    named = [Choice(name, name, _("you") if name == me else "") for name in everyone if name]
    found = narrowed([*named, Choice("", _("nobody"), _("gives it back"))], text)
    words = text.strip()
    if words and all(fold(str(one.value)) != fold(words) for one in found):
        found.append(Choice(words, words))
    return found


def tag_choices(text: str, present: Sequence[str], known: Sequence[str]) -> list[Choice]:
    """Return tags to put on or, if they are on already, to take off."""
    words = text.strip().lstrip("#").replace(",", " ").split()
    tags = dict.fromkeys([*present, *known])
    listed = [Choice(tag, f"#{tag}", on=tag in present) for tag in tags]
    found = narrowed(listed, words[0] if words else "")
    if words and all(one.value != words[0] for one in found):
        found.append(Choice(words[0], f"#{words[0]}", _("new tag"), on=False))
    return found


def note_choices(text: str) -> list[Choice]:
    """Return the note as it is typed, as the one choice."""
    words = text.strip()
    return [Choice(words, _("Keep this note"))] if words else []


def rank_choices(text: str) -> list[Choice]:
    """Return the ranks a person may give by hand."""
    ranks = [
        Choice(1, _("1  before everything")),
        Choice(2, _("2  soon")),
        Choice(3, _("3  important")),
        Choice(4, _("4  as usual")),
        Choice(5, _("5  when there is time")),
        Choice(None, _("0  as the rules say")),
    ]
    return narrowed(ranks, text)


def mute_choices(text: str, author: str) -> list[Choice]:
    """Return what may be muted; a typed word is one of them."""
    usual = [
        Choice(("author", ""), _("the author"), author),
        Choice(("thread", ""), _("this thread")),
    ]
    word = text.strip()
    found = narrowed(usual, text)
    return (
        [*found, Choice(("word", word), _("the word “{word}”").format(word=word))]
        if word
        else found
    )
