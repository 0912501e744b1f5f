"""What Facebook, Instagram and Threads share: usage, refusals, times, pages, places."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.model import SECOND, Post
from listeners.networks.decoding import UnreadableError
from listeners.networks.facebook.decode import read_comment, read_post, read_rating, root_of
from listeners.networks.graph.accounts import Account
from listeners.networks.graph.faults import Kind, fault_in
from listeners.networks.graph.places import Place, read_place, write_place
from listeners.networks.graph.records import at_time, evidence, named_in, tags_of
from listeners.networks.graph.server import next_of
from listeners.networks.graph.usage import usage_of
from listeners.networks.instagram.decode import read_comment as read_instagram_comment
from listeners.networks.instagram.decode import read_media
from listeners.networks.threads.decode import read_post as read_thread

ME = Account("100", "Kerlann", "kerlann")
BUC = "x-business-use-case-usage"
ROOT = read_post({"id": "100_1", "message": "x", "from": {"id": "100"}}, "100")


@pytest.mark.parametrize(
    ("headers", "percent", "regain"),
    [
        ({"x-app-usage": '{"call_count":28,"total_time":25,"total_cputime":31}'}, 31, 0),
        ({"x-page-usage": '{"call_count":97}'}, 97, 0),
        ({BUC: '{"1":[{"type":"pages","call_count":60}]}', "x-app-usage": "{}"}, 60, 0),
        ({BUC: '{"1":[{"call_count":100,"estimated_time_to_regain_access":19}]}'}, 100, 1140),
        ({BUC: '{"1":[{"call_count":1}],"2":[{"total_time":80},{"total_cputime":2}]}'}, 80, 0),
        ({BUC: '{"1":[{"call_count":1,"estimated_time_to_regain_access":1e9}]}'}, 1, 0),
    ],
)
def test_usage(headers: dict[str, str], percent: float, regain: float) -> None:
    usage = usage_of(headers)
    assert usage is not None
    assert (usage.percent, usage.regain) == (percent, regain)
    assert usage.is_spent == (percent >= 95 or regain > 0)


@pytest.mark.parametrize(
    "headers", [{}, {"x-app-usage": "no"}, {"x-app-usage": "[1]"}, {BUC: '{"1": 5, "2": [3]}'}]
)
def test_no_usage(headers: dict[str, str]) -> None:
    assert usage_of(headers) is None


@pytest.mark.parametrize(
    ("value", "second"),
    [
        ("2021-08-10T18:45:03+0000", 1628621103),
        ("2021-08-10T20:45:03+0200", 1628621103),
        (1449135003, 1449135003),
        ("1449135003", 1449135003),
        (1449135003.0, 1449135003),
    ],
)
def test_both_forms_of_time(value: object, second: int) -> None:
    assert at_time(value) == second * SECOND


@pytest.mark.parametrize("value", [None, "", "yesterday", -1, True, [], {}, "9" * 40])
def test_no_time(value: object) -> None:
    assert at_time(value) is None


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": 4}, Kind.LIMITED),
        ({"code": 80006}, Kind.LIMITED),
        ({"code": 102}, Kind.EXPIRED),
        ({"code": 100, "error_subcode": 33}, Kind.GONE),
        ({"code": 100, "message": "needs the 'Page Public Content Access' feature"}, Kind.REVIEW),
        ({"code": 10, "message": "no permission"}, Kind.PERMISSION),
        ({"code": 299}, Kind.PERMISSION),
        ({"code": 1}, Kind.PASSING),
        ({"code": 9, "is_transient": True}, Kind.PASSING),
        ({"code": 368}, Kind.SHUT_OUT),
        ({"code": 506}, Kind.DUPLICATE),
        ({"code": 7}, Kind.OTHER),
    ],
)
def test_faults(error: dict[str, Any], kind: Kind) -> None:
    fault = fault_in(json.dumps({"error": error}).encode())
    assert fault is not None
    assert fault.kind is kind


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error": "x"}', b'{"error": {}}'])
def test_no_fault(body: bytes) -> None:
    assert fault_in(body) is None


@pytest.mark.parametrize(
    ("paging", "more"),
    [
        (None, {}),
        ({"cursors": {"after": "A"}}, {}),
        ({"cursors": {"after": "A"}, "next": "https://x/?access_token=t&after=A"}, {"after": "A"}),
        (
            {"next": "https://x/?access_token=t&until=5&__paging_token=p&limit=25"},
            {"until": "5", "__paging_token": "p"},
        ),
        ({"next": "https://[x"}, {}),
        ({"next": 5, "cursors": []}, {}),
    ],
)
def test_the_next_page_without_the_key(paging: object, more: dict[str, str]) -> None:
    assert next_of(paging) == more


def test_words_in_a_text() -> None:
    text = "Salut @kerlann. et @bob, a@b.example #mer #été, https://x.example/#ancre"
    assert named_in(text) == ("kerlann", "bob")
    assert tags_of(text) == ("mer", "été")


def test_evidence_holds_what_is_its_own() -> None:
    assert json.loads(evidence({"id": "1", "comments": {"data": []}})) == {"id": "1"}


def test_a_comment_without_id_is_known_by_its_address() -> None:
    url = "https://www.facebook.com/100/posts/55/?comment_id=7&reply_comment_id=8"
    comment = read_comment({"message": "x", "permalink_url": url}, ROOT, "100")
    assert (comment.native_id, comment.parent_id) == ("55_8", "55_7")
    above = read_comment({"message": "x", "permalink_url": url.partition("&")[0]}, ROOT, "100")
    assert (above.native_id, above.parent_id) == ("55_7", "100_1")


@pytest.mark.parametrize(
    ("native_id", "root"), [("100_5", "100_5"), ("5_7", "100_5"), ("99", "99")]
)
def test_the_post_of_a_comment(native_id: str, root: str) -> None:
    assert root_of(native_id, "100") == root


@pytest.mark.parametrize(
    ("record", "stars"),
    [
        ({"rating": 3}, 3),
        ({"recommendation_type": "positive"}, 5),
        ({"recommendation_type": "negative"}, 1),
        ({"open_graph_story": {"id": "5", "data": {"rating": {"value": 4}}}}, 4),
        ({"rating": 9}, None),
        ({}, None),
    ],
)
def test_stars(record: dict[str, Any], stars: int | None) -> None:
    assert read_rating({"created_time": "2020-01-01T00:00:00+0000", **record}, "1").rating == stars


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "message",
                    "text",
                    "from",
                    "username",
                    "timestamp",
                    "permalink_url",
                    "created_time",
                    "message_tags",
                    "comments",
                    "data",
                    "parent",
                    "shares",
                    "open_graph_story",
                    "media_type",
                    "replied_to",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(JSON)
def test_any_record_is_read_or_refused(record: object) -> None:
    readers: tuple[Callable[[object], Post], ...] = (
        lambda one: read_post(one, "100"),
        lambda one: read_comment(one, ROOT, "100"),
        lambda one: read_rating(one, "100"),
        read_media,
        lambda one: read_instagram_comment(one, ROOT, ME),
        lambda one: read_thread(one, ME),
    )
    for read in readers:
        try:
            post = read(record)
        except UnreadableError:
            continue
        assert post.native_id
        assert post.author.key


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40) | JSON.map(json.dumps))
def test_any_place_is_read_or_refused(cursor: str) -> None:
    place = read_place(cursor)
    assert place is None or read_place(write_place(place)) == place


def test_a_place_is_kept() -> None:
    place = Place(done={"walk": 3}, ledger={"boats": 4})
    place.roots.put("100_1", (5, 6))
    place.marks.put("feed", 7)
    place.tags.put("boats", "17")
    assert read_place(write_place(place)) == place
