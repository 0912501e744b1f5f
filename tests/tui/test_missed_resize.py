"""A change of the terminal's size that nobody told us of: all screens take it, and come to rest."""

from __future__ import annotations

from pathlib import Path

from textual.geometry import Size

from tests.tui.driving import driven, until


async def test_a_resize_that_was_missed_reaches_the_next_screen_too(tmp_path: Path) -> None:
    async with driven(tmp_path, (80, 24)) as one:
        real = Size(120, 40)
        for _look in range(2):
            one.app._look_at_size(real)
        await until(lambda: one.app.size == real and one.screen.size == real)
        await one.press("r")
        assert one.screen.size == real
        assert len(one.frame().split("\n")[0]) > 80
        await one.press("escape")
        assert one.screen.size == real
