"""``hubbub duty``, ``hubbub charges`` and ``hubbub conductor``."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from listeners.clock import to_datetime, utc_now
from listeners.store import open_store, reads
from tests.tui.seeded import BRAND, seed
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
    config.write_text(
        f'member = "Ana"\n[team]\nmembers = ["Ana", "Léo", "Zoé"]\nleads = ["Ana"]\n'
        f'observers = ["Zoé"]\n[brand."{BRAND}"]\n[brand.Soleil]\n',
        encoding="utf-8",
    )

    async def fill() -> None:
        async with open_store(store) as opened:
            await seed(opened, now=utc_now(), chatter=0)

    asyncio.run(fill())
    use_zone(UTC)
    yield
    use_language("en")


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


def told(run: Run, *arguments: str) -> Any:
    code, out, err = run(*arguments, "-o", "json")
    assert code == 0, err
    return json.loads(out)


def ahead(days: int) -> str:
    return (to_datetime(utc_now()).astimezone() + timedelta(days=days)).date().isoformat()


def verbs() -> list[str]:
    async def read() -> list[str]:
        async with open_store(Path(os.environ["HUBBUB_STORE"]), read_only=True) as store:
            return [one.verb for one in await reads.events(store) if one.subject_kind == "duty"]

    return asyncio.run(read())


def test_the_rota_from_nothing_to_a_swap_and_back(run: Run) -> None:
    code, out, _err = run("duty")
    assert (code, out) == (0, "Nobody is on the rota yet.\n")
    assert told(run, "duty") == []
    code, out, _err = run("duty", "add", "Léo", "now", "-", ahead(2), "9:00", "--note", "by train")
    assert (code, out) == (0, "Léo is on the rota\n")
    assert run("duty", "add", "me", ahead(2), "9:00", "-", ahead(3), "9:00")[0] == 0
    rows = told(run, "duty", "--days", "4")
    assert [(one["member"], one["gap"]) for one in rows] == [
        ("Léo", False), ("Ana", False), (None, True),
    ]  # fmt: skip
    assert (rows[0]["note"], rows[0]["author"], rows[0]["brand"]) == ("by train", "Ana", "")
    assert datetime.fromisoformat(rows[1]["from"]).astimezone().hour == 9
    table = run("duty", "list", "--days", "4")[1].splitlines()
    assert table[0].split()[:3] == ["ID", "From", "To"]
    assert "now" in table[1]
    assert "nobody" in table[3]
    assert "gap" in table[3]

    assert run("duty", "swap", "1", "2")[1] == "Shifts swapped: 2\n"
    assert [one["member"] for one in told(run, "duty")][:2] == ["Ana", "Léo"]
    assert run("undo")[0] == 0
    assert run("duty", "change", "1", "--who", "Ana", "--note", "")[0] == 0
    assert run("duty", "change", "1", "--when", "now", "-", ahead(1), "9:00")[0] == 0
    rows = told(run, "duty")
    assert (rows[0]["member"], rows[0]["note"], rows[1]["gap"]) == ("Ana", "", True)
    assert run("duty", "remove", "1,2")[1] == "2 shifts off the rota\n"
    assert told(run, "duty") == []
    assert verbs().count("remove") == 2
    assert run("undo")[0] == 0
    assert len([one for one in told(run, "duty") if not one["gap"]]) == 2


def test_weeks_taken_in_turns(run: Run) -> None:
    code, out, err = run(
        "duty", "add", "Ana,Léo", "mon", "9:00", "-", "mon", "9:00", "--weeks", "4",
        "--brand", "Soleil",
    )  # fmt: skip
    assert (code, out) == (0, "4 shifts on the rota\n"), err
    rows = [one for one in told(run, "duty", "--brand", "Soleil", "--days", "40") if one["id"]]
    assert [one["member"] for one in rows] == ["Ana", "Léo", "Ana", "Léo"]
    assert {one["brand"] for one in rows} == {"Soleil"}
    assert BRAND in {one["brand"] for one in told(run, "duty") if one["gap"]}
    assert told(run, "duty", "--brand", BRAND)[0]["gap"] is True


def test_who_is_on_duty_now(run: Run) -> None:
    rows = told(run, "duty", "now")
    assert [(one["brand"], one["on_duty"], one["next"]) for one in rows] == [
        (BRAND, [], None), ("Soleil", [], None),
    ]  # fmt: skip
    run("duty", "add", "Léo", "now", "-", ahead(1), "9:00", "--brand", "Soleil")
    run("duty", "add", "Ana", ahead(1), "9:00", "-", ahead(2), "9:00")
    rows = told(run, "duty", "now")
    assert [(one["brand"], one["on_duty"], one["next"]) for one in rows] == [
        (BRAND, [], "Ana"), ("Soleil", ["Léo"], "Ana"),
    ]  # fmt: skip
    code, out, _err = run("duty", "now")
    assert code == 0
    assert "nobody" in out.splitlines()[1]
    assert "Léo" in out.splitlines()[2]
    run("team", "away", "Léo")
    assert told(run, "duty", "now", "--brand", "Soleil")[0]["on_duty"] == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("add", "Nora", "now", "-", "22:00"), 2, "nobody called Nora"),
        (("add", "Léo", "blursday"), 2, "no time of a shift"),
        (("add", "Léo", "now", "-", "22:00", "--brand", "Other"), 1, "no brand Other"),
        (("add", "Léo", "now", "-", "22:00", "--member", "Zoé"), 1, "observer"),
        (("remove", "9"), 1, "number 9"),
        (("swap", "8", "9"), 1, "number 8"),
        (("change", "9", "--who", "Ana"), 1, "number 9"),
    ],
)
def test_what_is_refused(run: Run, words: tuple[str, ...], code: int, said: str) -> None:
    ended, _out, err = run("duty", *words)
    assert (ended, said in err) == (code, True), err


def test_roles_are_handed_out_taken_back_and_handed_over(run: Run) -> None:
    assert run("charges")[1] == "No role is handed out yet.\n"
    assert run("charges", "give", "Léo", "channel", "Mastodon")[0] == 0
    assert run("charges", "give", "Léo", "press", "--brand", "Soleil")[0] == 0
    assert run("charges", "give", "Ana", "other", "the shop window")[0] == 0
    assert run("charges", "give", "Ana", "campaign", "Spring")[0] == 1
    rows = told(run, "charges")
    assert [(one["member"], one["kind"], one["what"], one["brand"]) for one in rows] == [
        ("Ana", "other", "the shop window", ""),
        ("Léo", "channel", "mastodon", ""),
        ("Léo", "press", "", "Soleil"),
    ]
    assert [one["kind"] for one in told(run, "charges", "--brand", BRAND)] == ["other", "channel"]
    table = run("charges")[1]
    assert "Mastodon" in table
    assert "press (Soleil)" in table
    assert run("charges", "take", "3")[0] == 0
    assert run("duty", "add", "Léo", "now", "-", ahead(1), "9:00")[0] == 0
    assert run("charges", "handover", "Léo", "me")[1] == "3 handed over to Ana\n"
    assert {one["member"] for one in told(run, "charges")} == {"Ana"}
    assert told(run, "duty")[0]["member"] == "Ana"
    assert run("undo")[0] == 0
    assert told(run, "duty")[0]["member"] == "Léo"


def test_the_conductor_s_figures(run: Run) -> None:
    run("duty", "add", "Léo", "now", "-", ahead(1), "9:00")
    run("charges", "give", "Léo", "conductor")
    run("conv", "2", "take")
    found = told(run, "conductor")
    assert set(found) == {
        "on_duty", "rota", "members", "late", "channels", "duty", "campaigns", "charges",
    }  # fmt: skip
    members = {one["member"]: one for one in found["members"]}
    assert list(members) == ["Ana", "Léo", "Zoé", ""]
    assert members["Ana"]["open"] == 1
    assert members["Léo"]["on_duty"] is True
    assert members["Léo"]["charges"][0]["kind"] == "conductor"
    assert found["on_duty"] == ["Léo"]
    assert [one["gap"] for one in found["duty"]] == [False, True]
    code, out, _err = run("conductor")
    assert code == 0
    for title in ("Who has what", "Late", "Channels", "Duty, seven days: on duty now: Léo"):
        assert title in out
    assert "No campaign is running." in out


def test_the_conductor_s_rows_have_one_shape(run: Run) -> None:
    run("duty", "add", "Léo", "now", "-", ahead(1), "9:00")
    lines = [json.loads(line) for line in run("conductor", "-o", "jsonl")[1].splitlines()]
    assert len({tuple(one) for one in lines}) == 1
    assert {"member", "duty"} <= {one["section"] for one in lines}
    header, *rows = run("conductor", "-o", "csv")[1].splitlines()
    assert header.startswith('"section","id"')
    assert len(rows) == len(lines)
