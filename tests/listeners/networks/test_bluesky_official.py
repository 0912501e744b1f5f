"""What we ask of Bluesky and write there, judged by AT Protocol's own lexicons."""

from __future__ import annotations

import json
from contextlib import aclosing

import pytest

from listeners.clock import to_iso
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import SECOND, Micros
from listeners.networks.bluesky import listener as bluesky
from listeners.networks.bluesky import session as bluesky_session
from listeners.networks.bluesky.listener import BlueskyListener
from listeners.networks.replying import Answered, Reply
from listeners.secret import Secret
from tests.fake.bluesky_pds import US, FakePds
from tests.fake.http_server import Request, json_reply
from tests.fake.jetstream import FakeJetstream, post
from tests.fake.official_bluesky import LEXICONS, lexicon_faults, record_faults

pytestmark = pytest.mark.skipif(
    not LEXICONS.is_dir(), reason="no lexicons: set HUBBUB_RECORDED to the recorded payloads"
)

NOW = Micros(1_790_000_000 * SECOND)
ANNA = "did:plc:anna"
BRAND = BrandConfig(name="Acme", names=("Acme",), handles={"bluesky": ("acme.example",)})


async def test_every_request_is_one_that_the_lexicons_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBBUB_TEST_APP_PASSWORD", "abcd-efgh")
    monkeypatch.setattr(bluesky, "QUIET", 0.1)
    bluesky_session._opened.clear()
    async with FakePds() as server, Fetcher(lambda: NOW, chance=lambda: 0.0) as fetch:
        server.handles["anna.test"] = ANNA
        asked = server.post(ANNA, "where is my order?")
        view = {
            "uri": asked["uri"], "cid": asked["cid"], "indexedAt": to_iso(NOW), "reason": "mention",
            "author": {"did": ANNA, "handle": "anna.test"},
            "record": {"text": "acme?", "createdAt": to_iso(NOW)},
        }  # fmt: skip
        server.on("/xrpc/app.bsky.actor.getProfiles", json_reply({"profiles": []}))
        server.on("/xrpc/app.bsky.feed.searchPosts", json_reply({"posts": [view]}))
        server.on(
            "/xrpc/app.bsky.notification.listNotifications", json_reply({"notifications": [view]})
        )
        at = NOW - 9 * SECOND
        async with FakeJetstream([post(ANNA, "1", "acme!", at)], floor=at) as stream:
            source = SourceConfig(
                network="bluesky",
                base_url=stream.url,
                token=Secret("env:HUBBUB_TEST_APP_PASSWORD"),
                options={"appview": server.url, "pds": server.url},
            )
            listener = BlueskyListener(source, [BRAND], fetch, lambda: NOW)
            # A place long before what the stream still has: the gap is searched for.
            place = json.dumps({"time_us": NOW - 9000 * SECOND, "notified": "2026"})
            async with aclosing(listener.poll(place)) as batches:
                assert [batch async for batch in batches if batch.posts]
        await listener.thread([asked["uri"]])
        async with aclosing(listener.history(BRAND, Micros(0), None)) as batches:
            await anext(batches)
        text = "Voilà @anna.test: https://acme.example/x #livré 👍🏽"
        to = Answered(native_id=asked["uri"])
        key = listener.new_reply_key(NOW)
        reply = Reply(key=key, text=text, to=to, lang="fr", written_at=NOW)
        sent = await listener.send_reply(reply)
        assert await listener.find_reply(reply) == sent
        await listener.delete_reply(sent.native_id)
        methods = {request.path.rpartition(".")[2] for request in server.requests}
        assert methods == {
            "createSession", "resolveHandle", "getProfiles", "searchPosts", "listNotifications",
            "getPostThread", "createRecord", "getRecord", "deleteRecord",
        }  # fmt: skip
        assert [fault for request in server.requests for fault in lexicon_faults(request)] == []


@pytest.mark.parametrize(
    ("method", "query"),
    [
        ("app.bsky.feed.searchPosts", {"q": ["acme"], "limit": ["101"]}),
        ("app.bsky.feed.searchPosts", {"query": ["acme"]}),
        ("app.bsky.actor.getProfiles", {"actors": ["did:plc:a"] * 26}),
        ("app.bsky.feed.getPostThread", {"uri": ["at://a", "at://b"]}),
        ("app.bsky.feed.getEverything", {}),
    ],
)
def test_what_a_lexicon_does_not_allow_is_seen(method: str, query: dict[str, list[str]]) -> None:
    assert lexicon_faults(Request("GET", f"/xrpc/{method}", query, {}, b""))


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "x" * 3001},
        {"createdAt": None},
        {"langs": ["fr"] * 4},
        {"reply": {"root": {"uri": "at://a"}}},
        {"facets": [{"index": {"byteStart": -1, "byteEnd": 2}, "features": []}]},
        {"tag": "x"},
    ],
)
def test_what_a_record_may_not_hold_is_seen(wrong: dict[str, object]) -> None:
    record = {"$type": "app.bsky.feed.post", "text": f"from {US}", "createdAt": to_iso(NOW)}
    assert record_faults(record) == []
    assert record_faults({**record, **wrong})
