"""Instagram: comments with their replies, tags, hashtags with their ledger, answering."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from listeners.model import DAY, HOUR, Micros, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.graph.containers import INSTAGRAM, ready_container
from listeners.networks.graph.server import GraphServer
from listeners.networks.instagram.hashtags import MOST, WINDOW, is_free, kept, wanted_tags
from listeners.networks.instagram.listener import InstagramListener
from listeners.networks.replying import Answered, Reply, ReplyRefusedError
from listeners.secret import Secret
from tests.fake.graph import KEY, refusal
from tests.fake.http_server import json_reply, reset_in_body
from tests.fake.instagram import ACCOUNT, NAME, FakeInstagram
from tests.fake.listening import World, cursor_of, gone_of, ids_of, polled, posts_of, world_of

WORDS = "Thank you, we look into it."


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World[FakeInstagram]]:
    monkeypatch.setenv("IG_KEY", KEY)
    async with world_of(FakeInstagram(), "instagram") as world:
        yield world


def heard(world: World[FakeInstagram], what: str = "", **more: Any) -> InstagramListener:
    made: InstagramListener = world.listener(what, token=Secret("env:IG_KEY"), **more)
    return made


def later(world: World[FakeInstagram], by: int) -> None:
    world.now = Micros(world.now + by)


async def test_comments_replies_and_tags(world: World[FakeInstagram]) -> None:
    server = world.server
    picture = server.publish("At sea #kerlann")
    asked = server.comment("Where is @bob?", picture)
    ours = server.comment("Here", asked, by=NAME)
    tag = server.tag("With @kerlann")
    found = {post.native_id: post for post in posts_of(await polled(heard(world)))}
    assert found[picture["id"]].own
    assert found[picture["id"]].tags == ("kerlann",)
    comment = found[asked["id"]]
    assert (comment.parent_id, comment.root_id) == (picture["id"], asked["id"])
    assert found[ours["id"]].root_id == asked["id"]
    assert (comment.addressed, comment.mentions) == (True, ("bob",))
    assert comment.parent_author_key == ACCOUNT
    assert (found[ours["id"]].own, found[ours["id"]].parent_id) == (True, asked["id"])
    assert (found[tag["id"]].addressed, found[tag["id"]].author.handle) == (True, "bob")


async def test_a_late_reply_below_an_old_comment(world: World[FakeInstagram]) -> None:
    world.server.size = 10
    picture = world.server.publish("At sea")
    old = world.server.comment("First", picture)
    for number in range(25):
        world.server.comment(f"c{number}", picture)
    listener = heard(world)
    cursor = cursor_of(await polled(listener))
    assert old["id"] not in ids_of(await polled(heard(world)))
    late = world.server.comment("Late", old)
    assert late["id"] in ids_of(await polled(listener, cursor))


async def test_replies_beyond_those_that_come_along(world: World[FakeInstagram]) -> None:
    world.server.inline = 2
    picture = world.server.publish("At sea")
    comment = world.server.comment("First", picture)
    made = {world.server.comment(f"r{n}", comment)["id"] for n in range(7)}
    assert made <= set(ids_of(await polled(heard(world))))


async def test_deleted(world: World[FakeInstagram]) -> None:
    picture = world.server.publish("At sea")
    lost = world.server.comment("One", picture)
    listener = heard(world)
    cursor = cursor_of(await polled(listener))
    world.server.delete(lost)
    assert gone_of(await polled(listener, cursor)) == {lost["id"]}
    kept_one = world.server.comment("Two", picture)
    batch = await listener.thread([kept_one["id"]])
    assert kept_one["id"] in [post.native_id for post in batch.posts]
    world.server.delete(picture)
    batch = await listener.thread([picture["id"]])
    assert [gone.native_id for gone in batch.deletions] == [picture["id"]]


async def test_hashtags_until_all_are_known(world: World[FakeInstagram]) -> None:
    world.server.size = 3
    first = world.server.under("boats", "Kerlann one")
    listener = heard(world, "#Boats")
    batches = await polled(listener)
    cursor = cursor_of(batches)
    post = next(post for post in posts_of(batches) if post.native_id == first["id"])
    assert post.author.key == f"hidden:{first['id']}"
    assert not post.addressed
    made = {world.server.under("boats", f"n{number}")["id"] for number in range(8)}
    assert not made & set(ids_of(await polled(listener, cursor))), "every half hour only"
    later(world, HOUR)
    world.server.requests.clear()
    batches = await polled(heard(world, "#Boats"), cursor)
    assert made <= set(ids_of(batches))
    assert not world.server.asked("/ig_hashtag_search"), "a tag's id lasts for ever"
    assert not world.server.asked(f"/{ACCOUNT}/recently_searched_hashtags")


async def test_the_ledger_of_thirty_tags(world: World[FakeInstagram]) -> None:
    world.server.searched = [f"t{number}" for number in range(MOST)]
    mine = world.server.under("boats", "Kerlann")
    known = world.server.under("t1", "Kerlann")
    listener = heard(world, "#boats, #t1")
    batches = await polled(listener)
    assert known["id"] in ids_of(batches)
    assert mine["id"] not in ids_of(batches)
    assert not world.server.asked("/tag-boats/recent_media")
    told = [batch.gap.reason for batch in batches if batch.gap]
    assert [reason.values["tag"] for reason in told] == ["boats"]
    later(world, HOUR)
    again = await polled(listener, cursor_of(batches))
    assert not any(batch.gap for batch in again), "told once"
    world.server.searched = []
    later(world, HOUR)
    assert mine["id"] in ids_of(await polled(listener, cursor_of(again, cursor_of(batches))))


@pytest.mark.parametrize(
    ("age", "left"), [(0, True), (WINDOW - 1, True), (WINDOW, False), (-1, False)]
)
def test_a_tag_counts_for_seven_days(age: int, left: bool) -> None:
    assert ("boats" in kept({"boats": 10 * DAY - age}, 10 * DAY)) is left
    full = {f"t{number}" for number in range(MOST)}
    assert is_free("t3", full)
    assert not is_free("boats", full)
    assert is_free("boats", list(full)[1:])


def test_what_is_asked_for() -> None:
    assert wanted_tags(" #Boats, @kerlann, #boats,#mer ") == ("boats", "mer")


async def test_hashtags_without_review_are_told_once(world: World[FakeInstagram]) -> None:
    said = "(#10) To use Instagram Public Content Access, your use must be reviewed"
    world.server.on("/ig_hashtag_search", refusal(10, said))
    picture = world.server.publish("At sea")
    listener = heard(world, "#boats")
    batches = await polled(listener)
    assert picture["id"] in ids_of(batches)
    assert [b.gap.reason.values["said"] for b in batches if b.gap] == [said]


async def test_a_key_of_instagrams_own_login(world: World[FakeInstagram]) -> None:
    world.server.own_login = True
    picture = world.server.publish("At sea")
    listener = heard(world, options={"login": "instagram"})
    assert ids_of(await polled(listener)) == [picture["id"]]
    assert not world.server.asked("/me/accounts")


async def test_no_such_account(world: World[FakeInstagram]) -> None:
    with pytest.raises(SourceError, match="does not open") as caught:
        await polled(heard(world, "@other, #boats"))
    assert caught.value.state is SourceState.NEEDS_TOKEN


# --- answering ---------------------------------------------------------------------------------


def answer(world: World[FakeInstagram], to: dict[str, Any], **more: Any) -> Reply:
    root = to.get("parent_id", to["id"])
    names = ("id", "text", "caption", "parent_id")
    raw = json.dumps({name: to[name] for name in names if name in to}).encode()
    key = to.get("from", {}).get("id", ACCOUNT)
    answered = Answered(native_id=to["id"], root_id=root, author_key=key, author_handle="ana",
                        raw=raw)  # fmt: skip
    written = Micros(world.server.now * 1_000_000)
    return replace(Reply(key="k", text=WORDS, to=answered, written_at=written), **more)


async def test_answering_a_comment_a_reply_and_a_picture(world: World[FakeInstagram]) -> None:
    picture = world.server.publish("At sea")
    asked = world.server.comment("Where?", picture)
    below = world.server.comment("I ask too", asked)
    listener = heard(world)
    assert listener.may_reply() is None
    for to in (asked, below, picture):
        reply = answer(world, to, text=f"{WORDS} {to['id']}")
        assert await listener.find_reply(reply) is None
        sent = await listener.send_reply(reply)
        assert sent.native_id == world.server.comments[-1]["id"]
        found = await listener.find_reply(reply)
        assert found is not None
        assert found.native_id == sent.native_id
        others = replace(reply, others=frozenset([sent.native_id]))
        assert await listener.find_reply(others) is None
    assert [one.get("parent_id") for one in world.server.comments[-3:]] == [
        asked["id"], asked["id"], None]  # fmt: skip
    assert listener.opening(answer(world, below).to, []) == "@ana "
    assert listener.opening(answer(world, asked).to, []) == ""
    assert listener.opening(answer(world, below).to, ["ana"]) == ""


async def test_a_reply_whose_record_was_not_kept(world: World[FakeInstagram]) -> None:
    picture = world.server.publish("At sea")
    asked = world.server.comment("Where?", picture)
    below = world.server.comment("I ask too", asked)
    reply = answer(world, below)
    bare = replace(reply, to=replace(reply.to, raw=None))
    await heard(world).send_reply(bare)
    assert world.server.comments[-1]["parent_id"] == asked["id"]
    on_picture = answer(world, picture)
    await heard(world).send_reply(replace(on_picture, to=replace(on_picture.to, raw=None)))
    assert "parent_id" not in world.server.comments[-1]


async def test_pictures_of_others_are_answered_by_people(world: World[FakeInstagram]) -> None:
    tag = {**world.server.tag("With us"), "from": {"id": "bob"}}
    listener = heard(world)
    with pytest.raises(ReplyRefusedError, match="no program answer"):
        await listener.send_reply(answer(world, tag))
    assert await listener.find_reply(answer(world, tag)) is None


async def test_a_lost_answer_is_found_again(world: World[FakeInstagram]) -> None:
    asked = world.server.comment("Where?", world.server.publish("At sea"))
    path = f"/{asked['id']}/replies"

    def take(request: Any) -> Any:
        taken = world.server.answer(request)
        return reset_in_body() if request.method == "POST" else taken

    world.server.on(path, take)
    reply = answer(world, asked)
    with pytest.raises(SourceError) as caught:
        await heard(world).send_reply(reply)
    assert not caught.value.unsent
    assert await heard(world).find_reply(reply) is not None
    assert world.server.written == [WORDS]


async def test_deleting_a_reply(world: World[FakeInstagram]) -> None:
    asked = world.server.comment("Where?", world.server.publish("At sea"))
    listener = heard(world)
    sent = await listener.send_reply(answer(world, asked))
    await listener.delete_reply(sent.native_id)
    assert world.server.written == []
    await listener.delete_reply(sent.native_id)


async def test_a_container_is_published_when_it_is_ready(world: World[FakeInstagram]) -> None:
    listener = heard(world)
    server: GraphServer = listener._server
    world.server.on(f"/{ACCOUNT}/media", json_reply({"id": "9"}))
    world.server.on("/9", json_reply({"id": "9", "status_code": "FINISHED"}))
    form = {"image_url": "https://kerlann.example/a.jpg", "caption": "At sea"}
    assert await ready_container(server, INSTAGRAM, ACCOUNT, form) == "9"
    world.server.on("/9", json_reply({"id": "9", "status_code": "ERROR"}))
    with pytest.raises(ReplyRefusedError, match="could not prepare"):
        await ready_container(server, INSTAGRAM, ACCOUNT, form)
