"""Matrix from the server to the queue: what belongs together, and an answer that answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from listeners.config import BrandConfig, Config, SourceConfig
from listeners.engine import Engine
from listeners.http import Fetcher
from listeners.model import SECOND, ConversationState, Micros, Part
from listeners.networks.matrix.listener import MatrixListener
from listeners.networks.replying import Answered, Reply
from listeners.rows import ConversationRow, MentionRow
from listeners.secret import Secret
from listeners.store import Store, open_store, reads
from listeners.store.filters import QueueFilter, StreamFilter
from tests.fake.matrix import BEN, START, FakeMatrix


class Desk:
    """A server, a store that hears it, and somebody who answers."""

    def __init__(self, server: FakeMatrix, store: Store) -> None:
        self.server = server
        self.store = store
        self.source = SourceConfig(
            network="matrix", base_url=server.url, token=Secret("env:HUBBUB_TEST_TOKEN")
        )
        # No handle of ours is configured: whose the token is, the server says.
        config = Config(brands=(BrandConfig(name="Kerlann"),), sources=(self.source,))
        self.engine = Engine(store, config, self.clock)

    def clock(self) -> Micros:
        return Micros(self.server.now + SECOND)

    async def hear(self) -> None:
        (report,) = await self.engine.once()
        assert report.detail is None

    async def mentions(self) -> list[MentionRow]:
        ids = await reads.mention_ids(self.store, StreamFilter(), limit=100)
        rows = await reads.mentions(self.store, ids)
        return sorted(rows.values(), key=lambda row: row.sort_at)

    async def conversations(self) -> list[ConversationRow]:
        ids = await reads.queue_ids(self.store, QueueFilter(states=("open", "waiting")))
        rows = await reads.conversations(self.store, ids)
        return [rows[one] for one in ids]

    async def answer(self, mention: MentionRow, text: str) -> str:
        to = Answered(native_id=mention.native_id, author_key=mention.author_key, url=mention.url)
        async with Fetcher(self.clock) as fetch:
            listener = MatrixListener(self.source, [], fetch, self.clock)
            key = listener.new_reply_key(self.clock())
            reply = Reply(key=key, text=text, to=to, written_at=self.clock())
            return (await listener.send_reply(reply)).native_id


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setenv("HUBBUB_TEST_TOKEN", "s3cret")
    async with FakeMatrix() as server, open_store(tmp_path / "hubbub.db") as store:
        yield Desk(server, store)


async def test_a_question_is_asked_and_answered(desk: Desk) -> None:
    server, room = desk.server, desk.server.room("#help:hs.example")
    server.say(room, "good morning")
    server.say(room, "Can you help? Kerlann is broken")
    server.say(room, "it says error 5")
    server.say(room, "what a day", by=BEN)
    await desk.hear()
    asked = await desk.mentions()
    assert [m.text for m in asked] == ["Can you help? Kerlann is broken", "it says error 5"]
    (one,) = await desk.conversations()
    assert one.needs_reply
    assert asked[0].conversation_id == asked[1].conversation_id == one.id
    sent = await desk.answer(asked[-1], "We look into it.")
    await desk.hear()
    ours = (await desk.mentions())[-1]
    assert (ours.native_id, ours.part, ours.conversation_id) == (sent, Part.OURS, one.id)
    (one,) = await desk.conversations()
    assert (one.state, one.waiting_since) == (ConversationState.WAITING, None)
    answered = next(e for e in server.rooms[room]["events"] if e["event_id"] == sent)
    server.say(room, "and now error 6?", answers=answered)
    await desk.hear()
    (again,) = await desk.conversations()
    assert (again.id, again.state) == (one.id, ConversationState.OPEN)


async def test_a_private_word_needs_no_name_and_is_one_conversation(desk: Desk) -> None:
    room = desk.server.room(members=2, public=False)
    desk.server.say(room, "hello, is anybody there?")
    await desk.hear()
    (mention,) = await desk.mentions()
    assert mention.private
    sent = await desk.answer(mention, "Yes, how can we help?")
    desk.server.say(room, "my order 4711 is late")
    await desk.hear()
    said = await desk.mentions()
    assert [m.part for m in said] == [Part.OUTSIDE, Part.OURS, Part.OUTSIDE]
    assert said[1].native_id == sent
    assert len({m.conversation_id for m in said}) == 1


async def test_edits_and_redactions_reach_what_is_stored(desk: Desk) -> None:
    server, room = desk.server, desk.server.room()
    kept = server.say(room, "Kerlann is brokn")
    gone = server.say(room, "Kerlann, my password is x", by=BEN)
    await desk.hear()
    server.edit(room, kept, "Kerlann is broken")
    server.redact(room, gone)
    await desk.hear()
    (left,) = await desk.mentions()
    assert (left.text, left.edited_at is not None) == ("Kerlann is broken", True)
    assert left.sort_at == START + SECOND
