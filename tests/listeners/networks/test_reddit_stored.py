"""Reddit from the server to the queue: one row a post, however it is heard, and no work twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from listeners.config import BrandConfig, Config, SourceConfig
from listeners.engine import Engine
from listeners.model import HOUR, SECOND, ConversationState, Micros, Part
from listeners.networks.reddit.server import FEED_SPACING
from listeners.rows import MentionRow
from listeners.store import Store, open_store, reads
from listeners.store.filters import QueueFilter, StreamFilter
from tests.fake.reddit import APP, ME, SECRET, FakeReddit

BRAND = BrandConfig(name="Kerlann", handles={"reddit": (f"u/{ME}",)})


class Desk:
    """A Reddit and a store that hears it, begun anew for every round as after a crash."""

    def __init__(self, reddit: FakeReddit, store: Store) -> None:
        self.reddit = reddit
        self.store = store
        self.waited = 0

    def clock(self) -> Micros:
        return Micros((self.reddit.now + 60 + self.waited) * SECOND)

    async def hear(self, **options: object) -> None:
        self.waited += int(FEED_SPACING) * 10
        source = SourceConfig(
            network="reddit", what="r/boats", base_url=self.reddit.url, options=options
        )
        engine = Engine(self.store, Config(brands=(BRAND,), sources=(source,)), self.clock)
        (report,) = await engine.once()
        assert report.detail is None

    async def mentions(self) -> list[MentionRow]:
        ids = await reads.mention_ids(self.store, StreamFilter(), limit=100)
        rows = await reads.mentions(self.store, ids)
        return sorted(rows.values(), key=lambda row: row.sort_at)


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setenv("REDDIT_SECRET", SECRET)
    async with FakeReddit() as reddit, open_store(tmp_path / "hubbub.db") as store:
        yield Desk(reddit, store)


async def test_a_question_is_heard_once_and_our_answer_settles_it(desk: Desk) -> None:
    reddit = desk.reddit
    asked = reddit.submit("Does Kerlann float?", text="Mine does not. Can you help?")
    reddit.submit("other boats")
    await desk.hear()
    await desk.hear()
    (mention,) = await desk.mentions()
    assert (mention.native_id, mention.author) == (asked["name"], "ana")
    (one,) = await reads.queue_ids(desk.store, QueueFilter(states=("open",)))
    reddit.comment("It should. We write to you.", on=asked, by=ME)
    await desk.hear(client_id=APP, client_secret="env:REDDIT_SECRET")
    await desk.hear()
    first, ours = await desk.mentions()
    assert (first.native_id, ours.part, ours.root) == (asked["name"], Part.OURS, asked["name"])
    row = (await reads.conversations(desk.store, [one]))[one]
    assert row.state is not ConversationState.OPEN
    assert row.messages == 2


async def test_what_its_author_deletes_is_not_kept(desk: Desk) -> None:
    post = desk.reddit.submit("Kerlann sinks")
    await desk.hear()
    desk.reddit.delete(post)
    desk.waited += HOUR // SECOND
    await desk.hear()
    assert [mention for mention in await desk.mentions() if mention.deleted_at is None] == []
