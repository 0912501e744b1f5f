"""Severities, words and maintenance windows in the configuration."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from listeners.clock import from_iso
from listeners.config import Config, ConfigError
from listeners.config.reader import Reader
from listeners.model import Severity
from listeners.risk.maintenance import Window

HEAD = """
[brand.Lune]
query = "Lune"
[brand.Lune.hours]
zone = "Europe/Paris"
mon = ["09:00-18:00"]
"""


def read(text: str) -> Config:
    whole = HEAD + text
    return Reader(whole, Path("hubbub.toml")).config(tomllib.loads(whole))


def test_what_is_written_is_read() -> None:
    config = read("""
        [brand.Lune.severity]
        surge = "high"
        negative_share = "off"
        [brand.Lune.words]
        boycott = ["balance ta lune", "-a fuir"]
        [[maintenance]]
        brand = "Lune"
        from = 2026-12-01T08:00:00
        to = "2026-12-01 20:00+00:00"
        reason = "launch"
    """)
    assert config.brands[0].severities == {"surge": Severity.HIGH, "negative share": None}
    assert config.brands[0].words == {"boycott": ("balance ta lune", "-a fuir")}
    assert config.maintenance == (
        Window(
            brand="Lune",
            from_at=from_iso("2026-12-01T07:00:00Z"),
            to_at=from_iso("2026-12-01T20:00:00Z"),
            reason="launch",
        ),
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[brand.Lune.severity]\nsurg = 'high'", "did you mean surge"),
        ("[brand.Lune.severity]\nsurge = 'loud'", "surge must be one of"),
        ("[brand.Lune.words]\nboycot = []", "did you mean boycott"),
        ("[brand.Lune.words]\nlegal = 'x'", "legal must be a list"),
        ("[[maintenance]]\nbrand = 'Nova'", "There is no brand Nova"),
        ("[[maintenance]]\nfrom = 3\nto = 4", "from is a time"),
        ("[[maintenance]]\nfrom = 2026-12-02\nto = 2026-12-01", "must end after it begins"),
        ("[[maintenance]]\nuntil = 2026-12-02", "has no until"),
        ("[maintenance]\nfrom = 2026-12-02", "[[maintenance]] tables"),
    ],
)
def test_what_is_wrong_is_said(text: str, why: str) -> None:
    with pytest.raises(ConfigError, match=r"hubbub\.toml:") as caught:
        read(text)
    assert why in str(caught.value)
