"""Weeks, months and campaigns as stretches of time, on nights the clocks change too."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from listeners.campaigns.campaign import Campaign
from listeners.clock import from_iso, to_iso
from listeners.model import DAY, HOUR, Micros
from listeners.reports.stretches import StretchError, campaign_days, month, week

NOW = from_iso("2026-11-24T09:30:00Z")
PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("text", "name", "since", "until"),
    [
        ("", "2026-W47", "2026-11-16", "2026-11-23"),
        ("2026-W47", "2026-W47", "2026-11-16", "2026-11-23"),
        ("2026w9", "2026-W09", "2026-02-23", "2026-03-02"),
        ("2026-W48", "2026-W48", "2026-11-23", "2026-11-30"),
        ("2021-W01", "2021-W01", "2021-01-04", "2021-01-11"),
        ("2020-W53", "2020-W53", "2020-12-28", "2021-01-04"),
    ],
)
def test_a_week(text: str, name: str, since: str, until: str) -> None:
    found = week(text, NOW, UTC)
    assert (found.name, found.since, found.until) == (name, from_iso(since), from_iso(until))
    assert found.before == found.since - 7 * DAY
    assert len(found.days) == 8
    assert found.days[0] == found.since
    assert found.days[-1] == found.until


@pytest.mark.parametrize(
    ("text", "name", "before", "since", "until", "days"),
    [
        ("", "2026-10", "2026-09-01", "2026-10-01", "2026-11-01", 31),
        ("2026-11", "2026-11", "2026-10-01", "2026-11-01", "2026-12-01", 30),
        ("2024-02", "2024-02", "2024-01-01", "2024-02-01", "2024-03-01", 29),
        ("2026-1", "2026-01", "2025-12-01", "2026-01-01", "2026-02-01", 31),
    ],
)
def test_a_month(text: str, name: str, before: str, since: str, until: str, days: int) -> None:
    found = month(text, NOW, UTC)
    assert found.name == name
    assert (found.before, found.since, found.until) == tuple(map(from_iso, (before, since, until)))
    assert len(found.days) == days + 1


def test_days_are_local_and_the_night_of_the_change_is_longer() -> None:
    found = week("2026-W43", NOW, PARIS)
    assert to_iso(found.since) == "2026-10-18T22:00:00.000000Z"
    assert found.until - found.since == 7 * DAY + HOUR
    assert found.days[-1] - found.days[-2] == 25 * HOUR


@pytest.mark.parametrize("text", ["2026-W54", "47", "2026-W00", "nonsense", "2026-11"])
def test_no_week(text: str) -> None:
    with pytest.raises(StretchError, match="no week"):
        week(text, NOW, UTC)


@pytest.mark.parametrize("text", ["2026-13", "2026-W47", "November", "0000-01"])
def test_no_month(text: str) -> None:
    with pytest.raises(StretchError, match="no month"):
        month(text, NOW, UTC)


def test_what_has_not_begun_is_not_reported() -> None:
    with pytest.raises(StretchError, match="has not begun"):
        week("2026-W49", NOW, UTC)
    with pytest.raises(StretchError, match="has not begun"):
        month("2026-12", NOW, UTC)
    soon = Campaign(name="Soon", from_at=Micros(NOW + DAY), to_at=Micros(NOW + 2 * DAY))
    with pytest.raises(StretchError, match="Soon has not begun"):
        campaign_days(soon, NOW, UTC)


def test_the_days_of_a_campaign_and_as_many_before() -> None:
    made = Campaign(name="Spring", from_at=from_iso("2026-11-20"), to_at=from_iso("2026-11-30"))
    found = campaign_days(made, NOW, UTC)
    assert found.before == from_iso("2026-11-10")
    assert len(found.days) == 11
    assert found.goes_on(NOW)
    assert found.counted_to(NOW) == NOW + 1
    assert not week("", NOW, UTC).goes_on(NOW)
