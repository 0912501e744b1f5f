"""Which process sends a reply, so that another can tell whether it still lives."""

from __future__ import annotations

import os
import socket
import sys
from functools import cache
from pathlib import Path

_START_FIELD = 22
"""Field of /proc/PID/stat with the process's start; source: proc(5)."""


@cache
def this_process() -> str:
    """Return the name of this process: host, number, and start where the system tells it."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def is_gone(instance: str) -> bool:
    """Whether a process certainly lives no more; one of another host, or nameless, may live."""
    host, _, number = instance.rpartition(":")[0].rpartition(":")
    start = instance.rpartition(":")[2]
    if host != socket.gethostname() or not number.isdecimal() or sys.platform == "win32":
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    # A number is given out again; its second process has another start.
    return bool(start) and _started(int(number)) not in ("", start)


def _started(number: int) -> str:
    try:
        told = Path(f"/proc/{number}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    # The name in brackets may hold spaces and brackets of its own.
    fields = told.rpartition(")")[2].split()
    place = _START_FIELD - 3
    return fields[place] if len(fields) > place else ""
