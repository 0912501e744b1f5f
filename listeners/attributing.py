"""Attribution at work: what is new, what was changed and what a campaign asks anew, in slices.

Whoever listens does it every now and then; a screen or a command that changed a campaign does it
at once. Two processes at it at the same time do no harm: a slice counts only for the campaign as
it was read, and from where it was read on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from listeners.campaigns.attribution import Asking, decided
from listeners.store import Store, attribution
from listeners.store.campaigns import load_campaigns
from listeners.store.connection import Connection

SLICE = 500
"""Mentions held against a campaign between two breaths: about 20 ms."""


async def attribute(store: Store, *, slice_: int = SLICE) -> int:
    """Hold campaigns against what they were not held against; return how many mentions that was.

    Raises:
        StoreError: the store cannot be read or written.
    """
    looked = 0
    while (found := await _one_slice(store, slice_)) is not None:
        looked += found
        await asyncio.sleep(0)
    return looked


async def _one_slice(store: Store, slice_: int) -> int | None:
    """Hold the next mentions against the next campaign; ``None`` when nothing is left to do."""

    async def look(connection: Connection) -> tuple[list[Asking], Asking | None, int, list[int]]:
        asked = [
            Asking(campaign, brand_id) for brand_id, campaign in await load_campaigns(connection)
        ]
        newest = await attribution.newest_mention(connection)
        for one in asked:
            if one.campaign.attributed_to < newest:
                ids = await attribution.next_ids(
                    connection, one.brand_id, one.campaign, newest, slice_
                )
                return asked, one, ids[-1] if len(ids) == slice_ else newest, ids
        ids, up_to = await attribution.noticed(connection, slice_)
        return asked, None, up_to, ids

    asked, behind, up_to, ids = await store.read(look)
    if behind is None:
        if up_to == 0:
            return None
        return await _again(store, asked, ids, up_to)
    found = decided(await store.read(lambda c: attribution.candidates(c, ids)), [behind])
    campaign = behind.campaign

    async def work(connection: Connection) -> None:
        if not await attribution.advance(connection, campaign, up_to):
            return
        held = await attribution.standing(connection, ids)
        fresh = {pair: why for pair, why in found.items() if pair not in held}
        await attribution.keep(connection, fresh, ())

    await store.write(work)
    return len(ids)


async def _again(store: Store, asked: Sequence[Asking], ids: list[int], up_to: int) -> int:
    async def work(connection: Connection) -> None:
        await _judge(connection, ids)
        await attribution.settle_noticed(connection, up_to)

    # Without a campaign nothing can be anybody's: the lines go unread.
    await store.write(work if asked else lambda c: attribution.settle_noticed(c, up_to))
    return len(ids)


async def reconsider(connection: Connection, ids: Sequence[int]) -> None:
    """Judge a few mentions again inside a write."""
    await _judge(connection, ids)


async def _judge(connection: Connection, ids: Sequence[int]) -> None:
    asked = [Asking(campaign, brand_id) for brand_id, campaign in await load_campaigns(connection)]
    numbers = {one.campaign.id for one in asked}
    ids = await attribution.not_withheld(connection, ids)
    found = decided(await attribution.candidates(connection, ids), asked)
    held = await attribution.standing(connection, ids)
    by_rules = {
        pair: why for pair, why in held.items() if why not in ("hand", "out") and pair[0] in numbers
    }
    fresh = {pair: why for pair, why in found.items() if held.get(pair) not in ("hand", "out", why)}
    await attribution.keep(connection, fresh, by_rules.keys() - found.keys())
