"""How long a reply is, as the network it goes to counts."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from listeners.networks.replying import ReplyLimit, Unit
from listeners.text import links_in

if TYPE_CHECKING:
    from regex import Pattern

_REMOTE_MENTION = re.compile(r"(?<![\w/@])(@\w+(?:[.-]+\w+)*)@[\w-]+(?:\.[\w-]+)+")


def count(text: str, limit: ReplyLimit) -> int:
    """Return how long ``text`` is, in ``limit.unit``.

    A web link counts as ``limit.link_length`` where the network says so, and only the local half
    of ``@name@host`` where ``limit.remote_mentions``. Source for graphemes: UAX 29.
    """
    if limit.remote_mentions:
        text = _REMOTE_MENTION.sub(r"\1", text)
    if limit.link_length is None:
        return _units(text, limit.unit)
    links = 0
    for link in sorted(links_in(text), key=len, reverse=True):
        found = text.count(link)
        links += found
        text = text.replace(link, " " if found else "")
    # Every link left one space behind, which is not counted.
    return _units(text, limit.unit) - links + links * limit.link_length


def over(text: str, limit: ReplyLimit) -> int:
    """Return by how much ``text`` is too long, in the unit it is too long in; 0 if it fits."""
    surplus = count(text, limit) - limit.maximum
    if surplus > 0:
        return surplus
    if limit.max_bytes is None:
        return 0
    return max(0, len(text.encode("utf-8", "replace")) - limit.max_bytes)


def excess_unit(text: str, limit: ReplyLimit) -> Unit:
    """Return the unit in which ``over`` counts for this text."""
    return limit.unit if count(text, limit) > limit.maximum else "bytes"


def _units(text: str, unit: Unit) -> int:
    match unit:
        case "graphemes":
            return len(text) if text.isascii() and "\r" not in text else _graphemes(text)
        case "utf16":
            return len(text.encode("utf-16-le", "surrogatepass")) // 2
        case "bytes":
            return len(text.encode("utf-8", "replace"))
        case "characters":
            return len(text)


def _graphemes(text: str) -> int:
    return sum(1 for _match in _grapheme().finditer(text))


@cache
def _grapheme() -> Pattern[str]:
    # Imported when the first text that is not ASCII is counted: it costs 20 ms.
    import regex

    return regex.compile(r"\X")
