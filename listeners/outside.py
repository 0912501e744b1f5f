"""Commands of the user's own: run without a shell, fed on their input, and never waited for long.

The command is started in a session of its own, so that a limit ends its children too. Of what it
prints the beginning is kept, cleaned; the rest is read and thrown away, so that it is never held
up by a full pipe. The environment is ours without the secrets of our configuration.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from listeners.config import Config
from listeners.model import SafeText, Sentence
from listeners.supervisor import spawn
from listeners.text import clean, clean_line

KEPT = 64 * 1024
"""Bytes of each output that are kept."""
_LINE = 200
_LAST_WORDS = 1.0
"""Seconds a command's children may go on writing after it has ended."""
_LOOK = 0.02
"""Seconds between two looks whether a command has ended."""
_OURS = re.compile(r"^HUBBUB_.*(TOKEN|SECRET|PASS|KEY|CREDENTIAL)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ran:
    """What running a command came to.

    ``line`` is the first line it printed, ``output`` all that was kept of it. ``trouble`` says in
    words what went wrong, ``None`` if nothing did.
    """

    line: SafeText
    output: SafeText
    trouble: Sentence | None = None

    @property
    def done(self) -> bool:
        """Whether it ended well."""
        return self.trouble is None


_NOTHING = SafeText("")


async def run_command(
    command: Sequence[str],
    given: str,
    *,
    seconds: float,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Ran:
    """Run a command with ``given`` on its input, and return what it printed and how it ended.

    ``folder`` is where it runs, and where it is looked for after the usual places. Cancelling
    ends the command. Never raises for anything the command does.
    """
    name = clean_line(command[0], 80)
    try:
        process = await asyncio.create_subprocess_exec(
            _found(command[0], folder),
            *command[1:],
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=folder,
            env=dict(os.environ if environment is None else environment),
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        number = error.errno if isinstance(error, OSError) else None
        reason = clean_line(str(error) if number is None else os.strerror(number), _LINE)
        trouble = Sentence(
            "{command} could not be started: {reason}.", {"command": name, "reason": reason}
        )
        return Ran(_NOTHING, _NOTHING, trouble)
    out, err = bytearray(), bytearray()
    tasks = [
        spawn(f"feed {name}", _feed(process.stdin, given)),
        spawn(f"out of {name}", _keep(process.stdout, out)),
        spawn(f"errors of {name}", _keep(process.stderr, err)),
    ]
    late = False
    try:
        async with asyncio.timeout(seconds):
            await _ended(process)
    except TimeoutError:
        late = True
    finally:
        if process.returncode is None:
            _end(process)
            await _ended(process)
        # What it left running in the background may hold its outputs open for ever.
        _done, waiting = await asyncio.wait(tasks, timeout=_LAST_WORDS)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        _close(process)
    return _told(name, process.returncode, bytes(out), bytes(err), seconds if late else None)


def _told(name: str, code: int | None, out: bytes, err: bytes, late: float | None) -> Ran:
    output = clean(out.decode("utf-8", "replace")).strip()
    line = _first_line(output)
    if late is not None:
        trouble = Sentence(
            "{command} was ended: it took longer than {seconds} seconds.",
            {"command": name, "seconds": f"{late:g}"},
        )
        return Ran(line, SafeText(output), trouble)
    if code:
        said = _first_line(clean(err.decode("utf-8", "replace")).strip())
        trouble = (
            Sentence(
                "{command} failed ({code}): {reason}",
                {"command": name, "code": code, "reason": said},
            )
            if said
            else Sentence("{command} failed ({code}).", {"command": name, "code": code})
        )
        return Ran(line, SafeText(output), trouble)
    return Ran(line, SafeText(output))


def _first_line(text: str) -> SafeText:
    return clean_line(text.split("\n", 1)[0], _LINE)


def _found(command: str, folder: Path | None) -> str:
    """Return the program: as it is, or beside the configuration if it is in no usual place."""
    if os.sep in command or folder is None or shutil.which(command):
        return command
    beside = folder / command
    return str(beside) if beside.is_file() else command


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Wait for the command alone: asyncio's own way waits for its children's outputs too."""
    while process.returncode is None:  # noqa: ASYNC110 - the process tells nobody else
        await asyncio.sleep(_LOOK)


async def _feed(pipe: asyncio.StreamWriter | None, given: str) -> None:
    """Write the input; a command need not read it."""
    if pipe is None:
        return
    try:
        pipe.write(given.encode("utf-8", "replace"))
        await pipe.drain()
    except (BrokenPipeError, ConnectionResetError):
        return
    finally:
        pipe.close()


async def _keep(pipe: asyncio.StreamReader | None, kept: bytearray) -> None:
    while pipe is not None and (part := await pipe.read(KEPT)):
        kept += part[: KEPT - len(kept)]


def _end(process: asyncio.subprocess.Process) -> None:
    """End the command and whatever it has started."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except (ProcessLookupError, PermissionError):
        return


def _close(process: asyncio.subprocess.Process) -> None:
    transport = getattr(process, "_transport", None)
    if transport is not None:
        transport.close()


def clean_environment(config: Config) -> dict[str, str]:
    """Return the environment without the secrets the configuration names."""
    hidden = secret_variables(config)
    return {
        name: value
        for name, value in os.environ.items()
        if name not in hidden and not _OURS.match(name)
    }


def secret_variables(config: Config) -> Collection[str]:
    """Return the environment variables that hold our secrets."""
    named = {source.token.variable for source in config.sources if source.token is not None}
    for source in config.sources:
        for value in source.options.values():
            if isinstance(value, str) and value.startswith("env:"):
                named.add(value.removeprefix("env:").strip())
    for channel in config.notify.channels:
        secrets = (channel.secret, channel.password, *channel.urls)
        named |= {secret.variable for secret in secrets if secret is not None}
    return named - {""}


def folder_of(config: Config) -> Path | None:
    """Return where commands of the configuration run: beside it."""
    return config.path.parent if config.path is not None and config.path.parent.is_dir() else None
