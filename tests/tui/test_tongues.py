"""Names of languages: their own in a list, the interface's in a sentence."""

from __future__ import annotations

import pytest

from tui import tongues


@pytest.mark.parametrize(
    ("code", "own", "here"),
    [
        ("fr", "français", "French"),
        ("pt-BR", "português", "Portuguese"),
        ("EN", "English", "English"),
        ("tlh", "tlh", "tlh"),
        ("", "", ""),
    ],
)
def test_a_language_has_a_name_to_choose_and_one_to_say(code: str, own: str, here: str) -> None:
    assert (tongues.tongue(code), tongues.tongue_here(code)) == (own, here)


def test_a_sentence_names_it_in_the_language_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tongues, "_", {"German": "allemand"}.get)
    assert tongues.tongue_here("de") == "allemand"
    assert tongues.tongue("de") == "Deutsch"


def test_whatever_can_be_chosen_can_be_said() -> None:
    for code in tongues.tongues([]):
        assert tongues.tongue_here(code) != code
