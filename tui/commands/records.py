"""The shapes scripts rely on: what JSON and CSV hold for each kind of row.

Times are ISO 8601 in UTC, or null. ``text`` is the text as the network gave it: evidence.
"""

from __future__ import annotations

from collections.abc import Sequence

from listeners.clock import to_iso
from listeners.model import Gap, Micros, Sentence
from listeners.rows import (
    AlertRow,
    ConversationRow,
    EventRow,
    MentionRow,
    Note,
    PlaceRow,
    SourceRow,
)
from listeners.store import Store
from listeners.store.outbox import OutboxRow, outbox
from tui.commands.output import Record
from tui.i18n import say


def when(at: Micros | None) -> str | None:
    """Return a time for a record."""
    return None if at is None else to_iso(at)


def said(sentences: Sequence[Sentence]) -> list[str]:
    """Return sentences for a record."""
    return [say(sentence) for sentence in sentences]


def mention_record(row: MentionRow) -> Record:
    """Return one mention."""
    return {
        "id": row.id,
        "network": row.network,
        "source": row.source,
        "native_id": row.native_id,
        "url": row.url,
        "author": row.author or row.author_key,
        "author_name": row.author_name,
        "text": row.raw_text,
        "lang": row.lang,
        "created_at": when(row.created_at),
        "seen_at": when(row.seen_at),
        "parent": row.parent,
        "root": row.root,
        "compound": row.compound,
        "label": row.label.value,
        "brand": row.brand,
        "reasons": said(row.reasons),
        "title": row.title,
        "author_key": row.author_key,
        "part": row.part.value,
        "needs_reply": None if row.needs_reply is None else say(row.needs_reply.sentence),
        "conversation": row.conversation_id,
        "edited_at": when(row.edited_at),
        "deleted_at": when(row.deleted_at),
        "withheld": row.withheld,
        "rating": row.rating,
        "likes": row.engagement.likes,
        "shares": row.engagement.shares,
        "replies": row.engagement.replies,
        "places": [place_record(one) for one in row.places],
        "scorer": row.scorer,
        "lang_by": row.lang_by or None,
        "corrected_by": row.corrected_by or None,
    }


def place_record(row: PlaceRow) -> Record:
    """Return another place where a mention stands, or stood."""
    return {
        "network": row.network,
        "source": row.source,
        "native_id": row.native_id,
        "url": row.url,
        "author": row.author,
        "seen_at": when(row.seen_at),
        "gone": row.gone,
    }


def conversation_record(row: ConversationRow) -> Record:
    """Return one conversation."""
    return {
        "id": row.id,
        "brand": row.brand,
        "network": row.network,
        "state": row.state.value,
        "needs_reply": row.needs_reply,
        "title": row.title,
        "excerpt": row.excerpt,
        "url": row.url,
        "author": row.author,
        "author_name": row.author_name,
        "author_role": row.author_role,
        "label": row.label.value,
        "compound": row.compound,
        "waiting_since": when(row.waiting_since),
        "due_at": when(row.due_at),
        "tier": row.tier,
        "priority": row.manual_priority,
        "reasons": said(row.reasons),
        "assignee": row.assignee,
        "tags": list(row.tags),
        "snoozed_until": when(row.snoozed_until),
        "reopened": row.reopened,
        "messages": row.messages,
        "merged": row.merged,
        "notes": row.notes,
        "opened_at": when(row.opened_at),
        "last_at": when(row.last_at),
    }


def whole_record(
    row: ConversationRow,
    messages: Sequence[MentionRow],
    notes: Sequence[Note],
    replies: Sequence[OutboxRow],
) -> Record:
    """Return one conversation with its messages, our notes, and our replies not heard yet."""
    return {
        **conversation_record(row),
        "thread": [mention_record(message) for message in messages],
        "our_notes": [note_record(note) for note in notes],
        "replies": [reply_record(reply) for reply in replies],
    }


def reply_record(row: OutboxRow) -> dict[str, object]:
    """Return one reply for a program."""
    return {
        "id": row.id,
        "conversation": row.conversation,
        "state": row.state,
        "network": row.network,
        "source": row.source,
        "to": row.to,
        "author": row.author,
        "text": row.text,
        "lang": row.lang,
        "in_reply_to": row.in_reply_to,
        "native_id": row.native_id,
        "url": row.url,
        "detail": None if row.detail is None else say(row.detail),
        "created_at": when(row.created_at),
        "tried_at": when(row.tried_at),
        "sent_at": when(row.sent_at),
        "attempts": row.attempts,
    }


async def not_heard(
    store: Store, conversation: int, messages: Sequence[MentionRow]
) -> list[OutboxRow]:
    """Return the replies from here that no listener has brought back yet, oldest first."""
    heard = {message.native_id for message in messages}
    found = await outbox(store, conversation=conversation)
    return [row for row in reversed(found) if row.native_id not in heard]


def alert_record(row: AlertRow) -> Record:
    """Return one alert."""
    return {
        "id": row.id,
        "brand": row.brand,
        "class": row.alert_class.value,
        "rule": row.rule,
        "scope": row.scope,
        "severity": row.severity.name.lower(),
        "state": row.state.value,
        "title": say(row.title),
        "explanation": said(row.explanation),
        "first_at": when(row.first_at),
        "last_at": when(row.last_at),
        "count": row.count,
        "owner": row.owner,
        "acked_at": when(row.acked_at),
        "snoozed_until": when(row.snoozed_until),
        "dismissed_reason": row.dismissed_reason,
        "thin_baseline": row.thin_baseline,
        "evidence": list(row.evidence),
        "suppressed": row.suppressed,
        "held_by": row.held_by or None,
        "holds": row.holds,
        "merged": row.merged,
        "figures": dict(row.figures),
    }


def source_record(row: SourceRow) -> Record:
    """Return one source and how it is doing."""
    return {
        "source": row.key,
        "network": row.network,
        "label": row.label,
        "state": row.state.value,
        "detail": None if row.detail is None else say(row.detail),
        "state_since": when(row.state_since),
        "until": when(row.until),
        "last_ok_at": when(row.last_ok_at),
        "next_at": when(row.next_at),
        "lag": row.lag,
        "fetched": row.fetched,
        "new": row.new,
        "updated": row.updated,
        "deleted": row.deleted,
        "bad": row.bad,
        "gap": gap_record(row.open_gap),
        "gapless": row.gapless,
        "cursor": row.cursor,
    }


def gap_record(gap: Gap | None) -> Record | None:
    """Return a gap, ``None`` for none."""
    if gap is None:
        return None
    return {"from": when(gap.from_at), "to": when(gap.to_at), "reason": say(gap.reason)}


def note_record(note: Note) -> Record:
    """Return one note of ours."""
    return {"id": note.id, "at": when(note.at), "author": note.author, "text": note.text}


def event_record(row: EventRow) -> Record:
    """Return one line of the log."""
    return {
        "id": row.id,
        "at": when(row.at),
        "actor": row.actor,
        "verb": row.verb,
        "kind": row.subject_kind,
        "subject": row.subject_id,
        "before": dict(row.before),
        "after": dict(row.after),
        "undone": row.undone,
    }
