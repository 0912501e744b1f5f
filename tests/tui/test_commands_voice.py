"""``hubbub voice``: shares, words and hours for people and for programs."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path

import pytest

from listeners.clock import utc_now
from listeners.store import open_store
from tests.listeners.voice.talk import OURS, RIVAL, UNHEARD, fill
from tui.__main__ import main
from tui.i18n import use_language, use_zone
from tui.terminal import ending

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def _in_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    # The hard end of a process would be the tests' own.
    monkeypatch.setattr(ending, "end_within", lambda _seconds, _code: None)
    monkeypatch.setenv("HUBBUB_LANG", "en")
    config, store = tmp_path / "hubbub.toml", tmp_path / "hubbub.db"
    monkeypatch.setenv("HUBBUB_CONFIG", str(config))
    monkeypatch.setenv("HUBBUB_STORE", str(store))
    config.write_text(
        f'[brand."{OURS}"]\nquery = "Aurora"\ncompetitors = ["{RIVAL}", "{UNHEARD}"]\n'
        f'[brand."{RIVAL}"]\ncompetitor = true\n',
        encoding="utf-8",
    )

    async def store_it() -> None:
        async with open_store(store) as opened:
            await fill(opened, now=utc_now())

    asyncio.run(store_it())
    use_zone(UTC)
    yield
    use_language("en")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            code = main(["voice", *arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        written = capsys.readouterr()
        return code, written.out, written.err

    return run


def test_shares(run: Run) -> None:
    code, shown, _ = run()
    assert code == 0
    assert "71%" in shown
    assert "Compared on: Bluesky, Mastodon." in shown
    assert "Left out: Hacker News, where Borealis is not heard." in shown
    assert "no brand of the configuration has this name" in shown
    rows = json.loads(run("share", "-o", "json")[1])
    assert [row["brand"] for row in rows] == [OURS, RIVAL, UNHEARD]
    ours, rival, unheard = rows
    assert ours["mentions"] == 90
    assert ours["share"] + rival["share"] == pytest.approx(1)
    assert unheard["share"] is None
    assert unheard["configured"] is False
    assert ours["compared_on"] == ["bluesky", "mastodon"]
    assert ours["net_low"] < ours["net_sentiment"] < ours["net_high"]


def test_words(run: Run) -> None:
    code, shown, _ = run("words", "--kind", "tag")
    assert code == 0
    assert "#brakegate" in shown
    assert "not said before" in shown
    rows = json.loads(run("words", "--kind", "emoji", "-o", "json")[1])
    assert [row["term"] for row in rows] == ["😡"]
    assert rows[0]["times"] is None
    assert rows[0]["z"] > 2
    assert "😡" in rows[0]["newest"]
    lines = run("words", "--rival", RIVAL, "-o", "jsonl")[1].splitlines()
    terms = {row["term"]: row for row in map(json.loads, lines)}
    assert terms["lifetime warranty"]["against"] == OURS
    assert terms["lifetime warranty"]["brand"] == RIVAL
    assert "brakes" not in terms


def test_hours(run: Run) -> None:
    code, shown, _ = run("hours", "--brand", RIVAL)
    assert code == 0
    assert "Times are those of UTC." in shown
    rows = list(csv.DictReader(io.StringIO(run("hours", "-o", "csv")[1])))
    assert len(rows) == 7 * 24
    assert sum(int(row["times"]) for row in rows) == 28 * 24
    assert {row["weekday"] for row in rows} == {str(day) for day in range(1, 8)}


def test_ranges(run: Run) -> None:
    found = {
        name: json.loads(run("--range", name, "-o", "json")[1])[0]["mentions"]
        for name in ("day", "week", "4weeks", "quarter")
    }
    assert found["day"] < found["week"] < found["4weeks"] < found["quarter"] == 370


@pytest.mark.parametrize("arguments", [("--brand", "Nobody"), ("words", "--rival", "Nobody")])
def test_a_brand_that_is_not_there(run: Run, arguments: tuple[str, ...]) -> None:
    code, _, said = run(*arguments)
    assert code == 2
    assert "There is no brand Nobody." in said
