"""Record keys that sort by time, made here so that a reply has its name before it is sent.

Source: the AT Protocol specification of TIDs: 53 bits of microseconds and 10 bits of a clock's
number, in base 32 with an alphabet that sorts.
"""

from __future__ import annotations

import re
import secrets

from listeners.model import Micros

_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
_TID = re.compile(rf"[234567abcdefghij][{_ALPHABET}]{{12}}")
_CLOCKS = 1024


class Tids:
    """Makes TIDs that rise even where the clock stands still or steps back."""

    def __init__(self) -> None:
        self._clock = secrets.randbelow(_CLOCKS)
        self._last = 0

    def new(self, now: Micros) -> str:
        """Return a TID for this instant, or for the first after the last one."""
        self._last = max(now, self._last + 1)
        number = (self._last << 10) | self._clock
        return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(60, -1, -5))


def is_tid(key: str) -> bool:
    """Whether a key has the form the network accepts."""
    return _TID.fullmatch(key) is not None
