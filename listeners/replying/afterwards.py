"""What a person does with a reply once it went out: say what became of it, or delete it there."""

from __future__ import annotations

from dataclasses import replace

from listeners.actions import Outcome
from listeners.clock import Clock
from listeners.model import Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.replying import ReplyRefusedError, Sent
from listeners.networks.replying_words import refused_before
from listeners.replying import outcome, writes
from listeners.replying.outcome import refusal
from listeners.replying.speakers import Speakers, within
from listeners.replying.voices import title
from listeners.store import Store
from listeners.store import outbox as rows
from listeners.store.outbox import SENDING, SENT, UNKNOWN

DELETE_SECONDS = 45.0
"""How long deleting a reply at its source may take."""


async def settle(store: Store, outbox_id: int, *, sent: bool, actor: str, now: Micros) -> Outcome:
    """Write down what a person says of an uncertain reply: it is there, or it is not.

    Raises:
        StoreError: nothing was stored.
    """
    row = await rows.reply(store, outbox_id)
    if row is None:
        return refusal(outcome.not_here(outbox_id))
    if row.state != UNKNOWN:
        known = outcome.STILL_SENDING if row.state == SENDING else outcome.KNOWN_ALREADY
        return refusal(known, outbox_id=row.id, state=row.state)
    if sent:
        at = row.tried_at or row.created_at
        return await store.write(
            lambda c: writes.sent(c, outbox_id, Sent(native_id=""), at, now, actor),
            urgent=True,
            durable=True,
        )
    why = Sentence("{name} looked: it is not there. Send it again.", {"name": actor})
    said = await store.write(
        lambda c: writes.not_sent(c, outbox_id, why, now), urgent=True, durable=True
    )
    return replace(said, done=1, refused=())


async def delete(
    store: Store, speakers: Speakers, clock: Clock, outbox_id: int, *, actor: str
) -> Outcome:
    """Delete a sent reply at its source; its conversation is then as it was before.

    Raises:
        StoreError: it may be deleted there, but that could not be written down.
    """
    row = await rows.reply(store, outbox_id)
    if row is None:
        return refusal(outcome.not_here(outbox_id))
    if row.state != SENT:
        return refusal(Sentence("Only a reply that was sent can be deleted."))
    speaker = await speakers.of_reply(row)
    if speaker is None or not speaker.can_delete or not row.native_id:
        return refusal(
            Sentence(
                "It can only be deleted by hand, on {network} itself: {url}",
                {"network": title(row.network), "url": row.url or row.network},
            )
        )
    try:
        await within(DELETE_SECONDS, speaker.listener.delete_reply(row.native_id))
    except ReplyRefusedError as error:
        return refusal(error.sentence, outbox_id=row.id, state=row.state)
    except (SourceError, TimeoutError) as error:
        return refusal(_why_not(row.network, error), outbox_id=row.id, state=row.state)
    now = clock()
    return await store.write(
        lambda c: writes.deleted(c, outbox_id, actor, now), urgent=True, durable=True
    )


def _why_not(network: str, error: SourceError | TimeoutError) -> Sentence:
    """Return why a reply was not deleted, without the promise that hubbub tries again."""
    if isinstance(error, SourceError):
        if error.state is SourceState.NEEDS_TOKEN:
            return refused_before(error, title(network)).sentence
        if error.unsent or error.state is SourceState.RATE_LIMITED:
            return outcome.not_deleted(network, error.state)
    return outcome.perhaps_deleted(network)
