"""How taught words read, and the page beside them: learning, rescoring, what the weights mean."""

from __future__ import annotations

from collections.abc import Sequence

from listeners.model import Micros
from listeners.store.rescoring import Rescoring
from listeners.store.taught import TaughtWord
from listeners.teaching.learning import Standing, told
from listeners.teaching.rescoring import Stale
from tui.i18n import _, ago, percent, say
from tui.teaching_words import STATES, progress_words, weight_figure, weight_words
from tui.theme import BOLD, Palette
from tui.tongues import tongue_here
from tui.widgets.paint import Line, one_line, padded, wrapped
from tui.widgets.row_list import VirtualList

_WORD = 22


class TaughtRows(VirtualList[TaughtWord]):
    """Taught words by brand."""

    def row_height(self, width: int) -> int:
        """Return one line."""
        return 1

    def lines(
        self,
        row: TaughtWord,
        width: int,
        now: Micros,
        styles: Palette,
        *,
        chosen: bool,
        marked: bool,
    ) -> list[Line]:
        """Return the word, its weight, for whom, and who said so."""
        colour = styles.positive if row.weight > 0 else styles.negative
        line: Line = [
            ("❯ " if chosen else "  ", styles.key),
            (padded(one_line(row.word), _WORD) + " ", styles.strong),
            (padded(weight_figure(row.weight), 5), colour if row.weight else styles.faint),
            (weight_words(row.weight), styles.ink),
            (f"  {one_line(row.brand)}", styles.accent),
            (f"  {one_line(row.author)}, {ago(row.at, now)}", styles.faint),
        ]
        return [line]


def taught_page(
    standings: Sequence[Standing],
    jobs: Sequence[Rescoring],
    old: Sequence[Stale],
    width: int,
    styles: Palette,
) -> list[Line]:
    """Return what goes on, what was learnt, and what teaching does."""
    lines: list[Line] = []
    for job in jobs:
        lines += wrapped([(_("Scoring anew: {brand}").format(brand=job.wanted.brand),
                           styles.strong + BOLD)], width)  # fmt: skip
        share = job.seen / max(1, job.total, job.seen)
        lines += [_bar(share, width, styles)]
        stops = _("s stops it")
        said: Line = [(progress_words(job), styles.ink), (" · " + stops, styles.faint)]
        lines += [*wrapped(said, width), []]
    for one in old:
        lines += wrapped([(say(one.sentence), styles.warn)], width)
        lines += [*wrapped([(_("R scores them anew."), styles.faint)], width), []]
    lines += wrapped([(_("Learnt from your corrections"), styles.strong + BOLD)], width)
    for standing in standings:
        state = _(STATES[standing.newest.state]) if standing.newest else ""
        head: Line = [(tongue_here(standing.lang), styles.accent)]
        if state:
            head.append((f"  {state}", styles.strong))
        if standing.judging and standing.newest and standing.judging.id != standing.newest.id:
            head.append(("  " + _("an older one judges"), styles.faint))
        lines += [*wrapped(head, width), *wrapped([(say(told(standing)), styles.ink)], width), []]
    if not standings:
        none = _("Nothing yet: correct verdicts where they are wrong, with one key.")
        lines += [*wrapped([(none, styles.faint)], width), []]
    explained = _(
        "A taught word counts from the next post on, for its brand alone, before every word "
        "list. Names of the brand never weigh. r scores the stored mentions that hold it anew; "
        "what somebody corrected by hand stays as it is."
    )
    return [*lines, *wrapped([(explained, styles.faint)], width)]


def _bar(share: float, width: int, styles: Palette) -> Line:
    room = max(1, min(40, width - 6))
    full = round(share * room)
    return [
        ("█" * full, styles.accent),
        ("░" * (room - full), styles.ghost),
        (f" {percent(share)}", styles.faint),
    ]
