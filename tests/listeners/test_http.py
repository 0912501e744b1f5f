"""The fetcher against a server that does everything wrong: reliability C 43-69, fault by fault."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import random
import socket
import ssl
import threading
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from listeners.clock import to_iso
from listeners.http import Answer, Budget, Fetcher, Hidden, HttpError
from listeners.http.budget import after_answer, asked_wait, fair_wait
from listeners.http.guard import is_public
from listeners.model import HOUR, MINUTE, SECOND, Micros, SourceState
from listeners.networks.contract import SourceError
from listeners.secret import Secret
from tests.fake.http_server import (
    FakeServer,
    Reply,
    body_reply,
    dripped_body,
    dripped_head,
    endless,
    gzip_reply,
    head,
    hung_up,
    json_reply,
    raw_bytes,
    raw_server,
    reset_in_body,
    silent,
    status_reply,
    stream,
)
from tests.fake.loop_time import held

NOW = Micros(1_800_000_000 * SECOND)


class Wall:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> Micros:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
async def fetch(wall: Wall, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Fetcher]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    async with Fetcher(wall, chance=lambda: 0.0) as fetcher:
        yield fetcher


@pytest.fixture
async def server() -> AsyncIterator[FakeServer]:
    async with FakeServer() as fake:
        yield fake


async def get(fetch: Fetcher, url: str, **more: object) -> Answer:
    return await fetch.get(url, allow_private=True, **more)  # type: ignore[arg-type]


async def refusal(fetch: Fetcher, url: str, **more: object) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await get(fetch, url, **more)
    return caught.value


# --- the ordinary ------------------------------------------------------------------------------


async def test_an_answer_and_what_was_sent(fetch: Fetcher, server: FakeServer) -> None:
    server.on("/x", json_reply({"a": 1}, etag='"7"'))
    answer = await get(
        fetch, server.url + "/x?k=1", params={"q": "at://é &", "w": ["1", "2"]}, expect="json"
    )
    assert answer.json() == {"a": 1}
    assert answer.headers["etag"] == '"7"'
    sent = server.requests[0]
    assert sent.query == {"k": ["1"], "q": ["at://é &"], "w": ["1", "2"]}
    assert sent.headers["user-agent"].startswith("hubbub/")
    assert sent.headers["accept-encoding"] == "gzip"
    assert sent.headers["accept"] == "application/json"


async def test_not_modified_and_allowed_statuses_are_answers(
    fetch: Fetcher, server: FakeServer
) -> None:
    server.on("/x", status_reply(304), json_reply({"error": "no"}, 400), status_reply(404))
    assert (await get(fetch, server.url + "/x")).status == 304
    allowed = await get(fetch, server.url + "/x", allow_status=frozenset({400}))
    assert allowed.json() == {"error": "no"}
    assert (await refusal(fetch, server.url + "/x")).state is SourceState.FAILING


async def test_post_json_and_form(fetch: Fetcher, server: FakeServer) -> None:
    server.on("/x", json_reply({}))
    await fetch.post(server.url + "/x", json={"é": 1}, allow_private=True)
    await fetch.post(server.url + "/x", form={"a": "b c"}, allow_private=True)
    first, second = server.requests
    assert first.method == "POST"
    assert first.json() == {"é": 1}
    assert first.headers["content-type"] == "application/json"
    assert second.body == b"a=b+c"


async def test_put_and_delete(fetch: Fetcher, server: FakeServer) -> None:
    server.on("/x", json_reply({}), status_reply(204), status_reply(404))
    await fetch.put(server.url + "/x", json={"é": 1}, allow_private=True)
    await fetch.delete(
        server.url + "/x",
        headers={"x-plain": "1"},
        secret_headers={"x-key": "k"},
        allow_private=True,
    )
    put, delete = server.requests
    assert (put.method, put.json(), put.headers["content-type"]) == (
        "PUT",
        {"é": 1},
        "application/json",
    )
    assert (delete.method, delete.body) == ("DELETE", b"")
    assert (delete.headers["x-plain"], delete.headers["x-key"]) == ("1", "k")
    assert "content-type" not in delete.headers
    with pytest.raises(HttpError) as refused:
        await fetch.delete(server.url + "/x", allow_private=True)
    assert refused.value.status == 404
    for change in (fetch.post, fetch.put, fetch.delete):
        with pytest.raises(SourceError):
            await change("http://[::1\x00")


@pytest.mark.parametrize("broken", [raw_bytes(b""), hung_up()], ids=["closed", "reset"])
async def test_a_kept_connection_closed_by_the_server_is_retried_once(
    fetch: Fetcher, server: FakeServer, broken: Reply
) -> None:
    server.on("/x", broken, json_reply(1))
    assert (await get(fetch, server.url + "/x")).json() == 1
    server.on("/y", broken)
    for change in (fetch.post, fetch.put, fetch.delete):
        with pytest.raises(SourceError):
            await change(server.url + "/y", allow_private=True)
    assert len(server.asked("/y")) == 3


async def test_a_change_has_a_connection_of_its_own(fetch: Fetcher) -> None:
    """A server that hangs up after each answer without saying so loses no change."""
    heard: list[bytes] = []

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append((await reader.readuntil(b"\r\n\r\n")).partition(b" ")[0])
        writer.write(head(200, {"content-length": "1"}) + b"1")
        await writer.drain()
        await reader.read(1)
        heard.append(b"again" if not reader.at_eof() else b"end")

    async with raw_server(once) as port:
        for _ in range(2):
            await get(fetch, f"http://127.0.0.1:{port}/x")
            await fetch.put(f"http://127.0.0.1:{port}/x", allow_private=True)
    assert heard.count(b"PUT") == 2


# --- deadlines, sizes, broken bodies -----------------------------------------------------------


@pytest.mark.parametrize("reply", [silent(), dripped_head(), dripped_body()])
async def test_44_46_one_deadline_over_everything(
    fetch: Fetcher, server: FakeServer, reply: Reply
) -> None:
    server.on("/x", reply)
    with held() as clock:
        asking = asyncio.ensure_future(refusal(fetch, server.url + "/x", timeout=0.5))
        await clock.until(lambda: server.requests)
        # Whatever drips in meanwhile, every twentieth of a second, begins nothing anew.
        for _ in range(7):
            await clock.on(0.07)
        assert not asking.done()
        await clock.on(0.02)
        await clock.until(asking.done)
    error = await asking
    assert error.state is SourceState.FAILING
    assert "0.5 seconds" in str(error)
    assert len(server.requests) == 1


async def test_43_refused_connection(fetch: Fetcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    error = await refusal(fetch, f"http://127.0.0.1:{port}/")
    assert error.state is SourceState.FAILING
    assert "refuses connections" in str(error)


def _chunked(body: bytes, coding: str) -> Reply:
    parts = [head(200, {"transfer-encoding": "chunked", "content-encoding": coding})]
    parts += [b"%x\r\n%s\r\n" % (len(body), body), b"0\r\n\r\n"]
    return raw_bytes(b"".join(parts))


HALF_GZIP = gzip.compress(json.dumps(list(range(9000))).encode())[:-2000]
BROKEN: list[tuple[str, Reply, str]] = [
    ("48 reset", reset_in_body(), "broke off"),
    ("49 length", raw_bytes(head(200, {"content-length": "500"}) + b"short"), "broke off"),
    ("50 cut gzip", _chunked(HALF_GZIP, "gzip"), "broke off"),
    ("51 not gzip", body_reply(b"plain", content_encoding="gzip"), "packed"),
    ("52 double gzip", body_reply(b"x", content_encoding="gzip, gzip"), "packed"),
    ("52 br", body_reply(b"x", content_encoding="br"), "packed"),
    ("52 zstd", body_reply(b"x", content_encoding="zstd"), "packed"),
    ("52 deflate", body_reply(zlib.compress(b"x"), content_encoding="deflate"), "packed"),
    ("53 endless", endless(b"x" * 65536), "far more"),
    ("54 long header", raw_bytes(head(200, {"x": "y" * 200_000})), "broke off"),
    ("54 many headers", raw_bytes(head(200, {f"x{n}": "y" for n in range(20_000)})), "broke off"),
    ("not http", raw_bytes(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), "broke off"),
]


@pytest.mark.parametrize(("name", "reply", "says"), BROKEN, ids=[case[0] for case in BROKEN])
async def test_broken_bodies_are_refused(
    fetch: Fetcher, server: FakeServer, name: str, reply: Reply, says: str
) -> None:
    server.on("/x", reply)
    error = await refusal(fetch, server.url + "/x", timeout=20)
    assert error.state is SourceState.FAILING
    assert says in str(error)
    assert server.requests, "the fault was never met"


async def test_52_a_bomb_stays_small_in_memory(fetch: Fetcher, server: FakeServer) -> None:
    bomb = gzip.compress(b"\0" * 200_000_000, 9)
    server.on("/x", body_reply(bomb, content_encoding="gzip"), gzip_reply(b"[1]"))
    del bomb
    tracemalloc.start()
    try:
        error = await refusal(fetch, server.url + "/x")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "far more" in str(error)
    assert peak < 48 * 2**20
    assert (await get(fetch, server.url + "/x")).json() == [1]


async def test_gzip_in_several_members_is_read_whole(fetch: Fetcher, server: FakeServer) -> None:
    members = gzip.compress(b"[1,") + gzip.compress(b"2]") + b"\0" * 10
    server.on("/x", body_reply(members, content_encoding="gzip"))
    assert (await get(fetch, server.url + "/x")).json() == [1, 2]


async def test_a_cap_of_our_own(fetch: Fetcher, server: FakeServer) -> None:
    server.on("/x", body_reply(b"x" * 2000))
    assert "far more" in str(await refusal(fetch, server.url + "/x", cap=1999))
    assert len((await get(fetch, server.url + "/x", cap=2000)).body) == 2000


# --- statuses ----------------------------------------------------------------------------------

STATUSES = [
    (401, {}, False, SourceState.NEEDS_TOKEN, 15 * MINUTE),
    (401, {}, True, SourceState.NEEDS_TOKEN, 15 * MINUTE),
    (403, {}, False, SourceState.BLOCKED, 15 * MINUTE),
    (403, {"x-ratelimit-remaining": "0"}, True, SourceState.RATE_LIMITED, MINUTE),
    (403, {"retry-after": "30"}, True, SourceState.RATE_LIMITED, 30 * SECOND),
    (404, {}, False, SourceState.FAILING, None),
    (410, {}, False, SourceState.GONE, None),
    (422, {}, False, SourceState.FAILING, None),
    (429, {}, False, SourceState.RATE_LIMITED, MINUTE),
    (429, {"retry-after": "120"}, False, SourceState.RATE_LIMITED, 2 * MINUTE),
    (500, {}, False, SourceState.FAILING, None),
    (503, {"retry-after": "40"}, False, SourceState.RATE_LIMITED, 40 * SECOND),
    (302, {}, False, SourceState.FAILING, None),
]


@pytest.mark.parametrize(("status", "headers", "secret", "state", "wait"), STATUSES)
async def test_55_58_statuses(
    fetch: Fetcher,
    server: FakeServer,
    status: int,
    headers: dict[str, str],
    secret: bool,
    state: SourceState,
    wait: int | None,
) -> None:
    server.on("/x", Reply(status, b'{"error": "x"}', headers))
    secrets = {"authorization": "Bearer s3cret"} if secret else None
    error = await refusal(fetch, server.url + "/x?access_token=s3cret", secret_headers=secrets)
    assert isinstance(error, HttpError)
    assert (error.state, error.status) == (state, status)
    assert error.until == (None if wait is None else NOW + wait)
    assert error.body == b'{"error": "x"}'
    assert "s3cret" not in str(error)
    assert str(status) in str(error)


RETRIES = [
    ({"retry-after": "7"}, b"", 10),
    ({"retry-after": "64.57"}, b"", 64.57),
    ({"retry-after": "1000000000"}, b"", 900),
    ({"retry-after": "banana"}, b"", 60),
    ({"retry-after": "-5"}, b"", 60),
    ({"retry-after": "nan"}, b"", 60),
    ({"retry-after": "DATE+90"}, b"", 90),
    ({"retry-after": "DATE-90"}, b"", 10),
    ({"retry-after": "DATE+3690", "date": "DATE+3600"}, b"", 90),
    ({"ratelimit-reset": "EPOCH+45"}, b"", 45),
    ({"x-ratelimit-reset": "ISO+75"}, b"", 75),
    ({"x-ratelimit-reset": "33"}, b"", 33),
    ({"x-ratelimit-reset-after": "12.5", "retry-after": "11"}, b"", 12.5),
    ({}, b'{"retry_after": 64.5, "global": false}', 64.5),
    ({}, b'{"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 20500}', 20.5),
    ({}, b'{"ok": false, "parameters": {"retry_after": 14}}', 14),
    ({"retry-after": "11"}, b'{"retry_after": 33}', 33),
    ({}, b"daily quota exceeded", 60),
    ({"retry-after": "40000"}, b"daily quota exceeded", 40_000),
    ({"retry-after": "400000"}, b"Daily limit", 86_400),
    ({}, b'{"retry_after": "soon"}', 60),
    ({}, b"{" * 5000, 60),
    ({"x-ratelimit-reset": "9999999999999999999999"}, b"", 900),
]


@pytest.mark.parametrize(("headers", "body", "seconds"), RETRIES)
def test_55_how_long_to_wait(headers: dict[str, str], body: bytes, seconds: float) -> None:
    def shifted(text: str) -> str:
        kind, sign, amount = text.partition("+") if "+" in text else text.partition("-")
        at = Micros(NOW + int(f"{sign}{amount}") * SECOND) if kind.isupper() else NOW
        moment = datetime.fromtimestamp(at / SECOND, UTC)
        formats = {"DATE": format_datetime(moment, usegmt=True), "EPOCH": str(at // SECOND)}
        return {**formats, "ISO": to_iso(at)}.get(kind, text)

    said = {name: shifted(value) for name, value in headers.items()}
    assert fair_wait(asked_wait(said, body, NOW), body) == pytest.approx(seconds)


def test_jitter_adds_up_to_a_tenth() -> None:
    waits = {fair_wait(100, b"", random.random()) for _ in range(50)}
    assert 100 <= min(waits) < max(waits) < 110


@given(st.dictionaries(st.sampled_from(["retry-after", "ratelimit-reset", "x-ratelimit-reset",
                                        "date", "ratelimit-remaining"]), st.text(max_size=30)),
       st.binary(max_size=80))  # fmt: skip
def test_no_header_breaks_the_budget(headers: dict[str, str], body: bytes) -> None:
    wait = fair_wait(asked_wait(headers, body, NOW), body)
    assert 10 <= wait <= 86_400
    after = after_answer(Budget(), headers, NOW)
    assert after.blocked_until is None or NOW < after.blocked_until <= NOW + 15 * MINUTE


async def test_56_sources_share_a_hosts_budget(
    fetch: Fetcher, server: FakeServer, wall: Wall
) -> None:
    server.on("/x", status_reply(503), json_reply(1))
    results = await asyncio.gather(
        *(get(fetch, server.url + "/x") for _ in range(4)), return_exceptions=True
    )
    assert any(isinstance(result, HttpError) for result in results)
    met = len(server.requests)
    server.on("/x", status_reply(503))
    for _ in range(30):
        await refusal(fetch, server.url + "/x")
    assert len(server.requests) <= met + 1, "a host in trouble is left alone"
    wall.now = Micros(NOW + HOUR)
    server.on("/x", json_reply(1))
    assert (await get(fetch, server.url + "/x")).json() == 1
    assert (await get(fetch, server.url + "/x")).json() == 1


async def test_56_a_storm_costs_few_requests(
    fetch: Fetcher, server: FakeServer, wall: Wall
) -> None:
    server.on("/x", status_reply(503))
    for _ in range(60):  # ten minutes, thirty sources asking every ten seconds
        for _ in range(30):
            await refusal(fetch, server.url + "/x")
        wall.now = Micros(wall.now + 10 * SECOND)
    assert 8 <= len(server.requests) <= 14


async def test_a_limit_holds_for_the_host_and_token_that_met_it(
    fetch: Fetcher, server: FakeServer, wall: Wall
) -> None:
    server.on("/x", status_reply(429, retry_after="100"), json_reply(1))
    await refusal(fetch, server.url + "/x", secret_headers={"x-api-key": "one"})
    error = await refusal(fetch, server.url + "/y", secret_headers={"x-api-key": "one"})
    assert error.until == NOW + 100 * SECOND
    assert len(server.requests) == 1
    await get(fetch, server.url + "/x", secret_headers={"x-api-key": "two"})
    wall.now = Micros(NOW + 101 * SECOND)
    await get(fetch, server.url + "/x", secret_headers={"x-api-key": "one"})
    assert len(server.requests) == 3


async def test_a_spent_budget_is_not_overdrawn(fetch: Fetcher, server: FakeServer) -> None:
    spent = {"ratelimit-remaining": "0", "ratelimit-reset": str(NOW // SECOND + 200)}
    server.on("/x", Reply(200, b"1", spent))
    await get(fetch, server.url + "/x")
    error = await refusal(fetch, server.url + "/x")
    assert (error.state, error.until) == (SourceState.RATE_LIMITED, NOW + 200 * SECOND)
    assert len(server.requests) == 1


class Shelf:
    """A budget store in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, Budget] = {}

    async def load(self) -> dict[str, Budget]:
        return dict(self.kept)

    async def save(self, key: str, budget: Budget) -> None:
        self.kept[key] = budget


async def test_budgets_outlive_the_process(server: FakeServer, wall: Wall) -> None:
    shelf = Shelf()
    server.on("/x", status_reply(429, retry_after="300"))
    async with Fetcher(wall, shelf, chance=lambda: 0.0) as fetch:
        await refusal(fetch, server.url + "/x", secret_headers={"authorization": "s3cret"})
    assert "s3cret" not in repr(shelf.kept)
    async with Fetcher(wall, shelf) as fetch:
        error = await refusal(fetch, server.url + "/x", secret_headers={"authorization": "s3cret"})
    assert error.until == NOW + 300 * SECOND
    assert len(server.requests) == 1


async def test_no_more_than_eight_at_once(wall: Wall) -> None:
    running = most = 0
    crowded = asyncio.Event()

    async def count(writer: asyncio.StreamWriter) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        if running == 8:
            # Whoever may come besides has the time to.
            await asyncio.sleep(0.05)
            crowded.set()
        await crowded.wait()
        running -= 1
        writer.write(head(200, {"content-length": "1"}) + b"1")

    async with (
        Fetcher(wall) as fetch,
        FakeServer() as one,
        FakeServer() as two,
        FakeServer() as six,
    ):
        servers = (one, two, six)
        for fake in servers:
            fake.on("/x", Reply(raw=count))
        await asyncio.gather(*(get(fetch, fake.url + "/x") for fake in servers for _ in range(8)))
        assert most == 8


async def test_questions_that_are_kept_keep_nobody_waiting(wall: Wall) -> None:
    async with Fetcher(wall) as fetch, FakeServer() as server:
        server.on("/kept", silent())
        server.on("/x", json_reply(1))
        kept = [
            asyncio.ensure_future(get(fetch, server.url + "/kept", long_poll=True))
            for _ in range(12)
        ]
        while len(server.asked("/kept")) < len(kept):
            await asyncio.sleep(0.01)
        async with asyncio.timeout(30):
            assert (await get(fetch, server.url + "/x")).json() == 1
        for question in kept:
            question.cancel()
        await asyncio.gather(*kept, return_exceptions=True)


# --- redirects, secrets, private addresses -----------------------------------------------------


async def test_59_permanent_moves_are_told_others_not(fetch: Fetcher, server: FakeServer) -> None:
    server.on("/old", status_reply(301, location="/new"))
    server.on("/temp", status_reply(302, location="/new"))
    server.on("/mixed", status_reply(308, location="/temp"))
    server.on("/new", json_reply(1))
    new = server.url + "/new"
    moves = [await get(fetch, server.url + path) for path in ("/old", "/temp", "/mixed", "/new")]
    assert [(answer.url, answer.moved_to) for answer in moves] == [
        (new, new), (new, ""), (new, ""), (new, "")
    ]  # fmt: skip


async def test_60_a_redirect_loop_ends(fetch: Fetcher, server: FakeServer) -> None:
    server.on("/x", status_reply(302, location="/x"))
    assert "circle" in str(await refusal(fetch, server.url + "/x"))
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://localhost:1/",
        "http://2130706433/",
        "http://127.1/",
        "http://0x7f000001/",
        "http://[::ffff:127.0.0.2]/",
        "http://[::1]:1/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://x/",
        "//10.0.0.1/x",
        "http://user@/",
        "http://a b/",
        "http://[::1/",
    ],
)
async def test_62_redirects_into_our_network_are_refused(
    fetch: Fetcher, server: FakeServer, target: str
) -> None:
    server.on("/x", status_reply(302, location=target))
    error = await refusal(fetch, server.url + "/x")
    assert error.state in (SourceState.BLOCKED, SourceState.FAILING)
    assert "own network" in str(error) or "not a web address" in str(error)
    assert len(server.requests) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "127.1", "[::1]"])
async def test_private_addresses_need_leave(fetch: Fetcher, server: FakeServer, host: str) -> None:
    server.on("/x", json_reply(1))
    with pytest.raises(SourceError, match="own network"):
        await fetch.get(f"http://{host}:{server.port}/x")
    assert not server.requests


async def test_a_name_that_turns_private_is_refused(server: FakeServer, wall: Wall) -> None:
    answers = [["93.184.216.34", "127.0.0.1"], ["127.0.0.1"]]
    server.on("/x", json_reply(1))
    async with Fetcher(wall, lookup=lambda host, port: answers.pop(0)) as fetch:
        for _ in range(2):
            with pytest.raises(SourceError, match="own network"):
                await fetch.get(f"http://rebinding.example:{server.port}/x")
    assert not answers
    assert not server.requests


async def test_an_open_connection_is_not_shared_with_the_guarded(
    fetch: Fetcher, server: FakeServer
) -> None:
    server.on("/x", json_reply(1))
    await get(fetch, server.url + "/x")
    with pytest.raises(SourceError, match="own network"):
        await fetch.get(server.url + "/x")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("address", "public"),
    [
        *((a, False) for a in (
            "127.0.0.1", "::1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
            "100.64.0.1", "224.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::ffff:127.0.0.1",
            "fe80::1%eth0", "fc00::1", "0.0.0.0", "ff02::1", "fec0::1", "255.255.255.255",
            "192.0.2.1", "240.0.0.1", "2001:db8::1", "::", "::127.0.0.1", "64:ff9b:1::1", "x",
        )),
        *((a, True) for a in ("1.1.1.1", "2606:4700::1111", "64:ff9b::808:808", "2002:808:808::1")),
    ],
)  # fmt: skip
def test_what_is_public(address: str, public: bool) -> None:
    assert is_public(address) is public


async def test_63_secrets_stay_with_the_origin(fetch: Fetcher, server: FakeServer) -> None:
    async with FakeServer() as other:
        server.on("/x", status_reply(302, location="/y"))
        server.on("/y", status_reply(302, location=other.url + "/z"))
        other.on("/z", json_reply(1))
        secrets = {"X-Api-Key": Hidden("k3y"), "authorization": Hidden("Bearer t")}
        with pytest.raises(SourceError):  # another port of a private host is another origin
            await fetch.get(server.url + "/x", secret_headers=secrets)
        await get(fetch, server.url + "/x", secret_headers=secrets, headers={"x-plain": "1"})
        assert [request.headers.get("x-api-key") for request in server.requests] == ["k3y", "k3y"]
        sent = other.requests[0].headers
        assert "x-api-key" not in sent
        assert "authorization" not in sent
        assert sent["x-plain"] == "1"


async def test_posts_are_not_redirected_elsewhere(fetch: Fetcher, server: FakeServer) -> None:
    async with FakeServer() as other:
        server.on("/x", status_reply(307, location=other.url + "/z"))
        server.on("/y", status_reply(307, location="/z"))
        server.on("/z", json_reply(1))
        with pytest.raises(SourceError, match="redirects what we sent"):
            await fetch.post(server.url + "/x", json={}, allow_private=True)
        await fetch.post(server.url + "/y", json={"a": 1}, allow_private=True)
        assert server.requests[-1].json() == {"a": 1}
        assert not other.requests


async def test_credentials_in_an_address_are_sent_as_a_header(
    fetch: Fetcher, server: FakeServer
) -> None:
    server.on("/x", json_reply(1), status_reply(401))
    url = f"http://me:pa%20ss@127.0.0.1:{server.port}/x"
    await get(fetch, url)
    assert server.requests[0].headers["authorization"] == "Basic bWU6cGEgc3M="
    assert "pa" not in str(await refusal(fetch, url))


async def test_cookies_are_not_kept(fetch: Fetcher, server: FakeServer) -> None:
    server.on("/x", json_reply(1, set_cookie="session=1"))
    await get(fetch, server.url + "/x")
    await get(fetch, server.url + "/x")
    assert "cookie" not in server.requests[1].headers


async def test_secrets_are_revealed_once_and_never_shown(
    fetch: Fetcher, server: FakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBBUB_TEST_TOKEN", "t0ken")
    server.on("/x", json_reply(1))
    secret = Secret("env:HUBBUB_TEST_TOKEN")
    headers = await fetch.bearer(secret)
    assert "t0ken" not in repr(headers)
    await get(fetch, server.url + "/x", secret_headers={**headers, "x-key": secret})
    assert server.requests[0].headers["authorization"] == "Bearer t0ken"
    assert server.requests[0].headers["x-key"] == "t0ken"
    monkeypatch.delenv("HUBBUB_TEST_TOKEN")
    assert await fetch.reveal(secret) == "t0ken"
    with pytest.raises(SourceError) as caught:
        await fetch.reveal(Secret("env:HUBBUB_TEST_TOKEN"))
    assert caught.value.state is SourceState.NEEDS_TOKEN
    assert await fetch.bearer(None) == {}


# --- payloads ----------------------------------------------------------------------------------

PAGE = b"\xef\xbb\xbf\n<!-- hi --><!DOCTYPE html><html><body>Log in</body></html>"


async def test_65_a_captive_portal_is_named(fetch: Fetcher, server: FakeServer) -> None:
    server.on("/x", body_reply(PAGE, "text/html"))
    for expect in ("json", "feed"):
        assert "captive portal" in str(await refusal(fetch, server.url + "/x", expect=expect))
    answer = await get(fetch, server.url + "/x")
    with pytest.raises(SourceError, match="captive portal"):
        answer.json()
    server.on("/x", status_reply(511, PAGE))
    assert "captive portal" in str(await refusal(fetch, server.url + "/x"))


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"[NaN, Infinity, -Infinity]", [None, None, None]),
        (b"[1e400]", [float("inf")]),
        (b"9223372036854775807", 9223372036854775807),
        (b"9223372036854775808", "9223372036854775808"),
        (b"1" * 5000, "1" * 5000),
        (b'["\\ud800 \\ud83d\\ude00 \\uDFFF"]', ["\ufffd \U0001f600 \ufffd"]),
        (b'{"a\\u0000b": "\\u001b"}', {"a\0b": "\x1b"}),
        ('\ufeff{"é": 1}'.encode(), {"é": 1}),
        ('{"é": 1}'.encode("utf-16"), {"é": 1}),
        (b'["caf\xe9"]', ["caf\ufffd"]),
    ],
)
def test_70_json_is_made_harmless(body: bytes, value: object) -> None:
    assert Answer(200, {}, body, "https://x.example/").json() == value


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"oops", b"\xff\xfe", b'{"a": 01}'])
def test_70_what_is_not_json_is_a_changed_format(body: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        Answer(200, {}, body, "https://u:p@x.example/path?token=t").json()
    assert caught.value.state is SourceState.FORMAT_CHANGED
    assert str(caught.value).startswith("x.example ")


@given(st.binary(max_size=60))
def test_any_bytes_are_json_or_refused(body: bytes) -> None:
    answer = Answer(200, {}, body, "https://x.example/")
    try:
        value = answer.json()
    except SourceError:
        return
    json.dumps(value, ensure_ascii=False).encode()


# --- names and certificates --------------------------------------------------------------------


async def test_66_a_hung_name_server_starves_nobody(wall: Wall, server: FakeServer) -> None:
    release = threading.Event()

    def hang(host: str, port: int) -> list[str]:
        if host.startswith("127."):
            return [host]
        release.wait()
        return []

    server.on("/x", json_reply(1))
    try:
        async with Fetcher(wall, lookup=hang) as fetch:
            slow = [refusal(fetch, f"http://h{n}.example/", timeout=0.5) for n in range(4)]
            async with asyncio.timeout(30):
                # The name server answers nobody before all this is through.
                errors = await asyncio.gather(*slow, get(fetch, server.url + "/x"))
                assert all("looked up in time" in str(error) for error in errors[:4])
                await asyncio.to_thread(int)
    finally:
        release.set()


async def test_66_an_unknown_name(wall: Wall) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async with Fetcher(wall, lookup=unknown) as fetch:
        error = await refusal(fetch, "https://no-such.example/")
    assert "no-such.example cannot be found" in str(error)


def _context(authority: trustme.CA, name: str, days: tuple[int, int]) -> ssl.SSLContext:
    now = datetime.now(UTC)
    start, end = (now + timedelta(days=day) for day in days)
    certificate = authority.issue_cert(name, not_before=start, not_after=end)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.mark.parametrize(
    ("name", "days", "trusted", "says"),
    [
        ("127.0.0.1", (-1, 1), True, ""),
        ("127.0.0.1", (-1, 1), False, "not issued by anyone"),
        ("other.example", (-1, 1), True, "another name"),
        ("127.0.0.1", (-9, -1), True, "has expired"),
        ("127.0.0.1", (1, 9), True, "not valid yet"),
    ],
)
async def test_67_certificates_in_plain_words(
    wall: Wall,
    authority: trustme.CA,
    name: str,
    days: tuple[int, int],
    trusted: bool,
    says: str,
) -> None:
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if trusted:
        authority.configure_trust(trust)
    async with FakeServer(_context(authority, name, days)) as server:
        server.on("/x", json_reply(1))
        async with Fetcher(wall, tls=trust) as fetch:
            if says:
                assert says in str(await refusal(fetch, server.url + "/x"))
                assert not server.requests
            else:
                assert (await get(fetch, server.url + "/x")).json() == 1


async def test_67_plain_http_on_the_port(wall: Wall) -> None:
    async def complain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(head(400, {"content-length": "0"}))
        await writer.drain()

    async with raw_server(complain) as port, Fetcher(wall) as fetch:
        error = await refusal(fetch, f"https://127.0.0.1:{port}/x")
    assert "does not speak https" in str(error)


async def test_61_https_is_not_left(wall: Wall, authority: trustme.CA, server: FakeServer) -> None:
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(trust)
    async with FakeServer(_context(authority, "127.0.0.1", (-1, 1))) as safe:
        safe.on("/x", status_reply(301, location=server.url + "/x"))
        async with Fetcher(wall, tls=trust) as fetch:
            assert "unsafe" in str(await refusal(fetch, safe.url + "/x"))
    assert not server.requests


async def test_68_proxies(wall: Wall, server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.setenv("no_proxy", "")
    server.on("http://web.example/x", json_reply("by proxy"))
    server.on("/x", json_reply("by proxy"))
    async with Fetcher(wall, lookup=lambda host, port: pytest.fail("asked for a name")) as fetch:
        answer = await fetch.get("http://web.example/x")
        assert answer.json() == "by proxy"
        with pytest.raises(SourceError, match="own network"):
            await fetch.get("http://127.0.0.1:9/x")
    assert server.requests[0].headers["host"] == "web.example"


async def test_68_a_socks_proxy_is_explained(wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:9")
    async with Fetcher(wall) as fetch:
        with pytest.raises(SourceError, match="http proxies only"):
            await fetch.get("http://web.example/x")


# --- streams -----------------------------------------------------------------------------------


async def lines_of(
    fetch: Fetcher, url: str, idle: float = 30.0, lines: list[bytes] | None = None
) -> list[bytes]:
    lines = [] if lines is None else lines
    async with aclosing(fetch.stream_lines(url, idle=idle, allow_private=True)) as stream_of:
        async for line in stream_of:
            lines.append(line)
    return lines


def chunks_of(*chunks: bytes) -> Reply:
    async def send() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk
            await asyncio.sleep(0)

    return stream(send)


async def test_83_lines_end_at_lf_alone(fetch: Fetcher, server: FakeServer) -> None:
    text = "data: a\u2028b\u0085c\x0bd\x0ce\x1cf".encode()
    server.on("/s", chunks_of(b"event: x\r", b"\n" + text[:9], text[9:] + b"\n\n", b":last"))
    assert await lines_of(fetch, server.url + "/s") == [b"event: x", text, b"", b":last"]
    assert server.requests[0].headers["accept"] == "text/event-stream"


async def test_83_a_line_without_end_is_refused(fetch: Fetcher, server: FakeServer) -> None:
    server.on("/s", endless(b"x" * 65536, {"content-type": "text/event-stream"}))
    with pytest.raises(SourceError, match="far more"):
        await lines_of(fetch, server.url + "/s")


async def test_47_a_silent_stream_is_noticed(fetch: Fetcher, server: FakeServer) -> None:
    async def one() -> AsyncIterator[bytes]:
        yield b"data: 1\n"
        await asyncio.Event().wait()

    server.on("/s", stream(one))
    lines: list[bytes] = []
    with held() as clock:
        reading = asyncio.ensure_future(lines_of(fetch, server.url + "/s", 0.3, lines))
        await clock.until(lambda: lines)
        await clock.on(0.29)
        assert not reading.done()
        await clock.on(0.02)
        await clock.until(reading.done)
    with pytest.raises(SourceError, match="went silent"):
        await reading


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        (status_reply(401), SourceState.NEEDS_TOKEN),
        (status_reply(429, retry_after="30"), SourceState.RATE_LIMITED),
        (reset_in_body(), SourceState.FAILING),
        (body_reply(b"x", content_encoding="gzip"), SourceState.FAILING),
    ],
)
async def test_streams_are_refused_like_requests(
    fetch: Fetcher, server: FakeServer, reply: Reply, state: SourceState
) -> None:
    server.on("/s", reply)
    with pytest.raises(SourceError) as caught:
        await lines_of(fetch, server.url + "/s")
    assert caught.value.state is state


@pytest.mark.parametrize("reply", [silent(), dripped_head()])
async def test_streams_that_never_begin_are_given_up(
    fetch: Fetcher, server: FakeServer, reply: Reply
) -> None:
    server.on("/s", reply)
    with held() as clock:
        reading = asyncio.ensure_future(lines_of(fetch, server.url + "/s", 0.5))
        await clock.until(lambda: server.requests)
        for _ in range(7):
            await clock.on(0.07)
        assert not reading.done()
        await clock.on(0.02)
        await clock.until(reading.done)
    with pytest.raises(SourceError) as caught:
        await reading
    assert caught.value.state is SourceState.FAILING


async def test_cancelling_ends_at_once(fetch: Fetcher, server: FakeServer) -> None:
    server.on("/x", silent())
    asking = asyncio.ensure_future(get(fetch, server.url + "/x", timeout=30))
    with held() as clock:
        await clock.until(lambda: server.requests)
        asking.cancel()
        await clock.until(asking.done)
    assert asking.cancelled()
    server.on("/x", json_reply(1))
    assert (await get(fetch, server.url + "/x")).json() == 1


@pytest.fixture(autouse=True)
def _no_open_files() -> Iterator[None]:
    fds = Path("/proc/self/fd")
    before = len(os.listdir(fds)) if fds.exists() else 0
    yield
    after = len(os.listdir(fds)) if fds.exists() else 0
    assert after <= before + 8
