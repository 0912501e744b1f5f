"""The stream of all mentions, one page after the other, and the thread of a conversation."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import replace

from listeners.model import Engagement, Micros, Part, SafeText
from listeners.risk.masking import Shown, masked
from listeners.rows import MentionRow, PlaceRow
from listeners.store.codec import (
    LABELS,
    dumps,
    label_number,
    micros,
    to_mappings,
    to_reason,
    to_sentences,
)
from listeners.store.connection import Row
from listeners.store.database import Store
from listeners.store.filters import StreamFilter
from listeners.store.reads.brands import brand_ids, merged
from listeners.store.reads.where import places_of, together
from listeners.store.search import Condition, Search

THREAD_LIMIT = 1000
"""Messages of one conversation that are shown at most."""

_STREAM = """
SELECT m.id AS id, m.sort_at AS sort_at FROM mention m
WHERE m.brand_id = ? AND m.deleted_at IS NULL{where}
"""


async def mention_ids(
    store: Store,
    wanted: StreamFilter,
    *,
    limit: int,
    before: int | None = None,
) -> array[int]:
    """Return one page of mention ids, newest first; ``before`` is the last id of the page above.

    The order is that of the mentions' own time, except in a search with words: that comes in the
    order of arrival, newest first, which is the only order the full-text index can walk without
    reading every match. Deleted mentions are left out.
    """
    ids = await brand_ids(store, wanted.brand)
    if not ids:
        return array("q")
    if wanted.query is not None and wanted.query.expression:
        return await _found(store, wanted, Search(wanted.query), ids, limit, before)
    condition = _condition(wanted)
    if wanted.query is not None:
        search = Search(wanted.query)
        condition.add(search.sql, *search.parameters)
    if before is not None:
        place = await store.fetch("SELECT sort_at, id FROM mention WHERE id = ?", (before,))
        if not place:
            return array("q")
        condition.add("(m.sort_at, m.id) < (?, ?)", *place[0])
    sql, parameters = merged(_STREAM.format(where=condition.sql), ids, condition.parameters)
    rows = await store.fetch(f"{sql} ORDER BY sort_at DESC, id DESC LIMIT ?", (*parameters, limit))
    return array("q", [row["id"] for row in rows])


async def _found(
    store: Store,
    wanted: StreamFilter,
    search: Search,
    ids: list[int],
    limit: int,
    before: int | None,
) -> array[int]:
    condition = _condition(wanted)
    if wanted.brand:
        condition.add("m.brand_id = ?", ids[0])
    if before is not None:
        condition.add("mention_fts.rowid < ?", before)
    rows = await store.fetch(
        f"""SELECT m.id FROM {search.tables} WHERE {search.sql}{condition.sql}
            ORDER BY mention_fts.rowid DESC LIMIT ?""",
        (*search.parameters, *condition.parameters, limit),
    )
    return array("q", [row["id"] for row in rows])


def _condition(wanted: StreamFilter) -> Condition:
    condition = Condition()
    condition.one_of("m.network", wanted.networks)
    condition.one_of("m.label", [label_number(label) for label in wanted.labels])
    condition.one_of("m.lang", wanted.langs)
    condition.one_of("m.part", [part.value for part in wanted.parts])
    if wanted.since is not None:
        condition.add("m.sort_at >= ?", wanted.since)
    if wanted.until is not None:
        condition.add("m.sort_at < ?", wanted.until)
    if wanted.campaign is not None:
        condition.add(
            "m.id IN (SELECT mention_id FROM campaign_mention WHERE campaign_id = ?)",
            wanted.campaign,
        )
    if wanted.person is not None:
        condition.add("m.account_id IN (SELECT id FROM account WHERE person_id = ?)", wanted.person)
    if not wanted.reposts:
        condition.add("m.repost = 0")
    return condition


_COLUMNS = """
SELECT m.id, b.name AS brand, m.network, s.key AS source, m.native_id, m.url,
       a.key AS author_key, a.handle, a.name, coalesce(nullif(p.role, ''), a.role) AS role,
       a.followers, m.title, m.text, m.raw_text, m.lang, m.scorer, m.compound, m.label,
       m.created_at, m.seen_at, m.sort_at, m.edited_at, m.deleted_at, m.parent_id, m.root_id,
       m.part, m.history, m.private, m.conversation_id, m.asks, m.need, m.reasons, m.likes,
       m.shares, m.replies, m.rating, m.risk, m.corrected_by, m.lang_by,
       m.withheld_at
"""
_JOINS = """
JOIN account a ON a.id = m.account_id
JOIN brand b ON b.id = m.brand_id
JOIN source s ON s.id = m.source_id
LEFT JOIN person p ON p.id = a.person_id
"""


async def mentions(store: Store, ids: Iterable[int]) -> dict[int, MentionRow]:
    """Return mentions by id; one that is gone is missing from the answer."""
    rows = await store.fetch(
        f"{_COLUMNS} FROM json_each(?) w JOIN mention m ON m.id = w.value {_JOINS}",
        (dumps(list(ids)),),
    )
    places = await places_of(store, [row["id"] for row in rows])
    return {row["id"]: _with_places(mention_of(row), places.get(row["id"])) for row in rows}


def _with_places(row: MentionRow, places: tuple[PlaceRow, ...] | None) -> MentionRow:
    if not places:
        return row
    return replace(row, places=places, engagement=together(row.engagement, places))


async def revealed(store: Store, mention: int) -> SafeText | None:
    """Return a mention's text as it was written, secrets included; ``None`` where it is gone.

    For the one key that shows it: it must go to no log, file or message.
    """
    rows = await store.fetch("SELECT title, text FROM mention WHERE id = ?", (mention,))
    if not rows:
        return None
    title, text = rows[0]["title"], rows[0]["text"]
    return SafeText(f"{title}\n{text}" if title and title not in text else text)


_FAMILY = """
WITH RECURSIVE family(id) AS (
    SELECT ? UNION SELECT c.id FROM family JOIN conversation c ON c.merged_into = family.id)
SELECT id FROM family
"""
_MESSAGES = """
SELECT m.id AS id, m.sort_at AS sort_at FROM mention m WHERE m.conversation_id = ?
"""


async def thread(
    store: Store, conversation_id: int, *, limit: int = THREAD_LIMIT
) -> list[MentionRow]:
    """Return a conversation's messages, oldest first, with those of what was merged into it.

    Of a longer one the newest ``limit`` are returned.
    """
    family = [row["id"] for row in await store.fetch(_FAMILY, (conversation_id,))]
    sql, parameters = merged(_MESSAGES, family, ())
    rows = await store.fetch(f"{sql} ORDER BY sort_at DESC, id DESC LIMIT ?", (*parameters, limit))
    ids = [row["id"] for row in reversed(rows)]
    found = await mentions(store, ids)
    return [found[id_] for id_ in ids if id_ in found]


def mention_of(row: Row) -> MentionRow:
    """Return the mention a row of this module's SELECT holds, the secrets in it masked."""
    raw = row["text"] if row["raw_text"] is None else row["raw_text"]
    shown = Shown(row["title"], row["text"], False)
    if row["risk"] != "[]":
        shown = masked(row["title"], row["text"], to_mappings(row["risk"]))
    return MentionRow(
        id=row["id"],
        brand=row["brand"],
        network=row["network"],
        source=row["source"],
        native_id=row["native_id"],
        url=row["url"],
        author_key=row["author_key"],
        author=SafeText(row["handle"]),
        author_name=SafeText(row["name"]),
        author_role=row["role"],
        followers=row["followers"],
        title=SafeText(shown.title),
        text=SafeText(shown.text),
        raw_text=shown.text if shown.hidden else raw,
        masked=shown.hidden,
        lang=row["lang"],
        scorer=row["scorer"],
        compound=row["compound"],
        label=LABELS[row["label"]],
        created_at=micros(row["created_at"]),
        seen_at=Micros(row["seen_at"]),
        sort_at=Micros(row["sort_at"]),
        edited_at=micros(row["edited_at"]),
        deleted_at=micros(row["deleted_at"]),
        parent=row["parent_id"],
        root=row["root_id"],
        part=Part(row["part"]),
        history=bool(row["history"]),
        private=bool(row["private"]),
        conversation_id=row["conversation_id"],
        needs_reply=to_reason(row["need"]) if row["asks"] else None,
        reasons=to_sentences(row["reasons"]),
        engagement=Engagement(likes=row["likes"], shares=row["shares"], replies=row["replies"]),
        rating=row["rating"],
        corrected_by=row["corrected_by"],
        withheld=row["withheld_at"] is not None,
        lang_by=row["lang_by"],
    )
