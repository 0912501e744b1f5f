"""Killed at any moment, forty times over: nothing that was stored is lost, nothing is there twice.

After every kill the file is looked at with plain SQLite, not with the code under test.
"""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHILD = Path(__file__).with_name("kill_store_child.py")
KILLS = 40
BATCH = 20

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]


@dataclass
class Life:
    """What one process said before it was killed."""

    begun: list[int] = field(default_factory=list)
    done: list[int] = field(default_factory=list)

    @property
    def died_inside(self) -> bool:
        return len(self.begun) > len(self.done)


def live_and_die(store: Path, manner: str, seconds: float) -> Life:
    """Run the child, kill it this long after its first batch began, and return what it said."""
    process = subprocess.Popen(
        [sys.executable, str(CHILD), str(store), manner],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    life = Life()
    first = process.stdout.readline()
    killer = threading.Timer(seconds, process.kill)
    killer.start()
    with process:
        for line in (first, *process.stdout):
            # The last line may have been cut by the kill.
            if line.endswith("\n"):
                word, number = line.split()
                (life.begun if word == "begin" else life.done).append(int(number))
        errors = process.stderr.read()
    killer.join()
    assert errors == ""
    assert process.returncode == -9
    return life


def faults(store: Path) -> list[str]:
    """Return everything that is wrong with the store, in words."""
    wrong = []
    with closing(sqlite3.connect(store, isolation_level=None)) as database:

        def one(sql: str) -> object:
            return database.execute(sql).fetchone()[0]

        if one("PRAGMA integrity_check") != "ok":
            wrong.append("damaged")
        if database.execute("PRAGMA foreign_key_check").fetchall():
            wrong.append("a reference leads nowhere")
        database.execute(
            "INSERT INTO mention_fts (mention_fts, rank) VALUES ('integrity-check', 1)"
        )
        cursor = one("SELECT cursor FROM source WHERE key = 'mastodon:acme'")
        batches = 0 if cursor is None else int(str(cursor)) + 1
        expected = [10_000 + n for n in range(batches * BATCH)]
        ids = [
            int(native)
            for (native,) in database.execute("SELECT native_id FROM mention ORDER BY 1")
        ]
        if ids != sorted(set(ids)):
            wrong.append("something is there twice")
        if missing := set(expected) - set(ids):
            wrong.append(f"{len(missing)} are lost that the cursor has passed")
        if early := set(ids) - set(expected):
            wrong.append(f"{len(early)} are ahead of the cursor")
        edits = one("SELECT count(*) FROM edit")
        if edits != max(0, batches - 1) * BATCH:
            wrong.append(f"{edits} edits in {batches} batches")
        for table in ("rollup_minute", "rollup_hour"):
            if one(f"SELECT coalesce(sum(total), 0) FROM {table}") != len(ids):
                wrong.append(f"{table} counts something else than there is")
        conversations = one("SELECT count(*) FROM conversation WHERE last_outside_id IS NOT NULL")
        if conversations != batches:
            wrong.append("a conversation without its messages")
        counted = one("SELECT new FROM source WHERE key = 'mastodon:acme'")
        if counted != batches * BATCH:
            wrong.append("the source has counted wrongly")
    return wrong


def last_batch(store: Path) -> int:
    with closing(sqlite3.connect(store)) as database:
        row = database.execute("SELECT cursor FROM source WHERE key = 'mastodon:acme'").fetchone()
    return -1 if row is None or row[0] is None else int(row[0])


def test_forty_kills(tmp_path: Path) -> None:
    chance = random.Random(20_261_122)
    store = tmp_path / "hubbub.db"
    inside = stored = 0
    for kill in range(KILLS):
        life = live_and_die(store, "whole", 0.02 + chance.random() * 0.25)
        assert faults(store) == [], f"after kill {kill + 1}"
        # What was said to be stored is stored; at most the batch that was begun is there besides.
        if life.done:
            assert last_batch(store) in (life.done[-1], life.done[-1] + 1)
        inside += life.died_inside
        stored += len(life.done)
    # Kills that never met a transaction would prove nothing.
    assert inside > KILLS / 4
    assert stored > KILLS


def test_a_cursor_stored_apart_is_seen(tmp_path: Path) -> None:
    """The same kills on a program with the classic mistake: the check must not stay silent."""
    chance = random.Random(7)
    for kill in range(KILLS):
        store = tmp_path / f"{kill}.db"
        live_and_die(store, "careless", 0.02 + chance.random() * 0.1)
        if any("ahead of the cursor" in fault for fault in faults(store)):
            return
    pytest.fail("forty kills and no fault was seen")


def test_killed_while_the_store_is_made(tmp_path: Path) -> None:
    """At any moment of the very first start there is no store, an empty one, or a whole one."""
    chance = random.Random(3)
    opener = (
        "import asyncio, sys\nfrom pathlib import Path\nfrom listeners.store import open_store\n"
        "print('ready', flush=True)\nsys.stdin.readline()\n"
        "async def main():\n    async with open_store(Path(sys.argv[1])): pass\n"
        "asyncio.run(main())\n"
    )
    early = 0
    for kill in range(KILLS // 2):
        store = tmp_path / f"{kill}.db"
        process = subprocess.Popen(
            [sys.executable, "-c", opener, str(store)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdout.readline()
        process.stdin.write("go\n")
        process.stdin.flush()
        time.sleep(chance.random() * 0.03)
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
        if not store.exists():
            early += 1
            continue
        with closing(sqlite3.connect(store)) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            (version,) = database.execute("PRAGMA user_version").fetchone()
            (tables,) = database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            assert (version == 0) == (tables == 0)
        done = subprocess.run(
            [sys.executable, "-c", opener, str(store)],
            input="go\n",
            text=True,
            cwd=ROOT,
            check=False,
        )
        assert done.returncode == 0
    assert early < KILLS // 2
