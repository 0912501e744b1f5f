"""Corrections of a verdict: everything counts them at once, and taking one back is exact."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.actions import Outcome, perform, redo, set_mood, undo, undo_list
from listeners.config import BrandConfig, Config
from listeners.model import (
    HOUR,
    MINUTE,
    Author,
    ConversationState,
    Label,
    Micros,
    Part,
    Reason,
    Score,
    Sentence,
)
from listeners.store import Connection, Store, ingest, open_store, reads
from listeners.store.corrections import MIDDLE, corrections, verdict_of
from listeners.store.filters import QueueFilter
from listeners.store.records import Edit, SeenAccount
from listeners.store.retention import forget_old
from tests.listeners.store.builders import BRAND, NETWORK, NOW, World, forget_account, furnish
from tests.listeners.store.test_store_recount import check

LATER = Micros(NOW + MINUTE)
CONFIG = Config(
    brands=(BrandConfig(name=BRAND),), members=("Ana", "Léo", "Zoé"), observers=("Zoé",)
)
LOUD = "loud"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_store(tmp_path / "home" / "hubbub.db") as store:
        world = await furnish(store)
        author = Author(key=LOUD, handle="loud@x.example", name="Loud", followers=50_000)
        seen = [SeenAccount(NETWORK, author)]
        found = await store.write(lambda c: ingest.upsert_accounts(c, seen, NOW))
        world.accounts[LOUD] = found[NETWORK, LOUD]
        yield world


async def put(
    world: World, verb: str, ids: list[int], who: str = "Ana", kind: str = "mention"
) -> Outcome:
    return await set_mood(world.store, who, verb, kind, ids, LATER, config=CONFIG)


async def row(world: World, id_: int):  # type: ignore[no-untyped-def]
    return (await reads.mentions(world.store, [id_]))[id_]


def said(outcome: Outcome) -> str:
    return outcome.sentence.template.format(**outcome.sentence.values)


@pytest.mark.parametrize("scored", list(Label))
@pytest.mark.parametrize("verb", ["negative", "neutral", "positive"])
async def test_a_correction_replaces_the_verdict_everywhere_and_back(
    world: World, scored: Label, verb: str
) -> None:
    [id_] = await world.add([world.mention("hm", label=scored)])
    before = await row(world, id_)

    outcome = await put(world, verb, [id_])

    after = await row(world, id_)
    wanted = Label(verb)
    assert (outcome.done, after.label, after.corrected_by) == (1, wanted, "Ana")
    # Where a person agrees with the scorer, its number stays.
    assert after.compound == (before.compound if wanted is scored else MIDDLE[wanted])
    await check(world.store)
    [minute] = await reads.series(
        world.store, BRAND, resolution="minute", since=NOW, until=Micros(NOW + 1)
    )
    assert (minute.negative, minute.neutral, minute.positive, minute.unscored) == tuple(
        int(label is wanted)
        for label in (Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE, Label.UNSCORED)
    )
    assert (await undo(world.store, "Ana", LATER)).done == 1
    assert await row(world, id_) == before
    await check(world.store)
    assert (await redo(world.store, "Ana", LATER)).done == 1
    assert await row(world, id_) == after
    await check(world.store)


async def test_the_scorer_gets_it_back(world: World) -> None:
    [id_] = await world.add([world.mention("hm")])
    before = await row(world, id_)
    await put(world, "negative", [id_])
    outcome = await put(world, "automatic", [id_], "Léo")
    assert said(outcome) == "Sentiment as the scorer says"
    assert await row(world, id_) == before
    assert not await corrections(world.store, [id_])
    # What is taken back is Ana's correction, exactly.
    assert (await undo(world.store, "Léo", LATER)).done == 1
    again = (await corrections(world.store, [id_]))[id_].correction
    assert (again.label, again.author, again.at) == (Label.NEGATIVE, "Ana", LATER)
    await check(world.store)


async def test_several_are_one_step(world: World) -> None:
    ids = await world.add([world.mention("a"), world.mention("b"), world.mention("c")])
    outcome = await put(world, "neutral", ids)
    assert (outcome.done, said(outcome)) == (3, "3 neutral, as you say")
    [step] = await undo_list(world.store, "Ana")
    assert step.sentence.values["count"] == 3
    assert (await undo(world.store, "Ana", LATER)).done == 3
    assert {(await row(world, id_)).label for id_ in ids} == {Label.POSITIVE}


async def test_a_conversation_stands_for_its_newest_message_of_theirs(world: World) -> None:
    talk = await world.converse()
    first, newest = await world.add(
        [world.mention("a", conversation_id=talk.id), world.mention("b", conversation_id=talk.id)]
    )
    await world.store.write(
        lambda c: c.fetch("UPDATE conversation SET last_outside_id = ?", (newest,))
    )
    outcome = await perform(
        world.store, "Ana", "negative", "conversation", [talk.id], LATER, config=CONFIG
    )
    assert outcome.done == 1
    assert (await row(world, newest)).corrected_by == "Ana"
    assert (await row(world, first)).corrected_by == ""
    shown = (await reads.conversations(world.store, [talk.id]))[talk.id]
    assert (shown.label, shown.compound) == (Label.NEGATIVE, -0.5)


@pytest.mark.parametrize(
    ("make", "verb", "words"),
    [
        ({}, "automatic", "Nobody corrected it"),
        ({"part": Part.OURS}, "negative", "This is ours"),
    ],
)
async def test_what_cannot_be_corrected_says_why(
    world: World, make: dict[str, object], verb: str, words: str
) -> None:
    [id_] = await world.add([world.mention("hm", **make)])
    outcome = await put(world, verb, [id_])
    assert (outcome.done, outcome.sentence.template.startswith(words)) == (0, True)


async def test_what_is_gone_or_said_already_is_refused(world: World) -> None:
    [id_] = await world.add([world.mention("hm")])
    assert "no longer there" in said(await put(world, "negative", [id_ + 7]))
    await put(world, "negative", [id_])
    assert said(await put(world, "negative", [id_], "Léo")) == "Ana said so already."
    await delete(world, id_)
    assert "deleted at its source" in said(await put(world, "positive", [id_]))
    # The correction of what is deleted cannot be taken back: nothing counts it any more.
    assert (await undo(world.store, "Ana", LATER)).done == 0
    await check(world.store)


async def test_an_observer_corrects_nothing(world: World) -> None:
    [id_] = await world.add([world.mention("hm")])
    assert said(await put(world, "negative", [id_], "Zoé")).startswith("Zoé is an observer")
    assert (await row(world, id_)).corrected_by == ""


async def test_what_somebody_else_corrected_meanwhile_is_said(world: World) -> None:
    [id_] = await world.add([world.mention("hm")])
    await put(world, "negative", [id_], "Léo")
    refused = await set_mood(
        world.store, "Ana", "neutral", "mention", [id_], Micros(LATER + 3 * MINUTE), seen={id_: ""}
    )
    assert said(refused) == "Léo corrected it 3 min ago; press again to do it all the same."
    done = await set_mood(world.store, "Ana", "neutral", "mention", [id_], LATER, seen={id_: "Léo"})
    assert done.done == 1
    # Léo's step is no longer his to take back: Ana has changed it since.
    back = await undo(world.store, "Léo", LATER)
    assert (back.done, said(back)) == (0, "Left as it is: Ana has changed it since.")


async def test_an_edited_text_keeps_its_correction(world: World) -> None:
    [id_] = await world.add([world.mention("so so")])
    await put(world, "negative", [id_])
    await edit(world, id_, "so so, really", Label.NEUTRAL)
    after = await row(world, id_)
    assert (after.text, after.label, after.corrected_by) == (
        "so so, really",
        Label.NEGATIVE,
        "Ana",
    )
    await check(world.store)
    # Taken away, the verdict on the new text counts.
    await put(world, "automatic", [id_])
    assert (await row(world, id_)).label is Label.NEUTRAL
    await check(world.store)


async def test_what_is_forgotten_takes_its_correction_along(world: World) -> None:
    old, fresh = await world.add([world.mention("a", at=Micros(NOW - HOUR)), world.mention("b")])
    await put(world, "negative", [old, fresh])
    await forget_old(world.store, Micros(NOW - MINUTE), NOW, pause=0)
    assert list(await corrections(world.store, [old, fresh])) == [fresh]
    assert await forget_account(world.store, NETWORK, "ana", NOW, pause=0) == 1
    assert not await corrections(world.store, [old, fresh])


# --- what sentiment decided -----------------------------------------------------------------------

PASSING = Reason("D2", Sentence("a mention in passing: it stays in the stream"))
BY_MOOD = Reason("A5", Sentence("negative, and many people see it"))


async def test_a_loud_negative_asks_and_no_longer_does(world: World) -> None:
    talk = await world.converse(in_queue=False, waiting_since=None)
    [id_] = await world.add(
        [
            world.mention(
                "Acme opens a shop here", author=LOUD, conversation_id=talk.id, need=PASSING
            )
        ]
    )
    await put(world, "negative", [id_])
    asked = (await reads.conversations(world.store, [talk.id]))[talk.id]
    assert (asked.needs_reply, asked.waiting_since) == (True, NOW)
    assert [one.template for one in asked.reasons] == ["negative", "large audience"]
    assert asked.due_at == NOW + 4 * HOUR
    assert ((await row(world, id_)).needs_reply or BY_MOOD).code == "A5"

    assert said(await undo(world.store, "Ana", LATER)) == "Sentiment as before"
    back = (await reads.conversations(world.store, [talk.id]))[talk.id]
    assert replace(back, version=0) == replace(
        back, version=0, needs_reply=False, waiting_since=None, reasons=(), due_at=None
    )
    assert (await row(world, id_)).needs_reply is None


async def test_what_asked_by_its_mood_alone_leaves_the_queue(world: World) -> None:
    talk = await world.converse(score=12.0, reasons=(Sentence("negative"),))
    [id_] = await world.add(
        [
            world.mention(
                "Acme opens a shop here",
                author=LOUD,
                label=Label.NEGATIVE,
                conversation_id=talk.id,
                asks=True,
                need=BY_MOOD,
            )
        ]
    )
    await put(world, "positive", [id_])
    after = (await reads.conversations(world.store, [talk.id]))[talk.id]
    assert (after.state, after.needs_reply) == (ConversationState.OPEN, False)
    assert not await reads.queue_ids(world.store, queue())
    await undo(world.store, "Ana", LATER)
    assert list(await reads.queue_ids(world.store, queue())) == [talk.id]


async def test_a_question_goes_on_asking_whatever_its_mood(world: World) -> None:
    question = Reason("A3", Sentence("asks a question"))
    talk = await world.converse(score=23.0, reasons=(Sentence("question"), Sentence("negative")))
    [id_] = await world.add(
        [
            world.mention(
                "Is Acme open?",
                label=Label.NEGATIVE,
                conversation_id=talk.id,
                asks=True,
                need=question,
            )
        ]
    )
    await put(world, "positive", [id_])
    after = (await reads.conversations(world.store, [talk.id]))[talk.id]
    assert after.needs_reply
    assert (after.score, [one.template for one in after.reasons]) == (18.0, ["question"])
    await put(world, "negative", [id_])
    again = (await reads.conversations(world.store, [talk.id]))[talk.id]
    assert (again.score, len(again.reasons)) == (23.0, 2)
    await undo(world.store, "Ana", LATER)
    await undo(world.store, "Ana", LATER)
    first = (await reads.conversations(world.store, [talk.id]))[talk.id]
    assert (first.score, first.reasons) == (23.0, talk.reasons)


@pytest.mark.parametrize("scored", list(Label))
@pytest.mark.parametrize("label", [Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE])
def test_the_verdict_has_the_label_asked_for(scored: Label, label: Label) -> None:
    from listeners.store.corrections import Correction

    felt = verdict_of(Correction(label, "Ana", NOW), (scored, 0.3))
    assert felt[0] is label
    assert verdict_of(None, (scored, 0.3)) == (scored, 0.3)


# --- any sequence ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    what: str
    which: int
    label: Label
    who: str


STEPS = st.lists(
    st.builds(
        Step,
        what=st.sampled_from(
            ["new", "correct", "correct", "correct all", "auto", "undo", "redo", "edit", "delete"]
        ),
        which=st.integers(0, 5),
        label=st.sampled_from(list(Label)),
        who=st.sampled_from(["Ana", "Léo"]),
    ),
    max_size=14,
)


async def play(store: Store, steps: list[Step]) -> None:
    world = await furnish(store)
    talk = await world.converse()
    ids = await world.add([world.mention("first", conversation_id=talk.id)])
    for step in steps:
        id_ = ids[step.which % len(ids)]
        verb = "neutral" if step.label is Label.UNSCORED else step.label.value
        match step.what:
            case "new":
                at = Micros(NOW - step.which * 20 * MINUTE)
                ids += await world.add(
                    [world.mention("next", label=step.label, at=at, conversation_id=talk.id)]
                )
            case "correct":
                await put(world, verb, [id_], step.who)
            case "correct all":
                await put(world, verb, ids, step.who)
            case "auto":
                await put(world, "automatic", [id_], step.who)
            case "undo":
                await undo(store, step.who, LATER)
            case "redo":
                await redo(store, step.who, LATER)
            case "edit":
                await edit(world, id_, f"now {step.which}", step.label)
            case "delete":
                await delete(world, id_)
    await check(store)
    put_on = await corrections(store, ids)
    for id_ in ids:
        here = await row(world, id_)
        assert bool(here.corrected_by) == (id_ in put_on)
        if id_ in put_on:
            assert here.label is put_on[id_].correction.label
            assert here.corrected_by == put_on[id_].correction.author


@settings(max_examples=15, deadline=None)
@given(STEPS)
def test_counts_are_a_recount_after_any_sequence(steps: list[Step]) -> None:
    async def run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with open_store(Path(folder) / "hubbub.db") as store:
                await play(store, steps)

    asyncio.run(run())


def queue() -> QueueFilter:
    return QueueFilter()


async def edit(world: World, id_: int, text: str, label: Label) -> None:
    async def work(connection: Connection) -> None:
        [known] = await ingest.known_of_ids(connection, [id_])
        fresh = world.mention(text)
        verdict = Score(lang="fr", scorer="t", compound=None, label=Label.UNSCORED)
        if label is not Label.UNSCORED:
            verdict = replace(verdict, label=label, compound=MIDDLE[label])
        now = replace(fresh, part=known.part, score=verdict)
        await ingest.edit_mentions(connection, [Edit(known, now, NOW)])

    await world.store.write(work)


async def delete(world: World, id_: int) -> None:
    async def work(connection: Connection) -> None:
        known = await ingest.known_of_ids(connection, [id_])
        await ingest.delete_mentions(connection, known, NOW)

    await world.store.write(work)
