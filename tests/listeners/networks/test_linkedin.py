"""LinkedIn: notifications and comments, one name each, our answers, and what its approval is."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from listeners.config import BrandConfig
from listeners.model import DAY, SECOND, Micros, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError
from listeners.networks.linkedin.decode import (
    address_of,
    one_form,
    post_above,
    read_comment,
    read_notice,
)
from listeners.networks.registry import listener_class
from listeners.networks.replying import Answered, Reply, Replying, ReplyRefusedError
from listeners.secret import Secret
from tests.fake.http_server import hung_up, json_reply, status_reply
from tests.fake.linkedin import FRONT, PAGE, POST, TOKEN, Comment, FakeLinkedIn
from tests.fake.listening import World, cursor_of, gone_of, ids_of, polled, posts_of, world_of

ROOT = Path(__file__).parents[3]
RECORDED = Path(os.environ.get("HUBBUB_RECORDED", ROOT.parent / "shared" / "recorded"))
COMMENTS = RECORDED / "linkedin" / "composed_comments_page.json"
LONG = "urn:li:comment:(urn:li:activity:7094637247890620418,7094977717598625792)"
# As LinkedIn really sends it: one comment under two names, and a member without a name.
NOTICE: dict[str, Any] = {
    "notificationId": 5603453321,
    "organizationalEntity": PAGE,
    "action": "COMMENT",
    "sourcePost": "urn:li:activity:7094637247890620418",
    "generatedActivity": LONG.replace("(urn:li:activity:", "(activity:"),
    "decoratedGeneratedActivity": {
        "comment": {"owner": "urn:li:person:zL", "text": "A comment", "entity": LONG}
    },
    "lastModifiedAt": 1691574506310,
    "subscriber": "urn:li:person:zL",
}


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World[FakeLinkedIn]]:
    monkeypatch.setenv("LINKEDIN_TOKEN", TOKEN)
    async with world_of(FakeLinkedIn(), "linkedin") as made:
        yield made


def listener(world: World[FakeLinkedIn], what: str = PAGE, *brands: BrandConfig) -> Any:
    return world.listener(what, *brands, token=Secret("env:LINKEDIN_TOKEN"))


def reply(world: World[FakeLinkedIn], to: Comment, text: str = "Yes, we are on it.") -> Reply:
    answered = Answered(native_id=to.urn, root_id=to.below or to.urn)
    written = Micros(world.server.now * SECOND)
    return Reply(key="k", text=text, to=answered, written_at=written)


@pytest.mark.parametrize(
    ("urn", "form"),
    [
        (LONG, LONG),
        (LONG.replace("(urn:li:activity:", "(activity:"), LONG),
        ("urn:li:comment:(ugcPost:1,2)", "urn:li:comment:(urn:li:ugcPost:1,2)"),
        ("urn:li:share:7", "urn:li:share:7"),
        ("odd", "odd"),
    ],
)
def test_a_comment_has_one_name(urn: str, form: str) -> None:
    assert one_form(urn) == form
    assert one_form(form) == form


def test_a_notice_names_its_comment_in_the_long_form_whatever_is_decorated() -> None:
    bare = {name: value for name, value in NOTICE.items() if "decorated" not in name}
    assert read_notice(NOTICE).about == read_notice(bare).about == LONG
    assert (read_notice(NOTICE).text, read_notice(bare).text) == ("A comment", "")
    assert read_notice(NOTICE).at == 1691574506310 * 1000


@pytest.mark.parametrize(
    "change",
    [
        {"action": "LIKE"},
        {"lastModifiedAt": None},
        {"notificationId": None},
        {"generatedActivity": "odd", "decoratedGeneratedActivity": None},
        {"decoratedGeneratedActivity": 7},
    ],
)
def test_what_says_nothing_is_a_dead_letter(change: dict[str, Any]) -> None:
    with pytest.raises(UnreadableError):
        read_notice({**NOTICE, **change})


@pytest.mark.skipif(not COMMENTS.exists(), reason="no recorded comments: set HUBBUB_RECORDED")
def test_the_recorded_comments_are_read() -> None:
    records = json.loads(COMMENTS.read_bytes())["elements"]
    asked, answer = (read_comment(one, PAGE) for one in records)
    assert (asked.own, asked.addressed, asked.engagement.likes) == (False, True, 5)
    assert (answer.own, answer.addressed, answer.author.key) == (True, False, PAGE)
    assert answer.parent_id == answer.root_id == asked.native_id
    assert post_above(asked.native_id) == POST
    assert asked.url == address_of(asked.native_id)
    assert asked.url.startswith(f"https://www.linkedin.com/feed/update/{POST}/?commentUrn=urn%3A")


def test_members_words_may_be_kept_for_two_days() -> None:
    assert listener_class("linkedin").capability.keep_hours == 48


async def test_a_comment_is_said_to_us_and_an_administrators_answer_is_ours(
    world: World[FakeLinkedIn],
) -> None:
    asked = world.server.comment("Where can I buy it?")
    ours = world.server.comment("Here", below=asked.urn, actor=PAGE)
    staff = "urn:li:person:staff"
    also = world.server.comment("And here", below=asked.urn, actor=staff, action="ADMIN_COMMENT")
    first, second, third = posts_of(await polled(listener(world)))
    assert (first.native_id, first.addressed, first.own) == (asked.urn, True, False)
    assert (first.author.key, first.author.handle) == ("urn:li:person:ana", "ana")
    assert (second.native_id, second.parent_id, second.own) == (ours.urn, asked.urn, True)
    assert (third.native_id, third.root_id, third.own) == (also.urn, asked.urn, True)


async def test_a_post_that_names_us_is_asked_for(world: World[FakeLinkedIn]) -> None:
    made = world.server.mention("Kerlann, again")
    [post] = posts_of(await polled(listener(world)))
    assert (post.native_id, post.text, post.addressed) == (made.urn, "Kerlann, again", True)
    assert post.url == f"https://www.linkedin.com/feed/update/{made.urn}/"


async def test_an_edit_replaces_and_a_deletion_removes(world: World[FakeLinkedIn]) -> None:
    first, second = world.server.comment("one"), world.server.comment("two")
    heard = listener(world)
    cursor = cursor_of(await polled(heard))
    world.server.edit(first, "one and a half")
    world.server.delete(second)
    world.now = Micros((world.server.now + 60) * SECOND)
    batches = await polled(heard, cursor)
    [post] = posts_of(batches)
    assert (post.text, post.edited_at) == ("one and a half", first.changed * SECOND)
    assert gone_of(batches) == {second.urn}


async def test_a_comment_deleted_before_it_was_read_is_never_handed_on(
    world: World[FakeLinkedIn],
) -> None:
    made = world.server.comment("one")
    world.server.delete(made)
    assert posts_of(await polled(listener(world))) == []


async def test_without_leave_to_read_comments_the_notices_are_read(
    world: World[FakeLinkedIn],
) -> None:
    made = world.server.comment("Where?")
    world.server.comment("And where?")
    world.server.readable = False
    posts = posts_of(await polled(listener(world)))
    assert [post.text for post in posts] == ["Where?", "And where?"]
    assert (posts[0].native_id, posts[0].root_id) == (made.urn, made.urn)
    asked = [one for one in world.server.requests if one.path != FRONT]
    assert len(asked) == 1, "asked once, and then no more this round"


async def test_the_question_is_in_the_protocols_form(world: World[FakeLinkedIn]) -> None:
    world.server.comment("Where?")
    heard = listener(world)
    cursor = cursor_of(await polled(heard))
    await polled(heard, cursor)
    first, second = world.server.asked(FRONT)
    assert first.headers["x-restli-protocol-version"] == "2.0.0"
    assert first.one("organizationalEntity") == PAGE
    assert first.one("actions") == (
        "List(COMMENT,SHARE_MENTION,ADMIN_COMMENT,COMMENT_EDIT,COMMENT_DELETE)"
    )

    def began(request: Any) -> int:
        return int(request.one("timeRange").partition("start:")[2].partition(",")[0])

    assert began(first) == (world.now - 2 * DAY) // 1000
    assert began(second) == (world.server.now - 3600) * 1000, "an hour is read again"


async def test_after_two_months_away_the_gap_is_told(world: World[FakeLinkedIn]) -> None:
    world.server.comment("Where?")
    heard = listener(world)
    cursor = cursor_of(await polled(heard))
    world.now = Micros(world.now + 70 * DAY)
    [batch] = await polled(heard, cursor)
    assert batch.gap is not None
    assert "60 days" in batch.gap.reason.template


async def test_where_nothing_happened_no_gap_is_told(world: World[FakeLinkedIn]) -> None:
    world.server.comment("Where?")
    heard = listener(world)
    cursor = cursor_of(await polled(heard))
    for _ in range(5):
        world.now = Micros(world.now + 25 * DAY)
        batches = await polled(heard, cursor)
        assert all(batch.gap is None for batch in batches)
        cursor = cursor_of(batches, cursor)


async def test_what_was_stored_is_not_asked_for_again(world: World[FakeLinkedIn]) -> None:
    world.server.comment("Where?")
    heard = listener(world)
    cursor = cursor_of(await polled(heard))
    asked = len(world.server.requests)
    world.server.comment("And where?")
    assert len(posts_of(await polled(heard, cursor))) == 1
    assert len(world.server.requests) == asked + 2, "the notices, and the new comment"


async def test_a_thread_shows_answers_and_what_is_gone(world: World[FakeLinkedIn]) -> None:
    asked, lost = world.server.comment("Where?"), world.server.comment("Bah")
    post = world.server.mention("Kerlann!")
    answer = world.server.comment("Here", below=asked.urn, actor=PAGE)
    below = world.server.comment("Indeed", below=post.urn)
    world.server.delete(lost)
    batch = await listener(world).thread([asked.urn, lost.urn, post.urn])
    found = {one.native_id: one for one in batch.posts}
    assert list(found) == [asked.urn, answer.urn, post.urn, below.urn]
    assert found[answer.urn].own
    assert found[below.urn].root_id == post.urn
    assert gone_of([batch]) == {lost.urn}


async def test_without_a_token_it_says_who_must_approve(world: World[FakeLinkedIn]) -> None:
    with pytest.raises(SourceError) as refused:
        await polled(world.listener(PAGE))
    assert refused.value.state is SourceState.NEEDS_APPROVAL
    assert "developer.linkedin.com" in str(refused.value)


@pytest.mark.parametrize(
    "what", ["5637409", PAGE, "https://www.linkedin.com/company/5637409/admin"]
)
async def test_a_page_is_named_by_its_number(world: World[FakeLinkedIn], what: str) -> None:
    made = world.server.comment("Where?")
    assert ids_of(await polled(listener(world, what))) == [made.urn]


async def test_the_brands_handle_names_the_page_too(world: World[FakeLinkedIn]) -> None:
    brand = BrandConfig(name="Kerlann", handles={"linkedin": ("5637409",)})
    made = world.server.comment("Where?")
    assert ids_of(await polled(listener(world, "", brand))) == [made.urn]
    with pytest.raises(SourceError) as refused:
        await polled(listener(world, "kerlann"))
    assert "names no page" in str(refused.value)


@pytest.mark.parametrize(
    ("answer", "state", "word"),
    [
        (
            json_reply({"code": "EXPIRED_ACCESS_TOKEN", "message": "x"}, 401),
            SourceState.TOKEN_EXPIRED,
            "60 days",
        ),
        (json_reply({"serviceErrorCode": 65602}, 401), SourceState.TOKEN_EXPIRED, ""),
        (status_reply(401), SourceState.NEEDS_TOKEN, ""),
        (
            json_reply({"message": "Not enough permissions to access: GET"}, 403),
            SourceState.NEEDS_APPROVAL,
            "Not enough permissions",
        ),
        (
            json_reply({"code": "NONEXISTENT_VERSION", "message": "no"}, 426),
            SourceState.FORMAT_CHANGED,
            "YYYYMM",
        ),
        (json_reply({"elements": 7}), SourceState.FORMAT_CHANGED, ""),
        (status_reply(429), SourceState.RATE_LIMITED, ""),
    ],
)
async def test_every_refusal_has_its_state(
    world: World[FakeLinkedIn], answer: Any, state: SourceState, word: str
) -> None:
    world.server.on(FRONT, answer)
    with pytest.raises(SourceError) as refused:
        await polled(listener(world))
    assert refused.value.state is state
    assert word in str(refused.value)


# --- answering ---------------------------------------------------------------------------------


async def test_an_answer_stands_below_the_comment_that_began(
    world: World[FakeLinkedIn],
) -> None:
    asked = world.server.comment("Where?")
    nested = world.server.comment("Yes, where?", below=asked.urn, actor="urn:li:person:bob")
    voice = listener(world)
    assert isinstance(voice, Replying)
    assert (await voice.reply_limit()).maximum == 1250
    assert await voice.find_reply(reply(world, nested)) is None
    sent = await voice.send_reply(reply(world, nested))
    made = world.server.comments[-1]
    assert (made.urn, made.below, made.actor) == (sent.native_id, asked.urn, PAGE)
    assert await voice.find_reply(reply(world, nested)) == sent
    other = Reply(
        key="k",
        text=made.text,
        to=reply(world, nested).to,
        written_at=world.now,
        others=frozenset({sent.native_id}),
    )
    assert await voice.find_reply(other) is None
    await voice.delete_reply(sent.native_id)
    await voice.delete_reply(sent.native_id)
    assert made not in world.server.comments


async def test_a_post_that_names_us_is_answered_by_a_comment(
    world: World[FakeLinkedIn],
) -> None:
    post = world.server.mention("Kerlann!")
    sent = await listener(world).send_reply(reply(world, post))
    written = next(one for one in world.server.requests if one.method == "POST")
    assert written.json() == {
        "actor": PAGE,
        "object": post.urn,
        "message": {"text": "Yes, we are on it."},
    }
    assert sent.native_id == world.server.comments[-1].urn


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (json_reply({"message": "x"}, 401), "does not accept this source's token"),
        (json_reply({"message": "Comments are off"}, 403), "Comments are off"),
        (json_reply({"message": "x"}, 404), "not on LinkedIn any more"),
        (status_reply(429), "slow down"),
    ],
)
async def test_a_refusal_says_why(world: World[FakeLinkedIn], answer: Any, word: str) -> None:
    made = world.server.comment("Where?")
    world.server.on(f"/socialActions/{made.urn}/comments", answer)
    with pytest.raises(ReplyRefusedError) as refused:
        await listener(world).send_reply(reply(world, made))
    assert word in str(refused.value)


async def test_what_broke_off_is_looked_for(world: World[FakeLinkedIn]) -> None:
    made = world.server.comment("Where?")
    path = f"/socialActions/{made.urn}/comments"
    world.server.on(path, hung_up())
    with pytest.raises(SourceError) as open_:
        await listener(world).send_reply(reply(world, made))
    assert not open_.value.unsent
    assert world.listener(PAGE).may_reply() is not None
