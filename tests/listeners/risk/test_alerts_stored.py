"""Alerts through the store: merging, windows, noise, spreading posts, the press, severities."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from listeners.actions import (
    add_maintenance,
    end_maintenance,
    merge_alerts,
    mute_noise,
    perform,
    split_alert,
    undo,
)
from listeners.alerting import check_conditions, pass_time, raise_alerts
from listeners.model import (
    HOUR,
    MINUTE,
    AlertClass,
    AlertState,
    Engagement,
    Micros,
    Sentence,
    Severity,
)
from listeners.risk.alert import Alert, Draft
from listeners.risk.maintenance import Window
from listeners.risk.noise import best, effect
from listeners.store import open_store, reads
from listeners.store.alert_rows import load_alerts
from listeners.store.connection import Connection
from listeners.store.evidence import past_alerts
from listeners.store.filters import AlertFilter
from tests.listeners.conversations.threads import CONFIG, IDA, NOW, ZOE, Threads, threads

LEAK = AlertClass.LEAK
FIRING, ACKED, SNOOZED, RESOLVED, DISMISSED = AlertState
LUNE = CONFIG.brands[0]


@pytest.fixture
async def heard(tmp_path: Path) -> AsyncIterator[Threads]:
    async with threads(tmp_path) as opened:
        yield opened


@asynccontextmanager
async def tuned(folder: Path, **brand: Any) -> AsyncIterator[Threads]:
    config = replace(CONFIG, brands=(replace(LUNE, **brand),))
    async with open_store(folder / "hubbub.db") as store:
        made = Threads(store, config)
        await made.open()
        yield made


def draft(subject: str = "", **changes: Any) -> Draft:
    values: dict[str, Any] = {
        "brand": "Lune",
        "alert_class": AlertClass.SILENCE,
        "rule": "silence",
        "subject": subject,
        "severity": Severity.WARN,
        "title": Sentence("title {n}", {"n": subject}),
        **changes,
    }
    return Draft(**values)


async def fire(one: Threads, *drafts: Draft) -> None:
    await one.store.write(lambda c: raise_alerts(c, drafts, one.now))


async def look(one: Threads, *drafts: Draft, calm: set[str] | None = None) -> None:
    async def work(connection: Connection) -> None:
        await check_conditions(connection, drafts, calm or set(), (), one.now)
        await pass_time(connection, one.now)

    await one.store.write(work)


async def alarms(one: Threads) -> dict[int, Alert]:
    async def work(connection: Connection) -> dict[int, Alert]:
        rows = await connection.fetch("SELECT id FROM alert ORDER BY id")
        return await load_alerts(connection, [row["id"] for row in rows])

    return await one.store.read(work)


def bare(found: dict[int, Alert]) -> dict[int, Alert]:
    return {id_: replace(one, version=0) for id_, one in found.items()}


# --- merging ------------------------------------------------------------


async def test_merged_alerts_are_one_and_come_apart_exactly(heard: Threads) -> None:
    await fire(heard, draft("a"), draft("b", severity=Severity.HIGH), draft("c"))
    apart = bare(await alarms(heard))
    outcome = await merge_alerts(heard.store, "Ana", [1, 2, 3], heard.now)
    assert (outcome.done, outcome.sentence.values["number"]) == (2, 2)
    one = await alarms(heard)
    assert [one[id_].merged_into for id_ in (1, 2, 3)] == [2, None, 2]
    assert one[2].count == 3
    assert list(await reads.alert_ids(heard.store, AlertFilter())) == [2]
    assert (await undo(heard.store, "Ana", heard.now)).done
    assert bare(await alarms(heard)) == apart


async def test_what_comes_later_to_a_merged_alert_counts_in_the_one_kept(heard: Threads) -> None:
    await heard.say("x", "Lune again", ZOE)
    await fire(heard, draft("a"), draft("b"))
    await merge_alerts(heard.store, "Ana", [1, 2], heard.now, kept=1)
    heard.wait(MINUTE)
    await perform(heard.store, "Ana", "ack", "alert", [1], heard.now)
    await fire(heard, draft("b", evidence=(1,), holding=False))
    found = await alarms(heard)
    assert set(found) == {1, 2}
    assert (found[1].state, found[1].count) == (ACKED, 3)
    assert (await reads.alerts(heard.store, [1]))[1].evidence == (1,)
    await fire(heard, draft("b", severity=Severity.CRITICAL, evidence=(1,), holding=False))
    assert (await alarms(heard))[1].state is FIRING
    # Undo of the merge keeps what was counted since.
    await undo(heard.store, "Ana", heard.now)
    await undo(heard.store, "Ana", heard.now)
    assert (await alarms(heard))[2].state is FIRING


async def test_one_merged_twice_comes_apart_from_where_it_is(heard: Threads) -> None:
    await fire(heard, draft("a"), draft("b"), draft("c"))
    await merge_alerts(heard.store, "Ana", [1, 2], heard.now, kept=2)
    await merge_alerts(heard.store, "Ana", [2, 3], heard.now, kept=3)
    found = await alarms(heard)
    assert [found[id_].merged_into for id_ in (1, 2, 3)] == [3, 3, None]
    assert found[3].count == 3
    outcome = await split_alert(heard.store, "Ana", 3, heard.now, only=[1])
    assert outcome.done == 1
    assert ((await alarms(heard))[1].state, (await alarms(heard))[3].count) == (FIRING, 2)
    await split_alert(heard.store, "Ana", 3, heard.now)
    assert [one.state for one in (await alarms(heard)).values()] == [FIRING] * 3
    assert [one.count for one in (await alarms(heard)).values()] == [1, 1, 1]


@pytest.mark.parametrize(
    ("ids", "why"),
    [([1], "Mark at least two alerts"), ([1, 9], "There is no alert number 9"),
     ([1, 2], "Only two different alerts of one brand")],
)  # fmt: skip
async def test_what_cannot_be_merged(heard: Threads, ids: list[int], why: str) -> None:
    await fire(heard, draft("a"), draft("b", brand="Soleil"))
    outcome = await merge_alerts(heard.store, "Ana", ids, heard.now)
    assert outcome.done == 0
    assert outcome.sentence.template.format(**outcome.sentence.values).startswith(why)


async def test_the_signs_of_one_wave_are_one_alert_until_all_are_calm(heard: Threads) -> None:
    image = {"alert_class": AlertClass.IMAGE}
    surge, share = draft(rule="surge", **image), draft(rule="negative share", **image)
    call = draft(rule="boycott", holding=False, severity=Severity.HIGH, **image)
    leak = draft(rule="confidential term", alert_class=LEAK, holding=False)
    await look(heard, surge, share, draft(rule="surge", brand="Soleil", **image))
    await fire(heard, call, leak)
    found = await alarms(heard)
    shown = [(one.rule, one.brand) for one in found.values() if one.merged_into is None]
    assert shown == [("surge", "Lune"), ("surge", "Soleil"), ("confidential term", "Lune")]
    assert found[1].severity is Severity.HIGH
    for _ in range(5):
        heard.wait(5 * MINUTE)
        await look(heard, share, calm={surge.fingerprint})
    assert (await alarms(heard))[1].state is FIRING
    for _ in range(3):
        await look(heard, calm={surge.fingerprint, share.fingerprint})
    assert (await alarms(heard))[1].state is RESOLVED


# --- two people at once ------------------------------------------------------------


async def test_resolve_beats_a_racing_ack(heard: Threads) -> None:
    await fire(heard, draft("a", holding=False))
    (before,) = (await alarms(heard)).values()
    seen = {1: before.version}
    await perform(heard.store, "Léo", "ack", "alert", [1], heard.now, seen=seen)
    outcome = await perform(heard.store, "Ana", "resolve", "alert", [1], heard.now, seen=seen)
    assert outcome.done == 1
    late = await perform(heard.store, "Zoé", "ack", "alert", [1], heard.now, seen=seen)
    assert late.done == 0
    assert (await alarms(heard))[1].state is RESOLVED


async def test_resolving_what_still_holds_offers_what_may_be_done(heard: Threads) -> None:
    await fire(heard, draft("a"))
    outcome = await perform(heard.store, "Ana", "resolve", "alert", [1], heard.now)
    assert (outcome.done, outcome.instead) == (0, ("ack", "snooze", "dismiss"))


# --- maintenance windows ------------------------------------------------------------


def window(**changes: Any) -> Window:
    values: dict[str, Any] = {"brand": "Lune", "from_at": NOW, "to_at": Micros(NOW + 2 * HOUR)}
    return Window(**{**values, "reason": "launch", **changes})


async def test_what_goes_on_at_the_end_of_a_window_fires(heard: Threads) -> None:
    assert (await add_maintenance(heard.store, CONFIG, "Ana", window(), heard.now)).done
    await look(heard, draft("goes on"), draft("is over"), draft("leak", alert_class=LEAK),
               draft("else", brand="Soleil"))  # fmt: skip
    assert [one.suppressed for one in (await alarms(heard)).values()] == [True, True, False, False]
    for _ in range(3):
        heard.wait(10 * MINUTE)
        await look(heard, draft("goes on"), calm={draft("is over").fingerprint})
    heard.wait(2 * HOUR)
    await look(heard, draft("goes on"))
    one, two, *_rest = (await alarms(heard)).values()
    assert (one.state, one.suppressed, one.fired_at) == (FIRING, False, heard.now)
    assert two.state is RESOLVED
    assert (await reads.events(heard.store, "alert", 1))[0].verb == "alert.window_ended"


async def test_a_window_is_ended_early_and_that_is_undone(heard: Threads) -> None:
    await add_maintenance(heard.store, CONFIG, "Ana", window(), heard.now)
    await look(heard, draft("a"))
    heard.wait(MINUTE)
    assert (await end_maintenance(heard.store, CONFIG, "Ana", 1, heard.now)).done
    await undo(heard.store, "Ana", heard.now)
    await look(heard)
    assert (await alarms(heard))[1].suppressed
    assert (await end_maintenance(heard.store, CONFIG, "Ana", 1, heard.now)).done
    await look(heard)
    assert not (await alarms(heard))[1].suppressed
    assert not (await end_maintenance(heard.store, CONFIG, "Ana", 1, heard.now)).done


async def test_what_rang_before_a_window_goes_on_ringing(heard: Threads) -> None:
    await look(heard, draft("a"))
    heard.wait(MINUTE)
    await add_maintenance(heard.store, CONFIG, "Ana", window(), heard.now)
    await look(heard, draft("a"))
    assert not (await alarms(heard))[1].suppressed


@pytest.mark.parametrize(
    ("changes", "why"),
    [({"brand": "Nova"}, "There is no brand"), ({"to_at": NOW}, "It must end after"),
     ({"from_at": Micros(NOW - 9), "to_at": Micros(NOW - 3)}, "That time has passed"),
     ({"to_at": Micros(NOW + 900 * HOUR)}, "A maintenance window lasts a month")],
)  # fmt: skip
async def test_a_window_that_cannot_be(heard: Threads, changes: dict[str, Any], why: str) -> None:
    outcome = await add_maintenance(heard.store, CONFIG, "Ana", window(**changes), heard.now)
    assert not outcome.done
    assert outcome.sentence.template.startswith(why)


# --- what raises them ------------------------------------------------------------


def liked(likes: int) -> Engagement:
    return Engagement(likes=likes, shares=0, replies=0)


@pytest.mark.parametrize(
    ("first", "then", "minutes", "fires"),
    [(2, 90, 20, True), (2, 30, 20, False), (2, 90, 600, False), (80, 121, 20, True)],
    ids=["fast", "few", "slow", "fast from much"],
)
async def test_a_post_that_spreads(
    heard: Threads, first: int, then: int, minutes: int, fires: bool
) -> None:
    for number in range(8):
        await heard.say(f"u{number}", "Lune again", IDA, engagement=liked(3))
    await heard.say("x", "Lune did it", ZOE, engagement=liked(first))
    heard.wait(minutes * MINUTE)
    await heard.say("x", "Lune did it", ZOE, engagement=liked(then), created_at=NOW)
    found = [one for one in (await alarms(heard)).values() if one.rule == "spreading"]
    assert bool(found) is fires
    if fires:
        assert found[0].figures["x"] == then - first
        assert (await reads.alerts(heard.store, [found[0].id]))[found[0].id].evidence == (9,)


async def test_growth_is_measured_anew_after_a_while(heard: Threads) -> None:
    await heard.say("x", "Lune did it", ZOE, engagement=liked(0))
    for hour in range(1, 9):
        heard.wait(HOUR)
        again = liked(30 * hour)
        await heard.say("x", "Lune did it", ZOE, engagement=again, created_at=NOW)
    assert not await alarms(heard)


@pytest.mark.parametrize(
    ("listed", "text", "severity"),
    [
        ({"journalists": ("@zoe@social.example",)}, "Lune is terrible, awful", Severity.HIGH),
        ({"vips": ("@zoe@social.example",)}, "Lune is terrible, awful", Severity.WARN),
        ({"journalists": ("@zoe@social.example",)}, "Lune is wonderful", None),
        ({}, "Lune is terrible, awful", None),
    ],
)
async def test_a_journalist_or_vip_who_speaks_ill(
    tmp_path: Path, listed: dict[str, Any], text: str, severity: Severity | None
) -> None:
    async with tuned(tmp_path, **{"vips": (), **listed}) as one:
        await one.say("x", text, ZOE)
        found = [a.severity for a in (await alarms(one)).values() if a.rule == "press negative"]
        assert found == ([severity] if severity is not None else [])


@pytest.mark.parametrize(
    ("settings", "raised"),
    [
        ({}, {"boycott": Severity.WARN}),
        ({"severities": {"boycott": Severity.CRITICAL}}, {"boycott": Severity.CRITICAL}),
        ({"severities": {"boycott": None}}, {}),
        ({"severities": {"image": None}}, {}),
        ({"severities": {"image": None, "boycott": Severity.HIGH}}, {"boycott": Severity.HIGH}),
        ({"words": {"boycott": ("-boycott", "-boycott*")}}, {}),
        ({"words": {"legal": ("the bread police",)}},
         {"boycott": Severity.WARN, "legal": Severity.HIGH}),
    ],
)  # fmt: skip
async def test_severities_and_words_are_the_teams(
    tmp_path: Path, settings: dict[str, Any], raised: dict[str, Severity]
) -> None:
    async with tuned(tmp_path, **settings) as one:
        await one.say("x", "boycott Lune, I called the bread police", ZOE)
        assert {a.rule: a.severity for a in (await alarms(one)).values()} == raised


# --- muting what raises false alarms ------------------------------------------------------------


async def test_a_muted_word_is_replayed_then_keeps_the_rule_silent(heard: Threads) -> None:
    for number, text in enumerate(
        ("boycott Lune, says the minecraft server", "boycott Lune in minecraft, all",
         "boycott Lune, they fired my aunt", "boycott Lune on minecraft now")
    ):  # fmt: skip
        await heard.say(f"m{number}", text, ZOE)
        latest = max(await alarms(heard))
        verb = {"verb": "resolve"} if "aunt" in text else {"verb": "dismiss"}
        await perform(heard.store, "Ana", verb["verb"], "alert", [latest], heard.now)
        heard.wait(2 * HOUR)
    past = await past_alerts(heard.store, "boycott", "Lune")
    found = [effect("rule word", word, past) for word in ("minecraft", "boycott", "aunt")]
    counts = [(one.false, one.of_false, one.real, one.of_real) for one in found]
    assert counts == [(3, 3, 0, 1), (3, 3, 1, 1), (0, 3, 1, 1)]
    chosen = best(found)
    assert chosen is not None
    assert chosen.what == "minecraft"

    last = max(await alarms(heard))
    muted = await mute_noise(heard.store, CONFIG, "Ana", last, "rule word", "Minecraft", heard.now)
    assert muted.done
    await heard.say("m8", "boycott Lune, Minecraft!", ZOE)
    assert max(await alarms(heard)) == last
    await heard.say("m9", "boycott Lune, they are cruel", ZOE)
    assert max(await alarms(heard)) == last + 1
    await undo(heard.store, "Ana", heard.now)
    heard.wait(3 * HOUR)
    await perform(heard.store, "Léo", "resolve", "alert", [last + 1], heard.now)
    heard.wait(3 * HOUR)
    await heard.say("m10", "boycott Lune for minecraft", ZOE)
    assert max(await alarms(heard)) == last + 2


# --- secrets ------------------------------------------------------------


async def test_a_secret_is_masked_in_every_read_and_revealed_by_one(tmp_path: Path) -> None:
    async with tuned(tmp_path, confidential=("Project Nacre",)) as one:
        await one.say("x", "Lune hides Project Nacre. Is it true?", ZOE)
        row = (await reads.mentions(one.store, [1]))[1]
        talk = (await reads.conversations(one.store, [1]))[1]
        for text in (row.text, row.raw_text, talk.excerpt):
            assert "Nacre" not in text
            assert "••" in text
        assert row.masked
        assert await reads.revealed(one.store, 1) == "Lune hides Project Nacre. Is it true?"
        assert await reads.revealed(one.store, 2) is None
