"""Calling a person to the terminal: which notification code her terminal understands."""

from __future__ import annotations

import os
from collections.abc import Mapping

from listeners.text import clean_line

_OSC_9 = ("iTerm.app", "WezTerm", "ghostty", "WarpTerminal")
_OSC_777 = ("rxvt", "foot")


def notification(title: str, body: str, environment: Mapping[str, str] | None = None) -> str:
    """Return what to write to the terminal: a notification if it knows one, and the bell always.

    The texts are cleaned here too: a semicolon or a control character in them would end or
    change the code. Sources: iTerm2 (OSC 9), urxvt and foot (OSC 777).
    """
    env = os.environ if environment is None else environment
    head, text = (clean_line(part, 120).replace(";", ",") for part in (title, body))
    terminal, term = env.get("TERM_PROGRAM", ""), env.get("TERM", "")
    if env.get("TMUX") or term in ("", "dumb"):
        return "\a"
    if terminal in _OSC_9 or "kitty" in term:
        return f"\x1b]9;{head}: {text}\a\a"
    if any(name in term for name in _OSC_777):
        return f"\x1b]777;notify;{head};{text}\a\a"
    return "\a"
