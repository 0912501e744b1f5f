"""``[brand.NAME.alerts]``: budgets, presets, single detectors, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from listeners.config.false_alarms import AlarmsConfig, Choice
from listeners.config.files import parse_config
from listeners.config.types import ConfigError
from listeners.risk.budget import DETECTORS


def read(*lines: str) -> AlarmsConfig:
    text = "\n".join(("[brand.Lune.alerts]", *lines))
    return parse_config(text, Path("hubbub.toml")).brands[0].alarms


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2 a month", Choice(a_month=2.0)),
        ("at most 2 a month", Choice(a_month=2.0)),
        ("0.5/month", Choice(a_month=0.5)),
        ("1 per week", Choice(a_month=30 / 7)),
        ("73 a year", Choice(a_month=6.0)),
        ("Calm", Choice("calm")),
        ("keen", Choice("keen")),
    ],
)
def test_a_budget_is_written_as_it_is_said(written: str, expected: Choice) -> None:
    whole = read(f'false_alarms = "{written}"').whole
    assert whole.preset == expected.preset
    assert whole.a_month == pytest.approx(expected.a_month)


def test_one_detector_has_a_choice_of_its_own() -> None:
    found = read('false_alarms = "2 a month"', 'surge_6_h = "keen"', 'silence = "off"')
    assert found.own == {"surge 6 h": Choice("keen"), "silence": None}
    assert not found.on("silence")
    assert found.on("surge")
    assert found.shared == ("surge", "negative spike", "negative share")


def test_all_of_them_can_be_off() -> None:
    found = read('false_alarms = "off"')
    assert not any(found.on(one) for one in DETECTORS)


def test_nothing_written_is_the_normal_preset() -> None:
    assert read() == AlarmsConfig() == AlarmsConfig(whole=Choice("normal"))


@pytest.mark.parametrize(
    "line", ['false_alarms = "often"', "false_alarms = 2", 'surge = "0 a month"', 'spike = "calm"']
)
def test_what_cannot_be_meant_is_refused_with_its_line(line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(line)
    assert caught.value.where == "hubbub.toml:2"
