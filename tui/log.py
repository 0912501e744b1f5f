"""The log: a rotating file of one's own, in plain words without secrets or control characters.

Nothing is created before the first line is written, so that a first run that is given up leaves
nothing behind. A disk that is full silences the log, never the program.
"""

from __future__ import annotations

import io
import logging
import os
import re
from logging.handlers import RotatingFileHandler
from pathlib import Path

import platformdirs

from listeners.text import clean

SIZE = 1024 * 1024
KEPT = 3
LONGEST = 20_000

_SECRET = re.compile(
    r"""(?ix)
    \b(access_token|refresh_token|api[_-]?key|key|token|secret|password|passwd|pwd|auth|code
       |signature|client_secret)
    (["']?\s*[=:]\s*["']?)
    (?!\s)[^\s&"',;)}\]]+
    """
)
_BEARER = re.compile(r"(?i)\b(bearer|basic|bot)\s+[A-Za-z0-9._~+/=-]{8,}")
_USERINFO = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^/\s@]+@")
# Telegram carries its token in the path.
_IN_PATH = re.compile(r"/bot\d+:[A-Za-z0-9_-]+")


def redact(text: str) -> str:
    """Return the text with everything that looks like a secret blotted out."""
    text = _BEARER.sub(r"\1 •••", text)
    text = _SECRET.sub(r"\1\2•••", text)
    text = _USERINFO.sub(r"\1•••@", text)
    return _IN_PATH.sub("/bot•••", text)


def default_path() -> Path:
    """Where the log lives: the platform's folder for state."""
    named = os.environ.get("HUBBUB_LOG_FILE")
    return Path(named) if named else Path(platformdirs.user_state_dir("hubbub")) / "hubbub.log"


class _Formatter(logging.Formatter):
    """One record as cleaned lines; tracebacks never hold local variables."""

    def format(self, record: logging.LogRecord) -> str:
        return clean(redact(super().format(record)), LONGEST)


class _File(RotatingFileHandler):
    """A rotating file of mode 0600 that appears with its first line, and fails silently."""

    def _open(self) -> io.TextIOWrapper:
        path = Path(self.baseFilename)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return open(descriptor, "a", encoding="utf-8", errors="replace")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Lose the line: there is no better place to complain than the log itself."""


def start_log(path: Path | None = None) -> None:
    """Log to the file from now on: our own packages from INFO, all others from WARNING.

    ``HUBBUB_LOG`` names another level (``debug``). Called again, it replaces the former file.
    """
    handler = _File(path or default_path(), maxBytes=SIZE, backupCount=KEPT, delay=True)
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    for former in root.handlers[:]:
        if isinstance(former, _File):
            root.removeHandler(former)
            former.close()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    wish = logging.getLevelName(os.environ.get("HUBBUB_LOG", "info").upper())
    for name in ("tui", "listeners"):
        logging.getLogger(name).setLevel(wish if isinstance(wish, int) else logging.INFO)
    # Their INFO lines hold whole addresses, with tokens in them.
    for name in ("httpx", "httpcore", "websockets", "asyncio", "aiosqlite"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.raiseExceptions = False
