"""What we send, judged by a server made of the networks' own documents; run by ``make servers``.

``HUBBUB_PRISM_DISCORD``, ``_PINTEREST``, ``_SLACK`` and ``_YOUTUBE`` are Prism servers (``prism
mock``) of Discord's, Pinterest's and Slack's OpenAPI documents, and of YouTube's discovery document
turned into one. Every request a listener makes to our fake is made to Prism as well, which says
where one is not lawful.
"""

from __future__ import annotations

import os
from contextlib import aclosing
from dataclasses import replace
from urllib.parse import urlencode

import httpx
import pytest

from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import SECOND, Micros
from listeners.networks.discord.listener import DiscordListener
from listeners.networks.pinterest import PinterestListener
from listeners.networks.replying import Answered, Reply
from listeners.networks.slack.listener import SlackListener
from listeners.networks.youtube.listener import YouTubeListener
from listeners.secret import Secret
from tests.fake.discord import API as DISCORD_API
from tests.fake.discord import TOKEN, FakeDiscord
from tests.fake.http_server import Request
from tests.fake.pinterest import TOKEN as PINTEREST_TOKEN
from tests.fake.pinterest import FakePinterest
from tests.fake.slack import GENERAL, FakeSlack
from tests.fake.slack import TOKEN as SLACK_TOKEN
from tests.fake.youtube import KEY, PERMISSION, FakeYouTube

DISCORD = os.environ.get("HUBBUB_PRISM_DISCORD", "")
PINTEREST = os.environ.get("HUBBUB_PRISM_PINTEREST", "")
SLACK = os.environ.get("HUBBUB_PRISM_SLACK", "")
YOUTUBE = os.environ.get("HUBBUB_PRISM_YOUTUBE", "")

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]


async def violations(request: Request, base: str, path: str) -> str:
    """Make a request anew at Prism; return what it finds wrong with it."""
    query = urlencode([(name, one) for name, found in request.query.items() for one in found])
    kept = ("authorization", "content-type", "token", "x-goog-api-key")
    headers = {name: value for name, value in request.headers.items() if name in kept}
    async with httpx.AsyncClient(timeout=60.0) as client:
        answer = await client.request(
            request.method,
            f"{base}{path}{'?' if query else ''}{query}",
            headers={"authorization": "Bearer x", **headers},
            content=request.body,
        )
    told = answer.headers.get("sl-violations", "")
    # A wrong answer of its own examples is Prism's affair, a wrong request is ours.
    ours = [one for one in told.split("},{") if '"request"' in one]
    lawful = answer.status_code < 400 or (answer.status_code == 500 and not ours)
    return "" if lawful and not ours else f"{request.method} {path}?{query}: {answer.text[:300]}"


def reply_to(native_id: str, second: int) -> Reply:
    answered = Answered(native_id=native_id)
    key = "0123456789abcdef01234567"
    return Reply(key=key, text="Thanks", to=answered, written_at=Micros(second * SECOND))


@pytest.mark.skipif(not DISCORD, reason="no Prism with Discord's document: HUBBUB_PRISM_DISCORD")
async def test_discord(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    brand = BrandConfig(name="Kerlann")
    async with FakeDiscord() as server, Fetcher() as fetch:
        asked = server.say("kerlann?")
        source = SourceConfig(
            network="discord", base_url=server.base, token=Secret("env:BOT_TOKEN")
        )
        listener = DiscordListener(source, [brand], fetch, lambda: Micros(server.now * SECOND))
        cursor = [batch.cursor async for batch in listener.poll(None)][-1]
        server.say("kerlann again")
        assert [batch async for batch in listener.poll(cursor)]
        native_id = f"{server.general['id']}/{asked['id']}"
        await listener.thread([native_id])
        async with aclosing(listener.history(brand, Micros(0), None)) as batches:
            assert [batch async for batch in batches]
        sent = await listener.send_reply(reply_to(native_id, server.now))
        await listener.find_reply(reply_to(native_id, server.now))
        await listener.delete_reply(sent.native_id)
        # A channel that was named, read by a bot that sees no words; then the search.
        server.blind, server.flags = True, 1 << 19
        for more in ({"what": server.general["id"]}, {"options": {"search": True}}):
            listener = DiscordListener(
                replace(source, **more), [brand], fetch, lambda: Micros(server.now * SECOND)
            )
            cursor = [batch.cursor async for batch in listener.poll(None)][-1]
            server.say("kerlann once more")
            assert [batch async for batch in listener.poll(cursor)]
        asked_for = {one.path.removeprefix(DISCORD_API) for one in server.requests}
        assert {"/applications/@me", f"/channels/{server.general['id']}"} <= asked_for
        assert {"after", "min_id", "max_id"} <= {name for one in server.requests
                                                 for name in one.query}  # fmt: skip
        wrong = [await violations(one, DISCORD, one.path.removeprefix(DISCORD_API))
                 for one in server.requests]  # fmt: skip
        print(f"{len(wrong)} requests, {sum(map(bool, wrong))} wrong")
        assert [one for one in wrong if one] == []
        broken = Request("GET", "", {"limit": ["101"]}, {}, b"")
        assert await violations(broken, DISCORD, f"/channels/{server.general['id']}/messages")


@pytest.mark.skipif(
    not PINTEREST, reason="no Prism with Pinterest's document: HUBBUB_PRISM_PINTEREST"
)
async def test_pinterest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINTEREST_TOKEN", PINTEREST_TOKEN)
    async with FakePinterest() as server, Fetcher() as fetch:
        server.size = 1
        boat = server.pin("A boat", comments=3)
        server.pin("A lamp")
        source = SourceConfig(
            network="pinterest", base_url=server.url, token=Secret("env:PINTEREST_TOKEN")
        )
        listener = PinterestListener(source, [], fetch, lambda: Micros(server.now * SECOND))
        cursor = [batch.cursor async for batch in listener.poll(None)][-1]
        boat.comments = 5
        batches = [batch async for batch in listener.poll(cursor)]
        assert [post.text for batch in batches for post in batch.posts if not post.own]
        # Two pages each time, the second by the bookmark that the first one gave.
        assert ["bookmark" in one.query for one in server.requests] == [False, True] * 2
        wrong = [await violations(one, PINTEREST, one.path) for one in server.requests]
        print(f"{len(wrong)} requests, {sum(map(bool, wrong))} wrong")
        assert [one for one in wrong if one] == []
    for name, value in (("page_size", "251"), ("pin_metrics", "all")):
        broken = Request("GET", "", {name: [value]}, {}, b"")
        assert await violations(broken, PINTEREST, "/pins")


@pytest.mark.skipif(not YOUTUBE, reason="no Prism with YouTube's document: HUBBUB_PRISM_YOUTUBE")
async def test_youtube(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUTUBE_KEY", KEY)
    for name, value in PERMISSION.items():
        monkeypatch.setenv(f"YT_{name.upper()}", value)
    brand = BrandConfig(name="Kerlann", handles={"youtube": ("kerlann",)})
    async with FakeYouTube() as server, Fetcher() as fetch:
        server.inline = 0
        film = server.video("Kerlann at sea")
        thread = server.comment("Does it float?", film)
        server.reply("Yes", thread)
        permission = {name: f"env:YT_{name.upper()}" for name in PERMISSION}
        source = SourceConfig(
            network="youtube", base_url=server.url, token=Secret("env:YOUTUBE_KEY"),
            options={"oauth_url": f"{server.url}/token", **permission},
        )  # fmt: skip
        listener = YouTubeListener(source, [brand], fetch, lambda: Micros(server.now * SECOND))
        cursor = [batch.cursor async for batch in listener.poll(None)][-1]
        server.delete(thread)
        server.now += 3600
        assert [batch async for batch in listener.poll(cursor)]
        other = server.comment("And now?", film)
        await listener.thread([other["id"], film["id"]])
        for native_id in (other["id"], film["id"]):
            sent = await listener.send_reply(reply_to(native_id, server.now))
            await listener.find_reply(reply_to(native_id, server.now))
            await listener.delete_reply(sent.native_id)
        asked = [one for one in server.requests if one.path.startswith("/youtube")]
        # The document names no kind of body, so Prism refuses every one; see fake/official.
        bare = [replace(one, body=b"", headers={**one.headers, "content-type": ""})
                for one in asked]  # fmt: skip
        wrong = [await violations(one, YOUTUBE, one.path) for one in bare]
        print(f"{len(wrong)} requests, {sum(map(bool, wrong))} wrong")
        assert [one for one in wrong if one] == []
        broken = Request("GET", "", {"maxResults": ["500"]}, {}, b"")
        assert await violations(broken, YOUTUBE, "/youtube/v3/commentThreads")


@pytest.mark.skipif(not SLACK, reason="no Prism with Slack's document: HUBBUB_PRISM_SLACK")
async def test_slack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_TOKEN", SLACK_TOKEN)
    async with FakeSlack() as server, Fetcher() as fetch:
        asked = server.say("kerlann?")
        server.say("Where?", by="bob", to=asked)
        source = SourceConfig(
            network="slack", base_url=server.base, token=Secret("env:SLACK_TOKEN")
        )
        listener = SlackListener(source, [], fetch, lambda: Micros(server.now * SECOND))
        cursor = [batch.cursor async for batch in listener.poll(None)][-1]
        server.say("kerlann again")
        assert [batch async for batch in listener.poll(cursor)]
        native_id = f"{GENERAL}/{asked['ts']}"
        # Begun anew, it does not know the channel yet.
        listener = SlackListener(source, [], fetch, lambda: Micros(server.now * SECOND))
        await listener.thread([native_id])
        assert "/api/conversations.info" in {one.path for one in server.requests}
        sent = await listener.send_reply(reply_to(native_id, server.now))
        await listener.find_reply(reply_to(native_id, server.now))
        await listener.delete_reply(sent.native_id)
        # The document is of the time before bearer tokens: it wants the token as a parameter.
        told = [
            replace(
                one,
                query={**one.query, "token": ["x"]} if one.method == "GET" else one.query,
                headers={**one.headers, "token": "x"},
            )
            for one in server.requests
        ]
        wrong = [await violations(one, SLACK, one.path.removeprefix("/api")) for one in told]
        print(f"{len(wrong)} requests, {sum(map(bool, wrong))} wrong")
        assert [one for one in wrong if one] == []
        broken = Request("GET", "", {"limit": ["many"], "token": ["x"]}, {"token": "x"}, b"")
        assert await violations(broken, SLACK, "/conversations.history")
