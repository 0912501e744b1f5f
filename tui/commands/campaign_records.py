"""The shapes scripts rely on: what JSON and CSV hold of campaigns and their figures."""

from __future__ import annotations

from listeners.campaigns.campaign import Campaign
from listeners.campaigns.comparing import Difference
from listeners.campaigns.figures import CampaignFigures, Period
from listeners.model import Micros
from listeners.store.campaigns import Volume
from tui.campaign_days import days_of
from tui.commands.output import Record
from tui.commands.records import when
from tui.formats import zone
from tui.i18n import say


def campaign_record(campaign: Campaign, now: Micros) -> dict[str, object]:
    """Return one campaign; ``from`` and ``to`` are its first and its last local day."""
    first, last = days_of(campaign, zone())
    return {
        "id": campaign.id,
        "name": campaign.name,
        "brand": campaign.brand,
        "aim": campaign.aim,
        "audience": campaign.audience,
        "channels": list(campaign.channels),
        "from": first.isoformat(),
        "to": last.isoformat(),
        "tags": list(campaign.tags),
        "terms": campaign.terms,
        "quiet": campaign.maintenance_id is not None,
        "author": campaign.author,
        "phase": campaign.phase(now),
        "day": campaign.day(now) if campaign.phase(now) == "running" else None,
        "days": campaign.days,
    }


def volume_record(volume: Volume) -> dict[str, object]:
    """Return how much is a campaign's."""
    return {"mentions": volume.mentions, "posts": volume.posts}


def period_record(period: Period) -> Record:
    """Return one stretch; a figure that is not there is null."""
    band, counted = period.band, period.counted
    return {
        "from": when(period.span.from_at),
        "to": when(period.span.to_at),
        "counted_from": when(counted.from_at) if counted is not None else None,
        "counted_to": when(counted.to_at) if counted is not None else None,
        "whole": period.whole,
        "mentions": period.volume,
        "campaign_mentions": period.campaign,
        "mentions_per_day": _rounded(period.per_day),
        "net_sentiment": _rounded(period.net),
        "net_low": _rounded(band.low) if band is not None else None,
        "net_high": _rounded(band.high) if band is not None else None,
        "scored": period.counts.bucket.scored if period.known else None,
        "people": period.people,
        "new_people": period.new_people,
        "reach": period.reach,
        "reach_unknown": period.unknown_reach,
        "conversations": period.conversations,
        "asked": period.counts.asked if period.known else None,
        "answered": period.counts.answered if period.known else None,
        "answered_share": _rounded(period.answered),
        "stage_moves": period.stage_moves,
        "stages": dict(period.counts.stages),
    }


def figures_record(figures: CampaignFigures) -> dict[str, object]:
    """Return the stretches of a campaign, and its own mentions."""
    periods: dict[str, object] = {name: period_record(period) for name, period in figures.periods}
    return {**periods, "own": period_record(figures.own), "heard_from": when(figures.heard_from)}


def difference_record(row: Difference) -> Record:
    """Return one figure of two campaigns."""
    return {
        "measure": row.measure.replace(" ", "_"),
        "first": _rounded(row.first),
        "second": _rounded(row.second),
        "beyond_chance": row.beyond_chance,
        "sentence": say(row.said),
    }


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 4)
