"""What can be done to people, on their list and on their page alike: the dialogs and the verbs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from listeners import actions
from listeners.actions import Outcome
from listeners.config import Config
from listeners.people.likeness import Likeness
from listeners.people.rows import ROLES, PersonRow
from listeners.store import Store
from listeners.store.people import people
from tui.i18n import _, say
from tui.screens.asking import Answer, Ask
from tui.screens.own_keys import OwnKeysScreen
from tui.screens.people_picking import (
    TextPicker,
    account_choices,
    field_choices,
    pair_choices,
    role_choices,
)
from tui.screens.pickers import Picker, note_choices, tag_choices
from tui.screens.triage import refusals
from tui.widgets.choices import Choice

Result = TypeVar("Result")
Doing = Callable[[], Awaitable[Outcome]]


class PeopleDoing(OwnKeysScreen[Result]):
    """A screen that shows people; ``persons`` are those a verb is done to."""

    def persons(self) -> Sequence[PersonRow]:
        """Return the people a verb is done to: the marked ones, else the one under the cursor."""
        return ()

    def tags_known(self) -> Sequence[str]:
        """Return tags to offer."""
        return self.desk.tags_seen()

    def _ready(self) -> Sequence[PersonRow]:
        """Return the people a verb is done to; says why where there are none, or none may be."""
        if self.desk.refusal:
            self.refuse(self.desk.refusal)
            return ()
        found = self.persons()
        if not found:
            self.refuse(_("Nobody is selected."))
        return found

    def do_it(self, doing: Doing) -> None:
        """Do a verb, and say what came of it."""
        self.later(partial(self._done, doing))

    async def _done(self, doing: Doing) -> None:
        outcome = await doing()
        if outcome.done:
            text = str(say(outcome.sentence))
            for refusal in refusals(outcome):
                text = f"{text}  ·  {refusal}"
            self.tell(text, undo=True)
            self.was_done()
        else:
            self.refuse(say(outcome.sentence))
        self.look_again()

    def was_done(self) -> None:
        """Let go of the marks, where there are any."""

    def _ask(self, picker: Picker, then: Callable[[Choice], None]) -> None:
        def chosen(choice: Choice | None) -> None:
            if choice is not None:
                then(choice)

        self.app.push_screen(picker, chosen)

    @property
    def _how(self) -> tuple[Store, Config, str]:
        return self.desk.store, self.desk.config, self.desk.actor

    # --- verbs -------------------------------------------------------------------------------

    def do_people_role(self) -> None:
        """Ask what they are to us."""
        rows = self._ready()
        if not rows:
            return
        ids = [row.id for row in rows]

        def chosen(choice: Choice) -> None:
            role = str(choice.value)
            self.do_it(lambda: actions.set_role(*self._how, ids, role, self.desk.clock()))

        present = rows[0].role if len(rows) == 1 else ""
        self._ask(Picker(_("What are they to us?"), partial(role_choices, ROLES, present)), chosen)

    def do_tag(self) -> None:
        """Ask which tag to put on or take off."""
        rows = self._ready()
        if not rows:
            return
        ids = [row.id for row in rows]
        present = [tag for tag in rows[0].tags if all(tag in row.tags for row in rows)]

        def chosen(choice: Choice) -> None:
            self.do_it(
                lambda: actions.tag_people(
                    *self._how, ids, [str(choice.value)], self.desk.clock(), off=bool(choice.on)
                )
            )

        choices = partial(tag_choices, present=present, known=self.tags_known())
        hint = _("a word; one that is on is taken off")
        self._ask(Picker(_("Which tag?"), choices, hint=hint), chosen)

    def do_note(self) -> None:
        """Ask for the words of a note."""
        rows = self._ready()
        if not rows:
            return
        ids = [row.id for row in rows]

        def chosen(choice: Choice) -> None:
            text = str(choice.value)
            self.do_it(lambda: actions.note_people(*self._how, ids, text, self.desk.clock()))

        hint = _("stays in hubbub, never leaves it")
        self._ask(Picker(_("Note for the team"), note_choices, hint=hint), chosen)

    def do_mute(self) -> None:
        """Mute every account of theirs; if all are muted, none any more."""
        rows = self._ready()
        if rows:
            ids, off = [row.id for row in rows], all(row.muted for row in rows)
            self.do_it(lambda: actions.mute_people(*self._how, ids, self.desk.clock(), off=off))

    def do_people_edit(self) -> None:
        """Ask what to change of what we know: name, outlet, beat."""
        rows = self._ready()
        if not rows:
            return
        row = rows[0]

        def chosen(choice: Choice) -> None:
            field = str(choice.value)
            present = {"name": row.given, "outlet": row.outlet, "beat": row.beat}[field]
            self._ask(TextPicker(choice.label, present), partial(self._described, row.id, field))

        self._ask(Picker(_("Change what?"), partial(field_choices, row)), chosen)

    def _described(self, person: int, field: str, choice: Choice) -> None:
        values = {field: str(choice.value)}
        self.do_it(lambda: actions.describe(*self._how, [person], values, self.desk.clock()))

    def do_merge(self) -> None:
        """Make one person of those that are marked; the first of them stays."""
        rows = self._ready()
        if len(rows) == 1:
            self.refuse(_("Mark two persons or more in the list to make one of them."))
        elif rows:
            ids = [row.id for row in rows]
            self.do_it(lambda: actions.merge_persons(*self._how, ids, self.desk.clock()))

    def do_split(self) -> None:
        """Ask which account to take out."""
        rows = self._ready()
        if not rows:
            return
        if len(rows[0].accounts) < 2:
            self.refuse(_("This person has one account alone: there is nothing to take out."))
            return

        def chosen(choice: Choice) -> None:
            account = int(str(choice.value))
            self.do_it(lambda: actions.split_account(*self._how, account, self.desk.clock()))

        title = _("Take which account out?")
        self._ask(Picker(title, partial(account_choices, rows[0].accounts)), chosen)

    # --- who may be one -----------------------------------------------------------------------

    def ask_maybe(self, pairs: Sequence[Likeness]) -> None:
        """List the pairs who may be one person, and ask about the one that is chosen."""
        if not pairs:
            self.refuse(_("Nobody seems to be the same person as somebody else."))
        else:
            self.later(partial(self._list_pairs, pairs))

    async def _list_pairs(self, pairs: Sequence[Likeness]) -> None:
        ids = {number for pair in pairs for number in (pair.one, pair.other)}
        known = await people(self.desk.store, ids)
        there = [one for one in pairs if one.one in known and one.other in known]

        def chosen(choice: Choice) -> None:
            if isinstance(choice.value, Likeness):
                self._ask_pair(choice.value, known)

        title = _("Maybe one person")
        self._ask(Picker(title, partial(pair_choices, there, known)), chosen)

    def _ask_pair(self, pair: Likeness, known: dict[int, PersonRow]) -> None:
        one, other = known[pair.one], known[pair.other]

        def answered(answer: str | None) -> None:
            if answer and self.desk.refusal:
                self.refuse(self.desk.refusal)
            elif answer == "one":
                self.do_it(
                    lambda: actions.merge_persons(*self._how, [one.id, other.id], self.desk.clock())
                )
            elif answer == "two":
                self.do_it(
                    lambda: actions.not_the_same(*self._how, one.id, other.id, self.desk.clock())
                )

        lines = [say(pair.evidence), _("Only you can know. Either answer can be undone.")]
        # What enter alone does decides nothing.
        answers = [
            Answer("", _("later"), "escape"),
            Answer("one", _("one person"), "o"),
            Answer("two", _("not the same, do not ask again"), "n"),
        ]
        self.app.push_screen(Ask(_("One person?"), lines, answers), answered)
