"""Lines are wrapped at words, and French signs stay with the word they belong to."""

from __future__ import annotations

import pytest
from textual.style import Style

from tui.theme import PLAIN
from tui.widgets.paint import text_of, wrapped

BOLD = Style(bold=True)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("aaa bbb ccc", 8, ["aaa bbb", "ccc"]),
        ("aaa bbb\u202f; ccc", 8, ["aaa", "bbb\u202f;", "ccc"]),
        ("aaa bbb\u00a0: ccc", 8, ["aaa", "bbb\u00a0:", "ccc"]),
        ("dit «\u202fYouTube\u202f» ici", 12, ["dit", "«\u202fYouTube\u202f»", "ici"]),
        # What has no room at all is cut all the same.
        ("\u00a0".join("abcdef"), 5, ["a\u00a0b\u00a0c", "\u00a0d\u00a0e\u00a0", "f"]),
    ],
)
def test_nothing_is_torn_at_a_no_break_space(text: str, width: int, lines: list[str]) -> None:
    made = wrapped([(text, PLAIN)], width)
    assert [text_of(line).rstrip(" ") for line in made] == lines


def test_styles_stay_with_their_words() -> None:
    made = wrapped([("un «\u202f", PLAIN), ("deux", BOLD), ("\u202f» trois", PLAIN)], 9)
    assert [(text, bool(style.bold)) for text, style in made[1]][1] == ("deux", True)
    assert [text_of(line).rstrip(" ") for line in made] == ["un", "«\u202fdeux\u202f»", "trois"]
