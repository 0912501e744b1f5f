"""Saved views: a pane, a filter, a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from listeners.model import SafeText
from listeners.store.codec import dumps, storable, to_mapping
from listeners.store.connection import Connection
from listeners.store.database import Store

Pane = Literal["queue", "stream"]


@dataclass(frozen=True, slots=True)
class SavedView:
    """A filter kept under a name; ``filter`` is as the screen wrote it."""

    name: SafeText
    pane: Pane
    filter: Mapping[str, object]


async def saved_views(store: Store) -> list[SavedView]:
    """Return every saved view, by name."""
    rows = await store.fetch("SELECT name, pane, filter FROM saved_view ORDER BY name")
    return [
        SavedView(SafeText(row["name"]), cast(Pane, row["pane"]), to_mapping(row["filter"]))
        for row in rows
    ]


async def save_view(store: Store, view: SavedView) -> None:
    """Keep a view, in place of one of the same name."""

    async def work(connection: Connection) -> None:
        await connection.fetch(
            "INSERT OR REPLACE INTO saved_view (name, pane, filter) VALUES (?, ?, ?)",
            (storable(view.name), view.pane, dumps(dict(view.filter))),
        )

    await store.write(work, urgent=True)


async def remove_view(store: Store, name: str) -> None:
    """Forget a view."""

    async def work(connection: Connection) -> None:
        await connection.fetch("DELETE FROM saved_view WHERE name = ?", (storable(name),))

    await store.write(work, urgent=True)
