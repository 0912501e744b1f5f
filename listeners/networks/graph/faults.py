"""What a refusal of Meta's Graph API means. Its HTTP status is often a mere 400: the code decides.

Source: developers.facebook.com/docs/graph-api/guides/error-handling.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from listeners.model import Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.graph import words
from listeners.text import clean_line

_LIMITS = frozenset({4, 17, 32, 341, 613, *range(80000, 80015)})
_EXPIRED = frozenset({102, 190})
_PASSING = frozenset({1, 2})
_GONE = 33
_REVIEWED = ("reviewable feature", "app review", "advanced access", "public content access")


class Kind(Enum):
    """What a refusal is about."""

    LIMITED = auto()
    EXPIRED = auto()
    PERMISSION = auto()
    REVIEW = auto()
    GONE = auto()
    PASSING = auto()
    SHUT_OUT = auto()
    DUPLICATE = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Fault:
    """The ``error`` of an answer. ``said`` is the network's own explanation, made harmless."""

    code: int
    subcode: int
    said: str
    transient: bool = False

    @property
    def kind(self) -> Kind:
        """What it is about."""
        if self.code in _LIMITS:
            return Kind.LIMITED
        if self.code in _EXPIRED:
            return Kind.EXPIRED
        if self.code == 100 and self.subcode == _GONE:
            return Kind.GONE
        if self.code in (3, 10, 100) or 200 <= self.code <= 299:
            if any(word in self.said.casefold() for word in _REVIEWED):
                return Kind.REVIEW
            return Kind.OTHER if self.code == 100 else Kind.PERMISSION
        if self.code == 368:
            return Kind.SHUT_OUT
        if self.code == 506:
            return Kind.DUPLICATE
        return Kind.PASSING if self.transient or self.code in _PASSING else Kind.OTHER


class GraphError(SourceError):
    """The network answered, and its answer was no; ``fault`` is its own account of it."""

    def __init__(
        self,
        fault: Fault,
        state: SourceState,
        sentence: Sentence,
        *,
        status: int,
        until: Micros | None = None,
    ) -> None:
        super().__init__(state, sentence, until=until)
        self.fault = fault
        self.kind = fault.kind
        self.status = status

    @property
    def about_one_part(self) -> bool:
        """Whether it is this part of a source that cannot be read, and not all of it."""
        return self.kind in (Kind.PERMISSION, Kind.REVIEW, Kind.GONE, Kind.OTHER)


def fault_in(body: bytes) -> Fault | None:
    """Return the error an answer tells of, ``None`` where it is none of the Graph API."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    error = told.get("error") if isinstance(told, dict) else None
    if not isinstance(error, Mapping) or not isinstance(error.get("code"), int):
        return None
    subcode = error.get("error_subcode")
    said = error.get("error_user_msg") or error.get("message") or error.get("type")
    return Fault(
        code=error["code"],
        subcode=subcode if isinstance(subcode, int) else 0,
        said=clean_line(said, 200),
        transient=error.get("is_transient") is True,
    )


def meaning(fault: Fault, network: str) -> tuple[SourceState, Sentence]:
    """Return what a fault makes of a source, and how it is said. ``network`` is its title."""
    match fault.kind:
        case Kind.LIMITED:
            return SourceState.RATE_LIMITED, words.limited(network)
        case Kind.EXPIRED:
            told = words.expired(network, fault.subcode, fault.said)
            return SourceState.TOKEN_EXPIRED, told
        case Kind.PERMISSION:
            return SourceState.NEEDS_TOKEN, words.not_permitted(network, fault.said)
        case Kind.REVIEW:
            return SourceState.NEEDS_APPROVAL, words.needs_review(network, fault.said)
        case Kind.GONE:
            return SourceState.FAILING, words.gone(network)
        case Kind.PASSING:
            return SourceState.FAILING, words.passing(network, fault.said)
        case Kind.SHUT_OUT:
            return SourceState.BLOCKED, words.shut_out(network, fault.said)
        case Kind.DUPLICATE | Kind.OTHER:
            return SourceState.FAILING, words.refused(network, fault.said)
