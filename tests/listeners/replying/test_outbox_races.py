"""What goes wrong between people and processes: clocks that jump, merges, the same words twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from listeners.actions import merge_all
from listeners.conversations.conversation import Conversation
from listeners.model import HOUR, MINUTE, ConversationState, Part, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.replying import Reply, Sent
from listeners.replying import Outbox, Sending
from listeners.store import reads
from listeners.store.drafts import draft, save_draft
from listeners.store.outbox import outbox as replies
from listeners.store.subjects import save_conversations
from tests.listeners.replying.conftest import Watch
from tests.listeners.replying.voice import ASKS, TROUBLE, Voice, asked, now_is
from tests.listeners.store.builders import World


async def on_its_way(outbox: Outbox, voice: Voice, conversation: int) -> asyncio.Task[Sending]:
    """A reply whose call does not come back until ``voice.hold`` is set."""
    voice.hold = asyncio.Event()
    task = asyncio.create_task(outbox.send(conversation, "one", actor="Ana"))
    while not voice.sends:
        await asyncio.sleep(0.01)
    return task


async def of_bob(world: World) -> Conversation:
    """A conversation of bob's that asks, with its one message counted."""
    found = await asked(world, root="second", author="bob")
    [saved] = await world.store.write(lambda c: save_conversations(c, [replace(found, messages=1)]))
    return saved


async def joined(world: World, clock: Watch) -> tuple[int, int]:
    """Two conversations, of ana and of bob, the second merged into the first."""
    first, second = await asked(world), await of_bob(world)
    await merge_all(world.store, "Ana", [first.id, second.id], clock(), kept=first.id)
    assert (await now_is(world.store, second.id)).merged_into == first.id
    return first.id, second.id


# --- a live send beside somebody who looks ---------------------------------------------------


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
async def test_a_reply_given_up_too_early_is_known_as_sent_when_it_arrives(
    world: World, clock: Watch, make: Callable[[], Outbox], voice: Voice, jump: int
) -> None:
    """The clock jumps while a reply is on its way, so that another process takes it for lost."""
    conversation = await asked(world)
    await save_draft(world.store, conversation.id, "Ana", "one", "en", "100001", clock())
    voice.takes = False
    async with make() as outbox, make() as other:
        task = await on_its_way(outbox, voice, conversation.id)
        clock.on(jump)
        [row] = await other.reconcile()
        assert row.state == "refused"
        voice.there["key-1"] = voice.sends[0]
        assert voice.hold is not None
        voice.hold.set()
        outcome = await task
    assert (outcome.done, outcome.state) == (1, "sent")
    [row] = await replies(world.store)
    assert (row.state, row.native_id, row.detail) == ("sent", "id-key-1", None)
    assert (await now_is(world.store, conversation.id)).state is ConversationState.WAITING
    assert await draft(world.store, conversation.id, "Ana") is None


async def test_what_one_process_found_is_not_taken_back_by_a_later_doubt(
    world: World, clock: Watch, make: Callable[[], Outbox], voice: Voice
) -> None:
    conversation = await asked(world)
    async with make() as outbox, make() as other:
        task = await on_its_way(outbox, voice, conversation.id)
        clock.on(HOUR)
        [row] = await other.reconcile()
        assert row.state == "sent"
        voice.fails, voice.looks = TROUBLE, [TROUBLE]
        assert voice.hold is not None
        voice.hold.set()
        outcome = await task
    assert (outcome.done, outcome.state) == (1, "sent")


async def test_of_a_reply_on_its_way_nobody_can_say_what_became_of_it(
    world: World, outbox: Outbox, voice: Voice
) -> None:
    conversation = await asked(world)
    task = await on_its_way(outbox, voice, conversation.id)
    settled = await outbox.settle(1, sent=False, actor="Ana")
    assert settled.done == 0
    assert settled.sentence.template.startswith("This reply is being sent")
    assert voice.hold is not None
    voice.hold.set()
    await task
    settled = await outbox.settle(1, sent=False, actor="Ana")
    assert settled.sentence.template.startswith("Of this reply it is known")


# --- the same words twice -------------------------------------------------------------------


async def test_the_same_words_to_the_same_post_are_sent_twice_only_when_asked(
    world: World, clock: Watch, make: Callable[[], Outbox], voice: Voice
) -> None:
    """A script that is run again, or a second terminal with the same draft."""
    conversation = await asked(world)
    async with make() as one, make() as two:
        assert (await one.send(conversation.id, "hello", actor="Ana")).done == 1
        clock.on(HOUR)
        refused = await two.send(conversation.id, "hello", actor="Ana")
        assert (refused.done, refused.confirm) == (0, True)
        assert refused.sentence.template.startswith("These very words")
        assert len(voice.sends) == 1
        assert (await two.send(conversation.id, "hello", actor="Ana", confirmed=True)).done == 1
    assert len(voice.there) == 2


class Forgetful(Voice):
    """A network without keys: it finds the newest reply in the same words."""

    async def find_reply(self, reply: Reply) -> Sent | None:
        for one in reversed(self.there.values()):
            sent = self._sent(one)
            if one.text == reply.text and sent.native_id not in reply.others:
                return sent
        return None


class TestWithoutKeys:
    @pytest.fixture
    def voice(self) -> Voice:
        return Forgetful()

    async def test_another_reply_in_the_same_words_is_not_taken_for_this_one(
        self, world: World, clock: Watch, outbox: Outbox, voice: Voice
    ) -> None:
        first = await asked(world)
        second = await asked(world, root="second", author="bob")
        assert (await outbox.send(first.id, "Thank you!", actor="Ana")).done == 1
        voice.takes, voice.fails = False, TROUBLE
        clock.on(MINUTE)
        lost = await outbox.send(second.id, "Thank you!", actor="Ana")
        assert (lost.done, lost.state) == (0, "refused")
        after = await now_is(world.store, second.id)
        assert (after.state, after.waiting_since) == (ConversationState.OPEN, second.waiting_since)

    async def test_nor_by_a_later_look(
        self, world: World, clock: Watch, outbox: Outbox, voice: Voice
    ) -> None:
        first = await asked(world)
        second = await asked(world, root="second", author="bob")
        await outbox.send(first.id, "Thank you!", actor="Ana")
        await world.store.write(
            lambda c: c.fetch("UPDATE outbox SET state = 'unknown', native_id = NULL, "
                              "conversation_id = ? WHERE id = 1", (second.id,))
        )  # fmt: skip
        await outbox.send(first.id, "Thank you!", actor="Léo", confirmed=True)
        del voice.there["key-1"]
        clock.on(HOUR)
        [row] = await outbox.reconcile()
        assert (row.id, row.state) == (1, "refused")


# --- what was merged -------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["sending", "unknown"])
async def test_what_stands_in_the_way_does_so_after_a_merge_too(
    world: World, clock: Watch, make: Callable[[], Outbox], voice: Voice, state: str
) -> None:
    first, second = await asked(world), await of_bob(world)
    async with make() as outbox, make() as other:
        task = await on_its_way(outbox, voice, second.id)
        if state == "unknown":
            voice.fails, voice.looks = TROUBLE, [TROUBLE]
            assert voice.hold is not None
            voice.hold.set()
            await task
            voice.fails, voice.hold = None, None
        await merge_all(world.store, "Ana", [first.id, second.id], clock(), kept=first.id)
        refused = await other.send(first.id, "two", actor="Léo", confirmed=True)
        assert (refused.done, len(voice.sends)) == (0, 1)
        if voice.hold is not None:
            voice.hold.set()
            await task


async def test_what_was_asked_in_a_merged_thread_after_a_reply_still_waits(
    world: World, clock: Watch, outbox: Outbox, voice: Voice
) -> None:
    first, second = await joined(world, clock)
    task = await on_its_way(outbox, voice, first)
    clock.on(MINUTE)
    asked_at = clock()
    await world.add(
        [world.mention("And me?", conversation_id=second, asks=True, need=ASKS, at=asked_at,
                       author="bob")]
    )  # fmt: skip
    clock.on(MINUTE)
    assert voice.hold is not None
    voice.hold.set()
    await task
    after = await now_is(world.store, first)
    assert (after.state, after.waiting_since) == (ConversationState.OPEN, asked_at)


async def test_an_answer_of_ours_in_a_merged_thread_is_seen(
    world: World, clock: Watch, outbox: Outbox
) -> None:
    first, second = await joined(world, clock)
    clock.on(MINUTE)
    await world.add(
        [world.mention("We did.", conversation_id=second, author="us", part=Part.OURS, at=clock())]
    )
    clock.on(MINUTE)
    refused = await outbox.send(first, "hello", actor="Ana")
    assert (refused.confirm, refused.sentence.values["text"]) == (True, "We did.")


async def test_a_reply_to_a_merged_message_names_whom_it_answers(
    world: World, clock: Watch, outbox: Outbox
) -> None:
    first, second = await joined(world, clock)
    [theirs] = [one for one in await reads.thread(world.store, first)
                if one.conversation_id == second]  # fmt: skip
    sent = await outbox.send(first, "hello", actor="Ana", mention=theirs.id)
    assert sent.sentence.values["name"] == "bob@x.example"
    way = await outbox.way(first, theirs.id)
    assert [getattr(one, "id", 0) for one in way.said_before] == [sent.outbox_id]


# --- which post ------------------------------------------------------------------------------


async def test_a_reply_whose_post_is_gone_answers_no_other(
    world: World, clock: Watch, outbox: Outbox, voice: Voice
) -> None:
    conversation = await asked(world)
    voice.takes, voice.fails = False, TROUBLE
    first = await outbox.send(conversation.id, "one", actor="Ana")
    await world.store.write(
        lambda c: c.fetch("UPDATE mention SET native_id = 'other' WHERE native_id = '100001'")
    )
    voice.takes, voice.fails = True, None
    again = await outbox.send(conversation.id, "", actor="Ana", again=first.outbox_id)
    assert (again.done, len(voice.sends)) == (0, 1)
    assert "not here any more" in again.sentence.template


async def test_a_message_of_another_conversation_is_not_answered_here(
    world: World, outbox: Outbox, voice: Voice
) -> None:
    conversation = await asked(world)
    refused = await outbox.send(conversation.id, "one", actor="Ana", mention=4_711)
    assert (refused.done, refused.sentence.values) == (0, {"number": 4_711})
    assert voice.sends == []


# --- deleting --------------------------------------------------------------------------------


async def test_what_broke_off_while_deleting_is_said_without_promises(
    world: World, outbox: Outbox, voice: Voice
) -> None:
    """A listener's sentence says that hubbub tries again; nothing deletes by itself."""
    conversation = await asked(world)
    sent = await outbox.send(conversation.id, "hello", actor="Ana")
    again = Sentence("{host} is in trouble. Nothing was lost; hubbub tries again.", {"host": "x"})
    voice.fails = SourceError(SourceState.FAILING, again)
    refused = await outbox.delete(sent.outbox_id, actor="Ana")
    assert "tries again" not in refused.sentence.template
    assert "may still be there" in refused.sentence.template
    assert (await replies(world.store))[0].state == "sent"


async def test_two_who_delete_at_once_take_back_one_answer(
    world: World, clock: Watch, make: Callable[[], Outbox], voice: Voice
) -> None:
    conversation = await asked(world)
    # Both have asked before either is answered: else the second finds the reply deleted already.
    voice.together = asyncio.Barrier(2)
    async with make() as one, make() as two:
        sent = await one.send(conversation.id, "hello", actor="Ana")
        outcomes = await asyncio.gather(
            one.delete(sent.outbox_id, actor="Ana"), two.delete(sent.outbox_id, actor="Léo")
        )
    assert [outcome.done for outcome in outcomes] == [1, 1]
    assert (await replies(world.store))[0].state == "deleted"
    deletions = [
        event
        for event in await reads.events(world.store, "conversation", conversation.id)
        if event.verb not in ("reply",)
    ]
    assert len(deletions) <= 1
