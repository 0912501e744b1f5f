"""How one alert explains itself: what fired, the number against the usual one, and who has it."""

from __future__ import annotations

from listeners.model import AlertState, Micros
from listeners.rows import AlertRow
from tui.i18n import _, ago, moment, ngettext, say
from tui.theme import BOLD, Palette
from tui.widgets.colleague_lines import owner
from tui.widgets.paint import Line, joined, labelled, one_line, wrapped
from tui.widgets.rows import severity_word
from tui.words import word


def alert_title(row: AlertRow, width: int, now: Micros, styles: Palette) -> list[Line]:
    """Return what an alert is, how it stands, and what it says, in a few lines."""
    dot = (" · ", styles.ghost)
    live = row.state is AlertState.FIRING and not row.suppressed
    kind: Line = [
        (f" {severity_word(row.severity)} ", styles.severity(row.severity)),
        (f" {word(row.alert_class)}", styles.strong + BOLD),
    ]
    state: Line = [(word(row.state), styles.warn + BOLD if live else styles.accent)]
    if row.state is AlertState.SNOOZED:
        until = (
            _("until {when}").format(when=moment(row.snoozed_until, now))
            if row.snoozed_until is not None
            else _("until it gets worse")
        )
        state.append((f" {until}", styles.faint))
    if row.suppressed:
        state = [(_("suppressed until the maintenance window ends"), styles.accent)]
    whose = owner(row.owner, row.away, styles) if row.owner else []
    under: Line = []
    if row.held_by:
        under = [(_("under alert {number}").format(number=row.held_by), styles.accent)]
    elif row.holds:
        under = [(_("{count} under it").format(count=row.holds), styles.accent)]
    lines = [joined([kind, state, whose, under], dot)]
    return lines + wrapped([(one_line(say(row.title)), styles.strong)], width)


def alert_head(row: AlertRow, width: int, now: Micros, styles: Palette) -> list[Line]:
    """Return the explanation of an alert, above its evidence."""
    return [
        *alert_title(row, width, now, styles),
        *alert_reasons(row, width, now, styles),
    ]


def alert_reasons(row: AlertRow, width: int, now: Micros, styles: Palette) -> list[Line]:
    """Return why an alert fired: the number against the usual one, the rule, since when."""
    dot = (" · ", styles.ghost)
    lines: list[Line] = []
    for place, sentence in enumerate(row.explanation):
        label = _("why") if not place else ""
        lines += labelled(label, [(one_line(say(sentence)), styles.ink)], width, styles)
    if row.thin_baseline:
        thin = _("thin: less than a week of history, so this number is a guess")
        lines += labelled(_("usual"), [(thin, styles.warn)], width, styles)
    rule: Line = [(one_line(row.rule), styles.ink)]
    if row.scope:
        rule.append((f" · {one_line(row.scope)}", styles.faint))
    lines += labelled(_("rule"), rule, width, styles)
    count = ngettext("{count} piece of evidence", "{count} pieces of evidence", row.count)
    since = joined(
        [
            [(f"{moment(row.first_at, now)}, {ago(row.first_at, now)}", styles.ink)],
            [(count.format(count=row.count), styles.ink)],
            [(_("last one {when}").format(when=ago(row.last_at, now)), styles.faint)]
            if row.count > 1
            else [],
        ],
        dot,
    )
    lines += labelled(_("since"), since, width, styles)
    if row.dismissed_reason:
        reason: Line = [(one_line(row.dismissed_reason), styles.ink)]
        lines += labelled(_("because"), reason, width, styles)
    return lines
