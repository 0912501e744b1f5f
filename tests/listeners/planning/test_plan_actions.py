"""What a person does to the plan, what hubbub does by itself, and taking both back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from itertools import pairwise
from typing import Any

from listeners.actions import redo, undo
from listeners.actions.planning import (
    add_planned,
    assign_planned,
    change_planned,
    move_planned,
    remove_planned,
    set_cadence,
    set_state,
)
from listeners.config import BrandConfig, Config
from listeners.model import DAY, HOUR, MINUTE, Author, Micros, Part
from listeners.planning.entry import Planned
from listeners.planning.keeping import keep_plan, mark_posted, ring
from listeners.store import Store
from listeners.store.cadence import cadence_now, targets
from listeners.store.ingest import upsert_accounts
from listeners.store.planned import by_numbers, late, own_posts, planned, ringing
from listeners.store.records import SeenAccount
from tests.listeners.store.builders import BRAND, NOW, OTHER, World

CONFIG = Config(
    brands=(BrandConfig(name=BRAND), BrandConfig(name=OTHER, competitor=True)),
    members=("Ana", "Léo", "Zoé"),
    leads=("Ana",),
    observers=("Zoé",),
)
FREE = replace(CONFIG, leads=())
TEXT = "Our winter sale begins on Friday: twenty percent off every bell and every light."
POST = Planned(
    brand=BRAND,
    title="Winter sale",
    text=TEXT,
    channel="mastodon",
    state="scheduled",
    at=Micros(NOW - HOUR),
)


async def add(store: Store, one: Planned = POST, who: str = "Ana") -> int:
    outcome, number = await add_planned(store, CONFIG, who, one, NOW)
    assert outcome.done == 1, outcome.sentence
    return number


async def get(store: Store, number: int) -> Planned:
    return (await by_numbers(store, [number]))[number]


async def all_of(store: Store) -> dict[int, Planned]:
    found = await planned(store, "", Micros(NOW - 90 * DAY), Micros(NOW + 90 * DAY), zone=UTC)
    return {one.id: replace(one, version=0, changed_at=Micros(0)) for one in found}


async def ours(world: World, **changes: Any) -> int:
    """One post of an account of ours."""

    async def work(connection: Any) -> int:
        seen = SeenAccount("mastodon", Author(key="acme", handle="acme"), ours=True)
        return (await upsert_accounts(connection, [seen], NOW))[("mastodon", "acme")]

    world.accounts["acme"] = await world.store.write(work)
    values = {"text": TEXT, "author": "acme", "part": Part.OURS, "at": NOW, **changes}
    (made,) = await world.add([world.mention(str(values.pop("text")), **values)])
    return made


async def test_every_verb_is_one_step_and_is_taken_back(store: Store, world: World) -> None:
    first = await add(store)
    second = await add(store, replace(POST, title="Second", state="draft", kind="action"))
    before = await all_of(store)
    both = [first, second]
    verbs = [
        move_planned(store, CONFIG, "Ana", both, NOW, days=1, zone=UTC),
        move_planned(store, CONFIG, "Ana", both, NOW, minutes=-60, zone=UTC),
        set_state(store, CONFIG, "Ana", both, "approved", NOW),
        set_state(store, CONFIG, "Ana", both, "done", NOW),
        assign_planned(store, CONFIG, "Ana", both, "Léo", NOW),
        assign_planned(store, CONFIG, "Ana", both, "Ana", NOW),
        assign_planned(store, CONFIG, "Ana", both, "", NOW),
        remove_planned(store, CONFIG, "Ana", both, NOW),
    ]
    states = [before]
    for verb in verbs:
        outcome = await verb
        assert (outcome.done, outcome.refused) == (2, ()), outcome
        states.append(await all_of(store))
    assert all(one != other for one, other in pairwise(states))
    assert states[-1] == {}
    for wanted in reversed(states[:-1]):
        await undo(store, "Ana", NOW)
        assert await all_of(store) == wanted
    await redo(store, "Ana", NOW)
    assert await all_of(store) == states[1]


async def test_adding_is_taken_back_and_done_again(store: Store, world: World) -> None:
    number = await add(store)
    assert (await undo(store, "Ana", NOW)).done == 1
    assert await all_of(store) == {}
    assert (await redo(store, "Ana", NOW)).done == 1
    assert set(await all_of(store)) == {number}


async def test_a_change_keeps_what_others_changed_and_never_overwrites(
    store: Store, world: World
) -> None:
    number = await add(store)
    seen = await get(store, number)
    await assign_planned(store, CONFIG, "Léo", [number], "Léo", NOW)
    moved = replace(seen, at=Micros(seen.at + DAY), text=TEXT + " More.")
    assert (await change_planned(store, CONFIG, "Ana", seen, moved, NOW)).done == 1
    there = await get(store, number)
    assert (there.owner, there.at, there.text) == ("Léo", moved.at, moved.text)
    stale = replace(seen, owner="Ana")
    refused = await change_planned(store, CONFIG, "Ana", seen, stale, NOW)
    assert refused.done == 0
    assert "meanwhile" in refused.sentence.template
    assert (await get(store, number)).owner == "Léo"
    await undo(store, "Ana", NOW)
    assert (await get(store, number)).at == seen.at


async def test_only_leads_approve_and_others_words_are_a_draft_again(
    store: Store, world: World
) -> None:
    number = await add(store, replace(POST, state="draft"), "Léo")
    refused = await set_state(store, CONFIG, "Léo", [number], "approved", NOW)
    assert refused.done == 0
    assert refused.sentence.values["names"] == "Ana"
    _outcome, none = await add_planned(store, CONFIG, "Léo", POST, NOW)
    assert none == 0
    assert (await set_state(store, CONFIG, "Ana", [number], "approved", NOW)).done == 1
    seen = await get(store, number)
    outcome = await change_planned(
        store, CONFIG, "Léo", seen, replace(seen, text="Quite other words"), NOW
    )
    assert "draft again" in outcome.sentence.template
    assert (await get(store, number)).state == "draft"
    assert (await set_state(store, FREE, "Léo", [number], "approved", NOW)).done == 1


async def test_observers_and_strange_brands_are_refused(store: Store, world: World) -> None:
    number = await add(store)
    for outcome in (
        (await add_planned(store, CONFIG, "Zoé", POST, NOW))[0],
        (await add_planned(store, CONFIG, "Ana", replace(POST, brand=OTHER), NOW))[0],
        await move_planned(store, CONFIG, "Zoé", [number], NOW, days=1),
        await remove_planned(store, CONFIG, "Zoé", [number], NOW),
        await set_state(store, CONFIG, "Ana", [number + 9], "done", NOW),
        await set_state(store, CONFIG, "Ana", [number], "scheduled", NOW),
        await set_cadence(store, CONFIG, "Zoé", BRAND, "mastodon", 3, NOW),
        await set_cadence(store, CONFIG, "Ana", OTHER, "mastodon", 3, NOW),
        await set_cadence(store, CONFIG, "Ana", BRAND, " ", 3, NOW),
        await set_cadence(store, CONFIG, "Ana", BRAND, "mastodon", -1, NOW),
    ):
        assert outcome.done == 0
        assert outcome.refused


async def test_what_was_posted_is_done_by_itself_until_a_person_says_no(
    store: Store, world: World
) -> None:
    number = await add(store)
    mention = await ours(world, at=Micros(NOW - HOUR + 5 * MINUTE))
    assert await mark_posted(store, NOW) == 1
    one = await get(store, number)
    assert (one.state, one.mention_id, one.done_at) == ("done", mention, NOW - HOUR + 5 * MINUTE)
    assert await mark_posted(store, NOW) == 0
    (event,) = await store.fetch("SELECT * FROM event WHERE verb = 'posted'")
    outcome = await undo(store, "Léo", NOW, step=event["step"], of="hubbub")
    assert outcome.done == 1
    assert (await get(store, number)).state == "scheduled"
    # A person said that it was not this post.
    assert await mark_posted(store, NOW) == 0


async def test_reopening_by_hand_holds_too(store: Store, world: World) -> None:
    number = await add(store)
    await ours(world, at=Micros(NOW - HOUR))
    await mark_posted(store, NOW)
    assert (await set_state(store, CONFIG, "Léo", [number], "scheduled", NOW)).done == 1
    assert (await get(store, number)).mention_id is None
    assert await mark_posted(store, NOW) == 0


async def test_replies_reposts_and_deleted_posts_of_ours_are_no_posts(
    store: Store, world: World
) -> None:
    await ours(world)
    await ours(world, parent_id="1", root_id="1")
    await ours(world, root_id="other")
    await ours(world, repost=True)
    gone = await ours(world)
    await ours(world, brand_id=world.brands[OTHER])
    await store.write(lambda c: c.fetch("UPDATE mention SET deleted_at = 1 WHERE id = ?", (gone,)))
    await world.add([world.mention("theirs")])
    found = await own_posts(store, BRAND, Micros(0), Micros(NOW + 1))
    assert len(found) == 1
    assert len(await own_posts(store, "", Micros(0), Micros(NOW + 1))) == 2


async def test_what_is_not_heard_is_late(store: Store, world: World) -> None:
    number = await add(store, replace(POST, at=NOW))
    assert await late(store, BRAND, Micros(NOW + 30 * MINUTE), zone=UTC) == []
    found = await late(store, BRAND, Micros(NOW + 31 * MINUTE), zone=UTC)
    assert [one.id for one in found] == [number]
    assert await late(store, OTHER, Micros(NOW + DAY), zone=UTC) == []


async def test_a_reminder_rings_once_and_for_whom_it_is(store: Store, world: World) -> None:
    at = Micros(NOW + 10 * MINUTE)
    mine = await add(store, replace(POST, title="Mine", owner="Léo", at=at, remind=900))
    open_ = await add(store, replace(POST, title="Nobody's", at=at, remind=600))
    await add(store, replace(POST, title="Far", at=Micros(NOW + DAY), remind=900))
    assert await ring(store, NOW, zone=UTC) == 2
    assert await ring(store, NOW, zone=UTC) == 0
    assert [one.id for one in await ringing(store, "Léo", NOW, zone=UTC)] == [mine, open_]
    assert [one.id for one in await ringing(store, "Ana", NOW, zone=UTC)] == [open_]
    # Moved to another day, it will ring again.
    await move_planned(store, CONFIG, "Léo", [mine], NOW, days=1, zone=UTC)
    assert [one.id for one in await ringing(store, "Léo", NOW, zone=UTC)] == [open_]
    assert await ring(store, Micros(NOW + DAY - HOUR), zone=UTC) == 0
    await keep_plan(store, Micros(NOW + DAY), zone=UTC)
    assert mine in {one.id for one in await ringing(store, "Léo", Micros(NOW + DAY), zone=UTC)}
    assert await ringing(store, "Léo", Micros(NOW + 3 * DAY), zone=UTC) == []


async def test_the_range_holds_what_lasts_and_whole_days(store: Store, world: World) -> None:
    long = await add(
        store, replace(POST, at=Micros(NOW - 5 * DAY), end_at=Micros(NOW + 5 * DAY), kind="action")
    )
    day = Micros(NOW // DAY * DAY)
    whole = await add(store, replace(POST, at=day, all_day=True))
    await add(store, replace(POST, at=Micros(NOW + 2 * DAY)))
    found = await planned(store, BRAND, NOW, Micros(NOW + HOUR), zone=UTC)
    assert [one.id for one in found] == [long, whole]
    ended = await planned(store, BRAND, Micros(day + DAY), Micros(day + DAY + 1), zone=UTC)
    assert [one.id for one in ended] == [long]


async def test_cadence_is_set_taken_back_and_held_against_our_posts(
    store: Store, world: World
) -> None:
    for days in (0, 1, 8):
        await ours(world, at=Micros(NOW - days * DAY))
    await add(store, replace(POST, at=Micros(NOW + DAY)))
    await add(store, replace(POST, at=Micros(NOW + DAY), state="idea"))
    assert (await set_cadence(store, CONFIG, "Ana", BRAND, "Mastodon", 5, NOW)).done == 1
    (one,) = await cadence_now(store, BRAND, NOW, 5, zone=UTC)
    assert (one.channel, one.target, one.posted) == ("mastodon", 5, (0, 0, 0, 1, 2))
    assert (one.coming, one.behind) == (1, 1)
    assert (await set_cadence(store, CONFIG, "Ana", BRAND, "mastodon", 5, NOW)).done == 0
    await set_cadence(store, CONFIG, "Ana", BRAND, "mastodon", 7, NOW)
    await set_cadence(store, CONFIG, "Ana", BRAND, "mastodon", 0, NOW)
    assert await targets(store, BRAND) == {}
    for wanted in ({"mastodon": 7.0}, {"mastodon": 5.0}, {}):
        assert (await undo(store, "Ana", NOW)).done == 1
        assert await targets(store, BRAND) == wanted
    assert (await redo(store, "Ana", NOW)).done == 1
    assert await targets(store, "") == {"mastodon": 5.0}
