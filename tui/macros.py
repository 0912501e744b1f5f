"""Running a macro: its verbs one after the other, as one step that one undo takes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.i18n import _, say
from tui.own_keys import Macro, arguments_of
from tui.repeating import Again

if TYPE_CHECKING:
    from tui.screens.triage import Subjects, TriageScreen

_ACTIONS = {
    "answered": "done",
    "done": "done",
    "ignore": "dismiss",
    "dismiss": "dismiss",
    "resolve": "resolve",
    "snooze": "snooze",
}
"""Actions after which a list or a thread is left, by the verb of a macro."""


def run_own(screen: object, key: str) -> None:
    """Run what the user put on a key: a macro, or a command that is handed the conversation."""
    from tui.pipes import run_pipe
    from tui.screens.base import HubScreen
    from tui.screens.triage import TriageScreen

    if not isinstance(screen, HubScreen):
        return
    own = screen.desk.own
    screen.desk.session.acted(screen.desk.clock())
    if not isinstance(screen, TriageScreen):
        screen.refuse(_("Nothing is selected."))
    elif key in own.macros:
        run_macro(screen, own.macros[key])
    elif key in own.keyed:
        run_pipe(screen, own.keyed[key])


def run_macro(screen: TriageScreen[Any], macro: Macro) -> None:
    """Do a macro to what is selected."""
    subjects = screen.subjects()
    if subjects is None:
        screen.refuse(_("Nothing is selected."))
    elif subjects.kind == "alert":
        screen.refuse(_("Macros are for conversations."))
    else:
        screen.later(lambda: _run(screen, macro, subjects))


async def _run(screen: TriageScreen[Any], macro: Macro, subjects: Subjects) -> None:
    from listeners.actions.ranking import ranking
    from listeners.actions.together import Doing, perform_all

    desk, now = screen.desk, screen.desk.clock()
    outcomes = await perform_all(
        desk.store,
        desk.actor,
        [Doing(step.verb, arguments_of(step, now, desk.actor)) for step in macro.steps],
        subjects.kind,
        subjects.ids,
        now,
        config=desk.config,
        seen=subjects.versions,
        rank=ranking(desk.config),
    )
    words = [say(one.sentence) for one in outcomes]
    if not any(one.done for one in outcomes):
        screen.refuse(" · ".join(dict.fromkeys(words)))
        screen.look_again()
        return
    desk.again = Again(run=lambda here: run_macro(here, macro))
    screen.done_to(subjects)
    screen.tell(" · ".join(words), undo=True)
    screen.look_again()
    for step, outcome in zip(macro.steps, outcomes, strict=True):
        if outcome.done and step.verb in _ACTIONS:
            screen.acted(_ACTIONS[step.verb], subjects)
            break
