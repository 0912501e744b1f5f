"""Which conversation a post belongs to, and whose voice it is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.conversations.identity import (
    begins_anew,
    canonical_url,
    conversation_root,
    is_private_without_thread,
    part_of,
)
from listeners.model import DAY, Author, Micros, Part, Post


def post(**changes: Any) -> Post:
    values: dict[str, Any] = {
        "network": "n",
        "native_id": "5",
        "author": Author(key="ana"),
        "text": "t",
        **changes,
    }
    return Post(**values)


@pytest.mark.parametrize(
    ("given", "threaded", "parent_root", "root"),
    [
        ({}, True, None, "5"),
        ({"root_id": "1", "parent_id": "4"}, True, "9", "1"),
        ({"parent_id": "4"}, True, "1", "1"),
        ({"parent_id": "4"}, True, None, "4"),
        ({"url": "https://blog.example/post/?utm_source=x"}, False, None, "blog.example/post"),
        ({"url": ""}, False, None, "5"),
        ({"url": "https://blog.example/post#c2", "parent_id": "4"}, False, "r", "r"),
        ({"private": True}, True, None, "mail:inbox:ana"),
        ({"private": True, "root_id": "t1"}, True, None, "t1"),
    ],
)
def test_roots(given: dict[str, Any], threaded: bool, parent_root: str | None, root: str) -> None:
    found = conversation_root(
        post(**given), "mail:inbox", threaded=threaded, parent_root=parent_root
    )
    assert found == root


SAME_PAGE = [
    "https://www.example.org/a/b",
    "http://example.org/a/b/",
    "https://example.org:443/a/b?utm_source=x&fbclid=1#top",
    "HTTPS://WWW.Example.ORG/a/b?gclid=2",
    " https://example.org./a/b ",
]


def test_all_addresses_of_a_page_are_one() -> None:
    assert {canonical_url(url) for url in SAME_PAGE} == {"example.org/a/b"}


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/?id=1", "https://example.org/?id=2"),
        ("https://a.example.org/", "https://b.example.org/"),
        ("https://example.org:8080/", "https://example.org/"),
    ],
)
def test_other_pages_stay_apart(a: str, b: str) -> None:
    assert canonical_url(a) != canonical_url(b)


@pytest.mark.parametrize(
    "url", ["", "mailto:a@b", "javascript:alert(1)", "http://[", "https://x:y/"]
)
def test_what_is_no_web_address_is_no_root(url: str) -> None:
    assert canonical_url(url) == ""


@given(st.text(max_size=80))
def test_any_text_can_be_asked(url: str) -> None:
    once = canonical_url(f"https://example.org/{url}")
    assert canonical_url(f"https://{once}") == once or "?" in once or "#" in url


def test_private_exchanges() -> None:
    assert is_private_without_thread(post(private=True))
    assert not is_private_without_thread(post(private=True, root_id="t"))
    assert not is_private_without_thread(post())
    assert not begins_anew(Micros(0), Micros(28 * DAY))
    assert begins_anew(Micros(0), Micros(28 * DAY + 1))


@pytest.mark.parametrize(
    ("author", "opener", "addresses", "we_spoke", "part"),
    [
        ("us", "ana", False, False, Part.OURS),
        ("ana", "", False, False, Part.OUTSIDE),
        ("ana", "ana", False, False, Part.OUTSIDE),
        ("bob", "ana", False, False, Part.THIRD_PARTY),
        ("bob", "ana", False, True, Part.THIRD_PARTY),
        ("bob", "ana", True, False, Part.OUTSIDE),
        ("bob", "us", False, True, Part.OUTSIDE),
    ],
)
def test_whose_voice(author: str, opener: str, addresses: bool, we_spoke: bool, part: Part) -> None:
    found = part_of(
        author,
        ours=frozenset({"us"}),
        opener_key=opener,
        addresses_us=addresses,
        we_spoke=we_spoke,
    )
    assert found is part
