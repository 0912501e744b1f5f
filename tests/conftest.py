"""What every test shares."""

from __future__ import annotations

import gc
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from listeners.store.migrate import Step, migrate

# Half of what is usual: the whole suite runs at every change. HYPOTHESIS_PROFILE=default tries all.
# No limits on the clock: a busy machine may stop for a second in any example.
settings.register_profile(
    "suite", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
if "HYPOTHESIS_PROFILE" not in os.environ:
    settings.load_profile("suite")


def pytest_collection_finish() -> None:
    """Spare the garbage collector what was collected here: thousands of tests live to the end."""
    gc.collect()
    gc.freeze()


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name a parameter that shows its address after its argument: test names must not change."""
    return argname if " at 0x" in repr(val) else None


async def no_wait(seconds: float) -> None:
    """Let a turn come at once."""


@pytest.fixture(autouse=True)
def _turns_come_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare every test the minutes between two requests that networks ask for.

    Those that test the waiting give the ``Fetcher`` a ``pause`` of their own.
    """
    monkeypatch.setattr("listeners.http.leaving.WAIT", no_wait)


@pytest.fixture(autouse=True)
def _stores_begin_migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Copy the newest schema into a new store: to make it anew is most of what a store costs.

    Those that test how a store comes to be override this fixture with one that does nothing.
    """
    monkeypatch.setattr("listeners.store.prepare.migrate", _migrated)


def _migrated(
    connection: sqlite3.Connection, path: Path, known: Sequence[Step] | None = None
) -> int:
    if known is None and path.stat().st_size == 0:
        connection.execute("PRAGMA synchronous = OFF")
        with closing(sqlite3.connect(":memory:")) as newest:
            newest.deserialize(_newest())
            newest.backup(connection)
    return migrate(connection, path, known)


@cache
def _newest() -> bytes:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        migrate(made, Path("newest.db"))
        return made.serialize()
