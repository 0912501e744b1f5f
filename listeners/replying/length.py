"""How long a reply is, as the network it goes to counts."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from listeners.networks.replying import ReplyLimit, Unit
from listeners.text import links_in

if TYPE_CHECKING:
    from regex import Pattern

# Source: the configuration 3 of twitter-text: what weighs 1, everything else weighs 2.
_LIGHT = (range(4352), range(8192, 8206), range(8208, 8224), range(8242, 8248))
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
        case "weighted":
            return sum(map(_weight, _signs(text)))
        case "characters":
            return len(text)


def _graphemes(text: str) -> int:
    return sum(1 for _match in _grapheme().finditer(text))


def _weight(cluster: str) -> int:
    """Return what one sign as people see it weighs: an emoji 2, however many parts it has."""
    if len(cluster) > 1 and any(_is_emoji(ord(one)) for one in cluster):
        return 2
    return sum(1 if any(ord(one) in light for light in _LIGHT) else 2 for one in cluster)


def _is_emoji(code: int) -> bool:
    return code in (0x20E3, 0xFE0F) or 0x1F000 <= code <= 0x1FAFF or 0x2600 <= code <= 0x27BF


def _signs(text: str) -> list[str]:
    """Return the signs of a text as people see them; after NFC, as X counts."""
    plain = unicodedata.normalize("NFC", text)
    if plain.isascii():
        return list(plain)
    return [found.group() for found in _grapheme().finditer(plain)]


@cache
def _grapheme() -> Pattern[str]:
    # Imported when the first text that is not ASCII is counted: it costs 20 ms.
    import regex

    return regex.compile(r"\X")
