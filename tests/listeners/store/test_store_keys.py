"""The dedupe key: one-to-one, made of the id alone, sorted by time where the id holds a time."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.store.codec import dumps
from listeners.store.keys import dedupe_key


@pytest.mark.parametrize(
    ("network", "native_id", "key"),
    [
        (
            "bluesky",
            "at://did:plc:abc/app.bsky.feed.post/3lbv2xyz7ks2a",
            "3lbv2xyz7ks2a/app.bsky.feed.post/did:plc:abc",
        ),
        ("mastodon", "113523456789012345", "00113523456789012345"),
        ("hackernews", "42", "00000000000000000042"),
        (
            "mastodon",
            "https://m.example/users/ana/statuses/113523456789012345",
            "00113523456789012345 https://m.example/users/ana/statuses/",
        ),
        (
            "mastodon",
            "https://g.example/users/ana/statuses/01HQXW5P7R0000000000000000",
            "01HQXW5P7R0000000000000000 https://g.example/users/ana/statuses/",
        ),
        ("feeds", "tag:blog.example,2026:post-one", "~tag:blog.example,2026:post-one"),
        ("feeds", "urn:uuid:9a0c", "~urn:uuid:9a0c"),
        ("youtube", "dQw4w9WgXcQ", "~dQw4w9WgXcQ"),
    ],
)
def test_the_time_comes_first(network: str, native_id: str, key: str) -> None:
    assert dedupe_key(network, native_id) == key


@pytest.mark.parametrize(
    "ids",
    [
        ["9", "10", "99", "100"],
        [f"https://m.example/@x/{n}" for n in (9999, 10000, 113523456789012345)],
        [f"at://did:plc:{who}/c/3lbv2x{n}" for who, n in (("z", "a"), ("a", "b"), ("m", "c"))],
    ],
)
def test_later_ids_sort_later(ids: list[str]) -> None:
    keys = [dedupe_key("bluesky", one) for one in ids]
    assert keys == sorted(keys)


LIKELY = st.one_of(
    st.text(alphabet="0123456789", min_size=1, max_size=24),
    st.from_regex(r"at://[a-z~:/]{1,6}/[a-z/]{1,4}/[a-z~0-9]{1,5}", fullmatch=True),
    st.from_regex(r"[a-z/=: ]{0,6}[/=:][0-9]{1,22}", fullmatch=True),
    st.from_regex(r"~?[0-9]{4,5}\+?[0-9]? [a-z/]{0,3}", fullmatch=True),
    st.text(max_size=12),
    st.text(alphabet=st.characters(codec=None), max_size=8),
    st.text(alphabet="\\x0\x00\x1f/:~ 12", max_size=8),
)


@given(st.sampled_from(["bluesky", "mastodon"]), LIKELY, LIKELY)
def test_two_ids_never_share_a_key(network: str, one: str, other: str) -> None:
    assert (dedupe_key(network, one) == dedupe_key(network, other)) == (one == other)


@given(LIKELY)
def test_any_id_has_a_key_that_sqlite_keeps_whole(native_id: str) -> None:
    key = dedupe_key("mastodon", native_id)
    with closing(sqlite3.connect(":memory:")) as database:
        sql = "SELECT ?, json_extract(?, '$[0]')"
        assert database.execute(sql, (key, dumps([key]))).fetchone() == (key, key)
