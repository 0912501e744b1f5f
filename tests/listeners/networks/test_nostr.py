"""Nostr over time: several relays, each from its own place, nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, aclosing

import pytest
from websockets.asyncio.server import ServerConnection

from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, SECOND, Batch, Micros, Post, SourceState
from listeners.networks.contract import Historical, SourceError
from listeners.networks.nostr import relay as nostr_relay
from listeners.networks.nostr.listener import NostrListener
from listeners.networks.nostr.reader import OVERLAP, Reading
from listeners.networks.nostr.relay import Relay
from listeners.networks.registry import listener_class
from tests.fake.nostr import NOW, Event, FakeRelay, Writer, reply_to
from tests.fake.socket_server import Close, FakeSockets, Refuse, Reset, Say

ANA, BEN, US = Writer(3), Writer(5), Writer(7)
KERLANN = BrandConfig(name="Kerlann", handles={"nostr": (US.npub,)})
ANYBODY = BrandConfig(name="Kerlann")


class World:
    """Relays, a fetcher and a clock the tests move."""

    def __init__(self, fetch: Fetcher) -> None:
        self.fetch = fetch
        self.now = NOW + 60

    def listener(
        self, *relays: FakeSockets, brand: BrandConfig = KERLANN, what: str = ""
    ) -> NostrListener:
        source = SourceConfig(
            network="nostr",
            what=what,
            options={"relays": [relay.url for relay in relays], "allow_private": True},
        )
        return NostrListener(source, [brand], self.fetch, lambda: Micros(self.now * SECOND))


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made: list[World] = []
    async with Fetcher(lambda: Micros(made[0].now * SECOND), chance=lambda: 0.0) as fetch:
        made.append(World(fetch))
        yield made[0]


async def polled(listener: NostrListener, cursor: str | None = None) -> list[Batch]:
    async with aclosing(listener.poll(cursor)) as batches:
        return [batch async for batch in batches]


def cursor_of(batches: Iterable[Batch]) -> str | None:
    return next((b.cursor for b in reversed(list(batches)) if b.cursor), None)


def posts_of(batches: Iterable[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


def texts(batches: Iterable[Batch]) -> list[str]:
    return [post.text for post in posts_of(batches)]


def gaps(batches: Iterable[Batch]) -> list[str]:
    return [
        batch.gap.reason.template.format(**batch.gap.reason.values)
        for batch in batches
        if batch.gap is not None
    ]


async def refused(listener: NostrListener, cursor: str | None = None) -> SourceError:
    with pytest.raises(SourceError) as error:
        await polled(listener, cursor)
    return error.value


def notes(count: int, *, start: int = NOW - 100) -> list[Event]:
    return [ANA.note(f"note {n} #kerlann", at=start + n) for n in range(count)]


def forged(event: Event) -> Event:
    return {**event, "content": event["content"] + " and more"}


def unsigned(event: Event) -> Event:
    return {**event, "sig": "0" * 128}


def test_the_registry_knows_nostr() -> None:
    assert listener_class("nostr") is NostrListener
    assert issubclass(NostrListener, Historical)


# --- reading -------------------------------------------------------------------------------------


async def test_what_two_relays_have_is_one_post_and_comes_once(world: World) -> None:
    both, only_one, only_two = notes(3)
    async with FakeRelay([both, only_one]) as one, FakeRelay([both, only_two]) as two:
        first = await polled(world.listener(one, two))
        assert texts(first) == ["note 0 #kerlann", "note 1 #kerlann", "note 2 #kerlann"]
        again = world.listener(one, two)
        # A new process hands on the last quarter of an hour once more; the store folds it.
        assert len(posts_of(await polled(again, cursor_of(first)))) == 3
        assert posts_of(await polled(again, cursor_of(first))) == []
        later = ANA.note("later #kerlann", at=NOW + 10)
        await two.say(later)
        assert texts(await polled(again, cursor_of(first))) == ["later #kerlann"]


async def test_a_relay_that_was_away_is_read_from_its_own_place(world: World) -> None:
    old, missed, new = notes(3, start=NOW - 3000)
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(FakeRelay([old]))
        two = FakeRelay([old], Refuse(503), FakeRelay().serve)
        await stack.enter_async_context(two)
        two.scenes = [two.serve]
        first = await polled(world.listener(one, two))
        two.scenes = [Refuse(503)]
        one.events.append(new)
        second = await polled(world.listener(one, two), cursor_of(first))
        assert "note 2 #kerlann" in texts(second)
        two.scenes = [two.serve]
        # Long before the other's place, and more than a quarter of an hour.
        two.events += [missed, new]
        world.now += 5000
        third = await polled(world.listener(one, two), cursor_of(second))
        assert "note 1 #kerlann" in texts(third)


@pytest.mark.parametrize("stop_after", [0, 1, 2])
async def test_a_crash_between_two_batches_loses_nothing(
    world: World, stop_after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.networks.nostr.listener._PER_BATCH", 4)
    kept = notes(10)
    async with FakeRelay([ANA.note("first #kerlann", at=NOW - 5000)]) as relay:
        stored: set[str] = set()
        cursor = cursor_of(await polled(world.listener(relay)))
        relay.events += kept
        async with aclosing(world.listener(relay).poll(cursor)) as batches:
            async for batch in batches:
                if stop_after == 0:
                    break
                stored |= {post.native_id for post in batch.posts}
                cursor = batch.cursor or cursor
                stop_after -= 1
        for batch in await polled(world.listener(relay), cursor):
            stored |= {post.native_id for post in batch.posts}
        assert stored >= {event["id"] for event in kept}


async def test_a_long_catching_up_goes_on_where_it_was_ended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.networks.nostr.listener._PER_BATCH", 3)
    first = ANA.note("first #kerlann", at=NOW - 90_000)
    kept = [ANA.note(f"note {n} #kerlann", at=NOW - 20_000 + 1000 * n) for n in range(10)]
    async with FakeRelay([first]) as relay, FakeRelay() as empty:
        cursor = cursor_of(await polled(world.listener(relay, empty, brand=ANYBODY)))
        relay.events += kept
        empty.events += [ANA.note("never asked before #kerlann", at=NOW - 9 * DAY // SECOND)]
        async with aclosing(world.listener(relay, empty, brand=ANYBODY).poll(cursor)) as batches:
            ended = [await anext(batches) for _ in range(3)]
            cursor = cursor_of(ended)
        relay.asked.clear()
        rest = await polled(world.listener(relay, empty, brand=ANYBODY), cursor)
    stored = {post.text for post in posts_of([*ended, *rest])}
    assert stored == {"never asked before #kerlann"} | {note["content"] for note in [first, *kept]}
    # What was stored is not read again, but for the last quarter of an hour; what was asked for
    # the first time is history until all of it is stored.
    assert [each["since"] for each in relay.asked if "since" in each] == [NOW - 14_000 - OVERLAP]
    assert [(post.text, post.history) for post in posts_of(rest)] == [
        ("never asked before #kerlann", True),
        *((f"note {n} #kerlann", False) for n in range(6, 10)),
    ]


@pytest.mark.parametrize("strict", [False, True])
async def test_pages_are_read_down_to_the_mark(world: World, strict: bool) -> None:
    old = ANA.note("old #kerlann", at=NOW - 90_000)
    async with FakeRelay([old], most=20, strict=strict) as relay:
        cursor = cursor_of(await polled(world.listener(relay)))
        # Three a second, so that pages end in the middle of one.
        relay.events += [ANA.note(f"note {n} #kerlann", at=NOW - 8000 + n // 3) for n in range(50)]
        second = await polled(world.listener(relay), cursor)
        assert len({post.native_id for post in posts_of(second)}) == 1 + 50
        assert gaps(second) == []
        assert posts_of(second) == sorted(posts_of(second), key=lambda post: post.created_at or 0)


async def test_more_than_is_read_in_one_go_is_a_gap(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nostr_relay, "MOST_PAGES", 2)
    async with FakeRelay([ANA.note("old #kerlann", at=NOW - 90_000)], most=20) as relay:
        cursor = cursor_of(await polled(world.listener(relay)))
        relay.events += notes(45)
        second = await polled(world.listener(relay), cursor)
        (gap,) = [batch.gap for batch in second if batch.gap]
        assert gap.from_at == (NOW - 90_000 - OVERLAP) * SECOND
        oldest = min(post.created_at or 0 for post in posts_of(second))
        assert gap.to_at is not None
        assert gap.to_at <= oldest


async def test_old_notes_of_the_first_look_are_history(world: World) -> None:
    old = ANA.note("old #kerlann", at=NOW - 4 * DAY // SECOND)
    new = ANA.note("new #kerlann")
    async with FakeRelay([old, new]) as relay:
        found = posts_of(await polled(world.listener(relay)))
        assert [(post.text, post.history) for post in found] == [
            ("old #kerlann", True),
            ("new #kerlann", False),
        ]


async def test_a_note_from_the_future_does_not_move_the_place_there(world: World) -> None:
    async with FakeRelay([ANA.note("now #kerlann"), ANA.note("far #kerlann", at=NOW + 9**9)]) as r:
        cursor = cursor_of(await polled(world.listener(r)))
        assert max(json.loads(cursor or "")["marks"].values()) == NOW


@pytest.mark.parametrize(("ahead", "mark"), [(30, 0), (OVERLAP, 0), (OVERLAP + 1, None)])
async def test_a_fast_clock_moves_the_place_to_the_present(
    world: World, ahead: int, mark: int | None
) -> None:
    async with FakeRelay([ANA.note("fast #kerlann", at=world.now + ahead)]) as relay:
        cursor = cursor_of(await polled(world.listener(relay, brand=ANYBODY)))
        (found,) = json.loads(cursor or "")["marks"].values()
        assert found == (0 if mark is None else world.now + mark)


async def test_what_comes_where_nothing_was_is_read_in_full(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.networks.nostr.reader.FIRST", 10)
    async with FakeRelay(most=20) as relay:
        cursor = cursor_of(await polled(world.listener(relay, brand=ANYBODY)))
        relay.events += [*notes(30), ANA.note("old #kerlann", at=NOW - 4 * DAY // SECOND)]
        batches = await polled(world.listener(relay, brand=ANYBODY), cursor)
        assert len(posts_of(batches)) == 31
        assert [post.text for post in posts_of(batches) if post.history] == ["old #kerlann"]
        assert gaps(batches) == []


async def test_what_two_relays_cannot_give_whole_is_told_of_both(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nostr_relay, "MOST_PAGES", 2)
    old = ANA.note("old #kerlann", at=NOW - 90_000)
    async with FakeRelay([old], most=20) as one, FakeRelay([old], most=20) as two:
        cursor = cursor_of(await polled(world.listener(one, two)))
        for relay in (one, two):
            relay.events += notes(45)
        said = gaps(await polled(world.listener(one, two), cursor))
        assert [relay.url in each for relay, each in zip((one, two), said, strict=True)] == [
            True
        ] * 2


async def test_a_cursor_that_is_none_of_ours_is_said_and_begun_anew(world: World) -> None:
    async with FakeRelay(notes(1)) as relay:
        batches = await polled(world.listener(relay), '{"marks": 5}')
        assert len(gaps(batches)) == 1
        assert len(posts_of(batches)) == 1


# --- whom to believe -----------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [forged, unsigned])
async def test_words_nobody_signed_are_kept_aside(world: World, damage: object) -> None:
    assert callable(damage)
    good, bad = notes(2)
    async with FakeRelay([good, damage(bad)]) as relay:
        batches = await polled(world.listener(relay))
        assert texts(batches) == ["note 0 #kerlann"]
        (letter,) = [letter for batch in batches for letter in batch.bad]
        assert "could not be read" in letter.reason.template
        listener = world.listener(relay)
        await polled(listener)
        assert [batch.bad for batch in await polled(listener) if batch.bad] == []


async def test_a_relay_that_forges_is_not_heard_and_the_others_are(world: World) -> None:
    mine, theirs = notes(3), notes(6, start=NOW - 50)
    async with FakeRelay(mine) as honest, FakeRelay([forged(e) for e in theirs]) as liar:
        batches = await polled(world.listener(honest, liar))
        assert texts(batches) == [f"note {n} #kerlann" for n in range(3)]
        (said,) = gaps(batches)
        assert "6 of 6 posts" in said
        # It is said once, not every round.
        assert gaps(await polled(world.listener(honest, liar), cursor_of(batches))) == []


async def test_malformed_events_do_not_cost_their_neighbours(world: World) -> None:
    listed: list[Event] = [{"kind": 1, "tags": [["t", "kerlann"]], "created_at": NOW}]
    async with FakeRelay(notes(5)) as relay:
        lines = [json.dumps(["EVENT", "q1", event]) for event in [*relay.events, *listed]]
        noise = ["no json", "[]", '{"EVENT": 1}', '["EVENT"]', '["NOTICE", 5]', '[1, "q1", 2]']
        eose = [json.dumps(["EOSE", f"q{n}"]) for n in (1, 2, 3, 4)]
        async with FakeSockets(Refuse(404), Say(*noise, *lines, *eose)) as server:
            batches = await polled(world.listener(server, brand=ANYBODY))
    assert len(posts_of(batches)) == 5
    assert sum(len(batch.bad) for batch in batches) == 1


async def test_the_newest_profile_of_all_relays_names_our_own_account(world: World) -> None:
    ours = US.note("We sail #kerlann")
    now, before = US.event(0, '{"name": "Kerlann"}'), US.event(0, '{"name": "K."}', at=NOW - 9)
    forged_name = {**now, "id": "f" * 64, "content": '{"name": "Fake"}'}
    for relays in ([[now, ours], [before, ours]], [[before, ours], [now, ours, forged_name]]):
        async with FakeRelay(relays[0]) as one, FakeRelay(relays[1]) as two:
            (post,) = posts_of(await polled(world.listener(one, two)))
        assert (post.author.name, post.author.handle) == ("Kerlann", US.npub)


# --- relays that do not answer -------------------------------------------------------------------


async def test_one_relay_that_fails_does_not_silence_the_others(world: World) -> None:
    async with FakeRelay(notes(1)) as well, FakeSockets(Refuse(500)) as ill:
        batches = await polled(world.listener(ill, well))
        assert texts(batches) == ["note 0 #kerlann"]
        assert gaps(batches) == []  # it passes by itself


async def test_no_relay_at_all_is_a_failure(world: World) -> None:
    async with FakeSockets(Refuse(500)) as one, FakeSockets(Refuse(404), Say(end=Reset())) as two:
        assert (await refused(world.listener(one, two))).state is SourceState.FAILING


@pytest.mark.parametrize(
    ("closes", "state"),
    [
        ("auth-required: log in first", SourceState.BLOCKED),
        ("restricted: members only", SourceState.BLOCKED),
        ("rate-limited: slow down", SourceState.RATE_LIMITED),
        ("unsupported: too many tags", SourceState.FAILING),
        ("", SourceState.FAILING),
    ],
)
async def test_a_relay_says_why_it_ends_an_answer(
    world: World, closes: str, state: SourceState
) -> None:
    scene = [json.dumps(["CLOSED", "q1", closes])]
    async with FakeSockets(Refuse(404), Say(*scene)) as relay:
        error = await refused(world.listener(relay))
    assert error.state is state
    assert closes.partition(":")[2].strip() in str(error) or state is SourceState.RATE_LIMITED
    limited = (world.now + 60) * SECOND if state is SourceState.RATE_LIMITED else None
    assert error.until == limited


async def test_a_relay_that_wants_a_log_in_is_told_once_until_it_answers(world: World) -> None:
    async with FakeRelay(notes(1)) as well, FakeRelay(closes="auth-required: members") as shut:
        first = await polled(world.listener(well, shut))
        assert len(gaps(first)) == 1
        assert texts(first) == ["note 0 #kerlann"]
        second = await polled(world.listener(well, shut), cursor_of(first))
        assert gaps(second) == []
        shut.closes = ""
        third = await polled(world.listener(well, shut), cursor_of(first))
        shut.closes = "auth-required: members"
        assert len(gaps(await polled(world.listener(well, shut), cursor_of(third)))) == 1


async def test_an_answer_without_end_is_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nostr_relay, "ANSWER_SECONDS", 0.2)
    async with FakeRelay(notes(2), endless=True) as relay:
        error = await refused(world.listener(relay))
    assert "did not finish" in str(error)


@pytest.mark.parametrize("end", [Close(1000), Close(1011), Reset()])
async def test_a_conversation_that_breaks_off_is_a_failure(
    world: World, end: Close | Reset
) -> None:
    async with FakeSockets(Refuse(404), Say('["NOTICE", "bye"]', end=end)) as relay:
        assert (await refused(world.listener(relay))).state is SourceState.FAILING


# --- words ---------------------------------------------------------------------------------------


async def test_only_relays_that_search_are_asked_for_words(world: World) -> None:
    loud = ANA.note("I bought a kerlann boat")
    async with FakeRelay([loud]) as plain, FakeRelay([loud], searches=True) as searching:
        found = texts(await polled(world.listener(plain, searching, brand=ANYBODY)))
        assert found == ["I bought a kerlann boat"]
        assert not any("search" in asked for asked in plain.asked)
        only = await polled(world.listener(plain, brand=ANYBODY, what="kerlann boat, #oar"))
        assert posts_of(only) == []


async def test_words_that_no_relay_searches_are_said(world: World) -> None:
    async with FakeRelay() as relay:
        error = await refused(world.listener(relay, brand=ANYBODY, what="kerlann boat"))
        assert "searches words" in str(error)
        assert relay.asked == []


@pytest.mark.parametrize("about", [b"no json", b"[]", b'{"supported_nips": 5, "limitation": []}'])
async def test_a_relay_that_says_nothing_of_itself_is_read(world: World, about: bytes) -> None:
    async with FakeRelay(notes(1), about=about) as relay:
        assert len(posts_of(await polled(world.listener(relay)))) == 1


# --- as it happens -------------------------------------------------------------------------------


async def heard(stream: AsyncIterator[Batch], wanted: int) -> list[Batch]:
    batches: list[Batch] = []
    async with asyncio.timeout(30):
        async for batch in stream:
            batches.append(batch)
            if sum(len(b.posts) + len(b.deletions) for b in batches) >= wanted:
                break
    return batches


async def test_what_is_written_is_heard_and_told_once(world: World) -> None:
    async with FakeRelay() as one, FakeRelay() as two:
        listener = world.listener(one, two)
        await polled(listener)
        stream = listener.stream('{"marks": {}}')
        assert stream is not None
        async with aclosing(stream) as batches:
            reading = asyncio.ensure_future(heard(batches, 2))
            note = ANA.note("live #kerlann")
            await one.say(ANA.event(0, '{"name": "Ana"}'), note)
            await two.say(note)
            await two.say(BEN.note("me too #kerlann", at=NOW + 1))
            found = await reading
        assert sorted(texts(found)) == ["live #kerlann", "me too #kerlann"]
        assert {post.author.name for post in posts_of(found)} <= {"Ana", ""}
        marks = json.loads(cursor_of(found) or "")["marks"]
        assert max(marks.values()) in (NOW, NOW + 1)


async def test_a_broken_stream_goes_on_from_its_place(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.networks.nostr.reader.backoff", lambda attempt: 0.01)
    quiet = FakeRelay()
    async with FakeRelay(notes(1), Say(end=Reset()), quiet.serve) as relay, quiet:
        relay.scenes = [Say(end=Reset()), relay.serve]
        listener = world.listener(relay, quiet)
        stream = listener.stream('{"marks": {}}')
        assert stream is not None
        async with aclosing(stream) as batches:
            assert texts(await heard(batches, 1)) == ["note 0 #kerlann"]


async def test_notes_of_fast_clocks_are_heard_once_and_read_on_from(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # All that is ever heard is half a minute ahead: the place goes on with it all the same.
    monkeypatch.setattr(nostr_relay, "MOST_PAGES", 3)
    async with FakeRelay([ANA.note("begin #kerlann", at=world.now + 30)], most=5) as relay:
        listener = world.listener(relay, brand=ANYBODY)
        cursor = cursor_of(await polled(listener))
        stream = listener.stream(cursor)
        assert stream is not None
        async with aclosing(stream) as batches:
            for n in range(14):
                world.now += 1000
                await relay.say(ANA.note(f"note {n} #kerlann", at=world.now + 30))
                found = await heard(batches, 1)
                assert texts(found) == [f"note {n} #kerlann"]
                cursor = cursor_of(found) or cursor
        relay.asked.clear()
        missed = [ANA.note(f"missed {n} #kerlann", at=world.now + 30 + n) for n in range(5)]
        relay.events += missed
        again = await polled(world.listener(relay, brand=ANYBODY), cursor)
    assert gaps(again) == []
    assert {post.native_id for post in posts_of(again)} >= {note["id"] for note in missed}
    assert {each["since"] for each in relay.asked if "since" in each} == {world.now - OVERLAP}


async def test_what_is_written_while_the_stream_begins_is_heard(world: World) -> None:
    burst = notes(45)

    class Busy(FakeRelay):
        """Much is written as soon as it answered what it has."""

        answered = asyncio.Event()

        def _stored(self, filters: Iterable[Event]) -> list[Event]:
            filters = list(filters)
            found = super()._stored(filters)
            if any("since" in each and "limit" in each for each in filters):
                self.events += burst if burst[0] not in self.events else []
                self.answered.set()
            return found

    async with Busy([ANA.note("begin #kerlann")], most=20) as relay:
        listener = world.listener(relay, brand=ANYBODY)
        stream = listener.stream(cursor_of(await polled(listener)))
        assert stream is not None
        async with aclosing(stream) as batches:
            reading = asyncio.ensure_future(heard(batches, len(burst)))
            await relay.answered.wait()
            await relay.say()
            assert sorted(texts(await reading)) == sorted(note["content"] for note in burst)


async def test_a_burst_that_waits_is_handed_on_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def burst(relay: Relay, wishes: object, told: asyncio.Queue[Reading]) -> None:
        for n, note in enumerate(notes(30)):
            await told.put(Reading(relay.address, news=[note], marks={"tag": NOW + n}))
        await told.put(Reading(relay.address, marks={"tag": NOW}))
        await asyncio.Event().wait()

    async with FakeRelay() as relay:
        listener = world.listener(relay)
        monkeypatch.setattr(listener.reader, "follow", burst)
        stream = listener.stream(None)
        assert stream is not None
        async with aclosing(stream) as batches:
            found = await heard(batches, 30)
    assert len(found) == 1
    assert json.loads(cursor_of(found) or "")["marks"] == {"tag": NOW + 29}


async def test_a_subscription_ended_while_something_is_asked_is_begun_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.networks.nostr.reader.backoff", lambda attempt: 0.01)

    async def closing(connection: ServerConnection, _: object) -> None:
        async for message in connection:
            kind, name, *_ = json.loads(message)
            if kind == "REQ" and name != "live":
                await connection.send(json.dumps(["CLOSED", "live", "error: too many"]))
                await connection.send(json.dumps(["EOSE", name]))

    async with FakeRelay(notes(1)) as relay, FakeRelay() as quiet:
        await polled(listener := world.listener(relay, quiet))
        relay.scenes = [closing, relay.serve]
        stream = listener.stream('{"marks": {}}')
        assert stream is not None
        async with aclosing(stream) as batches:
            reading = asyncio.ensure_future(heard(batches, 1))
            await relay.say(ANA.note("later #kerlann", at=NOW + 1))
            assert texts(await reading) == ["later #kerlann"]


async def test_a_stream_without_any_relay_left_ends(world: World) -> None:
    async with FakeSockets(Refuse(500)) as one:
        stream = world.listener(one).stream('{"marks": {}}')
        assert stream is not None
        with pytest.raises(SourceError):
            async with aclosing(stream) as batches:
                await heard(batches, 1)


async def test_a_fault_of_our_own_in_a_relays_task_ends_the_stream(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("broken")

    async with FakeRelay() as relay:
        listener = world.listener(relay)
        monkeypatch.setattr(listener.reader, "follow", broken)
        stream = listener.stream(None)
        assert stream is not None
        with pytest.raises(RuntimeError, match="broken"):
            async with aclosing(stream) as batches:
                await heard(batches, 1)


async def test_only_the_author_can_delete(world: World) -> None:
    note = ANA.note("regrettable #kerlann")
    async with FakeRelay([note]) as relay:
        first = await polled(world.listener(relay))
        # A new process knows the author from the cursor alone.
        listener = world.listener(relay)
        listener.reader.again = 0.05
        stream = listener.stream(cursor_of(first))
        assert stream is not None
        async with aclosing(stream) as batches:
            await heard(batches, 1)
            reading = asyncio.ensure_future(heard(batches, 1))
            await relay.say(BEN.delete(note), ANA.note("next #kerlann", at=NOW + 1))
            assert texts(await reading) == ["next #kerlann"]
            reading = asyncio.ensure_future(heard(batches, 1))
            await relay.say(unsigned(ANA.delete(note)), ANA.delete(note, at=NOW + 2))
            found = await reading
    assert [gone.native_id for batch in found for gone in batch.deletions] == [note["id"]]


# --- threads and the past ------------------------------------------------------------------------


async def test_a_thread_has_what_is_above_below_and_counted(world: World) -> None:
    root = US.note("We sail at noon #kerlann", at=NOW - 30)
    question = ANA.note("From where?", *reply_to(root), at=NOW - 20)
    answer = US.note("From the quay", *reply_to(question, root), at=NOW - 10)
    gone = BEN.note("Nonsense", *reply_to(question, root), at=NOW - 9)
    marks = [
        BEN.event(7, "+", [["e", question["id"]]]),
        BEN.event(7, "❤", [["e", question["id"]]], at=NOW + 1),
        ANA.event(7, "-", [["e", question["id"]]]),
        US.event(7, "+", [["e", question["id"]], ["e", root["id"]]]),
        BEN.event(6, "", [["e", question["id"]]]),
    ]
    async with FakeRelay([root, question, *marks]) as one, FakeRelay([answer, gone]) as two:
        await two.say(BEN.delete(gone), ANA.delete(answer))
        batch = await world.listener(one, two).thread([question["id"], "not-an-id"])
    found = {post.text: post for post in batch.posts}
    assert list(found) == ["We sail at noon #kerlann", "From where?", "From the quay"]
    asked, told = found["From where?"], found["From the quay"]
    assert (asked.parent_id, asked.root_id) == (root["id"], root["id"])
    assert (told.parent_id, told.root_id) == (question["id"], root["id"])
    assert asked.addressed
    assert asked.parent_author_key == US.npub
    assert told.author.handle == US.npub
    assert not told.addressed
    counts = asked.engagement
    assert (counts.likes, counts.shares, counts.replies) == (1, 1, 1)
    assert [each.native_id for each in batch.deletions] == [gone["id"]]


async def test_a_thread_that_no_relay_gives_is_a_failure(world: World) -> None:
    async with FakeSockets(Refuse(500)) as one:
        listener = world.listener(one)
        with pytest.raises(SourceError):
            await listener.thread(["0" * 64])
        assert (await listener.thread(["x"])).posts == ()


async def test_the_past_is_read_backwards_over_all_relays_and_goes_on_where_it_stopped(
    world: World,
) -> None:
    everything = notes(60, start=NOW - 1000)
    async with (
        FakeRelay(everything[::2], most=20) as one,
        FakeRelay(everything[1::2] + everything[:10], most=25) as two,
    ):
        since = Micros((NOW - 990) * SECOND)
        place: str | None = None
        seen: list[Post] = []
        async with aclosing(world.listener(one, two).history(KERLANN, since, None)) as batches:
            async for batch in batches:
                seen += batch.posts
                place = batch.cursor
                break
        async with aclosing(world.listener(one, two).history(KERLANN, since, place)) as batches:
            async for batch in batches:
                seen += batch.posts
        times = [post.created_at or 0 for post in seen]
        assert times == sorted(times, reverse=True)
        assert [post.native_id for post in seen] == [e["id"] for e in reversed(everything[10:])]
