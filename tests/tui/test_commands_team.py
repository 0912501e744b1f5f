"""``hubbub team``, ``hubbub handover`` and who may do what on the command line."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path

import pytest

from listeners.clock import utc_now
from listeners.store import open_store, reads
from tests.tui.seeded import BRAND, seed
from tui.__main__ import main
from tui.handover_sheet import plain, unmarked
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
        f'observers = ["Zoé"]\n[brand."{BRAND}"]\n',
        encoding="utf-8",
    )

    async def fill() -> None:
        async with open_store(store) as opened:
            await seed(opened, now=utc_now(), chatter=10)

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


def members(run: Run) -> dict[str, dict[str, object]]:
    return {row["member"]: row for row in json.loads(run("team", "-o", "json")[1])}


def events() -> list[tuple[str, str]]:
    async def read() -> list[tuple[str, str]]:
        async with open_store(_store(), read_only=True) as store:
            return [(str(one.actor), one.verb) for one in await reads.events(store)]

    return asyncio.run(read())


def _store() -> Path:
    return Path(os.environ["HUBBUB_STORE"])


def test_the_team_with_what_each_has(run: Run) -> None:
    run("conv", "2", "take")
    run("conv", "3", "answered")
    code, out, _err = run("team")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()[1:]] == ["Ana", "Léo", "Zoé", "nobody's"]
    rows = members(run)
    assert list(rows) == ["Ana", "Léo", "Zoé", ""]
    assert (rows["Ana"]["role"], rows["Ana"]["open"], rows["Ana"]["answered_today"]) == (
        "lead", 1, 1,
    )  # fmt: skip
    assert (rows["Léo"]["open"], rows["Léo"]["overdue"], rows["Léo"]["here"]) == (1, 1, False)
    assert rows[""]["open"] == 4


def test_away_and_back(run: Run) -> None:
    assert run("team", "away", "Léo", "--until", "2h")[:2] == (0, "Léo is away\n")
    assert members(run)["Léo"]["away"] is True
    assert "away until" in run("team")[1]
    assert run("undo")[:2] == (0, "No longer away\n")
    assert members(run)["Léo"]["away"] is False
    assert run("team", "away")[1] == "Ana is away\n"
    assert run("team", "back")[1] == "Ana is back\n"
    code, _out, err = run("team", "back")
    assert (code, err) == (1, "Ana is not away.\n")
    assert run("team", "away", "Bob")[0] == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["conv", "1", "answered"],
        ["conv", "1", "note", "hm"],
        ["alert", "1", "ack"],
        ["undo"],
        ["redo"],
        ["team", "away"],
        ["import", "posts.jsonl"],
        ["forget", "mastodon:somebody"],
    ],
)
def test_an_observer_changes_nothing(run: Run, tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "posts.jsonl").write_text('{"id": "1", "text": "x", "author": "y"}\n')
    before = events()
    words = [str(tmp_path / one) if one.endswith(".jsonl") else one for one in arguments]
    code, out, err = run("--member", "Zoé", *words)
    assert (code, out) == (1, "")
    assert err.startswith("Zoé is an observer")
    assert events() == before


@pytest.mark.parametrize("arguments", [["convs"], ["conv", "1", "show"], ["team"], ["handover"]])
def test_an_observer_looks(run: Run, arguments: list[str]) -> None:
    assert run("--member", "Zoé", *arguments)[0] == 0


def test_who_sits_here_is_said_by_the_option_then_the_environment(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBBUB_MEMBER", "Léo")
    run("conv", "2", "take")
    run("--member", "Ana", "conv", "3", "take")
    assert (members(run)["Léo"]["open"], members(run)["Ana"]["open"]) == (2, 1)
    code, _out, err = run("--member", "Bob", "convs")
    assert (code, err) == (2, "There is nobody called Bob in the team: Ana, Léo, Zoé.\n")


@pytest.mark.parametrize(
    ("who", "ids"), [("me", [2]), ("Léo", [1]), ("nobody", [4, 6, 3, 5, 7]), ("Ana", [2])]
)
def test_the_queue_of_one(run: Run, who: str, ids: list[int]) -> None:
    run("conv", "2", "take")
    found = [row["id"] for row in json.loads(run("convs", "--assignee", who, "-o", "json")[1])]
    assert sorted(found) == sorted(ids)


def test_the_queue_of_somebody_unknown_is_refused(run: Run) -> None:
    assert run("convs", "--assignee", "Bob")[0] == 2


def test_the_sheet_names_every_conversation_by_its_number(run: Run) -> None:
    run("conv", "4", "snooze", "--until", "3h")
    run("conv", "3", "answered")
    run("conv", "2", "note", "@Léo call him")
    run("team", "away", "Léo")
    code, out, _err = run("handover")
    assert code == 0
    assert out.startswith("# Hand-over\n")
    for part in (
        "### Léo · 1 open · away",
        "- #1 · overdue 25m",
        "### nobody's · 4 open",
        "## Waits longest",
        "- #3 · marked as answered by Ana",
        "- #4 · snoozed by Ana",
        "- #4 · wakes",
        "## Alerts",
        "- Cycling blogs · failing",
        "@Léo call him",
        "- Léo · away",
        ", Hacker News: ",
    ):
        assert part in out, part
    listed = [line for line in out.splitlines() if line.startswith("- ")]
    for line in listed:
        assert line[2:].startswith(("#", "alert ", "Cycling", "Léo ·")), line


def test_the_sheet_of_one_member(run: Run) -> None:
    run("conv", "2", "take")
    run("conv", "3", "answered")
    out = run("handover", "--for", "Léo")[1]
    assert out.startswith("# Hand-over of Léo\n")
    assert "### Léo" in out
    assert "### Ana" not in out
    assert "answered by Ana" not in out
    found = json.loads(run("handover", "--for", "me", "-o", "json")[1])
    assert [row["id"] for row in found["open"]["Ana"]] == [2]
    assert [(one["verb"], one["subject"]) for one in found["done"]] == [("answered", 3)]
    assert run("handover", "--for", "Bob")[0] == 2


def test_the_sheet_in_french(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBBUB_LANG", "fr")
    assert run("handover")[0] == 0


def test_what_was_done_before_is_left_out(run: Run) -> None:
    run("conv", "3", "answered")
    assert "answered by Ana" in run("handover", "--since", "1h")[1]
    assert "answered by Ana" not in run("handover", "--since", "0s")[1]


@pytest.mark.parametrize(
    "text",
    ["[x](https://evil.example)", "# head", "`code`", "<b>", "a|b", "**loud**", "\\", "~~x~~"],
)
def test_nothing_a_stranger_wrote_is_markdown(text: str) -> None:
    made = plain(text)
    assert unmarked(made) == text
    for place, sign in enumerate(made):
        if sign in "[]`<>|*#~_":
            assert made[place - 1] == "\\"


def test_a_long_text_is_cut_and_stands_on_one_line() -> None:
    assert plain("a\nb  c", 3) == "a…"
    assert len(plain("x" * 900)) == 500
