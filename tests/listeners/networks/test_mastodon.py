"""Reading Mastodon by REST: nothing skipped, nothing twice, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing

import pytest

from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, HOUR, MINUTE, Batch, Deletion, Micros, Post, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.mastodon.listener import SECOND_LOOK, MastodonListener
from listeners.networks.mastodon.places import Place, places_of, read_cursor, write_cursor
from listeners.secret import Secret
from tests.fake.http_server import (
    Reply,
    Request,
    body_reply,
    json_reply,
    raw_bytes,
    reset_in_body,
    status_reply,
)
from tests.fake.mastodon import HOME, START, FakeMastodon

BRAND = BrandConfig(
    name="Kerlann", query="Kerlann OR #kerlann", handles={"mastodon": ("@kerlann@social.example",)}
)


class World:
    """A server, a fetcher and a clock that the tests move."""

    def __init__(self, server: FakeMastodon, fetch: Fetcher) -> None:
        self.server = server
        self.fetch = fetch
        self.now = START

    def listener(
        self, what: str = "#kerlann", *, token: bool = False, brand: BrandConfig = BRAND
    ) -> MastodonListener:
        if token:
            self.server.token = "s3cret"
        source = SourceConfig(
            network="mastodon",
            what=what,
            base_url=self.server.url,
            token=Secret("env:HUBBUB_TEST_TOKEN") if token else None,
        )
        return MastodonListener(source, [brand], self.fetch, lambda: self.now)


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("HUBBUB_TEST_TOKEN", "s3cret")
    async with FakeMastodon() as server:
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(server, fetch))
            yield made[0]


async def polled(listener: MastodonListener, cursor: str | None = None) -> list[Batch]:
    async with aclosing(listener.poll(cursor)) as batches:
        return [batch async for batch in batches]


async def until_refused(listener: MastodonListener) -> tuple[list[Batch], SourceError | None]:
    """What a reading gave before it failed, and how it failed."""
    found: list[Batch] = []
    try:
        async with aclosing(listener.poll(None)) as batches:
            async for batch in batches:
                found.append(batch)
    except SourceError as error:
        return found, error
    return found, None


def texts(batches: Iterable[Batch]) -> list[str]:
    return [post.text for batch in batches for post in batch.posts]


def last_cursor(batches: Iterable[Batch]) -> str | None:
    return next((b.cursor for b in reversed(list(batches)) if b.cursor), None)


def posts_of(batches: Iterable[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


# --- gapless paging ----------------------------------------------------------------------------


async def test_first_reading_takes_the_newest_pages_oldest_first(world: World) -> None:
    world.server.page_size = 3
    for number in range(10):
        world.server.post(f"n{number} #kerlann")
    batches = await polled(world.listener())
    assert texts(batches) == [f"n{n} #kerlann" for n in range(4, 10)]
    assert read_cursor(last_cursor(batches))["tag:kerlann"].id == world.server.statuses[-1]["id"]


async def test_later_readings_climb_from_the_cursor_without_gap_or_duplicate(world: World) -> None:
    world.server.page_size = 3
    world.server.post("n0 #kerlann")
    cursor = last_cursor(await polled(world.listener()))
    for number in range(1, 12):
        world.server.post(f"n{number} #kerlann")
    batches = await polled(world.listener(), cursor)
    assert texts(batches) == [f"n{n} #kerlann" for n in range(1, 12)]
    assert all(batch.cursor for batch in batches)
    assert await polled(world.listener(), last_cursor(batches)) == []


async def test_a_quiet_place_yields_nothing_and_asks_once(world: World) -> None:
    world.server.post("n0 #kerlann")
    listener = world.listener(brand=BrandConfig(name="Kerlann"))
    cursor = last_cursor(await polled(listener))
    asked = len(world.server.requests)
    assert await polled(listener, cursor) == []
    assert len(world.server.requests) == asked + 1
    assert world.server.requests[-1].one("min_id") == world.server.statuses[0]["id"]


@pytest.mark.parametrize("broken_after", range(5))
async def test_a_crash_at_any_page_resumes_without_gap_or_duplicate(
    world: World, broken_after: int
) -> None:
    world.server.page_size = 2
    world.server.post("n0 #kerlann")
    cursor = last_cursor(await polled(world.listener()))
    for number in range(1, 10):
        world.server.post(f"n{number} #kerlann")
    stored: list[str] = []
    async with aclosing(world.listener().poll(cursor)) as batches:
        count = 0
        async for batch in batches:
            if count == broken_after:
                break  # the process dies before this batch is stored
            stored += texts([batch])
            cursor = batch.cursor
            count += 1
    stored += texts(await polled(world.listener(), cursor))
    assert stored == [f"n{n} #kerlann" for n in range(1, 10)]


async def test_a_crash_in_the_first_reading_resumes_without_gap(world: World) -> None:
    world.server.page_size = 2
    for number in range(4):
        world.server.post(f"n{number} #kerlann")
    async with aclosing(world.listener().poll(None)) as batches:
        first = await anext(batches)
    rest = await polled(world.listener(), first.cursor)
    assert texts([first, *rest]) == [f"n{n} #kerlann" for n in range(4)]


async def test_a_batch_that_was_not_stored_is_handed_on_again_by_the_same_listener(
    world: World,
) -> None:
    world.server.post("n0 #kerlann")
    listener = world.listener()
    async with aclosing(listener.poll(None)) as batches:
        lost = await anext(batches)
    assert texts(await polled(listener, None)) == texts([lost])


async def test_a_server_that_ignores_min_id_is_walked_down_to_the_mark(world: World) -> None:
    world.server.heeds_min_id = False
    world.server.page_size = 3
    world.server.post("n0 #kerlann")
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    for number in range(1, 9):
        world.server.post(f"n{number} #kerlann")
    batches = await polled(listener, cursor)
    assert texts(batches) == [f"n{n} #kerlann" for n in range(1, 9)]
    assert await polled(listener, last_cursor(batches)) == []


async def test_a_server_that_sends_one_page_for_every_question_comes_to_an_end(
    world: World,
) -> None:
    page = [world.server.status(f"n{n} #kerlann") for n in range(3)][::-1]
    world.server.on(world.server.tag("kerlann"), json_reply(page))
    listener = world.listener()
    batches = await polled(listener)
    assert texts(batches) == ["n0 #kerlann", "n1 #kerlann", "n2 #kerlann"]
    assert await polled(listener, last_cursor(batches)) == []
    # A new process knows only the cursor: what it re-reads is folded by the store.
    again = await polled(world.listener(), last_cursor(batches))
    assert all(batch.gap is None for batch in again)


async def test_what_a_page_limit_hides_is_a_gap_and_not_a_silent_jump(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.networks.mastodon.reader.MOST_PAGES", 2)
    world.server.heeds_min_id = False
    world.server.page_size = 2
    first = world.server.post("n0 #kerlann")
    cursor = last_cursor(await polled(world.listener()))
    for number in range(1, 9):
        world.server.post(f"n{number} #kerlann")
    batches = await polled(world.listener(), cursor)
    assert texts(batches) == [f"n{n} #kerlann" for n in range(5, 9)]
    gap = batches[0].gap
    assert gap is not None
    assert gap.from_at is not None
    assert gap.to_at is not None
    assert gap.from_at < gap.to_at
    assert first["id"] in (cursor or "")


async def test_an_unreadable_cursor_begins_anew_and_says_so(world: World) -> None:
    world.server.post("n0 #kerlann")
    batches = await polled(world.listener(), "not a cursor")
    assert batches[0].gap is not None
    assert texts(batches) == ["n0 #kerlann"]


async def test_ids_are_opaque(world: World) -> None:
    page = [world.server.status("n #kerlann", id="1795388064d72c64e9051e043e35249106f2c15ff8")]
    world.server.on(world.server.tag("kerlann"), json_reply(page), json_reply([]))
    batches = await polled(world.listener())
    assert read_cursor(last_cursor(batches))["tag:kerlann"].id.startswith("1795388064d72c")


async def test_old_posts_of_a_first_reading_are_history(world: World) -> None:
    world.server.post("old #kerlann", created_at="2020-01-01T00:00:00Z")
    world.server.post("new #kerlann")
    world.now = Micros(START + HOUR)
    listener = world.listener()
    batches = await polled(listener)
    assert [(p.text, p.history) for p in posts_of(batches)] == [
        ("old #kerlann", True),
        ("new #kerlann", False),
    ]


# --- several places, one cursor ----------------------------------------------------------------


async def test_an_empty_what_reads_tags_and_own_posts_and_with_a_token_more(world: World) -> None:
    server = world.server
    server.account("kerlann")
    server.post("a #kerlann")
    server.post("Kerlann without a tag")
    ours = server.post("thank you", by="kerlann")
    mention = server.status("hey you", mentions=[{"acct": "kerlann", "id": "500", "url": "x"}])
    server.notify("mention", mention)
    without = await polled(world.listener(""))
    assert sorted(texts(without)) == ["a #kerlann", "thank you"]
    with_token = await polled(world.listener("", token=True))
    assert sorted(texts(with_token)) == [
        "Kerlann without a tag",
        "a #kerlann",
        "hey you",
        "thank you",
    ]
    assert ours["uri"] in {post.native_id for post in posts_of(with_token)}
    assert set(read_cursor(last_cursor(with_token)) or {}) == {
        "notifications",
        "tag:kerlann",
        "account:kerlann@social.example",
        'search:"kerlann"',
    }


async def test_a_search_is_walked_down_and_does_not_repeat_itself(world: World) -> None:
    world.server.page_size = 2
    listener = world.listener("search:coffee", token=True)
    world.server.post("coffee 0")
    cursor = last_cursor(await polled(listener))
    for number in range(1, 6):
        world.server.post(f"coffee {number}")
    batches = await polled(listener, cursor)
    assert texts(batches) == [f"coffee {n}" for n in range(1, 6)]
    assert await polled(listener, last_cursor(batches)) == []
    # Indexed late: below what was read, and found all the same.
    late = world.server.status("coffee late")
    world.server.statuses.insert(-1, {**late, "id": world.server.statuses[-1]["id"] + "0"})
    assert texts(await polled(listener, last_cursor(batches))) == ["coffee late"]


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("#Kerlann", [Place("tag", "Kerlann")]),
        ("tag:kerlann", [Place("tag", "kerlann")]),
        ("#a, #b notifications", [Place("tag", "a"), Place("tag", "b"), Place("notifications")]),
        ("search:two words", [Place("search", "two words")]),
        ("user", [Place("home")]),
        ("home", [Place("home")]),
        ("public", [Place("public")]),
        ("local", [Place("local")]),
        ("@kerlann@social.example", [Place("account", "kerlann@social.example")]),
        ("https://social.example/@kerlann", [Place("account", "kerlann@social.example")]),
    ],
)
def test_places(what: str, expected: list[Place]) -> None:
    source = SourceConfig(network="mastodon", what=what)
    assert list(places_of(source, [BRAND], signed_in=True)) == expected


@pytest.mark.parametrize("what", ["everything", "#", "@", "list:7", "https://social.example/"])
def test_a_what_that_is_not_understood_is_said(what: str) -> None:
    with pytest.raises(SourceError, match="cannot listen to") as caught:
        places_of(SourceConfig(network="mastodon", what=what), [BRAND], signed_in=True)
    assert caught.value.state is SourceState.FAILING


def test_nothing_to_listen_to_without_a_token_asks_for_one() -> None:
    brand = BrandConfig(name="K", query='"two words"')
    with pytest.raises(SourceError, match="hashtag") as caught:
        places_of(SourceConfig(network="mastodon"), [brand], signed_in=False)
    assert caught.value.state is SourceState.NEEDS_TOKEN


def test_no_word_leaves_its_path_segment() -> None:
    assert (
        Place("tag", "../../oauth?x=#").path() == "/api/v1/timelines/tag/..%2F..%2Foauth%3Fx%3D%23"
    )


def test_a_cursor_survives_its_writing() -> None:
    marks = read_cursor('{"places": {"tag:a": ["9", 5], "public": ["x", null]}}')
    assert marks is not None
    assert read_cursor(write_cursor(marks)) == marks


@pytest.mark.parametrize("cursor", ["", "[]", "{}", '{"places": {"a": 1}}', '{"places": [1]}'])
def test_a_foreign_cursor_is_not_read(cursor: str) -> None:
    assert read_cursor(cursor) is None


# --- threads -----------------------------------------------------------------------------------


async def test_a_parent_on_the_same_page_is_known_without_asking(world: World) -> None:
    first = world.server.post("root #kerlann")
    second = world.server.post("answer #kerlann", by="bob@far.example", reply_to=first)
    world.server.post("again #kerlann", reply_to=second)
    root, answer, again = posts_of(await polled(world.listener()))
    assert (root.parent_id, root.root_id) == (None, None)
    assert (answer.parent_id, answer.root_id) == (root.native_id, root.native_id)
    assert (again.parent_id, again.root_id) == (answer.native_id, root.native_id)
    assert again.parent_author_key == "https://far.example/users/bob"
    assert not [r for r in world.server.requests if "/statuses/" in r.path]


async def test_a_parent_elsewhere_is_looked_up_once_and_its_thread_climbed(world: World) -> None:
    root = world.server.post("root")
    middle = world.server.post("middle", reply_to=root)
    for number in range(3):
        world.server.post(f"r{number} #kerlann", reply_to=middle)
    posts = posts_of(await polled(world.listener()))
    assert {post.parent_id for post in posts} == {middle["uri"]}
    assert {post.root_id for post in posts} == {root["uri"]}
    looked_up = [r.path for r in world.server.requests if r.path.startswith("/api/v1/statuses/")]
    assert looked_up == [f"/api/v1/statuses/{middle['id']}", f"/api/v1/statuses/{root['id']}"]


async def test_a_parent_that_is_hidden_keeps_the_servers_id(world: World) -> None:
    gone = world.server.status("gone")
    world.server.post("to nobody #kerlann", reply_to=gone)
    [post] = posts_of(await polled(world.listener()))
    assert (post.parent_id, post.root_id) == (gone["id"], None)


async def test_trouble_with_a_parent_does_not_cost_the_page(world: World) -> None:
    gone = world.server.status("gone")
    world.server.post("n #kerlann", reply_to=gone)
    path = f"/api/v1/statuses/{gone['id']}"
    world.server.on(path, status_reply(429, retry_after="30"))
    listener = world.listener(brand=BrandConfig(name="Kerlann"))
    [post] = posts_of(await polled(listener))
    assert (post.text, post.parent_id) == ("n #kerlann", gone["id"])
    assert len(world.server.asked(path)) == 1


async def test_a_hostile_parent_id_stays_in_its_path(world: World) -> None:
    world.server.post("n #kerlann", in_reply_to_id="../../oauth/revoke?x=")
    [post] = posts_of(await polled(world.listener()))
    assert post.parent_id == "../../oauth/revoke?x="
    assert "/api/v1/statuses/../../oauth/revoke?x=" in {r.path for r in world.server.requests}


async def test_only_what_concerns_us_is_looked_up_in_a_crowd(world: World) -> None:
    stranger, known = world.server.post("a"), world.server.post("b")
    world.server.post("nothing to us", reply_to=world.server.status("x"))
    world.server.post("about Kerlann", reply_to=world.server.status("y"))
    await polled(world.listener("public"))
    assert len([r for r in world.server.requests if "/statuses/" in r.path]) == 1
    assert stranger["id"] != known["id"]


async def test_thread_gives_root_parents_and_own_replies(world: World) -> None:
    root = world.server.post("Kerlann is down #kerlann")
    answer = world.server.post("we are on it", by="kerlann", reply_to=root)
    world.server.post("me too", by="bob@far.example", reply_to=root)
    listener = world.listener()
    await polled(listener)
    batch = await listener.thread([root["uri"]])
    assert texts([batch]) == ["Kerlann is down #kerlann", "we are on it", "me too"]
    assert [post.root_id for post in batch.posts] == [None, root["uri"], root["uri"]]
    ours = batch.posts[1]
    assert (ours.native_id, ours.author.handle) == (answer["uri"], "kerlann@social.example")
    assert batch.cursor is None


async def test_thread_finds_a_post_of_this_server_by_its_address_after_a_restart(
    world: World,
) -> None:
    root = world.server.post("root")
    root["uri"] = f"{world.server.url}/users/ana/statuses/{root['id']}"
    world.server.post("reply", reply_to=root)
    batch = await world.listener().thread([root["uri"]])
    assert texts([batch]) == ["root", "reply"]


async def test_thread_finds_a_far_post_with_a_token_by_its_uri(world: World) -> None:
    root = world.server.post("root", by="bob@far.example")
    assert texts([await world.listener(token=True).thread([root["uri"]])]) == ["root"]
    assert (await world.listener().thread([root["uri"]])).posts == ()


async def test_thread_of_a_deleted_post_is_a_deletion(world: World) -> None:
    kept, gone = world.server.post("kept #kerlann"), world.server.post("gone #kerlann")
    listener = world.listener()
    await polled(listener)
    world.server.delete(gone)
    batch = await listener.thread([kept["uri"], gone["uri"]])
    assert batch.deletions == (Deletion("mastodon", gone["uri"]),)


async def test_a_server_that_shows_no_single_post_deletes_none(world: World) -> None:
    post = world.server.post("kept #kerlann")
    listener = world.listener()
    await polled(listener)
    world.server.shows_statuses = False
    assert (await listener.thread([post["uri"]])).deletions == ()


async def test_an_id_that_changed_with_an_edit_is_no_deletion(world: World) -> None:
    other, post = world.server.post("other #kerlann"), world.server.post("before #kerlann")
    listener = world.listener(token=True)
    await polled(listener)
    post["id"] = "9999"
    batch = await listener.thread([other["uri"], post["uri"]])
    assert batch.deletions == ()
    assert texts([batch]) == ["other #kerlann", "before #kerlann"]


# --- ours, to us -------------------------------------------------------------------------------


async def test_a_reply_to_our_post_is_addressed_to_us(world: World) -> None:
    ours = world.server.post("news", by="kerlann")
    world.server.post("does it work? #kerlann", by="bob@far.example", reply_to=ours)
    world.server.post("hello #kerlann")
    posts = {post.text: post for post in posts_of(await polled(world.listener()))}
    assert posts["does it work? #kerlann"].addressed
    assert not posts["hello #kerlann"].addressed


async def test_notifications_are_addressed_to_us_where_they_speak_to_us(world: World) -> None:
    server = world.server
    for kind in ("mention", "quote", "status", "update", "favourite", "reblog", "follow"):
        server.notify(kind, server.status(kind))
    server.notify("mention", None)
    batches = await polled(world.listener("notifications", token=True))
    assert {p.text: p.addressed for p in posts_of(batches)} == {
        "mention": True,
        "quote": True,
        "status": False,
        "update": False,
    }
    assert sum(batch.fetched for batch in batches) == 8
    assert not [bad for batch in batches for bad in batch.bad]


async def test_a_server_that_knows_fewer_notifications_is_asked_for_all(world: World) -> None:
    path = "/api/v1/notifications"

    def strict(request: Request) -> Reply:
        return json_reply({}, 422) if "types[]" in request.query else world.server.answer(request)

    world.server.notify("mention", world.server.status("hey"))
    world.server.on(path, strict)
    assert texts(await polled(world.listener(path.rsplit("/", 1)[-1], token=True))) == ["hey"]


async def test_what_was_a_mention_becomes_addressed_when_the_notification_says_so(
    world: World,
) -> None:
    status = world.server.post("hey #kerlann")
    listener = world.listener("#kerlann notifications", token=True)
    cursor = last_cursor(await polled(listener))
    world.server.notify("mention", status)
    [post] = posts_of(await polled(listener, cursor))
    assert (post.native_id, post.addressed) == (status["uri"], True)


# --- edits, deletions, late arrivals without a stream -------------------------------------------


async def test_the_second_look_sees_edits_counts_deletions_and_late_arrivals(world: World) -> None:
    server = world.server
    edited, liked, gone = (server.post(f"{word} #kerlann") for word in ("first", "liked", "gone"))
    last = server.post("last #kerlann")
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    world.now = Micros(world.now + SECOND_LOOK)
    assert await polled(listener, cursor) == []  # the page is learnt
    server.edit(edited, "corrected #kerlann")
    liked["favourites_count"] = 9
    server.delete(gone)
    late = server.status("late #kerlann")
    server.statuses.append({**late, "id": f"{int(liked['id'])}"})
    server.statuses[-1]["id"] = str(int(edited["id"]) - 1)
    assert await polled(listener, cursor) == []  # not yet time
    world.now = Micros(world.now + SECOND_LOOK)
    batches = await polled(listener, cursor)
    assert set(texts(batches)) == {"corrected #kerlann", "liked #kerlann", "late #kerlann"}
    assert batches[0].deletions == (Deletion("mastodon", gone["uri"]),)
    assert batches[0].cursor is None
    assert last["id"] in (cursor or "")


async def test_a_post_that_an_edit_took_off_the_page_under_a_new_id_is_not_deleted(
    world: World,
) -> None:
    server = world.server
    server.post("first #kerlann")
    edited, gone = server.post("tagged #kerlann"), server.post("gone #kerlann")
    listener = world.listener(token=True)
    cursor = last_cursor(await polled(listener))
    world.now = Micros(world.now + SECOND_LOOK)
    await polled(listener, cursor)
    edited.update(id="9999", tags=[], content="<p>no tag now</p>")
    server.delete(gone)
    world.now = Micros(world.now + SECOND_LOOK)
    batches = await polled(listener, cursor)
    assert [d for batch in batches for d in batch.deletions] == [
        Deletion("mastodon", gone["uri"]),
    ]


async def test_a_post_pushed_off_the_page_is_not_called_deleted(world: World) -> None:
    server = world.server
    server.page_size = 2
    for number in range(2):
        server.post(f"n{number} #kerlann")
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    for number in range(2, 7):
        world.now = Micros(world.now + SECOND_LOOK)
        server.post(f"n{number} #kerlann")
        batches = await polled(listener, cursor)
        cursor = last_cursor(batches) or cursor
        assert not [batch for batch in batches if batch.deletions]


# --- refusals and faults -----------------------------------------------------------------------

PAGE = "text/html"
NO_ENTRY = {"error": "アクセストークンは無効です"}
TOKEN = SourceState.NEEDS_TOKEN
FAILING = SourceState.FAILING

REFUSALS = [
    (json_reply(NO_ENTRY, 401), False, TOKEN, "signed-in"),
    (json_reply(NO_ENTRY, 401), True, TOKEN, "any more"),
    (json_reply(NO_ENTRY, 403), True, TOKEN, "scopes"),
    (json_reply(NO_ENTRY, 422), False, TOKEN, "signed-in"),
    (body_reply(b"<html>no</html>", PAGE, 403), False, SourceState.BLOCKED, "away"),
    (json_reply(NO_ENTRY, 404), False, FAILING, "does not offer"),
    (body_reply(b"<html>gateway</html>", PAGE, 502), False, FAILING, "trouble"),
    (status_reply(503), False, FAILING, "trouble"),
    (body_reply(b"[{", "application/json"), False, SourceState.FORMAT_CHANGED, "JSON"),
    (json_reply({"statuses": 3}), False, SourceState.FORMAT_CHANGED, "list of posts"),
    (body_reply(b"<html>log in</html>", PAGE), False, FAILING, "captive"),
    (raw_bytes(b""), False, FAILING, "broke off"),
    (reset_in_body(), False, FAILING, "broke off"),
]


@pytest.mark.parametrize(("reply", "token", "state", "words"), REFUSALS)
async def test_every_refusal_has_its_state_and_sentence_and_moves_nothing(
    world: World, reply: Reply, token: bool, state: SourceState, words: str
) -> None:
    world.server.post("n0 #kerlann")
    path = world.server.tag("kerlann")
    listener = world.listener(token=token, brand=BrandConfig(name="Kerlann"))
    cursor = last_cursor(await polled(listener))
    world.server.post("n1 #kerlann")
    world.server.on(path, reply)
    with pytest.raises(SourceError, match=words) as caught:
        await polled(listener, cursor)
    assert caught.value.state is state
    assert world.server.asked(path)
    world.server.on(path, world.server.answer)
    world.now = Micros(world.now + 2 * HOUR)
    assert texts(await polled(listener, cursor)) == ["n1 #kerlann"]


DATE = "Sat, 30 Jan 2027 08:00:00 GMT"
DRAINED = {"x_ratelimit_remaining": "0"}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "30"}, 30),
        ({"retry_after": "30.5"}, 30.5),
        ({"retry_after": "Sat, 30 Jan 2027 08:01:00 GMT", "date": DATE}, 60),
        ({**DRAINED, "x_ratelimit_reset": "2027-01-15T08:00:40.691225Z"}, 40.69),
        ({**DRAINED, "x_ratelimit_reset": "1800000045"}, 45),
        ({"retry_after": "1000000000"}, 900),
        ({"retry_after": "0"}, 10),
        ({"retry_after": "banana"}, 60),
        ({}, 60),
    ],
)  # fmt: skip
async def test_a_limit_is_waited_for_as_long_as_the_server_says(
    world: World, headers: dict[str, str], seconds: float
) -> None:
    path = world.server.tag("kerlann")
    world.server.post("n #kerlann")
    world.server.on(path, json_reply({"error": "Zu viele"}, 429, **headers), world.server.answer)
    listener = world.listener(brand=BrandConfig(name="Kerlann"))
    with pytest.raises(SourceError) as caught:
        await polled(listener)
    assert caught.value.state is SourceState.RATE_LIMITED
    assert caught.value.until is not None
    assert (caught.value.until - world.now) / 1e6 == pytest.approx(seconds, abs=0.01)
    with pytest.raises(SourceError):
        await polled(listener)
    assert len(world.server.asked(path)) == 1  # nobody asks before that time
    world.now = Micros(caught.value.until)
    assert texts(await polled(listener)) == ["n #kerlann"]


async def test_an_optional_place_that_refuses_is_left_alone_for_an_hour(world: World) -> None:
    world.server.post("a #kerlann")
    world.server.on("/api/v2/search", json_reply({"error": "x"}, 403))
    listener = world.listener("", token=True)
    assert texts(await polled(listener)) == ["a #kerlann"]
    await polled(listener)
    assert len(world.server.asked("/api/v2/search")) == 1
    world.now = Micros(world.now + HOUR + MINUTE)
    await polled(listener)
    assert len(world.server.asked("/api/v2/search")) == 2


async def test_a_refused_place_does_not_hold_up_the_others(world: World) -> None:
    world.server.on(world.server.tag("closed"), json_reply({"error": "x"}, 401))
    world.server.post("a #kerlann")
    batches, error = await until_refused(world.listener("#closed #kerlann"))
    assert error is not None
    assert error.state is SourceState.NEEDS_TOKEN
    assert texts(batches) == ["a #kerlann"]


async def test_the_token_goes_to_its_server_and_nowhere_else(world: World) -> None:
    async with FakeMastodon() as other:
        world.server.on(world.server.tag("kerlann"), status_reply(302, location=f"{other.url}/x"))
        with pytest.raises(SourceError):
            await polled(world.listener(token=True))
        assert all("authorization" not in request.headers for request in other.requests)
    assert (
        world.server.asked(world.server.tag("kerlann"))[0].headers["authorization"]
        == "Bearer s3cret"
    )


async def test_a_token_that_cannot_be_read_is_said(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = world.listener(token=True)
    monkeypatch.delenv("HUBBUB_TEST_TOKEN")
    with pytest.raises(SourceError) as caught:
        await polled(listener)
    assert caught.value.state is SourceState.NEEDS_TOKEN
    assert world.server.requests == []


# --- records that cannot be read ---------------------------------------------------------------


async def test_a_bad_record_is_kept_aside_and_its_neighbours_are_read(world: World) -> None:
    good = [world.server.status(f"n{n} #kerlann") for n in range(3)]
    bad: list[object] = [
        {**good[0], "account": None},
        {**good[0], "uri": 7},
        {**good[0], "content": ["x"]},
        {**good[0], "uri": "https://x.example/\x1b]0;owned"},
        "not a record",
        None,
        [],
    ]
    world.server.on(world.server.tag("kerlann"), json_reply([*good, *bad][::-1]))
    batches = await polled(world.listener())
    assert texts(batches) == ["n0 #kerlann", "n1 #kerlann", "n2 #kerlann"]
    assert sum(len(batch.bad) for batch in batches) == len(bad)
    assert batches[0].fetched == len(good) + len(bad)


async def test_duplicates_and_disorder_are_folded(world: World) -> None:
    one, two = (world.server.status(f"n{n} #kerlann") for n in range(2))
    world.server.on(world.server.tag("kerlann"), json_reply([one, two, one, two]))
    batches = await polled(world.listener())
    assert {p.native_id for p in posts_of(batches)} == {one["uri"], two["uri"]}


async def test_cancelling_in_the_middle_leaves_nothing_open(world: World) -> None:
    world.server.post("n #kerlann")
    waiting = asyncio.ensure_future(polled(world.listener()))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


def test_the_table_of_capabilities_is_honest() -> None:
    capability = MastodonListener.capability
    assert capability.gapless
    assert capability.works_without_key
    assert capability.min_interval == 20
    assert HOME.startswith("https")
    assert DAY > HOUR


# --- several servers ---------------------------------------------------------------------------


async def test_a_post_seen_on_two_servers_is_one_and_its_author_one_person(world: World) -> None:
    far = world.server.post("hello #kerlann", by="ben@far.example")
    async with FakeMastodon() as other:
        at_home = {**far, "id": "7", "account": {**far["account"], "id": "1", "acct": "ben"}}
        other.statuses.append(at_home)
        source = SourceConfig(network="mastodon", what="#kerlann", base_url=other.url)
        second = MastodonListener(source, [BRAND], world.fetch, lambda: world.now)
        (one,), (same,) = posts_of(await polled(world.listener())), posts_of(await polled(second))
    assert one.native_id == same.native_id == far["uri"]
    assert one.author.key == same.author.key
