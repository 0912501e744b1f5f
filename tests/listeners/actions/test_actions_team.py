"""What several people do on one store: refused once, never silently over each other, undone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from listeners.actions import Outcome, perform, redo, undo
from listeners.actions.absence import come_back, go_away
from listeners.actions.seen import DECIDES, decides
from listeners.actions.verbs import VERBS
from listeners.clock import from_iso
from listeners.config import BrandConfig, Config
from listeners.conversations.conversation import Conversation
from listeners.conversations.events import OutsideMessage
from listeners.conversations.state import apply, begin
from listeners.housekeeping import Housekeeping
from listeners.model import (
    HOUR,
    MINUTE,
    SECOND,
    AlertClass,
    ConversationState,
    Micros,
    Sentence,
    Severity,
)
from listeners.risk.alert import Draft
from listeners.risk.triage import opened
from listeners.store import Store, open_store, reads, subjects
from listeners.store.absence import away
from listeners.store.named import count_naming, notes_naming, see_notes
from listeners.store.sources import register_brands

NOW = Micros(from_iso("2026-11-20T14:00:00Z"))
CONFIG = Config(
    brands=(BrandConfig(name="Acme"),),
    member="Ana",
    members=("Ana", "Léo", "Zoé"),
    leads=("Ana",),
    observers=("Zoé",),
)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "home" / "hubbub.db") as opened_store:
        await opened_store.write(lambda c: register_brands(c, ["Acme"]))
        yield opened_store


async def talk(store: Store, **changes: Any) -> Conversation:
    fresh = begin(brand="Acme", network="mastodon", root="root", at=NOW, now=NOW)
    asked = apply(fresh, OutsideMessage(at=NOW, asks=True, tier=4), NOW).conversation
    [saved] = await store.write(
        lambda c: subjects.save_conversations(c, [replace(asked, **changes)])
    )
    return saved


async def version(store: Store, id_: int = 1) -> int:
    return (await reads.conversations(store, [id_]))[id_].version


async def act(store: Store, actor: str, verb: str, at: int = 0, **asked: Any) -> Outcome:
    now = Micros(NOW + at * SECOND)
    return await perform(store, actor, verb, "conversation", [1], now, config=CONFIG, **asked)


def said(outcome: Outcome) -> str:
    return outcome.sentence.template.format(**outcome.sentence.values)


# --- seen ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("theirs", "mine", "words"),
    [
        (("snooze", {}), ("answered", {}), "Léo snoozed it 20 s ago"),
        (("answered", {}), ("answered", {}), "Léo marked it as answered 20 s ago"),
        (("take", {}), ("take", {}), "Léo took it 20 s ago"),
        (("take", {}), ("answered", {}), "Léo took it 20 s ago"),
        (("assign", {"to": "Ana"}), ("snooze", {}), "Léo assigned it 20 s ago"),
        (("priority", {"priority": 1}), ("priority", {"priority": 3}), "Léo set its importance"),
        (("resolve", {}), ("ignore", {}), "Léo resolved it 20 s ago"),
        (("ignore", {}), ("reopen", {}), "Léo dismissed it 20 s ago"),
        (("escalate", {}), ("escalate", {}), "Léo escalated it 20 s ago"),
        (("priority", {"priority": 1}), ("answered", {}), ""),
        (("tag", {"tags": "x"}), ("answered", {}), ""),
        (("note", {"text": "hm"}), ("answered", {}), ""),
        (("answered", {}), ("note", {"text": "hm"}), ""),
        (("answered", {}), ("tag", {"tags": "x"}), ""),
        (("take", {}), ("priority", {"priority": 2}), ""),
    ],
)
async def test_what_another_decided_since_is_refused_once(
    store: Store,
    theirs: tuple[str, dict[str, Any]],
    mine: tuple[str, dict[str, Any]],
    words: str,
) -> None:
    shown = (await talk(store)).version
    assert (await act(store, "Léo", theirs[0], **theirs[1])).done == 1
    first = await act(store, "Ana", mine[0], 20, seen={1: shown}, **mine[1])
    if not words:
        assert first.done == 1
        return
    assert first.done == 0
    assert said(first).startswith(words)
    assert said(first).endswith("press again to do it all the same.")
    again = await act(store, "Ana", mine[0], 21, seen={1: await version(store)}, **mine[1])
    assert "press again" not in said(again)


async def test_what_happens_by_itself_and_what_i_did_refuse_nothing(store: Store) -> None:
    one = await talk(store)
    shown = one.version
    await act(store, "Ana", "take")
    later = apply(one, OutsideMessage(at=NOW, asks=True, tier=4), NOW).conversation
    loaded = (await store.write(lambda c: subjects.load_conversations(c, [1])))[1]
    await store.write(
        lambda c: subjects.save_conversations(c, [replace(loaded, messages=later.messages)])
    )
    assert (await act(store, "Ana", "answered", 1, seen={1: shown})).done == 1


async def test_what_another_did_before_it_was_shown_refuses_nothing(store: Store) -> None:
    await talk(store)
    await act(store, "Léo", "take")
    shown = await version(store)
    loaded = (await store.write(lambda c: subjects.load_conversations(c, [1])))[1]
    await store.write(lambda c: subjects.save_conversations(c, [replace(loaded, messages=9)]))
    assert await version(store) > shown
    assert (await act(store, "Ana", "answered", 1, seen={1: shown})).done == 1


async def test_what_another_took_back_refuses_nothing(store: Store) -> None:
    shown = (await talk(store)).version
    await act(store, "Léo", "snooze")
    await undo(store, "Léo", NOW)
    outcome = await act(store, "Ana", "take", 5, seen={1: shown})
    assert outcome.done == 1 or "changed it" in said(outcome)


async def test_of_many_rows_only_the_overtaken_one_is_refused(store: Store) -> None:
    first = await talk(store)
    fresh = begin(brand="Acme", network="mastodon", root="other", at=NOW, now=NOW)
    [second] = await store.write(
        lambda c: subjects.save_conversations(
            c, [apply(fresh, OutsideMessage(at=NOW, asks=True, tier=4), NOW).conversation]
        )
    )
    await act(store, "Léo", "snooze")
    outcome = await perform(
        store, "Ana", "answered", "conversation", [first.id, second.id], NOW,
        seen={first.id: first.version, second.id: second.version},
    )  # fmt: skip
    assert (outcome.done, len(outcome.refused)) == (1, 1)


async def test_an_alert_another_acknowledged_is_refused_once(store: Store) -> None:
    draft = Draft(
        brand="Acme", alert_class=AlertClass.LEAK, rule="confidential term", subject="",
        severity=Severity.HIGH, title=Sentence("A title"), holding=False,
    )  # fmt: skip
    [alert] = await store.write(lambda c: subjects.save_alerts(c, [opened(draft, NOW)]))
    ids = [alert.id]
    await perform(store, "Léo", "ack", "alert", ids, NOW)
    late = Micros(NOW + 3 * MINUTE)
    seen = {alert.id: alert.version}
    refused = await perform(store, "Ana", "ack", "alert", ids, late, seen=seen)
    assert said(refused) == ("Léo acknowledged it 3 min ago; press again to do it all the same.")


def test_every_verb_that_decides_is_known() -> None:
    adding = {"note", "tag", "untag", "mute", "unmute"}
    for kind in ("conversation", "alert"):
        assert set(VERBS[kind]) - adding <= set(DECIDES[kind])
    assert decides("mention", "mute") == frozenset()


# --- observers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS["conversation"])
async def test_an_observer_does_nothing(store: Store, verb: str) -> None:
    before = await talk(store)
    outcome = await act(store, "Zoé", verb, to="Léo", text="x", tags="x", priority=2)
    assert outcome.done == 0
    assert said(outcome).startswith("Zoé is an observer")
    assert await version(store) == before.version
    assert await reads.events(store, "conversation", 1) == []


# --- notes --------------------------------------------------------------------------------------


async def test_a_note_reaches_whom_it_names_until_they_open_it(store: Store) -> None:
    await talk(store)
    await act(store, "Ana", "note", text="@Léo and @zoe: the frame number?")
    await act(store, "Ana", "note", text="nobody in particular")
    [note] = await notes_naming(store, "Léo")
    assert (note.kind, note.subject, note.author) == ("conversation", 1, "Ana")
    assert await count_naming(store, "Zoé") == 1
    assert await count_naming(store, "Ana") == 0
    assert await see_notes(store, "Léo", "conversation", 1, NOW) == 1
    assert await see_notes(store, "Léo", "conversation", 1, NOW) == 0
    assert await notes_naming(store, "Léo") == []
    assert await count_naming(store, "Zoé") == 1


async def test_undo_of_a_note_takes_the_naming_back_too(store: Store) -> None:
    await talk(store)
    await act(store, "Ana", "note", text="@Léo look")
    await undo(store, "Ana", NOW)
    assert await count_naming(store, "Léo") == 0
    await redo(store, "Ana", NOW)
    assert await count_naming(store, "Léo") == 1


# --- away ---------------------------------------------------------------------------------------


async def test_away_and_back_are_logged_and_undone(store: Store) -> None:
    gone = await go_away(store, CONFIG, "Ana", "Léo", NOW, until=Micros(NOW + HOUR))
    assert said(gone) == "Léo is away"
    assert (await away(store, NOW))["Léo"].until == NOW + HOUR
    assert (await undo(store, "Ana", NOW)).done == 1
    assert await away(store, NOW) == {}
    assert (await redo(store, "Ana", NOW)).done == 1
    assert said(await come_back(store, CONFIG, "Léo", "Léo", NOW)) == "Léo is back"
    assert await away(store, NOW) == {}
    assert (await undo(store, "Léo", NOW)).done == 1
    assert list(await away(store, NOW)) == ["Léo"]


@pytest.mark.parametrize(
    ("actor", "who", "until", "words"),
    [
        ("Zoé", "Zoé", None, "is an observer"),
        ("Ana", "Bob", None, "nobody called Bob"),
        ("Ana", "", None, "Say who."),
        ("Ana", "Léo", Micros(NOW - 1), "That time has passed"),
    ],
)
async def test_an_absence_that_cannot_be_is_refused(
    store: Store, actor: str, who: str, until: Micros | None, words: str
) -> None:
    assert words in said(await go_away(store, CONFIG, actor, who, NOW, until=until))
    assert await away(store, NOW) == {}
    assert await reads.events(store, "member", 0) == []


async def test_an_absence_said_twice_or_ended_twice_is_refused(store: Store) -> None:
    await go_away(store, CONFIG, "Ana", "Ana", NOW)
    assert said(await go_away(store, CONFIG, "Ana", "Ana", NOW)) == "Ana is away already."
    longer = await go_away(store, CONFIG, "Ana", "Ana", NOW, until=Micros(NOW + HOUR))
    assert longer.done == 1
    await come_back(store, CONFIG, "Ana", "Ana", NOW)
    assert said(await come_back(store, CONFIG, "Ana", "Ana", NOW)) == "Ana is not away."


async def test_an_absence_ends_by_itself_at_its_time(store: Store) -> None:
    await go_away(store, CONFIG, "Ana", "Léo", NOW, until=Micros(NOW + HOUR))
    later = Micros(NOW + HOUR)
    assert await away(store, later) == {}
    assert list(await away(store, Micros(later - 1))) == ["Léo"]
    await Housekeeping(store, CONFIG, lambda: later).conversations()
    assert await store.fetch("SELECT * FROM away") == []
    newest = (await reads.events(store, "member", 0))[0]
    assert (newest.actor, newest.verb, newest.after["member"]) == ("hubbub", "back", "Léo")


@pytest.mark.parametrize(("gone", "owner"), [(False, "Léo"), (True, "")])
async def test_what_wakes_while_its_owner_is_away_is_nobodys(
    store: Store, gone: bool, owner: str
) -> None:
    await talk(store, assignee="Léo")
    await act(store, "Léo", "snooze", until=Micros(NOW + HOUR))
    if gone:
        await go_away(store, CONFIG, "Ana", "Léo", NOW)
    await Housekeeping(store, CONFIG, lambda: Micros(NOW + 2 * HOUR)).conversations()
    row = (await reads.conversations(store, [1]))[1]
    assert row.state is ConversationState.OPEN
    assert row.assignee == owner
