"""The words of a verdict are found again where they stand in the text as it was written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.sentiment import explain, marks


def drawn(text: str, lang: str, mask: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    found = marks(text, explain(text, lang=lang, mask=mask).read, mask)
    return [(text[mark.start : mark.end], mark.role) for mark in found]


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        (
            "It isn’t a very good app",
            "en",
            [("isn’t", "turns"), ("very", "raises"), ("good", "weighs")],
        ),
        ("GREAT and great", "en", [("GREAT", "weighs"), ("great", "weighs")]),
        ("Ce n’est pas très bon", "fr", [("pas", "turns"), ("très", "raises"), ("bon", "weighs")]),
        ("so so", "en", []),
        ("😡 again", "en", [("😡", "weighs")]),
    ],
)
def test_words_are_marked(text: str, lang: str, expected: list[tuple[str, str]]) -> None:
    assert drawn(text, lang) == expected


def test_a_name_is_marked_and_weighs_nothing() -> None:
    assert drawn("@United is great, United!", "en", ("United",)) == [
        ("@United", "name"),
        ("great", "weighs"),
        ("United", "name"),
    ]


def test_the_second_of_two_words_is_found_after_the_first() -> None:
    text = "good? not good"
    found = marks(text, explain(text, lang="en").read)
    assert [mark.start for mark in found] == [0, 6, 10]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="İßéＡ’'@#&;😡🏽 not very good bad Lune.,!\n", max_size=80))
def test_marks_never_overlap_nor_leave_the_text(text: str) -> None:
    for lang in ("en", "fr"):
        end = 0
        for mark in marks(text, explain(text, lang=lang, mask=("Lune",)).read, ("Lune",)):
            assert end <= mark.start < mark.end <= len(text)
            end = mark.end
