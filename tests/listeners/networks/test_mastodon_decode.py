"""Mastodon's records as posts: what decides identity strictly, ornaments tolerantly."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.clock import from_iso
from listeners.model import Author, Engagement
from listeners.networks.mastodon.accounts import OwnAccounts
from listeners.networks.mastodon.decode import (
    UnreadableError,
    bad_record,
    read_notification,
    read_status,
)

OWN = OwnAccounts(["@Kerlann@social.example"], "https://social.example")

ANA: dict[str, Any] = {
    "id": "7",
    "acct": "ana@far.example",
    "username": "ana",
    "display_name": "Ana :wave:",
    "url": "https://far.example/@ana",
    "uri": "https://far.example/users/ana",
    "bot": True,
    "followers_count": 12,
}
STATUS: dict[str, Any] = {
    "id": "100",
    "uri": "https://far.example/users/ana/statuses/1",
    "url": "https://far.example/@ana/1",
    "created_at": "2026-08-01T13:51:39.138Z",
    "edited_at": "2026-08-01T14:00:00+02:00",
    "content": (
        '<p>Is <span class="h-card"><a href="https://social.example/@kerlann" '
        'class="u-url mention">@<span>kerlann</span></a></span> down?<br>See '
        '<a href="https://news.example/a/very/long/address"><span class="invisible">https://</span>'
        '<span class="ellipsis">news.example/a/very</span>'
        '<span class="invisible">/long/address</span></a></p><p>'
        '<a href="https://far.example/tags/Outage" class="mention hashtag">#<span>Outage</span></a>'
        " &amp; more</p>"
    ),
    "spoiler_text": "a warning",
    "language": "fr",
    "visibility": "unlisted",
    "in_reply_to_id": "99",
    "in_reply_to_account_id": "3",
    "account": ANA,
    "mentions": [{"id": "3", "acct": "kerlann", "url": "https://social.example/@kerlann"}],
    "tags": [{"name": "outage"}],
    "card": {"url": "https://news.example/card"},
    "favourites_count": 3,
    "reblogs_count": 2,
    "replies_count": 1,
}


def test_every_field_of_a_post() -> None:
    status = read_status(STATUS, OWN)
    post = status.post
    assert (status.api_id, status.reply_to, status.reply_to_account) == ("100", "99", "3")
    assert post.native_id == "https://far.example/users/ana/statuses/1"
    assert post.text == "Is @kerlann down?\nSee news.example/a/very\n#Outage & more"
    assert post.title == "a warning"
    assert post.url == "https://far.example/@ana/1"
    assert post.created_at == from_iso("2026-08-01T13:51:39.138Z")
    assert post.edited_at == from_iso("2026-08-01T12:00:00Z")
    assert post.lang == "fr"
    assert post.links == ("https://news.example/a/very/long/address", "https://news.example/card")
    assert post.tags == ("outage",)
    assert post.mentions == ("Kerlann@social.example",)
    assert post.parent_author_key is None
    assert status.ours == ("3",)
    assert status.accounts == (("7", "https://far.example/users/ana"),)
    assert post.engagement == Engagement(likes=3, shares=2, replies=1)
    assert not post.private
    assert not post.repost
    assert post.author == Author(
        key="https://far.example/users/ana",
        handle="ana@far.example",
        name="Ana :wave:",
        url="https://far.example/@ana",
        followers=12,
        automated=True,
    )


def test_what_is_kept_as_evidence_holds_no_profile() -> None:
    raw = read_status(STATUS).post.raw or b""
    assert b"Is <span" in raw
    assert b"followers" not in raw
    assert b"Ana" not in raw


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        ({"visibility": "private"}, "private", True),
        ({"visibility": "direct"}, "private", True),
        ({"visibility": "something new"}, "private", True),
        ({"visibility": None}, "private", False),
        ({"visibility": "local"}, "private", False),
        ({"language": None}, "lang", None),
        ({"language": ""}, "lang", None),
        ({"language": 7}, "lang", None),
        ({"created_at": None}, "created_at", None),
        ({"created_at": "yesterday"}, "created_at", None),
        ({"created_at": "9999999-01-01"}, "created_at", None),
        ({"created_at": "2026-08-01"}, "created_at", from_iso("2026-08-01")),
        ({"edited_at": False}, "edited_at", None),
        ({"url": None}, "url", "https://far.example/users/ana/statuses/1"),
        ({"content": ""}, "text", ""),
        ({"content": None, "text": "plain <b>"}, "text", "plain <b>"),
        ({"content": "a &#27;]0;x b"}, "text", "a \x1b]0;x b"),
        ({"tags": None}, "tags", ()),
        ({"tags": [{"name": "a"}, {"name": None}, 3, {}, {"name": "b\x1b"}]}, "tags", ("a",)),
        ({"mentions": {"acct": "x"}}, "mentions", ()),
        ({"mentions": [{"acct": None}, {"acct": "x"}]}, "mentions", ("x",)),
        ({"card": "x", "content": "a"}, "links", ()),
        ({"card": None, "content": '<a href="javascript:alert(1)">a</a>'}, "links", ()),
        ({"favourites_count": "3"}, "engagement", Engagement(likes=None, shares=2, replies=1)),
        ({"favourites_count": 2**70}, "engagement", Engagement(likes=None, shares=2, replies=1)),
        ({"favourites_count": -1}, "engagement", Engagement(likes=None, shares=2, replies=1)),
        ({"spoiler_text": None}, "title", ""),
        ({"id": 100}, "native_id", "https://far.example/users/ana/statuses/1"),
    ],
)
def test_ornaments_are_read_tolerantly(change: dict[str, Any], field: str, value: object) -> None:
    assert getattr(read_status({**STATUS, **change}).post, field) == value


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        ({"bot": None}, "automated", False),
        ({"bot": "yes"}, "automated", False),
        ({"followers_count": None}, "followers", None),
        ({"followers_count": 2**64}, "followers", None),
        ({"display_name": None}, "name", ""),
        ({"url": None}, "key", "https://far.example/users/ana"),
        ({"uri": None}, "key", "https://far.example/@ana"),
        ({"url": None, "uri": None}, "key", "ana@far.example"),
        ({"url": None}, "url", "https://far.example/users/ana"),
        ({"url": "https://x/\x1b]0;"}, "url", "https://far.example/users/ana"),
        ({"uri": "https://x/\x1b]0;"}, "key", "https://far.example/@ana"),
        # A far account may give our profile as its own address: that makes it neither ours
        # nor the same person.
        ({"url": "https://social.example/@kerlann"}, "handle", "ana@far.example"),
        ({"url": "https://social.example/@kerlann"}, "key", "https://far.example/users/ana"),
        ({"acct": "KERLANN", "url": "https://social.example/@kerlann"}, "handle",
         "Kerlann@social.example"),
        ({"acct": "kerlann@social.example"}, "handle", "Kerlann@social.example"),
        ({"acct": "kerlann@evil.example", "url": "https://evil.example/@kerlann"}, "handle",
         "kerlann@evil.example"),
    ],
)  # fmt: skip
def test_authors(change: dict[str, Any], field: str, value: object) -> None:
    author = read_status({**STATUS, "account": {**ANA, **change}}, OWN).post.author
    assert getattr(author, field) == value


@pytest.mark.parametrize(
    "record",
    [
        None,
        3,
        "text",
        [],
        {},
        {**STATUS, "uri": ""},
        {**STATUS, "uri": None},
        {**STATUS, "uri": "https://x/\ud800"},
        {**STATUS, "account": {}},
        {**STATUS, "account": {**ANA, "acct": ""}},
        {**STATUS, "account": {**ANA, "acct": "a\x1b[2J"}},
        {**STATUS, "content": None},
        {**STATUS, "content": 7},
        {**STATUS, "in_reply_to_id": {}},
        {**STATUS, "reblog": {"id": "1"}},
        {key: value for key, value in STATUS.items() if key != "id"},
    ],
)
def test_what_has_no_identity_is_refused_with_a_reason(record: object) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_status(record)
    assert caught.value.sentence.values["fault"]
    assert bad_record(record, caught.value).record


def test_endless_boosts_of_boosts_are_refused() -> None:
    deep: dict[str, Any] = STATUS
    for _ in range(2000):
        deep = {**STATUS, "reblog": deep}
    with pytest.raises(UnreadableError):
        read_status(deep)


def test_a_boost_is_the_boosters_and_tells_the_original() -> None:
    boost = {**STATUS, "id": "200", "uri": "https://x/boost", "account": {**ANA, "acct": "bob"},
             "content": "", "reblog": STATUS, "in_reply_to_id": None}  # fmt: skip
    status = read_status(boost)
    assert (status.post.native_id, status.post.author.handle) == ("https://x/boost", "bob")
    assert status.post.repost
    assert status.post.text.startswith("Is @kerlann down?")
    assert status.reply_to is None
    assert status.original is not None
    assert status.original.api_id == "100"


def test_a_quote_of_ours_is_addressed_to_us() -> None:
    ours = {"account": {"acct": "kerlann", "url": "https://social.example/@kerlann"}}
    quote = {**STATUS, "quote": {"state": "accepted", "quoted_status": ours}}
    assert read_status(quote, OWN).post.addressed
    assert not read_status(STATUS, OWN).post.addressed
    for other in (None, 3, {}, {"quoted_status": None}, {"quoted_status": {"account": 3}}):
        assert not read_status({**STATUS, "quote": other}, OWN).post.addressed


@pytest.mark.parametrize(
    ("record", "addressed"),
    [
        ({"id": "1", "type": "mention", "status": STATUS}, True),
        ({"id": 1, "type": "quote", "status": STATUS}, True),
        ({"id": "1", "type": "status", "status": STATUS}, False),
        ({"id": "1", "type": "update", "status": STATUS}, False),
        ({"id": "1", "type": "favourite", "status": STATUS}, None),
        ({"id": "1", "type": "mention", "status": None}, None),
        ({"id": "1", "type": "something new"}, None),
    ],
)
def test_notifications(record: dict[str, Any], addressed: bool | None) -> None:
    status = read_notification(record)
    assert (status.post.addressed if status else None) == addressed


@pytest.mark.parametrize(
    ("handles", "server", "acct", "url", "spelling"),
    [
        (["brand"], "https://a.example", "brand", "https://a.example/@brand", "brand"),
        (["brand"], "https://a.example", "brand@b.example", "https://b.example/@brand", None),
        (["@brand@a.example"], "https://a.example", "Brand", "", "brand@a.example"),
        (["@brand@a.example"], "http://127.0.0.1:99", "brand", "https://a.example/@brand",
         "brand@a.example"),
        (["@brand@a.example"], "https://b.example", "brand", "https://b.example/@brand", None),
        (["https://a.example/@brand"], "https://b.example", "brand@a.example", "",
         "https://a.example/@brand"),
        (["https://a.example/@brand"], "https://a.example", "brand", "",
         "https://a.example/@brand"),
        (["https://a.example/@brand"], "", "x@b.example", "https://a.example/@brand", None),
        (["https://a.example/"], "https://a.example", "", "", None),
        ([], "https://a.example", "brand", "https://a.example/@brand", None),
        (["", "@"], "https://a.example", "", "", None),
    ],
)  # fmt: skip
def test_our_accounts_are_known_however_they_are_spelled(
    handles: list[str], server: str, acct: str, url: str, spelling: str | None
) -> None:
    assert OwnAccounts(handles, server).spelling(acct, url) == spelling


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(json_values)
def test_no_json_breaks_the_decoder(value: object) -> None:
    with pytest.raises(UnreadableError):
        read_status(value)


@given(st.dictionaries(st.sampled_from(sorted(STATUS)), json_values, max_size=4))
def test_no_drift_of_fields_breaks_the_decoder(change: dict[str, object]) -> None:
    try:
        post = read_status({**STATUS, **change}).post
    except UnreadableError:
        return
    assert post.native_id
    assert post.native_id.isprintable()
    post.native_id.encode()
    post.author.key.encode()
    post.url.encode()
