"""Reading Discord: every message once, edits and deletions seen later, closed doors respected."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import aclosing

import pytest

from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, HOUR, SECOND, Batch, Deletion, Micros, Post, SourceState
from listeners.networks.contract import Historical, SourceError
from listeners.networks.discord.listener import DiscordListener
from listeners.secret import Secret
from tests.fake.discord import API, START, TOKEN, FakeDiscord, refusal
from tests.fake.http_server import Reply, body_reply, json_reply, reset_in_body, status_reply
from tests.fake.official import DISCORD, discord_faults

BRAND = BrandConfig(name="Kerlann", handles={"discord": ("kerlann_team",)})


class World:
    """A server, a fetcher and a clock that the tests move."""

    def __init__(self, server: FakeDiscord, fetch: Fetcher) -> None:
        self.server = server
        self.fetch = fetch
        self.messages = f"{API}/channels/{server.general['id']}/messages"

    @property
    def now(self) -> Micros:
        return Micros(self.server.now * SECOND)

    def later(self, micros: int) -> None:
        self.server.now += micros // SECOND

    def listener(self, what: str = "", *, token: bool = True, **options: object) -> DiscordListener:
        source = SourceConfig(
            network="discord",
            what=what,
            base_url=self.server.base,
            token=Secret("env:BOT_TOKEN") if token else None,
            options=options,
        )
        return DiscordListener(source, [BRAND], self.fetch, lambda: self.now)


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    async with FakeDiscord() as server:
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(server, fetch))
            yield made[0]


async def polled(listener: DiscordListener, cursor: str | None = None) -> list[Batch]:
    async with aclosing(listener.poll(cursor)) as batches:
        return [batch async for batch in batches]


def posts_of(batches: Iterable[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


def texts(batches: Iterable[Batch]) -> list[str]:
    return [post.text for post in posts_of(batches)]


def last_cursor(batches: Iterable[Batch], before: str | None = None) -> str | None:
    return next((b.cursor for b in reversed(list(batches)) if b.cursor), before)


async def failed(listener: DiscordListener, cursor: str | None = None) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await polled(listener, cursor)
    return caught.value


# --- what is said --------------------------------------------------------------------------------


async def test_a_message_and_an_answer(world: World) -> None:
    first = world.server.say("Is kerlann down? https://kerlann.example/x")
    world.server.say("No", by="bob", to=first, reactions=[{"count": 3, "emoji": {"name": "a"}}])
    one, two = posts_of(await polled(world.listener()))
    where = world.server.general["id"]
    assert one.native_id == f"{where}/{first['id']}"
    address = f"https://discord.com/channels/{world.server.guild}/{where}/{first['id']}"
    assert (one.url, one.links) == (address, ("https://kerlann.example/x",))
    assert (one.author.handle, one.author.name, one.author.automated) == ("ana", "Ana", False)
    assert one.created_at == (START + 60) * SECOND
    assert (one.parent_id, one.root_id, one.addressed, one.private) == (None, None, False, False)
    assert (two.parent_id, two.root_id) == (one.native_id, one.native_id)
    assert (two.parent_author_key, two.engagement.likes) == (one.author.key, 3)


async def test_what_is_to_us(world: World) -> None:
    server = world.server
    server.say("hello")
    ours = server.say("We look into it", by="kerlann_bot")
    server.say("thank you", to=ours)
    server.say(f"<@{ours['author']['id']}> well?", by="bob", mentions=[ours["author"]])
    other = server.say("I think so", by="cy")
    server.say("me too", by="dan", to=other)
    posts = posts_of(await polled(world.listener()))
    assert [post.addressed for post in posts] == [False, False, True, True, False, False]
    assert [post.own for post in posts] == [False, True] + 4 * [False]
    assert posts[3].text == "@Kerlann well?"
    again = posts_of(await polled(world.listener(ours=True)))
    assert [post.addressed for post in again] == [True, False, True, True, True, False]


async def test_threads_and_forum_posts_are_one_conversation_each(world: World) -> None:
    server = world.server
    begins = server.say("kerlann is down")
    thread = server.thread(server.general, "Outage", begins)
    server.say("for me too", by="bob", channel=thread)
    forum = server.channel("help", 15)
    post = server.post(forum, "It sinks", "Every day")
    server.say("Here too", by="bob", channel=post)
    posts = {post.text: post for post in posts_of(await polled(world.listener()))}
    root = f"{server.general['id']}/{begins['id']}"
    assert posts["kerlann is down"].native_id == root
    assert (posts["for me too"].parent_id, posts["for me too"].root_id) == (root, root)
    opened = posts["Every day"]
    assert opened.native_id == f"{post['id']}/{post['id']}"
    assert (opened.title, opened.root_id, opened.parent_id) == ("It sinks", None, None)
    assert posts["Here too"].root_id == posts["Here too"].parent_id == opened.native_id


async def test_what_one_person_says_in_a_row_belongs_together(world: World) -> None:
    for words in ("kerlann", "is", "down"):
        world.server.say(words)
    world.server.say("where?", by="bob")
    one, two, three, four = posts_of(await polled(world.listener()))
    assert (one.root_id, two.root_id, three.root_id) == (None, one.native_id, one.native_id)
    assert four.root_id is None


async def test_bots_webhooks_and_what_only_shows_something(world: World) -> None:
    server = world.server
    server.say("", webhook_id="5", embeds=[{"title": "News", "description": "Kerlann opens",
                                            "url": "https://news.example/1"}])  # fmt: skip
    server.say("", by="bob", attachments=[{"filename": "bill.pdf", "url": "https://cdn/x?ex=1"}])
    server.say("Cy joined", by="cy", type=7)
    one, two = posts_of(await polled(world.listener()))
    assert (one.text, one.links) == ("News\nKerlann opens", ("https://news.example/1",))
    assert (one.author.automated, two.author.automated) == (True, False)
    assert (two.text, two.links) == ("bill.pdf", ())


MARKUP = {
    "<@1> and <@!2>": "@Ana and @2",
    "in <#3>, <@&4>": "in #3, @4",
    "<:wave:5> <a:dance:6>": ":wave: :dance:",
    "at <t:1800000000:R>": "at 2027-01-15 08:00 UTC",
    "</help:7> 1 < 2 > 0": "/help 1 < 2 > 0",
    "<t:999999999999>": "<t:999999999999>",
}


@pytest.mark.parametrize("content", MARKUP)
async def test_markup_is_made_legible(world: World, content: str) -> None:
    world.server.say(content, mentions=[{"id": "1", "username": "ana", "global_name": "Ana"}])
    assert texts(await polled(world.listener())) == [MARKUP[content]]


async def test_only_the_channels_that_are_wanted(world: World) -> None:
    server = world.server
    other = server.channel("other", old=True)
    forum = server.channel("help", 15, old=True)
    server.say("general")
    server.say("other", channel=other)
    server.say("below", channel=server.thread(other, "x"))
    server.post(forum, "t", "forum")
    private = server.channel("", 1, guild_id=None)
    server.say("private", channel=private)
    address = f"https://discord.com/channels/{server.guild}"
    for what, heard in {
        f"server:{server.guild}": {"general", "other", "below", "forum"},
        address: {"general", "other", "below", "forum"},
        other["id"]: {"other", "below"},
        f"{address}/{server.general['id']}, {private['id']}": {"general", "private"},
        forum["id"]: {"forum"},
    }.items():
        posts = posts_of(await polled(world.listener(what)))
        assert {post.text for post in posts} == heard, what
        assert [p.private and p.addressed for p in posts if p.text == "private"] in ([], [True])
    with pytest.raises(SourceError, match="Nothing in what"):
        await polled(world.listener("general"))


# --- resuming ------------------------------------------------------------------------------------


async def test_killed_at_every_page_nothing_is_missed_or_doubled(world: World) -> None:
    cursor = last_cursor(await polled(world.listener()))
    for number in range(250):
        world.server.say(str(number), by=f"p{number % 7}")
    heard: list[str] = []
    for _ in range(3):
        async with aclosing(world.listener().poll(cursor)) as batches:
            batch = await anext(batches)
        heard += texts([batch])
        cursor = batch.cursor
    assert heard == [str(number) for number in range(250)]
    assert posts_of(await polled(world.listener(), cursor)) == []


async def test_a_first_reading_takes_the_newest_and_calls_the_old_ones_history(
    world: World,
) -> None:
    world.server.step = 3600
    for number in range(120):
        world.server.say(str(number), by=f"p{number % 7}")
    posts = posts_of(await polled(world.listener()))
    assert [post.text for post in posts] == [str(number) for number in range(20, 120)]
    assert (posts[0].history, posts[-1].history) == (True, False)


async def test_a_channel_made_since_is_read_from_its_beginning(world: World) -> None:
    cursor = last_cursor(await polled(world.listener()))
    world.later(HOUR)
    fresh = world.server.channel("fresh")
    for number in range(130):
        world.server.say(str(number), channel=fresh, by=f"p{number % 7}")
    assert len(posts_of(await polled(world.listener(), cursor))) == 130


async def test_a_quiet_channel_costs_nothing(world: World) -> None:
    gone = world.server.say("hello")
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    asked = len(world.server.asked(world.messages))
    assert posts_of(await polled(listener, cursor)) == []
    assert len(world.server.asked(world.messages)) == asked
    newest = world.server.say("soon gone")
    world.server.messages.remove(newest)
    for _ in range(3):
        assert posts_of(await polled(listener, cursor)) == []
    assert len(world.server.asked(world.messages)) == asked + 1
    assert gone["content"] == "hello"


@pytest.mark.parametrize("cursor", ["7", "[]", '{"began": "x"}', '{"began":1}'])
async def test_an_illegible_cursor_is_a_gap_and_a_beginning(world: World, cursor: str) -> None:
    world.server.say("hello")
    batches = await polled(world.listener(), cursor)
    assert batches[0].gap
    assert texts(batches) == ["hello"]


async def test_one_bad_message_spoils_no_other(world: World) -> None:
    world.server.say("one")
    world.server.say("", by="bob", author={"id": 7})
    world.server.say("two")
    listener = world.listener()
    batches = await polled(listener)
    assert (texts(batches), sum(len(b.bad) for b in batches)) == (["one", "two"], 1)
    assert await polled(listener, last_cursor(batches)) == []


# --- edits, deletions, threads -------------------------------------------------------------------


async def test_edits_and_deletions_are_seen_within_the_hour(world: World) -> None:
    first = world.server.say("kerlan is down")
    second = world.server.say("no", by="bob")
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    world.server.edit(first, "kerlann is down")
    world.server.messages.remove(second)
    assert await polled(listener, cursor) == []
    world.later(HOUR)
    [batch] = await polled(listener, cursor)
    [post] = batch.posts
    where = world.server.general["id"]
    assert (post.native_id, post.text) == (f"{where}/{first['id']}", "kerlann is down")
    assert post.edited_at == world.now - HOUR
    assert batch.deletions == (Deletion("discord", f"{where}/{second['id']}"),)
    world.later(HOUR)
    assert await polled(listener, batch.cursor) == []


async def test_old_messages_beyond_a_page_are_not_called_deleted(world: World) -> None:
    for number in range(150):
        world.server.say(str(number), by=f"p{number % 7}")
        if number == 80:
            listener = world.listener()
            cursor = last_cursor(await polled(listener))
    for _ in range(2):
        world.later(HOUR)
        batches = await polled(listener, cursor)
        assert not any(batch.deletions for batch in batches)
        cursor = last_cursor(batches, cursor)
    assert len(world.server.asked(world.messages)) == 4


async def test_a_thread_is_read_around_a_message_and_what_is_gone_is_told(world: World) -> None:
    server = world.server
    begins = server.say("kerlann?")
    answer = server.say("yes", by="bob", to=begins)
    thread = server.thread(server.general, "x", server.say("in a thread"))
    inside = server.say("inside", by="cy", channel=thread)
    server.say("also inside", by="dan", channel=thread)
    listener = world.listener()
    await polled(listener)
    where = server.general["id"]
    asked = [f"{where}/{answer['id']}", f"{thread['id']}/{inside['id']}", f"{where}/77", "odd"]
    batch = await listener.thread(asked)
    assert {post.text for post in batch.posts} == {"kerlann?", "yes", "inside", "also inside"}
    assert batch.deletions == (Deletion("discord", f"{where}/77"),)
    server.closed.add(where)
    assert await listener.thread(asked[:1]) == Batch()


async def test_a_message_is_the_same_read_by_whatever_way(world: World) -> None:
    server = world.server
    forum = server.channel("help", 15, old=True)
    post = server.post(forum, "It sinks", "Kerlann sinks")
    below = server.say("Kerlann too", by="bob", channel=post)
    thread = server.thread(server.general, "x", server.say("why"))
    inside = server.say("Kerlann?", by="cy", channel=thread)

    def shapes(posts: Iterable[Post]) -> dict[str, tuple[object, ...]]:
        return {p.native_id: (p.root_id, p.parent_id, p.url, p.title) for p in posts
                if "erlann" in p.text}  # fmt: skip

    polled_ones = shapes(posts_of(await polled(world.listener())))
    asked = [f"{post['id']}/{below['id']}", f"{thread['id']}/{inside['id']}"]
    assert shapes((await world.listener().thread(asked)).posts) == polled_ones
    assert shapes(posts_of(await polled(world.listener(search=True)))) == polled_ones
    assert len(polled_ones) == 3


# --- search and history --------------------------------------------------------------------------


async def test_searching_instead_of_reading_everything(world: World) -> None:
    for number in range(60):
        world.server.say(f"Kerlann {number}", by=f"p{number % 7}")
        world.server.say("other things")
    listener = world.listener(search=True)
    batches = await polled(listener)
    assert texts(batches) == [f"Kerlann {number}" for number in range(35, 60)]
    assert not world.server.asked(world.messages)
    for number in range(60, 130):
        world.server.say(f"kerlann {number}", by=f"p{number % 7}")
    cursor = last_cursor(batches)
    heard = texts(await polled(world.listener(search=True), cursor))
    assert heard == [f"kerlann {number}" for number in range(60, 130)]
    world.server.indexing = True
    error = await failed(listener, cursor)
    assert (error.state, error.until) == (SourceState.RATE_LIMITED, world.now + 2 * SECOND)


async def test_history_goes_back_from_the_newest_and_resumes(world: World) -> None:
    for number in range(70):
        world.server.say(f"Kerlann {number}", by=f"p{number % 7}")
    listener = world.listener()
    assert isinstance(listener, Historical)
    since = Micros((START + 60 * 11) * SECOND)
    heard: list[str] = []
    place: str | None = None
    for _ in range(3):  # the process ends after each answer
        async with aclosing(world.listener().history(BRAND, since, place)) as batches:
            batch = await anext(batches)
        assert all(post.history for post in batch.posts)
        heard += texts([batch])
        place = batch.cursor
    assert heard == [f"Kerlann {number}" for number in range(69, 9, -1)]
    async with aclosing(listener.history(BRAND, since, place)) as batches:
        assert posts_of([batch async for batch in batches]) == []


# --- refusals ------------------------------------------------------------------------------------


def wrong_token(world: World) -> None:
    world.server.on(f"{API}/users/@me", refusal(401, 0, "401: Unauthorized"))


def nowhere(world: World) -> None:
    world.server.guild = ""


def blind(world: World) -> None:
    world.server.blind = True


def answers(*replies: Reply) -> Callable[[World], None]:
    return lambda world: world.server.on(world.messages, *replies)


LIMITED = {"retry-after": "65", "x-ratelimit-scope": "global", "x-ratelimit-global": "true"}
REFUSED = [
    (wrong_token, SourceState.NEEDS_TOKEN, "reset the token"),
    (nowhere, SourceState.FAILING, "in no Discord server"),
    (blind, SourceState.NEEDS_TOKEN, "Message Content Intent"),
    (answers(Reply(429, b'{"message": "x", "retry_after": 64.57, "global": true}', LIMITED)),
     SourceState.RATE_LIMITED, "slow down"),
    (answers(body_reply(b"<html>error code: 1015", "text/html", 403)), SourceState.BLOCKED, ""),
    (answers(status_reply(502, b"<html>")), SourceState.FAILING, "trouble"),
    (answers(json_reply({"odd": 1})), SourceState.FORMAT_CHANGED, "base_url"),
    (answers(body_reply(b"<html><body>log in", "text/html")), SourceState.FAILING, "web page"),
    (answers(reset_in_body()), SourceState.FAILING, ""),
]  # fmt: skip


@pytest.mark.parametrize(("happens", "state", "words"), REFUSED)
async def test_refusals_in_words_and_the_place_is_kept(
    world: World, happens: Callable[[World], None], state: SourceState, words: str
) -> None:
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    for text in ("one", "two", "three"):
        world.server.say(text)
    happens(world)
    listener = world.listener()
    error = await failed(listener, cursor)
    assert error.state is state
    assert words in str(error)
    if error.until is not None and state is SourceState.RATE_LIMITED:
        assert error.until == world.now + 65 * SECOND


async def test_with_the_intent_an_empty_message_is_just_empty(world: World) -> None:
    world.server.say("")
    world.server.flags = 1 << 18
    assert texts(await polled(world.listener())) == [""]


async def test_once_the_intent_is_there_nothing_was_passed_by(world: World) -> None:
    cursor = last_cursor(await polled(world.listener()))
    world.server.say("kerlann")
    world.server.blind = True
    await failed(world.listener(), cursor)
    world.server.blind = False
    assert texts(await polled(world.listener(), cursor)) == ["kerlann"]


async def test_a_closed_channel_is_asked_once_a_day_and_keeps_nobody_waiting(world: World) -> None:
    closed = world.server.channel("staff", old=True)
    world.server.closed.add(closed["id"])
    path = f"{API}/channels/{closed['id']}/messages"
    listener = world.listener()
    cursor = None
    for number in range(5):
        world.server.say(str(number))
        world.server.say("secret", channel=closed)
        batches = await polled(listener, cursor)
        assert texts(batches) == [str(number)]
        assert not any(batch.gap for batch in batches)
        cursor = last_cursor(batches)
    assert len(world.server.asked(path)) == 1
    world.server.closed.clear()
    world.later(DAY + HOUR)
    assert "secret" in texts(await polled(listener, cursor))


async def test_a_channel_that_was_named_and_closes_is_told(world: World) -> None:
    other = world.server.channel("other", old=True)
    listener = world.listener(f"{world.server.general['id']}, {other['id']}")
    cursor = last_cursor(await polled(listener))
    world.server.closed.add(other["id"])
    gaps = [batch.gap for batch in await polled(listener, cursor) if batch.gap]
    assert [gap.reason.values["said"] for gap in gaps] == ["Missing Access"]
    assert not [batch.gap for batch in await polled(listener, cursor) if batch.gap]


async def test_a_full_bucket_is_waited_for_and_other_routes_go_on(world: World) -> None:
    for number in range(150):
        world.server.say(str(number), by=f"p{number % 7}")
    cursor = last_cursor(await polled(world.listener()))
    for number in range(150):
        world.server.say(str(number), by=f"p{number % 7}")
    full = {"x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "0.02",
            "x-ratelimit-bucket": "abcd"}  # fmt: skip
    found = world.server.messages[150:]
    pages = [found[99::-1], found[:99:-1]]
    replies = [json_reply(page) for page in pages]
    world.server.on(world.messages, *(Reply(200, one.body, {**one.headers, **full})
                                      for one in replies))  # fmt: skip
    assert len(texts(await polled(world.listener(), cursor))) == 150
    long = Reply(200, replies[0].body, {**replies[0].headers, **full,
                                        "x-ratelimit-reset-after": "60"})  # fmt: skip
    world.server.on(world.messages, long)
    error = await failed(world.listener(), cursor)
    assert (error.state, error.unsent) == (SourceState.RATE_LIMITED, True)


async def test_without_a_token_nothing_is_asked(world: World) -> None:
    assert (await failed(world.listener(token=False))).state is SourceState.NEEDS_TOKEN
    assert world.server.requests == []


@pytest.mark.skipif(not DISCORD.exists(), reason="no OpenAPI document: set HUBBUB_RECORDED")
async def test_every_request_is_as_discords_openapi_documents_it(world: World) -> None:
    world.server.say("kerlann")
    world.server.blind = True
    listener = world.listener(f"server:{world.server.guild}, {world.server.general['id']}")
    await failed(listener)
    world.server.blind = False
    cursor = last_cursor(await polled(world.listener()))
    first = world.server.say("kerlann again")
    await polled(world.listener(), cursor)
    await listener.thread([f"{world.server.general['id']}/{first['id']}"])
    cursor = last_cursor(await polled(world.listener(search=True)))
    await polled(world.listener(search=True), cursor)
    async with aclosing(listener.history(BRAND, Micros(0), None)) as batches:
        await anext(batches)
    assert {request.method for request in world.server.requests} == {"GET"}
    assert len({request.path for request in world.server.requests}) >= 8
    for request in world.server.requests:
        assert discord_faults(request) == []
        assert request.headers["user-agent"].startswith("DiscordBot (https://")
