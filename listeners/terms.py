"""How long words may be kept: as the network's terms say, or shorter where a person says so."""

from __future__ import annotations

import re
from collections.abc import Iterable

from listeners.config import SourceConfig
from listeners.model import DAY, HOUR, Micros

_SPAN = re.compile(r"(\d{1,4})([hd])")
_UNITS = {"h": HOUR, "d": DAY}


def kept_for(terms: float | None, source: SourceConfig | None) -> int | None:
    """Return for how many microseconds the words of a source are kept; ``None``: no limit.

    ``terms`` are the network's, in hours (``Capability.keep_hours``). The option ``keep`` of a
    source (``"24h"``, ``"30d"``) shortens them, and never lengthens them.
    """
    limits = [] if terms is None else [int(terms * HOUR)]
    found = _SPAN.fullmatch(str(source.options.get("keep", "")).strip()) if source else None
    if found is not None:
        limits.append(int(found[1]) * _UNITS[found[2]])
    return min(limits, default=None)


def due(
    stored: Iterable[tuple[int, float | None, SourceConfig | None]], now: Micros
) -> dict[Micros, list[int]]:
    """Return which sources' words go that were brought before when.

    ``stored`` holds of every source its id, its network's terms and its configuration, ``None``
    for a source that is configured no more: the terms hold all the same.
    """
    found: dict[Micros, list[int]] = {}
    for number, terms, source in stored:
        kept = kept_for(terms, source)
        if kept is not None:
            found.setdefault(Micros(now - kept), []).append(number)
    return found
