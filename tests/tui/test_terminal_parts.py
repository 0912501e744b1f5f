"""Links, clipboard, notifications, the log: each danger by itself, without a screen."""

from __future__ import annotations

import logging
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.drivers import linux_driver

from tests.fake.hostile import HOSTILE
from tui import log
from tui.i18n import say
from tui.terminal.bell import notification
from tui.terminal.clipboard import copy_command
from tui.terminal.driver import PatientWriter, TolerantDecoder
from tui.terminal.linefilter import ControlFilter
from tui.terminal.opener import browser_command, check_link
from tui.terminal.tty import why_no_screen

# --- links --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "smb://host/share",
        "vscode://file/x",
        "-oProxyCommand=touch /tmp/x",
        "--remote-debugging-port=9222",
        "https://",
        "https:///path",
        "http://exa mple.org/",
        "http://example.org/\nX: y",
        "http://example.org/\x1b]0;x\x07",
        "http://example.org/\u202egpj.exe",
        "https://user:password@evil.example/",
        "https://bank.example@evil.example/",
        "https://evil.example:99999/",
        "https://-x.example/",
        "https://a..b/",
        "https://[::1",
        "https://ex$(id)ample.org/",
        "https://example.org/" + "a" * 2048,
        "",
        "example.org",
    ],
)
def test_a_link_that_is_no_plain_web_address_is_refused(text: str) -> None:
    assert check_link(text) is None


@pytest.mark.parametrize(
    ("text", "url", "host"),
    [
        ("https://example.org", "https://example.org", "example.org"),
        ("HTTP://Example.ORG:8080/a?b=c#d", "http://example.org:8080/a?b=c#d", "example.org"),
        ("https://example.org/é?q=ü", "https://example.org/%C3%A9?q=%C3%BC", "example.org"),
        ("https://example.org/%C3%A9", "https://example.org/%C3%A9", "example.org"),
        ("https://münchen.example/", "https://xn--mnchen-3ya.example/", "xn--mnchen-3ya.example"),
        ("http://[2001:db8::1]:8080/x", "http://[2001:db8::1]:8080/x", "2001:db8::1"),
        ("https://example.org/`id`|x", "https://example.org/%60id%60%7Cx", "example.org"),
        ("https://my_host.example./", "https://my_host.example/", "my_host.example"),
    ],
)
def test_a_web_address_is_written_anew(text: str, url: str, host: str) -> None:
    link = check_link(text)
    assert link is not None
    assert (link.url, link.host, link.doubtful) == (url, host, False)


@pytest.mark.parametrize("text", ["https://аpple.com/", "https://paypаl.example/"])
def test_a_host_of_mixed_scripts_is_doubtful_and_shown_in_punycode(text: str) -> None:
    link = check_link(text)
    assert link is not None
    assert link.doubtful
    assert link.host.startswith("xn--")


def test_a_japanese_host_is_not_doubtful() -> None:
    link = check_link("https://東京タワーの本.example/")
    assert link is not None
    assert not link.doubtful


def test_no_hostile_text_is_a_dangerous_link() -> None:
    for name, text in HOSTILE:
        for candidate in (text, f"https://example.org/{text}"):
            link = check_link(candidate)
            if link is not None:
                assert link.url.isascii(), name
                assert link.url.startswith(("http://", "https://")), name
                assert " " not in link.url, name


@pytest.mark.parametrize(
    ("environment", "platform", "there"),
    [
        ({"DISPLAY": ":0", "SSH_CONNECTION": "1 2 3 4"}, "linux", False),
        ({}, "linux", False),
        ({"DISPLAY": ":0", "PATH": ""}, "linux", False),
        ({}, "darwin", True),
        ({"SSH_TTY": "/dev/pts/1"}, "darwin", False),
    ],
)
def test_a_browser_is_used_only_where_it_can_be_seen(
    environment: dict[str, str], platform: str, there: bool
) -> None:
    assert (browser_command(environment, platform) is not None) is there


def test_xdg_open_is_found_by_path(tmp_path: Path) -> None:
    opener = tmp_path / "xdg-open"
    opener.write_text("#!/bin/sh\n")
    opener.chmod(0o755)
    environment = {"WAYLAND_DISPLAY": "wayland-0", "PATH": str(tmp_path)}
    assert browser_command(environment, "linux") == [str(opener)]


def test_the_clipboard_tool_suits_the_desktop(tmp_path: Path) -> None:
    for name in ("wl-copy", "xclip", "xsel"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    path = {"PATH": str(tmp_path)}
    assert copy_command(path, "linux") is None
    assert copy_command({**path, "WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, "linux") == ["wl-copy"]
    assert copy_command({**path, "DISPLAY": ":0"}, "linux") == ["xclip", "-selection", "clipboard"]
    assert copy_command(path, "darwin") == ["pbcopy"]


# --- notifications ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "written"),
    [
        ({"TERM": "xterm-256color"}, "\a"),
        ({"TERM": "dumb"}, "\a"),
        ({"TERM": "xterm-kitty"}, "\x1b]9;leak: seen\a\a"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, "\x1b]9;leak: seen\a\a"),
        ({"TERM": "foot"}, "\x1b]777;notify;leak;seen\a\a"),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/tmux"}, "\a"),
    ],
)
def test_a_notification_suits_the_terminal(environment: dict[str, str], written: str) -> None:
    assert notification("leak", "seen", environment) == written


def test_a_notification_cannot_be_broken_out_of() -> None:
    for _, text in HOSTILE:
        for term in ("xterm-kitty", "foot"):
            written = notification(text, text, {"TERM": term})
            assert written.count("\x1b") == 1
            assert written.count("\a") == 2
            assert written.count(";") == (1 if term == "xterm-kitty" else 3)


# --- the terminal itself ------------------------------------------------------------------------


class _Stream:
    def __init__(self, tty: bool) -> None:
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty


def test_without_a_terminal_the_screen_is_refused_with_a_hint() -> None:
    yes, no = _Stream(True), _Stream(False)
    assert why_no_screen({"TERM": "xterm"}, (yes, yes, yes)) is None
    for streams in ((no, yes, yes), (yes, no, yes), (yes, yes, no), (None, yes, yes)):
        refusal = why_no_screen({"TERM": "xterm"}, streams)
        assert refusal is not None
        assert "hubbub listen" in say(refusal)
    for term in ("dumb", ""):
        assert why_no_screen({"TERM": term}, (yes, yes, yes)) is not None


def test_textual_still_reads_the_names_that_are_replaced() -> None:
    # When one of these is renamed, the terminal would no longer be tolerant, silently.
    assert linux_driver.WriterThread is PatientWriter
    names = linux_driver.LinuxDriver.run_input_thread.__code__.co_names
    assert "getincrementaldecoder" in names
    assert "WriterThread" in linux_driver.LinuxDriver.start_application_mode.__code__.co_names


def test_invalid_bytes_from_the_keyboard_become_replacement_characters() -> None:
    decode = TolerantDecoder().decode
    assert decode(b"a\xff\xc3") + decode(b"\xa9z") == "a\ufffd\u00e9z"


class _SlowFile:
    """A terminal that takes nothing until it is allowed to."""

    def __init__(self) -> None:
        self.allowed = threading.Event()
        self.written = ""
        self.broken = False

    def write(self, text: str) -> int:
        self.allowed.wait(30)
        if self.broken:
            raise OSError(5, "Input/output error")
        self.written += text
        return len(text)

    def flush(self) -> None: ...

    def fileno(self) -> int:
        return 2


@pytest.fixture
def slow() -> Iterator[_SlowFile]:
    file = _SlowFile()
    yield file
    file.allowed.set()


def test_a_stalled_terminal_never_blocks_the_writer(slow: _SlowFile) -> None:
    writer = PatientWriter(cast("IO[str]", slow))
    writer.start()
    for _ in range(100):
        writer.write("x" * 100_000)
    assert writer.stalled
    assert writer.backlog < 3 * 1024 * 1024
    slow.allowed.set()
    writer.stop()
    assert not writer.is_alive()
    assert writer.backlog == 0
    assert 0 < len(slow.written) < 10_000_000


def test_a_terminal_that_is_gone_is_noticed_by_the_writer(slow: _SlowFile) -> None:
    writer = PatientWriter(cast("IO[str]", slow))
    writer.start()
    slow.broken = True
    slow.allowed.set()
    writer.write("x")
    writer.join(30)
    assert writer.gone
    writer.write("y")
    assert writer.backlog <= 1


def test_the_line_filter_deletes_controls_and_nothing_else() -> None:
    style = Style(bold=True)
    lines = [Segment("a\x1b]0;x\x07b\x9b2J\u202e\ud800\tc", style), Segment("déjà ▲ 漢", style)]
    done = ControlFilter().apply(lines, Color.parse("black"))
    assert [segment.text for segment in done] == ["a]0;xb2Jc", "déjà ▲ 漢"]
    assert all(segment.style is style for segment in done)


def test_the_line_filter_leaves_clean_lines_alone() -> None:
    lines = [Segment("plain")]
    assert ControlFilter().apply(lines, Color.parse("black")) is lines


# --- the log ------------------------------------------------------------------------------------


@pytest.fixture
def log_path(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    before = root.handlers[:], root.level, logging.raiseExceptions
    yield tmp_path / "state" / "hubbub.log"
    for handler in root.handlers[:]:
        if handler not in before[0]:
            root.removeHandler(handler)
            handler.close()
    root.setLevel(before[1])
    logging.raiseExceptions = before[2]
    for name in ("tui", "listeners", "httpx", "httpcore", "websockets", "asyncio", "aiosqlite"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_the_log_appears_with_its_first_line_and_is_private(log_path: Path) -> None:
    log.start_log(log_path)
    logging.getLogger("httpx").info("nobody reads this")
    assert not log_path.parent.exists()
    logging.getLogger("listeners.x").info("hello")
    assert "hello" in log_path.read_text()
    assert stat.S_IMODE(log_path.stat().st_mode) == 0o600
    assert stat.S_IMODE(log_path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "text",
    [
        "GET https://x.example/?access_token=SESAME&q=1",
        "Authorization: Bearer SESAME1234",
        "https://me:SESAME@x.example/",
        "https://api.example/bot123456:SESAME-x_y/getUpdates",
        '{"password": "SESAME", "user": "me"}',
        "api_key=SESAME",
        "client_secret: SESAME",
    ],
)
def test_the_log_blots_out_secrets(text: str) -> None:
    assert "SESAME" not in log.redact(text)


def test_the_log_keeps_what_is_no_secret() -> None:
    text = "key bindings: tokens of 3 words, secretly; GET https://x.example/?q=1"
    assert log.redact(text) == text


def test_the_log_cannot_command_the_terminal_that_shows_it(log_path: Path) -> None:
    log.start_log(log_path)
    (file,) = [
        handler
        for handler in logging.getLogger().handlers
        if getattr(handler, "baseFilename", "") == str(log_path)
    ]
    for _, text in HOSTILE:
        # Straight to the file: the report of a test worker cannot carry a lone surrogate.
        file.handle(logging.makeLogRecord({"msg": "heard %s", "args": (text[:500],)}))
    written = log_path.read_text(encoding="utf-8")
    assert not any(c in written for c in "\x1b\x07\x9b\x00\u202e")


def test_a_log_that_cannot_be_written_is_silent(
    log_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log_path.parent.write_text("a file where the folder should be")
    log.start_log(log_path)
    logging.getLogger("listeners.x").error("lost")
    assert capsys.readouterr().err == ""


def test_a_traceback_in_the_log_holds_no_local_variable(log_path: Path) -> None:
    log.start_log(log_path)
    token = "".join(("SES", "AME"))
    try:
        raise ValueError(len(token))
    except ValueError:
        logging.getLogger("tui.x").exception("failed")
    written = log_path.read_text()
    assert "Traceback" in written
    assert "SESAME" not in written
