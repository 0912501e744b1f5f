"""Until when: what a person types, in English and French, across evenings and clock changes."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.clock import from_iso, to_iso
from listeners.model import Micros
from tui.i18n import use_language, use_zone
from tui.screens.pickers import REPLY, snooze_choices
from tui.untils import until_of

FRIDAY = from_iso("2026-11-20T14:42:30Z")
PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2h", "2026-11-20T16:42:30"),
        (" 45 MIN ", "2026-11-20T15:27:30"),
        ("3 j", "2026-11-23T14:42:30"),
        ("1w", "2026-11-27T14:42:30"),
        ("2 sem", "2026-12-04T14:42:30"),
        ("17:30", "2026-11-20T17:30:00"),
        ("17h30", "2026-11-20T17:30:00"),
        ("9h", "2026-11-20T23:42:30"),
        ("9:00", "2026-11-21T09:00:00"),
        ("tomorrow", "2026-11-21T09:00:00"),
        ("demain", "2026-11-21T09:00:00"),
        ("tom", "2026-11-21T09:00:00"),
        ("fri", "2026-11-27T09:00:00"),
        ("vendredi", "2026-11-27T09:00:00"),
        ("mon", "2026-11-23T09:00:00"),
        ("dim", "2026-11-22T09:00:00"),
    ],
)
def test_what_is_typed_means_a_time(text: str, expected: str) -> None:
    meant = until_of(text, FRIDAY, UTC)
    assert meant is not None
    assert to_iso(meant).startswith(expected)


@pytest.mark.parametrize("text", ["", "x", "25:00", "12:60", "0h", "999d", "to", "2", "h"])
def test_what_means_nothing_is_nothing(text: str) -> None:
    assert until_of(text, FRIDAY, UTC) is None


def test_a_morning_after_the_clocks_change_is_still_at_nine() -> None:
    before = from_iso("2026-10-24T12:00:00Z")
    meant = until_of("tomorrow", before, PARIS)
    assert meant is not None
    assert to_iso(meant).startswith("2026-10-25T08:00:00")


@given(text=st.text(max_size=12))
def test_whatever_is_typed_lies_ahead_or_means_nothing(text: str) -> None:
    meant = until_of(text, FRIDAY, UTC)
    assert meant is None or meant > FRIDAY


def test_the_dialog_offers_times_ahead_and_takes_what_is_typed() -> None:
    use_language("en")
    use_zone(UTC)
    evening = Micros(from_iso("2026-11-20T21:00:00Z"))
    labels = [one.label for one in snooze_choices("", evening, zone=UTC)]
    assert "until this evening" not in labels
    assert labels[-1] == "until they write again"
    (typed,) = snooze_choices("2h", evening, zone=UTC)
    assert typed.label == "until 23:00"
    assert snooze_choices("write", evening, zone=UTC)[0].value == REPLY
    assert snooze_choices("", evening, alert=True, zone=UTC)[-1].label == "until it gets worse"
