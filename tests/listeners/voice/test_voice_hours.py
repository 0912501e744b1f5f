"""The hours of the week: by the wall clock, also where clocks are changed."""

from __future__ import annotations

import itertools
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.clock import from_iso
from listeners.model import DAY, HOUR, MINUTE, Label, Micros
from listeners.store import Connection, open_store
from listeners.store.subjects import NewEvent, add_events
from listeners.voice.hours import (
    Cell,
    HeatMap,
    Slot,
    heat_map,
    place_of,
    slot_width,
    zone_name,
)
from listeners.voice.looking import hours_of
from tests.listeners.voice.talk import NOW, OURS, Line, fill

PARIS, KOLKATA, NEPAL = (
    ZoneInfo("Europe/Paris"),
    ZoneInfo("Asia/Kolkata"),
    ZoneInfo("Asia/Kathmandu"),
)
SUNDAY = 6


def four_weeks(until: str) -> tuple[Micros, Micros]:
    end = from_iso(until)
    return Micros(end - 28 * DAY), end


@pytest.mark.parametrize(
    ("until", "at_two", "at_three"),
    [
        # 02:00 came twice on 25 October 2026, and not at all on 29 March.
        ("2026-11-09T00:00:00Z", 5, 4),
        ("2026-04-06T00:00:00Z", 3, 4),
        ("2026-08-03T00:00:00Z", 4, 4),
    ],
)
def test_an_hour_comes_as_often_as_the_clock_says(until: str, at_two: int, at_three: int) -> None:
    since, end = four_weeks(until)
    slots = [Slot(Micros(start), 2, 1) for start in range(since, end, HOUR)]
    found = heat_map(slots, [], since, end, PARIS)
    two, three = found.cells[SUNDAY][2], found.cells[SUNDAY][3]
    assert (two.times, three.times) == (at_two, at_three)
    # Twice as many mentions at an hour that came twice is no busier an hour.
    assert two.rate == three.rate == 2.0
    assert two.negative_share == 0.5
    assert found.mean == 2.0
    assert found.total == 2 * 28 * 24


@pytest.mark.parametrize(
    ("at", "zone", "weekday", "hour"),
    [
        ("2026-11-20T23:30:00Z", UTC, 4, 23),
        ("2026-11-20T23:30:00Z", PARIS, 5, 0),
        ("2026-07-20T22:30:00Z", PARIS, 1, 0),
        ("2026-11-22T18:30:00Z", KOLKATA, 0, 0),
    ],
)
def test_days_and_hours_are_local(at: str, zone: ZoneInfo, weekday: int, hour: int) -> None:
    assert divmod(place_of(from_iso(at), zone), 24) == (weekday, hour)


@pytest.mark.parametrize(
    ("zone", "width", "name"),
    [(UTC, HOUR, "UTC"), (PARIS, HOUR, "CET"), (KOLKATA, 30 * MINUTE, "IST"),
     (NEPAL, 15 * MINUTE, "+0545")],
)  # fmt: skip
def test_zones_that_are_half_an_hour_off(zone: ZoneInfo, width: int, name: str) -> None:
    assert slot_width(NOW, zone) == width
    assert zone_name(NOW, zone) == name


@given(
    st.lists(st.tuples(st.integers(0, 28 * 24 - 1), st.integers(0, 9)), max_size=30),
    st.sampled_from([UTC, PARIS, KOLKATA, NEPAL]),
)
def test_nothing_is_lost_or_counted_twice(said: list[tuple[int, int]], zone: ZoneInfo) -> None:
    since, until = four_weeks("2026-11-09T00:00:00Z")
    slots = [Slot(Micros(since + hour * HOUR), count, 0) for hour, count in said]
    outside = [Slot(Micros(since - HOUR), 5, 0), Slot(until, 5, 0)]
    found = heat_map([*slots, *outside], [since, Micros(since - 1), until], since, until, zone)
    assert found.total == sum(count for _hour, count in said)
    assert found.answers == 1
    assert sum(cell.times for row in found.cells for cell in row) == 28 * 24


def week(**hours: Cell) -> HeatMap:
    cells = [[Cell(4, 4, 0, 1) for _ in range(24)] for _ in range(7)]
    for name, cell in hours.items():
        day, hour = name.removeprefix("at").split("_")
        cells[int(day)][int(hour)] = cell
    return HeatMap(tuple(map(tuple, cells)), Micros(0), Micros(28 * DAY), "UTC")


def test_the_busiest_hours_and_those_nobody_answers() -> None:
    found = week(
        at1_18=Cell(4, 80, 40, 0),
        at2_9=Cell(4, 60, 0, 3),
        at6_21=Cell(4, 40, 0, 0),
        at3_3=Cell(4, 20, 0, 0),
        # A little more than elsewhere, and not at all: both are chance.
        at4_4=Cell(4, 6, 0, 0),
        at5_5=Cell(0, 0, 0, 0),
    )
    assert found.busiest() == ((1, 18), (2, 9), (6, 21))
    assert found.unanswered() == ((1, 18), (6, 21), (3, 3))
    assert found.unanswered(1) == ((1, 18),)


def test_a_flat_or_silent_week_has_no_busy_hours() -> None:
    assert week().busiest() == ()
    silent = HeatMap(((Cell(),) * 24,) * 7, Micros(0), Micros(0), "UTC")
    assert (silent.mean, silent.busiest(), silent.total) == (0.0, (), 0)
    assert Cell().negative_share is None


# --- in a store ----------------------------------------------------------------------------------


async def test_hours_of_a_brand_with_our_answers(tmp_path: Path) -> None:
    hour = NOW // HOUR * HOUR
    lines = [
        Line(OURS, "mastodon", at, "Aurora", NOW - (hour - 3 * HOUR + at * MINUTE), Label.NEGATIVE)
        for at in range(4)
    ]
    # This hour is not over, and five weeks ago is too long ago.
    lines += [Line(OURS, "mastodon", 9, "Aurora", MINUTE), Line(OURS, "mastodon", 9, "x", 35 * DAY)]
    async with open_store(tmp_path / "hubbub.db") as store:
        await fill(store, lines)
        found = await hours_of(store, OURS, NOW, UTC)
        # The brand was heard first three hours ago.
        assert (found.since, found.until) == (hour - 3 * HOUR, hour)
        assert found.total == 4
        friday = found.cells[4]
        assert friday[11] == Cell(times=1, total=4, negative=4, answers=0)
        assert sum(cell.times for cell in itertools.chain(*found.cells)) == 3
        assert (await hours_of(store, "nobody", NOW, UTC)).total == 0
        half = await hours_of(store, OURS, NOW, KOLKATA)
        # 11:00 to 11:04 UTC are 16:30 to 16:34 there.
        assert half.cells[4][16].total == 4

        async def answered(connection: Connection) -> None:
            await connection.fetch(
                """INSERT INTO conversation (brand_id, network, root, state, opened_at, last_at,
                   state_since) SELECT id, 'mastodon', 'r', 'waiting', 0, 0, 0 FROM brand
                   WHERE name = ?""",
                (OURS,),
            )
            await add_events(
                connection,
                [
                    NewEvent(
                        at=Micros(hour - 2 * HOUR),
                        actor="Ana",
                        verb="answered",
                        subject_kind="conversation",
                        subject_id=1,
                        before={"waiting_since": hour - 3 * HOUR},
                        after={"waiting_since": None},
                        step=1,
                    )
                ],
            )

        await store.write(answered)
        assert (await hours_of(store, OURS, NOW, UTC)).cells[4][12].answers == 1
