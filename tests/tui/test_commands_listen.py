"""``hubbub listen`` and ``hubbub demo`` as processes of their own, against a scripted server."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from listeners.store import open_store
from listeners.store.ownership import Ownership
from tests.fake.feeds import articles, rss
from tests.fake.http_server import FakeServer, body_reply, status_reply
from tests.fake.terminal import ROOT

FEED = "application/rss+xml"


@dataclass
class Hub:
    """A configuration of its own, and the commands run on it."""

    folder: Path
    server: FakeServer

    def sources(self, *paths: str) -> None:
        text = '[brand.Kerlann]\nlanguages = ["en"]\n'
        for path in paths:
            text += (
                f'[[source]]\nnetwork = "feeds"\nwhat = "{path}"\nbase_url = "{self.server.url}"\n'
            )
        (self.folder / "hubbub.toml").write_text(text, encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "HUBBUB_CONFIG": str(self.folder / "hubbub.toml"),
            "HUBBUB_STORE": str(self.folder / "hubbub.db"),
            "HUBBUB_LOG_FILE": str(self.folder / "hubbub.log"),
            "HUBBUB_LANG": "en",
            "PYTHONPATH": str(ROOT),
        }

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tui", *arguments,
            env=self.environment, cwd=self.folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip

    async def run(self, *arguments: str) -> tuple[int, str, str]:
        process = await self.start(*arguments)
        out, err = await asyncio.wait_for(process.communicate(), 120)
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()

    async def stored(self) -> Sequence[dict[str, object]]:
        _code, out, _err = await self.run("mentions", "-o", "jsonl")
        return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with FakeServer() as server:
        yield Hub(tmp_path, server)


async def test_once_asks_every_source_stores_all_and_reports(hub: Hub) -> None:
    hub.sources("/news.xml", "/missing.xml")
    hub.server.on("/news.xml", body_reply(rss(articles(1, 12)), FEED))
    code, out, err = await hub.run("listen", "--once", "-o", "json")
    assert (code, err) == (0, "")
    good, bad = json.loads(out)
    assert list(good)[:10] == [
        "source", "network", "fetched", "new", "updated", "deleted", "bad", "gap", "state",
        "cursor",
    ]  # fmt: skip
    assert (good["fetched"], good["new"], good["bad"], good["gap"]) == (12, 12, 0, False)
    assert good["state"] == "ok"
    assert good["cursor"]
    assert bad["state"] == "failing"
    assert len(await hub.stored()) == 12
    code, out, _err = await hub.run("listen", "--once")
    assert code == 0
    assert "ok" in out.splitlines()[1]
    assert len(await hub.stored()) == 12


async def test_once_fails_when_every_source_failed(hub: Hub) -> None:
    hub.sources("/a.xml", "/b.xml")
    hub.server.on("/a.xml", status_reply(500))
    code, out, _err = await hub.run("listen", "--once", "-o", "jsonl")
    assert code == 1
    assert [json.loads(line)["state"] for line in out.splitlines()] == ["failing", "failing"]


async def test_without_a_source_there_is_nothing_to_listen_to(hub: Hub) -> None:
    hub.sources()
    code, _out, err = await hub.run("listen", "--once")
    assert code == 2
    assert "hubbub init" in err


async def test_a_brand_whose_query_cannot_be_read_is_wrong_use(hub: Hub) -> None:
    hub.sources("/news.xml")
    path = hub.folder / "hubbub.toml"
    path.write_text(path.read_text().replace("languages", 'query = "a AND"\nlanguages'))
    code, _out, err = await hub.run("listen", "--once")
    assert code == 2
    assert "Traceback" not in err


async def test_listening_ends_by_itself_after_its_time(hub: Hub) -> None:
    hub.sources("/news.xml")
    hub.server.on("/news.xml", body_reply(rss(articles(1, 3)), FEED))
    # On a busy machine the first time may be over before the source has answered.
    for span in ("3s", "20s"):
        code, out, err = await hub.run("listen", "--for", span, "-o", "json")
        assert (code, err) == (0, "")
        (source,) = json.loads(out)
        if source["state"] != "starting":
            break
        # It was asked and is left alone for a while now: only another store asks it again.
        for file in hub.folder.glob("hubbub.db*"):
            file.unlink()
    assert (source["state"], source["new"]) == ("ok", 3)


SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]


@pytest.mark.parametrize("number", SIGNALS)
async def test_a_signal_ends_listening_tidily(hub: Hub, number: signal.Signals) -> None:
    await ended_by(hub, number)


@pytest.mark.faults
@pytest.mark.alone
async def test_a_signal_ends_listening_within_two_seconds(hub: Hub) -> None:
    assert await ended_by(hub, signal.SIGTERM) < 2


async def ended_by(hub: Hub, number: signal.Signals) -> float:
    """End a process that listens; return how many seconds it took."""
    hub.sources("/news.xml")
    hub.server.on("/news.xml", body_reply(rss(articles(1, 3)), FEED))
    process = await hub.start("listen")
    assert process.stdout is not None
    assert b"Listening" in await asyncio.wait_for(process.stdout.readline(), 30)
    while not hub.server.requests:
        await asyncio.sleep(0.05)
    asked = time.monotonic()
    process.send_signal(number)
    _out, err = await asyncio.wait_for(process.communicate(), 30)
    took = time.monotonic() - asked
    assert (process.returncode, err) == (0, b"")
    # Whoever comes next may listen at once.
    async with open_store(hub.folder / "hubbub.db") as store:
        assert await Ownership(store).claim()
    return took


async def test_only_one_process_listens(hub: Hub) -> None:
    hub.sources("/news.xml")
    hub.server.on("/news.xml", body_reply(rss(articles(1, 3)), FEED))
    async with open_store(hub.folder / "hubbub.db") as store:
        ownership = Ownership(store)
        assert await ownership.claim()
        code, _out, err = await hub.run("listen", "--once")
        assert code == 1
        assert str(os.getpid()) in err
        assert hub.server.requests == []
        await ownership.release()
    assert (await hub.run("listen", "--once"))[0] == 0


@pytest.mark.faults
async def test_another_process_takes_over_when_the_first_is_killed(hub: Hub) -> None:
    hub.sources("/news.xml")
    # A source just asked is left alone for its network's floor, restart or not: here, a second.
    path = hub.folder / "hubbub.toml"
    path.write_text(
        path.read_text().replace('network = "feeds"', 'network = "feeds"\ninterval = 1')
    )
    hub.server.on("/news.xml", body_reply(rss(articles(1, 3)), FEED))
    first = await hub.start("listen")
    while not hub.server.requests:
        await asyncio.sleep(0.05)
    second = await hub.start("listen")
    assert second.stdout is not None
    await asyncio.wait_for(second.stdout.readline(), 30)
    first.kill()
    await first.communicate()
    asked = len(hub.server.requests)
    # The lock of the dead is free at once; the second looks every five seconds.
    hub.server.on("/news.xml", body_reply(rss(articles(4, 6)), FEED))
    end = time.monotonic() + 30
    while len(hub.server.requests) == asked and time.monotonic() < end:
        await asyncio.sleep(0.1)
    assert len(hub.server.requests) > asked
    second.terminate()
    await second.communicate()
    assert second.returncode == 0


async def test_the_demonstration_ends_with_its_counts(hub: Hub) -> None:
    code, out, err = await hub.run("demo", "--headless", "--for", "1s")
    assert (code, err) == (0, "")
    counts = json.loads(out.splitlines()[-1])
    assert counts["mentions"] > 300
    assert counts["conversations"] > 10
    assert counts["alerts"] > 2
    assert list(hub.folder.iterdir()) == []
