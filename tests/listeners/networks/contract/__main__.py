"""Print the table of networks and cases: ``python -m tests.listeners.networks.contract [NAME…]``.

It runs every case anew and ends with 1 where one fails.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.conftest import no_wait
from tests.listeners.networks.contract.cases import PROOFS
from tests.listeners.networks.contract.scenario import CASES, Scenario
from tests.listeners.networks.contract.scenarios import SCENARIOS
from tests.listeners.networks.contract.world import world_of

OK, IMPOSSIBLE = "ok", "–"


async def _tried(scenario: type[Scenario], case: str) -> str:
    """Return how one case of one network ends."""
    if case in scenario.impossible:
        return IMPOSSIBLE
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("listeners.http.leaving.WAIT", no_wait)
        try:
            async with world_of(scenario(), Path(folder), patch) as world:
                await PROOFS[case](world)
        except AssertionError as error:
            return f"FAILS: {error}"
    return OK


def _table(found: Mapping[str, Mapping[str, str]]) -> Iterable[str]:
    """Yield the lines of the table, and below it why a case is not possible."""
    yield "| network | " + " | ".join(CASES) + " |"
    yield "|---" * (len(CASES) + 1) + "|"
    for name, cells in found.items():
        yield f"| {name} | " + " | ".join(cells[case] for case in CASES) + " |"
    yield ""
    for name in found:
        by_reason: dict[str, list[str]] = {}
        for case, why in SCENARIOS[name].impossible.items():
            by_reason.setdefault(why, []).append(case)
        for why, cases in by_reason.items():
            yield f"- {name}: {', '.join(cases)}: {why}."


async def _all(names: Iterable[str]) -> int:
    found = {}
    for name in names:
        found[name] = {case: await _tried(SCENARIOS[name], case) for case in CASES}
    print("\n".join(_table(found)))
    return int(any(cell.startswith("FAILS") for row in found.values() for cell in row.values()))


def main() -> int:
    """Run what was named, or everything."""
    logging.disable(logging.CRITICAL)
    return asyncio.run(_all(sys.argv[1:] or list(SCENARIOS)))


if __name__ == "__main__":
    sys.exit(main())
