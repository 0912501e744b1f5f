"""Commands of the user's own: what they print, how they end, and what they must not see."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from listeners.config import Config, ConfigError, SourceConfig, parse_config
from listeners.outside import KEPT, clean_environment, folder_of, run_command
from listeners.secret import Secret
from listeners.supervisor import spawn


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


async def run(code: str, given: str = "", seconds: float = 20.0) -> tuple[str, str, str]:
    ran = await run_command(python(code), given, seconds=seconds)
    said = ran.trouble
    return ran.line, ran.output, "" if said is None else said.template.format(**said.values)


async def test_the_input_is_handed_over_and_the_first_line_comes_back() -> None:
    line, output, trouble = await run("print(input().upper()); print('more')", "héllo")
    assert (line, output, trouble) == ("HÉLLO", "HÉLLO\nmore", "")


async def test_a_command_that_reads_nothing_does_no_harm() -> None:
    line, _, trouble = await run("print('ok')", "x" * 1_000_000)
    assert (line, trouble) == ("ok", "")


async def test_a_failure_is_said_with_its_first_line() -> None:
    _, _, trouble = await run("import sys; print('no such client', file=sys.stderr); sys.exit(3)")
    assert "failed (3): no such client" in trouble
    _, _, silent = await run("import sys; sys.exit(4)")
    assert silent.endswith("failed (4).")


async def test_a_command_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    mark = tmp_path / "child"
    child_code = (
        f"import os, pathlib, time; pathlib.Path({str(mark)!r}).write_text(str(os.getpid()));"
        " time.sleep(60)"
    )
    code = (
        "import subprocess, sys, time\n"
        f"subprocess.Popen([sys.executable, '-c', {child_code!r}])\n"
        "time.sleep(60)"
    )
    async with asyncio.timeout(30):
        _, _, trouble = await run(code, seconds=1.5)
    assert "longer than 1.5 seconds" in trouble
    if mark.exists() and mark.read_text():
        child = int(mark.read_text())
        async with asyncio.timeout(30):
            while _alive(child):
                await asyncio.sleep(0.02)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().split(")")[1].split()[0] != "Z"


async def test_ten_megabytes_are_read_and_only_the_beginning_kept() -> None:
    code = "import sys; sys.stdout.write('a' * 10_000_000); sys.stderr.write('b' * 10_000_000)"
    line, output, trouble = await run(code)
    assert trouble == ""
    assert 1000 < len(output) <= KEPT
    assert len(line) <= 201


async def test_escape_codes_stay_harmless() -> None:
    line, output, _ = await run(r"print('\x1b]0;PWNED\x07\x1b[31mred\u202e\x00')")
    assert "\x1b" not in output
    assert "PWNED" not in line or "\x07" not in line
    assert "red" in line
    assert "\u202e" not in line


async def test_a_command_that_does_not_exist_is_said() -> None:
    ran = await run_command(("no-such-command-here",), "", seconds=20)
    assert ran.trouble is not None
    assert "could not be started" in ran.trouble.template
    ran = await run_command(("a\x00b",), "", seconds=20)
    assert ran.trouble is not None


async def test_a_command_beside_the_configuration_is_found(tmp_path: Path) -> None:
    script = tmp_path / "notify-here"
    script.write_text("#!/bin/sh\npwd\n")
    script.chmod(0o700)
    ran = await run_command(("notify-here",), "", seconds=20, folder=tmp_path)
    assert ran.line == str(tmp_path)
    assert folder_of(Config(path=tmp_path / "hubbub.toml")) == tmp_path


async def test_no_shell_reads_it() -> None:
    ran = await run_command(
        (sys.executable, "-c", "import sys; print(sys.argv[1])", "$(id); `id`"), "", seconds=20
    )
    assert ran.line == "$(id); `id`"


async def test_what_it_leaves_running_is_not_waited_for() -> None:
    code = (
        "import subprocess, sys\n"
        "left = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(left.pid)"
    )
    line, _, trouble = await run(code, seconds=30.0)
    assert trouble == ""
    # It sleeps longer than anybody had patience for.
    assert _alive(int(line))
    os.kill(int(line), signal.SIGKILL)


async def test_whoever_stops_waiting_ends_it() -> None:
    task = spawn("test", run_command(python("import time; time.sleep(60)"), "", seconds=60))
    await asyncio.sleep(0.3)
    task.cancel()
    async with asyncio.timeout(30):
        await asyncio.wait([task])
    assert task.cancelled()


def test_our_secrets_are_not_in_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LUNE_TOKEN", "APP_WORD", "HUBBUB_API_KEY", "CRM_KEY"):
        monkeypatch.setenv(name, "s3cret")
    source = SourceConfig(
        network="mastodon", token=Secret("env:LUNE_TOKEN"), options={"word": "env:APP_WORD"}
    )
    seen = clean_environment(replace(Config(), sources=(source,)))
    assert {"LUNE_TOKEN", "APP_WORD", "HUBBUB_API_KEY"}.isdisjoint(seen)
    assert seen["CRM_KEY"] == "s3cret"
    assert "PATH" in seen


# --- in the configuration ------------------------------------------------------------------------

GOOD = """
[pipe.crm]
command = ["python3", "crm.py"]
label = "To the CRM"
key = "ctrl+x"
verb = "note"
seconds = 5

[hooks]
"conversation.answered" = ["notify.sh"]
"alert.fired" = [["ring", "-l"], ["post.sh"]]

[macros]
"ctrl+g" = ["take", "tag billing", "snooze 2h"]
"""


def test_pipes_hooks_and_macros_are_read() -> None:
    config = parse_config(GOOD, Path("hubbub.toml"))
    (pipe,) = config.pipes
    assert (pipe.command, pipe.label, pipe.key) == (("python3", "crm.py"), "To the CRM", "ctrl+x")
    assert (pipe.verb, pipe.seconds) == ("note", 5.0)
    assert [(hook.event, hook.command) for hook in config.hooks] == [
        ("conversation.answered", ("notify.sh",)),
        ("alert.fired", ("ring", "-l")),
        ("alert.fired", ("post.sh",)),
    ]
    assert config.macros == {"ctrl+g": ("take", "tag billing", "snooze 2h")}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[pipe.x]\ncommand = "rm -rf"', "a list of words"),
        ("[pipe.x]\ncommand = []", "a list of words"),
        ('[pipe.x]\ncommand = ["a"]\nsecond = 3', "did you mean seconds"),
        ('[pipe.x]\ncommand = ["a"]\nseconds = 0', "up to 600 seconds"),
        ('[pipe.x]\ncommand = ["a"]\nverb = "delete"', "or none; got delete"),
        ('[pipe.x]\ncommand = ["a"]\nkey = 3', "text in quotes"),
        ('[hooks]\n"conversation.answer" = ["a"]', "did you mean conversation.answered"),
        ('[hooks]\n"alert.fired" = [[]]', "a list of words"),
        ('[macros]\n"ctrl+g" = "take"', "a list of verbs"),
        ("macros = 3", "must be a table"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        parse_config(text, Path("hubbub.toml"))
    assert caught.value.where.startswith("hubbub.toml:")
