"""What the store knows of a reply before it is written: the way it would go, and to whom."""

from __future__ import annotations

from listeners.config import Config
from listeners.model import Micros, SafeText, Sentence
from listeners.networks.replying import Answered, Particular
from listeners.replying import outcome
from listeners.replying.speakers import Speaker, Speakers
from listeners.replying.way import SAID_BEFORE, Way, answered, answers_which, language
from listeners.rows import ConversationRow, MentionRow
from listeners.store import Store, reads, reply_facts
from listeners.store import outbox as rows
from listeners.store.outbox import OutboxRow

LIMIT_SECONDS = 1.5
"""How long a person waits to be told how long a reply may be."""


async def find_post(
    store: Store, conversation: int, mention: int | None
) -> tuple[ConversationRow | None, list[MentionRow], MentionRow | None]:
    """Return a conversation, its messages, and the one a reply would answer.

    Raises:
        StoreError: the store cannot be read.
    """
    found = (await reads.conversations(store, [conversation])).get(conversation)
    if found is None:
        return None, [], None
    thread = await reads.thread(store, conversation)
    return found, thread, answers_which(thread, found.waiting_since, mention)


async def find_way(
    store: Store, config: Config, speakers: Speakers, conversation: int, mention: int | None
) -> tuple[Way, Speaker | None]:
    """Return how a reply would go, and the speaker that would send it.

    Raises:
        StoreError: the store cannot be read.
    """
    found, thread, one = await find_post(store, conversation, mention)
    if found is None:
        return _no_way(outcome.no_conversation(conversation)), None
    if one is None:
        gone = outcome.NONE_LEFT if mention is None else outcome.no_message(mention)
        return _no_way(gone, found), None
    to = answered(one, await reply_facts.raw_of(store, one.id))
    speaker, why = await speakers.for_mention(one.network, found.brand, one.source)
    particular = speaker.listener if speaker and isinstance(speaker.listener, Particular) else None
    if particular is not None and (why := particular.may_answer(to)) is not None:
        speaker = None
    brand = config.brand(found.brand)
    ours = () if brand is None else brand.handles.get(one.network, ())
    way = Way(
        api=speaker is not None,
        why=why,
        source="" if speaker is None else speaker.source.key,
        # A conversation may hold what was said elsewhere too: it is answered where it stands.
        network=one.network,
        mention=one.id,
        to=to,
        limit=None if speaker is None else await speakers.limit(speaker, LIMIT_SECONDS),
        opening="" if speaker is None else speaker.listener.opening(to, ours),
        lang=language(thread),
        address=SafeText(one.url or found.url),
        can_delete=speaker is not None and speaker.can_delete,
        said_before=await _said_before(store, one),
        with_link=None if particular is None else particular.with_link(),
    )
    return way, speaker


async def message_answered(store: Store, row: OutboxRow) -> int | None:
    """Return the message a reply was written to, ``None`` where it is no longer stored."""
    thread = await reads.thread(store, row.conversation)
    found = (one.id for one in thread if one.native_id == row.in_reply_to)
    return next(found, None)


async def post_answered(store: Store, row: OutboxRow) -> Answered:
    """Return the post a reply was written to; what is known of it where it is no longer stored."""
    for one in await reads.thread(store, row.conversation):
        if one.native_id == row.in_reply_to:
            return answered(one, await reply_facts.raw_of(store, one.id))
    return Answered(native_id=row.in_reply_to, root_id=row.root)


async def _said_before(store: Store, one: MentionRow) -> tuple[OutboxRow | MentionRow, ...]:
    """Return our last answers to a person: sent from here, and heard in their threads."""
    sent_here = await rows.of_numbers(
        store, await reply_facts.said_to(store, one.network, one.author_key)
    )
    known = {row.native_id for row in sent_here if row.native_id}
    heard = await reads.mentions(
        store, await reply_facts.ours_to(store, one.network, one.author_key)
    )
    timed: list[tuple[Micros, OutboxRow | MentionRow]] = [
        (row.sent_at or row.created_at, row) for row in sent_here
    ]
    timed += [(row.sort_at, row) for row in heard.values() if row.native_id not in known]
    timed.sort(key=lambda pair: pair[0], reverse=True)
    return tuple(row for _, row in timed[:SAID_BEFORE])


def _no_way(why: Sentence, found: ConversationRow | None = None) -> Way:
    return Way(
        api=False,
        why=why,
        source="",
        network="" if found is None else found.network,
        to=None,
        limit=None,
        opening="",
        lang="",
        address=SafeText("" if found is None else found.url),
        can_delete=False,
        said_before=(),
    )
