"""Faults A5-A9, A12 and A18-A20 on a real pseudo-terminal: hubbub leaves tidily and whole."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fake.running_time import RunningTime
from tests.fake.terminal import RESTORED, ROOT, Terminal, strange_codes, terminal

pytestmark = [pytest.mark.faults, pytest.mark.alone]

APP = str(ROOT / "tests" / "faults" / "guarded_app.py")
SECONDS_TO_LEAVE = 2.0


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "hubbub.log"


@pytest.fixture
def app(tmp_path: Path, log_file: Path) -> Iterator[Terminal]:
    with terminal(
        [APP, str(tmp_path / "hubbub.db")], environment={"HUBBUB_LOG_FILE": str(log_file)}
    ) as child:
        child.shows("ready to fail")
        yield child


def left_whole(child: Terminal, before: int) -> bool:
    return all(code in child.raw[before:] for code in RESTORED)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_is_a_tidy_end(app: Terminal, log_file: Path, number: signal.Signals) -> None:
    before = len(app.raw)
    app.signal(number)
    assert app.end() < SECONDS_TO_LEAVE
    assert app.code == 0
    assert left_whole(app, before)
    assert f"signal {number.name}" in log_file.read_text()


def test_two_signals_are_one_tidy_end(app: Terminal) -> None:
    app.signal(signal.SIGTERM)
    app.signal(signal.SIGHUP)
    assert app.end() < SECONDS_TO_LEAVE
    assert app.code == 0


def test_a_closed_terminal_is_a_tidy_end(app: Terminal) -> None:
    app.hang_up()
    assert app.end() < SECONDS_TO_LEAVE
    assert app.code == 0


def test_a_closed_terminal_is_noticed_under_nohup(tmp_path: Path) -> None:
    with terminal([APP, str(tmp_path / "hubbub.db")], ignore=[signal.SIGHUP]) as child:
        child.shows("ready to fail")
        child.hang_up()
        assert child.end() < SECONDS_TO_LEAVE
        assert child.code == 0


def test_a_terminal_gone_without_a_signal_is_noticed_and_costs_nothing(tmp_path: Path) -> None:
    # The signal is caught by a shell in between, as some session managers do.
    script = (
        "import os, signal, subprocess, sys\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, *sys.argv[1:]], start_new_session=True)\n"
        "sys.exit(child.wait())\n"
    )
    with terminal(["-c", script, APP, str(tmp_path / "hubbub.db")]) as child:
        child.shows("ready to fail")
        child.hang_up()
        assert child.end() < SECONDS_TO_LEAVE + 1
        assert child.code == 0


def test_a_crash_ends_the_process_and_prints_no_secret(app: Terminal, log_file: Path) -> None:
    before = len(app.raw)
    app.type("x")
    assert app.end() < SECONDS_TO_LEAVE + 1
    assert app.code == 1
    assert left_whole(app, before)
    shown = app.raw[before:].decode()
    assert "mistake of its own" in shown
    assert "local-secret" not in shown
    assert "Traceback" not in shown
    logged = log_file.read_text()
    assert "failed on purpose" in logged
    assert "Traceback" in logged
    assert "local-secret" not in logged


def test_invalid_bytes_are_typed_text(app: Terminal) -> None:
    app.type("\t")
    app.settle()
    app.type(b"a\xffb\xfe\xed\xa0\x80c")
    app.shows("\ufffdb\ufffd")
    app.shows("c")
    app.signal(signal.SIGTERM)
    app.end()
    assert app.code == 0


def test_stray_error_output_goes_to_the_log(app: Terminal, log_file: Path) -> None:
    app.type("w")
    app.shows("quiet")
    app.signal(signal.SIGTERM)
    app.end()
    assert b"noise" not in app.raw
    logged = log_file.read_text()
    for who in ("a library", "a child", "python"):
        assert f"noise of {who}" in logged


def test_a_storm_of_sizes_is_survived(app: Terminal) -> None:
    for columns, lines in [(20, 5), (400, 100), (1, 1), *((20 + i * 3, 5 + i) for i in range(50))]:
        app.resize(columns, lines)
        time.sleep(0.02)
        app.read(0.001)
    app.resize(80, 24)
    app.type("w")
    app.shows("quiet")
    app.signal(signal.SIGTERM)
    app.end()
    assert app.code == 0


def test_text_that_was_not_cleaned_cannot_command_the_terminal(app: Terminal) -> None:
    before = len(app.raw)
    app.type("h")
    app.shows("shown")
    assert strange_codes(app.raw[before:]) == []
    assert "good morning" in app.text


def test_a_terminal_that_takes_nothing_holds_nobody_up(app: Terminal) -> None:
    for _ in range(200):
        app.type("w")
    # Nothing is read here: the terminal's buffer fills, and the process must still leave.
    time.sleep(0.5)
    app.signal(signal.SIGTERM)
    spent = RunningTime()
    while not app.ended():
        assert spent.step() < SECONDS_TO_LEAVE + 1
        time.sleep(0.02)
    assert app.code == 0


def test_stopped_and_continued(app: Terminal) -> None:
    app.signal(signal.SIGSTOP)
    time.sleep(0.3)
    app.signal(signal.SIGCONT)
    app.type("w")
    app.shows("quiet")
    assert os.path.exists(f"/proc/{app.process}")


def test_a_size_that_was_missed_is_noticed(tmp_path: Path) -> None:
    # The signal is blocked, as it is for a moment while a process is suspended.
    script = (
        "import runpy, signal, sys\n"
        "real = signal.signal\n"
        "signal.signal = lambda n, h: None if n == signal.SIGWINCH else real(n, h)\n"
        f"sys.argv = ['', {str(tmp_path / 'hubbub.db')!r}]\n"
        f"runpy.run_path({APP!r}, run_name='__main__')\n"
    )
    with terminal(["-c", script]) as child:
        child.shows("ready to fail")
        child.resize(100, 30)
        # The input box is as wide as the screen.
        child.until(lambda: any(line.rstrip().endswith("▎") and len(line.rstrip()) == 100
                                for line in child.text.splitlines()))  # fmt: skip
        child.signal(signal.SIGTERM)
        child.end()
        assert child.code == 0
