"""How long what a source brought is kept, as a person decided it.

``[retention] days`` holds for every source; ``keep_days`` of a source can shorten it, and never
lengthens it. The terms of the networks (``listeners.terms``) hold besides: they take the words
sooner where they ask for that.
"""

from __future__ import annotations

from collections.abc import Iterable

from listeners.config import Config, SourceConfig
from listeners.model import DAY, Micros


def kept_days(source: SourceConfig | None, everywhere: int) -> int | None:
    """Return for how many days a source is kept; ``None``: for ever.

    ``everywhere`` are the days of ``[retention]``, 0 where there is no limit. A source that is
    configured no more (``None``) is kept as long as those say.
    """
    limits = [days for days in (everywhere, source.keep_days if source else 0) if days > 0]
    return min(limits, default=None)


def due_days(
    stored: Iterable[tuple[int, SourceConfig | None]], everywhere: int, now: Micros
) -> dict[Micros, list[int]]:
    """Return which sources (by their ids in the store) lose what was written before when."""
    found: dict[Micros, list[int]] = {}
    for number, source in stored:
        days = kept_days(source, everywhere)
        if days is not None:
            found.setdefault(Micros(now - days * DAY), []).append(number)
    return found


def shortest_days(config: Config) -> int:
    """Return after how many days the first of all that is heard may be gone; 0: never."""
    days = [kept_days(source, config.retention_days) for source in config.sources]
    known = [one for one in (*days, config.retention_days or None) if one is not None]
    return min(known, default=0)
