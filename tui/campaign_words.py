"""The words and figures of campaigns, for the screen, the commands and reports alike."""

from __future__ import annotations

from collections.abc import Mapping

from listeners.campaigns.campaign import Campaign
from listeners.campaigns.comparing import Difference
from listeners.campaigns.figures import CampaignFigures, Period
from listeners.model import Micros
from listeners.networks.titles import network_title
from listeners.planning.calendar import day_of
from tui.formats import zone
from tui.i18n import _, compact, date, ngettext, number, share_words, signed
from tui.language import msgid
from tui.sentiment_words import give_or_take

NONE = "–"
"""What stands where there is no figure: never a 0."""

AIMS: Mapping[str, tuple[str, str]] = {
    "amuse": ("☺", msgid("amuse")),
    "distract": ("◇", msgid("distract")),
    "inform": ("ℹ", msgid("inform")),
}
"""The sign and the word of each aim."""

PHASES: Mapping[str, tuple[str, str]] = {
    "running": ("▶", msgid("running")),
    "coming": ("◷", msgid("coming")),
    "past": ("■", msgid("over")),
}
"""The sign and the word of where a campaign stands."""

PERIODS: Mapping[str, str] = {
    "before": msgid("before"),
    "during": msgid("during"),
    "after": msgid("after"),
}

MEASURES: Mapping[str, str] = {
    "mentions": msgid("mentions a day"),
    "net": msgid("net sentiment"),
    "people": msgid("people a day"),
    "new people": msgid("new people a day"),
    "reach": msgid("reach a day"),
    "conversations": msgid("conversations a day"),
    "answered": msgid("answered"),
    "stage moves": msgid("stage moves a day"),
    "brand": msgid("brand, times as before"),
}
"""What two campaigns are compared by."""

WHYS: Mapping[str, str] = {
    "plan": msgid("planned"),
    "terms": msgid("its terms"),
    "tag": msgid("its tag"),
    "answer": msgid("below our post"),
    "hand": msgid("by hand"),
}
"""Why a mention is a campaign's."""

FIGURES: tuple[str, ...] = (
    msgid("mentions"),
    msgid("its own"),
    msgid("a day"),
    msgid("net sentiment"),
    msgid("by chance"),
    msgid("people heard"),
    msgid("new people"),
    msgid("reach"),
    msgid("conversations"),
    msgid("answered"),
    msgid("stage moves"),
)
"""The rows of the table of before, during and after."""


def aim_words(campaign: Campaign) -> str:
    """Return sign and word of an aim."""
    sign, name = AIMS.get(campaign.aim, ("", campaign.aim))
    return f"{sign} {_(name)}"


def phase_words(campaign: Campaign, now: Micros) -> str:
    """Return where a campaign stands: ``day 3 of 10``, ``in 5 days``, ``over``."""
    phase = campaign.phase(now)
    if phase == "running":
        return _("day {day} of {days}").format(day=campaign.day(now), days=campaign.days)
    if phase == "coming":
        left = (day_of(campaign.from_at, zone()) - day_of(now, zone())).days
        return ngettext("in {count} day", "in {count} days", left).format(count=left)
    return _("over")


def days_words(campaign: Campaign) -> str:
    """Return the first and the last day, a year that both have said once."""
    first, last = date(campaign.from_at), date(Micros(campaign.to_at - 1))
    if first == last:
        return first
    begins, _space, year = first.rpartition(" ")
    return f"{begins if last.endswith(year) else first} – {last}"


def tags_words(campaign: Campaign) -> str:
    """Return the tags with their signs."""
    return " ".join(f"#{tag}" for tag in campaign.tags)


def channels_words(campaign: Campaign) -> str:
    """Return the networks by name."""
    return ", ".join(network_title(one) for one in campaign.channels) or _("every network")


def reach_words(period: Period) -> str:
    """Return the followers of the people who spoke, as a count that fits a column."""
    return NONE if period.reach is None else compact(period.reach)


def count_words(figure: float | None, decimals: int = 0) -> str:
    """Return a count."""
    return NONE if figure is None else number(figure, decimals)


def figure_words(period: Period) -> tuple[str, ...]:
    """Return what stands in each row of ``FIGURES``."""
    return (
        count_words(period.volume),
        count_words(period.campaign),
        count_words(period.per_day, 1),
        _signed(period.net),
        give_or_take(period.band) or NONE,
        count_words(period.people),
        count_words(period.new_people),
        reach_words(period),
        count_words(period.conversations),
        share_words(period.answered),
        count_words(period.stage_moves),
    )


def remarks(figures: CampaignFigures, now: Micros) -> list[str]:
    """Return what must be known to read the figures: what is not whole, and what is left out."""
    said: list[str] = []
    for name, period in figures.periods:
        which = _(PERIODS[name])
        if not period.known:
            if period.span.from_at >= now:
                said.append(_("{which}: not begun").format(which=which))
            else:
                said.append(_("{which}: nothing is stored of it").format(which=which))
            continue
        if period.counted is None or period.whole:
            continue
        if period.span.to_at > now:
            said.append(_("{which}: counted up to now").format(which=which))
        if period.counted.from_at > period.span.from_at:
            since = date(period.counted.from_at)
            said.append(
                _("{which}: nothing is stored before {date}").format(which=which, date=since)
            )
    unknown = (figures.during if figures.during.known else figures.before).unknown_reach
    if unknown:
        said.append(
            ngettext(
                "reach: without {count} person whose followers are not known",
                "reach: without {count} people whose followers are not known",
                unknown,
            ).format(count=number(unknown))
        )
    return said


def difference_words(row: Difference) -> tuple[str, str]:
    """Return the two figures of a difference."""
    if row.measure == "net":
        return _signed(row.first), _signed(row.second)
    if row.measure == "answered":
        return share_words(row.first), share_words(row.second)
    if row.measure == "reach":
        return _compact(row.first), _compact(row.second)
    if row.measure == "brand":
        return _times(row.first), _times(row.second)
    return count_words(row.first, 1), count_words(row.second, 1)


def _signed(figure: float | None) -> str:
    return NONE if figure is None else signed(figure)


def _compact(figure: float | None) -> str:
    return NONE if figure is None else compact(figure)


def _times(figure: float | None) -> str:
    return NONE if figure is None else f"×{number(figure, 1)}"
