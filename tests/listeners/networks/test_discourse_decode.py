"""Discourse's records as posts: what the forum really sent, and whatever else it may send."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.networks.decoding import UnreadableError
from listeners.networks.discourse.decode import Topic, read_post, read_topic
from listeners.networks.discourse.forum import Forum
from listeners.networks.discourse.text import read_cooked

FORUM = Forum("https://Forum.example/community/", ["kerlann_hq@forum.example"], "kerlann")
RECORDED = Path(os.environ.get("HUBBUB_RECORDED", "../shared/recorded")) / "discourse"


def record(**more: object) -> dict[str, object]:
    return {"id": 7, "topic_id": 3, "post_number": 2, "username": "ana", "cooked": "", **more}


# --- addresses and names -------------------------------------------------------------------------


def test_ids_are_addresses_of_one_forum() -> None:
    assert FORUM.post_id(3, 2) == "https://forum.example/community/t/3/2"
    assert FORUM.place_of(FORUM.post_id(3, 2)) == (3, 2)
    assert FORUM.pending_of(FORUM.pending_id(9)) == 9
    for other in ("https://forum.example/t/3/2", "", "https://forum.example/community/t/3/x"):
        assert FORUM.place_of(other) is None
        assert FORUM.pending_of(other) is None
    assert Forum("forum.example").base == "https://forum.example"


@pytest.mark.parametrize(
    ("name", "spelled"),
    [("Kerlann_HQ", "kerlann_hq@forum.example"), ("kerlann", "kerlann"), ("ana", ""), ("", "")],
)
def test_our_accounts_go_by_their_configured_names(name: str, spelled: str) -> None:
    assert FORUM.spelled(name) == spelled


def test_a_name_of_another_host_is_somebody_else_s() -> None:
    assert Forum("https://other.example", ["kerlann@forum.example"]).spelled("kerlann") == ""


# --- words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cooked", "text"),
    [
        ("plain", "plain"),
        ("<p>one<br>two</p>", "one\ntwo"),
        ("<blockquote><p>they said</p></blockquote><p>I say</p>", "I say"),
        (
            '<aside class="quote" data-username="bob"><div class="title">bob:</div>'
            "<blockquote><p>terrible</p></blockquote></aside><p>Not so.</p>",
            "Not so.",
        ),
        ('<aside class="onebox"><h3>A page</h3></aside><p>See this</p>', "See this"),
        ('<p>Hi <img class="emoji" alt=":wave:" src="x">!</p>', "Hi :wave:!"),
        (
            '<div class="lightbox-wrapper"><a href="/i.png"><img src="i"><div class="meta">'
            '<span class="filename">i</span></div></a></div><p>Look</p>',
            "Look",
        ),
    ],
)
def test_the_author_s_own_words(cooked: str, text: str) -> None:
    assert read_cooked(cooked, FORUM).text == text


def test_links_and_names() -> None:
    words = read_cooked(
        '<p><a class="mention" href="/u/Bob">@Bob</a> and <span class="mention">@ghost</span> '
        '<a class="mention-group" href="/g/staff">@staff</a> <a href="/t/9">there</a> '
        '<a href="https://kerlann.example/x">here</a> <a class="hashtag" href="/tag/a">#a</a> '
        '<a href="javascript:alert(1)">no</a> <a>nowhere</a></p>'
        '<blockquote><a href="https://quoted.example/">q</a></blockquote>',
        FORUM,
    )
    assert words.mentions == ("Bob", "staff", "ghost")
    assert words.links == ("https://forum.example/t/9", "https://kerlann.example/x")


@pytest.mark.parametrize(
    ("more", "answers", "parent"),
    [
        ({"reply_to_post_number": 4}, 4, "t/3/4"),
        ({"reply_to_post_number": "4"}, 4, "t/3/4"),
        ({"reply_to_post_number": None}, None, "t/3/1"),
        ({"reply_to_post_number": -1}, None, "t/3/1"),
        ({"reply_to_post_number": [4]}, None, "t/3/1"),
    ],
)
def test_what_a_post_answers(more: dict[str, object], answers: int | None, parent: str) -> None:
    one = read_post(record(**more), FORUM)
    assert one.answers == answers
    assert one.post.parent_id == f"https://forum.example/community/{parent}"
    assert one.post.root_id == "https://forum.example/community/t/3/1"


def test_an_edit_is_told_by_the_version() -> None:
    at = "2026-01-25T02:10:07.971Z"
    assert read_post(record(updated_at=at), FORUM).post.edited_at is None
    assert read_post(record(updated_at=at, version=2), FORUM).post.edited_at is not None


def test_tags_are_names_or_tables() -> None:
    topic = read_topic({"title": "T", "tags": ["a", {"id": 1, "name": "b"}, 3], "archetype": "x"})
    assert topic == Topic("T", ("a", "b"), private=False)
    assert read_topic([]) == Topic()


@pytest.mark.parametrize(
    "bad",
    [
        {"id": None},
        {"id": 0},
        {"id": 10**18},
        {"topic_id": "3"},
        {"post_number": 0},
        {"username": ""},
        {"username": "a\x00"},
        {"cooked": None},
        {"cooked": 5},
    ],
)
def test_what_decides_identity_is_read_strictly(bad: dict[str, object]) -> None:
    with pytest.raises(UnreadableError):
        read_post(record(**bad), FORUM)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
_FIELDS = (
    "id", "topic_id", "post_number", "username", "cooked", "created_at", "updated_at", "version",
    "name", "post_type", "reply_to_post_number", "reply_to_user", "topic_title", "category_id",
    "actions_summary", "reply_count", "like_count", "raw", "yours", "hidden", "deleted_at",
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(_FIELDS), _JSON, max_size=6))
def test_any_record_is_a_post_or_unreadable(odd: dict[str, Any]) -> None:
    try:
        one = read_post(record(**odd), FORUM)
    except UnreadableError:
        return
    assert FORUM.place_of(one.post.native_id) == (one.topic, one.number)
    json.loads(one.post.raw or b"")


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from('<>/ap&;"= blockquote\n@é😀'), max_size=200))
def test_any_cooked_text_is_read(cooked: str) -> None:
    words = read_cooked(cooked, FORUM)
    assert all(link.startswith(("http://", "https://")) for link in words.links)


# --- what forums really sent --------------------------------------------------------------------


def _posts_in(value: object) -> Iterator[dict[str, object]]:
    """Everything in a recording that calls itself a post."""
    if isinstance(value, dict):
        if "cooked" in value:
            yield value
        for inner in value.values():
            yield from _posts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _posts_in(inner)


def _told(one: dict[str, object]) -> str:
    try:
        post = read_post(one, FORUM).post
    except UnreadableError as fault:
        return f"refused: {fault.sentence.values['fault']}"
    return f"{post.author.handle}: {post.text[:30]!r}"


def test_every_recording_is_read_or_refused_in_words() -> None:
    if not RECORDED.is_dir():
        pytest.skip("no recorded payloads: set HUBBUB_RECORDED")
    read = 0
    for path in sorted(RECORDED.glob("*.json")):
        if path.name != "openapi.json":
            told = [_told(one) for one in _posts_in(json.loads(path.read_bytes()))]
            read += sum(not line.startswith("refused: ") for line in told)
            print(f"{path.name:40} {len(told)} {'; '.join(told)[:90]}")
    assert read >= 9
