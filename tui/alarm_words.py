"""How choices, limits and delays of detectors read, on a screen or in a table."""

from __future__ import annotations

from listeners.config.false_alarms import Choice
from listeners.limits import Limit
from listeners.replay.bursts import Noticed
from listeners.risk.budget import Detector, p_of
from tui.i18n import _, msgid, ngettext, number, percent

DETECTOR_NAMES = {
    "surge": msgid("surge in an hour"),
    "surge 6 h": msgid("surge in six hours"),
    "negative spike": msgid("spike of negative mentions"),
    "negative share": msgid("share of negative mentions"),
    "silence": msgid("silence"),
}
_PRESETS = {"calm": msgid("calm"), "normal": msgid("normal"), "keen": msgid("keen")}
_SHORTEST = 10


def detector_name(detector: Detector) -> str:
    """Return how a detector is called."""
    return _(DETECTOR_NAMES[detector])


def choice_words(choice: Choice | None) -> str:
    """Return a choice as a person would say it."""
    if choice is None:
        return _("off")
    if choice.a_month is None:
        return _(_PRESETS[choice.preset])
    figure = number(choice.a_month, 0 if choice.a_month == round(choice.a_month) else 1)
    return _("{figure} a month").format(figure=figure)


def limit_words(detector: Detector, limit: Limit | None) -> str:
    """Return at what a detector fires."""
    if limit is None:
        return _("off")
    if detector == "negative spike":
        return _("{count} times the usual spread").format(count=number(limit.score, 1))
    odds = 1 / p_of(limit.score)
    shown = (
        number(float(f"{odds:.1g}")) if odds < 10**_SHORTEST else f"10^{len(str(int(odds))) - 1}"
    )
    return _("once in {odds} checks by chance").format(odds=shown)


def basis_words(limit: Limit | None) -> str:
    """Return what a limit is based on."""
    if limit is None:
        return ""
    if limit.a_month is None:
        return _("preset {name}").format(name=_(_PRESETS[limit.preset]))
    if not limit.days:
        return _("too few days of history: preset {name}").format(name=_(_PRESETS[limit.preset]))
    days = round(limit.days)
    said = ngettext("replay of {count} day", "replay of {count} days", days)
    return said.format(count=number(days))


def noticed_words(noticed: Noticed) -> str:
    """Return how soon a jump to three times the usual is noticed."""
    if noticed.minutes is None:
        return _("not noticed")
    return _("{share} noticed, after {minutes} min").format(
        share=percent(noticed.share), minutes=number(noticed.minutes)
    )
