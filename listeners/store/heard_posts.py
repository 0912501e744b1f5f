"""What is stored as it was heard: posts in the order of their arrival, to be judged once more.

A stored mention does not hold all that its network said: whom it addressed is told from the reasons
that were stored with it.
"""

from __future__ import annotations

from dataclasses import dataclass

from listeners.model import Author, Engagement, Micros, Part, Post, Reason, Sentence
from listeners.store.codec import micros, storable, to_reason, to_sentences, to_strings
from listeners.store.connection import Connection, Row
from listeners.store.database import Store

HANDLE_NAMED = "it names our handle"
"""The template of the reason that says that a post names an account of ours."""
ADDRESSED = "addressed to us"
REPLY_TO_US = "a reply to us"
BY_HAND = "brought in by hand"
TO_HANDLE = "addressed to @{handle}"


@dataclass(frozen=True, slots=True)
class Heard:
    """A stored mention as a post. ``mention`` is its number, ``asked`` whether it asked then.

    ``names_us`` says that it named an account of ours, which is not kept by name.
    """

    mention: int
    brand: str
    source: str
    seen_at: Micros
    post: Post
    asked: bool
    names_us: bool


async def heard_since(
    store: Store, since: Micros, after: int, limit: int, brand: str = ""
) -> list[Heard]:
    """Return up to ``limit`` mentions stored after number ``after``, in the order of arrival.

    Those written before ``since``, and deleted ones, are left out; ``brand`` empty: all brands.
    """
    rows = await store.fetch(
        f"""{_SELECT} WHERE m.id > ? AND m.sort_at >= ? AND m.deleted_at IS NULL
            AND ? IN ('', b.name) ORDER BY m.id LIMIT ?""",
        (after, since, storable(brand), limit),
    )
    return [_heard(row) for row in rows]


async def count_since(store: Store, since: Micros, brand: str = "") -> int:
    """Return how many mentions ``heard_since`` will return in all."""
    (row,) = await store.fetch(
        """SELECT count(*) AS n FROM mention m JOIN brand b ON b.id = m.brand_id
           WHERE m.sort_at >= ? AND m.deleted_at IS NULL AND ? IN ('', b.name)""",
        (since, storable(brand)),
    )
    return int(row["n"])


_SELECT = """
SELECT m.id, b.name AS brand, s.key AS source, m.network, m.native_id, m.title, m.text, m.raw_text,
       m.url, m.lang, m.created_at, m.edited_at, m.seen_at, m.parent_id, m.root_id, m.links, m.tags,
       m.likes, m.shares, m.replies, m.rating, m.private, m.history, m.repost, m.part, m.asks,
       m.need, m.reasons, a.key AS author_key, a.handle, a.name, a.url AS author_url, a.followers,
       a.automated
FROM mention m JOIN brand b ON b.id = m.brand_id JOIN source s ON s.id = m.source_id
JOIN account a ON a.id = m.account_id
"""


def _heard(row: Row) -> Heard:
    reasons = to_sentences(row["reasons"])
    need = to_reason(row["need"])
    said = {one.template for one in reasons}
    author = Author(
        key=row["author_key"],
        handle=row["handle"],
        name=row["name"],
        url=row["author_url"],
        followers=row["followers"],
        automated=bool(row["automated"]),
    )
    post = Post(
        network=row["network"],
        native_id=row["native_id"],
        author=author,
        text=row["text"] if row["raw_text"] is None else row["raw_text"],
        title=row["title"],
        url=row["url"],
        created_at=micros(row["created_at"]),
        edited_at=micros(row["edited_at"]),
        lang=row["lang"],
        parent_id=row["parent_id"],
        root_id=row["root_id"],
        links=tuple(to_strings(row["links"])),
        tags=tuple(to_strings(row["tags"])),
        mentions=_handles(reasons),
        engagement=Engagement(likes=row["likes"], shares=row["shares"], replies=row["replies"]),
        rating=row["rating"],
        private=bool(row["private"]),
        addressed=_asked_by(need) == REPLY_TO_US,
        wanted=BY_HAND in said,
        own=row["part"] == Part.OURS,
        repost=bool(row["repost"]),
        history=bool(row["history"]),
    )
    return Heard(
        mention=row["id"],
        brand=row["brand"],
        source=row["source"],
        seen_at=Micros(row["seen_at"]),
        post=post,
        asked=bool(row["asks"]),
        names_us=_asked_by(need) == HANDLE_NAMED or ADDRESSED in said,
    )


def _asked_by(need: Reason | None) -> str:
    return "" if need is None else need.sentence.template


def _handles(reasons: tuple[Sentence, ...]) -> tuple[str, ...]:
    return tuple(str(one.values["handle"]) for one in reasons if one.template == TO_HANDLE)


async def copy_what_judges(source: Store, target: Store) -> None:
    """Copy what a team decided that judges posts: mutes, rules, roles of people."""
    mutes = await source.fetch("SELECT kind, value, at, until_at FROM mute WHERE removed = 0")
    rules = await source.fetch(
        """SELECT id, name, position, enabled, conditions, effects, author, changed_at
           FROM rule WHERE removed = 0"""
    )
    roles = await source.fetch(
        """SELECT a.network, a.key, coalesce(nullif(p.role, ''), a.role) AS role,
                  a.first_seen_at, a.last_seen_at
           FROM account a LEFT JOIN person p ON p.id = a.person_id
           WHERE a.role != '' OR p.role != ''"""
    )

    async def work(connection: Connection) -> None:
        await connection.many(
            "INSERT INTO mute (kind, value, at, until_at) VALUES (?, ?, ?, ?)", map(tuple, mutes)
        )
        await connection.many(
            """INSERT INTO rule (id, name, position, enabled, conditions, effects, author,
                                 changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
            map(tuple, rules),
        )
        await connection.many(
            """INSERT INTO account (network, key, role, first_seen_at, last_seen_at)
               VALUES (?, ?, ?, ?, ?)""",
            map(tuple, roles),
        )

    await target.write(work)


@dataclass(frozen=True, slots=True)
class Told:
    """What a store came to: mentions that matched and that ask, by network, id and brand."""

    matched: frozenset[tuple[str, str, str]]
    asks: frozenset[tuple[str, str, str]]
    queued: int
    alerts: dict[str, tuple[str, Sentence]]
    ruled: dict[str, int]


async def told_by(store: Store, since: Micros, brand: str = "") -> Told:
    """Return what a store came to since a time.

    ``alerts`` are those that single posts raise, by fingerprint: their rule and title.
    """
    named = storable(brand)
    rows = await store.fetch(
        """SELECT m.network, m.native_id, b.name AS brand, m.asks FROM mention m
           JOIN brand b ON b.id = m.brand_id
           WHERE m.sort_at >= ? AND m.deleted_at IS NULL AND ? IN ('', b.name)""",
        (since, named),
    )
    queued = await store.fetch(
        """SELECT count(*) AS n FROM conversation c JOIN brand b ON b.id = c.brand_id
           WHERE c.in_queue = 1 AND c.last_at >= ? AND ? IN ('', b.name)""",
        (since, named),
    )
    alerts = await store.fetch(
        """SELECT a.fingerprint, a.rule, a.title FROM alert a JOIN brand b ON b.id = a.brand_id
           WHERE a.last_at >= ? AND ? IN ('', b.name)
             AND a.class IN ('leak', 'impersonation', 'image')
             AND a.rule NOT IN ('surge', 'negative spike', 'negative share')""",
        (since, named),
    )
    ruled = await store.fetch(
        """SELECT json_extract(after, '$.rule') AS rule, count(DISTINCT subject_id) AS n FROM event
           WHERE actor = 'hubbub' AND subject_kind = 'conversation' AND at >= ?
             AND json_extract(after, '$.rule_id') IS NOT NULL GROUP BY 1""",
        (since,),
    )
    key = [((row["network"], row["native_id"], row["brand"]), bool(row["asks"])) for row in rows]
    return Told(
        frozenset(one for one, _ in key),
        frozenset(one for one, asks in key if asks),
        int(queued[0]["n"]),
        {row["fingerprint"]: (row["rule"], to_sentences(f"[{row['title']}]")[0]) for row in alerts},
        {row["rule"]: row["n"] for row in ruled},
    )
