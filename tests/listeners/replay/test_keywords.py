"""Keyword health: what each word brought, what stands out in the noise, what leaving out costs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from listeners.config import BrandConfig, Config
from listeners.conversations.conversation import Conversation
from listeners.keywords import Health, exclusion_line, keyword_health
from listeners.model import HOUR, MINUTE, Author, Micros
from listeners.query import parse
from listeners.store import open_store, subjects
from tests.listeners.conversations.threads import CONFIG, NOW, US, Threads

BRAND = replace(CONFIG.brands[0], query="lune OR clairdelune")
SEEKING: Config = replace(CONFIG, brands=(BRAND,))
SINCE = Micros(NOW - HOUR)


def person(name: str) -> Author:
    return Author(key=f"{name}@social.example", handle=f"{name}@social.example", name=name)


@pytest.fixture
async def threads(tmp_path: Path) -> AsyncIterator[Threads]:
    async with open_store(tmp_path / "hubbub.db") as store:
        made = Threads(store, SEEKING)
        await made.open()
        yield made


async def heard(threads: Threads) -> None:
    """Players of a game are dismissed, customers are answered, and one player is a customer."""
    for number in range(12):
        author = person("bot") if number < 4 else person(f"player{number}")
        await threads.say(f"g{number}", f"who plays minecraft on lune {number}?", author)
        threads.wait(MINUTE)
    for number in range(6):
        who = person(f"customer{number}")
        await threads.say(f"c{number}", f"my lune parcel number {number}, where is it?", who)
        threads.wait(MINUTE)
    await threads.say("both", "the clairdelune minecraft edition, can I return it?", person("kim"))
    threads.wait(MINUTE)
    players = [
        one.id for one in await everything(threads) if one.opener_key.startswith(("bot", "player"))
    ]
    await threads.do("ignore", *players)
    for name in ("c0", "c1", "c2", "both"):
        await threads.say(f"a-{name}", "on its way!", US, to=name)
        threads.wait(MINUTE)


async def everything(threads: Threads) -> list[Conversation]:
    rows = await threads.store.fetch("SELECT id FROM conversation")
    ids = [row["id"] for row in rows]
    return list(
        (
            await threads.store.read(
                lambda connection: subjects.load_conversations(connection, ids)
            )
        ).values()
    )


async def health(threads: Threads) -> Health:
    steps = [one async for one in keyword_health(threads.store, BRAND, SINCE)]
    assert steps[-1].done
    assert [one.share for one in steps] == sorted(one.share for one in steps)
    return steps[-1]


async def test_terms_words_and_authors(threads: Threads) -> None:
    await heard(threads)
    found = await health(threads)
    assert found.looked == 19
    brought = {str(one.why.values.get("words")): one for one in found.terms}
    assert (brought["lune"].brought, brought["clairdelune"].brought) == (18, 1)
    assert brought["lune"].outcomes == {"dismissed": 12, "answered": 3, "untouched": 3}
    assert brought["lune"].noise == pytest.approx(12 / 18)
    assert brought["lune"].useless == pytest.approx(15 / 18)
    assert found.terms[0] is brought["lune"]
    exclusions = {one.value: one for one in found.exclusions}
    game = exclusions["minecraft"]
    assert (game.left_out, game.of, game.answered, game.useful) == (13, 19, 1, 1)
    assert game.line == 'exclude = "minecraft"'
    bot = exclusions["from:bot@social.example"]
    assert (bot.left_out, bot.answered, bot.kind) == (4, 0, "author")
    assert bot.mute == "mastodon:bot@social.example"
    assert "parcel" not in exclusions
    assert "lune" not in exclusions


async def test_nothing_is_suggested_where_nothing_was_dismissed(threads: Threads) -> None:
    await threads.say("1", "lune, where is my parcel?")
    found = await health(threads)
    assert found.looked == 1
    assert found.exclusions == ()
    empty = [one async for one in keyword_health(threads.store, BrandConfig(name="No"), SINCE)]
    assert empty[-1].looked == 0
    assert empty[-1].terms == ()


@pytest.mark.parametrize("before", ["", '"pleine lune"', "a OR b"])
def test_a_line_keeps_what_is_left_out_already(before: str) -> None:
    line = exclusion_line(replace(BRAND, exclude=before), ["minecraft", "from:bot"])
    query = parse(line.partition('"')[2].removesuffix('"').replace('\\"', '"'))
    assert query is not None
    assert before.replace('"', '\\"') in line
    assert line.endswith('minecraft OR from:bot"')
