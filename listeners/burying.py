"""What a network says is gone: blanked, unless it stands elsewhere; and its threads are told."""

from __future__ import annotations

from listeners.alerting import PROGRAM
from listeners.conversations.events import DeletedAtSource
from listeners.conversations.state import Conversation, apply
from listeners.model import Batch, Micros, Sentence
from listeners.store import ingest, places, subjects, thread_facts
from listeners.store.connection import Connection
from listeners.store.keys import dedupe_key
from listeners.store.records import KnownMention


async def bury_the_gone(connection: Connection, batch: Batch, now: Micros) -> int:
    """Blank what a batch says is gone and stands nowhere else; return how many that was."""
    if not batch.deletions and not batch.accounts_gone:
        return 0
    posts = [(one.network, dedupe_key(one.network, one.native_id)) for one in batch.deletions]
    await ingest.tombstones(connection, [(n, "post", key) for n, key in posts], now)
    await places.gone(connection, posts)
    gone = await ingest.mentions_of_posts(connection, posts)
    for account in batch.accounts_gone:
        gone += await ingest.mentions_of_account(connection, account.network, account.author_key)
        await places.author_gone(connection, account.network, account.author_key)
    gone = await places.take_over(connection, [one for one in gone if one.deleted_at is None])
    await ingest.delete_mentions(connection, gone, now)
    await _tell_threads(connection, gone, now)
    return len(gone)


async def _tell_threads(connection: Connection, gone: list[KnownMention], now: Micros) -> None:
    ids = {one.conversation_id for one in gone if one.asks and one.conversation_id}
    if not ids:
        return
    ids = set((await thread_facts.heads(connection, ids)).values())
    threads = await subjects.load_conversations(connection, ids)
    asking = await thread_facts.unanswered_times(connection, ids)
    changed: list[tuple[Conversation, Conversation, Sentence | None]] = []
    for id_, thread in threads.items():
        # All that asked before the clock is answered, wherever the answer stands.
        since = thread.waiting_since or 0
        left = [at for at in asking.get(id_, ()) if at >= since]
        event = DeletedAtSource(unanswered_since=min(left, default=None))
        step = apply(thread, event, now)
        if step.conversation != thread:
            changed.append((thread, step.conversation, step.note))
    await subjects.save_conversations(connection, [after for _, after, _ in changed])
    await subjects.add_events(
        connection,
        [line_of(before, after, note, now) for before, after, note in changed if note],
    )


def line_of(
    before: Conversation,
    after: Conversation,
    note: Sentence,
    now: Micros,
    written_at: Micros | None = None,
    *,
    history: bool = False,
) -> subjects.NewEvent:
    """Return the line of the log; the response times are read from it (``reports``).

    What the past brought is marked: it is no news for the hooks.
    """
    return subjects.NewEvent(
        at=now,
        actor=PROGRAM,
        verb=note.template,
        subject_kind="conversation",
        subject_id=after.id,
        before={
            "state": before.state.value,
            "waiting_since": before.waiting_since,
            "first_response_at": before.first_response_at,
        },
        after={
            "state": after.state.value,
            "waiting_since": after.waiting_since,
            "first_response_at": after.first_response_at,
            "written_at": written_at,
            **({"history": True} if history else {}),
        },
    )
