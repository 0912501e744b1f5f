"""``hubbub stages``: the funnel, who is stuck, how somebody came there, and by hand."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from listeners.clock import to_datetime, utc_now
from listeners.config import load_config
from listeners.model import DAY, Label, Micros
from listeners.planning.calendar import week_of
from listeners.staging import find_stages
from listeners.store import Connection, Store, open_store
from tests.listeners.store.builders import BRAND, World, furnish
from tui.__main__ import main
from tui.i18n import use_language, use_zone
from tui.terminal import ending

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def _in_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    # The hard end of a process would be the tests' own.
    monkeypatch.setattr(ending, "end_within", lambda _seconds, _code: None)
    monkeypatch.setenv("HUBBUB_LANG", "en")
    monkeypatch.delenv("HUBBUB_MEMBER", raising=False)
    config, store = tmp_path / "hubbub.toml", tmp_path / "hubbub.db"
    monkeypatch.setenv("HUBBUB_CONFIG", str(config))
    monkeypatch.setenv("HUBBUB_STORE", str(store))
    config.write_text(f'member = "Ana"\n[brand."{BRAND}"]\naudience = "b2c"\n', encoding="utf-8")
    use_zone(UTC)

    async def fill() -> None:
        async with open_store(store) as opened:
            world = await furnish(opened)
            await _said(world)
            await find_stages(opened, load_config(config), utc_now, pause=0)
            await _campaign(opened)

    asyncio.run(fill())
    yield
    use_language("en")
    use_zone(None)


async def _said(world: World) -> None:
    """Ana praised twice last week, Bob came back within the one before it."""
    # Of whole weeks, so that the test means the same on any day.
    monday = week_of(utc_now(), UTC)
    last = Micros(monday - 7 * DAY)
    await world.add(
        [
            world.mention("lovely", at=Micros(last + DAY)),
            world.mention("lovely again", at=Micros(last + DAY + 1)),
            world.mention("hm", author="bob", at=Micros(last - 6 * DAY), label=Label.NEUTRAL),
            world.mention("hm", author="bob", at=Micros(last - 4 * DAY), label=Label.NEUTRAL),
        ]
    )


async def _campaign(store: Store) -> None:
    async def work(connection: Connection) -> None:
        [row] = await connection.fetch(
            """INSERT INTO campaign (brand_id, name, aim, from_at, to_at, changed_at)
               SELECT id, 'Spring', 'amuse', 0, 1, 0 FROM brand WHERE name = ? RETURNING id""",
            (BRAND,),
        )
        await connection.fetch(
            """INSERT INTO campaign_mention SELECT ?, min(m.id), 'terms' FROM mention m
               JOIN account a ON a.id = m.account_id WHERE a.key = 'bob'""",
            (row["id"],),
        )

    await store.write(work)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            code = main(list(arguments))
        except SystemExit as end:
            code = int(end.code or 0)
        written = capsys.readouterr()
        return code, written.out, written.err

    return run


def test_the_funnel_reads_as_a_table(run: Run) -> None:
    code, out, _err = run("stages")
    lines = [line.split() for line in out.splitlines()]
    assert code == 0
    assert lines[0][:3] == ["Stage", "People", "now"]
    assert [line[1:4] for line in lines[1:]] == [
        ["connect", "1", "50%"], ["convince", "1", "0%"], ["convert", "0", "–"],
    ]  # fmt: skip
    assert [line[-3:] for line in lines[1:3]] == [["1", "1", "0"], ["1", "0", "0"]]


def test_the_funnel_for_programs_names_its_weeks(run: Run) -> None:
    _code, out, _err = run("stages", "--weeks", "3", "-o", "jsonl")
    connect, convince, convert = map(json.loads, out.splitlines())
    monday = to_datetime(week_of(utc_now(), UTC)).date()
    days = [(monday - timedelta(weeks=back)).isoformat() for back in (2, 1, 0)]
    assert connect == {
        "stage": "connect",
        "people": 1,
        "came_further": 0.5,
        "weeks": [
            {"week": days[0], "came": 1, "from": {"new": 1}},
            {"week": days[1], "came": 1, "from": {"new": 1}},
            {"week": days[2], "came": 0, "from": {}},
        ],
    }
    assert convince["weeks"][0] == {"week": days[0], "came": 1, "from": {"connect": 1}}
    assert (convert["people"], convert["came_further"]) == (0, None)


def test_a_campaign_narrows_the_funnel_by_name_or_number(run: Run) -> None:
    for campaign in ("Spring", "spring", "1", "#1"):
        _code, out, _err = run("stages", "--campaign", campaign, "-o", "jsonl")
        assert [json.loads(line)["people"] for line in out.splitlines()] == [0, 1, 0]
    code, _out, err = run("stages", "--campaign", "Autumn")
    assert code == 2
    assert "There is no campaign called Autumn." in err


def test_who_is_stuck_comes_with_the_step_and_why(run: Run) -> None:
    _code, out, _err = run("stages", "stuck", "-o", "json")
    [one] = json.loads(out)
    assert {key: one[key] for key in ("name", "stage", "positives", "kind", "brand")} == {
        "name": "Ana", "stage": "connect", "positives": 2, "kind": "praise", "brand": BRAND,
    }  # fmt: skip
    assert one["step"] == "Thank them where they said it, and ask what they like best."
    assert one["reason"] == "Positive mentions: 2; no answer from us"
    _code, out, _err = run("stages", "stuck")
    assert "Thank them" in out
    _code, out, _err = run("stages", "stuck", "--campaign", "Spring")
    assert "Nobody waits for a next step." in out


def test_how_somebody_came_there(run: Run) -> None:
    _code, out, _err = run("stages", "show", "bob", "-o", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(row["was"], row["stage"]) for row in rows] == [
        ("", "connect"), ("connect", "convince"),
    ]  # fmt: skip
    assert rows[1]["reason"] == "Came back: 2 of at most 60 days between two mentions"
    _code, out, _err = run("stages", "show", "mastodon:BOB")
    assert "connect → convince" in out


def test_a_stage_is_set_undone_and_given_back(run: Run) -> None:
    code, out, _err = run("stages", "set", "Bob", "convert")
    assert (code, out.strip()) == (0, "Stage set by hand: convert")
    _code, out, _err = run("stages", "show", "Bob", "-o", "jsonl")
    last = json.loads(out.splitlines()[-1])
    assert (last["was"], last["stage"], last["author"]) == ("convince", "convert", "Ana")
    assert last["reason"] == "Set by Ana"
    log = run("log")[1]
    assert "Ana set the stage of a person by hand: convert" in log
    assert "Bob" in log
    assert run("stages", "set", "Bob", "rules")[1].strip() == "The rules say the stage again"
    assert run("undo")[0] == 0
    assert '"convert"' in run("stages", "show", "Bob", "-o", "jsonl")[1]
    assert run("undo")[0] == 0
    assert '"convert"' not in run("stages", "show", "Bob", "-o", "jsonl")[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("stages", "set", "Zoé", "convert"), "Nobody called Zoé has been heard."),
        (("stages", "--brand", "Nobody"), "There is no brand Nobody."),
        (("stages", "set", "Bob", "fan"), "invalid choice"),
        (("stages", "--weeks", "0"), "a number of weeks, 1 to 520"),
    ],
)
def test_what_cannot_be_is_refused(run: Run, arguments: tuple[str, ...], said: str) -> None:
    code, _out, err = run(*arguments)
    assert code == 2
    assert said in err


def test_with_several_brands_it_must_be_said_which(run: Run, tmp_path: Path) -> None:
    with (tmp_path / "hubbub.toml").open("a", encoding="utf-8") as config:
        config.write('[brand."Bolt"]\n')
    code, _out, err = run("stages", "set", "Bob", "convert")
    assert code == 2
    assert "Say of which brand, with --brand: Acme, Bolt." in err
    assert run("stages", "set", "Bob", "convert", "--brand", BRAND)[0] == 0


def test_two_of_one_name_are_told_apart_by_number(run: Run, tmp_path: Path) -> None:
    async def same_name() -> None:
        async with open_store(tmp_path / "hubbub.db") as store:
            await store.write(lambda c: c.fetch("UPDATE account SET name = 'Sam'"))

    asyncio.run(same_name())
    code, _out, err = run("stages", "show", "Sam")
    assert code == 2
    assert "Several are called so; say the number: 1 (Sam), 2 (Sam)" in err
    assert run("stages", "show", "2")[0] == 0
