"""``hubbub people``: the list, one person, every verb, press lists, and who may be one."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from listeners.clock import utc_now
from listeners.config import BrandConfig, Config
from listeners.model import Author
from listeners.staging import find_stages
from listeners.store import ingest, open_store
from listeners.store.records import SeenAccount
from tests.tui.seeded import ANA, BRAND, TOM, seed
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
    config.write_text(f'member = "Ana"\n[brand."{BRAND}"]\n', encoding="utf-8")

    async def fill() -> None:
        async with open_store(store) as opened:
            await seed(opened, now=utc_now(), chatter=5)
            linked = Author(key=ANA.handle, handle=ANA.handle, links=(f"https://{TOM.handle}",))
            seen = [SeenAccount(ANA.network, linked)]
            await opened.write(lambda c: ingest.upsert_accounts(c, seen, utc_now()))
            # As where a hubbub listens: whatever is done to somebody finds their stage too.
            await find_stages(opened, Config(brands=(BrandConfig(name=BRAND),)), utc_now, pause=0)

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


def listed(run: Run, *arguments: str) -> list[dict[str, Any]]:
    code, out, _err = run("people", *arguments, "-o", "json")
    assert code == 0
    found: list[dict[str, Any]] = json.loads(out)
    return found


def shown(run: Run, who: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("people", "show", who, "-o", "json")[1])
    return found


def names(run: Run, *arguments: str) -> list[str]:
    return [row["name"] for row in listed(run, *arguments)]


def test_the_list_in_every_form_and_narrowed(run: Run) -> None:
    everybody = names(run)
    assert {"Ana Ruiz", "Marc Dubois", "Tom Okafor"} < set(everybody)
    assert "Aurora Bikes" not in everybody
    assert names(run, "--role", "journalist") == ["Marc Dubois"]
    assert names(run, "list", "--search", "lefevre") == ["Zoé Lefèvre"]
    assert names(run, "--sort", "reach", "--limit", "1") == ["Marc Dubois"]
    assert names(run, "--tag", "nothing") == []
    code, out, _err = run("people", "--search", "zoé")
    assert code == 0
    assert "Zoé Lefèvre" in out
    assert "Nobody fits" in run("people", "--tag", "nothing")[1]
    rows = list(csv.DictReader(io.StringIO(run("people", "--limit", "2", "-o", "csv")[1])))
    assert len(rows) == 2
    lines = run("people", "--limit", "2", "-o", "jsonl")[1].splitlines()
    assert [json.loads(line)["name"] for line in lines] == everybody[:2]
    assert set(listed(run)[0]) == {
        "id", "name", "role", "outlet", "beat", "stage", "reach", "mentions", "last_at", "mood",
        "tags", "muted", "accounts",
    }  # fmt: skip


def test_one_person_by_number_name_and_handle(run: Run) -> None:
    ana = shown(run, "Ana Ruiz")
    assert shown(run, f"#{ana['id']}") == shown(run, f"mastodon:{ANA.handle}") == ana
    assert ana["links"] == [TOM.handle]
    assert len(ana["messages"]) >= 3
    assert ana["answers"] == 1
    code, out, _err = run("people", "show", "tom okafor")
    assert code == 0
    assert "Tom Okafor" in out
    assert "Said by them and us" in out
    code, _out, err = run("people", "show", "nobody at all")
    assert (code, "Nobody called" in err) == (1, True)
    code, _out, err = run("people", "show", "r")
    assert (code, "may be several people" in err) == (2, True)
    assert run("people", "show", "9999")[0] == 1


def test_every_verb_and_undo(run: Run) -> None:
    tom = "Tom Okafor"
    before = shown(run, tom)
    for verb in (
        ("role", tom, "vip"),
        ("tag", tom, "angry,safety"),
        ("untag", tom, "safety"),
        ("note", tom, "call him"),
        ("describe", tom, "--outlet", "Le Jour", "--beat", "bikes"),
        ("mute", tom),
        ("rename", tom, "Thomas"),
    ):
        code, out, err = run("people", *verb)
        assert (code, err) == (0, ""), verb
        assert out
    now = shown(run, "Thomas")
    assert (now["role"], now["tags"], now["outlet"], now["beat"], now["muted"]) == (
        "vip", ["angry"], "Le Jour", "bikes", True,
    )  # fmt: skip
    assert [note["text"] for note in now["our_notes"]] == ["call him"]
    assert run("people", "unmute", "Thomas")[0] == 0
    assert run("people", "role", "Thomas", "none")[0] == 0
    assert run("people", "role", "Thomas", "king")[0] == 2
    for _ in range(9):
        assert run("undo")[0] == 0
    assert shown(run, tom) == before


def test_merging_splitting_and_saying_apart(run: Run) -> None:
    code, out, _err = run("people", "suggest")
    assert code == 0
    assert "is named by the site" in out
    [pair] = json.loads(run("people", "suggest", "-o", "json")[1])
    assert pair["proof"] == "domain"
    assert run("people", "merge", "Ana Ruiz", "Tom Okafor")[0] == 0
    one = shown(run, "Ana Ruiz")
    assert {account["network"] for account in one["accounts"]} == {"mastodon", "bluesky"}
    code, _out, err = run("people", "split", "Ana Ruiz", "x:nobody")
    assert (code, "There is no such account" in err) == (1, True)
    assert run("people", "split", "Ana Ruiz", f"bluesky:{TOM.handle}")[0] == 0
    assert len(shown(run, "Tom Okafor")["accounts"]) == 1
    # Who was split off is not suggested again.
    assert "Nobody seems to be the same" in run("people", "suggest")[1]
    assert run("undo")[0] == run("undo")[0] == 0
    assert len(json.loads(run("people", "suggest", "-o", "json")[1])) == 1
    assert run("people", "apart", "Ana Ruiz", "Tom Okafor")[0] == 0
    assert json.loads(run("people", "suggest", "-o", "json")[1]) == []
    assert run("people", "apart", "Ana Ruiz", "Tom Okafor")[0] == 1


def test_a_press_list(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(
        "Nom;Média;Mastodon\nCléo Noir;Le Jour;@cleo@press.example\n;;\n;X;\n", encoding="cp1252"
    )
    code, out, err = run("people", "import", str(file))
    assert code == 0
    assert "1 person taken in" in out
    assert "Line 4 of list.csv" in err
    assert names(run, "--role", "journalist") == ["Marc Dubois", "Cléo Noir"]
    assert shown(run, "Cléo Noir")["contacts"] == [
        {"kind": "handle", "network": "mastodon", "value": "cleo@press.example"}
    ]
    code, out, err = run("people", "import", str(file))
    assert (code, out, "known already" in err) == (0, "", True), err
    assert run("undo")[0] == 0
    assert names(run, "--role", "journalist") == ["Marc Dubois"]
    code, _out, err = run("people", "import", str(tmp_path / "none.csv"))
    assert (code, "cannot be read" in err) == (1, True)
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    code, _out, err = run("people", "import", str(file))
    assert (code, "no column of names" in err) == (1, True)


def test_the_store_is_where_it_was_said_to_be(run: Run) -> None:
    Path(os.environ["HUBBUB_STORE"]).unlink()
    code, _out, err = run("people")
    assert (code, "There is no store" in err) == (1, True)
