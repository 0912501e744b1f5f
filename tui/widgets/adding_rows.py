"""How proposed sources read in a list, and the page about one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual.style import Style

from listeners.discovery import Proposal, Verdict
from listeners.model import SECOND, Micros
from listeners.networks.contract import Capability
from tui.adding import MARKS, WORDS, lines_of, told, wants
from tui.formats import age
from tui.i18n import _, say
from tui.sources import access
from tui.theme import BOLD, Palette
from tui.widgets.paint import Line, network_name, one_line, padded, wrapped
from tui.widgets.row_list import VirtualList

_NETWORK = 14


class Offered(NamedTuple):
    """A proposal in the list. ``present``: it stands in the configuration by now."""

    number: int
    found: Proposal
    present: bool

    @property
    def verdict(self) -> Verdict:
        """What is known of it now."""
        return Verdict.PRESENT if self.present else self.found.verdict

    @property
    def addable(self) -> bool:
        """Whether it can be added now."""
        return self.found.addable and not self.present


class OfferedRows(VirtualList[Offered]):
    """Proposals in the order they answered."""

    def row_height(self, width: int) -> int:
        """Return two lines: what it is, what it said."""
        return 2

    def lines(
        self,
        row: Offered,
        width: int,
        now: Micros,
        styles: Palette,
        *,
        chosen: bool,
        marked: bool,
    ) -> list[Line]:
        """Return what would be heard, and what the test request said."""
        hears, said = told(row.found)
        colour = _colour(row.verdict, styles)
        first: Line = [
            ("● " if marked else "❯ " if chosen else "  ", styles.key),
            (f"{MARKS[row.verdict]} ", colour),
            (padded(network_name(row.found.network), _NETWORK) + " ", styles.accent),
            (one_line(hears), styles.strong if row.addable else styles.faint),
        ]
        word = _(WORDS[row.verdict])
        return [first, [("    ", styles.faint), (f"{word} · ", colour), (said, styles.faint)]]


def _colour(verdict: Verdict, styles: Palette) -> Style:
    if verdict is Verdict.ANSWERED:
        return styles.ours
    return styles.negative if verdict is Verdict.REFUSED else styles.faint


def offered_page(
    row: Offered, capability: Capability | None, width: int, styles: Palette
) -> list[Line]:
    """Return all about one proposal: what it hears, costs and needs, and its lines."""
    hears, said = told(row.found)
    lines: list[Line] = [
        *wrapped([(f"{network_name(row.found.network)} · {hears}", styles.strong + BOLD)], width),
        [],
        *wrapped(
            [(f"{_(WORDS[row.verdict])} · ", _colour(row.verdict, styles)), (said, styles.ink)],
            width,
        ),
    ]
    for text in wants(row.found):
        lines += _bulleted(text, width, styles)
    if capability is not None and row.found.source:
        asked = _("asked every {time}").format(time=age(int(capability.interval * SECOND)))
        lines += _bulleted(f"{access(capability)}, {asked}", width, styles)
        if "token" in row.found.source:
            lines += [[], [(_("How to get a key"), styles.faint)]]
            for number, step in enumerate(capability.steps, 1):
                lines += _bulleted(say(step), width, styles, f"{number}. ")
    shown = lines_of(row.found)
    if shown:
        title = _("In the configuration") if row.present else _("It would add")
        lines += [[], [(title, styles.faint)]]
        for text in shown:
            lines += [[("  ", styles.ink), *part] for part in wrapped(
                [(text, styles.ink)], width - 2)]  # fmt: skip
    if capability is not None and capability.limits and row.found.source:
        lines += [[], [(_("What cannot be had there"), styles.faint)]]
        for limit in capability.limits:
            lines += _bulleted(say(limit), width, styles)
    return lines


def _bulleted(text: str, width: int, styles: Palette, mark: str = "· ") -> list[Line]:
    return [
        [(mark if at == 0 else " " * len(mark), styles.faint), *part]
        for at, part in enumerate(wrapped([(text, styles.ink)], width - len(mark)))
    ]


def empty_lines(asked: str, looking: bool, key: str, styles: Palette) -> Sequence[Line]:
    """Return what an empty list says."""
    if looking:
        return [[(_("Asking around for {what} …").format(what=one_line(asked)), styles.faint)]]
    if asked:
        return [
            [(_("Nothing was found for {what}.").format(what=one_line(asked)), styles.strong)],
            [(_("{key} looks for something else.").format(key=key), styles.faint)],
        ]
    return [
        [(_("{key} asks what to look for:").format(key=key), styles.strong)],
        [(_("an address, a name, or a handle such as @name@server"), styles.faint)],
    ]
