"""``hubbub export``: people, campaigns and plans too, for Excel, and no cell that does anything."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC
from pathlib import Path

import pytest

from listeners.store import open_store
from tests.listeners.reports.busy_month import HOSTILE, NOW, fill_month
from tests.listeners.voice.talk import OURS
from tui.__main__ import main
from tui.i18n import use_language, use_zone
from tui.terminal import ending

Run = Callable[..., str]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "hubbub.db"

    async def store_it() -> None:
        async with open_store(path) as opened:
            await fill_month(opened)

    asyncio.run(store_it())
    return path


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    filled: Path,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Run]:
    # The hard end of a process would be the tests' own.
    monkeypatch.setattr(ending, "end_within", lambda _seconds, _code: None)
    monkeypatch.setattr("tui.commands.export.utc_now", lambda: NOW)
    config = tmp_path / "hubbub.toml"
    for name, value in (("LANG", "en"), ("CONFIG", str(config)), ("STORE", str(filled))):
        monkeypatch.setenv(f"HUBBUB_{name}", value)
    config.write_text(f'[brand."{OURS}"]\nquery = "Aurora"\n', encoding="utf-8")
    use_zone(UTC)

    def run(*arguments: str) -> str:
        capsys.readouterr()
        assert main(["export", *arguments]) == 0
        return capsys.readouterr().out

    yield run
    use_zone(None)
    use_language("en")


@pytest.mark.parametrize(
    ("what", "sql"),
    [
        ("people", "SELECT count(DISTINCT a.person_id) FROM mention m JOIN account a "
                   "ON a.id = m.account_id WHERE m.deleted_at IS NULL AND m.brand_id = "
                   "(SELECT id FROM brand WHERE name = 'Aurora Bikes')"),
        ("campaigns", "SELECT count(*) FROM campaign"),
        ("planned", "SELECT count(*) FROM planned"),
        ("conversations", "SELECT count(*) FROM conversation WHERE state <> 'open' OR in_queue"),
        ("alerts", "SELECT count(*) FROM alert"),
    ],
)  # fmt: skip
def test_all_of_a_kind_is_written(run: Run, filled: Path, what: str, sql: str) -> None:
    with closing(sqlite3.connect(filled)) as connection:
        ((count,),) = connection.execute(sql).fetchall()
    rows = [json.loads(line) for line in run(what, "--brand", OURS).splitlines()]
    assert len({row["id"] for row in rows}) == len(rows) == count > 0
    told = csv.DictReader(io.StringIO(run(what, "--brand", OURS, "-o", "csv")))
    assert [row["id"] for row in told] == [str(row["id"]) for row in rows]


def test_a_stretch_of_time(run: Run) -> None:
    times = ("--since", "2026-11-16", "--until", "2026-11-23")
    whole = run("mentions").splitlines()
    rows = [json.loads(line) for line in run("mentions", *times).splitlines()]
    assert 0 < len(rows) < len(whole)
    assert all("2026-11-16" <= row["created_at"] < "2026-11-23" for row in rows)
    plans = [json.loads(line) for line in run("planned", *times).splitlines()]
    assert all("2026-11-16" <= row["at"] < "2026-11-23" for row in plans)
    assert len(run("alerts", *times).splitlines()) == 2


def test_a_french_excel_reads_it(run: Run) -> None:
    text = run("planned", "-o", "csv", "--delimiter", ";", "--bom")
    assert text.startswith('\ufeff"id";"uid"')
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert len(rows) == 16
    assert rows[0]["title"].endswith(HOSTILE)
    assert run("planned", "-o", "csv", "--delimiter", "tab").startswith('"id"\t"uid"')


def test_nothing_in_it_is_markup_or_a_formula(run: Run) -> None:
    for form in ("json", "jsonl"):
        text = run("alerts", "-o", form)
        assert "<" not in text
        assert "\\u003cscript\\u003e" in text
    assert HOSTILE in str(json.loads(run("alerts", "-o", "json")))
    for row in csv.reader(io.StringIO(run("people", "-o", "csv"))):
        assert not any(cell.startswith(("=", "+", "@", "\t", "\r")) for cell in row)
