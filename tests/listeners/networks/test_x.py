"""X: what is heard, what it costs, the stop before the budget is passed, refusals, the stream."""

from __future__ import annotations

import json
import stat
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, HOUR, SECOND, Batch, Micros, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.x.listener import XListener
from listeners.networks.x.places import Pending, Place, read_cursor, write_cursor
from listeners.networks.x.prices import PRICES
from listeners.networks.x.query import packed, shortened, without_accents
from listeners.networks.x.stream import CUSHION
from listeners.secret import Secret
from listeners.spending import MemorySpendBook, next_day
from tests.fake.http_server import body_reply, json_reply
from tests.fake.x import BEARER, FakeX

BRAND = BrandConfig(name="Kerlann", handles={"x": ("@Kerlann",)})
SEARCH = "/2/tweets/search/recent"


class World:
    """X, a source on it, and the money that was spent."""

    def __init__(self, server: FakeX, fetch: Fetcher, book: MemorySpendBook, path: Path) -> None:
        self.server = server
        self.fetch = fetch
        self.book = book
        self.path = path
        self.later = 0
        self.brand = BRAND
        self.options: dict[str, object] = {"owned": True}
        self.what = ""
        self.cursor: str | None = None
        self.made: XListener | None = None

    def clock(self) -> Micros:
        return Micros(self.server.now * SECOND + self.later)

    def listener(self, **more: object) -> XListener:
        source = SourceConfig(
            network="x", base_url=self.server.url, token=Secret("env:X_BEARER"), what=self.what,
            options={**self.options, **more},
        )  # fmt: skip
        return XListener(source, [self.brand], self.fetch, self.clock)

    def permit(self, until: int = 10**15, access: str = "user-token", mode: int = 0o600) -> str:
        kept = {"client_id": "client", "access_token": access, "refresh_token": "refresh-1",
                "until": until * SECOND}  # fmt: skip
        file = self.path / "x.json"
        file.write_text(json.dumps(kept))
        file.chmod(mode)
        return str(file)

    async def round(self, listener: XListener | None = None) -> list[Batch]:
        """Read up to the present, on from the stored place."""
        listener = listener or self.made or self.listener()
        self.made = listener
        batches = []
        async with aclosing(listener.poll(self.cursor)) as found:
            async for batch in found:
                batches.append(batch)
                self.cursor = batch.cursor or self.cursor
        return batches

    async def heard(self, listener: XListener | None = None) -> list[str]:
        return [post.text for batch in await self.round(listener) for post in batch.posts]

    @property
    def spent(self) -> int:
        return sum(self.book.spent.values())


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("X_BEARER", BEARER)
    async with opened(tmp_path) as made:
        yield made


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[World]:
    book = MemorySpendBook()
    async with FakeX() as server:
        now = lambda: Micros(server.now * SECOND)  # noqa: E731
        async with Fetcher(now, spends=book, chance=lambda: 0.0) as fetch:
            yield World(server, fetch, book, path)


async def refusal(world: World, listener: XListener | None = None) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await world.round(listener or world.listener())
    return caught.value


# --- what is heard -------------------------------------------------------------------------------


async def test_mentions_own_posts_and_search_each_once(world: World) -> None:
    server = world.server
    asked = server.post("@kerlann does it float?")
    server.reply("It does", asked, by="kerlann")
    server.post("kerlann boats are fine")
    server.post("nothing of ours")
    batches = await world.round()
    posts = {post.text: post for batch in batches for post in batch.posts}
    assert set(posts) == {"@kerlann does it float?", "It does", "kerlann boats are fine"}
    mention, ours = posts["@kerlann does it float?"], posts["It does"]
    assert (mention.addressed, mention.wanted, mention.own) == (True, True, False)
    assert ours.own
    assert ours.parent_id == mention.native_id == ours.root_id
    assert posts["kerlann boats are fine"].author.handle == "ana"
    assert await world.heard() == []
    server.post("kerlann again")
    assert await world.heard() == ["kerlann again"]


async def test_what_is_read_by_one_way_is_not_paid_for_by_another(world: World) -> None:
    world.server.post("@kerlann is kerlann")
    await world.round()
    query = world.server.asked(SEARCH)[0].one("query")
    assert query == "kerlann -from:kerlann -@kerlann -is:retweet"
    assert world.server.bill == world.spent


async def test_an_empty_answer_costs_nothing(world: World) -> None:
    await world.round()
    before = world.server.bill
    for _ in range(5):
        await world.round()
    assert world.server.bill == world.spent == before == PRICES_OF["user"] + PRICES_OF["counts"]


PRICES_OF = {kind: round(price * 1_000_000) for kind, price in PRICES.items()}


async def test_long_reading_goes_on_at_the_page_it_stopped_at(world: World) -> None:
    world.options |= {"budget_day": 100, "budget_month": 100}
    for number in range(250):
        world.server.post(f"kerlann {number}")
    listener = world.listener()
    async with aclosing(listener.poll(None)) as batches:
        async for batch in batches:
            world.cursor = batch.cursor
            if batch.posts:
                break  # killed after the first page
    assert len(await world.heard(world.listener())) == 150
    sizes = [len(one.query.get("next_token", [])) for one in world.server.asked(SEARCH)]
    assert sizes == [0, 1, 1]
    assert await world.heard() == []


async def test_place_that_is_too_old_is_a_gap_that_is_told(world: World) -> None:
    world.server.post("kerlann one")
    await world.round()
    world.server.now += 9 * 86400
    world.server.post("kerlann two")
    batches = await world.round()
    (gap,) = [batch.gap for batch in batches if batch.gap]
    assert gap.from_at is not None
    assert gap.to_at is not None
    assert gap.to_at - gap.from_at == pytest.approx(2 * DAY + HOUR, abs=HOUR)
    assert [post.text for batch in batches for post in batch.posts] == ["kerlann two"]


async def test_place_that_x_calls_too_old_is_a_gap_too(world: World) -> None:
    world.server.post("kerlann one")
    await world.round()
    world.server.post("kerlann two")
    too_old = {"errors": [{"parameters": {"since_id": ["1"]}, "message": "since_id is too old"}]}
    world.server.on(SEARCH, json_reply(too_old, 400), world.server.answer)
    batches = await world.round()
    assert sum(batch.gap is not None for batch in batches) == 1


async def test_cursor_nobody_can_read_begins_anew_and_says_so(world: World) -> None:
    world.server.post("kerlann one")
    world.cursor = '{"v": 1, "marks": {"a": "b"}}'
    batches = await world.round()
    assert batches[0].gap is not None
    assert [post.text for batch in batches for post in batch.posts] == ["kerlann one"]


@pytest.mark.parametrize("naming", ["tweet", "post"])
async def test_both_namings_of_fields(world: World, naming: str) -> None:
    server = world.server
    server.naming = naming
    first = server.post("kerlann one")
    server.reply("kerlann two", first)
    posts = [post for batch in await world.round() for post in batch.posts]
    assert [post.text for post in posts] == ["kerlann one", "kerlann two"]
    assert posts[1].parent_id == first["id"]
    assert posts[0].engagement.shares == 5
    world.made = None
    asked = len(server.requests)
    await world.round()
    again = [f"{naming}.fields" in one.query for one in server.requests[asked:]]
    assert all(again), "it is remembered which names X knows"


async def test_an_edit_is_the_same_post_with_other_words(world: World) -> None:
    first = world.server.post("kerlann sinks")
    (heard,) = [post for batch in await world.round() for post in batch.posts]
    world.server.edit(first, "kerlann floats")
    (edited,) = [post for batch in await world.round() for post in batch.posts]
    assert edited.native_id == heard.native_id == first["id"]
    assert edited.text == "kerlann floats"
    assert edited.edited_at is not None
    assert edited.created_at == heard.created_at


async def test_thread_finds_what_is_gone_and_what_was_answered(world: World) -> None:
    server = world.server
    above = server.post("something else")
    below = server.reply("kerlann?", above)
    gone = server.post("kerlann is gone")
    await world.round()
    del server.posts[gone["id"]]
    made = world.made
    assert made is not None
    batch = await made.thread([below["id"], gone["id"]])
    assert {post.text for post in batch.posts} == {"kerlann?", "something else"}
    assert [one.native_id for one in batch.deletions] == [gone["id"]]
    assert server.bill == world.spent
    before = server.bill
    await made.thread([below["id"]])
    assert server.bill == world.spent == before, "looking again on the same day costs nothing"
    assert await world.listener(follow=False).thread([below["id"]]) == Batch()


async def test_what_was_read_today_for_less_is_not_read_again_for_more(world: World) -> None:
    mention = world.server.post("@kerlann hello")
    await world.round()
    assert world.made is not None
    assert await world.made.thread([mention["id"]]) == Batch()
    world.server.now += 86400
    assert len((await world.made.thread([mention["id"]])).posts) == 1
    assert world.server.bill == world.spent


# --- money ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cents", "naming"),
    [*((cents, "tweet") for cents in (0, 1, 4, 5, 17, 40, 100)), (37, "post"), (90, "post")],
)
async def test_the_stop_is_exact(world: World, cents: int, naming: str) -> None:
    """Whatever the budget, X never bills more, and what is left does not pay for another page."""
    world.server.naming = naming
    world.options |= {"budget_day": cents / 100, "budget_month": 5}
    for number in range(90):
        other = world.server.post(f"kerlann {number}", by=f"p{number}")
        world.server.reply(f"@kerlann {number}", other, by=f"q{number}")
    stop = await refusal(world)
    assert stop.state is SourceState.OUT_OF_CREDITS
    assert stop.until == next_day(world.clock())
    allowed = cents * 10_000
    assert world.server.bill == world.spent <= allowed
    along = 2 * PRICES_OF["post"] if naming == "post" else 0
    assert allowed - world.server.bill < 10 * (PRICES_OF["post"] + PRICES_OF["user"] + along)
    asked = len(world.server.requests)
    await refusal(world)
    assert len(world.server.requests) == asked, "nothing is asked any more"


async def test_the_next_day_goes_on_where_the_budget_stopped(world: World) -> None:
    world.options |= {"budget_day": 0.6, "budget_month": 5}
    for number in range(60):
        world.server.post(f"kerlann {number}", by=f"p{number}")
    heard: list[str] = []
    for _ in range(4):
        try:
            listener = world.listener()
            async with aclosing(listener.poll(world.cursor)) as found:
                async for batch in found:
                    heard += [post.text for post in batch.posts]
                    world.cursor = batch.cursor
            break
        except SourceError as stop:
            world.server.now = (stop.until or 0) // SECOND
    assert sorted(heard) == sorted(f"kerlann {number}" for number in range(60))
    assert max(world.server.by_day.values()) <= 600_000
    assert len(world.server.by_day) == 2


async def test_prices_are_those_of_the_configuration(world: World) -> None:
    world.options |= {"prices": {"counts": 0.5}, "budget_day": 0.4}
    stop = await refusal(world)
    assert stop.state is SourceState.OUT_OF_CREDITS
    assert not world.server.asked("/2/tweets/counts/recent")


@pytest.mark.parametrize(
    "odd",
    [{"prices": 3}, {"prices": {"tea": 1}}, {"prices": {"post": "much"}}, {"budget_day": "1"},
     {"budget_month": -1}],
)  # fmt: skip
async def test_money_that_cannot_be_read_asks_nothing(world: World, odd: dict[str, Any]) -> None:
    assert (await refusal(world, world.listener(**odd))).state is SourceState.FAILING
    assert not world.server.requests


async def test_without_authors_an_answer_is_cheaper(world: World) -> None:
    world.server.post("kerlann one")
    (post,) = [p for b in await world.round(world.listener(authors=False)) for p in b.posts]
    assert post.author.handle == ""
    assert world.server.bill == world.spent == sum(map(PRICES_OF.get, ("user", "counts", "post")))  # type: ignore[arg-type]


async def test_what_a_search_costs_is_known_before_it_is_paid(world: World) -> None:
    for number in range(7):
        world.server.post(f"kerlann {number}")
    await world.round()
    assert world.book.expected == {"x": 15_000}
    await world.round()
    assert len(world.server.asked("/2/tweets/counts/recent")) == 1


# --- refusals ------------------------------------------------------------------------------------

CAPPED = {"title": "UsageCapExceeded", "period": "Monthly", "scope": "Product",
          "detail": "Usage cap exceeded: Monthly product cap",
          "type": "https://api.twitter.com/2/problems/usage-capped"}  # fmt: skip


@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (402, {"title": "CreditsDepleted", "detail": "no credits"}, SourceState.OUT_OF_CREDITS),
        (429, CAPPED, SourceState.OUT_OF_CREDITS),
        (429, CAPPED | {"period": "Daily"}, SourceState.OUT_OF_CREDITS),
        (401, {"title": "Unauthorized"}, SourceState.NEEDS_TOKEN),
        (403, {"detail": "no", "reason": "client-not-enrolled",
               "type": "https://api.twitter.com/2/problems/client-forbidden"},
         SourceState.NEEDS_APPROVAL),
        (403, {"detail": "no"}, SourceState.BLOCKED),
        (400, {"detail": "bad query"}, SourceState.FAILING),
        (503, {"detail": "over capacity"}, SourceState.FAILING),
    ],
)  # fmt: skip
async def test_refusals(
    world: World, status: int, body: dict[str, Any], state: SourceState
) -> None:
    world.server.on(SEARCH, json_reply(body, status))
    fault = await refusal(world)
    assert fault.state is state
    assert world.server.bill == world.spent, "a refusal costs nothing"


@pytest.mark.parametrize(("period", "until"), [("Daily", "2026-11-24"), ("Monthly", "2026-12-01")])
async def test_a_usage_cap_stops_until_it_is_lifted(world: World, period: str, until: str) -> None:
    headers = {"x_rate_limit_remaining": "412", "x_rate_limit_reset": str(world.server.now + 600)}
    world.server.on(SEARCH, json_reply(CAPPED | {"period": period}, 429, **headers))
    fault = await refusal(world)
    assert fault.until is not None
    assert fault.until // DAY * DAY == fault.until
    assert str(fault.until)[:10] == str(_at(until))[:10]


def _at(day: str) -> int:
    from listeners.clock import from_iso

    return from_iso(f"{day}T00:00:00Z")


async def test_a_rate_limit_ends_when_its_window_does(world: World) -> None:
    reset = world.server.now + 700
    limited = json_reply({"title": "Too Many Requests"}, 429, x_rate_limit_reset=str(reset))
    world.server.on(SEARCH, limited)
    listener = world.listener()
    fault = await refusal(world, listener)
    assert (fault.state, fault.until) == (SourceState.RATE_LIMITED, Micros(reset * SECOND))
    world.server.now += 120
    asked = len(world.server.asked(SEARCH))
    world.server.post("@kerlann still there?")
    with pytest.raises(SourceError):
        await world.round(listener)
    assert len(world.server.asked(SEARCH)) == asked, "this question waits"
    assert world.server.asked("/2/users/1000/mentions"), "others do not"


async def test_a_window_that_is_used_up_is_waited_for(world: World) -> None:
    reset = str(world.server.now + 700)
    drained = json_reply({"meta": {}}, x_rate_limit_remaining="0", x_rate_limit_reset=reset)
    world.server.on(SEARCH, drained)
    await world.round()
    assert (await refusal(world, world.made)).state is SourceState.RATE_LIMITED


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"data": 3}', b"null"])
async def test_an_answer_nobody_describes_keeps_the_place_and_the_hold(
    world: World, body: bytes
) -> None:
    world.server.on(SEARCH, body_reply(body, "application/json"))
    fault = await refusal(world)
    assert fault.state in (SourceState.FORMAT_CHANGED, SourceState.FAILING)
    assert world.spent > world.server.bill, "it may have been charged"


async def test_without_a_key_nothing_is_asked(world: World) -> None:
    source = SourceConfig(network="x", base_url=world.server.url)
    listener = XListener(source, [BRAND], world.fetch, world.clock)
    assert (await refusal(world, listener)).state is SourceState.NEEDS_TOKEN
    assert not world.server.requests


# --- the permission ------------------------------------------------------------------------------


def kept_in(file: Path) -> tuple[str, str, int, int]:
    """The tokens in a file, its mode, and how many files its folder holds."""
    kept, mode = json.loads(file.read_text()), stat.S_IMODE(file.stat().st_mode)
    return kept["access_token"], kept["refresh_token"], mode, len(list(file.parent.iterdir()))


async def test_a_permission_that_ended_is_made_anew_and_written_down(world: World) -> None:
    file = Path(world.permit(until=1))
    source = SourceConfig(
        network="x", base_url=world.server.url, options={"account": str(file), "owned": True}
    )
    world.server.post("@kerlann hello")
    listener = XListener(source, [BRAND], world.fetch, world.clock)
    assert await world.heard(listener) == ["@kerlann hello"]
    assert kept_in(file) == ("user-token-1", "refresh-2", 0o600, 1)
    await world.round(listener)
    assert world.server.refreshed == 1


async def test_a_refused_access_token_is_made_anew_once(world: World) -> None:
    file = world.permit(access="old")
    listener = world.listener(account=file)
    world.server.post("@kerlann hello")
    assert await world.heard(listener) == ["@kerlann hello"]
    assert world.server.refreshed == 1


async def test_a_permission_refused_again_is_no_fault_of_the_apps_token(world: World) -> None:
    world.server.on("/2/users/1000/mentions", json_reply({"title": "Unauthorized"}, 401))
    fault = await refusal(world, world.listener(account=world.permit()))
    assert fault.state is SourceState.TOKEN_EXPIRED
    assert world.server.refreshed == 1


async def test_a_permission_taken_back_says_so_and_shows_no_secret(world: World) -> None:
    world.server.refresh = "another"
    fault = await refusal(world, world.listener(account=world.permit(until=1)))
    assert fault.state is SourceState.TOKEN_EXPIRED
    assert "refresh-1" not in repr(fault.__cause__) + repr(fault.sentence)


async def test_a_permission_others_can_read_is_not_used(world: World) -> None:
    fault = await refusal(world, world.listener(account=world.permit(mode=0o640)))
    assert (fault.state, "chmod" in fault.sentence.template) == (SourceState.NEEDS_TOKEN, True)


# --- the stream ----------------------------------------------------------------------------------


async def streamed(world: World, listener: XListener, count: int) -> list[str]:
    stream = listener.stream(world.cursor)
    assert stream is not None
    heard: list[str] = []
    async with aclosing(stream) as batches:
        async for batch in batches:
            heard += [post.text for post in batch.posts]
            world.cursor = batch.cursor
            if len(heard) >= count:
                break
    return heard


async def stream_refusal(world: World, listener: XListener) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await streamed(world, listener, 99)
    return caught.value


async def test_stream_with_rules_of_our_own(world: World) -> None:
    world.brand = replace(BRAND, names=("Kérlann",))
    world.server.rules = [{"id": "9", "value": "cats", "tag": "of another program"}]
    listener = world.listener(stream=True, budget_day=5)
    await world.round(listener)
    world.server.push(world.server.post("kerlann live"), world.server.post("@kerlann live"))
    assert await streamed(world, listener, 2) == ["kerlann live", "@kerlann live"]
    values = [rule["value"] for rule in world.server.rules]
    assert values[0] == "cats"
    assert values[1] == '(@kerlann OR kerlann OR "kérlann") -is:retweet'
    assert "from:kerlann" in values[2]
    dry = [one.one("dry_run") for one in world.server.asked("/2/tweets/search/stream/rules")]
    assert dry == ["", "true", ""]
    world.brand = BRAND
    world.server.pushed.put_nowait(None)  # the first connection ends
    world.server.push(world.server.post("kerlann once more"))
    await streamed(world, world.listener(stream=True, budget_day=5), 1)
    assert world.server.rules[0]["value"] == "cats"
    assert len(world.server.rules) == 3, "the old rule is away"


async def test_a_stream_that_breaks_off_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.networks.x.stream.FIRST_WAIT", 0.001)
    listener = world.listener(stream=True, budget_day=5)
    await world.round(listener)
    world.server.push(world.server.post("kerlann 1"))
    world.server.pushed.put_nowait(None)
    world.server.post("kerlann 2, while nobody listened")
    world.server.push(world.server.post("kerlann 3"))
    heard = await streamed(world, listener, 3)
    assert sorted(heard) == ["kerlann 1", "kerlann 2, while nobody listened", "kerlann 3"]
    assert world.server.connected in (1, 2)


async def test_the_stream_is_left_before_its_money_ends(world: World) -> None:
    each = PRICES_OF["post"] + PRICES_OF["user"]
    listener = world.listener(stream=True, budget_day=(each * (CUSHION + 5) + 15_000) / 1_000_000)
    await world.round(listener)
    posts = [world.server.post(f"kerlann {number}", by=f"p{number}") for number in range(12)]
    world.server.push(*posts)
    stop = await stream_refusal(world, listener)
    assert stop.state is SourceState.OUT_OF_CREDITS
    ceiling = each * (CUSHION + 5) + 15_000
    assert world.server.bill <= world.spent <= ceiling


async def test_a_rule_x_does_not_take_changes_nothing(world: World) -> None:
    world.what = "kerlann has:nothing"
    told = {"errors": [{"title": "UnprocessableEntity", "details": ["no viable alternative"]}]}
    rules = "/2/tweets/search/stream/rules"
    world.server.on(rules, json_reply({"meta": {}}), json_reply(told, 201))
    listener = world.listener(stream=True, budget_day=5)
    fault = await stream_refusal(world, listener)
    assert "no viable alternative" in str(fault)
    assert {one.one("dry_run") for one in world.server.asked(rules)} <= {"", "true"}
    assert world.server.rules == []


async def test_a_stream_wants_the_apps_token(world: World) -> None:
    source = SourceConfig(
        network="x", base_url=world.server.url,
        options={"stream": True, "account": world.permit()},
    )  # fmt: skip
    listener = XListener(source, [BRAND], world.fetch, world.clock)
    assert "bearer" in str(await stream_refusal(world, listener))
    assert world.listener().stream(None) is None


# --- pure ----------------------------------------------------------------------------------------


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.text('abé "#@', min_size=1, max_size=90).filter(str.strip), max_size=40),
    st.integers(60, 512),
)
def test_questions_fit_and_hold_every_alternative(terms: list[str], longest: int) -> None:
    phrases = ['"' + term.replace('"', "") + 'x"' for term in terms]
    tail = " -is:retweet"
    questions = packed(phrases, tail, longest)
    assert all(len(one) <= longest and one.endswith(tail) for one in questions)
    room = longest - len(tail) - 2
    assert all(any(shortened(one, room) in question for question in questions) for one in phrases)


@pytest.mark.parametrize(
    ("term", "room", "written"),
    [
        ('"kerlann"', 50, "kerlann"),
        ('"bateaux kérlann"', 50, '"bateaux kérlann"'),
        ('"blue boat" "kerlann"', 50, '("blue boat" kerlann)'),
        ("url:kerlann.example", 50, 'url:"kerlann.example"'),
        ('"a very long name indeed"', 12, '"a very"'),
        ('"blue boat" "kerlann"', 12, '"blue boat"'),
    ],
)
def test_terms_as_x_writes_them(term: str, room: int, written: str) -> None:
    assert shortened(term, room) == written


def test_accents() -> None:
    assert without_accents("Kérlann à Noël") == "Kerlann a Noel"


def test_cursor_comes_back_as_it_was() -> None:
    place = Place(
        marks={"search:1": "12"}, pending={"own:2": Pending("1", "abc", "9")},
        accounts={"kerlann": "1000"}, me="kerlann", naming="post", counted_at=7,
    )  # fmt: skip
    assert read_cursor(write_cursor(place)) == place
    for odd in ("", "{}", "[]", '{"v": 2}', '{"v": 1, "marks": {"a": 3}}'):
        assert read_cursor(odd) is None
