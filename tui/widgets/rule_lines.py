"""How rules read: two lines each in the list, and all that is known of the one under the cursor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from listeners.model import Micros
from listeners.rows import MentionRow
from listeners.rules.rule import Rule
from listeners.rules.words import conditions_said
from listeners.trying import Trial
from tui.i18n import _, moment, ngettext, number, say
from tui.rule_words import condition_words, effect_words, trial_words
from tui.theme import BOLD, Palette
from tui.widgets.paint import Line, labelled, network_name, one_line, wrapped
from tui.widgets.row_list import VirtualList

_PLACE = 3


class Shown(NamedTuple):
    """A rule as the list shows it: its place, and how many conversations it changed lately."""

    place: int
    rule: Rule
    hits: int
    then: str


class RuleRows(VirtualList[Shown]):
    """The rules in their order."""

    def row_height(self, width: int) -> int:
        """Return two lines."""
        return 2

    def lines(
        self,
        row: Shown,
        width: int,
        now: Micros,
        styles: Palette,
        *,
        chosen: bool,
        marked: bool,
    ) -> list[Line]:
        """Return place, name and hits, then if and then."""
        on = row.rule.enabled
        hits = ngettext("{count} in 7 days", "{count} in 7 days", row.hits)
        first: Line = [
            ("❯ " if chosen and self.has_focus else "› " if chosen else "  ", styles.key),
            (f"{row.place:>{_PLACE}} ", styles.faint),
            ("● " if on else "○ ", styles.ours if on else styles.ghost),
            (one_line(row.rule.name), styles.strong if on else styles.faint),
            ("  " + (hits.format(count=number(row.hits)) if on else _("off")), styles.faint),
        ]
        second: Line = [
            (" " * (_PLACE + 5), styles.ink),
            (one_line(condition_words(row.rule.conditions)), styles.ink if on else styles.faint),
            (" → ", styles.key),
            (one_line(row.then), styles.accent if on else styles.faint),
        ]
        return [first, second]


def about_rule(
    row: Shown | None, keys: Sequence[tuple[str, str]], width: int, styles: Palette
) -> list[Line]:
    """Return everything about one rule, then the keys of the screen."""
    lines: list[Line] = []
    if row is not None:
        lines.append([(one_line(row.rule.name), styles.strong)])
        if not row.rule.enabled:
            lines.append([(_("It is off: it does nothing."), styles.warn)])
        lines += [[], [(_("If all of this holds"), styles.faint)]]
        parts = conditions_said(row.rule.conditions)
        either = " " + _("or") + " "
        for said in [either.join(say(one) for one in part) for part in parts] or [
            _("every message")
        ]:
            lines += wrapped([("• ", styles.key), (one_line(said), styles.ink)], width)
        lines += [[], [(_("then"), styles.faint)]]
        for said in row.then.split(" · "):
            lines += wrapped([("• ", styles.key), (one_line(said), styles.accent)], width)
        hits = ngettext(
            "It changed {count} conversation in 7 days.",
            "It changed {count} conversations in 7 days.",
            row.hits,
        )
        lines += [[], *wrapped([(hits.format(count=number(row.hits)), styles.ink)], width)]
    about = _(
        "All rules that catch a message apply, from the top down; the last one says who has it. "
        "Each does its work once in a conversation, never against what one of you decided, and "
        "never ignores a risk."
    )
    lines += [[], [("─" * width, styles.ghost)], *wrapped([(about, styles.faint)], width), []]
    for key, meaning in keys:
        lines += labelled(key, [(meaning, styles.ink)], width, styles)
    return lines


def trial_lines(
    trial: Trial | None,
    sample: Mapping[int, MentionRow],
    days: int,
    now: Micros,
    width: int,
    styles: Palette,
) -> list[Line]:
    """Return what a trial has found so far, and whom it caught."""
    if trial is None:
        return [[(_("What it would have caught is shown here."), styles.faint)]]
    lines: list[Line] = []
    for at, said in enumerate(trial_words(trial, days)):
        lines += wrapped([(said, styles.strong + BOLD if at == 0 else styles.ink)], width)
    lines.append([])
    for mention in trial.sample:
        row = sample.get(mention)
        if row is not None:
            who = row.author or row.author_name
            lines.append(
                [
                    (f"{moment(row.sort_at, now):>12}  ", styles.faint),
                    (f"{network_name(row.network)} ", styles.faint),
                    (f"{one_line(who)}  ", styles.strong),
                    (one_line(row.text), styles.ink),
                ]
            )
    return lines


def then_words(rule: Rule, templates: Mapping[int, str]) -> str:
    """Return what a rule does, its template by name."""
    return effect_words(rule.effects, templates)
