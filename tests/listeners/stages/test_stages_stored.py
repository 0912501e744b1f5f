"""Stages in the store: found from real rows, kept up to date, the same whatever came first."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from listeners.actions import perform, redo, set_mood, undo
from listeners.actions.people import set_role, tag_people
from listeners.actions.people_joining import merge_persons
from listeners.actions.stages import return_to_rules, set_stage
from listeners.clock import from_iso
from listeners.config import BrandConfig, Config
from listeners.conversations.conversation import Conversation
from listeners.model import DAY, Author, ConversationState, Label, Micros, Part
from listeners.planning.calendar import week_of
from listeners.stages.facts import STAGES, StageRules
from listeners.staging import find_stages
from listeners.store import Connection, Store, ingest, open_store, stage_news, staging
from listeners.store.connection import Row
from listeners.store.outbox import SENT
from listeners.store.records import NewMention, SeenAccount
from listeners.store.retention import forget_old
from listeners.store.stage_people import last_words, placed
from listeners.store.stages import (
    Funnel,
    funnel,
    incomplete,
    moves_of,
    restage,
    standing_of,
    stuck,
)
from tests.listeners.store.builders import BRAND, NETWORK, NOW, OTHER, World, furnish

CONFIG = Config(
    brands=(
        BrandConfig(
            name=BRAND,
            handles={"mastodon": ("@us@x.example",)},
            websites=("acme.example",),
        ),
        BrandConfig(name=OTHER, competitor=True),
    ),
    member="Ana",
)


def ago(days: float) -> Micros:
    return Micros(NOW - round(days * DAY))


@dataclass
class Scene:
    """A world, and the stages in it."""

    world: World
    now: Micros = NOW
    config: Config = CONFIG

    @property
    def store(self) -> Store:
        return self.world.store

    async def said(self, days: float, author: str = "ana", **more: Any) -> int:
        values = {"label": Label.NEUTRAL, **more}
        [number] = await self.world.add([self.world.mention(author=author, at=ago(days), **values)])
        return number

    async def ours(self, days: float, talk: int, **more: object) -> int:
        return await self.said(days, "us", part=Part.OURS, conversation_id=talk, **more)

    async def talk(self, root: str, **more: Any) -> int:
        return (await self.world.converse(root, **more)).id

    async def find(self) -> int:
        return await find_stages(self.store, self.config, lambda: self.now, pause=0)

    async def person(self, author: str = "ana") -> int:
        [row] = await self.store.fetch(
            "SELECT person_id FROM account WHERE id = ?", (self.world.accounts[author],)
        )
        return int(row["person_id"])

    async def line(self, author: str = "ana") -> list[tuple[str, str, Micros]]:
        person = await self.person(author)
        return [(one.was, one.stage, one.at) for one in await moves_of(self.store, person)]

    async def stage(self, author: str = "ana") -> str:
        person = await self.person(author)
        rows = await self.store.read(lambda c: standing_of(c, [person]))
        return rows[person][0].stage if person in rows else ""

    async def sql(self, statement: str, *parameters: object) -> None:
        await self.store.write(lambda c: c.fetch(statement, parameters))


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_store(tmp_path / "hubbub.db") as store:
        world = await furnish(store)

        async def ours(connection: Connection) -> None:
            await connection.fetch(
                "UPDATE account SET ours = 1 WHERE id = ?", (world.accounts["us"],)
            )

        await store.write(ours)
        yield Scene(world)


# --- what is read of the rows ----------------------------------------------------------------


async def test_a_first_mention_connects_and_an_exchange_convinces(scene: Scene) -> None:
    talk = await scene.talk("one")
    await scene.said(3, conversation_id=talk)
    await scene.find()
    assert await scene.line() == [("", "connect", ago(3))]
    await scene.ours(2.9, talk)
    await scene.said(2.8, conversation_id=talk)
    await scene.find()
    assert await scene.line() == [
        ("", "connect", ago(3)),
        ("connect", "convince", ago(2.8)),
    ]


async def test_our_answer_to_somebody_else_convinces_nobody(scene: Scene) -> None:
    talk = await scene.talk("one")
    await scene.said(3, conversation_id=talk, native_id="9001")
    await scene.said(2.95, "bob", conversation_id=talk, native_id="9002")
    await scene.ours(2.9, talk, parent_id="9001")
    await scene.said(2.8, "bob", conversation_id=talk)
    await scene.said(2.7, conversation_id=talk)
    await scene.find()
    assert await scene.stage("bob") == "connect"
    assert await scene.stage("ana") == "convince"


async def test_without_a_parent_we_answered_whoever_spoke_last(scene: Scene) -> None:
    talk = await scene.talk("one")
    await scene.said(3, conversation_id=talk)
    await scene.said(2.95, "bob", conversation_id=talk)
    await scene.ours(2.9, talk)
    await scene.said(2.8, conversation_id=talk)
    await scene.said(2.7, "bob", conversation_id=talk)
    await scene.find()
    assert (await scene.stage("ana"), await scene.stage("bob")) == ("connect", "convince")


async def test_a_reply_sent_from_here_and_an_answer_elsewhere_count(scene: Scene) -> None:
    sent, told = await scene.talk("one"), await scene.talk("two")
    await scene.said(3, conversation_id=sent, native_id="9001")
    await scene.said(3, "bob", conversation_id=told)
    await scene.sql(
        """INSERT INTO outbox (conversation_id, source, network, in_reply_to, text,
               idempotency_key, state, author, created_at, sent_at)
           VALUES (?, '', 'mastodon', '9001', 'hi', 'k', ?, 'Ana', ?, ?)""",
        sent, SENT, ago(2.9), ago(2.9),
    )  # fmt: skip
    await perform(scene.store, "Ana", "answered", "conversation", [told], ago(2.9))
    await scene.said(2.8, conversation_id=sent)
    await scene.said(2.8, "bob", conversation_id=told)
    await scene.find()
    assert (await scene.stage("ana"), await scene.stage("bob")) == ("convince", "convince")
    await undo(scene.store, "Ana", NOW)
    await scene.find()
    assert (await scene.stage("ana"), await scene.stage("bob")) == ("convince", "connect")


async def test_an_answer_to_our_reply_convinces_and_one_to_our_post_does_not(scene: Scene) -> None:
    talk = await scene.talk("one")
    await scene.ours(3, talk, native_id="9001")
    await scene.ours(2.9, talk, native_id="9002", parent_id="9001")
    await scene.said(2, conversation_id=talk, parent_id="9001")
    await scene.said(2, "bob", conversation_id=talk, parent_id="9002")
    await scene.find()
    assert (await scene.stage("ana"), await scene.stage("bob")) == ("connect", "convince")


@pytest.mark.parametrize(
    ("more", "stage"),
    [
        ({"links": ("https://www.acme.example/spring",)}, "convince"),
        ({"links": ("https://acme.example.org/spring",)}, "connect"),
        ({"links": ("https://x.example/@us/113",)}, "convince"),
        ({"links": ("https://news.example/us/113",)}, "connect"),
        ({"links": ("https://acme.example/down",), "label": Label.NEGATIVE}, "connect"),
        ({"links": ("https://acme.example/help",), "asks": True}, "connect"),
        ({"repost": True, "url": "https://x.example/@us/113"}, "convince"),
        ({"repost": True, "url": "https://x.example/@bob/113"}, ""),
        ({"repost": True, "text": "RT @us: look"}, "convince"),
        ({"part": Part.THIRD_PARTY}, "connect"),
        ({"label": Label.UNSCORED}, "connect"),
    ],
)
async def test_what_shares_our_content(scene: Scene, more: dict[str, Any], stage: str) -> None:
    await scene.said(1, **more)
    await scene.find()
    assert await scene.stage() == stage


async def test_what_is_only_overheard_is_no_mention(scene: Scene) -> None:
    overheard = '[{"say":"part of a conversation we follow","with":{}}]'
    number = await scene.said(1, part=Part.THIRD_PARTY)
    await scene.sql("UPDATE mention SET reasons = ? WHERE id = ?", overheard, number)
    await scene.find()
    assert await scene.stage() == ""


async def test_a_wish_to_buy_that_was_answered_and_resolved_converts(scene: Scene) -> None:
    talk = await scene.talk("one")
    await scene.said(3, conversation_id=talk, text="Where can I buy one?")
    await scene.ours(2.9, talk)
    await scene.find()
    assert await scene.stage() == "connect"
    await perform(scene.store, "Ana", "resolve", "conversation", [talk], ago(1))
    await scene.find()
    assert await scene.line() == [("", "connect", ago(3)), ("connect", "convert", ago(1))]
    await undo(scene.store, "Ana", NOW)
    await scene.find()
    assert await scene.stage() == "connect"
    await redo(scene.store, "Ana", NOW)
    await scene.find()
    assert await scene.stage() == "convert"


async def test_a_wish_to_buy_and_thanks_convert(scene: Scene) -> None:
    talk = await scene.talk("one")
    await scene.said(3, conversation_id=talk, text="Where can I buy one?")
    await scene.ours(2.9, talk)
    await scene.said(2, conversation_id=talk, text="Merci, parfait !", label=Label.POSITIVE)
    await scene.find()
    assert await scene.line() == [("", "connect", ago(3)), ("connect", "convert", ago(2))]


async def test_what_closed_by_itself_is_no_purchase(scene: Scene) -> None:
    talk = await scene.talk("one", state=ConversationState.RESOLVED)
    await scene.said(3, conversation_id=talk, text="Where can I buy one?")
    await scene.ours(2.9, talk)
    await scene.find()
    assert await scene.stage() == "connect"


async def test_a_tag_on_their_conversation_says_customer_from_then_on(scene: Scene) -> None:
    talk = await scene.talk("one")
    await scene.said(3, conversation_id=talk)
    await scene.said(2.5, "bob", conversation_id=talk, part=Part.THIRD_PARTY)
    await scene.find()
    await perform(scene.store, "Ana", "tag", "conversation", [talk], ago(1), tags=["Customer"])
    await scene.find()
    assert await scene.line() == [("", "connect", ago(3)), ("connect", "convert", ago(1))]
    assert await scene.stage("bob") == "connect"


async def test_role_and_tag_of_the_person_say_customer(scene: Scene) -> None:
    await scene.said(3)
    await scene.said(3, "bob")
    ana, bob = await scene.person("ana"), await scene.person("bob")
    await scene.sql("UPDATE person SET role = 'customer' WHERE id = ?", ana)
    await scene.sql("INSERT INTO person_tag VALUES (?, 'client')", bob)
    await scene.find()
    assert (await scene.stage("ana"), await scene.stage("bob")) == ("convert", "convert")


@pytest.mark.parametrize("role", ["staff", "competitor"])
async def test_staff_and_competitors_have_no_stage(scene: Scene, role: str) -> None:
    await scene.said(3)
    await scene.find()
    assert await scene.stage() == "connect"
    person = await scene.person()
    await scene.sql("UPDATE person SET role = ? WHERE id = ?", role, person)
    await scene.store.write(lambda c: restage(c, [person], NOW))
    assert await scene.stage() == ""
    assert await scene.line() == []


async def test_our_accounts_programs_and_competitors_brands_have_no_stages(scene: Scene) -> None:
    await scene.said(3, "us")
    await scene.said(3, brand_id=scene.world.brands[OTHER])
    await scene.said(3, "bob")
    await scene.sql("UPDATE account SET automated = 1 WHERE id = ?", scene.world.accounts["bob"])
    await scene.find()
    assert [await scene.stage(one) for one in ("us", "ana", "bob")] == ["", "", ""]


# --- kept up to date -------------------------------------------------------------------------


async def test_where_nothing_is_new_nothing_is_written(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await scene.said(3)
    assert await scene.find() == 3
    written: list[object] = []
    write = Store.write

    async def counting(store: Store, work: Any, **more: bool) -> Any:
        written.append(work)
        return await write(store, work, **more)

    monkeypatch.setattr(Store, "write", counting)
    assert await scene.find() == 0
    assert written == []
    await scene.said(2)
    assert await scene.find() == 1
    assert written


async def test_a_deleted_mention_leaves(scene: Scene) -> None:
    numbers = [await scene.said(days, label=Label.POSITIVE) for days in (9, 8, 7)]
    await scene.find()
    assert await scene.stage() == "convert"
    scene.now = Micros(NOW + DAY)

    async def gone(connection: Connection) -> None:
        known = await ingest.known_of_ids(connection, numbers[2:])
        await ingest.delete_mentions(connection, known, scene.now)

    await scene.store.write(gone)
    await scene.find()
    assert await scene.stage() == "convince"


async def test_whoever_deletes_everything_has_no_stage(scene: Scene) -> None:
    number = await scene.said(9)
    await scene.find()
    scene.now = Micros(NOW + DAY)

    async def gone(connection: Connection) -> None:
        known = await ingest.known_of_ids(connection, [number])
        await ingest.delete_mentions(connection, known, scene.now)

    await scene.store.write(gone)
    await scene.find()
    assert (await scene.stage(), await scene.line()) == ("", [])


async def test_a_corrected_verdict_counts(scene: Scene) -> None:
    numbers = [await scene.said(days, label=Label.POSITIVE) for days in (9, 8, 7)]
    await scene.find()
    await set_mood(scene.store, "Ana", "negative", "mention", numbers[:1], NOW)
    await scene.find()
    assert await scene.stage() == "convince"
    await undo(scene.store, "Ana", NOW)
    await scene.find()
    assert await scene.stage() == "convert"


async def test_the_past_read_later_moves_the_first_mention(scene: Scene) -> None:
    await scene.said(3)
    await scene.find()
    await scene.said(40, history=True)
    await scene.find()
    assert await scene.line() == [("", "connect", ago(40)), ("connect", "convince", ago(3))]


async def test_other_thresholds_are_a_sweep_over_everybody(scene: Scene) -> None:
    await scene.said(9)
    await scene.said(3)
    await scene.find()
    assert await scene.stage() == "convince"
    [brand, other] = CONFIG.brands
    scene.config = replace(CONFIG, brands=(replace(brand, stages=StageRules(return_days=2)), other))
    await scene.find()
    assert await scene.stage() == "connect"


async def test_a_sweep_is_told_until_it_is_done_and_goes_on_where_it_was(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await incomplete(scene.store)
    monkeypatch.setattr(stage_news, "SWEPT_AT_ONCE", 1)
    for author in ("ana", "bob"):
        await scene.said(3, author)
    for _ in range(2):
        await find_stages(scene.store, CONFIG, lambda: NOW, slices=1, pause=0)
        assert await incomplete(scene.store)
    await scene.find()
    assert not await incomplete(scene.store)
    assert (await scene.stage("ana"), await scene.stage("bob")) == ("connect", "connect")
    # Many mentions at once are told too: an import.
    monkeypatch.setattr(stage_news, "AT_ONCE", 2)
    for _ in range(3):
        await scene.said(1)
    assert await incomplete(scene.store)
    await find_stages(scene.store, CONFIG, lambda: NOW, slices=1, pause=0)
    assert not await incomplete(scene.store)


async def test_what_is_too_old_to_be_kept_takes_no_stage_away(scene: Scene) -> None:
    scene.config = replace(CONFIG, retention_days=30)
    for days in (40, 39, 38, 1):
        await scene.said(days, label=Label.POSITIVE)
    await scene.find()
    line = await scene.line()
    assert line[-1][1] == "convert"
    await forget_old(scene.store, ago(30), NOW, pause=0)
    await scene.said(0.5)
    await scene.find()
    assert await scene.line() == line
    [standing] = await scene.store.fetch("SELECT * FROM standing")
    assert (standing["mentions"], standing["first_at"]) == (2, ago(40))


async def test_what_rests_on_mentions_too_old_to_be_kept_stays_true(scene: Scene) -> None:
    scene.config = replace(CONFIG, retention_days=30)
    for days in (40, 39, 20):
        await scene.said(days, label=Label.POSITIVE)
    await scene.find()
    line = await scene.line()
    assert line[-1] == ("convince", "convert", ago(20))
    await forget_old(scene.store, ago(30), NOW, pause=0)
    await scene.said(0.5)
    await scene.find()
    assert await scene.line() == line


async def test_words_taken_by_a_networks_terms_take_no_stage_away(scene: Scene) -> None:
    number = await scene.said(3, links=("https://acme.example/a",))
    await scene.find()
    assert await scene.stage() == "convince"
    await scene.sql("UPDATE mention SET links = '[]', withheld_at = ? WHERE id = ?", NOW, number)
    person = await scene.person()
    await scene.store.write(lambda c: restage(c, [person], NOW))
    assert await scene.stage() == "convince"


# --- the order of arrival --------------------------------------------------------------------


async def _told(folder: Path, order: Iterable[int], *, each: bool) -> list[tuple[object, ...]]:
    """The moves that a fixed history comes to when it is heard in this order."""
    async with open_store(folder / "hubbub.db") as store:
        scene = Scene(await furnish(store))
        await scene.sql("UPDATE account SET ours = 1 WHERE id = ?", scene.world.accounts["us"])
        talk = await scene.talk("one")
        told: list[NewMention] = [
            scene.world.mention(
                "Where can I buy one?", at=ago(20), label=Label.NEUTRAL, native_id="9001",
                conversation_id=talk,
            ),
            scene.world.mention(
                "Here", author="us", at=ago(19), part=Part.OURS, native_id="9002",
                parent_id="9001", conversation_id=talk,
            ),
            scene.world.mention("thanks, great", at=ago(18), native_id="9003",
                                conversation_id=talk),
            scene.world.mention("lovely", author="bob", at=ago(9), native_id="9004"),
            scene.world.mention("lovely", author="bob", at=ago(4), native_id="9005"),
        ]  # fmt: skip
        for place in order:
            await scene.world.add([told[place]])
            if each:
                await scene.find()
        await scene.find()
        rows = await store.fetch(
            """SELECT s.person_id, s.at, s.stage, s.was, s.reason, m.native_id
               FROM stage_move s LEFT JOIN mention m ON m.id = s.mention_id
               ORDER BY s.person_id, s.at, s.stage"""
        )
        return [tuple(row) for row in rows]


async def test_stages_are_the_same_in_whatever_order_and_steps_they_are_found(
    tmp_path: Path,
) -> None:
    orders = [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (1, 4, 0, 2, 3)]
    found = []
    for place, order in enumerate(orders):
        folder = tmp_path / str(place)
        folder.mkdir()
        found.append(await _told(folder, order, each=place > 0))
    assert found[0] == found[1] == found[2]
    assert [(row[0], row[2]) for row in found[0]] == [
        (1, "connect"), (1, "convert"), (2, "connect"), (2, "convince"),
    ]  # fmt: skip


# --- persons of several accounts -------------------------------------------------------------


async def _join(scene: Scene, into: int, gone: int) -> None:
    async def work(connection: Connection) -> None:
        await connection.fetch("UPDATE account SET person_id = ? WHERE person_id = ?", (into, gone))
        await connection.fetch("UPDATE person SET merged_into = ? WHERE id = ?", (into, gone))
        await restage(connection, [into, gone], NOW)

    await scene.store.write(work)


async def test_two_accounts_of_one_person_are_one_history(scene: Scene) -> None:
    await scene.said(9)
    await scene.said(3, "bob")
    await scene.find()
    ana, bob = await scene.person("ana"), await scene.person("bob")
    await _join(scene, ana, bob)
    assert await scene.line() == [("", "connect", ago(9)), ("connect", "convince", ago(3))]
    assert [row["person_id"] for row in await scene.store.fetch("SELECT * FROM standing")] == [ana]

    async def apart(connection: Connection) -> None:
        await connection.fetch(
            "UPDATE account SET person_id = ? WHERE id = ?", (bob, scene.world.accounts["bob"])
        )
        await connection.fetch("UPDATE person SET merged_into = NULL WHERE id = ?", (bob,))
        await restage(connection, [ana, bob], NOW)

    await scene.store.write(apart)
    assert (await scene.stage("ana"), await scene.stage("bob")) == ("connect", "connect")


async def test_what_was_set_by_hand_goes_with_a_person_who_is_merged(scene: Scene) -> None:
    await scene.said(9)
    await scene.said(3, "bob")
    await scene.find()
    ana, bob = await scene.person("ana"), await scene.person("bob")
    await set_stage(scene.store, CONFIG, "Ana", [bob], BRAND, "convert", NOW)
    await _join(scene, ana, bob)
    assert await scene.stage("ana") == "convert"
    await undo(scene.store, "Ana", NOW)
    assert await scene.stage("ana") == "convince"


async def test_what_is_done_to_people_is_found_by_its_line_in_the_log(scene: Scene) -> None:
    await scene.said(9)
    await scene.said(3, "bob")
    await scene.find()
    ana, bob = await scene.person("ana"), await scene.person("bob")
    seen = [await _both(scene)]
    for step in (
        set_role(scene.store, CONFIG, "Ana", [bob], "customer", ago(2)),
        tag_people(scene.store, CONFIG, "Ana", [ana], ["Client"], ago(1)),
        set_role(scene.store, CONFIG, "Ana", [bob], "staff", ago(0.5)),
        merge_persons(scene.store, CONFIG, "Ana", [ana, bob], ago(0.4)),
    ):
        assert (await step).done
        await scene.find()
        seen.append(await _both(scene))
    assert seen == [
        ("connect", "connect"), ("connect", "convert"), ("convert", "convert"), ("convert", ""),
        ("", ""),
    ]  # fmt: skip
    assert not await scene.store.fetch("SELECT * FROM standing")
    for wanted in reversed(seen[:-1]):
        assert (await undo(scene.store, "Ana", NOW)).done
        await scene.find()
        assert await _both(scene) == wanted
    for _ in range(2):
        assert (await redo(scene.store, "Ana", NOW)).done
    await scene.find()
    assert await scene.line() == [("", "connect", ago(9)), ("connect", "convert", ago(1))]
    assert await scene.line("bob") == [("", "connect", ago(3)), ("connect", "convert", ago(2))]


# --- by hand ---------------------------------------------------------------------------------


async def test_set_by_hand_rules_leave_it_until_it_is_given_back(scene: Scene) -> None:
    await scene.said(9)
    await scene.find()
    person = await scene.person()
    outcome = await set_stage(scene.store, CONFIG, "Ana", [person], BRAND, "convert", ago(5))
    assert outcome.done == 1
    await scene.said(3)
    await scene.find()
    assert await scene.line() == [("", "connect", ago(9)), ("connect", "convert", ago(5))]
    again = await set_stage(scene.store, CONFIG, "Ana", [person], BRAND, "convert", NOW)
    assert again.done == 0
    by_hand = await funnel(scene.store, BRAND, ago(60), NOW, zone=UTC)
    assert ("connect", "convert") in {(flow.was, flow.stage) for flow in by_hand.flows}
    back = await return_to_rules(scene.store, CONFIG, "Ana", [person], BRAND, NOW)
    assert back.done == 1
    ruled = await funnel(scene.store, BRAND, ago(60), NOW, zone=UTC)
    assert {(flow.was, flow.stage) for flow in ruled.flows} == {
        ("", "connect"), ("connect", "convince"),
    }  # fmt: skip
    assert await scene.line() == [("", "connect", ago(9)), ("connect", "convince", ago(3))]


async def test_every_step_by_hand_is_undone_and_done_again(scene: Scene) -> None:
    for author in ("ana", "bob"):
        await scene.said(9, author)
    await scene.find()
    both = [await scene.person("ana"), await scene.person("bob")]
    stages = [await _both(scene)]
    await set_stage(scene.store, CONFIG, "Ana", both, BRAND, "convert", ago(5))
    stages.append(await _both(scene))
    await set_stage(scene.store, CONFIG, "Ana", both[:1], BRAND, "connect", ago(4))
    stages.append(await _both(scene))
    await return_to_rules(scene.store, CONFIG, "Ana", both, BRAND, ago(3))
    stages.append(await _both(scene))
    assert stages == [
        ("connect", "connect"), ("convert", "convert"), ("connect", "convert"),
        ("connect", "connect"),
    ]  # fmt: skip
    for wanted in reversed(stages[:-1]):
        assert (await undo(scene.store, "Ana", NOW)).done
        assert await _both(scene) == wanted
    for wanted in stages[1:]:
        assert (await redo(scene.store, "Ana", NOW)).done
        assert await _both(scene) == wanted


async def _both(scene: Scene) -> tuple[str, str]:
    return await scene.stage("ana"), await scene.stage("bob")


async def test_undo_leaves_what_a_colleague_set_since(scene: Scene) -> None:
    await scene.said(9)
    await scene.find()
    person = await scene.person()
    await set_stage(scene.store, CONFIG, "Ana", [person], BRAND, "convert", ago(5))
    await set_stage(scene.store, CONFIG, "Léo", [person], BRAND, "connect", ago(4))
    outcome = await undo(scene.store, "Ana", NOW)
    assert (outcome.done, await scene.stage()) == (0, "connect")
    assert outcome.sentence.values == {"name": "Léo"}


async def test_who_has_no_stage_cannot_be_given_one(scene: Scene) -> None:
    us = await scene.person("us")
    for brand, person in ((BRAND, us), (BRAND, 4711), (OTHER, await scene.person("ana"))):
        outcome = await set_stage(scene.store, CONFIG, "Ana", [person], brand, "convert", NOW)
        assert outcome.done == 0
        assert outcome.refused
    watching = replace(CONFIG, members=("Ana",), observers=("Ana",))
    outcome = await set_stage(
        scene.store, watching, "Ana", [await scene.person("ana")], BRAND, "convert", NOW
    )
    assert outcome.done == 0
    assert not await scene.store.fetch("SELECT * FROM stage_move")


async def test_somebody_not_heard_of_this_brand_can_be_placed_by_hand(scene: Scene) -> None:
    await scene.find()
    person = await scene.person()
    await set_stage(scene.store, CONFIG, "Ana", [person], BRAND, "convince", ago(2))
    await scene.said(1)
    await scene.find()
    assert await scene.line() == [("", "convince", ago(2))]


# --- figures ---------------------------------------------------------------------------------


async def test_funnel_and_flows_are_what_plain_sql_says(scene: Scene) -> None:
    people = [f"p{number}" for number in range(12)]

    async def work(connection: Connection) -> None:
        scene.world.accounts |= {
            key: id_
            for (_, key), id_ in (
                await ingest.upsert_accounts(
                    connection, [SeenAccount(NETWORK, Author(key=one)) for one in people], NOW
                )
            ).items()
        }

    await scene.store.write(work)
    for number, name in enumerate(people):
        for mention in range(number % 4 + 1):
            good = Label.POSITIVE if number % 3 else Label.NEGATIVE
            await scene.said(50 - 4 * number + 1.1 * mention, name, label=good)
    await scene.find()
    found = await funnel(scene.store, BRAND, ago(60), NOW, zone=UTC)

    # The same from the mentions alone, by SQL: days of UTC, thresholds of the defaults.
    days = await scene.store.fetch(
        """SELECT account_id, count(DISTINCT sort_at / 86400000000) AS days,
                  count(DISTINCT CASE label WHEN 2 THEN sort_at / 86400000000 END) AS good
           FROM mention GROUP BY account_id"""
    )
    wanted: dict[str, int] = dict.fromkeys(STAGES, 0)
    for row in days:
        stage = "convert" if row["good"] >= 3 else "convince" if row["days"] >= 2 else "connect"
        wanted[stage] += 1
    assert found.now == wanted
    assert found.people == len(people)
    weekly = await scene.store.fetch(
        """WITH first AS (SELECT account_id, min(sort_at) AS at FROM mention GROUP BY account_id)
           SELECT date(at / 1000000, 'unixepoch', '-6 days', 'weekday 1') AS monday, count(*) AS n
           FROM first GROUP BY 1 ORDER BY 1"""
    )
    new = {flow.week_start: flow.n for flow in found.flows if flow.was == ""}
    assert [new[week] for week in sorted(new)] == [row["n"] for row in weekly]
    further = wanted["convince"] + 2 * wanted["convert"]
    assert sum(flow.n for flow in found.flows if flow.was) == further


async def test_a_campaign_keeps_those_it_reached(scene: Scene) -> None:
    number = await scene.said(3)
    await scene.said(3, "bob")
    await scene.said(2, "bob")
    await scene.find()

    async def work(connection: Connection) -> int:
        [row] = await connection.fetch(
            """INSERT INTO campaign (brand_id, name, aim, from_at, to_at, changed_at)
               VALUES (?, 'Spring', 'amuse', 0, 0, 0) RETURNING id""",
            (scene.world.brands[BRAND],),
        )
        await connection.fetch(
            "INSERT INTO campaign_mention VALUES (?, ?, 'terms')", (row["id"], number)
        )
        return int(row["id"])

    campaign = await scene.store.write(work)
    whole = await funnel(scene.store, BRAND, ago(30), NOW, zone=UTC)
    some = await funnel(scene.store, "", ago(30), NOW, campaign=campaign, zone=UTC)
    assert (whole.people, some.now) == (2, {"connect": 1, "convince": 0, "convert": 0})
    assert [(flow.was, flow.stage, flow.n) for flow in some.flows] == [("", "connect", 1)]


def test_shares_of_a_funnel() -> None:
    assert Funnel({"connect": 6, "convince": 3, "convert": 1}).share("connect") == 0.4
    assert Funnel({"connect": 6, "convince": 3, "convert": 1}).share("convince") == 0.25
    assert Funnel({"connect": 6, "convince": 3, "convert": 1}).share("convert") is None
    assert Funnel({}).share("connect") is None


def test_weeks_begin_on_monday_where_the_reader_is() -> None:
    late = Micros(from_iso("2026-11-15T23:30:00Z"))  # a Sunday in UTC, Monday in Paris
    assert week_of(late, UTC) == from_iso("2026-11-09T00:00:00Z")
    paris = ZoneInfo("Europe/Paris")
    assert week_of(late, paris) == from_iso("2026-11-15T23:00:00Z")
    # Over the change of clocks a week is an hour longer.
    autumn = Micros(from_iso("2026-10-28T12:00:00Z"))
    assert week_of(autumn, paris) == from_iso("2026-10-25T23:00:00Z")
    assert week_of(autumn, paris, -1) == from_iso("2026-10-18T22:00:00Z")


async def test_who_is_worth_a_next_step(scene: Scene) -> None:
    talk = await scene.talk("one")
    for days in (3, 2.9):
        await scene.said(days, label=Label.POSITIVE, conversation_id=talk)
    for days in (50, 40):
        await scene.said(days, "bob", label=Label.POSITIVE)
    await scene.find()
    found = await stuck(scene.store, BRAND, NOW)
    assert [(one.handle, one.situation.stage) for one in found] == [
        ("ana@x.example", "connect"), ("bob@x.example", "convince"),
    ]  # fmt: skip
    await scene.ours(1, talk)
    await scene.find()
    assert [one.handle for one in await stuck(scene.store, BRAND, NOW)] == ["bob@x.example"]
    assert not await stuck(scene.store, BRAND, ago(15))
    await scene.sql("INSERT INTO mute (kind, value, at) VALUES ('account', 'mastodon:bob', ?)", NOW)
    assert not await stuck(scene.store, BRAND, NOW)


async def test_what_needs_no_answer_any_more_waits_for_none(scene: Scene) -> None:
    talk = await scene.talk("one")
    for days in (3, 2.9):
        await scene.said(days, conversation_id=talk, label=Label.POSITIVE, asks=True)

    async def waits() -> bool:
        await scene.find()
        [one] = await stuck(scene.store, BRAND, NOW)
        return one.situation.asked_at is not None

    assert await waits()
    await perform(scene.store, "Ana", "ignore", "conversation", [talk], ago(1))
    assert not await waits()
    await undo(scene.store, "Ana", NOW)
    assert await waits()


async def test_a_lost_thread_of_conversations_is_no_reason_to_fail(scene: Scene) -> None:
    assert isinstance(await scene.world.converse("empty"), Conversation)

    async def nobody(connection: Connection) -> None:
        await staging.restage(connection, [], NOW)
        await staging.restage(connection, [4711], NOW)

    await scene.store.write(nobody)
    assert await scene.find() == 3


BIG = {"mention", "account", "person", "standing", "stage_move", "conversation", "event", "edit",
       "outbox", "m", "a", "p", "s", "c", "e", "o", "t", "x", "k"}  # fmt: skip


async def test_every_question_walks_an_index(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = await scene.talk("one")
    for days in (9, 5, 3):
        await scene.said(days, conversation_id=talk, label=Label.POSITIVE)
        await scene.ours(days - 1, talk, parent_id="9001")
    steps: list[str] = []
    of_write, of_store = Connection.fetch, Store.fetch

    async def explaining(connection: Connection, sql: str, parameters: Any = ()) -> list[Row]:
        if sql.lstrip().startswith(("SELECT", "WITH")):
            steps.extend(
                f"{row['detail']} · {' '.join(sql.split())}"
                for row in await of_write(connection, f"EXPLAIN QUERY PLAN {sql}", parameters)
            )
        return await of_write(connection, sql, parameters)

    async def explaining_too(store: Store, sql: str, parameters: Any = ()) -> list[Row]:
        steps.extend(
            f"{row['detail']} · {' '.join(sql.split())}"
            for row in await of_store(store, f"EXPLAIN QUERY PLAN {sql}", parameters)
        )
        return await of_store(store, sql, parameters)

    monkeypatch.setattr(Connection, "fetch", explaining)
    monkeypatch.setattr(Store, "fetch", explaining_too)
    await scene.find()
    await scene.said(1, conversation_id=talk)
    await scene.find()
    person = await scene.person()
    await funnel(scene.store, BRAND, ago(60), NOW, zone=UTC)
    await funnel(scene.store, "", ago(60), NOW, campaign=1, zone=UTC)
    await stuck(scene.store, BRAND, NOW)
    for which in ("moved", "by hand"):
        await placed(scene.store, BRAND, which, campaign=1)
    await moves_of(scene.store, person)
    await last_words(scene.store, person, BRAND)
    await set_stage(scene.store, CONFIG, "Ana", [person], BRAND, "convert", NOW)
    assert len(steps) > 50
    scans = [
        step
        for step in steps
        if step.startswith("SCAN ") and step.split()[1] in BIG and "VIRTUAL TABLE" not in step
    ]
    assert scans == []
