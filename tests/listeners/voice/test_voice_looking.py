"""Rising words from a store: what counts, what is masked, and that it is done in small steps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from listeners.config import BrandConfig, Config
from listeners.model import DAY, HOUR, MINUTE, Label, Part
from listeners.store import Connection, Store, open_store
from listeners.voice import looking
from listeners.voice.looking import WordsSaid, names_of, words_said
from listeners.voice.share import stretch_of
from tests.listeners.voice.talk import CONFIG, NOW, OURS, RIVAL, Line, fill


async def words(
    store: Store, brand: str = OURS, *, against: str = "", name: str = "week"
) -> WordsSaid:
    found = WordsSaid(brand)
    stretch = stretch_of(name, NOW)
    async for step in words_said(store, CONFIG, brand, stretch, against=against):
        found = step
    return found


async def test_a_crisis_in_an_ordinary_month(tmp_path: Path) -> None:
    async with open_store(tmp_path / "hubbub.db") as store:
        await fill(store)
        found = await words(store)
        assert (found.mentions, found.usual, found.cut, found.done) == (90, 280, False, True)
        risen = {one.written: one for one in found.risen}
        assert {"brakes", "brakes failed", "refund", "#brakegate", "😡", "panne de freins"} <= set(
            risen
        )
        # What is said as ever, and who it is about, are no news.
        assert {"ride", "display", "aurora", "bikes", "canal"}.isdisjoint(risen)
        assert risen["brakes"].net == -1.0
        together = [{one.written for one in theme.terms} for theme in found.themes]
        assert {"brakes", "failed", "brakes failed", "refund"} <= together[0]
        assert not any({"brakes", "freins"} <= one for one in together)


async def test_what_is_said_of_a_competitor_and_not_of_us(tmp_path: Path) -> None:
    async with open_store(tmp_path / "hubbub.db") as store:
        await fill(store)
        found = await words(store, RIVAL, against=OURS)
        risen = {one.written: one for one in found.risen}
        assert {"lifetime warranty", "garantie à vie"} <= set(risen)
        assert risen["lifetime warranty"].times is None
        # Neither of the two names is a difference.
        assert {"borealis", "aurora"}.isdisjoint(risen)
        assert (found.brand, found.against, found.usual) == (RIVAL, OURS, 90)


async def test_what_does_not_count(tmp_path: Path) -> None:
    plain = Line(OURS, "mastodon", 0, "Aurora strange noise", HOUR, Label.NEGATIVE)
    lines = [
        replace(plain, author=at, repost=at < 3, private=3 <= at < 6, deleted=6 <= at < 9)
        for at in range(9)
    ]
    lines += [replace(plain, author=at, part=Part.OURS) for at in range(9, 12)]
    lines += [replace(plain, author=12), replace(plain, author=13)]
    # They are enough to compare with.
    lines += [Line(OURS, "mastodon", at, "Aurora ride", 8 * DAY + at * HOUR) for at in range(30)]
    async with open_store(tmp_path / "hubbub.db") as store:
        await fill(store, lines)
        found = await words(store)
        assert (found.mentions, found.usual) == (2, 30)
        assert found.risen == ()


async def test_a_secret_is_no_rising_word(tmp_path: Path) -> None:
    lines = [
        Line(OURS, "mastodon", at, "the Nightjar prototype leaked", at * MINUTE) for at in range(6)
    ]
    async with open_store(tmp_path / "hubbub.db") as store:
        await fill(store, lines)

        async def found_leaks(connection: Connection) -> None:
            await connection.fetch(
                "UPDATE mention SET title = 'Nightjar', risk = ?",
                ('[{"class":"leak","rule":"leak.term","start":4,"end":12,"masked":"N••••••r"}]',),
            )

        await store.write(found_leaks)
        said = [one.written for one in (await words(store)).risen]
        assert "prototype" in said
        assert [one for one in said if "nightjar" in one] == []


async def test_no_more_than_so_many_are_read_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "MOST", 40)
    monkeypatch.setattr(looking, "PAGE", 10)
    async with open_store(tmp_path / "hubbub.db") as store:
        await fill(store)
        steps = []
        async for step in words_said(store, CONFIG, OURS, stretch_of("week", NOW)):
            steps.append((step.mentions, step.usual, step.cut, step.done))
        assert steps[:4] == [(10, 0, False, False), (20, 0, False, False),
                             (30, 0, False, False), (40, 0, True, False)]  # fmt: skip
        assert steps[-1] == (40, 40, True, True)
        # Exactly as many as there are is no cut.
        monkeypatch.setattr(looking, "MOST", 90)
        cut = [step.cut async for step in words_said(store, CONFIG, OURS, stretch_of("week", NOW))]
        assert cut[8] is False


async def test_an_empty_stretch(tmp_path: Path) -> None:
    async with open_store(tmp_path / "hubbub.db") as store:
        await fill(store, [])
        found = await words(store, name="day")
        assert (found.done, found.mentions, found.risen, found.themes, found.thin) == (
            True, 0, (), (), True,
        )  # fmt: skip


def test_names_are_those_of_the_brand_and_of_its_query() -> None:
    config = Config(
        brands=(
            BrandConfig(
                name="Acme",
                names=("Acme", "ACME Corp"),
                query='(acme OR "project nacre" OR #MatinAcme OR raw:"A.C") NOT films',
                exclude="from:bot",
                websites=("https://www.acme.example/shop", "acme-shop.example"),
                handles={"mastodon": ("@acme_fr@social.example",)},
            ),
            BrandConfig(name="Broken", query='"'),
        )
    )
    found = names_of(config, ("Acme", "Unknown", ""))
    assert {"Acme", "ACME Corp", "project nacre", "MatinAcme", "A.C", "acme_fr"} <= set(found)
    assert {"acme", "acme-shop"} <= set(found)
    assert {"films", "bot", "social", "example"}.isdisjoint(found)
    assert names_of(config, ("Broken",)) == ["Broken"]
