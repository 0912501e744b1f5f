"""What is planned, late, on duty and worth a step stands on the hand-over sheet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC
from pathlib import Path

import pytest

from listeners.model import DAY, HOUR, Micros
from listeners.reports.handover import AHEAD, handover
from listeners.store import Connection, Store, open_store
from tests.listeners.reports.busy_month import NOW, fill_month
from tests.listeners.voice.talk import OURS, RIVAL
from tui.handover_sheet import record, sheet
from tui.i18n import use_language, use_zone


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    use_language("en")
    use_zone(UTC)
    async with open_store(tmp_path / "hubbub.db") as opened:
        await fill_month(opened)
        await opened.write(_rota)
        yield opened
    use_zone(None)


async def _rota(connection: Connection) -> None:
    for member, brand, begins, ends in (
        ("Léo", "", -HOUR, HOUR),
        ("Ana", OURS, 2 * DAY, 2 * DAY + HOUR),
        ("Ana", RIVAL, 2 * DAY, 2 * DAY + HOUR),
        ("Ana", OURS, AHEAD + HOUR, AHEAD + 2 * HOUR),
        ("Léo", OURS, -2 * HOUR, -HOUR),
    ):
        await connection.fetch(
            "INSERT INTO duty (brand, member, from_at, to_at) VALUES (?, ?, ?, ?)",
            (brand, member, NOW + begins, NOW + ends),
        )


async def test_the_next_days_are_on_it(store: Store) -> None:
    since = Micros(NOW - 8 * HOUR)
    found = await handover(store, ["Ana", "Léo"], since=since, now=NOW, brand=OURS, zone=UTC)
    assert [one.title.split()[1] for one in found.late] == ["2", "5", "8", "11"]
    assert [one.title.split()[1] for one in found.planned] == ["14"]
    assert [(one.member, one.brand) for one in found.duty] == [("Léo", ""), ("Ana", OURS)]
    told = sheet(found)
    for title in ("## Late", "## Planned, three days", "## On duty, three days"):
        assert title in told
    assert "Post 14 \\<script\\>" in told
    assert "- Léo · 08:30 – 10:30" in told
    assert len(record(found)["late"]) == 4  # type: ignore[arg-type]


async def test_the_part_of_one_member(store: Store) -> None:
    since = Micros(NOW - 8 * HOUR)
    found = await handover(store, ["Ana", "Léo"], since=since, now=NOW, member="Ana", zone=UTC)
    assert {one.owner for one in found.late} == {""}
    assert {one.member for one in found.duty} == {"Ana"}


async def test_many_late_things_fill_no_page(store: Store) -> None:
    async def late(connection: Connection) -> None:
        await connection.fetch("UPDATE planned SET state = 'approved', at = at - ?", (9 * DAY,))

    await store.write(late)
    found = await handover(store, [], since=NOW, now=NOW, brand=OURS, zone=UTC)
    assert len(found.late) > 10
    body = sheet(found).split("## Late")[1].split("##")[0]
    assert f"and {len(found.late) - 8} more" in body
    assert body.count("- ") - body.count(" - ") == 9
