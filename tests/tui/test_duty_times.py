"""The times of a shift as they are typed, in two languages."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.clock import from_iso, to_datetime
from listeners.model import Micros
from tui.duty_times import shifts_meant

PARIS = ZoneInfo("Europe/Paris")
NOW = Micros(from_iso("2026-11-20T14:30:00Z"))  # Friday, half past three in Paris


def meant(text: str, *members: str) -> list[str] | None:
    found = shifts_meant(text, members or ("Ana",), NOW, PARIS)
    if found is None:
        return None

    def shown(at: Micros) -> str:
        return to_datetime(at).astimezone(PARIS).strftime("%m-%d %H:%M")

    return [f"{one.member} {shown(one.from_at)} {shown(one.to_at)}" for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mon 18:00 - fri 9:00", ["Ana 11-23 18:00 11-27 09:00"]),
        ("lundi 18h – vendredi 9h", ["Ana 11-23 18:00 11-27 09:00"]),
        ("lun. 18h30 ven 9", None),
        ("lun 18h30 ven 9", ["Ana 11-23 18:30 11-27 09:00"]),
        ("fri 9:00 - mon 9:00", ["Ana 11-20 09:00 11-23 09:00"]),
        ("mon - tue", ["Ana 11-23 00:00 11-24 00:00"]),
        ("mon 9 - mon 9", ["Ana 11-16 09:00 11-23 09:00"]),
        ("sat 18:00 - 23:00", ["Ana 11-21 18:00 11-21 23:00"]),
        ("sat 18:00 until 9:00", ["Ana 11-21 18:00 11-22 09:00"]),
        ("mon 18 fri 9 x2", ["Ana 11-23 18:00 11-27 09:00", "Ana 11-30 18:00 12-04 09:00"]),
        ("mon 18:00 fri 9:00 2 weeks", ["Ana 11-23 18:00 11-27 09:00"] * 1
         + ["Ana 11-30 18:00 12-04 09:00"]),
        ("lun 18h ven 9h 1 semaine", ["Ana 11-23 18:00 11-27 09:00"]),
        ("18:00-22:00", ["Ana 11-20 18:00 11-20 22:00"]),
        ("9:00-12:00", ["Ana 11-21 09:00 11-21 12:00"]),
        ("22:00 6:00", ["Ana 11-20 22:00 11-21 06:00"]),
        ("now - 22:00", ["Ana 11-20 15:30 11-20 22:00"]),
        ("now to tomorrow 9:00", ["Ana 11-20 15:30 11-21 09:00"]),
        ("maintenant jusqu’à demain 9h", ["Ana 11-20 15:30 11-21 09:00"]),
        ("now mon 9:00", ["Ana 11-20 15:30 11-23 09:00"]),
        ("today 18:00 - tomorrow 9:00", ["Ana 11-20 18:00 11-21 09:00"]),
        ("2026-12-24 18:00 - 2026-12-26 9:00", ["Ana 12-24 18:00 12-26 09:00"]),
        ("2026-12-24 18:00 9:00 x2", ["Ana 12-24 18:00 12-25 09:00",
                                      "Ana 12-31 18:00 01-01 09:00"]),
        ("2026-12-26 9:00 - 2026-12-24 18:00", None),
        ("2026-13-26 9:00 - 2026-12-24 18:00", None),
        ("9999-12-31 9:00 - 8:00", None),
        ("0001-01-01 9:00 - 8:00", None),
        ("mon 18:00 - 2026-12-24 9:00", None),
        ("mon 25:00 - fri 9:00", None),
        ("mon 18:61 - fri 9:00", None),
        ("mon 18:00", None),
        ("mon 18:00 - ", None),
        ("- fri 9:00", None),
        ("mon 18:00 - fri 9:00 - sat 9:00", None),
        ("blursday 18:00 - fri 9:00", None),
        ("mon 18:00 - fri 9:00 x99", None),
        ("mon 18:00 - fri 9:00 x0", None),
        ("", None),
    ],
)  # fmt: skip
def test_what_is_meant(text: str, expected: list[str] | None) -> None:
    assert meant(text) == expected


def test_several_members_take_turns() -> None:
    assert meant("mon 9 mon 9 x3", "Ana", "Léo") == [
        "Ana 11-16 09:00 11-23 09:00", "Léo 11-23 09:00 11-30 09:00", "Ana 11-30 09:00 12-07 09:00",
    ]  # fmt: skip


def test_nobody_is_no_shift() -> None:
    assert shifts_meant("mon 9 fri 9", (), NOW, PARIS) is None


@given(st.text(alphabet="0123456789:-hx monfrituesdayweekà’é", max_size=30))
def test_any_text_means_shifts_in_order_or_none(text: str) -> None:
    for one in shifts_meant(text, ("Ana",), NOW, PARIS) or ():
        assert one.from_at < one.to_at
