"""All scenarios, by name: one file a network, found by looking."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

from tests.listeners.networks.contract import networks
from tests.listeners.networks.contract.scenario import Scenario


def _found() -> Mapping[str, type[Scenario]]:
    names = sorted(module.name for module in pkgutil.iter_modules(networks.__path__))
    modules = (importlib.import_module(f"{networks.__name__}.{name}") for name in names)
    return dict(zip(names, (module.Scenario for module in modules), strict=True))


SCENARIOS: Mapping[str, type[Scenario]] = _found()
