"""The queue: which conversation comes first, and what each row of it shows."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from listeners.model import ConversationState, Micros, SafeText
from listeners.rows import ConversationRow
from listeners.store.codec import LABELS, dumps, label_number, micros, to_sentences, to_strings
from listeners.store.connection import Row
from listeners.store.database import Store
from listeners.store.filters import QueueFilter
from listeners.store.presence import to_presence
from listeners.store.reads.brands import brand_ids, merged
from listeners.store.reads.ruled import RULED, ruled_said
from listeners.store.search import Condition, Search

EXCERPT = 300
"""Characters of the newest outside message in a row."""

_OPEN = """
SELECT c.id AS id, c.rank AS rank, c.due_at AS due_at, c.score AS score,
       c.waiting_since AS waiting_since FROM conversation c{join}
WHERE c.brand_id = ? AND c.state = 'open' AND c.in_queue = 1 AND c.merged_into IS NULL{where}
"""
_OPEN_ORDER = " ORDER BY rank, due_at, score DESC, waiting_since, id"
_CLOSED = """
SELECT c.id AS id, c.last_at AS last_at FROM conversation c{join}
WHERE c.brand_id = ? AND c.state = ? AND c.merged_into IS NULL{where}
"""
_CLOSED_ORDER = " ORDER BY last_at DESC, id DESC"


async def queue_ids(store: Store, wanted: QueueFilter) -> array[int]:
    """Return the ids of all conversations of a filter, the one to answer first in front.

    Open ones come by tier (or the priority given by hand), due time, score, and age; those of
    another state by their last message, newest first. Several states follow one another.
    """
    ids = await brand_ids(store, wanted.brand)
    found = array("q")
    for state in dict.fromkeys(ConversationState(one) for one in wanted.states):
        if not ids:
            break
        found.extend(await _in_state(store, wanted, state, ids))
    return found


async def _in_state(
    store: Store,
    wanted: QueueFilter,
    state: ConversationState,
    ids: list[int],
) -> list[int]:
    condition = _condition(wanted)
    join = " LEFT JOIN mention m ON m.id = c.last_outside_id" if condition.joins else ""
    if state is ConversationState.OPEN:
        arm = _OPEN.format(join=join, where=condition.sql)
        sql, parameters = merged(arm, ids, condition.parameters)
        return _undated_last(await store.fetch(sql + _OPEN_ORDER, parameters))
    arm = _CLOSED.format(join=join, where=condition.sql)
    sql, parameters = merged(arm, ids, (state.value, *condition.parameters))
    return [row["id"] for row in await store.fetch(sql + _CLOSED_ORDER, parameters)]


def _undated_last(rows: list[Row]) -> list[int]:
    """Return the ids with those without a due time last within their rank.

    An index puts nothing before everything, and SQLite sorts anew to have it otherwise.
    """
    by_rank: dict[int, tuple[list[int], list[int]]] = {}
    for id_, rank, due_at, *_ in rows:
        dated, undated = by_rank.setdefault(rank, ([], []))
        (undated if due_at is None else dated).append(id_)
    return [id_ for dated, undated in by_rank.values() for id_ in (*dated, *undated)]


def _condition(wanted: QueueFilter) -> Condition:
    condition = Condition()
    condition.one_of("c.network", wanted.networks)
    if wanted.assignee:
        condition.add("c.assignee = ?", wanted.assignee)
    if wanted.unassigned:
        condition.add("c.assignee = ''")
    for tag in wanted.tags:
        condition.add(
            "c.id IN (SELECT conversation_id FROM conversation_tag WHERE tag = ?)",
            tag,
        )
    if wanted.opened_since is not None:
        condition.add("c.opened_at >= ?", wanted.opened_since)
    if wanted.opened_until is not None:
        condition.add("c.opened_at < ?", wanted.opened_until)
    if wanted.asked:
        condition.add("c.in_queue = 1")
    if wanted.labels or wanted.langs:
        condition.joins = True
        condition.one_of("m.label", [label_number(label) for label in wanted.labels])
        condition.one_of("m.lang", wanted.langs)
    if wanted.query is not None:
        search = Search(wanted.query)
        condition.add(
            f"c.id IN (SELECT m.conversation_id FROM {search.tables} WHERE {search.sql})",
            *search.parameters,
        )
    return condition


_ROWS = f"""
SELECT c.id, c.version, b.name AS brand, c.network, c.state, c.title, c.url,
       substr(coalesce(shown(m.title, m.text, m.risk), ''), 1, {EXCERPT}) AS excerpt,
       coalesce(a.handle, '') AS handle, coalesce(a.name, '') AS name, a.followers,
       coalesce(nullif(p.role, ''), a.role, '') AS role,
       coalesce(m.label, 3) AS label, m.compound, c.waiting_since, c.due_at, c.tier, c.score,
       c.manual_priority, c.reasons, c.assignee, c.snoozed_until, c.snooze_kind, c.reopened,
       c.messages, c.notes, c.opened_at, c.last_at,
       (WITH RECURSIVE family(id) AS (SELECT id FROM conversation WHERE merged_into = c.id
            UNION SELECT x.id FROM family JOIN conversation x ON x.merged_into = family.id)
        SELECT count(*) FROM family) AS merged,
       (SELECT json_group_array(tag) FROM (SELECT tag FROM conversation_tag
            WHERE conversation_id = c.id ORDER BY tag)) AS tags,
       {RULED} AS ruled,
       (SELECT json_group_array(author) FROM draft d
            WHERE d.conversation_id = c.id) AS drafted,
       (SELECT iif(c.waiting_since > coalesce(o.sent_at, o.tried_at, o.created_at)
                       AND o.state NOT IN ('sending', 'unknown'), '', o.state)
            FROM outbox o WHERE o.conversation_id = c.id ORDER BY o.id DESC LIMIT 1) AS replied,
       (SELECT json_group_array(json_array(h.member, h.doing, h.at)) FROM presence h
            WHERE h.conversation_id = c.id) AS presence
FROM json_each(?) w
JOIN conversation c ON c.id = w.value
JOIN brand b ON b.id = c.brand_id
LEFT JOIN mention m ON m.id = c.last_outside_id
LEFT JOIN account a ON a.id = coalesce(m.account_id, c.opener_id)
LEFT JOIN person p ON p.id = a.person_id
"""


async def conversations(store: Store, ids: Iterable[int]) -> dict[int, ConversationRow]:
    """Return conversations by id, as the queue shows them; one that is gone is missing.

    Author, excerpt and sentiment are those of the newest outside message.
    """
    rows = await store.fetch(_ROWS, (dumps(list(ids)),))
    return {row["id"]: _row(row) for row in rows}


def _row(row: Row) -> ConversationRow:
    state = ConversationState(row["state"])
    since = micros(row["waiting_since"])
    tags = tuple(SafeText(tag) for tag in to_strings(row["tags"]))
    return ConversationRow(
        id=row["id"],
        version=row["version"],
        brand=row["brand"],
        network=row["network"],
        state=state,
        title=SafeText(row["title"]),
        excerpt=SafeText(" ".join(row["excerpt"].split())),
        url=row["url"],
        author=SafeText(row["handle"]),
        author_name=SafeText(row["name"]),
        author_role=row["role"],
        followers=row["followers"],
        label=LABELS[row["label"]],
        compound=row["compound"],
        waiting_since=since,
        due_at=micros(row["due_at"]),
        tier=row["tier"],
        score=row["score"],
        manual_priority=row["manual_priority"],
        reasons=(*to_sentences(row["reasons"]), *ruled_said(row["ruled"], dict(row), tags)),
        needs_reply=state is ConversationState.OPEN and since is not None,
        assignee=row["assignee"],
        tags=tags,
        snoozed_until=micros(row["snoozed_until"]),
        snooze_kind=row["snooze_kind"],
        reopened=row["reopened"],
        messages=row["messages"],
        notes=row["notes"],
        opened_at=Micros(row["opened_at"]),
        last_at=Micros(row["last_at"]),
        merged=row["merged"],
        presence=to_presence(row["presence"]),
        drafted=to_strings(row["drafted"]),
        reply_state=row["replied"] or "",
    )
