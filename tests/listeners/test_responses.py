"""Response times: what counts as an answer, how long it took, and what a group comes to."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.actions import perform, redo, undo
from listeners.clock import from_iso
from listeners.config import BrandConfig, Targets
from listeners.conversations.clock import BusinessHours
from listeners.conversations.conversation import Conversation
from listeners.model import DAY, HOUR, MINUTE, ConversationState, Micros
from listeners.reports.responses import (
    ELSEWHERE,
    NOBODY,
    Answer,
    Response,
    Waiting,
    figures,
    grouped,
    measured,
)
from listeners.store import Store, open_store
from listeners.store.connection import Connection
from listeners.store.reads.responses import answers, waiting
from listeners.store.sources import register_brands
from listeners.store.subjects import save_conversations

FRIDAY = Micros(from_iso("2026-11-20T16:45:00Z"))
MONDAY = Micros(from_iso("2026-11-23T09:10:00Z"))
OFFICE = BusinessHours(week=(((9 * 60, 17 * 60),),) * 5, holidays=frozenset({date(2026, 12, 25)}))
BRAND = BrandConfig(name="Acme", hours=OFFICE, targets=Targets(first=1800, next=7200, urgent=600))


def answer(
    asked: int, answered: int, *, first: bool = True, tier: int = 4, member: str = "Ana"
) -> Answer:
    return Answer(
        conversation=1,
        brand="Acme",
        network="mastodon",
        tier=tier,
        member=member,
        how="by hand",
        first=first,
        asked_at=Micros(asked),
        answered_at=Micros(answered),
    )


def wait(asked: int, *, member: str = NOBODY) -> Waiting:
    return Waiting(
        conversation=2,
        brand="Acme",
        network="bluesky",
        tier=4,
        member=member,
        first=True,
        asked_at=Micros(asked),
    )


@pytest.mark.parametrize(
    ("given_answer", "seconds", "target", "late"),
    [
        (answer(FRIDAY, MONDAY), 25 * 60, 1800, False),
        (answer(FRIDAY, MONDAY + 10 * MINUTE), 35 * 60, 1800, True),
        (answer(FRIDAY, MONDAY + 10 * MINUTE, first=False), 35 * 60, 7200, False),
        (answer(FRIDAY, MONDAY, tier=1), 25 * 60, 600, True),
        (answer(FRIDAY, FRIDAY), 0, 1800, False),
    ],
    ids=["over the weekend", "late", "a later answer has more time", "risk has less", "at once"],
)
def test_an_answer_is_measured_in_business_time_against_its_target(
    given_answer: Answer, seconds: float, target: float, late: bool
) -> None:
    (one,) = measured([given_answer], [], {"Acme": BRAND}, MONDAY)
    assert (one.seconds, one.target, one.late) == (seconds, target, late)


def test_who_waits_too_long_counts_as_missed_and_who_is_not_late_does_not_count() -> None:
    rows = measured(
        [answer(FRIDAY, FRIDAY + 5 * MINUTE)],
        [wait(FRIDAY), wait(MONDAY)],
        {"Acme": BRAND},
        Micros(MONDAY + 10 * MINUTE),
    )
    told = figures(rows)
    assert (told.answered, told.waiting, told.overdue, told.within) == (1, 2, 1, 0.5)
    assert told.oldest is not None
    assert told.oldest.asked_at == FRIDAY
    assert [row.how for row in told.rows] == [None, None, "by hand"]


def test_no_answer_and_no_wait_are_no_figures_rather_than_zeros() -> None:
    told = figures([])
    assert (told.within, told.median_first, told.median_next, told.slowest_tenth) == (None,) * 4


def test_groups_keep_what_nobody_has_apart_from_what_was_answered_elsewhere() -> None:
    rows = measured(
        [answer(FRIDAY, FRIDAY, member=ELSEWHERE), answer(FRIDAY, FRIDAY)],
        [wait(FRIDAY), wait(FRIDAY, member="Ana")],
        {},
        FRIDAY,
    )
    by_member = grouped(rows, "member")
    assert {name: len(one.rows) for name, one in by_member.items()} == {
        "Ana": 2,
        NOBODY: 1,
        ELSEWHERE: 1,
    }
    assert list(grouped(rows, "tier")) == ["4"]
    assert list(grouped(rows, "network")) == ["bluesky", "mastodon"]


spans = st.integers(0, 5 * DAY)


@given(st.lists(st.tuples(spans, spans, st.booleans()), max_size=30))
def test_every_row_is_in_exactly_one_group_and_figures_stay_in_their_bounds(
    made: list[tuple[int, int, bool]],
) -> None:
    rows = measured(
        [answer(FRIDAY + a, FRIDAY + a + b, first=f) for a, b, f in made], [], {}, FRIDAY
    )
    groups = grouped(rows, "member")
    assert sorted(map(_key, rows)) == sorted(_key(r) for g in groups.values() for r in g.rows)
    told = figures(rows)
    assert told.within is None or 0 <= told.within <= 1
    if rows:
        slowest = max(row.seconds for row in rows)
        assert told.slowest_tenth is not None
        assert told.slowest_tenth <= slowest


def _key(row: Response) -> tuple[int, float]:
    return row.asked_at, row.seconds


# --- from the log --------------------------------------------------------------------------------

NOW = Micros(from_iso("2026-11-20T12:00:00Z"))


async def _conversation(store: Store, *, asked: int) -> int:
    async def work(connection: Connection) -> int:
        await register_brands(connection, {"Acme": None})
        (one,) = await save_conversations(
            connection,
            [
                Conversation(
                    brand="Acme",
                    network="mastodon",
                    root=f"r{asked}",
                    state=ConversationState.OPEN,
                    in_queue=True,
                    waiting_since=Micros(asked),
                    opened_at=Micros(asked),
                    last_at=Micros(asked),
                    state_since=Micros(asked),
                )
            ],
        )
        return one.id

    return await store.write(work)


async def test_answers_come_from_the_log_and_go_with_their_undo(tmp_path: Path) -> None:
    async with open_store(tmp_path / "hubbub.db") as store:
        id_ = await _conversation(store, asked=NOW - HOUR)
        other = await _conversation(store, asked=NOW - 2 * HOUR)

        async def told() -> list[tuple[int, str, bool, int]]:
            found = await answers(store, "", Micros(0), Micros(NOW + DAY))
            return [
                (one.conversation, one.member, one.first, one.answered_at - one.asked_at)
                for one in found
            ]

        assert await told() == []
        assert [one.conversation for one in await waiting(store, "Acme")] == [id_, other]
        await perform(store, "Ana", "answered", "conversation", [id_], NOW)
        assert await told() == [(id_, "Ana", True, HOUR)]
        assert [one.conversation for one in await waiting(store, "Acme")] == [other]
        await perform(store, "Ana", "resolve", "conversation", [other], NOW)
        assert await told() == [(id_, "Ana", True, HOUR)], "resolving answers nobody"
        await undo(store, "Ana", NOW)
        await undo(store, "Ana", NOW)
        assert await told() == []
        await redo(store, "Ana", NOW)
        assert await told() == [(id_, "Ana", True, HOUR)]
        assert await answers(store, "", Micros(NOW + 1), Micros(NOW + DAY)) == []
