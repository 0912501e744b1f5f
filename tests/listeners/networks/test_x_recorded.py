"""Every recorded answer of X is read or refused for a reason, and what we send is lawful there.

The recorded payloads are among the shared ones (``HUBBUB_RECORDED``); a table says what each holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.networks.decoding import UnreadableError
from listeners.networks.x.decode import (
    Page,
    calls_upon,
    id_at,
    language,
    read_page,
    read_post,
    time_of,
)
from tests.fake.official import RECORDED

X = RECORDED / "x"
needs_payloads = pytest.mark.skipif(not X.is_dir(), reason="no recorded payloads: HUBBUB_RECORDED")

# Every recorded file: the posts that are read in it, and the dead letters; a dash is a file that is
# no answer of posts at all. What is not listed holds neither: refusals, and parts of answers.
TABLE = """
academictwitteR__commtwitter__users_1399765322509557763 -
academictwitteR__hk__data_1399524961891532805 134 0
academictwitteR__reuters__data_1219780709600124929 500 0
academictwitteR__reuters__users_1219780709600124929 -
academictwitteR__tweetdata__users_1402939532849319939 -
huginn__data_fixtures__one_tweet -
issue_429_usage_cap -
pt__compliance_jobs__create_job_resp 0 1
pt__compliance_jobs__job_resp 0 1
pt__dm_events__events 1 0
pt__dm_events__events_create 0 1
pt__models__expansions -
pt__models__list -
pt__models__meta -
pt__models__meta_stream -
pt__models__poll -
pt__models__rule -
pt__models__tweet -
pt__models__user -
pt__searches__search_tweets_query 4 0
pt__streams__get_rules 0 2
pt__streams__post_rules 0 4
pt__timeline__timeline_reverse_chronological 5 0
pt__timeline__timeline_tweets 5 0
pt__tweet__tweet_liking_users_resp 0 4
pt__tweet__tweet_quote_tweets_resp 15 0
pt__tweet__tweet_retweed_users_resp 0 5
pt__tweet__tweet_retweet_tweets_resp 8 0
pt__tweet__tweets_counts_all_resp 0 14
pt__tweet__tweets_counts_recent_resp 0 169
pt__usage__usage_tweets_resp 0 1
pt__user__block_user_resp 0 1
pt__user__followers_resp 0 5
pt__user__following_resp 0 5
pt__user__muting_resp 0 1
pt__user__search_users_resp 0 23
pt__user__user_liked_tweets_resp 5 0
pt__user__user_resp 0 1
tweepy__asyncclient_create_and_get_compliance_job_and_jobs 0 3
tweepy__asyncclient_get_home_timeline 98 0
tweepy__asyncclient_get_me 0 1
tweepy__asyncclient_get_quote_tweets 9 0
tweepy__asyncclient_get_retweeters 0 62
tweepy__asyncclient_get_tweet 1 0
tweepy__asyncclient_get_user 0 1
tweepy__asyncclient_get_users 0 2
tweepy__asyncclient_get_users_tweets 2 0
tweepy__asyncclient_hide_and_unhide_reply 0 2
tweepy__asyncclient_manage_and_lookup_direct_messages 4 3
tweepy__asyncclient_search_all_tweets 10 0
tweepy__asyncclient_search_recent_tweets 10 0
tweepy__client_create_and_get_compliance_job_and_jobs 0 4
tweepy__client_get_home_timeline 98 0
tweepy__client_get_me 0 1
tweepy__client_get_quote_tweets 9 0
tweepy__client_get_retweeters 0 38
tweepy__client_get_tweet 1 0
tweepy__client_get_user 0 1
tweepy__client_get_users 0 2
tweepy__client_get_users_tweets 2 0
tweepy__client_hide_and_unhide_reply 0 2
tweepy__client_search_all_tweets 10 0
tweepy__client_search_recent_tweets 10 0
tweepy__manage_and_lookup_direct_messages 4 3
tweepy__cassettes__testgetoembed -
tweepy__cassettes__testratelimitstatus -
tweepy__cassettes__testsearchtweets -
twitter-ruby__fixtures__direct_message_events -
twitter-ruby__fixtures__not_found -
twitter-ruby__fixtures__search -
twitter-ruby__fixtures__search_malformed -
twitter-ruby__fixtures__status -
"""
HELD: Mapping[str, tuple[int, int] | None] = {
    name: None if rest == ["-"] else (int(rest[0]), int(rest[1]))
    for name, *rest in (line.split() for line in TABLE.strip().splitlines())
}


def short(path: Path) -> str:
    """The name of a recorded file as the table has it."""
    name = path.name.removesuffix(".json").removesuffix(".decoded.jsonl")
    return name.replace("python-twitter__", "pt__").replace("tweepy__cassettes__test_", "tweepy__")


def answers_in(path: Path) -> Iterator[Any]:
    """The decoded answers in a recorded file."""
    text = path.read_text(encoding="utf-8")
    if path.name.endswith(".decoded.jsonl"):
        for line in text.splitlines():
            body = json.loads(line)["body"]
            yield json.loads(body) if isinstance(body, str) else body
        return
    try:
        yield json.loads(text)
    except ValueError:
        yield None


def summed(path: Path) -> tuple[int, int] | None:
    """How many posts and dead letters all answers of a file give; ``None``: no answer of posts."""
    posts = bad = 0
    for answer in answers_in(path):
        try:
            page = read_page({"data": answer} if isinstance(answer, list) else answer)
        except UnreadableError:
            return None
        posts, bad = posts + len(page.posts), bad + len(page.bad)
    return posts, bad


def files() -> list[Path]:
    """Every recorded file that holds JSON."""
    found = X.iterdir() if X.is_dir() else ()
    return sorted(path for path in found if path.suffix in (".json", ".jsonl"))


@needs_payloads
@pytest.mark.parametrize("path", files(), ids=short)
def test_every_recorded_payload(path: Path) -> None:
    assert summed(path) == HELD.get(short(path), (0, 0))


@needs_payloads
def test_what_recorded_posts_say() -> None:
    pages: list[Page] = []
    for path in files():
        if HELD.get(short(path), (0, 0)) is not None:
            for answer in answers_in(path):
                told = {"data": answer} if isinstance(answer, list) else answer
                pages.append(read_page(told))
    posts = [post for page in pages for post in page.posts]
    assert len(posts) > 900
    assert all(post.native_id.isdigit() and post.text for post in posts)
    assert all(post.created_at for post in posts), "an id tells its time where nothing else does"
    assert not any("&amp;" in post.text or "&lt;" in post.text for post in posts)
    assert sum(post.parent_id is not None for post in posts) == 5
    assert sum(bool(post.author.handle) for post in posts) == 37
    assert sum(bool(post.links) for post in posts) == 620
    assert any(page.next_token for page in pages)


@needs_payloads
def test_one_recorded_reply_in_full() -> None:
    path = X / "python-twitter__searches__search_tweets_query.json"
    post = read_page(json.loads(path.read_text())).posts[0]
    assert post.parent_id == "1275653067283759104"
    assert post.parent_author_key == "17200003"
    assert post.mentions == ("snowman",)
    assert post.links[0].startswith("https://twitter.com/happycamper/status/")
    assert (post.lang, post.url) == ("en", "https://x.com/i/status/1276035977375477760")


# --- no payload needed ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "lang"),
    [("en", "en"), ("iw", "he"), ("in", "id"), ("zh-CN", "zh"), ("und", None), ("qme", None),
     ("zxx", None), (None, None), (3, None)],
)  # fmt: skip
def test_languages(tag: object, lang: str | None) -> None:
    assert language(tag) == lang


def test_ids_tell_their_time() -> None:
    at = time_of("1276035977375477760")
    assert at is not None
    assert at // 1_000_000 == 1_593_065_659
    assert time_of(id_at(at)) == at
    assert time_of("20") is None


def test_long_posts_are_read_whole_under_either_name() -> None:
    for name in ("note_tweet", "note_post"):
        post = read_post({"id": "1", "text": "Cut…", name: {"text": "Not cut &amp; long"}}, {})
        assert post.text == "Not cut & long"


def test_a_repost_is_told_from_a_quote() -> None:
    for kind, repost in (("retweeted", True), ("quoted", False)):
        record = {"id": "9", "text": "a", "referenced_tweets": [{"type": kind, "id": "7"}]}
        assert read_post(record, {}).repost is repost


def test_whom_a_post_calls_upon() -> None:
    quote = {
        "referenced_posts": [{"type": "quoted", "id": "7"}],
        "entities": {"urls": [{"expanded_url": "https://x.com/Kerlann/status/7"}]},
    }
    assert calls_upon(quote, ["kerlann"])
    assert not calls_upon(quote, ["bob"])
    assert not calls_upon({**quote, "referenced_posts": []}, ["kerlann"]), "a mere link"
    assert not calls_upon(None, ["kerlann"])


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("12"),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["data", "includes", "users", "meta", "errors", "id", "text", "entities", "urls",
             "referenced_tweets", "type", "edit_history_tweet_ids", "public_metrics", "lang",
             "note_tweet", "created_at", "like_count", "author_id", "mentions", "username"]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@given(VALUES)
def test_nothing_breaks_the_reading_of_an_answer(answer: Any) -> None:
    try:
        page = read_page(answer)
    except UnreadableError:
        return
    assert all(post.native_id for post in page.posts)
    calls_upon(answer, ["kerlann"])
