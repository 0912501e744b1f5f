"""Pinterest: comments that are counted and not shown, told once for every change."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from listeners.model import Post, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError
from listeners.networks.pinterest import read_pin
from listeners.secret import Secret
from tests.fake.http_server import Request, json_reply
from tests.fake.listening import World, cursor_of, polled, posts_of, world_of
from tests.fake.pinterest import TOKEN, FakePinterest

ROOT = Path(__file__).parents[3]
RECORDED = Path(os.environ.get("HUBBUB_RECORDED", ROOT.parent / "shared" / "recorded"))
OPENAPI = RECORDED / "pinterest" / "api-description__v5__openapi.json"


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World[FakePinterest]]:
    monkeypatch.setenv("PINTEREST_TOKEN", TOKEN)
    async with world_of(FakePinterest(), "pinterest") as made:
        yield made


def listener(world: World[FakePinterest], **more: Any) -> Any:
    return world.listener(token=Secret("env:PINTEREST_TOKEN"), **more)


def notices(posts: list[Post]) -> list[str]:
    return [post.text for post in posts if not post.own]


async def test_comments_that_were_there_are_known_and_not_told(
    world: World[FakePinterest],
) -> None:
    world.server.pin("Blue", comments=3)
    [pin] = posts_of(await polled(listener(world)))
    assert (pin.own, pin.engagement.replies, pin.engagement.likes) == (True, 3, 10)
    assert pin.url == f"https://www.pinterest.com/pin/{pin.native_id}/"
    assert pin.links == ("https://kerlann.example/",)


async def test_more_comments_are_told_once_and_lead_to_the_pin(
    world: World[FakePinterest],
) -> None:
    pin = world.server.pin("Blue", comments=3)
    heard = listener(world)
    cursor = cursor_of(await polled(heard))
    assert await polled(heard, cursor) == []
    pin.comments = 5
    batches = await polled(heard, cursor)
    assert notices(posts_of(batches)) == ["Comments on “A boat” went from 3 to 5."]
    told = posts_of(batches)[-1]
    assert (told.parent_id, told.root_id, told.addressed) == (pin.id, pin.id, True)
    assert told.url.endswith(f"/pin/{pin.id}/")
    cursor = cursor_of(batches, cursor)
    assert await polled(heard, cursor) == []
    # Begun anew, it knows by its place what was told.
    assert notices(posts_of(await polled(listener(world), cursor))) == []
    pin.comments = 4
    cursor = cursor_of(await polled(heard, cursor), cursor)
    pin.comments = 6
    again = notices(posts_of(await polled(heard, cursor)))
    assert again == ["Comments on “A boat” went from 4 to 6."]


async def test_a_pin_that_is_new_began_without_comments(world: World[FakePinterest]) -> None:
    world.server.pin("Blue")
    heard = listener(world)
    cursor = cursor_of(await polled(heard))
    world.server.pin("Red", comments=2)
    assert notices(posts_of(await polled(heard, cursor))) == [
        "Comments on “A boat” went from 0 to 2."
    ]


async def test_a_first_reading_that_was_cut_short_tells_nothing_old(
    world: World[FakePinterest],
) -> None:
    world.server.size = 1
    for number in range(3):
        world.server.pin(f"n{number}", comments=7)
    first = await polled(listener(world))
    assert len(first) == 3
    # Killed after its first page: the others were never read.
    again = await polled(listener(world), first[0].cursor)
    assert notices(posts_of(again)) == []


@pytest.mark.parametrize("record", [{}, [], {"id": None}, {"id": "1", "title": 7}])
def test_what_is_no_pin_is_a_dead_letter(record: object) -> None:
    with pytest.raises(UnreadableError):
        read_pin(record)


def test_a_pin_without_anything_has_its_number() -> None:
    post = read_pin({"id": "17", "pin_metrics": None, "title": None})
    assert (post.text, post.engagement.replies, post.created_at) == ("17", None, None)


async def test_without_a_token_it_says_how_to_get_one(world: World[FakePinterest]) -> None:
    with pytest.raises(SourceError) as refused:
        await polled(world.listener())
    assert refused.value.state is SourceState.NEEDS_TOKEN
    assert "Trial access" in str(refused.value)
    assert not world.listener().capability.reply


@pytest.mark.parametrize(
    ("answer", "state", "word"),
    [
        (
            json_reply({"code": 29, "message": "Trial access expired"}, 403),
            SourceState.NEEDS_APPROVAL,
            "Trial access expired",
        ),
        (json_reply({"code": 2, "message": "no"}, 401), SourceState.NEEDS_TOKEN, ""),
        (json_reply({"items": 7}), SourceState.FORMAT_CHANGED, "not with pins"),
        (json_reply({"code": 8, "message": "slow"}, 429), SourceState.RATE_LIMITED, ""),
    ],
)
async def test_every_refusal_has_its_state(
    world: World[FakePinterest], answer: Any, state: SourceState, word: str
) -> None:
    world.server.on("/pins", answer)
    with pytest.raises(SourceError) as refused:
        await polled(listener(world))
    assert refused.value.state is state
    assert word in str(refused.value)


async def test_the_days_allowance_is_never_passed(world: World[FakePinterest]) -> None:
    heard = listener(world, options={"daily": 2})
    await polled(heard)
    await polled(heard)
    with pytest.raises(SourceError) as refused:
        await polled(heard)
    assert refused.value.state is SourceState.RATE_LIMITED
    assert len(world.server.requests) == 2


@pytest.mark.skipif(not OPENAPI.exists(), reason="no document of Pinterest: set HUBBUB_RECORDED")
async def test_what_we_ask_is_what_its_own_document_offers(
    world: World[FakePinterest],
) -> None:
    document = json.loads(OPENAPI.read_bytes())
    world.server.size = 1
    world.server.pin("a")
    world.server.pin("b")
    await polled(listener(world))
    assert len(world.server.requests) == 2
    for request in world.server.requests:
        assert faults(document, request) == []


def faults(document: Any, request: Request) -> list[str]:
    """Return what the document does not allow in a request."""
    operation = document["paths"].get(request.path, {}).get(request.method.lower())
    if operation is None:
        return [f"no {request.method} {request.path}"]
    known = {}
    for one in operation["parameters"]:
        found = one
        if "$ref" in one:
            found = document["components"]["parameters"][one["$ref"].rpartition("/")[2]]
        known[found["name"]] = found.get("schema", {})
    told = [f"no parameter {name}" for name in request.query if name not in known]
    size = int(request.one("page_size", "25"))
    if size > known["page_size"]["maximum"]:
        told.append("too large a page")
    if known["pin_metrics"].get("type") == "boolean" and request.one("pin_metrics") != "true":
        told.append("pin_metrics is true or false")
    return told
