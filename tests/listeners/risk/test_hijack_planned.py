"""Posts of ours held against the planning: what was planned is not doubted for its hour."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from listeners.clock import from_iso
from listeners.conversations.clock import BusinessHours
from listeners.model import DAY, HOUR, MINUTE, AlertClass, Micros, Severity
from listeners.risk.hijack import (
    ENOUGH_POSTS,
    Habits,
    OwnPost,
    Plan,
    Slot,
    doubts,
    is_planned,
    severity_of,
)
from listeners.rows import AlertRow
from listeners.store import reads
from listeners.store.connection import Connection
from listeners.store.filters import AlertFilter
from tests.listeners.conversations.threads import CONFIG, US, Threads, threads

OFFICE = BusinessHours(week=(((9 * 60, 17 * 60),),) * 5)
NOON = Micros(from_iso("2026-11-20T12:00:00Z"))
NIGHT = Micros(from_iso("2026-11-20T03:00:00Z"))
LAUNCH = "The new Lune kettle is here: quieter, lighter, and in blue."
SETTLED = Habits(posts=ENOUGH_POSTS, hosts=frozenset({"blog.example"}), hours=frozenset({9, 12}))


def slot(text: str = LAUNCH, at: int = NIGHT, *, taken: bool = False, length: int = 0) -> Slot:
    return Slot(text, Micros(at), Micros(at + length), taken)


def kept(*slots: Slot) -> Plan:
    return Plan(slots, True)


POST = OwnPost(
    at=NIGHT, hosts=(), findings=(), known_hosts=(), hours=OFFICE, habits=SETTLED, text=LAUNCH
)
LINKED = replace(POST, at=NOON, hosts=("evil.example",))


@pytest.mark.parametrize(
    ("post", "expected"),
    [
        (replace(POST, plan=kept(slot())), True),
        (replace(POST, plan=kept(slot(at=NIGHT + 2 * HOUR))), True),
        (replace(POST, plan=kept(slot(at=NIGHT + 2 * HOUR + MINUTE))), False),
        (replace(POST, text=f"{LAUNCH} #lune", plan=kept(slot(), slot("x"))), True),
        (replace(POST, text="Send coins!", plan=kept(slot(), slot("x"))), False),
        (replace(POST, text="Good night!", plan=kept(slot())), True),
        (replace(POST, text="Send coins!", plan=kept(slot(taken=True))), False),
        (replace(POST, plan=kept(slot(taken=True))), True),
        (replace(POST, text="Good night!", opens=False, plan=kept(slot())), False),
        (replace(POST, plan=kept(slot(at=NIGHT - 20 * HOUR, length=DAY))), True),
        (replace(POST, text="Good night!", plan=kept(slot(""))), True),
        (POST, False),
    ],
    ids=[
        "as planned", "two hours early", "too early", "nearly the same words", "other words",
        "the only one planned then", "that one was posted", "posted again", "an answer",
        "some time that day", "planned without words", "no plan",
    ],
)  # fmt: skip
def test_what_counts_as_planned(post: OwnPost, expected: bool) -> None:
    assert is_planned(post) is expected


@pytest.mark.parametrize(
    ("post", "rules", "severity"),
    [
        (replace(POST, plan=kept(slot())), [], None),
        (POST, ["own hour"], Severity.WARN),
        (replace(POST, plan=kept()), ["own hour", "own unplanned"], Severity.HIGH),
        (replace(POST, plan=kept(), habits=Habits()), ["own unplanned"], Severity.WARN),
        (replace(POST, plan=kept(), at=NOON), [], None),
        (replace(POST, plan=kept(), hours=BusinessHours()), [], None),
        (replace(POST, plan=kept(), opens=False), ["own hour"], Severity.WARN),
        (replace(LINKED, plan=kept()), ["own link", "own unplanned"], Severity.HIGH),
        (replace(LINKED, plan=kept(slot(at=NOON))), ["own link"], Severity.HIGH),
        (
            replace(LINKED, at=NIGHT, plan=kept()),
            ["own link", "own hour", "own unplanned"],
            Severity.CRITICAL,
        ),
    ],
    ids=[
        "planned at night", "no planning at all", "outside plan, hours and habits",
        "outside plan and hours, of an account without habits", "by day: not even told",
        "always open", "an answer needs no plan", "a strange link nobody planned",
        "a planned post with a strange link", "everything at once",
    ],
)  # fmt: skip
def test_what_nobody_planned_weighs(
    post: OwnPost, rules: list[str], severity: Severity | None
) -> None:
    found = doubts(post)
    assert [one.rule for one in found] == rules
    if severity is not None:
        assert severity_of(found) is severity


# --- through the pipeline ------------------------------------------------------------------------


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Threads]:
    """A brand whose office is open by day; its account has posted every noon for three weeks."""
    zone = (((9 * 60, 17 * 60),),) * 7
    brand = replace(CONFIG.brands[0], hours=BusinessHours(week=zone))
    async with threads(tmp_path, replace(CONFIG, brands=(brand,))) as made:
        noon = made.now - made.now % DAY + 12 * HOUR
        days = range(ENOUGH_POSTS + 2)
        past = [made.post(f"day{day}", f"Lune, day {day}", US) for day in days]
        await made.hear(
            *(
                replace(one, created_at=Micros(noon - (day + 1) * DAY))
                for day, one in enumerate(past)
            )
        )
        made.now = Micros(noon + 15 * HOUR)
        yield made


async def plan(desk: Threads, **more: Any) -> None:
    row = {
        "uid": f"u{len(more)}{desk.now}", "kind": "post", "title": "Launch", "text": LAUNCH,
        "channel": "mastodon", "state": "approved", "at": desk.now, "changed_at": desk.now, **more,
    }  # fmt: skip

    async def work(connection: Connection) -> None:
        names = ", ".join(row)
        marks = ", ".join("?" for _ in row)
        await connection.fetch(
            f"""INSERT INTO planned (brand_id, {names})
                SELECT id, {marks} FROM brand WHERE name = 'Lune'""",
            tuple(row.values()),
        )

    await desk.store.write(work)


async def _alerts(desk: Threads) -> list[AlertRow]:
    rows = await reads.alerts(desk.store, await reads.alert_ids(desk.store, AlertFilter()))
    return [row for row in rows.values() if row.alert_class is AlertClass.HIJACK]


async def test_a_planned_post_at_night_raises_nothing(desk: Threads) -> None:
    await plan(desk, at=desk.now + HOUR)
    await desk.say("launch", LAUNCH, US)
    assert await _alerts(desk) == []


@pytest.mark.parametrize(
    "more",
    [
        {"state": "draft"},
        {"channel": "bluesky"},
        {"kind": "action"},
        {"removed": 1},
    ],
    ids=["not agreed to", "another channel", "no post", "removed"],
)
async def test_what_does_not_count_as_planned(desk: Threads, more: dict[str, Any]) -> None:
    await plan(desk, **more)
    await desk.say("launch", LAUNCH, US)
    (alert,) = await _alerts(desk)
    assert alert.severity is Severity.WARN
    assert not any("planned" in one.template for one in alert.explanation)


async def test_what_nobody_planned_is_named_where_the_channel_is_planned(desk: Threads) -> None:
    await plan(desk, at=desk.now + 10 * DAY)
    await desk.say("coins", "Lune coins for everybody!", US)
    (alert,) = await _alerts(desk)
    assert alert.severity is Severity.HIGH
    assert "Nobody planned it." in [one.template for one in alert.explanation]


async def test_the_second_post_around_one_plan_is_not_it(desk: Threads) -> None:
    await plan(desk)
    await desk.say("launch", LAUNCH, US)
    desk.wait(20 * MINUTE)
    await desk.say("coins", "Lune coins for everybody!", US)
    (alert,) = await _alerts(desk)
    # The launch made a habit of this hour; it did not make a plan of this post.
    assert any("and nobody planned it" in one.template for one in alert.explanation)


async def test_two_posts_of_one_batch_do_not_share_one_plan(desk: Threads) -> None:
    await plan(desk)
    await desk.hear(
        desk.post("launch", LAUNCH, US), desk.post("coins", "Lune coins for everybody!", US)
    )
    (alert,) = await _alerts(desk)
    assert alert.count == 1


async def test_what_is_planned_for_a_day_may_come_at_any_hour_of_it(desk: Threads) -> None:
    await plan(desk, at=desk.now - desk.now % DAY, all_day=1, text="")
    await desk.say("launch", "Lune, at last", US)
    assert await _alerts(desk) == []


async def test_a_planned_post_with_a_strange_link_is_not_called_unplanned(desk: Threads) -> None:
    await plan(desk)
    await desk.say("launch", LAUNCH, US, links=("https://coins.example",))
    (alert,) = await _alerts(desk)
    assert alert.title.template == "Our account {account} posted something unusual"
