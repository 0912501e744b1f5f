"""A Facebook Page: feed, comments below comments, tags, ratings, late comments, limits, gone."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from listeners.model import DAY, HOUR, MINUTE, SECOND, Batch, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.facebook.listener import POST_FIELDS, FacebookListener
from listeners.secret import Secret
from tests.fake.facebook import PAGE, FakeFacebook
from tests.fake.graph import KEY, refusal
from tests.fake.http_server import json_reply
from tests.fake.listening import (
    World,
    crash_everywhere,
    cursor_of,
    gone_of,
    ids_of,
    polled,
    posts_of,
    remembered,
    world_of,
)

FEED = f"/{PAGE}/feed"


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World[FakeFacebook]]:
    monkeypatch.setenv("FB_KEY", KEY)
    async with world_of(FakeFacebook(), "facebook") as world:
        yield world


def heard(world: World[FakeFacebook], what: str = "", **more: Any) -> FacebookListener:
    made: FacebookListener = world.listener(what, token=Secret("env:FB_KEY"), **more)
    return made


def by_id(batches: list[Batch]) -> dict[str, Any]:
    return {post.native_id: post for post in posts_of(batches)}


async def test_what_is_said_on_our_page(world: World[FakeFacebook]) -> None:
    server = world.server
    post = server.post("We sail again")
    visit = server.post("Where are you?", by="7002")
    asked = server.comment("When?", post)
    ours = server.comment("On Monday", asked, by=PAGE)
    more = server.comment("Thanks", ours)
    below = server.comment("Me too", visit)
    tag = server.tag("With Kerlann at sea")
    rated = server.rate("Too slow")
    found = by_id(await polled(heard(world)))
    assert found[post["id"]].own
    assert not found[post["id"]].addressed
    assert found[visit["id"]].addressed
    comment = found[asked["id"]]
    assert (comment.parent_id, comment.root_id) == (post["id"], asked["id"])
    assert {found[one["id"]].root_id for one in (asked, ours, more)} == {asked["id"]}
    assert found[below["id"]].root_id == visit["id"]
    assert comment.addressed
    assert comment.parent_author_key == PAGE
    assert (found[ours["id"]].own, found[ours["id"]].parent_id) == (True, asked["id"])
    assert found[more["id"]].parent_author_key == PAGE
    assert found[tag["id"]].author.key == f"hidden:{tag['id']}"
    assert found[tag["id"]].addressed
    assert (found[rated["open_graph_story"]["id"]].rating) == 1
    assert not any(KEY.encode() in (post.raw or b"") for post in found.values())


async def test_only_news_come_again(world: World[FakeFacebook]) -> None:
    post = world.server.post("One")
    world.server.comment("Two", post)
    listener = heard(world)
    first = await polled(listener)
    cursor = cursor_of(first)
    assert await polled(listener, cursor) == []
    late = world.server.comment("Three", post)
    again = await polled(listener, cursor)
    assert ids_of(again)[-1] == late["id"]
    assert set(ids_of(again)) <= {late["id"], post["id"]}
    anew = await polled(heard(world), cursor_of(again, cursor))
    assert not any(batch.gap for batch in anew)


async def test_many_comments_between_two_rounds(world: World[FakeFacebook]) -> None:
    post = world.server.post("One")
    first = world.server.comment("Two", post)
    cursor = cursor_of(await polled(heard(world)))
    made = [world.server.comment(f"c{number}", post) for number in range(180)]
    batches = await polled(heard(world), cursor)
    assert {one["id"] for one in made} <= set(ids_of(batches))
    times = [p.created_at or 0 for p in posts_of(batches) if p.native_id != post["id"]]
    assert times == sorted(times)
    assert all(len(batch.posts) <= 100 for batch in batches)
    assert first["id"] in ids_of(batches)


async def test_a_crash_loses_nothing(world: World[FakeFacebook]) -> None:
    posts = [world.server.post(f"p{number}") for number in range(3)]
    cursor = cursor_of(await polled(heard(world)))
    made = [world.server.comment(f"c{n}", posts[n % 3])["id"] for n in range(130)]
    await crash_everywhere(lambda: heard(world), cursor, made)


async def test_late_comments_on_old_posts(world: World[FakeFacebook]) -> None:
    old = world.server.post("Old")
    listener = heard(world)
    cursor = cursor_of(await polled(listener))
    for number in range(30):
        world.server.post(f"newer {number}")
    cursor = cursor_of(await polled(listener, cursor), cursor)
    late = world.server.comment("Still there?", old)
    cursor_soon = cursor_of(await polled(listener, cursor), cursor)
    world.now = type(world.now)(world.now + HOUR)
    found = await polled(listener, cursor_soon)
    assert late["id"] in ids_of(found)
    asked = len(world.server.asked(f"/{old['id']}"))
    world.now = type(world.now)(world.now + 2 * HOUR)
    await polled(listener, cursor_of(found, cursor_soon))
    assert len(world.server.asked(f"/{old['id']}")) == asked, "nothing changed there"


async def test_edited_and_deleted(world: World[FakeFacebook]) -> None:
    post = world.server.post("One")
    kept, lost = world.server.comment("Two", post), world.server.comment("Three", post)
    listener = heard(world)
    cursor = cursor_of(await polled(listener))
    kept["message"] = "Two, at once"
    world.server.delete(lost)
    batches = await polled(listener, cursor)
    assert gone_of(batches) == {lost["id"]}
    assert by_id(batches)[kept["id"]].text == "Two, at once"
    assert gone_of(await polled(listener, cursor_of(batches, cursor))) == set()


async def test_a_page_that_is_not_whole_deletes_nothing(world: World[FakeFacebook]) -> None:
    post = world.server.post("One")
    world.server.comment("Two", post)
    listener = heard(world)
    cursor = cursor_of(await polled(listener))
    bare = {**post, "comments": {"data": [], "summary": {"total_count": 1}}}
    world.server.on(FEED, json_reply({"data": [bare]}))
    assert gone_of(await polled(listener, cursor)) == set()


async def test_comments_without_author_are_nobodys(world: World[FakeFacebook]) -> None:
    world.server.hides_authors = True
    post = world.server.post("One")
    one, two = world.server.comment("a", post), world.server.comment("b", post)
    found = by_id(await polled(heard(world)))
    assert found[one["id"]].author.key != found[two["id"]].author.key
    assert not found[one["id"]].own


async def test_threads(world: World[FakeFacebook]) -> None:
    post = world.server.post("One")
    first = [world.server.comment(f"c{n}", post) for n in range(40)]
    tag = world.server.tag("Kerlann!")
    listener = heard(world)
    await polled(listener)
    batch = await listener.thread([first[0]["id"]])
    assert {one["id"] for one in first} | {post["id"]} == {p.native_id for p in batch.posts}
    world.server.delete(first[3])
    batch = await listener.thread([first[0]["id"]])
    assert [gone.native_id for gone in batch.deletions] == [first[3]["id"]]
    world.server.delete(tag)
    batch = await listener.thread([tag["id"]])
    assert batch.deletions == (), "of others' posts a refusal tells nothing"
    world.server.delete(post)
    batch = await listener.thread([post["id"]])
    assert [gone.native_id for gone in batch.deletions] == [post["id"]]


async def test_the_past(world: World[FakeFacebook]) -> None:
    made = []
    for number in range(60):
        post = world.server.post(f"p{number}")
        made += [post["id"], world.server.comment("c", post)["id"]]
    since = type(world.now)(0)
    listener = heard(world)
    brand = listener._brands[0]
    whole = await remembered(listener, brand, since)
    assert set(ids_of(whole)) == set(made)
    assert all(post.history for post in posts_of(whole))
    half = await remembered(heard(world), brand, since, most=1)
    rest = await remembered(heard(world), brand, since, cursor_of(half))
    assert set(ids_of(half)) | set(ids_of(rest)) == set(made)
    late = type(world.now)(posts_of(whole)[0].created_at or 0)
    assert len(await remembered(heard(world), brand, late)) == 1


async def test_a_persons_key_acts_as_the_page(world: World[FakeFacebook]) -> None:
    world.server.personal = True
    post = world.server.post("One")
    assert ids_of(await polled(heard(world))) == [post["id"]]
    world.server.pages.append({"id": "200", "name": "Other", "access_token": "EAAother"})
    assert ids_of(await polled(heard(world, "kerlann"))) == [post["id"]]
    for what, words in (("", "several accounts"), ("Nobody", "does not open")):
        with pytest.raises(SourceError, match=words) as caught:
            await polled(heard(world, what))
        assert caught.value.state is SourceState.NEEDS_TOKEN


async def test_what_the_key_may_not_see_is_told_once(world: World[FakeFacebook]) -> None:
    world.server.post("One")
    world.server.denied = {"tagged", "ratings"}
    listener = heard(world)
    first = await polled(listener)
    told = [batch.gap.reason.values["said"] for batch in first if batch.gap]
    assert len(told) == 2
    assert all("permission" in str(said) for said in told)
    assert not any(batch.gap for batch in await polled(listener, cursor_of(first)))


@pytest.mark.parametrize(
    ("code", "subcode", "state", "words"),
    [
        (4, 0, SourceState.RATE_LIMITED, "asks us to wait"),
        (17, 0, SourceState.RATE_LIMITED, "asks us to wait"),
        (32, 0, SourceState.RATE_LIMITED, "asks us to wait"),
        (613, 0, SourceState.RATE_LIMITED, "asks us to wait"),
        (80001, 0, SourceState.RATE_LIMITED, "asks us to wait"),
        (80002, 0, SourceState.RATE_LIMITED, "asks us to wait"),
        (190, 463, SourceState.TOKEN_EXPIRED, "does not accept"),
        (190, 460, SourceState.TOKEN_EXPIRED, "password was"),
        (190, 459, SourceState.TOKEN_EXPIRED, "log in once"),
        (190, 458, SourceState.TOKEN_EXPIRED, "taken out"),
        (10, 0, SourceState.NEEDS_TOKEN, "may not do that"),
        (200, 0, SourceState.NEEDS_TOKEN, "may not do that"),
        (100, 33, SourceState.FAILING, "not on Facebook any more"),
        (100, 0, SourceState.FAILING, "refused the question"),
        (2, 0, SourceState.FAILING, "could not answer now"),
        (368, 0, SourceState.BLOCKED, "blocks this account"),
    ],
)
async def test_refusals_by_their_code(
    world: World[FakeFacebook], code: int, subcode: int, state: SourceState, words: str
) -> None:
    world.server.on(FEED, refusal(code, "(#x) No \x1b[31mred\x1b[0m", subcode))
    with pytest.raises(SourceError, match=words) as caught:
        await polled(heard(world))
    assert caught.value.state is state
    assert "\x1b" not in str(caught.value)
    assert KEY not in str(caught.value)


async def test_a_throttled_key_is_left_alone_as_long_as_told(world: World[FakeFacebook]) -> None:
    told = {"100": [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 19}]}
    limit = refusal(80001, "(#80001) There have been too many calls to this Page account.")
    headers = {**limit.headers, "x-business-use-case-usage": json.dumps(told)}
    world.server.on(FEED, type(limit)(400, limit.body, headers))
    listener = heard(world)
    with pytest.raises(SourceError) as caught:
        await polled(listener)
    assert caught.value.until == world.now + 19 * MINUTE
    asked = len(world.server.requests)
    with pytest.raises(SourceError, match="asks us to wait") as again:
        await polled(listener)
    assert again.value.unsent
    assert len(world.server.requests) == asked, "asking on lengthens the ban"
    world.server.on(FEED, json_reply({"data": []}))
    world.now = type(world.now)(world.now + 20 * MINUTE)
    assert await polled(listener)


@pytest.mark.parametrize(
    ("percent", "interval"), [(10, None), (55, 300.0), (72, 900.0)], ids=["low", "half", "most"]
)
async def test_it_slows_down_before_the_limit(
    world: World[FakeFacebook], percent: int, interval: float | None
) -> None:
    world.server.post("One")
    world.server.headers = {"x-app-usage": json.dumps({"call_count": 3, "total_time": percent})}
    listener = heard(world)
    await polled(listener)
    assert listener.next_interval == interval


async def test_it_stops_before_it_is_shut_out(world: World[FakeFacebook]) -> None:
    world.server.post("One")
    world.server.headers = {"x-page-usage": json.dumps({"call_count": 96})}
    listener = heard(world)
    with pytest.raises(SourceError, match="96 of 100") as caught:
        await polled(listener)
    assert caught.value.state is SourceState.RATE_LIMITED
    world.server.headers = {"x-page-usage": json.dumps({"call_count": 20})}
    world.now = type(world.now)(world.now + HOUR)
    assert await polled(listener)
    assert listener.next_interval is None


async def test_without_a_key_nothing_is_asked(world: World[FakeFacebook]) -> None:
    with pytest.raises(SourceError, match="key of your own") as caught:
        await polled(world.listener())
    assert caught.value.state is SourceState.NEEDS_TOKEN
    assert world.server.requests == []


async def test_the_key_stands_in_no_address(world: World[FakeFacebook]) -> None:
    post = world.server.post("One")
    cursor = cursor_of(await polled(heard(world)))
    for number in range(60):
        world.server.comment(f"c{number}", post)
    cursor = cursor_of(await polled(heard(world), cursor), cursor)
    assert len(world.server.asked(f"/{post['id']}/comments")) >= 1
    assert not any(KEY in str(request.query) for request in world.server.requests)
    assert KEY not in (cursor or "")


async def test_a_dead_letter_holds_no_key(world: World[FakeFacebook]) -> None:
    post = world.server.post("One")
    for number in range(30):
        world.server.comment(f"c{number}", post)
    post.pop("id")
    whole = world.server._post({**post, "id": "100_1001"}, POST_FIELDS)
    whole.pop("id")
    world.server.on(FEED, json_reply({"data": [whole]}))
    assert KEY in json.dumps(whole)
    (letter,) = [letter for batch in await polled(heard(world)) for letter in batch.bad]
    assert "c29" in letter.record
    assert KEY not in letter.record


async def test_an_odd_place_begins_anew(world: World[FakeFacebook]) -> None:
    post = world.server.post("One")
    for odd in ("{", "[]", '{"roots": {"a": 1}}', "\x00"):
        batches = await polled(heard(world), odd)
        assert batches[0].gap is not None
        assert post["id"] in ids_of(batches)


async def test_old_comments_at_first_are_history(world: World[FakeFacebook]) -> None:
    post = world.server.post("One")
    old = world.server.comment("Two", post)
    world.now = type(world.now)(world.server.now * SECOND + 5 * DAY)
    assert by_id(await polled(heard(world)))[old["id"]].history
