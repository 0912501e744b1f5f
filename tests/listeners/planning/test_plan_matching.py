"""Which posts of ours fulfilled which planned ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from listeners.clock import from_iso
from listeners.model import DAY, HOUR, MINUTE, Micros
from listeners.planning.entry import Planned
from listeners.planning.matching import OwnPost, fulfilled, likeness

AT = from_iso("2026-11-24T10:00:00Z")
TEXT = "Our winter sale begins on Friday: twenty percent off every bell and every light."
PLAN = Planned(
    id=1, brand="Acme", title="Sale", text=TEXT, channel="mastodon", state="scheduled", at=AT
)
POST = OwnPost(10, "Acme", "mastodon", TEXT, AT)
LATER = Micros(AT + 3 * HOUR)


def at(post: OwnPost, minutes: int, **changes: object) -> OwnPost:
    return replace(post, at=Micros(AT + minutes * MINUTE), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("plan", "posts", "now", "found"),
    [
        (PLAN, [POST], AT, 10),
        (PLAN, [at(POST, 120)], LATER, 10),
        (PLAN, [at(POST, 121)], LATER, None),
        (PLAN, [at(POST, -120)], AT, 10),
        (PLAN, [replace(POST, network="bluesky")], LATER, None),
        (PLAN, [replace(POST, brand="Bolt")], LATER, None),
        (replace(PLAN, channel=""), [replace(POST, network="bluesky")], AT, 10),
        (PLAN, [replace(POST, text=TEXT.upper() + " https://acme.example")], AT, 10),
        (replace(PLAN, state="done"), [POST], AT, None),
        (replace(PLAN, kind="action"), [POST], AT, None),
        (replace(PLAN, state="idea"), [POST], AT, 10),
        # Other words: only when nothing else can come any more, and only if it is alone.
        (PLAN, [at(POST, 20, text="Hello")], AT + 25 * MINUTE, None),
        (PLAN, [at(POST, 20, text="Hello")], AT + 31 * MINUTE, 10),
        (PLAN, [at(POST, 31, text="Hello")], LATER, None),
        (PLAN, [at(POST, 5, text="Hello"), at(POST, 9, id=11, text="Hi")], LATER, None),
        (replace(PLAN, state="idea"), [at(POST, 5, text="Hello")], LATER, None),
        (replace(PLAN, channel=""), [at(POST, 5, text="Hello")], LATER, None),
        (replace(PLAN, text=""), [at(POST, 5)], LATER, 10),
        # All day: any time of that day, by its words alone.
        (
            replace(PLAN, all_day=True, at=from_iso("2026-11-24T00:00:00Z")),
            [at(POST, 11 * 60)],
            Micros(AT + DAY),
            10,
        ),
        (
            replace(PLAN, all_day=True, at=from_iso("2026-11-24T00:00:00Z")),
            [at(POST, 60, text="Hello")],
            Micros(AT + DAY),
            None,
        ),
    ],
)
def test_a_planned_post_is_known_by_its_words_or_by_being_alone(
    plan: Planned, posts: Sequence[OwnPost], now: int, found: int | None
) -> None:
    made = fulfilled([plan], posts, Micros(now))
    assert {entry: post.id for entry, post in made.items()} == ({} if found is None else {1: found})


def test_a_post_fulfils_one_and_the_nearest_of_equals() -> None:
    other = replace(PLAN, id=2, at=Micros(AT + HOUR))
    second = at(POST, 61, id=11)
    made = fulfilled([other, PLAN], [POST, second], LATER)
    assert {entry: post.id for entry, post in made.items()} == {1: 10, 2: 11}
    assert set(fulfilled([PLAN, other], [POST], LATER)) == {1}


def test_two_plans_and_one_post_of_other_words_stay_open() -> None:
    other = replace(PLAN, id=2, text="")
    assert fulfilled([replace(PLAN, text=""), other], [POST], LATER) == {}


def test_what_is_taken_or_was_taken_apart_stays_so() -> None:
    assert fulfilled([PLAN], [POST], LATER, frozenset({10})) == {}
    assert fulfilled([PLAN], [POST], LATER, refused=frozenset({(1, 10)})) == {}
    alone = replace(POST, text="Hello")
    assert fulfilled([PLAN], [alone], LATER, refused=frozenset({(1, 10)})) == {}


def test_no_words_are_like_nothing() -> None:
    assert likeness("", "") == 0.0
    assert likeness("Élan", "elan") == 100.0
    assert likeness(TEXT, "something else altogether") == 0.0
