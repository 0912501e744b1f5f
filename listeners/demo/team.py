"""What the team of the story does besides answering: campaigns, plan, rota, charges, people.

Everything goes through ``listeners.actions`` under the names of the team, at times of the story,
so that the log reads as it would, and each step can be taken back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta, tzinfo
from importlib import resources
from typing import Any

from listeners.actions.campaigns import keep_campaign
from listeners.actions.charges import hand_out
from listeners.actions.duty import add_duty
from listeners.actions.people import describe, note_people, set_role, tag_people
from listeners.actions.people_joining import merge_persons
from listeners.actions.planning import add_planned, set_cadence
from listeners.actions.press_import import import_press
from listeners.campaigns.campaign import Campaign
from listeners.charges import Charge, ChargeKind
from listeners.config import Config
from listeners.demo.month import tell_month
from listeners.demo.story import ANA, BRAND, LENGTH, LEO, ME, load
from listeners.duty import Shift
from listeners.model import DAY, HOUR, Micros
from listeners.people.press import read_press_list
from listeners.planning.calendar import day_of, day_start, floating, week_start
from listeners.planning.entry import Planned
from listeners.store import Store
from listeners.store.people import person_of_account

RUNNING = "Matin Kerlann"
_OPENED = 25 * HOUR
"""When the running campaign begins, in microseconds of the story."""
_PLANNED_DAYS = 26
"""How far back the plan goes: what our accounts posted since then was planned."""
_MARKED_DAYS = 6
"""How far back posts are looked for that fulfil a plan: what is older was marked by hand."""

_ROLES = {
    "journalist": ("bluesky:clairedesprez", "mastodon:clairedesprez"),
    "influencer": ("youtube:tomasbrews",),
    "customer": ("instagram:elise_cafe", "reddit:kofi_a", "mastodon:gwenann"),
    "partner": ("feeds:Le Comptoir",),
    "vip": ("bluesky:ursulawrites",),
    "staff": ("mastodon:lise.kerneis",),
}
_ONE = ("mastodon:samirl", "x:samirl")
"""Accounts of which Ana found out that they are one person's."""
_TAGS = {
    "ambassador": ("instagram:elise_cafe", "reddit:kofi_a"),
    "offices": _ONE,
    "update 4.2": ("x:paul_gr", "mastodon:gwenann", "reddit:louisb"),
}
_NOTES = {
    "bluesky:clairedesprez": (ANA, "Boucle à 18 h. Préfère un chiffre exact à un beau discours."),
    "youtube:tomasbrews": (LEO, "Call before 10, he edits in the afternoon. Has three machines."),
    "instagram:elise_cafe": (ME, "D'accord pour un portrait dans #MatinKerlann."),
    "mastodon:samirl": (ANA, "Dix bureaux à équiper, devis envoyé."),
}


async def plan_ahead(
    store: Store, config: Config, began_at: Micros, zone: tzinfo | None = None
) -> None:
    """Lay out campaigns, plan, cadence, rota and charges, and take in the press list."""
    today = day_of(Micros(began_at + LENGTH), zone)
    campaign = await _campaigns(store, config, began_at, today, zone)
    await _plan(store, config, began_at, today, campaign, zone)
    await _rota(store, config, today, zone)
    charges: tuple[tuple[ChargeKind, str, str], ...] = (
        ("conductor", "", ANA),
        ("press", "", ANA),
        ("channel", "instagram", LEO),
        ("channel", "mastodon", ME),
        ("campaign", str(campaign), LEO),
        ("other", "repair sheets", ME),
    )
    for kind, what, member in charges:
        charge = Charge(brand=BRAND, kind=kind, what=what, member=member)
        await hand_out(store, config, ANA, charge, began_at)
    listed = resources.files(__package__).joinpath("story", "press.csv").read_bytes()
    press = read_press_list(listed, "press.csv")
    await import_press(store, config, ANA, press, began_at)


async def know_people(store: Store, config: Config, now: Micros) -> None:
    """Say who the people of the story are, where they were heard."""
    for role, keys in _ROLES.items():
        if persons := await _persons(store, keys):
            await set_role(store, config, ANA, persons, role, now)
    samir = await _persons(store, _ONE)
    if len(samir) > 1:
        await merge_persons(store, config, ANA, samir, now)
    for tag, keys in _TAGS.items():
        if persons := await _persons(store, keys):
            await tag_people(store, config, LEO, persons, (tag,), now)
    for key, (actor, text) in _NOTES.items():
        if persons := await _persons(store, (key,)):
            await note_people(store, config, actor, persons, text, now)
    if persons := await _persons(store, ("feeds:Le Comptoir",)):
        outlet = {"outlet": "Le Comptoir des machines", "beat": "essais"}
        await describe(store, config, LEO, persons, outlet, now)


async def _persons(store: Store, keys: Sequence[str]) -> list[int]:
    """Return the persons of accounts, each once; accounts never heard are left out."""
    found = [await person_of_account(store, key.partition(":")[0], key) for key in keys]
    return list(dict.fromkeys(one for one in found if one is not None))


async def _campaigns(
    store: Store, config: Config, began_at: Micros, today: date, zone: tzinfo | None
) -> int:
    """Keep the campaign that is over, the one that runs and the one to come; return the second."""
    first, week = day_of(began_at, zone), load("month.toml")["repair_week"]

    def start(day: date) -> Micros:
        return day_start(day, zone)

    over = Campaign(
        brand=BRAND, name="Semaine de la pièce", aim="inform",
        audience="Home baristas", tags=("SemaineDeLaPièce", "RepairWeek"),
        from_at=start(first - timedelta(days=week["from"])),
        to_at=start(first - timedelta(days=week["to"] - 1)),
    )  # fmt: skip
    opened = day_of(Micros(began_at + _OPENED), zone)
    running = Campaign(
        brand=BRAND, name=RUNNING, aim="amuse", audience="Jeunes foyers",
        tags=("MatinKerlann", "KerlannMornings"),
        from_at=start(opened), to_at=start(opened + timedelta(days=9)),
    )  # fmt: skip
    coming = Campaign(
        brand=BRAND, name="Noël qui se répare", aim="distract", audience="Jeunes foyers",
        channels=("instagram", "bluesky"), tags=("NoëlQuiSeRépare",),
        from_at=start(today + timedelta(days=18)), to_at=start(today + timedelta(days=32)),
    )  # fmt: skip
    await keep_campaign(store, config, LEO, over, over.from_at, quiet=False)
    _, kept = await keep_campaign(store, config, LEO, running, began_at, quiet=False)
    await keep_campaign(store, config, ANA, coming, began_at, quiet=True)
    return kept.id


async def _plan(
    store: Store,
    config: Config,
    began_at: Micros,
    today: date,
    campaign: int,
    zone: tzinfo | None,
) -> None:
    plan = load("plan.toml")
    for channel, a_week in plan["targets"].items():
        await set_cadence(store, config, ANA, BRAND, channel, float(a_week), began_at)
    entries = [_entry(one, began_at, today, campaign, zone) for one in plan["entry"]]
    for one in (*_posted(began_at, zone), *entries):
        await add_planned(store, config, one.owner, one, began_at)


def _entry(
    told: Mapping[str, Any], began_at: Micros, today: date, campaign: int, zone: tzinfo | None
) -> Planned:
    day = today + timedelta(days=told.get("day", 0))
    whole = "hour" not in told and "story_hour" not in told
    at = floating(day) if whole else Micros(day_start(day, zone) + told.get("hour", 0) * HOUR)
    if "story_hour" in told:
        at = Micros(began_at + int(told["story_hour"] * HOUR))
    return Planned(
        brand=BRAND,
        campaign=campaign if told.get("campaign") else None,
        kind=told.get("kind", "post"),
        title=told["title"],
        text=told.get("text", ""),
        channel=told.get("channel", ""),
        owner=told["owner"],
        state=told["state"],
        at=at,
        end_at=Micros(at + told["days"] * DAY) if whole and "days" in told else None,
        all_day=whole,
    )


def _posted(began_at: Micros, zone: tzinfo | None) -> list[Planned]:
    """Return the plans behind our posts; the newest are marked done as the posts are heard."""
    since = began_at - _PLANNED_DAYS * DAY
    marked = began_at - _MARKED_DAYS * DAY
    owners = {"instagram": LEO, "mastodon": ME}
    return [
        Planned(
            brand=BRAND,
            title=post.text.partition(".")[0].partition(" : ")[0],
            text=post.text,
            channel=post.network,
            owner=owners.get(post.network, ANA),
            state="scheduled" if post.created_at and post.created_at >= marked else "done",
            at=post.created_at or began_at,
            done_at=post.created_at,
        )
        for day in tell_month(began_at, zone)
        for post in day.posts
        if post.native_id.startswith("demo-o") and (post.created_at or 0) >= since
    ]


async def _rota(store: Store, config: Config, today: date, zone: tzinfo | None) -> None:
    """Lay out this week and the next; Friday evening to Saturday morning is nobody's."""
    monday = week_start(today)
    shifts = [
        Shift(
            brand=BRAND,
            member=member,
            from_at=Micros(day_start(monday + timedelta(days=first), zone) + begin * HOUR),
            to_at=Micros(day_start(monday + timedelta(days=last), zone) + end * HOUR),
            note=note,
        )
        for member, first, begin, last, end, note in (
            (ANA, 0, 0, 2, 8, ""),
            (LEO, 2, 8, 4, 20, ""),
            (ME, 5, 9, 7, 8, "week-end"),
            (LEO, 7, 8, 10, 8, ""),
            (ANA, 10, 8, 14, 8, ""),
        )
    ]
    await add_duty(store, config, ANA, shifts, day_start(monday, zone))
