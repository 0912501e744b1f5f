"""Rising words: against figures worked out by hand, and against a reference of another make."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Sequence
from itertools import pairwise

import pytest

from listeners.model import Label
from listeners.voice.cutting import Cutter, Term
from listeners.voice.rising import (
    ENOUGH_USUAL,
    PRIOR,
    SURE,
    Gathering,
    Rising,
    Side,
    Spoken,
    log_odds,
    rising,
    wanted_of,
)
from listeners.voice.themes import TOGETHER, themes, together

Said = tuple[int, str]
"""An author and a text."""

# y, n, y', n', a, a0: worked out by hand with natural logarithms of six figures.
#   1: (10.75 / 114.25) over (5.75 / 419.25): -2.363483 + 4.289267 = 1.925784;
#      sigma^2 = .0930233 + .1739130 = .2669363, sigma = .516659
#   2: the same on both sides: no difference
#   3: (5.25 / 99.75) over (.25 / 404.75): -2.944439 + 7.389564 = 4.445125;
#      sigma^2 = .1904762 + 4 = 4.1904762, sigma = 2.047065
BY_HAND = [
    (10, 100, 5, 400, 0.75, 25.0, 1.925784, 3.727380),
    (7, 50, 7, 50, 0.7, 5.0, 0.0, 0.0),
    (5, 100, 0, 400, 0.25, 5.0, 4.445125, 2.171463),
]


@pytest.mark.parametrize(("now", "of_now", "usual", "of_usual", "a", "a0", "delta", "z"), BY_HAND)
def test_log_odds_by_hand(
    now: int, of_now: int, usual: int, of_usual: int, a: float, a0: float, delta: float, z: float
) -> None:
    found = log_odds(now, of_now, usual, of_usual, a, a0)
    assert found.delta == pytest.approx(delta, abs=2e-5)
    assert found.z == pytest.approx(z, abs=2e-5)


def test_a_side_that_says_one_thing_only_has_odds_too() -> None:
    assert math.isfinite(log_odds(5, 5, 0, 0, 0.25, 0.25).z)


def risen(now: Sequence[Said], usual: Sequence[Said], labels: Sequence[Label] = ()) -> list[Rising]:
    cutter = Cutter(["Acme"])
    spoken = [
        Spoken(1000 - at, author, labels[at] if labels else Label.NEUTRAL, cutter.cut(text))
        for at, (author, text) in enumerate(now)
    ]
    gathering = Gathering()
    for run in (gathering.count, gathering.count_phrases, gathering.collect):
        # In pieces, as it is read.
        for at in range(0, len(spoken), 3):
            run(spoken[at : at + 3])
    found, before = gathering.found, Side()
    for _author, text in usual:
        before.add(cutter.cut(text), wanted_of(found))
    return rising(found, gathering.side, before, cutter.written)


def terms(found: Sequence[Rising]) -> list[str]:
    return [one.written for one in found]


QUIET = [(at, f"lovely morning ride number{at}") for at in range(ENOUGH_USUAL)]


def test_what_several_people_say_now_rises() -> None:
    now = [(at, "the brakes failed #brakegate 😡") for at in range(8)]
    now += [(at, "lovely morning ride") for at in range(2)]
    labels = [Label.NEGATIVE] * 6 + [Label.POSITIVE, Label.UNSCORED] + [Label.POSITIVE] * 2
    found = {one.written: one for one in risen(now, QUIET, labels)}
    assert {"brakes", "failed", "brakes failed", "#brakegate", "😡"} == found.keys()
    one = found["brakes"]
    assert (one.now, one.usual, one.authors, one.times) == (8, 0, 8, None)
    assert (one.negative, one.positive, one.scored) == (6, 1, 7)
    assert one.net == pytest.approx(-5 / 7)
    assert one.mentions == tuple(range(1000, 992, -1))


def test_how_many_times_the_usual_is_by_mention() -> None:
    now = [(at, "the battery died") for at in range(9)] + [(9, "lovely ride")]
    usual = [*QUIET[:-2], (30, "battery dead"), (31, "my battery")]
    found = {one.written: one for one in risen(now, usual)}
    # 9 of 10 mentions now, 2 of 20 before.
    assert found["battery"].times == pytest.approx(9.0)
    assert found["battery"].usual == 2


@pytest.mark.parametrize(
    ("authors", "told"),
    [
        ([1, 1, 1, 1, 1, 1], False),
        ([1, 2, 1, 2, 1, 2], False),
        ([1, 1, 1, 1, 2, 3], False),
        ([1, 1, 1, 2, 3, 4], True),
        ([1, 2, 3, 4, 5, 6], True),
    ],
)
def test_the_spam_of_one_account_is_no_theme(authors: list[int], told: bool) -> None:
    now = [(author, "amazing crypto bargain") for author in authors]
    now += [(at, f"lovely morning ride thing{at}") for at in range(20)]
    assert ("bargain" in terms(risen(now, QUIET * 3))) is told


def test_what_is_said_as_ever_does_not_rise() -> None:
    now = [(at, f"lovely morning ride number{at}") for at in range(12)]
    assert risen(now, QUIET) == []


def test_with_nothing_to_compare_what_is_said_most_is_told() -> None:
    now = [(at, "brakes brakes failed") for at in range(3)] + [(9, "the brakes")] * 2
    found = risen(now, QUIET[: ENOUGH_USUAL - 1])
    assert [(one.written, one.now) for one in found] == [
        ("brakes", 5),
        ("brakes failed", 3),
        ("failed", 3),
    ]
    assert {one.z for one in found} == {None}
    assert {one.times for one in found} == {None}


# --- a reference of another make -----------------------------------------------------------------

VOCABULARY = ("zerbo", "malin", "trusk", "velmo", "quarl", "#zig", "#zag", "😡", "🎉")


def drawn(seed: int, count: int) -> list[Said]:
    """Return texts of a few words by a few authors; each seed has words of its own taste."""
    luck = random.Random(seed)
    weights = [luck.randrange(1, 10) for _ in VOCABULARY]
    return [
        (luck.randrange(1, 7), " ".join(luck.choices(VOCABULARY, weights, k=luck.randrange(1, 6))))
        for _ in range(count)
    ]


def reference(now: Sequence[Said], usual: Sequence[Said]) -> dict[str, float]:
    """Return z of every term that may be told: counted by searching texts, in odds and products."""
    words = [one for one in VOCABULARY if one.isalpha()]
    kinds = [VOCABULARY, [f"{a} {b}" for a in words for b in words if a != b]]

    def holding(term: str, said: Sequence[Said]) -> list[Said]:
        return [one for one in said if re.search(rf"(?<!\S){re.escape(term)}(?!\S)", one[1])]

    found: dict[str, float] = {}
    for kind in kinds:
        here = sum(len(holding(term, now)) for term in kind)
        there = sum(len(holding(term, usual)) for term in kind)
        for term in kind:
            saying = holding(term, now)
            authors = [author for author, _text in saying]
            if len(set(authors)) < 3 or any(
                2 * authors.count(one) > len(authors) for one in authors
            ):
                continue
            y, x = len(saying), len(holding(term, usual))
            omega = y + PRIOR * (y + x)
            nu = x + PRIOR * (y + x)
            whole = PRIOR * (here + there)
            odds = (omega * max(there + whole - nu, 0.5)) / (nu * max(here + whole - omega, 0.5))
            found[term] = math.log(odds) * math.sqrt(omega * nu / (omega + nu))
    return found


@pytest.mark.parametrize("seed", range(30))
def test_against_a_reference(seed: int) -> None:
    now, usual = drawn(seed, 15 + seed), drawn(1000 + seed, ENOUGH_USUAL + 2 * seed)
    expected = {term: z for term, z in reference(now, usual).items() if z >= SURE}
    found = {one.written: one.z for one in risen(now, usual)}
    assert found.keys() == expected.keys()
    for term, z in found.items():
        assert z == pytest.approx(expected[term])
    in_order = [one.z or 0.0 for one in risen(now, usual)]
    assert all(a >= b for a, b in pairwise(in_order))


# --- themes --------------------------------------------------------------------------------------


def one(written: str, mentions: Sequence[int], kind: str = "word") -> Rising:
    return Rising(
        term=Term(kind, written.lstrip("#")),  # type: ignore[arg-type]
        written=written,
        now=len(mentions),
        usual=0,
        times=None,
        z=3.0,
        authors=len(mentions),
        negative=0,
        positive=0,
        scored=0,
        mentions=tuple(mentions),
    )


@pytest.mark.parametrize(
    ("mine", "others", "index"),
    [
        ({1, 2, 3}, {1, 2, 3}, 1.0),
        ({1, 2, 3, 4}, {1, 2, 3, 5}, 0.6),
        ({1, 2, 3}, {4, 5, 6}, 0.0),
        ({1, 2}, {1, 2, 3, 4, 5}, 0.0),
    ],
)
def test_what_is_said_together(mine: set[int], others: set[int], index: float) -> None:
    assert together(frozenset(mine), frozenset(others)) == pytest.approx(index)
    assert TOGETHER == 0.6


def test_terms_said_together_are_one_theme() -> None:
    found = themes(
        [
            one("brakes", range(10)),
            one("#brakegate", range(8), "tag"),
            one("delivery", range(20, 26)),
            one("rear brakes", (1, 2, 3), "phrase"),
            one("late delivery", (20, 21, 40, 41), "phrase"),
            one("late", (20, 21, 40, 41, 42)),
        ]
    )
    assert [(theme.name.written, [also.written for also in theme.also]) for theme in found] == [
        ("brakes", ["#brakegate", "rear brakes"]),
        ("delivery", []),
        ("late delivery", ["late"]),
    ]
    assert [len(theme.terms) for theme in found] == [3, 1, 2]
