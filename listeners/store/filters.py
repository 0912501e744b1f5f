"""What a list shows: frozen values that the screen keeps, the commands build and ``reads`` obeys.

An empty tuple or string leaves that side open; several values of one side are alternatives.
``brand`` is a brand's name, empty for all brands.
"""

from __future__ import annotations

from dataclasses import dataclass

from listeners.model import (
    AlertClass,
    AlertState,
    ConversationState,
    Label,
    Micros,
    Part,
    Severity,
)
from listeners.query.fts import FtsQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """Which conversations. ``labels`` and ``langs`` are those of the newest outside message.

    ``states`` takes ``ConversationState`` values or their words. ``assignee`` is a member's name;
    ``unassigned`` asks for those nobody has.
    """

    brand: str = ""
    states: tuple[ConversationState | str, ...] = (ConversationState.OPEN,)
    networks: tuple[str, ...] = ()
    assignee: str = ""
    unassigned: bool = False
    labels: tuple[Label, ...] = ()
    tags: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()
    query: FtsQuery | None = None
    opened_since: Micros | None = None
    opened_until: Micros | None = None
    asked: bool = False
    """Only those in which somebody asked for an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFilter:
    """Which alerts, by default the live ones of every class and severity.

    ``since`` and ``until`` ask for those that were going on in some of [since, until).
    """

    brand: str = ""
    states: tuple[AlertState | str, ...] = (
        AlertState.FIRING,
        AlertState.ACKED,
        AlertState.SNOOZED,
    )
    classes: tuple[AlertClass | str, ...] = ()
    min_severity: Severity = Severity.INFO
    since: Micros | None = None
    until: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFilter:
    """Which mentions. ``since`` and ``until`` are times of the mention, not of its arrival.

    ``campaign`` and ``person`` are numbers; without ``reposts`` those are left out.
    """

    brand: str = ""
    networks: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()
    langs: tuple[str, ...] = ()
    query: FtsQuery | None = None
    since: Micros | None = None
    parts: tuple[Part, ...] = ()
    until: Micros | None = None
    campaign: int | None = None
    person: int | None = None
    reposts: bool = True
