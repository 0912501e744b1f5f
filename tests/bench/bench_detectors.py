"""Detectors on made-up streams: false episodes a week, bursts found, how late.

Run by ``python -m pytest -m bench -s tests/bench/bench_detectors.py``; ``HUBBUB_KEYWORDS`` says
how many keywords a row has (each is four weeks learnt and four weeks judged). It prints the tables
of ``docs/detectors.md``. Our rules are asked by the functions that ask them of real streams.
"""

from __future__ import annotations

import math
import os
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from listeners.detecting import Detectors
from listeners.limits import usual_limits
from listeners.model import MINUTE, Micros
from listeners.replay.series import Series, SpikeChecks, SurgeChecks
from listeners.risk.budget import ODDS, SPREADS, limit, peaks
from listeners.risk.episodes import episodes
from listeners.store import open_store
from listeners.store.sources import register_brands
from tests.bench import rivals
from tests.bench.streams import (
    BINS_A_DAY,
    BURST_BINS,
    RATES,
    SHAPES,
    START,
    Shape,
    Stream,
    burst,
    stream,
)
from tests.listeners.replay.test_budgeting import BRAND, NOW, fill

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

KEYWORDS = int(os.environ.get("HUBBUB_KEYWORDS", "3"))
LEARNT_WEEKS = 4
JUDGED_WEEKS = 4
BURSTS = 8
"""Bursts planted in each keyword's judged weeks, each by itself, for every size."""
TIMES = (2, 3, 6, 12)
BUDGET = 2.0
"""False alarms a month allowed where the limit is found on the weeks learnt."""
PATIENCE = 18
"""Checks after its beginning within which a burst counts as found: ninety minutes."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """A rule on one stream: whether a check fires with mentions added, and whether it is calm."""

    window: int
    fires: Callable[[int, int], bool]
    calm: Callable[[int], bool]


@dataclass(slots=True)
class Result:
    """What a rule did with the streams of one row."""

    false: int = 0
    weeks: int = 0
    planted: dict[int, int] = field(default_factory=dict)
    delays: dict[int, list[int]] = field(default_factory=dict)

    def false_a_week(self) -> float:
        """Return the false episodes a keyword and week."""
        return self.false / self.weeks

    def found(self, times: int) -> float:
        """Return the share of bursts found."""
        return len(self.delays.get(times, [])) / self.planted[times]

    def cell(self, times: int) -> str:
        """Return the share found and the median delay in minutes."""
        late = self.delays.get(times, [])
        return f"{self.found(times):.2f} {5 * statistics.median(late):.0f}'" if late else "0"


Row = tuple[Shape, float]


def rules_on(made: Stream) -> dict[str, Ruled]:
    """Return every rule that is compared, on one stream."""
    series = Series(made.bins, START)
    hour, six, same = SurgeChecks(series, 1), SurgeChecks(series, 6), SpikeChecks(series)
    flat, ewma = rivals.Flat(made.bins), rivals.Ewma(made.bins)

    def scored(score: rivals.Score, limit: float) -> Ruled:
        return Ruled(
            rivals.HOUR,
            lambda check, more: score(check, more) > limit,
            lambda check: score(check, 0) <= limit / 2,
        )

    return {
        "surge 1 h": _surge(hour, 12, hour.rules.alpha),
        "surge 6 h": _surge(six, 72, six.rules.alpha),
        "same time": _spike(same, same.rules.z),
        "EWMA z 5": scored(ewma.z, 5.0),
        "flat 2.5x": scored(flat.ratio, 2.5),
        "mean+3sd": scored(flat.deviations, 3.0),
        f"surge 1 h, {BUDGET:g} a month": _surge(hour, 12, math.exp(-_allowed(hour))),
        f"same time, {BUDGET:g} a month": _spike(same, _allowed(same)),
    }


def _surge(checks: SurgeChecks, window: int, alpha: float) -> Ruled:
    return Ruled(window, lambda n, more: checks.p(n, more=more) < alpha, checks.calm)


def _spike(checks: SpikeChecks, limit: float) -> Ruled:
    return Ruled(6, lambda n, more: checks.score(n, more=more) >= limit, checks.calm)


def _allowed(checks: SurgeChecks | SpikeChecks) -> float:
    """Return the limit which the budget gives on the weeks learnt, all of it for this one rule."""
    first = checks.first_judged
    end = LEARNT_WEEKS * rivals.WEEK
    days = (end - first) / BINS_A_DAY
    scores = [(n, score) for n in range(first, end) if (score := checks.score(n)) > 0]
    scale = ODDS if isinstance(checks, SurgeChecks) else SPREADS
    return limit(peaks(scores, checks.apart), days, BUDGET, scale)


def measure(row: Row, seed: int) -> dict[str, Result]:
    """Return what every rule does on the streams of a row."""
    shape, rate = row
    results: dict[str, Result] = {}
    for keyword in range(KEYWORDS):
        random = np.random.default_rng([seed, keyword])
        made = stream(rate, shape, LEARNT_WEEKS + JUDGED_WEEKS, random)
        begin = LEARNT_WEEKS * rivals.WEEK
        planted = [
            (times, at, burst(made, at, times, random))
            for times in TIMES
            for at in random.integers(begin, len(made.bins) - 40, BURSTS).tolist()
        ]
        for name, rule in rules_on(made).items():
            result = results.setdefault(name, Result())
            firing = [n for n in range(begin, len(made.bins) + 1) if rule.fires(n, 0)]
            result.false += len(episodes(firing, rule.calm, len(made.bins) + 1))
            result.weeks += JUDGED_WEEKS
            for times, at, extra in planted:
                result.planted[times] = result.planted.get(times, 0) + 1
                if (late := delay(rule, at, extra)) is not None:
                    result.delays.setdefault(times, []).append(late)
    return results


def delay(rule: Ruled, at: int, extra: list[int]) -> int | None:
    """Return after how many checks a burst that begins with bin ``at`` is seen, if it is."""
    for check in range(at + 1, at + 1 + PATIENCE):
        since = max(0, check - rule.window - at)
        more = sum(extra[since : min(check - at, BURST_BINS)])
        if more and rule.fires(check, more):
            return check - at
    return None


def lines(
    rows: Iterable[tuple[Row, dict[str, Result]]],
    cell: Callable[[Result], str],
    worst: Callable[[dict[str, Result]], float],
) -> list[str]:
    """Return a table in Markdown, the worst row first."""
    rows = sorted(rows, key=lambda one: worst(one[1]), reverse=True)
    names = list(rows[0][1])
    table = ["| stream | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    for (shape, rate), results in rows:
        cells = " | ".join(cell(results[name]) for name in names)
        table.append(f"| {rate:g}/h {shape} | {cells} |")
    return table


def test_what_detectors_find_and_how_often_they_cry_wolf() -> None:
    rows = [
        ((shape, rate), measure((shape, rate), 100 * number + place))
        for number, shape in enumerate(SHAPES)
        for place, rate in enumerate(RATES)
    ]
    print(f"\n{KEYWORDS} keywords a row, {JUDGED_WEEKS} weeks each; false episodes a week")
    print(*lines(rows, lambda one: f"{one.false_a_week():.2f}",
                 lambda all_: all_["surge 1 h"].false_a_week()), sep="\n")  # fmt: skip
    for times in TIMES:
        print(f"\nbursts of an hour, {times} times the usual: share found, median delay")

        def cell(one: Result, times: int = times) -> str:
            return one.cell(times)

        def missed(all_: dict[str, Result], times: int = times) -> float:
            return 1 - all_["surge 1 h"].found(times)

        print(*lines(rows, cell, missed), sep="\n")
    weeks = sum(results["surge 1 h"].weeks for _row, results in rows)
    for flat in ("flat 2.5x", "mean+3sd"):
        assert total(rows, "surge 1 h") < total(rows, flat) / 4
    assert total(rows, "surge 1 h") / weeks < 1.0
    large = [results["surge 1 h"].found(12) for (_shape, rate), results in rows if rate >= 10]
    assert statistics.mean(large) >= 0.75
    for adapted in (f"surge 1 h, {BUDGET:g} a month", f"same time, {BUDGET:g} a month"):
        assert total(rows, adapted) / weeks < 7 * BUDGET / 30


def total(rows: Iterable[tuple[Row, dict[str, Result]]], name: str) -> int:
    """Return the false episodes of a rule in all rows."""
    return sum(results[name].false for _row, results in rows)


async def test_a_check_of_one_brand_holds_nobody_up(tmp_path: Path) -> None:
    """The screen may share the process: a check may take a few milliseconds of it."""
    async with open_store(tmp_path / "hubbub.db") as store:
        await store.write(lambda connection: register_brands(connection, ["Lune"]))
        await fill(store, 35, 30.0)
        detectors, limits = Detectors(), usual_limits(BRAND)

        async def check(minutes: int) -> float:
            now = Micros(NOW + minutes * MINUTE)
            begun = time.thread_time()
            await store.read(
                lambda connection: detectors.look(connection, BRAND, limits, 1.0, True, now)
            )
            return 1000 * (time.thread_time() - begun)

        first = await check(0)
        rest = [await check(minutes) for minutes in range(5, 60, 5)]
    print(f"\na check of one brand: {first:.1f} ms at the full hour, {max(rest):.1f} ms else")
    assert max(rest) < 20
