"""Lobsters: new stories, tags and links to our sites, and whole conversations with what is gone."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from listeners.config import BrandConfig, SourceConfig
from listeners.model import DAY, SECOND, Micros, Post, SourceState
from listeners.networks.contract import Historical, SourceError
from listeners.networks.decoding import UnreadableError
from listeners.networks.lobsters.decode import read_comments, read_story, story_of
from listeners.networks.lobsters.listener import MOST_PAGES
from listeners.networks.lobsters.places import places_of
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
from tests.fake.lobsters import FakeLobsters

ROOT = Path(__file__).parents[3]
RECORDED = Path(os.environ.get("HUBBUB_RECORDED", ROOT.parent / "shared" / "recorded"))
FILES = sorted((RECORDED / "lobsters").glob("*.json"))
SITE = "https://lobste.rs"
BRAND = BrandConfig(name="Kerlann", handles={"lobsters": ("kerlann_hq",)})


@pytest.fixture
async def world() -> AsyncIterator[World[FakeLobsters]]:
    async with world_of(FakeLobsters(), "lobsters") as made:
        yield made


@pytest.mark.skipif(not FILES, reason="no recorded Lobsters answers: set HUBBUB_RECORDED")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_recorded_answer_is_read_or_refused(path: Path) -> None:
    body: Any = json.loads(path.read_text(encoding="utf-8"))
    if path.name == "tags.json":
        with pytest.raises(UnreadableError):
            read_story(body[0], SITE)
        return
    stories = body if isinstance(body, list) else [body]
    for record in stories:
        post = read_story(record, SITE)
        assert post.title
        assert post.author.handle
        assert post.created_at is not None
        below = list(read_comments(record.get("comments", []), post.native_id, SITE))
        assert all(isinstance(one, Post) for one in below)
        ids = {post.native_id, *(one.native_id for one in below if isinstance(one, Post))}
        assert {one.parent_id for one in below if isinstance(one, Post)} <= ids


@pytest.mark.skipif(not FILES, reason="no recorded Lobsters answers: set HUBBUB_RECORDED")
def test_a_recorded_comment_stands_below_the_one_it_answers() -> None:
    body: Any = json.loads((RECORDED / "lobsters" / "post_details_d9ucpe.json").read_text())
    found = {c.native_id: c for c in read_comments(body["comments"], "d9ucpe", SITE)
             if isinstance(c, Post)}  # fmt: skip
    assert found["d9ucpe#c_flr1hj"].parent_id == "d9ucpe#c_6gmzsf"
    assert found["d9ucpe#c_oeggxb"].parent_id == "d9ucpe"


async def test_a_story_with_text_link_and_tags(world: World[FakeLobsters]) -> None:
    made = world.server.story("Kerlann", text="<p>See <a href='https://b.example/'>b</a></p>")
    [post] = posts_of(await polled(world.listener("newest")))
    assert (post.native_id, post.title, post.text) == (made.id, "Kerlann", "See b")
    assert post.links == ("https://a.example/", "https://b.example/")
    assert (post.tags, post.author.handle) == (("web",), "ana")
    assert (post.created_at, post.engagement.likes) == (made.at * SECOND, 1)
    assert post.url == f"https://lobste.rs/s/{made.id}/slug"


async def test_later_rounds_bring_new_and_changed_stories_alone(
    world: World[FakeLobsters],
) -> None:
    old = world.server.story("Kerlann 0")
    world.server.story("other")
    listener = world.listener("newest")
    cursor = cursor_of(await polled(listener))
    assert await polled(listener, cursor) == []
    old.score = 9
    new = world.server.story("Kerlann 1")
    batches = await polled(listener, cursor)
    assert {p.native_id: p.engagement.likes for p in posts_of(batches)} == {old.id: 9, new.id: 1}


async def test_many_new_stories_are_walked_back_to_through_every_crash(
    world: World[FakeLobsters],
) -> None:
    world.server.size = 4
    world.server.story("before")
    cursor = cursor_of(await polled(world.listener("newest")))
    expected = [world.server.story(f"s{number}").id for number in range(14)]
    batches = await polled(world.listener("newest"), cursor)
    assert [one for one in ids_of(batches) if one in expected] == expected
    assert all(batch.gap is None for batch in batches)
    await crash_everywhere(lambda: world.listener("newest"), cursor, expected)


async def test_a_walk_that_is_too_long_is_a_gap(world: World[FakeLobsters]) -> None:
    world.server.size = 1
    before = world.server.story("before")
    world.server.step = 7200
    cursor = cursor_of(await polled(world.listener("newest")))
    made = [world.server.story(f"s{number}") for number in range(MOST_PAGES + 3)]
    batches = await polled(world.listener("newest"), cursor)
    [gap] = [batch.gap for batch in batches if batch.gap]
    assert (gap.from_at, gap.to_at) == (before.at * SECOND, made[3].at * SECOND)


async def test_without_what_new_stories_and_links_to_our_sites_are_read(
    world: World[FakeLobsters],
) -> None:
    linked = world.server.story("Boats", url="https://kerlann.example/boats")
    world.server.story("Rust")
    batches = await polled(world.listener())
    assert linked.id in ids_of(batches)
    assert [request.path for request in world.server.requests] == [
        "/newest.json",
        "/domains/kerlann.example.json",
    ]


async def test_a_site_nobody_linked_to_is_no_fault(world: World[FakeLobsters]) -> None:
    world.server.story("Rust")
    listener = world.listener()
    cursor = cursor_of(await polled(listener))
    linked = world.server.story("Boats", url="https://kerlann.example/boats")
    assert linked.id in ids_of(await polled(listener, cursor))


async def test_a_thread_is_whole_and_tells_what_was_removed(world: World[FakeLobsters]) -> None:
    story = world.server.story("Kerlann")
    first = world.server.comment(story, "ours", author="kerlann_hq")
    second = world.server.comment(first, "to us")
    third = world.server.comment(story, "soon gone")
    listener = world.listener("newest", BRAND)
    await polled(listener)
    batch = await listener.thread([f"{story.id}#c_{second.id}"])
    posts = {post.native_id: post for post in batch.posts}
    answer = posts[f"{story.id}#c_{second.id}"]
    assert (answer.parent_id, answer.root_id) == (f"{story.id}#c_{first.id}", story.id)
    assert answer.addressed
    assert posts[f"{story.id}#c_{third.id}"].parent_id == story.id
    third.gone = "deleted"
    first.gone = "moderated"
    assert gone_of([await listener.thread([story.id])]) == {
        f"{story.id}#c_{third.id}",
        f"{story.id}#c_{first.id}",
    }
    story.below.remove(third)
    known = [f"{story.id}#c_{third.id}"]
    assert f"{story.id}#c_{third.id}" in gone_of([await listener.thread(known)])
    story.gone = "deleted"
    assert {story.id, *known} <= gone_of([await listener.thread(known)])


async def test_comments_below_stories_that_concern_us_are_heard_once(
    world: World[FakeLobsters],
) -> None:
    story = world.server.story("Kerlann")
    other = world.server.story("Rust")
    listener = world.listener("newest")
    cursor = cursor_of(await polled(listener))
    comment = world.server.comment(story, "nice")
    world.server.comment(other, "meh")
    batches = await polled(listener, cursor)
    assert f"{story.id}#c_{comment.id}" in ids_of(batches)
    assert [r.path for r in world.server.requests if "/s/" in r.path] == [f"/s/{story.id}.json"]
    comment.gone = "deleted"
    world.server.comment(story, "more")
    batches = await polled(listener, cursor_of(batches, cursor))
    assert gone_of(batches) == {f"{story.id}#c_{comment.id}"}
    assert await polled(listener, cursor_of(batches, cursor)) == []


async def test_an_edited_comment_says_when(world: World[FakeLobsters]) -> None:
    story = world.server.story("Kerlann")
    comment = world.server.comment(story, "one")
    comment.edited = comment.at + 60
    listener = world.listener("newest")
    [_, post] = (await listener.thread([story.id])).posts
    assert post.edited_at == comment.edited * SECOND


async def test_older_answers_name_people_by_tables_and_parents_by_depth(
    world: World[FakeLobsters],
) -> None:
    world.server.old = True
    story = world.server.story("Kerlann")
    first = world.server.comment(story, "a")
    second = world.server.comment(first, "b")
    third = world.server.comment(story, "c")
    batch = await world.listener("newest").thread([story.id])
    assert {post.text: post.parent_id for post in batch.posts if post.parent_id} == {
        "a": story.id,
        "b": f"{story.id}#c_{first.id}",
        "c": story.id,
    }
    assert second.depth == 1
    assert third.depth == 0


async def test_a_bad_comment_hides_no_other_and_deletes_nothing(
    world: World[FakeLobsters],
) -> None:
    record = {
        "short_id": "x1",
        "title": "Kerlann",
        "submitter_user": "ana",
        "comments": [
            {"short_id": "c1", "comment": "fine", "commenting_user": "bob", "depth": 0},
            {"short_id": "c2", "comment": 7},
        ],
    }
    world.server.on("/s/x1.json", json_reply(record))
    batch = await world.listener("newest").thread(["x1", "x1#c_c9"])
    assert [post.native_id for post in batch.posts] == ["x1", "x1#c_c1"]
    assert (len(batch.bad), batch.deletions) == (1, ())


async def test_what_is_no_list_moves_nothing(world: World[FakeLobsters]) -> None:
    world.server.on("/newest.json", json_reply({"error": "x"}))
    with pytest.raises(SourceError) as refused:
        await polled(world.listener("newest"))
    assert refused.value.state is SourceState.FORMAT_CHANGED


async def test_the_past_holds_what_concerns_the_brand(world: World[FakeLobsters]) -> None:
    world.server.size = 3
    made = [
        world.server.story(f"Kerlann {number}" if number % 2 else "other") for number in range(12)
    ]
    listener = world.listener()
    assert isinstance(listener, Historical)
    since = Micros(made[2].at * SECOND)
    whole = await remembered(listener, KERLANN, since)
    expected = [story.id for story in reversed(made[2:]) if story.title != "other"]
    assert ids_of(whole) == expected
    half = await remembered(listener, KERLANN, since, most=2)
    rest = await remembered(listener, KERLANN, since, cursor_of(half))
    assert [*ids_of(half), *ids_of(rest)] == expected
    assert ids_of(await remembered(listener, KERLANN, Micros(world.now + DAY))) == []


@pytest.mark.parametrize(
    ("what", "paths"),
    [
        ("", ["/newest", "/domains/kerlann.example"]),
        ("tag: Web, security", ["/t/web,security"]),
        ("domain:a.example,b.example", ["/domains/a.example", "/domains/b.example"]),
    ],
)
def test_what_names_lists(what: str, paths: list[str]) -> None:
    source = SourceConfig(network="lobsters", what=what)
    assert [place.path for place in places_of(source, [KERLANN])] == paths


@pytest.mark.parametrize("what", ["kerlann", "tag:", "search:kerlann"])
def test_what_cannot_be_searched_is_said(what: str) -> None:
    with pytest.raises(SourceError):
        places_of(SourceConfig(network="lobsters", what=what), [KERLANN])


def test_ids_hold_their_story() -> None:
    assert [story_of(one) for one in ("abc", "abc#c_x", "../x", "")] == ["abc", "abc", "", ""]


async def test_an_unreadable_cursor_begins_anew_and_says_so(world: World[FakeLobsters]) -> None:
    world.server.story("Kerlann")
    batches = await polled(world.listener("newest"), "{")
    assert batches[0].gap is not None
    assert len(ids_of(batches)) == 1
