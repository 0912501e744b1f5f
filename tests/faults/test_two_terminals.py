"""Two people, two terminals, one store: what one does the other sees, and nothing is lost."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from listeners.clock import utc_now
from listeners.store import open_store, reads
from tests.fake.running_time import RunningTime
from tests.fake.terminal import ROOT
from tests.faults.test_terminal_program import environment
from tests.tui.seeded import BRAND, seed

pytestmark = [
    pytest.mark.faults,
    pytest.mark.alone,
    pytest.mark.timeout(180),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]

AT_ONCE = 1.0
"""Seconds within which one terminal shows what was done in another."""
GONE = 21.0
"""Seconds after which nobody sees a member whose process died: three beats, and one look."""


class Tmux:
    """A tmux server of its own with one session for each person."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._socket = f"hubbub-{uuid.uuid4().hex[:8]}"

    def tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", self._socket, "-f", os.devnull, *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=ROOT,
            env={**os.environ, **environment(self._home), "TERM": "xterm-256color"},
        )
        return done.stdout

    def start(self, name: str, member: str, columns: int = 80, lines: int = 24) -> None:
        """Start hubbub for a member in a terminal of their own."""
        command = f"HUBBUB_MEMBER={member} exec {sys.executable} -m tui"
        size = ("-x", str(columns), "-y", str(lines))
        self.tmux("new-session", "-d", "-s", name, *size, command)

    def keys(self, name: str, *keys: str) -> None:
        """Type keys into a terminal."""
        self.tmux("send-keys", "-t", name, *keys)

    def screen(self, name: str) -> str:
        """Return what a terminal shows."""
        return self.tmux("capture-pane", "-p", "-t", name)

    def shows(self, name: str, *words: str, seconds: float = 30.0) -> float:
        """Wait until a terminal shows all of these; return how long it took."""
        return self._wait(name, lambda seen: all(word in seen for word in words), words, seconds)

    def no_longer_shows(self, name: str, *words: str, seconds: float = 30.0) -> float:
        """Wait until a terminal shows none of these; return how long it took."""
        return self._wait(name, lambda seen: not any(w in seen for w in words), words, seconds)

    def _wait(
        self, name: str, right: Callable[[str], bool], words: tuple[str, ...], seconds: float
    ) -> float:
        spent = RunningTime()
        while not right(seen := self.screen(name)):
            if spent.step() > seconds:
                raise AssertionError(f"{name}: {words}\n{seen}")
            time.sleep(0.02)
        return spent.step()

    def process(self, name: str) -> int:
        """Return the process of a terminal."""
        return int(self.tmux("display-message", "-p", "-t", name, "#{pane_pid}"))

    def end(self) -> None:
        """End every session and the server."""
        self.tmux("kill-server")


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Tmux]:
    home = tmp_path / "home"
    path = home / "config" / "hubbub" / "hubbub.toml"
    path.parent.mkdir(parents=True)
    team = '[team]\nmembers = ["Ana", "Leo", "Zoe"]\nleads = ["Ana"]\nobservers = ["Zoe"]\n'
    path.write_text(f'{team}[brand."{BRAND}"]\n', encoding="utf-8")

    async def fill() -> None:
        async with open_store(store_of(home)) as store:
            await seed(store, now=utc_now(), chatter=60)

    asyncio.run(fill())
    tmux = Tmux(home)
    try:
        tmux.start("ana", "Ana")
        tmux.start("leo", "Leo")
        for name in ("ana", "leo"):
            tmux.shows(name, "Tom Okafor", "Marc Dubois")
        # The process that listens starts late and sorts the queue anew once.
        tmux.shows("leo", "firing")
        yield tmux
    finally:
        tmux.end()


def store_of(home: Path) -> Path:
    return home / "data" / "hubbub" / "hubbub.db"


def log_of(tmux: Tmux) -> list[tuple[str, str, int]]:
    """Everything people did: who, what, to which conversation."""

    async def read() -> list[tuple[str, str, int]]:
        async with open_store(store_of(tmux._home), read_only=True) as store:
            events = await reads.events(store)
            return [
                (str(event.actor), event.verb, event.subject_id)
                for event in reversed(events)
                if event.actor in ("Ana", "Leo", "Zoe")
            ]

    return asyncio.run(read())


def usual(took: list[float]) -> float:
    """What half of the times are below: some may meet a machine that is busy with others."""
    print("seen after", [round(one, 2) for one in took])
    return sorted(took)[len(took) // 2]


def test_what_one_takes_the_other_sees_at_once_and_the_order_stands(both: Tmux) -> None:
    both.keys("leo", "j", "k")
    took = []
    for _ in range(3):
        both.keys("ana", "a")
        took.append(both.shows("leo", "m · → Ana"))
        both.keys("ana", "z")
        took.append(both.no_longer_shows("leo", "m · → Ana"))
    both.keys("ana", "e")
    took.append(both.shows("leo", "waiting"))
    assert usual(took) < AT_ONCE
    rows = [
        line for line in both.screen("leo").splitlines() if line.startswith("│▌") and "m  " in line
    ]
    assert "❯" in next(line for line in rows if "waiting" in line)


def test_who_reads_is_seen_and_gone_when_they_leave_or_die(both: Tmux) -> None:
    took = []
    for _ in range(3):
        both.keys("ana", "Enter")
        both.shows("ana", "esc leads back")
        took.append(both.shows("leo", "Ana is on it"))
        assert "is on it" not in both.screen("ana")
        both.keys("ana", "Escape")
        took.append(both.no_longer_shows("leo", "is on it"))
    assert usual(took) < AT_ONCE
    both.keys("ana", "Enter")
    both.shows("leo", "Ana is on it")
    os.kill(both.process("ana"), signal.SIGKILL)
    assert both.no_longer_shows("leo", "Ana is on it", seconds=GONE) > 5.0


def test_both_answer_the_same_one_and_one_is_told(both: Tmux) -> None:
    both.keys("ana", "p")
    both.shows("ana", "Paused")
    both.keys("leo", "e")
    both.shows("leo", "✓ Answered")
    both.keys("ana", "e")
    both.shows("ana", "Leo marked it as answered")
    both.shows("ana", "waiting")
    both.keys("ana", "e")
    both.shows("ana", "answered already")
    assert [line for line in log_of(both) if line[1] == "answered"] == [("Leo", "answered", 1)]


def test_keys_pressed_at_the_same_moment_are_all_kept(both: Tmux) -> None:
    for _ in range(4):
        both.keys("ana", "t")
        both.keys("leo", "c")
        both.shows("ana", "Which tag?")
        both.shows("leo", "Note for the team")
        both.keys("ana", "x", "Enter")
        both.keys("leo", "h", "m", "Enter")
        both.no_longer_shows("ana", "Which tag?")
        both.no_longer_shows("leo", "Note for the team")
        both.keys("ana", "j")
        both.keys("leo", "j")
    both.shows("leo", "#x", "✎")
    end = time.monotonic() + 60
    while len(log_of(both)) < 8 and time.monotonic() < end:
        time.sleep(0.1)
    done = log_of(both)
    assert sorted(verb for who, verb, _ in done if who == "Ana") == ["tag"] * 4
    assert sorted(verb for who, verb, _ in done if who == "Leo") == ["note"] * 4


def test_a_note_that_names_one_is_counted_until_it_is_opened(both: Tmux) -> None:
    took = []
    for turn in range(3):
        both.keys("ana", "c")
        both.shows("ana", "Note for the team")
        both.keys("ana", "@Leo look", "Enter")
        took.append(both.shows("leo", "✎ 1"))
        if turn < 2:
            both.keys("ana", "z")
            both.no_longer_shows("leo", "✎ 1")
    assert usual(took) < 2 * AT_ONCE
    both.keys("leo", "F7")
    both.shows("leo", "no member")
    both.keys("leo", "G", "k")
    both.shows("leo", "1 note for you", "@Leo look")
    both.keys("leo", "Enter")
    both.shows("leo", "esc leads back")
    both.keys("leo", "G")
    both.shows("leo", "@Leo look")
    both.keys("leo", "Escape")
    both.shows("leo", "0 notes for you")
    both.no_longer_shows("leo", "✎ 1")


def test_an_observer_looks_and_touches_nothing(both: Tmux) -> None:
    both.start("zoe", "Zoe")
    both.shows("zoe", "Tom Okafor")
    for key in ("e", "a", "c", "s", "z"):
        both.keys("zoe", key)
        both.shows("zoe", "Zoe is an observer")
        both.keys("zoe", "j")
    both.keys("zoe", "Enter")
    both.shows("ana", "Zoe is on it")
    assert [line for line in log_of(both) if line[0] == "Zoe"] == []
