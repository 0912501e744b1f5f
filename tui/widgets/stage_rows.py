"""How people read in the list below the funnel: who, at which stage, why now, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from listeners.model import Micros
from listeners.stages.next_steps import NextStep
from listeners.store.stage_people import Stuck
from tui.i18n import _, ago, compact, moment, say
from tui.stage_words import GLYPHS, stage_word
from tui.theme import BOLD, Palette
from tui.widgets.paint import Line, joined, network_name, one_line, padded
from tui.widgets.row_list import VirtualList
from tui.widgets.stage_lines import role_word, stage_style

_NAME = 22
_STAGE = 13
_WIDE = 130


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody in the list, and the step that is due, if one is."""

    row: Stuck
    step: NextStep | None


class StageRows(VirtualList[Listed]):
    """People by their stage."""

    def row_height(self, width: int) -> int:
        """Return two lines, one where there is room for all side by side."""
        return 1 if width >= _WIDE else 2

    def lines(
        self, row: Listed, width: int, now: Micros, styles: Palette, *, chosen: bool, marked: bool
    ) -> list[Line]:
        """Return who it is and where they stand, then the step and why."""
        one = row.row
        sign = "❯" if chosen and self.has_focus else "›" if chosen else " "
        first: Line = [
            (sign, styles.key),
            ("■" if marked else " ", styles.accent),
            (f"{GLYPHS[one.situation.stage]} ", stage_style(one.situation.stage, styles)),
            (padded(stage_word(one.situation.stage), _STAGE - 2), styles.ink),
            (padded(one_line(one.name), _NAME) + " ", styles.strong + BOLD),
            *joined(self._facts(one, now, styles), (" · ", styles.ghost)),
        ]
        if row.step is not None:
            second: Line = [
                (say(row.step.step), styles.accent),
                (f"  {say(row.step.reason)}", styles.faint),
            ]
        else:
            since = _("at this stage since {when}").format(when=moment(one.situation.since, now))
            second = [(since, styles.faint)]
        if self.row_height(width) == 1:
            return [[*first, ("   ", styles.ink), *second]]
        return [first, [("    ", styles.ink), *second]]

    def _facts(self, one: Stuck, now: Micros, styles: Palette) -> list[Line]:
        facts: list[Line] = [
            [(network_name(one.network), styles.faint)],
            [(role_word(one.role), styles.accent)] if one.role else [],
            [(_("reach {count}").format(count=compact(one.situation.reach)), styles.ink)]
            if one.situation.reach
            else [],
            [(f"▲{compact(one.situation.positives)}", styles.positive)]
            if one.situation.positives
            else [],
            [(f"▼{compact(one.situation.negatives)}", styles.negative)]
            if one.situation.negatives
            else [],
            [(ago(one.last_at, now), styles.faint)],
            [(_("by hand"), styles.ours)] if one.by_hand else [],
        ]
        return [fact for fact in facts if fact]
