"""Numbers no row can have, brands nobody configured, words that are no text: told, no crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.__main__ import main
from tui.terminal import ending


@pytest.fixture(autouse=True)
def _in_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # The hard end of a process would be the tests' own.
    monkeypatch.setattr(ending, "end_within", lambda _seconds, _code: None)
    monkeypatch.setenv("HUBBUB_LANG", "en")
    config = tmp_path / "hubbub.toml"
    config.write_text('member = "Ana"\n[brand.Lune]\n', encoding="utf-8")
    monkeypatch.setenv("HUBBUB_CONFIG", str(config))
    monkeypatch.setenv("HUBBUB_STORE", str(tmp_path / "hubbub.db"))
    note = tmp_path / "one.jsonl"
    note.write_text('{"id": "1", "text": "Lune!", "author": "ana"}\n', encoding="utf-8")
    assert main(["import", str(note)]) == 0


def told(capsys: pytest.CaptureFixture[str], words: list[str]) -> tuple[int, str]:
    capsys.readouterr()
    try:
        code = main(words)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        "duty change 99999999999999999999 --who Ana",
        "duty swap 1 99999999999999999999",
        "duty remove 99999999999999999999",
        "plan change 99999999999999999999 --title x",
        "campaigns mentions x --limit 99999999999999999999",
        "people --limit 99999999999999999999",
        "people --limit 0",
    ],
)
def test_a_number_no_row_can_have_is_wrong_use(
    capsys: pytest.CaptureFixture[str], words: str
) -> None:
    code, said = told(capsys, words.split())
    assert code == 2
    assert "Traceback" not in said
    assert said


@pytest.mark.parametrize(
    "command", ["people", "stages", "campaigns", "plan", "cadence", "duty", "conductor", "coverage"]
)
@pytest.mark.parametrize("brand", ["Lume", "lune\udcff"])
def test_a_brand_that_is_not_configured_is_told(
    capsys: pytest.CaptureFixture[str], command: str, brand: str
) -> None:
    code, said = told(capsys, [command, "--brand", brand])
    assert (code, "There is no brand" in said) == (2, True)


def test_a_tag_that_is_no_text_finds_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, ["people", "--tag", "x\udcff"]) == (0, "")


def test_a_brand_in_other_letters_is_that_of_the_configuration(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["people", "--brand", "LUNE", "-o", "jsonl"]) == 0
    assert '"ana"' in capsys.readouterr().out
