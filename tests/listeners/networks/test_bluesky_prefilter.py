"""The look at the raw bytes never says no to what the full test would let through."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from listeners.config import BrandConfig
from listeners.model import SECOND, Micros
from listeners.networks.bluesky.prefilter import Prefilter, needed_words
from listeners.networks.bluesky.record import UnreadableError
from listeners.networks.bluesky.sieve import Sieve
from listeners.query import parse
from tests.fake.jetstream import record, reply_to, uri

NOW = Micros(1_790_000_000 * SECOND)
US = "did:plc:us"

QUERIES = [
    "acme", "acmé", '"acme corp"', "#acme", "@acme.example", "site:acme.example", "acme*",
    'raw:"Acme++"', "acme AND (corp OR shop)", "acme OR corp", "acme NOT corp", "NOT corp",
    "acme NEAR/3 corp", "from:anna", "lang:fr", "lang:fr AND acme", "кофе", "漢字", "acme OR 漢字",
    'raw:"+"', "x", "ik", 'raw:"C"',
]  # fmt: skip

PIECES = st.sampled_from([
    "acme", "ACME", "Acme", "acm", "e", "corp", "shop", "++", "+", " ", " ", "\n", '"', "\\", "/",
    "á", "e\u0301", "c\u0327", "\u200b", "\u200d", "\ufe0f", "\u00ad", "\u2060", "\u0301", "ſ",
    "\u212a", "i", "İ", "ı", "’", "…", "—", "\u202e", "🙂", "漢字", "が", "кофе", "é", "Å", "ﬁ",
    "\U0003fff0", "\u0378", "ａ", "#acme", "@acme.example", "https://acme.example/x", "\x1b[1m",
])  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=2), max_size=8).map("".join)


def body(text: str, around: str) -> dict[str, object]:
    card = {"external": {"uri": "https://n.example", "title": around, "description": ""}}
    tag = {"features": [{"$type": "app.bsky.richtext.facet#tag", "tag": around}]}
    return record(text, NOW, langs=["fr"], embed=card, facets=[tag])


@given(st.sampled_from(QUERIES), TEXTS, TEXTS, st.booleans())
@example("acme", "ac\u200bme", "", False)
@example("acme", "ácme", "", False)
@example("acme", "ácme", "", True)
@example("ik", "i\u212a", "", False)
@example("acme", "ac\U0003fff0me", "", False)
@example("acme", "", "acme", True)
@settings(max_examples=1500)
def test_a_no_is_sure(query: str, text: str, around: str, escaped: bool) -> None:
    brand = BrandConfig(name="Acme", query=query)
    with_filter, without = Sieve("k", [brand]), Sieve("k", [brand])
    without._prefilter = Prefilter([parse("NOT x")], ())
    raw = json.dumps(body(text, around), ensure_ascii=escaped).encode("utf-8", "surrogatepass")
    try:
        full = without.post("did:plc:anna", "r", raw, NOW)
    except UnreadableError:
        return
    assert with_filter.post("did:plc:anna", "r", raw, NOW) == full


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("acme", {"acme"}),
        ('"acme corporation"', {"corporation"}),
        ("acme OR corp", {"acme", "corp"}),
        ("acme AND corporation", {"corporation"}),
        ("acme NOT corp", {"acme"}),
        ("@acme.example", {"example"}),
        ("acmé*", {"acme"}),
        ("NOT acme", None),
        ("from:anna", None),
        ("acme OR from:anna", None),
        ("acme AND from:anna", {"acme"}),
        ("漢字", None),
        ("x", None),
    ],
)
def test_the_words_a_query_needs(query: str, words: set[str] | None) -> None:
    assert needed_words(parse(query).root) == words


@pytest.mark.parametrize(
    ("text", "concerns"),
    [
        ("good morning", False),
        ("don’t — “you” think… 🙂", False),
        ("おはよう acm e", False),
        ("доброе утро", False),
        ("ACME!", True),
        ("acmeology", True),
        ("café", True),
        ("a\u200bb", True),
    ],
)
def test_most_posts_are_settled_by_their_bytes(text: str, concerns: bool) -> None:
    prefilter = Prefilter([parse("acme")], [US])
    raw = json.dumps(record(text, NOW), ensure_ascii=False).encode()
    assert prefilter.may_concern(raw) is concerns


def test_our_accounts_always_concern_us() -> None:
    prefilter = Prefilter([parse("acme")], [US])
    raw = json.dumps(record("hm", NOW, **reply_to(uri(US, "1")))).encode()
    assert prefilter.may_concern(raw)
    assert not Prefilter([parse("acme")], []).may_concern(raw)
