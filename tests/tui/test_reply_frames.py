"""What writing a reply looks like; ``HUBBUB_FRAMES=write`` keeps the new pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.test_replies_sent import palette, uncertain
from tests.tui.test_reply_screen import ANA, desk_of, write_to

SIZES = [(80, 24), (120, 40), (200, 60)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_a_reply_looks_like_the_picture_kept(tmp_path: Path, size: tuple[int, int]) -> None:
    async with desk_of(tmp_path, size) as (one, _voice):
        screen = await write_to(one, ANA)
        screen.box.insert("We are on it, see https://x.example/orders/4711 for where it is.")
        await one.same_frame(f"reply-{size[0]}x{size[1]}")


async def test_the_question_before_sending_looks_like_the_picture_kept(tmp_path: Path) -> None:
    async with desk_of(tmp_path, (80, 24)) as (one, _voice):
        await write_to(one, ANA, *"On it", "ctrl+s")
        await one.same_frame("reply-send-80x24")


async def test_the_templates_offered_look_like_the_picture_kept(tmp_path: Path) -> None:
    async with desk_of(tmp_path, (80, 24)) as (one, _voice):
        await write_to(one, ANA, "ctrl+t", "down")
        await one.same_frame("reply-template-80x24")


@pytest.mark.parametrize("size", SIZES[:2], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_replies_sent_look_like_the_picture_kept(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with desk_of(tmp_path, size, prepare=uncertain) as (one, _voice):
        await palette(one, "replies s")
        await one.same_frame(f"replies-sent-{size[0]}x{size[1]}")
