"""Lemmy's records as posts: both versions' fields, and whatever else may stand in them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.clock import from_iso
from listeners.networks.decoding import UnreadableError
from listeners.networks.lemmy.decode import read_view

ANA = {"name": "ana", "actor_id": "https://far.example/u/ana"}
POST = {
    "id": 7,
    "ap_id": "https://far.example/post/7",
    "name": "Kerlann",
    "published": "2023-06-30T12:00:00.5",
}
COMMENT = {"id": 9, "ap_id": "https://far.example/comment/9", "content": "hello", "path": "0.9"}
VIEW: dict[str, Any] = {"creator": ANA, "post": POST}
BELOW: dict[str, Any] = {**VIEW, "comment": COMMENT}


def changed(view: dict[str, Any], part: str, **fields: object) -> dict[str, Any]:
    return {**view, part: {**view[part], **fields}}


@pytest.mark.parametrize(
    "stamp", ["2023-06-30T12:00:00.5", "2023-06-30T12:00:00.500000Z", "2023-06-30T14:00:00.5+02:00"]
)
def test_times_without_a_zone_are_utc(stamp: str) -> None:
    at = from_iso("2023-06-30T12:00:00.5+00:00")
    assert read_view(changed(VIEW, "post", published=stamp), {}).post.created_at == at
    four = {k: v for k, v in POST.items() if k != "published"} | {"published_at": stamp}
    assert read_view({**VIEW, "post": four}, {}).post.created_at == at


@pytest.mark.parametrize(
    ("path", "above"),
    [("0.9", None), ("0.2.9", 2), ("0.2.4.9", 4), ("", None), ("9", None), ("0.x.9", None)],
)
def test_whom_a_comment_answers(path: str, above: int | None) -> None:
    found = read_view(changed(BELOW, "comment", path=path), {})
    assert (found.above, found.below, found.is_comment) == (above, 7, True)
    assert found.post.parent_id == found.post.root_id == "https://far.example/post/7"


def test_counts_of_both_versions() -> None:
    three = {**VIEW, "counts": {"score": 5, "comments": 3}}
    four = changed(VIEW, "post", score=5, comments=3)
    assert read_view(three, {}).post.engagement == read_view(four, {}).post.engagement
    assert read_view(changed(VIEW, "post", score=-4), {}).post.engagement.likes == 0


@pytest.mark.parametrize(
    "view",
    [
        None,
        [],
        {"creator": ANA},
        {"post": POST},
        changed(VIEW, "post", ap_id="post/7"),
        changed(VIEW, "post", ap_id="https://"),
        changed(VIEW, "post", ap_id="https://[x/1"),
        changed(VIEW, "post", id=0),
        changed(VIEW, "post", id="7"),
        changed(VIEW, "post", name=""),
        changed(VIEW, "creator", name="\x1b]0;x"),
        changed(VIEW, "creator", actor_id=None),
        changed(BELOW, "comment", content="  "),
        changed(BELOW, "comment", id=2**70),
    ],
)
def test_what_lacks_identity_author_or_text_is_refused(view: object) -> None:
    with pytest.raises(UnreadableError):
        read_view(view, {})


def test_languages_are_numbers_here() -> None:
    view = changed(VIEW, "post", language_id=37)
    assert read_view(view, {37: "en"}).post.lang == "en"
    assert read_view(view, {}).post.lang is None


_ANY = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.none())


@given(
    st.sampled_from(["post", "comment", "creator", "counts"]),
    st.dictionaries(st.sampled_from(sorted({*POST, *COMMENT, *ANA, "updated", "score"})), _ANY),
)
def test_any_record_is_a_post_or_refused(part: str, fields: dict[str, object]) -> None:
    view = {**BELOW, "counts": {}, part: {**BELOW.get(part, {}), **fields}}
    try:
        found = read_view(view, {1: "fr"})
    except UnreadableError:
        return
    assert found.post.native_id.startswith("https://")
    assert found.gone or found.post.text or found.post.title
