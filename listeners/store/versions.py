"""Two people, one row: whoever saves second is told, and nothing of theirs is stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from listeners.model import Sentence
from listeners.store.codec import dumps
from listeners.store.connection import Connection
from listeners.store.errors import StoreError, Trouble

_VERSIONS = {
    "conversation": (
        "SELECT id, version FROM conversation WHERE id IN (SELECT value FROM json_each(?))"
    ),
    "alert": "SELECT id, version FROM alert WHERE id IN (SELECT value FROM json_each(?))",
}


class ChangedError(StoreError):
    """Somebody else changed these conversations or alerts (``ids``) since they were read."""

    def __init__(self, ids: Iterable[int]) -> None:
        super().__init__(
            Sentence("Somebody else changed this just now; nothing was done. Look again."),
            Trouble.CHANGED,
        )
        self.ids = tuple(ids)


async def check_versions(
    connection: Connection,
    kind: Literal["conversation", "alert"],
    read: Sequence[tuple[int, int]],
) -> None:
    """Refuse to overwrite what was saved since it was read; ``read`` is (id, version) pairs.

    The write lock is held: what is true here stays true until the commit.

    Raises:
        ChangedError: one of them has another version now, or is gone.
    """
    if not read:
        return
    rows = await connection.fetch(_VERSIONS[kind], (dumps([id_ for id_, _ in read]),))
    stored = {row["id"]: row["version"] for row in rows}
    changed = [id_ for id_, version in read if stored.get(id_) != version]
    if changed:
        raise ChangedError(changed)
