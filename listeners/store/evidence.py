"""What the evidence of alerts says, as the rules on noise look at it."""

from __future__ import annotations

from collections.abc import Iterable

from listeners.risk.masking import masked
from listeners.risk.noise import OF_NUMBERS, Past, Said
from listeners.store.codec import dumps, to_mappings
from listeners.store.connection import Connection
from listeners.store.database import Store
from listeners.text import fold

_SAID = """
SELECT m.id, m.title, m.text, m.risk, m.network, a.key FROM json_each(?) w
JOIN mention m ON m.id = w.value JOIN account a ON a.id = m.account_id
"""


async def said_in(connection: Connection, mentions: Iterable[int]) -> dict[int, Said]:
    """Return the folded words, secrets masked, and the author of mentions, by id."""
    rows = await connection.fetch(_SAID, (dumps(list(mentions)),))
    found: dict[int, Said] = {}
    for row in rows:
        # These words are shown, and offered to be muted.
        shown = masked(row["title"], row["text"], to_mappings(row["risk"]))
        words = fold(f"{shown.title}\n{shown.text}")
        found[row["id"]] = Said(words, f"{row['network']}:{row['key']}")
    return found


async def past_alerts(store: Store, rule: str, brand: str, limit: int = 50) -> list[Past]:
    """Return the newest alerts of a rule and brand with what spoke for them, newest first."""

    async def work(connection: Connection) -> list[Past]:
        rows = await connection.fetch(
            """SELECT a.id, a.state, (SELECT json_group_array(mention_id)
                   FROM alert_mention WHERE alert_id = a.id) AS evidence
               FROM alert a JOIN brand b ON b.id = a.brand_id
               WHERE a.rule = ? AND b.name = ? ORDER BY a.id DESC LIMIT ?""",
            (rule, brand, limit),
        )
        wanted = {row["id"]: _numbers(row["evidence"]) for row in rows}
        said = await said_in(connection, [id_ for ids in wanted.values() for id_ in ids])
        counted = await connection.fetch(
            """SELECT subject_id FROM event WHERE subject_kind = 'alert' AND verb = 'dismiss'
                 AND undone = 0 AND subject_id IN (SELECT value FROM json_each(?))""",
            (dumps(list(wanted)),),
        )
        was_false = {row["subject_id"] for row in counted}
        return [
            Past(
                row["id"],
                row["state"] == "dismissed" or row["id"] in was_false,
                rule in OF_NUMBERS,
                [said[id_] for id_ in wanted[row["id"]] if id_ in said],
            )
            for row in rows
        ]

    return await store.read(work)


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.strip("[]").split(",") if part]
