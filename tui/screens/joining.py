"""Merging and splitting on screen: the marked ones, or one that is chosen from likely others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from listeners import actions
from listeners.actions.ranking import ranking
from listeners.rows import ConversationRow
from listeners.store import reads
from listeners.store.reads.candidates import Candidate
from tui.i18n import _, ngettext
from tui.screens.pickers import Picker
from tui.widgets.choices import Choice
from tui.widgets.paint import network_name, one_line

if TYPE_CHECKING:
    from tui.screens.triage import Subjects, TriageScreen


async def merge(screen: TriageScreen[Any]) -> None:
    """Merge what is marked, or ask which conversation is the same matter."""
    subjects = _conversations(screen)
    if subjects is None:
        return
    if len(subjects.ids) > 1:
        await _merged(screen, subjects, subjects.ids, 0)
        return
    here = subjects.ids[0]
    found = await reads.merge_candidates(screen.desk.store, here)

    def chosen(choice: Choice | None) -> None:
        if choice is not None and isinstance(choice.value, int):
            # Both are equal partners: the one the queue shows first is kept.
            screen.later(partial(_merged, screen, subjects, (here, choice.value), 0))

    screen.app.push_screen(
        Picker(
            _("Merge number {number} with which?").format(number=here),
            partial(candidate_choices, found, here),
            hint=_("a number, a name or a word"),
        ),
        chosen,
    )


async def split(screen: TriageScreen[Any]) -> None:
    """Take out all that was merged in, or ask which one where there are several."""
    subjects = _conversations(screen)
    if subjects is None:
        return
    here = await reads.shown_in(screen.desk.store, subjects.ids[0])
    inside = await reads.absorbed_rows(screen.desk.store, here)
    if len(inside) < 2:
        await _split(screen, subjects, here, ())
        return

    def chosen(choice: Choice | None) -> None:
        if choice is not None and isinstance(choice.value, tuple):
            screen.later(partial(_split, screen, subjects, here, choice.value))

    screen.app.push_screen(
        Picker(_("Take out which?"), partial(split_choices, inside), hint=_("a number or a word")),
        chosen,
    )


def candidate_choices(found: Sequence[Candidate], here: int, text: str) -> list[Choice]:
    """Return what may be merged with, narrowed by what is typed; any number may be typed."""
    why = {
        "person": _("the same person"),
        "words": _("much the same words"),
        "open": "",
    }
    choices = [Choice(one.row.id, _label(one.row, why[one.why])) for one in found]
    wanted = text.strip().lstrip("#").casefold()
    kept = [one for one in choices if wanted in one.label.casefold()]
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 16 else 0
    if number and number != here and number not in {one.value for one in choices}:
        kept.append(Choice(number, _("number {number}").format(number=number)))
    return kept


def split_choices(inside: Sequence[ConversationRow], text: str) -> list[Choice]:
    """Return what may be taken out: all, or one of them."""
    everything = ngettext("all {count}", "all {count}", len(inside)).format(count=len(inside))
    choices = [Choice(tuple(row.id for row in inside), everything)]
    choices += [Choice((row.id,), _label(row)) for row in inside]
    return [one for one in choices if text.strip().casefold() in one.label.casefold()]


def _label(row: ConversationRow, why: str = "") -> str:
    who = one_line(row.author_name or row.author)
    said = one_line(row.excerpt or row.title)
    parts = (str(row.id), why, network_name(row.network), who, said)
    return " · ".join(part for part in parts if part)


def _conversations(screen: TriageScreen[Any]) -> Subjects | None:
    subjects = screen.subjects()
    if subjects is None or subjects.kind != "conversation":
        screen.refuse(_("Only conversations can be merged or split."))
        return None
    return subjects


async def _merged(
    screen: TriageScreen[Any], subjects: Subjects, ids: Sequence[int], kept: int
) -> None:
    desk = screen.desk
    outcome = await actions.merge_all(
        desk.store,
        desk.actor,
        ids,
        desk.clock(),
        kept=kept,
        rank=ranking(desk.config),
        config=desk.config,
    )
    screen.was_done("merge", subjects._replace(ids=tuple(ids)), outcome)


async def _split(
    screen: TriageScreen[Any], subjects: Subjects, here: int, only: Sequence[int]
) -> None:
    desk = screen.desk
    outcome = await actions.split_off(
        desk.store,
        desk.actor,
        here,
        desk.clock(),
        only=only,
        rank=ranking(desk.config),
        config=desk.config,
    )
    screen.was_done("split", subjects, outcome)
