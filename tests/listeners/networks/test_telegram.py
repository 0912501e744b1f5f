"""Reading Telegram: every update once, nothing forgotten there before it is stored here."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, HOUR, SECOND, Batch, Micros, Post, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.telegram.listener import TelegramListener
from listeners.networks.telegram.text import Words, marked
from listeners.secret import Secret
from tests.fake.http_server import Reply, body_reply, json_reply, reset_in_body, status_reply
from tests.fake.telegram import BOT, START, TOKEN, FakeTelegram, refusal

BRAND = BrandConfig(name="Kerlann", handles={"telegram": ("kerlann_news",)})


class World:
    """A server, a fetcher and a clock that the tests move."""

    def __init__(self, server: FakeTelegram, fetch: Fetcher) -> None:
        self.server = server
        self.fetch = fetch
        self.now = Micros(START * SECOND)

    def listener(
        self, what: str = "", *, token: bool = True, **options: object
    ) -> TelegramListener:
        source = SourceConfig(
            network="telegram",
            what=what,
            base_url=self.server.url,
            token=Secret("env:BOT_TOKEN") if token else None,
            options=options,
        )
        return TelegramListener(source, [BRAND], self.fetch, lambda: self.now)


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    async with FakeTelegram() as server:
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(server, fetch))
            yield made[0]


async def polled(listener: TelegramListener, cursor: str | None = None) -> list[Batch]:
    async with aclosing(listener.poll(cursor)) as batches:
        return [batch async for batch in batches]


def posts_of(batches: Iterable[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


def texts(batches: Iterable[Batch]) -> list[str]:
    return [post.text for post in posts_of(batches)]


def last_cursor(batches: Iterable[Batch], before: str | None = None) -> str | None:
    return next((b.cursor for b in reversed(list(batches)) if b.cursor), before)


async def failed(listener: TelegramListener, cursor: str | None = None) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await polled(listener, cursor)
    return caught.value


# --- what is said --------------------------------------------------------------------------------


async def test_private_group_and_channel(world: World) -> None:
    private = world.server.say("Is Kerlann open?")
    group = world.server.say("kerlann is down", by="bob", chat=world.server.group)
    channel = world.server.post("We are open", author_signature="Léo")
    one, two, three = posts_of(await polled(world.listener()))
    assert one.native_id == f"100/{private['message_id']}"
    assert (one.private, one.addressed, one.own) == (True, True, False)
    assert (one.author.key, one.author.handle, one.author.name) == ("100", "ana", "Ana")
    assert (one.url, one.created_at) == ("https://t.me/ana", private["date"] * SECOND)
    assert (two.private, two.addressed, two.root_id, two.parent_id) == (False, False, None, None)
    assert two.url == f"https://t.me/c/1234/{group['message_id']}"
    assert (three.author.key, three.author.handle) == ("-1009999", "kerlann_news")
    assert three.url == f"https://t.me/kerlann_news/{channel['message_id']}"


async def test_what_is_to_us_in_a_group(world: World) -> None:
    server, group = world.server, world.server.group
    server.say("hello", chat=group)
    ours = server._message(group, server.bot(), "We look into it")
    server.say("thank you", chat=group, reply_to_message=ours)
    naming = [{"type": "mention", "offset": 0, "length": 12}]
    server.say("@kerlann_bot well?", by="bob", chat=group, entities=naming)
    other = server.say("I think so", by="cy", chat=group)
    server.say("me too", by="dan", chat=group, reply_to_message=other)
    posts = posts_of(await polled(world.listener()))
    assert [post.addressed for post in posts] == [False, True, True, False, False]
    assert posts[1].parent_id == f"-1001234/{ours['message_id']}"
    assert posts[1].parent_author_key == str(BOT)
    again = posts_of(await polled(world.listener(ours=True)))
    assert [post.addressed for post in again] == [True, True, True, True, False]


async def test_an_answer_to_the_bot_stays_in_the_conversation_it_answered(world: World) -> None:
    server, group = world.server, world.server.group
    first = server.say("kerlann is down", chat=group)
    server.say("really?", by="bob", chat=group)
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    ours = server._message(group, server.bot(), "It is back")
    server.say("not for me", chat=group, reply_to_message=ours)
    for reader in (listener, world.listener()):
        [post] = posts_of(await polled(reader, cursor))
        assert post.root_id == f"-1001234/{first['message_id']}"


async def test_topics_comments_and_answers_have_their_roots(world: World) -> None:
    server, group = world.server, world.server.group
    start = server._message(group, server.user("ana"), "")
    begins = {**start, "forum_topic_created": {"name": "News", "icon_color": 1}}
    topic = {"message_thread_id": start["message_id"], "is_topic_message": True}
    server.say("in the topic", chat=group, reply_to_message=begins, **topic)
    post = server._message(group, None, "a post", sender_chat=server.channel)
    comment = {"message_thread_id": post["message_id"], "reply_to_message": post}
    server.say("a comment", by="bob", chat=group, **comment)
    one, two = posts_of(await polled(world.listener()))
    assert (one.parent_id, one.root_id) == (None, None)
    root = f"-1001234/{post['message_id']}"
    assert (two.parent_id, two.root_id, two.parent_author_key) == (root, root, "-1009999")


async def test_what_one_person_says_in_a_row_belongs_together(world: World) -> None:
    for words in ("kerlann", "is", "down"):
        world.server.say(words, chat=world.server.group)
    world.server.say("where?", by="bob", chat=world.server.group)
    one, two, three, four = posts_of(await polled(world.listener()))
    assert (one.root_id, two.root_id, three.root_id) == (None, one.native_id, one.native_id)
    assert four.root_id is None


async def test_a_private_chat_is_one_conversation_until_a_long_silence(world: World) -> None:
    world.server.say("hello")
    world.server.say("are you there?")
    world.server.now += 40 * 86_400
    world.server.say("hello again")
    one, two, three = posts_of(await polled(world.listener()))
    assert one.root_id == two.root_id == "100"
    assert three.root_id == f"100 {three.native_id}"


async def test_edits_keep_the_id_and_the_place(world: World) -> None:
    group = world.server.group
    first = world.server.say("kerlan is down", chat=group)
    world.server.say("no", by="bob", chat=group)
    channel = world.server.post("Open til 5")
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    world.server.edit(first, "kerlann is down")
    world.server.edit(channel, "Open till 5", "edited_channel_post")
    one, two = posts_of(await polled(listener, cursor))
    assert (one.native_id, one.text) == (f"-1001234/{first['message_id']}", "kerlann is down")
    assert (one.edited_at, one.root_id) == (first["edit_date"] * SECOND, None)
    assert two.text == "Open till 5"


async def test_captions_media_and_silence(world: World) -> None:
    group = world.server.group
    for more in (
        {"caption": "look #kerlann", "photo": [{}],
         "caption_entities": [{"type": "hashtag", "offset": 5, "length": 8}]},
        {"voice": {"duration": 2}},
        {"document": {"file_name": "bill.pdf"}},
        {"sticker": {"emoji": "😀"}},
        {"poll": {"question": "Open?", "options": [{"text": "yes"}, {"text": "no"}]}},
        {"new_chat_members": [{"id": 1, "first_name": "X"}]},
    ):  # fmt: skip
        record = world.server.say("", chat=group)
        del record["text"]
        record.update(more)
    posts = posts_of(await polled(world.listener()))
    assert [post.text for post in posts] == [
        "look #kerlann", "[voice]", "bill.pdf", "😀", "Open?\n- yes\n- no"
    ]  # fmt: skip
    assert posts[0].tags == ("kerlann",)


async def test_only_the_chats_that_are_wanted(world: World) -> None:
    world.server.say("private")
    world.server.say("group", chat=world.server.group)
    world.server.post("channel")
    for what, heard in {
        "": ["private", "group", "channel"],
        "private": ["private"],
        "@kerlann_news, -1001234": ["group", "channel"],
        "Kerlann Clients": ["group"],
    }.items():
        assert texts(await polled(world.listener(what))) == heard, what


async def test_a_group_that_moves_keeps_its_place(world: World) -> None:
    old: dict[str, object] = {"id": -77, "type": "group", "title": "Old"}
    first = world.server.say("kerlann", chat=old)
    world.server.say("", chat=old, migrate_to_chat_id=-1001234)
    world.server.say("is down", chat=world.server.group)
    one, two = posts_of(await polled(world.listener("-77")))
    assert one.native_id == f"-77/{first['message_id']}"
    assert (two.native_id.partition("/")[0], two.root_id) == ("-1001234", one.native_id)


MARKED = {
    "after an emoji of two units": ("😆👍 @ana", "mention", 5, 4, "mentions", "ana"),
    "an address without a scheme": ("see kerlann.example/x", "url", 4, 17, "links",
                                    "https://kerlann.example/x"),
    "a tag in a channel": ("#open@kerlann", "hashtag", 0, 13, "tags", "open"),
    "a command for the bot": ("/help@kerlann_bot", "bot_command", 0, 17, "mentions",
                              "kerlann_bot"),
}  # fmt: skip


@pytest.mark.parametrize("case", MARKED)
def test_entities(case: str) -> None:
    text, kind, offset, length, field, expected = MARKED[case]
    words = marked(text, [{"type": kind, "offset": offset, "length": length}])
    assert getattr(words, field) == (expected,)


def test_entities_of_persons_without_a_name_and_hidden_links() -> None:
    entities = [
        {"type": "text_mention", "offset": 0, "length": 3, "user": {"id": 7}},
        {"type": "text_link", "offset": 0, "length": 3, "url": "https://a.example"},
        {"type": "text_link", "offset": 0, "length": 3, "url": "javascript:alert(1)"},
    ]
    assert marked("Ana", entities) == Words("Ana", ("https://a.example",), (), ("7",))


@given(
    text=st.text(),
    entities=st.lists(
        st.fixed_dictionaries(
            {"type": st.sampled_from(["url", "mention", "hashtag", "bot_command", "odd"])},
            optional={"offset": st.integers(-5, 50) | st.none(), "length": st.integers(-5, 50)},
        )
    ),
)
def test_no_entity_breaks_the_text(text: str, entities: list[object]) -> None:
    assert marked(text, entities).text == text


# --- resuming ------------------------------------------------------------------------------------


async def test_nothing_is_forgotten_there_before_it_is_stored_here(world: World) -> None:
    for number in range(250):
        world.server.say(str(number))
    heard: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        async with aclosing(world.listener().poll(cursor)) as batches:
            batch = await anext(batches)  # and the process dies before the next is asked for
        assert world.server.updates[0]["update_id"] == 500 + len(heard)
        heard += texts([batch])
        cursor = batch.cursor
    assert heard == [str(number) for number in range(250)]
    assert posts_of(await polled(world.listener(), cursor)) == []


async def test_a_batch_that_was_lost_comes_again(world: World) -> None:
    world.server.say("one")
    await polled(world.listener())
    assert texts(await polled(world.listener())) == ["one"]


async def test_a_silent_source_writes_its_place_down_now_and_then(world: World) -> None:
    listener = world.listener()
    [first] = await polled(listener)
    assert first.cursor
    assert await polled(listener, first.cursor) == []
    world.now = Micros(world.now + HOUR)
    [later] = await polled(listener, first.cursor)
    assert later.cursor != first.cursor


async def test_away_for_more_than_a_day_is_a_gap(world: World) -> None:
    cursor = last_cursor(await polled(world.listener()))
    before = world.now
    world.now = Micros(world.now + DAY - HOUR)
    assert not any(batch.gap for batch in await polled(world.listener(), cursor))
    world.now = Micros(before + DAY + HOUR)
    gap = (await polled(world.listener(), cursor))[0].gap
    assert gap is not None
    assert (gap.from_at, gap.to_at) == (before, world.now)


async def test_numbers_begin_anew_after_a_week_without_news(world: World) -> None:
    world.server.say("old")
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    cursor = last_cursor(await polled(listener, cursor), cursor)
    world.now = Micros(world.now + 8 * DAY)
    world.server.updates.clear()
    world.server.next_update = 3
    world.server.say("new")
    assert texts(await polled(world.listener(), cursor)) == ["new"]


@pytest.mark.parametrize("cursor", ["", "7", "[]", '{"offset": "x"}', '{"offset":1}'])
async def test_an_illegible_cursor_is_a_gap_and_a_beginning(world: World, cursor: str) -> None:
    world.server.say("hello")
    batches = await polled(world.listener(), cursor)
    assert bool(batches[0].gap) == bool(cursor)
    assert texts(batches) == ["hello"]


async def test_one_bad_update_spoils_no_other(world: World) -> None:
    world.server.say("one")
    world.server.tell("message", {"message_id": "x", "chat": {"id": 1}})
    world.server.tell("message", {"message_id": 5, "chat": {"id": 1}})
    world.server.tell("poll_answer", {"poll_id": "1"})
    world.server.say("two")
    listener = world.listener()
    [batch] = await polled(listener)
    assert (texts([batch]), len(batch.bad), batch.fetched) == (["one", "two"], 2, 5)
    assert posts_of(await polled(listener, batch.cursor)) == []


async def test_the_stream_waits_for_news(world: World) -> None:
    world.server.patient = True
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    stream = listener.stream(cursor)
    assert stream is not None
    async with aclosing(stream), asyncio.timeout(30):
        soon = asyncio.ensure_future(anext(stream))
        while len(world.server.asked(f"/bot{TOKEN}/getUpdates")) < 2:
            await asyncio.sleep(0.005)
        world.server.say("now")
        assert texts([await soon]) == ["now"]
    asked = world.server.requests[-1]
    assert asked.one("timeout") == "30"
    kinds = '["message", "edited_message", "channel_post", "edited_channel_post"]'
    assert asked.one("allowed_updates") == kinds


# --- refusals ------------------------------------------------------------------------------------


def revoked(server: FakeTelegram) -> None:
    server.revoked = True


def hooked(server: FakeTelegram) -> None:
    server.hook = "https://other.example/hook"


def rival(server: FakeTelegram) -> None:
    server.rival = True


def answers(*replies: Reply) -> Callable[[FakeTelegram], None]:
    return lambda server: server.on("getUpdates", *replies)


REFUSED = [
    (revoked, SourceState.NEEDS_TOKEN, "BotFather"),
    (hooked, SourceState.BLOCKED, "webhook"),
    (rival, SourceState.BLOCKED, "Another program"),
    (answers(refusal(429, "Too Many Requests", retry_after=14)), SourceState.RATE_LIMITED, ""),
    (answers(status_reply(502, b"<html>bad gateway</html>")), SourceState.FAILING, "trouble"),
    (answers(json_reply({"ok": True})), SourceState.FORMAT_CHANGED, "base_url"),
    (answers(json_reply({"ok": True, "result": {}})), SourceState.FORMAT_CHANGED, "base_url"),
    (answers(body_reply(b"<html><body>log in", "text/html")), SourceState.FAILING, "web page"),
    (answers(reset_in_body()), SourceState.FAILING, ""),
]


@pytest.mark.parametrize(("happens", "state", "words"), REFUSED)
async def test_refusals_in_words_and_without_the_token(
    world: World,
    happens: Callable[[FakeTelegram], None],
    state: SourceState,
    words: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    happens(world.server)
    error = await failed(world.listener())
    assert error.state is state
    assert words in str(error)
    logging.getLogger("hubbub").warning("failed", exc_info=error)
    whole = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert "made_up" not in "".join(whole.format()) + caplog.text + str(error)


async def test_a_limit_is_waited_for_as_the_body_says(world: World) -> None:
    world.server.on("getUpdates", refusal(429, "Too Many Requests", retry_after=40))
    error = await failed(world.listener())
    assert error.until == world.now + 40 * SECOND


async def test_without_a_token_nothing_is_asked(world: World) -> None:
    error = await failed(world.listener(token=False))
    assert error.state is SourceState.NEEDS_TOKEN
    assert world.server.requests == []
    assert await world.listener().thread(["1/2"]) == Batch()
