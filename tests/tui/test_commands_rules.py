"""``hubbub rules`` on the store of a made-up brand, and the records pipes are handed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path

import pytest

from listeners.store import open_store
from tests.tui.seeded import BRAND, seed
from tui.__main__ import main
from tui.i18n import use_language, use_zone
from tui.pipes import record_of
from tui.terminal import ending

Run = Callable[..., tuple[int, str, str]]
ALL = ("--since", "3650d")


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "hubbub.db"


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    store_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Run]:
    monkeypatch.setattr(ending, "end_within", lambda _seconds, _code: None)
    monkeypatch.setenv("HUBBUB_LANG", "en")
    config = tmp_path / "hubbub.toml"
    config.write_text(
        f'member = "Ana"\n[team]\nmembers = ["Ana", "Léo", "Zoé"]\nobservers = ["Zoé"]\n'
        f'[brand."{BRAND}"]\nquery = "aurora"\n'
    )
    monkeypatch.setenv("HUBBUB_CONFIG", str(config))
    monkeypatch.setenv("HUBBUB_STORE", str(store_path))
    monkeypatch.setenv("HUBBUB_LOG_FILE", str(tmp_path / "hubbub.log"))
    use_zone(UTC)

    async def fill() -> None:
        store_path.parent.mkdir()
        async with open_store(store_path) as store:
            await seed(store)

    asyncio.run(fill())

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            code = main(["rules", *arguments])
        except SystemExit as end:
            code = int(str(end.code or 0))
        said = capsys.readouterr()
        return int(code or 0), said.out, said.err

    yield run
    use_language("en")


def rules(run: Run) -> list[dict[str, object]]:
    code, out, _ = run("-o", "json")
    assert code == 0
    found: list[dict[str, object]] = json.loads(out)
    return found


def test_a_rule_is_tried_kept_switched_moved_and_removed(run: Run) -> None:
    assert rules(run) == []
    code, out, _ = run("try", "--query", "brakes", *ALL, "-o", "json")
    tried = json.loads(out)
    assert code == 0
    assert (tried["mentions"], tried["conversations"]) == (2, 1)
    assert len(tried["sample"]) == 2
    assert rules(run) == []
    code, out, _ = run("add", "Brakes", "--query", "brakes", "--tag", "safety,brakes", *ALL)
    assert code == 0
    assert "Mentions caught: 2" in out
    assert run("add", "Second", "--asks", "--priority", "4", *ALL)[0] == 0
    assert [one["name"] for one in rules(run)] == ["Brakes", "Second"]
    assert run("move", "Second", "1")[0] == 0
    assert [one["name"] for one in rules(run)] == ["Second", "Brakes"]
    assert run("off", "2")[0] == 0
    assert [one["enabled"] for one in rules(run)] == [True, False]
    assert run("off", "2")[0] == 1
    assert run("remove", "second")[0] == 0
    assert [one["name"] for one in rules(run)] == ["Brakes"]


def test_what_is_printed_as_json_can_be_added_again(run: Run, tmp_path: Path) -> None:
    run("add", "Brakes", "--query", "brakes", "--label", "negative", "--tag", "x", *ALL)
    file = tmp_path / "rule.json"
    (made,) = rules(run)
    made.pop("hits_7d")
    file.write_text(json.dumps([made]))
    assert run("try", str(file), *ALL)[0] == 0
    assert run("add", str(file), *ALL)[0] == 0
    first, second = rules(run)
    assert (first["if"], first["then"]) == (second["if"], second["then"])


def test_a_rule_is_applied_to_what_is_open_in_one_step(run: Run) -> None:
    run("add", "All", "--assign", "Léo", *ALL)
    code, out, _ = run("apply", "All", *ALL)
    assert code == 0
    assert "was applied" in out
    assert main(["undo"]) == 0
    code, _, err = run("apply", "All", *ALL)
    assert code == 1
    assert "nothing to do" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "A"), "does nothing yet"),
        (("add", "A", "--query", "(x", "--ignore"), "never closed"),
        (("add", "A", "--assign", "Nobody"), "nobody called Nobody"),
        (("add", "A", "--brand", "Other", "--ignore"), "no brand Other"),
        (("add", "A", "--label", "angry", "--ignore"), "angry is no mood"),
        (("add", "A", "--priority", "9"), "from 1 to 5"),
        (("add", "A", "--template", "7"), "no template 7"),
        (("on", "Nothing"), "no rule Nothing"),
        (("try", "nothing.json"), "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said(run: Run, arguments: tuple[str, ...], words: str) -> None:
    code, _, err = run(*arguments)
    assert code in (1, 2)
    assert words in err
    assert "Traceback" not in err


def test_an_observer_may_only_look(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("add", "Brakes", "--query", "brakes", "--tag", "x", *ALL)
    monkeypatch.setenv("HUBBUB_MEMBER", "Zoé")
    assert len(rules(run)) == 1
    assert run("try", "Brakes", *ALL)[0] == 0
    for arguments in (("add", "A", "--ignore"), ("off", "1"), ("remove", "1"), ("apply", "1")):
        code, _, err = run(*arguments)
        assert code == 1
        assert "observer" in err


def test_a_pipe_is_handed_what_the_command_shows(
    run: Run, store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def record() -> str:
        async with open_store(store_path, read_only=True) as store:
            return await record_of(store, 3)

    handed = asyncio.run(record())
    assert "\n" not in handed
    capsys.readouterr()
    main(["conv", "3", "show", "-o", "json"])
    assert json.loads(handed) == json.loads(capsys.readouterr().out)


def test_a_budget_says_what_it_comes_to_and_what_it_costs(run: Run) -> None:
    code, out, _ = run("budget", "-o", "json")
    (found,) = json.loads(out)
    assert code == 0
    assert found["brand"] == BRAND
    assert found["false_alarms"] == "normal"
    assert found["limits"]["surge"]["preset"] == "normal"
    assert [one["false_alarms"] for one in found["offers"] if one["in_force"]] == ["normal"]
    code, out, _ = run("budget", "--brand", BRAND)
    assert code == 0
    assert "preset normal" in out
    code, _, err = run("budget", "--brand", "Nobody")
    assert code == 1
    assert "There is no brand Nobody." in err


@pytest.mark.long
def test_edited_rules_are_tried_on_what_is_stored(run: Run) -> None:
    code, out, _ = run("test", *ALL, "--edit", "exclude=brakes", "-o", "json")
    found = json.loads(out)
    assert code == 0
    assert found["differences"]["matched_less"] >= 1
    assert found["edited"]["mentions"] == (
        found["now"]["mentions"] - found["differences"]["matched_less"]
    )
    code, out, _ = run("test", *ALL, "--edit", "exclude=brakes")
    assert code == 0
    assert "would no longer match" in out
    assert "Only what is stored was tried" in out
    for wrong in (["--edit", "colour=red"], ["--edit", "query=(x"], []):
        assert run("test", *wrong)[0] == 2


def test_a_whole_configuration_is_tried(run: Run, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(f'[brand."{BRAND}"]\nquery = "nowhere-to-be-found"\n')
    code, out, _ = run("test", *ALL, "--with", str(other), "-o", "json")
    found = json.loads(out)
    assert code == 0
    assert found["edited"]["mentions"] < found["now"]["mentions"]
