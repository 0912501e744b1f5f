"""Hooks: what happens is handed to commands, in order, at least once, and holds up nothing."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from listeners.actions import perform, undo
from listeners.config import BrandConfig, Config, SourceConfig
from listeners.config.extending import HOOK_EVENTS, HookConfig
from listeners.conversations.conversation import Conversation
from listeners.hooks import Hooks, happened
from listeners.model import AlertClass, Author, Batch, Micros, Post, SafeText, Sentence, Severity
from listeners.pipeline import Pipeline
from listeners.risk.alert import Alert
from listeners.rows import EventRow
from listeners.store import Connection, Store, open_store, subjects
from listeners.store import hooks as stored
from listeners.store.sources import NewSource, register_brands, register_sources
from listeners.supervisor import spawn

NOW = Micros(1_790_000_000_000_000)
RECORD = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read())"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "hubbub.db") as opened:

        async def work(connection: Connection) -> None:
            await register_brands(connection, ["Lune"])

        await opened.write(work)
        await add(opened, 5)
        yield opened


async def add(store: Store, count: int) -> None:
    """Open conversations that wait for us."""

    async def work(connection: Connection) -> None:
        (row,) = await connection.fetch("SELECT count(*) AS n FROM conversation")
        made = [
            Conversation(
                brand="Lune",
                network="mastodon",
                root=f"r{row['n'] + number}",
                in_queue=True,
                waiting_since=NOW,
                opened_at=NOW,
                last_at=NOW,
                state_since=NOW,
            )
            for number in range(count)
        ]
        await subjects.save_conversations(connection, made)

    await store.write(work)


async def raise_alert(store: Store) -> None:
    async def work(connection: Connection) -> None:
        alert = Alert(
            brand="Lune", alert_class=AlertClass.LEAK, rule="leak.term", scope="x",
            fingerprint="f", severity=Severity.HIGH,
            title=Sentence("{word} was named", {"word": "Aube"}), first_at=NOW, last_at=NOW,
            fired_at=NOW,
        )  # fmt: skip
        await subjects.save_alerts(connection, [alert])

    await store.write(work)


class Heard:
    """A hook that writes down what it is told."""

    def __init__(self, store: Store, folder: Path, event: str, code: str = RECORD) -> None:
        self.store = store
        self.file = folder / f"{event}.jsonl"
        self.hook = HookConfig(event, (sys.executable, "-c", code, str(self.file)))
        self.config = Config(hooks=(self.hook,))

    def hooks(self, limit: float = 20.0) -> Hooks:
        return Hooks(self.store, self.config, lambda: NOW, delays=(0.01, 0.01, 0.01), limit=limit)

    async def catch_up(self, limit: float = 20.0) -> list[dict[str, Any]]:
        await self.hooks(limit).catch_up(self.hook)
        return self.told()

    def told(self) -> list[dict[str, Any]]:
        if not self.file.exists():
            return []
        return [json.loads(line) for line in self.file.read_text().splitlines()]

    async def faults(self) -> list[str]:
        found = await stored.hook_faults(self.store, [self.hook.name])
        return [one.template.format(**one.values) for one in found]


def line(
    verb: str, before: dict[str, Any], after: dict[str, Any], kind: str = "conversation"
) -> EventRow:
    return EventRow(
        id=1, at=NOW, actor=SafeText("Ana"), verb=verb, subject_kind=kind, subject_id=1,
        before=before, after=after, undone=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("event", "names"),
    [
        (line("answered", {"state": "open"}, {"state": "waiting"}), {"conversation.answered"}),
        (
            line("reply", {"state": "open"}, {"state": "waiting", "outbox_id": 3}),
            {"conversation.answered", "conversation.replied"},
        ),
        (line("resolve", {"state": "open"}, {"state": "resolved"}), {"conversation.resolved"}),
        (line("ignore", {"state": "open"}, {"state": "ignored"}), {"conversation.ignored"}),
        (line("snooze", {"state": "open"}, {"state": "snoozed"}), {"conversation.snoozed"}),
        (line("They wrote", {"state": "waiting"}, {"state": "open"}), {"conversation.reopened"}),
        (line("More", {"state": "open"}, {"state": "open"}), set()),
        (line("take", {"assignee": ""}, {"assignee": "Ana"}), {"conversation.assigned"}),
        (line("release", {"assignee": "Ana"}, {"assignee": ""}), set()),
        (line("tag", {"tags": []}, {"tags": ["a"]}), set()),
        (line("note", {"notes": 0}, {"notes": 1, "note_id": 4}), {"note.named"}),
        (line("ack", {"state": "firing"}, {"state": "acked"}, "alert"), {"alert.acked"}),
        (line("It grew", {}, {"state": "firing"}, "alert"), {"alert.fired"}),
        (line("calm", {}, {"state": "resolved"}, "alert"), {"alert.resolved"}),
        (line("add", {"removed": 1}, {"removed": 0}, "rule"), set()),
    ],
)
def test_what_a_line_of_the_log_means(event: EventRow, names: set[str]) -> None:
    assert set(happened(event)) == names
    assert names <= set(HOOK_EVENTS)


async def test_events_are_handed_over_in_order_and_once(store: Store, tmp_path: Path) -> None:
    heard = Heard(store, tmp_path, "conversation.answered")
    assert await heard.catch_up() == []
    for number in (3, 1, 2):
        await perform(store, "Ana", "answered", "conversation", [number], NOW)
        await perform(store, "Ana", "tag", "conversation", [number], NOW, tags="x")
    told = await heard.catch_up()
    assert [one["conversation"]["id"] for one in told] == [3, 1, 2]
    assert {one["event"] for one in told} == {"conversation.answered"}
    assert told[0]["actor"] == "Ana"
    assert told[0]["conversation"]["state"] == "waiting"
    assert len(await heard.catch_up()) == 3


async def test_what_happened_before_it_was_set_up_is_not_told(store: Store, tmp_path: Path) -> None:
    await perform(store, "Ana", "answered", "conversation", [1], NOW)
    heard = Heard(store, tmp_path, "conversation.answered")
    assert await heard.catch_up() == []
    await undo(store, "Ana", NOW)
    await perform(store, "Ana", "answered", "conversation", [2], NOW)
    assert [one["conversation"]["id"] for one in await heard.catch_up()] == [2]


async def test_new_conversations_and_alerts_are_told(store: Store, tmp_path: Path) -> None:
    talk = Heard(store, tmp_path, "conversation.new")
    alert = Heard(store, tmp_path, "alert.fired")
    await talk.catch_up()
    await alert.catch_up()
    config = Config(brands=(BrandConfig(name="Lune"),))
    pipeline = Pipeline(store, config, lambda: NOW)
    await pipeline.open()
    source = SourceConfig(network="mastodon", what="#lune")
    new = [NewSource(source.key, source.network, "lune")]
    ids = await store.write(lambda connection: register_sources(connection, new, NOW))

    async def hear(number: int, text: str, parent: int = 0) -> None:
        post = Post(
            network="mastodon", native_id=f"https://x.example/{number}", author=Author(key="zoe"),
            text=text, created_at=Micros(NOW + number), lang="en",
            parent_id=f"https://x.example/{parent}" if parent else None,
        )  # fmt: skip
        await pipeline.take(source, ids[source.key], Batch(posts=(post,), fetched=1))

    await hear(1, "Lune, where is my parcel?")
    await hear(2, "Lune is a nice name.")
    await hear(3, "And, Lune, when does it come?", parent=1)
    assert [one["conversation"]["id"] for one in await talk.catch_up()] == [6]
    await hear(4, "But Lune, why does it not work?", parent=2)
    assert [one["conversation"]["id"] for one in await talk.catch_up()] == [6, 7]
    await raise_alert(store)
    (told,) = await alert.catch_up()
    assert told["alert"]["title"] == "Aube was named"
    assert told["alert"]["severity"] == "high"


async def test_a_note_that_names_somebody_is_told(store: Store, tmp_path: Path) -> None:
    heard = Heard(store, tmp_path, "note.named")
    await heard.catch_up()
    team = Config(members=("Ana", "Léo"))
    await perform(store, "Ana", "note", "conversation", [1], NOW, text="plain", config=team)
    await perform(store, "Ana", "note", "conversation", [1], NOW, text="@Léo, look", config=team)
    (told,) = await heard.catch_up()
    assert (told["named"], told["note"]) == (["Léo"], "@Léo, look")


async def test_a_failure_is_tried_again_then_shown_and_the_next_event_goes_on(
    store: Store, tmp_path: Path
) -> None:
    code = (
        f"{RECORD}; import os\n"
        "d = open(sys.argv[1]).read().splitlines()\n"
        "sys.exit('no route to the CRM' if '\"id\": 1,' in d[-1] else 0)"
    )
    heard = Heard(store, tmp_path, "conversation.answered", code)
    await heard.catch_up()
    await perform(store, "Ana", "answered", "conversation", [1], NOW)
    told = await heard.catch_up()
    assert len(told) == 4
    (fault,) = await heard.faults()
    assert "conversation.answered" in fault
    assert "no route to the CRM" in fault
    await perform(store, "Ana", "answered", "conversation", [2], NOW)
    assert len(await heard.catch_up()) == 5
    assert await heard.faults() == []


async def test_a_command_that_is_not_there_or_hangs_is_shown(store: Store, tmp_path: Path) -> None:
    gone = Heard(store, tmp_path, "conversation.answered")
    gone.hook = HookConfig("conversation.answered", ("no-such-command-anywhere",))
    hangs = Heard(store, tmp_path, "conversation.resolved", "import time; time.sleep(60)")
    await gone.catch_up()
    await hangs.catch_up()
    await perform(store, "Ana", "answered", "conversation", [1], NOW)
    await perform(store, "Ana", "resolve", "conversation", [2], NOW)
    await gone.catch_up()
    assert "could not be started" in (await gone.faults())[0]
    async with asyncio.timeout(30):
        await hangs.catch_up(limit=0.3)
    assert "longer than 0.3 seconds" in (await hangs.faults())[0]


async def test_what_was_cut_off_is_told_again(store: Store, tmp_path: Path) -> None:
    slow = Heard(store, tmp_path, "conversation.answered", f"{RECORD}; import time; time.sleep(60)")
    await slow.catch_up()
    await perform(store, "Ana", "answered", "conversation", [1], NOW)
    task = spawn("hook", slow.hooks().follow(slow.hook))
    end = time.monotonic() + 30
    while not slow.told():
        assert time.monotonic() < end
        await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    place = await stored.place_of(store, slow.hook.name)
    quick = Heard(store, tmp_path, "conversation.answered")
    quick.hook = HookConfig("conversation.answered", quick.hook.command)
    assert place is not None
    await stored.keep_place(store, quick.hook.name, place)
    assert [one["conversation"]["id"] for one in await quick.catch_up()] == [1, 1]


async def test_a_service_follows_the_log(store: Store, tmp_path: Path) -> None:
    heard = Heard(store, tmp_path, "conversation.assigned")
    (service,) = heard.hooks().services()
    task = spawn(service.name, service.supervise())
    try:
        end = time.monotonic() + 30
        while await stored.place_of(store, heard.hook.name) is None:
            assert time.monotonic() < end
            await asyncio.sleep(0.02)
        await perform(store, "Ana", "take", "conversation", [4], NOW)
        while not heard.told():
            assert time.monotonic() < end
            await asyncio.sleep(0.02)
        assert heard.told()[0]["conversation"]["assignee"] == "Ana"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_text_of_strangers_reaches_the_command_as_json_alone(
    store: Store, tmp_path: Path
) -> None:
    heard = Heard(store, tmp_path, "conversation.assigned")
    await heard.catch_up()
    name = 'x"; rm -rf ~; $(id) `id`'
    await perform(store, "Ana", "assign", "conversation", [1], NOW, to=name)
    (told,) = await heard.catch_up()
    assert told["conversation"]["assignee"] == name
