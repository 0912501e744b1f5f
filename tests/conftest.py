"""What every test shares."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# Half of what is usual: the whole suite runs at every change. HYPOTHESIS_PROFILE=default tries all.
settings.register_profile("suite", max_examples=50)
if "HYPOTHESIS_PROFILE" not in os.environ:
    settings.load_profile("suite")


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
