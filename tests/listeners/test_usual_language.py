"""Posts too short to tell are in the language their author, else their source, usually writes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from listeners.config import BrandConfig, Config, SourceConfig
from listeners.model import Author, Batch, Label, Micros, Post
from listeners.pipeline import Pipeline
from listeners.rows import MentionRow
from listeners.sentiment.spoken import needs_model
from listeners.store import Store, open_store, reads
from listeners.store.filters import StreamFilter
from listeners.store.sources import NewSource, register_sources
from listeners.usual import usual_of

NOW = Micros(1_790_000_000 * 1_000_000)
SOURCE = SourceConfig(network="mastodon", what="#lune")
CONFIG = Config(brands=(BrandConfig(name="Lune"),), sources=(SOURCE,))
SHORT = "Lune : nul"


@pytest.mark.parametrize(
    ("languages", "posts", "share", "usual"),
    [
        ("", 3, 0.8, None),
        ("fr fr", 3, 0.8, None),
        ("fr fr fr", 3, 0.8, "fr"),
        ("fr fr fr en", 3, 0.8, None),
        ("fr fr fr fr en", 3, 0.8, "fr"),
        ("fr en " * 10, 20, 0.9, None),
    ],
)
def test_a_language_is_usual_from_a_share_on(
    languages: str, posts: int, share: float, usual: str | None
) -> None:
    assert usual_of(languages.split(), posts, share) == usual


@pytest.mark.parametrize(
    ("text", "tag", "needed"),
    [
        ("Ja", None, False),
        ("nul", None, False),
        ("un texte assez long pour demander", None, True),
        ("un texte assez long pour demander", "und", True),
        ("un texte assez long pour demander", "fr", False),
        ("это плохо и совсем не работает", None, True),
        ("これは駄目です", None, False),
        ("très mal", "fr", False),
        # The tag is refuted by small words, so the model is asked.
        ("les gens qui sont dans la file avec nous", "en", True),
        ("😡😡", None, False),
    ],
)
def test_it_is_known_beforehand_whether_the_model_is_asked(
    text: str, tag: str | None, needed: bool
) -> None:
    assert needs_model(text, tag) is needed


class Heard:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.pipeline = Pipeline(store, CONFIG, lambda: NOW)
        self.number = 0
        self.source = 0

    async def say(self, text: str, lang: str | None, author: str = "zoe") -> MentionRow:
        self.number += 1
        post = Post(
            network="mastodon",
            native_id=f"https://x.example/{self.number}",
            author=Author(key=author, handle=author),
            text=text,
            created_at=Micros(NOW + self.number),
            lang=lang,
        )
        await self.pipeline.take(SOURCE, self.source, Batch(posts=(post,)))
        [newest] = await reads.mention_ids(self.store, StreamFilter(), limit=1)
        return (await reads.mentions(self.store, [newest]))[newest]


@pytest.fixture
async def heard(tmp_path: Path) -> AsyncIterator[Heard]:
    async with open_store(tmp_path / "home" / "hubbub.db") as store:
        one = Heard(store)
        await one.pipeline.open()
        new = [NewSource(SOURCE.key, SOURCE.network, "lune")]
        found = await store.write(lambda c: register_sources(c, new, NOW))
        one.source = found[SOURCE.key]
        yield one


async def test_an_author_who_writes_french_means_it_in_french(heard: Heard) -> None:
    unknown = await heard.say(SHORT, None)
    assert (unknown.lang, unknown.label, unknown.lang_by) == (None, Label.UNSCORED, "unknown")
    for at in range(3):
        tagged = await heard.say(f"J'adore le café de Lune, {at} fois", "fr")
        assert (tagged.lang, tagged.lang_by) == ("fr", "tag")
    short = await heard.say(SHORT, None)
    assert (short.lang, short.label, short.lang_by) == ("fr", Label.NEGATIVE, "usual")
    # What was only supposed never confirms itself, and nobody else is concerned.
    assert (await heard.say(SHORT, None, "max")).lang is None
    assert (await heard.say(SHORT, "en")).lang == "en"


async def test_it_is_read_from_the_store_after_a_start(heard: Heard) -> None:
    for at in range(3):
        await heard.say(f"J'adore le café de Lune, {at} fois", "fr")
    heard.pipeline = Pipeline(heard.store, CONFIG, lambda: NOW)
    await heard.pipeline.open()
    assert (await heard.say(SHORT, None)).lang == "fr"


async def test_a_source_that_is_french_makes_strangers_french(heard: Heard) -> None:
    for at in range(20):
        await heard.say(f"J'adore le café de Lune, {at} fois", "fr", f"author{at}")
    assert (await heard.say(SHORT, None, "stranger")).lang == "fr"
    for at in range(20):
        await heard.say(f"I love the coffee at Lune {at}", "en", f"writer{at}")
    assert (await heard.say(SHORT, None, "another")).lang is None
