"""``hubbub teach``, ``hubbub rescore`` and ``hubbub learn``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path

import pytest

from listeners.clock import utc_now
from listeners.store import open_store
from listeners.store.models import add_model
from tests.tui.seeded import BRAND, seed
from tests.tui.test_teaching_screen import FIGURES
from tui.__main__ import main
from tui.i18n import use_language, use_zone
from tui.terminal import ending

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    # The hard end of a process would be the tests' own.
    monkeypatch.setattr(ending, "end_within", lambda _seconds, _code: None)
    monkeypatch.setenv("HUBBUB_LANG", "en")
    monkeypatch.delenv("HUBBUB_MEMBER", raising=False)
    config, path = tmp_path / "hubbub.toml", tmp_path / "hubbub.db"
    monkeypatch.setenv("HUBBUB_CONFIG", str(config))
    monkeypatch.setenv("HUBBUB_STORE", str(path))
    config.write_text(
        f'member = "Ana"\n[team]\nmembers = ["Ana", "Zoé"]\nobservers = ["Zoé"]\n'
        f'[brand."{BRAND}"]\n[brand.Bolt]\n',
        encoding="utf-8",
    )

    async def fill() -> None:
        async with open_store(path) as opened:
            await seed(opened, now=utc_now(), chatter=24)
            await opened.write(
                lambda c: add_model(
                    c, lang="fr", corrections=312, figures=FIGURES, weights=b"",
                    state="offered", now=utc_now(),
                )
            )  # fmt: skip

    asyncio.run(fill())
    use_zone(UTC)
    yield path
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


def test_a_word_is_taught_listed_scored_anew_and_taken_away(run: Run) -> None:
    brand = ("--brand", BRAND)
    code, out, _ = run("teach", "The", "very bad", *brand, "--rescore", "28d")
    assert (code, out.splitlines()[0]) == (0, "Taught: the")
    assert "Scored anew: " in out
    assert "changed: 0." not in out
    _, out, _ = run("teach", "list", "-o", "json")
    [word] = json.loads(out)
    assert (word["word"], word["weight"], word["author"]) == ("the", -3.0, "Ana")
    assert "very bad" in run("teach")[1]
    assert run("teach", "remove", "the", *brand)[0] == 0
    assert "No word is taught yet." in run("teach", "list")[1]
    assert run("undo")[0] == 0
    assert "very bad" in run("teach", "list")[1]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("teach", "fine"), 2, "Say which brand"),
        (("teach", "fine", "--brand", "Bolt"), 2, "Say what fine means"),
        (("teach", "fine", "11", "--brand", "Bolt"), 2, "Say what fine means"),
        (("teach", "bolt", "good", "--brand", "Bolt"), 1, "names never weigh"),
        (("teach", "remove", "fine", "--brand", "Bolt"), 1, "was not taught"),
        (("--member", "Zoé", "teach", "fine", "good", "--brand", "Bolt"), 1, "observer"),
        (("learn", "on"), 2, "Say which language"),
        (("learn", "de", "on"), 1, "Nothing is learnt"),
        (("rescore", "--brand", "Nobody"), 2, "Say which brand"),
    ],
)
def test_what_cannot_be_done_says_why(
    run: Run, arguments: tuple[str, ...], code: int, words: str
) -> None:
    found, _, error = run(*arguments)
    assert (found, words in error) == (code, True)


def test_a_dry_run_changes_nothing_and_says_what_would(run: Run) -> None:
    _, out, _ = run("rescore", "--dry-run", "--brand", BRAND, "-o", "json")
    [before] = json.loads(out)
    assert before["changed"] > 0
    assert "Nothing was changed." in run("rescore", "--dry-run")[1]
    _, out, _ = run("rescore", "--brand", BRAND, "-o", "json")
    assert json.loads(out)["changed"] == before["changed"]
    _, out, _ = run("rescore", "--dry-run", "--brand", BRAND, "-o", "json")
    assert json.loads(out)[0]["changed"] == 0


def test_what_was_learnt_is_told_with_its_figures_and_switched(run: Run) -> None:
    code, out, _ = run("learn")
    assert (code, "64.1 of 100" in out, "59.8" in out) == (0, True, True)
    assert run("learn", "fr", "on")[0] == 0
    [row] = json.loads(run("learn", "fr", "-o", "json")[1])
    assert (row["state"], row["figures"]["given"]) == ("on", 312)
    assert run("learn", "fr", "off")[0] == 0
    assert "Languages learnt anew: 0." in run("learn", "now")[1]
