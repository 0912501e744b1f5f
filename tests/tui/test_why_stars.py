"""The page of why, for a review: its stars are named, and no word list is."""

from __future__ import annotations

from dataclasses import replace

from listeners.config import Config
from listeners.model import Label, SafeText
from listeners.sentiment.stars import SCORER
from tests.tui.seeded import NOW
from tests.tui.test_thread_lines import MENTION, STYLES
from tui.explaining import told, weights
from tui.sentiment_words import STARS
from tui.widgets.paint import text_of
from tui.widgets.why_lines import Why, why_lines

REVIEW = replace(
    MENTION,
    network="appstore",
    text=SafeText("I love the colours"),
    scorer=SCORER,
    compound=-0.8,
    label=Label.NEGATIVE,
    rating=1,
)


async def test_a_reviews_stars_are_named_and_its_words_make_nothing() -> None:
    assert STARS == SCORER
    assert await weights(REVIEW, Config()) == ()
    page = why_lines(Why(REVIEW, await told(REVIEW, Config())), 80, NOW, STYLES)
    said = [text_of(line) for line in page]
    assert any("its stars, 1 of 5" in line for line in said)
    assert not any("vader" in line.casefold() for line in said)


async def test_without_stars_the_scorer_is_named() -> None:
    read = replace(REVIEW, scorer="vader", compound=0.6, label=Label.POSITIVE, rating=None)
    lines = why_lines(Why(read, await told(read, Config())), 80, NOW, STYLES)
    assert any("vader" in text_of(line).casefold() for line in lines)
