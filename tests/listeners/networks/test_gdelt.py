"""GDELT: articles by their titles, in windows; its refusals in plain text; titles made readable."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.config import BrandConfig, SourceConfig
from listeners.model import DAY, SECOND, Label, Micros, Sentence, SourceState
from listeners.networks.contract import Historical, SourceError
from listeners.networks.decoding import UnreadableError
from listeners.networks.gdelt import listener as gdelt
from listeners.networks.gdelt import search as gdelt_search
from listeners.networks.gdelt.decode import (
    language_of,
    mended_title,
    read_article,
    read_articles,
    refusal_in,
)
from listeners.sentiment import score
from tests.fake.gdelt import HURRIED, PATH, TOO_COMMON, FakeGdelt
from tests.fake.http_server import Reply, body_reply, json_reply, status_reply
from tests.fake.listening import (
    World,
    crash_everywhere,
    cursor_of,
    ids_of,
    polled,
    posts_of,
    remembered,
    world_of,
)

ROOT = Path(__file__).parents[3]
RECORDED = Path(os.environ.get("HUBBUB_RECORDED", ROOT.parent / "shared" / "recorded"))
REFUSALS = sorted((RECORDED / "news").glob("*.txt"))
BRAND = BrandConfig(name="Kerlann")


@pytest.fixture
async def world() -> AsyncIterator[World[FakeGdelt]]:
    async with world_of(FakeGdelt(), "gdelt") as made:
        yield made


async def test_an_article_is_its_title_under_its_canonical_address(
    world: World[FakeGdelt],
) -> None:
    made = world.server.article(
        "Kerlann , la voile : l ' excellence",
        url="https://www.paper.example/a/?utm_source=x",
        language="French",
    )
    [post] = posts_of(await polled(world.listener("", BRAND)))
    assert post.native_id == "paper.example/a"
    assert (post.title, post.text) == ("Kerlann, la voile : l'excellence", "")
    assert (post.lang, post.created_at) == ("fr", made.at * SECOND)
    assert (post.author.name, post.url) == ("www.paper.example", made.url)


def test_a_title_is_scored_as_a_title() -> None:
    post = read_article(
        {"url": "https://p.example/1", "title": "Kerlann is a disaster", "language": "English"}
    )
    assert score(post.title, lang=post.lang).label is Label.NEGATIVE


async def test_later_rounds_overlap_and_repeat_nothing(world: World[FakeGdelt]) -> None:
    world.server.article("Kerlann 0")
    listener = world.listener("", BRAND)
    cursor = cursor_of(await polled(listener))
    late = world.server.article("Kerlann late")
    late.at -= 1800
    new = world.server.article("Kerlann 1", url="https://paper.example/new?fbclid=1")
    world.server.article("Kerlann 1", url="https://paper.example/new#top")
    batches = await polled(listener, cursor)
    assert ids_of(batches) == ["paper.example/1", "paper.example/new"]
    assert ids_of(await polled(listener, cursor_of(batches))) == []
    assert new.title == "Kerlann 1"


async def test_more_articles_than_one_answer_shows_come_through_every_crash(
    world: World[FakeGdelt], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gdelt, "MOST", 5)
    world.server.most = 5
    world.server.article("Kerlann before")
    cursor = cursor_of(await polled(world.listener("", BRAND)))
    for number in range(14):
        world.server.article(f"Kerlann {number}")
    expected = [f"paper.example/{number}" for number in range(1, 15)]
    batches = await polled(world.listener("", BRAND), cursor)
    assert [one for one in dict.fromkeys(ids_of(batches)) if one in expected] == expected
    assert all(batch.gap is None for batch in batches)
    await crash_everywhere(lambda: world.listener("", BRAND), cursor, expected)


async def test_more_of_one_landing_than_is_shown_is_a_gap_and_no_endless_loop(
    world: World[FakeGdelt], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gdelt, "MOST", 3)
    world.server.most = 3
    world.server.article("Kerlann before")
    cursor = cursor_of(await polled(world.listener("", BRAND)))
    world.server.now += 7200
    world.server.step = 0
    for number in range(7):
        world.server.article(f"Kerlann {number}")
    world.server.step = 3600
    after = world.server.article("Kerlann after")
    batches = await polled(world.listener("", BRAND), cursor)
    assert [batch.gap is not None for batch in batches].count(True) == 1
    assert after.title in [post.title for post in posts_of(batches)]


async def test_a_long_absence_is_a_gap(world: World[FakeGdelt]) -> None:
    world.server.article("Kerlann before")
    cursor = cursor_of(await polled(world.listener("", BRAND)))
    world.now = Micros(world.now + 120 * DAY)
    [batch] = await polled(world.listener("", BRAND), cursor)
    assert batch.gap is not None
    assert batch.gap.to_at == world.now - gdelt_search.KEPT


@pytest.mark.parametrize(
    ("reply", "state", "said"),
    [
        (body_reply(TOO_COMMON), SourceState.FAILING, "too short, too long or too common"),
        (body_reply(HURRIED), SourceState.RATE_LIMITED, "more time"),
        (body_reply(HURRIED, status=429), SourceState.RATE_LIMITED, ""),
        (body_reply(b"Invalid date."), SourceState.FAILING, "Invalid date."),
        (json_reply([1]), SourceState.FORMAT_CHANGED, "list of articles"),
        (body_reply(b"<!doctype html><html>busy</html>"), SourceState.FAILING, "page"),
        (status_reply(503), SourceState.FAILING, ""),
    ],
    ids=["common", "hurried", "429", "other", "no list", "page", "503"],
)
async def test_every_refusal_has_its_state_and_moves_nothing(
    world: World[FakeGdelt], reply: Reply, state: SourceState, said: str
) -> None:
    world.server.on(PATH, reply)
    with pytest.raises(SourceError) as refused:
        await polled(world.listener("", BRAND))
    assert refused.value.state is state
    assert said in str(refused.value)


@pytest.mark.skipif(not REFUSALS, reason="no recorded refusals: set HUBBUB_RECORDED")
@pytest.mark.parametrize("path", REFUSALS, ids=lambda path: path.name)
def test_recorded_refusals_are_understood(path: Path) -> None:
    body = path.read_bytes()
    assert read_articles(body) is None
    assert (
        refusal_in(body) == {"keyword_error.txt": "words", "rate_limited.txt": "hurry"}[path.name]
    )


@pytest.mark.parametrize("body", [b"", b"{}", b'{"articles": []}', b" \n"])
def test_an_answer_without_articles_is_an_answer(body: bytes) -> None:
    assert read_articles(body) == []


def test_a_stray_backslash_spoils_no_page() -> None:
    body = (
        b'{"articles": [{"url": "https://p.example/1", "title": "5\\\' and \x07 bells \\u00e9"}]}'
    )
    found = read_articles(body)
    assert found is not None
    assert read_article(found[0]).title == "5\\' and bells é"


@pytest.mark.parametrize(
    ("title", "lang", "mended"),
    [
        ("Port , vizhinjam , fish", "en", "Port, vizhinjam, fish"),
        ("Up 3 . 5 % , says ( again ) !", "en", "Up 3.5 %, says (again)!"),
        ("Kerlann ' s boats don ' t sink", "en", "Kerlann's boats don't sink"),
        ("L ' eau monte : que faire ?", "fr", "L'eau monte : que faire ?"),
        ('" Best boat " prize', "en", '"Best boat" prize'),
        ("R&amp;D   at  Kerlann", "de", "R&D at Kerlann"),
    ],
)
def test_titles_are_made_readable(title: str, lang: str, mended: str) -> None:
    assert mended_title(title, lang) == mended


@settings(max_examples=60)
@given(st.text(max_size=80), st.sampled_from([None, "en", "fr", "ja"]))
def test_mending_never_fails_and_settles(title: str, lang: str | None) -> None:
    once = mended_title(title, lang)
    assert once == " ".join(once.split())
    assert len(once) <= len(title)


def test_languages_by_their_english_names() -> None:
    assert [language_of(name) for name in ("French", "english", "Klingon", None)] == [
        "fr",
        "en",
        None,
        None,
    ]


@pytest.mark.parametrize(
    "record",
    [{}, {"url": "ftp://x", "title": "t"}, {"url": "https://x.example/1", "title": " "}, 7],
)
def test_a_record_without_address_or_title_is_refused(record: object) -> None:
    with pytest.raises(UnreadableError):
        read_article(record)


async def test_a_title_need_not_name_the_brand_of_its_source(world: World[FakeGdelt]) -> None:
    world.server.article("A boat for the poor", "made by Kerlann")
    world.server.article("Kerlann fishing village", "a Kerlann elsewhere")
    brand = BrandConfig(name="Kerlann", query="kerlann NOT fishing")
    posts = posts_of(await polled(world.listener("", brand, brand="Kerlann")))
    assert {post.title: post.wanted for post in posts} == {
        "A boat for the poor": True,
        "Kerlann fishing village": False,
    }
    [post, _] = posts_of(await polled(world.listener("", BRAND, BrandConfig(name="Oar"))))
    assert not post.wanted


async def test_words_are_joined_and_narrowed(world: World[FakeGdelt]) -> None:
    brand = BrandConfig(name="Kerlann", query='kerlann OR "ker lann" OR (oar AND boat)')
    options = {"languages": ["French", "English"], "countries": "United States"}
    listener = world.listener("", brand, options=options)
    await polled(listener)
    assert sorted(request.one("query") for request in world.server.requests) == [
        '"boat" "oar" (sourcelang:french OR sourcelang:english) sourcecountry:unitedstates',
        '("kerlann" OR "ker lann") (sourcelang:french OR sourcelang:english) '
        "sourcecountry:unitedstates",
    ]


async def test_the_past_is_read_in_windows_and_goes_on_from_its_place(
    world: World[FakeGdelt], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gdelt, "MOST", 4)
    world.server.most = 4
    world.server.step = 7200
    for number in range(10):
        world.server.article(f"Kerlann {number}")
    world.now = Micros(world.server.now * SECOND + DAY)
    since = Micros(world.server.articles[1].at * SECOND)
    listener = world.listener("", BRAND)
    assert isinstance(listener, Historical)
    whole = await remembered(listener, BRAND, since)
    expected = [f"paper.example/{number}" for number in range(9, 0, -1)]
    assert list(dict.fromkeys(ids_of(whole))) == expected
    half = await remembered(listener, BRAND, since, most=1)
    rest = await remembered(world.listener("", BRAND), BRAND, since, cursor_of(half))
    assert {*ids_of(half), *ids_of(rest)} == set(expected)


async def test_the_public_service_is_asked_no_oftener_than_it_allows() -> None:
    asked: list[float] = []

    class Recorder:
        async def get(self, url: str, *, spacing: float, **other: object) -> None:
            asked.append(spacing)
            raise SourceError(SourceState.FAILING, Sentence("no"))

    source = SourceConfig(network="gdelt")
    listener = gdelt.GdeltListener(source, [BRAND], Recorder(), lambda: Micros(10**15))  # type: ignore[arg-type]
    with pytest.raises(SourceError):
        await polled(listener)
    assert asked == [5.0]
