"""Answering on Matrix: one event however often it is tried, found again, taken back, or refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from listeners.config import SourceConfig
from listeners.http import Fetcher
from listeners.model import HOUR, SECOND, Micros, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.matrix.listener import MatrixListener
from listeners.networks.matrix.reply import LONGEST, room_in
from listeners.networks.replying import Answered, Reply, Replying, ReplyRefusedError
from listeners.secret import Secret
from tests.fake.http_server import Reply as Answer
from tests.fake.http_server import Request, reset_in_body, status_reply
from tests.fake.matrix import ANA, API, BEN, ME, START, FakeMatrix, refusal


class World:
    """A server with one room and one message in it, and a listener that answers."""

    def __init__(self, server: FakeMatrix, fetch: Fetcher) -> None:
        self.server = server
        self.room = server.room("#help:hs.example")
        self.asked = server.say(self.room, "is Kerlann down?")
        source = SourceConfig(
            network="matrix", base_url=server.url, token=Secret("env:HUBBUB_TEST_TOKEN")
        )
        self.listener = MatrixListener(source, [], fetch, lambda: server.now)

    def reply(self, text: str = "We look into it.", to: Any = None, **more: Any) -> Reply:
        event = to or self.asked
        answered = Answered(
            native_id=event["event_id"],
            author_key=event["sender"],
            url=f"https://matrix.to/#/{self.room}/{event['event_id']}?via=hs.example",
        )
        facts: dict[str, Any] = {"key": "hubbub-1", "written_at": START, **more}
        return Reply(text=text, to=answered, **facts)

    def ours(self) -> list[dict[str, Any]]:
        """What we said in the room."""
        return [event for event in self.server.rooms[self.room]["events"] if event["sender"] == ME]

    @property
    def send_path(self) -> str:
        return f"{API}/rooms/{self.room}/send/m.room.message/hubbub-1"


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("HUBBUB_TEST_TOKEN", "s3cret")
    async with FakeMatrix() as server, Fetcher(lambda: server.now) as fetch:
        yield World(server, fetch)


def test_it_offers_what_answering_needs(world: World) -> None:
    assert isinstance(world.listener, Replying)
    assert world.listener.may_reply() is None
    assert world.listener.capability.reply
    assert world.listener.capability.delete_reply
    assert world.listener.opening(world.reply().to, ()) == ""
    keys = {world.listener.new_reply_key(START) for _ in range(9)}
    assert len(keys) == 9


async def test_without_a_token_it_says_why_it_cannot_answer(world: World) -> None:
    async with Fetcher() as fetch:
        listener = MatrixListener(SourceConfig(network="matrix"), [], fetch, lambda: START)
        why = listener.may_reply()
    assert why is not None
    assert "access token" in why.template


async def test_a_reply_names_whom_and_what_it_answers(world: World) -> None:
    sent = await world.listener.send_reply(world.reply())
    (event,) = world.ours()
    assert event["content"] == {
        "msgtype": "m.text",
        "body": "We look into it.",
        "m.mentions": {"user_ids": [ANA]},
        "m.relates_to": {"m.in_reply_to": {"event_id": world.asked["event_id"]}},
    }
    assert sent.native_id == event["event_id"]
    assert sent.url == f"https://matrix.to/#/{world.room}/{sent.native_id}?via=hs.example"


async def test_a_reply_stays_in_the_thread_of_what_it_answers(world: World) -> None:
    threaded = world.server.say(world.room, "still?", by=BEN, thread=world.asked)
    await world.listener.send_reply(world.reply(to=threaded))
    (event,) = world.ours()
    assert event["content"]["m.relates_to"] == {
        "rel_type": "m.thread",
        "event_id": world.asked["event_id"],
        "is_falling_back": False,
        "m.in_reply_to": {"event_id": threaded["event_id"]},
    }


async def test_we_do_not_name_ourselves(world: World) -> None:
    mine = world.server.say(world.room, "one more thing", by=ME)
    await world.listener.send_reply(world.reply(to=mine))
    assert world.ours()[-1]["content"]["m.mentions"] == {}


async def test_the_same_key_makes_one_reply(world: World) -> None:
    first = await world.listener.send_reply(world.reply())
    assert await world.listener.send_reply(world.reply()) == first
    assert len(world.ours()) == 1


async def test_the_reply_is_heard_as_ours_and_under_the_same_root(world: World) -> None:
    sent = await world.listener.send_reply(world.reply())
    batches = [batch async for batch in world.listener.poll(None)]
    (post,) = (p for batch in batches for p in batch.posts if p.native_id == sent.native_id)
    assert post.own
    assert (post.parent_id, post.root_id) == (world.asked["event_id"], world.asked["event_id"])
    assert post.url == sent.url


async def test_the_room_is_found_without_address_or_evidence(world: World) -> None:
    world.server.room("#other:hs.example")
    reply = world.reply()
    await world.listener.send_reply(replace(reply, to=replace(reply.to, url="")))
    assert len(world.ours()) == 1


@pytest.mark.parametrize(
    ("url", "raw", "room"),
    [
        ("https://matrix.to/#/!a%2Fb:x/$e?via=x", None, "!a/b:x"),
        ("https://matrix.to/#/!a:x/$e", b'{"room_id": "!b:x"}', "!b:x"),
        ("https://matrix.to/#/!a:x/$e", b"{not json", "!a:x"),
        ("https://matrix.to/#/!a:x/$e", b"[]", "!a:x"),
        ("https://matrix.to/#/#alias:x/$e", None, ""),
        ("", b'{"room_id": 3}', ""),
    ],
)
def test_where_a_message_is(url: str, raw: bytes | None, room: str) -> None:
    assert room_in(Answered(native_id="$e", url=url, raw=raw)) == room


# --- looking for it ----------------------------------------------------------------------------


@pytest.mark.parametrize("tells_keys", [True, False])
async def test_a_reply_is_found_by_its_key_or_its_words(world: World, tells_keys: bool) -> None:
    world.server.tells_keys = tells_keys
    assert await world.listener.find_reply(world.reply()) is None
    sent = await world.listener.send_reply(world.reply())
    assert await world.listener.find_reply(world.reply()) == sent


async def test_another_reply_is_not_taken_for_it(world: World) -> None:
    await world.listener.send_reply(world.reply(key="hubbub-other"))
    assert await world.listener.find_reply(world.reply()) is None
    world.server.tells_keys = False
    other = world.server.say(world.room, "and me?", by=BEN)
    await world.listener.send_reply(world.reply(key="hubbub-2", to=other))
    await world.listener.send_reply(world.reply("Something else", key="hubbub-3"))
    assert await world.listener.find_reply(world.reply()) is None


async def test_the_same_words_under_a_known_id_are_another_reply(world: World) -> None:
    world.server.tells_keys = False
    earlier = await world.listener.send_reply(world.reply())
    known = world.reply(others=frozenset({earlier.native_id}))
    assert await world.listener.find_reply(known) is None
    assert await world.listener.find_reply(world.reply()) == earlier


async def test_the_same_words_long_before_are_not_it(world: World) -> None:
    world.server.tells_keys = False
    await world.listener.send_reply(world.reply())
    late = Micros(START + 2 * HOUR)
    assert await world.listener.find_reply(world.reply(written_at=late)) is None


async def test_a_reply_that_was_taken_back_was_there(world: World) -> None:
    sent = await world.listener.send_reply(world.reply())
    await world.listener.delete_reply(sent.native_id)
    found = await world.listener.find_reply(world.reply())
    assert found is not None
    assert found.native_id == sent.native_id


async def test_it_is_looked_for_page_by_page(world: World) -> None:
    world.server.page_size = 2
    sent = await world.listener.send_reply(world.reply())
    for number in range(7):
        await world.listener.send_reply(world.reply(f"n{number}", key=f"hubbub-{number + 2}"))
    assert await world.listener.find_reply(world.reply()) == sent


async def test_too_much_said_since_is_no_answer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.networks.matrix.reply.MOST_PAGES", 2)
    world.server.page_size = 1
    for number in range(5):
        await world.listener.send_reply(world.reply(f"n{number}", key=f"hubbub-{number + 2}"))
    with pytest.raises(SourceError):
        await world.listener.find_reply(world.reply())


async def test_an_answer_that_was_lost_leaves_one_reply(world: World) -> None:
    def taken_and_cut(request: Request) -> Answer:
        world.server.answer(request)
        return reset_in_body()

    world.server.on(world.send_path, taken_and_cut, world.server.answer)
    with pytest.raises(SourceError):
        await world.listener.send_reply(world.reply())
    found = await world.listener.find_reply(world.reply())
    assert found is not None
    assert await world.listener.send_reply(world.reply()) == found
    assert len(world.ours()) == 1


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "said", "word"),
    [
        (403, "M_FORBIDDEN", "You cannot post here", "You cannot post here"),
        (413, "M_TOO_LARGE", "event too large", "shorten"),
        (401, "M_UNKNOWN_TOKEN", "Invalid", "does not accept this source's token"),
        (403, "M_USER_SUSPENDED", "Suspended", "Suspended"),
        (403, "M_CONSENT_NOT_GIVEN", "Read our terms", "Read our terms"),
        (400, "M_BAD_JSON", "bad \x1b[31mbody", "bad body"),
    ],
)
async def test_a_refusal_is_said_in_the_servers_terms(
    world: World, status: int, code: str, said: str, word: str
) -> None:
    world.server.on(world.send_path, refusal(status, code, said))
    with pytest.raises(ReplyRefusedError) as caught:
        await world.listener.send_reply(world.reply())
    assert word in str(caught.value)
    assert "text is kept" in str(caught.value)
    assert world.ours() == []


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (refusal(500, "M_UNKNOWN"), SourceState.FAILING),
        (status_reply(502, b"<html>Bad Gateway"), SourceState.FAILING),
    ],
)
async def test_what_leaves_it_open_is_no_refusal(
    world: World, answer: Answer, state: SourceState
) -> None:
    world.server.on(world.send_path, answer)
    with pytest.raises(SourceError) as caught:
        await world.listener.send_reply(world.reply())
    assert caught.value.state is state


async def test_a_limit_refuses_the_reply_and_the_next_one(world: World) -> None:
    limited = refusal(429, "M_LIMIT_EXCEEDED", retry_after_ms=30_000)
    world.server.on(world.send_path, limited, world.server.answer)
    for _ in range(2):  # the second is not even asked: the server said how long
        with pytest.raises(ReplyRefusedError, match="slow down"):
            await world.listener.send_reply(world.reply())
    world.server.now = Micros(world.server.now + 60 * SECOND)
    await world.listener.send_reply(world.reply())
    assert len(world.ours()) == 1


async def test_what_fails_before_it_leaves_is_a_refusal(world: World) -> None:
    event = f"{API}/rooms/{world.room}/event/{world.asked['event_id']}"
    world.server.on(event, status_reply(502))
    with pytest.raises(ReplyRefusedError, match="could not be asked"):
        await world.listener.send_reply(world.reply())
    assert not any(request.method == "PUT" for request in world.server.requests)


async def test_a_message_in_no_room_of_ours_is_not_answered(world: World) -> None:
    reply = world.reply()
    elsewhere = replace(reply, to=Answered(native_id="$elsewhere"))
    with pytest.raises(ReplyRefusedError, match="none of the rooms"):
        await world.listener.send_reply(elsewhere)
    with pytest.raises(SourceError, match="none of the rooms"):
        await world.listener.find_reply(elsewhere)


async def test_nothing_is_sent_in_answer_to_what_was_taken_back(world: World) -> None:
    world.server.redact(world.room, world.asked)
    with pytest.raises(ReplyRefusedError, match="any more"):
        await world.listener.send_reply(world.reply())
    gone = {"event_id": "$nowhere", "sender": ANA}
    with pytest.raises(ReplyRefusedError, match="any more"):
        await world.listener.send_reply(world.reply(to=gone))
    assert world.ours() == []


async def test_nothing_is_said_openly_in_an_encrypted_room(world: World) -> None:
    state = world.server.rooms[world.room]["state"]
    state.append({"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}})
    with pytest.raises(ReplyRefusedError, match="encrypted"):
        await world.listener.send_reply(world.reply())
    assert world.ours() == []


async def test_the_longest_reply_fits_however_it_is_written(world: World) -> None:
    limit = await world.listener.reply_limit()
    assert (limit.maximum, limit.unit) == (LONGEST, "bytes")
    for text in ("é" * (LONGEST // 2), '"' * LONGEST, "\n" * LONGEST):
        await world.listener.send_reply(world.reply(text, key=f"hubbub-{len(text)}{text[0]!a}"))
    sizes = [len(r.body) for r in world.server.requests if r.method == "PUT"]
    assert max(sizes) < 65_536 - 4_096


# --- taking it back ----------------------------------------------------------------------------


async def test_a_reply_is_taken_back_once(world: World) -> None:
    sent = await world.listener.send_reply(world.reply())
    await world.listener.delete_reply(sent.native_id)
    await world.listener.delete_reply(sent.native_id)
    assert [event["content"] for event in world.ours()] == [{}]
    assert len([r for r in world.server.requests if "/redact/" in r.path]) == 1


async def test_what_no_room_of_ours_shows_is_not_called_deleted(world: World) -> None:
    """Matrix keeps an empty event where one was taken back: nothing at all means another room."""
    with pytest.raises(ReplyRefusedError, match="none of the rooms"):
        await world.listener.delete_reply("$nowhere")
    assert not any("/redact/" in request.path for request in world.server.requests)


async def test_a_refused_redaction_says_so(world: World) -> None:
    sent = await world.listener.send_reply(world.reply())
    ordinary = world.server.answer

    def answer(request: Request) -> Answer:
        if "/redact/" in request.path:
            return refusal(403, "M_FORBIDDEN", "You cannot redact")
        return ordinary(request)

    world.server.answer = answer  # type: ignore[method-assign]
    with pytest.raises(ReplyRefusedError, match="You cannot redact"):
        await world.listener.delete_reply(sent.native_id)


async def test_two_at_once_with_one_key_are_one(world: World) -> None:
    sent = await asyncio.gather(*(world.listener.send_reply(world.reply()) for _ in range(3)))
    assert len(set(sent)) == 1
    assert len(world.ours()) == 1
