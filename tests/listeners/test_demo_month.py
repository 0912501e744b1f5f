"""The demonstration's month: the same at every run, and every screen has something true to show."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from listeners.clock import from_datetime
from listeners.demo import BRAND, Player
from listeners.demo.month import DAYS, tell_month
from listeners.demo.story import ANA, LEO, ME, RIVAL, story_config
from listeners.duty import gaps
from listeners.model import DAY, HOUR, Micros
from listeners.planning.calendar import WEEK, day_of, day_start, week_start
from listeners.store import Store, open_store, reads
from listeners.store.cadence import cadence_now
from listeners.store.campaigns import campaigns
from listeners.store.charges import charges
from listeners.store.coverage import heard_on
from listeners.store.duty import shifts
from listeners.store.filters import AlertFilter, QueueFilter
from listeners.store.planned import late, planned
from listeners.store.profile_links import maybe_one
from listeners.store.stages import funnel

BEGAN = from_datetime(datetime(2026, 3, 28, 9, 30, tzinfo=UTC))


def test_the_same_story_at_every_run() -> None:
    days = tell_month(BEGAN, UTC)
    assert days == tell_month(BEGAN, UTC)
    posts = [post for day in days for post in day.posts]
    names = Counter((post.network, post.native_id) for post in posts)
    assert set(names.values()) == {1}
    assert len(days) == DAYS + 3
    assert 900 < len(posts) < 1600


def test_only_our_planned_posts_reach_into_the_story() -> None:
    ours = {handle for handles in story_config().brands[0].handles.values() for handle in handles}
    for day in tell_month(BEGAN, UTC):
        assert list(day.posts) == sorted(day.posts, key=lambda post: post.created_at or 0)
        for post in day.posts:
            at = post.created_at or 0
            assert at < BEGAN or (post.author.handle in ours and post.history)
            assert day.until - DAY <= at


def test_weekends_are_quieter_than_weekdays() -> None:
    heard = Counter(
        datetime.fromtimestamp((post.created_at or 0) / 1e6, UTC).weekday() >= 5
        for day in tell_month(BEGAN, UTC)
        for post in day.posts
    )
    assert heard[True] / 10 < heard[False] / 25


async def _told(store: Store, monkeypatch: pytest.MonkeyPatch) -> Player:
    monkeypatch.setattr("listeners.demo.play.BREATH", 0.0)
    player = Player(store, seconds=3600, at_once=HOUR)
    await player.prepare()
    player.clock.run()
    await player.tell_month()
    return player


@pytest.mark.long
async def test_every_screen_has_something_to_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_store(tmp_path / "hubbub.db") as store:
        player = await _told(store, monkeypatch)
        now, began = player.clock(), player.clock.began_at
        # Nothing of the month waits or rings.
        rows = await reads.conversations(store, await reads.queue_ids(store, QueueFilter()))
        assert all((row.waiting_since or now) >= began for row in rows.values())
        assert not await reads.alert_ids(store, AlertFilter())
        heard = await heard_on(store, BRAND, Micros(began - 28 * DAY), began)
        assert len(heard) >= 8
        assert sum(one.answered for one in heard.values()) > 30
        assert (await heard_on(store, RIVAL, Micros(began - 28 * DAY), began))["bluesky"].mentions
        # A Reddit account whose profile is linked to is offered to nobody.
        assert [one.proof for one in await maybe_one(store, now)] == ["both"]
        came = await funnel(store, BRAND, Micros(began - 28 * DAY), now)
        assert all(came.now[stage] > 5 for stage in ("connect", "convince", "convert"))
        assert {one.phase(now) for one in await campaigns(store, BRAND)} == {"past", "coming"}
        assert {one.member for one in await charges(store)} == {ANA, LEO, ME}
        whole = await planned(store, BRAND, Micros(began - 30 * DAY), Micros(now + 40 * DAY))
        assert {one.state for one in whole} == {"idea", "draft", "approved", "scheduled", "done"}
        assert len(await late(store, BRAND, Micros(began + 2 * DAY))) >= 2
        channels = await cadence_now(store, BRAND, now, 5)
        assert {one.channel for one in channels if any(one.posted)} >= {"bluesky", "instagram"}
        monday = week_start(day_of(Micros(began + 2 * DAY), None))
        week = [day_start(monday, None), Micros(day_start(monday, None) + WEEK * DAY)]
        rota = await shifts(store, week[0], week[1])
        assert len(gaps(rota, (BRAND,), week[0], week[1])) == 1
