"""Every recorded Mastodon exchange: read into posts, or refused for a stated reason.

Recordings (Mastodon.py's cassettes, Mastodon 2.9 to 4.6 and mastodon.social) are found through
``HUBBUB_RECORDED``; they are not part of hubbub.
"""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from listeners.clock import from_iso, utc_now
from listeners.config import SourceConfig
from listeners.http import Fetcher
from listeners.model import Post, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.mastodon.decode import UnreadableError, read_notification, read_status
from listeners.networks.mastodon.listener import MastodonListener
from listeners.networks.mastodon.live import Event, read_sse
from listeners.secret import Secret
from tests.fake.http_server import FakeServer, Reply, Request, json_reply

ROOT = Path(__file__).parents[3]
RECORDED = Path(os.environ.get("HUBBUB_RECORDED", ROOT.parent / "shared" / "recorded")) / "mastodon"
EXCHANGES = sorted((RECORDED / "exchanges").glob("*.jsonl"))

pytestmark = pytest.mark.skipif(
    not EXCHANGES, reason="no recorded Mastodon exchanges: set HUBBUB_RECORDED to their folder"
)

# What an answer holds by its path, where it holds no posts.
NO_POSTS = (
    (r"/oauth/|\.well-known/oauth|/apps/", "authorisation"),
    (r"/instance|nodeinfo", "about the server"),
    (r"/history$", "earlier versions of a post, without its id"),
    (r"/source$", "the source text of a post, without its id"),
    (r"/scheduled_statuses", "posts that are not sent yet"),
    (r"/media$", "an uploaded file"),
    (r"/trends/tags", "tags"),
    (r"/markers|unread_count|/dismiss$", "reading positions"),
    (r"/accounts/[^/]+$|/accounts/[^/]+/(un)?follow$|/accounts$", "accounts"),
    (r"/api/v2/notifications", "grouped notifications, which hubbub does not ask for"),
)


def exchanges(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def records_of(exchange: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """The records in an answer, each with how it is to be read."""
    path = urlsplit(exchange["url"]).path.rstrip("/")
    body = exchange["body"]
    if "/streaming/" in path:
        for event in read_sse_text(body):
            yield event.name, event.payload
        return
    value = json.loads(body)
    if path == "/api/v1/notifications" or re.fullmatch(r"/api/v1/notifications/\d+", path):
        for record in value if isinstance(value, list) else [value]:
            yield "notification", record
    elif path.endswith("/context"):
        for record in [*value["ancestors"], *value["descendants"]]:
            yield "status", record
    elif path.endswith("/search"):
        for record in value["statuses"]:
            yield "status", record
    elif isinstance(value, list):
        for record in value:
            yield "status", record
    else:
        yield "status", value


def read_sse_text(body: str) -> list[Event]:
    found: list[Event] = []
    lines: list[bytes] = []
    for line in body.encode().split(b"\n"):
        lines.append(line)
        if not line and (event := read_sse(lines)) is not None:
            found.append(event)
        if not line:
            lines = []
    return found


def judged(path: Path) -> tuple[list[Post], list[str]]:
    """The posts of a file, and why each of its other answers and records gave none."""
    posts: list[Post] = []
    refused: list[str] = []
    for exchange in exchanges(path):
        where = urlsplit(exchange["url"]).path.rstrip("/")
        if exchange["status"] >= 400:
            refused.append(f"refused by the server ({exchange['status']})")
            continue
        reason = next((why for shape, why in NO_POSTS if re.search(shape, where)), None)
        if reason:
            refused.append(reason)
            continue
        records = list(records_of(exchange))
        if not records:
            refused.append("an empty list")
        for kind, record in records:
            if kind == "delete":
                refused.append("a deletion")
                continue
            if kind == "conversation":
                assert isinstance(record, dict)
                record = record["last_status"]
            try:
                read = read_notification if kind == "notification" else read_status
                status = read(record)
            except UnreadableError as fault:
                refused.append(str(fault))
                continue
            if status is None:
                refused.append("a notification of no post of others")
            else:
                posts.append(status.post)
    return posts, refused


def test_every_file_gives_posts_or_a_stated_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"{'file':60} {'posts':>5}  not posts"]
    total = 0
    for path in EXCHANGES:
        posts, refused = judged(path)
        assert posts or refused, path.name
        assert all(post.native_id and post.author.key and post.created_at for post in posts)
        why = ", ".join(f"{refused.count(word)} x {word}" for word in dict.fromkeys(refused))
        lines.append(f"{path.name.removesuffix('.yaml.jsonl'):60} {len(posts):5}  {why}")
        total += len(posts)
    lines.append(f"{len(EXCHANGES)} files, {total} posts")
    with capsys.disabled():
        print("\n" + "\n".join(lines))
    assert total > 100


def test_every_cassette_has_its_exchanges() -> None:
    cassettes = {re.sub(r"[\[\] ]", "_", path.name) for path in RECORDED.glob("*.yaml")}
    assert cassettes == {path.name.removesuffix(".jsonl") for path in EXCHANGES}


def looks_like_a_post(value: object) -> bool:
    return isinstance(value, dict) and {"uri", "visibility", "account"} <= value.keys()


def count_posts(value: object) -> int:
    """Count by shape alone, without the decoder: whatever looks like a post and is not quoted."""
    if isinstance(value, list):
        return sum(map(count_posts, value))
    if not isinstance(value, dict):
        return 0
    if looks_like_a_post(value):
        return 1
    if value.get("type") in ("favourite", "reblog", "follow", "poll"):
        return 0
    return sum(count_posts(item) for item in value.values())


@pytest.mark.parametrize("path", EXCHANGES, ids=lambda path: path.name)
def test_no_post_is_overlooked(path: Path) -> None:
    expected = 0
    for exchange in exchanges(path):
        where = urlsplit(exchange["url"]).path
        known = any(re.search(shape, where.rstrip("/")) for shape, _ in NO_POSTS)
        if exchange["status"] >= 400 or known:
            continue
        if "/streaming/" in where:
            expected += sum(count_posts(event.payload) for event in read_sse_text(exchange["body"]))
        else:
            expected += count_posts(json.loads(exchange["body"]))
    assert len(judged(path)[0]) == expected


# --- replayed at the network's own paths -------------------------------------------------------


class Replay(FakeServer):
    """Answers as the recorded server did: by path and query where both were recorded."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._answers: dict[tuple[str, str], dict[str, Any]] = {}
        for exchange in exchanges(path):
            parts = urlsplit(exchange["url"])
            if exchange["method"] == "GET":
                where = unquote(parts.path.rstrip("/"))
                self._answers.setdefault((where, ""), exchange)
                self._answers[where, parts.query] = exchange

    def _reply(self, request: Request) -> Reply:
        if request.path in self._scripts:
            return super()._reply(request)
        exact = "&".join(f"{name}={values[0]}" for name, values in request.query.items())
        found = self._answers.get((request.path, exact)) or self._answers.get((request.path, ""))
        if found is None:
            return json_reply({"error": "Not Found"}, 404)
        headers = {
            name: value
            for name, value in found["headers"].items()
            if name.startswith("x-ratelimit") or name in ("content-type", "link")
        }
        return Reply(found["status"], found["body"].encode(), headers)


def plain(markup: str) -> str:
    """Another, cruder way from HTML to text, to compare with."""
    markup = re.sub(r'<span class="invisible">.*?</span>', "", markup)
    markup = re.sub(r"<br ?/?>|</p>\s*<p>", "\n", markup)
    return html.unescape(re.sub(r"<[^>]+>", "", markup)).strip()


def record_of(record: dict[str, Any]) -> dict[str, Any]:
    return record["status"] if "type" in record and "status" in record else record


REPLAYED = [
    ("test_hashtag_tl", "#hoot", "/api/v1/timelines/tag/hoot"),
    ("test_home_tl", "home", "/api/v1/timelines/home"),
    ("test_public_tl", "public", "/api/v1/timelines/public"),
    ("test_public_tl", "local", "/api/v1/timelines/public"),
    ("test_notifications", "notifications", "/api/v1/notifications"),
    ("test_search", "search:mastodonpy_test", "/api/v2/search"),
    ("old_test_search", "search:mastodonpy_test", "/api/v2/search"),
    ("social_test_entity_notification", "notifications", "/api/v1/notifications"),
    ("social_test_entity_searchv2", "search:halcy", "/api/v2/search"),
]


@pytest.mark.parametrize(("name", "what", "where"), REPLAYED)
async def test_a_replayed_server_is_read_as_it_was_recorded(
    name: str, what: str, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBBUB_TEST_TOKEN", "x")
    path = RECORDED / "exchanges" / f"{name}.yaml.jsonl"
    answers = [json.loads(e["body"]) for e in exchanges(path) if urlsplit(e["url"]).path == where]
    answer = answers[0]["statuses"] if isinstance(answers[0], dict) else answers[0]
    expected = [record for item in answer if (record := record_of(item)) is not None]
    async with Replay(path) as server, Fetcher() as fetch:
        listener = MastodonListener(
            SourceConfig(
                network="mastodon",
                what=what,
                base_url=server.url,
                token=Secret("env:HUBBUB_TEST_TOKEN"),
            ),
            [],
            fetch,
            utc_now,
        )
        async with aclosing(listener.poll(None)) as batches:
            posts = [post async for batch in batches for post in batch.posts]
    assert [post.native_id for post in posts] == [record["uri"] for record in expected[::-1]]
    known = {record["id"]: record["uri"] for record in expected}
    for post, record in zip(posts, expected[::-1], strict=True):
        told = record["reblog"] or record
        assert post.text == plain(told["content"])
        assert post.author.handle == record["account"]["acct"]
        assert post.author.name == record["account"]["display_name"]
        assert post.created_at == from_iso(record["created_at"])
        assert post.lang == told["language"]
        assert post.tags == tuple(tag["name"] for tag in told["tags"])
        assert post.engagement.likes == told["favourites_count"]
        assert post.private == (told["visibility"] in ("private", "direct"))
        answered = record["in_reply_to_id"]
        assert post.parent_id == (known.get(answered, answered) if answered else None)


async def test_replayed_paging_takes_every_post_once() -> None:
    path = RECORDED / "exchanges" / "test_fetch_next_previous.yaml.jsonl"
    [first, *_] = [e for e in exchanges(path) if e["url"].endswith("/statuses?limit=5")]
    number = urlsplit(first["url"]).path.split("/")[4]
    async with Replay(path) as server, Fetcher() as fetch:
        server.on("/api/v1/accounts/lookup", json_reply({"id": number, "acct": "x", "url": "x"}))
        listener = MastodonListener(
            SourceConfig(network="mastodon", what="@x", base_url=server.url), [], fetch, utc_now
        )
        async with aclosing(listener.poll(None)) as batches:
            found = [batch async for batch in batches]
    posts = [post.native_id for batch in found for post in batch.posts]
    assert posts == [record["uri"] for record in json.loads(first["body"])[::-1]]


@pytest.mark.parametrize("name", ["test_home_tl_anonymous_throws", "test_unauthed_home_tl_throws"])
async def test_a_replayed_refusal_asks_for_a_token(name: str) -> None:
    async with Replay(RECORDED / "exchanges" / f"{name}.yaml.jsonl") as server, Fetcher() as fetch:
        listener = MastodonListener(
            SourceConfig(network="mastodon", what="home", base_url=server.url), [], fetch, utc_now
        )
        with pytest.raises(SourceError) as caught:
            await anext(listener.poll(None))
    assert caught.value.state is SourceState.NEEDS_TOKEN


def test_a_boost_tells_the_words_of_the_original() -> None:
    path = RECORDED / "exchanges" / "test_id_hook_within_reblog.yaml.jsonl"
    [boost] = [e for e in exchanges(path) if e["url"].endswith("/reblog")]
    record = json.loads(boost["body"])
    post = read_status(record).post
    assert (post.repost, post.text) == (True, "Toot!")
    assert post.native_id == record["uri"] != record["reblog"]["uri"]


def test_a_record_that_is_no_post_is_refused_with_a_reason() -> None:
    with pytest.raises(UnreadableError, match="uri"):
        read_status({"id": "1", "account": {"id": "1", "acct": "a"}})
