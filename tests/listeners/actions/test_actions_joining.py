"""Several conversations made one and taken apart: clocks, messages, what comes later, undo."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from listeners.actions import merge_all, redo, split_off
from listeners.actions.ranking import ranking
from listeners.conversations.conversation import Conversation
from listeners.model import HOUR, MINUTE, Author, ConversationState, Micros
from listeners.store import reads
from listeners.store.filters import QueueFilter
from tests.listeners.conversations.threads import CONFIG, IDA, NOW, US, ZOE, Threads, threads

OPEN, WAITING, SNOOZED, RESOLVED, IGNORED = ConversationState
SKY = Author(key="did:plc:zoe", handle="zoe.example", name="Zoé")


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Threads]:
    """Two questions of Zoé, an hour apart, on two networks."""
    async with threads(tmp_path) as opened:
        await opened.say("a", "Is Lune open on Sunday?")
        opened.wait(HOUR)
        await opened.say("b", "Where is Lune in Lyon?", SKY, network="bluesky")
        opened.wait(MINUTE)
        yield opened


async def join(talk: Threads, *ids: int, kept: int = 0) -> int:
    outcome = await merge_all(
        talk.store, "Ana", ids or (1, 2), talk.now, kept=kept, rank=ranking(CONFIG)
    )
    return outcome.done


async def part(talk: Threads, kept: int = 1, *only: int) -> int:
    outcome = await split_off(talk.store, "Ana", kept, talk.now, only=only, rank=ranking(CONFIG))
    return outcome.done


def bare(found: dict[int, Conversation]) -> dict[int, Conversation]:
    return {id_: replace(one, version=0) for id_, one in found.items()}


async def texts(talk: Threads, id_: int) -> list[str]:
    return [row.text for row in await reads.thread(talk.store, id_)]


async def test_the_first_of_the_queue_is_kept_and_shows_everything(talk: Threads) -> None:
    assert await join(talk, 2, 1) == 1
    one, two = (await talk.all()).values()
    assert (two.merged_into, one.merged_into) == (1, None)
    assert (one.waiting_since, one.messages, one.last_outside_id) == (NOW, 2, 2)
    assert await texts(talk, 1) == ["Is Lune open on Sunday?", "Where is Lune in Lyon?"]
    assert list(await reads.queue_ids(talk.store, QueueFilter())) == [1]
    row = (await reads.conversations(talk.store, [1]))[1]
    assert (row.merged, row.excerpt) == (1, "Where is Lune in Lyon?")


async def test_undo_and_redo_are_exact(talk: Threads) -> None:
    apart = bare(await talk.all())
    await join(talk)
    one = bare(await talk.all())
    assert (await talk.undo()).done
    assert bare(await talk.all()) == apart
    assert (await redo(talk.store, "Ana", talk.now)).done
    assert bare(await talk.all()) == one
    await part(talk)
    assert bare(await talk.all()) == apart
    assert (await talk.undo()).done
    assert bare(await talk.all()) == one


async def test_what_comes_later_to_either_thread_lands_in_the_one_kept(talk: Threads) -> None:
    await join(talk)
    await talk.do("answered")
    talk.wait(HOUR)
    await talk.say("c", "And on Monday?", SKY, to="b", network="bluesky")
    one = await talk.one()
    assert (one.state, one.waiting_since, one.messages) == (OPEN, talk.now, 3)
    assert len(await talk.all()) == 2
    talk.wait(HOUR)
    await talk.say("u", "Yes, on Monday too.", US, to="a")
    assert (await talk.one()).state is WAITING


async def test_undo_after_something_new_takes_them_apart_by_their_messages(talk: Threads) -> None:
    await join(talk)
    talk.wait(HOUR)
    await talk.say("c", "And on Monday, Lune?", SKY, to="b", network="bluesky")
    assert (await talk.undo()).done
    one, two = (await talk.all()).values()
    assert (one.merged_into, one.waiting_since, one.messages) == (None, NOW, 1)
    assert (two.merged_into, two.waiting_since) == (None, Micros(NOW + HOUR))


async def test_what_was_answered_while_one_stays_answered_apart(talk: Threads) -> None:
    await join(talk)
    await talk.do("answered")
    await part(talk)
    one, two = (await talk.all()).values()
    assert (one.state, one.waiting_since) == (WAITING, None)
    assert (two.state, two.waiting_since, two.merged_into) == (WAITING, None, None)


async def test_a_new_question_apart_goes_to_whom_asked_it(talk: Threads) -> None:
    await join(talk)
    await talk.do("answered")
    talk.wait(HOUR)
    await talk.say("c", "And on Monday, Lune?", SKY, to="b", network="bluesky")
    await part(talk)
    one, two = (await talk.all()).values()
    assert (one.state, one.waiting_since) == (WAITING, None)
    assert (two.state, two.waiting_since, two.messages) == (OPEN, talk.now, 2)


async def test_one_of_three_is_taken_out_and_the_rest_stay(talk: Threads) -> None:
    await talk.say("c", "Does Lune deliver?", IDA)
    before = bare(await talk.all())
    assert await join(talk, 1, 2, 3) == 2
    assert await part(talk, 1, 3) == 1
    one, two, three = (await talk.all()).values()
    assert (two.merged_into, three.merged_into, one.messages) == (1, None, 2)
    assert replace(three, version=0) == before[3]
    await part(talk)
    assert bare(await talk.all()) == before


async def test_a_merged_one_may_be_merged_again_and_all_come_apart(talk: Threads) -> None:
    await talk.say("c", "Does Lune deliver?", IDA)
    before = bare(await talk.all())
    await join(talk, 1, 2)
    await join(talk, 1, 3, kept=3)
    assert await texts(talk, 3) == [
        "Is Lune open on Sunday?", "Where is Lune in Lyon?", "Does Lune deliver?",
    ]  # fmt: skip
    assert (await reads.conversations(talk.store, [3]))[3].merged == 2
    await talk.undo()
    await talk.undo()
    assert bare(await talk.all()) == before


async def test_a_snoozed_question_goes_on_waiting_in_an_answered_one(talk: Threads) -> None:
    await talk.do("snooze", 2, until=Micros(talk.now + HOUR))
    await talk.do("answered", 1)
    await join(talk, kept=1)
    one = await talk.one()
    assert (one.state, one.snoozed_until) == (SNOOZED, Micros(talk.now + HOUR))
    assert one.waiting_since == NOW + HOUR


async def test_a_deletion_in_what_was_merged_gives_the_clock_to_what_is_left(
    talk: Threads,
) -> None:
    await join(talk)
    await talk.delete("a")
    assert (await talk.one()).waiting_since == NOW + HOUR


async def test_what_follows_on_a_kept_one_that_was_closed_long_ago(talk: Threads) -> None:
    await join(talk)
    await talk.do("resolve")
    talk.wait(9 * 24 * HOUR)
    await talk.say("c", "And on Monday, Lune?", SKY, to="b", network="bluesky")
    await talk.say("d", "And on Tuesday, Lune?", ZOE, to="a")
    found = await talk.all()
    assert len(found) == 3
    assert (found[3].linked_to, found[3].messages) == (1, 2)


@pytest.mark.parametrize(
    ("ids", "kept", "why"),
    [
        ((1,), 0, "Mark at least two"),
        ((1, 1), 0, "Mark at least two"),
        ((1, 2), 9, "There is no conversation number"),
        ((1, 3), 0, "of two brands"),
    ],
)
async def test_refusals_say_why(talk: Threads, ids: tuple[int, ...], kept: int, why: str) -> None:
    await talk.say("s", "Is Soleil open on Sunday?", IDA)
    before = await talk.all()
    outcome = await merge_all(talk.store, "Ana", ids, talk.now, kept=kept)
    assert (outcome.done, why in outcome.sentence.template) == (0, True)
    assert await talk.all() == before
    assert not (await split_off(talk.store, "Ana", 1, talk.now)).done


async def test_acting_on_a_mention_of_a_merged_one_acts_on_the_one_kept(talk: Threads) -> None:
    await join(talk)
    from listeners.actions import perform

    outcome = await perform(talk.store, "Ana", "resolve", "mention", [2], talk.now)
    assert (outcome.done, (await talk.one()).state) == (1, RESOLVED)


async def test_candidates_come_by_person_then_words_then_the_rest(talk: Threads) -> None:
    await talk.say("c", "Which wine goes with fish at Lune?", IDA)
    await talk.say("d", "Is the Lune restaurant really open this Sunday evening?", IDA)
    await talk.say("e", "Lune: is that restaurant open Sunday evening or not?", ZOE)
    found = await reads.merge_candidates(talk.store, 5)
    assert [(one.row.id, one.why) for one in found][:2] == [(1, "person"), (4, "words")]
    assert {one.row.id for one in found} == {1, 2, 3, 4}
