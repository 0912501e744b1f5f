"""The figures of a report, every one of them counted again with plain SQL of the test's own."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from statistics import median

import pytest

from listeners.config import Config, SourceConfig
from listeners.model import DAY, HOUR, Micros
from listeners.reports.period import Report, change, mood_change, report
from listeners.reports.stretches import Stretch, month, week
from listeners.store import Connection, Store, open_store
from listeners.store.connection import Row
from listeners.store.report import (
    heard_from,
    heard_in,
    missed_in,
    moves_in,
    opened_in,
    said_about_alerts,
    spoke_in,
)
from tests.listeners.reports.busy_month import CONFIG, NOW, fill_month
from tests.listeners.voice.talk import OURS, RIVAL, fill


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "hubbub.db") as opened:
        await fill_month(opened)
        yield opened


class Sql:
    """Counts in the file itself."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def all(self, sql: str, **values: object) -> list[tuple[object, ...]]:
        """Return all rows."""
        return self._connection.execute(sql, {"brand": OURS, **values}).fetchall()

    def one(self, sql: str, **values: object) -> int:
        """Return the one number asked for."""
        return int(self.all(sql, **values)[0][0])  # type: ignore[call-overload]


@pytest.fixture
def sql(store: Store, tmp_path: Path) -> Iterator[Sql]:
    with closing(sqlite3.connect(tmp_path / "hubbub.db")) as connection:
        yield Sql(connection)


HEARD = """FROM mention m JOIN brand b ON b.id = m.brand_id WHERE b.name = :brand
    AND m.sort_at >= :since AND m.sort_at < :until AND m.deleted_at IS NULL AND m.part <> 'ours'"""
PEOPLE = f"""SELECT DISTINCT a.person_id AS person FROM (SELECT m.* {HEARD} AND m.repost = 0) m
    JOIN account a ON a.id = m.account_id JOIN person p ON p.id = a.person_id
    WHERE a.ours = 0 AND p.role <> 'staff'"""


@pytest.mark.parametrize("stretch", [week("2026-W47", NOW, UTC), month("2026-11", NOW, UTC)],
                         ids=["week", "month"])  # fmt: skip
async def test_every_figure_is_what_the_rows_say(store: Store, sql: Sql, stretch: Stretch) -> None:
    found = await report(store, CONFIG, OURS, stretch, NOW, zone=UTC)
    until = min(stretch.until, NOW + 1)
    span = {"since": stretch.since, "until": until}
    before = {"since": stretch.before, "until": stretch.since}

    # What was heard, in all, by sentiment, by network, by day, before and usually.
    whole = found.heard.whole
    assert whole.total == sql.one(f"SELECT count(*) {HEARD}", **span) > 40
    for place, name in enumerate(("negative", "neutral", "positive", "unscored")):
        counted = sql.one(f"SELECT count(*) {HEARD} AND m.label = {place}", **span)
        assert getattr(whole, name) == counted > 0
    assert found.heard.net == pytest.approx(
        (whole.positive - whole.negative) / (whole.total - whole.unscored)
    )
    assert {name: one.total for name, one in found.heard.networks.items()} == dict(
        sql.all(f"SELECT m.network, count(*) {HEARD} GROUP BY m.network", **span)
    )
    by_day = [sum(one.total for one in networks.values()) for _at, networks in found.days]
    assert sum(by_day) == whole.total
    for (at, _networks), count in zip(found.days, by_day, strict=True):
        assert count == sql.one(f"SELECT count(*) {HEARD}", since=at, until=min(at + DAY, until))
    assert found.before.whole.total == sql.one(f"SELECT count(*) {HEARD}", **before) > 10
    assert found.usual is not None
    assert found.usual.whole.total == sql.one(
        f"SELECT count(*) {HEARD}", since=stretch.since - 28 * DAY, until=stretch.since
    )

    # Conversations and answers; the seed answers an hour and some minutes after each question.
    asked = """SELECT count(*) FROM conversation c JOIN brand b ON b.id = c.brand_id
        WHERE b.name = :brand AND c.in_queue = 1 AND c.opened_at >= :since
          AND c.opened_at < :until"""
    assert found.opened == sql.one(asked, **span) > 0
    assert found.opened_before == sql.one(asked, **before)
    took = [
        int(at) - int(asked_at)  # type: ignore[call-overload]
        for at, asked_at in sql.all(
            """SELECT e.at, json_extract(e.before, '$.waiting_since') FROM event e
               WHERE e.verb = 'reply' AND e.at >= :since AND e.at < :until""",
            **span,
        )
    ]
    assert found.responses.answered == len(took) > 0
    assert found.responses.median_first == pytest.approx(median(took) / 1e6)
    waits = "SELECT count(*) FROM conversation WHERE state = 'open' AND in_queue = 1"
    assert found.responses.waiting == sql.one(waits)
    late = sql.one(f"{waits} AND waiting_since < :late", late=NOW - 4 * HOUR)
    assert found.responses.overdue == late
    within = sum(one <= 4 * HOUR for one in took) / (len(took) + late)
    assert found.responses.within == pytest.approx(within)

    # Alerts, people, moves, plans.
    assert sorted(one.row.id for one in found.alerts) == [
        row[0]
        for row in sql.all(
            "SELECT id FROM alert WHERE last_at >= :since AND first_at < :until ORDER BY id", **span
        )
    ]
    people = {row[0] for row in sql.all(PEOPLE, **span)}
    known = {row[0] for row in sql.all(PEOPLE, since=0, until=stretch.since)}
    assert {one.person for one in found.spoke} == people
    assert {one.person for one in found.new_people} == people - known != set()
    assert found.spoke_before == len(sql.all(PEOPLE, **before))
    assert sum(one.mentions for one in found.spoke) == sql.one(
        f"""SELECT count(*) FROM (SELECT m.* {HEARD} AND m.repost = 0) m
            JOIN account a ON a.id = m.account_id JOIN person p ON p.id = a.person_id
            WHERE p.role <> 'staff'""",
        **span,
    )
    assert {one.role for one in found.notable} == {"journalist", "vip"}
    assert dict(found.ways) == {
        (was, stage): count
        for was, stage, count in sql.all(
            """SELECT was, stage, count(*) FROM stage_move WHERE at >= :since AND at < :until
               GROUP BY was, stage""",
            **span,
        )
    }
    plans = "SELECT count(*) FROM planned WHERE at >= :since AND at < :until"
    ends = {"since": stretch.since, "until": stretch.until}
    assert len(found.planned) == sql.one(plans, **ends) > 0
    assert len(found.done) == sql.one(f"{plans} AND state = 'done'", **ends)
    assert len(found.late) == sql.one(
        f"{plans} AND state <> 'done' AND at < :late", late=NOW - HOUR // 2, **ends
    )
    assert len(found.done) + len(found.late) + len(found.to_come) == len(found.planned)

    # The campaign, the voice, the words, the gaps.
    (campaign,) = found.campaigns
    assert campaign.own.counts.campaign == sql.one(
        """SELECT count(*) FROM campaign_mention x JOIN mention m ON m.id = x.mention_id
           WHERE m.deleted_at IS NULL AND m.part <> 'ours'"""
    )
    for voice in found.shares.voices:
        assert voice.whole.total == sql.one(
            """SELECT sum(r.total) FROM rollup_hour r JOIN brand b ON b.id = r.brand_id
               WHERE b.name = :name AND r.start >= :since AND r.start < :until""",
            name=voice.brand,
            **span,
        )
    assert found.shares.voices[1].brand == RIVAL
    (tag,) = [one for one in found.words.risen if one.written == "#brakegate"]
    assert tag.now == sql.one(
        f"SELECT count(*) {HEARD} AND m.repost = 0 AND m.text LIKE '%#brakegate%'", **span
    )
    assert [one.key for one in found.missed] == ["bluesky:all"]
    assert found.spoilt


async def test_what_changed_and_whether_by_chance(store: Store) -> None:
    found = await report(store, CONFIG, OURS, week("", NOW, UTC), NOW, zone=UTC)
    grown = change(found.heard, found.before)
    assert grown is not None
    assert grown > 0.5
    assert mood_change(found.heard, found.before) == -1
    assert mood_change(found.before, found.before) == 0
    assert change(found.heard, None) is None
    assert mood_change(found.heard, None) is None


async def test_a_stretch_that_goes_on_is_counted_up_to_now(store: Store) -> None:
    found = await report(store, CONFIG, OURS, week("2026-W48", NOW, UTC), NOW, zone=UTC)
    assert found.until == NOW + 1
    assert len(found.days) == 2
    assert found.heard.days == pytest.approx(1 + 9.5 / 24)


async def test_what_waits_for_a_decision(store: Store) -> None:
    found = await _made(store)
    assert [one.id for one in found.decisions.alerts] == [1]
    assert len(found.decisions.overdue) > 10
    assert {one.kind for one in found.decisions.late} == {"planned"}
    assert [one.cadence.channel for one in found.decisions.channels] == []
    assert not found.decisions.none


async def test_a_source_of_another_brand_spoils_nothing(store: Store) -> None:
    async def fail(connection: Connection) -> None:
        await connection.fetch("UPDATE source SET state = 'failing'")

    await store.write(fail)
    assert len((await _made(store)).troubled) == 3
    elsewhere = SourceConfig(network="hackernews", what="all", brand=RIVAL)
    config = replace(CONFIG, sources=(elsewhere,))
    found = await report(store, config, OURS, week("", NOW, UTC), NOW, zone=UTC)
    assert [one.key for one in found.troubled] == ["bluesky:all", "mastodon:all"]


async def test_an_empty_store_has_an_empty_report(tmp_path: Path) -> None:
    async with open_store(tmp_path / "empty.db") as empty:
        await fill(empty, [], NOW)
        found = await report(empty, Config(), OURS, week("", NOW, UTC), NOW, zone=UTC)
    assert found.heard.whole.total == 0
    assert found.heard.a_day is None
    assert found.usual is None
    assert found.responses.median_first is None
    assert found.decisions.none
    assert not found.spoilt


async def _made(store: Store) -> Report:
    return await report(store, CONFIG, OURS, week("", NOW, UTC), Micros(NOW), zone=UTC)


async def test_no_count_reads_a_whole_table(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []

    def explained(fetch: Callable[..., Awaitable[list[Row]]]) -> Callable[..., object]:
        async def explaining(owner: object, sql: str, parameters: object = ()) -> list[Row]:
            rows = await fetch(owner, f"EXPLAIN QUERY PLAN {sql}", parameters)
            steps.extend(row["detail"] for row in rows)
            return await fetch(owner, sql, parameters)

        return explaining

    for owner in (Store, Connection):
        monkeypatch.setattr(owner, "fetch", explained(owner.fetch))
    week_ago = Micros(NOW - 7 * DAY)
    await heard_in(store, OURS, [(week_ago, NOW)])
    await heard_from(store, OURS)
    await spoke_in(store, OURS, week_ago, NOW)
    await moves_in(store, OURS, week_ago, NOW)
    await opened_in(store, OURS, week_ago, NOW)
    await missed_in(store, week_ago, NOW)
    await said_about_alerts(store, [1, 2])
    assert any("USING INDEX mention_stream" in step for step in steps)
    tables = {step.split()[1] for step in steps if step.startswith("SCAN ")}
    assert tables & {"m", "a", "k", "e", "p", "s", "n", "mention", "conversation"} <= {"n"}
