"""The rota: who is on duty, when nobody is, and patterns of weeks across clock changes."""

from __future__ import annotations

from datetime import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.clock import from_iso, to_iso
from listeners.duty import Gap, Pattern, Shift, gaps, next_shift, on_duty, shifts_of, why_not
from listeners.model import DAY, HOUR, Micros

PARIS = ZoneInfo("Europe/Paris")
NOW = Micros(from_iso("2026-11-20T12:00:00Z"))


def shift(member: str, begins: int, ends: int, brand: str = "", number: int = 0) -> Shift:
    """A shift some hours from now."""
    return Shift(
        id=number, member=member, brand=brand,
        from_at=Micros(NOW + begins * HOUR), to_at=Micros(NOW + ends * HOUR),
    )  # fmt: skip


ANA, LEO = shift("Ana", -2, 2), shift("Léo", -1, 3)
LUNE, SOLEIL = shift("Zoé", -3, 1, "Lune"), shift("Max", -3, 1, "Soleil")


@pytest.mark.parametrize(
    ("shifts", "brand", "away", "expected"),
    [
        ([], "Lune", (), ()),
        ([ANA], "Lune", (), ("Ana",)),
        ([LEO, ANA], "Lune", (), ("Ana", "Léo")),
        ([ANA, LUNE], "Lune", (), ("Zoé", "Ana")),
        ([ANA, LUNE], "Soleil", (), ("Ana",)),
        ([LUNE, SOLEIL], "", (), ("Max", "Zoé")),
        ([ANA, LEO], "Lune", ("Ana",), ("Léo",)),
        ([ANA], "Lune", ("Ana",), ()),
        ([shift("Ana", 0, 1)], "Lune", (), ("Ana",)),
        ([shift("Ana", -1, 0)], "Lune", (), ()),
        ([ANA, shift("Ana", -5, 5)], "Lune", (), ("Ana",)),
    ],
    ids=[
        "no rota",
        "one",
        "overlap: all of them",
        "a brand's own and everybody's",
        "not of this brand",
        "of no brand: whoever is on duty",
        "one is away",
        "the only one is away",
        "begins now",
        "ended now",
        "twice the same",
    ],
)
def test_who_is_on_duty(
    shifts: list[Shift], brand: str, away: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert set(on_duty(shifts, brand, NOW, away)) == set(expected)
    assert len(on_duty(shifts, brand, NOW, away)) == len(expected)


def test_whose_shift_began_first_is_named_first() -> None:
    assert on_duty([LEO, ANA], "", NOW) == ("Ana", "Léo")


@pytest.mark.parametrize(
    ("shifts", "brands", "expected"),
    [
        ([], [], [("", 0, 24)]),
        ([shift("Ana", -1, 30)], [], []),
        ([shift("Ana", 0, 8), shift("Léo", 8, 24)], [], []),
        ([shift("Ana", 0, 8), shift("Léo", 10, 24)], [], [("", 8, 10)]),
        ([shift("Ana", 2, 8), shift("Léo", 4, 6)], [], [("", 0, 2), ("", 8, 24)]),
        ([shift("Ana", 0, 24, "Lune")], ["Lune", "Soleil"], [("Soleil", 0, 24)]),
        ([shift("Ana", 0, 20)], ["Lune", "Soleil"], [("", 20, 24)]),
        (
            [shift("Ana", 0, 20), shift("Léo", 20, 22, "Lune")],
            ["Lune", "Soleil"],
            [("Soleil", 20, 24), ("Lune", 22, 24)],
        ),
        ([shift("Ana", 0, 12, "Lune")], [], [("", 12, 24)]),
        ([shift("Ana", 30, 40)], [], [("", 0, 24)]),
    ],
    ids=[
        "no rota", "covered", "end to end", "a hole", "an overlap and two holes", "another brand",
        "the same for all", "not the same for all", "one brand's counts where none is asked",
        "later",
    ],
)  # fmt: skip
def test_when_nobody_is_on_duty(
    shifts: list[Shift], brands: list[str], expected: list[tuple[str, int, int]]
) -> None:
    found = gaps(shifts, brands, NOW, Micros(NOW + 24 * HOUR))
    assert found == [
        Gap(brand, Micros(NOW + begins * HOUR), Micros(NOW + ends * HOUR))
        for brand, begins, ends in expected
    ]


@given(
    st.lists(
        st.tuples(st.integers(-5, 30), st.integers(1, 10), st.sampled_from(["", "Lune"])),
        max_size=6,
    )
)
def test_every_hour_is_a_gap_or_somebody_s(drawn: list[tuple[int, int, str]]) -> None:
    shifts = [shift("Ana", begins, begins + length, brand) for begins, length, brand in drawn]
    open_ = gaps(shifts, ["Lune"], NOW, Micros(NOW + 24 * HOUR))
    for hour in range(24):
        at = Micros(NOW + hour * HOUR)
        in_gap = any(one.from_at <= at < one.to_at for one in open_)
        assert in_gap is (not on_duty(shifts, "Lune", at))


def test_the_next_shift_of_a_member() -> None:
    soon, later = shift("Ana", 5, 6), shift("Ana", 50, 60)
    assert next_shift([later, ANA, LEO, soon], "Ana", NOW) == soon
    assert next_shift([ANA], "Ana", NOW) is None


# --- patterns ------------------------------------------------------------------------------------

NIGHTS = Pattern(
    members=("Ana",), from_day=0, from_clock=time(18), to_day=4, to_clock=time(9), weeks=2
)


def laid(pattern: Pattern, now: str, zone: ZoneInfo | None = PARIS) -> list[tuple[str, str, str]]:
    return [
        (one.member, to_iso(one.from_at)[:16], to_iso(one.to_at)[:16])
        for one in shifts_of(pattern, Micros(from_iso(now)), zone)
    ]


def test_a_pattern_is_laid_out_week_by_week() -> None:
    assert laid(NIGHTS, "2026-11-21T12:00:00Z") == [
        ("Ana", "2026-11-23T17:00", "2026-11-27T08:00"),
        ("Ana", "2026-11-30T17:00", "2026-12-04T08:00"),
    ]


def test_the_week_that_is_going_on_counts_as_the_first() -> None:
    assert laid(NIGHTS, "2026-11-25T12:00:00Z")[0] == (
        "Ana", "2026-11-23T17:00", "2026-11-27T08:00",
    )  # fmt: skip


def test_members_take_turns() -> None:
    turns = Pattern(
        members=("Ana", "Léo"), from_day=0, from_clock=time(9), to_day=0, to_clock=time(9), weeks=3
    )
    assert laid(turns, "2026-11-23T00:00:00Z") == [
        ("Ana", "2026-11-16T08:00", "2026-11-23T08:00"),
        ("Léo", "2026-11-23T08:00", "2026-11-30T08:00"),
        ("Ana", "2026-11-30T08:00", "2026-12-07T08:00"),
    ]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        # Spring: Paris jumps from 2 to 3 on 29 March 2026. Autumn: from 3 back to 2 on 25 October.
        ("2026-03-26T12:00:00Z", ("2026-03-28T17:00", "2026-03-30T07:00")),
        ("2026-10-22T12:00:00Z", ("2026-10-24T16:00", "2026-10-26T08:00")),
        ("2026-12-31T12:00:00Z", ("2027-01-02T17:00", "2027-01-04T08:00")),
    ],
    ids=["spring", "autumn", "across the year"],
)
def test_the_clock_on_the_wall_counts_whatever_it_does(now: str, expected: tuple[str, str]) -> None:
    weekend = Pattern(members=("Ana",), from_day=5, from_clock=time(18), to_day=0, to_clock=time(9))
    ((_ana, *times),) = laid(weekend, now)
    assert tuple(times) == expected


def test_an_hour_shown_twice_is_covered_twice_and_never_left_out() -> None:
    ends, begins = (
        Pattern(members=("Ana",), from_day=5, from_clock=time(18), to_day=6, to_clock=time(2, 30)),
        Pattern(members=("Léo",), from_day=6, from_clock=time(2, 30), to_day=6, to_clock=time(9)),
    )
    now = "2026-10-24T00:00:00Z"
    [(_ana, _from, until)], [(_leo, since, _to)] = laid(ends, now), laid(begins, now)
    assert (since, until) == ("2026-10-25T00:30", "2026-10-25T01:30")


def test_an_hour_that_the_clock_leaves_out_begins_where_it_goes_on() -> None:
    one = Pattern(members=("Ana",), from_day=6, from_clock=time(2, 30), to_day=6, to_clock=time(9))
    assert laid(one, "2026-03-26T12:00:00Z") == [("Ana", "2026-03-29T01:30", "2026-03-29T07:00")]


@pytest.mark.parametrize(
    ("begins", "ends", "said"),
    [(1, 1, "end after"), (-5, -1, "passed"), (0, 31 * 24 + 1, "month"), (-5, 31 * 24 - 5, None)],
)
def test_what_no_shift_may_be(begins: int, ends: int, said: str | None) -> None:
    why = why_not(shift("Ana", begins, ends), NOW)
    assert (why is None) if said is None else (why is not None and said in why.template)


def test_a_shift_is_a_month_at_most() -> None:
    assert why_not(Shift(member="Ana", from_at=NOW, to_at=Micros(NOW + 31 * DAY)), NOW) is None
