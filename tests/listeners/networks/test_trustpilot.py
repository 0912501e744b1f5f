"""Trustpilot: stars, times without a zone, edits, answers, and whose plan has no API."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from listeners.config import BrandConfig
from listeners.model import SECOND, Micros, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError
from listeners.networks.replying import Answered, Reply, Replying, ReplyRefusedError
from listeners.networks.reviews import answer_id
from listeners.networks.trustpilot.decode import read_review
from listeners.secret import Secret
from tests.fake.http_server import json_reply, status_reply
from tests.fake.listening import (
    KERLANN,
    World,
    cursor_of,
    gone_of,
    ids_of,
    polled,
    posts_of,
    remembered,
    world_of,
)
from tests.fake.trustpilot import KEY, SECRET, SITE, TOKEN_PATH, UNIT, FakeTrustpilot, Review

ROOT = Path(__file__).parents[3]
RECORDED = Path(os.environ.get("HUBBUB_RECORDED", ROOT.parent / "shared" / "recorded"))
FOLDER = RECORDED / "trustpilot"
LIST = f"/v1/business-units/{UNIT}/reviews"


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World[FakeTrustpilot]]:
    monkeypatch.setenv("TRUSTPILOT_KEY", KEY)
    monkeypatch.setenv("TRUSTPILOT_SECRET", SECRET)
    async with world_of(FakeTrustpilot(), "trustpilot") as made:
        yield made


def listener(world: World[FakeTrustpilot], what: str = UNIT, *brands: Any, **more: Any) -> Any:
    options = {"secret": "env:TRUSTPILOT_SECRET", "business_user": "u7"}
    token = Secret("env:TRUSTPILOT_KEY")
    return world.listener(what, *brands, **{"token": token, "options": options, **more})


def reply(world: World[FakeTrustpilot], to: Review, text: str = "Thank you") -> Reply:
    return Reply(key="k", text=text, to=Answered(native_id=to.id), written_at=world.now)


@pytest.mark.skipif(not FOLDER.exists(), reason="no recorded reviews: set HUBBUB_RECORDED")
def test_the_recorded_reviews_are_read() -> None:
    single = json.loads((FOLDER / "doc_review_single_unanswered.json").read_bytes())
    [post] = read_review(single, ours=True, unit=UNIT).posts
    assert (post.rating, post.title, post.text, post.lang) == (
        2,
        "Slow",
        "I needed help and waited",
        "en",
    )
    assert (post.author.key, post.author.name) == ("507f191e810c19729de8asd4", "A")
    events = json.loads(
        (FOLDER / "trustpilot-client__resources__trustpilot-review-events.json").read_bytes()
    )
    [event] = read_review(events["events"][0]["eventData"], ours=True, unit=UNIT).posts
    # Its title is but the beginning of its words.
    assert (event.rating, event.author.name) == (4, "some one")
    assert event.text.startswith("Some of the screens")


@pytest.mark.parametrize("record", [{}, 7, {"id": "a"}, {"id": "a", "stars": 9}, {"text": "x"}])
def test_what_says_nothing_is_a_dead_letter(record: object) -> None:
    with pytest.raises(UnreadableError):
        read_review(record, ours=True, unit=UNIT)


def test_stars_alone_are_a_review_and_a_cut_title_is_none() -> None:
    [alone] = read_review({"id": "a", "stars": 2}, ours=True, unit=UNIT).posts
    assert alone.text == "★★☆☆☆"
    cut = {"id": "a", "stars": 2, "title": "I needed…", "text": "I needed help"}
    [post] = read_review(cut, ours=True, unit=UNIT).posts
    assert (post.title, post.text) == ("", "I needed help")


async def test_a_time_without_a_zone_is_utc_and_the_review_speaks_to_us(
    world: World[FakeTrustpilot],
) -> None:
    made = world.server.review("Slow", stars=1)
    made.answer = "Sorry"
    review, answer = posts_of(await polled(listener(world)))
    assert review.created_at == made.at * SECOND
    assert (review.rating, review.addressed, review.url) == (
        1,
        True,
        f"https://www.trustpilot.com/reviews/{made.id}",
    )
    assert (answer.own, answer.parent_id, answer.text) == (True, made.id, "Sorry")
    assert answer.created_at == (made.at + 60) * SECOND


async def test_a_competitors_reviews_are_only_wanted(world: World[FakeTrustpilot]) -> None:
    world.server.review("fine").answer = "Thanks"
    rival = BrandConfig(name="Rival", competitor=True)
    posts = posts_of(await polled(listener(world, UNIT, rival, brand="Rival")))
    assert [(one.addressed, one.own, one.wanted) for one in posts] == [(False, False, True)] * 2


@pytest.mark.parametrize(
    "what", [SITE, f"https://www.trustpilot.com/review/{SITE}", f"https://{SITE}/", ""]
)
async def test_a_business_is_found_by_its_site_once(
    world: World[FakeTrustpilot], what: str
) -> None:
    made = world.server.review("fine")
    heard = listener(world, what)
    assert ids_of(await polled(heard)) == [made.id]
    await polled(heard)
    assert len(world.server.asked("/v1/business-units/find")) == 1


async def test_an_unknown_business_is_said(world: World[FakeTrustpilot]) -> None:
    with pytest.raises(SourceError) as refused:
        await polled(listener(world, "other.example"))
    assert "knows no business of the name other.example" in str(refused.value)


async def test_an_edit_in_the_newest_page_is_seen_without_being_newer(
    world: World[FakeTrustpilot],
) -> None:
    made = world.server.review("Slow")
    world.server.review("Good")
    heard = listener(world)
    cursor = cursor_of(await polled(heard))
    made.text, made.edited = "Quick after all", world.server.now + 60
    [post] = posts_of(await polled(heard, cursor))
    assert (post.text, post.edited_at) == ("Quick after all", made.edited * SECOND)
    assert await polled(heard, cursor) == []


async def test_a_thread_tells_what_is_gone(world: World[FakeTrustpilot]) -> None:
    made, lost = world.server.review("fine"), world.server.review("bad")
    world.server.reviews.remove(lost)
    batch = await listener(world).thread([made.id, lost.id])
    assert [post.native_id for post in batch.posts] == [made.id]
    assert gone_of([batch]) == {lost.id}


async def test_the_past_is_read_page_by_page(world: World[FakeTrustpilot]) -> None:
    world.server.size = 2
    made = [world.server.review(f"n{number}") for number in range(5)]
    heard = listener(world)
    part = await remembered(heard, KERLANN, Micros(0), most=1)
    rest = await remembered(heard, KERLANN, Micros(0), cursor_of(part))
    assert ids_of([*part, *rest]) == [one.id for one in reversed(made)]


async def test_without_a_key_it_says_whose_plan_has_one(world: World[FakeTrustpilot]) -> None:
    with pytest.raises(SourceError) as refused:
        await polled(world.listener(UNIT))
    assert refused.value.state is SourceState.NEEDS_APPROVAL
    assert "Connect module" in str(refused.value)


@pytest.mark.parametrize(
    ("answer", "state", "word"),
    [
        (json_reply({"message": "No access"}, 403), SourceState.NEEDS_APPROVAL, "No access"),
        (json_reply({"message": "Unknown apikey"}, 401), SourceState.NEEDS_TOKEN, ""),
        (json_reply({"things": []}), SourceState.FORMAT_CHANGED, "not with reviews"),
        (status_reply(429, retry_after="30"), SourceState.RATE_LIMITED, ""),
    ],
)
async def test_every_refusal_has_its_state(
    world: World[FakeTrustpilot], answer: Any, state: SourceState, word: str
) -> None:
    world.server.on(LIST, answer)
    with pytest.raises(SourceError) as refused:
        await polled(listener(world))
    assert refused.value.state is state
    assert word in str(refused.value)


async def test_an_answer_is_written_found_again_and_taken_away(
    world: World[FakeTrustpilot],
) -> None:
    made = world.server.review("fine")
    voice = listener(world)
    assert isinstance(voice, Replying)
    assert await voice.find_reply(reply(world, made)) is None
    sent = await voice.send_reply(reply(world, made))
    assert (made.answer, sent.native_id) == ("Thank you", answer_id(made.id, "Thank you"))
    assert await voice.find_reply(reply(world, made)) == sent
    written = next(one for one in world.server.requests if one.path.endswith("/reply"))
    assert written.json() == {"authorBusinessUserId": "u7", "message": "Thank you"}
    assert len(world.server.asked(TOKEN_PATH)) == 1, "a permission lasts for days"
    await voice.delete_reply(sent.native_id)
    assert made.answer == ""


async def test_without_the_secret_nothing_is_sent(world: World[FakeTrustpilot]) -> None:
    made = world.server.review("fine")
    assert listener(world, options={}).may_reply() is not None
    world.server.on(TOKEN_PATH, json_reply({"message": "no"}, 401))
    with pytest.raises(ReplyRefusedError) as refused:
        await listener(world).send_reply(reply(world, made))
    assert "key and secret together" in str(refused.value)
    assert made.answer == ""
