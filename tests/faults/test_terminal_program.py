"""The real program on a real pseudo-terminal: first run, signals, hostile text, odd terminals."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from listeners.clock import utc_now
from listeners.store import open_store
from tests.fake.hostile import HOSTILE
from tests.fake.terminal import RESTORED, ROOT, Terminal, strange_codes, terminal
from tests.tui.seeded import BRAND, seed

pytestmark = [pytest.mark.faults, pytest.mark.alone]

SECONDS_TO_LEAVE = 2.0


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def environment(home: Path, **more: str) -> dict[str, str]:
    return {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_STATE_HOME": str(home / "state"),
        "HUBBUB_LANG": "en",
        **more,
    }


def configure(home: Path) -> None:
    path = home / "config" / "hubbub" / "hubbub.toml"
    path.parent.mkdir(parents=True)
    path.write_text(f'member = "Ana"\n[brand."{BRAND}"]\n', encoding="utf-8")


def fill(home: Path) -> None:
    async def work() -> None:
        async with open_store(home / "data" / "hubbub" / "hubbub.db") as store:
            await seed(store, now=utc_now(), chatter=60)

    asyncio.run(work())


def started(home: Path, **more: str) -> Terminal:
    return Terminal(["-m", "tui"], columns=120, lines=40, environment=environment(home, **more))


# --- first run ----------------------------------------------------------------------------------


def test_a_first_run_that_is_given_up_leaves_nothing(home: Path) -> None:
    home.mkdir()
    with terminal(["-m", "tui"], environment=environment(home)) as child:
        child.shows("A name is enough to begin.")
        child.type("q")
        child.end()
        assert child.code == 0
    assert list(home.rglob("*")) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_first_run_that_is_ended_leaves_nothing(home: Path, number: signal.Signals) -> None:
    home.mkdir()
    with terminal(["-m", "tui"], environment=environment(home)) as child:
        child.shows("A name is enough to begin.")
        child.signal(number)
        assert child.end() < SECONDS_TO_LEAVE
        assert child.code == 0
    assert list(home.rglob("*")) == []


def test_a_name_and_enter_lead_to_the_dashboard(home: Path) -> None:
    home.mkdir()
    with terminal(["-m", "tui"], environment=environment(home), columns=120, lines=40) as child:
        child.shows("network")
        child.type("Acme")
        child.shows("Acme")
        child.settle()
        child.type("\r")
        child.shows("Conversations")
        child.signal(signal.SIGTERM)
        assert child.end() < SECONDS_TO_LEAVE
        assert child.code == 0
    assert '[brand."Acme"]' in (home / "config" / "hubbub" / "hubbub.toml").read_text()


def test_the_demonstration_leaves_nothing_and_leads_back(home: Path) -> None:
    home.mkdir()
    with terminal(["-m", "tui"], environment=environment(home), columns=120, lines=40) as child:
        child.shows("A name is enough to begin.")
        child.type("d")
        child.shows("DEMO", 40)
        child.settle()
        child.type("q")
        child.shows("A name is enough to begin.")
        child.type("q")
        child.end()
        assert child.code == 0
    left = [path.name for path in home.rglob("*") if path.is_file()]
    assert set(left) <= {"hubbub.log"}


# --- the dashboard ------------------------------------------------------------------------------


@pytest.fixture
def filled(home: Path) -> Path:
    configure(home)
    fill(home)
    return home


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_is_a_tidy_end(filled: Path, number: signal.Signals) -> None:
    with terminal(["-m", "tui"], environment=environment(filled), columns=120, lines=40) as child:
        child.shows("Conversations")
        child.settle()
        before = len(child.raw)
        child.signal(number)
        assert child.end() < SECONDS_TO_LEAVE
        assert child.code == 0
        assert all(code in child.raw[before:] for code in RESTORED)

    # What was written is whole.
    async def look() -> None:
        async with open_store(filled / "data" / "hubbub" / "hubbub.db", read_only=True):
            pass

    asyncio.run(look())


def test_a_closed_terminal_is_a_tidy_end(filled: Path) -> None:
    with terminal(["-m", "tui"], environment=environment(filled)) as child:
        child.shows("Conversations")
        child.hang_up()
        assert child.end() < SECONDS_TO_LEAVE
        assert child.code == 0


def test_quitting_by_key_is_quick(filled: Path) -> None:
    with terminal(["-m", "tui"], environment=environment(filled)) as child:
        child.shows("Conversations")
        child.settle()
        child.type("q")
        assert child.end() < SECONDS_TO_LEAVE
        assert child.code == 0


def test_a_storm_of_sizes_is_survived(filled: Path) -> None:
    with terminal(["-m", "tui"], environment=environment(filled)) as child:
        child.shows("Conversations")
        for columns, lines in [(20, 5), (400, 100), (1, 1), (60, 16), (200, 60), (42, 20)] * 3:
            child.resize(columns, lines)
            child.read(0.05)
        child.resize(120, 40)
        child.shows("Sentiment")
        child.type("q")
        child.end()
        assert child.code == 0


def test_hostile_text_is_harmless_on_every_screen(home: Path, tmp_path: Path) -> None:
    configure(home)
    texts = [(name, text) for name, text in HOSTILE if len(text) < 20_000]
    file = tmp_path / "hostile.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for number, (_name, text) in enumerate(texts):
            record = {
                "id": str(number),
                "text": f"{BRAND}? {text}",
                "author": text[:60] or "x",
                "author_name": text[:60],
            }
            line = json.dumps(record)
            out.write(line + "\n")
    done = subprocess.run(
        [sys.executable, "-m", "tui", "import", str(file)],
        env={**os.environ, **environment(home), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with terminal(["-m", "tui"], environment=environment(home), columns=160, lines=50) as child:
        child.shows("Conversations")
        child.settle()
        # The stream, every row of it with its thread; the search; the sources; the help.
        child.type("4")
        child.settle()
        for _ in range(len(texts)):
            child.type("j")
            child.read(0.02)
        child.settle()
        for keys in ("\r", "\x1b", "/", "aurora\r", "\x1b", "\x1b", "5", "\x1b", "?", "\x1b", "t"):
            child.type(keys)
            child.settle()
        assert not child.ended()
        assert strange_codes(child.raw) == []
        assert b"PWNED" not in b"".join(code for code in strange_codes(child.raw))
        child.signal(signal.SIGTERM)
        child.end()
        assert child.code == 0


# --- odd terminals ------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [[], ["demo"]])
@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_draw_is_told_so(
    home: Path, arguments: list[str], term: str
) -> None:
    home.mkdir()
    with terminal(["-m", "tui", *arguments], environment=environment(home, TERM=term)) as child:
        child.end()
        assert child.code == 2
        assert "hubbub" in child.text
        assert b"\x1b" not in child.raw
    assert list(home.rglob("*")) == []


def test_without_a_terminal_there_is_one_line_and_2(home: Path) -> None:
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tui"],
        env={**os.environ, **environment(home), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "more",
    [
        {"NO_COLOR": "1"},
        {"NO_COLOR": ""},
        {"LANG": "C", "LC_ALL": "C"},
        {"TERM": "linux", "COLORTERM": ""},
        {"LANG": "fr_FR.UTF-8", "HUBBUB_LANG": "fr"},
    ],
    ids=str,
)
def test_odd_environments_are_readable(filled: Path, more: dict[str, str]) -> None:
    with terminal(
        ["-m", "tui"], environment=environment(filled, **more), columns=120, lines=40
    ) as child:
        child.shows(BRAND)
        child.settle()
        coloured = b"\x1b[38;2;" in child.raw or b"\x1b[38;5;" in child.raw
        if more.get("NO_COLOR") == "":
            assert coloured
        child.type("q")
        child.end()
        assert child.code == 0
