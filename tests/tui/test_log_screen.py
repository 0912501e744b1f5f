"""The log on screen and as a command: sentences, filters, pages, jumps, and taking back a line."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from listeners import actions
from listeners.actions.words import KINDS
from listeners.model import DAY, Micros, SafeText
from listeners.rows import EventRow
from listeners.store import Store, reads, subjects
from listeners.store.connection import Connection
from listeners.store.reads.whole_log import LogFilter, log_ids
from tests.tui.driving import Driven, driven, listed, until
from tests.tui.seeded import NOW
from tui.i18n import use_language
from tui.log_choices import filter_choices
from tui.log_words import by_itself, said_of
from tui.screens.alert import AlertScreen
from tui.screens.conversation import ConversationScreen
from tui.screens.dashboard import Dashboard
from tui.screens.log import LogScreen


def event(verb: str, kind: str = "conversation", actor: str = "Marie", **after: object) -> EventRow:
    return EventRow(
        id=1,
        at=NOW,
        actor=SafeText(actor),
        verb=verb,
        subject_kind=kind,
        subject_id=1,
        before={},
        after=after,
        undone=False,
    )


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (event("resolve"), "Marie resolved it"),
        (event("assign", assignee="Léo"), "Marie gave it to Léo"),
        (event("tag", tags=["b", "a"]), "Marie put on the tag a, b"),
        (event("merge", merged_into=7), "Marie merged it into number 7"),
        (event("merge", messages=4), "Marie merged others into it"),
        (event("mute", muted="word:{to}"), "Marie muted the word “{to}”"),
        (event("undo", of="resolve", turned=3), "Marie took back: resolving"),
        (event("away", "member", member="Léo"), "Marie marked Léo as away"),
        (event("tag", actor="hubbub", rule="Bill", tags=["x"]), "the rule “Bill” put on the tag x"),
        (event("The snooze ended.", actor="hubbub"), "The snooze ended."),
        (event("unheard of {x}"), "Marie unheard of {x}"),
        (event("assign", actor="{to}", assignee="{who}"), "{to} gave it to {who}"),
    ],
)  # fmt: skip
def test_each_verb_has_a_sentence(one: EventRow, sentence: str) -> None:
    use_language("en")
    assert said_of(one) == sentence


def test_no_verb_is_shown_by_its_code() -> None:
    use_language("en")
    for kind, verbs in KINDS.items():
        for verb in verbs:
            if kind != "mention" or verb in ("mute", "unmute"):
                said = said_of(event(verb, kind, merged_into=2))
                assert said != f"Marie {verb}", (kind, verb)
    assert by_itself("a {b} c") == "a {b} c"


def said(one: Driven) -> str:
    message = one.screen.keys.said
    return message.text if message is not None else ""


async def test_the_log_is_read_filtered_and_left(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("e", "j", "E", "2")
        await one.press("a", "1", "L")
        assert isinstance(one.screen, LogScreen)
        frame = one.frame()
        assert "Ana acknowledged the alert" in frame
        assert "Ana resolved it" in frame
        assert "state open → resolved" in frame
        whole = len(listed(one.screen))
        await one.press("V")
        assert len(listed(one.screen)) == 3
        await one.press("f", *"resolvi", "enter")
        assert len(listed(one.screen)) == 1
        await one.press("F")
        assert len(listed(one.screen)) == whole
        await one.press("/", *"camille", "enter")
        assert "“camille”" in one.frame()
        await one.press("escape")
        assert isinstance(one.screen, LogScreen)
        await one.press("escape")
        assert isinstance(one.app.screen_stack[-1], Dashboard)


async def test_enter_goes_there_and_z_takes_that_line_back(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("e", "e", "2", "a", "1", "L")
        await one.press("enter")
        assert isinstance(one.screen, AlertScreen)
        await one.press("escape", "j", "j", "enter")
        assert isinstance(one.screen, ConversationScreen)
        opened = one.screen.subjects()
        assert opened is not None
        await one.press("escape", "z")
        assert said(one) == "No longer marked as answered"
        row = (await reads.conversations(one.store, opened.ids))[opened.ids[0]]
        assert row.needs_reply
        assert "undone" in one.frame()
        await one.press(".")
        await one.press("g")
        await one.press("z")
        assert said(one).startswith("This happened by itself")


async def test_redo_of_a_chosen_line(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("e", "e", "L", "j", "z")
        assert said(one) == "No longer marked as answered"
        await one.press("z")
        assert "taken back already" in said(one)
        await one.press("Z")
        assert said(one) == "Answered"


async def many(store: Store, count: int) -> None:
    async def work(connection: Connection) -> None:
        await subjects.add_events(
            connection,
            [
                subjects.NewEvent(
                    at=Micros(NOW - DAY + number),
                    actor="Ana" if number % 3 else "hubbub",
                    verb="tag",
                    subject_kind="conversation",
                    subject_id=1 + number % 7,
                    after={"tags": [f"tag{number}"]},
                    step=number if number % 3 else 0,
                )
                for number in range(count)
            ],
        )

    await store.write(work)


async def test_a_long_log_is_read_by_the_page(tmp_path: Path) -> None:
    async with driven(tmp_path, prepare=lambda store: many(store, 1_300)) as one:
        await one.press("L")
        assert len(listed(one.screen)) == 500
        for _press in range(3):
            await one.press("G")
        rows = listed(one.screen)
        assert len(rows) == len(set(rows)) > 1_300
        assert rows == await log_ids(one.store, LogFilter(), limit=5_000)


async def test_what_is_new_waits_while_she_reads(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("e", "j", "E", "L", "j")
        here = one.screen.list.state.cursor
        await actions.perform(one.store, "Léo", "take", "conversation", [5], one.clock())
        await until(lambda: one.screen.list.state.waiting == 1)
        assert one.screen.list.state.cursor == here
        await one.press(".")
        await until(lambda: one.screen.list.state.waiting == 0)


def test_a_day_can_be_typed() -> None:
    use_language("en")
    found = filter_choices("2026-11-20", names=["Ana"], verbs=[], me="Ana", now=NOW, zone=UTC)
    assert found[0].value == {
        "since": 1_795_132_800_000_000,
        "until": 1_795_132_800_000_000 + DAY,
    }
    assert filter_choices("99", names=[], verbs=[], me="Ana", now=NOW, zone=UTC) == []


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (LogFilter(actor="hubbub"), 10),
        (LogFilter(actor="Ana", subject=1, kind="conversation"), 3),
        (LogFilter(text="tag29"), 1),
        (LogFilter(text="ag2%"), 0),
        (LogFilter(verb="tag", since=Micros(NOW - DAY + 20)), 10),
        (LogFilter(verb="tag", until=Micros(NOW - DAY + 20)), 20),
    ],
)
async def test_filters(tmp_path: Path, wanted: LogFilter, count: int) -> None:
    from listeners.store import open_store

    async with open_store(tmp_path / "hubbub.db") as store:
        await many(store, 30)
        assert len(await log_ids(store, wanted)) == count


async def test_a_reply_is_told_by_its_words(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        first = listed(one.screen)[0]
        done = await one.app.desk.outbox.by_hand(first, "We are on it, Ana.", actor="Marie")
        assert done.done == 1
        await one.press("L")
        frame = one.frame()
        assert "Marie sent a reply by hand" in frame
        assert "We are on it, Ana." in frame
        # A reply that never stood anywhere was not "deleted" before.
        assert "deleted" not in frame
