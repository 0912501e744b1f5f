"""How one person reads: who they say they are, mood by week, what they care about, our notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from listeners.model import Micros
from listeners.people.rows import AccountRow
from listeners.rows import ConversationRow
from listeners.store.reads.person_page import PersonPage, Week
from listeners.text import clean_line
from tui.i18n import _, ago, compact, day, moment, ngettext, number, say
from tui.people_words import (
    CONTACTS,
    called,
    net_figure,
    person_name,
    reach_figure,
    role_word,
    stage_word,
)
from tui.theme import BOLD, Palette
from tui.widgets.chart import BLOCKS
from tui.widgets.log_lines import log_lines
from tui.widgets.paint import Line, joined, labelled, network_name, one_line, padded, wrapped
from tui.widgets.people_rows import net_piece
from tui.words import word

_NOTHING = "·"


def page_lines(
    page: PersonPage,
    talks: Sequence[ConversationRow],
    width: int,
    now: Micros,
    styles: Palette,
) -> list[Line]:
    """Return all that is known of a person, what matters most on top."""
    parts = [
        _head(page, width, now, styles),
        _accounts(page, width, styles),
        _mood(page.weeks, width, styles),
        _cares(page, width, styles),
        _notes(page, width, now, styles),
        _talks(talks, width, styles),
    ]
    if page.log:
        lines = log_lines(page.log, width, now, styles)
        parts.append([_title(_("What was done"), styles), *lines])
    return [line for part in parts if part for line in (*part, [])][:-1]


def _title(text: str, styles: Palette) -> Line:
    return [(text, styles.strong + BOLD)]


def _head(page: PersonPage, width: int, now: Micros, styles: Palette) -> list[Line]:
    row = page.row
    first: Line = [(one_line(person_name(row)), styles.strong + BOLD)]
    if row.role:
        first.append((f"  {role_word(row.role)}", styles.accent))
    if row.muted:
        first.append(("  " + _("muted"), styles.warn))
    lines = wrapped(first, width)
    works = joined(
        [[(one_line(text), styles.ink)] for text in (row.outlet, row.beat) if text],
        (" · ", styles.ghost),
    )
    lines += wrapped(works, width) if works else []
    said = ngettext("{count} mention", "{count} mentions", row.mentions)
    parts: list[Line] = [[(said.format(count=number(row.mentions)), styles.ink)]]
    parts.append([(_("reach {figure}").format(figure=reach_figure(row.reach)), styles.ink)])
    if row.last_at is None:
        parts = [[(_("not heard yet"), styles.warn)]]
    elif page.first_at is not None:
        since = _("heard since {day}").format(day=day(page.first_at))
        parts.append([(since, styles.faint)])
        parts.append([(_("last {when}").format(when=ago(row.last_at, now)), styles.faint)])
    if page.answers:
        answered = ngettext("{count} answer of ours", "{count} answers of ours", page.answers)
        parts.append([(answered.format(count=number(page.answers)), styles.ours)])
    lines += wrapped(joined(parts, (" · ", styles.ghost)), width)
    if row.tags:
        lines += wrapped(
            [(" ".join(f"#{one_line(tag)}" for tag in row.tags), styles.accent)], width
        )
    return [*lines, *_stage(page, width, now, styles)]


def _stage(page: PersonPage, width: int, now: Micros, styles: Palette) -> list[Line]:
    if not page.row.stage:
        return []
    line: Line = [(stage_word(page.row.stage), styles.ours + BOLD)]
    move = next((one for one in reversed(page.moves) if one.stage == page.row.stage), None)
    if move is not None:
        why = str(say(move.reason))
        if move.author:
            why = _("set by {name}").format(name=one_line(move.author))
        if why:
            line.append((f"  {why}", styles.faint))
        line.append((f"  {moment(move.at, now)}", styles.ghost))
    return labelled(_("stage"), line, width, styles)


def _accounts(page: PersonPage, width: int, styles: Palette) -> list[Line]:
    lines: list[Line] = []
    for one in page.row.accounts:
        lines += _account(one, person_name(page.row), page.links.get(one.id, ()), width, styles)
    for contact in page.contacts:
        label = _(CONTACTS[contact.kind])
        if contact.kind == "handle":
            if any(_same(contact.value, one) for one in page.row.accounts):
                continue
            label = network_name(contact.network)
        lines += wrapped(
            [(f"{label} ", styles.faint), (one_line(contact.value), styles.ink)], width
        )
    if page.merged:
        merged = ngettext(
            "made of {count} person more", "made of {count} persons more", len(page.merged)
        )
        lines.append([(merged.format(count=len(page.merged)), styles.faint)])
    return lines


def _same(handle: str, one: AccountRow) -> bool:
    return one.handle.casefold() == handle.casefold()


def _account(
    one: AccountRow, person: str, links: Iterable[str], width: int, styles: Palette
) -> list[Line]:
    line: Line = [
        (f"{network_name(one.network)} ", styles.faint),
        (one_line(called(one)), styles.ink + BOLD),
    ]
    if one.name and one.name not in (one.handle, person):
        line.append((f"  {one_line(one.name)}", styles.ink))
    if one.followers is not None:
        said = ngettext("{count} follower", "{count} followers", one.followers)
        line.append((f"  {said.format(count=compact(one.followers))}", styles.faint))
    if one.automated:
        line.append(("  " + _("automated"), styles.warn))
    if one.muted:
        line.append(("  " + _("muted"), styles.warn))
    lines = wrapped(line, width)
    for text in (one.url, *links):
        if text:
            lines += [
                [("  ", styles.ink), (padded(clean_line(text), width - 2).rstrip(), styles.key)]
            ]
    return lines


def _mood(weeks: Sequence[Week], width: int, styles: Palette) -> list[Line]:
    """Return net sentiment by week: a block a week, higher for better, a dot for silence."""
    heard = [place for place, week in enumerate(weeks) if week.net is not None]
    if not heard:
        return []
    shown = weeks[max(0, min(heard[0], len(weeks) - 4)) :][-max(4, width - 10) :]
    line: Line = []
    for week in shown:
        net = week.net
        if net is None:
            line.append((_NOTHING, styles.ghost))
            continue
        style = styles.ink
        if abs(net) >= 0.05:
            style = styles.positive if net > 0 else styles.negative
        line.append((BLOCKS[1 + round((net + 1) / 2 * 7)], style))
    newest = weeks[heard[-1]].net
    figure, style = net_piece(newest, styles)
    title = _title(_("Mood by week"), styles)
    under = _("since the week of {day}").format(day=day(shown[0].start))
    scale = _("{low} to {high}").format(low=net_figure(-1.0), high=net_figure(1.0))
    return [
        title,
        [*line, (f"  {figure}", style)],
        *wrapped([(f"{under} · {scale}", styles.faint)], width),
    ]


def _cares(page: PersonPage, width: int, styles: Palette) -> list[Line]:
    if not page.cares:
        return []
    words = joined([[(one_line(one), styles.ink)] for one in page.cares], (" · ", styles.ghost))
    return [_title(_("What they care about"), styles), *wrapped(words, width)]


def _notes(page: PersonPage, width: int, now: Micros, styles: Palette) -> list[Line]:
    if not page.notes:
        return []
    lines = [_title(_("Notes"), styles)]
    for note in page.notes:
        lines += wrapped(
            [
                (one_line(note.author), styles.ours + BOLD),
                (f" · {ago(note.at, now)}", styles.faint),
            ],
            width,
        )
        lines += [
            [("  ", styles.ink), *one] for one in wrapped([(note.text, styles.ink)], width - 2)
        ]
    return lines


def _talks(talks: Sequence[ConversationRow], width: int, styles: Palette) -> list[Line]:
    if not talks:
        return []
    lines = [_title(_("Conversations"), styles)]
    for row in talks:
        head: Line = [
            (f"#{row.id} ", styles.key),
            (f"{word(row.state)} ", styles.accent),
            (f"{network_name(row.network)} ", styles.faint),
        ]
        if row.assignee:
            head.append((f"◉ {one_line(row.assignee)} ", styles.ours))
        room = max(8, width - sum(len(text) for text, _style in head))
        head.append((padded(one_line(row.title or row.excerpt), room).rstrip(), styles.ink))
        lines.append(head)
    return lines
