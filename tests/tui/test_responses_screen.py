"""The response report on the screen: figures, their rows, and the way to a conversation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.tui.driving import driven, listed
from tui.screens.conversation import ConversationScreen
from tui.screens.responses import ResponsesScreen


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}")
async def test_the_figures_and_their_rows(tmp_path: Path, size: tuple[int, int]) -> None:
    async with driven(tmp_path, size) as hub:
        await hub.press("e", "j", "e", "7")
        assert isinstance(hub.screen, ResponsesScreen)
        await hub.same_frame(f"responses_{size[0]}")


async def test_a_figure_leads_to_its_rows_and_a_row_to_its_conversation(tmp_path: Path) -> None:
    async with driven(tmp_path) as hub:
        first = _queue(hub.screen)[0]
        await hub.press("e", "7")
        groups = hub.frame()
        await hub.press("f")
        assert "by member" in hub.frame()
        assert "by network" in groups
        for _ in range(len(hub.screen.groups.state)):
            if "behind it: Ana" in hub.frame():
                break
            await hub.press("j")
        await hub.press("enter")
        assert hub.screen.list.has_focus
        behind = [hub.screen.list.known(row).response.conversation for row in listed(hub.screen)]
        assert behind == [first]
        await hub.press("g", "enter")
        assert isinstance(hub.screen, ConversationScreen)
        await hub.press("escape")
        assert isinstance(hub.screen, ResponsesScreen)
        await hub.press("escape")
        assert hub.screen.groups.has_focus
        await hub.press("escape")
        assert not isinstance(hub.screen, ResponsesScreen)


async def test_another_stretch_of_time(tmp_path: Path) -> None:
    async with driven(tmp_path) as hub:
        await hub.press("7", "w")
        assert "28 days" in hub.frame()
        await hub.press("w", "w")
        assert "24 hours" in hub.frame()


async def test_an_empty_store_says_so(tmp_path: Path) -> None:
    async with driven(tmp_path, filled=False) as hub:
        await hub.press("7")
        assert "No answer was given in this time" in hub.frame()


def _queue(screen: Any) -> list[int]:
    return list(screen.queue.state.ids)
