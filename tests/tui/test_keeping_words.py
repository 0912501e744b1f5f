"""How long a source is kept, as doctor and the screen of sources say it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listeners.config import Config, SourceConfig
from tui.keeping_words import kept_of_all, kept_words

HERE = SourceConfig(network="mastodon", what="#acme")


@pytest.mark.parametrize(
    ("network", "own", "keep", "everywhere", "told"),
    [
        ("mastodon", 0, "", 0, "for ever"),
        ("mastodon", 1, "", 90, "1 day"),
        ("mastodon", 0, "", 90, "90 days"),
        ("mastodon", 30, "36h", 0, "words and names 36 hours, counts 30 days"),
        ("mastodon", 0, "7d", 0, "words and names 7 days, counts for ever"),
        ("mastodon", 7, "30d", 0, "7 days"),
        ("linkedin", 0, "", 0, "words and names 2 days, counts for ever"),
    ],
)
def test_it_says_which_limit_holds(
    network: str, own: int, keep: str, everywhere: int, told: str
) -> None:
    source = replace(HERE, network=network, keep_days=own, options={"keep": keep})
    assert kept_words(source, network, everywhere) == told


def test_sources_that_are_kept_alike_are_listed_together() -> None:
    sources = (HERE, replace(HERE, what="#b", keep_days=7), replace(HERE, what="#c"))
    listed = list(kept_of_all(Config(sources=sources, retention_days=30)))
    assert listed == [("30 days", "mastodon:#acme, mastodon:#c"), ("7 days", "mastodon:#b")]
