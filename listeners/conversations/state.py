"""The states of a conversation and what each event does to them.

``apply`` is the whole table. The states: *open*, *waiting* (on them), *snoozed* (until a time or
until they reply), *resolved*, *ignored*. The clock is ``waiting_since``: the time of the oldest
unanswered outside message. A due time is the ranking's affair: ``apply`` only clears it together
with the clock, and ``urgency.ranked`` sets it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from listeners.conversations import events as happened
from listeners.conversations.conversation import Conversation, SnoozeKind
from listeners.conversations.events import Event, Rules
from listeners.model import ConversationState, Micros, Part, Reason, Sentence

__all__ = ["Conversation", "Event", "Rules", "SnoozeKind", "Step", "apply", "begin", "successor"]

OPEN, WAITING, SNOOZED, RESOLVED, IGNORED = (
    ConversationState.OPEN,
    ConversationState.WAITING,
    ConversationState.SNOOZED,
    ConversationState.RESOLVED,
    ConversationState.IGNORED,
)
USUAL_RULES = Rules()

WE_ANSWERED = Sentence("We answered: waiting on them.")
"""What the log says of an answer a listener saw; the response times are read from these lines."""


@dataclass(frozen=True, slots=True)
class Step:
    """What an event did.

    ``opens_new``: the event belongs to a new conversation instead (``successor`` makes it, and
    the event is then applied to that one). ``note`` says what happened by itself, for the log.
    ``refused`` says why nothing was done; the conversation is then unchanged.
    """

    conversation: Conversation
    opens_new: bool = False
    note: Sentence | None = None
    refused: Sentence | None = None


def begin(
    *,
    brand: str,
    network: str,
    root: str,
    at: Micros,
    now: Micros,
    title: str = "",
    url: str = "",
    opener_key: str = "",
) -> Conversation:
    """Return a conversation in which nothing has been said yet; its messages are then applied."""
    return Conversation(
        brand=brand,
        network=network,
        root=root,
        title=title,
        url=url,
        opener_key=opener_key,
        opened_at=at,
        last_at=at,
        state_since=now,
    )


def successor(old: Conversation, at: Micros, now: Micros) -> Conversation:
    """Return the conversation a late message opens: next generation, linked to the old one."""
    fresh = begin(
        brand=old.brand,
        network=old.network,
        root=old.root,
        at=at,
        now=now,
        title=old.title,
        url=old.url,
        opener_key=old.opener_key,
    )
    return replace(fresh, generation=old.generation + 1, linked_to=old.id or None)


def apply(
    conversation: Conversation, event: Event, now: Micros, rules: Rules = USUAL_RULES
) -> Step:
    """Return what ``event`` makes of ``conversation`` at ``now``. Never raises."""
    if conversation.merged_into is not None:
        return _refuse(
            conversation,
            Sentence(
                "This conversation was merged into number {number}; act on that one.",
                {"number": conversation.merged_into},
            ),
        )
    match event:
        case happened.OutsideMessage():
            return _outside_message(conversation, event, now, rules)
        case happened.AsksNow():
            return _asks(conversation, conversation, event, now, rules)
        case happened.OurMessage():
            return _our_message(conversation, event, now)
        case happened.DeletedAtSource():
            return _deleted(conversation, event)
        case happened.SnoozeEnded():
            return _snooze_ended(conversation, now, rules)
        case happened.IdleTooLong():
            return _idle(conversation, now, rules)
        case happened.Answered():
            return _answered(conversation, now)
        case happened.Replied():
            return _replied(conversation, event, now)
        case happened.Resolve():
            return _closed(conversation, RESOLVED, now)
        case happened.Ignore():
            return _closed(conversation, IGNORED, now)
        case happened.Snooze():
            return _snooze(conversation, event, now)
        case happened.Reopen():
            return _reopen(conversation, now)
        case happened.Promote():
            return _promote(conversation, event, now)
        case happened.Escalate():
            return _escalate(conversation, event, now)
        case happened.Take():
            return _assign(conversation, event.by)
        case happened.Assign():
            return _assign(conversation, event.to)
        case happened.Tagged():
            return _tag(conversation, event)
        case happened.Prioritised():
            return _prioritise(conversation, event)
        case happened.Noted():
            return Step(replace(conversation, notes=max(0, conversation.notes + event.count)))


# --- messages ----------------------------------------------------------------------------------


def _appended(conversation: Conversation, at: Micros, part: Part) -> Conversation:
    """Return the conversation one message longer; a late arrival does not become the last word."""
    newest = at >= conversation.last_at or conversation.messages == 0
    return replace(
        conversation,
        messages=conversation.messages + 1,
        opened_at=min(conversation.opened_at, at),
        last_at=max(conversation.last_at, at),
        last_part=part if newest else conversation.last_part,
    )


def _outside_message(
    before: Conversation, event: happened.OutsideMessage, now: Micros, rules: Rules
) -> Step:
    if event.private_unthreaded and before.messages and _silent(before, event.at, rules):
        return Step(before, opens_new=True, note=Sentence("A new private exchange began."))
    late = event.at - before.state_since > rules.reopen_window
    if event.asks and before.state is RESOLVED and late:
        return Step(
            before,
            opens_new=True,
            note=Sentence("They wrote again long after it was resolved: a new conversation."),
        )
    after = _appended(before, event.at, event.part)
    if event.mention_id is not None and (
        event.at >= before.last_at or before.last_outside_id is None
    ):
        after = replace(after, last_outside_id=event.mention_id)
    return _asks(before, after, event, now, rules) if event.asks else Step(after)


def _asks(
    before: Conversation,
    after: Conversation,
    event: happened.OutsideMessage | happened.AsksNow,
    now: Micros,
    rules: Rules,
) -> Step:
    """Return what a message that asks does to ``before``; ``after`` already holds it."""
    match before.state:
        case ConversationState.OPEN:
            return Step(_asked(after, event))
        case ConversationState.WAITING | ConversationState.RESOLVED:
            return _reopened_by_them(after, event, now, rules)
        case ConversationState.SNOOZED:
            return _asked_while_snoozed(after, event, now, rules)
        case ConversationState.IGNORED:
            if event.tier > 1:
                return Step(after)
            return _reopened_by_them(after, event, now, rules)


def _silent(conversation: Conversation, at: Micros, rules: Rules) -> bool:
    return at - conversation.last_at > rules.private_silence


def _asked(
    conversation: Conversation, event: happened.OutsideMessage | happened.AsksNow
) -> Conversation:
    """Return the conversation with the clock running since its oldest unanswered message."""
    since = conversation.waiting_since
    return replace(
        conversation,
        in_queue=True,
        waiting_since=event.at if since is None else min(since, event.at),
        tier=event.tier if since is None else min(conversation.tier, event.tier),
        need=event.reason or conversation.need,
    )


def _reopened_by_them(
    conversation: Conversation,
    event: happened.OutsideMessage | happened.AsksNow,
    now: Micros,
    rules: Rules,
) -> Step:
    opened = replace(
        _moved(conversation, OPEN, now),
        waiting_since=None,
        reopened=conversation.reopened + 1,
        assignee=_kept_by(conversation, rules),
    )
    return Step(_asked(opened, event), note=Sentence("They wrote again: open once more."))


def _asked_while_snoozed(
    conversation: Conversation,
    event: happened.OutsideMessage | happened.AsksNow,
    now: Micros,
    rules: Rules,
) -> Step:
    if conversation.snooze_kind == "reply":
        return _reopened_by_them(conversation, event, now, rules)
    asked = _asked(conversation, event)
    if event.tier == 1 and conversation.tier > 1:
        woken = replace(_moved(asked, OPEN, now), assignee=_kept_by(conversation, rules))
        return Step(woken, note=Sentence("It became a risk: the snooze was ended."))
    return Step(asked)


def _kept_by(conversation: Conversation, rules: Rules) -> str:
    """Return who has it once it is open again: whoever had it, unless they are away."""
    return "" if conversation.assignee in rules.away else conversation.assignee


def _our_message(before: Conversation, event: happened.OurMessage, now: Micros) -> Step:
    after = _appended(before, event.at, Part.OURS)
    since = before.waiting_since
    written_before_they_asked = since is not None and event.at < since
    if event.automatic or written_before_they_asked:
        return Step(after)
    responds = since is not None or before.last_outside_id is not None
    if responds and before.first_response_at is None:
        after = replace(after, first_response_at=event.at)
    if before.state not in (OPEN, SNOOZED):
        return Step(after)
    if event.unanswered_since is not None:
        return Step(replace(after, waiting_since=event.unanswered_since))
    answered = replace(_rested(after), answered_by_hand=False)
    return Step(_moved(answered, WAITING, now), note=WE_ANSWERED)


def _deleted(conversation: Conversation, event: happened.DeletedAtSource) -> Step:
    if conversation.waiting_since is None:
        return Step(conversation)
    if event.unanswered_since is None:
        return Step(_rested(conversation), note=Sentence("They deleted what was to be answered."))
    return Step(replace(conversation, waiting_since=event.unanswered_since))


# --- time --------------------------------------------------------------------------------------


def _snooze_ended(conversation: Conversation, now: Micros, rules: Rules) -> Step:
    until = conversation.snoozed_until
    if conversation.state is not SNOOZED or until is None or until > now:
        return Step(conversation)
    return Step(
        replace(
            _moved(conversation, OPEN, now),
            in_queue=True,
            assignee=_kept_by(conversation, rules),
        ),
        note=Sentence("The snooze ended."),
    )


def _idle(conversation: Conversation, now: Micros, rules: Rules) -> Step:
    quiet = now - max(conversation.last_at, conversation.state_since)
    if conversation.state is not WAITING or quiet < rules.idle:
        return Step(conversation)
    return Step(
        _moved(_rested(conversation), RESOLVED, now),
        note=Sentence("Nothing more came: resolved by itself."),
    )


# --- keys --------------------------------------------------------------------------------------


def _answered(conversation: Conversation, now: Micros) -> Step:
    if conversation.state is WAITING:
        return _refuse(conversation, Sentence("It is answered already: waiting on them."))
    if conversation.state not in (OPEN, SNOOZED):
        return _refuse_closed(conversation)
    first = now if conversation.first_response_at is None else conversation.first_response_at
    answered = replace(_rested(conversation), first_response_at=first, answered_by_hand=True)
    return Step(_moved(answered, WAITING, now))


def _replied(conversation: Conversation, event: happened.Replied, now: Micros) -> Step:
    first = conversation.first_response_at
    replied = replace(conversation, first_response_at=event.at if first is None else first)
    if conversation.state not in (OPEN, SNOOZED):
        return Step(replied)
    if event.unanswered_since is not None:
        return Step(replace(replied, waiting_since=event.unanswered_since))
    answered = replace(_rested(replied), answered_by_hand=False)
    return Step(_moved(answered, WAITING, now))


def _closed(conversation: Conversation, state: ConversationState, now: Micros) -> Step:
    if conversation.state is state:
        return _refuse_closed(conversation)
    return Step(_moved(_rested(conversation), state, now))


def _snooze(conversation: Conversation, event: happened.Snooze, now: Micros) -> Step:
    if conversation.state in (RESOLVED, IGNORED):
        return _refuse_closed(conversation)
    if event.until is not None and event.until <= now:
        return _refuse(conversation, Sentence("That time has passed; choose a later one."))
    return Step(
        replace(
            _moved(conversation, SNOOZED, now),
            snoozed_until=event.until,
            snooze_kind="reply" if event.until is None else "time",
        )
    )


def _reopen(conversation: Conversation, now: Micros) -> Step:
    if conversation.needs_reply and conversation.in_queue:
        return _refuse(conversation, Sentence("It is open already."))
    return Step(_lifted(conversation, now))


def _promote(conversation: Conversation, event: happened.Promote, now: Micros) -> Step:
    if conversation.needs_reply and conversation.in_queue:
        return _refuse(conversation, Sentence("It is in the queue already."))
    by_hand = Reason("promoted", Sentence("{name} put it in the queue.", {"name": event.by}))
    return Step(replace(_lifted(conversation, now), need=by_hand))


def _escalate(conversation: Conversation, event: happened.Escalate, now: Micros) -> Step:
    if conversation.tier == 1 and conversation.manual_priority == 1 and conversation.needs_reply:
        return _refuse(conversation, Sentence("It is at the top already."))
    raised = Sentence("raised as a risk by {name}", {"name": event.by})
    lifted = conversation if conversation.needs_reply else _lifted(conversation, now)
    reasons = tuple(reason for reason in conversation.reasons if reason != raised)
    return Step(
        replace(lifted, in_queue=True, tier=1, manual_priority=1, reasons=(raised, *reasons))
    )


def _lifted(conversation: Conversation, now: Micros) -> Conversation:
    """Return it open with the clock running: since their last word, or since now if it was ours."""
    since = conversation.waiting_since
    if since is None:
        theirs = conversation.last_part in (Part.OUTSIDE, Part.THIRD_PARTY)
        since = conversation.last_at if theirs else now
    return replace(_moved(conversation, OPEN, now), waiting_since=since, in_queue=True)


def _assign(conversation: Conversation, to: str) -> Step:
    if to == conversation.assignee:
        return _refuse(
            conversation,
            Sentence("{name} has it already.", {"name": to})
            if to
            else Sentence("Nobody has it already."),
        )
    return Step(replace(conversation, assignee=to))


def _tag(conversation: Conversation, event: happened.Tagged) -> Step:
    kept = [tag for tag in conversation.tags if tag not in event.remove]
    added = [tag for tag in dict.fromkeys(event.add) if tag and tag not in kept]
    tags = tuple(sorted(kept + added))
    if tags == tuple(sorted(conversation.tags)):
        return _refuse(conversation, Sentence("The tags are as you want them already."))
    return Step(replace(conversation, tags=tags))


def _prioritise(conversation: Conversation, event: happened.Prioritised) -> Step:
    priority = event.priority
    if priority is not None and not 1 <= priority <= 5:
        return _refuse(conversation, Sentence("A priority is a number from 1 (first) to 5."))
    if priority == conversation.manual_priority:
        return _refuse(conversation, Sentence("It has this priority already."))
    return Step(replace(conversation, manual_priority=priority))


# --- small steps -------------------------------------------------------------------------------

_CLOSED_ALREADY = {
    RESOLVED: Sentence("It is resolved already; reopen it first to do something else."),
    IGNORED: Sentence("It is ignored already; reopen it first to do something else."),
}


def _refuse(conversation: Conversation, sentence: Sentence) -> Step:
    return Step(conversation, refused=sentence)


def _refuse_closed(conversation: Conversation) -> Step:
    return _refuse(conversation, _CLOSED_ALREADY[conversation.state])


def _moved(conversation: Conversation, state: ConversationState, now: Micros) -> Conversation:
    """Return it in this state, snooze forgotten. Staying in a state does not restart its time."""
    same = conversation.state is state
    return replace(
        conversation,
        state=state,
        state_since=conversation.state_since if same else now,
        snoozed_until=None,
        snooze_kind="",
    )


def _rested(conversation: Conversation) -> Conversation:
    """Return it with the clock stopped."""
    return replace(conversation, waiting_since=None, due_at=None)
