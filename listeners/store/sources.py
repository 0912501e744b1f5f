"""Brands and sources as the store knows them: registered at start, their state kept as it moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from listeners.model import Micros, Sentence, SourceState
from listeners.store.codec import from_sentence, storable
from listeners.store.connection import Connection


@dataclass(frozen=True, slots=True)
class NewSource:
    """A configured source. ``key`` is its lasting name (``SourceConfig.key``)."""

    key: str
    network: str
    label: str
    gapless: bool = False


async def register_brands(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """Store brands that are not there yet and return the ids of all brands by name.

    A brand that left the configuration stays: its mentions are still there.
    """
    await connection.many(
        "INSERT INTO brand (name) VALUES (?) ON CONFLICT (name) DO NOTHING",
        [(storable(name),) for name in names],
    )
    return {row["name"]: row["id"] for row in await connection.fetch("SELECT id, name FROM brand")}


async def set_competitors(connection: Connection, whose: Mapping[str, str | None]) -> None:
    """Say of stored brands whose competitor each is, ``None`` for a brand of ours."""
    await connection.many(
        """UPDATE brand SET competitor_of = (SELECT id FROM brand WHERE name = ?1)
           WHERE name = ?2
             AND competitor_of IS NOT (SELECT id FROM brand WHERE name = ?1)""",
        [(None if of is None else storable(of), storable(name)) for name, of in whose.items()],
    )


async def register_sources(
    connection: Connection, sources: Iterable[NewSource], now: Micros
) -> dict[str, int]:
    """Store the configured sources and return the ids of all sources by key.

    A known one keeps its cursor and counters. One that left the configuration is *off*.
    """
    wanted = list(sources)
    await connection.many(
        """INSERT INTO source (key, network, label, gapless, state_since) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (key) DO UPDATE SET label = excluded.label, gapless = excluded.gapless""",
        [(storable(one.key), one.network, storable(one.label), one.gapless, now) for one in wanted],
    )
    rows = await connection.fetch("SELECT id, key, state FROM source")
    configured = {storable(one.key) for one in wanted}
    off = SourceState.OFF.value
    for row in rows:
        if (row["key"] in configured) == (row["state"] == off):
            state = SourceState.STARTING if row["key"] in configured else SourceState.OFF
            await set_source_state(connection, row["id"], state, now)
    return {row["key"]: row["id"] for row in rows}


async def set_source_state(
    connection: Connection,
    source_id: int,
    state: SourceState,
    now: Micros,
    *,
    detail: Sentence | None = None,
    until: Micros | None = None,
    next_at: Micros | None = None,
    failures: int = 0,
) -> None:
    """Say how a source is doing. ``state_since`` moves only when the state changes.

    ``failures`` counts those in a row; ``until`` is when a limit ends, ``next_at`` the next try.
    """
    await connection.fetch(
        """UPDATE source SET state_since = iif(state = ?, state_since, ?), state = ?,
               detail = ?, until_at = ?, next_at = ?, failures = ?,
               last_ok_at = iif(?, ?, last_ok_at)
           WHERE id = ?""",
        (
            state.value,
            now,
            state.value,
            from_sentence(detail),
            until,
            next_at,
            failures,
            state in (SourceState.OK, SourceState.CATCHING_UP, SourceState.UNOFFICIAL_BRIDGE),
            now,
            source_id,
        ),
    )


async def source_cursor(connection: Connection, source_id: int) -> str | None:
    """Return the cursor a source goes on from, ``None`` for a source that never stored one."""
    rows = await connection.fetch("SELECT cursor FROM source WHERE id = ?", (source_id,))
    return rows[0]["cursor"] if rows else None


async def fill_gaps(connection: Connection, source_id: int, now: Micros) -> None:
    """Say that whatever a source had missed has been read after all."""
    await connection.fetch(
        "UPDATE gap SET filled_at = ? WHERE source_id = ? AND filled_at IS NULL", (now, source_id)
    )


async def close_old_gaps(connection: Connection, before: Micros, now: Micros) -> None:
    """Take gaps that were seen before then off their sources' lines."""
    await connection.fetch(
        "UPDATE gap SET filled_at = ? WHERE filled_at IS NULL AND seen_at < ?", (now, before)
    )
