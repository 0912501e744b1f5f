"""The page of an alert above its evidence: why, the chart, and who and what is behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from listeners.model import Micros
from listeners.risk.band import Band
from listeners.rows import AlertRow, MentionRow
from listeners.store.notifications import NotificationRow
from listeners.store.reads import Episode
from tui.i18n import _, moment, ngettext, say
from tui.theme import BOLD, Palette
from tui.widgets.alert_chart import hour_chart
from tui.widgets.alert_lines import alert_reasons
from tui.widgets.paint import GLYPHS, Line, joined, labelled, network_name, one_line
from tui.widgets.rows import severity_word
from tui.words import word


class EpisodePage(NamedTuple):
    """What is shown of an alert on its own page."""

    episode: Episode
    usual: tuple[Band, ...] = ()
    held: tuple[AlertRow, ...] = ()
    suggestion: str = ""
    """A mute that would have silenced false alarms, in words; empty for none."""
    mute_key: str = ""
    reveal_key: str = ""
    """The key that shows what is masked, empty where nothing is."""


def page_lines(
    row: AlertRow, page: EpisodePage, width: int, now: Micros, styles: Palette
) -> list[Line]:
    """Return everything above the evidence, as it is scrolled with it."""
    found = page.episode
    lines = alert_reasons(row, width, now, styles)
    if found.counts:
        chart = hour_chart(found.starts, found.counts, page.usual, row.first_at, width, styles)
        lines += [[], *chart, []]
    for label, words in _facts(found, styles):
        if words:
            lines += labelled(label, words, width, styles)
    for label, post in ((_("first"), found.first), (_("loudest"), found.loudest)):
        if post is not None:
            lines += labelled(label, _post(post, now, styles), width, styles)[:2]
    for place, another in enumerate(found.also):
        label = _("also") if not place else ""
        lines += labelled(label, [(one_line(say(another)), styles.ink)], width, styles)
    for place, held in enumerate(page.held):
        under: Line = [
            (f"#{held.id} {severity_word(held.severity)} ", styles.severity(held.severity)),
            (one_line(say(held.title)), styles.ink),
        ]
        lines += labelled(_("holds") if not place else "", under, width, styles)
    if found.sent:
        lines += labelled(_("told"), _told(found.sent, now, styles), width, styles)
    if page.suggestion:
        offer: Line = [
            (one_line(page.suggestion), styles.accent),
            (f"  {page.mute_key}", styles.key),
        ]
        lines += labelled(_("mute"), offer, width, styles)
    if page.reveal_key:
        secret = _("{key} shows what is masked").format(key=page.reveal_key)
        lines += labelled(_("secret"), [(secret, styles.faint)], width, styles)
    title: Line = [("── ", styles.ghost), (_("Evidence"), styles.strong + BOLD)]
    return [*lines, [], title, []]


def _facts(found: Episode, styles: Palette) -> list[tuple[str, Line]]:
    dot = (" · ", styles.ghost)

    def counted(pairs: Sequence[tuple[str, int]]) -> Line:
        return joined(
            [[(one_line(name), styles.ink), (f" {count}", styles.faint)] for name, count in pairs],
            dot,
        )

    return [
        (_("words"), joined([[(one_line(one), styles.strong)] for one in found.words], dot)),
        (_("who"), counted(found.authors)),
        (_("where"), counted([(network_name(name), count) for name, count in found.networks])),
        (
            _("mood"),
            joined(
                [
                    [
                        (f"{GLYPHS[label]} {word(label)}", styles.label(label)),
                        (f" {count}", styles.faint),
                    ]
                    for label, count in found.moods
                ],
                dot,
            ),
        ),
    ]


def _post(post: MentionRow, now: Micros, styles: Palette) -> Line:
    counts = (post.engagement.likes, post.engagement.shares, post.engagement.replies)
    total = sum(one for one in counts if one is not None)
    line: Line = [
        (f"{moment(post.sort_at, now)} ", styles.faint),
        (one_line(post.author_name or post.author), styles.ink + BOLD),
    ]
    if total:
        said = ngettext("{count} reaction", "{count} reactions", total).format(count=total)
        line.append((f" {said}", styles.accent))
    line.append((f"  {one_line(post.text)}", styles.faint))
    return line


def _told(sent: Sequence[NotificationRow], now: Micros, styles: Palette) -> Line:
    words = {"sent": _("sent"), "waiting": _("waits"), "dropped": _("dropped")}
    return joined(
        [
            [
                (one_line(one.channel), styles.ink),
                (f" {words.get(one.state, one.state)} ", styles.faint),
                (moment(one.sent_at or one.rung_at, now), styles.faint),
            ]
            for one in sent[:5]
        ],
        (" · ", styles.ghost),
    )
