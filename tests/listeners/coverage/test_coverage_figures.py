"""The figures of coverage, counted once more from what was put into the store."""

from __future__ import annotations

import random

import pytest

from listeners.actions import perform
from listeners.config import BrandConfig, Config
from listeners.coverage.looking import coverage
from listeners.model import DAY, HOUR, Author, Label, Micros, Part
from listeners.store import Store, ingest
from listeners.store import coverage as facts
from listeners.store.connection import Connection
from listeners.store.coverage import Heard, brought, heard_on, linked_to
from listeners.store.records import NewMention, SeenAccount
from tests.listeners.store.builders import BRAND, NOW, OTHER, World

SINCE, UNTIL = Micros(NOW - 28 * DAY), Micros(NOW + 1)
NETWORKS = ("mastodon", "bluesky")
# Whose account each one is, and its followers; of c and e nothing is known.
ACCOUNTS = {
    "a1": ("mastodon", "a", 100),
    "a2": ("mastodon", "a", 100),
    "a3": ("bluesky", "a", 7),
    "b1": ("mastodon", "b", 100),
    "c1": ("bluesky", "c", None),
    "s1": ("bluesky", "staff", 50),
    "o1": ("mastodon", "ours", 60),
    "e1": ("mastodon", "e", None),
}


async def settled(world: World) -> dict[str, int]:
    """Store the accounts, make persons of several of them one, and return their numbers."""

    async def work(connection: Connection) -> dict[str, int]:
        seen = [
            SeenAccount(network, Author(key=key, handle=key, name=key, followers=followers))
            for key, (network, _person, followers) in ACCOUNTS.items()
        ]
        ids = {
            key: id_
            for (_, key), id_ in (await ingest.upsert_accounts(connection, seen, NOW)).items()
        }
        for key in ("a2", "a3"):
            await connection.fetch(
                """UPDATE account SET person_id = (SELECT person_id FROM account WHERE id = ?)
                   WHERE id = ?""",
                (ids["a1"], ids[key]),
            )
        await connection.fetch(
            """UPDATE person SET role = 'staff'
               WHERE id = (SELECT person_id FROM account WHERE id = ?)""",
            (ids["s1"],),
        )
        await connection.fetch("UPDATE account SET ours = 1 WHERE id = ?", (ids["o1"],))
        return ids

    return await world.store.write(work)


def some(world: World, dice: random.Random) -> NewMention:
    key = dice.choice(tuple(ACCOUNTS))
    at = Micros(NOW - dice.randrange(56 * DAY)) if dice.random() < 0.9 else SINCE
    return world.mention(
        author=key,
        network=ACCOUNTS[key][0],
        at=at,
        label=dice.choice(tuple(Label)),
        repost=dice.random() < 0.2,
        part=Part.OURS if key == "o1" else Part.OUTSIDE,
    )


def expected(mentions: list[NewMention], names: dict[int, str]) -> dict[str, Heard]:
    found: dict[str, Heard] = {}
    spoken = [one for one in mentions if not one.repost and one.part is not Part.OURS]
    before = {ACCOUNTS[names[one.account_id]][1] for one in spoken if one.sort_at < SINCE}
    for network in NETWORKS:
        there = [one for one in spoken if one.network == network and SINCE <= one.sort_at < UNTIL]
        if not there:
            continue
        labels = [one.score.label for one in there]
        keys = {names[one.account_id] for one in there} - {"s1", "o1"}
        people = {ACCOUNTS[key][1] for key in keys}
        known = [followers for key in keys if (followers := ACCOUNTS[key][2]) is not None]
        found[network] = Heard(
            mentions=len(there),
            positive=labels.count(Label.POSITIVE),
            negative=labels.count(Label.NEGATIVE),
            scored=len(labels) - labels.count(Label.UNSCORED),
            people=len(people),
            new_people=len(people - before),
            reach=sum(known) if known else None,
        )
    return found


@pytest.mark.parametrize("seed", range(4))
async def test_the_figures_are_those_of_what_was_heard(world: World, seed: int) -> None:
    dice = random.Random(seed)
    world.accounts.update(await settled(world))
    names = {id_: key for key, id_ in world.accounts.items()}
    mentions = [some(world, dice) for _ in range(6 + 10 * seed)]
    await world.add(mentions)
    assert await heard_on(world.store, BRAND, SINCE, UNTIL) == expected(mentions, names)
    assert await heard_on(world.store, OTHER, SINCE, UNTIL) == {}


async def test_two_accounts_of_one_person_with_as_many_followers_count_both(world: World) -> None:
    world.accounts.update(await settled(world))
    await world.add([world.mention(author=key) for key in ("a1", "a1", "a2")])
    heard = (await heard_on(world.store, BRAND, SINCE, UNTIL))["mastodon"]
    assert (heard.people, heard.reach) == (1, 200)


async def test_links_are_read_page_by_page_and_the_newest_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "_PAGE", 2)
    monkeypatch.setattr(facts, "MOST_LINKS", 5)
    old = ("https://youtu.be/old",)
    new = ("https://www.instagram.com/lune", "https://instagram.com/x", "https://example.com")
    await world.add([world.mention(links=old, at=Micros(NOW - DAY)) for _ in range(4)])
    await world.add([world.mention(links=new) for _ in range(3)])
    await world.add([world.mention(links=("https://mastodon.social/@x",)), world.mention()])
    found = await linked_to(world.store, BRAND, SINCE, UNTIL)
    assert (found["instagram"], found["youtube"]) == (3, 1)


async def test_each_source_is_told_what_it_brought(store: Store, world: World) -> None:
    await world.add([world.mention(), world.mention(history=True), world.mention(repost=True)])
    assert await brought(store, BRAND, SINCE, UNTIL) == {"mastodon:acme": (1, 0)}
    assert await brought(store, OTHER, SINCE, UNTIL) == {}


async def test_in_time_is_of_those_who_ask_in_these_days(world: World) -> None:
    before = await world.converse(
        "old", opened_at=Micros(SINCE - DAY), waiting_since=Micros(NOW - HOUR)
    )
    asked = await world.converse(
        "new", opened_at=Micros(NOW - HOUR), waiting_since=Micros(NOW - HOUR)
    )
    await world.converse("still", opened_at=Micros(NOW - HOUR))
    config = Config(brands=(BrandConfig(name=BRAND),))
    for one in (before, asked):
        done = await perform(world.store, "Ana", "answered", "conversation", [one.id], NOW)
        assert done.done == 1
    (found,) = (
        one for one in (await coverage(world.store, config, BRAND, NOW)).networks if one.asked
    )
    assert (found.asked, found.answered, found.in_time) == (2, 1, 1)
