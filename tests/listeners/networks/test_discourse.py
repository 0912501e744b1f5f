"""Reading a forum: every post once, whatever breaks, from the newest down and handed on upwards."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing
from typing import Any

import pytest

from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, MINUTE, SECOND, Batch, Deletion, Micros, Post, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.discourse.listener import SECOND_LOOK, DiscourseListener
from listeners.networks.discourse.places import CURSOR, Place, places_of
from listeners.networks.searching import read_marks, write_marks
from listeners.secret import Secret
from tests.fake.discourse import START, FakeDiscourse
from tests.fake.http_server import body_reply, json_reply, reset_in_body, status_reply

BRAND = BrandConfig(name="Kerlann", query="kerlann", handles={"discourse": ("kerlann_hq",)})


class World:
    """A forum, a fetcher and a clock that the tests move."""

    def __init__(self, forum: FakeDiscourse, fetch: Fetcher) -> None:
        self.forum = forum
        self.fetch = fetch
        self.now = Micros(START)

    def listener(
        self, what: str = "", brand: BrandConfig = BRAND, **options: object
    ) -> DiscourseListener:
        token = Secret("env:FORUM_KEY") if options.pop("signed_in", False) else None
        source = SourceConfig(
            network="discourse",
            what=what,
            base_url=self.forum.base,
            options=options,
            token=token,
        )
        return DiscourseListener(source, [brand], self.fetch, lambda: self.now)


@pytest.fixture(params=["", "/community"])
async def world(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    monkeypatch.setenv("FORUM_KEY", "0123abcd")
    async with FakeDiscourse(request.param) as forum:
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(forum, fetch))
            yield made[0]


async def hear(listener: DiscourseListener, cursor: str | None, heard: list[Batch]) -> None:
    """Poll; what was heard stays heard, however the poll ends."""
    async with aclosing(listener.poll(cursor)) as batches:
        async for batch in batches:
            heard.append(batch)


async def polled(listener: DiscourseListener, cursor: str | None = None) -> list[Batch]:
    heard: list[Batch] = []
    await hear(listener, cursor, heard)
    return heard


def posts_of(batches: Iterable[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


def texts(batches: Iterable[Batch]) -> list[str]:
    return [post.text for post in posts_of(batches)]


def last_cursor(batches: Iterable[Batch], before: str | None = None) -> str | None:
    return next((b.cursor for b in reversed(list(batches)) if b.cursor), before)


# --- what a post is ----------------------------------------------------------------------------


async def test_posts_with_their_places_in_topics(world: World) -> None:
    forum = world.forum
    first = forum.post("Where is Kerlann?", title="Kerlann, again")
    topic = first["topic_id"]
    forum.post("In the harbour.", by="bob", topic=topic, reply_to=1)
    forum.post("Thanks!", topic=topic, reply_to=2)
    forum.post("And who asks?", by="cy", topic=topic)
    forum.like(first, 3)
    top, answer, thanks, other = posts_of(await polled(world.listener()))
    assert top.native_id == f"{forum.base}/t/{topic}/1" == top.url
    assert (top.parent_id, top.root_id, top.title) == (None, None, "Kerlann, again")
    assert (top.engagement.likes, top.engagement.replies) == (3, 0)
    assert (answer.parent_id, answer.root_id, answer.title) == (top.native_id, top.native_id, "")
    assert (thanks.parent_id, thanks.parent_author_key) == (
        answer.native_id,
        f"{forum.base}/u/bob",
    )
    assert (other.parent_id, other.root_id) == (top.native_id, top.native_id)
    assert (other.author.handle, other.author.key) == ("cy", f"{forum.base}/u/cy")
    assert not any(post.addressed for post in (top, answer, thanks, other))


async def test_whom_a_post_speaks_to(world: World) -> None:
    forum = world.forum
    topic = forum.post("hello", by="Kerlann_HQ")["topic_id"]
    forum.post("hello @kerlann_hq", topic=topic)
    forum.post("not you", topic=topic, reply_to=2)
    forum.post("thank you", topic=topic, reply_to=1)
    own, named, other, answering = posts_of(await polled(world.listener()))
    assert own.author.handle == "kerlann_hq"
    assert not own.addressed
    assert named.mentions == ("kerlann_hq",)
    assert [post.addressed for post in (named, other, answering)] == [True, False, True]


async def test_on_a_forum_of_our_own_whoever_answers_nobody_else_speaks_to_us(
    world: World,
) -> None:
    forum = world.forum
    topic = forum.post("It broke")["topic_id"]
    forum.post("Here too", by="bob", topic=topic)
    forum.post("Poor you", by="cy", topic=topic, reply_to=2)
    forum.post("We look into it", by="staffer", topic=topic, staff=True)
    posts = posts_of(await polled(world.listener(ours=True)))
    assert [post.addressed for post in posts] == [True, True, False, False]


@pytest.mark.parametrize(
    "more",
    [{"post_type": 4}, {"hidden": True}, {"user_deleted": True}],
    ids=["whisper", "flagged", "taken back"],
)
async def test_what_is_not_shown_to_everybody_is_no_post(
    world: World, more: dict[str, Any]
) -> None:
    world.forum.post("kerlann, secretly", **more)
    batches = await polled(world.listener())
    assert texts(batches) == []


async def test_private_messages_are_private_conversations_of_their_own(world: World) -> None:
    forum = world.forum
    forum.api_key = "0123abcd"
    message = forum.post("Can you help?", topic=None, title="Help")
    forum.topics[message["topic_id"]]["private"] = True
    forum.post("Please", topic=message["topic_id"])
    posts = posts_of(await polled(world.listener(signed_in=True, username="kerlann")))
    assert [(post.private, post.addressed) for post in posts] == [(True, True)] * 2
    assert {post.root_id for post in posts} == {posts[0].native_id}
    assert forum.requests[0].headers["api-username"] == "kerlann"


# --- reading on --------------------------------------------------------------------------------


@pytest.mark.parametrize("old", [False, True])
async def test_reading_on_brings_every_new_post_once(world: World, old: bool) -> None:
    forum = world.forum
    forum.old = old
    for number in range(30):
        forum.post(f"early {number}")
    listener = world.listener()
    batches = await polled(listener)
    assert len(texts(batches)) == 30
    cursor = last_cursor(batches)
    forum._last += 400
    for number in range(130):
        forum.post(f"late {number}")
    batches = await polled(listener, cursor)
    assert texts(batches) == [f"late {number}" for number in range(130)]
    assert all(batch.gap is None for batch in batches)
    assert await polled(listener, last_cursor(batches)) == []


@pytest.mark.parametrize("stop", range(4))
async def test_a_stop_at_any_page_leaves_no_gap_and_repeats_nothing(
    world: World, stop: int
) -> None:
    forum = world.forum
    cursor = last_cursor(await polled(world.listener()))
    for number in range(170):
        forum.post(f"post {number}")
    heard: list[str] = []
    async with aclosing(world.listener().poll(cursor)) as batches:
        async for batch in batches:
            if stop == 0:
                break
            heard += [post.text for post in batch.posts]
            cursor, stop = batch.cursor or cursor, stop - 1
    forum.post("post 170")
    heard += texts(await polled(world.listener(), cursor))
    assert heard == [f"post {number}" for number in range(171)]


async def test_more_than_can_be_read_back_is_a_gap(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.networks.discourse.reader.MOST_PAGES", 2)
    forum = world.forum
    forum.post("before")
    cursor = last_cursor(await polled(world.listener()))
    for number in range(120):
        forum.post(f"post {number}")
    batches = await polled(world.listener(), cursor)
    assert len(texts(batches)) == 100
    assert [batch.gap is not None for batch in batches] == [True, False]


async def test_what_is_old_at_the_first_reading_is_history(world: World) -> None:
    world.forum.post("long ago")
    world.now = Micros(START + 10 * DAY)
    assert [post.history for post in posts_of(await polled(world.listener()))] == [True]


async def test_the_first_reading_also_searches_the_past_once(world: World) -> None:
    forum = world.forum
    forum.post("kerlann, the oldest")
    for number in range(120):
        forum.post(f"post {number}")
    listener = world.listener()
    batches = await polled(listener)
    assert "kerlann, the oldest" in texts(batches)
    assert len(forum.asked(f"{forum.folder}/search.json")) == 1
    await polled(listener, last_cursor(batches))
    assert len(forum.asked(f"{forum.folder}/search.json")) == 1


async def test_a_search_of_the_past_that_broke_off_is_done_to_its_end(world: World) -> None:
    forum = world.forum
    for number in range(30):
        forum.post(f"kerlann {number}")
    for number in range(100):
        forum.post(f"post {number}")
    refused = json_reply({"errors": ["Slow down"], "error_type": "rate_limit"}, 429)
    forum.on(f"{forum.folder}/t/115/posts.json", refused, forum.answer)
    listener = world.listener()
    batches: list[Batch] = []
    with pytest.raises(SourceError, match="slow down"):
        await hear(listener, None, batches)
    world.now = Micros(world.now + 2 * MINUTE)
    before = len(forum.requests)
    await hear(listener, last_cursor(batches), batches)
    assert sorted(texts(batches)) == sorted(post["raw"] for post in forum.posts)
    again = [r for r in forum.requests[before:] if r.path.startswith(f"{forum.folder}/t/")]
    assert len(again) == 20


async def test_a_lost_place_is_said(world: World) -> None:
    world.forum.post("kerlann")
    batches = await polled(world.listener(), "nonsense")
    assert batches[0].gap is not None
    assert texts(batches) == ["kerlann"]


# --- searches, categories, tags ------------------------------------------------------------------


async def test_a_search_finds_posts_whole_and_goes_on(world: World) -> None:
    forum = world.forum
    topic = forum.post("kerlann one", title="First")["topic_id"]
    forum.post("nothing", topic=topic)
    listener = world.listener("search:kerlann")
    batches = await polled(listener)
    assert [(post.text, post.title) for post in posts_of(batches)] == [("kerlann one", "First")]
    assert forum.requests[0].one("q") == "kerlann order:latest"
    forum.post("kerlann two", topic=topic)
    batches = await polled(listener, last_cursor(batches))
    assert texts(batches) == ["kerlann two"]
    assert await polled(listener, last_cursor(batches)) == []


async def test_a_category_and_those_below_it(world: World) -> None:
    forum = world.forum
    for number, category in enumerate((4, 7, 8, 9)):
        first = forum.post(f"post {number}", category_id=category)
        forum.topics[first["topic_id"]]["category_id"] = category
    assert texts(await polled(world.listener("category:support"))) == ["post 1", "post 2"]


async def test_a_category_that_is_not_there_is_said(world: World) -> None:
    world.forum.post("post")
    with pytest.raises(SourceError) as caught:
        await polled(world.listener("category:nowhere"))
    assert "no category nowhere" in str(caught.value)


async def test_a_tag(world: World) -> None:
    forum = world.forum
    for number, tags in enumerate((["boats"], [], ["boats", "sea"])):
        first = forum.post(f"post {number}")
        forum.topics[first["topic_id"]]["tags"] = tags
    assert texts(await polled(world.listener("tag:boats"))) == ["post 0", "post 2"]


@pytest.mark.parametrize(
    ("what", "place"),
    [
        ("", Place("posts")),
        ("category:Support", Place("category", "support")),
        ("c/support", Place("category", "support")),
        ("tag:Boats", Place("tag", "boats")),
        ("#boats", Place("tag", "boats")),
        ("search: old boats", Place("search", "old boats")),
        ("old boats", Place("search", "old boats")),
        ("https://forum.example", Place("posts")),
    ],
)
def test_what_a_source_listens_to(what: str, place: Place) -> None:
    source = SourceConfig(network="discourse", what=what)
    assert places_of(source, [], signed_in=False)[0] == place


@pytest.mark.parametrize("what", ["search:", "tag:", "category:", "ab"])
def test_what_a_source_cannot_listen_to_is_said(what: str) -> None:
    with pytest.raises(SourceError, match="cannot listen to"):
        places_of(SourceConfig(network="discourse", what=what), [], signed_in=False)


def test_cursors_survive() -> None:
    marks = {"posts": 12, "search:a b": 3}
    assert read_marks(write_marks(marks, CURSOR), CURSOR) == marks
    assert read_marks('{"places": {"posts": 12}}', CURSOR) == {"posts": 12}
    assert read_marks('{"places": {"posts": "x"}}', CURSOR) is None


# --- notifications -----------------------------------------------------------------------------


async def test_what_the_forum_notifies_us_of_is_to_us(world: World) -> None:
    forum = world.forum
    forum.api_key = "0123abcd"
    elsewhere = forum.post("You should ask them about this, really.", by="bob")
    liked = forum.post("Nice weather in the harbour today.", by="cy")
    forum.notify(elsewhere, 2)
    forum.notify(liked, 5)
    listener = world.listener("tag:boats", signed_in=True)
    batches = await polled(listener)
    (post,) = posts_of(batches)
    assert (post.text, post.addressed) == ("You should ask them about this, really.", True)
    cursor = last_cursor(batches)
    assert read_marks(cursor, CURSOR) == {"tag:boats": 1002, "private": 0, "notifications": 71}
    asked = len(forum.requests)
    assert await polled(listener, cursor) == []
    assert [one.path for one in forum.requests[asked:]].count(f"{forum.folder}/notifications.json")
    forum.notify(forum.post("And this too, if you please.", topic=elsewhere["topic_id"]), 1)
    batches = await polled(listener, cursor)
    assert texts(batches) == ["And this too, if you please."]
    assert posts_of(await polled(listener, last_cursor(batches))) == []


async def test_a_post_heard_before_is_to_us_once_we_are_notified(world: World) -> None:
    forum = world.forum
    forum.api_key = "0123abcd"
    heard = forum.post("You should ask them about this, really.", by="bob")
    listener = world.listener(signed_in=True)
    batches = await polled(listener)
    assert [post.addressed for post in posts_of(batches)] == [False]
    forum.notify(heard, 15)
    batches = await polled(listener, last_cursor(batches))
    assert [post.addressed for post in posts_of(batches)] == [True]
    world.now = Micros(world.now + SECOND_LOOK)
    assert posts_of(await polled(listener, last_cursor(batches))) == []


async def test_a_forum_that_shows_no_notifications_is_read_all_the_same(world: World) -> None:
    world.forum.api_key = "0123abcd"
    path = f"{world.forum.folder}/notifications.json"
    world.forum.on(path, json_reply({"errors": ["no"], "error_type": "invalid_access"}, 403))
    world.forum.post("Where do I find Kerlann?")
    listener = world.listener(signed_in=True)
    assert texts(await polled(listener)) == ["Where do I find Kerlann?"]
    await polled(listener)
    assert sum(one.path == path for one in world.forum.requests) == 1


# --- what changes ------------------------------------------------------------------------------


async def test_edits_likes_and_deletions_are_seen_by_the_second_look(world: World) -> None:
    forum = world.forum
    first, second, third = (forum.post(f"kerlann {number}") for number in range(3))
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    world.now = Micros(START + SECOND_LOOK)
    assert await polled(listener, cursor) == []
    forum.edit(second, "kerlann, corrected")
    forum.like(third, 5)
    world.now = Micros(START + 2 * SECOND_LOOK)
    edited, liked = posts_of(await polled(listener, cursor))
    assert (edited.text, liked.engagement.likes) == ("kerlann, corrected", 5)
    assert edited.edited_at is not None
    assert liked.edited_at is None
    forum.delete(second)
    forum.delete(first)
    world.now = Micros(START + 3 * SECOND_LOOK)
    gone = [d for batch in await polled(listener, cursor) for d in batch.deletions]
    places = [f"{forum.base}/t/{post['topic_id']}/1" for post in (first, second)]
    assert gone == [Deletion("discourse", place) for place in places]


async def test_a_post_pushed_off_the_page_is_not_called_deleted(world: World) -> None:
    forum = world.forum
    for number in range(50):
        forum.post(f"post {number}")
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    for turn in (1, 2):
        world.now = Micros(START + turn * SECOND_LOOK)
        forum.post(f"more {turn}")
        batches = await polled(listener, cursor)
        cursor = last_cursor(batches, cursor)
        assert [d for batch in batches for d in batch.deletions] == []


# --- threads -----------------------------------------------------------------------------------


async def test_a_topic_about_us_is_read_whole(world: World) -> None:
    forum = world.forum
    topic = forum.post("Where is Kerlann?", title="Kerlann")["topic_id"]
    for number in range(70):
        forum.post(f"answer {number}", by="bob", topic=topic)
    batch = await world.listener().thread([f"{forum.base}/t/{topic}/1"])
    assert [post.text for post in batch.posts][::35] == [
        "Where is Kerlann?",
        "answer 34",
        "answer 69",
    ]
    assert len(batch.posts) == 71


async def test_of_another_topic_only_what_is_about_us(world: World) -> None:
    forum = world.forum
    topic = forum.post("What do you drink?", title="Drinks")["topic_id"]
    forum.post("Tea", by="bob", topic=topic)
    forum.post("Kerlann cider", by="cy", topic=topic, reply_to=2)
    forum.post("Same", by="bob", topic=topic, reply_to=3)
    forum.post("Water", by="dan", topic=topic)
    batch = await world.listener().thread([f"{forum.base}/t/{topic}/3"])
    assert [post.text for post in batch.posts] == ["Tea", "Kerlann cider", "Same"]


async def test_what_a_topic_no_longer_has_is_deleted(world: World) -> None:
    forum = world.forum
    first = forum.post("kerlann")
    topic = first["topic_id"]
    second = forum.post("kerlann too", topic=topic)
    listener = world.listener()
    await polled(listener)
    forum.delete(second)
    batch = await listener.thread([f"{forum.base}/t/{topic}/1"])
    assert batch.deletions == (Deletion("discourse", f"{forum.base}/t/{topic}/2"),)
    forum.delete(first)
    batch = await listener.thread([f"{forum.base}/t/{topic}/1"])
    assert batch.deletions == (Deletion("discourse", f"{forum.base}/t/{topic}/1"),)


async def test_a_topic_that_was_hidden_from_us_is_not_called_deleted(world: World) -> None:
    forum = world.forum
    topic = forum.post("kerlann")["topic_id"]
    refused = {"errors": ["You are not permitted to view that."], "error_type": "invalid_access"}
    forum.on(f"{forum.folder}/t/{topic}.json", json_reply(refused, 403))
    batch = await world.listener().thread([f"{forum.base}/t/{topic}/1", "elsewhere"])
    assert batch == Batch()


# --- refusals ----------------------------------------------------------------------------------


def _limited(**headers: str) -> Any:
    body = {
        "errors": ["Slow down"],
        "error_type": "rate_limit",
        "extras": {"wait_seconds": 40, "time_left": "40 seconds"},
    }
    return json_reply(body, 429, **headers)


@pytest.mark.parametrize(
    ("reply", "state", "words"),
    [
        (_limited(), SourceState.RATE_LIMITED, "slow down"),
        (_limited(retry_after="25"), SourceState.RATE_LIMITED, "slow down"),
        (
            json_reply({"errors": ["Bitte anmelden"], "error_type": "not_logged_in"}, 403),
            SourceState.NEEDS_TOKEN,
            "only to its members",
        ),
        (status_reply(401), SourceState.NEEDS_TOKEN, "only to its members"),
        (
            body_reply(b"<html><body>Attention required</body></html>", "text/html", 403),
            SourceState.BLOCKED,
            "turns programs like hubbub away",
        ),
        (status_reply(404, b"<html></html>"), SourceState.FAILING, "not be a Discourse forum"),
        (body_reply(b"<html><body>Hi</body></html>"), SourceState.FAILING, "page instead of data"),
        (json_reply([1, 2]), SourceState.FORMAT_CHANGED, "not as a Discourse forum does"),
        (json_reply({"posts": []}), SourceState.FORMAT_CHANGED, "not as a Discourse forum does"),
        (status_reply(502, b"<html>bad gateway</html>"), SourceState.FAILING, "in trouble"),
        (reset_in_body(), SourceState.FAILING, "broke off"),
    ],
)
async def test_refusals_are_said_in_words(
    world: World, reply: Any, state: SourceState, words: str
) -> None:
    world.forum.on(f"{world.forum.folder}/posts.json", reply)
    with pytest.raises(SourceError) as caught:
        await polled(world.listener())
    assert caught.value.state is state
    assert words in str(caught.value)


async def test_a_forum_is_left_alone_as_long_as_it_asks(world: World) -> None:
    world.forum.on(f"{world.forum.folder}/posts.json", _limited(retry_after="25"))
    with pytest.raises(SourceError) as caught:
        await polled(world.listener())
    assert caught.value.until == world.now + 40 * SECOND


async def test_a_closed_forum_and_a_wrong_key(world: World) -> None:
    forum = world.forum
    forum.login_required = True
    with pytest.raises(SourceError, match="only to its members"):
        await polled(world.listener())
    forum.api_key = "another"
    with pytest.raises(SourceError, match="does not let this key or account in"):
        await polled(world.listener(signed_in=True, username="kerlann"))
    forum.api_key = "0123abcd"
    forum.post("for members")
    assert texts(await polled(world.listener(signed_in=True, username="kerlann"))) == [
        "for members"
    ]


async def test_a_place_we_thought_of_ourselves_may_be_refused(world: World) -> None:
    forum = world.forum
    forum.post("kerlann")
    forum.on(f"{forum.folder}/search.json", json_reply({"errors": ["No"]}, 403))
    listener = world.listener()
    batches = await polled(listener)
    assert texts(batches) == ["kerlann"]
    world.now = Micros(START + MINUTE)
    await polled(listener, last_cursor(batches))
    assert len(forum.asked(f"{forum.folder}/search.json")) == 1


async def test_a_source_without_an_address_is_told_so(world: World) -> None:
    source = SourceConfig(network="discourse")
    listener = DiscourseListener(source, [BRAND], world.fetch, lambda: world.now)
    with pytest.raises(SourceError, match="needs the address of its forum"):
        await polled(listener)


async def test_a_bad_record_spoils_no_neighbour_and_is_told_once(world: World) -> None:
    forum = world.forum
    forum.post("good")
    forum.post("bad", username=7)
    forum.post("good too")
    listener = world.listener()
    batches = await polled(listener)
    assert texts(batches) == ["good", "good too"]
    assert sum(len(batch.bad) for batch in batches) == 1
    world.now = Micros(START + SECOND_LOOK)
    assert await polled(listener, last_cursor(batches)) == []


async def test_another_format_is_told_by_what_cannot_be_read(world: World) -> None:
    for number in range(5):
        world.forum.post(f"kerlann {number}", cooked=None)
    batch = (await polled(world.listener()))[0]
    assert (len(batch.bad), batch.fetched, batch.posts) == (5, 5, ())


async def test_a_key_of_one_account_needs_no_name_to_read(world: World) -> None:
    world.forum.api_key = "0123abcd"
    world.forum.login_required = True
    world.forum.post("for members")
    assert texts(await polled(world.listener(signed_in=True))) == ["for members"]
    assert "api-username" not in world.forum.requests[0].headers


async def test_a_member_s_key_is_used_sparingly(world: World) -> None:
    assert world.listener(signed_in=True, username="kerlann").next_interval is None
    interval = world.listener(signed_in=True, kind="user").next_interval
    assert interval is not None
    # Two places a round, both again at the second look, and as much again left for topics.
    assert 2 * 86_400 / interval + 2 * 86_400 / (SECOND_LOOK / SECOND) < 2_880 / 1.5


async def test_two_forums_share_no_ids(world: World) -> None:
    async with FakeDiscourse() as other:
        here, there = world.forum.post("kerlann"), other.post("kerlann")
        assert (here["topic_id"], here["id"]) == (there["topic_id"], there["id"])
        mine = posts_of(await polled(world.listener()))
        source = SourceConfig(network="discourse", base_url=other.base)
        listener = DiscourseListener(source, [BRAND], world.fetch, lambda: world.now)
        theirs = posts_of(await polled(listener))
    assert mine[0].native_id != theirs[0].native_id
    assert mine[0].author.key != theirs[0].author.key
