"""Stages set by hand: a member knows better than the rules, until it is given back to them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from listeners.actions.outcome import Outcome
from listeners.actions.words import done
from listeners.config import Config
from listeners.model import Micros, Sentence
from listeners.stages.brand import stage_brands
from listeners.stages.facts import STAGES, Stage
from listeners.store import Store, subjects
from listeners.store.connection import Connection
from listeners.store.people import heads_of
from listeners.store.stage_hands import ByHandNow, by_hand_now, give_back, put_by_hand
from listeners.store.subjects import NewEvent
from listeners.team import may_write

_Each = Callable[[Connection, int, int, ByHandNow], Awaitable[Sentence | None]]
"""Does it to one person with a brand by its id, or says why not."""

_NOBODY = Sentence("They have no stage: our accounts, staff, competitors and programs have none.")


async def set_stage(
    store: Store,
    config: Config,
    actor: str,
    persons: Sequence[int],
    brand: str,
    stage: Stage,
    now: Micros,
) -> Outcome:
    """Set the stage of persons with a brand; rules leave it alone until it is given back.

    Raises:
        StoreError: nothing was stored.
    """
    if stage not in STAGES:
        refused = Sentence("A stage is one of: {stages}.", {"stages": ", ".join(STAGES)})
        return Outcome(0, refused, (refused,))

    async def each(
        connection: Connection, person: int, brand_id: int, standing: ByHandNow
    ) -> Sentence | None:
        if standing.moves and standing.stage == stage:
            return Sentence("It is set so already.")
        await put_by_hand(connection, person, brand_id, stage, actor, now)
        return None

    return await _do(store, config, actor, persons, brand, stage, each, now)


async def return_to_rules(
    store: Store, config: Config, actor: str, persons: Sequence[int], brand: str, now: Micros
) -> Outcome:
    """Let the rules say the stage of persons again.

    Raises:
        StoreError: nothing was stored.
    """

    async def each(
        connection: Connection, person: int, brand_id: int, standing: ByHandNow
    ) -> Sentence | None:
        if not standing.moves:
            return Sentence("The rules say it already.")
        await give_back(connection, person, standing.moves, now)
        return None

    return await _do(store, config, actor, persons, brand, "give back", each, now)


async def _do(
    store: Store,
    config: Config,
    actor: str,
    persons: Sequence[int],
    brand: str,
    verb: str,
    each: _Each,
    now: Micros,
) -> Outcome:
    refused = may_write(config, actor)
    if refused is None and brand not in {one.name for one in stage_brands(config)}:
        refused = Sentence("There is no brand {brand}.", {"brand": brand})
    if refused is not None:
        return Outcome(0, refused, (refused,))

    async def work(connection: Connection) -> Outcome:
        heads = await heads_of(connection, persons)
        refusals: list[Sentence] = []
        events: list[NewEvent] = []
        step = await subjects.next_step(connection, actor)
        for person in dict.fromkeys(heads.get(one, one) for one in persons):
            before = await by_hand_now(connection, person, brand)
            if before is None:
                refusals.append(_NOBODY)
                continue
            no = await each(connection, person, before.brand_id, before)
            if no is not None:
                refusals.append(no)
                continue
            after = await by_hand_now(connection, person, brand)
            events.append(
                NewEvent(
                    at=now,
                    actor=actor,
                    verb=verb,
                    subject_kind="stage",
                    subject_id=person,
                    before=before.fields,
                    after=after.fields if after is not None else {},
                    step=step,
                )
            )
        await subjects.add_events(connection, events)
        if not events:
            none = refusals[0] if refusals else Sentence("Nothing is selected.")
            return Outcome(0, none, tuple(refusals))
        return Outcome(len(events), done("stage", verb, len(events)), tuple(refusals), step)

    return await store.write(work, urgent=True)
