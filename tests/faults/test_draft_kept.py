"""What is being written outlives the process that holds it, however that one ends."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from listeners.clock import utc_now
from listeners.store import open_store
from listeners.store.drafts import drafts
from tests.fake.running_time import RunningTime
from tests.fake.terminal import Terminal, terminal
from tests.tui.seeded import BRAND, seed

pytestmark = [pytest.mark.faults, pytest.mark.alone]

WORDS = "Sorry, we look into it"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a brand and two days of mentions."""
    path = tmp_path / "home"
    settings = path / "config" / "hubbub" / "hubbub.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f'member = "Ana"\n[brand."{BRAND}"]\n', encoding="utf-8")

    async def fill() -> None:
        async with open_store(path / "data" / "hubbub" / "hubbub.db") as store:
            await seed(store, now=utc_now(), chatter=60)

    asyncio.run(fill())
    return path


def environment(home: Path) -> dict[str, str]:
    return {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_STATE_HOME": str(home / "state"),
        "HUBBUB_LANG": "en",
    }


def kept(home: Path) -> list[str]:
    async def read() -> list[str]:
        async with open_store(home / "data" / "hubbub" / "hubbub.db", read_only=True) as store:
            return [one.text for one in await drafts(store, "Ana")]

    return asyncio.run(read())


def write(child: Terminal, words: str) -> None:
    child.shows("Conversations")
    child.settle()
    child.type("r")
    child.shows("Your words")
    child.settle()
    child.type(words)
    child.shows(words[-8:])


def test_a_pause_of_a_second_before_the_kill_is_enough(home: Path) -> None:
    with terminal(["-m", "tui"], environment=environment(home), columns=120, lines=40) as child:
        write(child, WORDS)
        paused = RunningTime()
        child.until(lambda: paused.step() > 1.0)
        child.signal(signal.SIGKILL)
        child.end()
    assert kept(home) == [WORDS]
    with terminal(["-m", "tui"], environment=environment(home), columns=120, lines=40) as child:
        child.shows("¶ draft: Ana")
        child.settle()
        child.type("r")
        child.shows(WORDS)
        child.signal(signal.SIGTERM)
        child.end()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_at_the_last_key_loses_none(home: Path, number: signal.Signals) -> None:
    with terminal(["-m", "tui"], environment=environment(home), columns=120, lines=40) as child:
        write(child, WORDS)
        child.signal(number)
        child.end()
    assert kept(home) == [WORDS]


def test_a_window_that_is_closed_loses_none(home: Path) -> None:
    with terminal(["-m", "tui"], environment=environment(home), columns=120, lines=40) as child:
        write(child, WORDS)
        child.hang_up()
        child.end()
    assert kept(home) == [WORDS]
