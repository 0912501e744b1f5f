"""``hubbub plan`` and ``hubbub cadence`` on the store of a made-up brand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from listeners.clock import from_iso
from listeners.model import Micros
from listeners.store import open_store
from tests.tui.seeded import BRAND, seed
from tui.__main__ import main
from tui.i18n import use_language, use_zone
from tui.terminal import ending

Run = Callable[..., tuple[int, str, str]]
NOW = Micros(from_iso("2026-11-25T12:00:00Z"))
"""A Wednesday."""


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    monkeypatch.setattr(ending, "end_within", lambda _seconds, _code: None)
    for module in ("plan", "plan_files", "cadence"):
        monkeypatch.setattr(f"tui.commands.{module}.utc_now", lambda: NOW)
    monkeypatch.setenv("HUBBUB_LANG", "en")
    config, store_path = tmp_path / "hubbub.toml", tmp_path / "data" / "hubbub.db"
    config.write_text(
        f'member = "Ana"\n[team]\nmembers = ["Ana", "Léo", "Zoé"]\nleads = ["Ana"]\n'
        f'observers = ["Zoé"]\n[brand."{BRAND}"]\nquery = "aurora"\n'
    )
    monkeypatch.setenv("HUBBUB_CONFIG", str(config))
    monkeypatch.setenv("HUBBUB_STORE", str(store_path))
    monkeypatch.setenv("HUBBUB_LOG_FILE", str(tmp_path / "hubbub.log"))
    use_zone(UTC)

    async def fill() -> None:
        store_path.parent.mkdir()
        async with open_store(store_path) as store:
            await seed(store, now=NOW, chatter=0)

    asyncio.run(fill())

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            code = main([*arguments])
        except SystemExit as end:
            code = int(str(end.code or 0))
        said = capsys.readouterr()
        return int(code or 0), said.out, said.err

    yield run
    use_language("en")


def listed(run: Run, *arguments: str) -> list[dict[str, Any]]:
    code, out, err = run("plan", *arguments, "-o", "json")
    assert code == 0, err
    found: list[dict[str, Any]] = json.loads(out)
    return found


def add(run: Run, *arguments: str) -> int:
    code, out, err = run("plan", "add", *arguments, "-o", "json")
    assert code == 0, err
    return int(json.loads(out)["id"])


def test_adding_changing_and_taking_out_are_undone(run: Run) -> None:
    assert run("plan")[1] == "Nothing is planned.\n"
    first = add(
        run, "Winter sale", "--at", "fri 14:00", "--until", "16h", "--channel", "mastodon",
        "--text", "Come!", "--remind", "15m", "--owner", "Léo", "--state", "draft",
    )  # fmt: skip
    (one,) = listed(run)
    assert (one["id"], one["kind"], one["at"], one["until"]) == (
        first, "post", "2026-11-27T14:00:00.000000Z", "2026-11-27T16:00:00.000000Z",
    )  # fmt: skip
    assert (one["remind_seconds"], one["owner"], one["late"], one["brand"]) == (
        900, "Léo", False, BRAND,
    )  # fmt: skip
    code, out, _err = run("plan", "change", str(first), "--at", "17:30", "--remind", "none")
    assert (code, out) == (0, "Plan changed\n")
    (one,) = listed(run)
    assert (one["at"][:16], one["until"][:16]) == ("2026-11-27T17:30", "2026-11-27T19:30")
    assert one["remind_seconds"] is None
    assert run("plan", "approve", str(first))[1] == "Approved\n"
    assert run("plan", "schedule", str(first))[1] == "Scheduled\n"
    assert run("plan", "done", str(first))[1] == "Done, in the plan\n"
    assert run("plan", "assign", str(first), "Zoé")[1] == "Given to Zoé\n"
    assert run("plan", "remove", str(first))[1] == "Taken out of the plan\n"
    assert listed(run) == []
    for _step in range(7):
        assert run("undo")[0] == 0
    assert listed(run) == []


def test_stretches_of_time_and_the_table(run: Run) -> None:
    late = add(run, "Late", "--at", "2026-10-05 10:00")
    week = add(run, "Fair", "--at", "2026-11-28", "--until", "2026-11-29")
    far = add(run, "Far", "--at", "2027-01-05 09:00", "--owner", "Ana")
    assert [one["id"] for one in listed(run)] == [late, week, far]
    assert [one["id"] for one in listed(run, "--agenda")] == [late, week, far]
    assert [one["id"] for one in listed(run, "--week")] == [week]
    assert [one["id"] for one in listed(run, "--month")] == [week]
    assert [one["id"] for one in listed(run, "--mine")] == [far]
    (fair,) = listed(run, "--week")
    assert (fair["at"], fair["until"], fair["all_day"]) == ("2026-11-28", "2026-11-29", True)
    code, out, _err = run("plan")
    assert code == 0
    assert "late: idea" in out
    assert "Sat 28 Nov – Sun 29 Nov" in out
    for form in ("jsonl", "csv"):
        assert "Fair" in run("plan", "-o", form)[1]


REFUSED: tuple[tuple[list[str], int, str], ...] = (
    (["add", "x"], 2, "Say when"),
    (["add", "x", "--at", "whenever"], 2, "No day or time is meant by “whenever”"),
    (["add", "x", "--at", "fri 9h", "--until", "2026-12-01"], 2, "Give its end as"),
    (["add", "x", "--at", "fri 9h", "--remind", "soon"], 2, "no length of time"),
    (["add", "x", "--at", "fri 9h", "--campaign", "Spring"], 2, "There is no campaign Spring"),
    (["add", "x", "--at", "fri 9h", "--brand", "Bolt"], 2, "There is no brand Bolt"),
    (["add", " ", "--at", "fri 9h"], 1, "Give it a title"),
    (["change", "99", "--title", "x"], 1, "There is no planned entry 99"),
    (["remove", "99"], 1, "no longer in the plan"),
    (["import", "/nowhere.ics"], 1, "cannot be read"),
    (["add", "x", "--at", "fri 9h", "--member", "Zoé"], 1, "observer"),
    (["add", "x", "--at", "fri 9h", "--state", "approved", "--member", "Léo"], 1, "lead"),
)


def test_what_cannot_be_is_said_plainly(run: Run) -> None:
    for arguments, code, said in REFUSED:
        found, _out, err = run("plan", *arguments)
        assert found == code, arguments
        assert said in err, arguments


def test_a_calendar_file_goes_out_comes_in_and_is_taken_back(run: Run, tmp_path: Path) -> None:
    add(run, "Sale", "--at", "fri 14:00", "--channel", "mastodon", "--remind", "1h")
    target = tmp_path / "plan.ics"
    code, out, _err = run("plan", "export", str(target))
    assert (code, out) == (0, f"Written to {target}: 1.\n")
    whole: Any = Calendar.from_ical(target.read_bytes())
    assert [str(one["SUMMARY"]) for one in whole.subcomponents] == ["Sale"]
    assert run("plan", "export", "-")[1].startswith("BEGIN:VCALENDAR\n")
    run("plan", "remove", str(listed(run)[0]["id"]))
    text = target.read_text().replace("SUMMARY:Sale", "SUMMARY:Other").replace("@hubbub", "@else")
    target.write_text(text.replace("END:VCALENDAR", "BEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR"))
    code, out, err = run("plan", "import", str(target))
    assert code == 0
    assert out == "1 added, 0 changed, 0 removed; 0 as before.\n"
    assert "an entry without a time was left out" in err
    (one,) = listed(run)
    assert (one["title"], one["channel"], one["remind_seconds"]) == ("Other", "mastodon", 3600)
    code, out, _err = run("plan", "import", str(target), "-o", "json")
    assert code == 0
    counted = json.loads(out)
    assert (counted["added"], counted["same"], counted["step"]) == (0, 1, 0)
    assert run("undo")[0] == 0
    assert listed(run) == []
    target.write_text("no calendar")
    assert "no calendar file" in run("plan", "import", str(target))[2]


def test_the_cadence_is_shown_set_and_taken_back(run: Run) -> None:
    code, out, _err = run("cadence", "Mastodon", "5")
    assert (code, out) == (0, "Cadence set\n")
    _code, out, _err = run("cadence", "-o", "json")
    found = {one["channel"]: one for one in json.loads(out)}
    one = found["mastodon"]
    # Wednesday noon is 2.5 days of seven.
    assert (one["target"], one["expected_by_now"]) == (5.0, 1.79)
    assert len(one["weeks"]) == 5
    assert "behind" in run("cadence", "mastodon")[1]
    assert run("cadence", "mastodon", "5")[0] == 1
    assert run("cadence", "--weeks", "0")[0] == 2
    assert run("cadence", "mastodon", "0")[1] == "Cadence without a target\n"
    run("undo")
    run("undo")
    _code, out, _err = run("cadence", "-o", "json")
    assert all(one["target"] is None for one in json.loads(out))
