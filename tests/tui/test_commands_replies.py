"""Answering, the outbox and templates from the command line."""

from __future__ import annotations

import asyncio
import io
import json
import sqlite3
import sys
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from listeners.clock import utc_now
from listeners.model import Sentence
from listeners.networks.replying import ReplyLimit
from listeners.replying import Way, speakers
from listeners.store import open_store, reads
from listeners.store.filters import QueueFilter
from tests.listeners.replying.voice import TROUBLE, Voice
from tests.tui.seeded import BRAND, seed
from tui.__main__ import main
from tui.commands import answering
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
    def json(self) -> Any:
        return json.loads(self.out)


class Terminal(io.TextIOWrapper):
    """A standard input with somebody at it."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def voice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Voice]:
    monkeypatch.setattr(ending, "end_within", lambda _seconds, _code: None)
    monkeypatch.setenv("HUBBUB_LANG", "en")
    monkeypatch.setenv("HUBBUB_CONFIG", str(tmp_path / "config" / "hubbub.toml"))
    monkeypatch.setenv("HUBBUB_STORE", str(tmp_path / "data" / "hubbub.db"))
    monkeypatch.setenv("HUBBUB_LOG_FILE", str(tmp_path / "state" / "hubbub.log"))
    use_zone(UTC)
    network = Voice()
    network.limits = ReplyLimit(maximum=200)
    monkeypatch.setattr(speakers, "listener_class", lambda name: lambda *given: network)
    yield network
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
def conversation(tmp_path: Path) -> int:
    """A question of Ana's on Mastodon, in a store and a configuration."""
    path = tmp_path / "config" / "hubbub.toml"
    path.parent.mkdir()
    path.write_text(
        f'member = "Ana"\n[brand."{BRAND}"]\naudience = "b2b"\n'
        '[[source]]\nnetwork = "mastodon"\nwhat = "#aurora"\n',
        encoding="utf-8",
    )

    async def fill() -> int:
        async with open_store(tmp_path / "data" / "hubbub.db") as store:
            await seed(store, now=utc_now(), chatter=5)
            rows = await reads.conversations(store, await reads.queue_ids(store, QueueFilter()))
            return next(row.id for row in rows.values() if row.network == "mastodon")

    return asyncio.run(fill())


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, bool], None]:
    """Puts something on the standard input, with a terminal or without."""

    def typed(text: str, terminal: bool) -> None:
        made = (Terminal if terminal else io.TextIOWrapper)(io.BytesIO(text.encode()))
        monkeypatch.setattr(sys, "stdin", made)

    return typed


def state_of(run: Run, conversation: int) -> str:
    return str(run("conv", str(conversation), "show", "-o", "json").json["state"])


# --- reply ---------------------------------------------------------------------------------------


def test_a_reply_is_sent_and_listed(run: Run, conversation: int, voice: Voice) -> None:
    ran = run("conv", str(conversation), "reply", "We are on it.", "--yes", "--lang", "fr")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Reply sent to @")
    [sent] = voice.sends
    # The name that the network wants in front is put there.
    assert sent.text == f"{voice.opening(sent.to, ())}We are on it."
    assert sent.lang == "fr"
    assert state_of(run, conversation) == "waiting"
    shown = run("conv", str(conversation), "show").out
    assert "reply 1 of Ana" in shown
    assert shown.rstrip().endswith("We are on it.")
    [row] = run("outbox", "-o", "json").json
    assert run("conv", str(conversation), "show", "-o", "json").json["replies"] == [row]
    assert (row["state"], row["conversation"], row["author"]) == ("sent", conversation, "Ana")
    assert "We are on it." in run("outbox").out
    assert run("outbox", "1", "-o", "json").json == row
    assert run("outbox", "--state", "refused", "-o", "json").json == []


def test_a_name_that_is_there_already_is_not_said_twice(
    run: Run, conversation: int, voice: Voice
) -> None:
    run("conv", str(conversation), "reply", "one", "--yes")
    name = voice.opening(voice.sends[0].to, ()).strip()
    run("conv", str(conversation), "reply", f"Thanks {name.upper()}", "--yes")
    assert voice.sends[1].text == f"Thanks {name.upper()}"


def test_a_longer_name_is_not_the_name_the_network_wants(
    run: Run, conversation: int, voice: Voice
) -> None:
    run("conv", str(conversation), "reply", "one", "--yes")
    name = voice.opening(voice.sends[0].to, ()).strip()
    run("conv", str(conversation), "reply", f"{name}na knows more", "--yes")
    assert voice.sends[1].text == f"{name} {name}na knows more"


def test_the_reply_goes_to_the_message_that_was_shown(
    run: Run,
    conversation: int,
    voice: Voice,
    typed: Callable[[str, bool], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While she reads the question another message comes, and waits as well."""
    newest = run("conv", str(conversation), "show", "-o", "json").json["thread"][-1]["id"]
    agreed = answering._agreed

    def while_asked(way: Way, words: str) -> bool:
        with sqlite3.connect(tmp_path / "data" / "hubbub.db") as store:
            columns = [row[1] for row in store.execute("PRAGMA table_info(mention)")]
            changed = {"id": "NULL", "native_id": "'later'", "key": "'later'",
                       "sort_at": "sort_at + 1"}  # fmt: skip
            values = ", ".join(changed.get(name, name) for name in columns)
            store.execute(f"INSERT INTO mention SELECT {values} FROM mention WHERE id = ?",
                          (newest,))  # fmt: skip
        return agreed(way, words)

    monkeypatch.setattr(answering, "_agreed", while_asked)
    typed("y\n", True)
    assert run("conv", str(conversation), "reply", "one").code == 0
    thread = run("conv", str(conversation), "show", "-o", "json").json["thread"]
    assert thread[-1]["id"] != newest
    assert voice.sends[0].to.native_id != "later"


@pytest.mark.parametrize(("answer", "sent"), [("y\n", 1), ("\n", 0), ("no\n", 0), ("", 0)])
def test_a_person_is_asked_once(
    run: Run,
    conversation: int,
    voice: Voice,
    typed: Callable[[str, bool], None],
    answer: str,
    sent: int,
) -> None:
    typed(answer, True)
    ran = run("conv", str(conversation), "reply", "Hello\x1b[31m!")
    assert len(voice.sends) == sent
    assert ran.code == 1 - sent
    assert "Hello!" in ran.err
    assert "\x1b" not in ran.err
    assert "of 200" in ran.err


def test_where_nobody_can_be_asked_it_must_be_said(
    run: Run, conversation: int, voice: Voice, typed: Callable[[str, bool], None]
) -> None:
    typed("the words", False)
    assert run("conv", str(conversation), "reply", "-").code == 2
    assert voice.sends == []
    assert run("conv", str(conversation), "reply", "-", "--yes").code == 0
    assert voice.sends[0].text.endswith("the words")


def test_an_observer_is_refused_before_being_asked(
    run: Run, conversation: int, voice: Voice, typed: Callable[[str, bool], None], tmp_path: Path
) -> None:
    path = tmp_path / "config" / "hubbub.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        f'{text}[team]\nmembers = ["Ana", "Léo"]\nobservers = ["Ana"]\n', encoding="utf-8"
    )
    typed("y\n", True)
    ran = run("conv", str(conversation), "reply", "Hello")
    assert (ran.code, voice.sends) == (1, [])
    assert "Send it?" not in ran.err


def test_several_conversations_are_not_answered_at_once(run: Run, conversation: int) -> None:
    assert run("conv", f"{conversation},99", "reply", "x", "--yes").code == 2


def test_somebody_elses_answer_is_said_and_overruled(
    run: Run, conversation: int, voice: Voice, typed: Callable[[str, bool], None], tmp_path: Path
) -> None:
    run("conv", str(conversation), "reply", "first", "--yes")
    path = tmp_path / "config" / "hubbub.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("Ana", "Léo"), encoding="utf-8")
    refused = run("conv", str(conversation), "reply", "second", "--yes", "-o", "json")
    assert refused.code == 1
    assert refused.json["confirm"] is True
    told = run("conv", str(conversation), "reply", "second", "--yes").err
    assert "Ana has answered here meanwhile" in told
    assert told.endswith("Add --anyway to send it all the same.\n")
    typed("y\nn\n", True)
    assert run("conv", str(conversation), "reply", "second").code == 1
    typed("y\ny\n", True)
    ran = run("conv", str(conversation), "reply", "second")
    assert (ran.code, len(voice.sends)) == (0, 2)
    assert "Ana has answered here meanwhile" in ran.err
    assert run("conv", str(conversation), "reply", "third", "--yes", "--anyway").code == 0


def test_what_goes_by_hand_says_why_and_where(run: Run, conversation: int, voice: Voice) -> None:
    voice.refuses = Sentence("No token here.")
    ran = run("conv", str(conversation), "reply", "x", "--yes")
    assert (ran.code, ran.err) == (1, "No token here.\n")
    told = run("conv", str(conversation), "reply", "x", "--yes", "-o", "json").json
    assert told["sent"] is False
    assert run("conv", "999", "reply", "x", "--yes").code == 1


def test_a_reply_that_is_too_long_says_by_how_much(
    run: Run, conversation: int, voice: Voice
) -> None:
    ran = run("conv", str(conversation), "reply", "x" * 400, "--yes")
    assert ran.code == 1
    assert "Too long for Mastodon by" in ran.err
    assert voice.sends == []


# --- outbox --------------------------------------------------------------------------------------


def test_an_uncertain_reply_is_looked_for_and_settled(
    run: Run, conversation: int, voice: Voice, tmp_path: Path
) -> None:
    voice.fails, voice.looks = TROUBLE, [TROUBLE, TROUBLE]
    ran = run("conv", str(conversation), "reply", "x", "--yes")
    assert (ran.code, len(ran.err.splitlines())) == (1, 2)
    assert "“hubbub outbox 1 sent”" in ran.err
    # What went wrong is in the log, not on the screen.
    assert "Traceback" in (tmp_path / "state" / "hubbub.log").read_text(encoding="utf-8")
    checked = run("outbox", "--check", "-o", "json").json
    assert [row["state"] for row in checked] == ["unknown"]
    assert run("outbox", "1", "unsent").code == 0
    assert state_of(run, conversation) == "open"
    assert run("outbox", "1", "sent").code == 1
    voice.fails, voice.looks = TROUBLE, [TROUBLE]
    run("conv", str(conversation), "reply", "y", "--yes")
    [row] = run("outbox", "--check", "-o", "json").json
    assert (row["id"], row["state"]) == (2, "sent")
    assert run("outbox", "--check").out.startswith("Of every reply it is known")
    assert state_of(run, conversation) == "waiting"


def test_a_reply_is_deleted_at_its_source(run: Run, conversation: int, voice: Voice) -> None:
    run("conv", str(conversation), "reply", "x", "--yes")
    assert run("outbox", "1", "delete").code == 0
    assert voice.deleted == ["id-key-1"]
    assert state_of(run, conversation) == "open"
    assert run("outbox", "1", "-o", "json").json["state"] == "deleted"


@pytest.mark.parametrize("arguments", [["7"], ["7", "explode"], ["x"], ["--state", "odd"]])
def test_the_outbox_refuses_nonsense(run: Run, conversation: int, arguments: list[str]) -> None:
    assert run("outbox", *arguments).code == 2


# --- templates -----------------------------------------------------------------------------------


def test_templates_are_kept_changed_removed_and_undone(run: Run, conversation: int) -> None:
    assert "specialists" in run("templates").out
    assert "spécialistes" in run("templates", "--lang", "fr").out
    added = run("templates", "add", "Sorry", "Sorry {name}", "--lang", "en", "-o", "json").json
    assert (added["id"], added["lang"]) == (1, "en")
    assert run("templates", "add", "Autre", "Bonjour", "--lang", "fr").code == 0
    assert [row["name"] for row in run("templates", "-o", "json").json] == ["Autre", "Sorry"]
    assert [row["id"] for row in run("templates", "--lang", "en", "-o", "json").json] == [1]
    assert run("templates", "change", "1", "So sorry {name}", "--brand", BRAND).code == 0
    [row] = run("templates", "--lang", "en", "-o", "json").json
    assert (row["text"], row["lang"], row["brand"]) == ("So sorry {name}", "en", BRAND)
    assert run("templates", "remove", "1").code == 0
    assert run("templates", "--lang", "en", "-o", "json").json == []
    assert run("undo").code == 0
    assert [row["id"] for row in run("templates", "--lang", "en", "-o", "json").json] == [1]


@pytest.mark.parametrize(
    "arguments",
    [
        ["add", "x", "  "],
        ["add", "x", "y", "--brand", "Nobody"],
        ["change", "9", "x"],
        ["remove", "9"],
        ["explode"],
    ],
)
def test_templates_refuse_nonsense(run: Run, conversation: int, arguments: list[str]) -> None:
    assert run("templates", *arguments).code == 2
