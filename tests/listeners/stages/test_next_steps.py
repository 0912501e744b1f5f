"""Who is worth a next step, and which one is suggested."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listeners.model import DAY, Micros
from listeners.stages.facts import StageRules
from listeners.stages.next_steps import Situation, next_step, worth

NOW = Micros(1_000 * DAY)
RULES = StageRules()
NEW = Situation(stage="connect", since=Micros(NOW - DAY))
TALKING = Situation(stage="convince", since=Micros(NOW - 31 * DAY), positives=2, negatives=1)


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (NEW, None),
        (replace(NEW, positives=1), None),
        (replace(NEW, positives=2), "praise"),
        (replace(NEW, reach=4_999), None),
        (replace(NEW, reach=5_000), "reach"),
        (replace(NEW, positives=2, reach=5_000), "praise"),
        (replace(NEW, positives=2, answered_at=NOW), None),
        (replace(NEW, reach=5_000, answered_at=NOW), None),
        (replace(NEW, asked_at=NOW), None),
        (replace(NEW, positives=2, asked_at=NOW), "asked"),
        (replace(NEW, reach=5_000, asked_at=NOW), "asked"),
        (TALKING, "ready"),
        (replace(TALKING, since=Micros(NOW - 30 * DAY)), "ready"),
        (replace(TALKING, since=Micros(NOW - 30 * DAY + 1)), None),
        (replace(TALKING, negatives=2), None),
        (replace(TALKING, positives=0, negatives=0), None),
        (replace(TALKING, answered_at=NOW), "ready"),
        (replace(TALKING, stage="convert"), None),
    ],
)
def test_who_is_worth_it(one: Situation, kind: str | None) -> None:
    step = next_step(one, RULES, "both", NOW)
    assert (step.kind if step is not None else None) == kind
    assert worth(one, RULES) or step is None


def test_the_thresholds_are_the_brands() -> None:
    keen = StageRules(step_positives=1, step_reach=10, step_days=1)
    for one in (
        replace(NEW, positives=1),
        replace(NEW, reach=10),
        replace(TALKING, since=Micros(NOW - DAY)),
    ):
        assert next_step(one, RULES, "both", NOW) is None
        assert next_step(one, keen, "both", NOW) is not None


def test_somebody_may_be_worth_it_later() -> None:
    fresh = replace(TALKING, since=NOW)
    assert worth(fresh, RULES)
    assert next_step(fresh, RULES, "both", NOW) is None


def test_the_reason_has_its_numbers() -> None:
    step = next_step(TALKING, RULES, "both", NOW)
    assert step is not None
    assert step.reason.values == {"days": 31, "positives": 2, "negatives": 1}


def test_each_audience_is_spoken_to_in_its_way() -> None:
    for one in (
        replace(NEW, positives=2),
        replace(NEW, reach=5_000),
        replace(NEW, positives=2, asked_at=NOW),
        TALKING,
    ):
        steps = [next_step(one, RULES, audience, NOW) for audience in ("b2b", "b2c", "both")]
        assert len({step.step.template for step in steps if step is not None}) == 3


def test_a_journalist_is_offered_an_interview_but_answered_first() -> None:
    press = replace(NEW, reach=9_000, role="journalist")
    step = next_step(press, RULES, "b2c", NOW)
    assert step is not None
    assert "interview" in step.step.template
    asked = next_step(replace(press, asked_at=NOW), RULES, "b2c", NOW)
    assert asked is not None
    assert "interview" not in asked.step.template
