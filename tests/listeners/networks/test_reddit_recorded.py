"""Every recorded Reddit answer: read into posts, or holding none for a stated reason; and drift."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.http.budget import Budget, after_answer
from listeners.model import Deletion, Micros, Post
from listeners.networks.decoding import UnreadableError
from listeners.networks.reddit.atom import NoFeedError, read_atom
from listeners.networks.reddit.decode import KINDS, is_fullname, read_thing, words_of

ROOT = Path(__file__).parents[3]
RECORDED = Path(os.environ.get("HUBBUB_RECORDED", ROOT.parent / "shared" / "recorded"))
CASSETTES = sorted((RECORDED / "reddit").glob("*.json"))
FEEDS = sorted((RECORDED / "reddit").glob("*.xml"))

recorded = pytest.mark.skipif(
    not CASSETTES, reason="no recorded Reddit answers: set HUBBUB_RECORDED to their folder"
)

# What a recording holds, where it holds no posts.
NO_POSTS = {
    "TestAnnouncementHelper.test_call.json": "announcements of Reddit itself",
    "TestComment.test_reply__none.json": "a comment taken without a word",
    "TestReddit.test_bad_request_without_json_text_html_response.json": "a refusal in HTML",
    "TestReddit.test_bare_badrequest.json": "a refusal in JSON",
    "TestRedditor.test_block.json": "an account",
    "TestRedditors.test_search.json": "accounts",
    "TestSubmission.test_report.json": "a report that was taken",
    "TestSubreddits.test_search.json": "communities",
}


def answers(path: Path) -> Iterator[dict[str, Any]]:
    """The exchanges of a recording but for the token."""
    for one in json.loads(path.read_text(encoding="utf-8"))["interactions"]:
        if "access_token" not in one["request"]["uri"]:
            yield one


def body_of(one: dict[str, Any]) -> str:
    body = one["response"]["body"]
    return str(body.get("string", "")) if isinstance(body, dict) else ""


def records_in(value: object) -> Iterator[object]:
    """Whatever looks like a thing, however deep."""
    waiting = [value]
    while waiting:
        held = waiting.pop()
        if isinstance(held, dict):
            if held.get("kind") in KINDS and "data" in held:
                yield held
            waiting.extend(held.values())
        elif isinstance(held, list):
            waiting.extend(held)


def things_in(path: Path) -> list[Post | Deletion]:
    found = []
    for one in answers(path):
        try:
            body = json.loads(body_of(one))
        except ValueError:
            continue
        found += [thing for record in records_in(body) if (thing := read_thing(record))]
    return found


@recorded
@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: path.stem)
def test_every_recording_is_read(path: Path) -> None:
    things = things_in(path)
    if path.name in NO_POSTS:
        assert things == []
        return
    assert things
    for thing in things:
        assert is_fullname(thing.native_id)
        if isinstance(thing, Post):
            assert thing.created_at is not None
            assert thing.author.key == thing.author.handle.casefold()
            assert thing.text or thing.title
            if thing.native_id.startswith("t1"):
                assert thing.root_id is None or thing.root_id.startswith("t3_")
                assert thing.parent_id is not None


@recorded
def test_a_deleted_comment_and_an_inbox_are_read_as_such() -> None:
    folder = RECORDED / "reddit"
    things = things_in(folder / "TestComment.test_delete.json")
    assert things == [Deletion("reddit", "t1_d1616q2")]
    heard = things_in(folder / "TestInbox.test_comment_replies.json")
    posts = [one for one in heard if isinstance(one, Post)]
    assert len(posts) == 64
    assert all(post.addressed and post.root_id == "t3_1j7g9uj" for post in posts)


@recorded
@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: path.stem)
def test_the_limits_of_every_recording_are_understood(path: Path) -> None:
    now = Micros(1_800_000_000_000_000)
    for one in answers(path):
        given_headers = one["response"]["headers"]
        headers = {
            name.lower(): value[0] if isinstance(value, list) else value
            for name, value in given_headers.items()
        }
        if "x-ratelimit-remaining" in headers:
            budget = after_answer(Budget(), headers, now)
            assert budget.remaining == int(float(headers["x-ratelimit-remaining"]))
            assert budget.reset_at is not None


@recorded
@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.stem)
def test_every_recorded_feed_is_read(path: Path) -> None:
    things, bad, ids = read_atom(path.read_bytes())
    assert bad == []
    assert len(ids) == len(things) > 0
    for thing in things:
        assert isinstance(thing, Post)
        assert thing.native_id.startswith("t3_")
        assert thing.created_at is not None
        assert thing.title
        assert thing.url.startswith("https://")
        assert "submitted by" not in thing.text
        assert not thing.author.handle.startswith("/")


@pytest.mark.parametrize(
    ("markup", "text", "links"),
    [
        ("", "", ()),
        ("plain", "plain", ()),
        ("<div class='md'><p>a</p><p>b</p></div>", "a\nb", ()),
        ("<blockquote><p>theirs</p></blockquote><p>mine</p>", "mine", ()),
        ("<blockquote><p>theirs</p></blockquote>", "theirs", ()),
        ("<p><a href='/r/x'>x</a></p>", "x", ("https://www.reddit.com/r/x",)),
        ("<p><a href='javascript:x'>x</a></p>", "x", ()),
        ("<p><a href='http://[x'>x</a></p>", "x", ()),
    ],
)
def test_the_author_s_own_words(markup: str, text: str, links: tuple[str, ...]) -> None:
    assert words_of(markup) == (text, links)


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
_FIELDS = st.sampled_from(
    ["author", "created_utc", "edited", "title", "selftext", "selftext_html", "body", "body_html",
     "url", "permalink", "context", "parent_id", "link_id", "score", "type", "subject"]
)  # fmt: skip


@given(st.sampled_from(["t1", "t3", "t4"]), st.dictionaries(_FIELDS, _SCALARS))
def test_any_record_is_a_post_gone_or_refused(kind: str, fields: dict[str, object]) -> None:
    record = {"kind": kind, "data": {"name": f"{kind}_1", **fields}}
    try:
        thing = read_thing(record)
    except UnreadableError:
        return
    if isinstance(thing, Post):
        assert thing.text or thing.title
        assert thing.author.key


@given(st.text() | st.from_regex(r"<feed[^>]*>(<entry>.*)?</feed>", fullmatch=True))
def test_any_bytes_are_a_feed_or_none(text: str) -> None:
    try:
        things, _, _ = read_atom(text.encode("utf-8", "replace"))
    except NoFeedError:
        return
    assert isinstance(things, list)


def test_a_feed_s_own_entities_open_nothing() -> None:
    body = b"""<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa"><!ENTITY x SYSTEM
    "file:///etc/passwd">]><feed xmlns="http://www.w3.org/2005/Atom"><entry><id>t3_1</id><author>
    <name>/u/a</name></author><title>&x;</title><content>b</content></entry></feed>"""
    try:
        things, _, _ = read_atom(body)
    except NoFeedError:
        return
    assert all("root:" not in thing.title for thing in things if isinstance(thing, Post))
