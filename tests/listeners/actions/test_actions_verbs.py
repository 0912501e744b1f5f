"""Every verb, done to rows of a real store: what changes, what is said, what is logged."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from listeners.actions import UnknownVerbError, perform, redo, undo, undo_list
from listeners.actions.verbs import ALIASES, VERBS, ask
from listeners.clock import from_iso
from listeners.conversations.conversation import Conversation
from listeners.conversations.events import OutsideMessage
from listeners.conversations.state import apply, begin
from listeners.model import (
    HOUR,
    MINUTE,
    AlertClass,
    AlertState,
    ConversationState,
    Micros,
    Sentence,
    Severity,
)
from listeners.risk.alert import Alert, Draft
from listeners.risk.triage import opened
from listeners.store import Store, open_store, reads, subjects
from listeners.store.sources import register_brands

NOW = Micros(from_iso("2026-11-20T14:00:00Z"))
LATER = Micros(NOW + 2 * HOUR)
BEFORE = Micros(LATER - 1)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "home" / "hubbub.db") as opened_store:
        await opened_store.write(lambda c: register_brands(c, ["Acme"]))
        yield opened_store


async def talk(store: Store, root: str = "root", **changes: Any) -> Conversation:
    fresh = begin(brand="Acme", network="mastodon", root=root, at=NOW, now=NOW)
    asked = apply(fresh, OutsideMessage(at=NOW, asks=True, tier=4), NOW).conversation
    wanted = replace(asked, **changes)
    [saved] = await store.write(lambda c: subjects.save_conversations(c, [wanted]))
    return saved


async def alarm(store: Store, subject: str = "", *, holding: bool = False, **changes: Any) -> Alert:
    draft = Draft(
        brand="Acme",
        alert_class=AlertClass.LEAK,
        rule="confidential term",
        subject=subject,
        severity=Severity.HIGH,
        title=Sentence("A title"),
        holding=holding,
    )
    [saved] = await store.write(
        lambda c: subjects.save_alerts(c, [replace(opened(draft, NOW), **changes)])
    )
    return saved


async def conversation(store: Store, id_: int) -> Conversation:
    return (await store.write(lambda c: subjects.load_conversations(c, [id_])))[id_]


async def alert(store: Store, id_: int) -> Alert:
    return (await store.write(lambda c: subjects.load_alerts(c, [id_])))[id_]


def said(sentence: Sentence) -> str:
    return sentence.template.format(**sentence.values)


CONVERSATION_VERBS: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("answered", {}, "Answered", {"state": ConversationState.WAITING, "waiting_since": None}),
    ("done", {}, "Answered", {"state": ConversationState.WAITING, "answered_by_hand": True}),
    ("resolve", {}, "Resolved", {"state": ConversationState.RESOLVED, "waiting_since": None}),
    ("ignore", {}, "Needs no answer", {"state": ConversationState.IGNORED}),
    (
        "snooze",
        {"until": LATER},
        "Snoozed",
        {"state": ConversationState.SNOOZED, "snoozed_until": LATER, "waiting_since": NOW},
    ),
    ("snooze", {}, "Snoozed", {"state": ConversationState.SNOOZED, "snooze_kind": "reply"}),
    ("take", {}, "Yours", {"assignee": "Ana"}),
    ("assign", {"to": "Léo"}, "Given to Léo", {"assignee": "Léo"}),
    ("note", {"text": "she called"}, "Noted", {"notes": 1}),
    ("tag", {"tags": ["press", "#vip"]}, "Tagged press, vip", {"tags": ("press", "vip")}),
    ("priority", {"priority": 1}, "Importance set by hand", {"manual_priority": 1}),
    ("escalate", {}, "Raised as a risk", {"tier": 1, "manual_priority": 1}),
    ("mute", {}, "Muted", {}),
]


@pytest.mark.parametrize(("verb", "arguments", "sentence", "expected"), CONVERSATION_VERBS)
async def test_a_verb_changes_says_and_logs(
    store: Store, verb: str, arguments: dict[str, Any], sentence: str, expected: dict[str, Any]
) -> None:
    before = await talk(store)

    outcome = await perform(store, "Ana", verb, "conversation", [before.id], BEFORE, **arguments)

    after = await conversation(store, before.id)
    assert (outcome.done, said(outcome.sentence), outcome.refused) == (1, sentence, ())
    assert {name: getattr(after, name) for name in expected} == expected
    [line] = await reads.events(store, "conversation", before.id)
    assert (line.actor, line.verb, line.at) == (
        "Ana",
        ALIASES["conversation"].get(verb, verb),
        BEFORE,
    )


@pytest.mark.parametrize(("verb", "arguments", "sentence", "expected"), CONVERSATION_VERBS)
async def test_undo_restores_and_redo_does_again(
    store: Store, verb: str, arguments: dict[str, Any], sentence: str, expected: dict[str, Any]
) -> None:
    before = await talk(store)
    await perform(store, "Ana", verb, "conversation", [before.id], BEFORE, **arguments)
    done = await conversation(store, before.id)

    back = await undo(store, "Ana", LATER)

    assert back.done == 1
    assert replace(await conversation(store, before.id), version=0) == replace(before, version=0)
    assert await reads.notes(store, "conversation", before.id) == []
    assert not await store.write(lambda c: subjects.mutes_now(c, LATER))

    again = await redo(store, "Ana", LATER)

    assert (again.done, said(again.sentence)) == (1, sentence)
    assert replace(await conversation(store, before.id), version=0) == replace(done, version=0)


ALERT_VERBS: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("ack", {}, "Acknowledged: it is yours", {"state": AlertState.ACKED, "owner": "Ana"}),
    ("take", {}, "Acknowledged: it is yours", {"state": AlertState.ACKED}),
    ("snooze", {"until": LATER}, "Silenced", {"state": AlertState.SNOOZED}),
    ("escalate", {"to": "Léo"}, "Escalated", {"severity": Severity.CRITICAL, "owner": "Léo"}),
    ("resolve", {}, "Resolved", {"state": AlertState.RESOLVED}),
    (
        "dismiss",
        {"reason": "noise word"},
        "False alarm",
        {"state": AlertState.DISMISSED, "dismissed_reason": "noise word"},
    ),
    ("assign", {"to": "Léo"}, "Handed to Léo", {"owner": "Léo"}),
    ("note", {"text": "asked legal"}, "Noted", {}),
    ("mute", {}, "Rule muted", {}),
]


@pytest.mark.parametrize(("verb", "arguments", "sentence", "expected"), ALERT_VERBS)
async def test_a_verb_on_an_alert_and_back(
    store: Store, verb: str, arguments: dict[str, Any], sentence: str, expected: dict[str, Any]
) -> None:
    before = await alarm(store)

    outcome = await perform(store, "Ana", verb, "alert", [before.id], BEFORE, **arguments)

    after = await alert(store, before.id)
    assert (outcome.done, said(outcome.sentence)) == (1, sentence)
    assert {name: getattr(after, name) for name in expected} == expected
    await undo(store, "Ana", LATER)
    assert replace(await alert(store, before.id), version=0) == replace(before, version=0)
    await redo(store, "Ana", LATER)
    assert replace(await alert(store, before.id), version=0) == replace(after, version=0)


async def test_several_rows_are_one_step(store: Store) -> None:
    ids = [(await talk(store, f"root{n}")).id for n in range(3)]

    outcome = await perform(store, "Ana", "resolve", "conversation", ids, LATER)

    assert (outcome.done, said(outcome.sentence)) == (3, "3 resolved")
    back = await undo(store, "Ana", LATER)
    assert (back.done, said(back.sentence)) == (3, "3 taken back")
    assert {(await conversation(store, id_)).state for id_ in ids} == {ConversationState.OPEN}
    assert said((await undo(store, "Ana", LATER)).sentence) == "There is nothing to undo."


async def test_what_cannot_be_done_is_said_and_the_rest_is_done(store: Store) -> None:
    open_one = await talk(store, "a")
    closed = await talk(store, "b", state=ConversationState.RESOLVED)

    outcome = await perform(
        store, "Ana", "answered", "conversation", [open_one.id, closed.id, 99], LATER
    )

    assert outcome.done == 1
    assert [said(sentence) for sentence in outcome.refused] == [
        "It is resolved already; reopen it first to do something else.",
        "There is no conversation number 99.",
    ]


@pytest.mark.parametrize(
    ("verb", "arguments", "sentence"),
    [
        ("snooze", {"until": NOW}, "That time has passed; choose a later one."),
        ("assign", {}, "Say to whom."),
        ("note", {"text": " \x1b[2J "}, "The note is empty."),
        ("tag", {"tags": ["", "#"]}, "Say which tag."),
        ("priority", {"priority": 9}, "A priority is a number from 1 (first) to 5."),
        ("unmute", {}, "It is not muted."),
        ("reopen", {}, "It is open already."),
        ("mute", {"what": "word"}, "Say which word."),
    ],
)
async def test_what_makes_no_sense_is_refused_in_words(
    store: Store, verb: str, arguments: dict[str, Any], sentence: str
) -> None:
    one = await talk(store)

    outcome = await perform(store, "Ana", verb, "conversation", [one.id], LATER, **arguments)

    assert (outcome.done, said(outcome.sentence), outcome.step) == (0, sentence, 0)
    assert await reads.events(store) == []


async def test_resolving_what_still_holds_names_the_choice(store: Store) -> None:
    one = await alarm(store, holding=True)

    outcome = await perform(store, "Ana", "resolve", "alert", [one.id], LATER)

    assert outcome.done == 0
    assert said(outcome.sentence) == (
        "Its cause still holds, so it would fire again: acknowledge it, snooze it, or dismiss it"
        " as a false alarm."
    )


async def test_a_closed_alert_stays_closed_while_a_newer_one_lives(store: Store) -> None:
    old = await alarm(store)
    await perform(store, "Ana", "dismiss", "alert", [old.id], LATER, reason="author")
    new = await alarm(store)

    outcomes = [
        await perform(store, "Ana", "reopen", "alert", [old.id], LATER),
        await undo(store, "Ana", LATER),
    ]

    for outcome in outcomes:
        assert outcome.done == 0
        assert said(outcome.sentence).endswith(f"number {new.id}; act on that one.")


async def test_undo_leaves_what_somebody_else_changed_since(store: Store) -> None:
    one = await talk(store)
    await perform(store, "Ana", "take", "conversation", [one.id], LATER)
    await perform(store, "Ana", "resolve", "conversation", [one.id], LATER)
    await perform(store, "Léo", "reopen", "conversation", [one.id], LATER)

    refused = await undo(store, "Ana", LATER)

    assert (refused.done, said(refused.sentence)) == (
        0,
        "Left as it is: Léo has changed it since.",
    )
    assert (await conversation(store, one.id)).state is ConversationState.OPEN
    # The step that cannot be taken back is no longer in the way.
    assert (await undo(store, "Ana", LATER)).done == 1
    assert (await conversation(store, one.id)).assignee == ""


async def test_undo_leaves_what_changed_by_itself(store: Store) -> None:
    one = await talk(store)
    await perform(store, "Ana", "resolve", "conversation", [one.id], LATER)
    resolved = await conversation(store, one.id)
    event = OutsideMessage(at=Micros(LATER + MINUTE), asks=True)
    wrote_again = apply(resolved, event, Micros(LATER + MINUTE)).conversation
    await store.write(lambda c: subjects.save_conversations(c, [wrote_again]))

    outcome = await undo(store, "Ana", Micros(LATER + HOUR))

    assert said(outcome.sentence) == "Left as it is: something new has happened there since."
    assert (await conversation(store, one.id)).waiting_since == LATER + MINUTE


async def test_undo_leaves_the_rank_that_the_rules_have_given_since(store: Store) -> None:
    one = await talk(store)
    await perform(store, "Ana", "escalate", "conversation", [one.id], LATER)
    raised = await conversation(store, one.id)
    reranked = replace(raised, tier=2, due_at=Micros(LATER + MINUTE))
    await store.write(lambda c: subjects.save_conversations(c, [reranked]))

    outcome = await undo(store, "Ana", LATER)

    left = await conversation(store, one.id)
    assert outcome.done == 1
    assert (left.manual_priority, left.tier, left.due_at) == (None, 2, LATER + MINUTE)


async def test_tags_and_notes_of_two_people_do_not_collide(store: Store) -> None:
    one = await talk(store)
    await perform(store, "Ana", "tag", "conversation", [one.id], LATER, tags="press")
    await perform(store, "Ana", "note", "conversation", [one.id], LATER, text="first")
    await perform(store, "Léo", "tag", "conversation", [one.id], LATER, tags="urgent")
    await perform(store, "Léo", "note", "conversation", [one.id], LATER, text="second")

    await undo(store, "Ana", LATER)
    await undo(store, "Ana", LATER)

    left = await conversation(store, one.id)
    assert (left.tags, left.notes) == (("urgent",), 1)
    assert [note.text for note in await reads.notes(store, "conversation", one.id)] == ["second"]


async def test_undo_is_everybodys_own(store: Store) -> None:
    one, two = await talk(store, "a"), await talk(store, "b")
    await perform(store, "Ana", "take", "conversation", [one.id], LATER)
    await perform(store, "Léo", "take", "conversation", [two.id], LATER)

    await undo(store, "Ana", LATER)

    assert (await conversation(store, one.id)).assignee == ""
    assert (await conversation(store, two.id)).assignee == "Léo"


async def test_a_new_action_leaves_nothing_to_redo(store: Store) -> None:
    one = await talk(store)
    await perform(store, "Ana", "take", "conversation", [one.id], LATER)
    await undo(store, "Ana", LATER)
    await perform(store, "Ana", "tag", "conversation", [one.id], LATER, tags="x")

    outcome = await redo(store, "Ana", LATER)

    assert said(outcome.sentence) == "There is nothing to do again."


async def test_the_list_of_steps_says_what_undo_would_take_back(store: Store) -> None:
    one, two = await talk(store, "a"), await talk(store, "b")
    await perform(store, "Ana", "assign", "conversation", [one.id], LATER, to="Léo")
    await perform(store, "Ana", "resolve", "conversation", [one.id, two.id], LATER)

    steps = await undo_list(store, "Ana")

    assert [said(step.sentence) for step in steps] == ["2 resolved", "Given to Léo"]


async def test_a_muted_author_is_muted_by_network_and_key(store: Store) -> None:
    one = await talk(store)

    await perform(store, "Ana", "mute", "conversation", [one.id], LATER)
    muted = await store.write(lambda c: subjects.mutes_now(c, LATER))

    assert muted == {"account": frozenset({f"mastodon:{one.opener_key}"})}
    await perform(store, "Ana", "unmute", "conversation", [one.id], LATER)
    assert not await store.write(lambda c: subjects.mutes_now(c, LATER))
    await undo(store, "Ana", LATER)
    assert await store.write(lambda c: subjects.mutes_now(c, LATER)) == muted


async def test_what_a_key_puts_back_to_work_can_be_given_a_due_time(store: Store) -> None:
    one = await talk(store, state=ConversationState.RESOLVED, waiting_since=None)

    await perform(
        store,
        "Ana",
        "reopen",
        "conversation",
        [one.id],
        LATER,
        rank=lambda conversation: replace(conversation, due_at=Micros(LATER + HOUR)),
    )

    assert (await conversation(store, one.id)).due_at == LATER + HOUR


@pytest.mark.parametrize(
    ("verb", "kind"), [("promote", "alert"), ("ack", "conversation"), ("explode", "mention")]
)
def test_a_verb_of_another_kind_is_refused(verb: str, kind: Any) -> None:
    with pytest.raises(UnknownVerbError):
        ask(verb, kind, "Ana")


@pytest.mark.parametrize("kind", list(VERBS))
def test_every_alias_leads_to_a_verb(kind: Any) -> None:
    assert {*ALIASES[kind].values()} <= {*VERBS[kind]}
