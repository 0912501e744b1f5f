"""How a conversation, an alert and a mention read on one or two lines of a list.

Figures stand in columns on the left; whatever strangers wrote comes last in its line, since
terminals disagree about the width of some characters and must not push a column.
"""

from __future__ import annotations

from typing import Any

from listeners.model import DAY, HOUR, MINUTE, AlertState, ConversationState, Micros, Part, Severity
from listeners.rows import AlertRow, ConversationRow, MentionRow
from tui.i18n import _, age, clock_time, moment, ngettext, say
from tui.language import msgid
from tui.people_words import role_word as role_word
from tui.theme import BOLD, Palette
from tui.widgets.colleague_lines import on_it_lines, owner
from tui.widgets.paint import Line, joined, mood, network_name, one_line, padded
from tui.widgets.reply_state import reply_badges
from tui.widgets.row_list import VirtualList
from tui.words import word

DUE_SOON = 15 * MINUTE
"""What counts as due soon, as in the order of the queue."""

_UNDER = 11
"""Cells in front of the second line of a conversation: the mood stands alone on the left."""
_NETWORK = 11
_AGE = 5
_SEVERITIES = {
    Severity.CRITICAL: msgid("CRIT"),
    Severity.HIGH: msgid("HIGH"),
    Severity.WARN: msgid("WARN"),
    Severity.INFO: msgid("INFO"),
}


def severity_word(severity: Severity) -> str:
    """Return the short word of a severity, in capitals."""
    return _(_SEVERITIES[severity])


def due(due_at: Micros | None, now: Micros, styles: Palette) -> Line:
    """Return when an answer is due: late, soon, today or later."""
    if due_at is None:
        return []
    left = due_at - now
    if left < 0:
        return [(_("overdue {span}").format(span=age(-left)), styles.negative + BOLD)]
    if left <= HOUR:
        style = styles.warn + BOLD if left <= DUE_SOON else styles.warn
        return [(_("due in {span}").format(span=age(left)), style)]
    when = clock_time(due_at) if left < DAY / 2 else moment(due_at, now)
    return [(_("due {when}").format(when=when), styles.faint)]


def _margin(rows: VirtualList[Any], chosen: bool, marked: bool, styles: Palette) -> Line:
    """The two cells left of a row: a mark as ✓, the cursor as ❯ where keys go, else as ›."""
    if marked:
        return [("✓ ", styles.key)]
    if not chosen:
        return [("  ", styles.ink)]
    return [("❯ ", styles.key)] if rows.has_focus else [("› ", styles.faint)]


class ConversationRows(VirtualList[ConversationRow]):
    """The queue: first why this one is here, then who said what."""

    def row_height(self, width: int) -> int:
        """Return two lines, one where there is room for everything side by side."""
        return 1 if width >= 150 else 2

    def lines(
        self,
        row: ConversationRow,
        width: int,
        now: Micros,
        styles: Palette,
        *,
        chosen: bool,
        marked: bool,
    ) -> list[Line]:
        """Return mood, network, waiting time and the reasons; then the person and the words."""
        gone = row.state is not ConversationState.OPEN
        bar = ("▌", styles.ghost if gone else styles.tier(row.manual_priority or row.tier))
        waited = age(now - (row.waiting_since or row.last_at))
        figures: Line = [
            bar,
            *_margin(self, chosen, marked, styles),
            mood(row.label, row.compound, styles),
            (f"  {padded(network_name(row.network), _NETWORK)} ", styles.faint),
            (f"{waited:>{_AGE}}  ", styles.ink),
        ]
        why = self.why(row, now, styles)
        said = self.said(row, styles)
        if self.row_height(width) == 1:
            return [[*figures, *why, ("   ", styles.ink), *said]]
        return [
            [*figures, *why],
            [bar, (" " * _UNDER, styles.ink), *said],
        ]

    @staticmethod
    def why(row: ConversationRow, now: Micros, styles: Palette) -> Line:
        """Return the reasons of the rank in words, with the state, owner and badges."""
        parts = reply_badges(row.reply_state, row.drafted, styles)
        if row.state is not ConversationState.OPEN:
            parts.append([(word(row.state), styles.accent)])
        if row.state is ConversationState.SNOOZED and row.snoozed_until is not None:
            parts.append([(moment(row.snoozed_until, now), styles.faint)])
        elif row.state is ConversationState.OPEN:
            parts.append(due(row.due_at, now, styles))
        # Before the reasons, which a narrow row cuts: two people must not take the same one.
        parts.extend(on_it_lines(row.presence, styles))
        if row.assignee:
            parts.append(owner(row.assignee, row.away, styles))
        strong = styles.strong if row.tier <= 3 else styles.ink
        parts.extend([(one_line(say(reason)), strong)] for reason in row.reasons)
        if row.manual_priority is not None:
            by_hand = _("importance {rank} by hand").format(rank=row.manual_priority)
            parts.append([(by_hand, styles.accent)])
        if row.reopened:
            parts.append([(_("reopened {count}").format(count=row.reopened), styles.faint)])
        if row.merged:
            parts.append([(f"⧉ {row.merged}", styles.accent)])
        if row.notes:
            parts.append([(f"✎ {row.notes}", styles.faint)])
        parts.extend([(f"#{one_line(tag)}", styles.accent)] for tag in row.tags)
        return joined(parts, (" · ", styles.ghost))

    @staticmethod
    def said(row: ConversationRow, styles: Palette) -> Line:
        """Return the person, how many messages there are, and the words."""
        said: Line = [(one_line(row.author_name or row.author), styles.ink + BOLD)]
        if row.messages > 1:
            said.append((f" ({row.messages})", styles.faint))
        title = one_line(row.title)
        excerpt = one_line(row.excerpt)
        if title and title not in excerpt:
            said.append((f"  {title}", styles.ink))
            excerpt = f"— {excerpt}" if excerpt else ""
        said.append((f"  {excerpt}", styles.faint))
        return said


class AlertRows(VirtualList[AlertRow]):
    """The alerts: how bad, what kind, since when, whose; then what it says."""

    def row_height(self, width: int) -> int:
        """Return two lines, one where there is room for everything side by side."""
        return 1 if width >= 90 else 2

    def lines(
        self,
        row: AlertRow,
        width: int,
        now: Micros,
        styles: Palette,
        *,
        chosen: bool,
        marked: bool,
    ) -> list[Line]:
        """Return severity, class, age and owner; then the title."""
        live = row.state is AlertState.FIRING and not row.suppressed
        colour = styles.severity(row.severity) if live else styles.faint
        bar = ("▌", styles.negative if live and row.severity >= Severity.HIGH else styles.ghost)
        head: Line = [
            bar,
            *_margin(self, chosen, marked, styles),
            ("└ " if row.held_by else "", styles.ghost),
            (f"{severity_word(row.severity):^6}", colour),
            (f" {padded(word(row.alert_class), 13)} ", styles.ink),
            (f"{age(now - row.last_at):>{_AGE}}  ", styles.ink if live else styles.faint),
        ]
        title: Line = [(one_line(say(row.title)), styles.strong if live else styles.ink)]
        if self.row_height(width) == 1:
            return [[*head, *title, ("   ", styles.ink), *self.about(row, now, styles)]]
        indent: Line = [bar, (" " * 9, styles.ink)]
        return [[*head, *self.about(row, now, styles)], [*indent, *title]]

    @staticmethod
    def about(row: AlertRow, now: Micros, styles: Palette) -> Line:
        """Return state, owner, count and how much the baseline is worth."""
        rings = row.state is AlertState.FIRING and not row.suppressed
        state = _("suppressed") if row.suppressed and not rings else word(row.state)
        parts: list[Line] = [[(state, styles.warn if rings else styles.accent)]]
        if row.holds:
            parts.append([(_("{count} under it").format(count=row.holds), styles.accent)])
        if row.state is AlertState.SNOOZED and row.snoozed_until is not None:
            until = _("until {when}").format(when=moment(row.snoozed_until, now))
            parts.append([(until, styles.faint)])
        if row.owner:
            parts.append(owner(row.owner, row.away, styles))
        if row.count > 1:
            parts.append([(f"×{row.count}", styles.ink)])
        if row.merged:
            parts.append([(f"⧉ {row.merged}", styles.accent)])
        return joined(parts, (" · ", styles.ghost))


class MentionRows(VirtualList[MentionRow]):
    """Mentions, newest first: mood, network, time, person, words."""

    def row_height(self, width: int) -> int:
        """Return one line, two where the words would have no room."""
        return 1 if width >= 76 else 2

    def lines(
        self,
        row: MentionRow,
        width: int,
        now: Micros,
        styles: Palette,
        *,
        chosen: bool,
        marked: bool,
    ) -> list[Line]:
        """Return the figures, the person and the words."""
        head: Line = [
            *_margin(self, chosen, marked, styles),
            mood(row.label, row.compound, styles),
            (f"  {padded(network_name(row.network), _NETWORK)} ", styles.faint),
            (f"{age(now - row.sort_at):>{_AGE}}  ", styles.ink),
        ]
        name = one_line(row.author_name or row.author)
        who: Line = [(name, styles.ours + BOLD if row.part is Part.OURS else styles.ink + BOLD)]
        if row.author_role:
            who.append((f" {role_word(row.author_role)}", styles.accent))
        words: Line = [("  ", styles.ink), *self.marks(row, styles)]
        title, text = one_line(row.title), one_line(row.text)
        if title and not text.startswith(title):
            words.append((f"{title}  ", styles.ink))
        words.append((text, styles.strike if row.deleted_at is not None else styles.faint))
        if self.row_height(width) == 1:
            return [[*head, *who, *words]]
        lead: Line = [("  ", styles.ink)]
        return [[*head, *who], [*lead, *words[1:]]]

    @staticmethod
    def marks(row: MentionRow, styles: Palette) -> Line:
        """Return what is special about a mention, in words."""
        marks: Line = []
        if row.deleted_at is not None:
            marks.append((_("deleted") + " ", styles.warn))
        elif row.withheld:
            marks.append((_("words removed, as the network's terms say") + " ", styles.faint))
        elif row.edited_at is not None:
            marks.append((_("edited") + " ", styles.faint))
        if row.corrected_by:
            marks.append((_("corrected") + " ", styles.accent))
        if row.needs_reply is not None and row.conversation_id is not None:
            marks.append(("↩ ", styles.accent))
        if row.rating is not None:
            stars = ngettext("{count} star", "{count} stars", row.rating).format(count=row.rating)
            marks.append((stars + " ", styles.accent))
        return marks
