"""The Bluesky listener against a scripted Jetstream and AppView on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import pytest

from listeners.clock import to_iso
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import HOUR, SECOND, Batch, Gap, Micros, Post, SourceState
from listeners.networks.bluesky import listener as bluesky
from listeners.networks.bluesky import session as bluesky_session
from listeners.networks.bluesky.cursor import read_cursor
from listeners.networks.bluesky.harvest import Harvest
from listeners.networks.bluesky.jetstream import HOSTS, Jetstream
from listeners.networks.bluesky.listener import BlueskyListener
from listeners.networks.contract import SourceError
from listeners.secret import Secret
from tests.fake.http_server import FakeServer, Reply, Request, json_reply, status_reply
from tests.fake.jetstream import (
    FakeJetstream,
    account,
    commit,
    delete,
    post,
    record,
    reply_to,
    uri,
)
from tests.fake.socket_server import Close, Refuse, Reset, Say

NOW = Micros(1_790_000_000 * SECOND)
US = "did:plc:us"
ANNA, BEN = "did:plc:anna", "did:plc:ben"
ACME = BrandConfig(name="Acme", names=("Acme",), handles={"bluesky": (US,)})
PLAIN = BrandConfig(name="Acme", names=("Acme",))


def clock() -> Micros:
    return NOW


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bluesky, "QUIET", 0.4)
    monkeypatch.setattr(bluesky, "_FLUSH", 0.02)
    monkeypatch.setattr(bluesky, "_STEP", 0.1)
    bluesky_session._opened.clear()
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
async def fetch() -> AsyncIterator[Fetcher]:
    async with Fetcher(clock, chance=lambda: 0.0) as fetcher:
        yield fetcher


def listener(
    fetch: Fetcher, url: str, brand: BrandConfig = ACME, *, what: str = "",
    token: Secret | None = None, **options: object,
) -> BlueskyListener:  # fmt: skip
    source = SourceConfig(network="bluesky", base_url=url, what=what, token=token, options=options)
    return BlueskyListener(source, [brand], fetch, clock)


@dataclass
class Shelf:
    """What a store would hold: posts by id, one cursor, and what happened."""

    cursor: str | None = None
    posts: dict[str, Post] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    accounts_gone: list[str] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    twice: int = 0

    def take(self, batch: Batch) -> None:
        for each in batch.posts:
            self.twice += each.native_id in self.posts
            self.posts[each.native_id] = each
        self.gone += [each.native_id for each in batch.deletions]
        self.accounts_gone += [each.author_key for each in batch.accounts_gone]
        self.bad += [each.record for each in batch.bad]
        self.gaps += [batch.gap] if batch.gap else []
        self.cursor = batch.cursor or self.cursor
        self.batches.append(batch)

    async def poll(self, heard: BlueskyListener) -> Shelf:
        async with aclosing(heard.poll(self.cursor)) as batches:
            async for batch in batches:
                self.take(batch)
        return self

    @property
    def texts(self) -> list[str]:
        return [each.text for each in self.posts.values()]

    @property
    def fetched(self) -> int:
        return sum(batch.fetched for batch in self.batches)

    @property
    def at(self) -> int:
        cursor = read_cursor(self.cursor)
        assert cursor is not None
        return cursor.time_us


def at(seconds: float) -> int:
    """A time so many seconds before now."""
    return int(NOW - seconds * SECOND)


# --- what passes -------------------------------------------------------------------------------

MENTION = {"facets": [{"index": {}, "features": [{"$type": "x#mention", "did": US}]}]}
LINK = {"facets": [{"index": {}, "features": [{"$type": "x#link", "uri": "https://acme.example"}]}]}
TAG = {"facets": [{"index": {}, "features": [{"$type": "x#tag", "tag": "Acme"}]}]}
CARD = {"embed": {"external": {"uri": "https://n.example", "title": "Acme sues"}}}
CARD_TEXT = {"embed": {"external": {"uri": "https://n.example", "description": "by ACME"}}}
ALT = {"embed": {"images": [{"alt": "an acme shop", "image": {}}]}}
QUOTE = {"embed": {"record": {"uri": uri(US, "q"), "cid": "c"}}}
QUOTE_MEDIA = {"embed": {"record": {"record": {"uri": uri(US, "q")}}, "media": {"images": []}}}
ANSWER = reply_to(uri(US, "p"))
BELOW = reply_to(uri(BEN, "p"), uri(US, "r"))
SITE = BrandConfig(name="Acme", handles={"bluesky": (US,)}, websites=("acme.example",))

PASSES: list[tuple[str, str, Mapping[str, Any], BrandConfig]] = [
    ("text", "I love ACME!", {}, ACME),
    ("accents and case", "ácmé", {}, ACME),
    ("zero width", "ac\u200bme is hidden", {}, ACME),
    ("mention", "hello there", MENTION, ACME),
    ("link", "look", LINK, SITE),
    ("hashtag facet", "look", TAG, BrandConfig(name="Acme", query="#acme")),
    ("card title", "look", CARD, ACME),
    ("card description", "look", CARD_TEXT, ACME),
    ("picture description", "look", ALT, ACME),
    ("quote", "this!", QUOTE, ACME),
    ("quote with pictures", "this!", QUOTE_MEDIA, ACME),
    ("reply", "why?", ANSWER, ACME),
    ("reply further down", "why?", BELOW, ACME),
]


@pytest.mark.parametrize(("name", "text", "fields", "brand"), PASSES, ids=[p[0] for p in PASSES])
async def test_what_concerns_us_passes(
    fetch: Fetcher, name: str, text: str, fields: Mapping[str, Any], brand: BrandConfig
) -> None:
    events = [
        post(ANNA, "1", "nothing to do with it", at(20)),
        post(ANNA, "2", text, at(10), langs=["fr"], **fields),
        post(BEN, "3", "acmeology", at(5)),
    ]
    async with FakeJetstream(events) as server:
        shelf = await Shelf().poll(listener(fetch, server.url, brand))
    assert list(shelf.posts) == [uri(ANNA, "2")]
    found = shelf.posts[uri(ANNA, "2")]
    assert found.text == text
    assert found.author.key == ANNA
    assert found.lang == "fr"
    assert found.created_at == at(10)
    assert found.url == f"https://bsky.app/profile/{ANNA}/post/2"
    assert json.loads(found.raw or b"")["text"] == text
    assert shelf.fetched == 3
    assert shelf.at == at(5)
    if name in ("mention", "quote", "quote with pictures", "reply", "reply further down"):
        assert US in found.mentions
    if name.startswith(("card", "picture")):
        assert "acme" in found.title.casefold()
    else:
        assert found.title == ""


async def test_our_own_posts_and_replies_pass(fetch: Fetcher) -> None:
    events = [post(US, "1", "good morning", at(9)),
              post(US, "2", "sorry!", at(8), **reply_to(uri(ANNA, "x"))),
              post(ANNA, "3", "good morning", at(7))]  # fmt: skip
    async with FakeJetstream(events) as server:
        shelf = await Shelf().poll(listener(fetch, server.url))
    assert shelf.texts == ["good morning", "sorry!"]
    assert {each.author.key for each in shelf.posts.values()} == {US}
    assert shelf.posts[uri(US, "2")].parent_author_key == ANNA


async def test_answers_in_a_thread_we_heard_pass(fetch: Fetcher) -> None:
    events = [
        post(ANNA, "1", "acme is down", at(9)),
        post(BEN, "2", "same here", at(8), **reply_to(uri(ANNA, "1"))),
        post(ANNA, "3", "still", at(7), **reply_to(uri(BEN, "2"), uri(ANNA, "1"))),
        post(BEN, "4", "other thread", at(6), **reply_to(uri(BEN, "x"))),
    ]
    async with FakeJetstream(events) as server:
        shelf = await Shelf().poll(listener(fetch, server.url, PLAIN))
        assert shelf.texts == ["acme is down", "same here", "still"]
        again = listener(fetch, server.url, PLAIN)
        again.known = {uri(BEN, "x")}.__contains__
        shelf = await Shelf().poll(again)
    assert shelf.texts == ["acme is down", "same here", "still", "other thread"]


async def test_the_sources_own_query(fetch: Fetcher) -> None:
    events = [post(ANNA, "1", "fresh coffee", at(9)), post(ANNA, "2", "acme", at(8))]
    async with FakeJetstream(events) as server:
        shelf = await Shelf().poll(listener(fetch, server.url, what="coffee OR tea"))
        assert [(p.text, p.wanted) for p in shelf.posts.values()] == [
            ("fresh coffee", True), ("acme", False)
        ]  # fmt: skip
        with pytest.raises(SourceError) as caught:
            await Shelf().poll(listener(fetch, server.url, what="(coffee"))
    assert caught.value.state is SourceState.FAILING


async def test_edits_deletions_and_accounts(fetch: Fetcher) -> None:
    events = [
        post(ANNA, "1", "acme one", at(9)),
        commit(ANNA, at(8), "update", "1", record=record("acme two", at(9))),
        post(ANNA, "2", "acme gone at once", at(7)),
        delete(ANNA, "2", at(6)),
        delete(BEN, "7", at(5)),
        account(BEN, at(4), "deleted"),
        account(ANNA, at(3), active=True),
    ]
    async with FakeJetstream(events) as server:
        shelf = await Shelf().poll(listener(fetch, server.url))
        assert shelf.texts == ["acme two"]
        assert shelf.posts[uri(ANNA, "1")].edited_at == at(8)
        assert shelf.gone == [uri(ANNA, "2"), uri(BEN, "7")]
        assert shelf.accounts_gone == [BEN]
        filtered = listener(fetch, server.url)
        filtered.known = {uri(BEN, "9")}.__contains__
        shelf = await Shelf().poll(filtered)
    assert shelf.gone == [uri(ANNA, "2")]
    assert shelf.accounts_gone == []


# --- cursor, gaps, resuming --------------------------------------------------------------------


async def test_the_first_time_reads_back_and_asks_for_posts_alone(fetch: Fetcher) -> None:
    async with FakeJetstream([post(ANNA, "1", "acme", at(30))]) as server:
        await Shelf().poll(listener(fetch, server.url))
        await Shelf().poll(listener(fetch, server.url, since=2))
        shelf = await Shelf("1789999000000000").poll(listener(fetch, server.url))
        asked = [met.query for met in server.met]
    assert asked[0]["wantedCollections"] == ["app.bsky.feed.post"]
    assert "wantedDids" not in asked[0]
    starts = [int(query["cursor"][0]) for query in asked]
    assert starts == [NOW - HOUR - 5 * SECOND, NOW - 2 * HOUR - 5 * SECOND, 1789998995000000]
    assert not shelf.gaps or shelf.gaps[0].from_at == 1789999000000000


async def test_neighbours_out_of_order_never_move_the_place_back(fetch: Fetcher) -> None:
    events = [post(ANNA, "1", "acme", at(9)), post(ANNA, "2", "acme", at(9.03))]
    scene = Say(*map(json.dumps, events))
    async with FakeJetstream([], scene) as server:
        shelf = await Shelf().poll(listener(fetch, server.url))
    assert shelf.at == at(9)


async def test_a_restart_replays_five_seconds_and_finds_no_gap(fetch: Fetcher) -> None:
    events = [post(ANNA, str(n), f"acme {n}", at(100 - n)) for n in range(40)]
    async with FakeJetstream(events) as server:
        shelf = await Shelf().poll(listener(fetch, server.url))
        await server.say(post(ANNA, "late", "acme late", at(1)))
        await shelf.poll(listener(fetch, server.url))
        starts = [int(met.query["cursor"][0]) for met in server.met]
    assert starts[1] == at(61) - 5 * SECOND
    assert len(shelf.posts) == 41
    assert shelf.gaps == []
    assert 5 <= shelf.twice <= 6


@pytest.mark.parametrize("how", [Reset(), Close(1011), Close(1008), Close(4000)], ids=str)
async def test_crashes_lose_nothing(fetch: Fetcher, how: Close | Reset) -> None:
    events = [post(ANNA, str(n), f"acme {n}", at(600 - n)) for n in range(400)]
    async with FakeJetstream(events) as server:
        server.scenes[:0] = [server.cut(150, how), server.cut(120, how), Refuse(503)]
        shelf = Shelf()
        failures = 0
        for _ in range(6):
            try:
                await shelf.poll(listener(fetch, server.url))
            except SourceError:
                failures += 1
            else:
                break
        assert len(server.met) == 4
    assert failures == 3
    assert len(shelf.posts) == 400
    assert shelf.gaps == []
    assert all(b.cursor is not None for b in shelf.batches)


async def test_a_crash_between_batches_replays_at_most_one(fetch: Fetcher) -> None:
    events = [post(ANNA, str(n), f"acme {n}", at(3000 - n)) for n in range(600)]
    async with FakeJetstream(events) as server:
        shelf = Shelf()
        for _ in range(20):  # killed after every batch: what was yielded last is not stored
            heard = listener(fetch, server.url)
            async with aclosing(heard.poll(shelf.cursor)) as batches:
                first = await anext(batches, None)
                if first is None:
                    break
                second = await anext(batches, None)
                shelf.take(first)
                if second is None:
                    break
        assert len(shelf.posts) == 600
    assert shelf.twice <= 6 * len(server.met)


async def test_a_forgetful_server_leaves_a_gap_from_to(fetch: Fetcher) -> None:
    floor = at(1000)
    events = [post(ANNA, str(n), f"acme {n}", at(5000 - 10 * n)) for n in range(490)]
    async with FakeJetstream(events, floor=floor) as server:
        start = json.dumps({"time_us": at(4000)})
        shelf = await Shelf(start).poll(listener(fetch, server.url))
    (gap,) = shelf.gaps
    assert (gap.from_at, gap.to_at) == (at(4000), floor)
    assert "no longer had" in gap.reason.template
    assert "could not all be" in gap.reason.template
    carrier = next(batch for batch in shelf.batches if batch.gap)
    assert carrier.cursor is not None, "the gap must be stored with the place after it"


@pytest.mark.parametrize("cursor", ["{", '{"time_us": 1890000000000000}', "nonsense"])
async def test_a_lost_place_is_a_gap_and_a_reading_back(fetch: Fetcher, cursor: str) -> None:
    async with FakeJetstream([post(ANNA, "1", "acme", at(50))]) as server:
        shelf = await Shelf(cursor).poll(listener(fetch, server.url))
        assert int(server.met[0].query["cursor"][0]) == NOW - HOUR - 5 * SECOND
    assert shelf.texts == ["acme"]
    (gap,) = shelf.gaps
    assert (gap.from_at, gap.to_at) == (None, at(50))
    assert shelf.at == at(50)


async def test_a_gap_is_searched_where_there_is_somebody_to_ask(fetch: Fetcher) -> None:
    floor = at(1000)
    found = [_view(ANNA, f"s{n}", f"acme found {n}", at(3000 - n)) for n in range(3)]
    old = _view(ANNA, "old", "acme long ago", at(90_000))

    def search(request: Request) -> Reply:
        if request.one("cursor"):
            return json_reply({"posts": [found[2], old]})
        return json_reply({"posts": found[:2], "cursor": "more"})

    async with FakeJetstream([post(ANNA, "1", "acme", at(900))], floor=floor) as server, \
            FakeServer() as appview:  # fmt: skip
        appview.on("/xrpc/app.bsky.feed.searchPosts", search)
        appview.on("/xrpc/app.bsky.actor.getProfiles", json_reply({"profiles": []}))
        start = json.dumps({"time_us": at(4000)})
        heard = listener(fetch, server.url, PLAIN, appview=appview.url)
        shelf = await Shelf(start).poll(heard)
        asked = appview.asked("/xrpc/app.bsky.feed.searchPosts")
    assert [request.one("q") for request in asked] == ['"acme"', '"acme"']
    assert asked[0].one("since") == to_iso(Micros(at(4005)))
    assert asked[0].one("until") == to_iso(Micros(at(900)))
    assert shelf.texts == ["acme found 0", "acme found 1", "acme found 2", "acme"]
    (gap,) = shelf.gaps
    assert "brought back {count}" in gap.reason.template
    assert gap.reason.values["count"] == 3
    searched = [batch for batch in shelf.batches if batch.posts and batch.gap is None]
    assert all(batch.cursor is None for batch in searched[:2]), "a crash must search again"


async def test_a_refused_search_is_said(fetch: Fetcher) -> None:
    async with FakeJetstream([post(ANNA, "1", "acme", at(900))], floor=at(1000)) as server, \
            FakeServer() as appview:  # fmt: skip
        appview.on("/xrpc/app.bsky.feed.searchPosts", status_reply(403, b"<html>no</html>"))
        heard = listener(fetch, server.url, PLAIN, appview=appview.url)
        shelf = await Shelf(json.dumps({"time_us": at(4000)})).poll(heard)
    assert "could not all be" in shelf.gaps[0].reason.template
    assert shelf.texts == ["acme"]


# --- v2 ----------------------------------------------------------------------------------------


async def test_v2_counts_by_number(fetch: Fetcher) -> None:
    events = [post(ANNA, str(n), f"acme {n}", at(100 - n)) for n in range(10)]
    events += [delete(ANNA, "3", at(80)), account(BEN, at(79), "deleted")]
    async with FakeJetstream(events, protocol="v2") as server:
        shelf = await Shelf().poll(listener(fetch, server.url, protocol="v2"))
        await server.say(post(ANNA, "late", "acme late", at(1)))
        await shelf.poll(listener(fetch, server.url, protocol="v2"))
        first, second = (met.query for met in server.met)
    assert first["collections"] == ["app.bsky.feed.post"]
    assert first["kinds"] == ["commit", "account"]
    assert "wantedCollections" not in first
    assert second["cursor"] == ["12"]
    assert (len(shelf.posts), shelf.gone) == (10, [uri(ANNA, "3")])
    assert set(shelf.accounts_gone) == {BEN}
    assert shelf.gaps == []


async def test_v2_is_found_out(fetch: Fetcher) -> None:
    async with FakeJetstream([post(ANNA, "1", "acme", at(9))], protocol="v2") as server:
        shelf = await Shelf().poll(listener(fetch, server.url))
        assert [met.path for met in server.met] == [
            "/subscribe", "/xrpc/network.bsky.jetstream.subscribeEvents"
        ]  # fmt: skip
    assert shelf.texts == ["acme"]


async def test_v2_cursor_too_old_is_a_gap_and_goes_on_from_the_floor(fetch: Fetcher) -> None:
    events = [post(ANNA, str(n), f"acme {n}", at(5000 - 10 * n)) for n in range(490)]
    async with FakeJetstream(events, protocol="v2", floor=at(1000)) as server:
        host = server.url.removeprefix("ws://")
        start = json.dumps({"time_us": at(4000), "seq": 100, "host": host})
        shelf = await Shelf(start).poll(listener(fetch, server.url, protocol="v2"))
        asked = [met.query["cursor"][0] for met in server.met]
    assert asked == ["100", str(at(4005))]
    (gap,) = shelf.gaps
    assert (gap.from_at, gap.to_at) == (at(4000), at(1000))
    assert len(shelf.posts) == 90
    assert read_cursor(shelf.cursor).seq == 490  # type: ignore[union-attr]


async def test_v2_numbers_of_another_server_are_not_used(fetch: Fetcher) -> None:
    events = [post(ANNA, str(n), f"acme {n}", at(100 - n)) for n in range(10)]
    async with FakeJetstream(events, protocol="v2") as server:
        start = json.dumps({"time_us": at(95), "seq": 4_000_000, "host": "elsewhere.example"})
        shelf = await Shelf(start).poll(listener(fetch, server.url, protocol="v2"))
        assert server.met[0].query["cursor"] == [str(at(105))]
    assert len(shelf.posts) == 10
    assert read_cursor(shelf.cursor).seq == 10  # type: ignore[union-attr]


async def test_v2_ends_with_an_error_frame(fetch: Fetcher) -> None:
    slow = '{"$type":"error","error":"ConsumerTooSlow","message":"x"}'
    async with FakeJetstream([], Say(slow), protocol="v2") as server:
        with pytest.raises(SourceError, match="ConsumerTooSlow"):
            await Shelf().poll(listener(fetch, server.url, protocol="v2"))


# --- servers that misbehave --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scene", "state"),
    [
        (Refuse(401), SourceState.NEEDS_TOKEN),
        (Refuse(403), SourceState.BLOCKED),
        (Refuse(429, {"retry-after": "30"}), SourceState.RATE_LIMITED),
        (Refuse(503), SourceState.FAILING),
        (Refuse(302, {"location": "ws://127.0.0.1:1"}), SourceState.FAILING),
        (Say("x" * 50_000_000), SourceState.FAILING),
        (Say(end=Reset()), SourceState.FAILING),
        (Say(end=Close(1008)), SourceState.FAILING),
    ],
)
async def test_refusals_keep_the_place(
    fetch: Fetcher, scene: Refuse | Say, state: SourceState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bluesky, "QUIET", 20.0)  # 50 MB take a moment
    async with FakeJetstream([], scene) as server:
        shelf = Shelf(json.dumps({"time_us": at(100)}))
        with pytest.raises(SourceError) as caught:
            await shelf.poll(listener(fetch, server.url))
        assert len(server.met) == 1
    assert caught.value.state is state
    assert shelf.batches == []
    if state is SourceState.RATE_LIMITED:
        assert caught.value.until == NOW + 30 * SECOND


async def test_bad_messages_are_set_aside_and_their_neighbours_kept(fetch: Fetcher) -> None:
    good = [json.dumps(post(ANNA, str(n), f"acme {n}", at(50 - n))) for n in range(8)]
    no_text = json.dumps(commit(ANNA, at(42), "create", "9", record={"text": None, "a": "acme"}))
    deep = '{"did":"d","time_us":1,"kind":' + "[" * 5000
    scene = Say(*good[:4], "not json", "\x1b]0;x\x07", no_text, deep, *good[4:], b"\x00\xff")
    async with FakeJetstream([], scene) as server:
        shelf = await Shelf().poll(listener(fetch, server.url))
    assert len(shelf.posts) == 8
    assert len(shelf.bad) == 5
    assert all(batch.bad[0].reason.template for batch in shelf.batches if batch.bad)
    assert shelf.fetched == 13
    assert max(map(len, shelf.bad)) <= 20_000


async def test_a_flood_lets_others_have_their_turn(
    fetch: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [json.dumps(post(ANNA, str(n), f"post {n}", at(0.5))) for n in range(10_000)]
    lines[7777] = json.dumps(post(ANNA, "hit", "acme", at(0.5)))
    monkeypatch.setattr(bluesky, "QUIET", 3.0)
    take = Harvest.take
    in_a_row = most = 0

    def counted(harvest: Harvest, message: bytes) -> None:
        nonlocal in_a_row, most
        in_a_row += 1
        most = max(most, in_a_row)
        take(harvest, message)

    async def beat() -> None:
        nonlocal in_a_row
        while True:
            in_a_row = 0
            await asyncio.sleep(0)

    monkeypatch.setattr(Harvest, "take", counted)
    async with FakeJetstream([], Say(*lines)) as server:
        beating = asyncio.create_task(beat())
        shelf = await Shelf().poll(listener(fetch, server.url))
        beating.cancel()
    assert shelf.fetched == 10_000
    assert shelf.texts == ["acme"]
    assert most <= 200
    assert all(len(batch.posts) <= 200 for batch in shelf.batches)


async def test_a_flood_of_matches_comes_in_small_batches(fetch: Fetcher) -> None:
    events = [post(ANNA, str(n), f"acme {n}", at(100)) for n in range(1000)]
    async with FakeJetstream(events) as server:
        shelf = await Shelf().poll(listener(fetch, server.url))
    assert len(shelf.posts) == 1000
    assert max(len(batch.posts) for batch in shelf.batches) <= 400


async def test_poll_ends_at_the_present_without_waiting_for_silence(fetch: Fetcher) -> None:
    async def chatter(connection: Any, met: Any) -> None:
        number = 0
        while True:
            number += 1
            await connection.send(json.dumps(post(ANNA, str(number), "hm", at(3 - number))))
            await asyncio.sleep(0.01)

    async with FakeJetstream([], chatter) as server:
        async with asyncio.timeout(30):
            shelf = await Shelf().poll(listener(fetch, server.url))
    assert shelf.at >= NOW
    assert shelf.batches[-1].lag == 0


async def test_poll_ends_when_the_server_closes_in_order(fetch: Fetcher) -> None:
    async with FakeJetstream([post(ANNA, "1", "acme", at(9))], ending=Close(1000)) as server:
        shelf = await Shelf().poll(listener(fetch, server.url))
    assert shelf.texts == ["acme"]


async def test_the_place_is_what_was_heard_even_if_older_than_asked_for(fetch: Fetcher) -> None:
    async with FakeJetstream([], Say(json.dumps(post(ANNA, "1", "acme", at(900_000))))) as server:
        shelf = await Shelf().poll(listener(fetch, server.url))
    assert shelf.at == at(900_000)
    assert shelf.posts[uri(ANNA, "1")].created_at == at(900_000)


async def test_empty_batches_move_the_place(fetch: Fetcher) -> None:
    async with FakeJetstream([post(ANNA, "1", "nothing", at(9))]) as server:
        shelf = await Shelf().poll(listener(fetch, server.url))
    assert shelf.posts == {}
    assert shelf.at == at(9)
    assert shelf.batches[-1].lag == pytest.approx(9)


# --- streaming ---------------------------------------------------------------------------------


async def test_streaming_from_the_place_on(fetch: Fetcher) -> None:
    async with FakeJetstream([post(ANNA, "1", "acme 1", at(100))]) as server:
        shelf = await Shelf().poll(listener(fetch, server.url))
        stream = listener(fetch, server.url).stream(shelf.cursor)
        assert stream is not None
        async with aclosing(stream) as batches:  # type: ignore[type-var]
            await server.say(post(ANNA, "2", "acme 2", at(50)))
            async for batch in batches:
                shelf.take(batch)
                if len(shelf.posts) == 2:
                    break
            await server.say(post(ANNA, "3", "acme 3", at(2)))
            async for batch in batches:
                shelf.take(batch)
                if len(shelf.posts) == 3:
                    break
    assert shelf.at == at(2)
    assert shelf.gaps == []


async def test_a_stream_that_breaks_after_long_service_goes_on_by_itself(
    fetch: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [post(ANNA, str(n), f"acme {n}", at(100 - n)) for n in range(10)]
    async with FakeJetstream(events) as server:
        server.scenes[:0] = [server.cut(5, Reset())]
        monkeypatch.setattr(bluesky, "_HEALTHY", 0.0)
        shelf = Shelf(json.dumps({"time_us": at(101)}))
        stream = listener(fetch, server.url).stream(shelf.cursor)
        async with aclosing(stream) as batches:  # type: ignore[type-var]
            async for batch in batches:
                shelf.take(batch)
                if len(shelf.posts) == 10:
                    break
        assert len(server.met) == 2
        monkeypatch.setattr(bluesky, "_HEALTHY", 60.0)
        server.scenes[:0] = [server.cut(0, Close(1000))]
        stream = listener(fetch, server.url).stream(shelf.cursor)
        with pytest.raises(SourceError, match="ended the stream"):
            await anext(stream)  # type: ignore[arg-type]


async def test_the_next_server_answers_when_one_does_not(
    fetch: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(HOSTS) == 4
    assert all(host.startswith("wss://jetstream") for host in HOSTS)
    async with FakeJetstream([post(ANNA, "1", "acme", at(9))]) as two, \
            FakeJetstream([], Refuse(503)) as one:  # fmt: skip
        jetstream = Jetstream(SourceConfig(network="bluesky", base_url=one.url), clock)
        monkeypatch.setattr(jetstream, "_hosts", (one.url, "ws://127.0.0.1:1", two.url))
        heard = listener(fetch, one.url)
        monkeypatch.setattr(heard, "_jetstream", jetstream)
        start = json.dumps({"time_us": at(20), "host": one.url.removeprefix("ws://")})
        shelf = await Shelf(start).poll(heard)
        assert two.met[0].query["cursor"] == [str(at(30))], "another server, a longer rewind"
        await shelf.poll(heard)
        assert (len(one.met), len(two.met)) == (1, 2)
    assert shelf.texts == ["acme"]


@pytest.mark.parametrize("scheme", ["http", "ws"])
async def test_addresses_of_a_users_own_server(fetch: Fetcher, scheme: str) -> None:
    async with FakeJetstream([post(ANNA, "1", "acme", at(9))]) as server:
        base = server.url.replace("ws", scheme, 1)
        assert (await Shelf().poll(listener(fetch, base + "/"))).texts == ["acme"]
        assert (await Shelf().poll(listener(fetch, base + "/subscribe"))).texts == ["acme"]


async def test_only_our_own_accounts_are_asked_for_where_nothing_else_can_be(
    fetch: Fetcher,
) -> None:
    events = [post(US, "1", "hello", at(3000)), post(ANNA, "2", "x", at(5))]
    nameless = BrandConfig(name="", handles={"bluesky": (US,)})
    async with FakeJetstream(events) as server:
        shelf = await Shelf().poll(listener(fetch, server.url, nameless))
        await shelf.poll(listener(fetch, server.url, watch="own"))
        assert [met.query["wantedDids"] for met in server.met] == [[US], [US]]
    assert shelf.texts == ["hello"]
    assert shelf.fetched == 2
    assert shelf.gaps == []


# --- the AppView -------------------------------------------------------------------------------


def _view(did: str, rkey: str, text: str, when: int, **fields: object) -> dict[str, object]:
    return {
        "uri": uri(did, rkey),
        "cid": "c",
        "author": {"did": did, "handle": "h.example"},
        "record": record(text, when),
        "indexedAt": to_iso(Micros(when)),
        **fields,
    }


NAMED = BrandConfig(name="Acme", names=("Acme",), handles={"bluesky": ("@acme.example",)})


@pytest.fixture
async def appview() -> AsyncIterator[FakeServer]:
    async with FakeServer() as server:
        server.on("/xrpc/com.atproto.identity.resolveHandle", json_reply({"did": US}))
        profile = {"did": ANNA, "handle": "anna.example", "displayName": "Anna",
                   "followersCount": 12}  # fmt: skip
        server.on("/xrpc/app.bsky.actor.getProfiles", json_reply({"profiles": [profile]}))
        yield server


async def test_handles_are_resolved_and_spelled_as_configured(
    fetch: Fetcher, appview: FakeServer
) -> None:
    events = [post(ANNA, "1", "why?", at(9), **reply_to(uri(US, "p"))),
              post(US, "2", "because", at(8)),
              post(ANNA, "3", "hey", at(7), **MENTION)]  # fmt: skip
    async with FakeJetstream(events) as server:
        heard = listener(fetch, server.url, NAMED, appview=appview.url)
        shelf = await Shelf().poll(heard)
        answer, own, mention = shelf.posts.values()
        assert answer.parent_author_key == "acme.example"
        assert "acme.example" in answer.mentions
        assert (own.author.key, own.author.handle) == (US, "acme.example")
        assert mention.mentions == (US, "acme.example")
        asked = appview.asked("/xrpc/com.atproto.identity.resolveHandle")
        assert [request.one("handle") for request in asked] == ["acme.example"]
        # With the AppView away, the remembered account is used.
        offline = listener(fetch, server.url, NAMED)
        shelf.posts.clear()
        await shelf.poll(offline)
    assert shelf.posts[uri(US, "2")].author.handle == "acme.example"


async def test_authors_get_their_names_once_a_day(fetch: Fetcher, appview: FakeServer) -> None:
    events = [post(ANNA, str(n), f"acme {n}", at(40 - n)) for n in range(30)]
    events += [post(f"did:plc:{n}", "1", "acme", at(9)) for n in range(60)]
    async with FakeJetstream(events) as server:
        heard = listener(fetch, server.url, PLAIN, appview=appview.url)
        shelf = await Shelf().poll(heard)
        await shelf.poll(heard)
    author = shelf.posts[uri(ANNA, "0")].author
    assert (author.handle, author.name, author.followers) == ("anna.example", "Anna", 12)
    assert shelf.posts[uri("did:plc:7", "1")].author.handle == ""
    asked = [
        request.query["actors"] for request in appview.asked("/xrpc/app.bsky.actor.getProfiles")
    ]
    dids = [did for some in asked for did in some]
    assert len(dids) == len(set(dids)) == 61
    assert max(map(len, asked)) <= 25


async def test_names_that_cannot_be_had_hold_nothing_up(
    fetch: Fetcher, appview: FakeServer
) -> None:
    appview.on("/xrpc/app.bsky.actor.getProfiles", status_reply(500))
    events = [post(ANNA, str(n), f"acme {n}", at(40 - n)) for n in range(3)]
    async with FakeJetstream(events) as server:
        heard = listener(fetch, server.url, PLAIN, appview=appview.url)
        shelf = await Shelf().poll(heard)
        await shelf.poll(heard)
    assert len(shelf.posts) == 3
    assert len(appview.asked("/xrpc/app.bsky.actor.getProfiles")) == 1


async def test_a_users_own_jetstream_alone_asks_nobody_else(
    fetch: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object, **__: object) -> None:
        pytest.fail("asked the internet")

    monkeypatch.setattr(fetch, "get", never)
    monkeypatch.setattr(fetch, "post", never)
    async with FakeJetstream([post(ANNA, "1", "acme", at(9))], floor=at(50)) as server:
        heard = listener(fetch, server.url, NAMED)
        shelf = await Shelf(json.dumps({"time_us": at(9000)})).poll(heard)
        assert (await heard.thread([uri(ANNA, "1")])).posts == ()
    assert shelf.texts == ["acme"]


async def test_threads(fetch: Fetcher, appview: FakeServer) -> None:
    parent = {"post": _view(US, "0", "news", at(90))}
    reply = {"post": _view(BEN, "2", "me too", at(70)), "replies": []}
    gone = {"uri": uri(BEN, "3"), "notFound": True}
    thread = {"post": _view(ANNA, "1", "why?", at(80)), "parent": parent, "replies": [reply, gone]}
    appview.on(
        "/xrpc/app.bsky.feed.getPostThread",
        json_reply({"thread": thread}),
        json_reply({"error": "NotFound", "message": "x"}, 400),
    )
    heard = listener(fetch, "ws://127.0.0.1:1", ACME, appview=appview.url)
    batch = await heard.thread([uri(ANNA, "1"), uri(BEN, "9")])
    assert [each.text for each in batch.posts] == ["news", "why?", "me too"]
    assert [each.author.followers for each in batch.posts] == [None, 12, None]
    assert batch.cursor is None
    asked = appview.asked("/xrpc/app.bsky.feed.getPostThread")
    assert [request.one("uri") for request in asked] == [uri(ANNA, "1"), uri(BEN, "9")]


# --- signed in ---------------------------------------------------------------------------------


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> Secret:
    monkeypatch.setenv("HUBBUB_TEST_APP_PASSWORD", "abcd-efgh")
    return Secret("env:HUBBUB_TEST_APP_PASSWORD")


def session(number: int) -> Reply:
    return json_reply({"accessJwt": f"access{number}", "refreshJwt": f"refresh{number}"})


async def test_notifications_are_the_safety_net(
    fetch: Fetcher, appview: FakeServer, token: Secret
) -> None:
    def notifications(request: Request) -> Reply:
        if request.headers["authorization"] != "Bearer access2":
            return json_reply({"error": "ExpiredToken"}, 400)
        views = [_view(ANNA, f"n{n}", f"hey {n}", at(50 + n), reason="mention") for n in range(3)]
        return json_reply({"notifications": views})

    appview.on("/xrpc/com.atproto.server.createSession", session(1))
    appview.on("/xrpc/com.atproto.server.refreshSession", session(2))
    appview.on("/xrpc/app.bsky.notification.listNotifications", notifications)
    async with FakeJetstream([post(ANNA, "1", "acme", at(9))]) as server:

        def made() -> BlueskyListener:
            return listener(fetch, server.url, NAMED, token=token, appview=appview.url)

        shelf = await Shelf().poll(made())
        assert shelf.texts == ["acme", "hey 2", "hey 1", "hey 0"]
        assert [p.addressed for p in shelf.posts.values()] == [False, True, True, True]
        assert [p.author.followers for p in shelf.posts.values()] == [12, 12, 12, 12]
        before = shelf.twice
        await shelf.poll(made())
        assert shelf.twice == before + 1, "the stream's overlap, and no notification again"
    (sign_in,) = appview.asked("/xrpc/com.atproto.server.createSession")
    assert sign_in.json() == {"identifier": "acme.example", "password": "abcd-efgh"}
    (refresh,) = appview.asked("/xrpc/com.atproto.server.refreshSession")
    assert refresh.headers["authorization"] == "Bearer refresh1"
    assert "access" not in (shelf.cursor or "")


async def test_a_session_too_old_to_refresh_is_opened_anew(
    fetch: Fetcher, appview: FakeServer, token: Secret
) -> None:
    def notifications(request: Request) -> Reply:
        if request.headers["authorization"] != "Bearer access2":
            return json_reply({"error": "ExpiredToken"}, 400)
        return json_reply({"notifications": []})

    appview.on("/xrpc/com.atproto.server.createSession", session(1), session(2))
    appview.on("/xrpc/com.atproto.server.refreshSession", json_reply({"error": "X"}, 400))
    appview.on("/xrpc/app.bsky.notification.listNotifications", notifications)
    async with FakeJetstream([post(ANNA, "1", "acme", at(9))]) as server:
        await Shelf().poll(listener(fetch, server.url, NAMED, token=token, appview=appview.url))
    assert len(appview.asked("/xrpc/com.atproto.server.createSession")) == 2


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("AuthenticationRequired", "app password"),
        ("AuthFactorTokenRequired", "second factor"),
        ("AccountTakedown", "taken this account down"),
    ],
)
async def test_a_wrong_app_password_is_said_and_nothing_is_lost(
    fetch: Fetcher, appview: FakeServer, token: Secret, error: str, says: str
) -> None:
    appview.on("/xrpc/com.atproto.server.createSession", json_reply({"error": error}, 401))
    handle = BrandConfig(name="Acme", names=("Acme",), handles={"bluesky": (US,)})
    async with FakeJetstream([post(ANNA, "1", "acme", at(9))]) as server:
        shelf = Shelf()
        heard = listener(fetch, server.url, handle, token=token, appview=appview.url)
        with pytest.raises(SourceError, match=says) as caught:
            await shelf.poll(heard)
    assert caught.value.state is SourceState.NEEDS_TOKEN
    assert shelf.texts == ["acme"], "the stream needs no token"
    assert shelf.at == at(9)


async def test_streaming_looks_at_notifications_too(
    fetch: Fetcher, appview: FakeServer, token: Secret, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bluesky, "_LOOK_EVERY", 0.2)
    views = [[_view(ANNA, f"n{n}", f"hey {n}", at(20 - n), reason="reply")] for n in range(2)]
    appview.on("/xrpc/com.atproto.server.createSession", session(1))
    appview.on("/xrpc/app.bsky.notification.listNotifications",
               *(json_reply({"notifications": some}) for some in views))  # fmt: skip
    async with FakeJetstream([post(ANNA, "1", "acme", at(9))]) as server:
        heard = listener(fetch, server.url, ACME, token=token, appview=appview.url)
        shelf = Shelf(json.dumps({"time_us": at(20)}))
        async with aclosing(heard.stream(shelf.cursor)) as batches:  # type: ignore[type-var]
            async for batch in batches:
                shelf.take(batch)
                if len(shelf.posts) == 3:
                    break
    assert set(shelf.texts) == {"acme", "hey 0", "hey 1"}
    cursor = read_cursor(shelf.cursor)
    assert cursor is not None
    assert cursor.notified == to_iso(Micros(at(19)))
    assert cursor.time_us == at(9)
