"""The band of a net sentiment: it holds the figure, and narrows with more posts."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.model import Micros
from listeners.rows import Bucket
from listeners.uncertainty import negative_at_least, net_band

COUNTS = st.integers(0, 400)


def bucket(negative: int, neutral: int, positive: int, unscored: int = 0) -> Bucket:
    total = negative + neutral + positive + unscored
    return Bucket(Micros(0), total, negative, neutral, positive, unscored, 0.0)


def test_nothing_scored_has_no_band() -> None:
    assert net_band(None) is None
    assert net_band(bucket(0, 0, 0, 9)) is None
    assert negative_at_least(None) is None
    assert negative_at_least(bucket(0, 0, 0)) is None


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        # By hand: n' = 12, p = 5.5/12, q = 2.5/12.
        ((2, 3, 5), 0.25 - 0.4398, 0.25 + 0.4398),
        ((0, 0, 1), -0.5101, 1.0),
        ((0, 100, 0), -0.0192, 0.0192),
    ],
)
def test_the_formula(counts: tuple[int, int, int], low: float, high: float) -> None:
    band = net_band(bucket(*counts))
    assert band is not None
    assert (band.low, band.high) == pytest.approx((low, high), abs=2e-4)


@given(COUNTS, COUNTS, COUNTS)
def test_the_figure_is_in_its_band(negative: int, neutral: int, positive: int) -> None:
    one = bucket(negative, neutral, positive)
    band, net = net_band(one), one.net_sentiment
    assert (band is None) == (net is None)
    if band is not None and net is not None:
        assert -1 <= band.low <= net <= band.high <= 1
        assert band.spread == pytest.approx(max(band.high - net, net - band.low))
        ten = net_band(bucket(10 * negative, 10 * neutral, 10 * positive))
        assert ten is not None
        assert ten.spread < band.spread


def test_it_holds_the_truth_as_often_as_it_says() -> None:
    chance, held, rounds = random.Random(3), 0, 2000
    for _ in range(rounds):
        drawn = chance.choices((-1, 0, 1), (0.3, 0.5, 0.2), k=25)
        band = net_band(bucket(drawn.count(-1), drawn.count(0), drawn.count(1)))
        held += band is not None and band.low <= -0.1 <= band.high
    assert math.isclose(held / rounds, 0.95, abs_tol=0.02)


def test_the_negative_share_is_of_everything_heard() -> None:
    assert negative_at_least(bucket(2, 1, 1, 4)) == 0.25
