"""The rows that judged and placed posts become."""

from __future__ import annotations

import zlib

from listeners.model import Micros
from listeners.placing import Placed, written_at
from listeners.retelling import Retold
from listeners.risk.findings import as_mapping
from listeners.store.keys import dedupe_key
from listeners.store.records import Edit, NewMention


def new_mention(
    one: Placed,
    *,
    brand_id: int,
    source_id: int,
    account_id: int,
    conversation_id: int,
    keep_raw: bool,
    now: Micros,
) -> NewMention:
    """Return a placed post as the row it becomes."""
    judged, post = one.judged, one.judged.post
    return NewMention(
        brand_id=brand_id,
        source_id=source_id,
        network=post.network,
        key=dedupe_key(post.network, post.native_id),
        native_id=post.native_id,
        account_id=account_id,
        conversation_id=conversation_id,
        url=post.url,
        title=judged.title,
        text=judged.text,
        raw_text=judged.raw_text,
        raw=zlib.compress(post.raw) if post.raw and keep_raw else None,
        links=post.links,
        tags=post.tags,
        created_at=post.created_at,
        seen_at=now,
        sort_at=written_at(post, now),
        edited_at=post.edited_at,
        parent_id=post.parent_id,
        root_id=post.root_id,
        score=judged.score,
        part=one.part,
        asks=one.need.asks,
        need=one.need.reason,
        reasons=judged.reasons,
        risk=tuple(as_mapping(finding) for finding in judged.findings),
        engagement=post.engagement,
        rating=post.rating,
        private=post.private,
        history=one.history,
        repost=post.repost,
        fold=judged.fold,
    )


def edit_of(retold: Retold, *, keep_raw: bool, now: Micros) -> Edit:
    """Return what a known mention says now. Its place in time and in a thread stays."""
    known, one = retold.known, retold.judged
    post = one.post
    return Edit(
        known,
        NewMention(
            brand_id=known.brand_id,
            source_id=known.source_id,
            network=known.network,
            key=known.key,
            native_id=known.native_id,
            account_id=known.account_id,
            conversation_id=known.conversation_id,
            url=post.url,
            title=one.title,
            text=one.text,
            raw_text=one.raw_text,
            raw=zlib.compress(post.raw) if post.raw and keep_raw else None,
            links=post.links,
            tags=post.tags,
            created_at=known.created_at,
            seen_at=known.seen_at,
            sort_at=known.sort_at,
            edited_at=post.edited_at or now,
            parent_id=known.parent_id,
            root_id=known.root_id,
            score=one.score,
            part=known.part,
            asks=retold.asks,
            need=retold.need.reason if retold.asks_anew or not known.asks else None,
            reasons=one.reasons,
            risk=tuple(as_mapping(finding) for finding in one.findings),
            engagement=post.engagement,
            rating=post.rating,
            fold=one.fold,
        ),
        post.edited_at or now,
    )
