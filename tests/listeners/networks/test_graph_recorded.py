"""What Facebook, Instagram and Threads really answered: every record is read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from listeners.networks.facebook.decode import read_comment, read_post, read_rating
from listeners.networks.graph.accounts import Account
from listeners.networks.graph.faults import Kind, fault_in
from listeners.networks.graph.records import field_of, id_in, list_in, words_of
from listeners.networks.graph.server import next_of
from listeners.networks.instagram.decode import read_comment as read_instagram_comment
from listeners.networks.instagram.decode import read_media
from listeners.networks.threads.decode import read_post as read_thread

RECORDED = Path(os.environ.get("HUBBUB_RECORDED", "../shared/recorded"))
pytestmark = pytest.mark.skipif(
    not (RECORDED / "facebook").is_dir(), reason="no recorded payloads: set HUBBUB_RECORDED"
)
ME = Account("17841406338772941", "ikroskun", "ikroskun")


def told(name: str) -> Any:
    return json.loads((RECORDED / name).read_text())


def records(name: str) -> Iterator[Any]:
    """The records of a page, of several objects by id, or the one object it is."""
    body = told(name)
    if isinstance(body.get("data"), list):
        yield from body["data"]
    elif "id" in body or "message" in body:
        yield body
    else:
        yield from body.values()


@pytest.mark.parametrize(
    "name",
    ["python-facebook__posts__feed_fields_p1.json", "python-facebook__posts__feed_fields_p2.json",
     "restfb__v2_1__feed-got.json", "restfb__v10_0__tagged-post.json",
     "restfb__v2_4__message-tags.json", "restfb__v2_5__message-tags.json",
     "restfb__v2_1__post-messagetags.json", "restfb__v2_8__post-multishare.json",
     "python-facebook__posts__multi_posts_data_fields.json",
     "restfb__v2_1__post-with-likes-totalcount.json", "restfb__v2_5__message-with-share.json"],
)  # fmt: skip
def test_posts(name: str) -> None:
    found = [read_post(record, "19292868552") for record in records(f"facebook/{name}")]
    assert found
    for post, record in zip(found, records(f"facebook/{name}"), strict=True):
        assert post.native_id == record["id"]
        assert post.text == (record.get("message") or record.get("story") or post.text)
        has_time = "created_time" in record or "tagged_time" in record
        assert (post.created_at is not None) == has_time


@pytest.mark.parametrize(
    "name",
    ["python-facebook__comments__comments_info.json", "python-facebook__comments__comments_p1.json",
     "python-facebook__comments__comments_p2.json", "restfb__v2_2__comment-issue286.json",
     "restfb__v2_9__comment-permalink.json", "restfb__v2_9__comment-reactions.json",
     "restfb__v2_2__comment_canHide.json"],
)  # fmt: skip
def test_comments(name: str) -> None:
    root = read_post({"id": "19292868552_10158407654328553", "message": ""}, "19292868552")
    found = [read_comment(record, root, "19292868552") for record in records(f"facebook/{name}")]
    assert found
    ids = [post.native_id for post in found]
    assert len(set(ids)) == len(ids)
    assert all("_" in native_id for native_id in ids)


def test_the_address_alone_tells_who_answers_whom() -> None:
    root = read_post({"id": "19292868552_10158407654328553", "message": ""}, "19292868552")
    name = "facebook/python-facebook__comments__comments_p2.json"
    answered, answer, *_ = (read_comment(one, root, "1") for one in records(name))
    assert answer.parent_id == answered.native_id
    assert answered.parent_id == root.native_id


@pytest.mark.parametrize(
    ("name", "stars", "text"),
    [("restfb__v2_5__page-rating-example1.json", 5, ""),
     ("restfb__v3_1__opengraphrating-real-recommendation.json", 5, ""),
     ("restfb__v3_1__opengraphrating-recommendation.json", 5, "")],
)  # fmt: skip
def test_ratings(name: str, stars: int, text: str) -> None:
    record = told(f"facebook/{name}")
    post = read_rating(record, "100")
    assert (post.rating, post.text) == (stars, text)
    assert post.created_at is not None
    reviewer = id_in(record, "reviewer", "id")
    assert post.author.key == (reviewer or f"hidden:{post.native_id}")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("facebook/doc_error_80001.json", Kind.LIMITED),
     ("facebook/python-facebook__testdata__error.json", Kind.REVIEW),
     ("facebook/python-facebook__base__error_data.json", Kind.REVIEW),
     ("facebook/restfb__json__exampleError.json", Kind.EXPIRED),
     ("facebook/restfb__json__exampleErrorNew.json", Kind.EXPIRED),
     ("threads/restfb__threads__exception.json", Kind.GONE)],
)  # fmt: skip
def test_refusals(name: str, kind: Kind) -> None:
    fault = fault_in((RECORDED / name).read_bytes())
    assert fault is not None
    assert fault.kind is kind
    assert fault.said


def test_pages_of_both_kinds_name_the_next_without_the_key() -> None:
    found = 0
    for path in sorted((RECORDED / "facebook").glob("*.json")):
        paging = field_of(json.loads(path.read_text()), "paging")
        more = next_of(paging)
        assert "access_token" not in more
        found += bool(more)
    assert found > 5


def test_instagram() -> None:
    media = list(records("instagram/python-facebook__medias__medias_fields.json"))
    assert [read_media(one, mine=ME).url for one in media] == [one["permalink"] for one in media]
    for number in (1, 2):
        name = f"instagram/python-facebook__hashtags__hashtag_recent_medias_p{number}.json"
        assert all(read_media(one).author.key.startswith("hidden:") for one in records(name))
    root = read_media({"id": "1", "media_type": "IMAGE"}, mine=ME)
    comment = told("instagram/python-facebook__comments__comment_fields.json")
    assert read_instagram_comment(comment, root, ME).own
    replies = list(records("instagram/python-facebook__comments__replies.json"))
    assert [read_instagram_comment(one, root, ME).mentions for one in replies] == [
        ("lixiangguodu123",)
    ]
    ready = told("instagram/python-facebook__publish__containers_info.json")
    assert {words_of(one, "status_code") for one in ready.values()} == {"FINISHED"}
    searched = told("instagram/python-facebook__users__recently_searched_hashtags.json")
    assert [words_of(one, "name") for one in searched["data"]] == ["developers", "facebook"]


def test_threads() -> None:
    me = Account("3141592653", "", "threads-user")
    posts = [
        read_thread(one, me)
        for one in records("threads/huginn__data_fixtures__threads_user_posts.json")
    ]
    assert [post.own for post in posts] == [True, True]
    found = [read_thread(one, me) for one in records("threads/doc_keyword_search.json")]
    assert [(post.own, post.author.handle) for post in found] == [(False, "threadsapitestuser")]
    replies = list(records("threads/restfb__threads__basic-list-reply.json"))
    assert {read_thread(one, me).root_id for one in replies} == {"1234567890"}
    webhook = told("threads/doc_webhook_reply.json")["values"]["value"]
    post = read_thread(webhook, me)
    assert (post.parent_id, post.root_id) == ("567890", "123456")
    quota = told("threads/restfb__threads__basic-quota.json")
    state = next(iter(list_in(quota, "data")), quota)
    assert field_of(state, "reply_quota_usage") == 1
