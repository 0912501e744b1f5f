"""Answering on Bluesky: once under its key, in the right thread, and in words if not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from listeners.clock import to_iso
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher, HttpError
from listeners.model import SECOND, Micros, SourceState
from listeners.networks.bluesky import session as bluesky_session
from listeners.networks.bluesky.listener import BlueskyListener
from listeners.networks.contract import SourceError
from listeners.networks.replying import Answered, Reply, Replying, ReplyRefusedError
from listeners.secret import Secret
from tests.fake.bluesky_pds import CREATE, DELETE, GET, THREAD, US, FakePds
from tests.fake.http_server import (
    Reply as Answer,
)
from tests.fake.http_server import (
    Request,
    body_reply,
    hung_up,
    json_reply,
    silent,
    status_reply,
)

NOW = Micros(1_790_000_000 * SECOND)
ANNA, BEN = "did:plc:anna", "did:plc:ben"
ACME = BrandConfig(name="Acme", handles={"bluesky": ("@acme.example",)})


class World:
    """A server and somebody's post that asks us something."""

    def __init__(self, server: FakePds, fetch: Fetcher) -> None:
        self.server = server
        self.fetch = fetch
        self.asked = server.post(ANNA, "where is my order?")

    def listener(self, *, token: bool = True, brand: BrandConfig = ACME) -> BlueskyListener:
        source = SourceConfig(
            network="bluesky",
            base_url="ws://127.0.0.1:1",
            token=Secret("env:HUBBUB_TEST_APP_PASSWORD") if token else None,
            options={"appview": self.server.url, "pds": self.server.url},
        )
        return BlueskyListener(source, [brand], self.fetch, lambda: NOW)

    def reply(self, text: str = "It left today.", **more: Any) -> Reply:
        to = more.pop("to", Answered(native_id=self.asked["uri"]))
        key = more.pop("key", self.listener().new_reply_key(NOW))
        return Reply(key=key, text=text, to=to, written_at=NOW, **more)


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("HUBBUB_TEST_APP_PASSWORD", "abcd-efgh")
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    bluesky_session._opened.clear()
    async with FakePds() as server, Fetcher(lambda: NOW, chance=lambda: 0.0) as fetch:
        yield World(server, fetch)


async def refused(world: World, reply: Reply, says: str) -> None:
    with pytest.raises(ReplyRefusedError, match=says) as caught:
        await world.listener().send_reply(reply)
    assert world.server.written() == []
    said = str(caught.value)
    assert "access1" not in said
    assert "abcd" not in said


# --- sending -----------------------------------------------------------------------------------


async def test_a_reply_is_a_record_under_its_key(world: World) -> None:
    reply = world.reply("Voilà @anna.test: https://acme.example #livré @nobody.test", lang="fr")
    world.server.handles["anna.test"] = ANNA
    sent = await world.listener().send_reply(reply)
    assert sent.native_id == f"at://{US}/app.bsky.feed.post/{reply.key}"
    assert sent.url == f"https://bsky.app/profile/{US}/post/{reply.key}"
    (record,) = world.server.written()
    assert {name: record[name] for name in ("$type", "text", "createdAt", "langs", "reply")} == {
        "$type": "app.bsky.feed.post",
        "text": reply.text,
        "createdAt": to_iso(NOW),
        "langs": ["fr"],
        "reply": {"root": world.asked, "parent": world.asked},
    }
    features = [facet["features"][0] for facet in record["facets"]]
    assert [one.get("did") or one.get("uri") or one.get("tag") for one in features] == [
        ANNA,
        "https://acme.example",
        "livré",
    ]


async def test_plain_words_have_no_facets_and_no_language_unless_known(world: World) -> None:
    await world.listener().send_reply(world.reply())
    (record,) = world.server.written()
    assert "facets" not in record
    assert "langs" not in record


async def test_the_threads_first_post_is_taken_from_the_post_answered(world: World) -> None:
    place = {"root": world.asked, "parent": world.asked}
    below = world.server.post(BEN, "mine too", reply=place)
    await world.listener().send_reply(world.reply(to=Answered(native_id=below["uri"])))
    (record,) = world.server.written()
    assert record["reply"] == {"root": world.asked, "parent": below}


async def test_a_post_the_appview_does_not_know_yet_is_answered(world: World) -> None:
    world.server.unseen.add(world.asked["uri"])
    await world.listener().send_reply(world.reply())
    assert world.server.written()[0]["reply"]["parent"] == world.asked


async def test_the_same_key_makes_one_reply_and_keeps_the_first(world: World) -> None:
    reply = world.reply()
    listener = world.listener()
    first = await listener.send_reply(reply)
    assert await listener.send_reply(replace(reply, text="another text")) == first
    (record,) = world.server.written()
    assert record["text"] == "It left today."
    assert len(world.server.asked(CREATE)) == 2


async def test_a_session_that_ended_is_renewed_and_the_reply_sent_once(world: World) -> None:
    listener = world.listener()
    assert await listener.find_reply(world.reply()) is None
    world.server.sessions += 1
    await listener.send_reply(world.reply())
    assert len(world.server.written()) == 1


async def test_a_session_that_ends_between_question_and_reply_sends_once(world: World) -> None:
    expired = json_reply({"error": "ExpiredToken", "message": "Token has expired"}, 400)
    world.server.on(CREATE, expired, world.server.answer)
    await world.listener().send_reply(world.reply())
    assert len(world.server.written()) == 1


async def test_a_server_that_does_not_tell_who_we_are_is_asked(world: World) -> None:
    world.server.tells_did = False
    await world.listener().send_reply(world.reply())
    assert len(world.server.written()) == 1
    bluesky_session._opened.clear()
    world.server.handles.clear()
    with pytest.raises(ReplyRefusedError, match="knows no account acme"):
        await world.listener().send_reply(world.reply())


def taken(world: World, answer: Answer) -> None:
    """Let the server take the next record, and answer something else."""

    def script(request: Request) -> Answer:
        world.server.answer(request)
        return answer

    world.server.on(CREATE, script)


@pytest.mark.parametrize(
    "answer", [hung_up(), status_reply(502), status_reply(503), body_reply(b"<html>")], ids=str
)
async def test_what_was_taken_without_a_word_is_found(world: World, answer: Answer) -> None:
    taken(world, answer)
    reply = world.reply()
    with pytest.raises(SourceError):
        await world.listener().send_reply(reply)
    async with Fetcher(lambda: NOW) as fetch:
        world.fetch = fetch
        found = await world.listener().find_reply(reply)
    assert found is not None
    assert found.native_id.endswith(reply.key)
    assert len(world.server.asked(CREATE)) == 1, "looking sends nothing"


async def test_a_send_that_is_broken_off_was_taken_once(world: World) -> None:
    taken(world, silent())
    reply = world.reply()
    listener = world.listener()
    sending = asyncio.ensure_future(listener.send_reply(reply))
    async with asyncio.timeout(30):
        while not world.server.written():
            await asyncio.sleep(0.005)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    assert sending.cancelled()
    found = await listener.find_reply(reply)
    world.server.on(CREATE, world.server.answer)
    assert await listener.send_reply(reply) == found
    assert len(world.server.written()) == 1


async def test_what_broke_before_it_was_taken_is_certainly_not_there(world: World) -> None:
    world.server.on(CREATE, hung_up())
    reply = world.reply()
    with pytest.raises(SourceError):
        await world.listener().send_reply(reply)
    assert await world.listener().find_reply(reply) is None


async def test_a_key_of_another_kind_was_never_sent_here(world: World) -> None:
    assert await world.listener().find_reply(world.reply(key="not a key")) is None
    assert world.server.asked(GET) == []


@pytest.mark.parametrize(
    "answer",
    [
        status_reply(500),
        status_reply(503),
        json_reply({"error": "InvalidRequest", "message": "?"}, 400),
        json_reply({"error": "Slow"}, 429, ratelimit_reset="1790000300"),
        hung_up(),
    ],
    ids=str,
)
async def test_what_cannot_be_looked_up_stays_open(world: World, answer: Answer) -> None:
    world.server.on(GET, answer)
    with pytest.raises(SourceError):
        await world.listener().find_reply(world.reply())


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (json_reply({"error": "InvalidRequest", "message": "No\x1b[2J way"}, 400), "“No way”"),
        (json_reply({"error": "Odd"}, 403), "“Odd”"),
        (status_reply(403, b"<html>"), "gives no reason"),
        (json_reply({"error": "InvalidToken"}, 400), "session of this source any more"),
        (json_reply({"error": "RateLimitExceeded"}, 429, ratelimit_remaining="0"), "slow down"),
        (json_reply({"error": "InternalServerError"}, 500), "in trouble"),
        (json_reply({"error": "PayloadTooLarge", "message": "big"}, 413), "“big”"),
    ],
)
async def test_a_refusal_is_said_in_words(world: World, answer: Answer, says: str) -> None:
    world.server.on(CREATE, answer)
    await refused(world, world.reply(), says)


async def test_our_account_may_be_gone(world: World) -> None:
    world.server.deactivated = True
    await refused(world, world.reply(), "deactivated")
    world.server.taken_down = True
    await refused(world, world.reply(), "suspended")


async def test_a_text_too_long_is_refused_in_the_servers_words(world: World) -> None:
    await refused(world, world.reply("x" * 301), "maximum 300")


@pytest.mark.parametrize(
    ("viewer", "says"),
    [
        ({"blockedBy": True}, "has blocked our account"),
        ({"blocking": "at://x"}, "Our account blocks this person"),
    ],
)
async def test_a_block_is_told_apart(world: World, viewer: dict[str, object], says: str) -> None:
    world.server.blocked[world.asked["uri"]] = viewer
    await refused(world, world.reply(), says)
    assert world.server.asked(CREATE) == []


async def test_a_thread_closed_to_us_is_not_answered(world: World) -> None:
    world.server.gated.add(world.asked["uri"])
    await refused(world, world.reply(), "only some people")
    assert world.server.asked(CREATE) == []


async def test_a_post_that_is_gone_is_not_answered(world: World) -> None:
    del world.server.records[world.asked["uri"]]
    await refused(world, world.reply(), "not on Bluesky any more")
    await refused(world, world.reply(to=Answered(native_id="odd")), "not on Bluesky any more")
    unknown = json_reply({"error": "InvalidRequest", "message": "Could not find repo"}, 400)
    world.server.on(GET, unknown)
    await refused(world, world.reply(), "not on Bluesky any more")


async def test_trouble_before_the_reply_leaves_means_it_is_not_there(world: World) -> None:
    world.server.on(THREAD, status_reply(503))
    await refused(world, world.reply(), "could not be asked")
    assert world.server.asked(CREATE) == []


async def test_a_wrong_app_password_is_named(world: World) -> None:
    session = "/xrpc/com.atproto.server.createSession"
    world.server.on(session, json_reply({"error": "AuthenticationRequired"}, 401))
    await refused(world, world.reply(), "app password")


def test_without_a_token_or_an_account_it_says_what_is_needed(world: World) -> None:
    assert world.listener().may_reply() is None
    for listener in (world.listener(token=False), world.listener(brand=BrandConfig(name="Acme"))):
        sentence = listener.may_reply()
        assert sentence is not None
        assert "app password" in sentence.template


async def test_without_a_token_nothing_is_sent(world: World) -> None:
    with pytest.raises(ReplyRefusedError) as caught:
        await world.listener(token=False).send_reply(world.reply())
    assert "app password" in str(caught.value)
    assert world.server.asked(CREATE) == []


# --- deleting ----------------------------------------------------------------------------------


async def test_a_reply_is_deleted_and_gone_is_gone(world: World) -> None:
    listener = world.listener()
    reply = world.reply()
    sent = await listener.send_reply(reply)
    await listener.delete_reply(sent.native_id)
    assert world.server.written() == []
    assert await listener.find_reply(reply) is None
    await listener.delete_reply(sent.native_id)


async def test_only_our_own_is_deleted(world: World) -> None:
    with pytest.raises(ReplyRefusedError, match="another account"):
        await world.listener().delete_reply(world.asked["uri"])
    assert world.server.asked(DELETE) == []


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (json_reply({"error": "InvalidRequest", "message": "no"}, 400), "“no”.*still there"),
        (json_reply({"error": "AccountTakedown"}, 401), "suspended"),
        (status_reply(403), "still there"),
    ],
)
async def test_what_may_not_be_deleted_stays_and_is_said(
    world: World, answer: Answer, says: str
) -> None:
    listener = world.listener()
    sent = await listener.send_reply(world.reply())
    world.server.on(DELETE, answer)
    with pytest.raises(ReplyRefusedError, match=says):
        await listener.delete_reply(sent.native_id)


async def test_a_deletion_that_met_trouble_is_open(world: World) -> None:
    listener = world.listener()
    sent = await listener.send_reply(world.reply())
    world.server.on(DELETE, status_reply(503))
    with pytest.raises(HttpError) as caught:
        await listener.delete_reply(sent.native_id)
    assert caught.value.state is SourceState.FAILING


async def test_the_listener_keeps_the_contract(world: World) -> None:
    listener = world.listener()
    assert isinstance(listener, Replying)
    assert BlueskyListener.capability.reply
    assert BlueskyListener.capability.delete_reply
    limit = await listener.reply_limit()
    assert (limit.maximum, limit.unit, limit.max_bytes) == (300, "graphemes", 3000)
    assert listener.opening(Answered(native_id="x", author_handle="anna.test"), ()) == ""
