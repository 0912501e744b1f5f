"""Everything that is held about one person, in words that somebody else can read.

What a person may ask for under the right of access (GDPR, article 15) and take elsewhere (article
20). It holds what they said and what was written about them or to them; of others only what stands
in the same conversations and is ours.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from typing import Final

from listeners.clock import to_iso
from listeners.model import Micros
from listeners.people.masking import Masking
from listeners.store.codec import LABELS, dumps
from listeners.store.connection import Row
from listeners.store.database import Store
from listeners.store.forgetting import find_person

_PERSONS: Final = "IN (SELECT value FROM json_each(:persons))"
_ACCOUNTS: Final = "IN (SELECT value FROM json_each(:accounts))"
_MENTIONS: Final = f"IN (SELECT id FROM mention WHERE account_id {_ACCOUNTS})"
_TALKS: Final = f"""IN (
    SELECT conversation_id FROM mention WHERE account_id {_ACCOUNTS}
        AND conversation_id IS NOT NULL
    UNION SELECT id FROM conversation WHERE opener_id {_ACCOUNTS})"""

_HOLE: Final = re.compile(r":(persons|accounts)\b")

_SECTIONS: Final[Mapping[str, str]] = {
    "person": f"""SELECT id AS number, name, role, outlet, beat AS writes_about, reach AS followers
        FROM person WHERE id {_PERSONS}""",
    "accounts": f"""SELECT network, key AS network_id, handle, name, url AS address, followers,
        automated, role, first_seen_at, last_seen_at FROM account WHERE id {_ACCOUNTS}""",
    "profile_links": f"""SELECT a.handle AS account, l.url AS address, l.verified, l.network,
        l.handle FROM profile_link l JOIN account a ON a.id = l.account_id
        WHERE l.account_id {_ACCOUNTS}""",
    "contacts": f"SELECT kind, network, value FROM contact WHERE person_id {_PERSONS}",
    "tags": f"SELECT tag FROM person_tag WHERE person_id {_PERSONS}",
    "stages": f"""SELECT b.name AS brand, s.stage, s.since AS since_at, s.by_hand, s.first_at,
        s.last_at, s.mentions, s.positives, s.negatives FROM standing s
        JOIN brand b ON b.id = s.brand_id WHERE s.person_id {_PERSONS}""",
    "stage_changes": f"""SELECT b.name AS brand, s.at, s.was AS from_stage, s.stage AS to_stage,
        s.reason AS json_reason, s.author AS set_by,
        s.removed AS taken_back FROM stage_move s
        JOIN brand b ON b.id = s.brand_id WHERE s.person_id {_PERSONS}""",
    "mentions": f"""SELECT m.id AS number, b.name AS brand, s.key AS heard_by, m.network,
        m.native_id AS network_id, m.key AS sorted_id, m.url AS address, m.title, m.text,
        m.raw_text AS text_as_received, m.raw AS network_record, m.links AS json_links,
        m.tags AS json_tags, m.created_at AS written_at, m.seen_at AS heard_at, m.edited_at,
        m.deleted_at, m.parent_id AS answers, m.root_id AS thread, m.lang AS language,
        m.label AS sentiment, m.compound, m.reasons AS json_why_it_matched,
        m.risk AS json_words_of_risk, m.need AS json_why_it_asks, m.likes, m.shares, m.replies,
        m.rating, m.private, m.repost, m.conversation_id AS conversation, m.fold AS fingerprint
        FROM mention m JOIN brand b ON b.id = m.brand_id JOIN source s ON s.id = m.source_id
        WHERE m.account_id {_ACCOUNTS} ORDER BY m.sort_at, m.id""",
    "earlier_texts": f"""SELECT mention_id AS mention, at, text FROM edit
        WHERE mention_id {_MENTIONS} ORDER BY id""",
    "also_at": f"""SELECT mention_id AS mention, network, native_id AS network_id,
        key AS sorted_id, root AS thread, url AS address, at AS written_at, seen_at AS heard_at,
        state FROM place WHERE mention_id {_MENTIONS} OR account_id {_ACCOUNTS}""",
    "articles": f"""SELECT mention_id AS mention, key AS recognised_by FROM article
        WHERE mention_id {_MENTIONS}""",
    "corrections": f"""SELECT mention_id AS mention, label AS sentiment, author AS set_by, at,
        scored_label AS scored_sentiment FROM correction WHERE mention_id {_MENTIONS}""",
    "campaigns": f"""SELECT c.name AS campaign, l.mention_id AS mention, l.why
        FROM campaign_mention l JOIN campaign c ON c.id = l.campaign_id
        WHERE l.mention_id {_MENTIONS}""",
    "conversations": f"""SELECT id AS number, network, root AS thread, title, url AS address,
        state, reasons AS json_why_urgent, need AS json_why_it_asks, opened_at, last_at,
        assignee AS given_to FROM conversation WHERE id {_TALKS} ORDER BY id""",
    "conversation_tags": f"""SELECT conversation_id AS conversation, tag FROM conversation_tag
        WHERE conversation_id {_TALKS}""",
    "our_messages": f"""SELECT conversation_id AS conversation, network, url AS address, text,
        created_at AS written_at FROM mention WHERE part = 'ours' AND conversation_id {_TALKS}
        ORDER BY sort_at, id""",
    "our_answers": f"""SELECT conversation_id AS conversation, network, text, state,
        in_reply_to AS answers, root AS thread, url AS address, detail AS json_what_happened,
        author AS written_by, created_at, sent_at FROM outbox
        WHERE conversation_id {_TALKS} ORDER BY id""",
    "our_drafts": f"""SELECT conversation_id AS conversation, author AS written_by, text,
        in_reply_to AS answers, updated_at FROM draft WHERE conversation_id {_TALKS}""",
    "notes": f"""SELECT subject_kind AS about, subject_id AS number, at, author AS written_by, text,
        removed AS taken_back FROM note WHERE (
            (subject_kind = 'person' AND subject_id {_PERSONS})
            OR (subject_kind = 'conversation' AND subject_id {_TALKS})) ORDER BY at""",
    "alerts": f"""SELECT a.id AS number, a.class, a.rule, a.scope, a.fingerprint, a.state,
        a.title AS json_title, a.explanation AS json_explanation, a.figures AS json_figures,
        a.first_at, a.last_at, a.dismissed_reason FROM alert a WHERE a.id IN (
            SELECT alert_id FROM alert_mention WHERE mention_id {_MENTIONS})""",
    "log": f"""SELECT at, actor AS who, verb, subject_kind AS about, subject_id AS number,
        before AS json_before, after AS json_after FROM event
        WHERE (subject_kind = 'person' AND subject_id {_PERSONS})
           OR (subject_kind = 'mention' AND subject_id {_MENTIONS})
           OR (subject_kind = 'conversation' AND subject_id {_TALKS}) ORDER BY id""",
    "not_the_same_as": f"""SELECT lower_id AS one, higher_id AS other,
        removed AS taken_back FROM apart
        WHERE (lower_id {_PERSONS} OR higher_id {_PERSONS})""",
    "muted": f"""SELECT u.value AS account, u.at, u.until_at,
        u.removed AS taken_back FROM mute u JOIN account a
        ON u.value = a.network || ':' || a.key WHERE u.kind = 'account'
        AND a.id {_ACCOUNTS}""",
}


async def everything_of(store: Store, person: int) -> dict[str, object]:
    """Return all that is held about a person, by kind; times are in ISO 8601, UTC."""
    found = await find_person(store, person, ())
    sections: dict[str, object] = {}
    names = {"persons": dumps(found.persons), "accounts": dumps(found.ids)}
    for section, sql in _SECTIONS.items():
        # Parameters in the order in which they stand: one connection takes a sequence alone.
        rows = await store.fetch(_HOLE.sub("?", sql), [names[one] for one in _HOLE.findall(sql)])
        sections[section] = [_readable(row) for row in rows]
    masking = Masking(found.traces)
    letters = await store.fetch("SELECT at, record FROM dead_letter ORDER BY id")
    sections["unreadable_records"] = [
        _readable(row) for row in letters if masking.names(row["record"])
    ]
    return sections


def _readable(row: Row) -> dict[str, object]:
    told: dict[str, object] = {}
    for name in row.keys():  # noqa: SIM118
        value = row[name]
        if value is None:
            told[name] = None
        elif name.startswith("json_"):
            told[name.removeprefix("json_")] = json.loads(value)
        elif name in ("sentiment", "scored_sentiment"):
            told[name] = LABELS[value].value
        elif name == "network_record":
            told[name] = _record(value)
        elif name == "at" or name.endswith("_at"):
            told[name] = to_iso(Micros(value))
        else:
            told[name] = value
    return told


def _record(packed: bytes) -> object:
    text = zlib.decompress(packed).decode("utf-8", "replace")
    try:
        return json.loads(text)
    except ValueError:
        return text
