"""How a whole conversation reads: the person, the reasons, and who said what in which voice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from textual.style import Style

from listeners.model import ConversationState, Label, Micros, Part
from listeners.rows import AlertRow, ConversationRow, MentionRow, Note
from listeners.store.outbox import OutboxRow
from listeners.text import links_in
from tui.i18n import _, ago, compact, moment, ngettext, say, signed
from tui.terminal.opener import check_link
from tui.theme import BOLD, Palette
from tui.tongues import tongue_here
from tui.widgets.alert_lines import alert_head, alert_title
from tui.widgets.alert_page import EpisodePage, page_lines
from tui.widgets.colleague_lines import on_it_lines, owner
from tui.widgets.paint import (
    Line,
    joined,
    labelled,
    many_lines,
    mood,
    network_name,
    one_line,
    wrapped,
)
from tui.widgets.place_lines import also_text
from tui.widgets.reply_message import reply_message
from tui.widgets.rows import due, role_word
from tui.words import word

SHOWN = 200
"""Messages of one thread that are laid out, the newest ones."""
_INDENT = 4
_LINKS = 6
_UNDERLINE = Style(underline=True)


class Acquaintance(NamedTuple):
    """What we know of a person: mentions heard before this thread, and how the last one sounded."""

    before: int = 0
    more: bool = False
    label: Label = Label.UNSCORED
    compound: float | None = None


class Weight(NamedTuple):
    """A word that made the sentiment, and by how much."""

    text: str
    weight: float


class Thread(NamedTuple):
    """Everything the thread pane shows of one conversation, or of one mention without one."""

    conversation: ConversationRow | None = None
    mentions: tuple[MentionRow, ...] = ()
    notes: tuple[Note, ...] = ()
    person: Acquaintance | None = None
    weights: tuple[Weight, ...] | None = None
    """The words that made the mood; ``None`` while they are not known yet."""
    alert: AlertRow | None = None
    """The alert whose evidence the mentions are, in place of a conversation."""
    at: int | None = None
    """The mention that was asked for, if one was."""
    page: EpisodePage | None = None
    """What is behind the alert, on its own page."""
    replies: tuple[OutboxRow, ...] = ()
    """Replies sent from here that stand among the mentions not yet."""

    @property
    def focus(self) -> MentionRow | None:
        """The message all is about: the one asked for, the oldest that asks, the last of theirs."""
        for mention in self.mentions:
            if mention.id == self.at:
                return mention
        theirs = [mention for mention in self.mentions if mention.part is Part.OUTSIDE]
        waiting = self.conversation.waiting_since if self.conversation else None
        if waiting is not None:
            for mention in theirs:
                if mention.sort_at >= waiting:
                    return mention
        return theirs[-1] if theirs else (self.mentions[-1] if self.mentions else None)


def head(thread: Thread, width: int, now: Micros, styles: Palette) -> list[Line]:
    """Return the lines above the messages: the person, why it is here, why it asks, its mood."""
    focus, row = thread.focus, thread.conversation
    if thread.alert is not None:
        if thread.page is not None:
            return alert_title(thread.alert, width, now, styles)
        return alert_head(thread.alert, width, now, styles)
    if focus is None:
        return []
    lines = _person(thread, focus, width, styles)
    if row is not None:
        rank = joined(
            [
                due(row.due_at, now, styles) if row.state is ConversationState.OPEN else [],
                *([(one_line(say(reason)), styles.ink)] for reason in row.reasons),
            ],
            (" · ", styles.ghost),
        )
        if row.manual_priority is not None:
            by_hand = _("importance {rank} by hand").format(rank=row.manual_priority)
            rank = joined([rank, [(by_hand, styles.accent)]], (" · ", styles.ghost))
        if rank:
            lines += labelled(_("rank"), rank, width, styles)
    if focus.needs_reply is not None:
        why: Line = [(one_line(say(focus.needs_reply.sentence)), styles.ink)]
        why.append((f"  {focus.needs_reply.code}", styles.ghost))
        lines += labelled(_("reply"), why, width, styles)
    lines += labelled(_("mood"), _why_mood(thread, focus, styles), width, styles)
    if focus.reasons:
        heard = joined(
            [[(one_line(say(why)), styles.ink)] for why in focus.reasons], (" · ", styles.ghost)
        )
        lines += labelled(_("heard"), heard, width, styles)
    if row is not None:
        lines += _state(row, now, width, styles)
    return lines


def _person(thread: Thread, focus: MentionRow, width: int, styles: Palette) -> list[Line]:
    name: Line = [(one_line(focus.author_name or focus.author), styles.strong + BOLD)]
    if focus.author_name and focus.author:
        name.append((f"  {one_line(focus.author)}", styles.faint))
    about: list[Line] = [[(network_name(focus.network), styles.ink)]]
    if focus.author_role:
        about.append([(role_word(focus.author_role), styles.accent + BOLD)])
    if focus.followers is not None:
        text = ngettext("{count} follower", "{count} followers", focus.followers)
        about.append([(text.format(count=compact(focus.followers)), styles.ink)])
    if thread.person is not None:
        count = thread.person.before
        text = ngettext("{count} mention before", "{count} mentions before", count)
        figure = f"{count}+" if thread.person.more else str(count)
        known = text.format(count=figure) if count else _("never heard before")
        about.append([(known, styles.ink)])
        if count:
            last = mood(thread.person.label, thread.person.compound, styles)
            about.append([(_("last") + " ", styles.faint), (last[0].strip(), last[1])])
    return [*wrapped(name, width), *wrapped(joined(about, (" · ", styles.ghost)), width)]


def _why_mood(thread: Thread, focus: MentionRow, styles: Palette) -> Line:
    glyph, style = mood(focus.label, focus.compound, styles)
    line: Line = [(" ".join(glyph.split()), style + BOLD)]
    if focus.corrected_by:
        by = _("corrected by {name}").format(name=one_line(focus.corrected_by))
        return [*line, (f"  {by}", styles.accent)]
    if focus.label is Label.UNSCORED:
        why = _("no scorer for {language}").format(language=tongue_here(focus.lang or "?"))
        return [*line, (f"  {why}", styles.faint)]
    for weight in (thread.weights or ())[:6]:
        colour = styles.positive if weight.weight > 0 else styles.negative
        line += [(f"  {one_line(weight.text)} ", styles.ink), (signed(weight.weight, 1), colour)]
    if thread.weights == ():
        line.append(("  " + _("no word of the lexicon"), styles.faint))
    return line


def _state(row: ConversationRow, now: Micros, width: int, styles: Palette) -> list[Line]:
    parts: list[Line] = [[(word(row.state), styles.ink)]]
    if row.snoozed_until is not None and row.state is ConversationState.SNOOZED:
        until = _("until {when}").format(when=moment(row.snoozed_until, now))
        parts.append([(until, styles.accent)])
    parts.extend(on_it_lines(row.presence, styles))
    if row.assignee:
        parts.append(owner(row.assignee, row.away, styles))
    if row.reopened:
        text = ngettext("reopened once", "reopened {count} times", row.reopened)
        parts.append([(text.format(count=row.reopened), styles.faint)])
    if row.merged:
        text = ngettext("{count} merged in", "{count} merged in", row.merged)
        parts.append([("⧉ " + text.format(count=row.merged), styles.accent)])
    parts.extend([(f"#{one_line(tag)}", styles.accent)] for tag in row.tags)
    return labelled(_("state"), joined(parts, (" · ", styles.ghost)), width, styles)


class Laid(NamedTuple):
    """The messages laid out: their lines, and the line where the one in focus begins."""

    lines: list[Line]
    focus: int = 0


def messages(thread: Thread, width: int, now: Micros, styles: Palette) -> Laid:
    """Return every message and note in the order of time, each in the voice of its part.

    The evidence of an alert comes newest first: it is looked at, not read like a conversation.
    """
    lines: list[Line] = []
    if thread.alert is not None and thread.page is not None:
        lines += page_lines(thread.alert, thread.page, width, now, styles)
    focus_line, focus = 0, thread.focus
    shown = thread.mentions[-SHOWN:]
    if hidden := len(thread.mentions) - len(shown):
        text = ngettext("{count} earlier message", "{count} earlier messages", hidden)
        lines += [[(text.format(count=hidden), styles.faint)], []]
    pieces: list[tuple[Micros, MentionRow | Note | OutboxRow]]
    pieces = [(row.sort_at, row) for row in shown]
    pieces += [(note.at, note) for note in thread.notes]
    pieces += [(reply.sent_at or reply.created_at, reply) for reply in thread.replies]
    pieces.sort(key=lambda piece: piece[0], reverse=thread.alert is not None)
    for place, (_at, piece) in enumerate(pieces):
        if place:
            lines.append([])
        if isinstance(piece, Note):
            lines += _note(piece, width, now, styles)
            continue
        if isinstance(piece, OutboxRow):
            lines += reply_message(piece, width, now, styles)
            continue
        in_focus = focus is not None and piece.id == focus.id and thread.alert is None
        if in_focus:
            focus_line = len(lines)
        weights = (thread.weights or ()) if in_focus else ()
        lines += _message(piece, width, now, styles, weights, _came_from(piece, thread, styles))
    return Laid(lines, focus_line)


def _message(
    row: MentionRow,
    width: int,
    now: Micros,
    styles: Palette,
    weights: Sequence[Weight],
    came_from: Line,
) -> list[Line]:
    ours = row.part is Part.OURS
    third = row.part is Part.THIRD_PARTY
    indent = _INDENT if ours and width > 40 else 0
    colour = styles.ours if ours else styles.ghost if third else styles.label(row.label)
    bar = (" " * indent + ("┊ " if third else "┃ "), colour)
    name = one_line(row.author_name or row.author)
    who: Line = [(name, (styles.ours if ours else styles.faint if third else styles.strong) + BOLD)]
    if ours:
        who.append((" " + _("us"), styles.ours))
    elif third:
        who.append((" " + _("others"), styles.faint))
    elif row.author_role:
        who.append((" " + role_word(row.author_role), styles.accent))
    when: Line = [(f"{moment(row.sort_at, now)}, {ago(row.sort_at, now)}", styles.faint)]
    facts: list[Line] = [who, when]
    if not ours:
        glyph, style = mood(row.label, row.compound, styles)
        facts.append([(" ".join(glyph.split()), style)])
    facts += _marks(row, now, styles)
    if came_from:
        facts.append(came_from)
    room = width - indent - 2
    lines = [[bar, *line] for line in wrapped(joined(facts, ("  ", styles.ghost)), room)]
    if row.title:
        lines += [[bar, *line] for line in wrapped([(one_line(row.title), styles.strong)], room)]
    lines += [[bar, *line] for line in _words(row, room, styles, weights, third=third)]
    if hosts := _hosts(row, styles):
        lines += [[bar, *line] for line in wrapped(hosts, room)]
    return lines


def _came_from(row: MentionRow, thread: Thread, styles: Palette) -> Line:
    """Return which merged conversation a message belongs to, empty where it is this one's own."""
    here = thread.conversation
    if here is None or not here.merged:
        return []
    if row.conversation_id in (here.id, None):
        return [(network_name(row.network), styles.faint)]
    whence = _("from number {number}, {network}").format(
        number=row.conversation_id, network=network_name(row.network)
    )
    return [("⧉ " + whence, styles.accent)]


def _marks(row: MentionRow, now: Micros, styles: Palette) -> list[Line]:
    marks: list[Line] = []
    if row.deleted_at is not None:
        when = moment(row.deleted_at, now)
        marks.append([(_("deleted at the source {when}").format(when=when), styles.warn)])
    elif row.edited_at is not None:
        when = moment(row.edited_at, now)
        marks.append([(_("edited {when}").format(when=when), styles.faint)])
    if row.corrected_by:
        by = _("corrected by {name}").format(name=one_line(row.corrected_by))
        marks.append([(by, styles.accent)])
    if row.private:
        marks.append([(_("private"), styles.accent)])
    if row.places and (also := also_text(row.network, row.places)):
        marks.append([("⧉ " + also, styles.accent)])
    if row.rating is not None:
        stars = ngettext("{count} star", "{count} stars", row.rating).format(count=row.rating)
        marks.append([(stars, styles.accent)])
    if row.needs_reply is not None and row.part is Part.OUTSIDE:
        marks.append([("↩ " + _("asks"), styles.accent)])
    return marks


def _words(
    row: MentionRow, width: int, styles: Palette, weights: Sequence[Weight], *, third: bool
) -> list[Line]:
    text = many_lines(row.text).strip()
    if row.deleted_at is not None and not text:
        return [[(_("The text is gone at the source."), styles.faint)]]
    if row.withheld:
        said = _("The network's terms do not let its words be kept longer; open it there.")
        return [[(said, styles.faint)]]
    plain = styles.strike if row.deleted_at is not None else styles.faint if third else styles.ink
    marked: Line = []
    at = 0
    for start, end, style in _spans(text, styles, weights):
        if start >= at:
            marked += [(text[at:start], plain), (text[start:end], plain + style)]
            at = end
    marked.append((text[at:], plain))
    return wrapped([piece for piece in marked if piece[0]], width)


def _spans(text: str, styles: Palette, weights: Sequence[Weight]) -> list[tuple[int, int, Style]]:
    """Return what stands out in a text: its links, and the words that made its sentiment."""
    spans: list[tuple[int, int, Style]] = []
    for address in links_in(text)[:_LINKS]:
        place = text.find(address)
        if place >= 0:
            spans.append((place, place + len(address), styles.link))
    folded = text.casefold()
    # Folding may change the length of a text; words are only marked where places still agree.
    if len(folded) == len(text):
        for weight in weights:
            colour = styles.positive if weight.weight > 0 else styles.negative
            word_at = re.escape(weight.text.casefold())
            spans += [
                (found.start(), found.end(), colour + _UNDERLINE)
                for found in islice(re.finditer(rf"(?<!\w){word_at}(?!\w)", folded), _LINKS)
            ]
    return sorted(spans, key=lambda span: span[:2])


def _hosts(row: MentionRow, styles: Palette) -> Line:
    """Return where the links of a message really lead, look-alike hosts pointed out."""
    parts: list[Line] = []
    for address in links_in(row.text)[:_LINKS]:
        link = check_link(address)
        if link is None:
            parts.append([("⚠ " + _("a link that is no plain web address"), styles.warn)])
            continue
        entry: Line = [(link.host, styles.positive)]
        if link.doubtful:
            entry.append((" ⚠ " + _("mixes alphabets"), styles.warn))
        parts.append(entry)
    return [("↗ ", styles.faint), *joined(parts, (" · ", styles.ghost))] if parts else []


def _note(note: Note, width: int, now: Micros, styles: Palette) -> list[Line]:
    bar = ("✎ ", styles.accent)
    first: Line = [
        (one_line(note.author), styles.accent + BOLD),
        ("  " + _("note"), styles.accent),
        (f"  {moment(note.at, now)}", styles.faint),
    ]
    words = wrapped([(many_lines(note.text), styles.ink)], width - 2)
    return [[bar, *first], *([("  ", styles.ink), *line] for line in words)]
