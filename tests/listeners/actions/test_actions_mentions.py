"""Verbs on a mention of the stream: into the queue, and quiet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from listeners.actions import perform, undo
from listeners.model import ConversationState, Micros
from listeners.store import Connection, Store, open_store, reads, subjects
from tests.listeners.store.builders import NOW, World, furnish

LATER = Micros(NOW + 1_000_000)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_store(tmp_path / "home" / "hubbub.db") as store:
        yield await furnish(store)


async def heard(world: World, root: str) -> tuple[int, int]:
    """A mention in a conversation that asks for nothing: (mention id, conversation id)."""
    talk = await world.converse(root, in_queue=False, waiting_since=None)
    [mention] = await world.add([world.mention("Acme, hm", conversation_id=talk.id)])
    return mention, talk.id


async def mutes(store: Store) -> dict[str, frozenset[str]]:
    async def work(connection: Connection) -> dict[str, frozenset[str]]:
        return await subjects.mutes_now(connection, LATER)

    return await store.write(work)


async def test_a_mention_is_promoted_into_the_queue_and_back(world: World) -> None:
    mention, talk = await heard(world, "a")

    outcome = await perform(world.store, "Ana", "promote", "mention", [mention], LATER)

    row = (await reads.conversations(world.store, [talk]))[talk]
    assert (outcome.done, outcome.sentence.template) == (1, "In the queue")
    assert (row.state, row.needs_reply) == (ConversationState.OPEN, True)
    again = await perform(world.store, "Ana", "promote", "mention", [mention], LATER)
    assert (again.done, again.sentence.template) == (0, "It is in the queue already.")
    await undo(world.store, "Ana", LATER)
    assert not (await reads.conversations(world.store, [talk]))[talk].needs_reply


async def test_two_mentions_of_one_thread_are_one_conversation(world: World) -> None:
    first, talk = await heard(world, "a")
    [second] = await world.add([world.mention("and again", conversation_id=talk)])

    outcome = await perform(world.store, "Ana", "promote", "mention", [first, second], LATER)

    assert outcome.done == 1


@pytest.mark.parametrize("what", ["author", "thread", "word"])
async def test_a_mention_mutes_its_author_its_thread_or_a_word(world: World, what: str) -> None:
    mention, talk = await heard(world, "a")
    author = (await reads.mentions(world.store, [mention]))[mention].author_key
    expected = {
        "author": {"account": frozenset({f"mastodon:{author}"})},
        "thread": {"conversation": frozenset({str(talk)})},
        "word": {"word": frozenset({"giveaway"})},
    }[what]

    outcome = await perform(
        world.store,
        "Ana",
        "mute",
        "mention",
        [mention],
        LATER,
        what=what,  # type: ignore[arg-type]
        word="Giveaway",
    )

    assert outcome.done == 1
    assert await mutes(world.store) == expected
    await undo(world.store, "Ana", LATER)
    assert await mutes(world.store) == {}


async def test_a_mention_that_is_gone_is_said_to_be_gone(world: World) -> None:
    outcome = await perform(world.store, "Ana", "promote", "mention", [999], LATER)

    assert (outcome.done, outcome.sentence.template) == (0, "This mention is no longer there.")
