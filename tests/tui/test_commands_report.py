"""``hubbub report``: written out, refused, and its figures against the rows of their commands."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import stat
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path

import pytest

from listeners.store import open_store
from tests.listeners.reports.busy_month import NOW, fill_month
from tests.listeners.voice.talk import OURS, RIVAL
from tui.__main__ import main
from tui.i18n import use_language, use_zone
from tui.terminal import ending

Run = Callable[..., tuple[int, str, str]]
WEEK = ("--week", "2026-W47")
CLOCKS = ("report", "responses", "convs", "alerts", "mentions", "common")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "hubbub.db"

    async def store_it() -> None:
        async with open_store(path) as opened:
            await fill_month(opened)

    asyncio.run(store_it())
    return path


@pytest.fixture(autouse=True)
def _in_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, filled: Path) -> Iterator[None]:
    # The hard end of a process would be the tests' own.
    monkeypatch.setattr(ending, "end_within", lambda _seconds, _code: None)
    for name in CLOCKS:
        monkeypatch.setattr(f"tui.commands.{name}.utc_now", lambda: NOW)
    config = tmp_path / "hubbub.toml"
    for name, value in (("LANG", "en"), ("CONFIG", str(config)), ("STORE", str(filled))):
        monkeypatch.setenv(f"HUBBUB_{name}", value)
    config.write_text(
        f'[brand."{OURS}"]\nquery = "Aurora"\ncompetitors = ["{RIVAL}"]\n'
        f'[brand."{RIVAL}"]\ncompetitor = true\n',
        encoding="utf-8",
    )
    use_zone(UTC)
    yield
    use_zone(None)
    use_language("en")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            code = main([*arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        use_language("en")
        written = capsys.readouterr()
        return code, written.out, written.err

    return run


def test_figures_are_as_many_as_the_rows_of_their_commands(run: Run) -> None:
    code, told, _ = run("report", *WEEK)
    assert code == 0
    # Shares are of counts that retention leaves, so they may be more than the rows.
    assert "what grew too old to be kept still counts" in told
    commands = dict(re.findall(r"^(\d+)\. `hubbub (.*)`$", told, re.MULTILINE))
    figures = re.findall(r"\| ([\d,]+) \\\[(\d+)\\\] \|", told)
    checked = set()
    for figure, number in figures:
        command = commands[number]
        what = command.split()[0]
        if what not in ("mentions", "convs", "report") or "moves" in command:
            continue
        _, listed, _ = run(*shlex.split(command), "-o", "json")
        if what == "report" and "--rows planned" in command and number in checked:
            continue
        assert len(json.loads(listed)) == int(figure.replace(",", "")), command
        checked.add(number)
    assert len(checked) >= 14
    (alerts,) = {one for one in commands.values() if one.startswith("alerts") and "--since" in one}
    assert len(json.loads(run(*shlex.split(alerts), "-o", "json")[1])) == 2
    (answers,) = [one for one in commands.values() if one.startswith("responses")]
    rows = json.loads(run(*shlex.split(answers), "-o", "json")[1])
    assert f"| answers given | {sum(one['how'] is not None for one in rows)} " in told
    moves = json.loads(run("report", *WEEK, "--rows", "moves", "-o", "json")[1])
    came = sum(one["was"] is None for one in moves)
    assert f"| connect | {came} " in told


def test_a_file_is_private_and_whole(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "week.html"
    code, said, _ = run("report", *WEEK, "--out", str(target))
    assert code == 0
    assert str(target) in said
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    code, _, told = run("report", *WEEK, "--out", str(tmp_path / "nowhere" / "a.md"))
    assert code == 1
    assert "cannot be written" in told
    paper = tmp_path / "week.txt"
    assert run("report", "--month", "--out", str(paper))[0] == 0
    assert "October 2026" in paper.read_text(encoding="utf-8").splitlines()[0]


def test_french_and_campaigns(run: Run) -> None:
    assert "lundi 16 novembre" in run("report", *WEEK, "--lang", "fr")[1]
    code, told, _ = run("report", "--campaign", "winter & <b>snow</b>", "--format", "md")
    assert code == 0
    assert told.index("## Campaigns") < told.index("## Mood")
    assert "Not over yet" in told


def test_figures_for_programs(run: Run) -> None:
    found = json.loads(run("report", *WEEK, "-o", "json")[1])
    assert found["brand"] == OURS
    assert found["name"] == "2026-W47"
    assert found["mentions"]["mentions"] == sum(one["mentions"] for one in found["days"])
    assert found["planning"]["done"] + found["planning"]["late"] <= found["planning"]["planned"]
    assert len(found["alerts"]) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--week", "soon"), "is no week"),
        (("--month", "2027-01"), "has not begun"),
        (("--campaign", "Spring"), "There is no campaign"),
        (("--brand", "Nobody"), "There is no brand Nobody"),
        (("--week", "2026-W47", "--month"), "not allowed with"),
    ],
)
def test_what_cannot_be_reported_is_refused(
    run: Run, arguments: tuple[str, ...], said: str
) -> None:
    code, _, told = run("report", *arguments)
    assert code == 2
    assert said in told


def test_mentions_narrowed(run: Run) -> None:
    def count(*arguments: str) -> int:
        return len(json.loads(run("mentions", "-o", "json", "--brand", OURS, *arguments)[1]))

    times = ("--since", "2026-11-16", "--until", "2026-11-23")
    whole, others = count(*times), count(*times, "--others")
    assert whole > others > count(*times, "--others", "--no-reposts") > 0
    assert count("--until", "2026-11-16") + count("--since", "2026-11-16") == count()
    assert 0 < count("--campaign", "Winter & <b>snow</b>") < count()
    assert run("mentions", "--campaign", "none", "--brand", OURS)[0] == 2
    assert 0 < count("--person", "1") < 20
    assert run("mentions", "--person", "nobody at all")[0] == 1
