"""What a text says: words, phrases, hashtags and emoji, and how they are mostly written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.voice.cutting import KINDS, LONGEST, Cutter, Term, own_words


def said(text: str, kind: str, *tags: str, own: tuple[str, ...] = ()) -> list[str]:
    cutter = Cutter(own)
    cut = cutter.cut(text, tags)
    return sorted(cutter.written(Term(kind, one)) for one in cut.said(kind))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The brakes failed AGAIN and again", ["brakes", "failed"]),
        ("Brakes, brakes, BRAKES!", ["brakes"]),
        ("L’application plante, l'appli rame", ["appli", "application", "plante", "rame"]),
        ("qu'elles jusqu'ici d'essence n'essaie", ["essaie", "essence"]),
        ("the customer's refund isn't here", ["customer", "refund"]),
        ("write to press@acme.example or see https://acme.example/refund?x=1", ["write"]),
        ("@bob@social.example and @ana: refund, u/someone r/bikes", ["refund"]),
        ("25 km/h, 4711, A4 and v2", []),
        ("an e-bike for 3rd parties", ["e-bike", "parties"]),
        ("オーロラの日本発売はいつですか", []),
        ("refund" + "x" * 60, []),
        ("…!? ½ ² ™", []),
        ("", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert said(text, "word") == words


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("the rear brake failed", ["brake failed", "rear brake"]),
        ("rear, brake. failed", []),
        ("rear\nbrake", []),
        ("rear @bob brake", []),
        ("rear the brake", []),
        ("une panne de moteur", ["panne de moteur"]),
        ("panne d'essence", ["panne d'essence"]),
        ("panne l'essence", []),
        ("garantie à vie", ["garantie à vie"]),
        ("lost a wheel", []),
        ("out of stock", []),
        ("brake brake", []),
        ("panne de de moteur", []),
        ("panne de", []),
        ("the shop's window shop", ["window shop"]),
        ("rear Aurora brake", []),
    ],
)
def test_phrases(text: str, phrases: list[str]) -> None:
    assert said(text, "phrase", own=("Aurora Bikes",)) == phrases


def test_hashtags_and_emoji() -> None:
    text = "Tout va bien #VéloTaf #aurorabikes 👍🏽👍 ❤️ 🇫🇷🇧🇪 ⌚ © ™ ↓"
    assert said(text, "tag", "#Brakegate", "1234", own=("Aurora Bikes",)) == [
        "#1234",
        "#Brakegate",
        "#VéloTaf",
    ]
    assert said(text, "emoji") == sorted(["👍", "❤", "🇫🇷", "🇧🇪", "⌚"])
    assert said("#refund now", "word") == []
    assert said("", "tag", "\x1b]0;pwned\x07", "[b]", "##", "") == ["#0pwned", "#b"]


def test_what_is_ours_is_left_out() -> None:
    assert own_words(["Aurora Bikes", "#MatinAurora", ""]) == {
        "aurora", "bikes", "aurorabikes", "matinaurora"
    }  # fmt: skip
    assert said("Aurora's bikes and AURORABIKES brakes", "word", own=("Aurora Bikes",)) == [
        "brakes"
    ]


def test_a_word_is_written_as_most_write_it() -> None:
    cutter = Cutter()
    for text in ("le vélo", "un VÉLO", "velo", "marché", "marche marche"):
        cutter.cut(text)
    assert cutter.written(Term("word", "velo")) == "vélo"
    assert cutter.written(Term("word", "marche")) == "marche"
    assert cutter.written(Term("phrase", "velo marche")) == "vélo marche"
    assert cutter.written(Term("word", "never-seen")) == "never-seen"


def test_what_is_beyond_the_longest_text_is_not_looked_at() -> None:
    assert said("a " * LONGEST + "brakes", "word") == []


@given(st.text(max_size=300), st.lists(st.text(max_size=20), max_size=3))
def test_nothing_a_stranger_writes_breaks_it(text: str, tags: list[str]) -> None:
    cutter = Cutter(["Aurora"])
    cut = cutter.cut(text, tags)
    for kind in KINDS:
        for one in cut.said(kind):
            assert one
            assert cutter.written(Term(kind, one)).strip()
    assert "aurora" not in cut.said("word")
