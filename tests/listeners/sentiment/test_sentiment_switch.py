"""The layer on top of the lexicons can be switched off for a brand."""

from __future__ import annotations

from pathlib import Path

import pytest

from listeners.config import SourceConfig, parse_config
from listeners.judge import Judge
from listeners.model import Author, Label, Post, Score
from listeners.sentiment import vader_compound

_TEXT = "please help, Acme, is the train free?"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", Score(lang="en", scorer="vader", compound=0.0, label=Label.NEUTRAL)),
        ("plain_sentiment = false", Score(lang="en", scorer="vader", compound=0.0,
                                          label=Label.NEUTRAL)),
        ("plain_sentiment = true", Score(lang="en", scorer="vader-plain",
                                         compound=vader_compound(_TEXT), label=Label.POSITIVE)),
    ],
)  # fmt: skip
def test_a_brand_chooses(line: str, expected: Score) -> None:
    config = parse_config(f'[brand.Acme]\nquery = "acme"\n{line}\n', Path("hubbub.toml"))
    author = Author(key="a", handle="a", name="A")
    post = Post(network="rss", native_id="1", author=author, text=_TEXT, lang="en")
    (judged,) = Judge(config).judge(post, SourceConfig(network="rss"), {})
    assert judged.score == expected
