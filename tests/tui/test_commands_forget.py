"""``hubbub forget``: says what would go, erases, writes down all that is held; and the log."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path

import pytest

from listeners.clock import utc_now
from listeners.people.masking import Masking, Traces
from listeners.store import open_store
from tests.tui.seeded import ANA, BRAND, TOM, seed
from tui.__main__ import main
from tui.i18n import use_language, use_zone
from tui.log_forgetting import forget_in_log
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
    monkeypatch.setenv("HUBBUB_LOG_FILE", str(tmp_path / "hubbub.log"))
    config.write_text(f'member = "Mia"\n[brand."{BRAND}"]\n', encoding="utf-8")

    async def fill() -> None:
        async with open_store(store) as opened:
            await seed(opened, now=utc_now(), chatter=5)

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
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def test_first_it_says_what_would_go_and_then_erases(run: Run, tmp_path: Path) -> None:
    (tmp_path / "hubbub.log").write_text(f"one\nasked {ANA.handle} for a page\ntwo\n")
    code, out, _ = run("forget", ANA.handle, "-o", "json")
    told = json.loads(out)
    assert (code, told["erased"]) == (0, False)
    assert told["mentions"] > 0
    assert told["accounts"] == [f"{ANA.network}:{ANA.handle}"]
    assert ANA.handle.encode() in (tmp_path / "hubbub.db").read_bytes()
    code, out, _ = run("forget", f"{ANA.network}:{ANA.handle}", "--yes", "-o", "json")
    done = json.loads(out)
    assert (code, done["mentions"], done["erased"]) == (0, told["mentions"], True)
    data = b"".join(one.read_bytes() for one in tmp_path.glob("hubbub.db*"))
    assert ANA.handle.encode() not in data
    assert ANA.name.encode() not in data
    lines = (tmp_path / "hubbub.log").read_text().splitlines()
    assert lines == ["one", "*" * len(f"asked {ANA.handle} for a page"), "two"]
    assert run("forget", ANA.handle)[0] == 1


def test_several_are_listed_and_one_is_named_by_the_number(run: Run) -> None:
    for who, other in ((ANA, TOM),):
        run("people", "rename", who.handle, "Same Name")
        run("people", "rename", other.handle, "Same Name")
    code, _, err = run("forget", "Same Name", "--yes")
    assert code == 2
    assert "may be several people" in err
    number = err.split(": ")[1].split()[0]
    assert run("forget", number, "--yes")[0] == 0
    assert run("forget", number, "--yes")[0] == 1


def test_only_leads_may_where_there_are_leads(run: Run, tmp_path: Path) -> None:
    (tmp_path / "hubbub.toml").write_text(
        f'member = "Mia"\n[team]\nmembers = ["Mia", "Léo"]\nleads = ["Léo"]\n[brand."{BRAND}"]\n',
        encoding="utf-8",
    )
    code, _, err = run("forget", ANA.handle, "--yes")
    assert code == 1
    assert "only those who lead the team may: Léo" in err


def test_all_that_is_held_is_written_to_a_private_file(run: Run, tmp_path: Path) -> None:
    run("people", "note", ANA.handle, "She prefers mail.")
    target = tmp_path / "ana.json"
    code, out, _ = run("forget", ANA.handle, "--export", str(target))
    assert code == 0
    assert str(target) in out
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    told = json.loads(target.read_text(encoding="utf-8"))
    assert told["accounts"][0]["handle"] == ANA.handle
    assert told["mentions"][0]["text"]
    assert told["mentions"][0]["written_at"].endswith("Z")
    assert [note["text"] for note in told["notes"] if note["about"] == "person"] == [
        "She prefers mail."
    ]
    assert run("forget", ANA.handle, "--export", str(target), "--yes")[0] == 2
    assert run("forget", ANA.handle)[0] == 0
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".tmp")]


def test_the_log_keeps_its_place_and_length(tmp_path: Path) -> None:
    log = tmp_path / "hubbub.log"
    log.write_bytes("a\nZoé wrote é\n\nb".encode())
    older = tmp_path / "hubbub.log.1"
    older.write_bytes(b"zoe.q@x.example\n")
    masking = Masking(Traces(names=frozenset({"Zoé"}), handles=frozenset({"zoe.q@x.example"})))
    with log.open("ab") as still_open:
        assert forget_in_log(masking, log) == 2
        still_open.write(b"\nc\n")
    assert log.read_bytes() == b"a\n" + b"*" * len("Zoé wrote é".encode()) + b"\n\nb\nc\n"
    assert older.read_bytes() == b"*" * 15 + b"\n"
