"""One contract, proven for every listener: network by network, case by case.

``python -m tests.listeners.networks.contract`` prints the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from listeners.networks.registry import NETWORKS, listener_class
from tests.listeners.networks.contract.cases import CHANGES, DAMAGE, PROOFS, REFUSALS
from tests.listeners.networks.contract.scenario import CASES, Scenario
from tests.listeners.networks.contract.scenarios import SCENARIOS
from tests.listeners.networks.contract.world import world_of


def test_every_network_has_a_scenario() -> None:
    proven = {one.network for one in SCENARIOS.values()}
    assert sorted(proven) == sorted(NETWORKS), "write its scenario: see CONTRIBUTING.md"


def test_every_case_is_proven_or_said_to_be_impossible() -> None:
    assert set(PROOFS) == set(CASES)
    for name, scenario in SCENARIOS.items():
        assert set(scenario.impossible) <= set(CASES), name
        assert all(why.strip() for why in scenario.impossible.values()), name


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_listener_says_what_it_does(name: str) -> None:
    """Edits and deletions that are proven here are shown to people as what it can do."""
    scenario = SCENARIOS[name]
    capability = listener_class(scenario.network).capability
    assert capability.edits >= ("edit" not in scenario.impossible)
    assert capability.deletions >= ("delete" not in scenario.impossible)


OFTEN = {"crash": ("crash at every page",), "changes": CHANGES, "damage": DAMAGE}
SELDOM = {
    "refusals": REFUSALS,
    **{
        case: (case,)
        for case in ("duplicate", "out of order", "cursor too old", "cursor unreadable")
    },
}
"""What only ``make faults`` goes through, as it does every second way to hear a network."""


def test_every_case_is_tried() -> None:
    assert {case for cases in (*OFTEN.values(), *SELDOM.values()) for case in cases} == set(CASES)


def _trials() -> Iterator[pytest.ParameterSet]:
    for name, scenario in SCENARIOS.items():
        for title, cases in {**OFTEN, **SELDOM}.items():
            possible = tuple(case for case in cases if case not in scenario.impossible)
            seldom = title in SELDOM or scenario.is_variant
            marks = [pytest.mark.long] if seldom else []
            if possible:
                yield pytest.param(scenario, possible, id=f"{name}-{title}", marks=marks)


@pytest.mark.parametrize(("scenario", "cases"), list(_trials()))
async def test_contract(
    scenario: type[Scenario], cases: Sequence[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world_of(scenario(), tmp_path, monkeypatch) as world:
        for case in cases:
            try:
                await PROOFS[case](world)
            except AssertionError as error:
                raise AssertionError(f"{case}: {error}") from error
