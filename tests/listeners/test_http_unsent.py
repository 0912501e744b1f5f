"""Which failures tell that a request never left this machine: what was written is then unsent."""

from __future__ import annotations

import asyncio
import socket

import pytest

from listeners.http import Fetcher
from listeners.networks.contract import SourceError
from tests.fake.http_server import FakeServer, Script, silent, status_reply
from tests.fake.loop_time import held


async def failure(url: str, *, private: bool = True, timeout: float = 20.0) -> SourceError:
    async with Fetcher() as fetch:
        with pytest.raises(SourceError) as caught:
            await fetch.post(url, json={}, timeout=timeout, allow_private=private)
    return caught.value


async def test_where_nobody_listens_nothing_was_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        error = await failure(f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert error.unsent


async def test_a_name_nobody_has_and_a_forbidden_address_get_nothing() -> None:
    assert (await failure("http://nobody.invalid/")).unsent
    assert (await failure("http://127.0.0.1:9/", private=False)).unsent


@pytest.mark.parametrize("script", [status_reply(500), status_reply(403)])
async def test_what_a_server_has_heard_may_be_there(script: Script) -> None:
    async with FakeServer() as server:
        server.on("/", script)
        assert not (await failure(f"{server.url}/")).unsent
        assert len(server.requests) == 1


async def test_what_a_silent_server_has_heard_may_be_there() -> None:
    async with FakeServer() as server:
        server.on("/", silent())
        with held() as clock:
            asking = asyncio.ensure_future(failure(f"{server.url}/", timeout=1.0))
            await clock.until(lambda: server.requests)
            await clock.on(1.01)
            await clock.until(asking.done)
        assert not (await asking).unsent
        assert len(server.requests) == 1


async def test_a_host_that_asked_to_be_left_alone_gets_nothing() -> None:
    async with FakeServer() as server, Fetcher() as fetch:
        server.on("/", status_reply(429, retry_after="60"))
        found = []
        for _ in range(2):
            with pytest.raises(SourceError) as caught:
                await fetch.post(f"{server.url}/", json={}, allow_private=True)
            found.append(caught.value.unsent)
        assert found == [False, True]
        assert len(server.requests) == 1
