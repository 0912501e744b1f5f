"""Which mentions are a campaign's, and what a campaign may look like: rules, in tables."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.campaigns.attribution import (
    AFTER,
    BEFORE,
    Asking,
    Candidate,
    Link,
    below,
    decided,
    reach_of,
)
from listeners.campaigns.campaign import LONGEST, Campaign, CampaignError, checked
from listeners.model import DAY, HOUR, Micros
from listeners.query import QuerySyntaxError, Subject
from tests.listeners.campaigns.campaign_builders import TODAY, spring
from tests.listeners.store.builders import NOW

FROM, TO = spring().from_at, spring().to_at


def heard(text: str = "hello", **changes: Any) -> Candidate:
    subject = {
        "text": text,
        "network": changes.pop("network", "mastodon"),
        "tags": changes.pop("hashtags", ()),
    }
    values: dict[str, Any] = {"id": 7, "brand_id": 1, "at": NOW, "ours": False, **changes}
    return Candidate(subject=Subject(**subject), **values)


CASES: list[tuple[str, Campaign, Candidate, str | None]] = [
    ("nothing of it", spring(), heard(), None),
    ("a hashtag in the text", spring(), heard("lovely #Spring day"), "tag"),
    ("a hashtag of the network", spring(), heard(hashtags=("SPRING",)), "tag"),
    ("a longer hashtag", spring(), heard("#springtime"), None),
    ("the word without its sign", spring(), heard("spring is here"), None),
    ("an accent typed otherwise", spring(tags=("été",)), heard("#Été"), "tag"),
    ("the tag of its conversation", spring(), heard(tags=frozenset({"spring"})), "tag"),
    ("another tag there", spring(), heard(tags=frozenset({"press"})), None),
    ("the terms", spring(terms='"two wheels" OR hill'), heard("up the hill"), "terms"),
    ("the terms before the tag", spring(terms="hill"), heard("#spring hill"), "terms"),
    ("terms it does not match", spring(terms="hill", tags=()), heard("the sea"), None),
    ("terms that cannot be read", spring(terms='"', tags=()), heard('"'), None),
    ("no terms and no tags", spring(tags=()), heard("anything"), None),
    ("below a post of it", spring(id=3), heard(below=frozenset({3})), "answer"),
    ("below a post of another", spring(id=3), heard(below=frozenset({4})), None),
    ("ours below a post of it", spring(id=3), heard(below=frozenset({3}), ours=True), None),
    ("ours with its hashtag", spring(), heard("#spring", ours=True), "tag"),
    ("ours by a plan", spring(id=3), heard(planned=frozenset({3}), ours=True), "plan"),
    (
        "ours by a plan, months ago",
        spring(id=3),
        heard(planned=frozenset({3}), ours=True, at=Micros(FROM - 90 * DAY)),
        "plan",
    ),
    ("another brand", spring(), heard("#spring", brand_id=2), None),
    ("on its channel", spring(channels=("mastodon",)), heard("#spring"), "tag"),
    ("elsewhere", spring(channels=("bluesky",)), heard("#spring"), None),
    (
        "below its post, elsewhere",
        spring(id=3, channels=("bluesky",)),
        heard(below=frozenset({3})),
        None,
    ),
    ("a day early", spring(), heard("#spring", at=Micros(FROM - DAY)), "tag"),
    ("earlier", spring(), heard("#spring", at=Micros(FROM - DAY - 1)), None),
    ("two weeks late", spring(), heard("#spring", at=Micros(TO + 14 * DAY - 1)), "tag"),
    ("later", spring(), heard("#spring", at=Micros(TO + 14 * DAY)), None),
]


@pytest.mark.parametrize(("campaign", "one", "why"), [case[1:] for case in CASES],
                         ids=[case[0] for case in CASES])  # fmt: skip
def test_why_a_mention_is_a_campaigns(campaign: Campaign, one: Candidate, why: str | None) -> None:
    found = decided([one], [Asking(campaign, 1)])
    assert found == ({} if why is None else {(campaign.id, 7): why})


def test_a_mention_can_be_of_several_campaigns() -> None:
    asking = [Asking(spring(id=1), 1), Asking(spring(id=2, terms="hill"), 1)]
    assert decided([heard("#spring hill")], asking) == {(1, 7): "tag", (2, 7): "terms"}


def test_how_far_a_campaign_reaches_is_stated() -> None:
    assert (DAY, 14 * DAY) == (BEFORE, AFTER)
    assert reach_of(spring()) == (FROM - DAY, TO + 14 * DAY)


# --- threads --------------------------------------------------------------------------------------


def link(id_: int, parent: int | None = None, root: int | None = None) -> Link:
    named = [None if one is None else f"n{one}" for one in (parent, root)]
    return Link(id_, "mastodon", f"n{id_}", *named)


@pytest.mark.parametrize(
    ("links", "tops", "found"),
    [
        ([link(1), link(2, 1), link(3, 2)], {1: {9}}, {2: {9}, 3: {9}}),
        ([link(1), link(2, 1), link(3, 2)], {2: {9}}, {3: {9}}),
        ([link(3, 2), link(2, 1), link(1)], {1: {8}, 2: {9}}, {2: {8}, 3: {8, 9}}),
        ([link(1), link(2, 1), link(3)], {1: {9}}, {2: {9}}),
        ([link(1), link(3, 2, 1)], {1: {9}}, {3: {9}}),
        ([link(1), link(3, 2)], {1: {9}}, {}),
        ([link(1), link(2, None, 1)], {1: {9}}, {2: {9}}),
        # Two that claim to answer each other: neither is above, and it ends.
        ([link(1, 2), link(2, 1)], {1: {9}}, {1: {9}, 2: {9}}),
        ([link(1, 1)], {1: {9}}, {1: {9}}),
        ([link(1, None, 1), link(2, 1, 1)], {1: {9}}, {1: {9}, 2: {9}}),
        ([link(1), link(2, 1)], {}, {}),
    ],
)  # fmt: skip
def test_what_is_below_a_post(
    links: list[Link], tops: dict[int, set[int]], found: dict[int, set[int]]
) -> None:
    said = below(links, {one: frozenset(campaigns) for one, campaigns in tops.items()})
    assert {one: set(campaigns) for one, campaigns in said.items()} == found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 30), max_size=30), st.sets(st.integers(0, 30), max_size=4))
def test_below_follows_every_answer_and_ends(parents: list[int], posts: set[int]) -> None:
    links = [link(at, parent) for at, parent in enumerate(parents)]
    said = below(links, {one: frozenset({one}) for one in posts})
    for at in range(len(parents)):
        path, here = [at], parents[at]
        while here < len(parents) and here not in path:
            path.append(here)
            here = parents[here]
        if here not in path:
            assert said.get(at, frozenset()) == frozenset(set(path[1:]) & posts)


# --- what may be kept -----------------------------------------------------------------------------


def test_a_campaign_is_kept_clean() -> None:
    made = checked(
        spring(
            name="  Spring\x1b[31m\n2026 ",
            audience=" cyclists ",
            channels=("mastodon", " mastodon", ""),
            tags=("#Spring", "spring", "＃été", "", "# "),
            terms="  hill ",
        )
    )
    assert made.name == "Spring 2026"
    assert made.audience == "cyclists"
    assert made.channels == ("mastodon",)
    assert made.tags == ("Spring", "été")
    assert made.terms == "hill"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " \x00 "}, "needs a name"),
        ({"aim": "sell"}, "amuse, distract, inform"),
        ({"to_at": FROM}, "before its first"),
        ({"to_at": Micros(FROM + LONGEST + 1)}, "a year at most"),
        ({"terms": "a " * 2001}, "too long"),
    ],
)
def test_what_cannot_be_kept_says_why(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(CampaignError, match=words):
        checked(replace(spring(), **changes))


def test_terms_are_read_before_they_are_kept() -> None:
    with pytest.raises(QuerySyntaxError):
        checked(spring(terms="(hill"))


@pytest.mark.parametrize(
    ("at", "phase", "day"),
    [
        (FROM - 1, "coming", None),
        (FROM, "running", 1),
        (FROM + DAY - 1, "running", 1),
        (NOW, "running", 3),
        (TO - 1, "running", 10),
        (TO, "past", None),
    ],
)
def test_when_a_campaign_runs(at: int, phase: str, day: int | None) -> None:
    assert spring().phase(Micros(at)) == phase
    if day is not None:
        assert spring().day(Micros(at)) == day


def test_a_clock_change_makes_no_day_more() -> None:
    longer = spring(to_at=Micros(TO + HOUR))
    assert longer.days == 10
    assert longer.day(Micros(TO + HOUR // 2)) == 10
    assert spring(from_at=TODAY, to_at=Micros(TODAY + DAY)).days == 1
