"""Brands by name, and questions asked of several brands at once.

Every index begins with the brand. A list over all brands is the merge of one index walk a brand
(``UNION ALL`` with the same order in each arm), so that it stops after its first page too.
"""

from __future__ import annotations

from collections.abc import Sequence

from listeners.store.database import Store


async def brand_ids(store: Store, brand: str) -> list[int]:
    """Return the id of the brand of this name, or those of all brands for an empty name."""
    rows = await store.fetch("SELECT id FROM brand WHERE ? IN ('', name) ORDER BY id", (brand,))
    return [row["id"] for row in rows]


def merged(arm: str, ids: Sequence[int], parameters: Sequence[object]) -> tuple[str, list[object]]:
    """Return ``arm`` once an id joined by ``UNION ALL``, and all its parameters.

    ``arm`` is a SELECT whose first parameter is the id and whose others are ``parameters``.
    """
    return (
        " UNION ALL ".join([arm] * len(ids)),
        [value for id_ in ids for value in (id_, *parameters)],
    )
