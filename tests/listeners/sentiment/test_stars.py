"""The mood of a review is that of its stars, whatever its words and its language."""

from __future__ import annotations

import pytest

from listeners.config import BrandConfig, Config, SourceConfig
from listeners.judge import Judge
from listeners.model import Author, Label, Post, Score
from listeners.sentiment.stars import SCORER, by_stars

READ = Score(lang="zh", scorer=None, compound=None, label=Label.UNSCORED, said_by="tag")


@pytest.mark.parametrize(
    ("rating", "label"),
    [
        (1, Label.NEGATIVE),
        (2, Label.NEGATIVE),
        (3, Label.NEUTRAL),
        (4, Label.POSITIVE),
        (5, Label.POSITIVE),
    ],
)
def test_stars_judge_in_every_language(rating: int, label: Label) -> None:
    score = by_stars(READ, rating)
    assert (score.label, score.scorer, score.lang, score.said_by) == (label, SCORER, "zh", "tag")
    assert score.compound is not None
    assert (score.compound < 0, score.compound > 0) == (rating < 3, rating > 3)


@pytest.mark.parametrize("rating", [None, 0, 6])
def test_without_stars_the_words_judge(rating: int | None) -> None:
    assert by_stars(READ, rating) is READ


@pytest.mark.parametrize(("rating", "label"), [(1, Label.NEGATIVE), (None, Label.POSITIVE)])
def test_a_polite_review_with_one_star_is_no_praise(rating: int | None, label: Label) -> None:
    judge = Judge(Config(brands=(BrandConfig(name="Kerlann"),)))
    post = Post(
        network="appstore",
        native_id="1",
        author=Author(key="1"),
        text="Great idea, lovely colours, I love Kerlann.",
        rating=rating,
    )
    [judged] = judge.judge(post, SourceConfig(network="appstore"), {})
    assert judged.score.label is label
