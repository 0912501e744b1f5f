"""How the log of a subject reads: who did what, when, and what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from listeners.model import AlertState, ConversationState, Micros, Severity
from listeners.rows import EventRow
from listeners.store.reads.whole_log import LogRow
from tui.i18n import _, moment, say
from tui.language import msgid
from tui.log_words import PROGRAM, what_was_done
from tui.theme import BOLD, Palette
from tui.widgets.paint import Line, network_name, one_line, wrapped
from tui.widgets.row_list import VirtualList
from tui.widgets.rows import severity_word
from tui.words import word

_FIELDS = {
    "assignee": msgid("owner"),
    "dismissed_reason": msgid("because"),
    "manual_priority": msgid("importance"),
    "note": msgid("note"),
    "owner": msgid("owner"),
    "severity": msgid("severity"),
    "snoozed_until": msgid("until"),
    "state": msgid("state"),
    "tags": msgid("tags"),
    "text": msgid("text"),
}
_TELLING = frozenset({"assignee", "owner", "manual_priority", "severity", "state"})
"""Fields of which what they were before says something."""
_STATES: Mapping[str, ConversationState | AlertState] = {
    **{one.value: one for one in AlertState},
    **{one.value: one for one in ConversationState},
}


def log_lines(events: Sequence[EventRow], width: int, now: Micros, styles: Palette) -> list[Line]:
    """Return the log, the newest line first."""
    if not events:
        return [[(_("Nothing was done yet."), styles.faint)]]
    lines: list[Line] = []
    for event in events:
        words: Line = [(f"{moment(event.at, now)}  ", styles.faint), *_sentence(event, styles)]
        lines += wrapped(words, width)
        for line in wrapped(changes(event, now, styles), max(8, width - 2)):
            lines.append([("  ", styles.ink), *line])
    return lines


def _sentence(event: EventRow, styles: Palette) -> Line:
    before, who, after = what_was_done(event)
    ink = styles.strike if event.undone else styles.ink
    own = styles.ours if event.actor != PROGRAM else styles.faint
    line: Line = [(text, style) for text, style in
                  ((before, ink), (who, own + BOLD), (after, ink)) if text]  # fmt: skip
    if event.undone:
        line.append(("  " + _("undone"), styles.warn))
    return line


def changes(event: EventRow, now: Micros, styles: Palette) -> Line:
    """Return what a line of the log changed: each field before and after, where it tells."""
    line: Line = []
    for name, value in event.after.items():
        was = event.before.get(name)
        if name not in _FIELDS or value == was or value in (None, "", []):
            continue
        if event.subject_kind == "outbox" and name == "state":
            # The sentence says it; what it was before is the store's own bookkeeping.
            continue
        line.append((f"{_(_FIELDS[name])} ", styles.faint))
        if name in _TELLING and was not in (None, ""):
            line += [(f"{_value(name, was, now)} → ", styles.faint)]
        line.append((f"{_value(name, value, now)}  ", styles.ink))
    return line


def _value(name: str, value: object, now: Micros) -> str:
    if name == "snoozed_until" and isinstance(value, int):
        return moment(Micros(value), now)
    if name == "severity" and isinstance(value, int) and value in set(Severity):
        return severity_word(Severity(value))
    if name == "state" and isinstance(value, str) and value in _STATES:
        return word(_STATES[value])
    if isinstance(value, list):
        return ", ".join(one_line(str(one)) for one in value)
    return one_line(str(value))


def about(row: LogRow, styles: Palette) -> Line:
    """Return what a line of the log is about: its number, the person, the words."""
    event = row.event
    line: Line = []
    if event.subject_kind in ("conversation", "alert"):
        line.append((f"#{event.subject_id} ", styles.key))
    if row.network:
        line.append((f"{network_name(row.network)} ", styles.faint))
    if row.person:
        line.append((f"{one_line(row.person)} ", styles.strong))
    if row.alert is not None:
        line.append((one_line(say(row.alert)), styles.ink))
    elif row.note:
        line.append((f"“{one_line(row.note)}”", styles.accent))
    else:
        line.append((one_line(row.excerpt), styles.faint))
    return line


class LogRows(VirtualList[LogRow]):
    """The whole log as a list: a line of what was done, and one of what it was done to."""

    def row_height(self, width: int) -> int:
        """Two lines: the sentence and the subject."""
        return 2

    def lines(
        self, row: LogRow, width: int, now: Micros, styles: Palette, *, chosen: bool, marked: bool
    ) -> list[Line]:
        """Return the lines of a row."""
        event = row.event
        when: Line = [(f"{moment(event.at, now):>12}  ", styles.faint)]
        told = changes(event, now, styles)
        first = [*when, *_sentence(event, styles), ("   ", styles.ink), *told]
        return [first, [(" " * 14, styles.ink), *about(row, styles)]]
