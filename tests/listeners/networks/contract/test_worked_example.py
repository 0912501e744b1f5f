"""The worked example of CONTRIBUTING.md works: its listener keeps the whole contract."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from listeners.networks import registry
from tests.listeners.networks.contract.cases import CHANGES, DAMAGE, PROOFS, REFUSALS
from tests.listeners.networks.contract.scenario import CASES, Scenario
from tests.listeners.networks.contract.world import world_of

TEXT = (Path(__file__).parents[4] / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECTION = TEXT.partition("## Adding a network\n")[2].partition("\n## ")[0]
BLOCKS: list[str] = re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)
GROUPS = (CHANGES, DAMAGE, REFUSALS)
ALONE = [(case,) for case in CASES if not any(case in group for group in GROUPS)]


def module_of(name: str, code: str, patch: pytest.MonkeyPatch) -> ModuleType:
    """Import a block as if it were a file of this name."""
    made = ModuleType(name)
    patch.setitem(sys.modules, name, made)
    exec(compile(code, name, "exec"), made.__dict__)
    return made


@pytest.fixture
def scenario(monkeypatch: pytest.MonkeyPatch) -> type[Scenario]:
    listener, scripted = BLOCKS
    module_of("listeners.networks.example", listener, monkeypatch)
    one_line = {"example": "listeners.networks.example:ExampleListener"}
    monkeypatch.setattr(registry, "_CLASSES", {**registry._CLASSES, **one_line})
    made: type[Scenario] = module_of("contract_example", scripted, monkeypatch).Scenario
    return made


@pytest.mark.parametrize("cases", [*ALONE, *GROUPS], ids=lambda cases: cases[0])
async def test_the_worked_example_keeps_the_contract(
    cases: tuple[str, ...],
    scenario: type[Scenario],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with world_of(scenario(), tmp_path, monkeypatch) as world:
        for case in cases:
            if case not in scenario.impossible:
                await PROOFS[case](world)
