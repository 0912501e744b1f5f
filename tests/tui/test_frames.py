"""What each screen looks like, as text: a change of the picture is seen in the review.

``HUBBUB_FRAMES=write`` keeps the new pictures; look at each of them before you commit it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.driving import driven

SIZES = [(80, 24), (120, 40), (200, 60)]
PICTURES = [
    ("dashboard", ()),
    ("alerts", ("2",)),
    ("conversation", ("enter",)),
    ("alert", ("2", "enter")),
    ("search", ("slash", *"brakes")),
    ("search-fault", ("slash", *"brakes AND (")),
    ("snooze", ("s",)),
    ("filter", ("f",)),
    ("history", ("H",)),
]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(("name", "keys"), PICTURES, ids=[name for name, _ in PICTURES])
async def test_the_picture_is_the_one_kept(
    tmp_path: Path, name: str, keys: tuple[str, ...], size: tuple[int, int]
) -> None:
    async with driven(tmp_path, size) as one:
        await one.press(*keys)
        await one.same_frame(f"{name}-{size[0]}x{size[1]}")


@pytest.mark.parametrize("size", [(60, 16), (59, 16), (80, 40), (100, 30)])
async def test_sizes_between_have_their_pictures_too(tmp_path: Path, size: tuple[int, int]) -> None:
    async with driven(tmp_path, size) as one:
        await one.same_frame(f"dashboard-{size[0]}x{size[1]}")


async def test_an_empty_dashboard_says_what_to_do(tmp_path: Path) -> None:
    async with driven(tmp_path, filled=False) as one:
        await one.same_frame("empty-120x40")


@pytest.mark.parametrize(("name", "keys"), [("sentiment", ("3",)), ("mentions", ("4",))])
async def test_a_panel_without_room_fills_a_small_screen(
    tmp_path: Path, name: str, keys: tuple[str, ...]
) -> None:
    async with driven(tmp_path, (80, 24)) as one:
        await one.press(*keys)
        await one.same_frame(f"{name}-80x24")
