"""Subjects: saved as they were, refused when somebody was faster, undone step by step."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listeners.conversations.conversation import Conversation
from listeners.model import (
    HOUR,
    AlertClass,
    AlertState,
    ConversationState,
    Micros,
    Part,
    Reason,
    SafeText,
    Sentence,
    Severity,
)
from listeners.risk.alert import Alert
from listeners.store import Connection, Store, StoreError, Trouble, ingest, reads, subjects, undoing
from listeners.store.subjects import ChangedError, NewEvent
from tests.listeners.store.builders import BRAND, NETWORK, NOW, OTHER, World

FULL = Conversation(
    brand=BRAND,
    network=NETWORK,
    root="root \ufffd 🙂",
    generation=2,
    state=ConversationState.SNOOZED,
    in_queue=True,
    title="Title",
    url="https://m.example/1",
    opener_key="ana",
    waiting_since=NOW,
    due_at=Micros(NOW + HOUR),
    tier=3,
    score=1.25,
    manual_priority=1,
    reasons=(Sentence("due in {minutes} min", {"minutes": 12}),),
    need=Reason("A3", Sentence("a question")),
    assignee="Léo",
    snoozed_until=Micros(NOW + 2),
    snooze_kind="time",
    reopened=4,
    messages=5,
    notes=6,
    opened_at=Micros(NOW - 7),
    last_at=Micros(NOW - 6),
    state_since=Micros(NOW - 5),
    last_outside_id=77,
    last_part=Part.THIRD_PARTY,
    first_response_at=Micros(NOW - 4),
    answered_by_hand=True,
    tags=("a", "b"),
)
ALERT = Alert(
    brand=BRAND,
    alert_class=AlertClass.IMAGE,
    rule="surge",
    scope="mastodon",
    fingerprint="surge:Acme:mastodon",
    severity=Severity.CRITICAL,
    state=AlertState.SNOOZED,
    title=Sentence("{x} mentions in an hour", {"x": 50}),
    explanation=(Sentence("usually {mu}", {"mu": 2.5}),),
    figures={"x": 50, "mu": 2.5, "window": "1 h"},
    thin_baseline=True,
    first_at=Micros(NOW - 9),
    last_at=Micros(NOW - 8),
    fired_at=Micros(NOW - 7),
    count=3,
    owner="Ana",
    acked_at=Micros(NOW - 6),
    snoozed_until=Micros(NOW + 5),
    closed_at=Micros(NOW - 4),
    holding=False,
    calm_checks=2,
    flaps=1,
    escalated=1,
    dismissed_reason="noise word",
)


async def save(store: Store, *conversations: Conversation) -> list[Conversation]:
    return await store.write(lambda c: subjects.save_conversations(c, conversations))


async def load(store: Store, *ids: int) -> dict[int, Conversation]:
    return await store.write(lambda c: subjects.load_conversations(c, ids))


async def test_a_conversation_comes_back_as_it_was_saved(world: World) -> None:
    other = (await world.converse("other")).id
    wanted = replace(FULL, linked_to=other, merged_into=other)
    [saved] = await save(world.store, wanted)
    assert saved == replace(wanted, id=saved.id, version=1)
    assert await load(world.store, saved.id, 999) == {saved.id: saved}
    changed = replace(saved, tags=("c",), title="", need=None, manual_priority=None)
    [again] = await save(world.store, changed)
    assert again.version == 2
    assert (await load(world.store, saved.id))[saved.id] == again


async def test_an_alert_comes_back_as_it_was_saved(world: World) -> None:
    [first] = await world.store.write(
        lambda c: subjects.save_alerts(c, [replace(ALERT, fingerprint="first")])
    )
    [saved] = await world.store.write(
        lambda c: subjects.save_alerts(c, [replace(ALERT, merged_into=first.id)])
    )
    assert saved == replace(ALERT, merged_into=first.id, id=saved.id, version=1)
    loaded = await world.store.write(lambda c: subjects.load_alerts(c, [saved.id, 999]))
    assert loaded == {saved.id: saved}


async def test_many_are_saved_in_their_order(world: World) -> None:
    old = await world.converse("old")
    roots = ["b", "a", "c"]
    wanted = [replace(FULL, root=root) for root in roots]
    saved = await save(world.store, wanted[0], old, *wanted[1:])
    assert [one.root for one in saved] == ["b", "old", "a", "c"]
    assert len({one.id for one in saved}) == 4
    loaded = await load(world.store, *(one.id for one in saved))
    assert [loaded[one.id] for one in saved] == saved


async def test_whoever_saves_second_is_told_and_nothing_of_theirs_is_stored(
    world: World,
) -> None:
    mine = await world.converse("one")
    bystander = await world.converse("two")
    await save(world.store, replace(mine, assignee="Ana"))

    async def late(connection: Connection) -> None:
        changed = [replace(bystander, assignee="Léo"), replace(mine, assignee="Léo")]
        await subjects.save_conversations(connection, changed)

    with pytest.raises(ChangedError) as caught:
        await world.store.write(late)
    assert caught.value.ids == (mine.id,)
    assert isinstance(caught.value, StoreError)
    assert (caught.value.trouble, caught.value.passing) == (Trouble.CHANGED, True)
    # That somebody was faster is no trouble of the store.
    assert world.store.trouble is None
    loaded = await load(world.store, mine.id, bystander.id)
    assert [loaded[id_].assignee for id_ in (mine.id, bystander.id)] == ["Ana", ""]


async def test_an_alert_saved_twice_is_refused_the_second_time(world: World) -> None:
    [saved] = await world.store.write(lambda c: subjects.save_alerts(c, [ALERT]))
    await world.store.write(lambda c: subjects.save_alerts(c, [replace(saved, owner="Léo")]))
    with pytest.raises(ChangedError):
        await world.store.write(lambda c: subjects.save_alerts(c, [saved]))


async def test_the_newest_generation_answers_for_a_root(world: World) -> None:
    await world.converse("r", generation=0)
    newest = await world.converse("r", generation=1)
    await world.converse("r", brand=OTHER)
    kept = await world.converse("kept")
    between = await world.converse("between", merged_into=kept.id)
    await world.converse("absorbed", merged_into=between.id)
    asked = [(BRAND, NETWORK, root) for root in ("r", "absorbed", "unknown")]
    found = await world.store.write(lambda c: ingest.conversations_for(c, asked))
    assert {key: one.id for key, one in found.items()} == {
        asked[0]: newest.id,
        asked[1]: kept.id,
    }


async def test_only_one_live_alert_has_a_fingerprint(world: World) -> None:
    firing = replace(ALERT, state=AlertState.FIRING)
    [saved] = await world.store.write(lambda c: subjects.save_alerts(c, [firing]))
    # The old one closes and a new one opens in the same write.
    closed = replace(saved, state=AlertState.RESOLVED)
    _, fresh = await world.store.write(lambda c: subjects.save_alerts(c, [closed, firing]))
    live = await world.store.write(subjects.live_alerts)
    assert live == {ALERT.fingerprint: fresh}
    asked = [ALERT.fingerprint, "unknown"]
    latest = await world.store.write(lambda c: subjects.latest_alerts(c, asked))
    assert latest == {ALERT.fingerprint: fresh}


# --- the log -------------------------------------------------------------------------------------


async def act(store: Store, actor: str, verb: str, *ids: int) -> int:
    async def work(connection: Connection) -> int:
        step = await subjects.next_step(connection, actor)
        await subjects.add_events(
            connection,
            [
                NewEvent(
                    at=NOW,
                    actor=actor,
                    verb=verb,
                    subject_kind="conversation",
                    subject_id=id_,
                    before={"state": "open"},
                    after={"state": verb, "at": NOW},
                    step=step,
                )
                for id_ in ids
            ],
        )
        return step

    return await store.write(work)


async def undo(store: Store, actor: str) -> list[str]:
    async def work(connection: Connection) -> list[str]:
        step = await undoing.last_step(connection, actor)
        events = await undoing.events_of_step(connection, actor, step)
        await subjects.mark_undone(connection, [one.id for one in events])
        turned = [_turned(actor, "undo", step)] if step else []
        await subjects.add_events(connection, turned)
        return [f"{one.verb} {one.subject_id}" for one in events]

    return await store.write(work)


async def redo(store: Store, actor: str) -> list[str]:
    async def work(connection: Connection) -> list[str]:
        _, step = await undoing.step_to_redo(connection, actor)
        events = await undoing.events_of_step(connection, actor, step)
        await subjects.mark_undone(connection, [one.id for one in events], undone=False)
        return [f"{one.verb} {one.subject_id}" for one in events]

    return await store.write(work)


def _turned(actor: str, verb: str, step: int) -> NewEvent:
    return NewEvent(
        at=NOW,
        actor=actor,
        verb=verb,
        subject_kind="conversation",
        subject_id=1,
        after={"turned": step, "whose": actor},
    )


async def test_undo_and_redo_go_step_by_step_for_each_person(world: World) -> None:
    store = world.store
    assert await act(store, "ana", "take", 1) == 1
    assert await act(store, "ana", "resolve", 1, 2) == 2
    assert await act(store, "léo", "take", 1) == 1
    await act(store, "ana", "snooze", 3)
    assert await redo(store, "ana") == []
    assert await undo(store, "ana") == ["snooze 3"]
    assert await undo(store, "ana") == ["resolve 2", "resolve 1"]
    assert await redo(store, "ana") == ["resolve 2", "resolve 1"]
    assert await redo(store, "ana") == ["snooze 3"]
    assert await redo(store, "ana") == []
    assert await undo(store, "ana") == ["snooze 3"]
    # A new step leaves nothing to redo.
    await act(store, "ana", "note", 4)
    assert await redo(store, "ana") == []
    for wanted in (["note 4"], ["resolve 2", "resolve 1"], ["take 1"], []):
        assert await undo(store, "ana") == wanted
    assert await undo(store, "léo") == ["take 1"]


async def test_what_happened_by_itself_is_logged_and_not_undone_by_a_key(world: World) -> None:
    event = NewEvent(
        at=NOW, actor="ana", verb="idle", subject_kind="alert", subject_id=9, before={}, after={}
    )
    await world.store.write(lambda c: subjects.add_events(c, [event]))
    assert await undo(world.store, "ana") == []
    [row] = await reads.events(world.store, "alert", 9)
    assert (row.verb, row.actor, row.subject_kind, row.undone) == ("idle", "ana", "alert", False)


async def test_the_log_reads_newest_first(world: World) -> None:
    for verb in ("take", "snooze", "resolve"):
        await act(world.store, "ana", verb, 1)
    await act(world.store, "ana", "take", 2)
    assert [row.verb for row in await reads.events(world.store, "conversation", 1)] == [
        "resolve",
        "snooze",
        "take",
    ]
    newest = await reads.events(world.store, limit=2)
    assert [(row.verb, row.subject_id) for row in newest] == [("take", 2), ("resolve", 1)]
    assert newest[0].after == {"state": "take", "at": NOW}


# --- notes and mutes -----------------------------------------------------------------------------


async def test_notes_are_added_taken_away_and_brought_back(world: World) -> None:
    async def texts() -> list[str]:
        return [note.text for note in await reads.notes(world.store, "conversation", 1)]

    ids = []
    for number in (2, 1):
        text = SafeText(f"note {number}")
        at = Micros(NOW + number)
        ids.append(
            await world.store.write(
                lambda c, text=text, at=at: subjects.add_note(c, "conversation", 1, "ana", text, at)
            )
        )
    assert await texts() == ["note 1", "note 2"]
    await world.store.write(lambda c: subjects.remove_note(c, ids[0]))
    assert await texts() == ["note 1"]
    await world.store.write(lambda c: subjects.restore_note(c, ids[0]))
    assert await texts() == ["note 1", "note 2"]
    assert await reads.notes(world.store, "alert", 1) == []


async def test_mutes_end_by_time_or_by_hand(world: World) -> None:
    async def work(connection: Connection) -> None:
        await subjects.add_mute(connection, "word", "spam", NOW)
        await subjects.add_mute(connection, "word", "later", NOW, until=Micros(NOW + 10))
        gone = await subjects.add_mute(connection, "account", "bot", NOW)
        await subjects.remove_mute(connection, gone)

    await world.store.write(work)

    async def at(now: int) -> dict[str, frozenset[str]]:
        return await world.store.write(lambda c: subjects.mutes_now(c, Micros(now)))

    assert await at(NOW) == {"word": frozenset({"spam", "later"})}
    assert await at(NOW + 10) == {"word": frozenset({"spam"})}
