"""Working through the queue from its top: the next conversation, without going back to the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tui.actions import Panel
from tui.i18n import _
from tui.session import RowList

if TYPE_CHECKING:
    from tui.screens.triage import TriageScreen


async def open_next(screen: TriageScreen[Any], after: int | None = None) -> None:
    """Open the first conversation of the queue, or the one that follows ``after`` in it.

    The queue is as it is filtered. From the list its order is today's; from a thread it is that
    which stands still behind it, so that nobody is skipped who stood below.
    """
    desk = screen.desk
    rows = desk.session.lists[Panel.QUEUE]
    ids = await desk.ids(Panel.QUEUE)
    target = following(rows, ids, after)
    if target is None:
        screen.refuse(_("Nobody else waits for an answer in this list."))
        return
    if after is None or rows.place(target) is None:
        rows.clear_marks()
        rows.offer(ids, frozen=False)
    rows.go_to(target)
    from tui.screens.conversation import ConversationScreen

    opened = ConversationScreen(desk, target)
    if after is None:
        screen.app.push_screen(opened)
    else:
        screen.app.switch_screen(opened)


def following(rows: RowList, ids: Sequence[int], after: int | None) -> int | None:
    """Return which of the queue's ``ids`` comes next, ``None`` if there is no other."""
    others = [row for row in ids if row != after]
    place = rows.place(after) if after is not None else None
    if place is not None:
        live = set(others)
        below = [row for row in rows.ids[place + 1 :] if row in live]
        if below:
            return below[0]
    return others[0] if others else None
