"""DEV: new articles by lists in two orders, bodies, comments, and what is gone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from listeners.config import BrandConfig, SourceConfig
from listeners.model import DAY, SECOND, Micros, SourceState
from listeners.networks.contract import Historical, SourceError
from listeners.networks.decoding import UnreadableError
from listeners.networks.devto import listener as devto
from listeners.networks.devto.decode import article_of, read_article
from listeners.networks.devto.places import places_of
from listeners.secret import Secret
from tests.fake.devto import FakeDev
from tests.fake.http_server import json_reply
from tests.fake.listening import (
    KERLANN,
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

OURS = BrandConfig(name="Kerlann", handles={"devto": ("kerlann_hq",)})
LATEST = "/api/articles/latest"


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World[FakeDev]]:
    monkeypatch.setattr(devto, "SHORTEST_PAGE", 4)
    async with world_of(FakeDev(), "devto") as made:
        yield made


async def test_what_concerns_us_comes_whole_and_the_rest_as_listed(
    world: World[FakeDev],
) -> None:
    ours = world.server.article("My Kerlann", "<p>long <a href='https://x.example/'>x</a></p>")
    world.server.article("Other", description="about boats", tags=("boats",))
    found = {post.title: post for post in posts_of(await polled(world.listener()))}
    whole, listed = found["My Kerlann"], found["Other"]
    assert (whole.text, whole.links) == ("long x", ("https://x.example/",))
    assert (whole.native_id, whole.lang) == (ours.id, "en")
    assert (whole.author.handle, whole.author.name) == ("ana", "Ana")
    assert (whole.created_at, whole.engagement.likes) == (ours.at * SECOND, 1)
    assert (listed.text, listed.tags) == ("about boats", ("boats",))
    assert len([r for r in world.server.requests if r.path == f"/api/articles/{ours.id}"]) == 1


async def test_with_bodies_whole_texts_are_looked_through(world: World[FakeDev]) -> None:
    world.server.article("Boats", "<p>Kerlann makes them</p>")
    listener = world.listener("tag:webdev", options={"bodies": True})
    assert [post.text for post in posts_of(await polled(listener))] == ["Kerlann makes them"]


async def test_later_rounds_bring_new_and_changed_articles_alone(world: World[FakeDev]) -> None:
    old = world.server.article("Kerlann 0", "<p>one</p>")
    listener = world.listener()
    cursor = cursor_of(await polled(listener))
    assert await polled(listener, cursor) == []
    old.likes = 5
    [post] = posts_of(await polled(listener, cursor))
    assert (post.text, post.engagement.likes) == ("one", 5)
    old.text, old.edited = "<p>two</p>", old.at + 60
    new = world.server.article("Kerlann 1")
    batches = await polled(listener, cursor)
    found = {post.native_id: (post.text, post.edited_at) for post in posts_of(batches)}
    assert found == {old.id: ("two", (old.at + 60) * SECOND), new.id: ("body", None)}


@pytest.mark.parametrize("what", ["", "tag:webdev", "user:ana"])
async def test_many_new_articles_are_walked_back_to_through_every_crash(
    world: World[FakeDev], what: str
) -> None:
    world.server.size = 4
    world.server.article("before")
    cursor = cursor_of(await polled(world.listener(what)))
    made = [world.server.article(f"a{number}") for number in range(10)]
    made[3].likes = 50
    expected = [one.id for one in made]
    batches = await polled(world.listener(what), cursor)
    assert set(expected) <= set(ids_of(batches))
    assert all(batch.gap is None for batch in batches)
    await crash_everywhere(lambda: world.listener(what), cursor, expected)


async def test_a_list_by_reactions_loses_no_old_article_in_a_crash(
    world: World[FakeDev],
) -> None:
    world.server.size = 4
    world.server.article("before")
    cursor = cursor_of(await polled(world.listener("tag:webdev")))
    world.server.step = 86_400
    made = [world.server.article(f"a{number}") for number in range(9)]
    for likes, article in enumerate(reversed(made)):
        article.likes = 10 + likes
    world.now = Micros(world.server.now * SECOND)
    expected = [one.id for one in made]
    await crash_everywhere(lambda: world.listener("tag:webdev"), cursor, expected)


async def test_a_tag_is_asked_for_as_many_days_as_nobody_listened(
    world: World[FakeDev],
) -> None:
    article = world.server.article("before")
    listener = world.listener("tag:webdev")
    cursor = cursor_of(await polled(listener))
    world.now = Micros(article.at * SECOND + 5 * DAY)
    await polled(listener, cursor)
    assert [request.one("top") for request in world.server.requests] == ["3", "7"]


async def test_a_walk_that_is_too_long_is_a_gap(
    world: World[FakeDev], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devto, "MOST_PAGES", 2)
    world.server.size = 4
    before = world.server.article("before")
    cursor = cursor_of(await polled(world.listener()))
    world.server.step = 3600
    made = [world.server.article(f"a{number}") for number in range(12)]
    [gap] = [b.gap for b in await polled(world.listener(), cursor) if b.gap]
    assert (gap.from_at, gap.to_at) == (before.at * SECOND, made[4].at * SECOND)


async def test_comments_below_our_articles_are_heard_and_addressed_to_us(
    world: World[FakeDev],
) -> None:
    article = world.server.article("Release", author="kerlann_hq")
    world.server.article("Nobody's", author="ana")
    listener = world.listener("", OURS)
    cursor = cursor_of(await polled(listener))
    first = world.server.comment(article, "When?")
    second = world.server.comment(first, "Soon", author="kerlann_hq")
    batches = await polled(listener, cursor)
    found = {post.native_id: post for post in posts_of(batches) if post.parent_id}
    question, answer = found[f"{article.id}#{first.id}"], found[f"{article.id}#{second.id}"]
    assert question.addressed
    assert not answer.addressed
    assert (answer.parent_id, answer.root_id) == (question.native_id, article.id)
    assert question.url.endswith(f"/bob/comment/{first.id}")
    asked = len(world.server.asked("/api/comments"))
    await polled(listener, cursor_of(batches, cursor))
    assert len(world.server.asked("/api/comments")) == asked


async def test_a_thread_is_whole_and_tells_what_is_gone(world: World[FakeDev]) -> None:
    article = world.server.article("Kerlann")
    first = world.server.comment(article, "a")
    second = world.server.comment(first, "b")
    listener = world.listener()
    cursor = cursor_of(await polled(listener))
    batch = await listener.thread([f"{article.id}#{second.id}"])
    assert [post.text for post in batch.posts] == ["body", "a", "b"]
    assert not batch.deletions
    first.gone = True
    assert gone_of([await listener.thread([article.id])]) == {f"{article.id}#{first.id}"}
    article.below.clear()
    known = [f"{article.id}#{second.id}"]
    assert set(known) <= gone_of([await listener.thread(known)])
    article.gone = True
    assert {article.id, *known} <= gone_of([await listener.thread(known)])
    assert await polled(listener, cursor) == []


async def test_an_article_that_vanishes_before_it_is_read_is_left_out(
    world: World[FakeDev],
) -> None:
    world.server.article("Kerlann")
    record = {"id": 5, "title": "Kerlann 2", "user": {"username": "ana"}}
    world.server.on(LATEST, json_reply([record]))
    assert ids_of(await polled(world.listener())) == []


async def test_a_key_goes_out_as_its_header(
    world: World[FakeDev], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEV_KEY", "abc")
    await polled(world.listener(token=Secret("env:DEV_KEY")))
    assert world.server.requests[0].headers["api-key"] == "abc"
    assert world.server.requests[0].headers["accept"] == "application/vnd.forem.api-v1+json"


async def test_what_is_no_list_moves_nothing(world: World[FakeDev]) -> None:
    world.server.on(LATEST, json_reply({"error": "x"}))
    with pytest.raises(SourceError) as refused:
        await polled(world.listener())
    assert refused.value.state is SourceState.FORMAT_CHANGED


async def test_a_bad_record_is_kept_aside_once_and_its_neighbours_are_read(
    world: World[FakeDev],
) -> None:
    good = {"id": 5, "title": "Other", "user": {"username": "ana"}}
    world.server.on(LATEST, json_reply([{"id": "x"}, good, {"id": 6, "title": "t", "user": {}}]))
    listener = world.listener()
    [batch] = await polled(listener)
    assert (ids_of([batch]), len(batch.bad), batch.fetched) == (["5"], 2, 3)
    assert await polled(listener, batch.cursor) == []


async def test_the_past_holds_what_concerns_the_brand(world: World[FakeDev]) -> None:
    world.server.size = 4
    made = [
        world.server.article(f"Kerlann {number}" if number % 2 else "other") for number in range(12)
    ]
    world.now = Micros(world.server.now * SECOND)
    listener = world.listener()
    assert isinstance(listener, Historical)
    since = Micros(made[2].at * SECOND)
    whole = await remembered(listener, KERLANN, since)
    expected = [one.id for one in reversed(made[2:]) if one.title != "other"]
    assert ids_of(whole) == expected
    half = await remembered(listener, KERLANN, since, most=2)
    rest = await remembered(listener, KERLANN, since, cursor_of(half))
    assert [*ids_of(half), *ids_of(rest)] == expected


@pytest.mark.parametrize(
    ("what", "keys"),
    [
        ("", ["user:kerlann_hq", "latest"]),
        ("tag: #WebDev, python", ["user:kerlann_hq", "tag:webdev", "tag:python"]),
        ("user:@ana, kerlann_hq", ["user:kerlann_hq", "user:ana"]),
    ],
)
def test_what_names_lists(what: str, keys: list[str]) -> None:
    source = SourceConfig(network="devto", what=what)
    assert [place.key for place in places_of(source, [OURS])] == keys


@pytest.mark.parametrize("what", ["kerlann", "tag:", "search:kerlann"])
def test_what_cannot_be_searched_is_said(what: str) -> None:
    with pytest.raises(SourceError):
        places_of(SourceConfig(network="devto", what=what), [KERLANN])


def test_ids_hold_their_article() -> None:
    assert [article_of(one) for one in ("12", "12#c3", "x", "")] == ["12", "12", "", ""]


@pytest.mark.parametrize("record", [{}, 7, {"id": 1, "title": "t"}])
def test_what_is_no_article_is_refused(record: object) -> None:
    with pytest.raises(UnreadableError):
        read_article(record, "https://dev.to")


async def test_an_unreadable_cursor_begins_anew_and_says_so(world: World[FakeDev]) -> None:
    world.server.article("Kerlann")
    batches = await polled(world.listener(), "[]")
    assert batches[0].gap is not None
    assert len(ids_of(batches)) == 1
