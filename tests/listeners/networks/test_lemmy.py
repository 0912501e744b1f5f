"""Hearing Lemmy in both its versions: every post once, by the address it has everywhere."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import aclosing
from dataclasses import replace

import pytest

from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, HOUR, MINUTE, SECOND, Batch, Deletion, Micros, Post, SourceState
from listeners.networks.contract import Historical, SourceError
from listeners.networks.lemmy.listener import LemmyListener
from listeners.networks.lemmy.places import PAGE, places_of
from listeners.secret import Secret
from tests.fake.http_server import (
    Reply,
    Request,
    body_reply,
    json_reply,
    reset_in_body,
    status_reply,
)
from tests.fake.lemmy import FAR, ME, START, TOKEN, FakeLemmy

BRAND = BrandConfig(name="Kerlann", query="kerlann")


class World:
    """An instance, a fetcher and a clock that the tests move."""

    def __init__(self, lemmy: FakeLemmy, fetch: Fetcher) -> None:
        self.lemmy = lemmy
        self.fetch = fetch
        self.now = Micros((START + 36_000) * SECOND)

    def listener(
        self,
        what: str = "",
        *,
        signed_in: bool = False,
        brand: BrandConfig = BRAND,
        **options: object,
    ) -> LemmyListener:
        source = SourceConfig(
            network="lemmy",
            what=what,
            base_url=self.lemmy.url,
            token=Secret("env:LEMMY_TOKEN") if signed_in else None,
            options=options,
        )
        return LemmyListener(source, [brand], self.fetch, lambda: self.now)

    def path(self, name: str) -> str:
        return f"/api/v{self.lemmy.api}{name}"


@pytest.fixture(params=[3, 4], ids=["v3", "v4"])
async def world(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    monkeypatch.setenv("LEMMY_TOKEN", TOKEN)
    async with FakeLemmy(request.param) as lemmy:
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(lemmy, fetch))
            yield made[0]


async def polled(listener: LemmyListener, cursor: str | None = None) -> list[Batch]:
    async with aclosing(listener.poll(cursor)) as batches:
        return [batch async for batch in batches]


def posts_of(batches: Iterable[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


def texts(batches: Iterable[Batch]) -> list[str]:
    return [post.title or post.text for post in posts_of(batches)]


def last_cursor(batches: Iterable[Batch], before: str | None = None) -> str | None:
    return next((b.cursor for b in reversed(list(batches)) if b.cursor), before)


def gone_in(batches: Iterable[Batch]) -> list[str]:
    return [gone.native_id for batch in batches for gone in batch.deletions]


# --- hearing -----------------------------------------------------------------------------------


async def test_a_search_brings_posts_and_comments_by_their_addresses(world: World) -> None:
    lemmy = world.lemmy
    words = "> theirs\n\nIt **leaks**. [See](https://kerlann.example/a), @bob@far.example"
    post = lemmy.post("Kerlann", text=words, url="https://kerlann.example/b")
    comment = lemmy.comment("kerlann floats", on=post)
    lemmy.comment("my kerlann too", on=comment, by="cy")
    lemmy.comment("unrelated", on=post)
    first, second, third = posts_of(await polled(world.listener()))
    assert first.native_id == first.url == f"https://{FAR}/post/{post['id']}"
    assert (first.title, first.text, first.lang) == (
        "Kerlann",
        "It leaks. See, @bob@far.example",
        "en",
    )
    assert first.links == ("https://kerlann.example/b", "https://kerlann.example/a")
    assert (first.mentions, first.author.handle) == (("bob@far.example",), "ana@far.example")
    assert first.author.key == f"https://{FAR}/u/ana"
    assert first.created_at == post["at"] * SECOND
    assert (first.parent_id, first.root_id) == (None, None)
    assert (second.parent_id, second.root_id) == (first.native_id, first.native_id)
    assert (third.parent_id, third.root_id) == (second.native_id, first.native_id)
    assert (third.engagement.likes, third.engagement.replies) == (1, 0)


async def test_the_version_is_asked_first_and_again_after_an_hour(world: World) -> None:
    world.lemmy.post("kerlann")
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    assert world.lemmy.requests[0].path == "/api/v3/site"
    assert {r.path.split("/")[2] for r in world.lemmy.requests[1:]} == {f"v{world.lemmy.api}"}
    await polled(listener, cursor)
    assert len(world.lemmy.asked("/api/v3/site")) == 1
    world.now = Micros(world.now + HOUR)
    world.lemmy.api = 7 - world.lemmy.api  # moved to the other version overnight
    world.lemmy.post("kerlann anew")
    world.lemmy.zone = "Z"
    assert texts(await polled(listener, cursor)) == ["kerlann anew"]


async def test_an_instance_that_forgot_the_old_api_is_asked_in_the_new_one() -> None:
    async with FakeLemmy(4) as lemmy, Fetcher() as fetch:
        world = World(lemmy, fetch)
        lemmy.on("/api/v3/site", status_reply(404))
        lemmy.post("kerlann")
        assert texts(await polled(world.listener())) == ["kerlann"]


async def test_a_comment_stands_below_one_that_was_never_heard(world: World) -> None:
    post = world.lemmy.post("boats")
    above = world.lemmy.comment("what floats?", on=post)
    world.lemmy.comment("kerlann does", on=above)
    [post_heard] = posts_of(await polled(world.listener()))
    assert post_heard.parent_id == world.lemmy.address(above)
    assert post_heard.root_id == world.lemmy.address(post)


async def test_a_community_brings_everything_said_there(world: World) -> None:
    post = world.lemmy.post("How do I row?")
    world.lemmy.comment("with oars", on=post)
    world.lemmy.post("elsewhere", to="cars")
    assert texts(await polled(world.listener("c/boats@far.example"))) == [
        "How do I row?",
        "with oars",
    ]
    asked = {r.one("community_name") for r in world.lemmy.requests} - {""}
    assert asked == {"boats@far.example"}


async def test_what_is_heard_once_does_not_come_again(world: World) -> None:
    listener = world.listener("c/boats")
    world.lemmy.post("one")
    cursor = last_cursor(await polled(listener))
    assert await polled(listener, cursor) == []
    world.lemmy.post("two")
    batches = await polled(listener, cursor)
    assert texts(batches) == ["two"]
    assert await polled(listener, last_cursor(batches, cursor)) == []


async def test_a_new_process_goes_on_where_the_last_one_ended(world: World) -> None:
    world.lemmy.post("one")
    cursor = last_cursor(await polled(world.listener("c/boats")))
    for number in range(130):
        world.lemmy.post(f"post {number}")
    world.now = Micros((world.lemmy.now + 60) * SECOND)
    batches = await polled(world.listener("c/boats"), cursor)
    assert [name for name in texts(batches) if name != "one"] == [f"post {n}" for n in range(130)]
    assert [batch.gap for batch in batches if batch.gap] == []


async def test_a_broken_page_loses_nothing(world: World) -> None:
    listener = world.listener("c/boats")
    world.lemmy.post("one")
    cursor = last_cursor(await polled(listener))
    for number in range(120):
        world.lemmy.post(f"post {number}")
    world.lemmy.on(
        world.path("/post/list"), world.lemmy.answer, reset_in_body(), world.lemmy.answer
    )
    heard: list[Batch] = []
    with pytest.raises(SourceError):
        heard += await polled(listener, cursor)
    heard += await polled(listener, last_cursor(heard, cursor))
    assert sorted(texts(heard)) == sorted(f"post {number}" for number in range(120))


async def test_a_server_with_one_page_for_every_question_is_left_and_said(world: World) -> None:
    lemmy = world.lemmy
    lemmy.post("one")
    cursor = last_cursor(await polled(world.listener("c/boats")))
    lemmy.now += 100_000
    for number in range(PAGE):
        lemmy.post(f"post {number}")

    def first_page(request: Request) -> Reply:
        asked = {name: value for name, value in request.query.items() if "page" not in name}
        return lemmy.answer(replace(request, query=asked))

    lemmy.on(world.path("/post/list"), first_page)
    world.now = Micros((lemmy.now + 60) * SECOND)
    batches = await polled(world.listener("c/boats"), cursor)
    assert len(lemmy.asked(world.path("/post/list"))) == 4 - (lemmy.api == 4)
    assert len([batch.gap for batch in batches if batch.gap]) == 1


async def test_an_unreadable_cursor_is_said_and_begun_anew(world: World) -> None:
    world.lemmy.post("kerlann")
    batches = await polled(world.listener(), '{"marks": []}')
    assert batches[0].gap is not None
    assert texts(batches) == ["kerlann"]


async def test_what_is_old_at_the_first_look_is_history(world: World) -> None:
    world.lemmy.post("kerlann of old")
    world.now = Micros(world.now + 4 * DAY)
    world.lemmy.now += 4 * DAY // SECOND
    world.lemmy.post("kerlann of today")
    assert [post.history for post in posts_of(await polled(world.listener()))] == [True, False]


async def test_times_without_a_zone_are_utc(world: World) -> None:
    world.lemmy.zone = ""
    made = world.lemmy.post("kerlann")
    [post] = posts_of(await polled(world.listener()))
    assert post.created_at == made["at"] * SECOND


async def test_the_same_post_of_two_instances_has_one_id(world: World) -> None:
    async with FakeLemmy(7 - world.lemmy.api) as other:
        other._last = 4_000
        mine, theirs = world.lemmy.post("kerlann"), other.post("kerlann")
        theirs["id"] = mine["id"]  # what it carries is the address at home
        source = SourceConfig(network="lemmy", base_url=other.url)
        elsewhere = LemmyListener(source, [BRAND], world.fetch, lambda: world.now)
        [here], [there] = (
            posts_of(await polled(world.listener())),
            posts_of(await polled(elsewhere)),
        )
        assert (here.native_id, here.author.key) == (there.native_id, there.author.key)


# --- what happens to a post --------------------------------------------------------------------


async def test_edits_and_votes_are_heard(world: World) -> None:
    post = world.lemmy.post("kerlann", text="floats")
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    post |= {"text": "sinks", "edited": post["at"] + 30, "score": 5}
    [heard] = posts_of(await polled(listener, cursor))
    assert (heard.text, heard.engagement.likes) == ("sinks", 5)
    assert heard.edited_at == (post["at"] + 30) * SECOND


async def test_a_list_that_breaks_off_below_a_full_page_is_asked_for_again(world: World) -> None:
    world.lemmy.post("one")
    listener = world.listener("c/boats")
    cursor = last_cursor(await polled(listener))
    for number in range(PAGE + 10):
        world.lemmy.post(f"post {number}")
    world.now = Micros(world.now + DAY)

    def empty_below(request: Request, answer: Callable[[Request], Reply]) -> Reply:
        reply = answer(request)
        if request.one("page", "1") == "1" and not request.one("page_cursor"):
            return reply
        body = json.loads(reply.body)
        return json_reply({name: [] if isinstance(body[name], list) else None for name in body})

    world.lemmy.between = empty_below
    with pytest.raises(SourceError, match="broke off"):
        await polled(listener, cursor)
    world.lemmy.between = None
    assert len(set(texts(await polled(listener, cursor))) - {"one"}) == PAGE + 10


@pytest.mark.parametrize("how", ["deleted", "removed"])
async def test_what_is_shown_as_gone_is_told_once(world: World, how: str) -> None:
    post = world.lemmy.post("kerlann")
    comment = world.lemmy.comment("kerlann floats", on=post)
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    comment |= {how: True, "text": "kerlann" if how == "deleted" else "kerlann *removed*"}
    assert gone_in(await polled(listener, cursor)) == [world.lemmy.address(comment)]
    assert await polled(listener, cursor) == []


async def test_a_post_that_vanished_from_between_others_is_asked_for(world: World) -> None:
    posts = [world.lemmy.post(f"post {number}") for number in range(PAGE + 10)]
    listener = world.listener("c/boats")
    cursor = last_cursor(await polled(listener))
    world.lemmy.hidden.add(posts[-3]["id"])
    assert gone_in(await polled(listener, cursor)) == [world.lemmy.address(posts[-3])]
    world.lemmy.post("one more")
    batches = await polled(listener, cursor)
    assert (gone_in(batches), texts(batches)) == ([], ["one more"])
    # What old age pushed off the page was not asked for.
    assert len(world.lemmy.asked(world.path("/post"))) == 1


async def test_the_last_post_of_a_short_list_may_vanish_too(world: World) -> None:
    first = world.lemmy.post("one")
    world.lemmy.post("two")
    listener = world.listener("c/boats")
    cursor = last_cursor(await polled(listener))
    world.lemmy.hidden.add(first["id"])
    assert gone_in(await polled(listener, cursor)) == [world.lemmy.address(first)]


async def test_a_bad_record_is_laid_aside_and_its_neighbours_are_read(world: World) -> None:
    lemmy = world.lemmy
    lemmy.post("kerlann good")
    lemmy.post("kerlann bad")

    def spoiled(request: Request) -> Reply:
        body = lemmy.answer(request).body.replace(f"https://{FAR}/post/102".encode(), b"nowhere")
        return body_reply(body, "application/json")

    lemmy.on(world.path("/search" if lemmy.api == 3 else "/post/list"), spoiled)
    batches = await polled(world.listener())
    assert texts(batches) == ["kerlann good"]
    [letter] = [bad for batch in batches for bad in batch.bad]
    assert "kerlann bad" in letter.record


# --- us ----------------------------------------------------------------------------------------


async def test_what_is_sent_to_our_account_is_addressed_to_us(world: World) -> None:
    ours = world.lemmy.post("We mend", by=ME)
    other = world.lemmy.post("boats")
    mention = world.lemmy.comment(f"ask @{ME}@here.example", on=other)
    reply = world.lemmy.comment("thanks", on=ours)
    world.lemmy.notify(mention)
    world.lemmy.notify(reply, "reply")
    heard = {p.native_id: p for p in posts_of(await polled(world.listener(signed_in=True)))}
    assert heard[world.lemmy.address(ours)].own
    assert heard[world.lemmy.address(mention)].addressed
    assert heard[world.lemmy.address(reply)].addressed
    assert heard[world.lemmy.address(reply)].parent_author_key == f"{world.lemmy.url}/u/{ME}"
    assert not heard[world.lemmy.address(ours)].addressed


async def test_our_accounts_are_known_by_their_handles(world: World) -> None:
    ours = world.lemmy.post("We mend boats", by="mender")
    answer = world.lemmy.comment("Thanks!", on=ours)
    brand = replace(BRAND, handles={"lemmy": (f"@mender@{FAR}",)})
    heard = {p.native_id: p for p in posts_of(await polled(world.listener(brand=brand)))}
    assert list(heard) == [world.lemmy.address(ours)]
    batch = await world.listener(brand=brand).thread([world.lemmy.address(ours)])
    assert [(p.native_id, p.addressed) for p in batch.posts] == [
        (world.lemmy.address(ours), False),
        (world.lemmy.address(answer), True),
    ]


async def test_in_our_own_community_who_begins_a_thread_speaks_to_us(world: World) -> None:
    post = world.lemmy.post("Help")
    world.lemmy.comment("me too", on=post)
    posts = posts_of(await polled(world.listener("c/boats", ours=True)))
    assert [post.addressed for post in posts] == [True, False]


async def test_an_account_of_ours_that_nobody_knows_there_stops_nothing(world: World) -> None:
    world.lemmy.post("kerlann")
    brand = replace(BRAND, handles={"lemmy": ("nobody@far.example",)})
    listener = world.listener(brand=brand)
    cursor = last_cursor(await polled(listener))
    assert cursor is not None
    account = world.path("/user" if world.lemmy.api == 3 else "/person/content")
    assert len(world.lemmy.asked(account)) == 2
    await polled(listener, cursor)
    assert len(world.lemmy.asked(account)) == 2
    world.now = Micros(world.now + HOUR)
    await polled(listener, cursor)
    assert len(world.lemmy.asked(account)) == 4


# --- how the instance is asked -----------------------------------------------------------------


def test_what_a_source_listens_to() -> None:
    def keys(what: str, username: str = "", query: str = "kerlann") -> list[str]:
        source = SourceConfig(network="lemmy", what=what)
        brand = replace(BRAND, query=query, handles={"lemmy": ("Me@here.example",)})
        places = places_of(source, [brand], host="here.example", username=username)
        return [place.key for place in places]

    own = ["account:posts:me", "account:comments:me"]
    inbox = ["mentions:comments:", "replies:comments:"]
    assert keys("") == [*own, "search:posts:kerlann", "search:comments:kerlann"]
    assert keys('"leaky" boat', "me")[:4] == [*own, *inbox]
    assert keys('"leaky" boat')[-1] == "search:comments:leaky boat"
    assert keys("", query='"kerlann hq" boat')[-1] == "search:comments:kerlann hq"
    assert keys("!Boats@far.example")[2:] == [
        "community:posts:boats@far.example",
        "community:comments:boats@far.example",
    ]
    assert keys("c/boats@here.example")[-1] == "community:comments:boats"
    assert keys("u/ana@far.example")[-1] == "account:comments:ana@far.example"
    assert keys("@me") == own
    with pytest.raises(SourceError, match="Write c/NAME"):
        keys("c/")


async def test_searching_leaves_others_their_share(world: World) -> None:
    brand = replace(BRAND, query=" OR ".join(f"kerlann{number}" for number in range(8)))
    listener = world.listener(brand=brand)
    before = listener.next_interval
    await polled(listener)
    assert before is None
    # Eight searches a round, of the thirty in ten minutes that are ours.
    assert listener.next_interval == 160.0
    listener = world.listener()
    await polled(listener)
    assert listener.next_interval == 120.0


@pytest.mark.parametrize(
    ("reply", "state", "words"),
    [
        (json_reply({"error": "rate_limit_error"}, 400), SourceState.RATE_LIMITED, "slow down"),
        (json_reply({"error": "too_many_requests"}, 429), SourceState.RATE_LIMITED, "slow down"),
        (json_reply({"error": "not_logged_in"}, 400), SourceState.NEEDS_TOKEN, "members alone"),
        (json_reply({"error": "instance_is_private"}, 403), SourceState.NEEDS_TOKEN, "private"),
        (
            json_reply({"error": "couldnt_find_community"}, 400),
            SourceState.FAILING,
            "c/NAME@INSTANCE",
        ),
        (json_reply({"error": "something_else"}, 400), SourceState.FAILING, ""),
        (body_reply(b"<html>gateway</html>", "text/html", 502), SourceState.FAILING, ""),
        (json_reply({"communities": []}), SourceState.FORMAT_CHANGED, "not as Lemmy does"),
        (json_reply([]), SourceState.FORMAT_CHANGED, "not as Lemmy does"),
    ],
)
async def test_what_is_refused_is_said(
    world: World, reply: Reply, state: SourceState, words: str
) -> None:
    world.lemmy.on(world.path("/comment/list"), reply)
    with pytest.raises(SourceError) as caught:
        await polled(world.listener("c/boats"))
    assert (caught.value.state, words in str(caught.value)) == (state, True)
    if state is SourceState.RATE_LIMITED:
        assert caught.value.until is not None
        assert caught.value.until >= world.now + MINUTE


@pytest.mark.parametrize(
    "site",
    [json_reply({"version": "x"}), json_reply([1]), json_reply({"version": None})],
)
async def test_what_is_no_lemmy_is_said(world: World, site: Reply) -> None:
    world.lemmy.on("/api/v3/site", site)
    with pytest.raises(SourceError, match="Is this the address of a Lemmy instance"):
        await polled(world.listener())


async def test_a_token_that_is_not_accepted_is_said(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEMMY_TOKEN", "old")
    with pytest.raises(SourceError, match="does not accept this source's token") as caught:
        await polled(world.listener(signed_in=True))
    assert caught.value.state is SourceState.NEEDS_TOKEN


# --- threads and the past ----------------------------------------------------------------------


async def test_a_thread_about_us_is_read_whole(world: World) -> None:
    post = world.lemmy.post("kerlann?")
    comments = [world.lemmy.comment(f"comment {number}", on=post) for number in range(PAGE + 5)]
    deep = world.lemmy.comment("deep", on=comments[3])
    listener = world.listener()
    batch = await listener.thread([world.lemmy.address(post)])
    heard = [one.native_id for one in batch.posts]
    assert heard == [world.lemmy.address(one) for one in (post, *comments, deep)]
    assert batch.posts[-1].parent_id == world.lemmy.address(comments[3])


async def test_of_a_thread_of_others_only_what_is_about_us_is_kept(world: World) -> None:
    post = world.lemmy.post("boats")
    about = world.lemmy.comment("kerlann is best", on=post)
    world.lemmy.comment("I like cars", on=post)
    below = world.lemmy.comment("it is", on=about)
    batch = await world.listener().thread([world.lemmy.address(about)])
    assert [p.native_id for p in batch.posts] == [
        world.lemmy.address(t) for t in (post, about, below)
    ]


async def test_a_thread_tells_what_is_gone(world: World) -> None:
    post = world.lemmy.post("kerlann?")
    flagged, lost = (world.lemmy.comment(f"kerlann {name}", on=post) for name in ("a", "b"))
    listener = world.listener()
    await polled(listener)
    flagged["deleted"] = True
    world.lemmy.hidden.add(lost["id"])
    batch = await listener.thread([world.lemmy.address(post)])
    assert {gone.native_id for gone in batch.deletions} == {
        world.lemmy.address(flagged),
        world.lemmy.address(lost),
    }
    world.lemmy.hidden.add(post["id"])
    batch = await listener.thread([world.lemmy.address(post)])
    assert batch.deletions == (Deletion("lemmy", world.lemmy.address(post)),)


async def test_a_post_the_instance_does_not_know_has_no_thread(world: World) -> None:
    assert await world.listener().thread(["https://elsewhere.example/post/1"]) == Batch()


async def test_the_past_is_read_down_and_goes_on_where_it_was(world: World) -> None:
    for number in range(120):
        post = world.lemmy.post(f"kerlann {number}")
    world.lemmy.comment("kerlann too", on=post)
    listener = world.listener()
    assert isinstance(listener, Historical)
    since = Micros((START + 10 * 60) * SECOND)

    async def read(place: str | None) -> list[Batch]:
        async with aclosing(listener.history(BRAND, since, place)) as batches:
            return [batch async for batch in batches]

    whole = await read(None)
    assert texts(whole) == [*(f"kerlann {number}" for number in range(119, 8, -1)), "kerlann too"]
    assert texts(await read(whole[0].cursor)) == texts(whole[1:])
    assert await read(whole[-1].cursor) == []
    assert texts(await read("[]")) == texts(whole)
