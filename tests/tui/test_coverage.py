"""Coverage on screen and as a command: verdicts, objectives and suggestions with their evidence."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from listeners.config import BrandConfig, Config
from listeners.config.profile import Group, Objective
from listeners.coverage.facts import DAYS, Against
from listeners.coverage.looking import Coverage, coverage
from listeners.model import DAY, Micros
from listeners.store import Store
from tests.tui.driving import CONFIG, driven
from tests.tui.seeded import BRAND, NOW
from tui.__main__ import main
from tui.coverage_words import against_words
from tui.language import use_language
from tui.screens.coverage import CoverageScreen
from tui.terminal import ending


def with_profile(config: Config) -> Config:
    group = Group(
        name="young parents",
        size=120_000,
        networks={"instagram": Objective("answered", 90.0), "bluesky": Objective("heard", 1.0)},
    )
    (brand, *others) = config.brands
    return replace(
        config, brands=(replace(brand, audience="b2c", tone="warm", groups=(group,)), *others)
    )


_SPOKEN = "m.part != 'ours' AND m.repost = 0 AND m.deleted_at IS NULL AND b.name = ?"


async def recounted(store: Store, network: str) -> dict[str, object]:
    """Count once more, in plain SQL without any of the program's own questions."""
    since = NOW - DAYS * DAY
    (row,) = await store.fetch(
        f"""SELECT count(*) AS mentions, count(DISTINCT a.person_id) AS people,
                   sum(m.label = 2) - sum(m.label = 0) AS net, sum(m.label != 3) AS scored
            FROM mention m JOIN brand b ON b.id = m.brand_id JOIN account a ON a.id = m.account_id
            WHERE {_SPOKEN} AND m.network = ? AND m.sort_at >= ? AND m.sort_at <= ?""",
        (BRAND, network, since, NOW),
    )
    (talks,) = await store.fetch(
        """SELECT count(*) AS asked FROM conversation c JOIN brand b ON b.id = c.brand_id
           WHERE b.name = ? AND c.network = ? AND c.in_queue = 1 AND c.merged_into IS NULL
             AND c.state != 'ignored' AND c.opened_at >= ?""",
        (BRAND, network, since),
    )
    return {
        "mentions": row["mentions"],
        "people": row["people"],
        "net": row["net"] / row["scored"] if row["scored"] else None,
        "asked": talks["asked"],
    }


async def test_every_figure_is_that_of_the_rows(tmp_path: Path) -> None:
    async with driven(tmp_path, (80, 24)) as seen:
        found = await coverage(seen.store, with_profile(CONFIG), BRAND, NOW)
        counted = [one for one in found.networks if one.mentions]
        assert counted
        for one in counted:
            again = await recounted(seen.store, one.network)
            figures = {
                "mentions": one.mentions, "people": one.people, "net": one.net, "asked": one.asked,
            }  # fmt: skip
            assert figures == again, one.network


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_the_screen_names_the_verdict_and_what_to_add(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with driven(tmp_path, size, config=with_profile(CONFIG)) as seen:
        await seen.press("9", "g")
        assert isinstance(seen.screen, CoverageScreen)
        text = seen.frame()
        assert "Instagram" in text
        assert "not listened to" in text
        assert "Worth adding:" in text
        assert "young parents are on it by the profile." in text
        await seen.press("escape")
        assert not isinstance(seen.screen, CoverageScreen)


async def test_without_a_mention_or_a_group_it_says_what_to_do(tmp_path: Path) -> None:
    nobody = Config(brands=(BrandConfig(name="Nobody"),))
    async with driven(tmp_path, (80, 24), config=nobody) as seen:
        await seen.press("9", "g")
        assert "no target group is named" in seen.frame()
        assert "[[brand.NAME.group]]" in seen.frame()


async def test_it_is_worked_out_once_in_a_while_and_again_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def counting(store: Store, config: Config, brand: str, now: Micros) -> Coverage:
        asked.append(brand)
        return await coverage(store, config, brand, now)

    monkeypatch.setattr("tui.screens.coverage.coverage", counting)
    async with driven(tmp_path, (80, 24), config=with_profile(CONFIG)) as seen:
        await seen.press("9", "g")
        screen = seen.screen
        assert isinstance(screen, CoverageScreen)
        for _ in range(3):
            screen.look_again()
            await seen.press("j")
        assert asked == [BRAND]
        assert "as of" in seen.frame()
        screen.do_refresh()
        await seen.press("j")
        assert asked == [BRAND, BRAND]


async def test_the_brand_key_goes_through_all_brands(tmp_path: Path) -> None:
    config = with_profile(CONFIG)
    other = BrandConfig(name="Soleil", competitor=True)
    config = replace(config, brands=(*config.brands, other))
    async with driven(tmp_path, (120, 40), config=config) as seen:
        await seen.press("9", "g")
        screen = seen.screen
        assert isinstance(screen, CoverageScreen)
        names = [brand.name for brand in config.brands]
        told = []
        for _ in names:
            assert screen.brand is not None
            told.append(screen.brand.name)
            assert f"Coverage · {screen.brand.name}" in seen.frame()
            await seen.press("B")
        assert sorted(told) == sorted(names)


def test_a_program_reads_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # The hard end of a process would be the tests' own.
    monkeypatch.setattr(ending, "end_within", lambda _seconds, _code: None)
    config = tmp_path / "hubbub.toml"
    config.write_text(
        '[brand.Lune]\n[[brand.Lune.group]]\nname = "shops"\nnetworks = { linkedin = "posts 2" }\n',
        encoding="utf-8",
    )
    store = str(tmp_path / "hubbub.db")
    common = ["--config", str(config), "--store", store]
    assert main(["import", *common, str(_one_mention(tmp_path))]) == 0
    capsys.readouterr()
    assert main(["coverage", *common, "-o", "json"]) == 0
    found = {one["network"]: one for one in json.loads(capsys.readouterr().out)}
    assert found["linkedin"]["verdict"] == "unheard"
    assert found["linkedin"]["objectives"] == [
        {"group": "shops", "measure": "posts", "target": 2.0, "now": 0.0, "met": False}
    ]
    assert found["linkedin"]["suggestions"][0]["what"] == "add"
    assert main(["coverage", *common, "--brand", "Lime"]) == 2
    assert "There is no brand Lime." in capsys.readouterr().err


def _one_mention(folder: Path) -> Path:
    path = folder / "one.jsonl"
    path.write_text('{"id": "1", "text": "Lune!", "author": "ana"}\n', encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("now", "says"),
    [
        (91.0, "parents: 90% of those who ask are answered · now 91% · met"),
        (90.0, "parents: 90% of those who ask are answered · now 90% · met"),
        (40.0, "parents: 90% of those who ask are answered · now 40% · not met"),
        (None, "parents: 90% of those who ask are answered · nothing to measure yet"),
    ],
)
def test_an_objective_says_whether_it_is_met(now: float | None, says: str) -> None:
    use_language("en")
    assert against_words(Against("parents", Objective("answered", 90.0), now)) == says
