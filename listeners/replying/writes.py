"""What sending writes down: before the call, and what became of it. Each is one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from listeners.actions import Outcome
from listeners.actions.changes import difference
from listeners.actions.undoing import reply_taken_back
from listeners.conversations import state
from listeners.conversations.conversation import Conversation
from listeners.conversations.events import Answered, Replied
from listeners.model import Micros, Sentence
from listeners.networks.replying import Sent
from listeners.replying import outcome
from listeners.replying.outcome import Sending, refusal
from listeners.store import drafts, outbox, reply_facts, subjects
from listeners.store.connection import Connection
from listeners.store.outbox import (
    BY_HAND,
    DELETED,
    REFUSED,
    SENDING,
    SENT,
    UNKNOWN,
    NewReply,
    OutboxRow,
)
from listeners.store.subjects import NewEvent


@dataclass(frozen=True, slots=True)
class Begun:
    """A reply that is written down and may be sent now; ``again`` if it was tried before."""

    row: OutboxRow
    again: bool


async def begin(
    connection: Connection,
    new: NewReply,
    now: Micros,
    *,
    again: int | None,
    confirmed: bool,
) -> Begun | Sending:
    """Write a reply down before it is sent, or say why it must not be.

    The write lock is held: of two who send at once, the second finds the first.
    """
    found = await _conversation(connection, new.conversation)
    if isinstance(found, Sentence):
        return refusal(found)
    earlier = await outbox.replies_here(connection, found.id)
    if any(one.state == SENDING for one in earlier):
        return refusal(outcome.UNDER_WAY)
    for one in earlier:
        if one.state == UNKNOWN:
            return refusal(outcome.settle_first(one.id))
    if not confirmed:
        meanwhile = await _meanwhile(connection, found.id, new.author, earlier, now)
        doubt = outcome.SAID_ALREADY if _said_already(earlier, new) else meanwhile
        if doubt is not None:
            return refusal(doubt, confirm=True)
    same = _same_again(earlier, new, again)
    if same is None:
        number = await outbox.add_reply(connection, new, now)
    else:
        number = same.id
        await outbox.try_again(connection, number, new.instance, now)
    row = await outbox.reply_here(connection, number)
    assert row is not None, "it was written in this transaction"
    return Begun(row, again=same is not None)


async def _conversation(connection: Connection, id_: int) -> Conversation | Sentence:
    """Return the conversation to answer, or why it cannot be."""
    found = (await subjects.load_conversations(connection, [id_])).get(id_)
    if found is None:
        return outcome.no_conversation(id_)
    if found.merged_into is not None:
        return Sentence(
            "This conversation was merged into number {number}; act on that one.",
            {"number": found.merged_into},
        )
    return found


async def _meanwhile(
    connection: Connection,
    conversation: int,
    author: str,
    earlier: list[OutboxRow],
    now: Micros,
) -> Sentence | None:
    """Return who else answered here since this writer began, or in the last minutes."""
    for one in earlier:
        lately = now - max(one.sent_at or 0, one.tried_at or 0) < outbox.LATELY
        if one.author != author and one.state in (SENT, BY_HAND) and lately:
            return outcome.answered_meanwhile(one.author, one.text)
    draft = await drafts.draft_here(connection, conversation, author)
    since = Micros(now - outbox.LATELY) if draft is None else draft.begun_at
    ours = await reply_facts.ours_since(connection, conversation, since)
    return None if ours is None else outcome.answered_meanwhile(ours.name, ours.text)


def _said_already(earlier: list[OutboxRow], new: NewReply) -> bool:
    """Whether these words stand below this post: a script run twice, a draft in two terminals."""
    return any(
        one.state == SENT and (one.text, one.in_reply_to) == (new.text, new.in_reply_to)
        for one in earlier
    )


def _same_again(earlier: list[OutboxRow], new: NewReply, again: int | None) -> OutboxRow | None:
    """Return the refused reply this is one more try of: with its key no second one can be made."""
    for one in earlier:
        same = (one.text, one.in_reply_to, one.source) == (new.text, new.in_reply_to, new.source)
        if one.state == REFUSED and same and one.author == new.author and again in (None, one.id):
            return one
    return None


async def sent(
    connection: Connection, id_: int, there: Sent, at: Micros, now: Micros, actor: str = ""
) -> Sending:
    """Write down that a reply is there since ``at``, and what that means for its conversation.

    Of two processes that find the same reply, the second changes nothing. ``actor`` is whose step
    it is: the writer's, unless somebody else settled it. Where somebody looked too early and took
    it for lost, the network's own word for it counts.
    """
    row = await outbox.reply_here(connection, id_)
    given_up = row is not None and row.state == REFUSED and there.native_id != ""
    if row is None or not (row.state in (SENDING, UNKNOWN) or given_up):
        return _settled_already(id_, row)
    before = await _where_it_is_shown(connection, row.conversation)
    await outbox.set_state(
        connection,
        id_,
        SENT,
        detail=there.note,
        native_id=there.native_id or None,
        url=there.url,
        sent_at=at,
    )
    # What they asked after it was written is not answered by it.
    asked = await reply_facts.oldest_asking_after(
        connection, before.id, row.tried_at or row.created_at
    )
    after = state.apply(before, Replied(at, unanswered_since=asked), now).conversation
    await subjects.save_conversations(connection, [after])
    step = await _log(connection, actor or row.author, "reply", before, after, id_, now)
    draft = await drafts.draft_here(connection, row.conversation, row.author)
    untouched = draft is not None and draft.updated_at <= (row.tried_at or now)
    put_back = draft is not None and given_up and draft.text == row.text
    if untouched or put_back:
        await drafts.drop_draft(connection, row.conversation, row.author)
    return Sending(
        done=1,
        sentence=there.note or outcome.sent(row.network, row.to),
        step=step,
        outbox_id=id_,
        state=SENT,
    )


async def not_sent(connection: Connection, id_: int, why: Sentence, now: Micros) -> Sending:
    """Write down that a reply is not there and why; its text stays, or becomes, a draft."""
    row = await outbox.reply_here(connection, id_)
    if row is None or row.state not in (SENDING, UNKNOWN):
        return _settled_already(id_, row)
    await outbox.set_state(connection, id_, REFUSED, detail=why)
    await _text_back(connection, row, now)
    return refusal(why, outbox_id=id_, state=REFUSED)


async def uncertain(connection: Connection, id_: int) -> Sending:
    """Write down that it cannot be told whether a reply is there."""
    row = await outbox.reply_here(connection, id_)
    if row is None or row.state not in (SENDING, UNKNOWN):
        return _settled_already(id_, row)
    await outbox.set_state(connection, id_, UNKNOWN, detail=outcome.UNCERTAIN)
    return refusal(outcome.UNCERTAIN, outbox_id=id_, state=UNKNOWN)


async def by_hand(connection: Connection, new: NewReply, now: Micros) -> Sending:
    """Write down that a person sent a reply themselves, as one step that can be undone."""
    before = await _conversation(connection, new.conversation)
    if isinstance(before, Sentence):
        return refusal(before)
    number = await outbox.add_reply(connection, new, now)
    # Where it was answered or closed before, the conversation stays as it is.
    after = state.apply(before, Answered(), now).conversation
    if after != before:
        await subjects.save_conversations(connection, [after])
    step = await subjects.next_step(connection, new.author)
    change = difference(before, after)
    await subjects.add_events(
        connection,
        [
            NewEvent(
                at=now,
                actor=new.author,
                verb="answered",
                subject_kind="conversation",
                subject_id=before.id,
                before=change.before,
                after=change.after,
                step=step,
            ),
            NewEvent(
                at=now,
                actor=new.author,
                verb="answered",
                subject_kind="outbox",
                subject_id=number,
                before={"state": DELETED},
                after={"state": BY_HAND},
                step=step,
            ),
        ],
    )
    await drafts.drop_draft(connection, new.conversation, new.author)
    return Sending(
        done=1,
        sentence=Sentence("Marked as answered by hand."),
        step=step,
        outbox_id=number,
        state=BY_HAND,
    )


async def deleted(connection: Connection, id_: int, actor: str, now: Micros) -> Outcome:
    """Write down that a reply was deleted at its source; its text becomes a draft again.

    Its conversation is then as it was before. Of two who delete it, the second changes nothing.
    """
    row = await outbox.reply_here(connection, id_)
    if row is not None and row.state == SENT:
        await outbox.set_state(connection, id_, DELETED)
        await _text_back(connection, row, now)
        restored = await reply_taken_back(connection, actor, id_, now)
        if restored.done:
            return restored
    return Sending(done=1, sentence=outcome.DELETED_THERE, outbox_id=id_, state=DELETED)


async def _where_it_is_shown(connection: Connection, id_: int) -> Conversation:
    """Return a conversation, or the one it was merged into since."""
    seen: set[int] = set()
    while True:
        found = (await subjects.load_conversations(connection, [id_]))[id_]
        seen.add(id_)
        if found.merged_into is None or found.merged_into in seen:
            return found
        id_ = found.merged_into


async def _text_back(connection: Connection, row: OutboxRow, now: Micros) -> None:
    if await drafts.draft_here(connection, row.conversation, row.author) is None:
        await drafts.keep_draft(
            connection, row.conversation, row.author, row.text, row.lang, row.in_reply_to, now
        )


async def _log(
    connection: Connection,
    actor: str,
    verb: str,
    before: Conversation,
    after: Conversation,
    outbox_id: int,
    now: Micros,
) -> int:
    step = await subjects.next_step(connection, actor)
    change = difference(before, after)
    await subjects.add_events(
        connection,
        [
            NewEvent(
                at=now,
                actor=actor,
                verb=verb,
                subject_kind="conversation",
                subject_id=before.id,
                before=change.before,
                after={**change.after, "outbox_id": outbox_id},
                step=step,
            )
        ],
    )
    return step


def _settled_already(id_: int, row: OutboxRow | None) -> Sending:
    if row is None:
        return refusal(outcome.not_here(id_))
    if row.state == SENT:
        return Sending(
            done=1, sentence=outcome.sent(row.network, row.to), outbox_id=id_, state=SENT
        )
    why = row.detail or Sentence("This reply is settled already.")
    return refusal(why, outbox_id=id_, state=row.state)
