"""The headless twin, command by command, on the store of a made-up brand."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import stat
import sys
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path

import pytest

from listeners.clock import utc_now
from listeners.store import open_store
from tests.fake.hostile import HOSTILE
from tests.tui.seeded import BRAND, seed
from tui.__main__ import main
from tui.i18n import use_language, use_zone
from tui.terminal import ending

Run = Callable[..., "Ran"]


class Ran:
    """What a command wrote and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    @property
    def json(self) -> object:
        return json.loads(self.out)

    @property
    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture(autouse=True)
def _in_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    # The hard end of a process would be the tests' own.
    monkeypatch.setattr(ending, "end_within", lambda _seconds, _code: None)
    monkeypatch.setenv("HUBBUB_LANG", "en")
    monkeypatch.setenv("HUBBUB_CONFIG", str(tmp_path / "config" / "hubbub.toml"))
    monkeypatch.setenv("HUBBUB_STORE", str(tmp_path / "data" / "hubbub.db"))
    monkeypatch.setenv("HUBBUB_LOG_FILE", str(tmp_path / "state" / "hubbub.log"))
    use_zone(UTC)
    yield
    use_language("en")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> Ran:
        capsys.readouterr()
        try:
            code = main(list(arguments))
        except SystemExit as end:
            code = int(end.code or 0)
        written = capsys.readouterr()
        return Ran(code, written.out, written.err)

    return run


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config" / "hubbub.toml"
    path.parent.mkdir()
    path.write_text(
        f'member = "Ana"\n[team]\nmembers = ["Ana", "Léo"]\n[brand."{BRAND}"]\n'
        '[[source]]\nnetwork = "mastodon"\nwhat = "#aurora"\n',
        encoding="utf-8",
    )
    return path


@pytest.fixture
def filled(tmp_path: Path, config: Path) -> Path:
    path = tmp_path / "data" / "hubbub.db"

    async def fill() -> None:
        async with open_store(path) as store:
            await seed(store, now=utc_now(), chatter=40)

    asyncio.run(fill())
    return path


# --- wrong use ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["--nonsense"],
        ["conv"],
        ["conv", "one", "show"],
        ["conv", "1", "explode"],
        ["conv", "1", "snooze", "--until", "2001-01-01"],
        ["conv", "1", "snooze", "--until", "soon"],
        ["alert", "1", "dismiss", "--raison", "x"],
        ["mentions", "--since", "yesterdayish"],
        ["mentions", "--query", "a AND"],
        ["mentions", "--lim", "3"],
        ["match", "(a"],
        ["listen", "--once", "--for", "3s"],
        ["-o", "xml", "sources"],
        ["init", "--name", "!!!"],
        ["init", "--name", "Acme", "--handle", "blusky:@x"],
        ["import", "x.jsonl", "--column", "text"],
        ["import", "x.jsonl", "--zone", "Mars/Olympus"],
        ["forget", "@"],
        ["--config", "/nowhere/hubbub.toml", "mentions"],
    ],
)
def test_wrong_use_is_2_and_one_plain_sentence(run: Run, arguments: list[str]) -> None:
    ran = run(*arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.strip()
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["mentions"],
        ["convs"],
        ["alerts"],
        ["stats"],
        ["undo"],
        ["export"],
        ["backup", "copy.db"],
        ["conv", "1", "show"],
    ],
)
def test_without_a_store_the_sentence_says_where_it_would_be(
    run: Run, arguments: list[str], tmp_path: Path
) -> None:
    ran = run(*arguments)
    assert ran.code == 1
    assert str(tmp_path / "data" / "hubbub.db") in ran.err
    assert not (tmp_path / "data").exists()


def test_a_query_is_pointed_at_where_it_is_wrong(run: Run) -> None:
    ran = run("match", "acme AND (beta")
    assert ran.err.splitlines()[:2] == ["acme AND (beta", "         ^"]


def test_a_wrong_configuration_names_file_and_line(run: Run, config: Path) -> None:
    config.write_text('member = "Ana"\nmembre = "x"\n')
    ran = run("mentions")
    assert ran.code == 2
    assert f"{config}:2" in ran.err
    assert "did you mean member?" in ran.err


def test_what_was_typed_wrong_cannot_command_the_terminal(run: Run) -> None:
    for _, text in HOSTILE:
        if text.startswith("-"):
            continue
        ran = run(text.encode("utf-8", "replace").decode()[:200] or "x")
        assert not set(ran.err) & set("\x1b\x07\x9b\x00\u202e")


def test_a_damaged_store_is_refused_in_a_sentence(run: Run, filled: Path) -> None:
    filled.write_bytes(b"not a database at all, but long enough to look at" * 100)
    ran = run("mentions")
    assert ran.code == 1
    assert "Nothing was changed" in ran.err


# --- lists --------------------------------------------------------------------------------------


MENTION_KEYS = [
    "id", "network", "source", "native_id", "url", "author", "author_name", "text", "lang",
    "created_at", "seen_at", "parent", "root", "compound", "label", "brand", "reasons",
]  # fmt: skip


def test_mentions_have_the_shape_scripts_rely_on(run: Run, filled: Path) -> None:
    ran = run("mentions", "-o", "jsonl")
    assert ran.code == 0
    assert len(ran.lines) > 20, "fewer are made up for the small hours"
    for one in ran.lines:
        assert list(one)[: len(MENTION_KEYS)] == MENTION_KEYS
        assert str(one["seen_at"]).endswith("Z")
    times = [str(one["created_at"] or one["seen_at"]) for one in ran.lines]
    assert times == sorted(times, reverse=True)


def test_json_csv_and_table_hold_the_same_mentions(run: Run, filled: Path) -> None:
    everything = run("mentions", "-o", "json").json
    assert isinstance(everything, list)
    table = list(csv.DictReader(io.StringIO(run("mentions", "-o", "csv").out)))
    assert [row["id"] for row in table] == [str(one["id"]) for one in everything]
    shown = run("mentions", "--limit", "5").out.splitlines()
    assert len(shown) == 6
    assert [line.split()[0] for line in shown[1:]] == [str(one["id"]) for one in everything[:5]]


def test_mentions_are_filtered(run: Run, filled: Path) -> None:
    found = run("mentions", "-o", "jsonl", "--query", "brakes").lines
    assert found
    assert all("brake" in str(one["text"]).lower() for one in found)
    negative = run("mentions", "-o", "jsonl", "--label", "negative", "--network", "bluesky").lines
    assert negative
    assert {one["network"] for one in negative} == {"bluesky"}
    assert {one["label"] for one in negative} == {"negative"}
    everything = run("mentions", "-o", "jsonl").lines
    recent = run("mentions", "-o", "jsonl", "--since", "1h").lines
    assert 0 < len(recent) < len(everything)
    assert run("mentions", "-o", "jsonl", "--brand", "Nobody").lines == []


def test_conversations_come_in_the_order_of_the_queue(run: Run, filled: Path) -> None:
    rows = run("convs", "-o", "jsonl").lines
    assert [one["tier"] for one in rows] == sorted(int(str(one["tier"])) for one in rows)
    assert {one["state"] for one in rows} == {"open"}
    everything = run("convs", "-s", "all", "-o", "jsonl").lines
    assert len(everything) > len(rows)
    leos = run("convs", "--assignee", "Léo", "-o", "jsonl").lines
    assert [one["assignee"] for one in leos] == ["Léo"]
    nobodys = run("convs", "--assignee", "nobody", "-o", "jsonl").lines
    assert len(leos) + len(nobodys) == len(rows)


def test_alerts_come_worst_first(run: Run, filled: Path) -> None:
    rows = run("alerts", "-o", "jsonl").lines
    order = ["critical", "high", "warn", "info"]
    places = [order.index(str(one["severity"])) for one in rows]
    assert places == sorted(places)
    high = run("alerts", "--severity", "high", "-o", "jsonl").lines
    assert {one["severity"] for one in high} == {"critical", "high"}
    leaks = run("alerts", "--class", "leak", "-o", "jsonl").lines
    assert {one["class"] for one in leaks} == {"leak"}


def test_sources_say_how_they_are_doing(run: Run, filled: Path) -> None:
    rows = run("sources", "-o", "json").json
    assert isinstance(rows, list)
    assert {str(one["source"]) for one in rows} >= {"mastodon:#aurora", "feeds:blogs"}
    assert next(one for one in rows if one["source"] == "feeds:blogs")["state"] == "failing"
    assert "failing" in run("sources").out


def test_a_configured_source_is_listed_before_it_was_listened_to(run: Run, config: Path) -> None:
    (only,) = run("sources", "-o", "jsonl").lines
    assert (only["source"], only["state"]) == ("mastodon:#aurora", "starting")


def test_figures(run: Run, filled: Path) -> None:
    figures = run("stats", "-o", "json").json
    assert isinstance(figures, dict)
    assert figures["mentions"] > 20
    assert figures["open"] == 7
    assert figures["sources_in_trouble"] == ["Cycling blogs"]
    assert set(figures["networks"]) >= {"mastodon", "bluesky"}
    assert "stored mentions" in run("stats").out


# --- triage -------------------------------------------------------------------------------------


def first_open(run: Run) -> int:
    return int(str(run("convs", "-o", "jsonl").lines[0]["id"]))


def state_of(run: Run, conversation: int) -> dict[str, object]:
    found = run("conv", str(conversation), "show", "-o", "json").json
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("verb", "field", "after"),
    [
        (["answered"], "state", "waiting"),
        (["resolve"], "state", "resolved"),
        (["ignore"], "state", "ignored"),
        (["snooze", "--until", "2h"], "state", "snoozed"),
        (["snooze"], "state", "snoozed"),
        (["take"], "assignee", "Ana"),
        (["assign", "Léo"], "assignee", "Léo"),
        (["tag", "press, #urgent"], "tags", ["brakes", "press", "urgent"]),
        (["untag", "brakes"], "tags", []),
        (["priority", "1"], "priority", 1),
        (["note", "call her"], "notes", 2),
    ],
)
def test_a_verb_does_what_its_key_does_and_can_be_undone(
    run: Run, filled: Path, verb: list[str], field: str, after: object
) -> None:
    conversation = first_open(run)
    before = state_of(run, conversation)[field]
    ran = run("conv", str(conversation), *verb)
    if before == after:
        assert ran.code == 1
        return
    assert ran.code == 0, ran.err
    assert ran.out.strip()
    assert state_of(run, conversation)[field] == after
    assert run("undo").code == 0
    assert state_of(run, conversation)[field] == before
    assert run("redo").code == 0
    assert state_of(run, conversation)[field] == after


def test_several_at_once_are_one_step(run: Run, filled: Path) -> None:
    ids = [str(one["id"]) for one in run("convs", "-o", "jsonl").lines][:3]
    outcome = run("conv", ",".join(ids), "resolve", "-o", "json").json
    assert isinstance(outcome, dict)
    assert outcome["done"] == 3
    assert len(run("undo", "--list", "-o", "jsonl").lines) == 1
    run("undo")
    assert {state_of(run, int(one))["state"] for one in ids} == {"open"}


def test_what_is_not_there_is_refused(run: Run, filled: Path) -> None:
    for arguments in (["conv", "4711", "take"], ["conv", "4711", "show"], ["alert", "4711", "ack"]):
        ran = run(*arguments)
        assert ran.code == 1
        assert "4711" in ran.err


def test_nobody_outside_the_team_is_given_work(run: Run, filled: Path) -> None:
    ran = run("conv", "1", "assign", "Leo")
    assert ran.code == 2
    assert "Ana, Léo" in ran.err


def test_a_conversation_is_shown_whole(run: Run, filled: Path) -> None:
    conversation = first_open(run)
    shown = run("conv", str(conversation), "show").out
    assert "brakes failed downhill" in shown
    assert "Workshop asked for the frame number." in shown
    found = state_of(run, conversation)
    assert len(found["thread"]) == 3  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("verb", "field", "after"),
    [
        (["ack"], "state", "acked"),
        (["snooze", "--until", "2h"], "state", "snoozed"),
        (["dismiss", "--reason", "known event"], "dismissed_reason", "known event"),
        (["assign", "Léo"], "owner", "Léo"),
    ],
)
def test_an_alert_is_triaged(
    run: Run, filled: Path, verb: list[str], field: str, after: object
) -> None:
    alert = str(run("alerts", "-o", "jsonl", "--class", "leak").lines[0]["id"])
    assert run("alert", alert, *verb).code == 0
    shown = run("alert", alert, "show", "-o", "json").json
    assert isinstance(shown, dict)
    assert shown[field] == after
    assert run("undo").code == 0
    again = run("alert", alert, "show", "-o", "json").json
    assert isinstance(again, dict)
    assert again["state"] == "firing"
    assert "••••" in run("alert", alert, "show").out


# --- texts --------------------------------------------------------------------------------------


def typed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))


def test_scores_are_one_object_a_line_in_order(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "I love it, great work!\n\nC'est vraiment nul.\n日本語です\n"
    typed(monkeypatch, text.encode() + b"\xff\xfe\n")
    lines = run("score", "-o", "jsonl", "-").lines
    assert [list(one) for one in lines] == [["lang", "scorer", "compound", "label", "vader"]] * 5
    assert [one["label"] for one in lines][:4] == ["positive", "unscored", "negative", "unscored"]
    assert lines[1]["compound"] is None


def test_only_a_line_feed_ends_a_text_to_score(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "I love it\u2028and\x0bmore\r\nI hate it\n".encode())
    lines = run("score", "-o", "jsonl", "--lang", "en", "-").lines
    assert [one["label"] for one in lines] == ["positive", "negative"]


def test_vader_stays_visible_beside_our_layer(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, b"please help\n")
    (ours,) = run("score", "-o", "jsonl", "--lang", "en", "-").lines
    typed(monkeypatch, b"please help\n")
    (plain,) = run("score", "-o", "jsonl", "--lang", "en", "--plain", "-").lines
    assert (ours["label"], plain["label"]) == ("neutral", "positive")
    assert ours["vader"] == plain["vader"] == plain["compound"]
    told = run("score", "please help", "--lang", "en", "--explain").out
    assert "VADER alone: +0" in told
    assert "fair" in told


def test_without_the_layer_figures_and_words_are_those_of_the_lists(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = b"Still waiting for my refund\ngreat, another delay\n"
    typed(monkeypatch, texts)
    table = run("score", "--lang", "en", "--plain", "-").out.splitlines()
    assert [line.split()[1] for line in table[1:]] == ["neutral", "positive"]
    typed(monkeypatch, texts)
    told = run("score", "--lang", "en", "--plain", "--explain", "-").out
    assert "Still waiting for my refund\nneutral 0.0000" in told
    assert "No word of the lexicon is in it" in told
    assert "great, another delay\npositive +0.4215" in told
    typed(monkeypatch, texts)
    waiting, delay = run("score", "--lang", "en", "--plain", "--explain", "-o", "jsonl", "-").lines
    assert (waiting["scorer"], waiting["words"]) == ("vader-plain", [])
    assert isinstance(delay["words"], list)
    assert [one["text"] for one in delay["words"]] == ["great", "delay"]


def test_a_score_says__which_words_made_it(run: Run) -> None:
    ran = run("score", "I love it", "--lang", "en")
    assert "positive" in ran.out
    assert "love" in ran.out
    explained = run("score", "I love it", "--lang", "en", "--explain", "-o", "json").json
    assert isinstance(explained, dict)
    assert explained["words"][0]["text"] == "love"


def test_a_masked_name_carries_no_feeling(run: Run) -> None:
    plain = run("score", "Love is a shop", "--lang", "en", "-o", "json").json
    masked = run("score", "Love is a shop", "--lang", "en", "--mask", "Love", "-o", "json").json
    assert isinstance(plain, dict)
    assert isinstance(masked, dict)
    assert plain["compound"] > masked["compound"]


def test_a_query_is_tried_on_lines(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, b"Acme is hiring\nI like Acme\nnothing\n")
    ran = run("match", "acme NOT hiring", "-", "-o", "jsonl")
    assert ran.code == 0
    assert [one["line"] for one in ran.lines] == [2]
    assert run("match", "acme", "nothing here").code == 1
    parsed = run("match", "acme #acme", "-o", "json").json
    assert isinstance(parsed, dict)
    assert parsed["tags"] == ["acme"]


# --- in and out ---------------------------------------------------------------------------------


def test_a_file_is_imported_and_its_bad_lines_named(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text(
        '{"id": "1", "text": "I love Acme", "author": "ana"}\n{broken\n'
        '{"id": "2", "text": "Acme est nul", "author": "léo"}\n',
        encoding="utf-8",
    )
    ran = run("import", str(file))
    assert ran.code == 0
    assert "Line 2" in ran.err
    stored = run("mentions", "-o", "jsonl").lines
    assert {one["native_id"] for one in stored} == {"1", "2"}
    again = run("import", str(file), "-o", "json").json
    assert isinstance(again, dict)
    assert (again["new"], again["bad"]) == (0, 1)
    assert len(run("mentions", "-o", "jsonl").lines) == 2


def test_a_file_that_holds_nothing_fails(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text("{broken\n")
    assert run("import", str(file)).code == 1
    assert run("import", str(tmp_path / "missing.jsonl")).code == 1


def test_importing_leaves_other_sources_as_they_are(run: Run, filled: Path, tmp_path: Path) -> None:
    before = {one["source"]: one["state"] for one in run("sources", "-o", "jsonl").lines}
    file = tmp_path / "posts.jsonl"
    file.write_text('{"id": "1", "text": "I love Acme", "author": "ana"}\n')
    assert run("import", str(file)).code == 0
    after = {one["source"]: one["state"] for one in run("sources", "-o", "jsonl").lines}
    assert {key: after[key] for key in before} == before


def test_an_export_appears_whole_and_private(run: Run, filled: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("before")
    ran = run("export", "--to", str(target), "-o", "csv")
    assert ran.code == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    rows = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8"))))
    assert len(rows) == len(run("mentions", "-o", "jsonl").lines)
    assert [path.name for path in tmp_path.glob(".hubbub-export-*")] == []
    assert run("export", "--to", str(tmp_path / "no" / "such" / "place")).code == 1


@pytest.mark.parametrize("what", ["mentions", "conversations", "alerts"])
@pytest.mark.parametrize("form", ["jsonl", "json", "csv"])
def test_everything_can_be_taken_elsewhere(run: Run, filled: Path, what: str, form: str) -> None:
    out = run("export", what, "-o", form).out
    if form == "csv":
        assert len(list(csv.DictReader(io.StringIO(out)))) >= 4
    elif form == "json":
        assert len(json.loads(out)) >= 4
    else:
        assert all(json.loads(line)["id"] for line in out.splitlines())


def test_a_backup_is_a_store(run: Run, filled: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    assert run("backup", str(copy)).code == 0
    here = run("mentions", "-o", "jsonl").out
    assert run("--store", str(copy), "mentions", "-o", "jsonl").out == here
    assert run("backup", str(filled)).code == 1


def test_a_person_is_forgotten_only_when_that_is_meant(run: Run, filled: Path) -> None:
    before = len(run("mentions", "-o", "jsonl").lines)
    asked = run("forget", "marc.bsky.example")
    assert asked.code == 0
    assert "Nothing was erased yet" in asked.out
    assert len(run("mentions", "-o", "jsonl").lines) == before
    assert run("forget", "bluesky:@marc.bsky.example", "--yes").code == 0
    left = run("mentions", "-o", "jsonl").lines
    assert len(left) == before - 1
    assert "marc.bsky.example" not in {one["author"] for one in left}
    assert run("forget", "marc.bsky.example").code == 1


def test_a_first_configuration_is_written_and_never_replaced(run: Run, tmp_path: Path) -> None:
    ran = run("init", "--name", "Café “Lumière”", "--handle", "@lumiere@social.example")
    assert ran.code == 0, ran.err
    path = tmp_path / "config" / "hubbub.toml"
    assert "Café “Lumière”" in path.read_text(encoding="utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    listed = {one["network"] for one in run("sources", "-o", "jsonl").lines}
    assert listed >= {"bluesky", "mastodon", "hackernews"}
    assert run("init", "--name", "Other").code == 2
    assert "Other" not in path.read_text(encoding="utf-8")


def test_the_doctor_finds_what_must_be_mended(run: Run, filled: Path, config: Path) -> None:
    fine = run("doctor", "-o", "jsonl")
    assert fine.code == 0
    assert {one["what"] for one in fine.lines} >= {"hubbub", "SQLite", "terminal", "store"}
    config.write_text('[brand.Acme]\nquery = "acme AND"\n[keys]\nsnoze = "s"\n')
    filled.chmod(0o644)
    sick = run("doctor", "-o", "jsonl")
    assert sick.code == 1
    mend = {one["what"] for one in sick.lines if one["state"] == "mend"}
    assert mend == {"query", "keys", "store"}


def test_the_dashboard_is_refused_without_a_terminal(run: Run) -> None:
    ran = run()
    assert ran.code == 2
    assert "hubbub listen" in ran.err
    assert run("demo").code == 2


# --- forms --------------------------------------------------------------------------------------


@pytest.fixture
def hostile_store(run: Run, tmp_path: Path) -> Path:
    file = tmp_path / "hostile.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for number, (_, text) in enumerate(HOSTILE):
            if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text):
                continue
            record = {"id": str(number), "text": text[:2000], "author": text[:40] or "x"}
            out.write(json.dumps(record) + "\n")
    assert run("import", str(file)).code == 0
    return file


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv"])
@pytest.mark.parametrize("command", ["mentions", "convs", "export"])
def test_no_output_can_command_a_terminal(
    run: Run, hostile_store: Path, form: str, command: str
) -> None:
    out = run(command, *(["-s", "all"] if command == "convs" else []), "-o", form).out
    obeyed = {c for c in out if (c < " " and c not in "\n\r") or "\x7f" <= c <= "\x9f"}
    assert obeyed == set()
    assert not set(out) & set("\u202e\u2066\u200e\u061c\ufeff\u200b")


def test_json_keeps_the_evidence(run: Run, hostile_store: Path) -> None:
    stored = {one["native_id"]: one["text"] for one in run("mentions", "-o", "jsonl").lines}
    given = [json.loads(line) for line in hostile_store.read_text(encoding="utf-8").splitlines()]
    for record in given:
        if record["id"] in stored:
            assert str(stored[record["id"]]).strip() == record["text"].strip()
    assert len(stored) > len(given) * 0.8


def test_no_cell_of_a_csv_is_a_formula(run: Run, hostile_store: Path) -> None:
    for row in csv.reader(io.StringIO(run("mentions", "-o", "csv").out)):
        for cell in row:
            if not cell.lstrip("-").replace(".", "", 1).isdigit():
                assert cell.lstrip(" \u00a0")[:1] not in tuple("=+-@\t\r＝＋－＠"), cell


def test_commands_speak_french(run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBBUB_LANG", "fr")
    out = run("mentions", "--limit", "3").out
    assert "," in out  # the decimal sign of a mood


def test_the_configuration_chooses_the_language(run: Run, config: Path) -> None:
    from tui.i18n import language

    text = config.read_text(encoding="utf-8")
    config.write_text(f'# language = "de"\nlanguage = "fr"  # la nôtre\n{text}', encoding="utf-8")
    run("sources")
    assert language() == "fr"


def test_the_usual_configuration_is_where_the_engine_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    from listeners.config import default_config_path
    from tui.commands.parser import usual_config

    monkeypatch.delenv("HUBBUB_CONFIG")
    for folder in ("", "/etc/xdg-test"):
        monkeypatch.setenv("XDG_CONFIG_HOME", folder)
        assert Path(usual_config()) == default_config_path()


def test_a_package_that_took_our_place_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import listeners

    monkeypatch.setattr(listeners, "__file__", "/elsewhere/listeners/__init__.py")
    ran = run("sources")
    assert ran.code == 1
    assert "/elsewhere" in ran.err
    assert "pipx install hubbub" in ran.err


def test_a_mood_is_explained_corrected_and_taken_back(run: Run, filled: Path) -> None:
    one = run("mentions", "-o", "jsonl", "--label", "negative", "--limit", "1").lines[0]
    number = str(one["id"])
    why = run("mood", number, "why")
    assert (why.code, "negative" in why.out) == (0, True)
    told = run("mood", number, "why", "-o", "json").json
    assert isinstance(told, dict)
    assert (told["id"], told["correction"]) == (one["id"], None)
    done = run("mood", number, "positive")
    assert (done.code, done.out.strip()) == (0, "Positive, as you say")
    after = run("mood", number, "why", "-o", "json").json
    assert isinstance(after, dict)
    assert (after["label"], after["corrected_by"]) == ("positive", "Ana")
    assert after["correction"]["scored_label"] == "negative"
    assert "corrected by Ana" in run("mood", number, "why").out
    assert run("undo").code == 0
    assert run("mood", number, "auto").code == 1
    assert "Nobody corrected it" in run("mood", number, "auto").err
    assert "There is no mention number 987654" in run("mood", "987654", "why").err
