"""Once more: the last action with what it was asked with, on the rows that are selected now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from listeners.model import Micros
from tui.actions import BY_ID
from tui.i18n import _

if TYPE_CHECKING:
    from tui.screens.triage import Subjects, TriageScreen

ONCE = frozenset({"merge", "split"})
"""Verbs about particular rows: doing them to others would be another thing."""


class Again(NamedTuple):
    """What can be done once more: one verb, or whatever ``run`` does (a macro, a pipe)."""

    action: str = ""
    verb: str = ""
    kind: str = ""
    arguments: Mapping[str, Any] = {}
    span: int | None = None
    """How long a snooze was, in microseconds: it is the distance that is repeated."""
    run: Callable[[TriageScreen[Any]], None] | None = None


def again_of(
    action: str, verb: str, subjects: Subjects, arguments: Mapping[str, Any], now: Micros
) -> Again | None:
    """Return how what was just done is done once more, ``None`` where that means nothing."""
    if verb in ONCE:
        return None
    until = arguments.get("until")
    span = until - now if isinstance(until, int) else None
    return Again(action, verb, subjects.kind, dict(arguments), span)


def arguments_again(again: Again, now: Micros) -> dict[str, Any]:
    """Return what the verb is asked with this time: a snooze as long as before."""
    arguments = dict(again.arguments)
    if again.span is not None:
        arguments["until"] = Micros(now + again.span)
    return arguments


def verb_again(again: Again, kind: str) -> str:
    """Return the verb for another kind of subject, empty where the action means nothing to it."""
    if kind == again.kind:
        return again.verb
    usual = BY_ID[again.action].verbs
    return usual.get(kind, "") if usual.get(again.kind) == again.verb else ""


def repeat(screen: TriageScreen[Any]) -> None:
    """Do the last action once more, on what is selected now."""
    again = screen.desk.again
    if again is None:
        screen.refuse(_("Nothing was done yet that could be done again."))
        return
    if again.run is not None:
        again.run(screen)
        return
    subjects = screen.subjects()
    if subjects is None:
        screen.refuse(_("Nothing is selected."))
        return
    verb = verb_again(again, subjects.kind)
    if not verb:
        screen.refuse(_("What was done last cannot be done to this."))
        return
    arguments = arguments_again(again, screen.desk.clock())
    screen.perform_on(again.action, subjects, verb=verb, **arguments)
