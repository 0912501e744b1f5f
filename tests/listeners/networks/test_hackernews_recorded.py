"""Every recorded Hacker News answer: read into posts, or refused for a stated reason; and drift."""

from __future__ import annotations

import html
import json
import os
import re
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.clock import from_iso, utc_now
from listeners.config import SourceConfig
from listeners.http import Fetcher
from listeners.model import SECOND, Post
from listeners.networks.decoding import UnreadableError
from listeners.networks.hackernews.decode import DeletedError, read_hit, read_item, read_tree
from listeners.networks.hackernews.listener import HackerNewsListener
from tests.fake.http_server import FakeServer, body_reply

ROOT = Path(__file__).parents[3]
RECORDED = Path(os.environ.get("HUBBUB_RECORDED", ROOT.parent / "shared" / "recorded"))
FILES = sorted((RECORDED / "hackernews").glob("*.json"))
SEARCHES = [path for path in FILES if re.match(r"[\d.]+\.json", path.name)]

recorded = pytest.mark.skipif(
    not FILES, reason="no recorded Hacker News answers: set HUBBUB_RECORDED to their folder"
)

# What an answer holds, where it holds no posts.
NO_POSTS = {
    "pg.json": "an account",
    "firebase_user_jl.json": "an account",
    "firebase_askstories.json": "ids of stories",
    "firebase_maxitem.json": "the newest id",
    "firebase_updates.json": "ids of changed items and accounts",
}


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def judged(path: Path) -> tuple[list[Post], str]:
    """The posts of a file, or why it gave none."""
    body = json.loads(text_of(path))
    if path.name in NO_POSTS:
        return [], NO_POSTS[path.name]
    if isinstance(body, dict) and "hits" in body:
        return [read_hit(record) for record in body["hits"]], ""
    return [read_item(body)], ""


@recorded
def test_every_file_gives_posts_or_a_stated_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"{'file':40} {'posts':>5}  not posts"]
    for path in FILES:
        posts, refused = judged(path)
        assert posts or refused, path.name
        lines.append(f"{path.name:40} {len(posts):5}  {refused}")
    with capsys.disabled():
        print("\n" + "\n".join(lines))


@recorded
@pytest.mark.parametrize("path", SEARCHES, ids=lambda path: path.name)
async def test_a_replayed_search_is_read_as_it_was_recorded(path: Path) -> None:
    page = text_of(path)
    hits = json.loads(page)["hits"]
    async with FakeServer() as server, Fetcher() as fetch:
        server.on("/api/v1/search_by_date", body_reply(page.encode(), "application/json"))
        source = SourceConfig(network="hackernews", what="x", base_url=server.url)
        listener = HackerNewsListener(source, [], fetch, utc_now)
        async with aclosing(listener.poll(None)) as batches:
            found = [batch async for batch in batches]
    posts = [post for batch in found for post in batch.posts]
    expected = sorted(hits, key=lambda record: record["created_at_i"])
    assert [post.native_id for post in posts] == [record["objectID"] for record in expected]
    for post, record in zip(posts, expected, strict=True):
        markup = record["comment_text"] or record["story_text"] or record["title"]
        plain = html.unescape(re.sub(r"<[^>]+>", " ", markup.replace("<p>", "\n")))
        assert post.text.split() == plain.split()
        assert post.author.handle == record["author"]
        assert post.created_at == from_iso(record["created_at"])
        assert post.parent_id == (str(record["parent_id"]) if record["parent_id"] else None)
        assert post.root_id == (str(record["story_id"]) if record["parent_id"] else None)
        assert post.history
    assert sum(batch.fetched for batch in found) == len(hits)


HIT: dict[str, Any] = {
    "objectID": "101",
    "author": "ana",
    "created_at_i": 1_800_000_000,
    "title": None,
    "url": None,
    "story_text": None,
    "comment_text": 'it&#x27;s <i>down</i><p><a href="https:&#x2F;&#x2F;x.example&#x2F;a">x</a>',
    "points": None,
    "num_comments": None,
    "parent_id": 100,
    "story_id": 99,
    "_tags": ["comment", "author_ana", "story_99"],
}
STORY: dict[str, Any] = {
    **HIT,
    "comment_text": None,
    "title": "Kerlann &amp; you",
    "url": "https://kerlann.example/",
    "parent_id": None,
    "story_id": None,
    "points": 12,
    "num_comments": 3,
    "_tags": ["story", "author_ana", "story_101"],
}


def test_a_comment() -> None:
    post = read_hit(HIT)
    assert post.text == "it's down\nx"
    assert post.links == ("https://x.example/a",)
    assert (post.native_id, post.parent_id, post.root_id) == ("101", "100", "99")
    assert post.created_at == 1_800_000_000 * SECOND
    assert post.author.url == "https://news.ycombinator.com/user?id=ana"


def test_a_story() -> None:
    post = read_hit(STORY)
    assert (post.title, post.text) == ("Kerlann & you", "Kerlann & you")
    assert (post.parent_id, post.root_id) == (None, None)
    assert post.links == ("https://kerlann.example/",)
    assert (post.engagement.likes, post.engagement.replies) == (12, 3)


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        ({"created_at_i": None}, "created_at", None),
        ({"created_at_i": "x"}, "created_at", None),
        ({"created_at_i": 2**62}, "created_at", None),
        ({"parent_id": None, "story_id": None}, "root_id", None),
        ({"story_id": None}, "root_id", "100"),
        ({"objectID": 7}, "native_id", "7"),
        ({"_tags": None}, "parent_id", "100"),
        ({"comment_text": "&#27;]0;x"}, "text", "\x1b]0;x"),
        ({"url": 3}, "links", ("https://x.example/a",)),
    ],
)
def test_nulls_and_drift_are_read_tolerantly(
    change: dict[str, Any], field: str, value: object
) -> None:
    assert getattr(read_hit({**HIT, **change}), field) == value


@pytest.mark.parametrize(
    "record",
    [
        None,
        [],
        {},
        {**HIT, "author": None},
        {**HIT, "author": "a\x1b"},
        {**HIT, "comment_text": None},
        {**STORY, "title": None},
        {**HIT, "parent_id": {}},
        {**HIT, "objectID": ""},
    ],
)
def test_what_has_no_identity_is_refused_with_a_reason(record: object) -> None:
    with pytest.raises(UnreadableError):
        read_hit(record)


def test_a_deleted_item_is_deleted_and_a_missing_one_is_not() -> None:
    with pytest.raises(DeletedError) as caught:
        read_item({"deleted": True, "id": 7, "type": "comment"})
    assert caught.value.native_id == "7"
    with pytest.raises(UnreadableError):
        read_item(None)


def test_a_deep_tree_is_read_without_recursion() -> None:
    node: dict[str, Any] = {"id": 3000, "type": "comment", "author": "a", "text": "x"}
    for number in range(2999, 0, -1):
        kind = "story" if number == 1 else "comment"
        node = {"id": number, "type": kind, "author": "a", "text": "x", "children": [node]}
    nodes = list(read_tree(node))
    assert len(nodes) == 3000
    last = nodes[-1]
    assert isinstance(last, Post)
    assert last.root_id == "1"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(HIT)), json_values, max_size=4))
def test_no_drift_of_fields_breaks_the_decoder(change: dict[str, object]) -> None:
    try:
        post = read_hit({**HIT, **change})
    except UnreadableError:
        return
    assert post.native_id.isprintable()
    post.author.key.encode()


@settings(deadline=None)
@given(json_values)
def test_no_json_breaks_the_reading_of_trees(value: object) -> None:
    assert all(isinstance(node, (UnreadableError, DeletedError)) for node in read_tree(value))
