"""Two threads that are one matter: merging them, and taking them apart again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from listeners.conversations.conversation import Conversation
from listeners.model import ConversationState, Micros, Sentence


@dataclass(frozen=True, slots=True)
class Pair:
    """Both conversations after the step; ``refused`` says why they are unchanged."""

    absorbed: Conversation
    kept: Conversation
    refused: Sentence | None = None


def merge(absorbed: Conversation, kept: Conversation, now: Micros) -> Pair:
    """Point ``absorbed`` at ``kept``, where its messages are shown from now on.

    The clock of the one kept becomes the older of both; what needed a reply still does.
    """
    refused = _why_not(absorbed, kept)
    if refused is not None:
        return Pair(absorbed, kept, refused)
    since = _older(absorbed.waiting_since, kept.waiting_since)
    awakes = absorbed.needs_reply and kept.state is not ConversationState.OPEN
    whole = replace(
        kept,
        waiting_since=since,
        state=ConversationState.OPEN if awakes else kept.state,
        state_since=now if awakes else kept.state_since,
        snoozed_until=None if awakes else kept.snoozed_until,
        snooze_kind="" if awakes else kept.snooze_kind,
        in_queue=kept.in_queue or absorbed.in_queue,
        tier=min(kept.tier, absorbed.tier),
        messages=kept.messages + absorbed.messages,
        opened_at=min(kept.opened_at, absorbed.opened_at),
        last_at=max(kept.last_at, absorbed.last_at),
        last_part=absorbed.last_part if absorbed.last_at > kept.last_at else kept.last_part,
        tags=tuple(sorted({*kept.tags, *absorbed.tags})),
    )
    return Pair(replace(absorbed, merged_into=kept.id), whole)


def split(
    absorbed: Conversation,
    kept: Conversation,
    *,
    absorbed_since: Micros | None,
    kept_since: Micros | None,
) -> Pair:
    """Take ``absorbed`` out of ``kept`` again.

    ``absorbed_since`` and ``kept_since`` are the times of the oldest unanswered outside message
    in each, as the store counts them: what was answered while they were one stays answered.
    """
    if absorbed.merged_into != kept.id:
        refused = Sentence("These two conversations are not merged.")
        return Pair(absorbed, kept, refused)
    return Pair(
        replace(absorbed, merged_into=None, waiting_since=absorbed_since),
        replace(
            kept,
            waiting_since=kept_since,
            messages=max(0, kept.messages - absorbed.messages),
        ),
    )


def _why_not(absorbed: Conversation, kept: Conversation) -> Sentence | None:
    if absorbed.id == kept.id:
        return Sentence("A conversation cannot be merged into itself.")
    if absorbed.brand != kept.brand:
        return Sentence("Conversations of two brands cannot be merged.")
    if absorbed.merged_into is not None or kept.merged_into is not None:
        return Sentence("One of them is merged already; split it first.")
    return None


def _older(a: Micros | None, b: Micros | None) -> Micros | None:
    known = [time for time in (a, b) if time is not None]
    return min(known) if known else None
