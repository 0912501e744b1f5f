"""What the screen reads: the order of the queue, pages without gaps, and honest figures."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from listeners.model import (
    DAY,
    HOUR,
    MINUTE,
    AlertClass,
    AlertState,
    ConversationState,
    Label,
    Micros,
    Part,
    Sentence,
    Severity,
    SourceState,
)
from listeners.query import parse, to_fts
from listeners.risk.alert import Alert
from listeners.store import Store, reads
from listeners.store.filters import AlertFilter, QueueFilter, StreamFilter
from listeners.store.sources import register_sources, set_source_state
from listeners.store.subjects import add_evidence, save_alerts, save_conversations
from tests.listeners.store.builders import BRAND, NETWORK, NOW, OTHER, World


def ago(amount: int) -> Micros:
    return Micros(NOW - amount)


# --- the queue -----------------------------------------------------------------------------------


async def test_the_queue_comes_by_tier_then_due_time_then_score_then_age(world: World) -> None:
    async def put(root: str, **changes: object) -> int:
        return (await world.converse(root, **changes)).id

    due = Micros(NOW + HOUR)
    old = await put("old", tier=4, due_at=due, score=1.0, waiting_since=ago(2 * HOUR))
    young = await put("young", tier=4, due_at=due, score=1.0, waiting_since=ago(HOUR))
    weighty = await put("weighty", tier=4, due_at=due, score=9.0)
    undated = await put("undated", tier=4, due_at=None, score=99.0)
    sooner = await put("sooner", tier=4, due_at=ago(HOUR))
    rest = await put("rest", tier=5, due_at=ago(DAY))
    risk = await put("risk", tier=1, due_at=due)
    by_hand = await put("by hand", tier=5, due_at=Micros(NOW + DAY), manual_priority=1)
    elsewhere = await put("elsewhere", brand=OTHER, tier=2, due_at=due)
    await put("not asked", in_queue=False)
    await put("merged", merged_into=risk)
    await put("waiting", state=ConversationState.WAITING)
    ids = list(await reads.queue_ids(world.store, QueueFilter()))
    mine = [risk, by_hand, sooner, weighty, old, young, undated, rest]
    assert ids == [risk, by_hand, elsewhere, sooner, weighty, old, young, undated, rest]
    assert list(await reads.queue_ids(world.store, QueueFilter(brand=BRAND))) == mine
    assert list(await reads.queue_ids(world.store, QueueFilter(brand="nobody"))) == []


async def test_other_states_come_by_their_last_message(world: World) -> None:
    made = {}
    for number, state in enumerate(("waiting", "resolved", "waiting", "ignored", "open")):
        conversation = await world.converse(
            f"r{number}", state=ConversationState(state), last_at=Micros(NOW + number)
        )
        made[number] = conversation.id
    wanted = QueueFilter(states=("waiting", "ignored", "open", "waiting"))
    assert list(await reads.queue_ids(world.store, wanted)) == [made[2], made[0], made[3], made[4]]


async def test_a_conversation_shows_its_newest_outside_message(world: World) -> None:
    conversation = await world.converse(
        title="The title", tags=("b", "a"), reasons=(Sentence("due soon"),), need=None
    )
    first, last = await world.add(
        [
            world.mention("first", conversation_id=conversation.id),
            world.mention(
                "the   last\nword " * 60,
                conversation_id=conversation.id,
                author="bob",
                label=Label.NEGATIVE,
            ),
        ]
    )
    assert first < last
    [saved] = await world.store.write(
        lambda c: save_conversations(c, [replace(conversation, last_outside_id=last)])
    )
    row = (await reads.conversations(world.store, [saved.id, 999]))[saved.id]
    assert row.excerpt.startswith("the last word the last word")
    assert len(row.excerpt) <= 300
    assert (row.author, row.author_name) == ("bob@x.example", "Bob")
    assert (row.label, row.compound) == (Label.NEGATIVE, -0.5)
    assert (row.tags, row.version, row.needs_reply) == (("a", "b"), 2, True)
    assert row.reasons == (Sentence("due soon"),)


@pytest.mark.parametrize(
    ("wanted", "roots"),
    [
        (QueueFilter(assignee="ana"), ["a"]),
        (QueueFilter(unassigned=True), ["b", "c"]),
        (QueueFilter(tags=("press",)), ["b"]),
        (QueueFilter(tags=("press", "urgent")), []),
        (QueueFilter(networks=("feeds",)), []),
        (QueueFilter(networks=("feeds", NETWORK)), ["a", "b", "c"]),
        (QueueFilter(labels=(Label.NEGATIVE,)), ["a"]),
        (QueueFilter(labels=(Label.NEGATIVE, Label.POSITIVE)), ["a", "b"]),
        (QueueFilter(langs=("fr",)), ["b"]),
        (QueueFilter(query=to_fts(parse("refund"))), ["a"]),
        (QueueFilter(query=to_fts(parse("lang:fr"))), ["b"]),
    ],
)
async def test_filters_of_the_queue(world: World, wanted: QueueFilter, roots: list[str]) -> None:
    named = {}
    for root, changes in (
        ("a", {"assignee": "ana"}),
        ("b", {"tags": ("press",)}),
        ("c", {}),
    ):
        named[root] = await world.converse(root, **changes)
    messages = await world.add(
        [
            world.mention("A refund!", conversation_id=named["a"].id, label=Label.NEGATIVE),
            world.mention("Merci", conversation_id=named["b"].id, lang="fr"),
        ]
    )
    for root, message in zip(("a", "b"), messages, strict=True):
        changed = replace(named[root], last_outside_id=message)
        await world.store.write(lambda c, one=changed: save_conversations(c, [one]))
    found = await reads.queue_ids(world.store, wanted)
    names = {conversation.id: root for root, conversation in named.items()}
    assert [names[id_] for id_ in found] == roots


# --- the stream ----------------------------------------------------------------------------------


async def pages(store: Store, wanted: StreamFilter, limit: int) -> list[int]:
    found: list[int] = []
    before = None
    while page := await reads.mention_ids(store, wanted, limit=limit, before=before):
        assert len(page) <= limit
        found.extend(page)
        before = page[-1]
    return found


@pytest.mark.parametrize("limit", [1, 7, 64])
@pytest.mark.parametrize(
    "wanted",
    [
        StreamFilter(),
        StreamFilter(brand=OTHER),
        StreamFilter(labels=(Label.NEGATIVE,)),
        StreamFilter(networks=("feeds",)),
        StreamFilter(brand=BRAND, networks=("feeds",), labels=(Label.POSITIVE, Label.UNSCORED)),
        StreamFilter(parts=(Part.OURS,)),
        StreamFilter(langs=("fr",)),
        StreamFilter(since=Micros(NOW - 5 * MINUTE)),
        StreamFilter(query=to_fts(parse("red"))),
        StreamFilter(query=to_fts(parse("red NOT green")), labels=(Label.NEGATIVE,)),
        StreamFilter(query=to_fts(parse("lang:fr"))),
    ],
)
async def test_pages_hold_everything_once(world: World, wanted: StreamFilter, limit: int) -> None:
    chance = random.Random(limit)
    await world.add(
        [
            world.mention(
                chance.choice(["red", "green", "red green"]),
                # Many share a time: the page must break ties by id.
                at=Micros(NOW - chance.randrange(10) * MINUTE),
                label=chance.choice(list(Label)),
                brand_id=world.brands[chance.choice([BRAND, OTHER])],
                network=chance.choice(["feeds", NETWORK]),
                lang=chance.choice(["fr", "en", None]),
                part=chance.choice(list(Part)),
            )
            for _ in range(60)
        ]
    )
    whole = list(await reads.mention_ids(world.store, wanted, limit=1000))
    assert whole
    assert len(set(whole)) == len(whole)
    assert await pages(world.store, wanted, limit) == whole
    if wanted.query is None or not wanted.query.expression:
        rows = await reads.mentions(world.store, whole)
        order = [(rows[id_].sort_at, id_) for id_ in whole]
        assert order == sorted(order, reverse=True)


async def test_a_page_after_a_mention_that_is_gone_is_empty(world: World) -> None:
    await world.add([world.mention()])
    assert not await reads.mention_ids(world.store, StreamFilter(), limit=5, before=4711)


async def test_a_thread_holds_what_was_merged_into_it(world: World) -> None:
    kept = await world.converse("kept")
    absorbed = await world.converse("absorbed", merged_into=kept.id)
    deeper = await world.converse("deeper", merged_into=absorbed.id)
    other = await world.converse("other")
    for minutes, conversation in ((3, kept), (2, deeper), (1, absorbed), (0, other)):
        text = f"{minutes}"
        await world.add(
            [world.mention(text, at=ago(minutes * MINUTE), conversation_id=conversation.id)]
        )
    assert [row.text for row in await reads.thread(world.store, kept.id)] == ["3", "2", "1"]
    newest = await reads.thread(world.store, kept.id, limit=2)
    assert [row.text for row in newest] == ["2", "1"]
    assert await reads.thread(world.store, 4711) == []


async def test_what_an_author_said_before(world: World) -> None:
    conversation = await world.converse()
    ids = await world.add(
        [
            world.mention("1", at=ago(HOUR)),
            world.mention("2", author="bob"),
            world.mention("3", conversation_id=conversation.id),
        ]
    )
    for kind, subject in (("mention", ids[0]), ("conversation", conversation.id)):
        history = await reads.account_history(world.store, kind, subject)  # type: ignore[arg-type]
        assert [row.text for row in history] == ["3", "1"]


# --- alerts --------------------------------------------------------------------------------------


def alert(rule: str, **changes: object) -> Alert:
    values: dict[str, object] = {
        "brand": BRAND,
        "alert_class": AlertClass.LEAK,
        "rule": rule,
        "fingerprint": rule,
        "severity": Severity.HIGH,
        "title": Sentence("{rule} fired", {"rule": rule}),
        "first_at": NOW,
        "last_at": NOW,
        "fired_at": NOW,
    }
    return Alert(**{**values, **changes})  # type: ignore[arg-type]


async def test_alerts_come_worst_first_then_newest(world: World) -> None:
    saved = await world.store.write(
        lambda c: save_alerts(
            c,
            [
                alert("old", last_at=ago(HOUR)),
                alert("new"),
                alert("acked", state=AlertState.ACKED, severity=Severity.CRITICAL),
                alert("mild", severity=Severity.INFO, brand=OTHER),
                alert("over", state=AlertState.RESOLVED, alert_class=AlertClass.SILENCE),
            ],
        )
    )
    ids = {one.rule: one.id for one in saved}

    async def listed(wanted: AlertFilter) -> list[str]:
        rows = await reads.alerts(world.store, await reads.alert_ids(world.store, wanted))
        return [rows[id_].rule for id_ in await reads.alert_ids(world.store, wanted)]

    assert await listed(AlertFilter()) == ["acked", "new", "old", "mild"]
    assert await listed(AlertFilter(brand=BRAND)) == ["acked", "new", "old"]
    assert await listed(AlertFilter(min_severity=Severity.HIGH)) == ["acked", "new", "old"]
    assert await listed(AlertFilter(states=("resolved",))) == ["over"]
    assert await listed(AlertFilter(classes=(AlertClass.SILENCE,))) == []
    assert await listed(AlertFilter(states=())) == []
    evidence = await world.add([world.mention(), world.mention()])
    for _ in range(2):
        await world.store.write(lambda c: add_evidence(c, ids["new"], reversed(evidence)))
    row = (await reads.alerts(world.store, [ids["new"]]))[ids["new"]]
    assert row.evidence == tuple(evidence)
    assert row.title == Sentence("{rule} fired", {"rule": "new"})


# --- figures -------------------------------------------------------------------------------------


async def test_a_series_has_its_empty_buckets(world: World) -> None:
    await world.add(
        [
            world.mention(label=Label.NEGATIVE),
            world.mention(label=Label.POSITIVE, brand_id=world.brands[OTHER]),
            world.mention(label=Label.UNSCORED, network="feeds"),
            world.mention(at=ago(2 * MINUTE)),
        ]
    )

    async def totals(brand: str) -> list[int]:
        buckets = await reads.series(
            world.store, brand, resolution="minute", since=ago(3 * MINUTE), until=NOW
        )
        assert [one.start for one in buckets] == [
            NOW // MINUTE * MINUTE - n * MINUTE for n in (3, 2, 1, 0)
        ]
        return [one.total for one in buckets]

    assert await totals("") == [0, 1, 0, 3]
    assert await totals(BRAND) == [0, 1, 0, 2]
    assert await totals("nobody") == [0, 0, 0, 0]
    (hour,) = await reads.series(
        world.store, "", resolution="hour", since=NOW, until=Micros(NOW + 1)
    )
    assert (hour.negative, hour.positive, hour.unscored, hour.total) == (1, 2, 1, 4)
    assert hour.net_sentiment == pytest.approx(1 / 3)


async def test_sums_by_network_are_exact_to_the_minute(world: World) -> None:
    since = ago(3 * HOUR)
    await world.add(
        [
            world.mention(at=since),
            world.mention(at=Micros(since - MINUTE)),
            world.mention(at=ago(2 * HOUR), network="feeds", label=Label.NEGATIVE),
            world.mention(network="feeds"),
        ]
    )
    sums = await reads.by_network(world.store, BRAND, since)
    assert {network: one.total for network, one in sums.items()} == {NETWORK: 1, "feeds": 2}
    assert sums["feeds"].net_sentiment == 0


async def month(world: World, per_hour: dict[int, int], *, label: Label = Label.POSITIVE) -> None:
    """Thirty days with this many mentions half past each of these hours (UTC)."""
    midnight = NOW // DAY * DAY
    await world.add(
        [
            world.mention(at=Micros(midnight - day * DAY + hour * HOUR + 30 * MINUTE), label=label)
            for day in range(1, 31)
            for hour, count in per_hour.items()
            for _ in range(count)
        ]
    )


async def test_usual_is_the_same_time_of_the_day(world: World) -> None:
    # It is 14:42:30, so that 42.5 of the last 60 minutes are in the hour of 14.
    await month(world, {13: 4, 14: 8, 3: 40})
    await world.add([world.mention(label=Label.NEGATIVE, at=ago(n * MINUTE)) for n in range(6)])
    line = await reads.status_line(world.store, BRAND, NOW)
    passed = 42.5 / 60
    assert line.rate == 6
    assert line.rate_usual == pytest.approx(4 * (1 - passed) + 8 * passed)
    assert (line.mood, line.mood_usual) == (-1, 1)


async def test_usual_is_not_known_before_there_is_a_day_of_it(world: World) -> None:
    await world.add([world.mention(at=ago(20 * HOUR)), world.mention()])
    # History fetched afterwards is no proof of having listened.
    await world.add([world.mention(at=ago(20 * DAY), seen_at=NOW, history=True)])
    line = await reads.status_line(world.store, BRAND, NOW)
    assert (line.rate, line.rate_usual, line.mood_usual) == (1, None, None)
    later = Micros(NOW + 6 * HOUR)
    assert (await reads.status_line(world.store, BRAND, later)).rate_usual is not None


async def test_a_quiet_hour_shows_the_mood_of_the_day(world: World) -> None:
    await month(world, {2: 3}, label=Label.NEGATIVE)
    scored = [world.mention(at=ago(n * MINUTE)) for n in range(4)]
    earlier = [world.mention(label=Label.NEGATIVE, at=ago(5 * HOUR)) for _ in range(4)]
    await world.add([*scored, *earlier, world.mention(label=Label.UNSCORED)])
    line = await reads.status_line(world.store, BRAND, NOW)
    assert (line.mood, line.mood_usual) == (0, -1)
    assert line.unscored_share == pytest.approx(1 / 9)
    await world.add([world.mention()])
    assert (await reads.status_line(world.store, BRAND, NOW)).mood == 1


async def test_an_empty_store_claims_nothing(world: World) -> None:
    line = await reads.status_line(world.store, "", NOW)
    assert (line.mood, line.mood_usual, line.rate, line.rate_usual) == (None, None, 0, None)
    assert (line.open, line.overdue, line.due_soon, line.unscored_share) == (0, 0, 0, 0)
    assert (line.sources_total, line.catching_up, line.alerts) == (2, 0, {})


async def test_work_alerts_and_sources_in_the_status_line(world: World) -> None:
    for number, due in enumerate((-HOUR, -1, 0, 15 * MINUTE, 15 * MINUTE + 1, None)):
        due_at = None if due is None else Micros(NOW + due)
        await world.converse(f"r{number}", due_at=due_at)
    await world.converse("elsewhere", brand=OTHER, due_at=ago(1))
    await world.converse("quiet", in_queue=False, due_at=ago(1))
    await world.store.write(
        lambda c: save_alerts(
            c,
            [
                alert("a"),
                alert("b", state=AlertState.ACKED),
                alert("c", state=AlertState.SNOOZED),
                alert("d", severity=Severity.WARN, brand=OTHER),
            ],
        )
    )
    feeds = world.sources["feeds:blogs"]
    await world.store.write(lambda c: set_source_state(c, feeds, SourceState.FAILING, NOW))
    line = await reads.status_line(world.store, BRAND, NOW)
    assert (line.open, line.overdue, line.due_soon) == (6, 2, 2)
    assert line.alerts == {Severity.HIGH: 2}
    assert line.sources_trouble == ("Blogs",)
    whole = await reads.status_line(world.store, "", NOW)
    assert (whole.open, whole.overdue) == (7, 3)
    assert whole.alerts == {Severity.HIGH: 2, Severity.WARN: 1}
    await world.store.write(lambda c: register_sources(c, [], NOW))
    assert (await reads.status_line(world.store, BRAND, NOW)).sources_trouble == ()
