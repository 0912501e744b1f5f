"""Templates: the texts a team begins its replies with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from listeners.model import Micros, SafeText
from listeners.store import subjects
from listeners.store.codec import storable
from listeners.store.connection import Connection, Row
from listeners.store.database import Store
from listeners.store.subjects import NewEvent
from listeners.text import clean, clean_line

LONGEST_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A text to begin a reply with; ``lang`` and ``brand`` are empty where any will do.

    ``id`` 0 is one that hubbub brings along and the team has not made its own.
    """

    id: int = 0
    name: SafeText
    lang: str = ""
    brand: str = ""
    text: SafeText


async def templates(store: Store, lang: str = "", brand: str = "") -> list[Template]:
    """Return the team's templates by name; with ``lang`` or ``brand``, those that fit it."""
    rows = await store.fetch(
        """SELECT * FROM template WHERE removed = 0
             AND (? = '' OR lang IN ('', ?)) AND (? = '' OR brand IN ('', ?))
           ORDER BY name COLLATE NOCASE, id""",
        (lang, lang, brand, brand),
    )
    return [_template(row) for row in rows]


async def template(store: Store, id_: int) -> Template | None:
    """Return one template, ``None`` if there is none of this number (any more)."""
    rows = await store.fetch("SELECT * FROM template WHERE id = ? AND removed = 0", (id_,))
    return _template(rows[0]) if rows else None


async def add_template(store: Store, actor: str, wanted: Template, now: Micros) -> Template:
    """Add a template as a step of ``actor``, and return it with its number.

    Raises:
        StoreError: it was not stored.
    """
    tidy = _tidy(wanted)

    async def work(connection: Connection) -> Template:
        (row,) = await connection.fetch(
            "INSERT INTO template (name, lang, brand, text) VALUES (?, ?, ?, ?) RETURNING id",
            (tidy.name, tidy.lang, tidy.brand, tidy.text),
        )
        added = replace(tidy, id=int(row["id"]))
        after = {"removed": 0, "name": added.name}
        await _log(connection, actor, "add", added.id, {"removed": 1}, after, now)
        return added

    return await store.write(work, urgent=True)


async def change_template(store: Store, actor: str, wanted: Template, now: Micros) -> bool:
    """Change the template of this number as a step of ``actor``; ``False`` if there is none.

    Raises:
        StoreError: it was not stored.
    """
    tidy = _tidy(wanted)

    async def work(connection: Connection) -> bool:
        known = await _one(connection, tidy.id)
        if known is None:
            return False
        before, after = _fields(known), _fields(tidy)
        changed = [name for name in after if before[name] != after[name]]
        if changed:
            await _put(connection, tidy.id, {name: after[name] for name in changed})
            await _log(
                connection,
                actor,
                "change",
                tidy.id,
                {name: before[name] for name in changed},
                {name: after[name] for name in changed},
                now,
            )
        return True

    return await store.write(work, urgent=True)


async def remove_template(store: Store, actor: str, id_: int, now: Micros) -> Template | None:
    """Take a template away as a step of ``actor``, and return it; ``None`` if there is none.

    Raises:
        StoreError: nothing was stored.
    """

    async def work(connection: Connection) -> Template | None:
        known = await _one(connection, id_)
        if known is not None:
            await _put(connection, id_, {"removed": 1})
            await _log(
                connection,
                actor,
                "remove",
                id_,
                {"removed": 0},
                {"removed": 1, "name": known.name},
                now,
            )
        return known

    return await store.write(work, urgent=True)


async def _put(connection: Connection, id_: int, fields: Mapping[str, object]) -> None:
    for name in ("name", "lang", "brand", "text", "removed"):
        if name in fields:
            await connection.fetch(
                f"UPDATE template SET {name} = ? WHERE id = ?", (fields[name], id_)
            )


async def _one(connection: Connection, id_: int) -> Template | None:
    rows = await connection.fetch("SELECT * FROM template WHERE id = ? AND removed = 0", (id_,))
    return _template(rows[0]) if rows else None


async def _log(
    connection: Connection,
    actor: str,
    verb: str,
    id_: int,
    before: dict[str, object],
    after: dict[str, object],
    now: Micros,
) -> None:
    step = await subjects.next_step(connection, actor)
    await subjects.add_events(
        connection,
        [
            NewEvent(
                at=now,
                actor=actor,
                verb=verb,
                subject_kind="template",
                subject_id=id_,
                before=before,
                after=after,
                step=step,
            )
        ],
    )


def _tidy(one: Template) -> Template:
    return replace(
        one,
        name=clean_line(one.name, LONGEST_NAME),
        lang=clean_line(one.lang, 20).lower(),
        brand=clean_line(one.brand),
        text=clean(storable(one.text)),
    )


def _fields(one: Template) -> dict[str, object]:
    return {"name": one.name, "lang": one.lang, "brand": one.brand, "text": one.text}


def _template(row: Row) -> Template:
    return Template(
        id=row["id"],
        name=SafeText(row["name"]),
        lang=row["lang"],
        brand=row["brand"],
        text=SafeText(row["text"]),
    )
