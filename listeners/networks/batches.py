"""Whether a batch is worth a transaction."""

from __future__ import annotations

from listeners.model import Batch


def says_something(batch: Batch) -> bool:
    """Whether a batch holds anything but its place: a quiet round writes nothing."""
    return bool(batch.posts or batch.deletions or batch.bad or batch.gap)
