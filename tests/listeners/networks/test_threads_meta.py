"""Threads: replies to our posts, mentions, a search that may be blind, publishing in two steps."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from listeners.http import Fetcher
from listeners.model import DAY, HOUR, SECOND, Micros, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.replying import Answered, Reply, ReplyRefusedError
from listeners.networks.threads.listener import ThreadsListener
from listeners.secret import Secret
from tests.fake.graph import KEY, refusal
from tests.fake.http_server import Reply as Answer
from tests.fake.http_server import Request, json_reply, reset_in_body, status_reply
from tests.fake.listening import (
    World,
    cursor_of,
    gone_of,
    ids_of,
    polled,
    posts_of,
    remembered,
    world_of,
)
from tests.fake.threads import ME, NAME, FakeThreads

WORDS = "Thank you, we look into it."


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World[FakeThreads]]:
    monkeypatch.setenv("TH_KEY", KEY)
    async with world_of(FakeThreads(), "threads") as world:
        world.now = Micros((world.server.now + 600) * SECOND)
        yield world


def heard(world: World[FakeThreads], what: str = "", **more: Any) -> ThreadsListener:
    made: ThreadsListener = world.listener(what, token=Secret("env:TH_KEY"), **more)
    return made


async def test_replies_to_our_posts_and_mentions(world: World[FakeThreads]) -> None:
    server = world.server
    post = server.post("At sea #kerlann")
    asked = server.post("Where?", "ana", post)
    ours = server.post("Here", NAME, asked)
    named = server.mention("Look at @kerlann")
    found = {post.native_id: post for post in posts_of(await polled(heard(world)))}
    assert found[post["id"]].own
    assert found[post["id"]].tags == ("kerlann",)
    reply = found[asked["id"]]
    assert (reply.parent_id, reply.root_id, reply.addressed) == (post["id"], post["id"], True)
    assert reply.parent_author_key == NAME
    assert (found[ours["id"]].own, found[ours["id"]].parent_id) == (True, asked["id"])
    assert (found[named["id"]].addressed, found[named["id"]].own) == (True, False)


async def test_an_answer_of_ours_elsewhere_is_heard(world: World[FakeThreads]) -> None:
    theirs = world.server.post("Any boats?", "ana")
    ours = world.server.post("Ours", NAME, theirs)
    found = posts_of(await polled(heard(world)))
    assert [(one.native_id, one.own, one.root_id) for one in found] == [
        (ours["id"], True, theirs["id"])
    ]


async def test_old_posts_are_read_every_hour(world: World[FakeThreads]) -> None:
    post = world.server.post("At sea")
    world.now = Micros(world.now + 2 * DAY)
    listener = heard(world)
    cursor = cursor_of(await polled(listener))
    late = world.server.post("Where?", "ana", post)
    soon = await polled(listener, cursor)
    assert late["id"] not in ids_of(soon)
    world.now = Micros(world.now + HOUR)
    assert late["id"] in ids_of(await polled(listener, cursor_of(soon, cursor)))


async def test_the_search_says_when_it_is_blind(world: World[FakeThreads]) -> None:
    theirs = world.server.post("Kerlann floats", "ana")
    listener = heard(world)
    batches = await polled(listener)
    assert theirs["id"] not in ids_of(batches)
    told = [batch.gap.reason.template for batch in batches if batch.gap]
    assert len(told) == 1
    assert "nobody's posts but your own" in told[0]
    world.now = Micros(world.now + HOUR)
    again = await polled(listener, cursor_of(batches))
    assert not any(batch.gap for batch in again), "told once"
    world.server.reviewed = True
    world.now = Micros(world.now + HOUR)
    batches = await polled(heard(world), cursor_of(again, cursor_of(batches)))
    assert theirs["id"] in ids_of(batches)
    assert not any(batch.gap for batch in batches)


async def test_a_search_does_not_undo_what_is_known(world: World[FakeThreads]) -> None:
    world.server.reviewed = True
    post = world.server.post("Kerlann at sea")
    reply = world.server.post("Is Kerlann late?", "ana", post)
    named = world.server.mention("@kerlann Kerlann!")
    other = world.server.post("Kerlann floats", "bob")
    posts = posts_of(await polled(heard(world)))
    ids = [post.native_id for post in posts]
    assert sorted(ids) == sorted(one["id"] for one in (post, reply, named, other))
    found = {post.native_id: post for post in posts}
    assert found[reply["id"]].root_id == post["id"]
    assert found[named["id"]].addressed
    assert not found[other["id"]].addressed


async def test_what_is_searched_for(world: World[FakeThreads]) -> None:
    await polled(heard(world, "#boats, search:small boats"))
    asked = [(one.one("q"), one.one("search_mode")) for one in world.server.requests
             if one.path == "/keyword_search"]  # fmt: skip
    assert asked == [("boats", "TAG"), ("small boats", "KEYWORD")]


async def test_searches_do_not_come_every_round(world: World[FakeThreads]) -> None:
    listener = heard(world)
    cursor = cursor_of(await polled(listener))
    asked = len(world.server.asked("/keyword_search"))
    await polled(listener, cursor)
    assert len(world.server.asked("/keyword_search")) == asked > 0


async def test_without_the_permission_replies_are_heard_on(world: World[FakeThreads]) -> None:
    world.server.denied = {"keyword_search", "mentions"}
    post = world.server.post("At sea")
    batches = await polled(heard(world))
    assert post["id"] in ids_of(batches)
    assert sum(batch.gap is not None for batch in batches) == 2


async def test_deleted(world: World[FakeThreads]) -> None:
    post = world.server.post("At sea")
    lost = world.server.post("Where?", "ana", post)
    world.server.post("When?", "bob", post)
    listener = heard(world)
    cursor = cursor_of(await polled(listener))
    world.server.posts.remove(lost)
    assert gone_of(await polled(listener, cursor)) == {lost["id"]}
    world.server.posts.remove(post)
    batch = await listener.thread([post["id"]])
    assert [gone.native_id for gone in batch.deletions] == [post["id"]]
    assert (await heard(world).thread([post["id"]])).deletions == ()


async def test_threads_of_old_posts_are_read_whole(world: World[FakeThreads]) -> None:
    post = world.server.post("At sea")
    made = [world.server.post(f"r{n}", "ana", post)["id"] for n in range(120)]
    world.now = Micros(world.now + 3 * DAY)
    listener = heard(world)
    listener._reads_old = False
    batch = await listener.thread([made[0]])
    assert {one.native_id for one in batch.posts} == {post["id"], *made}


async def test_the_past(world: World[FakeThreads]) -> None:
    posts = [world.server.post(f"p{number}") for number in range(5)]
    reply = world.server.post("Where?", "ana", posts[0])
    listener = heard(world)
    whole = await remembered(listener, listener._brands[0], Micros(0), most=1)
    assert set(ids_of(whole)) == {*(one["id"] for one in posts), reply["id"]}


# --- answering ---------------------------------------------------------------------------------


def answer(world: World[FakeThreads], to: dict[str, Any], **more: Any) -> Reply:
    answered = Answered(native_id=to["id"], author_handle="ana")
    written = Micros(world.server.now * SECOND)
    return replace(Reply(key="k", text=WORDS, to=answered, written_at=written), **more)


@pytest.fixture
async def patient(world: World[FakeThreads]) -> AsyncIterator[list[float]]:
    """Let waiting cost nothing, and tell how long it was."""
    waited: list[float] = []

    async def pause(seconds: float) -> None:
        waited.append(seconds)
        world.now = Micros(world.now + int(seconds * SECOND))

    async with Fetcher(lambda: world.now, pause=pause, chance=lambda: 0.0) as fetch:
        world.fetch = fetch
        yield waited


async def test_a_reply_is_prepared_then_published(
    world: World[FakeThreads], patient: list[float]
) -> None:
    asked = world.server.post("Where?", "ana", world.server.post("At sea"))
    world.server.waits = 2
    listener = heard(world)
    reply = answer(world, asked)
    assert await listener.find_reply(reply) is None
    sent = await listener.send_reply(reply)
    assert sent.native_id == world.server.posts[-1]["id"]
    assert world.server.written == [WORDS]
    assert world.server.posts[-1]["replied_to"] == {"id": asked["id"]}
    assert sum(patient) >= 15, "it is not asked in a hurry"
    found = await listener.find_reply(reply)
    assert found is not None
    assert found.native_id == sent.native_id
    assert await listener.find_reply(replace(reply, others=frozenset([sent.native_id]))) is None
    elsewhere = world.server.post("There?", "bob", asked)
    assert await listener.find_reply(answer(world, elsewhere)) is None
    await listener.delete_reply(sent.native_id)
    assert world.server.written == []
    await listener.delete_reply(sent.native_id)


async def test_a_lost_answer_to_publishing_is_found(world: World[FakeThreads]) -> None:
    asked = world.server.post("Where?", "ana", world.server.post("At sea"))

    def take(request: Request) -> Answer:
        world.server.answer(request)
        return reset_in_body()

    world.server.on(f"/{ME}/threads_publish", take)
    reply = answer(world, asked)
    with pytest.raises(SourceError) as caught:
        await heard(world).send_reply(reply)
    assert not caught.value.unsent
    assert world.server.written == [WORDS]
    assert await heard(world).find_reply(reply) is not None


async def test_a_lost_answer_before_publishing_is_a_refusal(world: World[FakeThreads]) -> None:
    asked = world.server.post("Where?", "ana", world.server.post("At sea"))
    world.server.on(f"/{ME}/threads", status_reply(502))
    with pytest.raises(ReplyRefusedError, match="not sent"):
        await heard(world).send_reply(answer(world, asked))
    assert world.server.written == []


async def test_a_passing_fault_while_publishing_leaves_it_open(world: World[FakeThreads]) -> None:
    asked = world.server.post("Where?", "ana", world.server.post("At sea"))
    world.server.on(f"/{ME}/threads_publish", refusal(2, "Try again", is_transient=True))
    with pytest.raises(SourceError) as caught:
        await heard(world).send_reply(answer(world, asked))
    assert caught.value.state is SourceState.FAILING


def spend(world: World[FakeThreads]) -> None:
    world.server.used = 1000


def fail(world: World[FakeThreads]) -> None:
    world.server.state = "ERROR"


def hang(world: World[FakeThreads]) -> None:
    world.server.waits = 100


def throttle(world: World[FakeThreads]) -> None:
    world.server.on(f"/{ME}/threads_publish", refusal(4, "Limit"))


def lose(world: World[FakeThreads]) -> None:
    world.server.posts.pop()


def expire(world: World[FakeThreads]) -> None:
    world.server.on(f"/{ME}/threads", refusal(190, "Session has expired", 463))


def repeat(world: World[FakeThreads]) -> None:
    world.server.on(f"/{ME}/threads_publish", refusal(506, "Duplicate"))


@pytest.mark.parametrize(
    ("happens", "words"),
    [(spend, "1000 replies a day"), (fail, "could not prepare"), (hang, "within three minutes"),
     (throttle, "slow down"), (lose, "not on Threads any more"), (expire, "Make a new key"),
     (repeat, "only once")],
)  # fmt: skip
async def test_refusals_say_why_and_nothing_is_there(
    world: World[FakeThreads],
    patient: list[float],
    happens: Callable[[World[FakeThreads]], None],
    words: str,
) -> None:
    asked = world.server.post("Where?", "ana", world.server.post("At sea"))
    happens(world)
    with pytest.raises(ReplyRefusedError, match=words) as caught:
        await heard(world).send_reply(answer(world, asked))
    assert "kept" in str(caught.value)
    assert world.server.written == []


async def test_elsewhere_a_reviewed_app_is_wanted(world: World[FakeThreads]) -> None:
    theirs = world.server.post("Any boats?", "ana")
    with pytest.raises(ReplyRefusedError, match="answer in the browser"):
        await heard(world).send_reply(answer(world, theirs))
    world.server.reviewed = True
    assert (await heard(world).send_reply(answer(world, theirs))).native_id


async def test_it_may_not_be_allowed_to_ask_for_its_allowance(world: World[FakeThreads]) -> None:
    asked = world.server.post("Where?", "ana", world.server.post("At sea"))
    world.server.denied = {"threads_publishing_limit"}
    assert (await heard(world).send_reply(answer(world, asked))).native_id
    world.server.on(f"/{ME}/threads_publish", json_reply({"odd": 1}))
    with pytest.raises(SourceError, match="does not describe"):
        await heard(world).send_reply(answer(world, asked))
