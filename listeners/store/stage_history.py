"""The histories that stages are found in: what people said, and what we answered them.

Read for some persons at once, a statement a question.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from listeners.conversations.needs_reply import intents_of
from listeners.conversations.words import THANKS
from listeners.model import Micros, Part, Sentence
from listeners.networks.titles import network_title
from listeners.stages.brand import StageBrand
from listeners.stages.facts import Answered, Fact, Marked, Resolved, Said
from listeners.stages.sharing import links_ours, repeats_ours
from listeners.store.codec import dumps, from_sentences, to_strings
from listeners.store.connection import Connection, Row
from listeners.store.keys import dedupe_key
from listeners.store.stage_answers import PostKey, answers_in, posts, resolved_in
from listeners.store.stage_marks import conversation_tags, person_tags, said_so
from listeners.text import fold

MOST = 2_000
"""Mentions of one account that are read, the oldest ones: whoever said more has long moved."""
NO_STAGE = frozenset({"staff", "competitor"})
"""Roles of people who are not the public."""

OVERHEARD = from_sentences((Sentence("part of a conversation we follow"),))
"""Why a message is stored that others wrote to one another: it mentions nobody of ours."""
_THANKS = frozenset(THANKS)
_WORDS = re.compile(r"[\w']+")
_POSITIVE, _NEGATIVE = 2, 0


@dataclass(slots=True, kw_only=True)
class History:
    """One person with one brand. Counts leave out reposts; times are of their mentions.

    ``asked_at`` is their newest mention that waits for a reply of ours.
    """

    first_at: Micros
    last_at: Micros
    reach: int = 0
    facts: list[Fact] = field(default_factory=list)
    mentions: int = 0
    positives: int = 0
    negatives: int = 0
    answered_at: Micros | None = None
    asked_at: Micros | None = None


class Person(NamedTuple):
    """One of the public: the accounts they write from, their followers, and their role."""

    accounts: tuple[int, ...]
    reach: int
    role: str


async def histories(
    connection: Connection, people: Mapping[int, Person], brands: Mapping[int, StageBrand]
) -> dict[tuple[int, int], History]:
    """Return the history of each (person, brand) that has one, for these brands by their ids."""
    owner = {account: person for person, one in people.items() for account in one.accounts}
    rows = [row for row in await _mentions(connection, owner) if row["brand_id"] in brands]
    if not rows:
        return {}
    parents = await _parents(connection, rows)
    conversations = {row["conversation_id"] for row in rows if row["conversation_id"]}
    found: dict[tuple[int, int], History] = {}
    talks: dict[tuple[int, int], dict[int, list[Micros]]] = defaultdict(lambda: defaultdict(list))
    for answer in await answers_in(connection, conversations, brands):
        if answer.to in owner:
            talks[owner[answer.to], answer.brand][answer.conversation].append(answer.at)
    words = await _words(connection, rows, owner, talks)
    for row in rows:
        person, brand = owner[row["account_id"]], row["brand_id"]
        said = _said(row, brands[brand], parents, words)
        if said is None:
            continue
        fresh = History(first_at=said.at, last_at=said.at, reach=people[person].reach)
        history = found.setdefault((person, brand), fresh)
        history.facts.append(said)
        _count(history, row, talks[person, brand])
    served = {talk for key in found for talk in talks.get(key, ())}
    _add_what_we_did(found, talks, await resolved_in(connection, served))
    await _add_marks(connection, found, people, brands, owner, conversations)
    return found


# --- who --------------------------------------------------------------------------------------


async def public(connection: Connection, persons: Iterable[int]) -> dict[int, Person]:
    """Return those of these persons who have stages: not us, no staff, competitors or programs."""
    rows = await connection.fetch(
        """SELECT p.id, p.role AS role, a.id AS account_id, a.role AS account_role, a.ours,
                  a.automated, a.followers
           FROM json_each(?) w JOIN person p ON p.id = w.value
           JOIN account a ON a.person_id = p.id ORDER BY a.id""",
        (dumps(sorted(set(persons))),),
    )
    accounts: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        accounts[row["id"]].append(row)
    people: dict[int, Person] = {}
    for person, owned in accounts.items():
        role = owned[0]["role"] or max(row["account_role"] for row in owned)
        spoken = [row["account_id"] for row in owned if not row["automated"]]
        if spoken and role not in NO_STAGE and not any(row["ours"] for row in owned):
            reach = sum(row["followers"] or 0 for row in owned)
            people[person] = Person(tuple(spoken), reach, role)
    return people


# --- what they said ---------------------------------------------------------------------------


async def _mentions(connection: Connection, accounts: Iterable[int]) -> list[Row]:
    return await connection.fetch(
        f"""SELECT m.id, m.brand_id, m.account_id, m.network, m.conversation_id, m.sort_at,
                   m.label, m.asks, m.repost, m.parent_id, m.links, m.url,
                   m.asks AND c.state IN ('open', 'snoozed') AS waits,
                   iif(m.repost, substr(m.text, 1, 80), '') AS begins
            FROM json_each(?) w JOIN mention m ON m.id IN (
                SELECT x.id FROM mention x WHERE x.account_id = w.value
                ORDER BY x.sort_at LIMIT {MOST})
            LEFT JOIN conversation c ON c.id = m.conversation_id
            WHERE m.deleted_at IS NULL AND m.part != ?
              AND NOT (m.part = ? AND m.reasons = ?)""",
        (dumps(sorted(accounts)), Part.OURS.value, Part.THIRD_PARTY.value, OVERHEARD),
    )


async def _parents(connection: Connection, rows: Sequence[Row]) -> dict[PostKey, Row]:
    """Return the posts that these are below, as far as they are stored."""
    return await posts(
        connection,
        {
            (row["brand_id"], row["network"], dedupe_key(row["network"], row["parent_id"]))
            for row in rows
            if row["parent_id"]
        },
    )


async def _words(
    connection: Connection,
    rows: Sequence[Row],
    owner: Mapping[int, int],
    talks: Mapping[tuple[int, int], Mapping[int, object]],
) -> dict[int, Row]:
    """Return what was said where we answered: only there a wish to buy, or thanks, matter."""
    wanted = [
        row["id"]
        for row in rows
        if row["conversation_id"] in talks.get((owner[row["account_id"]], row["brand_id"]), {})
    ]
    if not wanted:
        return {}
    found = await connection.fetch(
        """SELECT id, title, text, lang FROM mention
           WHERE id IN (SELECT value FROM json_each(?))""",
        (dumps(wanted),),
    )
    return {row["id"]: row for row in found}


def _said(
    row: Row, brand: StageBrand, parents: Mapping[PostKey, Row], words: Mapping[int, Row]
) -> Said | None:
    """Return a mention as the rules see it, ``None`` for a repost of what is not ours."""
    parent = None
    if row["parent_id"]:
        key = dedupe_key(row["network"], row["parent_id"])
        parent = parents.get((row["brand_id"], row["network"], key))
    below_ours = parent is not None and parent["part"] == Part.OURS.value
    repost = bool(row["repost"])
    negative, asks = row["label"] == _NEGATIVE, bool(row["asks"])
    if repost:
        shares = repeats_ours(brand, row["network"], row["begins"], row["url"], below_ours)
        if not shares:
            return None
    else:
        linked = row["links"] != "[]" and not (negative or asks or below_ours)
        shares = linked and links_ours(brand, to_strings(row["links"]))
    known = words.get(row["id"])
    text = "" if known is None else f"{known['title']}\n{known['text']}"
    return Said(
        at=Micros(row["sort_at"]),
        mention_id=row["id"],
        network=network_title(row["network"]),
        conversation=row["conversation_id"],
        positive=row["label"] == _POSITIVE,
        purchase=known is not None and "purchase" in intents_of(text, known["lang"]),
        thanks=known is not None and not _THANKS.isdisjoint(_WORDS.findall(fold(text))),
        shares=shares,
        repost=repost,
        answers=below_ours and parent is not None and _to_somebody(parent),
    )


def _to_somebody(ours: Row) -> bool:
    """Whether a post of ours was written to somebody: an answer, or a private message."""
    return bool(ours["parent_id"]) or bool(ours["private"])


def _count(history: History, row: Row, answered: Mapping[int, list[Micros]]) -> None:
    at = Micros(row["sort_at"])
    history.first_at = min(history.first_at, at)
    history.last_at = max(history.last_at, at)
    if row["repost"]:
        return
    history.mentions += 1
    history.positives += row["label"] == _POSITIVE
    history.negatives += row["label"] == _NEGATIVE
    times = answered.get(row["conversation_id"], ()) if row["conversation_id"] else ()
    if row["waits"] and not any(time >= at for time in times):
        history.asked_at = max(history.asked_at or at, at)


# --- what we did and said of them ---------------------------------------------------------------


def _add_what_we_did(
    found: Mapping[tuple[int, int], History],
    talks: Mapping[tuple[int, int], Mapping[int, list[Micros]]],
    resolved: Mapping[int, list[Micros]],
) -> None:
    for key, history in found.items():
        for talk, times in talks.get(key, {}).items():
            history.facts += [Answered(at, talk) for at in times]
            history.facts += [Resolved(at, talk) for at in resolved.get(talk, ())]
            history.answered_at = Micros(max(history.answered_at or 0, *times))


async def _add_marks(
    connection: Connection,
    found: Mapping[tuple[int, int], History],
    people: Mapping[int, Person],
    brands: Mapping[int, StageBrand],
    owner: Mapping[int, int],
    conversations: Iterable[int],
) -> None:
    """Add who is a customer: by role, by a tag on the person, or on their conversation."""
    tags = await person_tags(connection, {person for person, _ in found})
    when = await said_so(connection, {person for person, _ in found})
    for (person, brand), history in found.items():
        wanted = brands[brand].rules.customer_tags
        marks = [(tag, False) for tag in tags.get(person, ())] + [(people[person].role, True)]
        for tag, role in marks:
            if tag.casefold() in wanted:
                at = when.get((person, tag.casefold()), history.first_at)
                history.facts.append(Marked(at, tag, role))
    for one in await conversation_tags(connection, conversations):
        tagged = found.get((owner.get(one.account, 0), one.brand))
        if tagged is not None and one.tag.casefold() in brands[one.brand].rules.customer_tags:
            tagged.facts.append(Marked(one.at or tagged.first_at, one.tag))
