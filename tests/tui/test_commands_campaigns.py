"""``hubbub campaigns`` on the store of a made-up brand: planned, shown, compared, taken back."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from listeners.campaigns.campaign import Campaign
from listeners.campaigns.figures import Span
from listeners.clock import from_iso
from listeners.model import Micros
from listeners.store import open_store
from listeners.store.sources import register_brands
from tests.tui.seeded import BRAND, NOW, seed
from tui.__main__ import main
from tui.campaign_days import bounds, daily, day_meant, days_of
from tui.i18n import use_language, use_zone
from tui.terminal import ending

Run = Callable[..., tuple[int, str, str]]
PARIS = ZoneInfo("Europe/Paris")
DAYS = ("--from", "2026-11-15", "--to", "2026-11-24")


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    monkeypatch.setattr(ending, "end_within", lambda _seconds, _code: None)
    for module in ("campaigns", "campaigns_shown"):
        monkeypatch.setattr(f"tui.commands.{module}.utc_now", lambda: NOW)
    config = tmp_path / "hubbub.toml"
    config.write_text(
        f'member = "Ana"\n[team]\nmembers = ["Ana", "Zoé"]\nobservers = ["Zoé"]\n'
        f'[brand."{BRAND}"]\nquery = "aurora"\n'
        f'[brand.Bolt]\nquery = "bolt"\ncompetitor = true\n'
    )
    store = tmp_path / "hubbub.db"
    monkeypatch.setenv("HUBBUB_LANG", "en")
    monkeypatch.setenv("HUBBUB_CONFIG", str(config))
    monkeypatch.setenv("HUBBUB_STORE", str(store))
    monkeypatch.setenv("HUBBUB_LOG_FILE", str(tmp_path / "hubbub.log"))
    use_zone(UTC)

    async def fill() -> None:
        async with open_store(store) as opened:
            await seed(opened)
            await opened.write(lambda c: register_brands(c, ["Bolt"]))

    asyncio.run(fill())

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            code = main(["campaigns", *arguments])
        except SystemExit as end:
            code = int(str(end.code or 0))
        said = capsys.readouterr()
        return int(code or 0), said.out, said.err

    yield run
    use_language("en")


def json_of(run: Run, *arguments: str) -> Any:
    code, out, err = run(*arguments, "-o", "json")
    assert code == 0, err
    return json.loads(out)


def test_a_campaign_is_planned_listed_changed_removed_and_all_of_it_taken_back(run: Run) -> None:
    assert "No campaign yet" in run()[1]
    assert json_of(run) == []
    code, out, _ = run(
        "add", "Colours", *DAYS, "--aim", "amuse", "--terms", "colours", "--tag", "#Hue,rain",
        "--channel", "mastodon,bluesky", "--audience", "riders", "--quiet",
    )  # fmt: skip
    assert (code, out) == (0, "Campaign added\n")
    (made,) = json_of(run)
    assert made["mentions"] > 0
    assert {key: value for key, value in made.items() if key not in ("id", "mentions")} == {
        "name": "Colours", "brand": BRAND, "aim": "amuse", "audience": "riders",
        "channels": ["mastodon", "bluesky"], "from": "2026-11-15", "to": "2026-11-24",
        "tags": ["Hue", "rain"], "terms": "colours", "quiet": True, "author": "Ana",
        "phase": "running", "day": 6, "days": 10, "posts": 0,
    }  # fmt: skip
    line = run()[1].splitlines()[1]
    assert "☺ amuse" in line
    assert "day 6 of 10" in line
    assert run("change", "colours", "--loud", "--to", "2026-11-19", "--name", "Paint")[0] == 0
    (made,) = json_of(run)
    assert (made["name"], made["to"], made["quiet"], made["phase"]) == (
        "Paint", "2026-11-19", False, "past",
    )  # fmt: skip
    assert made["tags"] == ["Hue", "rain"]
    assert run("remove", "#1")[0] == 0
    assert json_of(run) == []
    for _ in range(2):
        assert main(["undo"]) == 0
    (made,) = json_of(run)
    assert (made["name"], made["to"], made["quiet"]) == ("Colours", "2026-11-24", True)


def test_what_it_brought_is_shown_and_written_for_programs(run: Run) -> None:
    run("add", "Rain", *DAYS, "--terms", "rain", "--brand", BRAND)
    code, out, _ = run("show", "rain")
    assert code == 0
    table = {line[:14].strip(): line[14:].split() for line in out.splitlines()}
    assert table["figure"] == ["before", "during", "after", "its", "own"]
    assert table["mentions"][0] == table["mentions"][2] == "–"
    assert "during: counted up to now" in out
    assert "after: not begun" in out
    assert "before: nothing is stored of it" in out
    shown = json_of(run, "show", "1")
    during, own = shown["during"], shown["own"]
    assert table["mentions"][1] == str(during["mentions"])
    assert table["mentions"][3] == str(own["mentions"])
    assert 0 < own["mentions"] == during["campaign_mentions"] < during["mentions"]
    assert own["net_sentiment"] < 0
    assert during["net_low"] <= during["net_sentiment"] <= during["net_high"]
    assert shown["after"]["mentions"] is None
    assert shown["attributed"] == 1.0
    assert (shown["name"], shown["during"]["to"]) == ("Rain", "2026-11-25T00:00:00.000000Z")


def test_two_are_compared(run: Run) -> None:
    run("add", "Rain", *DAYS, "--terms", "rain")
    run("add", "Colours", *DAYS, "--terms", "colours")
    code, out, _ = run("compare", "rain", "colours")
    assert code == 0
    assert "“Colours” is higher, and by more than chance." in out
    assert "Mentions come in bursts" in out
    rows = {row["measure"]: row for row in json_of(run, "compare", "rain", "colours")}
    assert rows["net"]["beyond_chance"] is True
    assert rows["net"]["first"] < 0 < rows["net"]["second"]
    assert "new_people" in rows
    cells = list(csv.DictReader(io.StringIO(run("compare", "1", "2", "-o", "csv")[1])))
    assert [row["measure"] for row in cells] == list(rows)
    code, _, err = run("compare", "1", "rain")
    assert (code, "name two" in err) == (2, True)


def test_mentions_are_put_in_and_taken_out_by_hand(run: Run) -> None:
    run("add", "Rain", *DAYS, "--terms", "rain")
    rows = json_of(run, "mentions", "rain")
    assert {row["why"] for row in rows} == {"terms"}
    code, out, _ = run("mentions", "rain", "--limit", "1")
    assert "its terms" in out
    assert len(out.splitlines()) == 2
    mine = {row["id"] for row in rows}
    one, other = rows[0]["id"], next(id_ for id_ in range(1, 200) if id_ not in mine)
    assert run("remove-mention", "rain", str(one))[0] == 0
    assert run("add-mention", "rain", f"{other}")[0] == 0
    now = {row["id"]: row["why"] for row in json_of(run, "mentions", "rain")}
    assert one not in now
    assert now[other] == "hand"
    code, _, err = run("add-mention", "rain", f"{other}")
    assert (code, "already" in err) == (1, True)
    for _ in range(2):
        assert main(["undo"]) == 0
    assert {row["id"] for row in json_of(run, "mentions", "rain")} == mine


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("show", "nothing"), 1, "There is no campaign yet."),
        (("add", "X", "--from", "soon", "--to", "10d"), 2, "tomorrow"),
        (("add", "X", "--from", "2026-11-24", "--to", "2026-11-15"), 2, "before its first"),
        (("add", "X", *DAYS, "--terms", "(rain"), 2, "(rain\n^"),
        (("add", " ", *DAYS), 2, "needs a name"),
        (("add", "X", *DAYS, "--aim", "sell"), 2, "sell"),
        (("add", "X", *DAYS, "--brand", "Nobody"), 2, "no brand Nobody"),
        (("add", "X", "--from", "2026-10-01", "--to", "2026-10-09", "--quiet"), 1, "It is over"),
        (("add", "X", *DAYS, "--member", "Zoé"), 1, "observer"),
    ],
)
def test_what_cannot_be_says_why(
    run: Run, arguments: tuple[str, ...], code: int, words: str
) -> None:
    found, _, err = run(*arguments)
    assert (found, words in err) == (code, True), err
    assert json_of(run) == []


def test_a_name_that_two_brands_have_is_asked_about(run: Run) -> None:
    run("add", "Rain", *DAYS)
    run("add", "Rain", *DAYS, "--brand", "bolt")
    code, _, err = run("show", "rain")
    assert (code, "Say which with --brand" in err) == (2, True)
    assert json_of(run, "show", "rain", "--brand", "Bolt")["brand"] == "Bolt"
    assert [row["brand"] for row in json_of(run, "--brand", "Bolt")] == ["Bolt"]
    code, _, err = run("show", "snow")
    assert "There are: Rain." in err
    code, _, err = run("add", "RAIN", *DAYS)
    assert (code, "another name" in err) == (1, True)


# --- days -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-24", date(2026, 12, 24)),
        ("24/12/2026", date(2026, 12, 24)),
        ("24.12.2026", date(2026, 12, 24)),
        (" today ", date(2026, 11, 20)),
        ("Aujourd'hui", date(2026, 11, 20)),
        ("demain", date(2026, 11, 21)),
        ("10d", date(2026, 11, 30)),
        ("+2w", date(2026, 12, 4)),
        ("2s", date(2026, 12, 4)),
        ("2026-13-01", None),
        ("2026-02-30", None),
        ("1026-01-01", None),
        ("10", None),
        ("", None),
        ("soon", None),
    ],
)
def test_which_day_is_meant(text: str, day: date | None) -> None:
    assert day_meant(text, NOW, UTC) == day


def test_days_are_local_and_the_last_one_is_part_of_it() -> None:
    late = Micros(from_iso("2026-11-20T23:30:00Z"))
    assert day_meant("today", late, PARIS) == date(2026, 11, 21)
    from_at, to_at = bounds(date(2026, 10, 24), date(2026, 10, 26), PARIS)
    assert (from_at, to_at) == (
        from_iso("2026-10-23T22:00:00Z"),
        from_iso("2026-10-26T23:00:00Z"),
    )
    one = Campaign(from_at=from_at, to_at=to_at)
    assert one.days == 3
    assert days_of(one, PARIS) == (date(2026, 10, 24), date(2026, 10, 26))


def test_counts_fall_on_local_days_also_when_the_clock_changes() -> None:
    from_at, to_at = bounds(date(2026, 10, 24), date(2026, 10, 26), PARIS)
    times = ("2026-10-23T22:00:00Z", "2026-10-24T21:45:00Z", "2026-10-25T22:45:00Z")
    quarters = {Micros(from_iso(at)): (2, 1) for at in times}
    found = daily(quarters, Span(from_at, to_at), PARIS)
    assert [(one.brand, one.campaign) for one in found] == [(4, 2), (2, 1), (0, 0)]
    assert found[1].start == from_iso("2026-10-24T22:00:00Z")
