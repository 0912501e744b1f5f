"""What every test shares."""

from __future__ import annotations

import pytest


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name a parameter that shows its address after its argument: test names must not change."""
    return argname if " at 0x" in repr(val) else None
