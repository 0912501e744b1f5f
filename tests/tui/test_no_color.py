"""Without colours everything is still said: by signs, words, reverse and bold."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.style import Style

from tests.tui.driving import driven
from tui.app import Hubbub
from tui.theme import ANSI_DARK, DARK, LIGHT, palette


@pytest.fixture
def _no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")


def cursor_styles(app: Hubbub) -> list[Style]:
    strips = app.screen._compositor.render_strips()
    return [
        segment.style or Style()
        for strip in strips
        for segment in strip
        if "❯" in segment.text and "Bluesky" in segment.text
    ]


@pytest.mark.usefixtures("_no_color")
async def test_the_cursor_is_reverse_and_bold(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        (style,) = cursor_styles(one.app)
        assert style.reverse
        assert style.bold


@pytest.mark.usefixtures("_no_color")
async def test_the_words_are_the_same_as_with_colours(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.same_frame("dashboard-120x40")


@pytest.mark.parametrize("theme", [DARK, LIGHT, ANSI_DARK])
def test_good_and_bad_never_look_alike(theme: str) -> None:
    styles = palette(theme)
    assert styles.positive.foreground != styles.negative.foreground
    assert styles.cursor != styles.ground


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_words_are_legible_on_their_ground(theme: str) -> None:
    styles = palette(theme)
    ground = styles.ground.background
    assert ground is not None
    for name in ("ink", "strong", "faint", "positive", "negative", "neutral", "accent", "ours"):
        colour = getattr(styles, name).foreground
        assert contrast(colour.rgb, ground.rgb) >= 4.5, name


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """WCAG 2.1 contrast of two colours."""

    def luminance(colour: tuple[int, int, int]) -> float:
        parts = [value / 255 for value in colour]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
