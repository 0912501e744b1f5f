"""``hubbub discover``: what answers is shown, written and taken out again, without a screen."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from listeners.config import load_config
from tests.fake.discovering import atom, page
from tests.fake.http_server import FakeServer
from tests.tui.test_commands import Run, _in_process, config, run

__all__ = ["_in_process", "config", "run"]


@pytest.fixture
def site() -> Iterator[str]:
    """A website with two feeds, served beside the command."""
    ready, end = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()
    server = FakeServer()

    async def serve() -> None:
        async with server:
            server.on("/", page(
                '<link rel="alternate" type="application/rss+xml" href="/feed">'
                '<link rel="alternate" type="application/rss+xml" href="/gone">'))  # fmt: skip
            server.on("/feed", atom("News\x1b[2J of\u202eKerlann"))
            ready.set()
            await end.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    ready.wait(30)
    yield server.url
    loop.call_soon_threadsafe(end.set)
    thread.join(30)
    loop.close()


def keys(path: Path) -> list[str]:
    return [source.key for source in load_config(path).sources]


def test_what_answers_is_shown_with_its_lines(run: Run, config: Path, site: str) -> None:
    ran = run("discover", site)
    assert ran.code == 0
    assert "✓ Feeds · the feed at 127.0.0.1/feed" in ran.out
    assert f'what = "{site}/feed"' in ran.out
    assert "✗ Feeds · the feed at 127.0.0.1/gone" in ran.out
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out
    assert keys(config) == ["mastodon:#aurora"]


def test_programs_are_told_all_of_it(run: Run, config: Path, site: str) -> None:
    found: Any = run("discover", site, "-o", "json").json
    assert [one["verdict"] for one in found] == ["answered", "nothing there"]
    assert found[0]["source"] == {
        "network": "feeds", "what": f"{site}/feed", "allow_private": True}  # fmt: skip
    assert found[0]["addable"]
    assert not found[1]["addable"]


def test_what_answered_is_written_and_taken_out_again(run: Run, config: Path, site: str) -> None:
    before = config.read_text(encoding="utf-8")
    ran = run("discover", site, "--add")
    assert ran.code == 0
    assert "Written into" in ran.out
    assert keys(config) == ["mastodon:#aurora", f"feeds:{site}/feed"]
    assert "[already there]" in run("discover", site).out
    assert run("discover", site, "--add").code == 1
    gone = run("discover", "--remove", f"feeds:{site}/feed")
    assert gone.code == 0
    assert config.read_text(encoding="utf-8") == before


def test_only_the_numbers_named_are_written(run: Run, config: Path, site: str) -> None:
    assert run("discover", site, "--add", "2").code == 1
    assert keys(config) == ["mastodon:#aurora"]
    assert run("discover", site, "--add", "1,2", "-o", "json").code == 0
    assert keys(config) == ["mastodon:#aurora", f"feeds:{site}/feed"]


@pytest.mark.parametrize(
    "arguments",
    [["discover"], ["discover", " "], ["discover", "--remove", "feeds:none"],
     ["discover", "x", "--add", "two"]],
)  # fmt: skip
def test_wrong_use(run: Run, config: Path, arguments: list[str]) -> None:
    assert run(*arguments).code == 2


def test_nothing_named_is_nothing_found(run: Run, config: Path) -> None:
    ran = run("discover", "?")
    assert ran.code == 1
    assert "Nothing was found there." in ran.out


def test_whoever_only_looks_writes_nothing(run: Run, config: Path, site: str) -> None:
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace('["Ana", "Léo"]', '["Ana", "Léo"]\nobservers = ["Ana"]'))
    assert run("discover", site, "--add").code == 1
    assert run("discover", "--remove", "mastodon:#aurora").code == 1
    assert keys(config) == ["mastodon:#aurora"]
