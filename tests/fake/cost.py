"""What a piece of work costs: the time of the processor in this thread, which others cannot take.

Time on the clock also counts what a busy machine does meanwhile. The processor's own counts the
work alone, and of a few tries the best, for caches and neighbours make some of them slower.
"""

from __future__ import annotations

import time
from collections.abc import Callable

TRIES = 5


def cost(action: Callable[[], object], tries: int = TRIES) -> float:
    """Return what an action costs at best, in seconds."""
    return min(_once(action) for _ in range(tries))


def costs_less(seconds: float, action: Callable[[], object], tries: int = TRIES) -> bool:
    """Whether an action costs less than this in one of some tries; seldom is a second needed."""
    return any(_once(action) < seconds for _ in range(tries))


def _once(action: Callable[[], object]) -> float:
    began = time.thread_time()
    action()
    return time.thread_time() - began
