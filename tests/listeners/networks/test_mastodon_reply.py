"""Answering on Mastodon: once, below the right post, to no more people, and in words if not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher, HttpError
from listeners.model import DAY, Micros, Sentence
from listeners.networks.contract import SourceError
from listeners.networks.mastodon.instance import Instance, read_instance
from listeners.networks.mastodon.listener import MastodonListener
from listeners.networks.mastodon.opening import likeness, opening
from listeners.networks.mastodon.reply import SETTLED
from listeners.networks.replying import Answered, Reply, Replying, ReplyRefusedError, Sent
from listeners.secret import Secret
from tests.fake.http_server import (
    Reply as Answer,
)
from tests.fake.http_server import (
    Request,
    body_reply,
    hung_up,
    json_reply,
    silent,
    status_reply,
)
from tests.fake.mastodon import HOME, START, STATUSES, FakeMastodon, Record, as_html

BRAND = BrandConfig(name="Kerlann", handles={"mastodon": ("@kerlann@social.example",)})


class World:
    """A server, its clock, and somebody's post that asks us something."""

    def __init__(self, server: FakeMastodon, fetch: Fetcher) -> None:
        self.server = server
        self.fetch = fetch
        self.now = START
        server.token, server.me = "s3cret", "kerlann"
        server.account("kerlann")
        self.asked = server.post("where is my order?", by="ana")

    def listener(self, *, token: bool = True) -> MastodonListener:
        source = SourceConfig(
            network="mastodon",
            base_url=self.server.url,
            token=Secret("env:HUBBUB_TEST_TOKEN") if token else None,
        )
        return MastodonListener(source, [BRAND], self.fetch, lambda: self.now)

    def to(self, post: Record | None = None, **more: Any) -> Answered:
        asked = post or self.asked
        return replace(
            Answered(
                native_id=asked["uri"],
                author_key=asked["account"]["uri"],
                author_handle=asked["account"]["acct"],
                raw=json.dumps({"id": asked["id"]}).encode(),
            ),
            **more,
        )

    def reply(self, text: str = "@ana It left today.", **more: Any) -> Reply:
        to = more.pop("to", None) or self.to()
        written = more.pop("written_at", self.server.now)
        return Reply(
            key=more.pop("key", self.listener().new_reply_key(self.now)),
            text=text,
            to=to,
            written_at=written,
            **more,
        )

    def forms(self) -> list[dict[str, str]]:
        posts = [one for one in self.server.asked(STATUSES) if one.method == "POST"]
        return [dict(parse_qsl(request.body.decode())) for request in posts]


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("HUBBUB_TEST_TOKEN", "s3cret")
    async with FakeMastodon() as server:
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(server, fetch))
            yield made[0]


async def refusal(world: World, reply: Reply) -> Sentence:
    with pytest.raises(ReplyRefusedError) as refused:
        await world.listener().send_reply(reply)
    assert world.server.written() == []
    return refused.value.sentence


# --- sending -----------------------------------------------------------------------------------


async def test_a_reply_goes_below_its_post_with_its_key(world: World) -> None:
    reply = world.reply(lang="fr-CA")
    sent = await world.listener().send_reply(reply)
    (written,) = world.server.written()
    assert sent == Sent(native_id=written["uri"], url=written["url"])
    assert world.forms() == [
        {
            "status": "@ana It left today.",
            "in_reply_to_id": world.asked["id"],
            "visibility": "public",
            "language": "fr",
        }
    ]
    (request,) = [one for one in world.server.asked(STATUSES) if one.method == "POST"]
    assert request.headers["idempotency-key"] == reply.key
    assert UUID(reply.key).version == 4


async def test_the_same_key_makes_one_reply(world: World) -> None:
    reply = world.reply()
    listener = world.listener()
    assert await listener.send_reply(reply) == await listener.send_reply(reply)
    assert len(world.server.written()) == 1
    assert listener.new_reply_key(world.now) != reply.key


@pytest.mark.parametrize(
    ("seen_by", "known_as_private", "reply_seen_by"),
    [
        ("public", False, "public"),
        ("unlisted", False, "unlisted"),
        ("private", True, "direct"),
        ("direct", True, "direct"),
        ("local", False, "local"),
        ("public", True, "direct"),
        ("odd", False, "direct"),
        (None, False, "direct"),
    ],
)
async def test_a_reply_is_never_seen_by_more_people(
    world: World, seen_by: str | None, known_as_private: bool, reply_seen_by: str
) -> None:
    asked = world.server.post("psst", visibility=seen_by)
    await world.listener().send_reply(world.reply(to=world.to(asked, private=known_as_private)))
    assert world.forms()[0]["visibility"] == reply_seen_by


@pytest.mark.parametrize(("text", "sent"), [("soon", 0), ("me@shop.example", 0), ("@ana soon", 1)])
async def test_a_direct_reply_that_names_nobody_would_be_seen_by_nobody(
    world: World, text: str, sent: int
) -> None:
    asked = world.server.post("psst", visibility="direct")
    reply = world.reply(text, to=world.to(asked, private=True))
    if not sent:
        assert "names nobody" in (await refusal(world, reply)).template
    else:
        await world.listener().send_reply(reply)
    assert len(world.forms()) == sent


async def test_a_content_warning_is_kept_as_it_is(world: World) -> None:
    asked = world.server.post("ouch", spoiler_text="re: accident")
    await world.listener().send_reply(world.reply(to=world.to(asked)))
    assert world.forms()[0]["spoiler_text"] == "re: accident"


@pytest.mark.parametrize("known", ["raw", "address", "search"])
async def test_the_post_is_found_by_every_name_it_has(world: World, known: str) -> None:
    asked = world.asked
    raw = json.dumps({"id": asked["id"]}).encode() if known == "raw" else None
    if known == "address":
        asked["uri"] = f"{world.server.url}/users/ana/statuses/{asked['id']}"
    elif known == "search":
        asked["uri"] = f"{HOME}/somewhere/else"
        # An id of another server, which here is another post's.
        raw = json.dumps({"id": world.server.post("not this")["id"]}).encode()
    await world.listener().send_reply(world.reply(to=world.to(raw=raw)))
    assert world.server.written()[0]["in_reply_to_id"] == asked["id"]


def taken(world: World, answer: Answer) -> None:
    """Let the server take the next post, and answer something else."""

    def script(request: Request) -> Answer:
        world.server.answer(request)
        return answer

    world.server.on(STATUSES, script)


@pytest.mark.parametrize("answer", [hung_up(), status_reply(503), status_reply(502)], ids=str)
async def test_what_was_taken_without_a_word_is_found(world: World, answer: Answer) -> None:
    taken(world, answer)
    reply = world.reply("@ana Look: https://shop.example/orders/12345/where-is-it?x=1 & tell\n\nus")
    with pytest.raises(SourceError):
        await world.listener().send_reply(reply)
    assert len(world.server.written()) == 1
    world.now = Micros(world.now + DAY // 24)
    found = await world.listener().find_reply(reply)
    assert found is not None
    assert found.native_id == world.server.written()[0]["uri"]
    assert len(world.forms()) == 1, "looking sends nothing"


async def test_a_send_that_is_broken_off_was_taken_once(world: World) -> None:
    taken(world, silent())
    reply = world.reply()
    listener = world.listener()
    sending = asyncio.ensure_future(listener.send_reply(reply))
    async with asyncio.timeout(30):
        while not world.server.written():
            await asyncio.sleep(0.005)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    assert sending.cancelled()
    found = await listener.find_reply(reply)
    world.server.on(STATUSES, world.server.answer)
    assert await listener.send_reply(reply) == found
    assert len(world.server.written()) == 1


async def test_what_broke_before_it_was_taken_is_certainly_not_there(world: World) -> None:
    world.server.on(STATUSES, hung_up())
    reply = world.reply()
    with pytest.raises(SourceError):
        await world.listener().send_reply(reply)
    assert await world.listener().find_reply(reply) is None


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (json_reply({"error": "Le jeton est invalide"}, 401), "access token any more"),
        (json_reply({"error": "Hors des droits"}, 403), "“Hors des droits”.*write:statuses"),
        (body_reply(b"<html>no", "text/html", 403), "does not let us do this"),
        (json_reply({"error": "nicht mehr da"}, 404), "does not show us the post"),
        (json_reply({"error": "Zu\x1b[31m lang\n(500)"}, 422), "“Zu lang"),
        (json_reply({"error": ["odd"]}, 422), "gives no reason"),
        (json_reply({"error": "Langsam"}, 429, retry_after="30"), "slow down"),
        (json_reply({"error": "?"}, 413), "did not accept"),
    ],
)
async def test_a_refusal_is_said_in_words(world: World, answer: Answer, says: str) -> None:
    world.server.on(STATUSES, answer)
    with pytest.raises(ReplyRefusedError, match=says) as refused:
        await world.listener().send_reply(world.reply())
    said = refused.value.sentence.template.format(**refused.value.sentence.values)
    assert "\x1b" not in said
    assert "s3cret" not in said
    assert "text is kept" in said


async def test_a_token_that_may_only_read(world: World) -> None:
    world.server.scopes = "read"
    assert "write:statuses" in (await refusal(world, world.reply())).template


async def test_a_token_that_is_not_known(world: World) -> None:
    world.server.token = "another"
    assert "does not accept this source's token" in (await refusal(world, world.reply())).template


async def test_a_post_that_is_gone_is_not_answered(world: World) -> None:
    world.server.delete(world.asked)
    assert "does not show us" in (await refusal(world, world.reply())).template
    assert world.forms() == []


async def test_a_text_too_long_is_refused_in_the_servers_words(world: World) -> None:
    world.server.most_characters = 10
    assert "zu lang" in str((await refusal(world, world.reply())).values["reason"])


async def test_a_server_that_cannot_be_asked_about_the_post_has_no_reply(world: World) -> None:
    world.server.on(f"{STATUSES}/{world.asked['id']}", status_reply(503))
    assert "could not be asked" in (await refusal(world, world.reply())).template
    assert world.forms() == []


async def test_without_a_token_it_says_what_is_needed(world: World) -> None:
    assert world.listener().may_reply() is None
    listener = world.listener(token=False)
    sentence = listener.may_reply()
    assert sentence is not None
    assert "write:statuses" in sentence.template
    with pytest.raises(ReplyRefusedError, match="no access token"):
        await listener.send_reply(world.reply())
    assert world.server.requests == []


# --- looking -----------------------------------------------------------------------------------


async def test_other_replies_of_ours_are_not_this_one(world: World) -> None:
    listener = world.listener()
    reply = world.reply("@ana Sorry about the rain, we bring it on Monday morning.")
    other = world.server.post("and mine?", by="ben")
    world.server.post(reply.text, by="kerlann", reply_to=other)
    world.server.post("It left today.", by="kerlann", reply_to=world.asked)
    world.server.post(reply.text, by="ana", reply_to=world.asked)
    assert await listener.find_reply(reply) is None
    sent = await listener.send_reply(reply)
    assert await listener.find_reply(reply) == sent


async def test_the_same_words_under_a_known_id_are_another_reply(world: World) -> None:
    listener = world.listener()
    earlier = await listener.send_reply(world.reply())
    known = world.reply(others=frozenset({earlier.native_id}))
    assert await listener.find_reply(known) is None
    assert await listener.find_reply(world.reply()) == earlier


async def test_one_much_like_it_needs_a_person(world: World) -> None:
    reply = world.reply("@ana It left our house on Monday, and comes on Tuesday.")
    said = as_html("@ana It left our house on Friday and comes on Saturday.")
    world.server.post("", by="kerlann", reply_to=world.asked, content=said)
    with pytest.raises(SourceError, match="much like this one"):
        await world.listener().find_reply(reply)


async def test_one_digit_makes_another_reply(world: World) -> None:
    said = as_html("@ana Your parcel 12345 comes on Monday between nine and ten.")
    world.server.post("", by="kerlann", reply_to=world.asked, content=said)
    reply = world.reply("@ana Your parcel 12346 comes on Monday between nine and ten.")
    with pytest.raises(SourceError, match="much like this one"):
        await world.listener().find_reply(reply)
    sent = await world.listener().send_reply(reply)
    assert await world.listener().find_reply(reply) == sent


async def test_boosts_at_their_originals_time_hide_nothing(world: World) -> None:
    reply = world.reply()
    sent = await world.listener().send_reply(reply)
    for _ in range(20):
        world.server.post("old", by="kerlann", created_at="2020-01-01T00:00:00Z")
    world.server.on(f"{STATUSES}/{world.asked['id']}/context", status_reply(404))
    assert await world.listener().find_reply(reply) == sent


async def test_an_older_reply_of_the_same_words_is_not_this_one(world: World) -> None:
    world.server.post("Thanks!", by="kerlann", reply_to=world.asked)
    written = Micros(world.server.now + DAY)
    assert await world.listener().find_reply(world.reply("Thanks!", written_at=written)) is None


async def test_a_reply_is_found_many_pages_down_and_through_a_deleted_post(world: World) -> None:
    reply = world.reply()
    sent = await world.listener().send_reply(reply)
    for number in range(100):
        world.server.post(f"news {number}", by="kerlann")
    world.server.delete(world.asked)
    world.server.written()[0]["in_reply_to_id"] = None
    assert await world.listener().find_reply(reply) == sent


async def test_more_posts_than_can_be_read_is_no_certainty(world: World) -> None:
    reply = world.reply("@ana something that was never sent")
    for number in range(450):
        world.server.post(f"news {number}", by="kerlann")
    with pytest.raises(SourceError, match="more posts of our account"):
        await world.listener().find_reply(reply)


async def test_a_server_that_takes_posts_in_by_and_by_is_given_time(world: World) -> None:
    world.server.version = "4.0.0 (not true; really other/2.75)"
    world.server.shows_own_at_once = False
    reply = world.reply(written_at=world.now)
    sent = await world.listener().send_reply(reply)
    with pytest.raises(SourceError, match="may still be taking it in"):
        await world.listener().find_reply(reply)
    world.server.show()
    assert await world.listener().find_reply(reply) == sent
    never = world.reply("@ana never sent at all", written_at=world.now)
    world.now = Micros(world.now + SETTLED)
    assert await world.listener().find_reply(never) is None


@pytest.mark.parametrize("status", [401, 429, 500, 503])
async def test_a_server_that_does_not_answer_leaves_it_open(world: World, status: int) -> None:
    reply = world.reply()
    number = world.server.account("kerlann")["id"]
    world.server.on(f"/api/v1/accounts/{number}/statuses", status_reply(status))
    with pytest.raises(SourceError):
        await world.listener().find_reply(reply)


async def test_a_token_that_does_not_say_whose_it_is(world: World) -> None:
    reply = world.reply()
    world.server.scopes = "write"
    sent = await world.listener().send_reply(reply)
    assert await world.listener().find_reply(reply) == sent
    nobody = BrandConfig(name="Kerlann")
    source = SourceConfig(
        network="mastodon", base_url=world.server.url, token=Secret("env:HUBBUB_TEST_TOKEN")
    )
    listener = MastodonListener(source, [nobody], world.fetch, lambda: world.now)
    with pytest.raises(SourceError, match="whose access token"):
        await listener.find_reply(reply)


# --- deleting ----------------------------------------------------------------------------------


async def test_a_reply_is_deleted_and_gone_is_gone(world: World) -> None:
    listener = world.listener()
    sent = await listener.send_reply(world.reply())
    await listener.delete_reply(sent.native_id)
    assert world.server.written() == []
    await listener.delete_reply(sent.native_id)


@pytest.mark.parametrize("version", ["4.4.2", "0.1 (other)"])
@pytest.mark.parametrize("local", [True, False])
async def test_one_of_very_many_is_deleted_or_known_to_be_gone(
    world: World, version: str, local: bool
) -> None:
    world.server.version = version
    listener = world.listener()
    await listener.send_reply(world.reply())
    (written,) = world.server.written()
    if local:
        written["uri"] = f"{world.server.url}/users/kerlann/statuses/{written['id']}"
    for number in range(450):
        world.server.post(f"news {number}", by="kerlann")
    await listener.delete_reply(written["uri"])
    assert written not in world.server.written()
    if local and version == "4.4.2":
        await listener.delete_reply(written["uri"])
        return
    with pytest.raises(SourceError, match="more posts of our account"):
        await listener.delete_reply(written["uri"])


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (json_reply({"error": "Nein"}, 403), "“Nein”.*write:statuses"),
        (json_reply({"error": "Nein"}, 401), "access token any more"),
        (status_reply(405), "still there"),
        (json_reply({"error": "Nein"}, 422), "“Nein”.*still there"),
    ],
)
async def test_what_may_not_be_deleted_stays_and_is_said(
    world: World, answer: Answer, says: str
) -> None:
    listener = world.listener()
    sent = await listener.send_reply(world.reply())
    path = f"{STATUSES}/{world.server.written()[0]['id']}"

    def script(request: Request) -> Answer:
        return answer if request.method == "DELETE" else world.server.answer(request)

    world.server.on(path, script)
    with pytest.raises(ReplyRefusedError, match=says):
        await listener.delete_reply(sent.native_id)
    assert len(world.server.written()) == 1


async def test_a_server_without_deletion_is_not_believed_to_have_deleted(world: World) -> None:
    world.server.deletes = False
    listener = world.listener()
    sent = await listener.send_reply(world.reply())
    with pytest.raises(ReplyRefusedError, match="still there"):
        await listener.delete_reply(sent.native_id)


async def test_a_deletion_that_met_trouble_is_open(world: World) -> None:
    listener = world.listener()
    sent = await listener.send_reply(world.reply())
    path = f"{STATUSES}/{world.server.written()[0]['id']}"

    def script(request: Request) -> Answer:
        return status_reply(500) if request.method == "DELETE" else world.server.answer(request)

    world.server.on(path, script)
    with pytest.raises(HttpError):
        await listener.delete_reply(sent.native_id)


# --- limits ------------------------------------------------------------------------------------


async def test_the_limit_is_the_servers_and_kept_for_a_day(world: World) -> None:
    world.server.most_characters = 5000
    listener = world.listener()
    limit = await listener.reply_limit()
    assert (limit.maximum, limit.unit, limit.link_length) == (5000, "graphemes", 23)
    assert limit.remote_mentions
    world.server.most_characters = 700
    assert (await listener.reply_limit()).maximum == 5000
    world.now = Micros(world.now + DAY)
    assert (await listener.reply_limit()).maximum == 700


async def test_the_limit_of_a_silent_server_is_mastodons_until_it_says(world: World) -> None:
    world.server.on("/api/v2/instance", status_reply(503))
    listener = world.listener()
    assert (await listener.reply_limit()).maximum == 500
    world.server.on("/api/v2/instance", status_reply(404))
    world.server.on("/api/v1/instance", json_reply({"max_toot_chars": 5000}))
    world.now = Micros(world.now + DAY)
    assert (await listener.reply_limit()).maximum == 5000


@pytest.mark.parametrize(
    ("said", "rules"),
    [
        (None, Instance()),
        ([], Instance()),
        ({"version": "4.4.0-alpha.1+glitch"}, Instance(at_once=True)),
        ({"version": "2.7.2 (compatible; Pleroma 2.6.0)"}, Instance()),
        ({"configuration": {"statuses": {"max_characters": True}}}, Instance()),
        ({"configuration": {"statuses": {"max_characters": -1}}}, Instance()),
        (
            {
                "configuration": {
                    "statuses": {"max_characters": 9, "characters_reserved_per_url": 8}
                }
            },
            Instance(characters=9, link_length=8),
        ),
        ({"configuration": "x", "max_toot_chars": 7}, Instance(characters=7)),
    ],
)
def test_what_servers_say_of_themselves(said: object, rules: Instance) -> None:
    assert read_instance(said) == rules


# --- names and likeness ------------------------------------------------------------------------

OURS = ("@kerlann@social.example", "kerlann@elsewhere.example")


@pytest.mark.parametrize(
    ("handle", "key", "mentions", "names"),
    [
        ("ana", "https://social.example/users/ana", (), "@ana "),
        ("ana@far.example", "https://far.example/users/ana", (), "@ana@far.example "),
        ("ana", "https://far.example/users/ana", (), "@ana@far.example "),
        ("", "https://far.example/users/ana", (), "@ana@far.example "),
        ("", "", (), ""),
        ("ana", "", ("ben", "@kerlann@social.example", "kerlann"), "@ana @ben "),
        ("ana", "", ("Ana", "ana@social.example", "ben@b.example"), "@ana @ben@b.example "),
        ("kerlann", "", ("kerlann@elsewhere.example", "ben"), "@ben "),
        ("ana", "", ("two words", "<b>", ""), "@ana "),
    ],
)
def test_a_reply_begins_with_those_it_must_tell(
    handle: str, key: str, mentions: tuple[str, ...], names: str
) -> None:
    to = Answered(native_id="x", author_handle=handle, author_key=key, mentions=mentions)
    assert opening(to, OURS, "https://social.example") == names


@given(st.lists(st.sampled_from(["ana", "@Ben", "c@d.example", "kerlann", "@x@y", ""]), max_size=8))
def test_nobody_is_named_twice_and_we_never(names: list[str]) -> None:
    to = Answered(native_id="x", author_handle="ana", mentions=tuple(names))
    words = opening(to, OURS, "https://social.example").split()
    assert len({word.lower() for word in words}) == len(words)
    assert "@kerlann" not in words
    assert words[0] == "@ana"


@given(st.text(max_size=300))
def test_a_text_is_always_like_what_the_server_makes_of_it(text: str) -> None:
    assert likeness(as_html(text), text) == 1.0


def test_likeness_tells_texts_apart() -> None:
    assert likeness(as_html("Monday at nine"), "We are sorry, it is sold out") < 0.6
    assert likeness("It <i>is</i> up & <fine>", "It *is* up & <fine>") == 1.0
    assert likeness("<p>x</p>", "") < 0.6
    assert (
        likeness('<p>see <a href="http://acme.example">acme.example</a></p>', "see acme.example")
        == 1
    )
    link = "see https://acme.example/a/very/long/path/that/is/shortened?in=the&text=1"
    assert likeness(as_html(link), link) == 1
    assert likeness(as_html(link), f"{link}2") < 1


def test_the_listener_keeps_the_contract(world: World) -> None:
    assert isinstance(world.listener(), Replying)
    assert MastodonListener.capability.reply
    assert MastodonListener.capability.delete_reply
