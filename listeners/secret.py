"""Secrets by reference: what the configuration holds is where a secret is, never the secret.

A ``Secret`` shows ``•••`` wherever it could be printed: in a log, a traceback with local
variables, or on screen. Only ``reveal`` reads it, at the moment it is sent.
"""

from __future__ import annotations

import importlib
import os
import shlex
import stat
import subprocess
from pathlib import Path
from typing import Protocol, cast

from listeners.model import Sentence

_COMMAND_SECONDS = 20


class SecretError(Exception):
    """A secret cannot be read; ``sentence`` says where it was looked for and what to do."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.template.format(**sentence.values))
        self.sentence = sentence


class _Keyring(Protocol):
    def get_password(self, service: str, username: str) -> str | None: ...

    def get_keyring(self) -> object: ...


class Secret:
    """A reference such as ``env:HUBBUB_TOKEN``, ``file:~/token``, ``cmd:pass show x``.

    ``keyring:service/name`` needs the ``keyring`` extra and a backend that encrypts.
    """

    __slots__ = ("_reference",)

    def __init__(self, reference: str) -> None:
        """Keep the reference.

        Raises:
            SecretError: it is not one of the four kinds; the message never repeats the text,
                which may be a secret pasted into the wrong place.
        """
        kind, _, rest = reference.partition(":")
        if kind not in _READERS or not rest.strip():
            raise SecretError(
                Sentence(
                    "A secret is written as env:NAME, file:PATH, cmd:COMMAND or "
                    "keyring:SERVICE/NAME, so that the configuration never holds the secret "
                    "itself."
                )
            )
        self._reference = reference

    def __repr__(self) -> str:
        return "Secret(•••)"

    def __str__(self) -> str:
        return "•••"

    @property
    def variable(self) -> str:
        """The environment variable the secret stands in, empty where it stands elsewhere."""
        kind, _, rest = self._reference.partition(":")
        return rest.strip() if kind == "env" else ""

    def reveal(self) -> str:
        """Return the secret itself.

        Raises:
            SecretError: it is not there, is empty, or is readable by others.
        """
        kind, _, rest = self._reference.partition(":")
        value = _READERS[kind](rest.strip())
        if not value:
            # An empty secret is one that everybody knows.
            raise SecretError(
                Sentence(
                    "The secret that {kind}: leads to is empty. Put it there; hubbub tries again "
                    "by itself.",
                    {"kind": kind},
                )
            )
        return value


def _from_environment(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise SecretError(
            Sentence(
                "The environment variable {name} is not set. Set it and start again.",
                {"name": name},
            )
        )
    return value


def _from_file(name: str) -> str:
    path = Path(name).expanduser()
    try:
        mode = path.stat().st_mode
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError(
            Sentence("The secret file {path} cannot be read.", {"path": str(path)})
        ) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SecretError(
            Sentence(
                "The secret file {path} can be read by others. Run: chmod 600 {path}",
                {"path": str(path)},
            )
        )
    return value


def _from_command(command: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command, no shell
            shlex.split(command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_COMMAND_SECONDS,
            check=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        # Neither the output nor the arguments are repeated: both may hold the secret.
        raise SecretError(
            Sentence("The command that should print a secret failed. Run it by hand to see why.")
        ) from error
    return done.stdout.decode("utf-8", "replace").strip().partition("\n")[0].rstrip()


def _from_keyring(name: str) -> str:
    service, _, user = name.partition("/")
    try:
        keyring = cast(_Keyring, importlib.import_module("keyring"))
    except ImportError as error:
        raise SecretError(
            Sentence("Reading the keyring needs an extra: install hubbub[keyring].")
        ) from error
    # A backend below priority 1 is a plain-text file in disguise.
    if float(getattr(keyring.get_keyring(), "priority", 0)) < 1:
        raise SecretError(
            Sentence("This machine's keyring does not encrypt. Use env:, file: or cmd: instead.")
        )
    value = keyring.get_password(service, user)
    if not value:
        raise SecretError(Sentence("The keyring holds nothing for {name}.", {"name": name}))
    return value


_READERS = {
    "env": _from_environment,
    "file": _from_file,
    "cmd": _from_command,
    "keyring": _from_keyring,
}
