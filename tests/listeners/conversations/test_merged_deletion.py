"""Deletions in what was merged: each thread keeps its own answers."""

from __future__ import annotations

from pathlib import Path

from listeners.actions import merge_all
from listeners.model import HOUR, ConversationState
from tests.listeners.conversations.threads import IDA, US, threads


async def test_a_deletion_in_one_merged_thread_loses_nothing_of_the_other(tmp_path: Path) -> None:
    """What we answered in one thread before the merger answered nobody in the other."""
    async with threads(tmp_path) as talk:
        await talk.say("first", "Is Lune open on day 2?")
        asked = (await talk.one(1)).waiting_since
        talk.wait(HOUR)
        await talk.say("second", "Is Lune open on day 3?", IDA)
        talk.wait(HOUR)
        await talk.say("answer", "On day 3 we are open.", US, to="second")
        talk.wait(HOUR)
        await talk.say("again", "Where is my order 77-12?", IDA, to="second")
        await merge_all(talk.store, "Ana", (1, 2), talk.now, kept=1)
        await talk.delete("again")
        merged = await talk.one(1)
        assert merged.state is ConversationState.OPEN
        assert merged.waiting_since == asked
        await talk.delete("first")
        assert (await talk.one(1)).waiting_since is None, "what the other asked was answered"
