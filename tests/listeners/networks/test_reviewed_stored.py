"""Reviews, page comments and counted comments, from the server to the queue."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from listeners.config import BrandConfig, Config, SourceConfig
from listeners.engine import Engine
from listeners.model import SECOND, ConversationState, Micros, SourceState
from listeners.rows import ConversationRow
from listeners.secret import Secret
from listeners.store import Store, open_store, reads
from listeners.store.filters import QueueFilter, StreamFilter
from tests.fake import google_reviews, linkedin, pinterest, trustpilot
from tests.fake.google_reviews import FakeGoogleReviews
from tests.fake.http_server import FakeServer
from tests.fake.linkedin import FakeLinkedIn
from tests.fake.pinterest import FakePinterest
from tests.fake.trustpilot import FakeTrustpilot

BRAND = BrandConfig(name="Kerlann", handles={"linkedin": ("5637409",)})
EVERY = QueueFilter(states=tuple(ConversationState))


class Desk:
    """A store that hears one network, begun anew for every round as after a crash."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = 0

    async def hear(self, network: str, server: FakeServer, **source: Any) -> SourceState:
        now: int = server.__dict__["now"] + 60
        self.now = max(now, self.now + 1200)
        made = SourceConfig(
            network=network, base_url=server.url, token=Secret("env:TOKEN"), **source
        )
        config = Config(brands=(BRAND,), sources=(made,))
        (report,) = await Engine(self.store, config, lambda: Micros(self.now * SECOND)).once()
        assert report.detail is None, report.detail
        return report.state

    async def queue(self) -> list[ConversationRow]:
        ids = await reads.queue_ids(self.store, EVERY)
        rows = await reads.conversations(self.store, ids)
        return [rows[one] for one in ids]


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setenv("TOKEN", "unset")
    async with open_store(tmp_path / "hubbub.db") as store:
        yield Desk(store)


async def test_a_review_is_answered_and_opens_again_when_it_is_changed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", google_reviews.TOKEN)
    async with FakeGoogleReviews() as server:
        made = server.review("The staff was rude. Why?", stars=1)
        await desk.hear("googlereviews", server, what=google_reviews.PLACE)
        [row] = await desk.queue()
        assert (row.state, row.needs_reply) == (ConversationState.OPEN, True)
        made.answer, made.answered = "We are sorry", server.now + 600
        server.now += 700
        await desk.hear("googlereviews", server, what=google_reviews.PLACE)
        [row] = await desk.queue()
        assert (row.state, row.needs_reply) == (ConversationState.WAITING, False)
        server.now += 3600
        server.change(made, "Still rude, and nobody called me back. Why not?")
        await desk.hear("googlereviews", server, what=google_reviews.PLACE)
        [row] = await desk.queue()
        assert (row.state, row.needs_reply) == (ConversationState.OPEN, True)


async def test_a_review_on_trustpilot_is_settled_by_the_answer_written_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", trustpilot.KEY)
    async with FakeTrustpilot() as server:
        made = server.review("It never came. Where is it?", stars=1)
        await desk.hear("trustpilot", server, what=trustpilot.UNIT)
        [row] = await desk.queue()
        assert row.needs_reply
        assert any("1-star" in one.template.format(**one.values) for one in row.reasons)
        made.answer = "On its way"
        await desk.hear("trustpilot", server, what=trustpilot.UNIT)
        [row] = await desk.queue()
        assert row.state is ConversationState.WAITING


async def test_an_administrators_comment_settles_a_conversation_on_linkedin(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", linkedin.TOKEN)
    async with FakeLinkedIn() as server:
        asked = server.comment("Where can I buy it?")
        await desk.hear("linkedin", server)
        [row] = await desk.queue()
        assert row.needs_reply
        staff = "urn:li:person:staff"
        server.comment("Here", below=asked.urn, actor=staff, action="ADMIN_COMMENT")
        await desk.hear("linkedin", server)
        [row] = await desk.queue()
        assert (row.state, row.messages) == (ConversationState.WAITING, 2)


async def test_a_pin_with_more_comments_stands_in_the_queue_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", pinterest.TOKEN)
    async with FakePinterest() as server:
        pin = server.pin("Blue boat", comments=3)
        await desk.hear("pinterest", server)
        assert not any(row.needs_reply for row in await desk.queue())
        pin.comments = 5
        await desk.hear("pinterest", server)
        await desk.hear("pinterest", server)
        rows = [row for row in await desk.queue() if row.needs_reply]
        assert [row.url for row in rows] == [f"https://www.pinterest.com/pin/{pin.id}/"]
        ids = await reads.mention_ids(desk.store, StreamFilter(), limit=10)
        mentions = await reads.mentions(desk.store, ids)
        told = [one.text for one in mentions.values() if "went from" in one.text]
        assert told == ["Comments on “A boat” went from 3 to 5."]
