"""Stack Exchange: nothing missed however much is new, edits, threads, and its daily allowance."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from listeners.config import BrandConfig, SourceConfig
from listeners.model import DAY, SECOND, Micros, SourceState
from listeners.networks.contract import Historical, SourceError
from listeners.networks.stackexchange.decode import host_of, question_of
from listeners.networks.stackexchange.places import places_of
from listeners.secret import Secret
from tests.fake.http_server import gzip_reply, json_reply
from tests.fake.listening import (
    KERLANN,
    World,
    crash_everywhere,
    cursor_of,
    gone_of,
    ids_of,
    polled,
    posts_of,
    remembered,
    world_of,
)
from tests.fake.stackexchange import FakeStackExchange

SEARCH = "/search/excerpts"


@pytest.fixture
async def world() -> AsyncIterator[World[FakeStackExchange]]:
    async with world_of(FakeStackExchange(), "stackexchange") as made:
        yield made


async def test_questions_and_answers_come_whole_with_author_and_licence(
    world: World[FakeStackExchange],
) -> None:
    question = world.server.question("Kerlann & co's mooring", "<p>How <b>is</b> it?</p>")
    answer = world.server.answer(question, "<p>My Kerlann: https://x.example/</p>")
    [first, second] = sorted(posts_of(await polled(world.listener())), key=lambda p: p.native_id)
    assert first.native_id == f"stackoverflow/{question.id}"
    assert (first.title, first.text) == ("Kerlann & co's mooring", "How is it?")
    assert (first.author.key, first.author.name) == ("stackoverflow/7", "User & 7")
    assert first.url == f"https://stackoverflow.com/questions/{question.id}/x"
    assert b"CC BY-SA 4.0" in (first.raw or b"")
    assert second.native_id == f"stackoverflow/{question.id}#a{answer.id}"
    assert second.parent_id == second.root_id == first.native_id
    assert second.created_at == answer.at * SECOND


async def test_later_rounds_bring_what_is_new_or_edited_and_repeat_nothing(
    world: World[FakeStackExchange],
) -> None:
    old = world.server.question("Kerlann 0")
    listener = world.listener()
    cursor = cursor_of(await polled(listener))
    assert await polled(listener, cursor) == []
    new = world.server.question("Kerlann 1")
    world.server.edit(old, "<p>Kerlann, changed</p>")
    batches = await polled(listener, cursor)
    posts = {post.native_id: post for post in posts_of(batches)}
    assert set(posts) == {f"stackoverflow/{new.id}", f"stackoverflow/{old.id}"}
    edited = posts[f"stackoverflow/{old.id}"]
    assert (edited.text, edited.edited_at) == ("Kerlann, changed", old.active * SECOND)
    assert await polled(listener, cursor_of(batches)) == []


async def test_many_new_posts_come_oldest_first_through_every_crash(
    world: World[FakeStackExchange],
) -> None:
    world.server.most = 3

    def listener() -> object:
        return world.listener("stackoverflow: kerlann")

    world.server.question("Kerlann before")
    cursor = cursor_of(await polled(listener()))
    world.server.step = 200
    made = [world.server.question(f"Kerlann {number}") for number in range(7)]
    expected = [f"stackoverflow/{one.id}" for one in made]
    batches = await polled(listener(), cursor)
    assert [one for one in ids_of(batches) if one in expected] == expected
    await crash_everywhere(listener, cursor, expected)


async def test_more_posts_of_one_second_than_a_page_holds_are_all_read(
    world: World[FakeStackExchange],
) -> None:
    world.server.most = 5
    world.server.question("Kerlann before")
    cursor = cursor_of(await polled(world.listener()))
    world.server.now += 1000
    world.server.step = 0
    made = [world.server.question(f"Kerlann {number}") for number in range(12)]
    found = ids_of(await polled(world.listener(), cursor))
    assert {f"stackoverflow/{one.id}" for one in made} <= set(found)


async def test_a_post_touched_between_two_pages_hides_no_other(
    world: World[FakeStackExchange],
) -> None:
    world.server.most = 3
    world.server.step = 500
    world.server.question("Kerlann before")
    cursor = cursor_of(await polled(world.listener()))
    made = [world.server.question(f"Kerlann {number}") for number in range(9)]
    found: list[str] = []
    async for batch in world.listener().poll(cursor):
        found += [post.native_id for post in batch.posts]
        if len(found) < 6:
            world.server.edit(made[0], "<p>touched</p>")
    assert {f"stackoverflow/{one.id}" for one in made} <= set(found)


async def test_old_posts_of_a_first_round_are_history(world: World[FakeStackExchange]) -> None:
    world.server.question("Kerlann old")
    world.server.now += 6 * 86_400
    world.server.question("Kerlann new")
    world.now = Micros(world.server.now * SECOND)
    posts = posts_of(await polled(world.listener()))
    assert {post.title: post.history for post in posts} == {
        "Kerlann old": True,
        "Kerlann new": False,
    }


async def test_what_answers_a_post_of_ours_is_addressed_to_us(
    world: World[FakeStackExchange],
) -> None:
    brand = BrandConfig(name="Kerlann", handles={"stackexchange": ("stackoverflow/42",)})
    ours = world.server.question("Which rope?", "<p>nothing</p>", user=42)
    world.server.answer(ours, "<p>Kerlann makes one</p>")
    posts = {
        post.title or post.text: post for post in posts_of(await polled(world.listener("", brand)))
    }
    assert posts["Which rope?"].author.key == "stackoverflow/42"
    assert posts["Kerlann makes one"].addressed
    asked = [request.path for request in world.server.requests]
    assert asked[:2] == ["/users/42/questions", "/questions/" + str(ours.id)]


async def test_a_thread_is_read_whole_and_tells_what_is_gone(
    world: World[FakeStackExchange],
) -> None:
    question = world.server.question("Kerlann?")
    answer = world.server.answer(question, "<p>Yes, Kerlann</p>")
    below = world.server.comment(answer, "why?")
    listener = world.listener()
    await polled(listener)
    root = f"stackoverflow/{question.id}"
    batch = await listener.thread([f"{root}#a{answer.id}"])
    assert {p.native_id: p.parent_id for p in batch.posts} == {
        root: None,
        f"{root}#a{answer.id}": root,
        f"{root}#c{below.id}": f"{root}#a{answer.id}",
    }
    assert not batch.deletions
    world.server.remove(answer)
    assert gone_of([await listener.thread([root])]) == {f"{root}#a{answer.id}"}
    world.server.remove(question)
    assert root in gone_of([await listener.thread([root, "nonsense"])])


async def test_a_backoff_is_honoured_before_the_same_method(
    world: World[FakeStackExchange],
) -> None:
    world.server.question("Kerlann")
    world.server.backoff = 30
    listener = world.listener("stackoverflow: kerlann")
    cursor = cursor_of(await polled(listener))
    asked = len(world.server.requests)
    with pytest.raises(SourceError) as refused:
        await polled(listener, cursor)
    assert refused.value.state is SourceState.RATE_LIMITED
    assert refused.value.until == world.now + 30 * SECOND
    assert len(world.server.requests) == asked
    world.now = Micros(world.now + 31 * SECOND)
    await polled(listener, cursor)


async def test_a_place_that_a_backoff_kept_waiting_is_asked_first_next_time(
    world: World[FakeStackExchange],
) -> None:
    world.server.question("Kerlann")
    world.server.backoff = 30
    listener = world.listener()
    words = []
    for _ in range(3):
        with pytest.raises(SourceError):
            await polled(listener)
        words.append(world.server.asked(SEARCH)[-1].one("q"))
        world.now = Micros(world.now + 31 * SECOND)
    assert words[0] != words[1]
    assert words[0] == words[2]


async def test_a_spent_allowance_waits_as_long_as_it_says(world: World[FakeStackExchange]) -> None:
    world.server.quota = 0
    with pytest.raises(SourceError) as refused:
        await polled(world.listener())
    assert refused.value.state is SourceState.RATE_LIMITED
    assert refused.value.until == world.now + 67_194 * SECOND


async def test_any_other_refusal_is_said_with_its_reason(world: World[FakeStackExchange]) -> None:
    fault = {"error_id": 400, "error_name": "bad_parameter", "error_message": "No site found"}
    world.server.on(SEARCH, json_reply(fault, 400))
    with pytest.raises(SourceError) as refused:
        await polled(world.listener())
    assert refused.value.state is SourceState.FAILING
    assert "No site found" in str(refused.value)


async def test_the_interval_makes_the_allowance_last_a_day(
    world: World[FakeStackExchange], monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = world.listener("stackoverflow: kerlann")
    await polled(listener)
    assert listener.next_interval == pytest.approx(1.5 * 86_400 / 300)
    monkeypatch.setenv("STACK_KEY", "abc")
    keyed = world.listener("stackoverflow: kerlann", token=Secret("env:STACK_KEY"))
    assert keyed.next_interval is None
    await polled(keyed)
    assert world.server.requests[-1].one("key") == "abc"


async def test_a_page_that_was_cut_deletes_no_question(world: World[FakeStackExchange]) -> None:
    made = [world.server.question(f"Kerlann {number}") for number in range(5)]
    world.server.most = 2
    asked = [f"stackoverflow/{one.id}" for one in made]
    batch = await world.listener().thread(asked)
    assert len(batch.posts) == 2
    assert batch.deletions == ()


async def test_threads_rest_while_little_is_left_of_the_day(
    world: World[FakeStackExchange],
) -> None:
    question = world.server.question("Kerlann")
    listener = world.listener()
    world.server.quota = 50
    await polled(listener)
    asked = len(world.server.requests)
    assert (await listener.thread([f"stackoverflow/{question.id}"])).posts == ()
    assert len(world.server.requests) == asked


async def test_a_bad_record_is_kept_aside_once_and_its_neighbours_are_read(
    world: World[FakeStackExchange],
) -> None:
    good = world.server.question("Kerlann")
    items = [{"question_id": "x"}, {"question_id": good.id, "last_activity_date": good.at}]
    world.server.on(SEARCH, gzip_reply(_json({"items": items, "has_more": False})))
    listener = world.listener()
    batches = await polled(listener)
    assert ids_of(batches) == [f"stackoverflow/{good.id}"]
    assert sum(len(batch.bad) for batch in batches) == 1
    again = await polled(listener, cursor_of(batches))
    assert sum(len(batch.bad) for batch in again) == 0


async def test_the_past_is_read_newest_first_and_goes_on_from_its_place(
    world: World[FakeStackExchange],
) -> None:
    world.server.most = 4
    world.server.step = 3000
    made = [world.server.question(f"Kerlann {number}") for number in range(10)]
    world.now = Micros(world.server.now * SECOND + DAY)
    listener = world.listener()
    assert isinstance(listener, Historical)
    since = Micros(made[2].at * SECOND)
    whole = await remembered(listener, KERLANN, since)
    expected = [f"stackoverflow/{one.id}" for one in reversed(made[2:])]
    assert list(dict.fromkeys(ids_of(whole))) == expected
    half = await remembered(listener, KERLANN, since, most=1)
    rest = await remembered(world.listener(), KERLANN, since, cursor_of(half))
    assert {*ids_of(half), *ids_of(rest)} == set(expected)
    assert await remembered(listener, KERLANN, since, cursor_of(whole)) == []


@pytest.mark.parametrize(
    ("what", "options", "keys"),
    [
        ("", {}, ['stackoverflow:"kerlann"']),
        ("superuser: rope", {}, ["superuser:rope"]),
        ("superuser, fr.stackoverflow.com: rope", {}, ["superuser:rope", "fr.stackoverflow:rope"]),
        ("boats.stackexchange.com:", {}, ['boats:"kerlann"']),
        ("two words", {"sites": ["askubuntu"]}, ["askubuntu:two words"]),
        ("std::vector", {}, ["stackoverflow:std::vector"]),
    ],
)
def test_what_names_sites_and_words(what: str, options: dict[str, object], keys: list[str]) -> None:
    source = SourceConfig(network="stackexchange", what=what, options=options)
    brand = BrandConfig(name="Kerlann")
    assert [place.key for place in places_of(source, [brand])] == keys


def test_ids_and_hosts() -> None:
    assert question_of("stackoverflow/12#a3") == ("stackoverflow", 12)
    assert question_of("stackoverflow/x") is None
    assert [host_of(site) for site in ("stackoverflow", "boats", "mathoverflow.net")] == [
        "stackoverflow.com",
        "boats.stackexchange.com",
        "mathoverflow.net",
    ]
    assert host_of("pt.stackoverflow") == "pt.stackoverflow.com"


async def test_an_unreadable_cursor_begins_anew_and_says_so(
    world: World[FakeStackExchange],
) -> None:
    world.server.question("Kerlann")
    batches = await polled(world.listener(), "nonsense")
    assert batches[0].gap is not None
    assert len(ids_of(batches)) == 1


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
