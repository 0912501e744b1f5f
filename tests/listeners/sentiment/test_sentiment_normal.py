"""The layer before scoring: what goes, what stays, what is masked."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listeners.sentiment.normal import MASK, normal
from listeners.sentiment.rules import MAX_TEXT


@pytest.mark.parametrize(
    ("text", "mask", "expected"),
    [
        ("it&#39;s fine &amp; good", (), "it's fine & good"),
        ("I don’t", (), "I don't"),
        ("❤️ 👍🏽", (), "❤ 👍"),
        ("😭 😭😭😭 ok", (), "😭😭 ok"),
        ("see https://a.b/great now", (), "see   now"),
        ("see WWW.A.B/great now", (), "see   now"),
        ("hi @great_guy@host.example, ok", (), "hi  , ok"),
        ("mail me@great.example", (), "mail me@great.example"),
        ("United is great, UNITED!", ("united",), f"{MASK} is great, {MASK}!"),
        ("#united uniteds unitedly", ("United",), f"{MASK} uniteds unitedly"),
        ("societe generale", ("Société Générale",), MASK),
        ("SociétéGénérale rocks", ("Société Générale",), f"{MASK} rocks"),
        ("L’Équipe", ("L'Équipe",), MASK),
        ("a+b (best)", ("best", "", " ", "@"), f"a+b ({MASK})"),
        ("C++ is best", ("C++",), f"{MASK} is best"),
        ("#NotHappy #FAIL #déçuDuService", (), "Not Happy #FAIL déçu Du Service"),
        ("plain text stays", (), "plain text stays"),
    ],
)
def test_normal(text: str, mask: tuple[str, ...], expected: str) -> None:
    assert normal(text, mask) == expected


@given(st.text(), st.lists(st.text(max_size=5), max_size=3))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_and_any_names_are_taken(text: str, names: list[str]) -> None:
    normal(text, names)


def test_only_the_beginning_is_read() -> None:
    assert len(normal("x" * (MAX_TEXT + 5_000))) == MAX_TEXT
