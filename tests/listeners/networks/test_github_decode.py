"""GitHub's records and Markdown as posts: what was really sent, and whatever else may come."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.config import SourceConfig
from listeners.networks.decoding import UnreadableError
from listeners.networks.github.decode import read_record
from listeners.networks.github.text import read_markdown
from listeners.networks.github.web import Spot, Web
from tests.fake.cost import costs_less

WEB = Web(SourceConfig(network="github"), ["@Kerlann", "https://github.com/kerlann-dev/"])
ISSUE = "https://github.com/octo/cat/issues/7"
RECORDED = Path(os.environ.get("HUBBUB_RECORDED", "../shared/recorded")) / "github"


def record(**more: object) -> dict[str, object]:
    return {"html_url": ISSUE, "title": "It sinks", **more}


# --- addresses ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("native_id", "spot"),
    [
        (ISSUE, Spot("octo", "cat", "issues", 7)),
        (f"{ISSUE}#issuecomment-12", Spot("octo", "cat", "issues", 7, 12)),
        ("https://github.com/o/c.d/pull/1", Spot("o", "c.d", "pull", 1)),
        (
            "https://github.com/o/c/discussions/1#discussioncomment-5",
            Spot("o", "c", "discussions", 1, 5),
        ),
        ("https://github.com/octo/cat", None),
        ("https://evil.example/octo/cat/issues/7", None),
        ("https://github.com/octo/cat/issues/7/../../x", None),
        ("", None),
    ],
)
def test_where_an_address_points(native_id: str, spot: Spot | None) -> None:
    assert WEB.spot_of(native_id) == spot


@pytest.mark.parametrize(
    ("base_url", "base", "graphql"),
    [
        ("", "https://github.com", "https://api.github.com/graphql"),
        ("https://ghe.example/api/v3/", "https://ghe.example", "https://ghe.example/api/graphql"),
    ],
)
def test_the_addresses_of_a_server(base_url: str, base: str, graphql: str) -> None:
    web = Web(SourceConfig(network="github", base_url=base_url))
    assert (web.base, web.graphql) == (base, graphql)


@pytest.mark.parametrize(
    ("login", "ours"), [("kerlann", True), ("KERLANN-dev", True), ("ana", False), ("", False)]
)
def test_our_accounts(login: str, ours: bool) -> None:
    assert WEB.is_ours(login) is ours


# --- words -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("plain", "plain"),
        ("## Steps\r\n\r\n- [x] **done** it", "Steps\n\n- done it"),
        ("> they said\n>> before\n\nI say", "I say"),
        ("It says\n```py\nraise Terrible\n```\nwhen I start", "It says\nwhen I start"),
        ("~~~\n```\nstill code\n~~~\nwords", "words"),
        ("````\n```\nstill code\n````\nwords", "words"),
        ("```\nnothing but code", "nothing but code"),
        ("> nothing but a quotation", "> nothing but a quotation"),
        ("<!-- template\nlines -->Words", "Words"),
        ("see [the docs](https://k.example/a_b) and ![shot](https://k.example/i.png)",
         "see the docs and shot"),
        ("<details><summary>More</summary>deep</details> &amp; `code`", "Moredeep & code"),
        ("snake_case_name and 2 * 3 * 4 and *so*", "snake_case_name and 2 * 3 * 4 and so"),
        ("", ""),
    ],
)  # fmt: skip
def test_the_author_s_own_words(body: str, text: str) -> None:
    assert read_markdown(body).text == text


def test_links_and_names() -> None:
    words = read_markdown(
        "@Kerlann-dev (cc @ana) mail a@b.example, `x@y`, see [docs](https://k.example/x) "
        "https://k.example/y.\n> @quoted https://k.example/z\n```\n@code\n```\n@org/team"
    )
    assert words.mentions == ("Kerlann-dev", "ana")
    assert words.links == ("https://k.example/x", "https://k.example/y")


@pytest.mark.parametrize(
    ("body", "quoted"),
    [
        ("no quotation", ""),
        ("> one\n> **two**\n\nanswer\n> three", "one\ntwo"),
        ("> > older\n> said\nanswer", "said"),
        ("words first\n\n> then", "then"),
    ],
)
def test_what_is_quoted_first(body: str, quoted: str) -> None:
    assert read_markdown(body).quoted == quoted


# --- records -----------------------------------------------------------------------------------


def test_a_deleted_account_is_github_s_ghost() -> None:
    author = read_record(record(user=None), WEB).post.author
    assert (author.handle, author.key) == ("ghost", "https://github.com/ghost")


def test_an_issue_without_words_says_what_its_title_says() -> None:
    assert read_record(record(body=None), WEB).post.text == "It sinks"


@pytest.mark.parametrize(
    "bad",
    [
        {"html_url": None},
        {"html_url": "https://evil.example/a/b/issues/1"},
        {"html_url": 5},
        {"title": None},
        {"title": 5},
        {"body": 5},
        {"user": "ana"},
        {"user": {"login": 5}},
    ],
)
def test_what_decides_identity_is_read_strictly(bad: dict[str, object]) -> None:
    with pytest.raises(UnreadableError):
        read_record(record(**bad), WEB)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
_FIELDS = (
    "html_url", "number", "id", "node_id", "user", "title", "body", "created_at", "updated_at",
    "author_association", "labels", "reactions", "comments", "locked", "pull_request",
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(_FIELDS), _JSON, max_size=6))
def test_any_record_is_a_post_or_unreadable(odd: dict[str, Any]) -> None:
    try:
        one = read_record(record(**odd), WEB)
    except UnreadableError:
        return
    assert WEB.spot_of(one.post.native_id) == one.spot
    json.loads(one.post.raw or b"")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("`~>*_#[]()!<-@a1 \n\r.:/é😀"), max_size=300))
def test_any_markdown_is_read(body: str) -> None:
    words = read_markdown(body)
    assert all(link.startswith(("http://", "https://")) for link in words.links)


@pytest.mark.parametrize("piece", ["[", "![", "<a", "*", "`", "[a](", "<!--", "@a", "__", "\n\n "])
def test_no_markdown_takes_long(piece: str) -> None:
    assert costs_less(2.0, lambda: read_markdown(piece * (70_000 // len(piece))))


# --- what GitHub really sent -------------------------------------------------------------------


def _records_in(value: object) -> Iterator[dict[str, object]]:
    """Everything in a recording that calls itself an issue."""
    if isinstance(value, dict):
        if "html_url" in value and "comments_url" in value:
            yield value
        for inner in value.values():
            yield from _records_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _records_in(inner)


def _told(one: dict[str, object]) -> str:
    try:
        post = read_record(one, WEB).post
    except UnreadableError as fault:
        return f"refused: {fault.sentence.values['fault']}"
    return f"{post.author.handle}: {post.title[:30]!r}"


def test_every_recording_is_read_or_refused_in_words() -> None:
    if not RECORDED.is_dir():
        pytest.skip("no recorded payloads: set HUBBUB_RECORDED")
    read = 0
    for path in sorted(RECORDED.rglob("*.json")):
        told = [_told(one) for one in _records_in(json.loads(path.read_bytes()))]
        read += sum(not line.startswith("refused: ") for line in told)
        print(f"{path.parent.name:40} {len(told)} {'; '.join(told)[:90]}")
    assert read >= 15
