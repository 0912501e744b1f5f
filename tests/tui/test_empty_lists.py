"""What an empty queue says: never calm while places cannot be heard, never cut off."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from listeners.model import SourceState
from listeners.rows import SourceRow
from tests.tui.driving import driven
from tests.tui.test_sources_screen import row
from tui.theme import DARK, palette
from tui.widgets.empty import empty_queue
from tui.widgets.paint import text_of

OK, LOCKED = SourceState.OK, SourceState.NEEDS_TOKEN


def said(*states: SourceState) -> str:
    sources: list[SourceRow] = [replace(row(), id=at, state=one) for at, one in enumerate(states)]
    keys = {"panel.sources": "5", "panel.mentions": "4"}
    lines = empty_queue(sources, 3, keys.__getitem__, palette(DARK))
    return "\n".join(text_of(line) for line in lines)


@pytest.mark.parametrize(
    ("states", "deaf"),
    [
        ((OK,), ""),
        ((OK, SourceState.OFF, SourceState.RATE_LIMITED), ""),
        ((OK, LOCKED), "5 shows why 1 source is not heard"),
        ((OK, LOCKED, SourceState.FAILING), "5 shows why 2 sources are not heard"),
    ],
)
def test_calm_names_the_places_that_are_not_heard(
    states: tuple[SourceState, ...], deaf: str
) -> None:
    told = said(*states)
    assert "Nothing needs you." in told
    assert ("not heard" in told, deaf in told) == (bool(deaf), True)


async def test_what_an_empty_list_says_is_wrapped_and_not_cut(tmp_path: Path) -> None:
    async with driven(tmp_path, (60, 16), filled=False) as one:
        long = "Nothing is here, and this is said in a sentence that needs two lines or three."
        one.screen.queue.say_empty([[(long, palette(DARK).faint)], []])
        await one.settled()
        frame = one.frame()
        assert "two lines or three." in frame
        assert "…" not in frame
