"""How hubbub stands with each network, in words: nothing is an empty pane."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listeners.config import SourceConfig
from listeners.model import Sentence, SourceState
from listeners.networks.contract import Capability
from listeners.networks.registry import capabilities
from tui.commands.sources import never_heard
from tui.network_state import FINE, network_standing

OPEN = Capability(network="open", title="Open", works_without_key=True)
SHUT = Capability(network="shut", title="Shut", needs=Sentence("The number of your page."))
ROW = never_heard(SourceConfig(network="open", what="words"))


@pytest.mark.parametrize(
    ("capability", "words"),
    [
        (OPEN, "not listened to · no key needed"),
        (SHUT, "not listened to · needs a key · The number of your page."),
    ],
)
def test_a_network_nobody_configured_says_what_it_needs(capability: Capability, words: str) -> None:
    assert network_standing(capability, ()) == (False, words)


@pytest.mark.parametrize("state", list(SourceState))
def test_every_state_is_said_with_what_to_do(state: SourceState) -> None:
    fine, words = network_standing(OPEN, [replace(ROW, state=state)])
    assert fine is (state in FINE)
    assert words.count(" · ") == (1 if fine else 2)


def test_the_source_in_trouble_speaks_for_its_network() -> None:
    trouble = replace(ROW, state=SourceState.TOKEN_EXPIRED, detail=Sentence("Refused."))
    fine, words = network_standing(OPEN, [replace(ROW, state=SourceState.OK), trouble])
    assert (fine, words) == (False, "2 sources · token expired · Refused.")


def test_every_network_says_how_it_stands() -> None:
    for capability in capabilities():
        assert network_standing(capability, ())[1]
