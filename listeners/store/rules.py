"""Rules in their table, what they did in the log, and the messages a rule is tried on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from listeners.conversations.conversation import Conversation
from listeners.model import ConversationState, Micros, Part
from listeners.rules.codec import (
    RuleError,
    conditions_of,
    conditions_record,
    effects_of,
    effects_record,
)
from listeners.rules.effects import DECIDES, VERBS, Settled
from listeners.rules.rule import Conditions, Message, Rule
from listeners.store.codec import LABELS, dumps, storable, to_mapping, to_strings
from listeners.store.connection import Connection, Row
from listeners.store.conversation_rows import load_conversations
from listeners.store.database import Store
from listeners.store.filters import StreamFilter
from listeners.store.reads.stream import mention_ids

PROGRAM = "hubbub"
"""The actor of what rules do by themselves."""

_RULES = "SELECT * FROM rule WHERE removed = 0 ORDER BY position, id"


async def rules(store: Store) -> list[Rule]:
    """Return every rule that was not removed, in order."""
    return [rule_of_row(row) for row in await store.fetch(_RULES)]


async def load_rules(connection: Connection) -> list[Rule]:
    """Return every rule that was not removed, in order, inside a write."""
    return [rule_of_row(row) for row in await connection.fetch(_RULES)]


async def rule_rows(connection: Connection) -> list[tuple[object, ...]]:
    """Return the rules that are on as bare values: two answers are equal if nothing changed."""
    rows = await connection.fetch(
        """SELECT id, position, name, conditions, effects FROM rule
           WHERE removed = 0 AND enabled = 1 ORDER BY position, id"""
    )
    return [tuple(row) for row in rows]


async def known_templates(connection: Connection) -> dict[int, str]:
    """Return the names of the templates that were not removed, by number."""
    rows = await connection.fetch("SELECT id, name FROM template WHERE removed = 0")
    return {row["id"]: row["name"] for row in rows}


async def template_names(store: Store) -> dict[int, str]:
    """Return the names of the templates that were not removed, by number."""
    return await store.read(known_templates)


def rule_of_row(row: Row) -> Rule:
    """Return the rule a row of its table holds; what cannot be read of it demands or does nothing.

    A rule a newer hubbub wrote is then off: it must not catch more than its author meant.
    """
    enabled = bool(row["enabled"])
    try:
        conditions = conditions_of(to_mapping(row["conditions"]))
        effects = effects_of(to_mapping(row["effects"]))
    except (RuleError, ValueError):
        return Rule(id=row["id"], name=row["name"], position=row["position"], enabled=False)
    return Rule(
        id=row["id"],
        name=row["name"],
        position=row["position"],
        enabled=enabled,
        conditions=conditions,
        effects=effects,
    )


def columns_of(rule: Rule) -> dict[str, object]:
    """Return the columns of a rule that a person decides, as the log keeps them."""
    return {
        "name": storable(rule.name),
        "position": rule.position,
        "enabled": int(rule.enabled),
        "conditions": dumps(conditions_record(rule.conditions)),
        "effects": dumps(effects_record(rule.effects)),
        "removed": 0,
    }


async def insert_rule(connection: Connection, rule: Rule, author: str, now: Micros) -> Rule:
    """Keep a new rule as the last one, and return it with its number."""
    (row,) = await connection.fetch(
        """INSERT INTO rule (name, position, enabled, conditions, effects, author, changed_at)
           VALUES (?, (SELECT coalesce(max(position), 0) + 1 FROM rule WHERE removed = 0),
                   ?, ?, ?, ?, ?) RETURNING *""",
        (
            storable(rule.name),
            rule.enabled,
            dumps(conditions_record(rule.conditions)),
            dumps(effects_record(rule.effects)),
            storable(author),
            now,
        ),
    )
    return rule_of_row(row)


async def update_rule(
    connection: Connection, rule_id: int, columns: Mapping[str, object], author: str, now: Micros
) -> None:
    """Write some of the columns of ``columns_of`` of one rule."""
    names = [name for name in columns if name in _OWN]
    assigned = "".join(f"{name} = ?, " for name in names)
    await connection.fetch(
        f"UPDATE rule SET {assigned}author = ?, changed_at = ? WHERE id = ?",
        (*[columns[name] for name in names], storable(author), now, rule_id),
    )


_OWN = frozenset({"name", "position", "enabled", "conditions", "effects", "removed"})


# --- what rules did ------------------------------------------------------------------------------


async def rule_hits(store: Store, since: Micros) -> dict[int, int]:
    """Return how many conversations each rule has changed since a time, by the rule's number."""
    verbs = ", ".join("?" * len(VERBS))
    rows = await store.fetch(
        f"""SELECT json_extract(after, '$.rule_id') AS rule, count(DISTINCT subject_id) AS hits
            FROM event WHERE verb IN ({verbs}) AND at >= ? AND actor = ?
              AND json_extract(after, '$.rule_id') IS NOT NULL GROUP BY 1""",
        (*VERBS, since, PROGRAM),
    )
    return {int(row["rule"]): row["hits"] for row in rows}


async def settled(connection: Connection, ids: Iterable[int]) -> dict[int, Settled]:
    """Return what is settled for conversations: what rules did there, and what people decided."""
    rows = await connection.fetch(
        """SELECT subject_id, actor, verb, before, after FROM event
           WHERE subject_kind = 'conversation'
             AND subject_id IN (SELECT value FROM json_each(?))""",
        (dumps(list(ids)),),
    )
    by_subject: dict[int, list[Row]] = {}
    for row in rows:
        by_subject.setdefault(row["subject_id"], []).append(row)
    return {id_: _settled(lines) for id_, lines in by_subject.items()}


_DECIDED = frozenset(DECIDES.values())


def _settled(lines: Sequence[Row]) -> Settled:
    done: set[tuple[int, str]] = set()
    decided: set[str] = set()
    untagged: set[str] = set()
    for row in lines:
        before, after = to_mapping(row["before"]), to_mapping(row["after"])
        rule = after.get("rule_id")
        if isinstance(rule, int):
            done.add((rule, row["verb"]))
        elif row["actor"] != PROGRAM:
            decided |= _DECIDED & {*before, *after}
            untagged |= _tags(before) - _tags(after)
    return Settled(frozenset(done), frozenset(decided), frozenset(untagged))


def _tags(values: Mapping[str, object]) -> set[str]:
    tags = values.get("tags")
    return {str(tag) for tag in tags} if isinstance(tags, list) else set()


# --- what a rule is tried on ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heard:
    """A stored message from outside, as the rules see it, and where it stands."""

    id: int
    at: Micros
    conversation: int | None
    message: Message


_HEARD = """
SELECT m.id, m.sort_at, m.title, m.text, m.lang, m.label, m.links, m.tags, m.asks, m.network,
       b.name AS brand, s.key AS source, a.handle, a.name,
       coalesce(nullif(p.role, ''), a.role) AS role, coalesce(c.merged_into, c.id) AS place,
       coalesce(c.tier, 5) AS tier
FROM json_each(?) w
JOIN mention m ON m.id = w.value
JOIN brand b ON b.id = m.brand_id
JOIN source s ON s.id = m.source_id
JOIN account a ON a.id = m.account_id
LEFT JOIN person p ON p.id = a.person_id
LEFT JOIN conversation c ON c.id = m.conversation_id
"""


async def heard(
    store: Store, wanted: Conditions, since: Micros, before: int | None, limit: int
) -> list[Heard]:
    """Return a page of what was heard from outside, newest first, as far as columns can narrow it.

    ``before`` is the last mention of the page above. An empty answer is the end.
    """
    chosen = StreamFilter(
        brand=wanted.brand,
        networks=wanted.networks,
        labels=wanted.labels,
        since=since,
        parts=(Part.OUTSIDE, Part.THIRD_PARTY),
    )
    ids = await mention_ids(store, chosen, limit=limit, before=before)
    rows = {row["id"]: row for row in await store.fetch(_HEARD, (dumps(list(ids)),))}
    return [_heard(rows[id_]) for id_ in ids if id_ in rows]


def _heard(row: Row) -> Heard:
    return Heard(
        id=row["id"],
        at=Micros(row["sort_at"]),
        conversation=row["place"],
        message=Message(
            brand=row["brand"],
            network=row["network"],
            text=row["text"],
            title=row["title"],
            author_handle=row["handle"],
            author_name=row["name"],
            role=row["role"],
            label=LABELS[row["label"]],
            lang=row["lang"] or "",
            links=to_strings(row["links"]),
            tags=to_strings(row["tags"]),
            source=row["source"],
            tier=row["tier"],
            asks=bool(row["asks"]),
        ),
    )


async def conversations_with_past(
    store: Store, ids: Sequence[int]
) -> list[tuple[Conversation, Settled]]:
    """Return conversations and what is settled for each; one that is gone is missing."""

    async def work(connection: Connection) -> list[tuple[Conversation, Settled]]:
        found = await load_conversations(connection, ids)
        past = await settled(connection, found)
        return [(found[id_], past.get(id_, Settled())) for id_ in ids if id_ in found]

    return await store.read(work)


def is_open(conversation: Conversation) -> bool:
    """Whether a conversation is work: open, in the queue, and not a part of another."""
    return (
        conversation.state is ConversationState.OPEN
        and conversation.in_queue
        and conversation.merged_into is None
    )
