"""How a source reads: one row of the list, all that is known of it, and what networks can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from textual.style import Style

from listeners.model import SECOND, Micros, SourceState
from listeners.networks.contract import Capability
from listeners.rows import SourceRow
from listeners.store.reads.uses import SourceUse
from tui.i18n import _, age, ago, clock_time, moment, number, say, until
from tui.sources import WANT_A_KEY, gap_text, mend
from tui.theme import BOLD, Palette
from tui.uses import pace_text, scarce, use_texts
from tui.widgets.network_lines import ability_lines, numbered, points
from tui.widgets.paint import Line, network_name, one_line, padded, wrapped
from tui.widgets.row_list import VirtualList
from tui.words import word

MARKS = {
    SourceState.OK: "●",
    SourceState.CATCHING_UP: "↻",
    SourceState.STARTING: "○",
    SourceState.OFF: "○",
    SourceState.RATE_LIMITED: "◔",
    SourceState.NEEDS_TOKEN: "⚷",
    SourceState.FAILING: "✗",
    SourceState.FORMAT_CHANGED: "✗",
    SourceState.BLOCKED: "✗",
    SourceState.NEEDS_APPROVAL: "⚷",
    SourceState.TOKEN_EXPIRED: "⚷",
    SourceState.OUT_OF_CREDITS: "◔",
    SourceState.IMPORT_ONLY: "○",
    SourceState.UNOFFICIAL_BRIDGE: "◍",
    SourceState.NOT_AVAILABLE: "✗",
    SourceState.GONE: "✗",
}
_NETWORK = 15
_STATE = 18
_STATE_WIDE = 22
_WIDE = 70
"""Cells of the list from which on the longest state has its room in every language."""
_AGE = 5


def state_style(state: SourceState, styles: Palette) -> Style:
    """Return the colour of a state; its word always stands beside it."""
    match state:
        case SourceState.OK:
            return styles.ours
        case SourceState.CATCHING_UP | SourceState.RATE_LIMITED | SourceState.NEEDS_TOKEN:
            return styles.warn
        case SourceState.UNOFFICIAL_BRIDGE:
            return styles.warn
        case SourceState.STARTING | SourceState.OFF:
            return styles.faint
        case _:
            return styles.negative + BOLD


class SourceRows(VirtualList[SourceRow]):
    """Every place listened to, two lines each: how it is doing, and what to know.

    ``uses`` is what each source lives on, by its number.
    """

    uses: Mapping[int, SourceUse] = MappingProxyType({})

    def row_height(self, width: int) -> int:
        """Return two lines."""
        return 2

    def lines(
        self,
        row: SourceRow,
        width: int,
        now: Micros,
        styles: Palette,
        *,
        chosen: bool,
        marked: bool,
    ) -> list[Line]:
        """Return state, network, age and counts, then the trouble or the rhythm."""
        style = state_style(row.state, styles)
        heard = age(now - row.last_ok_at) if row.last_ok_at is not None else "—"
        first: Line = [
            ("❯ " if chosen and self.has_focus else "› " if chosen else "  ", styles.key),
            (f"{MARKS[row.state]} ", style),
            (padded(word(row.state), _STATE_WIDE if width >= _WIDE else _STATE), style),
            (f"{heard:>{_AGE}} ", styles.faint),
            (padded(network_name(row.network), _NETWORK), styles.strong),
            (_what(row), styles.ink),
        ]
        use = self.uses.get(row.id)
        runs_out = "" if use is None else scarce(use, now)
        return [first, [("    ", styles.ink), *_second(row, runs_out, now, styles)]]


def _what(row: SourceRow) -> str:
    """Return what the source listens to there, without repeating the network's name."""
    label = one_line(row.label)
    return "" if label == row.network else label.removeprefix(f"{row.network}:").strip()


def _second(row: SourceRow, runs_out: str, now: Micros, styles: Palette) -> Line:
    if row.open_gap is not None:
        return [("⚠ ", styles.warn), (one_line(gap_text(row.open_gap, now)), styles.warn)]
    if row.detail is not None and row.state is not SourceState.OK:
        return [(one_line(say(row.detail)), styles.faint)]
    parts = [_("{count} new").format(count=number(row.new))]
    if row.bad:
        parts.append(_("{count} unreadable").format(count=number(row.bad)))
    if row.state is SourceState.CATCHING_UP:
        parts.append(_("{span} behind").format(span=age(int(row.lag * SECOND))))
    elif row.next_at is not None and row.next_at > now:
        parts.append(_("next look {when}").format(when=until(row.next_at, now)))
    if runs_out:
        parts.append(one_line(runs_out))
    return [(" · ".join(parts), styles.faint)]


def source_lines(
    row: SourceRow,
    capability: Capability | None,
    width: int,
    now: Micros,
    styles: Palette,
    use: SourceUse | None = None,
    past: Sequence[Line] = (),
    kept: str = "",
) -> list[Line]:
    """Return all that is known of a source: how it is, what to do, what it lives on."""
    lines: list[Line] = [
        [
            (f"{MARKS[row.state]} ", state_style(row.state, styles)),
            (f"{network_name(row.network)} {_what(row)}".rstrip(), styles.strong),
        ],
        [],
    ]
    lines += field(_("state"), _state(row, now), width, styles)
    if row.detail is not None:
        lines += field(_("why"), say(row.detail), width, styles)
    if advice := mend(row):
        lines += field(_("to do"), advice, width, styles)
    wants_key = row.state in WANT_A_KEY
    if capability is not None and wants_key:
        lines += numbered(capability.steps, width, styles)
    well = row.state in (
        SourceState.OK,
        SourceState.CATCHING_UP,
        SourceState.UNOFFICIAL_BRIDGE,
    )
    if capability is not None and capability.needs is not None and not well:
        lines += field(_("needs"), say(capability.needs), width, styles)
    if row.open_gap is not None:
        lines += field(_("gap"), gap_text(row.open_gap), width, styles)
    lines.append([])
    heard = ago(row.last_ok_at, now) if row.last_ok_at is not None else _("never")
    lines += field(_("heard"), heard, width, styles)
    if row.next_at is not None:
        when = until(row.next_at, now) if row.next_at > now else _("now")
        lines += field(_("next"), when, width, styles)
    if use is not None:
        if rhythm := pace_text(use, capability):
            lines += field(_("pace"), rhythm, width, styles)
        for at, text in enumerate(use_texts(use, now)):
            lines += field(_("left") if at == 0 else "", one_line(text), width, styles)
    if row.lag >= 1:
        lines += field(_("behind"), age(int(row.lag * SECOND)), width, styles)
    lines += field(_("counts"), _counts(row), width, styles)
    lines += past
    if kept:
        lines += field(_("kept"), kept, width, styles)
    promise = (
        _("nothing is missed while it can be asked")
        if row.gapless
        else _("what a page no longer holds may be missed")
    )
    lines += field(_("promise"), promise, width, styles)
    if row.cursor:
        lines += field(_("place"), one_line(row.cursor)[:200], width, styles)
    if capability is not None:
        lines += [[], *ability_lines(capability, width, styles)]
        if capability.limits:
            lines += [[], [(_("What to know"), styles.faint)]]
            lines += points(capability.limits, width, styles)
        if capability.steps and not wants_key:
            lines += [[], [(_("How to get a key"), styles.faint)]]
            lines += numbered(capability.steps, width, styles)
    return lines


def _state(row: SourceRow, now: Micros) -> str:
    parts = [word(row.state)]
    if row.until is not None and row.until > now:
        parts.append(_("until {when}").format(when=clock_time(row.until)))
    parts.append(_("since {when}").format(when=moment(row.state_since, now)))
    return " ".join(parts)


def _counts(row: SourceRow) -> str:
    figures = (
        (row.fetched, _("fetched")),
        (row.new, _("new")),
        (row.updated, _("updated")),
        (row.deleted, _("deleted")),
        (row.bad, _("unreadable")),
    )
    return " · ".join(f"{number(count)} {name}" for count, name in figures)


def field(name: str, text: str, width: int, styles: Palette) -> list[Line]:
    """Return a name in its column and the text beside it, wrapped under itself."""
    column = 9
    return [
        [(padded("" if at else name, column), styles.faint), *line]
        for at, line in enumerate(wrapped([(text, styles.ink)], max(10, width - column)))
    ]
