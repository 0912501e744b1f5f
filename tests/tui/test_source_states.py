"""Every state a source can be in, on the source screen: said in a word, and what to do about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from listeners.model import MINUTE, Micros, SourceState
from listeners.store import Connection, Store
from listeners.store.sources import NewSource, register_sources, set_source_state
from tests.tui.driving import driven
from tests.tui.seeded import NOW
from tui.i18n import use_language
from tui.sources import mend
from tui.words import word


async def one_of_each(store: Store) -> Any:
    """Store a source in each state."""

    async def work(connection: Connection) -> None:
        new = [NewSource(f"reddit:{one.value}", "reddit", one.value) for one in SourceState]
        numbers = await register_sources(connection, new, NOW)
        for state in SourceState:
            until = Micros(NOW + 5 * MINUTE) if state is SourceState.RATE_LIMITED else None
            number = numbers[f"reddit:{state.value}"]
            await set_source_state(connection, number, state, NOW, until=until)

    await store.write(work)


@pytest.mark.parametrize("language", ["en", pytest.param("fr", marks=pytest.mark.long)])
async def test_every_state_is_pictured_with_what_to_do(tmp_path: Path, language: str) -> None:
    try:
        async with driven(tmp_path, (80, 24), filled=False, prepare=one_of_each) as hub:
            use_language(language)
            await hub.press("5")
            seen: set[SourceState] = set()
            for _ in SourceState:
                row = hub.screen.list.row
                frame = hub.frame()
                said = " ".join(frame.replace("│", " ").split())
                assert word(row.state) in said
                assert " ".join(mend(row).split()[:4]) in said
                seen.add(row.state)
                await hub.press("j")
        assert seen == set(SourceState)
    finally:
        use_language("en")
