"""Listening on Matrix: nothing skipped, nothing twice, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import aclosing
from typing import Any

import pytest

from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, MINUTE, SECOND, Batch, Deletion, Micros, Post, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.matrix.cursor import read_cursor
from listeners.networks.matrix.listener import MatrixListener
from listeners.networks.matrix.reader import DOUBT
from listeners.secret import Secret
from tests.fake.http_server import Reply, Request, body_reply, json_reply
from tests.fake.matrix import ANA, API, BEN, ME, START, SYNC, FakeMatrix, refusal

BRAND = BrandConfig(name="Kerlann", handles={"matrix": ("@kerlann:hs.example",)})


class World:
    """A server, a fetcher and a clock that the tests move."""

    def __init__(self, server: FakeMatrix, fetch: Fetcher) -> None:
        self.server = server
        self.fetch = fetch
        self.now = Micros(START + 60 * SECOND)

    def listener(self, what: str = "", *, token: bool = True, **options: object) -> MatrixListener:
        source = SourceConfig(
            network="matrix",
            what=what,
            base_url=self.server.url,
            token=Secret("env:HUBBUB_TEST_TOKEN") if token else None,
            options=options,
        )
        return MatrixListener(source, [BRAND], self.fetch, lambda: self.now)


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("HUBBUB_TEST_TOKEN", "s3cret")
    async with FakeMatrix() as server:
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(server, fetch))
            yield made[0]


async def polled(listener: MatrixListener, cursor: str | None = None) -> list[Batch]:
    async with aclosing(listener.poll(cursor)) as batches:
        return [batch async for batch in batches]


def posts_of(batches: Iterable[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


def texts(batches: Iterable[Batch]) -> list[str]:
    return [post.text for post in posts_of(batches)]


def last_cursor(batches: Iterable[Batch], before: str | None = None) -> str | None:
    return next((b.cursor for b in reversed(list(batches)) if b.cursor), before)


def gaps(batches: Iterable[Batch]) -> list[str]:
    found = [batch.gap.reason for batch in batches if batch.gap]
    return [reason.template.format(**reason.values) for reason in found]


async def refused(listener: MatrixListener, cursor: str | None = None) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await polled(listener, cursor)
    return caught.value


# --- reading -----------------------------------------------------------------------------------


async def test_the_first_reading_takes_a_stretch_of_history_oldest_first(world: World) -> None:
    room = world.server.room("#help:hs.example")
    world.server.page_size = 3
    for number in range(10):
        world.server.say(room, f"n{number}", by=ANA if number % 2 else BEN)
    batches = await polled(world.listener())
    assert texts(batches) == [f"n{n}" for n in range(4, 10)]
    assert not gaps(batches)
    assert not any(post.history for post in posts_of(batches))
    world.now = Micros(world.now + 4 * DAY)
    assert all(post.history for post in posts_of(await polled(world.listener())))


async def test_a_message_carries_all_that_is_known_of_it(world: World) -> None:
    room = world.server.room("#help:hs.example")
    world.server.say(
        room, "see https://kerlann.example/a.", format="org.matrix.custom.html",
        formatted_body='see <a href="https://kerlann.example/b">this</a>',
    )  # fmt: skip
    (post,) = posts_of(await polled(world.listener()))
    assert (post.author.key, post.author.handle, post.author.name) == (ANA, ANA, "Ana")
    assert post.url == "https://matrix.to/#/!room0:hs.example/$event1?via=hs.example"
    assert post.created_at == START + SECOND
    assert post.links == ("https://kerlann.example/a", "https://kerlann.example/b")
    assert (post.private, post.addressed, post.own) == (False, False, False)


async def test_later_readings_go_on_from_the_cursor(world: World) -> None:
    room = world.server.room()
    world.server.say(room, "n0")
    cursor = last_cursor(await polled(world.listener()))
    listener = world.listener()
    assert await polled(listener, cursor) == []
    world.server.say(room, "n1")
    batches = await polled(listener, cursor)
    assert texts(batches) == ["n1"]
    assert await polled(listener, last_cursor(batches)) == []


@pytest.mark.parametrize("heeds_to", [True, False])
async def test_what_an_answer_leaves_out_is_read_back_page_by_page(
    world: World, heeds_to: bool
) -> None:
    room = world.server.room()
    world.server.heeds_to = heeds_to
    world.server.say(room, "n0")
    cursor = last_cursor(await polled(world.listener()))
    world.server.sync_limit, world.server.page_size = 2, 3
    for number in range(1, 12):
        world.server.say(room, f"n{number}")
    batches = await polled(world.listener(), cursor)
    assert texts(batches) == [f"n{n}" for n in range(1, 12)]
    assert not gaps(batches)


async def test_an_empty_page_is_not_the_end(world: World) -> None:
    room = world.server.room()
    world.server.say(room, "n0")
    cursor = last_cursor(await polled(world.listener()))
    world.server.sync_limit = 1
    for number in range(1, 4):
        world.server.say(room, f"n{number}")

    def empty_first(request: Request, answer: Callable[[Request], Reply]) -> Reply:
        start = request.one("from")
        if request.path.endswith("/messages") and start.startswith("t"):
            return json_reply({"start": start, "chunk": [], "end": f"u{start[1:]}"})
        return answer(request)

    world.server.between = empty_first
    batches = await polled(world.listener(), cursor)
    assert (texts(batches), gaps(batches)) == (["n1", "n2", "n3"], [])


async def test_words_left_out_and_not_shown_are_asked_for_again_for_a_while(world: World) -> None:
    room = world.server.room("#help:hs.example")
    world.server.say(room, "n0")
    cursor = last_cursor(await polled(world.listener()))
    world.server.sync_limit = 1
    for number in range(1, 4):
        world.server.say(room, f"n{number}")

    def empty(request: Request, answer: Callable[[Request], Reply]) -> Reply:
        return json_reply({"chunk": []}) if request.path.endswith("/messages") else answer(request)

    listener = world.listener()
    for _ in range(3):
        world.server.between = empty
        error = await refused(listener, cursor)
        assert error.state is SourceState.FAILING
        assert "#help:hs.example" in str(error)
        world.now = Micros(world.now + DOUBT // 4)
    world.server.between = None
    assert texts(await polled(listener, cursor)) == ["n1", "n2", "n3"]
    # Who goes on showing none is believed: this account may not see them.
    world.server.between = empty
    await refused(listener, cursor)
    world.now = Micros(world.now + DOUBT)
    assert texts(await polled(listener, cursor)) == ["n3"]


async def test_a_stretch_beyond_the_last_page_is_a_gap(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.networks.matrix.reader.MOST_PAGES", 2)
    room = world.server.room("#help:hs.example")
    world.server.say(room, "n0")
    cursor = last_cursor(await polled(world.listener()))
    world.server.sync_limit, world.server.page_size = 1, 2
    for number in range(1, 9):
        world.server.say(room, f"n{number}")
    batches = await polled(world.listener(), cursor)
    assert texts(batches) == ["n4", "n5", "n6", "n7", "n8"]
    (gap,) = [batch.gap for batch in batches if batch.gap]
    assert (gap.from_at, gap.to_at) == (START + SECOND, START + 5 * SECOND)
    assert "#help:hs.example" in gaps(batches)[0]


@pytest.mark.parametrize("stored", range(8))
@pytest.mark.parametrize("first", [True, False])
async def test_a_crash_at_any_batch_resumes_without_gap_or_duplicate(
    world: World, monkeypatch: pytest.MonkeyPatch, stored: int, first: bool
) -> None:
    monkeypatch.setattr("listeners.networks.matrix.reader.AT_ONCE", 2)
    rooms = [world.server.room(), world.server.room()]
    cursor = None
    if not first:
        for room in rooms:
            world.server.say(room, "before")
        cursor = last_cursor(await polled(world.listener()))
        world.server.sync_limit = 2
    said = [world.server.say(rooms[n % 2], f"n{n}")["content"]["body"] for n in range(11)]
    heard: list[str] = []
    async with aclosing(world.listener().poll(cursor)) as batches:
        count = 0
        async for batch in batches:
            if count == stored:
                break  # the process dies before this batch is stored
            heard += texts([batch])
            cursor = batch.cursor or cursor
            count += 1
    said.append(world.server.say(rooms[0], "after the crash")["content"]["body"])
    heard += texts(await polled(world.listener(), cursor))
    assert sorted(heard) == sorted(said)


@pytest.mark.parametrize("stale", [True, False])
async def test_a_token_the_server_forgot_loses_nothing(world: World, stale: bool) -> None:
    rooms = [world.server.room(), world.server.room()]
    for room in rooms:
        world.server.say(room, "n0")
    cursor = last_cursor(await polled(world.listener()))
    place = read_cursor(cursor)
    assert place
    world.server.lost_tokens.add(place.since)
    world.server.say(rooms[0], "n1")
    second = world.server.say(rooms[0], "n2")
    world.server.stale_look = f"s{second['order']}" if stale else ""
    world.server.say(rooms[1], "n3")
    batches = await polled(world.listener(), cursor)
    assert (texts(batches), gaps(batches)) == (["n1", "n2", "n3"], [])
    assert await polled(world.listener(), last_cursor(batches)) == []


async def test_an_illegible_cursor_is_a_gap_and_a_new_beginning(world: World) -> None:
    room = world.server.room()
    world.server.say(room, "n0")
    batches = await polled(world.listener(), "{not json")
    assert (texts(batches), len(gaps(batches))) == (["n0"], 1)


async def test_the_stream_brings_what_is_said_at_once(world: World) -> None:
    room = world.server.room()
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    stream = listener.stream(cursor)
    assert stream is not None
    async with aclosing(stream) as batches:
        waiting = asyncio.ensure_future(anext(batches))
        while not any(r.one("timeout") == "30000" for r in world.server.asked(SYNC)):
            await asyncio.sleep(0.01)
        assert not waiting.done()
        world.server.say(room, "now")
        batch = await waiting
    assert texts([batch]) == ["now"]
    assert await polled(listener, batch.cursor) == []


async def test_a_stream_needs_a_place_to_go_on_from(world: World) -> None:
    assert world.listener().stream(None) is None
    assert world.listener().stream("{") is None


async def test_a_malformed_event_is_a_bad_record_beside_its_neighbours(world: World) -> None:
    room = world.server.room()
    world.server.say(room, "n0")
    broken = world.server.event("m.room.message", {"msgtype": "m.text", "body": 7})
    world.server.put_in(room, broken)
    world.server.say(room, "n1")
    batches = await polled(world.listener())
    assert texts(batches) == ["n0", "n1"]
    (letter,) = [letter for batch in batches for letter in batch.bad]
    assert broken["event_id"] in letter.record
    assert sum(batch.fetched for batch in batches) == 3


async def test_an_event_that_comes_twice_is_one_post(world: World) -> None:
    room = world.server.room()
    event = world.server.say(room, "n0")
    world.server.put_in(room, event)
    assert texts(await polled(world.listener())) == ["n0"]


# --- edits and redactions ----------------------------------------------------------------------


async def test_an_edit_in_the_same_answer_is_folded(world: World) -> None:
    room = world.server.room()
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    event = world.server.say(room, "befor")
    event_id = event["event_id"]
    world.server.edit(room, {"event_id": event_id, "sender": ANA}, "before")
    (post,) = posts_of(await polled(listener, cursor))
    assert (post.native_id, post.text, post.created_at) == (event_id, "before", START + SECOND)
    assert post.edited_at == START + 2 * SECOND


async def test_an_edit_of_something_forgotten_is_looked_up(world: World) -> None:
    room = world.server.room()
    event = world.server.say(room, "befor")
    cursor = last_cursor(await polled(world.listener()))
    world.server.edit(room, event, "before")
    (post,) = posts_of(await polled(world.listener(), cursor))
    assert (post.native_id, post.text) == (event["event_id"], "before")


async def test_an_edit_before_its_event_waits_for_it(world: World) -> None:
    room = world.server.room()
    cursor = last_cursor(await polled(world.listener()))
    event = world.server.event("m.room.message", {"msgtype": "m.text", "body": "befor"})
    world.server.edit(room, event, "before")
    listener = world.listener()
    batches = await polled(listener, cursor)
    assert texts(batches) == []
    event["order"] = world.server.event("m.x", {})["order"]
    world.server.put_in(room, event)
    later = await polled(listener, last_cursor(batches))
    assert texts(later) == ["before"]


async def test_nobody_edits_the_words_of_somebody_else(world: World) -> None:
    room = world.server.room()
    listener = world.listener()
    event = world.server.say(room, "mine")
    cursor = last_cursor(await polled(listener))
    world.server.edit(room, event, "yours", by=BEN)
    assert texts(await polled(listener, cursor)) == []
    assert texts(await polled(world.listener(), cursor)) == []


@pytest.mark.parametrize("newer", [True, False])
async def test_a_redaction_is_a_deletion(world: World, newer: bool) -> None:
    room = world.server.room()
    event = world.server.say(room, "oops")
    cursor = last_cursor(await polled(world.listener()))
    world.server.redact(room, event, newer=newer)
    (batch,) = await polled(world.listener(), cursor)
    assert batch.deletions == (Deletion("matrix", event["event_id"]),)


async def test_a_redaction_before_its_event_is_a_deletion_too(world: World) -> None:
    room = world.server.room()
    event = world.server.event("m.room.message", {"msgtype": "m.text", "body": "oops"})
    world.server.put_in(room, world.server.event("m.room.redaction", {}, redacts="$event1"))
    event["order"] = world.server.event("m.x", {})["order"]
    world.server.put_in(room, event)
    batches = await polled(world.listener())
    assert [one for batch in batches for one in batch.deletions] == [Deletion("matrix", "$event1")]


async def test_what_was_redacted_long_ago_is_no_post(world: World) -> None:
    room = world.server.room()
    world.server.redact(room, world.server.say(room, "oops"))
    batches = await polled(world.listener())
    assert (texts(batches), sum(len(b.bad) for b in batches)) == ([], 0)
    assert {one for batch in batches for one in batch.deletions} == {Deletion("matrix", "$event1")}


async def test_taking_an_edit_back_gives_the_words_before_it(world: World) -> None:
    room = world.server.room()
    listener = world.listener()
    event = world.server.say(room, "first")
    edit = world.server.edit(room, event, "second")
    cursor = last_cursor(await polled(listener))
    del event["unsigned"]
    world.server.redact(room, edit)
    (batch,) = await polled(listener, cursor)
    assert (texts([batch]), batch.deletions) == (["first"], ())


# --- what belongs together ---------------------------------------------------------------------


async def test_threads_answers_and_runs_have_one_root(world: World) -> None:
    server, room = world.server, world.server.room()
    first = server.say(room, "hello")
    second = server.say(room, "Kerlann is down")
    other = server.say(room, "same here", by=BEN)
    answer = server.say(room, "looking", by=ME, answers=second)
    threaded = server.say(room, "more", by=BEN, thread=first, answers=other, falls_back=True)
    again = server.say(room, "thanks")
    found = {post.native_id: post for post in posts_of(await polled(world.listener()))}
    root = first["event_id"]
    assert found[root].root_id is None
    assert found[second["event_id"]].root_id == root
    assert found[other["event_id"]].root_id is None
    assert found[answer["event_id"]].root_id == root
    assert found[answer["event_id"]].parent_id == second["event_id"]
    assert found[answer["event_id"]].parent_author_key == ANA
    assert found[threaded["event_id"]].root_id == root
    assert found[threaded["event_id"]].parent_id == root
    assert found[again["event_id"]].root_id is None


async def test_a_run_goes_on_over_a_restart_and_ends_after_ten_minutes(world: World) -> None:
    server, room = world.server, world.server.room()
    first = server.say(room, "hello")
    cursor = last_cursor(await polled(world.listener()))
    server.say(room, "still me")
    server.now = Micros(server.now + 11 * MINUTE)
    server.say(room, "me again")
    posts = posts_of(await polled(world.listener(), cursor))
    assert [post.root_id for post in posts] == [first["event_id"], None]


async def test_a_thread_runs_beside_what_is_said_in_the_room(world: World) -> None:
    server, room = world.server, world.server.room()
    root = server.say(room, "hello", by=BEN)
    first = server.say(room, "Kerlann is down")
    server.say(room, "hello yourself", by=BEN, thread=root)
    server.say(room, "it says error 5")
    posts = posts_of(await polled(world.listener()))
    assert posts[-1].root_id == first["event_id"]


async def test_a_private_room_is_one_exchange_until_it_falls_silent(world: World) -> None:
    server = world.server
    room = server.room(members=2, public=False)
    server.say(room, "hi")
    server.say(room, "hello", by=ME)
    server.now = Micros(server.now + 29 * DAY)
    world.now = Micros(server.now + MINUTE)
    late = server.say(room, "hi again")
    answer = server.say(room, "welcome back", by=ME)
    posts = posts_of(await polled(world.listener()))
    anew = f"{room} {late['event_id']}"
    assert [post.root_id for post in posts] == [room, room, anew, anew]
    assert [post.addressed for post in posts] == [True, False, True, False]
    assert all(post.private for post in posts)
    assert answer["event_id"] == posts[-1].native_id


@pytest.mark.parametrize(
    ("members", "public", "direct", "private"),
    [(2, False, False, True), (2, True, False, False), (3, False, False, False),
     (3, False, True, True), (1, False, False, True)],
)  # fmt: skip
async def test_who_may_hear_says_what_is_private(
    world: World, members: int, public: bool, direct: bool, private: bool
) -> None:
    room = world.server.room(members=members, public=public)
    if direct:
        world.server.direct = {ANA: [room]}
    world.server.say(room, "hi")
    (post,) = posts_of(await polled(world.listener()))
    assert post.private is private


async def test_what_is_said_to_us_is_addressed(world: World) -> None:
    server, room = world.server, world.server.room()
    ours = server.say(room, "we are here", by=ME)
    server.say(room, "nice", by=BEN)
    pill = f'<a href="https://matrix.to/#/{ME}">hubbub</a>: hey'
    cases: list[tuple[dict[str, Any], bool]] = [
        ({"m.mentions": {"user_ids": [ME]}}, True),
        ({"format": "org.matrix.custom.html", "formatted_body": pill}, True),
        ({"m.mentions": {"user_ids": [BEN]}}, False),
        ({"m.mentions": {"room": True}}, False),
    ]
    for content, _ in cases:
        server.say(room, "hey", **content)
    server.say(room, f"{ME} hey")
    server.say(room, "hey", answers=ours)
    posts = posts_of(await polled(world.listener()))[2:]
    assert [post.addressed for post in posts] == [*(wanted for _, wanted in cases), True, True]
    assert posts[2].mentions == (BEN,)


async def test_our_own_words_are_ours_without_a_configured_handle(world: World) -> None:
    room = world.server.room()
    world.server.say(room, "hello", by=ME)
    (post,) = posts_of(await polled(world.listener()))
    assert (post.own, post.addressed) == (True, False)


async def test_in_our_own_rooms_everybody_speaks_to_us(world: World) -> None:
    server, room = world.server, world.server.room()
    asked = server.say(room, "how do I?")
    server.say(room, "like this", by=BEN, answers=asked)
    posts = posts_of(await polled(world.listener(ours=True)))
    assert [post.addressed for post in posts] == [True, False]


# --- rooms -------------------------------------------------------------------------------------


async def test_only_the_rooms_asked_for_are_heard(world: World) -> None:
    server = world.server
    help_room, other = server.room("#help:hs.example"), server.room("#other:hs.example")
    third = server.room()
    for room in (help_room, other, third):
        server.say(room, f"in {room}")
    listener = world.listener(f"#help:hs.example, {third}")
    batches = await polled(listener)
    assert texts(batches) == [f"in {help_room}", f"in {third}"]
    server.say(other, "not this")
    server.say(third, "but this")
    assert texts(await polled(listener, last_cursor(batches))) == ["but this"]


async def test_a_room_is_joined_only_where_that_is_allowed(world: World) -> None:
    server = world.server
    room = server.room("#help:hs.example", joined=False)
    server.say(room, "hello")
    error = await refused(world.listener("#help:hs.example"))
    assert error.state is SourceState.BLOCKED
    assert ME in str(error)
    assert "#help:hs.example" in str(error)
    assert not server.rooms[room]["joined"]
    assert texts(await polled(world.listener("#help:hs.example", join=True))) == ["hello"]
    assert server.rooms[room]["joined"]


async def test_a_room_that_lets_nobody_in_is_told_beside_those_that_are_heard(
    world: World,
) -> None:
    server = world.server
    room = server.room("#help:hs.example")
    server.room("#shut:hs.example", joined=False, public=False)
    sealed = server.room("#sealed:hs.example", encrypted=True)
    server.say(room, "hello")
    server.put_in(sealed, server.event("m.room.encrypted", {"algorithm": "m.megolm.v1.aes-sha2"}))
    listener = world.listener("#help:hs.example,#shut:hs.example,#sealed:hs.example", join=True)
    batches = await polled(listener)
    assert texts(batches) == ["hello"]
    (told,) = gaps(batches)
    assert "#shut:hs.example" in told
    assert "#sealed:hs.example" in told
    cursor = last_cursor(batches)
    assert gaps(await polled(world.listener(
        "#help:hs.example,#shut:hs.example,#sealed:hs.example"), cursor)) == []  # fmt: skip


async def test_encrypted_rooms_are_told_in_one_sentence(world: World) -> None:
    for name in ("a", "b", "c", "d"):
        world.server.room(f"#{name}:hs.example", encrypted=True)
    (told,) = gaps(await polled(world.listener()))
    assert "encrypted" in told
    assert "+1" in told


async def test_an_invitation_is_taken_up_while_streaming(world: World) -> None:
    server = world.server
    room = server.room("#help:hs.example")
    late = server.room("#late:hs.example", joined=False, public=False)
    listener = world.listener("#help:hs.example,#late:hs.example", join=True)
    batches = await polled(listener)
    assert len(gaps(batches)) == 1
    server.invited.add(late)
    stream = listener.stream(last_cursor(batches))
    assert stream is not None
    found: list[str] = []
    async with aclosing(stream) as live:
        server.say(room, "n0")
        found += texts([await anext(live)])
        server.say(late, "n1")
        while "n1" not in found:
            found += texts([await anext(live)])
    assert found == ["n0", "n1"]


@pytest.mark.parametrize("what", ["help", "@ana:hs.example", "#help"])
async def test_what_is_no_room_is_said(world: World, what: str) -> None:
    world.server.room()
    error = await refused(world.listener(what))
    assert "#name:server" in str(error)


async def test_an_account_without_rooms_says_so(world: World) -> None:
    assert ME in str(await refused(world.listener()))


async def test_people_without_a_name_are_asked_for_once(world: World) -> None:
    server, room = world.server, world.server.room()
    for number in range(3):
        server.say(room, f"n{number}", by="@cleo:hs.example")
    posts = posts_of(await polled(world.listener()))
    assert [post.author.name for post in posts] == ["", "", ""]
    assert len(server.asked(f"{API}/profile/@cleo:hs.example")) == 1


async def test_after_a_long_absence_an_answer_may_be_large(world: World) -> None:
    room = world.server.room()
    world.server.say(room, "n0")
    cursor = last_cursor(await polled(world.listener()))
    long = "word " * 12_000
    rooms = [world.server.room() for _ in range(8)]
    for number in range(200):
        world.server.say(rooms[number % 8], f"{number} {long}")
    assert len(posts_of(await polled(world.listener(), cursor))) == 200


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "state", "word"),
    [
        (401, "M_UNKNOWN_TOKEN", SourceState.NEEDS_TOKEN, "access token"),
        (401, "M_MISSING_TOKEN", SourceState.NEEDS_TOKEN, "access token"),
        (403, "M_USER_DEACTIVATED", SourceState.NEEDS_TOKEN, "closed this account"),
        (403, "M_CONSENT_NOT_GIVEN", SourceState.NEEDS_TOKEN, "terms"),
        (403, "M_FORBIDDEN", SourceState.BLOCKED, "let the account in"),
        (404, "M_UNRECOGNIZED", SourceState.FAILING, "base_url"),
        (429, "M_LIMIT_EXCEEDED", SourceState.RATE_LIMITED, "slow down"),
        (500, "M_UNKNOWN", SourceState.FAILING, "trouble"),
    ],
)
async def test_every_refusal_is_said_in_words(
    world: World, status: int, code: str, state: SourceState, word: str
) -> None:
    world.server.room()
    world.server.on(SYNC, refusal(status, code, "No"))
    error = await refused(world.listener())
    assert error.state is state
    assert word in str(error)
    assert "s3cret" not in str(error)


async def test_a_limit_says_until_when(world: World) -> None:
    world.server.room()
    world.server.on(SYNC, refusal(429, "M_LIMIT_EXCEEDED", "Slow", retry_after_ms=42_000))
    error = await refused(world.listener())
    assert error.until == world.now + 42 * SECOND


async def test_without_a_token_nothing_is_asked(world: World) -> None:
    error = await refused(world.listener(token=False))
    assert error.state is SourceState.NEEDS_TOKEN
    assert world.server.requests == []


@pytest.mark.parametrize("body", ["[]", "{}", '{"next_batch": 3}'])
async def test_an_answer_that_is_no_sync_keeps_the_place(world: World, body: str) -> None:
    world.server.room()
    world.server.on(SYNC, body_reply(body.encode(), "application/json"))
    assert (await refused(world.listener())).state is SourceState.FORMAT_CHANGED


@pytest.mark.parametrize(
    "join", [[], {"!r:x": None}, {"!r:x": {"timeline": []}}, {"!r:x": {"timeline": {"events": 3}}}]
)
async def test_odd_rooms_break_nothing(world: World, join: object) -> None:
    room = world.server.room()
    world.server.say(room, "n0")
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    world.server.on(
        SYNC, world.server.answer, json_reply({"next_batch": "s9", "rooms": {"join": join}})
    )
    assert texts(await polled(listener, cursor)) == []


# --- threads on demand -------------------------------------------------------------------------


async def test_a_thread_gives_what_is_around_a_message(world: World) -> None:
    server, room = world.server, world.server.room()
    server.room()
    first = server.say(room, "is it down?")
    middle = server.say(room, "yes", by=BEN, thread=first)
    last = server.say(room, "thanks", thread=first)
    batch = await world.listener().thread([last["event_id"], "$nowhere"])
    names = [event["event_id"] for event in (first, middle, last)]
    assert [post.native_id for post in batch.posts] == names
    assert [post.root_id for post in batch.posts] == [None, names[0], names[0]]


async def test_a_thread_tells_what_was_taken_back(world: World) -> None:
    server, room = world.server, world.server.room()
    event = server.say(room, "oops")
    answer = server.say(room, "what?", by=BEN, answers=event)
    server.redact(room, event)
    batch = await world.listener().thread([event["event_id"], answer["event_id"]])
    assert batch.deletions == (Deletion("matrix", event["event_id"]),)
    assert [post.parent_id for post in batch.posts] == [event["event_id"]]
