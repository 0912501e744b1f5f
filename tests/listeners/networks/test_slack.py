"""Reading Slack: every message and answer once, edits and deletions seen, refusals in words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, SECOND, Batch, Deletion, Micros, Post, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError
from listeners.networks.slack import listener as slack_module
from listeners.networks.slack.decode import read_message, time_of, ts_at
from listeners.networks.slack.listener import SlackListener
from listeners.networks.slack.text import escaped, legible, links_of, unescaped
from listeners.secret import Secret
from tests.fake.http_server import status_reply
from tests.fake.slack import BOT, GENERAL, START, TOKEN, FakeSlack

BRAND = BrandConfig(name="Kerlann")


class World:
    """A workspace, a fetcher and a clock that the tests move."""

    def __init__(self, server: FakeSlack, fetch: Fetcher) -> None:
        self.server = server
        self.fetch = fetch

    @property
    def now(self) -> Micros:
        return Micros(self.server.now * SECOND)

    def listener(self, what: str = "", *, token: bool = True, **options: object) -> SlackListener:
        source = SourceConfig(
            network="slack",
            what=what,
            base_url=self.server.base,
            token=Secret("env:SLACK_TOKEN") if token else None,
            options=options,
        )
        return SlackListener(source, [BRAND], self.fetch, lambda: self.now)

    def asked(self, method: str) -> int:
        return len(self.server.asked(f"/api/{method}"))


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("SLACK_TOKEN", TOKEN)
    async with FakeSlack() as server:
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(server, fetch))
            yield made[0]


async def polled(listener: SlackListener, cursor: str | None = None) -> list[Batch]:
    async with aclosing(listener.poll(cursor)) as batches:
        return [batch async for batch in batches]


def posts_of(batches: Iterable[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


def texts(batches: Iterable[Batch]) -> list[str]:
    return [post.text for post in posts_of(batches)]


def gone(batches: Iterable[Batch]) -> list[str]:
    return [one.native_id for batch in batches for one in batch.deletions]


def last_cursor(batches: Iterable[Batch], before: str | None = None) -> str | None:
    return next((b.cursor for b in reversed(list(batches)) if b.cursor), before)


async def failed(listener: SlackListener, cursor: str | None = None) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await polled(listener, cursor)
    return caught.value


async def test_a_message_and_an_answer(world: World) -> None:
    first = world.server.say("Is <https://kerlann.example/x|kerlann> down? <@U0BOB> &amp; co")
    world.server.say("No", by="bob", to=first, reactions=[{"name": "a", "count": 3}])
    one, two = posts_of(await polled(world.listener()))
    assert one.native_id == f"{GENERAL}/{first['ts']}"
    assert one.text == "Is kerlann (https://kerlann.example/x) down? @Bob & co"
    assert (one.links, one.mentions) == (("https://kerlann.example/x",), ("U0BOB",))
    folder = f"https://kerlann.slack.example/archives/{GENERAL}"
    assert one.url == f"{folder}/p{first['ts'].replace('.', '')}"
    assert (one.author.handle, one.author.name, one.author.key) == ("ana", "Ana", "U0ANA")
    assert one.created_at == (START + 60) * SECOND + 1
    assert (one.parent_id, one.root_id, one.addressed, one.private) == (None, None, False, False)
    assert (two.parent_id, two.root_id) == (one.native_id, one.native_id)
    assert two.url.endswith(f"?thread_ts={first['ts']}&cid={GENERAL}")
    assert (two.parent_author_key, two.engagement.likes) == ("U0ANA", 3)


async def test_what_is_to_us(world: World) -> None:
    server = world.server
    ours = server.say("We are back", by="hubbub")
    server.say("thank you", to=ours)
    server.say(f"<@{BOT}> well?", by="bob")
    asked = server.say("I think so", by="cy")
    server.say("me too", by="bob", to=asked)
    posts = posts_of(await polled(world.listener()))
    told = {post.text: (post.addressed, post.own) for post in posts}
    assert told == {
        "We are back": (False, True),
        "thank you": (True, False),
        "@Hubbub well?": (True, False),
        "I think so": (False, False),
        "me too": (False, False),
    }
    ours_too = posts_of(await polled(world.listener(ours=True)))
    assert {post.text for post in ours_too if post.addressed} >= {"thank you", "I think so"}


async def test_only_the_news_comes_again(world: World) -> None:
    server = world.server
    first = server.say("one")
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    assert await polled(listener, cursor) == []
    server.say("two", by="bob")
    server.say("below one", by="cy", to=first)
    batches = await polled(listener, cursor)
    assert "two" in texts(batches)
    assert "below one" in texts(batches)
    cursor = last_cursor(batches, cursor)
    assert texts(await polled(listener, cursor)) == []
    people = world.asked("users.info")
    await polled(listener, cursor)
    assert world.asked("users.info") == people, "names are asked for once"


async def test_edits_and_deletions_are_seen(world: World) -> None:
    server = world.server
    one, two, three = server.say("one"), server.say("two"), server.say("three")
    below = server.say("below", by="bob", to=three)
    server.say("below too", by="cy", to=three)
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    server.edit(two, "two, rather")
    server.delete(one)
    server.delete(below)
    batches = await polled(listener, cursor)
    assert "two, rather" in texts(batches)
    # The oldest of a page cannot be told from one that lies below it.
    assert gone(batches) == [f"{GENERAL}/{below['ts']}"]
    assert next(post for post in posts_of(batches) if post.text == "two, rather").edited_at
    server.delete(three)
    assert gone(await polled(listener, last_cursor(batches, cursor))) == [
        f"{GENERAL}/{three['ts']}"
    ]
    assert gone(await polled(listener, cursor)) == []


async def test_a_long_absence_is_read_in_order_page_by_page(world: World) -> None:
    server = world.server
    server.say("before")
    server.step = 1
    cursor = last_cursor(await polled(world.listener()))
    for number in range(250):
        server.say(f"n{number}")
    batches = await polled(world.listener(), cursor)
    assert [one for one in texts(batches) if one != "before"] == [f"n{n}" for n in range(250)]
    halfway = next(batch.cursor for batch in batches if "n100" in [p.text for p in batch.posts])
    rest = texts(await polled(world.listener(), halfway))
    assert rest[-1] == "n249"
    assert not any(batch.gap for batch in batches)


async def test_what_lies_too_deep_is_a_gap(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack_module, "MOST_PAGES", 1)
    cursor = last_cursor(await polled(world.listener()))
    world.server.say("before")
    cursor = last_cursor(await polled(world.listener(), cursor), cursor)
    for number in range(201):
        world.server.say(f"n{number}")
    batches = await polled(world.listener(), cursor)
    assert batches[0].gap is not None
    assert len(texts(batches)) == 200


async def test_old_threads_are_left_alone_at_first(world: World) -> None:
    server = world.server
    old = server.say("old")
    server.say("old answer", to=old)
    server.now += 10 * DAY // SECOND
    posts = posts_of(await polled(world.listener()))
    assert [(post.text, post.history) for post in posts] == [("old", True)]


async def test_channels_by_name_and_address_and_what_is_said_alone(world: World) -> None:
    server = world.server
    server.channels += [
        {"id": "C0HELP", "name": "help", "is_im": False},
        {"id": "D0ANA", "is_im": True, "user": "U0ANA"},
    ]
    server.say("in general")
    server.say("in help", channel="C0HELP")
    server.say("alone", channel="D0ANA")
    server.say("alone too", channel="D0ANA")
    assert texts(await polled(world.listener("#help"))) == ["in help"]
    address = "https://kerlann.slack.example/archives/C0HELP"
    assert texts(await polled(world.listener(f"{address}, {GENERAL}"))) == ["in help", "in general"]
    assert "alone" not in texts(await polled(world.listener()))
    alone = [post for post in posts_of(await polled(world.listener(direct=True))) if post.private]
    assert [post.text for post in alone] == ["alone", "alone too"]
    assert all(post.addressed for post in alone)
    assert len({post.root_id for post in alone}) == 1


async def test_a_closed_channel_is_left_alone_and_told_once(world: World) -> None:
    server = world.server
    server.channels.append({"id": "C0HELP", "name": "help", "is_im": False})
    server.say("heard")
    server.shut.add("C0HELP")
    listener = world.listener(f"C0HELP, {GENERAL}")
    batches = await polled(listener)
    assert texts(batches) == ["heard"]
    (gap,) = [batch.gap for batch in batches if batch.gap]
    assert "/invite" in gap.reason.template
    asked = world.asked("conversations.history")
    await polled(listener, last_cursor(batches))
    assert world.asked("conversations.history") == asked + 1


@pytest.mark.parametrize(
    ("error", "state", "words"),
    [
        ("invalid_auth", SourceState.NEEDS_TOKEN, "does not accept"),
        ("token_revoked", SourceState.NEEDS_TOKEN, "does not accept"),
        ("missing_scope", SourceState.NEEDS_TOKEN, "lacks a right"),
        ("token_expired", SourceState.TOKEN_EXPIRED, "expired"),
        ("ratelimited", SourceState.RATE_LIMITED, "no more questions"),
        ("ekm_access_denied", SourceState.BLOCKED, "refuses"),
        ("internal_error", SourceState.FAILING, "in trouble itself"),
    ],
)
async def test_refusals_in_words(world: World, error: str, state: SourceState, words: str) -> None:
    world.server.refuse["conversations.history"] = error
    refused = await failed(world.listener())
    assert refused.state is state
    assert words in refused.sentence.template
    assert TOKEN not in str(refused)


async def test_what_else_goes_wrong(world: World) -> None:
    assert (await failed(world.listener(token=False))).state is SourceState.NEEDS_TOKEN
    world.server.on("/api/auth.test", status_reply(429, retry_after="30"))
    limited = await failed(world.listener())
    assert (limited.state, limited.until) == (SourceState.RATE_LIMITED, world.now + 30 * SECOND)
    world.server.now += 60
    del world.server._scripts["/api/auth.test"]
    world.server.channels.clear()
    assert "no channel yet" in (await failed(world.listener())).sentence.template


async def test_a_bad_record_costs_itself_alone_and_a_lost_place_is_told(world: World) -> None:
    world.server.say("good")
    world.server.say("bad")["user"] = None
    batches = await polled(world.listener())
    assert texts(batches) == ["good"]
    assert len([bad for batch in batches for bad in batch.bad]) == 1
    assert (await polled(world.listener(), "{"))[0].gap is not None


async def test_a_thread_is_read_by_any_of_its_messages(world: World) -> None:
    server = world.server
    first = server.say("first")
    below = server.say("below", by="bob", to=first)
    listener = world.listener()
    batch = await listener.thread([f"{GENERAL}/{below['ts']}", f"{GENERAL}/1.000000", "x/y"])
    assert [post.text for post in batch.posts] == ["first", "below"]
    assert batch.deletions == (Deletion("slack", f"{GENERAL}/1.000000"),)
    server.delete(first)
    batch = await listener.thread([f"{GENERAL}/{first['ts']}"])
    assert batch.deletions == (Deletion("slack", f"{GENERAL}/{first['ts']}"),)
    world.server.refuse["conversations.replies"] = "not_in_channel"
    assert (await listener.thread([f"{GENERAL}/{first['ts']}"])).posts == ()


@pytest.mark.parametrize(
    ("markup", "plain"),
    [
        ("<#C1|help> <!here> <!subteam^S1|@crew>", "#help @here @crew"),
        ("<https://a.example>", "https://a.example"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("<@U0ANA> <@U9|zed> <@U8>", "@Ana @zed @U8"),
    ],
)
def test_markup(markup: str, plain: str) -> None:
    assert legible(markup, {"U0ANA": "Ana"}) == plain


@given(st.text(max_size=200))
def test_what_we_write_is_no_markup(text: str) -> None:
    assert unescaped(escaped(text)) == text
    assert legible(escaped(text), {}) == text
    assert links_of(escaped(text)) == ()


@given(st.integers(0, 2**41 * 1000))
def test_a_ts_is_its_time(at: int) -> None:
    assert time_of(ts_at(Micros(at))) == at


@pytest.mark.parametrize(
    "record",
    [None, [], {}, {"ts": "1"}, {"ts": "1.000001"}, {"ts": "1.000001", "user": 3},
     {"ts": "1.000001", "user": "U1", "attachments": 3}],
)  # fmt: skip
def test_what_cannot_be_read(record: object) -> None:
    with pytest.raises(UnreadableError):
        read_message(record)


def test_a_message_without_words_is_what_is_attached() -> None:
    said = read_message(
        {"ts": "1.000001", "bot_id": "B1", "text": "", "username": "CI", "subtype": "bot_message",
         "attachments": [{"fallback": "Build broke"}], "files": [{"title": "log.txt"}]}
    )  # fmt: skip
    assert (said.text, said.automated, said.author_name) == ("Build broke\nlog.txt", True, "CI")
