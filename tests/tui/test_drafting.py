"""Whatever is typed in whatever order of writes: the last words are stored, and none after."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.model import Sentence
from listeners.store import StoreError, Trouble
from tui.drafting import DraftKeeper, Written

STEPS = st.lists(st.one_of(st.text(max_size=4), st.sampled_from(["<keep>", "<breath>"])))


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_the_last_words_are_stored_and_nothing_after_the_end(steps: list[str]) -> None:
    stored: list[str] = []

    async def write(written: Written) -> None:
        await asyncio.sleep(0)
        stored.append(written.text)

    async def type_all() -> None:
        keeper = DraftKeeper(write, Written())
        keeping: list[asyncio.Task[None]] = []
        last = ""
        for step in steps:
            if step == "<keep>":
                keeping.append(asyncio.create_task(keeper.keep()))
            elif step == "<breath>":
                await asyncio.sleep(0)
            else:
                last = step
                keeper.typed(Written(step))
        await keeper.keep()
        assert not keeper.due
        assert (stored[-1] if stored else "") == last
        await keeper.close()
        written = len(stored)
        keeper.typed(Written(last + "more"))
        await keeper.keep()
        await asyncio.gather(*keeping)
        assert len(stored) == written

    asyncio.run(type_all())


async def test_what_could_not_be_stored_stays_due() -> None:
    full = True
    stored: list[str] = []

    async def write(written: Written) -> None:
        if full:
            raise StoreError(Sentence("The disk is full."), Trouble.DISK_FULL)
        stored.append(written.text)

    keeper = DraftKeeper(write, Written())
    keeper.typed(Written("words"))
    with pytest.raises(StoreError):
        await keeper.keep()
    assert keeper.due
    full = False
    await keeper.keep()
    assert stored == ["words"]
