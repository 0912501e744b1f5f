"""WebSockets against servers that misbehave: reliability E 82, and the guard."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trustme
from websockets.asyncio.server import ServerConnection
from websockets.utils import accept_key

from listeners.http import HttpError
from listeners.http.answer import Hidden
from listeners.model import SECOND, Micros, SourceState
from listeners.networks.contract import SourceError
from listeners.socket import Socket, connect, ws_url
from tests.fake.http_server import head, raw_server
from tests.fake.loop_time import held
from tests.fake.socket_server import Close, FakeSockets, Met, Refuse, Reset, Say, Scene, Stay

NOW = Micros(1_800_000_000 * SECOND)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@asynccontextmanager
async def opened(*scenes: Scene, **options: Any) -> AsyncIterator[tuple[FakeSockets, Socket]]:
    async with (
        FakeSockets(*scenes) as server,
        connect(server.url + "/a?b=1", allow_private=True, **options) as socket,
    ):
        yield server, socket


async def all_of(socket: Socket, messages: list[bytes]) -> None:
    async for message in socket:
        messages.append(message)


async def heard(*scenes: Scene, idle: float | None = 30.0) -> list[bytes]:
    messages: list[bytes] = []
    async with opened(*scenes, idle=idle) as (_, socket):
        await all_of(socket, messages)
    return messages


async def failure(scene: Scene, idle: float = 30.0) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await heard(scene, idle=idle)
    return caught.value


@pytest.mark.parametrize("code", [1000, 1001])
async def test_messages_until_the_server_closes_in_order(code: int) -> None:
    scene = Say("one", b"\x00two", "trois é", end=Close(code))
    assert await heard(scene) == [b"one", b"\x00two", "trois é".encode()]


@pytest.mark.parametrize("code", [1003, 1008, 1011, 1012, 4000])
async def test_other_closes_are_failures_after_the_last_message(code: int) -> None:
    messages: list[bytes] = []
    async with opened(Say("one", "two", end=Close(code))) as (_, socket):
        with pytest.raises(SourceError, match=f"code {code}"):
            await all_of(socket, messages)
    assert messages == [b"one", b"two"]


async def test_a_reset_loses_nothing_that_came() -> None:
    messages: list[bytes] = []
    async with opened(Say("one", "two", end=Reset())) as (_, socket):
        with pytest.raises(SourceError, match="broke off"):
            await all_of(socket, messages)
        with pytest.raises(SourceError, match="broke off"):
            await socket.receive(100, 30)
    assert messages == [b"one", b"two"]


async def test_batches_end_by_count_or_by_time() -> None:
    async with opened(Say(*map(str, range(250)))) as (_, socket):
        assert len(await socket.receive(200, 30)) == 200
        rest = 0
        async with asyncio.timeout(30):
            # Usually all at once, but what has not come yet when the time is over comes later.
            while rest < 50:
                rest += len(await socket.receive(200, 0.2))
            assert await socket.receive(200, 0.05) == []
        assert rest == 50


@pytest.mark.parametrize(
    ("status", "headers", "state", "wait"),
    [
        (401, {}, SourceState.NEEDS_TOKEN, 900),
        (403, {}, SourceState.BLOCKED, 900),
        (404, {}, SourceState.FAILING, None),
        (429, {"Retry-After": "33"}, SourceState.RATE_LIMITED, 33),
        (503, {}, SourceState.FAILING, None),
        (302, {"Location": "http://169.254.169.254/"}, SourceState.FAILING, None),
        (302, {"Location": "ws://127.0.0.1:1/"}, SourceState.FAILING, None),
        (400, {}, SourceState.FAILING, None),
    ],
)
async def test_refused_upgrades(
    status: int, headers: dict[str, str], state: SourceState, wait: int | None
) -> None:
    async with FakeSockets(Refuse(status, headers, b'{"error":"CursorTooOld"}')) as server:
        with pytest.raises(SourceError) as caught:
            async with connect(server.url, allow_private=True, clock=lambda: NOW):
                pass
        assert len(server.met) == 1
    error = caught.value
    assert error.state is state
    assert error.until == (None if wait is None else NOW + wait * SECOND)
    if status != 302:
        assert isinstance(error, HttpError)
        assert (error.status, error.body) == (status, b'{"error":"CursorTooOld"}')


async def test_a_large_message_is_refused() -> None:
    error = await failure(Say("x" * 50_000_000))
    assert "far more" in str(error)


async def test_silence_is_noticed_where_it_is_not_usual() -> None:
    async with asyncio.timeout(30):
        assert "went silent" in str(await failure(Say("one"), idle=0.3))


async def test_a_peer_that_answers_no_ping_is_noticed() -> None:
    async def frozen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = (await reader.readuntil(b"\r\n\r\n")).decode()
        key = re.search(r"(?i)sec-websocket-key: (\S+)", asked)
        assert key is not None
        headers = {"Upgrade": "websocket", "Connection": "Upgrade"}
        writer.write(head(101, {**headers, "Sec-WebSocket-Accept": accept_key(key[1])}))
        await asyncio.Event().wait()

    async with raw_server(frozen) as port, asyncio.timeout(30):
        url = f"ws://127.0.0.1:{port}"
        async with connect(url, idle=None, ping=0.3, allow_private=True) as socket:
            with pytest.raises(SourceError, match="went silent"):
                await all_of(socket, [])


async def test_silence_is_nothing_where_pings_are_answered() -> None:
    messages: list[bytes] = []
    with held() as clock:
        async with opened(Say("one", end=Stay()), idle=None, ping=0.1) as (_, socket):
            reading = asyncio.ensure_future(all_of(socket, messages))
            await clock.until(lambda: messages == [b"one"])
            for _ in range(20):
                await clock.on(0.1)
                await clock.until(lambda: not socket._connection.pending_pings)
            assert not reading.done()
            assert messages == [b"one"]
            reading.cancel()
            await clock.until(reading.done)


async def test_an_unanswered_handshake_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("listeners.socket.OPEN_SECONDS", 0.3)
    async with raw_server(mute) as port:
        with pytest.raises(SourceError, match="did not answer"):
            async with connect(f"ws://127.0.0.1:{port}", allow_private=True):
                pass


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ws://127.0.0.1:1", "refuses connections"),
        ("ftp://127.0.0.1", "not a web address"),
        ("ws://", "not a web address"),
        ("ws://[::1", "not a web address"),
        ("nonsense", "not a web address"),
    ],
)
async def test_addresses_that_lead_nowhere(url: str, says: str) -> None:
    with pytest.raises(SourceError, match=says):
        async with connect(url, allow_private=True):
            pass


async def test_private_addresses_need_leave() -> None:
    async with FakeSockets(Say("one")) as server:
        for host in ("127.0.0.1", "localhost", "127.1"):
            with pytest.raises(SourceError, match="own network"):
                async with connect(server.url.replace("127.0.0.1", host)):
                    pass
        assert not server.met


async def test_headers_and_sending() -> None:
    secret = {"authorization": Hidden("Bearer t")}
    async with opened(Say("hello"), headers=secret) as (server, socket):
        assert await socket.receive(1, 30) == [b"hello"]
        await socket.send("subscribe")
        while not server.heard:
            await socket.receive(1, 0.01)
        met = server.met[0]
        assert (met.path, met.query) == ("/a", {"b": ["1"]})
        assert met.headers["authorization"] == "Bearer t"
        assert met.headers["user-agent"].startswith("hubbub/")
        assert "sec-websocket-extensions" not in met.headers
        assert server.heard == ["subscribe"]


async def test_a_slow_reader_holds_the_server_back() -> None:
    sent = 0

    async def flood(connection: ServerConnection, met: Met) -> None:
        nonlocal sent
        while True:
            await connection.send("x" * 1000)
            sent += 1

    async with opened(flood) as (_, socket):
        await socket.receive(10, 30)
        before = -1
        while before != sent:  # until the server can write no more
            before = sent
            await asyncio.sleep(0.2)
        assert sent < 50_000
        assert len(await socket.receive(1000, 30)) == 1000


async def test_certificates_in_plain_words() -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    async with raw_server(mute, context) as port:
        with pytest.raises(SourceError, match="not issued by anyone"):
            async with connect(f"wss://127.0.0.1:{port}", tls=trust, allow_private=True):
                pass


def test_ws_url() -> None:
    assert [ws_url(u) for u in ("http://a/b", "HTTPS://a", "ws://a", "wss://a")] == [
        "ws://a/b", "wss://a", "ws://a", "wss://a"
    ]  # fmt: skip
