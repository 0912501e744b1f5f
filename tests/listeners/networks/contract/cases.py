"""What every listener must bear, one function a case: it is done to a network, and looked at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from listeners.clock import to_datetime
from listeners.model import HOUR, SECOND, Micros, SourceState
from tests.fake.http_server import Reply, body_reply, endless, status_reply
from tests.listeners.networks.contract.scenario import PAGE, forms_of_429, words
from tests.listeners.networks.contract.world import World

MOST_PROCESSES = 40
"""Processes that may be killed until a stretch is read."""
A_WHILE = 4000.0
"""Seconds after which every refusal is over."""

Case = Callable[[World], Awaitable[None]]


async def begin(world: World, count: int = 3) -> list[tuple[int, Any]]:
    """Let posts be written and heard; return them, each with its number."""
    first = world.written
    made = world.write(count)
    await world.round()
    all_once(world)
    return list(enumerate(made, start=first))


def well(world: World) -> None:
    """The source is well, as a person sees it."""
    assert world.state is SourceState.OK, world.detail


def all_once(world: World) -> None:
    """The source is well, and every post that is not gone is stored once."""
    well(world)
    heard = world.heard()
    spared = world.gone | world.damaged
    missing = [n for n in range(world.written) if not heard[n] and n not in spared]
    assert not missing, f"lost: {missing} of {world.written}"
    twice = [number for number, times in heard.items() if times > 1]
    assert not twice, f"twice: {twice}"
    assert not world.gone & {n for n, times in heard.items() if times}, "what is gone is there"


async def crash_at_every_page(world: World) -> None:
    """Each process makes one transaction more than the one before, and is killed at the next."""
    await begin(world, 2)
    world.write(world.scenario.pages)
    for writes in range(MOST_PROCESSES):
        if await world.round(writes=writes):
            break
    else:
        raise AssertionError("it never comes to an end")
    assert writes >= 2, "one write is not several pages"
    all_once(world)
    assert world.count("gap") == 0, "a gap where nothing was missed"


async def _refused(world: World, reply: Reply, after: int = 0) -> int:
    """Let a round meet a refusal; nothing moves. Return how many questions met it."""
    world.scenario.refuse(reply, after)
    await world.round()
    met = world.scenario.met
    world.scenario.refuse(None)
    return met


async def _recovers(world: World) -> None:
    world.wait(A_WHILE)
    await world.round()
    all_once(world)


def _waits(form: str) -> Case:
    async def case(world: World) -> None:
        await begin(world)
        world.write()
        cursor, now = world.cursor, world.clock()
        http_date = to_datetime(Micros(now + 120 * SECOND)).strftime("%a, %d %b %Y %H:%M:%S GMT")
        reply, seconds = forms_of_429(now, http_date)[form]
        assert await _refused(world, reply), "nobody asked"
        assert world.state is SourceState.RATE_LIMITED, world.detail
        until = world.until
        assert until is not None
        assert abs((until - now) / SECOND - seconds) <= 1, (until - now) / SECOND
        assert world.cursor == cursor
        assert abs(world.rests - seconds) <= 1, "it does not rest as long as it was asked to"
        if world.scenario.shares_budget:
            asked = world.scenario.asked
            world.wait(seconds / 2)
            await world.round()
            assert world.scenario.asked == asked, "asked again before it was allowed"
        world.wait(seconds)
        await world.round()
        all_once(world)

    return case


async def unauthorised(world: World) -> None:
    """A person is told that a token is missing or no longer good."""
    await begin(world)
    world.write()
    cursor = world.cursor
    assert await _refused(world, status_reply(401))
    assert world.state in (SourceState.NEEDS_TOKEN, SourceState.TOKEN_EXPIRED), world.state
    assert world.cursor == cursor
    await _recovers(world)


async def forbidden_page(world: World) -> None:
    """A page for people instead of an answer: said in words, and none of it is shown."""
    await begin(world)
    world.write()
    cursor = world.cursor
    assert await _refused(world, body_reply(PAGE, "text/html", 403))
    assert world.state in (SourceState.BLOCKED, SourceState.NEEDS_APPROVAL), world.state
    assert "<" not in world.detail
    assert world.cursor == cursor
    await _recovers(world)


async def server_storm(world: World) -> None:
    """The server falls over at every question of a round in turn, each time in another way."""
    await begin(world)
    for after, status in enumerate((500, 502, 503, 504)):
        world.write(4)
        if await _refused(world, status_reply(status), after):
            assert world.state is not SourceState.RATE_LIMITED, world.detail
            assert after or world.state is SourceState.FAILING, world.detail
        else:
            assert after, "nobody asked"
        await _recovers(world)
    assert world.count("gap") == 0


async def malformed_record(world: World) -> None:
    """One record nobody can read is kept aside; its neighbours are stored."""
    scenario = world.scenario
    await begin(world)
    odd = world.written + 6
    letters = world.count("dead_letter")
    world.write(12)
    world.damaged.add(odd)
    broken: list[int] = []

    def change(records: list[Any]) -> None:
        for place, record in enumerate(records):
            if f"n{odd}x" in str(record):
                broken.append(odd)
                records[place] = scenario.broken(record)

    scenario.change(change)
    await world.round()
    scenario.change(None)
    assert broken, "no page was asked for"
    assert world.count("dead_letter") > letters
    assert not world.heard()[odd]
    all_once(world)


async def format_drift(world: World) -> None:
    """More than a fifth of a page unreadable: the place is kept, and a person is told."""
    scenario = world.scenario
    await begin(world)
    odd = range(world.written, world.written + 11)
    letters = world.count("dead_letter")
    world.write(12)
    cursor = world.cursor
    broken: list[str] = []

    def change(records: list[Any]) -> None:
        for place, record in enumerate(records):
            if any(f"n{number}x" in str(record) for number in odd):
                broken.append("one")
                records[place] = scenario.broken(record)

    scenario.change(change)
    await world.round()
    assert broken, "no page was asked for"
    assert world.state is SourceState.FORMAT_CHANGED, world.state
    assert world.cursor == cursor, "the place moved"
    assert world.count("dead_letter") >= letters + (3 if scenario.believes else 0)
    scenario.change(None)
    await _recovers(world)


async def edited(world: World) -> None:
    """Other words of a known post replace the first, which are kept."""
    _, (number, made), _ = await begin(world)
    edits = world.count("edit")
    world.scenario.edit(made, words(number, " at once"))
    world.wait(2 * HOUR / SECOND)
    await world.round(threads=True)
    assert "at once" in world.said(number), world.said(number)
    assert world.count("edit") == edits + 1
    all_once(world)


async def deleted(world: World) -> None:
    """What its author took away is away, and only that."""
    _, (number, made), _ = await begin(world)
    world.scenario.delete(made)
    world.gone.add(number)
    for _ in range(2):
        world.wait(2 * HOUR / SECOND)
        await world.round(threads=True)
    all_once(world)


async def duplicate(world: World) -> None:
    """Every record comes twice in its page, and once more from an older place."""
    scenario = world.scenario
    await begin(world)
    before, edits, gaps = world.cursor, world.count("edit"), world.count("gap")
    world.write(5)

    def change(records: list[Any]) -> None:
        records[:] = [record for record in records for _ in range(2)]

    scenario.change(change)
    await world.round()
    assert scenario.met, "no page was asked for"
    all_once(world)
    await world.put_cursor(before)
    await world.round()
    scenario.change(None)
    await world.round()
    all_once(world)
    assert world.count("edit") == edits
    assert world.count("gap") == gaps


async def out_of_order(world: World) -> None:
    """A page in another order than the network's: nothing is lost, now or later."""
    scenario = world.scenario
    await begin(world)
    world.write(6)

    def change(records: list[Any]) -> None:
        records[:] = [*records[1::2], *records[::2]]

    scenario.change(change)
    await world.round()
    assert scenario.met, "no page was asked for"
    all_once(world)
    world.write(5)
    await world.round()
    scenario.change(None)
    await _recovers(world)
    assert world.count("gap") == 0


async def suddenly_empty(world: World) -> None:
    """A network that shows nothing for a while deletes nothing and moves nothing past its news."""
    scenario = world.scenario
    await begin(world)
    before = world.heard()
    world.write(3)
    scenario.change(lambda records: records.clear())
    await world.round()
    assert scenario.met, "no page was asked for"
    assert world.heard() == before
    world.wait(60)
    await world.round()
    assert world.heard() == before
    scenario.change(None)
    await _recovers(world)


async def cursor_too_old(world: World) -> None:
    """What can no longer be reached from the stored place is a gap that is told."""
    await begin(world)
    world.scenario.outrun()
    await world.round()
    assert world.count("gap") == 1, f"{world.count('gap')} gaps; {world.state} {world.detail}"


async def cursor_unreadable(world: World) -> None:
    """A place nobody can read begins anew and says so; nothing is stored twice.

    The same gap is told once and then made longer: a new row, or a later end of the open one.
    """
    await begin(world)
    for odd in ("{", '{"v": 999, "x": null}', "[1]", "9" * 40):
        await world.put_cursor(odd)
        world.write()
        told = world.ask("SELECT coalesce(max(seen_at), 0) FROM gap")[0][0]
        world.wait(60)
        await world.round()
        assert world.state is SourceState.OK, (odd, world.detail)
        assert world.ask("SELECT coalesce(max(seen_at), 0) FROM gap")[0][0] > told, odd
        all_once(world)
        assert world.cursor != odd


async def huge_body(world: World) -> None:
    """A body without end is left: nothing of it is stored, and the place is kept."""
    await begin(world)
    world.write()
    cursor = world.cursor
    assert await _refused(world, endless(b"[" + b" " * 2**16))
    assert world.state is SourceState.FAILING, world.state
    assert world.cursor == cursor
    await _recovers(world)


async def wrong_content_type(world: World) -> None:
    """A log-in page under 200 is refused; good data under another name is read all the same."""
    await begin(world)
    world.write()
    cursor = world.cursor
    assert await _refused(world, body_reply(PAGE, "application/json"))
    assert world.state in (SourceState.FAILING, SourceState.FORMAT_CHANGED), world.state
    assert "<" not in world.detail
    assert world.cursor == cursor
    world.scenario.mislabel()
    await _recovers(world)
    assert world.scenario.met, "no page was asked for"


PROOFS: Mapping[str, Case] = {
    "crash at every page": crash_at_every_page,
    **{
        form: _waits(form)
        for form in (
            "429 seconds",
            "429 fraction",
            "429 HTTP date",
            "429 body field",
            "429 silent",
        )
    },
    "401": unauthorised,
    "403 page": forbidden_page,
    "5xx storm": server_storm,
    "malformed record": malformed_record,
    "format drift": format_drift,
    "edit": edited,
    "delete": deleted,
    "duplicate": duplicate,
    "out of order": out_of_order,
    "suddenly empty": suddenly_empty,
    "cursor too old": cursor_too_old,
    "cursor unreadable": cursor_unreadable,
    "huge body": huge_body,
    "wrong content type": wrong_content_type,
}

CHANGES = ("edit", "delete")
DAMAGE = (
    "malformed record", "suddenly empty", "format drift", "429 seconds", "401", "403 page",
)  # fmt: skip
REFUSALS = (
    "429 fraction", "429 HTTP date", "429 body field", "429 silent", "5xx storm", "huge body",
    "wrong content type",
)  # fmt: skip
"""Cases that one world can go through one after the other: each ends well again."""
