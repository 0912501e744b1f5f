"""Every row of the table of states, through the store: posts, keys and time in, state out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from listeners.config import Targets
from listeners.conversations.clock import BusinessHours
from listeners.model import DAY, HOUR, MINUTE, ConversationState, Engagement, Micros
from listeners.store import reads
from listeners.store.filters import QueueFilter
from tests.listeners.conversations.threads import (
    CONFIG,
    IDA,
    NOW,
    ROBOT,
    STAR,
    US,
    ZOE,
    Threads,
    threads,
)

OPEN, WAITING, SNOOZED, RESOLVED, IGNORED = ConversationState
Scene = Callable[[Threads], Awaitable[None]]
LEGAL = "Lune, I will sue you, my lawyer is ready."


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Threads]:
    async with threads(tmp_path) as opened:
        yield opened


async def asked(talk: Threads) -> None:
    """Zoé asks Lune a question; an hour goes by."""
    await talk.say("a", "Is Lune open on Sunday?")
    talk.wait(HOUR)


async def answered(talk: Threads) -> None:
    """We answer it with a key; an hour goes by."""
    await asked(talk)
    await talk.do("answered")
    talk.wait(HOUR)


async def closed(talk: Threads) -> None:
    """It is resolved; an hour goes by."""
    await asked(talk)
    await talk.do("resolve")
    talk.wait(HOUR)


async def ignored(talk: Threads) -> None:
    """It is ignored; an hour goes by."""
    await asked(talk)
    await talk.do("ignore")
    talk.wait(HOUR)


async def until_reply(talk: Threads) -> None:
    """It is snoozed until they reply; an hour goes by."""
    await asked(talk)
    await talk.do("snooze")
    talk.wait(HOUR)


async def until_tomorrow(talk: Threads) -> None:
    """It is snoozed for a day; an hour goes by."""
    await asked(talk)
    await talk.do("snooze", until=Micros(talk.now + DAY))
    talk.wait(HOUR)


ASK = "And on Monday, is Lune open?"
THANKS = "Thanks!"
MOOD = "I hate Lune and its ugly walls."


def says(text: str, author: Any = ZOE, **more: Any) -> Scene:
    async def scene(talk: Threads) -> None:
        await talk.say("z", text, author, to="a", **more)

    return scene


def key(verb: str, **asked: Any) -> Scene:
    async def scene(talk: Threads) -> None:
        assert (await talk.do(verb, **asked)).done == 1

    return scene


def passes(days: float) -> Scene:
    async def scene(talk: Threads) -> None:
        talk.wait(int(days * DAY))
        await talk.chores.all_once()

    return scene


def at(hours: float) -> Micros:
    return Micros(NOW + int(hours * HOUR))


ROWS: list[tuple[str, Scene, Scene, ConversationState, float | None]] = [
    # what, before, event, state after, hours after NOW at which the clock began
    ("an asking message, open", asked, says(ASK), OPEN, 0),
    ("an asking message, waiting", answered, says(ASK), OPEN, 2),
    ("an asking message, resolved lately", closed, says(ASK), OPEN, 2),
    ("an asking message, snoozed until reply", until_reply, says(ASK), OPEN, 2),
    ("an asking message, snoozed until a time", until_tomorrow, says(ASK), SNOOZED, 0),
    ("a risk, snoozed until a time", until_tomorrow, says(LEGAL), OPEN, 0),
    ("an asking message, ignored", ignored, says(ASK), IGNORED, None),
    ("a risk, ignored", ignored, says(LEGAL), OPEN, 2),
    ("thanks, open", asked, says(THANKS), OPEN, 0),
    ("thanks, waiting", answered, says(THANKS), WAITING, None),
    ("thanks, resolved", closed, says(THANKS), RESOLVED, None),
    ("thanks, snoozed", until_reply, says(THANKS), SNOOZED, 0),
    ("only an emoji, waiting", answered, says("🙏"), WAITING, None),
    ("a boost, waiting", answered, says("", repost=True), WAITING, None),
    ("a third party asks, open", asked, says("Where is it, Zoé?", IDA), OPEN, 0),
    ("a third party asks, waiting", answered, says("Where is it, Zoé?", IDA), WAITING, None),
    ("a third party asks, resolved", closed, says("Where is it, Zoé?", IDA), RESOLVED, None),
    ("ours, open", asked, says("From nine.", US), WAITING, None),
    ("ours, snoozed", until_tomorrow, says("From nine.", US), WAITING, None),
    ("ours, resolved", closed, says("From nine.", US), RESOLVED, None),
    ("ours by a program, open", asked, says("We have received it.", ROBOT), OPEN, 0),
    ("ours by a program, snoozed", until_reply, says("We have received it.", ROBOT), SNOOZED, 0),
    ("the key answered", asked, key("answered"), WAITING, None),
    ("a note", asked, key("note", text="called her"), OPEN, 0),
    ("resolve", asked, key("resolve"), RESOLVED, None),
    ("ignore", asked, key("ignore"), IGNORED, None),
    ("the snooze ends", until_tomorrow, passes(1), OPEN, 0),
    ("a snooze until reply never ends by itself", until_reply, passes(30), SNOOZED, 0),
    ("idle, waiting", answered, passes(8), RESOLVED, None),
    ("not idle yet, waiting", answered, passes(6), WAITING, None),
    ("idle, open", asked, passes(400), OPEN, 0),
]


@pytest.mark.parametrize(("before", "event", "state", "since"), [row[1:] for row in ROWS],
                         ids=[row[0] for row in ROWS])  # fmt: skip
async def test_the_table(
    talk: Threads, before: Scene, event: Scene, state: ConversationState, since: float | None
) -> None:
    await before(talk)
    await event(talk)
    one = await talk.one()
    assert (one.state, one.waiting_since) == (state, None if since is None else at(since))
    assert list(await talk.all()) == [1]


@pytest.mark.parametrize("before", [asked, answered, closed, ignored, until_reply, until_tomorrow])
@pytest.mark.parametrize("verb", ["answered", "resolve", "ignore", "snooze", "reopen", "escalate"])
async def test_undo_of_any_key_brings_the_exact_former_state_back(
    talk: Threads, before: Scene, verb: str
) -> None:
    await before(talk)
    former = await talk.one()
    if (await talk.do(verb)).done:
        assert (await talk.undo()).done == 1
        assert replace(await talk.one(), version=former.version) == former


async def test_resolved_outside_the_window_begins_a_linked_conversation(talk: Threads) -> None:
    await closed(talk)
    await talk.do("assign", to="Léo")
    talk.wait(8 * DAY)
    await talk.say("z", ASK, to="a")
    old, new = (await talk.all()).values()
    assert (old.state, old.waiting_since) == (RESOLVED, None)
    assert (new.state, new.waiting_since, new.linked_to) == (OPEN, talk.now, old.id)
    assert (new.root, new.generation) == (old.root, 1)


async def test_a_reopened_one_keeps_its_assignee_and_is_counted(talk: Threads) -> None:
    await answered(talk)
    await talk.do("take")
    await talk.say("z", ASK, to="a")
    one = await talk.one()
    assert (one.assignee, one.reopened, one.messages) == ("Ana", 1, 2)


async def test_our_first_answer_is_written_down_and_a_program_gives_none(talk: Threads) -> None:
    await asked(talk)
    await talk.say("r", "We have received it.", ROBOT, to="a")
    assert (await talk.one()).first_response_at is None
    talk.wait(MINUTE)
    await talk.say("u", "From nine.", US, to="a")
    assert (await talk.one()).first_response_at == talk.now


async def test_a_program_of_ours_is_no_last_word(talk: Threads) -> None:
    """A message written before our robot's word, heard after it, asks all the same."""
    await asked(talk)
    await talk.do("answered")
    late = talk.post("late", ASK, to="a")
    talk.wait(MINUTE)
    await talk.say("r", "We have received it.", ROBOT, to="a")
    await talk.hear(late)
    assert (await talk.one()).state is OPEN


@pytest.mark.parametrize(
    ("gone", "since"),
    [("a", 1), ("b", 0), ("ab", None), ("ba", None)],
    ids=["the earlier", "the later", "both", "both, the later first"],
)
async def test_deletions_give_the_clock_to_what_is_left(
    talk: Threads, gone: str, since: float | None
) -> None:
    await asked(talk)
    await talk.say("b", ASK, to="a")
    for name in gone:
        await talk.delete(name)
    one = await talk.one()
    assert one.state is OPEN
    assert one.waiting_since == (None if since is None else at(since))


async def test_what_was_answered_stays_answered_when_a_later_one_is_deleted(talk: Threads) -> None:
    await asked(talk)
    await talk.say("u", "From nine.", US, to="a")
    talk.wait(HOUR)
    await talk.say("b", ASK, to="a")
    await talk.delete("b")
    assert (await talk.one()).waiting_since is None


async def test_an_edit_that_makes_a_question_asks(talk: Threads) -> None:
    await talk.say("a", "I went to Lune today.")
    assert not (await talk.one()).needs_reply
    talk.wait(HOUR)
    await talk.say("a", "I went to Lune today. Is it open on Sunday?", created_at=NOW)
    one, (mention,) = await talk.one(), await talk.mentions()
    assert (one.needs_reply, one.in_queue, one.waiting_since) == (True, True, NOW)
    assert one.due_at is not None
    assert mention.needs_reply is not None
    assert mention.needs_reply.code == "A3"
    assert [event.verb for event in await reads.events(talk.store, "conversation", 1)] == [
        "What they wrote asks for a reply now."
    ]


async def test_an_edit_after_our_answer_asks_since_the_edit(talk: Threads) -> None:
    await talk.say("a", "Lune, what a day!")
    talk.wait(HOUR)
    await talk.say("u", "Thank you, Zoé.", US, to="a")
    talk.wait(HOUR)
    await talk.say("a", "Lune, what a day! Where is my order 4711-22?", created_at=NOW)
    one = await talk.one()
    assert (one.state, one.waiting_since) == (OPEN, talk.now)


async def test_an_edit_keeps_the_reason_of_what_asked_before(talk: Threads) -> None:
    await asked(talk)
    await talk.say("a", "Is Lune open on Sundays.", created_at=NOW)
    (mention,) = await talk.mentions()
    assert mention.needs_reply is not None
    assert mention.needs_reply.code == "A3"
    assert (await talk.one()).waiting_since == NOW


@pytest.mark.parametrize(("author", "asks"), [(STAR, True), (IDA, False)])
async def test_negative_asks_where_many_see_it(talk: Threads, author: Any, asks: bool) -> None:
    await talk.say("a", MOOD, author)
    assert (await talk.one()).needs_reply is asks


@pytest.mark.parametrize(("likes", "asks"), [(3, False), (9, False), (40, True)])
async def test_negative_asks_once_engagement_rises(talk: Threads, likes: int, asks: bool) -> None:
    first = talk.post("a", MOOD, engagement=Engagement(likes=2))
    await talk.hear(first)
    talk.wait(HOUR)
    await talk.hear(replace(first, engagement=Engagement(likes=likes)))
    (mention,) = await talk.mentions()
    assert ((await talk.one()).needs_reply, mention.needs_reply is not None) == (asks, asks)
    assert mention.engagement.likes == likes


SAID = "Where on earth is my order, Lune? It has been weeks now."


@pytest.mark.parametrize(
    ("days", "key", "queued"),
    [(1, "", False), (4, "", True), (1, "answered", True), (1, "ignore", True)],
    ids=["again", "again after three days", "again after an answer", "again after it was ignored"],
)
async def test_the_same_said_again_asks_once_while_it_is_queued(
    talk: Threads, days: int, key: str, queued: bool
) -> None:
    await talk.say("a", SAID)
    talk.wait(HOUR)
    if key:
        await talk.do(key)
    talk.wait(days * DAY)
    await talk.say("b", SAID)
    assert (await talk.one(2)).needs_reply is queued


@pytest.mark.parametrize(("hours", "asks"), [(71, True), (73, False)])
async def test_what_is_old_when_first_seen_is_history(
    talk: Threads, hours: int, asks: bool
) -> None:
    await talk.say("a", "Is Lune open on Sunday?", created_at=at(-hours))
    assert (await talk.one()).needs_reply is asks


@pytest.mark.parametrize(("days", "conversations"), [(27, 1), (29, 2)])
async def test_a_private_exchange_begins_anew_after_silence(
    talk: Threads, days: int, conversations: int
) -> None:
    private: dict[str, Any] = {"private": True, "addressed": True}
    await talk.say("a", "Hello Lune, may I ask?", **private)
    talk.wait(days * DAY)
    await talk.say("b", "Hello Lune, are you there?", **private)
    found = list((await talk.all()).values())
    assert len(found) == conversations
    assert found[-1].needs_reply


async def test_an_answer_to_an_answer_under_our_own_post_is_to_us(talk: Threads) -> None:
    await talk.say("a", "Lune opens on Sundays from now on.", US)
    await talk.say("b", "Good to know", ZOE, to="a", root_id="https://social.example/posts/a")
    talk.wait(MINUTE)
    await talk.say("c", "Until what time?", IDA, to="b", root_id="https://social.example/posts/a")
    assert (await talk.one()).needs_reply


async def test_new_hours_and_targets_move_every_due_time(tmp_path: Path) -> None:
    async with threads(tmp_path) as talk:
        await asked(talk)
        await talk.chores.all_once()
        assert (await talk.one()).due_at == at(4)
        talk.wait(3 * HOUR)
        await talk.chores.all_once()
        assert (await talk.one()).tier == 2
    lune, soleil = CONFIG.brands
    slow = replace(lune, targets=Targets(first=24 * 3600), hours=BusinessHours(zone="Europe/Paris"))
    async with threads(tmp_path, replace(CONFIG, brands=(slow, soleil))) as talk:
        talk.now = at(4)
        await talk.chores.all_once()
        one = await talk.one()
        assert (one.due_at, one.tier) == (at(24), 4)
        before = one.version
        await talk.chores.all_once()
        assert (await talk.one()).version == before


async def test_the_program_s_resolving_can_be_taken_back(talk: Threads) -> None:
    await answered(talk)
    former = await talk.one()
    await passes(8)(talk)
    (event, *_) = await reads.events(talk.store, "conversation", 1)
    assert (event.actor, event.step) == ("hubbub", 1)
    assert (await talk.undo(step=event.step, of="hubbub")).done == 1
    assert replace(await talk.one(), version=former.version) == former


async def test_escalating_hurries_the_due_time(talk: Threads) -> None:
    await asked(talk)
    assert (await talk.one()).due_at == at(4)
    await talk.do("escalate")
    assert (await talk.one()).due_at == at(1)


async def test_the_queue_s_order(talk: Threads) -> None:
    """Risk, overdue, worth, service; a priority by hand overrides; then due time; then score."""
    texts = {
        "late": "Is Lune open today?",
        "service": "Is Lune open on Sunday?",
        "buy": "I want to buy from Lune, what is the price?",
        "risk": LEGAL,
        "louder": "Is Lune open on Monday?",
    }
    for name, text in texts.items():
        if name == "service":
            talk.wait(4 * HOUR)
        await talk.say(name, text, STAR if name == "louder" else ZOE)
    await talk.chores.all_once()
    names = {one.id: one.root.rsplit("/", 1)[1] for one in (await talk.all()).values()}

    async def order() -> list[str]:
        return [names[id_] for id_ in await reads.queue_ids(talk.store, QueueFilter())]

    assert await order() == ["risk", "late", "buy", "louder", "service"]
    number = {name: id_ for id_, name in names.items()}
    await talk.do("priority", number["service"], priority=1)
    assert (await order())[:2] in (["risk", "service"], ["service", "risk"])
    await talk.do("priority", number["late"], priority=5)
    assert (await order())[-1] == "late"
