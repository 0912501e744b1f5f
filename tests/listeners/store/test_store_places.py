"""Sources, budgets of hosts and saved views, kept from one start to the next."""

from __future__ import annotations

from listeners.http.budget import Budget
from listeners.model import HOUR, Gap, Micros, SafeText, Sentence, SourceState
from listeners.rows import SourceRow
from listeners.store import Store, ingest, reads
from listeners.store.budgets import StoredBudgets
from listeners.store.sources import (
    NewSource,
    fill_gaps,
    register_brands,
    register_sources,
    set_competitors,
    set_source_state,
    source_cursor,
)
from listeners.store.views import SavedView, remove_view, save_view, saved_views
from tests.listeners.store.builders import BRAND, NOW, OTHER, World

LATER = Micros(NOW + HOUR)


async def source(store: Store, key: str) -> SourceRow:
    return next(row for row in await reads.sources(store) if row.key == key)


async def test_a_known_source_keeps_its_cursor_and_counts(world: World) -> None:
    counts = ingest.Counts(fetched=3, new=2)
    await world.store.write(lambda c: ingest.advance_source(c, world.source, "here", counts, 0.0))
    again = [NewSource("mastodon:acme", "mastodon", "Another label")]
    ids = await world.store.write(lambda c: register_sources(c, again, LATER))
    assert ids == world.sources
    row = await source(world.store, "mastodon:acme")
    assert (row.cursor, row.fetched, row.label, row.gapless) == ("here", 3, "Another label", False)
    assert (row.state, row.state_since) == (SourceState.OK, NOW)
    assert await world.store.write(lambda c: source_cursor(c, world.source)) == "here"
    assert await world.store.write(lambda c: source_cursor(c, 4711)) is None


async def test_a_source_that_left_the_configuration_is_off_until_it_returns(world: World) -> None:
    one = [NewSource("mastodon:acme", "mastodon", "Acme")]
    await world.store.write(lambda c: register_sources(c, one, LATER))
    assert (await source(world.store, "feeds:blogs")).state is SourceState.OFF
    both = [*one, NewSource("feeds:blogs", "feeds", "Blogs")]
    await world.store.write(lambda c: register_sources(c, both, LATER))
    assert (await source(world.store, "feeds:blogs")).state is SourceState.STARTING


async def test_since_when_a_source_is_as_it_is(world: World) -> None:
    async def say(state: SourceState, now: Micros, **more: object) -> SourceRow:
        await world.store.write(
            lambda c: set_source_state(c, world.source, state, now, **more)  # type: ignore[arg-type]
        )
        return await source(world.store, "mastodon:acme")

    why = Sentence("Refused until {time}.", {"time": 9})
    row = await say(SourceState.RATE_LIMITED, LATER, detail=why, until=Micros(LATER + 1))
    assert (row.state_since, row.until, row.detail) == (LATER, LATER + 1, why)
    assert row.last_ok_at == NOW
    row = await say(SourceState.RATE_LIMITED, Micros(LATER + 5), next_at=Micros(LATER + 9))
    assert (row.state_since, row.until, row.detail) == (LATER, None, None)
    assert row.next_at == LATER + 9
    row = await say(SourceState.OK, Micros(LATER + 7))
    assert (row.state_since, row.last_ok_at) == (LATER + 7, LATER + 7)


async def test_the_newest_open_gap_is_shown_until_it_is_filled(world: World) -> None:
    for number in (1, 2):
        gap = Gap(Micros(NOW + number), None, Sentence("Gap {n}.", {"n": number}))
        at = Micros(NOW + number)
        await world.store.write(lambda c, g=gap, at=at: ingest.add_gap(c, world.source, g, at))
    shown = (await source(world.store, "mastodon:acme")).open_gap
    assert shown is not None
    assert shown.reason.values == {"n": 2}
    await world.store.write(lambda c: fill_gaps(c, world.source, LATER))
    assert (await source(world.store, "mastodon:acme")).open_gap is None


async def test_brands_are_registered_once_and_stay(world: World) -> None:
    ids = await world.store.write(lambda c: register_brands(c, [BRAND, "Rival"]))
    assert {name: ids[name] for name in ("", BRAND, OTHER)} == world.brands
    for of in (BRAND, "Rival", None):
        whose = {"Rival": of, BRAND: None}
        await world.store.write(lambda c, whose=whose: set_competitors(c, whose))
        rows = await world.store.fetch(
            "SELECT name, competitor_of FROM brand WHERE name IN (?, 'Rival')", (BRAND,)
        )
        told = {row["name"]: row["competitor_of"] for row in rows}
        assert told == {BRAND: None, "Rival": ids[of] if of else None}


async def test_budgets_outlive_the_process(store: Store) -> None:
    budgets = StoredBudgets(store, lambda: NOW)
    assert await budgets.load() == {}
    first = Budget(remaining=3, reset_at=LATER, blocked_until=None)
    await budgets.save("api.example", Budget(remaining=9))
    await budgets.save("api.example", first)
    await budgets.save("other.example", Budget(remaining=2**70))
    assert await StoredBudgets(store).load() == {
        "api.example": first,
        "other.example": Budget(),
    }


async def test_views_are_kept_by_name(store: Store) -> None:
    view = SavedView(SafeText("Negative, French"), "stream", {"labels": ["negative"]})
    await save_view(store, view)
    await save_view(store, SavedView(SafeText("A"), "queue", {}))
    changed = SavedView(view.name, "stream", {"labels": ["negative"], "langs": ["fr"]})
    await save_view(store, changed)
    assert [one.name for one in await saved_views(store)] == ["A", "Negative, French"]
    assert (await saved_views(store))[1] == changed
    await remove_view(store, "A")
    assert await saved_views(store) == [changed]
