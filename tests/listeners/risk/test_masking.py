"""A secret is masked wherever a post is read, and what is no secret stays readable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.risk.masking import masked

KEY = {"class": "leak", "rule": "API key", "masked": "sk-••••••"}


def found(start: int, end: int, **other: object) -> dict[str, object]:
    return {**KEY, "start": start, "end": end, **other}


@pytest.mark.parametrize(
    ("title", "text", "risk", "shown"),
    [
        ("", "my key is sk-12345 see", [found(10, 18)], ("", "my key is sk-•••••• see")),
        ("", "nothing here", [], ("", "nothing here")),
        ("A title", "key sk-12345", [found(12, 20)], ("A title", "key sk-••••••")),
        ("sk-12345 out", "look", [found(0, 8)], ("sk-•••••• out", "look")),
        ("sk-12345", "sk-12345 twice", [found(0, 8)], ("sk-••••••", "sk-•••••• twice")),
        ("", "call 01 23", [found(5, 10, **{"class": "exposed", "rule": "telephone number"})],
         ("", "call 01 23")),
        ("", "card 4111", [found(5, 9, **{"class": "exposed", "rule": "card number"})],
         ("", "card sk-••••••")),
        ("", "internal only", [found(0, 13, rule="internal words")], ("", "internal only")),
        ("", "boycott", [found(0, 7, **{"class": "boycott"})], ("", "boycott")),
        ("", "abcdefgh", [found(0, 6), found(2, 8)], ("", "sk-••••••")),
    ],
)  # fmt: skip
def test_what_is_shown(
    title: str, text: str, risk: list[dict[str, object]], shown: tuple[str, str]
) -> None:
    after = masked(title, text, risk)
    assert (after.title, after.text) == shown
    assert after.hidden is ((title, text) != shown)


@given(st.text(max_size=40), st.text(max_size=40), st.data())
def test_nothing_of_a_secret_is_left(title: str, text: str, data: st.DataObject) -> None:
    secret = "S3CR3T-4242"
    at = data.draw(st.integers(0, len(text)))
    text = text[:at] + secret + text[at:]
    whole = f"{title}\n{text}" if title and title not in text else text
    start = whole.index(secret)
    after = masked(title, text, [found(start, start + len(secret))])
    assert secret not in after.text
    assert secret not in after.title
