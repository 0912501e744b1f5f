"""The entries of a calendar file as pieces of text, each with the line it begins on.

A calendar file (RFC 5545) is cut apart before anything in it is understood, so that one damaged
entry harms no other and can be named by its line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from listeners.model import Sentence

MOST_BYTES = 2_000_000
MOST_ENTRIES = 10_000
_ENTRIES = ("VEVENT", "VTODO")
_KEPT = (*_ENTRIES, "VTIMEZONE")


class IcsError(Exception):
    """A file cannot be taken for a calendar at all; ``sentence`` says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.template.format(**sentence.values))
        self.sentence = sentence


class Block(NamedTuple):
    """One entry or time zone: its kind, the line it begins on, and its text.

    ``whole`` is false where the file ends, or another entry begins, before this one has ended.
    """

    name: str
    line: int
    text: str
    whole: bool = True

    @property
    def is_entry(self) -> bool:
        """Whether it is something to plan."""
        return self.name in _ENTRIES


def calendar_text(data: bytes) -> str:
    """Return the text of a calendar file.

    Raises:
        IcsError: it is too large, or no calendar.
    """
    if len(data) > MOST_BYTES:
        raise IcsError(
            Sentence(
                "The file is larger than {most} MB, which no calendar needs; nothing was taken in.",
                {"most": MOST_BYTES // 1_000_000},
            )
        )
    utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = data.decode("utf-16" if utf16 else "utf-8-sig", "replace")
    if not any(_is(line, "BEGIN", "VCALENDAR") for line in lines_of(text)):
        raise IcsError(Sentence("This is no calendar file; nothing was taken in."))
    return text


def lines_of(text: str) -> list[str]:
    """Return the lines, whatever the system that wrote them ends lines with."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def is_cancelling(text: str) -> bool:
    """Whether the file says of everything in it that it does not take place."""
    return any(_is(line, "METHOD", "CANCEL") for line in lines_of(text))


def blocks(text: str) -> Iterator[Block]:
    """Yield the entries and time zones in their order."""
    name, begun, held = "", 0, list[str]()
    for number, line in enumerate(lines_of(text), 1):
        opens = next((kept for kept in _KEPT if _is(line, "BEGIN", kept)), "")
        if opens:
            if name:
                yield Block(name, begun, "", whole=False)
            name, begun, held = opens, number, [line]
        elif name:
            held.append(line)
            if _is(line, "END", name):
                yield Block(name, begun, "\r\n".join(held) + "\r\n")
                name = ""
            elif _is(line, "END", "VCALENDAR"):
                yield Block(name, begun, "", whole=False)
                name = ""
    if name:
        yield Block(name, begun, "", whole=False)


def _is(line: str, key: str, value: str) -> bool:
    # Long lines are data; these two words never make one.
    if len(line) > 60:
        return False
    found, _colon, said = line.strip().partition(":")
    return found.strip().upper() == key and said.strip().upper() == value
