"""Shares of voice: which networks compare, and sums against the mentions themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from listeners.config import BrandConfig, Config, SourceConfig
from listeners.model import DAY, HOUR, MINUTE, Label, Micros, Part
from listeners.rows import Bucket
from listeners.store import Connection, Store, open_store
from listeners.store.voice import heard
from listeners.uncertainty import net_band
from listeners.voice import looking
from listeners.voice.looking import compare, reach_in
from listeners.voice.share import (
    RANGES,
    Counts,
    Reach,
    Stretch,
    compared_brands,
    competitors_of,
    reach_of,
    shares,
    stretch_of,
)
from tests.listeners.voice.talk import CONFIG, NOW, OURS, RIVAL, UNHEARD, Line, fill, month


def counts(**brands: Mapping[str, int]) -> dict[str, dict[str, Bucket]]:
    return {
        brand: {
            network: Bucket(Micros(0), count, 0, count, 0, 0, 0.0)
            for network, count in networks.items()
        }
        for brand, networks in brands.items()
    }


def config(*sources: tuple[str, str], rivals: tuple[str, ...] = ("b", "c")) -> Config:
    return Config(
        brands=(
            BrandConfig(name="a", competitors=rivals),
            BrandConfig(name="b", competitor=True),
            BrandConfig(name="c", competitor=True),
        ),
        sources=tuple(SourceConfig(network=network, brand=brand) for network, brand in sources),
    )


def compared(
    setup: Config, now: Counts, before: Counts | None = None
) -> dict[str, tuple[float | None, float | None]]:
    found = shares(setup, ("a", "b", "c"), now, before or {}, {})
    return {voice.brand: (voice.share, voice.change) for voice in found.voices}


EVERYWHERE = config(("x", ""), ("y", ""))


@pytest.mark.parametrize(
    ("setup", "now", "networks", "given"),
    [
        (
            EVERYWHERE,
            counts(a={"x": 6, "y": 4}, b={"x": 10}),
            ("x", "y"),
            {"a": 0.5, "b": 0.5, "c": 0.0},
        ),
        (EVERYWHERE, {}, ("x", "y"), {"a": None, "b": None, "c": None}),
        # Only ours is heard on y: what is said there does not count.
        (
            config(("x", ""), ("y", "a")),
            counts(a={"x": 1, "y": 90}, b={"x": 2}, c={"x": 1}),
            ("x",),
            {"a": 0.25, "b": 0.5, "c": 0.25},
        ),
        # It was heard there all the same, by a link or an import.
        (
            config(("x", ""), ("y", "a")),
            counts(a={"y": 1}, b={"y": 1}, c={"y": 2}),
            ("x", "y"),
            {"a": 0.25, "b": 0.25, "c": 0.5},
        ),
        # Nobody listens for c: it takes no part.
        (
            config(("x", "a"), ("x", "b")),
            counts(a={"x": 3}, b={"x": 1}),
            ("x",),
            {"a": 0.75, "b": 0.25, "c": None},
        ),
        # No network hears two of them.
        (
            config(("x", "a"), ("y", "b")),
            counts(a={"x": 3}, b={"y": 1}),
            (),
            {"a": None, "b": None, "c": None},
        ),
        # One alone has no share.
        (config(("x", "a")), counts(a={"x": 3}), (), {"a": None, "b": None, "c": None}),
    ],
)
def test_shares_of_networks_that_hear_all(
    setup: Config, now: Counts, networks: tuple[str, ...], given: dict[str, float | None]
) -> None:
    found = shares(setup, ("a", "b", "c"), now, {}, {})
    assert found.networks == networks
    assert {voice.brand: voice.share for voice in found.voices} == given


def test_who_is_not_heard_where_is_said() -> None:
    setup = config(("x", ""), ("y", "a"), ("z", "a"), ("z", "b"))
    found = shares(setup, ("a", "b", "c"), counts(a={"x": 1}), {}, {})
    assert found.left_out == {"y": ("b", "c"), "z": ("c",)}


def test_ours_comes_first_and_the_loudest_of_the_others_next() -> None:
    found = shares(EVERYWHERE, ("a", "b", "c"), counts(a={"x": 1}, b={"x": 2}, c={"x": 5}), {}, {})
    assert [voice.brand for voice in found.voices] == ["a", "c", "b"]
    assert [voice.ours for voice in found.voices] == [True, False, False]


def test_the_change_is_against_the_stretch_before() -> None:
    now, before = counts(a={"x": 15}, b={"x": 5}), counts(a={"x": 10})
    found = compared(EVERYWHERE, now, before)
    assert found["a"][1] == pytest.approx(0.5)
    assert found["b"][1] is None
    assert found["c"][1] is None


@pytest.mark.parametrize(
    ("rivals", "brand", "names"),
    [
        (("b",), "a", ("a", "b")),
        ((), "a", ("a", "b", "c")),
        (("b", "elsewhere", "a", "b"), "a", ("a", "b", "elsewhere")),
        (("b",), "b", ("a", "b")),
        (("b",), "nobody", ("a", "b")),
    ],
)
def test_whom_a_brand_is_compared_with(
    rivals: tuple[str, ...], brand: str, names: tuple[str, ...]
) -> None:
    assert compared_brands(config(rivals=rivals), brand) == names


def test_without_brands_there_is_nothing_to_compare() -> None:
    assert compared_brands(Config(), "") == ()
    assert compared_brands(Config(), "a") == ("a",)


@pytest.mark.parametrize("name", RANGES)
def test_a_stretch_ends_now_and_minutes_count_while_they_are_kept(name: str) -> None:
    found, length = stretch_of(name, NOW), RANGES[name]
    assert found.until - MINUTE <= NOW < found.until
    assert 0 <= found.until - length - found.since < (MINUTE if length <= 27 * DAY else HOUR)
    assert found.since - found.before >= length - HOUR
    assert found.before % (MINUTE if 2 * length < 28 * DAY else HOUR) == 0


@pytest.mark.parametrize(
    ("accounts", "reach"),
    [
        ([], Reach(0, 0, 0)),
        ([(1, 100), (2, 50)], Reach(2, 150, 0)),
        ([(1, 100), (1, 40)], Reach(1, 140, 0)),
        ([(1, None), (2, 0), (3, None)], Reach(3, 0, 2)),
        ([(1, None), (1, 7)], Reach(1, 7, 0)),
        ([(1, 7), (1, None), (2, -3)], Reach(2, 7, 0)),
    ],
)
def test_how_far_voices_reach(accounts: list[tuple[int, int | None]], reach: Reach) -> None:
    assert reach_of(accounts) == reach


# --- in a store ----------------------------------------------------------------------------------


@pytest.fixture
async def talked(tmp_path: Path) -> Store:
    async with open_store(tmp_path / "hubbub.db") as store:
        await fill(store)
        yield store


SPANS = [
    (7 * DAY, 0),
    (7 * DAY + 17 * MINUTE, 0),
    (90 * MINUTE, 25 * MINUTE),
    (40 * MINUTE, 5 * MINUTE),
    (26 * DAY, 7 * DAY + 3 * MINUTE),
    (2 * HOUR + 42 * MINUTE, 42 * MINUTE),
]


@pytest.mark.parametrize(("ago", "until_ago"), SPANS)
async def test_sums_are_those_of_the_mentions(talked: Store, ago: int, until_ago: int) -> None:
    minute = NOW // MINUTE * MINUTE + MINUTE
    since, until = Micros(minute - ago), Micros(minute - until_ago)
    found = await heard(talked, (OURS, RIVAL), since, until)
    expected: dict[tuple[str, str], list[int]] = {}
    for line in month():
        if since <= NOW - line.ago < until:
            sums = expected.setdefault((line.brand, line.network), [0, 0, 0])
            sums[0] += 1
            sums[1] += line.label is Label.NEGATIVE
            sums[2] += line.label is Label.POSITIVE
    assert {
        (brand, network): [one.total, one.negative, one.positive]
        for brand, networks in found.items()
        for network, one in networks.items()
        if one.total
    } == expected


async def test_a_brand_among_its_competitors(talked: Store) -> None:
    found = await compare(talked, CONFIG, OURS, stretch_of("week", NOW))
    ours, rival, unheard = found.voices
    week = [line for line in month() if NOW - line.ago >= stretch_of("week", NOW).since]
    common = [line for line in week if line.network != "hackernews"]
    mine = sum(line.brand == OURS for line in common)
    assert found.networks == ("bluesky", "mastodon")
    assert found.left_out == {"hackernews": (RIVAL,)}
    assert ours.whole.total == sum(line.brand == OURS for line in week)
    assert ours.share == pytest.approx(mine / len(common))
    assert rival.share == pytest.approx(1 - mine / len(common))
    assert (unheard.brand, unheard.configured, unheard.share) == (UNHEARD, False, None)
    assert ours.band == net_band(ours.whole)
    people = {(line.network, line.author) for line in week if line.brand == OURS}
    unknown = {one for one in people if one[1] < 10}
    followers = sum(10 * author for _network, author in people - unknown)
    assert ours.reach == Reach(len(people), followers, len(unknown))


async def test_people_are_persons_who_speak(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Line(OURS, "mastodon", 20, "Aurora", HOUR)
    lines = [
        plain,
        replace(plain, network="bluesky"),
        replace(plain, author=21, repost=True),
        replace(plain, author=22, private=True),
        replace(plain, author=23, part=Part.OURS),
        replace(plain, author=24, deleted=True),
        replace(plain, author=25),
        replace(plain, author=26),
        replace(plain, author=27, ago=3 * DAY),
        replace(plain, author=28, brand=RIVAL),
    ]
    async with open_store(tmp_path / "hubbub.db") as store:
        await fill(store, lines)

        async def work(connection: Connection) -> None:
            # One person with two accounts, one of the staff, one of our own accounts.
            await connection.fetch(
                """UPDATE account SET person_id =
                   (SELECT min(person_id) FROM account WHERE key = 'u20') WHERE key = 'u20'"""
            )
            await connection.fetch(
                """UPDATE person SET role = 'staff'
                   WHERE id = (SELECT person_id FROM account WHERE key = 'u25')"""
            )
            await connection.fetch("UPDATE account SET ours = 1 WHERE key = 'u26'")

        await store.write(work)
        stretch = stretch_of("day", NOW)
        assert await reach_in(store, OURS, stretch.since, stretch.until) == Reach(1, 400, 0)
        # The same in slices.
        monkeypatch.setattr(looking, "_SLICE", 1)
        assert await reach_in(store, OURS, stretch.since, stretch.until, 7) == Reach(1, 400, 0)


def test_a_stretch_is_a_value() -> None:
    assert stretch_of("day", NOW) == stretch_of("day", NOW)
    assert isinstance(stretch_of("day", NOW), Stretch)
    with pytest.raises(KeyError):
        stretch_of("year", NOW)


@pytest.mark.parametrize(
    ("brands", "whose"),
    [
        ([("a", ()), ("r", None)], {"a": None, "r": "a"}),
        ([("a", ("s",)), ("b", ("r", "s")), ("r", None), ("s", None)],
         {"a": None, "b": None, "r": "b", "s": "a"}),
        ([("a", ("s",)), ("r", None), ("s", None)], {"a": None, "r": "a", "s": "a"}),
        # Two brands of ours may be held against each other.
        ([("a", ("b",)), ("b", ("a",))], {"a": None, "b": None}),
        ([("r", None)], {"r": "r"}),
    ],
)  # fmt: skip
def test_whose_competitor_each_brand_is(
    brands: list[tuple[str, tuple[str, ...] | None]], whose: dict[str, str | None]
) -> None:
    """Brands with ``None`` are competitors, the others name theirs."""
    made = tuple(
        BrandConfig(name=name, competitors=named or (), competitor=named is None)
        for name, named in brands
    )
    assert competitors_of(Config(brands=made)) == whose
