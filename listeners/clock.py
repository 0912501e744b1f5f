"""The clock of hubbub: UTC microseconds, injected wherever time decides something."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from listeners.model import Micros

Clock = Callable[[], Micros]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc_now() -> Micros:
    """Return the present in UTC microseconds."""
    return Micros(time.time_ns() // 1000)


def from_datetime(moment: datetime) -> Micros:
    """Return the UTC microseconds of a datetime; one without a zone is taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return Micros((aware - _EPOCH) // timedelta(microseconds=1))


def to_datetime(at: Micros) -> datetime:
    """Return the aware UTC datetime of UTC microseconds."""
    return _EPOCH + timedelta(microseconds=at)


def to_iso(at: Micros) -> str:
    """Return ISO 8601 in UTC with microseconds and ``Z``: ``2026-11-22T10:00:00.123456Z``."""
    return to_datetime(at).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_iso(text: str) -> Micros:
    """Read ISO 8601; a text without a zone is taken as UTC.

    Raises:
        ValueError: the text is not ISO 8601, or its year cannot be represented.
    """
    try:
        return from_datetime(datetime.fromisoformat(text.strip()))
    except OverflowError as error:
        raise ValueError(str(error)) from error
