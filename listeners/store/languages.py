"""Which languages authors and sources have written in, from their newest mentions.

Only languages that a network or a text itself named count, so that a guess never confirms itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from listeners.store.codec import dumps, storable, to_strings
from listeners.store.database import Store

NEWEST = 20
"""Mentions of one author that are looked at."""
LOOKED_THROUGH = 2000
"""Newest mentions of all sources among which those of one are looked for: a few milliseconds."""

_NAMED = "lang IS NOT NULL AND lang_by IN ('tag', 'text', '')"


async def languages_of_authors(
    store: Store, authors: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the languages of authors' newest mentions, by (network, author key)."""
    asked = list(dict.fromkeys(authors))
    rows = await store.fetch(
        f"""SELECT w.key AS place, (SELECT json_group_array(lang) FROM (
                SELECT m.lang FROM mention m WHERE m.account_id = a.id AND {_NAMED}
                ORDER BY m.sort_at DESC LIMIT {NEWEST})) AS langs
            FROM json_each(?) w JOIN account a ON a.network = json_extract(w.value, '$[0]')
                AND a.key = json_extract(w.value, '$[1]')""",
        (dumps([[network, storable(key)] for network, key in asked]),),
    )
    return {asked[row["place"]]: to_strings(row["langs"]) for row in rows}


async def languages_of_source(store: Store, key: str) -> tuple[str, ...]:
    """Return the languages of a source's mentions among the newest of all."""
    rows = await store.fetch(
        f"""SELECT lang FROM (SELECT source_id, lang, lang_by FROM mention
                ORDER BY id DESC LIMIT {LOOKED_THROUGH})
            WHERE source_id = (SELECT id FROM source WHERE key = ?) AND {_NAMED}""",
        (storable(key),),
    )
    return tuple(row["lang"] for row in rows)
