"""How rules read on a screen or in a table: conditions and effects on one line, and a trial."""

from __future__ import annotations

from collections.abc import Mapping

from listeners.rules.rule import Conditions, Effects
from listeners.rules.words import conditions_said, effects_said
from listeners.trying import Trial
from tui.i18n import _, msgid, ngettext, number, percent, say

_CHANGED = {
    "tag": msgid("tagged: {count}"),
    "assign": msgid("assigned: {count}"),
    "priority": msgid("ranked: {count}"),
    "ignore": msgid("ignored: {count}"),
    "promote": msgid("put into the queue: {count}"),
    "template": msgid("template suggested: {count}"),
}


def condition_words(wanted: Conditions) -> str:
    """Return all conditions of a rule on one line."""
    either = " " + _("or") + " "
    parts = [either.join(say(one) for one in part) for part in conditions_said(wanted)]
    return " · ".join(parts) or _("every message")


def effect_words(effects: Effects, templates: Mapping[int, str] | None = None) -> str:
    """Return all effects of a rule on one line."""
    said = " · ".join(say(one) for one in effects_said(effects, templates))
    return said or _("nothing yet")


def trial_words(trial: Trial, days: int) -> list[str]:
    """Return what a trial found: how much was caught, what it would change, what is open."""
    caught = _(
        "Mentions caught: {count} of {looked} · conversations: {conversations} · days: {days}"
    ).format(
        count=number(trial.mentions),
        looked=number(trial.looked),
        conversations=number(trial.conversations),
        days=number(days),
    )
    if not trial.done:
        caught = _("{share} looked through").format(share=percent(trial.share)) + " · " + caught
    changed = " · ".join(
        _(_CHANGED[verb]).format(count=number(count)) for verb, count in trial.effects.items()
    )
    lines = [caught]
    if changed:
        lines.append(_("It would change: {effects}").format(effects=changed))
    if trial.open:
        lines.append(
            ngettext(
                "{count} of them is open now.", "{count} of them are open now.", len(trial.open)
            ).format(count=number(len(trial.open)))
        )
    return lines
