"""Whether there is a terminal to draw on at all; a screen without one would spin or garble."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Protocol

from listeners.model import Sentence


class _Stream(Protocol):
    def isatty(self) -> bool: ...


def why_no_screen(
    environment: Mapping[str, str] | None = None,
    streams: tuple[_Stream | None, ...] | None = None,
) -> Sentence | None:
    """Return why the screen cannot be shown here and what to do instead, or ``None`` if it can.

    Input and error output carry the screen; without a terminal on them keys and drawing fail.
    """
    env = os.environ if environment is None else environment
    needed = streams if streams is not None else (sys.__stdin__, sys.__stdout__, sys.__stderr__)
    if not all(stream is not None and stream.isatty() for stream in needed):
        return Sentence(
            "The dashboard needs a terminal for its input and its output. Without one, "
            "“hubbub listen” listens, and commands such as “hubbub convs” show what is stored."
        )
    if env.get("TERM", "") in ("dumb", ""):
        return Sentence(
            "This terminal (TERM={term}) cannot show the dashboard. Commands such as "
            "“hubbub convs” work here; “hubbub --help” lists them.",
            {"term": env.get("TERM", "") or "?"},
        )
    return None
