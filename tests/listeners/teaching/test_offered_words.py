"""The words of a post that are offered for teaching, and their order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.config import BrandConfig
from listeners.teaching.offering import heavy_words, offered_words
from listeners.teaching.words import refused_word

BRAND = BrandConfig(name="Aurora Bikes", names=("Joy Cola",), languages=("en", "fr", "de"))


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        # As they are kept: no name, no address, no handle, each once; small words last.
        ("Joy Cola is a KILLER — “killer”, https://x.example @ana 🔥", ("killer", "is")),
        # What made the verdict comes first, the heaviest on top, a phrase as a phrase.
        (
            "Toujours en panne, et le vendeur est gentil",
            ("gentil", "en panne", "toujours", "panne", "vendeur", "en", "et", "le", "est"),
        ),
        # An elided article does not double the word, nor is “c'est” worth more than “est”.
        ("C’est l’arnaque", ("arnaque", "c'est")),
        ("Kommt die Gabel für mein Rad?", ("kommt", "gabel", "rad", "die", "für", "mein")),
        ("Update 4.2 bricked my lever", ("update", "bricked", "lever", "4.2", "my")),
        ("", ()),
    ],
)  # fmt: skip
def test_the_likeliest_words_come_first(text: str, offered: tuple[str, ...]) -> None:
    assert tuple(offered_words(text, BRAND, heavy_words(text, BRAND))) == offered


def test_a_taught_word_weighs_here_too() -> None:
    text = "The new display is great"
    assert heavy_words(text, BRAND) == ("great",)
    assert heavy_words(text, BRAND, {"display": -4.0}) == ("display", "great")
    assert heavy_words("Joy Cola", BRAND) == ()


@settings(max_examples=25, deadline=None)
@given(text=st.text(max_size=60), heavy=st.lists(st.text(max_size=12), max_size=3))
def test_whatever_is_offered_can_be_taught(text: str, heavy: list[str]) -> None:
    offered = offered_words(text, BRAND, heavy)
    assert len(set(offered)) == len(offered)
    assert all(refused_word(word, BRAND) is None for word in offered)
