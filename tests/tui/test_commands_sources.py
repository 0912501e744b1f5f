"""``hubbub sources``: what each source lives on, and what every network lets hubbub do."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from listeners.clock import utc_now
from listeners.http import Budget
from listeners.model import HOUR, MINUTE, Micros, Sentence, SourceState
from listeners.networks.registry import NETWORKS
from listeners.store import Connection, open_store
from listeners.store.budgets import StoredBudgets
from listeners.store.quotas import StoredLedger
from listeners.store.sources import set_source_state
from listeners.store.uses import keep_pace, keep_uses
from tests.tui.test_commands import Run, _in_process, config, filled, run
from tui.sources import ABILITIES

__all__ = ["_in_process", "config", "filled", "run"]


def live(path: Path) -> None:
    """Let the first source live on a budget, an allowance and a spaced host."""

    async def fill() -> None:
        now = utc_now()
        async with open_store(path) as store:
            budget = Budget(412, Micros(now + MINUTE), None, 1000)
            await StoredBudgets(store).save("api.example#1", budget)
            await StoredLedger(store).take("units#1", "2026-11-23", 3, 10, Micros(now + HOUR))
            await StoredLedger(store).claim("api.example", 60.0, now)

            async def work(connection: Connection) -> None:
                await keep_uses(connection, 1, {"api.example#1", "api.example", "units#1"})
                await keep_pace(connection, 1, 480.0)

            await store.write(work)

    asyncio.run(fill())


def test_programs_are_told_what_each_source_lives_on(run: Run, filled: Path) -> None:
    live(filled)
    listed: Any = run("sources", "-o", "json").json
    (one,) = [row for row in listed if row["pace"] is not None]
    assert one["pace"] == 480.0
    (budget,) = one["budgets"]
    assert (budget["host"], budget["remaining"], budget["allowed"]) == ("api.example", 412, 1000)
    (allowance,) = one["allowances"]
    assert (allowance["name"], allowance["taken"], allowance["allowed"]) == ("units", 3, 10)
    (turn,) = one["turns"]
    assert (turn["host"], turn["seconds"]) == ("api.example", 60.0)
    assert "#1" not in run("sources", "-o", "json").out
    told = run("sources").out
    assert "412 of 1,000 left until" in told
    assert "units: 7 of 10 left today" in told


@pytest.mark.parametrize("columns", ["60", "100"])
def test_what_to_know_is_told_whole_below_the_table(
    run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    detail = Sentence("This forum shows nothing to strangers: write to its owner for a key. " * 3)

    async def lock() -> None:
        async with open_store(filled) as store:
            await store.write(
                lambda c: set_source_state(c, 1, SourceState.NEEDS_TOKEN, utc_now(), detail=detail)
            )

    asyncio.run(lock())
    monkeypatch.setenv("COLUMNS", columns)
    told = run("sources").out
    below = told[told.index("\n\n") :]
    assert " ".join(detail.template.split()) in " ".join(below.split())
    assert all(len(line) <= int(columns) for line in below.splitlines())
    (row,) = [one for one in run("sources", "-o", "json").json if one["state"] == "needs token"]  # type: ignore[attr-defined]
    assert f"“hubbub sources --networks {row['network']}” says" in " ".join(below.split())


def test_the_table_of_networks_has_every_network_and_ability(run: Run) -> None:
    ran = run("sources", "--networks")
    assert ran.code == 0
    head, *rows = ran.out.splitlines()
    assert head.split()[1:-1] == [str(at) for at in range(1, len(ABILITIES) + 1)]
    marked = rows[: len(NETWORKS)]
    assert all(row.count("✓") + row.count("·") == len(ABILITIES) for row in marked)
    assert "1 search" in ran.out
    assert f"--networks {NETWORKS[0]}” says step by step" in ran.out
    listed = {one["network"]: one for one in run("sources", "--networks", "-o", "jsonl").lines}
    assert list(listed) == list(NETWORKS)
    assert listed["mastodon"]["search"] is True
    assert listed["feeds"]["reply"] is False
    assert all(isinstance(one["limits"], list) for one in listed.values())


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_one_network_is_told_whole(run: Run, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    told = run("sources", "--networks", "reddit", "Matrix").out
    assert told.index("(reddit)") < told.index("How to get a key") < told.index("(matrix)")
    assert "  1. " in told
    assert all(len(line) <= int(columns) for line in told.splitlines())


def test_an_unknown_network_is_refused_by_name(run: Run) -> None:
    ran = run("sources", "--networks", "myspace\x1b[2J")
    assert ran.code == 2
    assert "knows no network myspace" in ran.err
    assert "\x1b" not in ran.err
