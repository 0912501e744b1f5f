"""At what detectors fire, how often they would have fired, and what a budget costs in delay."""

from __future__ import annotations

from listeners.config import BrandConfig
from listeners.config.false_alarms import Choice
from listeners.replay.budgeting import JUMP, Offer, offers, past_of
from listeners.risk.budget import DETECTORS
from tui.alarm_words import basis_words, choice_words, detector_name, limit_words, noticed_words
from tui.desk import Desk
from tui.i18n import _, number
from tui.language import msgid
from tui.screens.choosing import ChoosingScreen
from tui.screens.own_keys import own, own_bindings
from tui.theme import Palette
from tui.widgets.paint import Line, padded, wrapped

_KEYS = (
    own("alert.rules.copy", "enter,y", msgid("Copy the line"), 1),
    own("back", "escape,h,left,q", msgid("Back"), 2),
)
_NAME = 28
_FIGURE = 12


class AlertRulesScreen(ChoosingScreen):
    """The limits in force, and beside each choice what it would have come to."""

    OWN = _KEYS
    BINDINGS = own_bindings(_KEYS, ("palette", "refresh", "brand"))
    TITLE_OF = msgid("False alarms")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._offers: list[Offer] = []

    @property
    def choices(self) -> int:
        """Every choice that is offered."""
        return len(self._offers)

    async def work_out(self, brand: BrandConfig) -> None:
        """Replay the last four weeks."""
        self._offers = []
        past = await past_of(self.desk.store, brand, self.desk.clock())
        self._offers = offers(brand, past)
        self.at = next((place for place, one in enumerate(self._offers) if one.own), 0)

    def lines(self, width: int, styles: Palette) -> tuple[list[Line], list[int]]:
        """Return the limits, then the choices."""
        if not self._offers:
            return [[(_("Replaying the last four weeks …"), styles.faint)]], []
        own_offer = next(one for one in self._offers if one.own)
        lines: list[Line] = [[(_("In force"), styles.strong)]]
        for detector in DETECTORS:
            limit = own_offer.limits[detector]
            line: Line = [
                (padded(detector_name(detector), _NAME) + " ", styles.ink),
                (limit_words(detector, limit), styles.accent),
                (f"  {basis_words(limit)}", styles.faint),
            ]
            lines += wrapped(line, width)
        days = number(round(own_offer.cost.days))
        about = _(
            "What a choice would have come to in {days} days of your own mentions: alerts, and how "
            "much of a jump to {times} times the usual is noticed, how soon."
        ).format(days=days, times=number(JUMP))
        lines += [[], *wrapped([(about, styles.faint)], width), []]
        places = []
        for place, one in enumerate(self._offers):
            places.append(len(lines))
            lines.append(self._offer(one, chosen=place == self.at, styles=styles))
        hint = _("It is set by you: {line}").format(line=config_line(self._offers[self.at].choice))
        lines += [[], *wrapped([(hint, styles.faint)], width)]
        return lines, places

    def _offer(self, one: Offer, *, chosen: bool, styles: Palette) -> Line:
        fired = _("alerts: {count}").format(count=number(sum(one.cost.fired.values())))
        return [
            ("❯ " if chosen else "  ", styles.key),
            (padded(choice_words(one.choice), 14), styles.strong if one.own else styles.ink),
            (padded(fired, _FIGURE) + " ", styles.ink),
            (noticed_words(one.cost.jump), styles.accent),
            ("  " + _("in force") if one.own else "", styles.key),
        ]

    def do_alert_rules_copy(self) -> None:
        """Copy the line of the chosen budget."""
        if self._offers:
            self.copy(config_line(self._offers[self.at].choice))
        else:
            self.refuse(_("It is still being worked out."))


def config_line(choice: Choice) -> str:
    """Return the line of ``[brand.NAME.alerts]`` that makes a choice."""
    if choice.a_month is None:
        return f'false_alarms = "{choice.preset}"'
    return f'false_alarms = "{choice.a_month:g} a month"'
