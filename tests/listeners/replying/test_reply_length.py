"""How long a reply is, counted as each network counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.networks.replying import ReplyLimit, Unit
from listeners.replying.length import count, excess_unit, over

BLUESKY = ReplyLimit(maximum=300, unit="graphemes", max_bytes=3000)
MASTODON = ReplyLimit(maximum=500, unit="graphemes", link_length=23, remote_mentions=True)


def in_units(unit: Unit) -> ReplyLimit:
    return ReplyLimit(maximum=10, unit=unit)


@pytest.mark.parametrize(
    ("text", "graphemes", "characters", "utf16", "octets"),
    [
        ("", 0, 0, 0, 0),
        ("hello", 5, 5, 5, 5),
        ("été", 3, 3, 3, 5),
        ("e\u0301te\u0301", 3, 5, 5, 7),
        ("👍🏽", 1, 2, 4, 8),
        ("👨‍👩‍👧‍👦", 1, 7, 11, 25),
        ("🇫🇷🇧🇪", 2, 4, 8, 16),
        ("ก็", 1, 2, 2, 6),
        ("한국", 2, 2, 2, 6),
        ("a\r\nb", 3, 4, 4, 4),
        ("a\nb", 3, 3, 3, 3),
    ],
)
def test_every_unit(text: str, graphemes: int, characters: int, utf16: int, octets: int) -> None:
    assert count(text, in_units("graphemes")) == graphemes
    assert count(text, in_units("characters")) == characters
    assert count(text, in_units("utf16")) == utf16
    assert count(text, in_units("bytes")) == octets


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("see https://example.org/a/very/long/way/to/go?with=much&more=of#it", 4 + 23),
        ("https://a.be", 23),
        ("https://a.be https://a.be", 47),
        ("https://a.be/x https://a.be/x/y", 47),
        ("(https://a.be).", 23 + 3),
        ("@ana@social.example hello", 4 + 6),
        ("@ana@social.example, @bob: hi", 4 + 2 + 8),
        ("mail ana@social.example", 23),
        ("https://social.example/@ana@b.example", 23),
        ("no link: example.org", 20),
    ],
)
def test_mastodon_counts_links_and_far_names_its_own_way(text: str, length: int) -> None:
    assert count(text, MASTODON) == length


@pytest.mark.parametrize(
    ("text", "surplus", "unit"),
    [
        ("x" * 300, 0, "bytes"),
        ("x" * 301, 1, "graphemes"),
        ("👨‍👩‍👧‍👦" * 120, 0, "bytes"),
        ("👨‍👩‍👧‍👦" * 121, 25, "bytes"),
    ],
)
def test_what_is_too_long_is_so_by_a_number(text: str, surplus: int, unit: Unit) -> None:
    assert over(text, BLUESKY) == surplus
    if surplus:
        assert excess_unit(text, BLUESKY) == unit


@given(st.text(max_size=80), st.sampled_from([BLUESKY, MASTODON, in_units("utf16")]))
def test_any_text_has_a_length(text: str, limit: ReplyLimit) -> None:
    length = count(text, limit)
    assert 0 <= length <= max(23, 2 * len(text)) + 23 * text.count("http")
    assert (over(text, limit) == 0) == (
        length <= limit.maximum
        and (limit.max_bytes is None or len(text.encode("utf-8", "replace")) <= limit.max_bytes)
    )


@given(st.lists(st.sampled_from(["a", "é", "👨‍👩‍👧", "🇫🇷", "한"]), max_size=30))
def test_graphemes_are_what_a_reader_counts(letters: list[str]) -> None:
    assert count(" ".join(letters), in_units("graphemes")) == max(0, 2 * len(letters) - 1)
