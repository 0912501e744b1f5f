"""A reply on its way while the screen is somewhere else: who hears what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from listeners.actions import Outcome
from listeners.model import Micros, Part
from listeners.store.outbox import BY_HAND, LATELY, SENT
from tui.actions import Panel
from tui.i18n import _, say
from tui.screens.base import HubScreen
from tui.widgets.paint import one_line

if TYPE_CHECKING:
    from tui.app import Hubbub
    from tui.widgets.thread_lines import Thread

_QUOTED = 60


class Parcel(NamedTuple):
    """A reply as it is handed over to be sent."""

    conversation: int
    text: str
    lang: str = ""
    mention: int | None = None
    again: int | None = None
    confirmed: bool = False


async def deliver(hub: Hubbub, parcel: Parcel) -> None:
    """Send a reply and say what came of it, on whatever screen she is then."""
    desk = hub.desk
    changed_by_her(hub, parcel.conversation)
    outcome = await desk.outbox.send(
        parcel.conversation,
        parcel.text,
        actor=desk.actor,
        mention=parcel.mention,
        lang=parcel.lang,
        again=parcel.again,
        confirmed=parcel.confirmed,
    )
    if outcome.done:
        changed_by_her(hub, parcel.conversation)
    tell_in_front(hub, outcome)


def changed_by_her(hub: Hubbub, conversation: int) -> None:
    """Let a conversation leave the queue at once, or come back, although the order stands."""
    hub.desk.session.lists[Panel.QUEUE].mine.add(conversation)


def tell_in_front(hub: Hubbub, outcome: Outcome, *, undo: bool = False) -> None:
    """Say what came of something in the bottom line of the topmost screen that has one."""
    for screen in reversed(hub.screen_stack):
        if isinstance(screen, HubScreen):
            if outcome.done:
                screen.tell(say(outcome.sentence), undo=undo)
            else:
                screen.refuse(say(outcome.sentence))
            screen.look_again()
            return


def go_on(hub: Hubbub, conversation: int) -> None:
    """Put the queue's cursor on the next conversation, if it stands on the one just answered."""
    from tui.screens.panels import PanelScreen

    for screen in hub.screen_stack:
        if isinstance(screen, PanelScreen) and screen.queue.state.cursor == conversation:
            screen.queue.move(1)


def answered_meanwhile(thread: Thread, me: str, begun: Micros, now: Micros) -> str:
    """Return who of us answered since a writer began, or just before; empty if nobody did."""
    since = min(begun, now - LATELY)
    for reply in thread.replies:
        if reply.author != me and reply.state in (SENT, BY_HAND) and reply.created_at > since:
            return _said(reply.author, reply.text)
    for row in reversed(thread.mentions):
        if row.part is Part.OURS and row.sort_at > begun and row.deleted_at is None:
            return _said(row.author_name or row.author, row.text)
    return ""


def _said(name: str, text: str) -> str:
    words = one_line(text)
    quoted = words if len(words) <= _QUOTED else words[:_QUOTED].rstrip() + "…"
    return _("{name} has answered here meanwhile: “{text}”").format(
        name=one_line(name), text=quoted
    )
