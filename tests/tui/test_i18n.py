"""Language choice, sentences, catalogues."""

from __future__ import annotations

import io
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from listeners.model import Sentence
from tui import i18n, language
from tui.words import _WORDS, word

PO = Path(language.LOCALE) / "fr" / "LC_MESSAGES" / "hubbub.po"


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    i18n.use_language("en")


@pytest.mark.parametrize(
    ("configured", "environment", "spoken"),
    [
        ("fr", {"LANG": "en_GB.UTF-8"}, "fr"),
        ("en", {"LANG": "fr_FR.UTF-8"}, "en"),
        ("", {"HUBBUB_LANG": "fr", "LC_ALL": "en_US"}, "fr"),
        ("", {"LC_ALL": "fr_CA.UTF-8", "LANG": "en_GB"}, "fr"),
        ("", {"LC_MESSAGES": "fr", "LANG": "en_GB"}, "fr"),
        ("", {"LANG": "fr_FR.UTF-8"}, "fr"),
        ("", {"LC_ALL": "", "LANG": "fr_BE"}, "fr"),
        ("", {"LC_ALL": "C", "LANG": "fr_FR"}, "en"),
        ("", {"LANG": "de_DE.UTF-8"}, "en"),
        ("", {"LANG": "POSIX"}, "en"),
        ("", {"HUBBUB_LANG": "FR-ca"}, "fr"),
        ("", {}, "en"),
    ],
)
def test_the_first_wish_that_is_set_decides(
    configured: str, environment: dict[str, str], spoken: str
) -> None:
    assert i18n.choose_language(configured, environment) == spoken


def test_an_unknown_language_speaks_english() -> None:
    i18n.use_language("de")
    assert i18n.language() == "en"
    assert i18n._("Quit") == "Quit"


def test_the_empty_text_stays_empty() -> None:
    i18n.use_language("fr")
    assert i18n._("") == ""


def test_a_sentence_is_said_with_its_values_cleaned() -> None:
    said = i18n.say(Sentence("{who} wrote.", {"who": "A\x1b]0;owned\x07na\x1b[2J\u202e\nx"}))
    assert said == "Ana x wrote."


def test_braces_in_a_value_are_text() -> None:
    assert i18n.say(Sentence("{who}!", {"who": "{0.__class__} {x}"})) == "{0.__class__} {x}!"


@pytest.mark.parametrize("template", ["{missing} here", "{0} here", "{a", "{n:%q}", "{n.real.x}"])
def test_a_broken_sentence_is_shown_rather_than_raised(template: str) -> None:
    assert i18n.say(Sentence(template, {"n": 1})) == template


def test_numbers_in_a_sentence_follow_the_language() -> None:
    sentence = Sentence("{x:.1f} of {n:,}, {n} and {f}", {"x": 2.5, "n": 12345, "f": 0.25})
    assert i18n.say(sentence) == "2.5 of 12,345, 12345 and 0.25"
    i18n.use_language("fr")
    assert i18n.say(sentence) == "2,5 of 12\u202f345, 12345 and 0,25"


def test_every_word_of_the_types_is_known() -> None:
    for kind in {type(member) for member in _WORDS}:
        for member in kind:
            assert word(member)


# --- catalogues ---------------------------------------------------------------------------------


def catalogue() -> Catalog:
    if not PO.exists():
        pytest.skip("the French catalogue is not written yet")
    with PO.open("rb") as file:
        return read_po(file, locale="fr", domain="hubbub")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_text_is_translated_and_none_is_guessed() -> None:
    missing = [
        message.id
        for message in catalogue()
        if message.id
        and (message.fuzzy or not (all(message.string) if message.pluralizable else message.string))
    ]
    assert missing == []


def test_translations_keep_the_placeholders() -> None:
    for message in catalogue():
        ids = message.id if message.pluralizable else (message.id,)
        strings = message.string if message.pluralizable else (message.string,)
        if not message.id or not all(strings):
            continue
        wanted = set().union(*(placeholders(text) for text in ids))
        for text in strings:
            assert placeholders(text) <= wanted, text
        assert placeholders(strings[-1]) == placeholders(ids[-1]), strings[-1]


def test_the_compiled_catalogue_is_the_written_one() -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue())
    assert PO.with_suffix(".mo").read_bytes() == compiled.getvalue()


def test_the_catalogue_holds_every_text_of_the_code() -> None:
    from tests.contracts.messages import texts_of_the_code

    known = {
        text
        for message in catalogue()
        for text in (message.id if message.pluralizable else (message.id,))
    }
    assert sorted(texts_of_the_code() - known) == []


def test_french_counts_zero_as_one() -> None:
    if not PO.exists():
        pytest.skip("the French catalogue is not written yet")
    header = PO.read_text(encoding="utf-8")
    assert re.search(r"Plural-Forms: nplurals=2; plural=\(n > 1\)", header)
