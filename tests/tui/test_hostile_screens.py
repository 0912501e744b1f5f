"""Hostile text in every place of every screen: shown as harmless text, and nothing breaks.

The texts reach the rows uncleaned here, as if the first defence had been forgotten: what is drawn
must still hold nothing a terminal would obey. Clicks on what looks like a link do nothing.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from listeners.conversations.conversation import Conversation
from listeners.discovery import Discovery, Proposal, Verdict
from listeners.model import (
    AlertClass,
    Author,
    Label,
    Micros,
    Reason,
    SafeText,
    Score,
    Sentence,
    Severity,
    SourceState,
)
from listeners.risk.alert import Alert
from listeners.store import Connection, Store
from listeners.store.ingest import insert_mentions, upsert_accounts
from listeners.store.records import NewMention, SeenAccount
from listeners.store.sources import (
    NewSource,
    register_brands,
    register_sources,
    set_source_state,
)
from listeners.store.subjects import add_evidence, add_note, save_alerts, save_conversations
from listeners.store.taught import keep_word
from tests.fake.hostile import HOSTILE
from tests.tui.driving import Driven, driven
from tests.tui.seeded import BRAND, NOW
from tui.screens.adding import AddingScreen
from tui.screens.sources import SourcesScreen
from tui.screens.teaching import TeachingScreen
from tui.screens.why import WhyScreen

OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# Lone surrogates reach no row: SQLite takes none.
TEXTS = [text for _, text in HOSTILE if text == text.encode(errors="ignore").decode()]
PARTS = [TEXTS[at::4] for at in range(4)]


async def poison(store: Store, texts: Sequence[str]) -> None:
    """Put texts everywhere a stranger's words can stand, without cleaning them."""

    async def work(connection: Connection) -> None:
        brand = (await register_brands(connection, [BRAND]))[BRAND]
        sources = await register_sources(
            connection, [NewSource("mastodon:x", "mastodon", texts[0][:80])], NOW
        )
        (source,) = sources.values()
        for at, text in enumerate(texts):
            await _one(connection, brand, source, at, text)
            await keep_word(connection, BRAND, text[:60], 1.8, text[:60], Micros(NOW - at))
        detail = Sentence("{what}", {"what": " ".join(texts)})
        await set_source_state(connection, source, SourceState.FAILING, NOW, detail=detail)

    await store.write(work)


class Strange(Discovery):
    """A search that finds what strangers wrote."""

    async def look(self, text: str) -> AsyncGenerator[Proposal, None]:
        for one in TEXTS:
            said = Sentence("{title}", {"title": one[:200]})
            yield Proposal(
                network="feeds",
                verdict=Verdict.ANSWERED,
                source={"network": "feeds", "what": f"https://x.example/{text}/{hash(one)}"},
                hears=said,
                said=said,
                needs=(said,),
            )


async def _one(connection: Connection, brand: int, source: int, at: int, text: str) -> None:
    short, why = text[:60], Sentence("{what}", {"what": text[:200]})
    author = Author(key=f"evil{at}", handle=text[:200], name=text[:200], followers=1)
    accounts = await upsert_accounts(connection, [SeenAccount("mastodon", author)], NOW)
    talk = Conversation(
        brand=BRAND,
        network="mastodon",
        root=f"r{at}",
        in_queue=True,
        title=text[:300],
        opener_key=f"evil{at}",
        waiting_since=NOW,
        tier=1,
        reasons=(why,),
        assignee=short,
        notes=1,
        opened_at=NOW,
        last_at=NOW,
        state_since=NOW,
        tags=(short,),
    )
    (saved,) = await save_conversations(connection, [talk])
    (mention,) = await insert_mentions(
        connection,
        [
            NewMention(
                brand_id=brand,
                source_id=source,
                network="mastodon",
                key=f"evil{at}",
                native_id=f"evil{at}",
                account_id=accounts[("mastodon", f"evil{at}")],
                text=f"aurora {text}",
                title=text,
                url=f"https://x.example/{short}",
                seen_at=NOW,
                sort_at=Micros(NOW - at),
                score=Score(lang=short, scorer="t", compound=-0.5, label=Label.NEGATIVE),
                conversation_id=saved.id,
                asks=True,
                need=Reason("A3", why),
                reasons=(why,),
            )
        ],
    )
    await save_conversations(connection, [replace(saved, last_outside_id=mention)])
    await add_note(connection, "conversation", saved.id, short, SafeText(text), NOW)
    alert = Alert(
        brand=BRAND,
        alert_class=AlertClass.LEAK,
        rule=short,
        scope=SafeText(text[:100]),
        fingerprint=f"evil{at}",
        severity=Severity.HIGH,
        title=why,
        explanation=(why,),
        first_at=NOW,
        last_at=NOW,
        fired_at=NOW,
        owner=short,
    )
    (raised,) = await save_alerts(connection, [alert])
    await add_evidence(connection, raised.id, [mention])


def nothing_obeyed(one: Driven) -> None:
    for line in one.frame().split("\n"):
        assert not OBEYED.search(line), repr(line)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "texts",
    [PARTS[0], *(pytest.param(part, marks=pytest.mark.long) for part in PARTS[1:])],
    ids=["first", "second", "third", "fourth"],
)
async def test_hostile_text_is_harmless_on_every_screen(
    tmp_path: Path, texts: Sequence[str]
) -> None:
    async def prepare(store: Store) -> Any:
        await poison(store, texts)

    async with driven(tmp_path, (120, 40), filled=False, prepare=prepare) as one:
        for panel in ("1", "2", "4"):
            await one.press(panel)
            if panel == "4":
                await one.press("escape", "4")
            for _ in texts:
                await one.press("j")
                nothing_obeyed(one)
        for keys in (
            ("1", "enter"),
            ("2", "enter"),
            ("3",),
            ("slash", *"aurora", "enter"),
            ("1", "H"),
            ("1", "t"),
            ("1", "A"),
            ("1", "m"),
            ("1", "f"),
            ("question_mark",),
        ):
            await one.press(*keys)
            nothing_obeyed(one)
            while len(one.app.screen_stack) > 1:
                one.app.pop_screen()
                await one.pilot.pause()
        for x, y in ((15, 18), (70, 20), (70, 26), (10, 3)):
            await one.pilot.click(offset=(x, y))
        await one.settled()
        nothing_obeyed(one)
        assert one.app.is_running


@pytest.mark.timeout(300)
async def test_hostile_text_is_harmless_where_one_asks_why_teaches_and_adds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AddingScreen, "discovery", Strange)

    async def prepare(store: Store) -> Any:
        await poison(store, TEXTS)

    async with driven(tmp_path, (80, 24), filled=False, prepare=prepare) as one:
        await one.press("4", "w")
        assert isinstance(one.screen, WhyScreen)
        nothing_obeyed(one)
        await one.press("T")
        nothing_obeyed(one)
        await one.press("escape", "escape", "5")
        assert isinstance(one.screen, SourcesScreen)
        nothing_obeyed(one)
        await one.press("escape")
        for screen in (TeachingScreen(one.app.desk), AddingScreen(one.app.desk, "aurora")):
            one.app.push_screen(screen)
            await one.settled()
            if isinstance(screen, AddingScreen):
                await one.press("enter")
                assert f"{len(TEXTS)} proposals" in one.frame()
            for _ in range(0, len(TEXTS), 8):
                nothing_obeyed(one)
                await one.press("pagedown")
            nothing_obeyed(one)
            await one.press("escape")
        assert one.app.is_running
