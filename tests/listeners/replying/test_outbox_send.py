"""Sending: written down first, at most once, and every way it can end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from listeners.actions import redo, undo
from listeners.conversations.events import OurMessage
from listeners.conversations.state import apply
from listeners.http import HttpError
from listeners.model import (
    HOUR,
    MINUTE,
    SECOND,
    ConversationState,
    Micros,
    Part,
    Sentence,
    SourceState,
)
from listeners.networks.contract import SourceError
from listeners.networks.replying import ReplyLimit, ReplyRefusedError
from listeners.networks.replying_words import token_refused
from listeners.replying import Outbox
from listeners.replying.outcome import not_deleted, perhaps_deleted
from listeners.store import Store, reads
from listeners.store.drafts import draft, save_draft
from listeners.store.outbox import outbox as replies
from listeners.store.subjects import save_conversations
from tests.listeners.replying.conftest import Watch
from tests.listeners.replying.voice import ASKS, BUSY, OFFLINE, TROUBLE, Voice, asked, now_is
from tests.listeners.store.builders import NOW, World

NO = ReplyRefusedError(Sentence("The author has blocked us."))


async def begun(world: World, clock: Watch, text: str = "hello") -> int:
    """A conversation that asks, with a draft of Ana's."""
    conversation = await asked(world)
    await save_draft(world.store, conversation.id, "Ana", text, "en", "100001", clock())
    return conversation.id


async def test_a_sent_reply_is_there_once_and_known_everywhere(
    world: World, clock: Watch, outbox: Outbox, voice: Voice
) -> None:
    one = await begun(world, clock)
    outcome = await outbox.send(one, " hello ", actor="Ana")
    assert (outcome.done, outcome.state, outcome.step) == (1, "sent", 1)
    assert outcome.sentence.values == {"name": "ana@x.example", "network": "Mastodon"}
    [sent] = voice.sends
    assert (sent.text, sent.to.native_id, sent.lang) == ("hello", "100001", "en")
    [row] = await replies(world.store)
    assert (row.state, row.native_id, row.url) == ("sent", "id-key-1", "https://x.example/key-1")
    assert (row.to, row.author, row.attempts) == ("ana@x.example", "Ana", 1)
    after = await now_is(world.store, one)
    assert after.state is ConversationState.WAITING
    assert (after.waiting_since, after.first_response_at) == (None, clock())
    assert await draft(world.store, one, "Ana") is None
    [event] = await reads.events(world.store, "conversation", one)
    assert (event.actor, event.verb, event.after["outbox_id"]) == ("Ana", "reply", row.id)
    shown = (await reads.conversations(world.store, [one]))[one]
    assert (shown.reply_state, shown.drafted) == ("sent", ())


async def test_the_row_is_stored_before_the_network_is_called(
    world: World, clock: Watch, outbox: Outbox, voice: Voice
) -> None:
    one = await begun(world, clock)
    seen: list[tuple[str, bool]] = []
    real = voice.send_reply

    async def spying(reply: object) -> object:
        [row] = await replies(world.store)
        kept = await draft(world.store, one, "Ana") is not None
        seen.append((row.state, kept))
        return await real(reply)  # type: ignore[arg-type]

    voice.send_reply = spying  # type: ignore[method-assign, assignment]
    await outbox.send(one, "hello", actor="Ana")
    assert seen == [("sending", True)]


async def test_what_leaves_the_machine_is_on_the_disk(
    world: World, clock: Watch, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await begun(world, clock)
    durable: list[object] = []
    write = Store.write

    async def watched(store: Store, work: Any, **how: Any) -> Any:
        durable.append(how.get("durable"))
        return await write(store, work, **how)

    monkeypatch.setattr(Store, "write", watched)
    sent = await outbox.send(one, "hello", actor="Ana")
    await outbox.delete(sent.outbox_id, actor="Ana")
    assert durable == [True, True, True]


async def test_a_refusal_keeps_the_draft_and_the_conversation(
    world: World, clock: Watch, outbox: Outbox, voice: Voice
) -> None:
    one = await begun(world, clock)
    before = await now_is(world.store, one)
    voice.takes, voice.fails = False, NO
    outcome = await outbox.send(one, "hello", actor="Ana")
    assert (outcome.done, outcome.sentence, outcome.state) == (0, NO.sentence, "refused")
    [row] = await replies(world.store)
    assert row.detail == NO.sentence
    assert await now_is(world.store, one) == before
    kept = await draft(world.store, one, "Ana")
    assert kept is not None
    assert kept.text == "hello"
    assert await reads.events(world.store, "conversation", one) == []
    assert (await reads.conversations(world.store, [one]))[one].reply_state == "refused"


async def test_a_refused_text_without_a_draft_becomes_one(
    world: World, outbox: Outbox, voice: Voice
) -> None:
    conversation = await asked(world)
    voice.takes, voice.fails = False, NO
    await outbox.send(conversation.id, "hello", actor="Ana", lang="fr")
    kept = await draft(world.store, conversation.id, "Ana")
    assert kept is not None
    assert (kept.text, kept.lang, kept.in_reply_to) == ("hello", "fr", "100001")


@pytest.mark.parametrize(
    ("takes", "fails", "looks", "state", "there"),
    [
        (True, TROUBLE, [], "sent", 1),
        (True, TimeoutError(), [], "sent", 1),
        (True, RuntimeError("a mistake of ours"), [], "sent", 1),
        (False, TROUBLE, [], "refused", 0),
        (False, OFFLINE, [TROUBLE], "refused", 0),
        (False, BUSY, [TROUBLE], "refused", 0),
        (True, TROUBLE, [TROUBLE], "unknown", 1),
        (False, TROUBLE, [TROUBLE], "unknown", 0),
        (False, TROUBLE, [None, TROUBLE], "unknown", 0),
        (True, TROUBLE, [OSError("odd")], "unknown", 1),
    ],
)
async def test_where_the_network_does_not_say_the_reply_is_looked_for(
    world: World,
    clock: Watch,
    outbox: Outbox,
    voice: Voice,
    takes: bool,
    fails: Exception,
    looks: list[Exception | None],
    state: str,
    there: int,
) -> None:
    one = await begun(world, clock)
    voice.takes, voice.fails, voice.looks = takes, fails, list(looks)
    outcome = await outbox.send(one, "hello", actor="Ana")
    assert (outcome.state, len(voice.there), len(voice.sends)) == (state, there, 1)
    waits = (await now_is(world.store, one)).state is ConversationState.WAITING
    assert waits == (state == "sent")
    assert (await draft(world.store, one, "Ana") is None) == (state == "sent")


@pytest.mark.parametrize(("until", "minutes"), [(None, 1), (MINUTE, 1), (HOUR + 1, 61)])
async def test_a_limit_says_how_long_to_wait(
    world: World, clock: Watch, outbox: Outbox, voice: Voice, until: int | None, minutes: int
) -> None:
    one = await begun(world, clock)
    ends = None if until is None else Micros(clock() + until)
    limited = SourceError(SourceState.RATE_LIMITED, Sentence("Wait."), until=ends, unsent=True)
    voice.takes, voice.fails = False, limited
    assert (await outbox.send(one, "hello", actor="Ana")).sentence.values["minutes"] == minutes


@pytest.mark.parametrize(("moment", "state"), [(SECOND // 50, "sent"), (MINUTE, "unknown")])
async def test_a_host_that_is_left_in_peace_for_a_moment_is_asked_after_it(
    world: World, clock: Watch, outbox: Outbox, voice: Voice, moment: int, state: str
) -> None:
    """After trouble (502) we ask a host nothing for some seconds: not even for the reply."""
    one = await begun(world, clock)
    until = Micros(clock() + moment)
    in_peace = SourceError(SourceState.FAILING, Sentence("Later."), until=until, unsent=True)
    voice.fails, voice.looks = TROUBLE, [in_peace]
    assert (await outbox.send(one, "hello", actor="Ana")).state == state


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("  \u202e ", "There is nothing to send yet"),
        ("@ana@x.example ", "There is nothing to send yet"),
        ("x" * 23, "Too long for {network} by {count} of {maximum} characters"),
        ("x" * 100_001, "This is more than hubbub sends"),
        ("line\n" * 300, "This is more than hubbub sends"),
    ],
)
async def test_what_cannot_go_out_is_refused_before_anything_is_written(
    world: World, clock: Watch, outbox: Outbox, voice: Voice, text: str, sentence: str
) -> None:
    one = await begun(world, clock)
    outcome = await outbox.send(one, text, actor="Ana")
    assert outcome.sentence.template.startswith(sentence)
    assert outcome.sentence.values.get("count", 3) == 3
    assert (voice.sends, await replies(world.store)) == ([], [])


async def test_control_characters_do_not_leave_the_machine(
    world: World, outbox: Outbox, voice: Voice
) -> None:
    conversation = await asked(world)
    await outbox.send(conversation.id, "a\x1b]0;x\x07b\u202e\x00c", actor="Ana")
    assert voice.sends[0].text == "abc"


async def test_an_observer_sends_nothing(world: World, outbox: Outbox, voice: Voice) -> None:
    conversation = await asked(world)
    assert "observer" in (await outbox.send(conversation.id, "x", actor="Olga")).sentence.template
    assert (
        "observer" in (await outbox.by_hand(conversation.id, "x", actor="Olga")).sentence.template
    )
    assert voice.sends == []


async def test_a_limit_nobody_knows_stops_nothing(
    world: World, outbox: Outbox, voice: Voice
) -> None:
    conversation = await asked(world)
    voice.limits = TROUBLE
    assert (await outbox.send(conversation.id, "x" * 400, actor="Ana")).done == 1
    voice.limits = ReplyLimit(maximum=5)
    again = await asked(world, root="second")
    assert (await outbox.send(again.id, "x" * 400, actor="Ana")).done == 0


async def test_while_one_is_on_its_way_a_second_is_refused(
    world: World, make: Callable[[], Outbox], outbox: Outbox, voice: Voice
) -> None:
    conversation = await asked(world)
    voice.hold = asyncio.Event()
    first = asyncio.create_task(outbox.send(conversation.id, "one", actor="Ana"))
    while not voice.sends:
        await asyncio.sleep(0.01)
    async with make() as other:
        second = await other.send(conversation.id, "two", actor="Léo", confirmed=True)
    assert second.sentence.template.startswith("A reply to this conversation is being sent")
    voice.hold.set()
    assert (await first).done == 1
    assert len(voice.there) == 1


async def test_two_who_send_at_once_are_told_apart(
    world: World, make: Callable[[], Outbox], voice: Voice
) -> None:
    conversation = await asked(world)
    async with make() as one, make() as two:
        outcomes = await asyncio.gather(
            one.send(conversation.id, "one", actor="Ana"),
            two.send(conversation.id, "two", actor="Léo"),
        )
    assert sorted(outcome.done for outcome in outcomes) == [0, 1]
    assert len(voice.there) == 1


async def test_a_closed_screen_stops_no_reply(world: World, outbox: Outbox, voice: Voice) -> None:
    conversation = await asked(world)
    voice.hold = asyncio.Event()
    asking = asyncio.create_task(outbox.send(conversation.id, "one", actor="Ana"))
    while not voice.sends:
        await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert outbox.busy
    voice.hold.set()
    await outbox.finish(5)
    assert (await now_is(world.store, conversation.id)).state is ConversationState.WAITING


async def test_an_earlier_uncertain_reply_must_be_settled_first(
    world: World, outbox: Outbox, voice: Voice
) -> None:
    conversation = await asked(world)
    voice.fails, voice.looks = TROUBLE, [TROUBLE]
    assert (await outbox.send(conversation.id, "one", actor="Ana")).state == "unknown"
    voice.fails = None
    refused = await outbox.send(conversation.id, "two", actor="Léo", confirmed=True)
    assert (refused.done, refused.sentence.values) == (0, {"number": 1})
    assert len(voice.sends) == 1


async def test_the_same_words_again_are_the_same_reply(
    world: World, outbox: Outbox, voice: Voice
) -> None:
    """Where the network has no key, it is looked for before it is sent once more."""
    conversation = await asked(world)
    voice.takes, voice.fails = False, TROUBLE
    first = await outbox.send(conversation.id, "one", actor="Ana")
    assert first.state == "refused"
    # It arrived after all, long after we looked.
    voice.there["key-1"] = voice.sends[0]
    voice.takes, voice.fails = True, None
    second = await outbox.send(conversation.id, "", actor="Ana", again=first.outbox_id)
    assert (second.done, second.outbox_id, len(voice.sends)) == (1, first.outbox_id, 1)
    [row] = await replies(world.store)
    assert (row.state, row.attempts) == ("sent", 2)


async def test_sent_again_it_answers_the_post_it_was_written_to(
    world: World, clock: Watch, outbox: Outbox, voice: Voice
) -> None:
    conversation = await asked(world)
    voice.takes, voice.fails = False, NO
    first = await outbox.send(conversation.id, "one", actor="Ana")
    clock.on(MINUTE)
    later = world.mention("Hello?", conversation_id=conversation.id, asks=True, need=ASKS,
                          at=clock())  # fmt: skip
    await world.add([later])
    voice.takes, voice.fails = True, None
    assert (await outbox.send(conversation.id, "", actor="Ana", again=first.outbox_id)).done == 1
    assert [one.to.native_id for one in voice.sends] == ["100001", "100001"]


async def test_other_words_are_another_reply(world: World, outbox: Outbox, voice: Voice) -> None:
    conversation = await asked(world)
    voice.takes, voice.fails = False, NO
    await outbox.send(conversation.id, "one", actor="Ana")
    voice.takes, voice.fails = True, None
    assert (await outbox.send(conversation.id, "two", actor="Ana")).done == 1
    assert [row.key for row in await replies(world.store)] == ["key-2", "key-1"]


@pytest.mark.parametrize("number", [1, 77])
async def test_only_a_refused_reply_is_sent_again(
    world: World, outbox: Outbox, voice: Voice, number: int
) -> None:
    conversation = await asked(world)
    await outbox.send(conversation.id, "one", actor="Ana")
    assert (await outbox.send(conversation.id, "", actor="Ana", again=number)).done == 0
    assert len(voice.sends) == 1


# --- somebody answered meanwhile -----------------------------------------------------------------


async def test_a_message_of_ours_since_the_draft_was_begun_asks_for_a_second_thought(
    world: World, clock: Watch, outbox: Outbox, voice: Voice
) -> None:
    one = await begun(world, clock)
    clock.on(MINUTE)
    await world.add(
        [world.mention("We did.", conversation_id=one, author="us", part=Part.OURS, at=clock())]
    )
    clock.on(MINUTE)
    await save_draft(world.store, one, "Ana", "hello there", "en", "100001", clock())
    refused = await outbox.send(one, "hello", actor="Ana")
    assert (refused.done, refused.confirm) == (0, True)
    assert refused.sentence.values == {"name": "us@x.example", "text": "We did."}
    assert (await outbox.send(one, "hello", actor="Ana", confirmed=True)).done == 1


async def test_what_we_said_before_the_draft_was_begun_is_no_news(
    world: World, clock: Watch, outbox: Outbox
) -> None:
    conversation = await asked(world)
    await world.add([world.mention("Hi.", conversation_id=conversation.id, author="us",
                                   part=Part.OURS, at=clock())])  # fmt: skip
    clock.on(MINUTE)
    await save_draft(world.store, conversation.id, "Ana", "hello", "en", "100001", clock())
    assert (await outbox.send(conversation.id, "hello", actor="Ana")).done == 1


async def test_a_colleague_who_just_answered_is_named_and_oneself_is_not(
    world: World, clock: Watch, outbox: Outbox, voice: Voice
) -> None:
    conversation = await asked(world)
    assert (await outbox.send(conversation.id, "one", actor="Léo")).done == 1
    assert (await outbox.send(conversation.id, "more", actor="Léo")).done == 1
    refused = await outbox.send(conversation.id, "two", actor="Ana")
    assert (refused.confirm, refused.sentence.values["name"]) == (True, "Léo")
    clock.on(11 * MINUTE)
    assert (await outbox.send(conversation.id, "two", actor="Ana")).done == 1


# --- what it means for the conversation ----------------------------------------------------------


async def test_what_they_asked_after_it_was_sent_still_waits(
    world: World, clock: Watch, make: Callable[[], Outbox], voice: Voice
) -> None:
    conversation = await asked(world)
    voice.fails, voice.looks = TROUBLE, [TROUBLE]
    async with make() as outbox:
        await outbox.send(conversation.id, "one", actor="Ana")
        sent_at = clock()
        clock.on(MINUTE)
        await world.add([world.mention("And now?", conversation_id=conversation.id, asks=True,
                                       at=clock())])  # fmt: skip
        asked_at = clock()
        clock.on(HOUR)
        [row] = await outbox.reconcile()
    assert row.state == "sent"
    after = await now_is(world.store, conversation.id)
    assert (after.state, after.waiting_since) == (ConversationState.OPEN, asked_at)
    assert after.first_response_at == sent_at
    assert (await reads.conversations(world.store, [after.id]))[after.id].reply_state == ""


async def test_a_draft_begun_while_one_is_sent_stays(
    world: World, clock: Watch, outbox: Outbox, voice: Voice
) -> None:
    one = await begun(world, clock)
    voice.hold = asyncio.Event()
    sending = asyncio.create_task(outbox.send(one, "hello", actor="Ana"))
    while not voice.sends:
        await asyncio.sleep(0.01)
    clock.on(1)
    await save_draft(world.store, one, "Ana", "one more thing", "en", "100001", clock())
    voice.hold.set()
    assert (await sending).done == 1
    kept = await draft(world.store, one, "Ana")
    assert kept is not None
    assert kept.text == "one more thing"


async def test_undo_of_a_sent_reply_offers_to_delete_it(
    world: World, clock: Watch, outbox: Outbox, voice: Voice
) -> None:
    one = await begun(world, clock)
    before = await now_is(world.store, one)
    sent = await outbox.send(one, "hello", actor="Ana")
    offered = await undo(world.store, "Ana", clock())
    assert (offered.done, offered.offer) == (0, sent.outbox_id)
    deleted = await outbox.delete(sent.outbox_id, actor="Ana")
    assert deleted.done == 1
    assert voice.deleted == ["id-key-1"]
    after = await now_is(world.store, one)
    assert (after.state, after.waiting_since, after.first_response_at) == (
        before.state,
        before.waiting_since,
        before.first_response_at,
    )
    [row] = await replies(world.store)
    assert row.state == "deleted"
    kept = await draft(world.store, one, "Ana")
    assert kept is not None
    assert kept.text == "hello"
    assert (await outbox.delete(sent.outbox_id, actor="Ana")).done == 0


EXPIRED = HttpError(SourceState.NEEDS_TOKEN, Sentence("All heard is safe."), status=401)
NO_TOKEN = SourceError(SourceState.NEEDS_TOKEN, Sentence("The token is not known."))


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (NO, NO.sentence),
        (NO_TOKEN, NO_TOKEN.sentence),
        (EXPIRED, token_refused("Mastodon", 401)),
        (TROUBLE, perhaps_deleted("mastodon")),
        (OFFLINE, not_deleted("mastodon", SourceState.FAILING)),
        (BUSY, not_deleted("mastodon", SourceState.RATE_LIMITED)),
    ],
)
async def test_what_cannot_be_deleted_stays_as_it_is(
    world: World, outbox: Outbox, voice: Voice, error: Exception, sentence: Sentence
) -> None:
    conversation = await asked(world)
    sent = await outbox.send(conversation.id, "hello", actor="Ana")
    voice.fails = error
    refused = await outbox.delete(sent.outbox_id, actor="Ana")
    assert (refused.done, refused.sentence) == (0, sentence)
    assert (await replies(world.store))[0].state == "sent"
    assert (await now_is(world.store, conversation.id)).state is ConversationState.WAITING


async def test_by_hand_is_one_step_and_comes_back(
    world: World, clock: Watch, outbox: Outbox
) -> None:
    one = await begun(world, clock)
    before = await now_is(world.store, one)
    done = await outbox.by_hand(one, "hello", actor="Ana")
    assert done.done == 1
    [row] = await replies(world.store)
    assert (row.state, row.text, row.sent_at) == ("by hand", "hello", clock())
    after = await now_is(world.store, one)
    assert (after.state, after.answered_by_hand) == (ConversationState.WAITING, True)
    assert await draft(world.store, one, "Ana") is None
    assert (await undo(world.store, "Ana", clock())).done
    back = await now_is(world.store, one)
    assert (back.state, back.waiting_since) == (before.state, NOW)
    assert (await replies(world.store))[0].state == "deleted"
    assert (await redo(world.store, "Ana", clock())).done
    assert (await replies(world.store))[0].state == "by hand"


async def test_a_reply_heard_by_a_listener_first_is_answered_once(
    world: World, clock: Watch, outbox: Outbox
) -> None:
    """Its message came by a stream before the network's answer was stored."""
    one = await begun(world, clock)
    heard = apply(await now_is(world.store, one), OurMessage(at=clock()), clock()).conversation
    await world.store.write(lambda c: save_conversations(c, [heard]))
    clock.on(MINUTE)
    await outbox.send(one, "hello", actor="Ana")
    after = await now_is(world.store, one)
    assert (after.state, after.messages) == (ConversationState.WAITING, heard.messages)
    assert after.first_response_at == heard.first_response_at


async def test_its_own_message_heard_later_counts_once(
    world: World, clock: Watch, outbox: Outbox
) -> None:
    one = await begun(world, clock)
    await outbox.send(one, "hello", actor="Ana")
    sent = await now_is(world.store, one)
    clock.on(MINUTE)
    heard = apply(sent, OurMessage(at=clock()), clock()).conversation
    assert heard.messages == sent.messages + 1
    assert (heard.state, heard.first_response_at) == (sent.state, sent.first_response_at)


async def test_a_merged_conversation_is_not_answered(
    world: World, outbox: Outbox, store: Store
) -> None:
    await asked(world)
    other = await asked(world, root="second")
    await store.write(lambda c: save_conversations(c, [replace(other, merged_into=1)]))
    refused = await outbox.send(other.id, "hello", actor="Ana")
    assert (refused.done, refused.sentence.values) == (0, {"number": 1})
