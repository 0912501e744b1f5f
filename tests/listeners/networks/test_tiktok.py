"""TikTok: comments where it approved the app, counts where not, errors inside good answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from listeners.model import DAY, MINUTE, SECOND, Micros, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError
from listeners.networks.replying import Answered, Reply, Replying, ReplyRefusedError
from listeners.networks.tiktok.decode import read_comment, read_video
from listeners.secret import Secret
from tests.fake.http_server import hung_up, json_reply, status_reply
from tests.fake.listening import World, cursor_of, ids_of, polled, posts_of, world_of
from tests.fake.tiktok import ACCOUNT, FRONT, TOKEN, Comment, FakeTikTok

VIDEO = read_video({"item_id": "7", "share_url": "https://www.tiktok.com/@k/video/7"})


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World[FakeTikTok]]:
    monkeypatch.setenv("TIKTOK_TOKEN", TOKEN)
    async with world_of(FakeTikTok(), "tiktok") as made:
        yield made


def business(world: World[FakeTikTok]) -> Any:
    return world.listener(token=Secret("env:TIKTOK_TOKEN"), options={"business_id": ACCOUNT})


def display(world: World[FakeTikTok]) -> Any:
    return world.listener(token=Secret("env:TIKTOK_TOKEN"))


def reply(world: World[FakeTikTok], to: Comment, text: str = "Thanks") -> Reply:
    native_id = f"{to.video}/{to.id}"
    root = f"{to.video}/{to.below}" if to.below else native_id
    written = Micros(world.server.now * SECOND)
    return Reply(
        key="k", text=text, to=Answered(native_id=native_id, root_id=root), written_at=written
    )


@pytest.mark.parametrize(
    "record", [{}, 7, {"comment_id": "1"}, {"comment_id": "1", "text": " "}, {"text": "a"}]
)
def test_what_is_no_comment_is_a_dead_letter(record: object) -> None:
    with pytest.raises(UnreadableError):
        read_comment(record, VIDEO)


def test_numbers_come_as_numbers_or_as_text() -> None:
    for number in (1_800_000_000, "1800000000"):
        post = read_comment({"comment_id": number, "text": "a", "create_time": number}, VIDEO)
        assert (post.native_id, post.created_at) == ("7/1800000000", 1_800_000_000 * SECOND)
    with pytest.raises(UnreadableError):
        read_video({"caption": "no id"})


async def test_comments_and_answers_are_heard_below_their_video(
    world: World[FakeTikTok],
) -> None:
    film = world.server.video("A boat")
    asked = world.server.comment("Where?", film)
    ours = world.server.comment("Here", film, below=asked.id, ours=True)
    other = world.server.comment("Thanks", film, below=asked.id)
    video, first, second, third = posts_of(await polled(business(world)))
    assert (video.own, video.engagement.replies) == (True, 3)
    assert (first.native_id, first.addressed, first.author.handle) == (
        f"{film.id}/{asked.id}",
        True,
        "ana",
    )
    assert (second.native_id, second.own) == (f"{film.id}/{ours.id}", True)
    assert (second.parent_id, second.root_id) == (first.native_id, first.native_id)
    assert third.native_id == f"{film.id}/{other.id}"
    assert first.url == f"https://www.tiktok.com/@kerlann/video/{film.id}"


async def test_only_videos_with_more_comments_are_read_again(world: World[FakeTikTok]) -> None:
    quiet, loud = world.server.video("quiet"), world.server.video("loud")
    world.server.comment("one", quiet)
    world.server.comment("two", loud)
    heard = business(world)
    cursor = cursor_of(await polled(heard))
    made = world.server.comment("three", loud)
    before = len(world.server.asked(f"{FRONT}/comment/list/"))
    new = [one for one in posts_of(await polled(heard, cursor)) if not one.own]
    assert [one.native_id for one in new] == [f"{loud.id}/{made.id}"]
    assert len(world.server.asked(f"{FRONT}/comment/list/")) == before + 1


async def test_a_thread_brings_the_answers(world: World[FakeTikTok]) -> None:
    film = world.server.video("A boat")
    asked = world.server.comment("Where?", film)
    ours = world.server.comment("Here", film, below=asked.id, ours=True)
    batch = await business(world).thread([f"{film.id}/{asked.id}", film.id, "odd"])
    assert ids_of([batch]) == [f"{film.id}/{ours.id}"]
    assert (await display(world).thread([f"{film.id}/{asked.id}"])).posts == ()


async def test_without_approval_more_comments_are_told_by_their_number(
    world: World[FakeTikTok],
) -> None:
    film = world.server.video("A boat", counted=3)
    heard = display(world)
    cursor = cursor_of(await polled(heard))
    film.counted = 5
    told = [one for one in posts_of(await polled(heard, cursor)) if not one.own]
    assert [one.text for one in told] == ["Comments on “A boat” went from 3 to 5."]
    assert (told[0].addressed, told[0].root_id) == (True, film.id)
    assert heard.may_reply() is not None


async def test_without_a_token_it_says_who_must_approve(world: World[FakeTikTok]) -> None:
    with pytest.raises(SourceError) as refused:
        await polled(world.listener())
    assert refused.value.state is SourceState.NEEDS_APPROVAL
    assert "Research API refuses businesses" in str(refused.value)


@pytest.mark.parametrize(
    ("answer", "state", "word", "wait"),
    [
        ({"code": 40105, "message": "bad"}, SourceState.TOKEN_EXPIRED, "lives for a day", None),
        ({"code": 40100, "message": "Too many"}, SourceState.RATE_LIMITED, "", MINUTE),
        ({"code": 40100, "message": "Access token expired"}, SourceState.TOKEN_EXPIRED, "", None),
        ({"code": 40001, "message": "No leave"}, SourceState.NEEDS_APPROVAL, "No leave", None),
        ({"code": 51010, "message": "Odd"}, SourceState.FAILING, "Odd", None),
        ({"data": {}}, SourceState.FORMAT_CHANGED, "", None),
        ({"code": 0, "data": {"videos": 7}}, SourceState.FORMAT_CHANGED, "", None),
    ],
)
async def test_an_error_inside_a_good_answer_has_its_state(
    world: World[FakeTikTok],
    answer: dict[str, Any],
    state: SourceState,
    word: str,
    wait: int | None,
) -> None:
    world.server.on(f"{FRONT}/video/list/", json_reply(answer))
    with pytest.raises(SourceError) as refused:
        await polled(business(world))
    assert refused.value.state is state
    assert word in str(refused.value)
    assert refused.value.until == (None if wait is None else world.now + wait)


@pytest.mark.parametrize(
    ("status", "code", "state", "wait"),
    [
        (401, "access_token_invalid", SourceState.TOKEN_EXPIRED, None),
        (401, "scope_not_authorized", SourceState.NEEDS_APPROVAL, None),
        (429, "rate_limit_exceeded", SourceState.RATE_LIMITED, None),
        (200, "rate_limit_exceeded", SourceState.RATE_LIMITED, MINUTE),
        (200, "daily_quota_limit_exceeded", SourceState.RATE_LIMITED, DAY),
    ],
)
async def test_the_display_api_refuses_by_status_or_inside(
    world: World[FakeTikTok], status: int, code: str, state: SourceState, wait: int | None
) -> None:
    error = {"code": code, "message": "no", "log_id": "1"}
    world.server.on("/v2/video/list/", json_reply({"error": error}, status))
    with pytest.raises(SourceError) as refused:
        await polled(display(world))
    assert refused.value.state is state
    if wait is not None:
        assert refused.value.until == world.now + wait


# --- answering ---------------------------------------------------------------------------------


async def test_an_answer_is_sent_found_and_deleted(world: World[FakeTikTok]) -> None:
    film = world.server.video("A boat")
    asked = world.server.comment("Where?", film)
    nested = world.server.comment("Yes, where?", film, below=asked.id)
    voice = business(world)
    assert isinstance(voice, Replying)
    assert (await voice.reply_limit()).maximum == 150
    assert await voice.find_reply(reply(world, nested)) is None
    sent = await voice.send_reply(reply(world, nested))
    made = film.comments[-1]
    assert (sent.native_id, made.below, made.text) == (f"{film.id}/{made.id}", asked.id, "Thanks")
    assert await voice.find_reply(reply(world, nested)) == sent
    await voice.delete_reply(sent.native_id)
    assert made not in film.comments


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (json_reply({"code": 40105, "message": "x"}), "does not accept this source's token"),
        (json_reply({"code": 40100, "message": "Too many"}), "slow down"),
        (json_reply({"code": 40002, "message": "Text too long"}), "Text too long"),
        (status_reply(403), "does not accept this source's token"),
    ],
)
async def test_a_refusal_says_why(world: World[FakeTikTok], answer: Any, word: str) -> None:
    asked = world.server.comment("Where?", world.server.video("A boat"))
    world.server.on(f"{FRONT}/comment/reply/create/", answer)
    with pytest.raises(ReplyRefusedError) as refused:
        await business(world).send_reply(reply(world, asked))
    assert word in str(refused.value)


async def test_what_broke_off_is_open_and_a_notice_cannot_be_answered(
    world: World[FakeTikTok],
) -> None:
    film = world.server.video("A boat")
    asked = world.server.comment("Where?", film)
    world.server.on(f"{FRONT}/comment/reply/create/", hung_up())
    with pytest.raises(SourceError):
        await business(world).send_reply(reply(world, asked))
    notice = Reply(
        key="k",
        text="Hi",
        to=Answered(native_id=f"{film.id}/comments/5", root_id=film.id),
        written_at=world.now,
    )
    with pytest.raises(ReplyRefusedError):
        await business(world).send_reply(notice)
