"""What a brand says of its stages: read with the line of any fault, kept in the store unchanged."""

from __future__ import annotations

from pathlib import Path

import pytest

from listeners.config import BrandConfig, Config, ConfigError, load_config
from listeners.conversations.clock import BusinessHours
from listeners.stages.brand import StageBrand, from_text, stage_brands, to_text
from listeners.stages.facts import StageRules


def read(folder: Path, *lines: str) -> StageRules:
    path = folder / "hubbub.toml"
    path.write_text("\n".join(("[brand.Lune]", 'query = "lune"', *lines)), encoding="utf-8")
    brand = load_config(path).brand("Lune")
    assert brand is not None
    return brand.stages


def test_without_a_table_the_usual_rules_hold(tmp_path: Path) -> None:
    assert read(tmp_path) == StageRules()
    assert read(tmp_path, "[brand.Lune.stages]") == StageRules(
        return_days=60, advocacy=3, customer_tags=("customer", "client")
    )


def test_each_threshold_can_be_set(tmp_path: Path) -> None:
    assert read(
        tmp_path,
        "[brand.Lune.stages]",
        "return_days = 30",
        "advocacy = 2",
        'customer_tags = ["Abonné", "client ", "client", ""]',
        "step_positives = 1",
        "step_reach = 100",
        "step_days = 7",
    ) == StageRules(
        return_days=30,
        advocacy=2,
        customer_tags=("abonné", "client"),
        step_positives=1,
        step_reach=100,
        step_days=7,
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("return_days = 0", "return_days must be a whole number, 1 or more."),
        ('advocacy = "3"', "advocacy must be a whole number, 1 or more."),
        ("advocacy = true", "advocacy must be a whole number, 1 or more."),
        ("step_reach = 5.5", "step_reach must be a whole number, 1 or more."),
        ("step_days = 99999999999", "step_days must be a whole number, 1 or more."),
        ("customer_tags = 3", 'customer_tags must be a list of texts, such as ["one", "two"].'),
        ("customer_tags = [3]", 'customer_tags must be a list of texts, such as ["one", "two"].'),
        ("advocasy = 3", "stages.advocasy is not a setting here; did you mean advocacy?"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(ConfigError) as fault:
        read(tmp_path, "[brand.Lune.stages]", "# a comment", line)
    assert fault.value.where.endswith("hubbub.toml:5")
    assert fault.value.sentence.template.format(**fault.value.sentence.values) == said


def test_stages_must_be_a_table(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as fault:
        read(tmp_path, "stages = 3")
    assert fault.value.where.endswith("hubbub.toml:3")


def test_competitors_have_no_funnel() -> None:
    config = Config(
        brands=(
            BrandConfig(name="Lune", competitors=("Sol",)),
            BrandConfig(name="Sol"),
            BrandConfig(name="Mars", competitor=True),
        )
    )
    assert [one.name for one in stage_brands(config)] == ["Lune"]


def test_what_is_written_down_is_read_back() -> None:
    brand = BrandConfig(
        name="Café “Lune”",
        handles={"x": ("@lune",)},
        websites=("lune.example",),
        hours=BusinessHours(zone="Europe/Paris"),
        stages=StageRules(advocacy=5, customer_tags=("abonné",)),
    )
    kept = stage_brands(Config(brands=(brand,)))
    assert from_text(to_text(kept, 90)) == (kept, 90)
    assert from_text("") == ((), 0)
    assert str(kept[0].zone_info) == "Europe/Paris"


def test_a_zone_that_this_machine_does_not_know_is_utc() -> None:
    assert str(StageBrand(name="Lune", zone="Mars/Olympus").zone_info) == "UTC"
