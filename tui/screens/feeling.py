"""Correcting how a message sounds, and opening why it does: which message a key means."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from listeners.rows import MentionRow
from listeners.store import corrections
from listeners.store.connection import Connection
from tui.actions import BY_ID, Panel
from tui.i18n import _
from tui.repeating import again_of

if TYPE_CHECKING:
    from tui.screens.triage import Subjects, TriageScreen


def felt(screen: TriageScreen[Any]) -> Subjects | None:
    """Return what a correction is done to.

    In a thread that is the message it is about, in a list the marked rows or the one under the
    cursor: a conversation then stands for its newest message of theirs, whose mood the row shows.
    """
    subjects = screen.subjects()
    focus = screen.detail.thread.focus if screen.detail is not None else None
    in_thread = screen.panel is Panel.THREAD and focus is not None
    if subjects is None or subjects.kind == "alert" or not in_thread or focus is None:
        return subjects
    return subjects._replace(kind="mention", ids=(focus.id,), first=focus, versions={})


def correct(screen: TriageScreen[Any], action: str) -> None:
    """Do one of the corrections to what is selected."""
    subjects = felt(screen)
    if subjects is None:
        screen.refuse(_("Nothing is selected."))
    elif subjects.kind == "alert":
        screen.refuse(_("An alert has no sentiment; its messages have: see why they sound so."))
    else:
        screen.later(partial(_corrected, screen, action, subjects))


async def _corrected(screen: TriageScreen[Any], action: str, subjects: Subjects) -> None:
    from listeners.actions import set_mood

    desk, verb = screen.desk, BY_ID[action].verbs[subjects.kind]
    outcome = await set_mood(
        desk.store,
        desk.actor,
        verb,
        subjects.kind,
        subjects.ids,
        desk.clock(),
        config=desk.config,
        seen=_seen(screen, subjects),
    )
    if outcome.done:
        desk.again = again_of(action, verb, subjects, {}, desk.clock()) or desk.again
    screen.was_done(action, subjects, outcome)


def _seen(screen: TriageScreen[Any], subjects: Subjects) -> dict[int, str]:
    """Return who had corrected the messages, as the screen shows them."""
    rows = [subjects.first]
    if screen.rows is not None:
        rows += [screen.rows.known(id_) for id_ in subjects.ids]
    return {row.id: row.corrected_by for row in rows if isinstance(row, MentionRow)}


async def open_why(screen: TriageScreen[Any]) -> None:
    """Show what made the sentiment of a message, and those of its thread a key further."""
    from tui.screens.why import WhyScreen

    ids, at = await _messages(screen)
    if at is None:
        screen.refuse(_("There is no message here."))
        return
    screen.app.push_screen(WhyScreen(screen.desk, ids, at))


async def _messages(screen: TriageScreen[Any]) -> tuple[tuple[int, ...], int | None]:
    """Return the messages to leaf through, and the one to begin with."""
    subjects, desk = screen.subjects(), screen.desk
    if subjects is None:
        return (), None
    number = subjects.ids[0]
    if subjects.kind == "alert":
        thread = await desk.alert(number)
        evidence = tuple(mention.id for mention in reversed(thread.mentions))
        return evidence, evidence[0] if evidence else None
    if subjects.kind == "mention":
        return subjects.ids, number
    thread = await desk.thread(number)
    shown = tuple(mention.id for mention in thread.mentions)
    focus = thread.focus.id if thread.focus is not None else None
    if screen.panel is not Panel.THREAD:

        async def work(connection: Connection) -> list[int]:
            return await corrections.newest_of(connection, [number])

        newest = await desk.store.read(work)
        focus = next((id_ for id_ in newest if id_ in shown), focus)
    return shown, focus
