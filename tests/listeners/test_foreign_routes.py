"""No English score lands on foreign text, by whatever route it comes: each route is driven."""

from __future__ import annotations

import ast
import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from listeners.config import BrandConfig, Config, SourceConfig
from listeners.demo.story import story_config, tell
from listeners.importing.files import Wishes, read_file
from listeners.judge import Judge
from listeners.model import Author, Batch, Label, Micros, Post
from listeners.networks.dropfolder.listener import DropFolderListener
from listeners.pipeline import Pipeline
from listeners.rows import MentionRow
from listeners.sentiment import SCORED_LANGUAGES, score
from listeners.store import Store, open_store, reads
from listeners.store.filters import StreamFilter
from listeners.store.sources import NewSource, register_sources
from listeners.teaching.lessons import Lessons, judged
from listeners.teaching.offering import heavy_words
from tui.__main__ import main
from tui.explaining import told

NOW = Micros(1_790_000_000 * 1_000_000)
CONFIG = Config(brands=(BrandConfig(name="Lune"),))
SOURCE = SourceConfig(network="mastodon", what="#lune")
# Made up; each holds words that English would score: best, super, no, service, dies, fan, hat.
FOREIGN = {
    "nl": "Dit is een super slechte service van Lune, maar jullie zijn wel de best betaalde fan",
    "pl": "To jest najgorsza obsługa, Lune nie odpowiada mi już od tygodnia, super dramat",
    "fi": "Tämä on huonoin palvelu, mutta Lune ei vastaa mihinkään niin kuin oli luvattu, best",
    "sv": "Det här är den sämsta service jag har fått från Lune, och de svarar inte, super kul",
    "da": "Det er den værste service jeg har fået hos Lune, og de svarer ikke, super godt",
    "tr": "Bu gördüğüm en kötü hizmet ve Lune için çok üzgünüm, super ama kadar best değil",
    "cs": "Tohle je nejhorší servis, protože Lune už nikdy neodpovídá, jsem super fan není best",
    "ru": "Это худший сервис, Lune никогда не отвечает, super best",
    "ja": "Luneのサービスは最悪です、super bestではありません",
    "ko": "Lune 서비스가 정말로 최악이에요 절대로 best 아니에요",
    "el": "Η χειρότερη εξυπηρέτηση, η Lune δεν απαντά ποτέ, super best",
}
TAGS = (None, "und", "en", "fr")
"""What a network may say of it: nothing, or the language of the app it was written in."""

_SCORERS = ("listeners.sentiment", "listeners.sentiment.scoring")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "home" / "hubbub.db") as store:
        yield store


def posts(tag: str | None, start: int = 0) -> tuple[Post, ...]:
    return tuple(
        Post(
            network="mastodon",
            native_id=f"https://x.example/{start + at}",
            author=Author(key=f"a{at}", handle=f"a{at}@x.example"),
            text=text,
            created_at=Micros(NOW + at),
            lang=tag,
            wanted=True,
        )
        for at, text in enumerate(FOREIGN.values())
    )


async def taken(store: Store, *batches: Batch) -> list[MentionRow]:
    pipeline = Pipeline(store, CONFIG, lambda: NOW)
    await pipeline.open()
    new = [NewSource(SOURCE.key, SOURCE.network, "lune")]
    ids = await store.write(lambda c: register_sources(c, new, NOW))
    for batch in batches:
        await pipeline.take(SOURCE, ids[SOURCE.key], batch)
    found = await reads.mention_ids(store, StreamFilter(), limit=500)
    return list((await reads.mentions(store, found)).values())


def unscored(rows: list[MentionRow]) -> None:
    assert len(rows) >= len(FOREIGN)
    for row in rows:
        assert (row.label, row.compound, row.scorer) == (Label.UNSCORED, None, None), row.text


@pytest.mark.parametrize("tag", TAGS)
async def test_live_posts(store: Store, tag: str | None) -> None:
    rows = await taken(store, Batch(posts=posts(tag)))
    unscored(rows)
    # An edit is another way in.
    edited = tuple(
        replace(one, text=f"{one.text} Lune!", edited_at=Micros(NOW + 5)) for one in posts(tag)
    )
    unscored(await taken(store, Batch(posts=edited)))


async def test_an_english_author_and_source_make_no_foreign_post_english(store: Store) -> None:
    before = tuple(
        replace(one, native_id=f"{one.native_id}/{at}", text=f"I like the coffee at Lune {at}")
        for at in range(4)
        for one in posts("en", 1000)
    )
    rows = await taken(store, Batch(posts=before), Batch(posts=posts(None)))
    unscored([row for row in rows if row.text in FOREIGN.values()])


async def test_files(store: Store, tmp_path: Path) -> None:
    lines = [
        {"id": f"{tag}{at}", "text": text, "author": "zoe", **({"lang": tag} if tag else {})}
        for tag in TAGS
        for at, text in enumerate(FOREIGN.values())
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    table = io.StringIO()
    writer = csv.DictWriter(table, ["id", "text", "author"])
    writer.writeheader()
    writer.writerows(
        {"id": f"c{at}", "text": text, "author": "max"} for at, text in enumerate(FOREIGN.values())
    )
    (tmp_path / "b.csv").write_text(table.getvalue(), encoding="utf-8")
    batches = [*read_file(tmp_path / "a.jsonl", Wishes()), *read_file(tmp_path / "b.csv", Wishes())]
    unscored(await taken(store, *batches))


async def test_the_drop_folder(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    for at, text in enumerate(FOREIGN.values()):
        mail = f"From: zoe@x.example\nSubject: Lune\nMessage-ID: <{at}@x>\n"
        mail += "Content-Type: text/plain; charset=utf-8\n\n"
        (folder / f"{at}.eml").write_bytes(mail.encode() + text.encode())
    source = SourceConfig(network="import", what=str(folder))
    listener = DropFolderListener(source, CONFIG.brands, cast(Any, None), lambda: NOW)
    unscored(await taken(store, *[batch async for batch in listener.poll(None)]))


def test_the_demonstration() -> None:
    judge = Judge(story_config())
    for one in tell(NOW):
        for verdict in judge.judge(one.post, SOURCE, {}):
            scorer, lang = verdict.score.scorer, verdict.score.lang
            assert scorer in (None, "emoji") or lang in SCORED_LANGUAGES, one.post.text
            assert scorer != "vader" or lang == "en", one.post.text
    for foreign in posts("en"):
        for verdict in judge.judge(foreign, SOURCE, {}):
            assert verdict.score.label is Label.UNSCORED, foreign.text


@pytest.mark.parametrize("tag", TAGS)
def test_the_command(tag: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    for text in FOREIGN.values():
        lang = ["--lang", tag] if tag else []
        assert main(["score", text, "-o", "json", *lang]) == 0
        said = json.loads(capsys.readouterr().out)
        assert (said["label"], said["compound"], said["vader"]) == ("unscored", None, None), text


@pytest.mark.parametrize("tag", TAGS)
def test_scoring_anew(tag: str | None) -> None:
    brand = CONFIG.brands[0]
    for lang, text in FOREIGN.items():
        first = score(text, lang=tag, languages=brand.languages)
        for stored in (first.lang, lang, tag, None):
            again = judged(brand, Lessons(), text, lang=tag, usual=stored)
            assert again.label is Label.UNSCORED, text


async def test_the_page_that_explains(store: Store) -> None:
    for row in await taken(store, Batch(posts=posts("en"))):
        found = await told(row, CONFIG)
        assert found is None or found.explanation.score.compound is None
        assert found is None or found.explanation.words == ()


def test_the_words_offered_for_teaching() -> None:
    for text in FOREIGN.values():
        assert heavy_words(text, CONFIG.brands[0]) == (), text


def test_no_other_route_asks_a_scorer() -> None:
    """Whoever else begins to score must be driven here as well."""
    root = Path(__file__).parents[2]
    found = set()
    for path in [*root.glob("listeners/**/*.py"), *root.glob("tui/**/*.py")]:
        here = str(path.relative_to(root))
        if here.startswith("listeners/sentiment/"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            asks = isinstance(node, ast.ImportFrom) and node.module in _SCORERS
            names = (
                {name.name for name in node.names} if isinstance(node, ast.ImportFrom) else set()
            )
            if asks and {"score", "explain"} & names:
                found.add(here)
    assert found == {
        "listeners/judge.py",
        "listeners/teaching/lessons.py",
        "listeners/teaching/offering.py",
        "tui/commands/score.py",
        "tui/explaining.py",
    }
