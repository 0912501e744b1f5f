"""How campaigns read in their list: what each is for, where it stands, and how much is its own."""

from __future__ import annotations

from typing import NamedTuple

from listeners.campaigns.campaign import Campaign
from listeners.model import Micros
from listeners.store.campaigns import Volume
from tui.campaign_words import (
    PHASES,
    aim_words,
    channels_words,
    days_words,
    phase_words,
    tags_words,
)
from tui.i18n import _, ngettext, number
from tui.theme import BOLD, Palette
from tui.widgets.paint import Line, one_line
from tui.widgets.row_list import VirtualList


class Listed(NamedTuple):
    """A campaign as the list shows it; ``whose`` is its brand where several are shown."""

    campaign: Campaign
    volume: Volume
    whose: str = ""


class CampaignRows(VirtualList[Listed]):
    """The campaigns: those that run first, then what comes, then what is over."""

    def row_height(self, width: int) -> int:
        """Return two lines."""
        return 2

    def lines(
        self, row: Listed, width: int, now: Micros, styles: Palette, *, chosen: bool, marked: bool
    ) -> list[Line]:
        """Return name, aim and where it stands; then how much it has, when and where."""
        one, phase = row.campaign, row.campaign.phase(now)
        runs = phase == "running"
        sign = "✓ " if marked else "❯ " if chosen and self.has_focus else "› " if chosen else "  "
        first: Line = [
            (sign, styles.key),
            (f"{PHASES[phase][0]} ", styles.ours if runs else styles.faint),
            (one_line(one.name), styles.strong + BOLD if runs else styles.ink),
            (f"  {aim_words(one)}", styles.accent),
            (f"  {phase_words(one, now)}", styles.ink if runs else styles.faint),
        ]
        if one.maintenance_id is not None and phase != "past":
            first.append(("  " + _("quiet"), styles.faint))
        mentions = ngettext("{count} mention", "{count} mentions", row.volume.mentions)
        parts = [
            mentions.format(count=number(row.volume.mentions)),
            one_line(row.whose),
            days_words(one),
            one_line(tags_words(one)),
            channels_words(one) if one.channels else "",
        ]
        second: Line = [
            ("    ", styles.ink),
            (" · ".join(part for part in parts if part), styles.faint),
        ]
        return [first, second]
