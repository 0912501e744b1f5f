"""A reply sent from here as the thread shows it, until a listener has seen it there."""

from __future__ import annotations

from collections.abc import Sequence

from listeners.model import Micros, Part
from listeners.rows import MentionRow
from listeners.store.outbox import DELETED, OutboxRow
from tui.i18n import _, ago, moment, say
from tui.theme import BOLD, Palette
from tui.widgets.paint import Line, joined, many_lines, one_line, wrapped
from tui.widgets.reply_state import reply_style, reply_word

_INDENT = 4


def unseen(replies: Sequence[OutboxRow], mentions: Sequence[MentionRow]) -> tuple[OutboxRow, ...]:
    """Return the replies a thread must show besides its messages, oldest first.

    A reply that a listener brought stands among the messages already. One sent by hand has no
    number there to know it by: any later message of ours is taken for it. Of those refused, only
    one that nothing came after says something.
    """
    seen = {row.native_id for row in mentions}
    ours = [row.sort_at for row in mentions if row.part is Part.OURS]
    newest = max(replies, key=lambda reply: reply.id, default=None)
    shown = []
    for reply in replies:
        match reply.state:
            case "sending" | "unknown":
                there = True
            case "sent":
                there = not reply.native_id or reply.native_id not in seen
            case "by hand":
                there = not any(at >= reply.created_at for at in ours)
            case _:
                there = reply is newest and reply.state != DELETED
        if there:
            shown.append(reply)
    return tuple(sorted(shown, key=lambda reply: reply.id))


def reply_message(reply: OutboxRow, width: int, now: Micros, styles: Palette) -> list[Line]:
    """Return one reply in our voice, with what became of it."""
    indent = _INDENT if width > 40 else 0
    bar = (" " * indent + "┃ ", styles.ours)
    at = reply.sent_at or reply.created_at
    state: Line = [(reply_word(reply.state), reply_style(reply.state, styles))]
    if reply.state == "sent":
        state = [("✓ " + _("sent from here, not seen there yet"), styles.ours)]
    facts: list[Line] = [
        [(one_line(reply.author), styles.ours + BOLD), (" " + _("us"), styles.ours)],
        [(f"{moment(at, now)}, {ago(at, now)}", styles.faint)],
        state,
    ]
    room = max(2, width - indent - 2)
    lines = wrapped(joined(facts, ("  ", styles.ghost)), room)
    if reply.detail is not None and reply.state != "sent":
        lines += wrapped([(one_line(say(reply.detail)), styles.warn)], room)
    lines += wrapped([(many_lines(reply.text), styles.ink)], room)
    return [[bar, *line] for line in lines]
