"""Two threads that are one matter: merging them, and taking them apart again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from listeners.conversations.conversation import Conversation
from listeners.conversations.urgency import order
from listeners.model import ConversationState, Micros, Part, Sentence

_RUNNING = (ConversationState.OPEN, ConversationState.SNOOZED)


@dataclass(frozen=True, slots=True)
class Pair:
    """Both conversations after the step; ``refused`` says why they are unchanged."""

    absorbed: Conversation
    kept: Conversation
    refused: Sentence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the messages of one conversation alone say of it, as the store counts them."""

    messages: int
    opened_at: Micros
    last_at: Micros
    last_part: Part | None
    last_outside_id: int | None


def kept_of(conversations: Sequence[Conversation], now: Micros) -> Conversation:
    """Return the one that the others go into: the first of the queue, else the oldest.

    Whoever works from the top of the queue finds the whole matter where she would have begun.
    """
    waiting = [one for one in conversations if one.needs_reply]
    if waiting:
        return min(waiting, key=lambda one: order(one, now))
    return min(conversations, key=lambda one: (one.opened_at, one.id))


def merge(absorbed: Conversation, kept: Conversation, now: Micros) -> Pair:
    """Point ``absorbed`` at ``kept``, where its messages are shown from now on.

    The clock of the one kept becomes the older of both; what needed a reply still does, at the
    higher of both urgencies. Who has it and what was set by hand stays that of the one kept,
    where it had any.
    """
    refused = _why_not(absorbed, kept)
    if refused is not None:
        return Pair(absorbed, kept, refused)
    awakes = absorbed.needs_reply and kept.state is not ConversationState.OPEN
    snoozed = _sooner(absorbed, kept) if kept.state is not ConversationState.OPEN else kept
    stays = replace(
        kept,
        state=ConversationState.OPEN if awakes else snoozed.state,
        state_since=now if awakes else snoozed.state_since,
        snoozed_until=None if awakes else snoozed.snoozed_until,
        snooze_kind="" if awakes else snoozed.snooze_kind,
    )
    first = absorbed.tier < kept.tier or kept.waiting_since is None
    leading = absorbed if absorbed.waiting_since is not None and first else kept
    newest = absorbed if absorbed.last_at > kept.last_at else kept
    whole = replace(
        stays,
        waiting_since=_older(absorbed.waiting_since, kept.waiting_since),
        due_at=_older(absorbed.due_at, kept.due_at),
        in_queue=kept.in_queue or absorbed.in_queue,
        tier=min(kept.tier, absorbed.tier),
        score=max(kept.score, absorbed.score),
        reasons=leading.reasons,
        need=leading.need,
        assignee=kept.assignee or absorbed.assignee,
        manual_priority=_older(kept.manual_priority, absorbed.manual_priority),
        messages=kept.messages + absorbed.messages,
        notes=kept.notes + absorbed.notes,
        opened_at=min(kept.opened_at, absorbed.opened_at),
        last_at=newest.last_at,
        last_part=newest.last_part,
        last_outside_id=newest.last_outside_id or kept.last_outside_id or absorbed.last_outside_id,
        first_response_at=_older(kept.first_response_at, absorbed.first_response_at),
        tags=tuple(sorted({*kept.tags, *absorbed.tags})),
    )
    return Pair(replace(absorbed, merged_into=kept.id), _closed_clock(whole))


def split(
    absorbed: Conversation,
    kept: Conversation,
    *,
    absorbed_since: Micros | None,
    kept_since: Micros | None,
    absorbed_said: Said | None = None,
    kept_said: Said | None = None,
) -> Pair:
    """Take ``absorbed`` out of ``kept`` again.

    ``absorbed_since`` and ``kept_since`` are the times of the oldest unanswered outside message
    in each, as the store counts them: what was answered while they were one stays answered, and
    where both are ``None`` a clock that a key started stays with the one kept. ``absorbed_said``
    and ``kept_said`` are what the messages of each say of it.
    """
    if absorbed.merged_into != kept.id:
        refused = Sentence("These two conversations are not merged.")
        return Pair(absorbed, kept, refused)
    by_hand = absorbed_since is None and kept_since is None
    left = replace(
        _with_clock(kept, kept.waiting_since if by_hand else kept_since, kept),
        messages=max(0, kept.messages - absorbed.messages),
        notes=max(0, kept.notes - absorbed.notes),
    )
    out = replace(
        _with_clock(absorbed, absorbed_since, kept),
        merged_into=None,
        tier=absorbed.tier if absorbed_since is None else min(absorbed.tier, kept.tier),
    )
    if out.first_response_at is None and absorbed.waiting_since is not None and not absorbed_since:
        out = replace(out, first_response_at=kept.first_response_at)
    return Pair(_as_said(out, absorbed_said), _as_said(left, kept_said))


def _with_clock(one: Conversation, since: Micros | None, kept: Conversation) -> Conversation:
    """Return it with this clock, in the state that goes with it.

    What was decided of both while they were one, holds for each.
    """
    ended = one.waiting_since is not None and since is None
    begun = since is not None and one.state not in _RUNNING
    state = one.state
    if ended and one.state in _RUNNING:
        state = ConversationState.WAITING if kept.state in _RUNNING else kept.state
    elif begun or (since is not None and kept.state is ConversationState.SNOOZED):
        state = kept.state if kept.state in _RUNNING else ConversationState.OPEN
    snoozed = state is ConversationState.SNOOZED
    like = kept if snoozed and kept.state is ConversationState.SNOOZED else one
    return replace(
        one,
        state=state,
        state_since=one.state_since if state is one.state else kept.state_since,
        snoozed_until=like.snoozed_until if snoozed else None,
        snooze_kind=like.snooze_kind if snoozed else "",
        in_queue=one.in_queue or since is not None,
        waiting_since=since,
        due_at=one.due_at if since is not None and since == one.waiting_since else None,
    )


def _as_said(one: Conversation, said: Said | None) -> Conversation:
    if said is None or not said.messages:
        return one
    return replace(
        one,
        messages=said.messages,
        opened_at=said.opened_at,
        last_at=said.last_at,
        last_part=said.last_part,
        last_outside_id=said.last_outside_id,
    )


def _sooner(absorbed: Conversation, kept: Conversation) -> Conversation:
    """Return the one whose state both have, where neither is open: the snooze that ends first."""
    if absorbed.state is not ConversationState.SNOOZED or absorbed.waiting_since is None:
        return kept
    if kept.state is not ConversationState.SNOOZED:
        return absorbed
    earlier = (absorbed.snoozed_until or kept.snoozed_until or 0) < (kept.snoozed_until or 0)
    return absorbed if earlier or kept.snooze_kind == "reply" else kept


def _closed_clock(one: Conversation) -> Conversation:
    """Return it without a clock where its state has none: one snoozed away stays so."""
    if one.state in _RUNNING:
        return one
    return replace(one, waiting_since=None, due_at=None)


def _why_not(absorbed: Conversation, kept: Conversation) -> Sentence | None:
    if absorbed.id == kept.id:
        return Sentence("A conversation cannot be merged into itself.")
    if absorbed.brand != kept.brand:
        return Sentence("Conversations of two brands cannot be merged.")
    if absorbed.merged_into is not None or kept.merged_into is not None:
        return Sentence("One of them is merged already; split it first.")
    return None


def _older(a: Micros | int | None, b: Micros | int | None) -> Micros | None:
    known = [time for time in (a, b) if time is not None]
    return Micros(min(known)) if known else None
