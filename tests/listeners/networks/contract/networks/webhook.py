"""The inbound webhook, which asks nobody: see ``test_inbound.py`` for what it bears."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from tests.listeners.networks.contract import scenario


class Scenario(scenario.Scenario):
    network = "webhook"
    impossible: ClassVar[Mapping[str, str]] = dict.fromkeys(
        scenario.CASES, "it asks nobody: others hand in, and send again what was not kept"
    )
