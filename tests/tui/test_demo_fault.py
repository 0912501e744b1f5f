"""A demonstration that cannot go on says so: an empty screen would look like a calm day."""

from __future__ import annotations

from pathlib import Path

import pytest

from listeners.demo import Player
from tests.tui.driving import driven, until
from tui.commands.demo import tell


class BrokenPlayer(Player):
    async def prepare(self) -> None:
        raise ValueError("a broken page of the story")


async def test_a_story_that_breaks_off_is_said(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        assert "Something failed here" not in one.frame()
        with pytest.raises(ValueError, match="broken page"):
            await tell(BrokenPlayer(one.store, seconds=1), one.app)
        await until(lambda: "Something failed here" in one.frame())
