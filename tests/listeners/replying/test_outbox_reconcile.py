"""What became of replies nobody follows any more: looked for, settled, never sent again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from listeners.model import HOUR, MINUTE, SECOND, ConversationState, Sentence
from listeners.networks.replying import Sent
from listeners.replying import Outbox
from listeners.replying.instance import is_gone, this_process
from listeners.store import Store
from listeners.store.drafts import draft
from listeners.store.outbox import NewReply, add_reply
from listeners.store.outbox import outbox as replies
from tests.listeners.replying.conftest import Watch
from tests.listeners.replying.voice import SOURCE, TROUBLE, Voice, asked, now_is
from tests.listeners.store.builders import World


def dead_process() -> str:
    """The name of a process that has ended."""
    child = subprocess.run(
        [
            sys.executable,
            "-c",
            "from listeners.replying.instance import this_process as t;print(t())",
        ],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    return child.stdout.strip()


@pytest.fixture(scope="module")
def dead() -> str:
    return dead_process()


async def left(world: World, clock: Watch, instance: str, key: str = "key-1") -> int:
    """A conversation whose reply was being sent by a process."""
    conversation = await asked(world)
    new = NewReply(
        conversation=conversation.id,
        source=SOURCE.key,
        network="mastodon",
        in_reply_to="100001",
        text="hello",
        lang="en",
        key=key,
        state="sending",
        author="Ana",
        instance=instance,
    )
    await world.store.write(lambda c: add_reply(c, new, clock()))
    return conversation.id


def arrived(voice: Voice) -> None:
    """It is there."""
    voice.there["key-1"] = None  # type: ignore[assignment]


def test_a_process_knows_itself_and_its_dead(dead: str) -> None:
    assert not is_gone(this_process())
    assert is_gone(dead)
    host, number, start = this_process().rsplit(":", 2)
    assert is_gone(f"{host}:{number}:{int(start or 1) - 1}") == bool(start)
    for odd in ("", "nobody", f"elsewhere:{number}:1", f"{host}:x:1", f"{host}:{2**70}:1"):
        assert not is_gone(odd)


async def test_what_a_dead_process_sent_is_found(
    world: World, clock: Watch, outbox: Outbox, voice: Voice, dead: str
) -> None:
    one = await left(world, clock, dead)
    arrived(voice)
    begun = clock()
    clock.on(SECOND)
    [row] = await outbox.reconcile()
    assert (row.state, row.native_id, row.sent_at) == ("sent", "id-key-1", begun)
    after = await now_is(world.store, one)
    assert (after.state, after.first_response_at) == (ConversationState.WAITING, begun)
    assert voice.looked[0].to.native_id == "100001"
    assert voice.looked[0].to.author_key == "ana"
    assert (await outbox.reconcile(), voice.sends) == ([], [])


async def test_what_is_not_there_is_a_draft_again_once_the_server_is_quiet(
    world: World, clock: Watch, outbox: Outbox, voice: Voice, dead: str
) -> None:
    one = await left(world, clock, dead)
    assert await outbox.reconcile() == []
    assert (await replies(world.store))[0].state == "sending"
    clock.on(31 * SECOND)
    [row] = await outbox.reconcile()
    assert row.state == "refused"
    kept = await draft(world.store, one, "Ana")
    assert kept is not None
    assert kept.text == "hello"
    assert (await now_is(world.store, one)).state is ConversationState.OPEN
    assert voice.sends == []


async def test_a_living_process_is_left_alone_until_it_can_no_longer_be_at_it(
    world: World, clock: Watch, outbox: Outbox, voice: Voice
) -> None:
    await left(world, clock, this_process())
    arrived(voice)
    clock.on(MINUTE)
    assert (await outbox.reconcile(), voice.looked) == ([], [])
    clock.on(2 * MINUTE)
    assert [row.state for row in await outbox.reconcile()] == ["sent"]


async def test_what_cannot_be_told_is_uncertain_and_asked_less_and_less(
    world: World, clock: Watch, outbox: Outbox, voice: Voice, dead: str
) -> None:
    await left(world, clock, dead)
    voice.looks = [TROUBLE] * 50
    for _ in range(24 * 60):
        clock.on(MINUTE)
        assert await outbox.reconcile() == []
    assert (await replies(world.store))[0].state == "unknown"
    assert 24 < len(voice.looked) < 40
    voice.looks = []
    arrived(voice)
    clock.on(HOUR)
    assert [row.state for row in await outbox.reconcile()] == ["sent"]


async def test_a_source_that_left_the_configuration_leaves_its_reply_uncertain(
    world: World, clock: Watch, outbox: Outbox, voice: Voice, dead: str
) -> None:
    await left(world, clock, dead)
    await world.store.write(lambda c: c.fetch("UPDATE outbox SET source = 'mastodon:gone'"))
    assert await outbox.reconcile() == []
    [row] = await replies(world.store)
    assert row.state == "unknown"
    assert row.detail is not None


@pytest.mark.parametrize("there", [True, False])
async def test_a_person_settles_what_is_uncertain(
    world: World, clock: Watch, outbox: Outbox, voice: Voice, dead: str, there: bool
) -> None:
    one = await left(world, clock, dead)
    voice.looks = [TROUBLE]
    await outbox.reconcile()
    outcome = await outbox.settle(1, sent=there, actor="Léo")
    assert outcome.done == 1
    [row] = await replies(world.store)
    assert row.state == ("sent" if there else "refused")
    state = (await now_is(world.store, one)).state
    assert state is (ConversationState.WAITING if there else ConversationState.OPEN)
    assert (await draft(world.store, one, "Ana") is None) == there
    assert (await outbox.settle(1, sent=True, actor="Léo")).done == 0
    assert (await outbox.settle(9, sent=True, actor="Léo")).done == 0
    if there:
        refused = await outbox.delete(1, actor="Léo")
        assert refused.sentence.template.startswith("It can only be deleted by hand")


async def test_two_processes_that_find_the_same_reply_count_it_once(
    world: World, clock: Watch, make: Callable[[], Outbox], voice: Voice, dead: str
) -> None:
    one = await left(world, clock, dead)
    arrived(voice)
    async with make() as first, make() as second:
        found = voice.find_reply

        async def slow(reply: object) -> Sent | None:
            if len(voice.looked) == 1:
                await second.reconcile()
            return await found(reply)  # type: ignore[arg-type]

        voice.looked.clear()
        voice.find_reply = slow  # type: ignore[method-assign]
        await first.reconcile()
    rows = await world.store.fetch("SELECT * FROM event WHERE subject_id = ?", (one,))
    assert [row["verb"] for row in rows] == ["reply"]


async def test_what_a_merged_conversation_was_answered_counts_where_it_is_shown(
    world: World, clock: Watch, outbox: Outbox, voice: Voice, store: Store, dead: str
) -> None:
    one = await left(world, clock, dead)
    other = await asked(world, root="other")
    await store.write(
        lambda c: c.fetch("UPDATE conversation SET merged_into = ? WHERE id = ?", (other.id, one))
    )
    arrived(voice)
    await outbox.reconcile()
    assert (await now_is(store, other.id)).state is ConversationState.WAITING


async def test_a_note_of_the_network_is_kept_with_the_reply(
    world: World, outbox: Outbox, voice: Voice
) -> None:
    conversation = await asked(world)
    waits = Sentence("It waits for a moderator.")
    voice._sent = lambda reply: Sent(native_id="", note=waits)  # type: ignore[method-assign]
    outcome = await outbox.send(conversation.id, "hello", actor="Ana")
    assert (outcome.done, outcome.sentence) == (1, waits)
    [row] = await replies(world.store)
    assert (row.state, row.native_id, row.detail) == ("sent", "", waits)
