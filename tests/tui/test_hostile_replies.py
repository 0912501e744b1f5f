"""Hostile text where replies are written and listed: a post presses no key and draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from listeners.model import Micros, Sentence
from listeners.store import Connection, Store
from listeners.store.drafts import keep_draft
from listeners.store.outbox import NewReply, add_reply, set_state
from tests.tui.driving import Driven
from tests.tui.seeded import NOW
from tests.tui.test_hostile_screens import TEXTS, nothing_obeyed, poison
from tests.tui.test_reply_screen import desk_of


async def poison_replies(store: Store, texts: Sequence[str]) -> None:
    """Put texts where replies, drafts and templates stand, without cleaning them."""
    await poison(store, texts)

    async def work(connection: Connection) -> None:
        for at, text in enumerate(texts):
            new = NewReply(
                conversation=at + 1, network="mastodon", text=text, key=str(at), state="sent",
                author=text[:40], sent_at=NOW,
            )  # fmt: skip
            number = await add_reply(connection, new, Micros(NOW - at))
            state = ("sent", "refused", "unknown", "by hand")[at % 4]
            await set_state(connection, number, state, detail=Sentence("{what}", {"what": text}))
            await keep_draft(connection, at + 1, "Ana", text, text[:5], "", NOW)
            await keep_draft(connection, at + 1, text[:40], text, "", "", NOW)
            await connection.fetch(
                "INSERT INTO template (name, lang, brand, text) VALUES (?, ?, '', ?)",
                (text[:60], text[:4], "{name} " + text),
            )

    await store.write(work)


async def back(one: Driven) -> None:
    while len(one.app.screen_stack) > 1:
        one.app.pop_screen()
        await one.pilot.pause()


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_hostile_text_is_harmless_where_replies_are_written(tmp_path: Path) -> None:
    # Length is no hostility here: nobody but the team writes drafts and templates.
    texts = [text[:300] for text in TEXTS[::4]]

    async def prepare(store: Store) -> None:
        await poison_replies(store, texts)

    async with desk_of(tmp_path, filled=False, prepare=prepare) as (one, voice):
        for _ in texts:
            await one.press("j", "r")
            nothing_obeyed(one)
            await back(one)
        await one.press("r", "ctrl+t", "down")
        nothing_obeyed(one)
        await one.press("enter", "ctrl+s")
        nothing_obeyed(one)
        await back(one)
        for name in ("replies s", "templates"):
            await one.press("ctrl+p", *name, "enter")
            for _ in texts:
                await one.press("j")
                nothing_obeyed(one)
            await back(one)
        assert one.app.is_running
        assert not voice.sends
