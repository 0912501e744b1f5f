"""How the log of a subject reads: who did what, when, and what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from listeners.model import AlertState, ConversationState, EventRow, Micros, Severity
from tui.i18n import _, moment
from tui.language import msgid
from tui.theme import BOLD, Palette
from tui.widgets.paint import Line, one_line, wrapped
from tui.widgets.rows import severity_word
from tui.words import word

_VERBS = {
    "ack": msgid("acknowledged"),
    "answered": msgid("answered"),
    "assign": msgid("assigned"),
    "dismiss": msgid("dismissed"),
    "escalate": msgid("escalated"),
    "ignore": msgid("dismissed"),
    "mute": msgid("muted"),
    "note": msgid("noted"),
    "opened": msgid("opened"),
    "priority": msgid("set the importance"),
    "promote": msgid("put into the queue"),
    "reopen": msgid("reopened"),
    "resolve": msgid("resolved"),
    "snooze": msgid("snoozed"),
    "tag": msgid("tagged"),
    "take": msgid("took it"),
    "unack": msgid("gave it back"),
}
_FIELDS = {
    "assignee": msgid("owner"),
    "dismissed_reason": msgid("because"),
    "manual_priority": msgid("importance"),
    "note": msgid("note"),
    "owner": msgid("owner"),
    "rule": msgid("by the rule"),
    "severity": msgid("severity"),
    "snoozed_until": msgid("until"),
    "state": msgid("state"),
    "tags": msgid("tags"),
    "text": msgid("text"),
}
_STATES: Mapping[str, ConversationState | AlertState] = {
    **{one.value: one for one in AlertState},
    **{one.value: one for one in ConversationState},
}


def verb_word(verb: str) -> str:
    """Return the word for a verb of the log."""
    return _(_VERBS[verb]) if verb in _VERBS else one_line(verb)


def log_lines(events: Sequence[EventRow], width: int, now: Micros, styles: Palette) -> list[Line]:
    """Return the log, the newest line first."""
    if not events:
        return [[(_("Nothing was done yet."), styles.faint)]]
    lines: list[Line] = []
    for event in events:
        own = event.actor != "hubbub"
        words: Line = [
            (f"{moment(event.at, now)}  ", styles.faint),
            (one_line(event.actor), (styles.ours if own else styles.faint) + BOLD),
            (f" {verb_word(event.verb)}", styles.strike if event.undone else styles.ink),
        ]
        if event.undone:
            words.append(("  " + _("undone"), styles.warn))
        lines += wrapped(words, width)
        for line in wrapped(_changes(event, now, styles), max(8, width - 2)):
            lines.append([("  ", styles.ink), *line])
    return lines


def _changes(event: EventRow, now: Micros, styles: Palette) -> Line:
    parts: list[tuple[str, str]] = []
    for name, value in event.after.items():
        if name not in _FIELDS or value == event.before.get(name) or value in (None, "", []):
            continue
        parts.append((_(_FIELDS[name]), _value(name, value, now)))
    line: Line = []
    for name, said in parts:
        line += [(f"{name} ", styles.faint), (f"{said}  ", styles.ink)]
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
