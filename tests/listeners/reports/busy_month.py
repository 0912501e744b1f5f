"""A made-up month in a store: what was heard, asked, answered, planned and moved, to the minute.

Nothing is drawn by chance, and the figures of a report can be counted again with plain SQL.
"""

from __future__ import annotations

from listeners.clock import from_iso
from listeners.config import BrandConfig, Config, SourceConfig
from listeners.model import DAY, HOUR, MINUTE, Label, Micros, Part
from listeners.store import Connection, Store
from listeners.store.codec import dumps
from tests.listeners.voice.talk import OURS, RIVAL, Line, fill

NOW = Micros(from_iso("2026-11-24T09:30:00Z"))
"""A Tuesday; the week before it is 2026-W47."""
CONFIG = Config(
    brands=(
        BrandConfig(name=OURS, query="Aurora", competitors=(RIVAL,)),
        BrandConfig(name=RIVAL, competitor=True),
    ),
    sources=(
        SourceConfig(network="mastodon", what="#bikes"),
        SourceConfig(network="bluesky", brand=OURS),
        SourceConfig(network="hackernews", brand=OURS),
    ),
    member="Ana",
    members=("Ana", "Léo"),
)
HOSTILE = "<script>alert(1)</script> | `x` [y](http://evil.example) =1+1"
_LABELS = (Label.POSITIVE, Label.NEUTRAL, Label.NEGATIVE, Label.UNSCORED, Label.POSITIVE)
_NETWORKS = ("mastodon", "bluesky", "hackernews")


def lines() -> list[Line]:
    """Return seven weeks of mentions, four a day and more in the newest week."""
    made: list[Line] = []
    for at in range(49 * 4):
        ago = at * 6 * HOUR + 7 * MINUTE
        made.append(
            Line(OURS, _NETWORKS[at % 3], at % 37, f"Aurora ride {at}", ago, _LABELS[at % 5])
        )
    for at in range(40):
        ago = 2 * DAY + at * 3 * HOUR
        made.append(
            Line(
                OURS, _NETWORKS[at % 2], 60 + at % 14, "Aurora brakes failed #brakegate", ago,
                Label.NEGATIVE, repost=at % 8 == 0, deleted=at % 11 == 0,
                part=Part.OURS if at % 13 == 0 else Part.OUTSIDE,
            )
        )  # fmt: skip
    made += [Line(RIVAL, "mastodon", 200 + at % 9, "Borealis", at * 9 * HOUR) for at in range(60)]
    return made


async def fill_month(store: Store) -> None:
    """Store all of it."""
    await fill(store, lines(), NOW)
    await store.write(_work)


async def _work(connection: Connection) -> None:
    (brand,) = await connection.fetch("SELECT id FROM brand WHERE name = ?", (OURS,))
    id_ = brand["id"]
    for at in range(30):
        opened = NOW - at * 19 * HOUR
        answered = at % 3 == 0
        await connection.fetch(
            """INSERT INTO conversation (id, brand_id, network, root, state, in_queue, title,
                   waiting_since, due_at, opened_at, last_at, state_since, first_response_at)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                at + 1, id_, _NETWORKS[at % 3], f"root-{at}",
                "waiting" if answered else "open", int(at % 5 != 0), HOSTILE,
                None if answered else opened, None if answered else opened + 4 * HOUR,
                opened, opened, opened, opened + HOUR if answered else None,
            ),
        )  # fmt: skip
        if answered:
            await connection.fetch(
                """INSERT INTO event (at, actor, verb, subject_kind, subject_id, before, after,
                       step) VALUES (?, 'Ana', 'reply', 'conversation', ?, ?, ?, 0)""",
                (
                    opened + HOUR + at * MINUTE,
                    at + 1,
                    dumps({"waiting_since": opened, "first_response_at": None}),
                    dumps({"waiting_since": None, "first_response_at": opened + HOUR}),
                ),
            )
    for at in range(5):
        await connection.fetch(
            """INSERT INTO alert (brand_id, class, rule, fingerprint, severity, state, title,
                   first_at, last_at, fired_at, owner, dismissed_reason)
               VALUES (?, 'image', 'surge', ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                id_, f"print-{at}", at % 4, "resolved" if at else "firing",
                dumps({"say": "Surge of {brand}", "with": {"brand": HOSTILE}}),
                NOW - at * 4 * DAY - HOUR, NOW - at * 4 * DAY, NOW - at * 4 * DAY,
                "Ana" if at % 2 else "", "",
            ),
        )  # fmt: skip
    await connection.fetch(
        """INSERT INTO note (subject_kind, subject_id, at, author, text)
           VALUES ('alert', 2, ?, 'Ana', ?)""",
        (NOW, HOSTILE),
    )
    people = await connection.fetch("SELECT id FROM person ORDER BY id")
    for at, row in enumerate(people):
        if at % 12 == 0:
            await connection.fetch(
                "UPDATE person SET role = ?, name = ? WHERE id = ?",
                (("journalist", "staff", "vip")[at // 12 % 3], f"Doe {HOSTILE} {at}", row["id"]),
            )
        if at % 4 == 0:
            moved = ("", "connect"), ("connect", "convince")
            for place, (was, stage) in enumerate(moved[: 1 + at // 4 % 2]):
                await connection.fetch(
                    """INSERT INTO stage_move (person_id, brand_id, at, stage, was)
                       VALUES (?, ?, ?, ?, ?)""",
                    (row["id"], id_, NOW - (at + 2 - place) * 11 * HOUR, stage, was),
                )
    for at in range(16):
        when = NOW - 12 * DAY + at * DAY
        done = at % 3 != 2
        await connection.fetch(
            """INSERT INTO planned (uid, brand_id, kind, title, channel, owner, state, at, done_at,
                   changed_at) VALUES (?, ?, 'post', ?, 'mastodon', ?, ?, ?, ?, ?)""",
            (
                f"uid-{at}", id_, f"Post {at} {HOSTILE}", "Léo" if at % 2 else "",
                "done" if done else "approved", when, when if done else None, when,
            ),
        )  # fmt: skip
    await connection.fetch(
        "INSERT INTO cadence (brand_id, channel, a_week) VALUES (?, 'mastodon', 3)", (id_,)
    )
    await connection.fetch(
        """INSERT INTO gap (source_id, from_at, to_at, reason, seen_at)
           VALUES ((SELECT min(id) FROM source WHERE network = 'bluesky'), ?, ?, ?, ?)""",
        (NOW - 4 * DAY, NOW - 4 * DAY + 3 * HOUR, dumps({"say": "It was down.", "with": {}}),
         NOW - 4 * DAY + 3 * HOUR),
    )  # fmt: skip
    await connection.fetch(
        """INSERT INTO campaign (brand_id, name, aim, from_at, to_at, changed_at)
           VALUES (?, 'Winter & <b>snow</b>', 'inform', ?, ?, ?)""",
        (id_, from_iso("2026-11-16"), from_iso("2026-11-30"), NOW),
    )
    await connection.fetch(
        """INSERT INTO campaign_mention (campaign_id, mention_id, why)
           SELECT c.id, m.id, 'terms' FROM campaign c, mention m WHERE m.text LIKE '%brakes%'"""
    )
