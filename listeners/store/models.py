"""What was learnt from corrections: models by language, and the posts they are learnt from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from listeners.model import Label, Micros
from listeners.store.codec import LABELS, dumps
from listeners.store.connection import Connection, Row
from listeners.store.database import Store

State = Literal["offered", "on", "off", "worse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model learnt from corrections, without its weights.

    ``offered`` waits for a person, ``on`` judges, ``off`` was switched off, ``worse`` was not
    better than the word lists beyond chance.
    """

    id: int
    lang: str
    made_at: Micros
    corrections: int
    figures: Mapping[str, Any]
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A post with a label: a person's, or, ``stood``, the scorer's that nobody changed."""

    brand: str
    title: str
    text: str
    label: Label
    stood: bool


async def models(store: Store, lang: str = "") -> list[Model]:
    """Return the newest model of each language (or of one), and the one that judges."""
    rows = await store.fetch(
        """SELECT id, lang, made_at, corrections, figures, state FROM sentiment_model
           WHERE (state = 'on' OR id IN (SELECT max(id) FROM sentiment_model GROUP BY lang))
             AND (? = '' OR lang = ?) ORDER BY lang, id""",
        (lang, lang),
    )
    return [_model(row) for row in rows]


async def model(store: Store, model_id: int) -> Model | None:
    """Return a model by its number."""
    rows = await store.fetch(
        "SELECT id, lang, made_at, corrections, figures, state FROM sentiment_model WHERE id = ?",
        (model_id,),
    )
    return _model(rows[0]) if rows else None


async def switched_on(store: Store) -> list[tuple[Model, bytes]]:
    """Return the models that judge, with their weights."""
    rows = await store.fetch("SELECT * FROM sentiment_model WHERE state = 'on'")
    return [(_model(row), bytes(row["weights"])) for row in rows]


async def lessons_stamp(store: Store) -> str:
    """Return a text that changes whenever a taught word or a model in force does."""
    rows = await store.fetch(
        """SELECT coalesce((SELECT group_concat(id || '=' || weight) FROM taught_word
                            WHERE removed = 0), '') || ' ' ||
               coalesce((SELECT group_concat(id) FROM sentiment_model WHERE state = 'on'), '')
           AS stamp"""
    )
    return str(rows[0]["stamp"])


async def add_model(
    connection: Connection,
    *,
    lang: str,
    corrections: int,
    figures: Mapping[str, Any],
    weights: bytes,
    state: State,
    now: Micros,
) -> int:
    """Keep a model and return its number. Older ones of its language that do not judge go."""
    await connection.fetch(
        "DELETE FROM sentiment_model WHERE lang = ? AND state IN ('offered', 'worse')", (lang,)
    )
    (row,) = await connection.fetch(
        """INSERT INTO sentiment_model (lang, made_at, corrections, figures, weights, state)
           VALUES (?, ?, ?, ?, ?, ?) RETURNING id""",
        (lang, now, corrections, dumps(dict(figures)), weights, state),
    )
    return int(row["id"])


async def set_state(connection: Connection, model_id: int, state: State) -> None:
    """Switch a model on or off."""
    await connection.fetch("UPDATE sentiment_model SET state = ? WHERE id = ?", (state, model_id))


async def states_in(connection: Connection, lang: str) -> Mapping[int, State]:
    """Return the models of a language by number, the newest first, and how each is switched."""
    rows = await connection.fetch(
        "SELECT id, state FROM sentiment_model WHERE lang = ? ORDER BY id DESC", (lang,)
    )
    return {row["id"]: row["state"] for row in rows}


_BY_PEOPLE = """
FROM correction k JOIN mention m ON m.id = k.mention_id JOIN brand b ON b.id = m.brand_id
WHERE m.deleted_at IS NULL AND m.text != '' AND m.part != 'ours' AND m.lang IS NOT NULL
"""


async def corrections_by_language(store: Store) -> Mapping[str, int]:
    """Return how many corrections there are to learn from, by language."""
    rows = await store.fetch(f"SELECT m.lang, count(*) AS count {_BY_PEOPLE} GROUP BY m.lang")
    return {row["lang"]: row["count"] for row in rows}


async def corrected_posts(store: Store, lang: str, limit: int) -> list[tuple[Labelled, bool]]:
    """Return corrected posts of a language, newest first, and whether the scorer was right."""
    rows = await store.fetch(
        f"""SELECT b.name AS brand, m.title, m.text, k.label, k.scored_label {_BY_PEOPLE}
            AND m.lang = ? ORDER BY k.at DESC, k.mention_id DESC LIMIT ?""",
        (lang, limit),
    )
    return [(_labelled(row, stood=False), row["label"] == row["scored_label"]) for row in rows]


async def posts_that_stood(store: Store, lang: str, limit: int) -> list[Labelled]:
    """Return the newest posts of a language whose verdict nobody changed."""
    rows = await store.fetch(
        """SELECT b.name AS brand, m.title, m.text, m.label
           FROM mention m JOIN brand b ON b.id = m.brand_id
           WHERE m.lang = ? AND m.corrected_by = '' AND m.deleted_at IS NULL AND m.text != ''
             AND m.label < 3 AND m.part != 'ours' AND m.repost = 0
             AND coalesce(m.scorer, '') NOT LIKE 'learnt-%' AND m.scorer IS NOT 'stars'
           ORDER BY m.id DESC LIMIT ?""",
        (lang, limit),
    )
    return [_labelled(row, stood=True) for row in rows]


def _labelled(row: Row, *, stood: bool) -> Labelled:
    return Labelled(
        brand=row["brand"],
        title=row["title"],
        text=row["text"],
        label=LABELS[row["label"]],
        stood=stood,
    )


def _model(row: Row) -> Model:
    return Model(
        id=row["id"],
        lang=row["lang"],
        made_at=Micros(row["made_at"]),
        corrections=row["corrections"],
        figures=json.loads(row["figures"]),
        state=row["state"],
    )
