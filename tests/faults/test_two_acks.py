"""Two people at two terminals press the same key on one alert at the same moment."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from listeners.model import AlertClass, AlertState, Micros, Sentence, Severity
from listeners.risk.alert import Draft
from listeners.risk.triage import opened
from listeners.store import open_store, reads
from listeners.store.connection import Connection
from listeners.store.sources import register_brands
from listeners.store.subjects import save_alerts

pytestmark = [pytest.mark.faults, pytest.mark.alone]

NOW = Micros(1_790_000_000 * 1_000_000)
CHILD = """
import asyncio, sys
from pathlib import Path
from listeners.actions import perform
from listeners.model import Micros
from listeners.store import open_store

async def main(path, who, verb):
    async with open_store(Path(path)) as store:
        print("ready", flush=True)
        sys.stdin.readline()
        now = Micros(1_790_000_060 * 1_000_000)
        outcome = await perform(store, who, verb, "alert", [1], now, seen={1: 1})
        print(outcome.done, outcome.sentence.template, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


async def furnish(path: Path) -> None:
    async def work(connection: Connection) -> None:
        await register_brands(connection, ["Acme"])
        draft = Draft(
            brand="Acme",
            alert_class=AlertClass.LEAK,
            rule="confidential term",
            severity=Severity.HIGH,
            title=Sentence("title"),
            holding=False,
        )
        await save_alerts(connection, [opened(draft, NOW)])

    async with open_store(path) as store:
        await store.write(work)


async def left(path: Path) -> tuple[AlertState, str]:
    async with open_store(path) as store:
        row = (await reads.alerts(store, [1]))[1]
        return row.state, row.owner


def press(path: Path, *keys: tuple[str, str]) -> list[str]:
    """Let every person press at once, and return what each was told."""
    people = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, str(path), who, verb],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for who, verb in keys
    ]
    for one in people:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in people:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    return [one.communicate(timeout=120)[0].strip() for one in people]


def test_one_acknowledges_and_the_other_is_told_who_did(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    asyncio.run(furnish(path))
    told = press(path, ("Ana", "ack"), ("Léo", "ack"))
    assert sorted(line.split(" ", 1)[0] for line in told) == ["0", "1"]
    (refused,) = (line for line in told if line.startswith("0"))
    assert "acknowledged it" in refused
    winner = ("Ana", "Léo")[next(at for at, line in enumerate(told) if line.startswith("1"))]
    assert asyncio.run(left(path)) == (AlertState.ACKED, winner)


def test_resolve_wins_whoever_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    asyncio.run(furnish(path))
    press(path, ("Ana", "ack"), ("Léo", "resolve"))
    assert asyncio.run(left(path))[0] is AlertState.RESOLVED
