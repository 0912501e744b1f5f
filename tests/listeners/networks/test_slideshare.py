"""SlideShare: addresses rewritten, decks told more of, old keys, and honesty without either."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.config import BrandConfig
from listeners.model import DAY, Micros, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError
from listeners.networks.slideshare.address import deck_address
from listeners.networks.slideshare.decode import (
    NotSlideShareError,
    Refusal,
    at_utc,
    decks_in,
    read_deck,
    read_embedded,
)
from listeners.secret import Secret
from tests.fake.http_server import body_reply, status_reply
from tests.fake.listening import World, cursor_of, ids_of, polled, posts_of, world_of
from tests.fake.slideshare import FEED, KEY, SECRET, FakeSlideShare

ROOT = Path(__file__).parents[3]
RECORDED = Path(os.environ.get("HUBBUB_RECORDED", ROOT.parent / "shared" / "recorded"))
FOLDER = RECORDED / "slideshare"
CHALLENGE = b"<!doctype html><html><title>Client Challenge</title></html>"
SITE = "https://www.slideshare.net"
# Decks in each recorded answer of the old API, and the number of its refusal.
HELD: dict[str, int | str] = {
    "slideshare_api__fixtures__error.xml": "0",
    "slideshare_api__fixtures__slideshow.xml": 1,
    "slideshare_api__fixtures__slideshows.xml": 2,
    "spring-social-slideshare__resources__response-error.xml": "0",
    "spring-social-slideshare__resources__response-empty.xml": 0,
    "spring-social-slideshare__resources__response-get-slideshows-by-tag.xml": 2,
    "spring-social-slideshare__resources__response-get-slideshows-by-tag-detailed.xml": 1,
}


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World[FakeSlideShare]]:
    monkeypatch.setenv("DECK_KEY", KEY)
    monkeypatch.setenv("DECK_SECRET", SECRET)
    async with world_of(FakeSlideShare(), "slideshare") as made:
        yield made


def alerts(world: World[FakeSlideShare]) -> Any:
    return world.listener(f"{world.server.url}{FEED}")


def keyed(world: World[FakeSlideShare], secret: str = "env:DECK_SECRET") -> Any:
    brand = BrandConfig(name="Kerlann")
    return world.listener("", brand, token=Secret("env:DECK_KEY"), options={"secret": secret})


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("https://www.slideshare.net/ana/a-boat", f"{SITE}/ana/a-boat"),
        ("http://de.slideshare.net/ana/a-boat?from=x#3", f"{SITE}/ana/a-boat"),
        ("https://slideshare.net/mobile/ana/a-boat/4", f"{SITE}/ana/a-boat"),
        ("https://www.slideshare.net/slideshow/a-boat/123", f"{SITE}/slideshow/embed_code/123"),
        ("https://www.slideshare.net/slideshow/embed_code/123", f"{SITE}/slideshow/embed_code/123"),
        (
            "https://www.slideshare.net/slideshow/embed_code/key/av6n",
            f"{SITE}/slideshow/embed_code/key/av6n",
        ),
        ("https://www.slideshare.net/slideshow/a-boat", ""),
        ("https://www.slideshare.net/ana", ""),
        ("https://www.slideshare.net/ana/presentations", ""),
        ("https://www.slideshare.net/search/slideshow?q=x", ""),
        ("https://www.slideshare.net/tag/boats", ""),
        ("https://evilslideshare.net/ana/a-boat", ""),
        ("https://slideshare.net.evil.example/ana/a-boat", ""),
        ("ftp://www.slideshare.net/ana/a-boat", ""),
        ("https://[::1/ana/a-boat", ""),
        ("", ""),
    ],
)
def test_a_decks_address_is_brought_to_a_form_that_answers(link: str, address: str) -> None:
    assert deck_address(link) == address
    assert deck_address(address) == address


@given(st.text(max_size=40))
def test_no_address_breaks_the_reader(path: str) -> None:
    found = deck_address(f"https://www.slideshare.net/{path}")
    assert found == "" or found.startswith(SITE)
    assert deck_address(found) == found


@pytest.mark.skipif(not FOLDER.exists(), reason="no recorded decks: set HUBBUB_RECORDED")
@pytest.mark.parametrize("name", sorted(HELD))
def test_every_recorded_answer_is_read(name: str) -> None:
    found = decks_in((FOLDER / name).read_bytes())
    held = HELD[name]
    if isinstance(held, str):
        assert isinstance(found, Refusal)
        assert (found.number, found.said) == (held, found.said.strip())
        return
    assert isinstance(found, list)
    posts = [read_deck(one) for one in found]
    assert len(posts) == held
    if name.endswith("slideshows.xml"):
        assert posts[1].title == "Un an dans la peau d’une équipe Lean Startup chez OCTO Technology"
        assert (posts[0].lang, posts[0].author.handle) == ("fr", "jeremyvenezia")
        assert posts[0].created_at == at_utc("2014-05-02 00:50:06 UTC")


@pytest.mark.skipif(not FOLDER.exists(), reason="no recorded oEmbed: set HUBBUB_RECORDED")
def test_the_recorded_oembed_is_read() -> None:
    lines = (FOLDER / "ruby-oembed__cassettes__OEmbed_Providers_Slideshare.decoded.jsonl").open()
    read = 0
    with lines:
        for line in lines:
            exchange = json.loads(line)
            if exchange["status"] != 200:
                continue
            try:
                body = json.loads(exchange["body"])
            except ValueError:
                continue  # the XML form is never asked for
            address = f"{SITE}/gabriele.lana/the-magic-of-elixir"
            post = read_embedded(body, address)
            assert (post.title, post.author.name) == ("The Magic Of Elixir", "Gabriele Lana")
            assert (post.native_id, post.author.handle) == ("46553440", "gabriele.lana")
            read += 1
    assert read


def test_what_is_no_deck_is_refused() -> None:
    for record in ({}, {"ID": "x"}, {"ID": "7"}):
        with pytest.raises(UnreadableError):
            read_deck(record)
    bodies: tuple[object, ...] = (None, [], {}, {"title": "\x00"})
    for body in bodies:
        with pytest.raises(UnreadableError):
            read_embedded(body, "a")
    with pytest.raises(NotSlideShareError):
        decks_in(b"<a><b></a>")


async def test_a_deck_an_alert_found_is_told_more_of(world: World[FakeSlideShare]) -> None:
    deck = world.server.deck("A boat for Kerlann", "…says <b>Kerlann</b> of boats…")
    [post] = posts_of(await polled(alerts(world)))
    assert (post.native_id, post.url) == (deck.url, deck.url)
    assert (post.title, post.author.name, post.author.handle) == (
        "A boat for Kerlann",
        "Ana Boat",
        "ana",
    )
    assert post.text == "…says Kerlann of boats…"
    assert post.wanted
    [asked] = world.server.asked("/api/oembed/2")
    assert asked.one("url") == deck.url


async def test_a_deck_is_asked_for_once_and_stays_as_it_was_told(
    world: World[FakeSlideShare],
) -> None:
    world.server.deck("One")
    heard = alerts(world)
    cursor = cursor_of(await polled(heard))
    new = world.server.deck("Two")
    assert ids_of(await polled(heard, cursor)) == [new.url]
    assert len(world.server.asked("/api/oembed/2")) == 2
    # Begun anew while SlideShare wants a browser: what is stored keeps its title.
    world.server.on("/api/oembed/2", body_reply(CHALLENGE, "text/html"))
    cursor = cursor_of(await polled(heard, cursor), cursor)
    world.now = Micros(world.now + 3 * DAY)
    assert posts_of(await polled(alerts(world), cursor)) == []


@pytest.mark.parametrize(
    "answer",
    [body_reply(CHALLENGE, "text/html"), status_reply(404), body_reply(b"{}", "application/json")],
)
async def test_where_oembed_does_not_tell_the_alerts_words_remain(
    world: World[FakeSlideShare], answer: Any
) -> None:
    deck = world.server.deck("A boat", "…says Kerlann…")
    world.server.on("/api/oembed/2", answer)
    [post] = posts_of(await polled(alerts(world)))
    assert (post.native_id, post.title, post.text) == (deck.url, "A boat", "…says Kerlann…")


async def test_a_deck_named_by_hand_is_heard(world: World[FakeSlideShare]) -> None:
    deck = world.server.deck("A boat")
    heard = world.listener(f"{deck.url}?from=search, {SITE}/ana/gone")
    batches = await polled(heard)
    [post] = posts_of(batches)
    assert (post.native_id, post.title, post.wanted) == (deck.url, "A boat", True)
    assert await polled(heard, cursor_of(batches)) == []


async def test_an_old_key_searches_with_its_proof(world: World[FakeSlideShare]) -> None:
    deck = world.server.deck("L’été & the boat", "of Kerlann")
    [post] = posts_of(await polled(keyed(world)))
    assert (post.native_id, post.title, post.lang) == (str(deck.id), "L’été & the boat", "fr")
    assert (post.engagement.replies, post.engagement.likes) == (2, 1)
    [asked] = world.server.asked("/api/2/search_slideshows")
    assert (asked.one("q"), asked.one("sort")) == ('"kerlann"', "latest")
    assert SECRET not in str(asked)


@pytest.mark.parametrize(
    ("number", "state"),
    [
        ("1", SourceState.NEEDS_TOKEN),
        ("99", SourceState.RATE_LIMITED),
        ("42", SourceState.FAILING),
    ],
)
async def test_the_old_api_says_no_in_xml(
    world: World[FakeSlideShare], number: str, state: SourceState
) -> None:
    xml = f'<SlideShareServiceError><Message ID="{number}">No</Message></SlideShareServiceError>'
    world.server.on("/api/2/search_slideshows", body_reply(xml.encode(), "text/xml"))
    with pytest.raises(SourceError) as refused:
        await polled(keyed(world))
    assert refused.value.state is state


async def test_without_a_feed_or_a_key_the_way_round_is_told(
    world: World[FakeSlideShare],
) -> None:
    with pytest.raises(SourceError) as refused:
        await polled(world.listener())
    assert refused.value.state is SourceState.IMPORT_ONLY
    assert "google.com/alerts" in str(refused.value)
    with pytest.raises(SourceError) as half:
        await polled(keyed(world, secret=""))
    assert half.value.state is SourceState.NEEDS_TOKEN


async def test_a_page_instead_of_a_feed_is_said(world: World[FakeSlideShare]) -> None:
    world.server.on(FEED, body_reply(CHALLENGE, "text/html"))
    with pytest.raises(SourceError) as refused:
        await polled(alerts(world))
    assert refused.value.state is SourceState.FAILING
