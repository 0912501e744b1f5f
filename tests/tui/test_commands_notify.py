"""``hubbub notify``: the list of channels, and trying them."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from listeners.actions import undo
from listeners.actions.duty import add_duty
from listeners.clock import utc_now
from listeners.config import load_config
from listeners.duty import Shift
from listeners.model import HOUR, Micros
from listeners.store import open_store
from tui.__main__ import main
from tui.terminal import ending


@pytest.fixture(autouse=True)
def _in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no command end the process that tests it."""
    monkeypatch.setattr(ending, "end_within", lambda _seconds, _code: None)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration with a channel that works and one that does not."""
    script = f"open({str(tmp_path / 'kept.json')!r}, 'w').write(__import__('sys').stdin.read())"
    path = tmp_path / "hubbub.toml"
    path.write_text(
        f"[notify.command.good]\ncommand = {json.dumps([sys.executable, '-c', script])}\n"
        '[notify.command.bad]\ncommand = ["no-such-program-here"]\n',
        encoding="utf-8",
    )
    return path


def run(config: Path, *words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        sys.exit(main(["--config", str(config), "--store", str(config.parent / "s.db"), *words]))
    return int(ended.value.code or 0)


def test_a_test_message_is_carried(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(config, "notify", "test", "good") == 0
    assert "took the test message" in capsys.readouterr().out
    kept = json.loads((tmp_path / "kept.json").read_text(encoding="utf-8"))
    assert kept["rule"] == "test"


def test_a_broken_channel_is_named(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config, "notify", "test") == 1
    told = capsys.readouterr()
    assert "command:bad" in told.err
    assert "command:good took" in told.out


def test_the_list_and_an_unknown_channel(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config, "notify", "-o", "json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert [one["channel"] for one in listed] == ["command:good", "command:bad"]
    assert run(config, "notify", "test", "nope") == 2


def test_without_a_channel_it_says_how_to_name_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "hubbub.toml"
    path.write_text("", encoding="utf-8")
    assert run(path, "notify") == 2
    assert "[notify.webhook.ops]" in capsys.readouterr().err


def test_whose_turn_it_is_now(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "hubbub.toml"
    path.write_text(
        '[team]\nmembers = ["Ana", "Léo"]\n[brand.Lune]\n[brand.Soleil]\n'
        '[notify.webhook.ops]\nurl = "http://x"\n'
        '[notify.webhook.ana]\nurl = "http://x"\nmembers = ["Ana"]\non_duty = true\n'
        '[notify.webhook.leo]\nurl = "http://x"\nmembers = ["Léo"]\non_duty = true\n',
        encoding="utf-8",
    )

    def table() -> list[str]:
        assert run(path, "notify") == 0
        return capsys.readouterr().out.splitlines()[1:]

    def doctor() -> list[tuple[str, str]]:
        run(path, "doctor", "-o", "json")
        found = json.loads(capsys.readouterr().out)
        return [(one["state"], one["detail"]) for one in found if one["what"] == "duty"]

    assert ["nobody on duty can be reached" in line for line in table()] == [False, True, True]

    async def fill(brand: str) -> None:
        async with open_store(tmp_path / "s.db") as store:
            now = utc_now()
            shift = Shift(member="Léo", brand=brand, from_at=now, to_at=Micros(now + HOUR))
            assert (await add_duty(store, load_config(path), "Ana", [shift], now)).done

    async def undone() -> None:
        async with open_store(tmp_path / "s.db") as store:
            assert (await undo(store, "Ana", utc_now())).done

    asyncio.run(fill("Soleil"))
    assert doctor() == [("ok", "on duty now: Léo")]
    asyncio.run(undone())
    [(state, said)] = doctor()
    assert (state, "every channel of the rota rings" in said) == ("note", True)
    asyncio.run(fill("Lune"))
    always, ana, leo = table()
    assert "always" in always
    assert "nobody on duty can be reached" in ana, "for Soleil there is a gap"
    assert "Léo on duty" in leo
    asyncio.run(fill(""))
    _always, ana, _leo = table()
    assert "no: not on duty" in ana
    run(path, "notify", "-o", "json")
    told = json.loads(capsys.readouterr().out)
    assert [(one["rings_now"], one["on_duty"]) for one in told] == [
        (True, []), (False, []), (True, ["Léo"]),
    ]  # fmt: skip
