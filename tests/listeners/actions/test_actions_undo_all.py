"""Any sequence of verbs by several people: undoing all of one's own restores the first state."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listeners.actions import perform, redo, undo
from listeners.clock import from_iso
from listeners.conversations.conversation import Conversation
from listeners.conversations.events import OutsideMessage
from listeners.conversations.state import apply, begin
from listeners.model import HOUR, MINUTE, AlertClass, Micros, Sentence, Severity
from listeners.risk.alert import Alert, Draft
from listeners.risk.triage import opened
from listeners.store import Store, open_store, subjects
from listeners.store.connection import Connection
from listeners.store.sources import register_brands

NOW = Micros(from_iso("2026-11-20T14:00:00Z"))
TALKS = (1, 2, 3)
ALARMS = (1, 2)

State = tuple[
    dict[int, Conversation], dict[int, Alert], dict[str, frozenset[str]], list[tuple[Any, ...]]
]

CONVERSATION_VERBS: st.SearchStrategy[tuple[str, dict[str, Any]]] = st.one_of(
    st.sampled_from(
        [
            (verb, {})
            for verb in [
                "answered",
                "reopen",
                "resolve",
                "snooze",
                "ignore",
                "take",
                "release",
                "promote",
                "escalate",
                "mute",
                "unmute",
            ]
        ]
    ),
    st.integers(1, 40).map(lambda hours: ("snooze", {"until": Micros(NOW + hours * HOUR)})),
    st.sampled_from(["Ana", "Léo", "Bo"]).map(lambda name: ("assign", {"to": name})),
    st.sampled_from(["press", "vip", "late"]).map(lambda tag: ("tag", {"tags": tag})),
    st.sampled_from(["press", "vip", "late"]).map(lambda tag: ("untag", {"tags": tag})),
    st.sampled_from([None, 1, 3, 5]).map(lambda number: ("priority", {"priority": number})),
    st.just(("note", {"text": "called her"})),
    st.just(("mute", {"what": "thread"})),
)
ALERT_VERBS: st.SearchStrategy[tuple[str, dict[str, Any]]] = st.one_of(
    st.sampled_from(
        [
            (verb, {})
            for verb in [
                "ack",
                "snooze",
                "escalate",
                "resolve",
                "dismiss",
                "reopen",
                "release",
                "mute",
                "unmute",
            ]
        ]
    ),
    st.sampled_from(["Léo", "Bo"]).map(lambda name: ("assign", {"to": name})),
    st.just(("note", {"text": "asked legal"})),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("conversation"),
            CONVERSATION_VERBS,
            st.lists(st.sampled_from(TALKS), min_size=1, unique=True),
        ),
        st.tuples(
            st.just("alert"),
            ALERT_VERBS,
            st.lists(st.sampled_from(ALARMS), min_size=1, unique=True),
        ),
    ),
    max_size=12,
)


async def furnish(store: Store) -> None:
    async def work(connection: Connection) -> None:
        await register_brands(connection, ["Acme"])
        talks = []
        for number in TALKS:
            fresh = begin(brand="Acme", network="mastodon", root=str(number), at=NOW, now=NOW)
            event = OutsideMessage(at=NOW, asks=number != 3, tier=4)
            talks.append(apply(fresh, event, NOW).conversation)
        await subjects.save_conversations(connection, talks)
        drafts = [
            Draft(
                brand="Acme",
                alert_class=AlertClass.LEAK,
                rule="confidential term",
                subject=str(number),
                severity=Severity.WARN,
                title=Sentence("A title"),
                explanation=(Sentence("seen {count} times", {"count": 3}),),
                holding=number == 2,
            )
            for number in ALARMS
        ]
        await subjects.save_alerts(connection, [opened(draft, NOW) for draft in drafts])

    await store.write(work)


async def whole(store: Store) -> State:
    async def work(connection: Connection) -> State:
        talks = await subjects.load_conversations(connection, TALKS)
        alarms = await subjects.load_alerts(connection, ALARMS)
        mutes = await subjects.mutes_now(connection, NOW)
        notes = await connection.fetch(
            "SELECT subject_kind, subject_id, text FROM note WHERE removed = 0 ORDER BY id"
        )
        return (
            {id_: replace(one, version=0) for id_, one in talks.items()},
            {id_: replace(one, version=0) for id_, one in alarms.items()},
            mutes,
            [tuple(row) for row in notes],
        )

    return await store.write(work)


def run(scenario: Any) -> None:
    async def inside() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with open_store(Path(folder) / "home" / "hubbub.db") as store:
                await furnish(store)
                await scenario(store)

    asyncio.run(inside())


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_undoing_everything_restores_everything_and_redoing_does_it_again(
    steps: list[tuple[str, tuple[str, dict[str, Any]], list[int]]],
) -> None:
    async def scenario(store: Store) -> None:
        first = await whole(store)
        states = [first]
        for number, (kind, (verb, arguments), ids) in enumerate(steps):
            now = Micros(NOW + number * MINUTE)
            outcome = await perform(store, "Ana", verb, kind, ids, now, **arguments)  # type: ignore[arg-type]
            if outcome.done:
                states.append(await whole(store))
        end = Micros(NOW + HOUR)
        for state in reversed(states[:-1]):
            outcome = await undo(store, "Ana", end)
            assert outcome.done
            assert not outcome.refused
            assert await whole(store) == state
        assert not (await undo(store, "Ana", end)).done
        for state in states[1:]:
            assert (await redo(store, "Ana", end)).done
            assert await whole(store) == state
        assert not (await redo(store, "Ana", end)).done

    run(scenario)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    moves=st.lists(
        st.one_of(
            st.tuples(st.sampled_from(["Ana", "Léo"]), st.sampled_from(["undo", "redo"])),
            st.tuples(st.sampled_from(["Ana", "Léo"]), CONVERSATION_VERBS),
        ),
        max_size=14,
    )
)
def test_two_people_never_lose_each_others_work(moves: list[tuple[str, Any]]) -> None:
    """Whatever happens between them, an undo never changes a field the other set since."""

    async def scenario(store: Store) -> None:
        last_set: dict[str, str] = {}
        for number, (actor, move) in enumerate(moves):
            now = Micros(NOW + number * MINUTE)
            before = (await whole(store))[0][1]
            if move in ("undo", "redo"):
                turn = undo if move == "undo" else redo
                await turn(store, actor, now)
                after = (await whole(store))[0][1]
                for name in ("assignee", "state", "manual_priority"):
                    if getattr(before, name) != getattr(after, name):
                        assert last_set.get(name, actor) == actor
                        last_set.pop(name, None)
            else:
                verb, arguments = move
                await perform(store, actor, verb, "conversation", [1], now, **arguments)
                after = (await whole(store))[0][1]
                for name in ("assignee", "state", "manual_priority"):
                    if getattr(before, name) != getattr(after, name):
                        last_set[name] = actor

    run(scenario)
