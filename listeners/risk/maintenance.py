"""Maintenance windows: known events during which alerts are recorded and do not ring.

A launch explains a surge, a mood, a silence, a source that is moved, answers that come late. It
never explains a leak, a look-alike or a hijacked account: those ring all the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from listeners.model import AlertClass, Micros

EXPLAINED = frozenset({AlertClass.IMAGE, AlertClass.SILENCE, AlertClass.SOURCE, AlertClass.OVERDUE})
"""The classes that a known event explains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One known event. ``brand`` is empty for every brand; ``author`` for the configuration's.

    Times are UTC microseconds; ``to_at`` is no longer part of it.
    """

    id: int = 0
    brand: str = ""
    from_at: Micros
    to_at: Micros
    reason: str = ""
    author: str = ""

    def runs(self, now: Micros) -> bool:
        """Whether it is going on."""
        return self.from_at <= now < self.to_at


def covers(windows: Iterable[Window], brand: str, kind: AlertClass, now: Micros) -> bool:
    """Return whether a window keeps an alert of this brand and class from ringing."""
    return kind in EXPLAINED and any(one.runs(now) and one.brand in ("", brand) for one in windows)
