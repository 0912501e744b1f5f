"""From a row or a thread to its reply: which message is answered, and by whom it may be."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from listeners import actions
from listeners.store.outbox import SENT, OutboxRow, outbox, reply
from listeners.team import may_write
from tui.i18n import _, say
from tui.screens.asking import Answer, Ask
from tui.sending import Parcel, changed_by_her, deliver, go_on, tell_in_front
from tui.widgets.paint import network_name, one_line

if TYPE_CHECKING:
    from tui.screens.base import HubScreen
    from tui.screens.triage import Subjects, TriageScreen
    from tui.screens.writing import Ended

_DELETE, _LEAVE, _AGAIN = "delete", "leave", "again"


class Target(NamedTuple):
    """What a reply answers: a conversation, and one message of it if one was meant."""

    conversation: int
    mention: int | None = None


async def open_reply(screen: TriageScreen[Any]) -> None:
    """Open the screen a reply is written on, or say why there is none."""
    from tui.screens.reply import ReplyScreen

    desk = screen.desk
    refused = may_write(desk.config, desk.actor)
    if refused is not None:
        screen.refuse(say(refused))
        return
    subjects = screen.subjects()
    if subjects is None:
        screen.refuse(_("Nothing is selected."))
        return
    target = await _target(screen, subjects)
    if target is None:
        # What is in no conversation can still be answered where it stands.
        if screen.visit(screen.address):
            screen.tell(_("It is in no conversation yet: opened in the browser."))
        return
    where = subjects._replace(kind="conversation", ids=(target.conversation,))

    def ended(end: Ended | None) -> None:
        if end is not None:
            _ended(screen, where, end)

    screen.app.push_screen(ReplyScreen(desk, target.conversation, target.mention), ended)


def _ended(screen: TriageScreen[Any], where: Subjects, end: Ended) -> None:
    if end.said:
        screen.tell(end.said, undo=end.undo)
    if end.sent:
        (conversation,) = where.ids
        changed_by_her(screen.hub, conversation)
        go_on(screen.hub, conversation)
        screen.look_again()
        screen.acted("reply", where)


async def _target(screen: TriageScreen[Any], subjects: Subjects) -> Target | None:
    """Return what is answered: marks do not count, a reply is written to one person."""
    desk, subject = screen.desk, subjects.ids[0]
    cursor = screen.rows.state.cursor if screen.rows is not None else None
    if cursor is not None:
        subject = cursor
    if subjects.kind == "conversation":
        shown = screen.detail.thread if screen.detail is not None else None
        here = shown is not None and shown.conversation is not None
        at = shown.at if shown is not None and here and screen.rows is None else None
        return Target(subject, at)
    if subjects.kind == "alert":
        focus = (await desk.alert(subject)).focus
        if focus is None or focus.conversation_id is None:
            return None
        return Target(focus.conversation_id, focus.id)
    row = (await desk.mentions([subject])).get(subject)
    if row is None or row.conversation_id is None:
        return None
    return Target(row.conversation_id, row.id)


# --- deleting what was sent ----------------------------------------------------------------------


async def delete_newest(screen: TriageScreen[Any]) -> None:
    """Delete the newest reply sent from here to a conversation, after asking."""
    subjects = screen.subjects()
    if subjects is None:
        screen.refuse(_("Nothing is selected."))
        return
    cursor = screen.rows.state.cursor if screen.rows is not None else None
    subject = cursor if cursor is not None else subjects.ids[0]
    sent = await outbox(screen.desk.store, (SENT,), subject, 1)
    if subjects.kind != "conversation" or not sent:
        screen.refuse(_("No reply that was sent from here stands in this conversation."))
        return
    ask_to_delete(screen, sent[0])


def ask_to_delete(screen: HubScreen[Any], row: OutboxRow) -> None:
    """Ask once, then delete a reply at its source."""
    network = network_name(row.network)
    lines = [
        _("Delete our reply to {name} on {network}?").format(
            name=one_line(row.to), network=network
        ),
        f"“{one_line(row.text)}”",
        _("It is gone for everybody there, and cannot be brought back."),
    ]
    answers = [
        Answer(_DELETE, _("Delete it on {network}").format(network=network), "enter"),
        Answer("", _("Leave it"), "escape"),
    ]

    def answered(value: str | None) -> None:
        if value == _DELETE:
            screen.later(partial(_delete, screen, row.id))

    screen.app.push_screen(Ask(_("Delete our reply"), lines, answers), answered)


def ask_to_send_again(screen: HubScreen[Any], row: OutboxRow) -> None:
    """Ask once, then send a refused reply once more, in its own words."""
    lines = [
        _("Send it again to {name} on {network}?").format(
            name=one_line(row.to), network=network_name(row.network)
        ),
        f"“{one_line(row.text)}”",
    ]
    answers = [Answer(_AGAIN, _("Send"), "enter"), Answer("", _("Go back"), "escape")]

    def answered(value: str | None) -> None:
        if value == _AGAIN:
            parcel = Parcel(row.conversation, "", again=row.id)
            screen.hub.work(deliver(screen.hub, parcel), "send")

    screen.app.push_screen(Ask(_("Send"), lines, answers), answered)


async def _delete(screen: HubScreen[Any], outbox_id: int) -> None:
    desk = screen.desk
    outcome = await desk.outbox.delete(outbox_id, actor=desk.actor)
    if outcome.done:
        row = await reply(desk.store, outbox_id)
        if row is not None:
            changed_by_her(screen.hub, row.conversation)
    tell_in_front(screen.hub, outcome)


async def offer_to_delete(screen: HubScreen[Any], outbox_id: int) -> None:
    """Say that a sent reply cannot be undone, and offer what can be done instead."""
    row = await reply(screen.desk.store, outbox_id)
    if row is None:
        return
    network = network_name(row.network)
    lines = [
        _("A sent reply cannot be undone."),
        _("To {name}: “{text}”").format(name=one_line(row.to), text=one_line(row.text)),
    ]
    answers = [
        Answer(_DELETE, _("Delete it on {network}").format(network=network), "d"),
        Answer(_LEAVE, _("Leave it, and undo what was done before it"), "z"),
        Answer("", _("Go back"), "escape"),
    ]

    def answered(value: str | None) -> None:
        if value == _DELETE:
            screen.later(partial(_delete, screen, outbox_id))
        elif value == _LEAVE:
            screen.later(partial(_undo_before, screen))

    screen.app.push_screen(Ask(_("Undo"), lines, answers), answered)


async def _undo_before(screen: HubScreen[Any]) -> None:
    desk = screen.desk
    steps = await actions.undo_list(desk.store, desk.actor)
    outcome = await actions.undo(desk.store, desk.actor, desk.clock(), past_replies=True)
    for step in steps:
        if step.step == outcome.step:
            for event in step.events:
                if event.subject_kind == "conversation":
                    changed_by_her(screen.hub, event.subject_id)
    tell_in_front(screen.hub, outcome)
