"""The on-duty rota: who is reached now, who is next, and when nobody is.

A shift covers its brand, or every brand where it names none. Several at once all count. A member
who is away is not on duty, whatever the rota says. Pure: the present and the zone are given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from listeners.clock import from_datetime
from listeners.model import DAY, Micros, Sentence
from listeners.planning.calendar import WEEK, day_of, week_start

LONGEST = 31 * DAY
"""How long one shift may be: one forgotten must not make a member reachable for ever."""
MOST_WEEKS = 53
"""How many weeks a pattern may be laid out for in one step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A member on duty from ``from_at`` until ``to_at`` (no longer part of it)."""

    id: int = 0
    brand: str = ""
    """The brand it is for; empty: every brand."""
    member: str
    from_at: Micros
    to_at: Micros
    note: str = ""
    author: str = ""

    def runs(self, at: Micros) -> bool:
        """Whether it is going on."""
        return self.from_at <= at < self.to_at

    def covers(self, brand: str) -> bool:
        """Whether it is for this brand; what is of no brand concerns whoever is on duty."""
        return not brand or self.brand in ("", brand)


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which nobody is on duty for a brand; empty: for none of them."""

    brand: str
    from_at: Micros
    to_at: Micros


def on_duty(
    shifts: Iterable[Shift], brand: str, at: Micros, away: Collection[str] = ()
) -> tuple[str, ...]:
    """Return who is on duty for a brand, each once, whose shift began first on top."""
    running = sorted(
        (one for one in shifts if one.runs(at) and one.covers(brand) and one.member not in away),
        key=lambda one: (one.from_at, one.id),
    )
    return tuple(dict.fromkeys(one.member for one in running))


@dataclass(frozen=True, slots=True)
class Rota:
    """The shifts around now, and who is away."""

    shifts: tuple[Shift, ...] = ()
    away: frozenset[str] = frozenset()

    def on_duty(self, brand: str, at: Micros) -> tuple[str, ...]:
        """Return who is on duty for a brand; see ``on_duty``."""
        return on_duty(self.shifts, brand, at, self.away)


def next_shift(shifts: Iterable[Shift], member: str, at: Micros) -> Shift | None:
    """Return the next shift of a member that has not begun yet."""
    coming = (one for one in shifts if one.member == member and one.from_at > at)
    return min(coming, key=lambda one: (one.from_at, one.id), default=None)


def gaps(
    shifts: Iterable[Shift], brands: Sequence[str], from_at: Micros, to_at: Micros
) -> list[Gap]:
    """Return when nobody is on duty, in the order of time; what is the same for all is one gap.

    Without ``brands`` it is asked whether anybody is on duty at all.
    """
    known = list(shifts)
    if not brands:
        return [Gap("", *one) for one in _open(known, "", from_at, to_at)]
    found = {brand: list(_open(known, brand, from_at, to_at)) for brand in brands}
    everywhere = set.intersection(*(set(one) for one in found.values()))
    listed = [Gap("", *one) for one in everywhere]
    listed += [
        Gap(brand, *one) for brand, open_ in found.items() for one in open_ if one not in everywhere
    ]
    return sorted(listed, key=lambda one: (one.from_at, one.brand))


def _open(
    shifts: Sequence[Shift], brand: str, from_at: Micros, to_at: Micros
) -> Iterator[tuple[Micros, Micros]]:
    covered = from_at
    for one in sorted(shifts, key=lambda one: one.from_at):
        if not one.covers(brand) or one.to_at <= covered:
            continue
        if one.from_at >= to_at:
            break
        if one.from_at > covered:
            yield covered, one.from_at
        covered = one.to_at
    if covered < to_at:
        yield covered, to_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """The same stretch of every week, by the clock on the wall.

    Weekdays count from 0 for Monday. A stretch whose end is not after its beginning ends in the
    week after. ``members`` take turns week by week.
    """

    members: tuple[str, ...]
    from_day: int
    from_clock: time
    to_day: int
    to_clock: time
    weeks: int = 1


def shifts_of(
    pattern: Pattern, now: Micros, zone: tzinfo | None, *, brand: str = "", note: str = ""
) -> list[Shift]:
    """Return a pattern laid out, from the first week whose stretch is not over yet.

    ``zone`` is where the clock hangs; ``None`` is the machine's. An hour that the clock shows
    twice is covered twice rather than never; one that it leaves out begins where it goes on.
    """
    monday = week_start(day_of(now, zone)) - timedelta(days=WEEK)
    length = (pattern.to_day - pattern.from_day) % 7
    if length == 0 and pattern.to_clock <= pattern.from_clock:
        length = 7
    made: list[Shift] = []
    week = 0
    while len(made) < pattern.weeks:
        day = monday + timedelta(days=7 * week + pattern.from_day)
        week += 1
        from_at = wall(day, pattern.from_clock, zone)
        to_at = wall(day + timedelta(days=length), pattern.to_clock, zone, last=True)
        if to_at <= now:
            continue
        member = pattern.members[len(made) % len(pattern.members)]
        made.append(Shift(brand=brand, member=member, from_at=from_at, to_at=to_at, note=note))
    return made


def wall(day: date, clock: time, zone: tzinfo | None, *, last: bool = False) -> Micros:
    """Return when a clock on the wall shows a time; ``last``: the second time it shows it."""
    shown = datetime.combine(day, clock).replace(fold=int(last))
    return from_datetime(shown.replace(tzinfo=zone) if zone is not None else shown.astimezone())


def why_not(shift: Shift, now: Micros) -> Sentence | None:
    """Return why a shift cannot be kept, ``None`` if it can."""
    if shift.to_at <= shift.from_at:
        return Sentence("It must end after it begins.")
    if shift.to_at <= now:
        return Sentence("That time has passed; choose a later one.")
    if shift.to_at - shift.from_at > LONGEST:
        return Sentence("A shift lasts a month at most.")
    return None
