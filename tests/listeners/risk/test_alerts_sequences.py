"""Any sequence of what people and time do to alerts: nothing is lost, all of it comes back."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listeners.actions import merge_alerts, perform, split_alert, undo
from listeners.alerting import check_conditions, pass_time, raise_alerts
from listeners.model import HOUR, MINUTE, AlertClass, Micros, Sentence, Severity
from listeners.risk.alert import LIVE, Alert, Draft
from listeners.store import Store, open_store
from listeners.store.alert_rows import load_alerts
from listeners.store.connection import Connection
from listeners.store.sources import register_brands

NOW = Micros(1_790_000_000 * 1_000_000)
RULES = ("silence", "surge", "negative share", "confidential term")
CLASSES = {"silence": AlertClass.SILENCE, "confidential term": AlertClass.LEAK}


def draft(rule: str, severity: Severity = Severity.WARN) -> Draft:
    kind = CLASSES.get(rule, AlertClass.IMAGE)
    return Draft(
        brand="Acme",
        alert_class=kind,
        rule=rule,
        severity=severity,
        title=Sentence("title"),
        holding=rule != "confidential term",
    )


VERBS = st.one_of(
    st.tuples(
        st.sampled_from(["ack", "snooze", "resolve", "dismiss", "reopen", "release", "escalate"]),
        st.integers(1, 4),
    ),
    st.tuples(st.just("merge"), st.tuples(st.integers(1, 4), st.integers(1, 4))),
    st.tuples(st.just("split"), st.integers(1, 4)),
)
FOUND = st.tuples(st.just("found"), st.tuples(st.sampled_from(RULES), st.sampled_from(Severity)))
TIME = st.tuples(st.just("wait"), st.sampled_from([MINUTE, HOUR, 6 * HOUR]))
CALM = st.tuples(st.just("calm"), st.sampled_from(RULES))


async def alarms(store: Store) -> dict[int, Alert]:
    async def work(connection: Connection) -> dict[int, Alert]:
        rows = await connection.fetch("SELECT id FROM alert")
        return await load_alerts(connection, [row["id"] for row in rows])

    return await store.read(work)


def bare(found: dict[int, Alert]) -> dict[int, Alert]:
    return {id_: replace(one, version=0) for id_, one in found.items()}


def check(found: dict[int, Alert]) -> None:
    """At most one live alert a fingerprint; what was merged stands in one that is whole."""
    live = [one.fingerprint for one in found.values() if one.state in LIVE]
    assert len(live) == len(set(live))
    for one in found.values():
        if one.merged_into is not None:
            assert one.state not in LIVE
            assert found[one.merged_into].merged_into is None


async def do(store: Store, what: str, value: Any, now: Micros) -> bool:
    if what == "merge":
        return bool((await merge_alerts(store, "Ana", value, now)).done)
    if what == "split":
        return bool((await split_alert(store, "Ana", value, now)).done)
    return bool((await perform(store, "Ana", what, "alert", [value], now)).done)


def run(scenario: Any) -> None:
    async def inside() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with open_store(Path(folder) / "hubbub.db") as store:
                await store.write(lambda c: register_brands(c, ["Acme"]))
                drafts = [draft(rule) for rule in RULES]
                await store.write(lambda c: raise_alerts(c, drafts, NOW))
                await scenario(store)

    asyncio.run(inside())


QUIET = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUIET
@given(steps=st.lists(VERBS, max_size=8))
def test_undo_of_all_gives_the_first_state(steps: list[tuple[str, Any]]) -> None:
    async def scenario(store: Store) -> None:
        states = [bare(await alarms(store))]
        for what, value in steps:
            if await do(store, what, value, NOW):
                states.append(bare(await alarms(store)))
                check(states[-1])
        for before in reversed(states[:-1]):
            assert (await undo(store, "Ana", NOW)).done
            assert bare(await alarms(store)) == before

    run(scenario)


@QUIET
@given(steps=st.lists(st.one_of(VERBS, FOUND, TIME, CALM), max_size=12))
def test_a_firing_alert_is_never_lost(steps: list[tuple[str, Any]]) -> None:
    async def scenario(store: Store) -> None:
        now = NOW
        for what, value in steps:
            before = await alarms(store)
            if what == "wait":
                now = Micros(now + value)
                await store.write(partial(pass_time, now=now))
            elif what == "found":
                found = draft(*value)
                await store.write(partial(raise_alerts, drafts=[found], now=now))
            elif what == "calm":
                name = draft(value).fingerprint
                over = partial(check_conditions, drafts=(), calm={name}, steady=(), now=now)
                await store.write(over)
            else:
                await do(store, what, value, now)
            after = await alarms(store)
            check(after)
            assert before.keys() <= after.keys()
            for id_, one in after.items():
                was = before.get(id_)
                closes = what in ("resolve", "dismiss", "merge", "calm")
                if was is not None and was.state in LIVE and one.state not in LIVE:
                    assert closes, (what, value)
                if was is not None:
                    assert one.severity >= was.severity

    run(scenario)
