"""A server that repeats what it was sent: no key of ours is ever logged, said or stored."""

from __future__ import annotations

import base64
import json
import logging
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fake.http_server import Reply, Request, body_reply
from tests.fake.imap import PASSWORD
from tests.listeners.networks.contract.cases import A_WHILE
from tests.listeners.networks.contract.scenario import WebScenario
from tests.listeners.networks.contract.scenarios import SCENARIOS
from tests.listeners.networks.contract.world import world_of

_PLACES = ("authorization", "x-api-key", "apikey", "x-goog-api-key")
STATUSES = (400, 401, 403, 404, 429, 500)
OFTEN = ("discord", "facebook", "reddit", "slack", "telegram", "x", "youtube")
"""A key in a header, in the path, in the address, in a form, of an app; ``make faults`` has all."""


def _trials() -> Iterator[pytest.ParameterSet]:
    for name, scenario in SCENARIOS.items():
        if issubclass(scenario, WebScenario):
            yield pytest.param(name, marks=[] if name in OFTEN else [pytest.mark.long])


def echo(request: Request) -> str:
    """Everything of a question, as a careless server repeats it."""
    query = "&".join(
        f"{name}={value}" for name, values in request.query.items() for value in values
    )
    sent = " ".join(f"{name}: {value}" for name, value in request.headers.items())
    return f"no: {request.path}?{query} {sent} {request.body.decode('latin-1')}"


def said(status: int, words: str) -> Reply:
    """Return a refusal in the forms of all networks at once."""
    error = {
        "message": words,
        "error_user_msg": words,
        "code": 100,
        "type": "OAuthException",
        "errors": [{"message": words, "reason": words}],
    }
    body = {
        "error": error if status % 2 else words,
        **dict.fromkeys(("message", "description", "detail", "title", "reason", "error_description",
                         "errmsg", "error_message", "errcode"), words),
        "errors": [{"message": words, "detail": words, "title": words}],
        "ok": False,
    }  # fmt: skip
    return body_reply(json.dumps(body).encode(), "application/json", status)


@pytest.mark.parametrize("name", list(_trials()))
async def test_no_key_is_told_that_a_server_repeats(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    kept: set[str] = set()
    setenv = monkeypatch.setenv

    def noted(variable: str, value: str, *more: Any) -> None:
        kept.add(value)
        setenv(variable, value, *more)

    monkeypatch.setattr(monkeypatch, "setenv", noted)
    scenario = SCENARIOS[name]()
    assert isinstance(scenario, WebScenario)
    async with world_of(scenario, tmp_path, monkeypatch) as world:
        world.write(2)
        await world.round()
        between = scenario.server.between
        details = []
        for status in (*STATUSES, 200):
            met: list[Request] = []

            def repeat(
                request: Request,
                answer: Callable[[Request], Reply],
                status: int = status,
                met: list[Request] = met,
            ) -> Reply:
                met.append(request)
                return said(status, echo(request))

            scenario.server.between = repeat
            world.wait(A_WHILE)
            await world.round()
            assert met, f"{status}: nobody asked"
            details.append(world.detail)
            world.wait(A_WHILE)
        scenario.server.between = between
        world.write(2)
        world.wait(A_WHILE)
        await world.round()
        for request in scenario.server.requests:
            kept |= set(_credentials(request))
        if not kept:
            pytest.skip("this network is read without a key")
        files = _written(tmp_path)
        told = " ".join(details) + caplog.text + _traces(caplog)
        for secret in kept:
            assert len(secret) >= 6, f"a key of a test that would be found by chance: {secret}"
            assert secret not in told
            assert secret.encode() not in files


@pytest.mark.parametrize("fault", ["1 {}", "NO {}", "BAD {}"])
async def test_no_password_is_told_that_a_mail_server_repeats(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    scenario = SCENARIOS["mailbox"]()
    async with world_of(scenario, tmp_path, monkeypatch) as world:
        fake = scenario.__dict__["server"]
        fake.fault = fault.format(PASSWORD)
        world.write(1)
        await world.round()
        assert fake.met
        shown = PASSWORD.split(" ")[0]
        assert "mail server" in world.detail
        assert shown not in world.detail + caplog.text + _traces(caplog)
        assert shown.encode() not in _written(tmp_path)


def _written(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in folder.iterdir() if one.is_file())


def _credentials(request: Request) -> Iterator[str]:
    for name in _PLACES:
        value = request.headers.get(name, "")
        kind, _, credential = value.rpartition(" ")
        if credential:
            yield credential
        if kind == "Basic":
            yield base64.b64decode(credential).decode().partition(":")[2]


def _traces(caplog: pytest.LogCaptureFixture) -> str:
    """Return the tracebacks of what was logged, with the locals that a crash report shows."""
    found = [record.exc_info[1] for record in caplog.records if record.exc_info]
    return "".join(
        line
        for error in found
        if error is not None
        for line in traceback.TracebackException.from_exception(error, capture_locals=True).format()
    )
