"""Handing conversations to a command of the user's own, and saying what it answered."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from listeners.config.extending import PipeConfig
from listeners.store import Store, reads
from tui.i18n import _, say
from tui.repeating import Again

if TYPE_CHECKING:
    from tui.screens.triage import Subjects, TriageScreen
    from tui.widgets.choices import Choice

_LONGEST_NOTE = 4000


def ask_pipe(screen: TriageScreen[Any]) -> None:
    """Run the one command there is, or ask which."""
    pipes = screen.desk.own.pipes
    if not pipes:
        screen.refuse(_("No command is set up: [pipe.NAME] in the configuration says how."))
    elif screen.subjects() is None:
        screen.refuse(_("Nothing is selected."))
    elif len(pipes) == 1:
        run_pipe(screen, pipes[0])
    else:
        _ask_which(screen, pipes)


def _ask_which(screen: TriageScreen[Any], pipes: tuple[PipeConfig, ...]) -> None:
    from tui.screens.pickers import Picker, narrowed
    from tui.widgets.choices import Choice as One

    listed = [One(place, pipe.label, pipe.key) for place, pipe in enumerate(pipes)]

    def chosen(choice: Choice | None) -> None:
        if choice is not None and isinstance(choice.value, int):
            run_pipe(screen, pipes[choice.value])

    screen.app.push_screen(
        Picker(_("Hand it to which command?"), lambda text: narrowed(listed, text)), chosen
    )


def run_pipe(screen: TriageScreen[Any], pipe: PipeConfig) -> None:
    """Hand what is selected to a command, beside the keys."""
    subjects = screen.subjects()
    if subjects is None:
        screen.refuse(_("Nothing is selected."))
    elif subjects.kind == "alert":
        screen.refuse(_("Commands take conversations."))
    else:
        screen.tell(_("{command} is running …").format(command=pipe.label))
        screen.hub.work(_run(screen, pipe, subjects), "pipe")


async def _run(screen: TriageScreen[Any], pipe: PipeConfig, subjects: Subjects) -> None:
    from listeners.outside import clean_environment, folder_of, run_command

    desk = screen.desk
    ids = await _conversations(desk.store, subjects)
    if not ids:
        screen.refuse(_("This mention belongs to no conversation."))
        return
    given = "".join([f"{await record_of(desk.store, one)}\n" for one in ids])
    ran = await run_command(
        pipe.command,
        given,
        seconds=pipe.seconds,
        folder=folder_of(desk.config),
        environment=clean_environment(desk.config),
    )
    desk.again = Again(run=partial(run_pipe, pipe=pipe))
    if ran.trouble is not None:
        screen.refuse(say(ran.trouble))
        return
    if pipe.verb == "note" and ran.output:
        from listeners import actions

        outcome = await actions.perform(
            desk.store,
            desk.actor,
            "note",
            "conversation",
            ids,
            desk.clock(),
            text=ran.output[:_LONGEST_NOTE],
            config=desk.config,
        )
        if not outcome.done:
            screen.refuse(say(outcome.sentence))
            return
        screen.tell(_("{command}: {line}").format(command=pipe.label, line=ran.line), undo=True)
        screen.look_again()
        return
    said = _("{command}: {line}") if ran.line else _("{command} is done.")
    screen.tell(said.format(command=pipe.label, line=ran.line))


async def _conversations(store: Store, subjects: Subjects) -> list[int]:
    if subjects.kind == "conversation":
        return list(subjects.ids)
    rows = await reads.mentions(store, subjects.ids)
    found = [rows[one].conversation_id for one in subjects.ids if one in rows]
    return list(dict.fromkeys(one for one in found if one is not None))


async def record_of(store: Store, conversation: int) -> str:
    """Return a conversation as one line of JSON: the same as ``hubbub conv ID show -o json``."""
    from tui.commands.output import safe_json
    from tui.commands.records import not_heard, whole_record

    rows = await reads.conversations(store, [conversation])
    if conversation not in rows:
        return json.dumps({"id": conversation})
    messages = await reads.thread(store, conversation)
    notes = await reads.notes(store, "conversation", conversation)
    replies = await not_heard(store, conversation, messages)
    return safe_json(whole_record(rows[conversation], messages, notes, replies))
