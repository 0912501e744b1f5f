"""Made-up streams of mentions for the comparison of detectors: days, weekends, unrest, bursts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from listeners.model import DAY, MINUTE, Micros

Shape = Literal["poisson", "log-normal", "gamma hours"]
SHAPES: tuple[Shape, ...] = ("poisson", "log-normal", "gamma hours")
RATES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
"""Mentions an hour, on average over the week."""
START = Micros(1_699_833_600_000_000)
"""Monday 2023-11-13, 00:00 UTC."""
BINS_A_DAY = DAY // (5 * MINUTE)
BURST_BINS = 12
"""A burst lasts an hour."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Expected and drawn mentions by five minutes."""

    expected: np.ndarray
    bins: list[int]


def week() -> np.ndarray:
    """Return the shape of a week in bins of five minutes, 1 on average; weekends at 60 %."""
    hours = np.arange(7 * BINS_A_DAY) / 12
    day = 1 + 0.8 * np.sin((hours % 24 - 9) / 24 * 2 * np.pi)
    day *= np.where(hours // 24 >= 5, 0.6, 1.0)
    return np.asarray(day / day.mean())


def stream(rate: float, shape: Shape, weeks: int, random: np.random.Generator) -> Stream:
    """Draw a stream of ``rate`` mentions an hour.

    *log-normal*: activity that drifts slowly (an AR(1) of hours, half-life 6 h, sd of the log .4).
    *gamma hours*: every hour has an activity of its own (gamma, variance .25).
    """
    expected = np.tile(week(), weeks) * rate / 12
    hours = weeks * 7 * 24
    if shape == "log-normal":
        keep = 0.5 ** (1 / 6)
        noise = random.normal(0.0, 0.4 * np.sqrt(1 - keep**2), hours)
        level = np.empty(hours)
        level[0] = random.normal(0.0, 0.4)
        for hour in range(1, hours):
            level[hour] = keep * level[hour - 1] + noise[hour]
        expected = expected * np.repeat(np.exp(level - 0.08), 12)
    elif shape == "gamma hours":
        expected = expected * np.repeat(random.gamma(4.0, 0.25, hours), 12)
    return Stream(expected, [int(count) for count in random.poisson(expected)])


def burst(of: Stream, at: int, times: float, random: np.random.Generator) -> list[int]:
    """Return the mentions a burst adds from bin ``at`` on: for an hour, ``times`` the usual."""
    extra = of.expected[at : at + BURST_BINS] * (times - 1)
    return [int(count) for count in random.poisson(extra)]
