"""``[[brand.NAME.group]]``: read as written, refused with the line and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from listeners.config import Config, ConfigError, load_config
from listeners.config.profile import Objective, objective


def read(folder: Path, text: str) -> Config:
    path = folder / "hubbub.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path)


WHOLE = """\
[brand.Lune]
audience = "b2c"
tone = "warm, short"

[[brand.Lune.group]]
name = "young parents"
audience = "b2c"
size = 120000
note = "evenings"
networks = { Instagram = "answered 90%", mastodon = "heard 20", youtube = "" }

[[brand.Lune.group]]
name = "shops"
networks = ["linkedin"]
"""


def test_groups_are_read_as_they_are_written(tmp_path: Path) -> None:
    brand = read(tmp_path, WHOLE).brands[0]
    parents, shops = brand.groups
    assert (brand.tone, parents.name, parents.size, parents.note) == (
        "warm, short", "young parents", 120000, "evenings",
    )  # fmt: skip
    assert parents.networks == {
        "instagram": Objective("answered", 90.0),
        "mastodon": Objective("heard", 20.0),
        "youtube": None,
    }
    assert (shops.audience, shops.networks) == ("", {"linkedin": None})


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ('name = "shops"\nnetworks = ["linkedin"]', ""),
        ('name = ""', "needs a name"),
        ('name = "young parents"', "there twice"),
        ('name = "shops"\nsise = 3', "did you mean size"),
        ('name = "shops"\nsize = -1', "whole number"),
        ('name = "shops"\naudience = "b3b"', "b2b, b2c, both"),
        ('name = "shops"\nnetworks = "linkedin"', "written as"),
        ('name = "shops"\nnetworks = { linkedin = "likes 3" }', "likes 3 is no objective"),
        ('name = "shops"\nnetworks = { linkedin = "heard" }', "heard is no objective"),
        ('name = "shops"\nnetworks = { linkedin = "answered 101" }', "answered 101 is no"),
        ('name = "shops"\nnetworks = { linkedin = 3 }', "3 is no objective"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, wrong: str, says: str) -> None:
    text = WHOLE.rpartition("name = ")[0] + wrong + "\n"
    if not says:
        read(tmp_path, text)
        return
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, text)
    assert says in str(refused.value)
    assert refused.value.where.startswith(str(tmp_path / "hubbub.toml"))


@pytest.mark.parametrize(
    ("text", "now", "met"),
    [
        ("answered 90", 90.0, True),
        ("answered 90", 89.9, False),
        ("mood -10", -9.0, True),
        ("posts 3", 2.0, False),
    ],
)
def test_an_objective_is_met_from_its_number_on(text: str, now: float, met: bool) -> None:
    found = objective(text)
    assert found is not None
    assert found.met(now) is met


@pytest.mark.parametrize(
    ("written", "first", "after"),
    [
        ('audience = "b2c"', 2 * 3600, 4 * 3600),
        ('audience = "b2b"', 4 * 3600, 8 * 3600),
        ("", 4 * 3600, 8 * 3600),
        ('audience = "b2c"\ntargets = { first = "30m" }', 1800, 4 * 3600),
    ],
)
def test_promises_follow_the_audience_where_none_is_written(
    tmp_path: Path, written: str, first: int, after: int
) -> None:
    targets = read(tmp_path, f"[brand.Lune]\n{written}\n").brands[0].targets
    assert (targets.first, targets.next, targets.urgent) == (first, after, 3600)
