"""The team's rules at work: from a batch to the store, and what people change about them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from listeners.actions import perform, redo, undo
from listeners.actions.rules import keep_rule, move_rule, remove_rule, switch_rule
from listeners.config import BrandConfig, Config, SourceConfig
from listeners.model import DAY, HOUR, MINUTE, Author, Batch, ConversationState, Label, Micros, Post
from listeners.pipeline import Pipeline
from listeners.rows import ConversationRow, EventRow
from listeners.rules import Conditions, Effects, Rule, RuleError
from listeners.ruling import apply_now
from listeners.store import Store, open_store, reads
from listeners.store import rules as kept
from listeners.store.connection import Connection
from listeners.store.filters import QueueFilter
from listeners.store.sources import NewSource, register_sources
from listeners.store.templates import Template, add_template, remove_template
from listeners.text import clean, clean_line
from listeners.trying import Trial, try_rule

NOW = Micros(1_790_000_000 * 1_000_000)
SOURCE = SourceConfig(network="mastodon", what="#lune")
CONFIG = Config(brands=(BrandConfig(name="Lune", names=("Lune",)),), sources=(SOURCE,))
ZOE = Author(key="zoe@social.example", handle="zoe@social.example", name="Zoé")
LEO = "Léo"


class Desk:
    """A store, a pipeline and a clock."""

    def __init__(self, store: Store) -> None:
        self.now = NOW
        self.store = store
        self.pipeline = Pipeline(store, CONFIG, lambda: self.now)
        self.source_id = 0

    async def open(self) -> None:
        await self.pipeline.open()

        async def work(connection: Connection) -> int:
            new = [NewSource(SOURCE.key, SOURCE.network, "lune")]
            return (await register_sources(connection, new, self.now))[SOURCE.key]

        self.source_id = await self.store.write(work)

    async def say(self, number: int, text: str, **more: object) -> ConversationRow:
        """Take one post in, and return the conversation it is in."""
        post = Post(
            network="mastodon",
            native_id=f"https://social.example/posts/{number}",
            author=ZOE,
            text=text,
            created_at=Micros(NOW - HOUR + number * MINUTE),
            lang="en",
        )
        post = replace(post, **more)  # type: ignore[arg-type]
        await self.pipeline.take(SOURCE, self.source_id, Batch(posts=(post,), fetched=1))
        states = tuple(ConversationState)
        ids = await reads.queue_ids(self.store, QueueFilter(states=states))
        rows = await reads.conversations(self.store, list(range(1, 30)))
        found = [row for row in rows.values() if post.text[:40] in row.excerpt]
        assert found, (ids, rows)
        return found[-1]

    async def rule(
        self, name: str, *, conditions: Conditions | None = None, **does: object
    ) -> Rule:
        made = Rule(
            name=name,
            conditions=conditions or Conditions(query="invoice"),
            effects=Effects(**does),  # type: ignore[arg-type]
        )
        outcome, stored = await keep_rule(self.store, "Ana", made, self.now)
        assert outcome.done
        return stored

    async def row(self, number: int) -> ConversationRow:
        return (await reads.conversations(self.store, [number]))[number]

    async def log(self, number: int) -> list[EventRow]:
        events = await reads.events(self.store, "conversation", number)
        return [event for event in reversed(events) if event.after.get("rule")]

    async def tried(self, rule: Rule, slice_: int = 500) -> Trial:
        trial = Trial()
        since = Micros(self.now - 28 * DAY)
        async for found in try_rule(self.store, rule, since, self.now, slice_=slice_):
            trial = found
        assert trial.done
        return trial


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_store(tmp_path / "hubbub.db") as store:
        made = Desk(store)
        await made.open()
        yield made


def reply_to(number: int) -> dict[str, object]:
    return {"parent_id": f"https://social.example/posts/{number}"}


async def test_a_rule_applies_to_what_comes_in_and_says_so(desk: Desk) -> None:
    made = await desk.rule("Invoices", tags=("billing",), assign=LEO, priority=2)
    row = await desk.say(1, "Lune, where is my invoice?")
    assert (row.tags, row.assignee, row.manual_priority) == (("billing",), LEO, 2)
    events = await desk.log(row.id)
    assert [(one.actor, one.verb) for one in events] == [
        ("hubbub", "tag"), ("hubbub", "assign"), ("hubbub", "priority"),
    ]  # fmt: skip
    assert all(one.after["rule"] == "Invoices" for one in events)
    assert await kept.rule_hits(desk.store, Micros(NOW - DAY)) == {made.id: 1}
    said = [one.template.format(**one.values) for one in row.reasons]
    assert said[-3:] == [
        "tag billing by rule Invoices", "assigned to Léo by rule Invoices",
        "importance 2 by rule Invoices",
    ]  # fmt: skip
    await perform(desk.store, "Ana", "untag", "conversation", [row.id], NOW, tags="billing")
    await perform(desk.store, "Ana", "take", "conversation", [row.id], NOW)
    row = await desk.row(row.id)
    assert [one.template for one in row.reasons if "rule" in one.template] == [
        "importance {number} by rule {rule}"
    ]


async def test_what_a_rule_does_not_catch_is_left_alone(desk: Desk) -> None:
    await desk.rule("Invoices", tags=("billing",))
    row = await desk.say(1, "Lune, where is my parcel?")
    assert row.tags == ()
    assert await desk.log(row.id) == []


async def test_a_later_message_is_looked_at_too_but_nothing_is_done_twice(desk: Desk) -> None:
    await desk.rule("Invoices", tags=("billing",))
    row = await desk.say(1, "Lune, where is my parcel?")
    row = await desk.say(2, "And my invoice, Lune, is wrong?", **reply_to(1))
    assert row.tags == ("billing",)
    await perform(desk.store, "Ana", "untag", "conversation", [row.id], NOW, tags="billing")
    again = await desk.say(3, "The invoice, please, Lune?", **reply_to(1))
    assert again.id == row.id
    assert again.tags == ()
    assert len(await desk.log(row.id)) == 1


async def test_what_a_person_decided_first_stays(desk: Desk) -> None:
    row = await desk.say(1, "Lune, where is my parcel?")
    await perform(desk.store, "Ana", "take", "conversation", [row.id], NOW)
    await desk.rule("Invoices", tags=("billing",), assign=LEO)
    row = await desk.say(2, "And my invoice, Lune, is wrong?", **reply_to(1))
    assert (row.assignee, row.tags) == ("Ana", ("billing",))


async def test_an_ignored_conversation_stays_out_of_the_way(desk: Desk) -> None:
    await desk.rule("Invoices", ignore=True)
    row = await desk.say(1, "Lune, where is my invoice?")
    assert row.state is ConversationState.IGNORED


async def test_a_risk_is_not_ignored(desk: Desk) -> None:
    await desk.rule("Invoices", ignore=True)
    row = await desk.say(1, "Lune, your invoice is a fraud, my lawyer will sue you.")
    assert row.tier == 1
    assert row.state is ConversationState.OPEN


async def test_what_asks_for_nothing_can_be_put_into_the_queue(desk: Desk) -> None:
    await desk.rule("Invoices", promote=True)
    row = await desk.say(1, "Lune sends an invoice.")
    assert row.needs_reply
    assert row.id in await reads.queue_ids(desk.store, QueueFilter())


async def test_a_template_is_suggested_only_while_it_is_there(desk: Desk) -> None:
    await desk.rule("Invoices", template=41, tags=("billing",))
    row = await desk.say(1, "Lune, where is my invoice?")
    assert row.tags == ("billing",)
    assert [one.verb for one in await desk.log(row.id)] == ["tag"]


async def test_a_suggested_template_is_kept_on_the_conversation_and_can_be_taken_back(
    desk: Desk,
) -> None:
    made = Template(name=clean_line("Refund"), text=clean("Hello {name}"))
    refund = await add_template(desk.store, "Ana", made, NOW)

    async def suggested(number: int) -> int | None:
        found = await kept.conversations_with_past(desk.store, [number])
        return found[0][0].template_id

    rule = await desk.rule("Invoices", template=refund.id)
    row = await desk.say(1, "Lune, where is my invoice?")
    assert await suggested(row.id) == refund.id
    assert [one.verb for one in await desk.log(row.id)] == ["template"]
    await switch_rule(desk.store, "Ana", rule.id, False, NOW)
    other = await desk.say(2, "Lune, where is my other invoice?")
    assert await suggested(other.id) is None
    await switch_rule(desk.store, "Ana", rule.id, True, NOW)
    assert (await apply_now(desk.store, "Ana", rule, [other.id], NOW)).done == 1
    assert await suggested(other.id) == refund.id
    assert (await undo(desk.store, "Ana", NOW)).done == 1
    assert await suggested(other.id) is None
    await remove_template(desk.store, "Ana", refund.id, NOW)
    third = await desk.say(3, "Lune, where is my third invoice?")
    assert await suggested(third.id) is None


async def test_rules_changed_elsewhere_hold_from_the_next_message_on(desk: Desk) -> None:
    made = await desk.rule("Invoices", tags=("billing",))
    await desk.say(1, "Lune, where is my first invoice?")
    await switch_rule(desk.store, "Ana", made.id, False, desk.now)
    row = await desk.say(2, "Lune, where is my second invoice?")
    assert row.tags == ()
    changed = replace(made, enabled=True, effects=Effects(tags=("money",)))
    await keep_rule(desk.store, "Ana", changed, desk.now)
    row = await desk.say(3, "Lune, where is my third invoice?")
    assert row.tags == ("money",)


# --- what people do to rules ---------------------------------------------------------------------


async def names(store: Store) -> list[tuple[str, bool]]:
    return [(one.name, one.enabled) for one in await kept.rules(store)]


async def test_every_change_of_a_rule_is_taken_back_and_done_again(desk: Desk) -> None:
    store, states = desk.store, [await names(desk.store)]
    first = await desk.rule("A", tags=("a",))
    states.append(await names(store))
    await desk.rule("B", tags=("b",))
    states.append(await names(store))
    await move_rule(store, "Ana", first.id, 1, NOW)
    states.append(await names(store))
    await switch_rule(store, "Ana", first.id, False, NOW)
    states.append(await names(store))
    await keep_rule(store, "Ana", replace(first, name="C", enabled=False), NOW)
    states.append(await names(store))
    await remove_rule(store, "Ana", first.id, NOW)
    states.append(await names(store))
    assert states[3] == [("B", True), ("A", True)]
    assert states[-1] == [("B", True)]
    for before in reversed(states[:-1]):
        assert (await undo(store, "Ana", NOW)).done
        assert await names(store) == before
    for after in states[1:]:
        assert (await redo(store, "Ana", NOW)).done
        assert await names(store) == after


async def test_a_rule_that_cannot_be_kept_is_not(desk: Desk) -> None:
    with pytest.raises(RuleError):
        await keep_rule(desk.store, "Ana", Rule(name="A"), NOW)
    assert await names(desk.store) == []


async def test_what_is_gone_or_so_already_is_said(desk: Desk) -> None:
    made = await desk.rule("A", tags=("a",))
    assert not (await switch_rule(desk.store, "Ana", made.id, True, NOW)).done
    assert not (await move_rule(desk.store, "Ana", made.id, -1, NOW)).done
    assert not (await remove_rule(desk.store, "Ana", 99, NOW)).done


# --- tried before it is kept ---------------------------------------------------------------------


async def test_a_rule_is_tried_by_the_engine_that_applies_it(desk: Desk) -> None:
    for number in range(1, 6):
        await desk.say(number, f"Lune, where is my {number}th invoice?")
    await desk.say(6, "Lune, where is my parcel?")
    await desk.say(7, "Lune, my invoice number 1 again?", **reply_to(1))
    wanted = Rule(
        name="Invoices",
        conditions=Conditions(query="invoice", langs=("en",)),
        effects=Effects(tags=("billing",), assign=LEO),
    )
    for slice_ in (1, 2, 500):
        trial = await desk.tried(wanted, slice_)
        assert (trial.looked, trial.mentions, trial.conversations) == (7, 6, 5)
        assert trial.effects == {"tag": 5, "assign": 5}
        assert len(trial.sample) == 6
        assert len(trial.open) == 5
    assert [row.tags for row in (await reads.conversations(desk.store, [1, 2])).values()] == [
        (),
        (),
    ]


async def test_what_is_so_already_counts_as_caught_but_not_as_changed(desk: Desk) -> None:
    row = await desk.say(1, "Lune, where is my invoice?")
    await perform(desk.store, "Ana", "tag", "conversation", [row.id], NOW, tags="billing")
    wanted = Rule(name="I", conditions=Conditions(), effects=Effects(tags=("billing",)))
    trial = await desk.tried(wanted)
    assert (trial.conversations, trial.effects, trial.open) == (1, {"tag": 0}, ())


async def test_a_trial_keeps_to_brand_network_label_and_time(desk: Desk) -> None:
    await desk.say(1, "Lune, where is my invoice?")
    effects = Effects(tags=("x",))
    for conditions, caught in (
        (Conditions(networks=("bluesky",)), 0),
        (Conditions(networks=("mastodon",)), 1),
        (Conditions(labels=(Label.POSITIVE,)), 0),
        (Conditions(brand="Lune"), 1),
        (Conditions(roles=("journalist",)), 0),
    ):
        trial = await desk.tried(Rule(name="I", conditions=conditions, effects=effects))
        assert trial.conversations == caught
    desk.now = Micros(NOW + 40 * DAY)
    assert (await desk.tried(Rule(name="I", effects=effects))).looked == 0


async def test_applying_now_is_one_step_and_one_undo(desk: Desk) -> None:
    for number in range(1, 4):
        await desk.say(number, f"Lune, where is my {number}th invoice?")
    made = await desk.rule("Invoices", tags=("billing",), assign=LEO)
    before = await reads.conversations(desk.store, [1, 2, 3])
    trial = await desk.tried(made)
    outcome = await apply_now(desk.store, "Ana", made, trial.open, NOW)
    assert outcome.done == 3
    after = await reads.conversations(desk.store, [1, 2, 3])
    assert {(row.assignee, row.tags) for row in after.values()} == {(LEO, ("billing",))}
    assert (await undo(desk.store, "Ana", NOW)).done == 3
    back = await reads.conversations(desk.store, [1, 2, 3])
    assert [(one.assignee, one.tags) for one in back.values()] == [
        (one.assignee, one.tags) for one in before.values()
    ]
    row = await desk.say(9, "The invoice, please, Lune?", **reply_to(1))
    assert (row.id, row.tags) == (1, ())
    assert not (await apply_now(desk.store, "Ana", made, [1, 2, 3], NOW)).done
