"""What stands around the box of a reply: how much room is left, how it goes out, what we said."""

from __future__ import annotations

from collections.abc import Sequence

from listeners.model import Micros
from listeners.networks.replying import ReplyLimit
from listeners.replying.length import count, excess_unit, over
from listeners.rows import MentionRow
from listeners.store.outbox import OutboxRow
from listeners.text import links_in
from tui.i18n import _, moment, msgid, ngettext, number
from tui.terminal.opener import check_link
from tui.theme import BOLD, Palette
from tui.widgets.paint import Line, cut, joined, many_lines, network_name, one_line, wrapped

_LEFT = {
    "graphemes": msgid("{left} left of {maximum} graphemes"),
    "utf16": msgid("{left} left of {maximum} UTF-16 units"),
    "weighted": msgid("{left} left of {maximum} characters"),
    "characters": msgid("{left} left of {maximum} characters"),
    "bytes": msgid("{left} left of {maximum} bytes"),
}
_OVER = {
    "graphemes": msgid("{count} too many of {maximum} graphemes"),
    "utf16": msgid("{count} too many of {maximum} UTF-16 units"),
    "weighted": msgid("{count} too many of {maximum} characters"),
    "characters": msgid("{count} too many of {maximum} characters"),
    "bytes": msgid("{count} too many of {maximum} bytes"),
}
_COUNTED = {
    "graphemes": msgid("{network} counts {count} of {maximum} graphemes."),
    "utf16": msgid("{network} counts {count} of {maximum} UTF-16 units."),
    "weighted": msgid("{network} counts {count} of {maximum} characters."),
    "characters": msgid("{network} counts {count} of {maximum} characters."),
    "bytes": msgid("{network} counts {count} of {maximum} bytes."),
}
_NEAR = 0.1
"""The share of the limit below which what is left is pointed out."""
_SAID_LINES = 3


def excess(text: str, limit: ReplyLimit) -> str:
    """Return by how much a reply is too long, in words; empty if it fits."""
    surplus = over(text, limit)
    if not surplus:
        return ""
    unit = excess_unit(text, limit)
    by_bytes = unit == "bytes" and limit.unit != "bytes"
    maximum = limit.max_bytes if by_bytes and limit.max_bytes is not None else limit.maximum
    return _(_OVER[unit]).format(count=number(surplus), maximum=number(maximum))


def counter(text: str, limit: ReplyLimit | None, styles: Palette) -> Line:
    """Return how much room is left, as the network counts."""
    if limit is None:
        written = ngettext("{count} character", "{count} characters", len(text))
        return [(written.format(count=number(len(text))), styles.faint)]
    if too_long := excess(text, limit):
        return [(f"✗ {too_long}", styles.negative + BOLD)]
    left = limit.maximum - count(text, limit)
    said = _(_LEFT[limit.unit]).format(left=number(left), maximum=number(limit.maximum))
    return [(said, styles.warn if left < limit.maximum * _NEAR else styles.faint)]


def preview_lines(
    text: str, limit: ReplyLimit | None, network: str, width: int, styles: Palette
) -> list[Line]:
    """Return a reply exactly as it goes out, where its links lead, and how it is counted."""
    if not text:
        return wrapped([(_("Nothing is written yet."), styles.faint)], width)
    lines = wrapped(_marked(text, styles), width)
    facts: list[Line] = []
    links = links_in(text)
    for address in links:
        link = check_link(address)
        where = link.host if link is not None else _("a link that is no plain web address")
        facts.append([(f"↗ {where}", styles.positive if link is not None else styles.warn)])
    if limit is not None:
        counted = _(_COUNTED[limit.unit]).format(
            network=network_name(network),
            count=number(count(text, limit)),
            maximum=number(limit.maximum),
        )
        facts.append([(counted, styles.negative if over(text, limit) else styles.faint)])
        if links and limit.link_length is not None:
            length = _("A link counts as {count}, whatever its length.")
            facts.append([(length.format(count=limit.link_length), styles.faint)])
        if limit.remote_mentions and "@" in text:
            facts.append([(_("Of @name@host only @name counts."), styles.faint)])
    lines.append([("─" * width, styles.ghost)])
    for fact in facts:
        lines += wrapped(fact, width)
    return lines


def _marked(text: str, styles: Palette) -> Line:
    """Return the text with its links and its @-names standing out."""
    line: Line = []
    links = set(links_in(text))
    for at, row in enumerate(text.split("\n")):
        if at:
            line.append(("\n", styles.ink))
        for place, word in enumerate(row.split(" ")):
            if place:
                line.append((" ", styles.ink))
            named = word.startswith("@") and len(word) > 1
            linked = any(word.startswith(link) for link in links)
            style = styles.link if linked else styles.accent if named else styles.ink
            line.append((word, style))
    return [piece for piece in line if piece[0]]


def answers_lines(
    said: Sequence[OutboxRow | MentionRow], width: int, now: Micros, styles: Palette
) -> list[Line]:
    """Return our last answers to a person: when, whose, and the words, cut to a few lines."""
    if not said:
        return wrapped([(_("We never answered this person before."), styles.faint)], width)
    lines: list[Line] = []
    for one in said:
        head = joined(
            [
                [(moment(said_at(one), now), styles.faint)],
                [(one_line(said_by(one)), styles.ours)],
                [(network_name(one.network), styles.faint)],
            ],
            ("  ", styles.ghost),
        )
        lines.append(cut(head, width))
        words = wrapped([(one_line(one.text), styles.ink)], width)
        lines += words[:_SAID_LINES]
        if len(words) > _SAID_LINES:
            lines[-1] = [*cut(words[_SAID_LINES - 1], width - 1), ("…", styles.faint)]
    return lines


def said_at(one: OutboxRow | MentionRow) -> Micros:
    """Return when an answer of ours was given."""
    if isinstance(one, MentionRow):
        return one.sort_at
    return one.sent_at or one.created_at


def said_by(one: OutboxRow | MentionRow) -> str:
    """Return who gave an answer of ours: the member, or the account where that is all we know."""
    return (one.author_name or one.author) if isinstance(one, MentionRow) else one.author


def heading(words: str, styles: Palette) -> list[Line]:
    """Return a heading between two parts of a pane, with room above it."""
    return [[], [(many_lines(words), styles.strong + BOLD)]]
