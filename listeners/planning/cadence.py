"""How often a channel speaks: posts a week as meant, as they really were, and what that means.

What was posted is what our own accounts were heard posting to open a thread, by local weeks that
begin on Monday. All of it is arithmetic; no probability is claimed of so few posts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from itertools import pairwise
from statistics import median

from listeners.model import DAY, Micros
from listeners.planning.calendar import WEEK, day_of, day_start, week_start

TOO_MUCH = 1.5
"""More than this times the target is an overload."""
KNOWN_BY = 4
"""Posts of a channel by which its usual gap is known."""
LONG = 3.0
"""A silence this many times the usual gap is told."""
SHORTEST = 3 * DAY
"""No shorter silence is told."""
MOST_A_WEEK = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCadence:
    """One channel this week and in the weeks before.

    ``posted`` are posts of whole weeks, the oldest first, this week's last. ``expected`` is the
    part of the target that should be posted by now; ``behind`` what is missing of it, ``over`` how
    many more than the week's target there are where that is far more. ``silent`` is how long
    nothing was posted, in microseconds, where that is unusual; ``usual`` the usual gap. ``coming``
    counts the posts still planned for this week. A channel without a target has ``None``.
    """

    channel: str
    target: float | None
    posted: tuple[int, ...]
    expected: float
    behind: int
    over: int
    last_at: Micros | None
    silent: int | None
    usual: int | None
    coming: int

    @property
    def this_week(self) -> int:
        """Posts since Monday."""
        return self.posted[-1]

    @property
    def short(self) -> int:
        """Posts that the week's target still lacks though everything planned is posted."""
        if self.target is None:
            return 0
        return max(0, math.ceil(self.target) - self.this_week - self.coming)


def cadences(
    targets: Mapping[str, float],
    posts: Mapping[str, Sequence[Micros]],
    coming: Mapping[str, int],
    now: Micros,
    weeks: int,
    zone: tzinfo | None,
) -> list[ChannelCadence]:
    """Return every channel that has a target, a post or a plan, by name.

    ``posts`` are the times of posts of each channel, ``coming`` the posts still planned this week,
    ``weeks`` how many weeks are counted, this one included.
    """
    names = sorted({*targets, *posts, *coming})
    return [
        channel_cadence(
            name, targets.get(name), posts.get(name, ()), coming.get(name, 0), now, weeks, zone
        )
        for name in names
        if name
    ]


def channel_cadence(
    channel: str,
    target: float | None,
    posts: Iterable[Micros],
    coming: int,
    now: Micros,
    weeks: int,
    zone: tzinfo | None,
) -> ChannelCadence:
    """Return how one channel does against its target."""
    times = sorted(at for at in posts if at <= now)
    counts = _by_week(times, day_of(now, zone), weeks, zone)
    share = week_share(now, zone)
    expected = (target or 0.0) * share
    this_week = counts[-1]
    over = 0
    if target and this_week > TOO_MUCH * target:
        over = this_week - math.ceil(target)
    usual = usual_gap(times, target)
    silence = now - times[-1] if times else None
    silent = silence
    if silence is None or usual is None or silence < max(SHORTEST, LONG * usual):
        silent = None
    return ChannelCadence(
        channel=channel,
        target=target,
        posted=counts,
        expected=expected,
        # Half a post too few is none too few.
        behind=max(0, math.floor(expected) - this_week),
        over=over,
        last_at=times[-1] if times else None,
        silent=silent,
        usual=usual,
        coming=coming,
    )


def week_share(now: Micros, zone: tzinfo | None) -> float:
    """Return how much of the week is over, 0 to 1; one in which clocks change is no exception."""
    start, end = week_bounds(day_of(now, zone), zone)
    return (now - start) / (end - start)


def week_bounds(day: date, zone: tzinfo | None) -> tuple[Micros, Micros]:
    """Return when a day's week begins and when the next one does."""
    monday = week_start(day)
    return day_start(monday, zone), day_start(monday + timedelta(days=WEEK), zone)


def usual_gap(times: Sequence[Micros], target: float | None) -> int | None:
    """Return how long a channel is usually silent: the median, else what its target means."""
    gaps = [later - earlier for earlier, later in pairwise(times)]
    if len(times) >= KNOWN_BY:
        return round(median(gaps))
    return round(WEEK * DAY / target) if target else None


def _by_week(
    times: Sequence[Micros], today: date, weeks: int, zone: tzinfo | None
) -> tuple[int, ...]:
    first = week_start(today) - timedelta(days=WEEK * (weeks - 1))
    counts = [0] * weeks
    for at in times:
        place = (week_start(day_of(at, zone)) - first).days // WEEK
        if 0 <= place < weeks:
            counts[place] += 1
    return tuple(counts)
