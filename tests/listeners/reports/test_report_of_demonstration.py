"""A month of the demonstration is replayed, and its report counted again with SQL of the test's."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC
from pathlib import Path

import pytest

from listeners.demo import BRAND, Player
from listeners.model import DAY, HOUR, Micros
from listeners.reports.period import Report, report
from listeners.reports.stretches import Stretch
from listeners.store import open_store

HEARD = """FROM mention m JOIN brand b ON b.id = m.brand_id WHERE b.name = :brand
    AND m.sort_at >= :since AND m.sort_at < :until AND m.deleted_at IS NULL AND m.part <> 'ours'"""
PEOPLE = f"""SELECT DISTINCT a.person_id FROM (SELECT m.* {HEARD} AND m.repost = 0) m
    JOIN account a ON a.id = m.account_id JOIN person p ON p.id = a.person_id
    WHERE a.ours = 0 AND coalesce(nullif(p.role, ''), a.role) <> 'staff'"""


class Counted:
    """Counts in the file itself, between two times."""

    def __init__(self, connection: sqlite3.Connection, since: int, until: int) -> None:
        self._connection = connection
        self._values = {"brand": BRAND, "since": since, "until": until}

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """Return all rows."""
        return self._connection.execute(sql, self._values).fetchall()

    def ids(self, sql: str) -> set[object]:
        """Return the first column."""
        return {row[0] for row in self.rows(sql)}

    def count(self, sql: str) -> object:
        """Return the one number asked for."""
        return self.rows(sql)[0][0]


@pytest.mark.long
async def test_the_month_of_the_demonstration_adds_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.demo.play.BREATH", 0.0)
    async with open_store(tmp_path / "hubbub.db") as store:
        player = Player(store, seconds=3600, at_once=HOUR)
        await player.prepare()
        player.clock.run()
        await player.tell_month()
        now = Micros(player.clock.began_at + 2 * DAY)
        since = Micros(now - 28 * DAY)
        stretch = Stretch(
            kind="month",
            name="the last 28 days",
            before=Micros(since - 28 * DAY),
            since=since,
            until=now,
            days=tuple(Micros(since + day * DAY) for day in range(29)),
        )
        found = await report(store, player.config, BRAND, stretch, now, zone=UTC)
    with closing(sqlite3.connect(tmp_path / "hubbub.db")) as connection:
        _heard_again(found, Counted(connection, since, now))
        _people_again(found, Counted(connection, since, now), Counted(connection, 0, since))
        _plans_again(found, Counted(connection, since, now))


def _heard_again(found: Report, sql: Counted) -> None:
    whole = found.heard.whole
    assert whole.total == sql.count(f"SELECT count(*) {HEARD}")
    assert whole.total > 500
    for label, name in enumerate(("negative", "neutral", "positive", "unscored")):
        assert getattr(whole, name) == sql.count(f"SELECT count(*) {HEARD} AND m.label = {label}")
    assert {name: one.total for name, one in found.heard.networks.items()} == dict(
        sql.rows(f"SELECT m.network, count(*) {HEARD} GROUP BY m.network")
    )
    assert sum(one.total for _at, day in found.days for one in day.values()) == whole.total
    assert found.opened == sql.count(
        """SELECT count(*) FROM conversation c JOIN brand b ON b.id = c.brand_id
           WHERE b.name = :brand AND c.in_queue = 1 AND c.opened_at >= :since
             AND c.opened_at < :until"""
    )


def _people_again(found: Report, sql: Counted, before: Counted) -> None:
    people, known = sql.ids(PEOPLE), before.ids(PEOPLE)
    assert {one.person for one in found.spoke} == people
    assert {one.person for one in found.new_people} == people - known
    assert people & known
    assert dict(found.ways) == {
        (was, stage): count
        for was, stage, count in sql.rows(
            """SELECT s.was, s.stage, count(*) FROM stage_move s JOIN brand b ON b.id = s.brand_id
               WHERE b.name = :brand AND s.removed = 0 AND s.at >= :since AND s.at < :until
               GROUP BY s.was, s.stage"""
        )
    }


def _plans_again(found: Report, sql: Counted) -> None:
    plans = """FROM planned p JOIN brand b ON b.id = p.brand_id WHERE b.name = :brand
        AND p.removed = 0 AND p.at >= :since AND p.at < :until"""
    assert len(found.planned) == sql.count(f"SELECT count(*) {plans}")
    assert len(found.done) == sql.count(f"SELECT count(*) {plans} AND p.state = 'done'")
    assert found.done
    assert sorted(
        (one.campaign.id, one.own.counts.campaign) for one in found.campaigns
    ) == sql.rows(
        """SELECT c.id, (SELECT count(*) FROM campaign_mention x
                         JOIN mention m ON m.id = x.mention_id
                         WHERE x.campaign_id = c.id AND m.deleted_at IS NULL AND m.part <> 'ours')
           FROM campaign c WHERE c.removed = 0 AND c.from_at < :until AND c.to_at >= :since
           ORDER BY c.id"""
    )
