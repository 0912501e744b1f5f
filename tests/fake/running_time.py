"""How long something took while the machine ran: its own pauses are nobody's fault.

spent = RunningTime()
while spent.seconds < 2 and not done():
    time.sleep(0.02)
    spent.step()
"""

from __future__ import annotations

import time

LONGEST = 0.25
"""Seconds one step counts at most: whoever looks every 20 ms is late only with the machine."""


class RunningTime:
    """Seconds since it was made, counted step by step."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._last = time.monotonic()

    def step(self) -> float:
        """Count what has passed since the last step, and return all that was counted."""
        now = time.monotonic()
        self.seconds += min(now - self._last, LONGEST)
        self._last = now
        return self.seconds
