"""What a writer must know before a reply goes out: what stands in its way, and whom it answers."""

from __future__ import annotations

from collections.abc import Sequence

from listeners.model import Micros
from listeners.replying.way import Way
from listeners.rows import MentionRow
from listeners.store.outbox import OutboxRow
from listeners.team import here
from tui.i18n import _, say
from tui.theme import BOLD, Palette
from tui.widgets.paint import Line, network_name, one_line, wrapped
from tui.widgets.reply_lines import answers_lines, heading
from tui.widgets.thread_lines import Thread, head, messages


def notices(
    thread: Thread, way: Way | None, me: str, width: int, now: Micros, styles: Palette
) -> list[Line]:
    """Return what is said between the message and the box, the most important first."""
    said: list[Line] = []
    newest = thread.replies[-1] if thread.replies else None
    if newest is not None and newest.state == "refused":
        why = say(newest.detail) if newest.detail is not None else _("no reason was given")
        refused = _("Refused before: {why}").format(why=one_line(why))
        said.append([("✗ ", styles.negative + BOLD), (refused, styles.negative)])
    if any(reply.state == "unknown" for reply in thread.replies):
        uncertain = _("An earlier reply here is uncertain: “Replies sent” settles it first.")
        said.append([("? ", styles.warn + BOLD), (uncertain, styles.warn)])
    if any(reply.state == "sending" for reply in thread.replies):
        said.append([("⇢ " + _("A reply is being sent at this moment."), styles.accent)])
    row = thread.conversation
    for one in here(row.presence, now, but=me) if row is not None else ():
        doing = _("{name} is drafting") if one.doing == "drafting" else _("{name} is on it")
        said.append([("● " + doing.format(name=one_line(one.member)), styles.warn + BOLD)])
    if way is None:
        network = network_name(row.network) if row is not None else ""
        looking = _("Looking how {network} is answered…").format(network=network)
        said.append([(looking, styles.faint)])
    elif way.why is not None:
        said.append([("⚠ ", styles.warn), (say(way.why), styles.warn)])
    return [line for one in said for line in wrapped(one, max(2, width))]


def about_lines(
    thread: Thread,
    said: Sequence[OutboxRow | MentionRow] | None,
    width: int,
    now: Micros,
    styles: Palette,
    tone: str = "",
) -> list[Line]:
    """Return the person, our last answers to them (``None``: not known yet), and our notes.

    ``tone`` is how to speak, empty where nothing is said of it.
    """
    lines = head(thread, width, now, styles)
    if tone:
        lines += wrapped([("♪ ", styles.accent), (tone, styles.accent)], max(2, width))
    lines += heading(_("Our last answers"), styles)
    if said is None:
        lines.append([("…", styles.ghost)])
    else:
        lines += answers_lines(said, width, now, styles)
    if thread.notes:
        lines += heading(_("Notes"), styles)
        lines += messages(Thread(notes=thread.notes), width, now, styles).lines
    return lines
