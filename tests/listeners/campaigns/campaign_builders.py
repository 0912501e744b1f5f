"""Campaigns made up in one line, and what is asked of them in tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from listeners.actions.campaigns import keep_campaign
from listeners.campaigns.campaign import Campaign
from listeners.config import BrandConfig, Config
from listeners.model import DAY, Micros
from listeners.store import Store
from tests.listeners.store.builders import BRAND, NOW, OTHER

TEAM = Config(
    brands=(BrandConfig(name=BRAND), BrandConfig(name=OTHER)),
    member="Ana",
    members=("Ana", "Léo", "Zoé"),
    observers=("Zoé",),
)
TODAY = Micros(NOW // DAY * DAY)


def spring(**changes: Any) -> Campaign:
    """A campaign of ten days, of which this is the third; about #spring."""
    usual = Campaign(
        brand=BRAND,
        name="Spring",
        aim="amuse",
        tags=("spring",),
        from_at=Micros(TODAY - 2 * DAY),
        to_at=Micros(TODAY + 8 * DAY),
    )
    return replace(usual, **changes)


async def kept(store: Store, campaign: Campaign, *, quiet: bool = False) -> Campaign:
    """Keep a campaign as Ana, and return it with its number."""
    outcome, made = await keep_campaign(store, TEAM, "Ana", campaign, NOW, quiet=quiet)
    assert outcome.done == 1, outcome.sentence
    return made


async def whys(store: Store, campaign: int) -> dict[int, str]:
    """Return the mentions of a campaign, each with the reason why."""
    rows = await store.fetch(
        "SELECT mention_id, why FROM campaign_mention WHERE campaign_id = ?", (campaign,)
    )
    return {row["mention_id"]: row["why"] for row in rows}
