"""Google reviews: words and stars, our answers, the quota of nothing, and what reopens."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from listeners.model import DAY, HOUR, SECOND, Micros, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError
from listeners.networks.google_reviews.decode import at_fine, own_words, read_review, reviews_in
from listeners.networks.replying import Answered, Reply, Replying, ReplyRefusedError
from listeners.networks.reviews import answer_id
from listeners.secret import Secret
from tests.fake.google_reviews import PLACE, TOKEN, FakeGoogleReviews, Review
from tests.fake.http_server import body_reply, hung_up, json_reply, status_reply
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

ROOT = Path(__file__).parents[3]
RECORDED = Path(os.environ.get("HUBBUB_RECORDED", ROOT.parent / "shared" / "recorded"))
PAGE = RECORDED / "google_business" / "composed_reviews_list.json"
LIST = f"/{PLACE}/reviews"
ZERO = {
    "error": {
        "code": 429,
        "status": "RESOURCE_EXHAUSTED",
        "message": "Quota exceeded",
        "details": [{"metadata": {"quota_limit_value": "0"}}],
    }
}


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World[FakeGoogleReviews]]:
    monkeypatch.setenv("GOOGLE_TOKEN", TOKEN)
    async with world_of(FakeGoogleReviews(), "googlereviews") as made:
        yield made


def listener(world: World[FakeGoogleReviews], **more: Any) -> Any:
    return world.listener(PLACE, token=Secret("env:GOOGLE_TOKEN"), **more)


def reply(world: World[FakeGoogleReviews], to: Review, text: str = "Thank you") -> Reply:
    answered = Answered(native_id=to.path, url="https://business.google.com/reviews")
    return Reply(key="k", text=text, to=answered, written_at=world.now)


@pytest.mark.skipif(not PAGE.exists(), reason="no recorded reviews: set HUBBUB_RECORDED")
def test_the_recorded_page_is_read() -> None:
    found = reviews_in(json.loads(PAGE.read_bytes()))
    assert found is not None
    records, after = found
    first, second, third = (read_review(one, ours=True) for one in records)
    assert after == "tok2"
    assert [one.rating for change in (first, second, third) for one in change.posts] == [
        5,
        None,
        3,
        1,
    ]
    assert [post.text for post in first.posts] == ["Great", "Thanks Pat"]
    assert first.posts[1].parent_id == first.posts[0].native_id
    assert first.posts[1].own
    assert (second.posts[0].text, second.posts[0].author.name) == ("★★★☆☆", "")
    assert third.posts[0].text == "Plus jamais"
    assert third.posts[0].author.name == "Émilie"


@pytest.mark.parametrize(
    ("comment", "words"),
    [
        ("Great", "Great"),
        ("(Translated by Google) Never\n\n(Original)\nPlus jamais", "Plus jamais"),
        ("Plus jamais\n\n(Translated by Google)\nNever", "Plus jamais"),
        ("(Translated by Google) Never", "Never"),
        ("I asked for the (Original) cake", "I asked for the (Original) cake"),
        ("", ""),
    ],
)
def test_googles_translation_is_not_the_customers_words(comment: str, words: str) -> None:
    assert own_words(comment) == words


def test_times_have_up_to_nine_digits() -> None:
    assert at_fine("2026-03-01T10:00:00.123456789Z") == at_fine("2026-03-01T10:00:00.123456Z")
    assert at_fine("2026-03-01T10:00:00Z") == 1_772_359_200 * SECOND
    assert at_fine(7) is None


@pytest.mark.parametrize(
    "record", [{}, [], {"name": "a/reviews/b"}, {"name": "a", "starRating": "SIX"}, {"name": None}]
)
def test_what_says_nothing_is_a_dead_letter(record: object) -> None:
    with pytest.raises(UnreadableError):
        read_review(record, ours=True)


async def test_a_review_is_addressed_to_us_and_our_answer_stands_below_it(
    world: World[FakeGoogleReviews],
) -> None:
    made = world.server.review("Rude staff", stars=1)
    made.answer = "Sorry"
    review, answer = posts_of(await polled(listener(world)))
    assert (review.native_id, review.rating, review.addressed) == (made.path, 1, True)
    assert (answer.native_id, answer.parent_id, answer.own) == (
        answer_id(made.path, "Sorry"),
        made.path,
        True,
    )


async def test_an_edit_comes_again_with_when_it_was_edited(
    world: World[FakeGoogleReviews],
) -> None:
    made = world.server.review("fine")
    world.server.review("good")
    heard = listener(world)
    cursor = cursor_of(await polled(heard))
    assert await polled(heard, cursor) == []
    world.server.change(made, "Not fine at all")
    [post] = posts_of(await polled(heard, cursor))
    assert (post.text, post.edited_at) == ("Not fine at all", made.changed * SECOND + 123_456)


async def test_an_answer_that_was_taken_away_elsewhere_is_gone_here(
    world: World[FakeGoogleReviews],
) -> None:
    made = world.server.review("fine")
    made.answer = "Thanks"
    heard = listener(world)
    cursor = cursor_of(await polled(heard))
    made.answer = ""
    assert gone_of(await polled(heard, cursor)) == {answer_id(made.path, "Thanks")}


async def test_an_answer_stays_while_its_review_is_changed(
    world: World[FakeGoogleReviews],
) -> None:
    made = world.server.review("fine")
    made.answer = "Thanks"
    heard = listener(world)
    cursor = cursor_of(await polled(heard))
    world.server.change(made, "Not fine")
    batches = await polled(heard, cursor)
    assert [post.text for post in posts_of(batches)][:1] == ["Not fine"]
    assert gone_of(batches) == set()


async def test_a_thread_tells_the_review_as_it_is_and_that_it_is_gone(
    world: World[FakeGoogleReviews],
) -> None:
    made, lost = world.server.review("fine"), world.server.review("bad")
    made.answer = "Thanks"
    world.server.reviews.remove(lost)
    batch = await listener(world).thread([made.path, lost.path, "elsewhere"])
    assert [post.text for post in batch.posts] == ["fine", "Thanks"]
    assert gone_of([batch]) == {lost.path}


async def test_the_past_is_read_down_to_where_it_is_wanted(
    world: World[FakeGoogleReviews],
) -> None:
    world.server.size = 2
    made = [world.server.review(f"n{number}") for number in range(7)]
    heard = listener(world)
    part = await remembered(heard, KERLANN, Micros(0), most=2)
    rest = await remembered(heard, KERLANN, Micros(0), cursor_of(part))
    assert ids_of([*part, *rest]) == [one.path for one in reversed(made)]
    since = Micros(made[4].at * SECOND)
    late = await remembered(heard, KERLANN, since)
    assert ids_of(late) == [one.path for one in (made[6], made[5], made[4])]


async def test_without_permission_it_says_who_must_approve(
    world: World[FakeGoogleReviews],
) -> None:
    with pytest.raises(SourceError) as refused:
        await polled(world.listener(PLACE))
    assert refused.value.state is SourceState.NEEDS_APPROVAL
    assert "support.google.com" in str(refused.value)
    assert world.listener(PLACE).may_reply() is not None


@pytest.mark.parametrize(
    ("answer", "state", "word"),
    [
        (json_reply(ZERO, 429), SourceState.NEEDS_APPROVAL, "quota of 0"),
        (
            json_reply({"error": {"status": "RESOURCE_EXHAUSTED"}}, 429),
            SourceState.RATE_LIMITED,
            "",
        ),
        (
            json_reply({"error": {"message": "API has not been used in project 7"}}, 403),
            SourceState.NEEDS_APPROVAL,
            "project 7",
        ),
        (status_reply(401), SourceState.NEEDS_TOKEN, ""),
        (json_reply({"reviews": 7}), SourceState.FORMAT_CHANGED, "not with reviews"),
        (body_reply(b"[]", "application/json"), SourceState.FORMAT_CHANGED, ""),
    ],
)
async def test_every_refusal_has_its_state(
    world: World[FakeGoogleReviews], answer: Any, state: SourceState, word: str
) -> None:
    world.server.on(LIST, answer)
    with pytest.raises(SourceError) as refused:
        await polled(listener(world))
    assert refused.value.state is state
    assert word in str(refused.value)


@pytest.mark.parametrize("what", ["", "55", "accounts/1", "accounts/1/locations/5 5"])
async def test_what_names_no_place_is_said(world: World[FakeGoogleReviews], what: str) -> None:
    with pytest.raises(SourceError) as refused:
        await polled(world.listener(what, token=Secret("env:GOOGLE_TOKEN")))
    assert "names no place" in str(refused.value)


async def test_the_lasting_permission_makes_a_token_anew(
    world: World[FakeGoogleReviews], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ID", "SECRET", "REFRESH"):
        monkeypatch.setenv(f"G_{name}", name.lower())
    world.server.on("/token", json_reply({"access_token": TOKEN, "expires_in": 3600}))
    options = {
        "client_id": "env:G_ID",
        "client_secret": "env:G_SECRET",
        "refresh_token": "env:G_REFRESH",
        "oauth_url": f"{world.server.url}/token",
    }
    made = world.server.review("fine")
    heard = world.listener(PLACE, options=options)
    assert ids_of(await polled(heard)) == [made.path]
    world.now = Micros(world.now + 2 * HOUR)
    await polled(heard)
    assert len(world.server.asked("/token")) == 2
    world.now = Micros(world.now + DAY)
    world.server.on("/token", json_reply({"error": "invalid_grant"}, 400))
    with pytest.raises(SourceError) as refused:
        await polled(heard)
    assert "after seven days" in str(refused.value)


# --- answering ---------------------------------------------------------------------------------


async def test_an_answer_is_put_found_again_and_taken_away(
    world: World[FakeGoogleReviews],
) -> None:
    made = world.server.review("fine")
    voice = listener(world)
    assert isinstance(voice, Replying)
    assert (await voice.reply_limit()).unit == "bytes"
    assert await voice.find_reply(reply(world, made)) is None
    sent = await voice.send_reply(reply(world, made))
    assert (made.answer, sent.native_id) == ("Thank you", answer_id(made.path, "Thank you"))
    assert await voice.find_reply(reply(world, made)) == sent
    # The same once more changes nothing: it stands there.
    puts = len([one for one in world.server.requests if one.method == "PUT"])
    assert await voice.send_reply(reply(world, made)) == sent
    assert len([one for one in world.server.requests if one.method == "PUT"]) == puts
    await voice.delete_reply(sent.native_id)
    assert made.answer == ""
    world.server.reviews.remove(made)
    await voice.delete_reply(sent.native_id)


async def test_the_answer_of_a_colleague_is_not_replaced(
    world: World[FakeGoogleReviews],
) -> None:
    made = world.server.review("fine")
    made.answer = "Dear Pat"
    with pytest.raises(ReplyRefusedError) as refused:
        await listener(world).send_reply(reply(world, made))
    assert "would replace it" in str(refused.value)
    assert made.answer == "Dear Pat"
    assert await listener(world).find_reply(reply(world, made)) is None


async def test_refusals_are_told_and_what_is_open_stays_open(
    world: World[FakeGoogleReviews],
) -> None:
    made = world.server.review("fine")
    path = f"/{made.path}/reply"
    voice = listener(world)
    unverified = {"error": {"code": 400, "message": "Location is not verified"}}
    world.server.on(path, json_reply(unverified, 400), hung_up())
    with pytest.raises(ReplyRefusedError) as refused:
        await voice.send_reply(reply(world, made))
    assert "not verified" in str(refused.value)
    with pytest.raises(SourceError):
        await voice.send_reply(reply(world, made))
    world.server.reviews.remove(made)
    with pytest.raises(ReplyRefusedError) as gone:
        await voice.send_reply(reply(world, made))
    assert "not on Google reviews any more" in str(gone.value)
