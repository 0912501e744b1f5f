"""Verdicts that people correct: the mention, its counts and the correction change together.

A mention that somebody corrected keeps their verdict whatever is read, edited or scored again;
what the scorer says of it is kept beside, so that taking the correction back is exact. An edited
text keeps its correction too: most edits mend a word, and a person's verdict is worth more than
the scorer's on either text. The screen says that the text was edited since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from listeners.conversations.needs_reply import MessageFacts
from listeners.model import Label, Micros, Part, Reason
from listeners.store.codec import (
    LABELS,
    dumps,
    from_reason,
    label_number,
    storable,
    to_mappings,
    to_reason,
)
from listeners.store.connection import Connection, Row
from listeners.store.database import Store
from listeners.store.mention_rows import KNOWN, known_of, uncounted
from listeners.store.records import Edit, KnownMention
from listeners.store.rollups import bump_rollups

MIDDLE: Mapping[Label, float] = {Label.NEGATIVE: -0.5, Label.NEUTRAL: 0.0, Label.POSITIVE: 0.5}
"""The compound of a verdict by hand: the middle of what its label spans. People give no number."""


@dataclass(frozen=True, slots=True)
class Correction:
    """Who set a verdict, and when."""

    label: Label
    author: str
    at: Micros

    @property
    def fields(self) -> dict[str, object]:
        """It as the log keeps it."""
        return {"label": self.label.value, "author": self.author, "at": self.at}


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A correction, and the verdict of the scorer that it stands before."""

    correction: Correction
    scored_label: Label
    scored_compound: float | None
    scored_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A stored mention as far as a correction concerns it.

    ``facts`` are what is known of it when it is judged again, ``need`` why it asks or does not.
    """

    known: KnownMention
    correction: Correction | None
    scored: tuple[Label, float | None]
    brand: str
    facts: MessageFacts
    need: Reason | None
    risk: frozenset[str]

    @property
    def verdict(self) -> tuple[Label, float | None]:
        """The verdict as it stands."""
        return self.known.label, self.known.compound


def correction_of(fields: object) -> Correction | None:
    """Return the correction that the log kept, ``None`` for none."""
    if not isinstance(fields, Mapping):
        return None
    return Correction(Label(fields["label"]), str(fields["author"]), Micros(int(fields["at"])))


def verdict_of(
    correction: Correction | None, scored: tuple[Label, float | None]
) -> tuple[Label, float | None]:
    """Return the verdict of a mention: the scorer's number wherever a person agrees with it."""
    if correction is None or correction.label is scored[0]:
        return scored
    return correction.label, MIDDLE[correction.label]


_HEARD = KNOWN.replace(
    "FROM mention m",
    """, b.name AS brand, m.private, m.rating, m.risk, m.need, a.followers, a.automated,
       coalesce(nullif(p.role, ''), a.role) AS role,
       k.label AS to_label, k.author AS by, k.at AS corrected_at, k.scored_label,
       k.scored_compound,
       (SELECT x.part FROM mention x WHERE x.network = m.network AND x.native_id = m.parent_id
            AND x.brand_id = m.brand_id LIMIT 1) AS parent_part,
       (SELECT max(o.sort_at) FROM mention o JOIN account oa ON oa.id = o.account_id
            WHERE o.conversation_id = m.conversation_id AND o.part = 'ours'
              AND oa.automated = 0) AS last_ours
FROM json_each(?) w JOIN mention m ON m.id = w.value
JOIN brand b ON b.id = m.brand_id
LEFT JOIN correction k ON k.mention_id = m.id""",
).replace(
    "ON a.id = m.account_id", "ON a.id = m.account_id LEFT JOIN person p ON p.id = a.person_id"
)


async def heard(connection: Connection, ids: Iterable[int]) -> dict[int, Heard]:
    """Return mentions by id; one that is gone is missing from the answer."""
    rows = await connection.fetch(_HEARD, (dumps(list(ids)),))
    return {row["id"]: _heard(row) for row in rows}


def _heard(row: Row) -> Heard:
    known, need = known_of(row), to_reason(row["need"])
    correction, scored = None, (known.label, known.compound)
    if row["to_label"] is not None:
        correction = Correction(LABELS[row["to_label"]], row["by"], Micros(row["corrected_at"]))
        scored = (LABELS[row["scored_label"]], row["scored_compound"])
    ours = row["last_ours"]
    risk = frozenset(str(one["class"]) for one in to_mappings(row["risk"]) if "class" in one)
    return Heard(
        known=known,
        correction=correction,
        scored=scored,
        brand=row["brand"],
        need=need,
        risk=risk,
        facts=MessageFacts(
            text=known.text,
            title=known.title,
            lang=known.lang,
            label=known.label,
            part=known.part,
            private=bool(row["private"]),
            repost=known.repost,
            automated=bool(row["automated"]),
            history=known.history,
            age=max(0, known.seen_at - known.sort_at),
            addressed=row["parent_part"] == Part.OURS.value,
            we_spoke=ours is not None and ours <= known.sort_at,
            answered_since=ours is not None and ours > known.sort_at,
            followers=row["followers"],
            # A message that asked by its mood alone was seen by many, whoever wrote it.
            engagement_rising=need is not None and need.code == "A5",
            role=row["role"],
            rating=row["rating"],
            risk=tuple(sorted(risk)),
        ),
    )


async def correct(
    connection: Connection, changes: Sequence[tuple[Heard, Correction | None]]
) -> None:
    """Put corrections on mentions, or take them off, and count the mentions anew."""
    changes = [(one, put) for one, put in changes if one.known.deleted_at is None]
    ids = [one.known.id for one, _ in changes]
    await connection.fetch(
        "DELETE FROM correction WHERE mention_id IN (SELECT value FROM json_each(?))", (dumps(ids),)
    )
    verdicts = [(one, put, verdict_of(put, one.scored)) for one, put in changes]
    await connection.many(
        """INSERT INTO correction (mention_id, label, author, at, scored_label, scored_compound,
               scored_by, lang) SELECT ?1, ?2, ?3, ?4, ?5, ?6, scorer, lang
           FROM mention WHERE id = ?1""",
        [
            (
                one.known.id,
                label_number(put.label),
                storable(put.author),
                put.at,
                label_number(one.scored[0]),
                one.scored[1],
            )
            for one, put in changes
            if put is not None
        ],
    )
    await connection.many(
        "UPDATE mention SET label = ?, compound = ?, corrected_by = ? WHERE id = ?",
        [
            (label_number(label), compound, storable(put.author) if put else "", one.known.id)
            for one, put, (label, compound) in verdicts
        ],
    )
    before = [uncounted(one.known) for one, _ in changes]
    after = [
        replace(uncounted(one.known), label=label, compound=compound, sign=1)
        for one, _, (label, compound) in verdicts
    ]
    await bump_rollups(connection, [*before, *after])


async def ask(connection: Connection, changes: Iterable[tuple[int, bool, Reason | None]]) -> None:
    """Write down whether mentions ask for a reply now, and why or why not, by their ids."""
    await connection.many(
        "UPDATE mention SET asks = ?, need = ? WHERE id = ?",
        [(asks, from_reason(need), id_) for id_, asks, need in changes],
    )


async def kept(connection: Connection, edits: Sequence[Edit]) -> list[Edit]:
    """Return edits with the verdicts that people gave their mentions before.

    What the scorer says of the new text is kept with the correction.
    """
    ids = [edit.known.id for edit in edits if edit.known.corrected_by]
    if not ids:
        return list(edits)
    rows = await connection.fetch(
        """SELECT mention_id, label, author, at FROM correction
           WHERE mention_id IN (SELECT value FROM json_each(?))""",
        (dumps(ids),),
    )
    put = {row["mention_id"]: Correction(LABELS[row["label"]], row["author"], row["at"])
           for row in rows}  # fmt: skip
    await connection.many(
        """UPDATE correction SET scored_label = ?, scored_compound = ?, scored_by = ?, lang = ?
           WHERE mention_id = ?""",
        [
            (
                label_number(edit.now.score.label),
                edit.now.score.compound,
                edit.now.score.scorer,
                edit.now.score.lang,
                edit.known.id,
            )
            for edit in edits
            if edit.known.id in put
        ],
    )
    return [_kept(edit, put.get(edit.known.id)) for edit in edits]


def _kept(edit: Edit, put: Correction | None) -> Edit:
    if put is None:
        return edit
    said = edit.now.score
    label, compound = verdict_of(put, (said.label, said.compound))
    return replace(edit, now=replace(edit.now, score=replace(said, label=label, compound=compound)))


async def waiting(
    connection: Connection, conversation_ids: Iterable[int]
) -> dict[int, list[tuple[int, Micros, tuple[Label, float | None]]]]:
    """Return the messages that ask, by the conversation they are shown in: id, time, verdict."""
    rows = await connection.fetch(
        """WITH RECURSIVE family(head, id) AS MATERIALIZED (
               SELECT value, value FROM json_each(?)
               UNION SELECT f.head, c.id FROM family f JOIN conversation c ON c.merged_into = f.id)
           SELECT f.head, m.id, m.sort_at, m.label, m.compound
           FROM family f JOIN mention m ON m.conversation_id = f.id
           WHERE m.asks = 1 AND m.deleted_at IS NULL""",
        (dumps(list(conversation_ids)),),
    )
    found: dict[int, list[tuple[int, Micros, tuple[Label, float | None]]]] = {}
    for row in rows:
        verdict = (LABELS[row["label"]], row["compound"])
        found.setdefault(row["head"], []).append((row["id"], Micros(row["sort_at"]), verdict))
    return found


async def newest_of(connection: Connection, conversation_ids: Sequence[int]) -> list[int]:
    """Return the message whose mood each conversation shows: the newest that is not ours."""
    rows = await connection.fetch(
        """SELECT c.last_outside_id AS id FROM json_each(?) w JOIN conversation c ON c.id = w.value
           WHERE c.last_outside_id IS NOT NULL ORDER BY w.key""",
        (dumps(list(conversation_ids)),),
    )
    return list(dict.fromkeys(row["id"] for row in rows))


async def corrections(store: Store, ids: Iterable[int]) -> dict[int, Corrected]:
    """Return the corrections of mentions, by the ids of those that have one."""
    rows = await store.fetch(
        "SELECT * FROM correction WHERE mention_id IN (SELECT value FROM json_each(?))",
        (dumps(list(ids)),),
    )
    return {
        row["mention_id"]: Corrected(
            correction=Correction(LABELS[row["label"]], row["author"], Micros(row["at"])),
            scored_label=LABELS[row["scored_label"]],
            scored_compound=row["scored_compound"],
            scored_by=row["scored_by"],
        )
        for row in rows
    }
