"""Words of risk in English and French, and how seldom they are said for nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.model import AlertClass, Author, Post, Severity
from listeners.phrases import PhraseBook, listed
from listeners.risk import words
from listeners.risk.detection import drafts_of
from listeners.text import fold

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("HUBBUB_DATA", ROOT.parent / "shared" / "data"))

SAID: list[tuple[str, str]] = [
    ("boycott", "Time to #BoycottAcme people"),
    ("boycott", "Boycottez Acme !"),
    ("boycott", "N'achetez plus rien chez eux"),
    ("legal", "I'm taking you to court, Acme"),
    ("legal", "See my lawyer's letter: cease and desist"),
    ("legal", "J'ai déposé plainte contre Acme"),
    ("legal", "mise en demeure envoyée, prochaine étape le tribunal"),
    ("safety", "my Acme kettle caught fire this morning"),
    ("safety", "found a piece of glass in my Acme jam"),
    ("safety", "La bouilloire Acme a pris feu, direction les urgences"),
    ("safety", "we know where you live, watch your back"),
    ("safety", "On va cramer votre magasin"),
    ("hack", "Acme data breach: customer data leaked"),
    ("hack", "attention un faux compte se fait passer pour Acme"),
    ("press", "Hi, I'm a reporter at the Courier, request for comment"),
    ("press", "Journaliste au Courrier, je prépare un article sur Acme"),
    ("abuse", "fuck you @acme"),
    ("abuse", "vous êtes des connards"),
]


@pytest.mark.parametrize(("risk", "text"), SAID)
def test_what_is_said(risk: str, text: str) -> None:
    found = {finding.risk: finding for finding in words.find(text, ("Acme",))}

    assert risk in found
    finding = found[risk]
    sentence = finding.sentence
    assert text[finding.start : finding.end] in sentence.template.format(**sentence.values)


@pytest.mark.parametrize(
    "text",
    [
        "I love my Acme kettle",
        "fucking great kettle",
        "Quelle merde ce temps",
        "I recall the Acme kettle was on fire sales",
        "the lawyers' convention was lovely",
        "Bouilloire Acme : rapide et sûre",
    ],
)
def test_what_is_not(text: str) -> None:
    assert words.find(text, ("Acme",)) == ()


def test_in_a_long_text_only_what_stands_near_the_brand_counts() -> None:
    far = "Acme opened a shop. " + "Nothing else. " * 60 + "A car caught fire."
    near = "Nothing else. " * 60 + "An Acme kettle caught fire."

    assert words.find(far, ("Acme",)) == ()
    assert [finding.risk for finding in words.find(near, ("Acme",))] == ["safety"]


def test_one_hit_of_each_class_is_enough() -> None:
    found = words.find("boycott Acme, boycott it, see you in court", ("Acme",))
    assert [finding.risk for finding in found] == ["boycott", "legal"]


@pytest.mark.parametrize(
    ("text", "raised"),
    [
        ("my lawyer will write to Acme", [("legal", Severity.HIGH)]),
        ("boycott Acme", [("boycott", Severity.WARN)]),
        ("Acme, we know where you live", [("threat", Severity.HIGH)]),
        ("request for comment, Acme", []),
        ("fuck you Acme", []),
    ],
)
def test_which_words_raise_an_alert(text: str, raised: list[tuple[str, Severity]]) -> None:
    post = Post(network="n", native_id="1", author=Author(key="k"), text=text)

    drafts = drafts_of(words.find(text), "Acme", 3, post)

    assert [(draft.rule, draft.severity) for draft in drafts] == raised
    for draft in drafts:
        assert draft.alert_class is AlertClass.IMAGE
        assert "Acme" in draft.title.template.format(**draft.title.values)


def test_every_list_is_written_folded() -> None:
    for book in (words.BOYCOTT, words.LEGAL, words.SAFETY, words.HACK, words.PRESS, words.SWEAR):
        assert [phrase for phrase in book if fold(phrase) != phrase] == []


@pytest.mark.parametrize("language", ["english", "french"])
def test_ordinary_posts_seldom_hit(language: str) -> None:
    """Per 10,000 ordinary posts; they are not even about the brand."""
    ordinary = DATA / "umsab" / language / "train_text.txt"
    if not ordinary.exists():
        pytest.skip("labelled data not found; name its folder in HUBBUB_DATA")
    posts = ordinary.read_text().splitlines()
    counts: dict[str, int] = {}
    for text in posts:
        for finding in words.find(text):
            counts[finding.risk] = counts.get(finding.risk, 0) + 1

    per = {risk: round(10_000 * count / len(posts)) for risk, count in sorted(counts.items())}

    print(language, per)
    limits = {"boycott": 40, "legal": 60, "safety": 150, "hack": 70, "press": 40, "abuse": 200}
    assert all(per.get(risk, 0) <= limit for risk, limit in limits.items())


# --- phrases -------------------------------------------------------------------------------------


def test_phrases_match_whole_words_and_open_ends() -> None:
    book = PhraseBook({"a": ("refund*", "not working", "c++"), "b": ("refund",)})

    hits = book.find("refunded, not working; unrefund not workings c++ refund")

    assert [(hit.list, hit.phrase) for hit in hits] == [
        ("a", "refund"),
        ("a", "not working"),
        ("a", "c++"),
        ("a", "refund"),
        ("b", "refund"),
    ]


def test_lists_are_folded_and_unique() -> None:
    assert listed("Été,  a\n b , été,, ") == ("ete", "a b")


@given(text=st.text(max_size=200))
def test_hits_are_where_they_say(text: str) -> None:
    folded = fold(text)
    for hit in PhraseBook({"x": ("a", "e*", "?", "as is")}).find(folded):
        assert folded[hit.start : hit.end] == hit.phrase


def test_an_empty_book_finds_nothing() -> None:
    assert PhraseBook({}).find("anything") == ()
    assert PhraseBook({"x": ("", "*")}).find("anything *") == ()
