"""A Bluesky session kept over a restart, where the user asked for that: ``session_file``.

An account may sign in 300 times a day, and hubbub may be started more often than that: by a
timer, or once for each reply of a script. What is kept is the refresh token alone, in a file only
its owner can read. Whoever has it has the account for 90 days, so nothing is kept unasked.
"""

from __future__ import annotations

import json
import logging
import os
import stat
from dataclasses import asdict, dataclass
from pathlib import Path

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is needed to go on with a session. ``account`` and ``pds`` say whose it is."""

    account: str
    pds: str
    base: str
    did: str
    refresh: str

    def __repr__(self) -> str:
        return f"Kept({self.account!r}, •••)"


class SessionFile:
    """One file for one session. It is a convenience: no fault of it ever stops anything."""

    def __init__(self, path: str) -> None:
        """``path`` may begin with ``~``."""
        self._path = Path(path).expanduser()

    def read(self, account: str, pds: str) -> Kept | None:
        """Return the session kept for this account, if there is one that nobody else could read."""
        try:
            with self._path.open(encoding="utf-8") as file:
                mode = os.fstat(file.fileno()).st_mode
                if mode & (stat.S_IRWXG | stat.S_IRWXO):
                    _log.warning("%s can be read by others and is not used", self._path)
                    return None
                said = json.loads(file.read(100_000))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError) as error:
            _log.warning("%s cannot be read: %s", self._path, type(error).__name__)
            return None
        fields = said if isinstance(said, dict) else {}
        values = {name: fields.get(name) for name in Kept.__slots__}
        if not all(isinstance(value, str) and value for value in values.values()):
            return None
        kept = Kept(**{name: str(value) for name, value in values.items()})
        return kept if (kept.account, kept.pds) == (account, pds) else None

    def write(self, kept: Kept) -> None:
        """Keep this session instead of the one before, whole or not at all."""
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            beside.unlink(missing_ok=True)
            handle = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(asdict(kept), file)
            beside.replace(self._path)
        except OSError as error:
            _log.warning("%s cannot be written: %s", self._path, type(error).__name__)
