"""Proposed sources in words, and adding them: what the screen and ``hubbub discover`` share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from listeners.config import Config
from listeners.config.adding import add_sources, remove_sources
from listeners.discovery import Proposal, Verdict
from listeners.text import clean, clean_line
from tui.i18n import msgid, say

WORDS: Mapping[Verdict, str] = {
    Verdict.ANSWERED: msgid("it answers"),
    Verdict.UNTRIED: msgid("not tried"),
    Verdict.REFUSED: msgid("refuses"),
    Verdict.NOTHING: msgid("nothing there"),
    Verdict.ELSEWHERE: msgid("another way"),
    Verdict.PRESENT: msgid("already there"),
}
"""What each verdict is called, a msgid."""

MARKS: Mapping[Verdict, str] = {
    Verdict.ANSWERED: "✓",
    Verdict.UNTRIED: "?",
    Verdict.REFUSED: "!",
    Verdict.NOTHING: "✗",
    Verdict.ELSEWHERE: "↪",
    Verdict.PRESENT: "=",
}
"""One cell for each verdict."""


def told(found: Proposal) -> tuple[str, str]:
    """Return what a proposal would hear and what its test request said, safe to show."""
    return clean_line(say(found.hears)), clean_line(say(found.said))


def wants(found: Proposal) -> list[str]:
    """Return what it costs or needs, a sentence each, safe to show."""
    return [clean_line(say(one)) for one in found.needs]


def lines_of(found: Proposal) -> list[str]:
    """Return the lines it would add to the configuration, safe to show; none for no source."""
    return clean(found.lines).splitlines() if found.verdict is not Verdict.NOTHING else []


def added(path: Path, found: Sequence[Proposal]) -> tuple[Config, list[str]]:
    """Write proposals into the configuration; return what it says now, and the new keys.

    Raises:
        ConfigError: nothing was written.
    """
    chosen = [one for one in found if one.addable]
    config = add_sources(path, [one.source for one in chosen])
    return config, [one.key for one in chosen]


def removed(path: Path, keys: Sequence[str]) -> Config:
    """Take sources out of the configuration and return what it says now.

    Raises:
        ConfigError: nothing was written.
    """
    return remove_sources(path, keys)
