"""The verbs: each key asks what it must, hands the rows to ``listeners.actions``, and says it.

No verb asks for confirmation, since every one can be undone. What a person did leaves its list
at once, although the order of the rest stands still. The rules behind the verbs and the dialogs
are not loaded before the first paint.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

from listeners.rows import AlertRow, ConversationRow
from tui.actions import BY_ID, Panel
from tui.i18n import _, say
from tui.repeating import again_of
from tui.screens.moving import MovingScreen

if TYPE_CHECKING:
    from listeners import actions
    from tui.screens import pickers
    from tui.widgets.choices import Choice

Result = TypeVar("Result")
Kind = Literal["conversation", "alert", "mention"]

CLOSING = frozenset({"done", "resolve", "snooze", "dismiss", "reply"})
"""Actions after which a conversation needs nothing more now."""


class Subjects(NamedTuple):
    """What a verb is done to: the rows of one panel, and the first of them if it is loaded."""

    kind: Kind
    ids: tuple[int, ...]
    panel: Panel
    first: object = None
    versions: Mapping[int, int] = {}
    """What the screen shows of each: somebody else may have changed it since."""


def versions_of(rows: Iterable[object]) -> dict[int, int]:
    """Return the versions of the conversations or alerts that a screen shows."""
    return {row.id: row.version for row in rows if isinstance(row, (ConversationRow, AlertRow))}


def refusals(outcome: actions.Outcome) -> list[str]:
    """Return why some of several rows were left as they are, each reason once with its number."""
    said = Counter(say(refusal) for refusal in outcome.refused)
    several = outcome.done + len(outcome.refused) > 2
    return [
        _("{count} not: {why}").format(count=count, why=why) if several else why
        for why, count in said.most_common(2)
    ]


class TriageScreen(MovingScreen[Result]):
    """A screen on which work is done."""

    def subjects(self) -> Subjects | None:
        """Return what the verbs apply to now."""
        return None

    # --- verbs that ask nothing --------------------------------------------------------------

    def do_done(self) -> None:
        """Answered; an alert is resolved."""
        self._act("done")

    def do_resolve(self) -> None:
        """Closed for good."""
        self._act("resolve")

    def do_reopen(self) -> None:
        """Back to work."""
        self._act("reopen")

    def do_take(self) -> None:
        """Mine; an alert is acknowledged."""
        self._act("take")

    def do_escalate(self) -> None:
        """Raised as a risk."""
        self._act("escalate")

    def do_promote(self) -> None:
        """A mention goes to the queue."""
        self._act("promote")

    # --- how it sounds ---------------------------------------------------------------------------

    def do_why(self) -> None:
        """Show what made the sentiment of a message."""
        from tui.screens.feeling import open_why

        self.later(partial(open_why, self))

    do_why_evidence = do_why

    def do_mood_negative(self) -> None:
        """Correct its sentiment: negative."""
        self._correct("mood.negative")

    def do_mood_neutral(self) -> None:
        """Correct its sentiment: neutral."""
        self._correct("mood.neutral")

    def do_mood_positive(self) -> None:
        """Correct its sentiment: positive."""
        self._correct("mood.positive")

    def do_mood_automatic(self) -> None:
        """Take a correction away."""
        self._correct("mood.automatic")

    def do_teach(self) -> None:
        """Say what a word of the post means for its brand."""
        from tui.screens.teaching_word import ask_word

        subjects = self.subjects()
        brand = getattr(subjects.first, "brand", "") if subjects is not None else ""
        ask_word(self, self.words, brand)

    def _correct(self, action: str) -> None:
        from tui.screens.feeling import correct

        correct(self, action)

    # --- verbs that ask one thing --------------------------------------------------------------

    def do_snooze(self) -> None:
        """Ask until when."""
        from tui.screens.pickers import snooze_choices

        now = self.desk.clock()

        def until(subjects: Subjects, choice: Choice) -> None:
            value = choice.value if isinstance(choice.value, int) else None
            self._perform("snooze", subjects, until=value)

        self._ask(
            _("Until when?"),
            lambda subjects: partial(snooze_choices, now=now, alert=subjects.kind == "alert"),
            until,
            hint=_("2h, 17:30, tomorrow, fri"),
        )

    def do_dismiss(self) -> None:
        """No answer needed; for an alert ask why it was a false alarm."""
        from tui.screens.pickers import reason_choices

        subjects = self.subjects()
        if subjects is None or subjects.kind != "alert":
            self._act("dismiss")
            return
        self._ask(
            _("Why is it a false alarm?"),
            lambda subjects: reason_choices,
            lambda subjects, choice: self._perform("dismiss", subjects, reason=str(choice.value)),
            hint=_("this teaches the rule"),
        )

    def do_assign(self) -> None:
        """Ask whom to give it to."""
        from tui.screens.assigning import ask_whom

        def give(subjects: Subjects, choice: Choice) -> None:
            if choice.value:
                self._perform("assign", subjects, to=str(choice.value))
            else:
                self._perform("assign", subjects, verb="release")

        ask_whom(self, give)

    def do_tag(self) -> None:
        """Ask which tag to put on or take off."""
        from tui.screens.pickers import tag_choices

        def choices(subjects: Subjects) -> pickers.ChoicesFor:
            row = subjects.first
            present = row.tags if isinstance(row, ConversationRow) else ()
            return partial(tag_choices, present=present, known=self.desk.tags_seen())

        self._ask(
            _("Which tag?"),
            choices,
            lambda subjects, choice: self._perform(
                "tag", subjects, verb="untag" if choice.on else "tag", tags=str(choice.value)
            ),
            hint=_("a word; one that is on is taken off"),
        )

    def do_note(self) -> None:
        """Ask for the words of a note."""
        from tui.screens.noting import ask_note

        def keep(subjects: Subjects, choice: Choice) -> None:
            self._perform("note", subjects, text=str(choice.value))

        ask_note(self, keep)

    def do_priority(self) -> None:
        """Ask how important it is."""
        from tui.screens.pickers import rank_choices

        self._ask(
            _("How important?"),
            lambda subjects: rank_choices,
            lambda subjects, choice: self._perform(
                "priority",
                subjects,
                priority=choice.value if isinstance(choice.value, int) else None,
            ),
        )

    def do_mute(self) -> None:
        """Ask what to mute; an alert's rule is muted at once."""
        from tui.screens.pickers import mute_choices

        subjects = self.subjects()
        if subjects is not None and subjects.kind == "alert":
            self._act("mute")
            return

        def choices(subjects: Subjects) -> pickers.ChoicesFor:
            author = getattr(subjects.first, "author", "")
            return partial(mute_choices, author=author)

        def mute(subjects: Subjects, choice: Choice) -> None:
            if isinstance(choice.value, tuple):
                what, word = choice.value
                self._perform("mute", subjects, what=what, word=word)

        self._ask(_("Mute what?"), choices, mute, hint=_("or a word"))

    # --- answering -------------------------------------------------------------------------------

    def do_reply(self) -> None:
        """Write a reply to it."""
        from tui.screens.answering import open_reply

        self.later(partial(open_reply, self))

    def do_reply_delete(self) -> None:
        """Delete our newest reply where it stands, after asking."""
        from tui.screens.answering import delete_newest

        self.later(partial(delete_newest, self))

    def do_merge(self) -> None:
        """Make one conversation, or one alert, of several."""
        subjects = self.subjects()
        if subjects is not None and subjects.kind == "alert":
            from tui.screens.alert_joining import merge_alert

            self.later(partial(merge_alert, self, subjects))
            return
        from tui.screens.joining import merge

        self.later(partial(merge, self))

    def do_split(self) -> None:
        """Take apart what was merged."""
        subjects = self.subjects()
        if subjects is not None and subjects.kind == "alert":
            from tui.screens.alert_joining import split_alert

            self.later(partial(split_alert, self, subjects))
            return
        from tui.screens.joining import split

        self.later(partial(split, self))

    def do_mute_noise(self) -> None:
        """Offer the words and authors of an alert's evidence to mute, each with its effect."""
        from tui.screens.alert_joining import ask_noise

        subjects = self.subjects()
        if subjects is not None and subjects.kind == "alert":
            self.later(partial(ask_noise, self, subjects))

    def do_reveal(self) -> None:
        """Show what is masked in an alert's newest evidence."""
        from tui.screens.revealing import reveal

        subjects = self.subjects()
        if subjects is not None and subjects.kind == "alert":
            self.later(partial(reveal, self, subjects))

    # --- keys and commands of one's own ----------------------------------------------------------

    def do_repeat(self) -> None:
        """Do the last action once more, here."""
        from tui.repeating import repeat

        repeat(self)

    def do_pipe(self) -> None:
        """Hand it to a command of the configuration."""
        from tui.pipes import ask_pipe

        ask_pipe(self)

    def perform_on(
        self, action: str, subjects: Subjects, *, verb: str = "", **arguments: Any
    ) -> None:
        """Do an action's verb to rows, and say it."""
        self._perform(action, subjects, verb=verb, **arguments)

    def done_to(self, subjects: Subjects) -> None:
        """Let rows that something was done to leave or come although the order stands still."""
        rows = self.desk.session.lists.get(subjects.panel)
        if rows is not None:
            rows.mine.update(subjects.ids)
            rows.clear_marks()

    # --- undo ----------------------------------------------------------------------------------

    def do_undo(self) -> None:
        """Take back the last action."""
        self.later(self._undo)

    def do_redo(self) -> None:
        """Do again what was taken back."""
        self.later(self._redo)

    async def _undo(self) -> None:
        from listeners import actions

        desk = self.desk
        steps = await actions.undo_list(desk.store, desk.actor, 1)
        outcome = await actions.undo(desk.store, desk.actor, desk.clock())
        if outcome.offer:
            from tui.screens.answering import offer_to_delete

            await offer_to_delete(self, outcome.offer)
            return
        self._mine(steps)
        self._said(outcome, undo=False)

    async def _redo(self) -> None:
        from listeners import actions

        desk = self.desk
        outcome = await actions.redo(desk.store, desk.actor, desk.clock())
        self._mine(await actions.undo_list(desk.store, desk.actor, 1))
        self._said(outcome, undo=True)

    def _mine(self, steps: list[actions.Undoable]) -> None:
        panels = {"conversation": Panel.QUEUE, "alert": Panel.ALERTS}
        for event in steps[0].events if steps else ():
            panel = panels.get(event.subject_kind)
            if panel is not None:
                self.desk.session.lists[panel].mine.add(event.subject_id)

    # --- doing ---------------------------------------------------------------------------------

    def _act(self, action: str) -> None:
        subjects = self.subjects()
        if subjects is None:
            self.refuse(_("Nothing is selected."))
        else:
            self._perform(action, subjects)

    def _ask(
        self,
        title: str,
        choices: Callable[[Subjects], pickers.ChoicesFor],
        then: Callable[[Subjects, Choice], None],
        *,
        hint: str = "",
    ) -> None:
        """Ask one thing about the rows that are selected now, whatever is selected later."""
        from tui.screens.pickers import Picker

        subjects = self.subjects()
        if subjects is None:
            self.refuse(_("Nothing is selected."))
            return

        def chosen(choice: Choice | None) -> None:
            if choice is not None:
                then(subjects, choice)

        self.app.push_screen(Picker(title, choices(subjects), hint=hint), chosen)

    def _perform(
        self, action: str, subjects: Subjects, *, verb: str = "", **arguments: Any
    ) -> None:
        named = verb or BY_ID[action].verbs.get(subjects.kind)
        if named is None:
            self.refuse(
                _("{action} is for conversations and alerts.").format(
                    action=_(BY_ID[action].label_in(subjects.panel))
                )
            )
            return
        self.later(partial(self._performed, action, named, subjects, arguments))

    async def _performed(
        self, action: str, verb: str, subjects: Subjects, arguments: dict[str, Any]
    ) -> None:
        from listeners import actions
        from listeners.actions.ranking import ranking

        desk = self.desk
        outcome = await actions.perform(
            desk.store,
            desk.actor,
            verb,
            subjects.kind,
            subjects.ids,
            desk.clock(),
            config=desk.config,
            seen=subjects.versions,
            rank=ranking(desk.config),
            **arguments,
        )
        if outcome.done:
            again = again_of(action, verb, subjects, arguments, desk.clock())
            desk.again = again or desk.again
        self.was_done(action, subjects, outcome)

    def was_done(self, action: str, subjects: Subjects, outcome: actions.Outcome) -> None:
        """Say what came of an action, let its rows leave the list, and do what follows."""
        if outcome.done:
            self.done_to(subjects)
        self._said(outcome, undo=True)
        if outcome.done:
            self.acted(action, subjects)
        elif outcome.instead:
            from tui.screens.alert_joining import ask_instead

            ask_instead(self, subjects, outcome)
        if outcome.done and action == "dismiss" and subjects.kind == "alert":
            from tui.screens.alert_joining import suggest_noise

            self.later(partial(suggest_noise, self, subjects))

    def _said(self, outcome: actions.Outcome, *, undo: bool) -> None:
        if not outcome.done:
            self.refuse(say(outcome.sentence))
        else:
            text: str = say(outcome.sentence)
            for refusal in refusals(outcome):
                text = f"{text}  ·  {refusal}"
            self.tell(text, undo=undo)
        self.look_again()

    def acted(self, action: str, subjects: Subjects) -> None:
        """Do what follows an action on this screen."""

    # --- history -------------------------------------------------------------------------------

    def do_history(self) -> None:
        """Show who did what to the row under the cursor."""
        from tui.screens.history import HistoryScreen

        subjects = self.subjects()
        if subjects is None:
            self.refuse(_("Nothing is selected."))
        else:
            self.app.push_screen(HistoryScreen(self.desk, subjects.kind, subjects.ids[0]))
