"""How fast we answer: first and next responses, against what was promised.

Times are business time (``conversations.clock``): the night does not count against anybody. A
*first* response is the first answer of a conversation, a *next* one every answer after it. The
share within target counts those who still wait past their target as missed; otherwise never
answering would look perfect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from listeners.config import BrandConfig
from listeners.conversations.clock import business_seconds
from listeners.conversations.urgency import RISK
from listeners.model import Micros

NOBODY = ""
"""The member of a wait that nobody has taken."""
ELSEWHERE = "\0"
"""The member of an answer that was not given from here: a group of its own, never a name."""

How = Literal["reply", "by hand", "there"]
"""Sent from here, marked as answered by a person, or written on the network and heard."""

Side = Literal["all", "network", "member", "tier"]
SIDES: tuple[Side, ...] = ("all", "network", "member", "tier")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer as the log has it. ``member`` is ``ELSEWHERE`` where it was only heard."""

    conversation: int
    brand: str
    network: str
    tier: int
    member: str
    how: How
    first: bool
    asked_at: Micros
    answered_at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A conversation that waits on us now. ``member`` is who has it, or ``NOBODY``."""

    conversation: int
    brand: str
    network: str
    tier: int
    member: str
    first: bool
    asked_at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer, or a wait that goes on, measured. Seconds are business time."""

    conversation: int
    brand: str
    network: str
    tier: int
    member: str
    how: How | None
    """``None``: not answered yet."""
    first: bool
    asked_at: Micros
    answered_at: Micros | None
    seconds: float
    target: float

    @property
    def late(self) -> bool:
        """Whether it took, or takes, longer than promised."""
        return self.seconds > self.target


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a group of responses comes to. Times are seconds of business time.

    ``within`` is the share of those due that were answered in time, in [0, 1]; waits that are
    not late yet are not due. ``rows`` are what the figures were made of, the slowest first.
    """

    answered: int
    median_first: float | None
    median_next: float | None
    slowest_tenth: float | None
    within: float | None
    waiting: int
    overdue: int
    oldest: Response | None
    rows: tuple[Response, ...]


def measured(
    answers: Iterable[Answer],
    waiting: Iterable[Waiting],
    brands: Mapping[str, BrandConfig],
    now: Micros,
) -> list[Response]:
    """Return answers and waits with their business time and their target."""
    found = [_measured(one, one.answered_at, one.how, brands, one.answered_at) for one in answers]
    found += [_measured(one, None, None, brands, now) for one in waiting]
    return found


def _measured(
    one: Answer | Waiting,
    answered_at: Micros | None,
    how: How | None,
    brands: Mapping[str, BrandConfig],
    until: Micros,
) -> Response:
    brand = brands.get(one.brand) or BrandConfig(name=one.brand)
    targets = brand.targets
    usual = targets.first if one.first else targets.next
    return Response(
        conversation=one.conversation,
        brand=one.brand,
        network=one.network,
        tier=one.tier,
        member=one.member,
        how=how,
        first=one.first,
        asked_at=one.asked_at,
        answered_at=answered_at,
        seconds=max(0.0, business_seconds(one.asked_at, until, brand.hours)),
        target=targets.urgent if one.tier == RISK else usual,
    )


def figures(rows: Sequence[Response]) -> Figures:
    """Return what these responses come to."""
    answered = [row for row in rows if row.how is not None]
    waiting = [row for row in rows if row.how is None]
    late = [row for row in waiting if row.late]
    in_time = sum(not row.late for row in answered)
    due = len(answered) + len(late)
    spans = sorted(row.seconds for row in answered)
    return Figures(
        answered=len(answered),
        median_first=_median(row.seconds for row in answered if row.first),
        median_next=_median(row.seconds for row in answered if not row.first),
        slowest_tenth=_quantile(spans, 0.9),
        within=in_time / due if due else None,
        waiting=len(waiting),
        overdue=len(late),
        oldest=max(waiting, key=lambda row: row.seconds, default=None),
        rows=tuple(sorted(rows, key=lambda row: (row.how is not None, -row.seconds))),
    )


def grouped(rows: Iterable[Response], side: Side) -> dict[str, Figures]:
    """Return the figures of each network, member or tier, those with most rows first."""
    key = _KEYS[side]
    groups: dict[str, list[Response]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    if side == "tier":
        names = sorted(groups)
    else:
        names = sorted(groups, key=lambda name: (-len(groups[name]), name))
    return {name: figures(groups[name]) for name in names}


_KEYS: Mapping[Side, Callable[[Response], str]] = {
    "all": lambda row: "",
    "network": lambda row: row.network,
    "member": lambda row: row.member,
    "tier": lambda row: str(row.tier),
}


def _median(values: Iterable[float]) -> float | None:
    known = list(values)
    return median(known) if known else None


def _quantile(ordered: Sequence[float], share: float) -> float | None:
    """Return the smallest value that at least ``share`` of the values do not exceed."""
    if not ordered:
        return None
    place = -(-len(ordered) * round(share * 100) // 100)
    return ordered[min(len(ordered), max(1, place)) - 1]
