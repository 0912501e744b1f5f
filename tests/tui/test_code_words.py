"""Codes in sentences are said in the language spoken; what is no code stays as it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from listeners.model import Sentence
from tui.i18n import say, use_language


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    use_language("en")


@pytest.mark.parametrize(
    ("language", "values", "said"),
    [
        ("en", {"role": "vip"}, "VIP"),
        ("fr", {"role": "customer"}, "client"),
        ("fr", {"role": "neighbour"}, "neighbour"),
        ("fr", {"state": "failing"}, "en échec"),
        ("fr", {"risk": "leak, unheard of"}, "fuite, unheard of"),
        ("fr", {"name": "customer"}, "customer"),
        ("en", {"languages": "fr, ja, tlh"}, "French, Japanese, tlh"),
        ("en", {"lang": "fr"}, "fr"),
    ],
)
def test_a_code_is_said_in_words(language: str, values: dict[str, str], said: str) -> None:
    use_language(language)
    (name,) = values
    assert say(Sentence("{" + name + "}", values)) == said
