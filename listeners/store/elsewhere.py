"""What a new post is compared with: mentions of the same words, article or address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from listeners.model import DAY, Micros, Part
from listeners.store.codec import dumps
from listeners.store.connection import Connection, Row
from listeners.store.keys import dedupe_key
from listeners.store.thread_facts import CROSS_POST_WINDOW

ARTICLE_WINDOW = 30 * DAY
"""How far apart two feeds may bring one article."""


@dataclass(frozen=True, slots=True)
class Writer:
    """An author as a network names them."""

    network: str
    key: str
    handle: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """A stored mention that may be the same as a post; with the authors of all its places."""

    mention_id: int
    brand_id: int
    network: str
    native_id: str
    at: Micros
    parent_id: str | None
    part: Part
    private: bool
    repost: bool
    history: bool
    asks: bool
    conversation_id: int | None
    sources: frozenset[int]
    writers: tuple[Writer, ...]


_ELSEWHERE = """
SELECT m.id, m.brand_id, m.network, m.native_id, m.sort_at, m.parent_id, m.part, m.private,
       m.repost, m.history, m.asks, m.conversation_id, m.source_id, a.key AS author, a.handle,
       a.name, w.key AS place
"""


async def same_words(
    connection: Connection, wanted: Iterable[tuple[int, str, Micros]]
) -> dict[int, list[Elsewhere]]:
    """Return mentions of the same words, by the position of (brand, fold, written at) asked for."""
    asked = list(wanted)
    reach = CROSS_POST_WINDOW // DAY
    # A day at a time, since the index begins with it.
    probes = [
        [number, brand_id, fold, at, day]
        for number, (brand_id, fold, at) in enumerate(asked)
        for day in range(at // DAY - reach, at // DAY + reach + 1)
    ]
    rows = await connection.fetch(
        f"""WITH probe AS MATERIALIZED (
                SELECT json_extract(value, '$[0]') AS key, json_extract(value, '$[1]') AS brand_id,
                       json_extract(value, '$[2]') AS fold, json_extract(value, '$[3]') AS at,
                       json_extract(value, '$[4]') AS day FROM json_each(?))
            {_ELSEWHERE} FROM probe w CROSS JOIN mention m
                ON m.sort_at / 86400000000 = w.day AND m.fold = w.fold AND m.fold != ''
            JOIN account a ON a.id = m.account_id
            WHERE m.brand_id = w.brand_id AND m.deleted_at IS NULL
              AND abs(m.sort_at - w.at) <= ? ORDER BY m.id""",
        (dumps(probes), CROSS_POST_WINDOW),
    )
    return await _with_places(connection, rows)


async def same_articles(
    connection: Connection, wanted: Iterable[tuple[int, str, Micros]]
) -> dict[int, list[Elsewhere]]:
    """Return mentions of the same article, by the position of (brand, key, written at) asked."""
    rows = await connection.fetch(
        f"""{_ELSEWHERE} FROM json_each(?) w
            JOIN article r ON r.brand_id = json_extract(w.value, '$[0]')
             AND r.key = json_extract(w.value, '$[1]')
             AND abs(r.at - json_extract(w.value, '$[2]')) <= ?
            JOIN mention m ON m.id = r.mention_id JOIN account a ON a.id = m.account_id
            WHERE m.deleted_at IS NULL ORDER BY m.id""",
        (dumps([list(one) for one in wanted]), ARTICLE_WINDOW),
    )
    return await _with_places(connection, rows)


async def same_posts(
    connection: Connection, wanted: Iterable[tuple[int, str, str]]
) -> dict[int, list[Elsewhere]]:
    """Return mentions of posts, by the position of (brand, network, native id) asked for."""
    asked = [[brand, network, dedupe_key(network, name)] for brand, network, name in wanted]
    rows = await connection.fetch(
        f"""{_ELSEWHERE} FROM json_each(?) w
            JOIN mention m ON m.network = json_extract(w.value, '$[1]')
             AND m.key = json_extract(w.value, '$[2]')
             AND m.brand_id = json_extract(w.value, '$[0]')
            JOIN account a ON a.id = m.account_id WHERE m.deleted_at IS NULL ORDER BY m.id""",
        (dumps(asked),),
    )
    return await _with_places(connection, rows)


async def _with_places(connection: Connection, rows: list[Row]) -> dict[int, list[Elsewhere]]:
    numbers = list({row["id"] for row in rows})
    places = (
        await connection.fetch(
            """SELECT p.mention_id, p.source_id, p.network, a.key, a.handle, a.name
           FROM place p LEFT JOIN account a ON a.id = p.account_id
           WHERE p.mention_id IN (SELECT value FROM json_each(?)) AND p.state != 'changed'""",
            (dumps(numbers),),
        )
        if numbers
        else []
    )
    sources: dict[int, set[int]] = defaultdict(set)
    writers: dict[int, list[Writer]] = defaultdict(list)
    for one in places:
        sources[one["mention_id"]].add(one["source_id"])
        if one["key"] is not None:
            named = Writer(one["network"], one["key"], one["handle"], one["name"])
            writers[one["mention_id"]].append(named)
    found: dict[int, list[Elsewhere]] = defaultdict(list)
    for row in rows:
        own = Writer(row["network"], row["author"], row["handle"], row["name"])
        found[row["place"]].append(
            Elsewhere(
                mention_id=row["id"],
                brand_id=row["brand_id"],
                network=row["network"],
                native_id=row["native_id"],
                at=Micros(row["sort_at"]),
                parent_id=row["parent_id"],
                part=Part(row["part"]),
                private=bool(row["private"]),
                repost=bool(row["repost"]),
                history=bool(row["history"]),
                asks=bool(row["asks"]),
                conversation_id=row["conversation_id"],
                sources=frozenset({row["source_id"], *sources[row["id"]]}),
                writers=(own, *writers[row["id"]]),
            )
        )
    return found
