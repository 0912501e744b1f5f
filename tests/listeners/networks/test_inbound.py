"""The inbound webhook: let in by a secret, answered once stored, never held up by a caller."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.clock import utc_now
from listeners.config import BrandConfig, Config, SourceConfig
from listeners.engine import Engine
from listeners.http import Fetcher
from listeners.model import Batch, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.inbound import listener as inbound
from listeners.networks.inbound import server as inbound_server
from listeners.networks.inbound.listener import InboundListener
from listeners.networks.inbound.records import read_body
from listeners.networks.inbound.server import LARGEST, Door, RefusedError, Told, signature_of
from listeners.secret import Secret
from listeners.store import open_store
from listeners.supervisor import spawn

SECRET = "made-up and long"
BEARER = f"Authorization: Bearer {SECRET}"
MENTION = {"id": "1", "text": "Where is Kerlann?", "author": "ana", "url": "https://a.example/1"}


def posted(body: bytes | object = MENTION, *headers: str, kind: str = "application/json") -> bytes:
    """A whole request."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = ["POST / HTTP/1.1", "Host: 127.0.0.1", f"Content-Type: {kind}", *headers,
             f"Content-Length: {len(data)}", "", ""]  # fmt: skip
    return "\r\n".join(lines).encode() + data


async def asked(port: int, request: bytes, *, end: bool = False) -> tuple[int, Any]:
    """Send a request; return status and body of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        with suppress(ConnectionError):
            writer.write(request)
            await writer.drain()
            if end:
                writer.write_eof()
        answer = await reader.read()
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    if head.startswith(b"HTTP/1.1 100"):
        head, _, body = body.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), json.loads(body)


def listener(fetch: Fetcher, **more: Any) -> InboundListener:
    source = SourceConfig(network="webhook", what="0", token=Secret("env:WEBHOOK_SECRET"))
    if more:
        source = SourceConfig(network="webhook", **more)
    return InboundListener(source, [], fetch, utc_now)


class Desk:
    """A webhook at work, and what was stored of it."""

    def __init__(self, made: InboundListener) -> None:
        self.made = made
        self.stored: list[Batch] = []
        self.hold = asyncio.Event()
        self.hold.set()
        self.broken = False

    async def run(self) -> None:
        async with aclosing(self.made.stream(None)) as batches:
            async for batch in batches:
                await self.hold.wait()
                if self.broken:
                    raise OSError("the disk is full")
                self.stored.append(batch)

    async def ask(self, request: bytes, *, end: bool = False) -> tuple[int, Any]:
        return await asked(self.made.port, request, end=end)


@asynccontextmanager
async def at_work() -> AsyncIterator[Desk]:
    async with Fetcher() as fetch:
        desk = Desk(listener(fetch))
        task = spawn("desk", desk.run())
        while not desk.made.port:
            await asyncio.sleep(0)
        yield desk
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setenv("WEBHOOK_SECRET", SECRET)
    async with at_work() as made:
        yield made


async def test_a_mention_is_taken_in(desk: Desk) -> None:
    assert await desk.ask(posted(MENTION, BEARER)) == (202, {"accepted": 1, "unreadable": 0})
    ((post,),) = (batch.posts for batch in desk.stored)
    assert (post.network, post.native_id, post.text) == ("webhook", "1", "Where is Kerlann?")
    assert (post.author.handle, post.url, post.wanted) == ("ana", "https://a.example/1", True)


async def test_the_answer_waits_for_the_disk(desk: Desk) -> None:
    desk.hold.clear()
    answer = spawn("ask", desk.ask(posted(MENTION, BEARER)))
    for _ in range(50):
        await asyncio.sleep(0.001)
    assert not answer.done()
    desk.hold.set()
    assert (await answer)[0] == 202


async def test_what_could_not_be_stored_is_not_called_kept(desk: Desk) -> None:
    desk.broken = True
    status, told = await desk.ask(posted(MENTION, BEARER))
    assert (status, desk.stored) == (503, [])
    assert "send it again" in told["error"]


async def test_a_disk_that_hangs_and_a_queue_that_is_full(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbound, "STORED_WITHIN", 0.05)
    desk.hold.clear()
    assert (await desk.ask(posted(MENTION, BEARER)))[0] == 503
    for _ in range(inbound.MOST_WAITING):
        desk.made._queue.put_nowait(inbound._Waiting(Batch(), asyncio.Future()))
    assert (await desk.ask(posted(MENTION, BEARER)))[0] == 503
    desk.hold.set()


async def test_a_signature_lets_in_as_well(desk: Desk) -> None:
    body = json.dumps(MENTION).encode()
    signed = signature_of(body, SECRET.encode())
    assert (await desk.ask(posted(body, f"X-Hubbub-Signature: {signed}")))[0] == 202
    assert (await desk.ask(posted(body, f"X-Hub-Signature-256: {signed.upper()}")))[0] == 202
    assert (await desk.ask(posted(body + b" ", f"X-Hubbub-Signature: {signed}")))[0] == 401
    wrong = signature_of(body, b"another")
    assert (await desk.ask(posted(body, f"X-Hubbub-Signature: {wrong}", BEARER)))[0] == 401
    assert len(desk.stored) == 2


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (posted(), 401),
        (posted(MENTION, "Authorization: Bearer wrong"), 401),
        (posted(MENTION, f"Authorization: Basic {SECRET}"), 401),
        (posted(MENTION, "Authorization: Bearer \xe9"), 401),
        (posted(MENTION, BEARER).replace(b"POST", b"GET"), 405),
        (posted(MENTION, BEARER).replace(b"HTTP/1.1", b"SMTP"), 400),
        (b"nonsense\r\n\r\n", 400),
        (posted(MENTION, BEARER, "no colon"), 400),
        (posted(MENTION, BEARER, "X : space"), 400),
        (posted(MENTION, BEARER, "X: a\nTransfer-Encoding: chunked"), 400),
        (posted(MENTION, BEARER, "X: a\rContent-Length: 3"), 400),
        (posted(MENTION, BEARER, "X: a\x00"), 400),
        (posted(MENTION, BEARER, "Content-Length: 3"), 400),
        (posted(MENTION, BEARER, "Transfer-Encoding: chunked"), 411),
        (posted(MENTION, BEARER).replace(b"Content-Length", b"X-Length"), 411),
        (posted(MENTION, BEARER).replace(b"Content-Length: ", b"Content-Length: -"), 400),
        (posted(MENTION, BEARER).replace(b"Content-Length: ", b"Content-Length: 9999999"), 413),
        (posted(MENTION, BEARER, "X-Long: " + "x" * 20_000), 431),
        (posted(b"{", BEARER), 400),
        (posted(b"\xff", BEARER), 400),
        (posted(b"[]", BEARER), 422),
        (posted([{}] * 501, BEARER), 413),
        (posted([3, {"text": ""}], BEARER), 422),
        (posted(b"a=b", BEARER, kind="multipart/form-data"), 415),
        (posted(b"a=%ff", BEARER, kind="application/x-www-form-urlencoded"), 400),
    ],
    ids=lambda one: one[:30].decode("latin-1") if isinstance(one, bytes) else str(one),
)
async def test_what_is_refused(desk: Desk, request_bytes: bytes, status: int) -> None:
    assert (await desk.ask(request_bytes))[0] == status
    assert not any(batch.posts for batch in desk.stored)
    assert (await desk.ask(posted(MENTION, BEARER)))[0] == 202


async def test_a_megabyte_is_taken_and_asked_for_first(desk: Desk) -> None:
    body = json.dumps([{"text": "x" * 9000, "id": str(n)} for n in range(115)]).encode()
    assert LARGEST * 0.9 < len(body) <= LARGEST
    assert (await desk.ask(posted(body, BEARER, "Expect: 100-continue")))[0] == 202


async def test_a_slow_caller_is_sent_away(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def take(kind: str, body: bytes) -> Told:
        return Told(202)

    async def secret() -> str:
        return SECRET

    async with Door(take, secret, seconds=0.05).open(0) as port:
        assert (await asked(port, b"POST / HTTP/1.1\r\nX: y"))[0] == 408
        assert (await asked(port, posted(MENTION, BEARER)[:-5]))[0] == 408
    async with Door(take, secret, seconds=30).open(0) as port:
        assert (await asked(port, posted(MENTION, BEARER)[:-5], end=True))[0] == 400
        assert (await asked(port, posted(MENTION, BEARER)))[0] == 202


async def test_too_many_callers_are_sent_away(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbound_server, "MOST_AT_ONCE", 2)
    slow = [await asyncio.open_connection("127.0.0.1", desk.made.port) for _ in range(2)]
    for _, writer in slow:
        writer.write(b"POST")
    assert (await desk.ask(posted(MENTION, BEARER)))[0] == 503
    for _, writer in slow:
        writer.close()


async def test_nobody_is_let_in_without_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Fetcher() as fetch:
        for more, state in (
            ({"what": "0"}, SourceState.NEEDS_TOKEN),
            ({"what": "port"}, SourceState.FAILING),
            ({"what": "70000"}, SourceState.FAILING),
        ):
            with pytest.raises(SourceError) as refused:
                _ = [batch async for batch in listener(fetch, **more).poll(None)]
            assert refused.value.state is state


async def test_a_port_that_is_taken_is_said(desk: Desk) -> None:
    async with Fetcher() as fetch:
        second = listener(fetch, what=str(desk.made.port), token=Secret("env:WEBHOOK_SECRET"))
        with pytest.raises(SourceError, match="cannot be opened"):
            _ = [batch async for batch in second.stream(None)]


async def test_what_comes_twice_is_stored_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBHOOK_SECRET", SECRET)
    source = SourceConfig(network="webhook", what="0", token=Secret("env:WEBHOOK_SECRET"))
    config = Config(brands=(BrandConfig(name="Kerlann"),), sources=(source,))
    async with open_store(tmp_path / "hubbub.db") as store:
        engine = Engine(store, config)
        task = spawn("engine", engine.run())
        made: Any = None
        async with asyncio.timeout(30):
            while made is None or not made.port:
                await asyncio.sleep(0.01)
                made = engine._runners[0]._listener if engine._runners else None
            for _ in range(3):
                assert (await asked(made.port, posted(MENTION, BEARER)))[0] == 202
        # What was answered with 202 is on disk, however the process ends now.
        with closing(sqlite3.connect(tmp_path / "hubbub.db")) as beside:
            stored = beside.execute("SELECT native_id, text FROM mention").fetchall()
        assert stored == [("1", "Where is Kerlann?")]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


# --- bodies --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "body", "texts"),
    [
        ("application/json; charset=utf-8", b'{"text": "a"}', ["a"]),
        ("", b'[{"text": "a"}, {"text": "b"}]', ["a", "b"]),
        ("application/json", b'{"mentions": [{"text": "a"}]}', ["a"]),
        ("application/x-www-form-urlencoded", b"text=o%C3%B9%20%3F&author=ana", ["o\xf9 ?"]),
        ("application/json", b'[{"text": "a", "id": 1}, {"text": "b", "id": "1"}]', ["b"]),
    ],
)
def test_bodies(kind: str, body: bytes, texts: list[str]) -> None:
    assert [post.text for post in read_body(kind, body).posts] == texts


def test_without_an_id_the_same_words_are_the_same_mention() -> None:
    first, second = (read_body("", b'{"text": "a", "author": "b"}').posts[0] for _ in range(2))
    assert first.native_id == second.native_id
    other = read_body("", b'{"text": "a", "author": "c"}').posts[0]
    assert other.native_id != first.native_id


def test_a_bad_mention_costs_itself_alone() -> None:
    batch = read_body("", b'[{"text": "a"}, {"text": "b", "created_at": "never"}]')
    assert (len(batch.posts), len(batch.bad), batch.fetched) == (1, 1, 2)
    assert batch.bad[0].reason.values["line"] == 2


@settings(max_examples=100)
@given(st.binary(max_size=100), st.sampled_from(["", "application/x-www-form-urlencoded"]))
def test_any_body_is_read_or_refused(body: bytes, kind: str) -> None:
    with suppress(RefusedError):
        read_body(kind, body)


@settings(max_examples=40)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False)
        | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["text", "id", "author", "url", "tags"]), inner)
        ),
        max_leaves=8,
    )
)
def test_any_json_is_read_or_refused(told: object) -> None:
    with suppress(RefusedError):
        batch = read_body("", json.dumps(told).encode())
        assert batch.fetched >= len(batch.posts)
