"""The layer before scoring: a post as its author meant it, without what says nothing of mood.

Entities are decoded, typographic apostrophes made straight, emoji reduced to their base; addresses
and @handles go, since they name and do not judge; the names of the brand are masked, because
"united" and "Orange" must not weigh as words. ``#NotHappy`` becomes two words.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from listeners.sentiment.emoji import plain_emoji, said_twice
from listeners.sentiment.rules import MAX_TEXT

MASK = "◦"
"""Stands for a name: a word of its own that no lexicon knows."""

_STRAIGHT = (
    ("’", "'"), ("‘", "'"), ("ʼ", "'"), ("＇", "'"), ("´", "'"), ("！", "!"), ("？", "?"),
    ("“", '"'), ("”", '"'), ("„", '"'), ("…", "..."), ("\u200b", ""),
    ("\u2060", ""), ("\ufeff", ""), ("\xa0", " "), ("\u202f", " "),
)  # fmt: skip
# Exports of some tools hold characters by their number: don\u2019t.
_NUMBERED = re.compile(r"\\u(?!d[89a-f])([0-9a-f]{4})", re.IGNORECASE)
_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w.])@\w[\w.-]*(?:@[\w.-]*\w)?")
_CAMEL_TAG = re.compile(r"#(?=\w*[a-zà-ÿ][A-ZÀ-Þ])(\w+)")
_CAMEL_STEP = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])")


def normal(text: str, mask: Sequence[str] = ()) -> str:
    """Return the first 5,000 characters of a text as they are scored."""
    text = text[:MAX_TEXT]
    if "&" in text:
        text = html.unescape(text)
    if "\\u" in text:
        text = _NUMBERED.sub(lambda number: chr(int(number.group(1), 16)), text)
    if not text.isascii():
        text = said_twice(plain_emoji(straight(unicodedata.normalize("NFC", text))))
    if "://" in text or "www." in text or "WWW." in text:
        text = _ADDRESS.sub(" ", text)
    if "@" in text:
        text = _HANDLE.sub(" ", text)
    if mask:
        names = names_pattern(tuple(mask))
        if names is not None:
            text = names.sub(MASK, text)
    if "#" in text:
        text = _CAMEL_TAG.sub(lambda tag: _CAMEL_STEP.sub(" ", tag.group(1)), text)
    return text


def straight(text: str) -> str:
    """Replace typographic apostrophes, full-width marks and invisible or odd spaces."""
    for odd, plain in _STRAIGHT:
        text = text.replace(odd, plain)
    return text


@lru_cache(maxsize=256)
def names_pattern(mask: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return what finds the names that are masked, ``None`` where there are none."""
    written = {unicodedata.normalize("NFC", name.strip().lstrip("@#")) for name in mask}
    plain = {straight(name) for name in written if name}
    bare = {_bare(name) for name in plain}
    names = sorted(plain | bare, key=lambda name: (-len(name), name))
    if not names:
        return None
    choices = "|".join(re.escape(name).replace(r"\ ", r"[\s_-]?") for name in names)
    return re.compile(rf"(?<!\w)[#@]?(?:{choices})(?!\w)", re.IGNORECASE)


def _bare(name: str) -> str:
    decomposed = unicodedata.normalize("NFD", name)
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark))


def letters(text: str) -> int:
    """Count the letters of a text, names masked."""
    return sum(map(str.isalpha, text))
