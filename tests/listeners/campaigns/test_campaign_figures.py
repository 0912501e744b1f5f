"""What a campaign brought, recomputed in another way from the rows; and two of them compared."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.attributing import attribute
from listeners.campaigns.campaign import Campaign
from listeners.campaigns.comparing import (
    BURSTS,
    UNKNOWN,
    Estimate,
    beyond_chance,
    compared,
    lift,
    mood_moved,
    wilson,
)
from listeners.campaigns.figures import (
    CampaignFigures,
    Counts,
    Period,
    Span,
    counted_part,
    spans_of,
)
from listeners.model import DAY, HOUR, Author, Engagement, Label, Micros, Part
from listeners.rows import Bucket
from listeners.store import Connection, Store, ingest
from listeners.store.campaigns import by_quarter, figures, top_mentions
from listeners.store.records import SeenAccount
from tests.listeners.campaigns.campaign_builders import TODAY, kept, spring
from tests.listeners.store.builders import BRAND, NETWORK, NOW, OTHER, World

FROM, TO = spring().from_at, spring().to_at
LENGTH = TO - FROM


# --- stretches ------------------------------------------------------------------------------------


def test_the_stretches_are_as_long_as_the_campaign() -> None:
    spans = spans_of(spring())
    assert spans == {
        "before": (FROM - LENGTH, FROM),
        "during": (FROM, TO),
        "after": (TO, TO + LENGTH),
    }


@pytest.mark.parametrize(
    ("heard_from", "now", "counted"),
    [
        (0, 30, (10, 20)),
        (0, 15, (10, 15)),
        (12, 30, (12, 20)),
        (12, 15, (12, 15)),
        (0, 10, None),
        (0, 5, None),
        (20, 30, None),
        (25, 30, None),
        (None, 30, None),
    ],
)
def test_only_what_was_heard_is_counted(
    heard_from: int | None, now: int, counted: tuple[int, int] | None
) -> None:
    heard = None if heard_from is None else Micros(heard_from)
    assert counted_part(Span(Micros(10), Micros(20)), heard, Micros(now)) == counted


def period(
    *, good: int = 0, bad: int = 0, rest: int = 0, days: float = 10, known: bool = True, **more: Any
) -> Period:
    span = Span(Micros(0), Micros(int(days * DAY)))
    bucket = Bucket(Micros(0), good + bad + rest, bad, 0, good, rest, 0.0)
    return Period(span=span, counted=span if known else None, counts=Counts(bucket=bucket, **more))


def test_what_is_not_there_has_no_figure() -> None:
    nothing = period(good=5, people=3, known=False, asked=2, answered=1, stages={"connect": 1})
    said = [
        nothing.volume, nothing.per_day, nothing.net, nothing.band, nothing.people, nothing.reach,
        nothing.new_people, nothing.conversations, nothing.answered, nothing.stage_moves,
        nothing.campaign,
    ]  # fmt: skip
    assert said == [None] * 11
    assert (nothing.days, nothing.whole, nothing.known) == (0.0, False, False)
    empty = period()
    assert (empty.volume, empty.per_day, empty.people) == (0, 0.0, 0)
    assert (empty.net, empty.band, empty.answered, empty.reach) == (None, None, None, None)
    assert period(asked=4, answered=3).answered == 0.75
    assert period(good=20).per_day == 2.0


# --- counted from a store -------------------------------------------------------------------------


@dataclass(frozen=True)
class Heard:
    """A mention as the test made it."""

    id: int
    at: int
    who: str
    label: Label
    spring: bool
    repost: bool
    gone: bool
    ours: bool
    brand: str
    talk: int | None
    asks: bool


PEOPLE = {
    "ana": 100,
    "bob": None,
    "cyd": 7,
    "cyd2": 5,
    "dan": 40,
    "staff": 9,
    "rex": 3,
    "eve": 2,
    "us": 1000,
}
PERSON = {**{name: name for name in PEOPLE}, "cyd2": "cyd"}


async def furnished(world: World) -> list[Heard]:
    """Three months of mentions by all sorts of people, in a store."""
    store, chance = world.store, random.Random(8)

    async def accounts(connection: Connection) -> None:
        seen = [
            SeenAccount(NETWORK, Author(key=name, handle=name, name=name, followers=followers),
                        ours=name == "us")
            for name, followers in PEOPLE.items()
        ]  # fmt: skip
        found = await ingest.upsert_accounts(connection, seen, NOW)
        world.accounts.update({key: id_ for (_network, key), id_ in found.items()})
        cyd, other = world.accounts["cyd"], world.accounts["cyd2"]
        await connection.fetch(
            """UPDATE account SET person_id = (SELECT person_id FROM account WHERE id = ?)
               WHERE id = ?""",
            (cyd, other),
        )
        await connection.fetch(
            """UPDATE person SET role = 'staff' WHERE id =
               (SELECT person_id FROM account WHERE id = ?)""",
            (world.accounts["staff"],),
        )

    await store.write(accounts)
    talks = [(await world.converse(f"root {n}")).id for n in range(8)]
    made: list[Heard] = []
    mentions = []
    for n in range(400):
        who = chance.choice([*PEOPLE, "ana", "bob"])
        # Rex only passes on what others said, and so did Eve before the campaign; Cyd speaks up
        # during it for the first time, Dan only after it.
        first = {"cyd": FROM, "cyd2": FROM + 3 * DAY, "dan": TO}.get(who, FROM - 15 * DAY)
        at = chance.randrange(first, TO + 16 * DAY) // HOUR * HOUR
        repost = who == "rex" or (who == "eve" and at < FROM) or chance.random() < 0.2
        one = Heard(
            id=n, at=at, who=who, label=chance.choice(list(Label)), spring=chance.random() < 0.4,
            repost=repost, gone=chance.random() < 0.1, ours=who == "us",
            brand=chance.choice([BRAND, BRAND, BRAND, OTHER]),
            talk=chance.choice([None, *talks]), asks=chance.random() < 0.3,
        )  # fmt: skip
        made.append(one)
        mentions.append(
            world.mention(
                "#spring" if one.spring else "words", at=Micros(at), author=who, label=one.label,
                repost=one.repost, part=Part.OURS if one.ours else Part.OUTSIDE,
                brand_id=world.brands[one.brand], asks=one.asks,
                conversation_id=one.talk if one.brand == BRAND else None,
            )
        )  # fmt: skip
    ids = await world.add(mentions)
    made = [replace(one, id=id_) for one, id_ in zip(made, ids, strict=True)]

    async def rest(connection: Connection) -> None:
        known = await ingest.known_of_ids(connection, [one.id for one in made if one.gone])
        await ingest.delete_mentions(connection, known, NOW)
        for place, talk in enumerate(talks):
            waiting = [None, FROM + 5 * DAY, FROM - 15 * DAY, None][place % 4]
            first = [FROM, FROM, FROM, None][place % 4]
            state = "ignored" if place == 4 else "open"
            await connection.fetch(
                """UPDATE conversation SET waiting_since = ?, first_response_at = ?, state = ?
                   WHERE id = ?""",
                (waiting, first, state, talk),
            )
        await connection.fetch(
            "UPDATE conversation SET merged_into = ? WHERE id = ?", (talks[0], talks[1])
        )
        for who, at, stage, removed in (
            ("rex", FROM + DAY, "convert", 0),
            ("ana", FROM + DAY, "convince", 0), ("cyd", FROM, "connect", 0),
            ("bob", FROM - DAY, "connect", 0), ("bob", FROM + DAY, "convert", 1),
            ("dan", TO, "connect", 0),
        ):  # fmt: skip
            await connection.fetch(
                """INSERT INTO stage_move (person_id, brand_id, at, stage, removed)
                   SELECT person_id, ?, ?, ?, ? FROM account WHERE id = ?""",
                (world.brands[BRAND], at, stage, removed, world.accounts[who]),
            )

    await store.write(rest)
    return made


def expected(made: Sequence[Heard], span: tuple[int, int], *, own: bool) -> dict[str, object]:
    """Count anew, in plain Python, what the store counts."""
    alive = [one for one in made if not one.gone and one.brand == BRAND]
    near = [one for one in alive if span[0] <= one.at < span[1]]
    mine = [one for one in near if one.spring and FROM - DAY <= one.at < TO + 14 * DAY]
    others = [one for one in (mine if own else near) if not one.ours]
    speaking = [one for one in others if not one.repost and one.who != "staff"]
    people = {PERSON[one.who] for one in speaking}
    before = {PERSON[o.who] for o in alive if o.at < span[0] and not o.repost}
    spoke = {one.who for one in speaking}
    known = [followers for name in spoke if (followers := PEOPLE[name]) is not None]
    return {
        "total": len(others),
        "labels": [sum(one.label is label for one in others) for label in Label],
        "campaign": sum(not one.ours for one in mine),
        "posts": sum(one.ours for one in mine),
        "people": len(people),
        "new": len(people - before),
        "reach": sum(known) if known else None,
        "unknown": len({"bob"} & people),
    }


def counted(one: Period) -> dict[str, object]:
    bucket = one.counts.bucket
    return {
        "total": bucket.total,
        "labels": [bucket.negative, bucket.neutral, bucket.positive, bucket.unscored],
        "campaign": one.counts.campaign,
        "posts": one.counts.posts,
        "people": one.counts.people,
        "new": one.counts.new_people,
        "reach": one.counts.followers,
        "unknown": one.counts.unknown_reach,
    }


@pytest.fixture
async def lived(world: World) -> tuple[Campaign, list[Heard], int]:
    made = await furnished(world)
    campaign = await kept(world.store, spring())
    await attribute(world.store)
    heard_from = min(one.at for one in made if one.brand == BRAND)
    return campaign, made, heard_from


async def test_the_figures_are_those_of_the_rows(
    store: Store, lived: tuple[Campaign, list[Heard], int]
) -> None:
    campaign, made, heard_from = lived
    now = Micros(TO + 30 * DAY)
    found = await figures(store, campaign, now)
    assert found.heard_from == heard_from
    spans = {"before": (FROM - LENGTH, FROM), "during": (FROM, TO), "after": (TO, TO + LENGTH)}
    for name, one in found.periods:
        assert one.span == spans[name]
        assert one.counted == one.span
        assert counted(one) == expected(made, spans[name], own=False), name
    reach = (FROM - DAY, TO + 14 * DAY)
    assert counted(found.own) == expected(made, reach, own=True)
    assert found.own.counts.new_people < found.own.counts.people
    assert found.during.counts.new_people == 2
    assert found.during.counts.stages == {"convert": 1, "convince": 1, "connect": 1}
    assert found.before.counts.stages == {"connect": 1}
    assert found.after.counts.stages == {"connect": 1}
    assert found.own.days == 10
    assert found.own.per_day == pytest.approx(found.own.counts.bucket.total / 10)
    assert "convert" not in found.own.counts.stages
    assert found.own.stage_moves == sum(found.own.counts.stages.values())


async def test_conversations_and_answers_are_those_of_the_rows(
    store: Store, lived: tuple[Campaign, list[Heard], int]
) -> None:
    campaign, made, _heard_from = lived
    found = await figures(store, campaign, Micros(TO + 30 * DAY))
    rows = await store.fetch(
        "SELECT id, merged_into, waiting_since, first_response_at, state FROM conversation"
    )
    talks = {row["id"]: row for row in rows}
    near = [
        one for one in made
        if one.brand == BRAND and not one.gone and not one.ours and one.talk and FROM <= one.at < TO
    ]  # fmt: skip
    asked: dict[int, int] = {}
    heads = set()
    for one in near:
        head = int(talks[one.talk]["merged_into"] or one.talk or 0)
        heads.add(head)
        if one.asks and talks[head]["state"] != "ignored":
            asked[head] = min(one.at, asked.get(head, one.at))
    answered = [
        head for head, at in asked.items()
        if talks[head]["first_response_at"] is not None
        and (talks[head]["waiting_since"] is None or talks[head]["waiting_since"] > at)
    ]  # fmt: skip
    counts = found.during.counts
    assert (counts.conversations, counts.asked, counts.answered) == (
        len(heads),
        len(asked),
        len(answered),
    )
    assert 0 < len(answered) < len(asked) < len(heads)


async def test_while_it_runs_it_is_counted_up_to_now(
    store: Store, lived: tuple[Campaign, list[Heard], int]
) -> None:
    campaign, made, heard_from = lived
    found = await figures(store, campaign, NOW)
    assert found.during.counted == (FROM, NOW)
    assert not found.during.whole
    assert counted(found.during) == expected(made, (FROM, NOW), own=False)
    assert found.during.per_day == pytest.approx(
        expected(made, (FROM, NOW), own=False)["total"] / ((NOW - FROM) / DAY)  # type: ignore[operator]
    )
    assert not found.after.known
    assert found.before.whole
    early = await figures(store, replace(campaign, from_at=Micros(FROM - 12 * DAY)), NOW)
    assert early.before.counted == (heard_from, FROM - 12 * DAY)
    assert not early.before.whole


async def test_a_brand_nobody_heard_of_has_no_figures(store: Store) -> None:
    made = await kept(store, spring())
    found = await figures(store, made, NOW)
    assert found.heard_from is None
    assert [one.known for _name, one in found.periods] == [False, False, False]


async def test_nothing_is_walked_whole_and_nobodys_past_more_than_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.add([world.mention("#spring", at=Micros(NOW - n * HOUR)) for n in range(20)])
    made = await kept(world.store, spring())
    await attribute(world.store)
    steps: list[str] = []
    fetch = Connection.fetch

    async def explaining(self: Connection, sql: str, parameters: Any = ()) -> Any:
        plan = await fetch(self, f"EXPLAIN QUERY PLAN {sql}", parameters)
        steps.extend(row["detail"] for row in plan)
        return await fetch(self, sql, parameters)

    monkeypatch.setattr(Connection, "fetch", explaining)
    await figures(world.store, made, NOW)
    assert [step for step in steps if step.split()[:2] in (["SCAN", "m"], ["SCAN", "k"])] == []
    past = [step for step in steps if step.startswith("SEARCH k ")]
    assert past
    assert all("mention_account (account_id=?" in step for step in past)


async def test_the_line_over_time_and_the_top_are_of_the_rows(
    store: Store, lived: tuple[Campaign, list[Heard], int]
) -> None:
    campaign, made, _heard_from = lived
    span = Span(FROM, TO)
    found = await by_quarter(store, campaign, span)
    wanted = expected(made, span, own=False)
    assert sum(all_ for all_, _own in found.values()) == wanted["total"]
    assert sum(own for _all, own in found.values()) == wanted["campaign"]
    assert all(at % (15 * 60_000_000) == 0 for at in found)
    mine = [
        one for one in made
        if one.spring and one.brand == BRAND and not (one.gone or one.ours or one.repost)
        and FROM - DAY <= one.at < TO + 14 * DAY
    ]  # fmt: skip
    await store.write(
        lambda c: ingest.update_engagement(
            c,
            [(mine[0].id, Engagement(likes=3, shares=None, replies=9)),
             (mine[1].id, Engagement(likes=None, shares=13, replies=None))],
        )
    )  # fmt: skip
    top = await top_mentions(store, campaign, 5)
    assert top[:2] == [mine[1].id, mine[0].id]
    rest = sorted(mine[2:], key=lambda one: (-one.at, -one.id))
    assert top[2:] == [one.id for one in rest[:3]]


# --- compared -------------------------------------------------------------------------------------


def brought(name: str, own: Period, before: Period, during: Period) -> CampaignFigures:
    return CampaignFigures(
        campaign=spring(name=name), before=before, during=during, after=period(known=False),
        own=own, heard_from=TODAY,
    )  # fmt: skip


def test_two_campaigns_are_compared_a_day_and_chance_is_told_where_it_can_be() -> None:
    first = brought(
        "A",
        period(good=80, bad=20, people=50, new_people=10, followers=1000, conversations=20,
               asked=100, answered=95, stages={"connect": 4}, days=10),
        period(good=100), period(good=300),
    )  # fmt: skip
    second = brought(
        "B",
        period(good=20, bad=80, people=50, new_people=0, followers=None, conversations=40,
               asked=100, answered=50, stages={"connect": 8}, days=20),
        period(good=100), period(good=101),
    )  # fmt: skip
    rows = {one.measure: one for one in compared(first, second)}
    said = {key: one.said.template.format(**one.said.values) for key, one in rows.items()}
    assert said == {
        "mentions": "“A”: 2.0 times as much.",
        "net": "“A” is higher, and by more than chance.",
        "people": "“A”: 2.0 times as much.",
        "new people": "Only “A” has any.",
        "reach": UNKNOWN.template,
        "conversations": "About the same.",
        "answered": "“A” is higher, and by more than chance.",
        "stage moves": "About the same.",
        "brand": "“A”: 3.0 times as much.",
    }
    assert (rows["mentions"].first, rows["mentions"].second) == (10.0, 5.0)
    assert [rows[key].beyond_chance for key in ("net", "answered", "mentions")] == [
        True, True, None,
    ]  # fmt: skip
    assert lift(first) == 3.0
    assert "bursts" in BURSTS.template
    back = {one.measure: one for one in compared(second, first)}
    assert back["net"].said == rows["net"].said


def test_few_mentions_prove_nothing() -> None:
    first = brought("A", period(good=3, bad=1, asked=2, answered=2), period(), period(good=1))
    second = brought("B", period(good=1, bad=2, asked=2, answered=1), period(), period(good=1))
    rows = {one.measure: one for one in compared(first, second)}
    assert rows["net"].beyond_chance is False
    assert rows["answered"].beyond_chance is False
    assert rows["net"].said.template == "The difference may be chance."
    assert lift(first) is None
    assert rows["brand"].said == UNKNOWN


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        (period(good=50, bad=50), period(good=90, bad=10), "better than before"),
        (period(good=90, bad=10), period(good=50, bad=50), "worse than before"),
        (period(good=50, bad=50), period(good=55, bad=45), "may be chance"),
        (period(good=5), period(known=False), "Nothing to compare"),
        (period(rest=5), period(good=5), "Nothing to compare"),
    ],
)
def test_what_is_said_of_a_mood_that_moved(was: Period, now: Period, words: str) -> None:
    assert words in mood_moved(was, now).template


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    # Newcombe, Statistics in Medicine 17, 1998, 857-872, table I, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval(hits: int, count: int, low: float, high: float) -> None:
    found = wilson(hits, count)
    assert [found.low, found.high] == pytest.approx([low, high], abs=1e-4)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 60), st.integers(1, 60))
def test_chance_is_judged_alike_from_both_sides(a: int, b: int, c: int, d: int) -> None:
    one, other = wilson(min(a, b), b), wilson(min(c, d), d)
    assert beyond_chance(one, other) == beyond_chance(other, one)
    assert not beyond_chance(one, one)
    apart = one.low > other.high or other.low > one.high
    assert not apart or beyond_chance(one, other)
    assert beyond_chance(Estimate(1, 1, 1), Estimate(0, 0, 0))
