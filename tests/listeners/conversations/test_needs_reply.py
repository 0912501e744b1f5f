"""Needs a reply: every SUPPRESS and ASK rule, their order, English and French."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.conversations.needs_reply import MessageFacts, intents_of, judge
from listeners.model import HOUR, Label, Part
from tests.fake.cost import costs_less

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("HUBBUB_DATA", ROOT.parent / "shared" / "data"))


def facts(text: str = "Acme made a thing", **changes: Any) -> MessageFacts:
    return MessageFacts(text=text, names=("Acme",), **changes)


QUESTION = "Does it ship to Canada?"

RULES: list[tuple[str, bool, MessageFacts]] = [
    # SUPPRESS
    ("S1", False, facts(QUESTION, part=Part.OURS)),
    ("S2", False, facts(QUESTION, repost=True)),
    ("S3", False, facts("😍😍 !!", private=True)),
    ("S3", False, facts("@acme @bob", mentions_us=True)),
    ("S4", False, facts("Thanks a lot!", private=True)),
    ("S4", False, facts("@acme merci beaucoup 🙏", mentions_us=True)),
    ("S4", False, facts("Ok super, bonne journée", we_spoke=True)),
    ("S4", False, facts("Parfait merci Acme", we_spoke=True)),
    ("S4", False, facts("thanks it works now", addressed=True)),
    ("S5", False, facts(QUESTION, addressed=True, answered_since=True)),
    ("S6", False, facts(QUESTION, addressed=True, duplicate=True)),
    ("S7", False, facts(QUESTION, private=True, muted=True)),
    ("S8", False, facts(QUESTION, private=True, history=True)),
    ("S8", False, facts(QUESTION, age=72 * HOUR + 1)),
    ("S9", False, facts("New offer! Can you believe it?", automated=True)),
    ("S10", False, facts(QUESTION, part=Part.THIRD_PARTY)),
    # ASK
    ("A1", True, facts("hello", private=True)),
    ("A1", True, facts("I see", addressed=True)),
    ("A2", True, facts("nice colour @acme today", mentions_us=True)),
    ("A2", True, facts("that was on Monday then", we_spoke=True)),
    ("A3", True, facts(QUESTION)),
    ("A3", True, facts("anyone know how the Acme app syncs")),
    ("A3", True, facts("Est-ce que Acme livre en Suisse")),
    ("A3", True, facts("Acme vous livrez quand ?")),
    ("A3", True, facts("Pourquoi la livraison Acme est si longue", lang="fr")),
    ("A4", True, facts("please fix the Acme app")),
    ("A4", True, facts("Still waiting for my Acme parcel")),
    ("A4", True, facts("Toujours rien reçu de chez Acme")),
    ("A4", True, facts("Acme : l'appli ne marche plus")),
    ("A4", True, facts("My Acme order AB-12345 from Monday")),
    ("A4", True, facts("Commande n° 4471290 chez Acme")),
    ("A5", True, facts("Acme is a shame", label=Label.NEGATIVE, followers=10_000)),
    ("A5", True, facts("Acme is a shame", label=Label.NEGATIVE, engagement_rising=True)),
    ("A6", True, facts(role="journalist")),
    ("A6", True, facts(role="vip")),
    ("A7", True, facts("meh", rating=2)),
    ("A8", True, facts(risk=("legal",))),
    ("A9", True, facts("I'm leaving Acme for good")),
    ("A9", True, facts("Je résilie Acme demain")),
    ("A9", True, facts("thinking of buying an Acme kettle")),
    # DEFAULT
    ("D1", True, facts(direct_channel=True)),
    ("D2", False, facts()),
    ("D2", False, facts("Acme is a shame", label=Label.NEGATIVE, followers=200)),
    ("D2", False, facts(risk=("exposed",))),
    ("D2", False, facts(role="customer", rating=4)),
]


@pytest.mark.parametrize(
    ("code", "asks", "message"), RULES, ids=[f"{n}-{row[0]}" for n, row in enumerate(RULES)]
)
def test_the_rules(code: str, asks: bool, message: MessageFacts) -> None:
    need = judge(message)

    assert (need.reason.code, need.asks) == (code, asks)
    sentence = need.reason.sentence
    assert sentence.template.format(**sentence.values)


NOT_COURTESY = [
    "thanks for nothing",
    "merci pour rien",
    "great, another delay",
    "ok but when",
    "super lent votre site",
    "thanks, please call me",
    "merci de me rappeler",
    "thanks a lot for losing my parcel twice in a row",
    "ok et ma commande",
    "merci, mais toujours pas",
    "thanks?",
    "thanks but no",
    "merci mais bof",
]


@pytest.mark.parametrize("text", NOT_COURTESY)
def test_what_only_sounds_like_thanks_still_asks(text: str) -> None:
    assert judge(facts(text, addressed=True)).asks


def test_a_negative_courtesy_is_none() -> None:
    assert judge(facts("ok thanks", addressed=True, label=Label.NEGATIVE)).asks


@pytest.mark.parametrize("mark", ["?", "？", "؟"])
def test_a_lone_question_mark_is_a_question_and_not_an_emoji(mark: str) -> None:
    assert judge(facts(f"@acme {mark}", mentions_us=True)).asks


def test_a_picture_without_words_sent_to_us_asks() -> None:
    assert judge(facts("", private=True)).reason.code == "A1"


def test_a_question_mark_in_a_link_is_no_question() -> None:
    assert not judge(facts("Acme news https://example.org/?p=1&q=2")).asks


def test_a_shared_headline_is_not_a_question_to_us() -> None:
    link = "https://news.example/acme"
    assert not judge(facts(f"Will Acme survive the winter? {link}")).asks
    assert judge(facts(f"Can you tell me what this is, Acme? {link}")).asks


def test_of_an_article_only_the_title_is_read() -> None:
    body = "Acme grew. " * 120 + "Can you help me?"
    assert not judge(facts(body, title="Acme grew again")).asks
    assert judge(facts(body, title="How do I reset my Acme?")).asks
    assert judge(facts(body, title="Acme grew again", addressed=True)).asks


def test_intents_are_named_for_the_ranking() -> None:
    assert intents_of("How do I cancel my subscription? It doesn't work") == {
        "question", "leaving", "complaint", "request",
    }  # fmt: skip
    assert intents_of("Où acheter ?", "fr") == {"question", "purchase"}
    assert intents_of("a fine day") == frozenset()


@given(text=st.text(max_size=300), title=st.text(max_size=40), private=st.booleans())
def test_any_text_is_judged(text: str, title: str, private: bool) -> None:
    need = judge(MessageFacts(text=text, title=title, private=private))
    assert need.reason.code


@pytest.mark.parametrize(
    "text",
    ["help " * 40_000, "?" * 200_000, "@a" * 100_000, "order " * 30_000, "thanks " * 30_000,
     ". \n" * 60_000, "i can't" * 30_000, "😀" * 100_000],
    ids=lambda text: repr(text[:6]),
)  # fmt: skip
def test_hostile_lengths_cost_little(text: str) -> None:
    assert costs_less(2.0, lambda: judge(MessageFacts(text=text, private=True)))


# --- measured on labelled data -------------------------------------------------------------------


def test_openers_of_customers_are_found_and_ordinary_posts_left() -> None:
    """First customer messages against ordinary posts, text alone: recall, precision.

    The measure to meet is recall .83 with precision .82 ("? or request" on another draw).
    """
    care = DATA / "customer-care" / "dev.json"
    ordinary = DATA / "umsab" / "english" / "train_text.txt"
    if not care.exists() or not ordinary.exists():
        pytest.skip("labelled data not found; name its folder in HUBBUB_DATA")
    asking = [dialog["dialogContent"][0]["message"] for dialog in json.loads(care.read_text())]
    posts = random.Random(2).sample(ordinary.read_text().splitlines(), len(asking))

    hits = sum(judge(MessageFacts(text=text, lang="en")).asks for text in asking)
    false = sum(judge(MessageFacts(text=text, lang="en")).asks for text in posts)

    recall, precision = hits / len(asking), hits / (hits + false)
    print(f"recall {recall:.3f} precision {precision:.3f} of {len(asking)} + {len(posts)}")
    assert recall >= 0.85
    assert precision >= 0.78
    assert 2 * precision * recall / (precision + recall) >= 0.82


def test_ordinary_french_posts_are_left() -> None:
    """No French set with labels is known: at least the false hits are counted."""
    ordinary = DATA / "umsab" / "french" / "train_text.txt"
    if not ordinary.exists():
        pytest.skip("labelled data not found; name its folder in HUBBUB_DATA")
    posts = ordinary.read_text().splitlines()

    share = sum(judge(MessageFacts(text=text, lang="fr")).asks for text in posts) / len(posts)

    print(f"{share:.3f} of {len(posts)} ordinary French posts ask")
    assert share <= 0.08
