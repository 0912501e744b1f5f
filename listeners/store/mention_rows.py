"""Mentions between their table and the records the pipeline works on."""

from __future__ import annotations

from listeners.model import Engagement, Micros, Part
from listeners.store.codec import (
    LABELS,
    dumps,
    from_reason,
    from_sentences,
    label_number,
    micros,
    storable,
    whole,
)
from listeners.store.connection import Row
from listeners.store.records import Edit, KnownMention, NewMention
from listeners.store.rollups import Counted

KNOWN = """
SELECT m.id, m.brand_id, m.network, m.key, m.native_id, m.source_id, m.account_id,
       a.key AS account_key, m.conversation_id, m.title, m.text, m.lang, m.compound, m.label,
       m.created_at, m.seen_at, m.sort_at, m.edited_at, m.deleted_at, m.parent_id, m.root_id,
       m.part, m.asks, m.history, m.repost, m.likes, m.shares, m.replies, m.corrected_by,
       m.withheld_at
FROM mention m JOIN account a ON a.id = m.account_id
"""
INSERT = """
INSERT INTO mention (
    id, brand_id, source_id, network, key, native_id, account_id, conversation_id, url, title,
    text, raw_text, raw, links, tags, created_at, seen_at, sort_at, edited_at, parent_id, root_id,
    lang, scorer, compound, label, part, asks, need, reasons, risk, likes, shares, replies,
    rating, private, history, repost, fold, scorer_version, lang_by)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
        ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
UPDATE = """
UPDATE mention SET url = ?, title = ?, text = ?, raw_text = ?, raw = ?, links = ?,
    tags = ?, edited_at = ?, lang = ?, scorer = ?, compound = ?, label = ?, part = ?, asks = ?,
    need = coalesce(?, need), reasons = ?, risk = ?, likes = coalesce(?, likes),
    shares = coalesce(?, shares), replies = coalesce(?, replies), rating = ?, fold = ?,
    scorer_version = ?, lang_by = ?
WHERE id = ?
"""


def known_of(row: Row) -> KnownMention:
    """Return the mention a row of ``KNOWN`` holds."""
    return KnownMention(
        id=row["id"],
        brand_id=row["brand_id"],
        network=row["network"],
        key=row["key"],
        native_id=row["native_id"],
        source_id=row["source_id"],
        account_id=row["account_id"],
        account_key=row["account_key"],
        conversation_id=row["conversation_id"],
        title=row["title"],
        text=row["text"],
        lang=row["lang"],
        compound=row["compound"],
        label=LABELS[row["label"]],
        created_at=micros(row["created_at"]),
        seen_at=Micros(row["seen_at"]),
        sort_at=Micros(row["sort_at"]),
        edited_at=micros(row["edited_at"]),
        deleted_at=micros(row["deleted_at"]),
        parent_id=row["parent_id"],
        root_id=row["root_id"],
        part=Part(row["part"]),
        asks=bool(row["asks"]),
        history=bool(row["history"]),
        repost=bool(row["repost"]),
        engagement=Engagement(likes=row["likes"], shares=row["shares"], replies=row["replies"]),
        corrected_by=row["corrected_by"],
        withheld=row["withheld_at"] is not None,
    )


def columns(one: NewMention) -> tuple[object, ...]:
    """Return what ``INSERT`` takes after the id."""
    return (
        one.brand_id,
        one.source_id,
        one.network,
        one.key,
        storable(one.native_id),
        one.account_id,
        one.conversation_id,
        storable(one.url),
        storable(one.title),
        storable(one.text),
        None if one.raw_text is None else storable(one.raw_text),
        one.raw,
        dumps(one.links) if one.links else "[]",
        dumps(one.tags) if one.tags else "[]",
        one.created_at,
        one.seen_at,
        one.sort_at,
        one.edited_at,
        None if one.parent_id is None else storable(one.parent_id),
        None if one.root_id is None else storable(one.root_id),
        one.score.lang,
        one.score.scorer,
        one.score.compound,
        label_number(one.score.label),
        one.part.value,
        one.asks,
        from_reason(one.need),
        from_sentences(one.reasons) if one.reasons else "[]",
        dumps(one.risk) if one.risk else "[]",
        whole(one.engagement.likes),
        whole(one.engagement.shares),
        whole(one.engagement.replies),
        whole(one.rating),
        one.private,
        one.history,
        one.repost,
        one.fold,
        one.score.version,
        one.score.said_by,
    )


def edited_columns(edit: Edit) -> tuple[object, ...]:
    """Return what ``UPDATE`` takes."""
    now, known = edit.now, edit.known
    return (
        storable(now.url),
        storable(now.title),
        storable(now.text),
        None if now.raw_text is None else storable(now.raw_text),
        now.raw,
        dumps(now.links),
        dumps(now.tags),
        edit.at if now.text != known.text else known.edited_at,
        now.score.lang,
        now.score.scorer,
        now.score.compound,
        label_number(now.score.label),
        now.part.value,
        now.asks,
        from_reason(now.need),
        from_sentences(now.reasons),
        dumps(now.risk),
        whole(now.engagement.likes),
        whole(now.engagement.shares),
        whole(now.engagement.replies),
        whole(now.rating),
        now.fold,
        now.score.version,
        now.score.said_by,
        known.id,
    )


def counted(one: NewMention) -> Counted:
    """Return what a new mention counts as."""
    return Counted(
        one.brand_id,
        one.network,
        one.sort_at,
        one.seen_at,
        one.score.label,
        one.score.compound,
        one.part,
        one.history,
        one.repost,
    )


def uncounted(one: KnownMention) -> Counted:
    """Return what takes a stored mention out of the counts."""
    return Counted(
        one.brand_id,
        one.network,
        one.sort_at,
        one.seen_at,
        one.label,
        one.compound,
        one.part,
        one.history,
        one.repost,
        sign=-1,
    )


def recounted(edit: Edit) -> Counted:
    """Return what an edited mention counts as now: new verdict, old place."""
    known, now = edit.known, edit.now
    return Counted(
        known.brand_id,
        known.network,
        known.sort_at,
        known.seen_at,
        now.score.label,
        now.score.compound,
        now.part,
        known.history,
        known.repost,
    )
