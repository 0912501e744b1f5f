"""A secret in an address (Telegram's token): sent, and shown nowhere."""

from __future__ import annotations

import logging
import traceback

import pytest

from listeners.http import PATH_SECRET, Fetcher, HttpError
from listeners.networks.contract import SourceError
from listeners.secret import Secret
from tests.fake.http_server import FakeServer, Reply, hung_up, json_reply, status_reply

TOKEN = "4711:AAH-very_secret"
PATH = f"/bot{TOKEN}/getMe"


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> Secret:
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    return Secret("env:BOT_TOKEN")


def address(server: FakeServer) -> str:
    return f"{server.url}/bot{PATH_SECRET}/getMe"


async def test_it_arrives_in_the_path_and_is_not_in_the_answer(token: Secret) -> None:
    async with FakeServer() as server, Fetcher() as fetch:
        server.on(PATH, json_reply({"ok": True}))
        answer = await fetch.get(
            address(server), params={"a": "é b"}, path_secret=token, allow_private=True
        )
        posted = await fetch.post(
            address(server), json={"x": 1}, path_secret=token, allow_private=True
        )
        assert [request.path for request in server.requests] == [PATH, PATH]
        assert server.requests[0].one("a") == "é b"
        assert server.requests[1].json() == {"x": 1}
    assert TOKEN not in repr(answer) + repr(posted)


@pytest.mark.parametrize(
    "reply", [hung_up(), status_reply(401), status_reply(500), json_reply([], 429)], ids=str
)
async def test_it_stands_in_no_error_log_or_traceback(
    token: Secret, reply: Reply, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with FakeServer() as server, Fetcher(chance=lambda: 0.0) as fetch:
        server.on(PATH, reply)
        with pytest.raises(SourceError) as caught:
            await fetch.get(address(server), path_secret=token, allow_private=True)
        assert server.asked(PATH)
    logging.getLogger("hubbub").error("failed", exc_info=caught.value)
    with_locals = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    shown = "".join(with_locals.format()) + caplog.text + repr(caught.value.__dict__)
    assert "getMe" in shown
    assert TOKEN not in shown
    assert "very_secret" not in shown


async def test_nobody_is_followed_with_it(token: Secret) -> None:
    async with FakeServer() as server, Fetcher() as fetch:
        server.on(PATH, status_reply(307, location=f"{server.url}/elsewhere"))
        with pytest.raises(SourceError) as caught:
            await fetch.get(address(server), path_secret=token, allow_private=True)
        assert [request.path for request in server.requests] == [PATH]
    assert TOKEN not in str(caught.value)


async def test_the_limit_of_one_is_not_that_of_another(
    token: Secret, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTHER_TOKEN", "12:other")
    async with FakeServer() as server, Fetcher(chance=lambda: 0.0) as fetch:
        server.on(PATH, status_reply(429, retry_after="30"))
        server.on("/bot12:other/getMe", json_reply({}))
        with pytest.raises(HttpError):
            await fetch.get(address(server), path_secret=token, allow_private=True)
        other = Secret("env:OTHER_TOKEN")
        assert (await fetch.get(address(server), path_secret=other, allow_private=True)).status


async def test_a_bucket_of_one_route_does_not_close_the_host() -> None:
    async with FakeServer() as server, Fetcher() as fetch:
        spent = {"x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "4.2"}
        server.on("/one", Reply(200, b"[]", {**spent, "x-ratelimit-bucket": "abcd"}))
        server.on("/two", Reply(200, b"[]", spent))
        for path in ("/one", "/one", "/two"):
            await fetch.get(server.url + path, allow_private=True)
        with pytest.raises(SourceError):
            await fetch.get(server.url + "/one", allow_private=True)
