"""The whole program, killed at random moments as it reads a file: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from listeners.store import open_store

LINES = 6000
KILLS = 40
ROOT = Path(__file__).parents[2]
PROGRAM = "import sys; from tui.__main__ import main; sys.exit(main())"

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]


def test_killed_forty_times_the_listener_loses_and_doubles_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    lines = [
        json.dumps({"id": f"n{number}", "text": f"Lune is good, number {number}", "author": "zoe"})
        for number in range(LINES)
    ]
    (folder / "posts.jsonl").write_text("\n".join(lines) + "\n")
    config = tmp_path / "hubbub.toml"
    config.write_text(f'[brand.Lune]\n[[source]]\nnetwork = "import"\nwhat = "{folder}"\n')
    arguments = ["--config", str(config), "--store", str(tmp_path / "hubbub.db"), "listen"]
    chance = random.Random(7)
    reached: list[int] = []
    for _ in range(KILLS):
        process = start(tmp_path, *arguments)
        wait_for_work(tmp_path / "hubbub.db", reached[-1] if reached else 0)
        time.sleep(0.05 * chance.random())
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        reached.append(stored(tmp_path / "hubbub.db"))
    assert len(set(reached)) > 3, f"the kills hit nothing: {reached}"
    done = start(tmp_path, *arguments, "--once", "-o", "json")
    out, err = done.communicate(timeout=300)
    assert done.returncode == 0, err
    assert json.loads(out)[0]["state"] == "ok"
    assert stored(tmp_path / "hubbub.db") == LINES


def start(home: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=ROOT,
        env={"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def wait_for_work(path: Path, before: int) -> None:
    """Wait until more is stored than before: the program is at work."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with contextlib.suppress(sqlite3.OperationalError), opened(path) as database:
            (count,) = database.execute("SELECT count(*) FROM mention").fetchone()
            if count > before:
                return
        time.sleep(0.01)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        yield database
    finally:
        database.close()


def stored(path: Path) -> int:
    """Return how many mentions are stored; fails where one is there twice or the file is hurt."""

    async def look() -> int:
        async with open_store(path) as store:
            (whole,) = await store.fetch("PRAGMA integrity_check")
            assert whole[0] == "ok"
            (row,) = await store.fetch(
                "SELECT count(*) AS n, count(DISTINCT native_id) AS distinct_n FROM mention"
            )
            assert row["n"] == row["distinct_n"]
            return int(row["n"])

    return asyncio.run(look()) if path.exists() else 0
