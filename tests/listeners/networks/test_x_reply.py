"""Answering on X: whom a program may answer, what it costs, finding, deleting; the permission."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import SECOND, Micros
from listeners.networks.contract import SourceError
from listeners.networks.replying import Answered, Particular, Reply, Replying, ReplyRefusedError
from listeners.networks.x.connect import ask, code_in, connect
from listeners.networks.x.listener import XListener
from listeners.networks.x.reply import LIMIT
from listeners.networks.x.token import load
from listeners.replying.length import count, over
from listeners.spending import MemorySpendBook
from tests.fake.http_server import json_reply, status_reply
from tests.fake.x import PRICES, FakeX, Record

BRAND = BrandConfig(name="Kerlann", handles={"x": ("Kerlann",)})


class World:
    def __init__(self, server: FakeX, fetch: Fetcher, file: Path) -> None:
        self.server = server
        self.fetch = fetch
        self.file = file

    def clock(self) -> Micros:
        return Micros(self.server.now * SECOND)

    def listener(self, **more: object) -> XListener:
        options = {"account": str(self.file), "owned": True, **more}
        source = SourceConfig(network="x", base_url=self.server.url, options=options)
        return XListener(source, [BRAND], self.fetch, self.clock)

    def reply(self, text: str, post: Record, *others: str) -> Reply:
        names = tuple(one["username"] for one in post["entities"]["mentions"])
        to = Answered(native_id=post["id"], mentions=names, raw=json.dumps(post).encode())
        at = self.clock()
        return Reply(key="k", text=text, to=to, written_at=at, others=frozenset(others))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    file = tmp_path / "x.json"
    kept = {"client_id": "c", "access_token": "user-token", "refresh_token": "refresh-1",
            "until": 10**15 * SECOND}  # fmt: skip
    file.write_text(json.dumps(kept))
    file.chmod(0o600)
    async with FakeX() as server:
        now = lambda: Micros(server.now * SECOND)  # noqa: E731
        async with Fetcher(now, spends=MemorySpendBook(), chance=lambda: 0.0) as fetch:
            yield World(server, fetch, file)


async def refused(world: World, listener: XListener, reply: Reply) -> str:
    with pytest.raises(ReplyRefusedError) as caught:
        await listener.send_reply(reply)
    return str(caught.value)


async def test_a_reply_is_sent_found_and_deleted(world: World) -> None:
    listener = world.listener()
    asked = world.server.post("@kerlann does it float?")
    reply = world.reply("It does & well", asked)
    assert await listener.find_reply(reply) is None
    sent = await listener.send_reply(reply)
    assert world.server.bill == PRICES["user"] + PRICES["reply"]
    found = await listener.find_reply(reply)
    assert found is not None
    assert (found.native_id, found.url) == (sent.native_id, sent.url)
    other = world.reply("It does & well", asked, sent.native_id)
    assert await listener.find_reply(other) is None
    assert await listener.find_reply(world.reply("Other words", asked)) is None
    await listener.delete_reply(sent.native_id)
    assert sent.native_id not in world.server.posts
    await listener.delete_reply(sent.native_id)
    assert isinstance(listener, Replying)
    assert isinstance(listener, Particular)


async def test_a_reply_is_found_though_x_shortened_its_link(world: World) -> None:
    asked = world.server.post("@kerlann where?")
    reply = world.reply("Here: https://kerlann.example/shop", asked)
    made = world.server.reply("@ana Here: https://t.co/abc", asked, by="kerlann")
    made["entities"]["urls"] = [
        {"url": "https://t.co/abc", "expanded_url": "https://kerlann.example/shop"}
    ]
    found = await world.listener().find_reply(reply)
    assert found is not None
    assert found.native_id == made["id"]


@pytest.mark.parametrize("call", ["mention", "quote", "neither", "quote of another"])
async def test_only_who_calls_upon_us_is_answered_from_here(world: World, call: str) -> None:
    server = world.server
    ours, theirs = server.post("News", by="kerlann"), server.post("News", by="bob")
    post = {
        "mention": lambda: server.post("@Kerlann hello"),
        "quote": lambda: server.quote("look at this", ours),
        "neither": lambda: server.post("kerlann is fine"),
        "quote of another": lambda: server.quote("look at this", theirs),
    }[call]()
    listener, reply = world.listener(), world.reply("Thanks", post)
    why = listener.may_answer(reply.to)
    assert (why is None) == (call in ("mention", "quote"))
    if why is None:
        assert (await listener.send_reply(reply)).native_id in server.posts
    else:
        assert "browser" in await refused(world, listener, reply)
        assert not server.asked("/2/tweets")


async def test_links_are_dear_and_that_is_said_before(world: World) -> None:
    listener = world.listener()
    said = listener.with_link()
    assert said is not None
    assert said.values == {"price": "$0.20", "usual": "$0.01"}
    asked = world.server.post("@kerlann where?")
    await listener.send_reply(world.reply("At https://kerlann.example", asked))
    assert world.server.bill == PRICES["link"]
    assert world.listener(prices={"link": 0.01}).with_link() is None


async def test_a_reply_beyond_the_budget_does_not_leave(world: World) -> None:
    asked = world.server.post("@kerlann where?")
    listener = world.listener(budget_day=0.19)
    said = await refused(world, listener, world.reply("At https://kerlann.example", asked))
    assert "budget" in said
    assert not world.server.asked("/2/tweets")
    assert (await listener.send_reply(world.reply("At the sea", asked))).native_id


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (403, {"detail": "You are not allowed to create a Post with duplicate content."},
         "duplicate content"),
        (429, {"title": "Too Many Requests"}, "slow down"),
        (402, {"title": "CreditsDepleted"}, "credits"),
        (400, {"detail": "too long"}, "too long"),
        (404, {"detail": "gone"}, "not on X any more"),
    ],
)  # fmt: skip
async def test_refusals_in_words(
    world: World, status: int, body: dict[str, str], words: str
) -> None:
    world.server.on("/2/tweets", json_reply(body, status))
    asked = world.server.post("@kerlann hello")
    assert words in await refused(world, world.listener(), world.reply("Hi", asked))
    assert world.server.bill == 0


async def test_trouble_leaves_it_open(world: World) -> None:
    world.server.on("/2/tweets", status_reply(503))
    reply = world.reply("Hi", world.server.post("@kerlann hello"))
    with pytest.raises(SourceError) as caught:
        await world.listener().send_reply(reply)
    assert not caught.value.unsent


async def test_what_cannot_be_deleted_is_not_called_deleted(world: World) -> None:
    listener = world.listener()
    world.server.on("/2/tweets/7", json_reply({"detail": "not yours"}, 403))
    with pytest.raises(ReplyRefusedError, match="another account"):
        await listener.delete_reply("7")
    world.server.on("/2/tweets/8", json_reply({"data": {"deleted": False}}))
    with pytest.raises(ReplyRefusedError, match="did not delete"):
        await listener.delete_reply("8")


async def test_without_a_permission_nothing_is_sent(world: World) -> None:
    listener = world.listener(account="")
    assert listener.may_reply() is not None
    asked = world.server.post("@kerlann hello")
    assert "hubbub connect x" in await refused(world, listener, world.reply("Hi", asked))


async def test_how_long_a_reply_may_be(world: World) -> None:
    limit = await world.listener().reply_limit()
    assert over("x" * 257 + " https://kerlann.example/" + "y" * 90, limit) == 1
    assert over("x" * 256 + " https://kerlann.example/" + "y" * 90, limit) == 0


@pytest.mark.parametrize(
    ("text", "length"),
    [("abc", 3), ("é", 1), ("e\u0301", 1), ("“oui”", 5), ("5 €", 4), ("…", 2), ("日本", 4),
     ("👍", 2), ("👨\u200d👩\u200d👧", 2), ("❤\ufe0f", 2), ("🇫🇷", 2),
     ("https://kerlann.example/" + "y" * 99, 23)],
)  # fmt: skip
def test_length_as_x_weighs_it(text: str, length: int) -> None:
    assert count(text, LIMIT) == length


# --- the permission ------------------------------------------------------------------------------


def free_port() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def knock(port: int, target: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {target} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return answer


async def test_a_permission_is_asked_for_and_kept(world: World, tmp_path: Path) -> None:
    port, file = free_port(), tmp_path / "made" / "x.json"

    async def browser(url: str) -> None:
        query = {name: one[0] for name, one in parse_qs(urlsplit(url).query).items()}
        assert query["redirect_uri"] == f"http://127.0.0.1:{port}/callback"
        assert (query["code_challenge_method"], len(query["code_challenge"])) == ("S256", 43)
        assert b"404" in await knock(port, "/callback?code=code-1&state=guessed")
        assert b"404" in await knock(port, "/favicon.ico")
        assert b"close this page" in await knock(
            port, f"/callback?code=code-1&state={query['state']}"
        )

    await connect(world.fetch, "client", "", file, world.clock, browser, port=port,
                  base=world.server.url)  # fmt: skip
    kept = load(file)
    assert (kept.client, kept.access, kept.refresh) == ("client", "user-token-1", "refresh-2")
    assert "user-token-1" not in repr(kept)
    with pytest.raises(ConnectionRefusedError):
        await knock(port, "/")


async def test_a_no_in_the_browser_is_a_no(world: World, tmp_path: Path) -> None:
    port, file = free_port(), tmp_path / "none.json"

    async def browser(url: str) -> None:
        state = parse_qs(urlsplit(url).query)["state"][0]
        await knock(port, f"/callback?error=access_denied&state={state}")

    with pytest.raises(SourceError, match="access_denied"):
        await connect(world.fetch, "client", "", file, world.clock, browser, port=port,
                      base=world.server.url)  # fmt: skip
    assert not file.exists()


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("GET /callback?code=abc&state=S HTTP/1.1", "abc"),
        ("GET /callback?state=S&code=abc HTTP/1.1", "abc"),
        ("POST /callback?code=abc&state=S HTTP/1.1", None),
        ("GET /callback?code=abc HTTP/1.1", None),
        ("GET /callback?code=abc&state=%C3%A9 HTTP/1.1", None),
        ("GET /other?code=abc&state=S HTTP/1.1", None),
        ("", None),
        ("GET", None),
    ],
)
def test_only_the_answer_to_our_question_counts(line: str, code: str | None) -> None:
    assert code_in(line, "S") == code


def test_every_question_is_another() -> None:
    one, other = ask("c", 1), ask("c", 1)
    assert one.state != other.state
    assert one.verifier != other.verifier
    assert one.verifier not in repr(one) + one.url
