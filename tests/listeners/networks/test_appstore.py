"""The App Store: reviews of every country, their stars, changes, and a doubtful emptiness."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from listeners.config import BrandConfig, SourceConfig
from listeners.http.answer import harmless_json
from listeners.model import DAY, SECOND, Micros, SourceState
from listeners.networks.appstore.decode import entries_of, read_review
from listeners.networks.appstore.places import App, app_of
from listeners.networks.contract import Historical, SourceError
from listeners.networks.decoding import UnreadableError
from tests.fake.appstore import APP, FakeAppStore, page_path
from tests.fake.http_server import body_reply, json_reply
from tests.fake.listening import (
    KERLANN,
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
FILES = sorted((RECORDED / "appstore").glob("*.json"))
# Reviews in each recorded answer, None where it is no feed.
HELD = {
    "100000000_gb_1.json": 0,
    "1510826067_gb_1.json": 4,
    "497799835_cn_10.json": 50,
    "497799835_cn_5.json": 50,
    "555731861_us_11.json": None,
    "empty_page.json": 0,
    "invalid_feed_author_uri.json": 1,
    "invalid_links.json": 1,
}


@pytest.fixture
async def world() -> AsyncIterator[World[FakeAppStore]]:
    async with world_of(FakeAppStore(), "appstore") as made:
        yield made


@pytest.mark.skipif(not FILES, reason="no recorded reviews: set HUBBUB_RECORDED")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_recorded_answer_is_read_or_refused(path: Path) -> None:
    body = path.read_bytes()
    records = entries_of(harmless_json(body)) if body.lstrip().startswith(b"{") else None
    assert (None if records is None else len(records)) == HELD[path.name]
    for record in records or []:
        post = read_review(record, "gb", APP)
        assert post.text
        assert post.native_id.isdigit()
        assert post.rating in ((None,) if path.name == "invalid_links.json" else (1, 2, 3, 4, 5))
        assert post.created_at is None, "these were recorded before the feed had times"


async def test_a_review_carries_stars_author_and_is_a_conversation_of_its_own(
    world: World[FakeAppStore],
) -> None:
    made = world.server.review("Crashes at sea", stars=1, country="fr", title="Non")
    [post] = posts_of(await polled(world.listener(f"{APP}: fr")))
    assert (post.title, post.text, post.rating) == ("Non", "Crashes at sea", 1)
    assert (post.author.key, post.author.name) == ("100", "user100")
    assert post.root_id == post.native_id == str(made.id)
    assert post.url == f"https://apps.apple.com/fr/app/id{APP}?see-all=reviews"
    assert (post.created_at, post.engagement.likes) == (made.at * SECOND, 3)
    assert post.addressed
    assert not post.wanted


async def test_a_competitors_app_is_listened_to_and_not_answered(
    world: World[FakeAppStore],
) -> None:
    world.server.review("fine")
    rival = BrandConfig(name="Rival", competitor=True)
    [post] = posts_of(await polled(world.listener(f"{APP}: us", rival, brand="Rival")))
    assert (post.addressed, post.wanted) == (False, True)


async def test_later_rounds_bring_new_and_changed_reviews_alone(
    world: World[FakeAppStore],
) -> None:
    old = world.server.review("good", stars=5)
    world.server.review("other")
    listener = world.listener(f"{APP}: us")
    cursor = cursor_of(await polled(listener))
    world.server.change(old, "bad", 1)
    new = world.server.review("new")
    batches = await polled(listener, cursor)
    found = {post.native_id: (post.text, post.rating) for post in posts_of(batches)}
    assert found == {str(old.id): ("bad", 1), str(new.id): ("new", 5)}
    assert posts_of(await polled(listener, cursor_of(batches))) == []


async def test_many_new_reviews_are_walked_back_to_through_every_crash(
    world: World[FakeAppStore],
) -> None:
    world.server.size = 4
    world.server.review("before")
    cursor = cursor_of(await polled(world.listener(f"{APP}: us")))
    expected = [str(world.server.review(f"r{number}").id) for number in range(14)]
    batches = await polled(world.listener(f"{APP}: us"), cursor)
    assert [one for one in ids_of(batches) if one in expected] == expected
    assert all(batch.gap is None for batch in batches)
    await crash_everywhere(lambda: world.listener(f"{APP}: us"), cursor, expected)


async def test_more_than_ten_pages_are_a_gap(world: World[FakeAppStore]) -> None:
    world.server.size = 2
    world.server.review("before")
    cursor = cursor_of(await polled(world.listener(f"{APP}: us")))
    for number in range(25):
        world.server.review(f"r{number}")
    batches = await polled(world.listener(f"{APP}: us"), cursor)
    assert [batch.gap is not None for batch in batches] == [True, *[False] * 9]
    assert len(world.server.requests) == 1 + 10


async def test_countries_are_read_apart(world: World[FakeAppStore]) -> None:
    world.server.review("us one")
    fr = world.server.review("fr un", country="fr")
    listener = world.listener(f"{APP}: us, fr")
    cursor = cursor_of(await polled(listener))
    deux = world.server.review("fr deux", country="fr")
    assert ids_of(await polled(listener, cursor)) == [str(deux.id)]
    assert fr.id < deux.id


async def test_reviews_without_a_time_are_history_at_first(world: World[FakeAppStore]) -> None:
    world.server.dated = False
    world.server.review("old")
    world.server.review("older")
    listener = world.listener(f"{APP}: us")
    batches = await polled(listener)
    assert [post.history for post in posts_of(batches)] == [True, True]
    world.server.review("new")
    assert [p.history for p in posts_of(await polled(listener, cursor_of(batches)))] == [False]


async def test_an_emptiness_is_doubted_and_other_countries_are_read(
    world: World[FakeAppStore],
) -> None:
    world.server.review("us one")
    world.server.review("fr un", country="fr")
    listener = world.listener(f"{APP}: us, fr, be")
    cursor = cursor_of(await polled(listener))
    world.server.on(page_path("us"), json_reply({"feed": {}}))
    new = world.server.review("fr deux", country="fr")
    batches = listener.poll(cursor)
    assert ids_of([await anext(batches)]) == [str(new.id)]
    with pytest.raises(SourceError) as doubted:
        await anext(batches)
    assert doubted.value.state is SourceState.FAILING
    assert doubted.value.sentence.values == {"countries": "us"}


async def test_no_reviews_anywhere_is_said(world: World[FakeAppStore]) -> None:
    with pytest.raises(SourceError) as doubted:
        await polled(world.listener(f"{APP}: us, fr"))
    assert doubted.value.sentence.values == {"countries": "us, fr"}


async def test_a_later_page_in_plain_text_is_the_end(world: World[FakeAppStore]) -> None:
    world.server.size = 1
    world.server.review("before")
    listener = world.listener(f"{APP}: us")
    cursor = cursor_of(await polled(listener))
    new = world.server.review("new")
    world.server.on(page_path("us", 2), body_reply(b"CustomerReviews RSS page depth is limited"))
    assert ids_of(await polled(listener, cursor)) == [str(new.id)]


async def test_what_is_no_feed_moves_nothing(world: World[FakeAppStore]) -> None:
    world.server.on(page_path(), json_reply({"results": []}))
    with pytest.raises(SourceError) as refused:
        await polled(world.listener(f"{APP}: us"))
    assert refused.value.state is SourceState.FORMAT_CHANGED


async def test_a_bad_record_is_kept_aside_once(world: World[FakeAppStore]) -> None:
    good = world.server.review("good").record
    feed = {"feed": {"entry": [{"id": {"label": "x"}}, good, {"im:name": {"label": "The app"}}]}}
    world.server.on(page_path(), json_reply(feed))
    listener = world.listener(f"{APP}: us")
    [batch] = await polled(listener)
    assert (len(batch.posts), len(batch.bad), batch.fetched) == (1, 1, 2)
    assert await polled(listener, batch.cursor) == []


async def test_the_past_is_all_ten_pages_and_goes_on_from_its_place(
    world: World[FakeAppStore],
) -> None:
    world.server.size = 3
    made = [world.server.review(f"r{number}") for number in range(10)]
    world.server.review("fr", country="fr")
    listener = world.listener(f"{APP}: us, fr")
    assert isinstance(listener, Historical)
    since = Micros(made[2].at * SECOND)
    whole = await remembered(listener, KERLANN, since)
    expected = [str(one.id) for one in reversed(made[2:])]
    assert ids_of(whole) == [*expected, str(world.server.reviews[-1].id)]
    half = await remembered(listener, KERLANN, since, most=2)
    rest = await remembered(listener, KERLANN, since, cursor_of(half))
    assert [*ids_of(half), *ids_of(rest)] == ids_of(whole)
    assert ids_of(await remembered(listener, KERLANN, Micros(world.now + DAY))) == []


@pytest.mark.parametrize(
    ("what", "app"),
    [
        ("497799835", App("497799835", ("us", "gb", "fr"))),
        ("id497799835: CH, be,be", App("497799835", ("ch", "be"))),
        ("https://apps.apple.com/de/app/xcode/id497799835?mt=12", App("497799835", ("de",))),
        ("https://apps.apple.com/app/id497799835", App("497799835", ("us", "gb", "fr"))),
    ],
)
def test_what_names_an_app_and_its_countries(what: str, app: App) -> None:
    assert app_of(SourceConfig(network="appstore", what=what), [KERLANN]) == app


@pytest.mark.parametrize("what", ["", "kerlann", "497799835: france", "12"])
def test_what_names_no_app_is_said(what: str) -> None:
    with pytest.raises(SourceError):
        app_of(SourceConfig(network="appstore", what=what), [KERLANN])


@pytest.mark.parametrize("record", [{}, 7, {"id": {"label": "1"}}, {"id": "1", "title": "t"}])
def test_what_is_no_review_is_refused(record: object) -> None:
    with pytest.raises(UnreadableError):
        read_review(record, "us", APP)


async def test_an_unreadable_cursor_begins_anew_and_says_so(world: World[FakeAppStore]) -> None:
    world.server.review("one")
    batches = await polled(world.listener(f"{APP}: us"), json.dumps([1]))
    assert batches[0].gap is not None
    assert len(ids_of(batches)) == 1
