"""The cadence of channels: pro rata, behind, overload, silence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from listeners.clock import from_iso
from listeners.model import DAY, HOUR, Micros
from listeners.planning.cadence import (
    ChannelCadence,
    cadences,
    channel_cadence,
    usual_gap,
    week_share,
)

PARIS = ZoneInfo("Europe/Paris")
MONDAY = from_iso("2026-11-23T00:00:00Z")
THURSDAY_NOON = from_iso("2026-11-26T12:00:00Z")  # half of the week


def cadence(
    target: float | None, posts: Sequence[int], now: Micros = THURSDAY_NOON, coming: int = 0
) -> ChannelCadence:
    times = [Micros(at) for at in posts]
    return channel_cadence("mastodon", target, times, coming, now, 5, UTC)


def week(*days: float) -> list[int]:
    return [int(MONDAY + day * DAY) for day in days]


@pytest.mark.parametrize(
    ("target", "posts", "behind", "over"),
    [
        (4, week(), 2, 0),
        (4, week(0.5), 1, 0),
        (4, week(0.5, 1, 2), 0, 0),
        (5, week(0.5, 1), 0, 0),  # 2.5 by now: half a post is none
        (4, week(*[0.1 * n for n in range(6)]), 0, 0),  # 150 % is not too much yet
        (4, week(*[0.1 * n for n in range(7)]), 0, 3),
        (10, week(*[0.1 * n for n in range(16)]), 0, 6),
        (None, week(0.5), 0, 0),
        (0.5, week(0.5), 0, 0),
        (2.5, week(0, 1, 2, 3), 0, 1),
    ],
)
def test_against_the_target(
    target: float | None, posts: Sequence[int], behind: int, over: int
) -> None:
    one = cadence(target, posts)
    assert (one.behind, one.over, one.this_week) == (behind, over, len(posts))


@pytest.mark.parametrize(
    ("now", "share"),
    [
        ("2026-11-22T23:00:00Z", 0.0),
        ("2026-11-26T11:00:00Z", 0.5),
        ("2026-11-29T22:59:59Z", 1.0),
        # The week the clocks go back has 169 hours, that in spring 167.
        ("2026-10-22T11:00:00Z", 85 / 169),
        ("2026-03-29T21:00:00Z", 166 / 167),
    ],
)
def test_the_part_of_the_week_that_is_over(now: str, share: float) -> None:
    assert week_share(from_iso(now), PARIS) == pytest.approx(share, abs=1e-5)


def test_posts_are_counted_by_local_weeks() -> None:
    times = [
        "2026-11-22T22:59:00Z",  # Sunday in Paris
        "2026-11-22T23:00:00Z",  # Monday in Paris
        "2026-10-25T23:30:00Z",  # Monday the 26th
        "2026-10-18T23:30:00Z",  # a week before the five
        "2026-11-27T00:00:00Z",  # still to come
    ]
    posts = [from_iso(at) for at in times]
    one = channel_cadence("x", 3, posts, 0, THURSDAY_NOON, 5, PARIS)
    assert one.posted == (1, 0, 0, 1, 1)
    assert one.last_at == posts[1]


@pytest.mark.parametrize(
    ("posts", "target", "usual"),
    [
        ([], None, None),
        ([], 7.0, DAY),
        (week(0, 1, 2), None, None),
        (week(0, 1, 2, 3), None, DAY),
        (week(0, 1, 2, 12), 70.0, DAY),
    ],
)
def test_the_usual_gap(posts: Sequence[int], target: float | None, usual: int | None) -> None:
    assert usual_gap([Micros(at) for at in posts], target) == usual


@pytest.mark.parametrize(
    ("posts", "now", "target", "silent"),
    [
        (week(-4, -3, -2, -1), MONDAY + DAY, None, None),  # two days: shorter than any that is told
        (week(-4, -3, -2, -1), MONDAY + 2 * DAY, None, 3 * DAY),
        (week(-16, -12, -8, -4), MONDAY + 7 * DAY, None, None),  # usually four days
        (week(-16, -12, -8, -4), MONDAY + 8 * DAY, None, 12 * DAY),
        (week(-4), MONDAY + 20 * DAY, None, None),  # one post: nothing is usual
        (week(-4), MONDAY + 20 * DAY, 7.0, 24 * DAY),
        ([], MONDAY, 7.0, None),  # never heard is not silent
    ],
)
def test_an_unusual_silence_is_told(
    posts: Sequence[int], now: int, target: float | None, silent: int | None
) -> None:
    assert cadence(target, posts, Micros(now)).silent == silent


def test_what_is_planned_may_still_make_the_week() -> None:
    one = cadence(4, week(0.5), coming=2)
    assert (one.coming, one.short) == (2, 1)
    assert cadence(None, week(0.5)).short == 0


def test_channels_come_from_targets_posts_and_plans() -> None:
    found = cadences(
        {"mastodon": 3.0}, {"bluesky": [MONDAY], "": [MONDAY]}, {"linkedin": 1},
        Micros(MONDAY + HOUR), 2, UTC,
    )  # fmt: skip
    assert [(one.channel, one.target, one.posted, one.coming) for one in found] == [
        ("bluesky", None, (0, 1), 0),
        ("linkedin", None, (0, 0), 1),
        ("mastodon", 3.0, (0, 0), 0),
    ]
