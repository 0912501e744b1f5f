"""What in a Bluesky post can be followed, and where it stands in bytes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.model import Micros
from listeners.networks.bluesky.facets import facets_of, handles_in
from listeners.networks.bluesky.tid import Tids, is_tid

DIDS = {"anna.test": "did:plc:anna", "ben.example.com": "did:plc:ben"}


def followed(text: str) -> list[tuple[str, str]]:
    """The stretches that can be followed, cut out of the text's bytes, and where they lead."""
    found = []
    for facet in facets_of(text, DIDS):
        index: Any = facet["index"]
        features: Any = facet["features"]
        (feature,) = features
        said = text.encode()[index["byteStart"] : index["byteEnd"]].decode()
        leads = feature.get("did") or feature.get("uri") or f"#{feature['tag']}"
        found.append((said, leads))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", []),
        ("@anna.test hi", [("@anna.test", "did:plc:anna")]),
        ("é👍🏽 (@Anna.Test), yes", [("@Anna.Test", "did:plc:anna")]),
        ("mail me@anna.test or @nobody.test", []),
        ("@anna.test. @ben.example.com!",
         [("@anna.test", "did:plc:anna"), ("@ben.example.com", "did:plc:ben")]),
        ("@anna @anna.test@elsewhere.example", []),
        ("see https://a.example/x_(y).", [("https://a.example/x_(y)",) * 2]),
        ("https://a.example/x_y https://a.example/x",
         [("https://a.example/x_y",) * 2, ("https://a.example/x",) * 2]),
        ("https://a.example https://a.example", [("https://a.example",) * 2] * 2),
        ("https://a.example/@anna.test #ok", [("https://a.example/@anna.test",) * 2,
                                              ("#ok", "#ok")]),
        ("#Été! ＃rain, #1 #2026 #a1 #", [("#Été", "#Été"), ("＃rain", "#rain"), ("#a1", "#a1")]),
        ("a#b #" + "x" * 65, []),
        ("👨‍👩‍👧 #fête👩‍👩‍👦", [("#fête👩‍👩‍👦".partition("\u200d")[0],
                               "#fête👩‍👩‍👦".partition("\u200d")[0])]),
    ],
)  # fmt: skip
def test_what_can_be_followed(text: str, expected: list[tuple[str, str]]) -> None:
    assert followed(text) == expected


def test_the_handles_of_a_text() -> None:
    assert handles_in("@Anna.test and @anna.TEST, @ben.example.com") == (
        "anna.test",
        "ben.example.com",
    )


PIECES = st.sampled_from(
    ["@anna.test", "@ben.example.com", "https://a.example/é?x=1", "#tag", "#été",
     "👨‍👩‍👧‍👦", "e\u0301", "a\u0300\u0301", "🇫🇷", "日本", " ", "\n", "(", ")", ".", "z", "ﷺ"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=120), st.lists(PIECES, max_size=30).map("".join)))
def test_offsets_are_whole_characters_in_order_and_apart(text: str) -> None:
    data = text.encode("utf-8", "replace")
    before = 0
    for facet in facets_of(text, DIDS):
        index: Any = facet["index"]
        features: Any = facet["features"]
        assert before <= index["byteStart"] < index["byteEnd"] <= len(data)
        before = index["byteEnd"]
        said = data[index["byteStart"] : index["byteEnd"]].decode()
        (feature,) = features
        if "did" in feature:
            assert DIDS[said[1:].lower()] == feature["did"]
        elif "uri" in feature:
            assert said == feature["uri"]
        else:
            assert said[1:] == feature["tag"]


@given(st.lists(st.integers(0, 2**50), min_size=2, max_size=20))
def test_keys_rise_and_are_keys(times: list[int]) -> None:
    tids = Tids()
    made = [tids.new(Micros(time)) for time in times]
    assert all(is_tid(key) for key in made)
    assert made == sorted(set(made))


@pytest.mark.parametrize("key", ["", "3k", "zzzzzzzzzzzzz", "3K2WZQQBVFI27", "3n2wzqqbvfi27x"])
def test_what_is_no_key(key: str) -> None:
    assert not is_tid(key)


def test_a_key_of_the_network_is_one() -> None:
    assert is_tid("3n2wzqqbvfi27")
