"""What is known of one network over the stretch that coverage looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from listeners.config.profile import Group, Measure, Objective
from listeners.model import Sentence, SourceState

DAYS = 28
"""How many days coverage looks back."""
QUIET_DAYS = 56
"""A healthy source that brought nothing for so long may as well go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """A source of the network: how it is doing, since when it is there, and what it brought.

    ``heard`` counts its mentions of the last ``QUIET_DAYS``; ``noise`` those of them that were
    ignored or dismissed.
    """

    key: str
    state: SourceState
    detail: Sentence | None = None
    days: float = 0.0
    heard: int = 0
    noise: int = 0
    spent: float = 0.0
    """What it cost in those days, in dollars."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A network as the brand's profile and the last ``DAYS`` days have it.

    ``asked`` counts conversations that asked for a reply, ``answered`` those of them we answered,
    ``in_time`` those answered within their target. ``reach`` is the sum of the followers known of
    the people who spoke, ``None`` if none is known. ``linked`` counts mentions heard elsewhere
    that link there, ``rivals`` the competitors' mentions there. ``posts`` are our own. Net
    sentiment is in [-1, 1], ``None`` without a scored mention. ``first_seconds`` is the median of
    first answers in business time.
    """

    network: str
    title: str
    groups: Sequence[Group] = ()
    sources: Sequence[Listening] = ()
    known: bool = True
    """Whether hubbub has a listener for it."""
    needs: Sentence | None = None
    """What must be had before it can be listened to."""
    mentions: int = 0
    rivals: int = 0
    people: int = 0
    new_people: int = 0
    net: float | None = None
    asked: int = 0
    answered: int = 0
    in_time: int = 0
    first_seconds: float | None = None
    reach: int | None = None
    posts: int = 0
    linked: int = 0

    @property
    def healthy(self) -> bool:
        """Whether anything listens there now."""
        return any(one.state in _HEARING for one in self.sources)


_HEARING = frozenset(
    {
        SourceState.OK,
        SourceState.CATCHING_UP,
        SourceState.RATE_LIMITED,
        SourceState.STARTING,
        SourceState.IMPORT_ONLY,
        SourceState.UNOFFICIAL_BRIDGE,
    }
)


@dataclass(frozen=True, slots=True)
class Against:
    """An objective, what was measured for it (``None``: nothing to measure), and whose it is."""

    group: str
    objective: Objective
    now: float | None

    @property
    def met(self) -> bool | None:
        """Whether it is met; ``None`` where nothing could be measured."""
        return None if self.now is None else self.objective.met(self.now)


def against(one: Reached) -> list[Against]:
    """Return what a network gives against each objective that was set for it."""
    return [
        Against(group.name, wanted, measured(one, wanted.measure))
        for group in one.groups
        if (wanted := group.networks.get(one.network)) is not None
    ]


def measured(one: Reached, measure: Measure) -> float | None:
    """Return what a network gives in the unit of an objective; ``None`` if there is nothing."""
    weeks = DAYS / 7
    match measure:
        case "heard":
            return one.mentions / weeks
        case "people":
            return one.new_people / weeks
        case "posts":
            return one.posts / weeks
        case "answered":
            return 100 * one.answered / one.asked if one.asked else None
        case "within":
            return 100 * one.in_time / one.asked if one.asked else None
        case "reach":
            return None if one.reach is None else float(one.reach)
        case "mood":
            return None if one.net is None else 100 * one.net


@dataclass(frozen=True, slots=True)
class Advice:
    """A suggestion to add a network or drop a source, and why."""

    what: str
    """``add`` or ``drop``."""
    network: str
    source: str = ""
    evidence: Sequence[Sentence] = field(default_factory=tuple)
