"""Signing in to Bluesky as rarely as can be: a session that outlives the process, if asked for."""

from __future__ import annotations

import json
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from listeners.config import SourceConfig
from listeners.http import Fetcher
from listeners.model import SECOND, Micros
from listeners.networks.bluesky import session as bluesky_session
from listeners.networks.bluesky.api import BlueskyApi
from listeners.networks.bluesky.kept import Kept, SessionFile
from listeners.secret import Secret
from tests.fake.bluesky_pds import US, FakePds
from tests.fake.http_server import Reply, Request, json_reply

NOW = Micros(1_790_000_000 * SECOND)
SIGN_IN = "/xrpc/com.atproto.server.createSession"
REFRESH = "/xrpc/com.atproto.server.refreshSession"


class Home:
    """A server that gives a new refresh token each time, and takes only the newest."""

    def __init__(self, server: FakePds, fetch: Fetcher, path: Path) -> None:
        self.server = server
        self.fetch = fetch
        self.path = path
        self.given = 0
        self.lenient = False
        server.on(SIGN_IN, self._session)
        server.on(REFRESH, self._refresh)

    def _session(self, request: Request) -> Reply:
        self.given += 1
        return json_reply(
            {"accessJwt": self.server.access, "refreshJwt": f"refresh{self.given}", "did": US}
        )

    def _refresh(self, request: Request) -> Reply:
        if request.headers["authorization"] != f"Bearer refresh{self.given}":
            return json_reply({"error": "ExpiredToken", "message": "Token has been revoked"}, 400)
        return self._session(request)

    async def run(self, *, kept: bool = True, handle: str = "acme.example") -> str:
        """Start as a new process would, and ask who we are."""
        bluesky_session._opened.clear()
        source = SourceConfig(
            network="bluesky",
            token=Secret("env:HUBBUB_TEST_APP_PASSWORD"),
            options={
                "appview": self.server.url,
                "pds": self.server.url,
                **({"session_file": str(self.path)} if kept else {}),
            },
        )
        api = BlueskyApi(self.fetch, source, handle)
        did = await api.own_did()
        assert await api.record(US, "3n2wzqqbvfi27") is None, "the session is good"
        return did

    @property
    def asked(self) -> tuple[int, int]:
        """How often somebody signed in, and refreshed."""
        return len(self.server.asked(SIGN_IN)), len(self.server.asked(REFRESH))


@pytest.fixture
async def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Home]:
    monkeypatch.setenv("HUBBUB_TEST_APP_PASSWORD", "abcd-efgh")
    async with FakePds() as server, Fetcher(lambda: NOW, chance=lambda: 0.0) as fetch:
        yield Home(server, fetch, tmp_path / "state" / "bluesky.session")
    bluesky_session._opened.clear()


async def test_a_kept_session_goes_on_without_signing_in(home: Home) -> None:
    for _ in range(4):
        assert await home.run() == US
    assert home.asked == (1, 3)
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o600
    said = home.path.read_text()
    assert "abcd-efgh" not in said
    assert home.server.access not in said
    assert json.loads(said)["refresh"] == "refresh4"
    assert [one.name for one in home.path.parent.iterdir()] == ["bluesky.session"]


async def test_nothing_is_kept_unasked(home: Home) -> None:
    for _ in range(2):
        await home.run(kept=False)
    assert home.asked == (2, 0)
    assert not home.path.exists()


async def test_a_session_that_ended_is_opened_anew(home: Home) -> None:
    await home.run()
    home.given += 1
    await home.run()
    assert home.asked == (2, 1)
    await home.run()
    assert home.asked == (2, 2)


async def test_a_session_of_another_account_is_not_used(home: Home) -> None:
    await home.run()
    await home.run(handle="other.example")
    assert home.asked == (2, 0)


async def test_a_file_others_can_read_is_not_used_and_replaced(home: Home) -> None:
    await home.run()
    home.path.chmod(0o644)
    await home.run()
    assert home.asked == (2, 0)
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"account": 1}', "\x00" * 9, "[" * 9999])
async def test_a_spoiled_file_is_no_session(home: Home, text: str) -> None:
    home.path.parent.mkdir()
    home.path.write_text(text)
    home.path.chmod(0o600)
    assert await home.run() == US
    assert home.asked == (1, 0)
    await home.run()
    assert home.asked == (1, 1)


async def test_a_place_that_cannot_be_written_stops_nothing(home: Home) -> None:
    home.path.parent.write_text("in the way")
    assert await home.run() == US


def test_a_kept_session_is_never_shown() -> None:
    kept = Kept("acme.example", "https://pds.example", "https://pds.example", US, "s3cret")
    assert "s3cret" not in repr(kept)


def test_a_session_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    kept = Kept("é", "https://pds.example", "https://pds.example", US, "s3cret")
    file = SessionFile(str(tmp_path / "a"))
    file.write(kept)
    assert file.read("é", "https://pds.example") == kept
    assert file.read("e", "https://pds.example") is None
    assert file.read("é", "https://other.example") is None
