"""Which budgets, allowances and turns a piece of work lives on, told as it asks for them.

The fetcher is shared and its callers are many, so the work says once that it wants to know, and
everything it starts is counted to it.
"""

from __future__ import annotations

from contextvars import ContextVar

_WATCHED: ContextVar[set[str] | None] = ContextVar("watched", default=None)


def watch(keys: set[str]) -> None:
    """Collect into ``keys`` what this task, and every task it starts, asks from now on."""
    _WATCHED.set(keys)


def note(key: str) -> None:
    """Say that a request depends on the budget, allowance or turn of this key."""
    watched = _WATCHED.get()
    if watched is not None:
        watched.add(key)
