"""Reading a network's records without trusting them: what most decoders need.

Every field may be missing, ``null`` or of another type than documented; a record that lacks what a
post needs is a dead letter, and its neighbours are read.
"""

from __future__ import annotations

import json
from typing import TypeVar, cast

import msgspec
from selectolax.lexbor import LexborHTMLParser

from listeners.clock import from_iso
from listeners.model import SECOND, BadRecord, Micros, Sentence
from listeners.text import HTML_CAP

LONGEST_EVIDENCE = 20_000
"""Characters of a record that are kept as its dead letter."""
_MOST_LINKS = 30

_Wire = TypeVar("_Wire")


class UnreadableError(ValueError):
    """A record is not what its network documents; ``sentence`` says where it differs."""

    def __init__(self, network: str, fault: str) -> None:
        """``network`` is its title, for people."""
        super().__init__(fault)
        self.sentence = Sentence(
            "A post from {network} could not be read: {fault}",
            {"network": network, "fault": fault},
        )


def converted(record: object, kind: type[_Wire], network: str) -> _Wire:
    """Return a decoded JSON record as the type it should be.

    Raises:
        UnreadableError: it is of another shape.
    """
    try:
        return msgspec.convert(record, kind)
    except msgspec.ValidationError as error:
        raise UnreadableError(network, str(error)) from error


def bad_record(record: object, fault: UnreadableError) -> BadRecord:
    """Return the dead letter of a record, cut to a length that can be kept."""
    try:
        evidence = json.dumps(record)
    except (ValueError, TypeError, RecursionError):
        evidence = repr(type(record))
    return BadRecord(evidence[:LONGEST_EVIDENCE], fault.sentence)


def id_of(value: object, network: str) -> str:
    """Return an id as text, whatever digits or letters it is made of.

    Raises:
        UnreadableError: there is none.
    """
    usable = isinstance(value, (str, int)) and not isinstance(value, bool)
    text = str(value) if usable else ""
    if not text or not text.isprintable():
        raise UnreadableError(network, "the post has no id")
    return text


def optional_id(value: object, network: str) -> str | None:
    """Return an id as text, ``None`` where there is none.

    Raises:
        UnreadableError: it cannot be an id.
    """
    return None if value is None or value == "" else id_of(value, network)


def printable(value: object) -> str:
    """Return a text without control characters, else nothing: for handles, names and addresses."""
    return value if isinstance(value, str) and value.isprintable() else ""


def web_address(value: object) -> str:
    """Return an http or https address, else nothing."""
    text = printable(value)
    return text if text.startswith(("https://", "http://")) else ""


def count(value: object) -> int | None:
    """Return a whole number from 0 that a store can hold as microseconds, else ``None``."""
    usable = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**43
    return cast(int, value) if usable else None


def at_second(value: object) -> Micros | None:
    """Return a time given in seconds since 1970, ``None`` where it is none."""
    if isinstance(value, float) and 0 <= value < 2**43:
        return Micros(int(value * SECOND))
    seconds = count(value)
    return None if seconds is None else Micros(seconds * SECOND)


def at_iso(value: object) -> Micros | None:
    """Return a time given in ISO 8601 (UTC where it names no zone), ``None`` where it is none."""
    try:
        return from_iso(value) if isinstance(value, str) and value else None
    except (ValueError, OverflowError):
        return None


def links_of_html(markup: str, *first: str) -> tuple[str, ...]:
    """Return the web addresses in ``first`` and then those HTML links to, each once."""
    found = {link: None for link in map(web_address, first) if link}
    if "href" in markup:
        for anchor in LexborHTMLParser(markup[:HTML_CAP]).css("a[href]")[:_MOST_LINKS]:
            if target := web_address(anchor.attributes.get("href")):
                found[target] = None
    return tuple(found)
