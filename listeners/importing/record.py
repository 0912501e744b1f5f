"""One record of a file, by field name, as a post; and what is wrong with it, in words.

The fields are those of ``hubbub mentions``, so that what one hubbub writes out another can read:
``id, text, author`` and optionally ``author_name, url, created_at, lang, network, parent``, and
``native_id, root, title, edited_at, rating, tags, followers, likes, shares, replies``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, tzinfo
from typing import Final
from urllib.parse import urlsplit

from listeners.importing.dates import is_date, read_date
from listeners.importing.values import storable
from listeners.model import Author, Engagement, Micros, Post, Sentence
from listeners.text import fold, links_in

NETWORK: Final = "import"
_LONGEST_ID: Final = 1000
_LONGEST_ADDRESS: Final = 2048
_MOST_TAGS: Final = 50
_NETWORK_NAME = re.compile(r"[\w][\w .+-]{0,39}")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{2,8})*$")
_NUMBER = re.compile(r"[+-]?\d{1,12}(?:[.,]\d{1,6})?$")


class BadRecordError(ValueError):
    """A record that cannot be a post. Its sentence names {file} and {line}, filled in by ``at``."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.template)
        self._sentence = sentence

    def at(self, file: str, line: int = 0) -> Sentence:
        """Return the sentence for the person, with the place of the record."""
        return replace(self._sentence, values={**self._sentence.values, "file": file, "line": line})


def post_of(
    fields: Mapping[str, object],
    *,
    raw: bytes | None = None,
    day_first: bool = True,
    zone: tzinfo = UTC,
) -> Post:
    """Return the post a record holds. ``day_first`` and ``zone`` settle dates (``read_date``).

    Raises:
        BadRecordError: a needed field is missing, or one cannot be understood or stored.
    """
    native_id = _word(fields, "native_id") or _needed(fields, "id")
    text = _needed(fields, "text")
    handle = _needed(fields, "author")
    if len(native_id) > _LONGEST_ID:
        raise BadRecordError(
            Sentence(
                "Line {line} of {file}: its id is longer than {most} characters.",
                {"most": _LONGEST_ID},
            )
        )
    url = _address(fields)
    parent = _word(fields, "parent")
    followers = _count(fields, "followers")
    return Post(
        network=_network(fields),
        native_id=native_id,
        author=Author(
            key=handle, handle=handle, name=_word(fields, "author_name"), followers=followers
        ),
        text=text,
        title=_word(fields, "title"),
        url=url,
        created_at=_date(fields, "created_at", day_first, zone),
        edited_at=_date(fields, "edited_at", day_first, zone),
        lang=_lang(fields),
        parent_id=parent if parent and parent != native_id else None,
        root_id=_word(fields, "root") or None,
        links=links_in(text),
        tags=_tags(fields),
        engagement=Engagement(
            likes=_count(fields, "likes"),
            shares=_count(fields, "shares"),
            replies=_count(fields, "replies"),
        ),
        rating=_rating(fields),
        wanted=True,
        raw=raw,
    )


def _word(fields: Mapping[str, object], name: str) -> str:
    """Return a field as text; a number is taken as written, nothing is "".

    Raises:
        BadRecordError: it is neither text nor a number, or holds what cannot be stored.
    """
    value = fields.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise BadRecordError(
            Sentence("Line {line} of {file}: its field {field} is not text.", {"field": name})
        )
    if isinstance(value, float) and not math.isfinite(value):
        raise BadRecordError(
            Sentence("Line {line} of {file}: its field {field} is not text.", {"field": name})
        )
    text = str(value)
    if not storable(text):
        raise BadRecordError(
            Sentence(
                "Line {line} of {file}: its field {field} holds characters that cannot be stored.",
                {"field": name},
            )
        )
    return text.strip()


def _needed(fields: Mapping[str, object], name: str) -> str:
    text = _word(fields, name)
    if not text:
        raise BadRecordError(
            Sentence(
                "Line {line} of {file}: its field {field} is missing or empty.", {"field": name}
            )
        )
    return text


def _network(fields: Mapping[str, object]) -> str:
    name = fold(_word(fields, "network")) or NETWORK
    if not _NETWORK_NAME.fullmatch(name):
        raise BadRecordError(
            Sentence("Line {line} of {file}: its network {name} is no name.", {"name": name[:100]})
        )
    return name


def _address(fields: Mapping[str, object]) -> str:
    text = _word(fields, "url")
    try:
        parts = urlsplit(text)
        fit = parts.scheme in ("http", "https") and parts.hostname and text.isprintable()
    except ValueError:
        fit = None
    return text if fit and len(text) <= _LONGEST_ADDRESS else ""


def _date(fields: Mapping[str, object], name: str, day_first: bool, zone: tzinfo) -> Micros | None:
    text = _word(fields, name)
    if text in ("", "0"):
        return None
    moment = read_date(text, day_first=day_first, zone=zone)
    if moment is None and not is_date(text):
        raise BadRecordError(
            Sentence(
                "Line {line} of {file}: its {field} is no date: {text}.",
                {"field": name, "text": text[:100]},
            )
        )
    return moment


def _lang(fields: Mapping[str, object]) -> str | None:
    found = _LANGUAGE.match(_word(fields, "lang"))
    return found[1].lower() if found else None


def _tags(fields: Mapping[str, object]) -> tuple[str, ...]:
    value = fields.get("tags")
    if isinstance(value, str):
        value = re.split(r"[,;\s]+", value)
    if not isinstance(value, list):
        return ()
    tags = [tag.strip().lstrip("#") for tag in value if isinstance(tag, str) and storable(tag)]
    return tuple(dict.fromkeys(tag for tag in tags if tag))[:_MOST_TAGS]


def number_of(text: str) -> float | None:
    """Return a number as people write it, decimal comma and spaced thousands included."""
    bare = re.sub(r"[\s\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]", "", text)
    return float(bare.replace(",", ".")) if _NUMBER.match(bare) else None


def _count(fields: Mapping[str, object], name: str) -> int | None:
    text = _word(fields, name)
    number = number_of(text) if text else None
    return int(number) if number is not None and number >= 0 else None


def _rating(fields: Mapping[str, object]) -> int | None:
    """Return a rating of 1 to 5, rounded; ``4,5/5`` and ``★★★★☆`` are read as well."""
    text = _word(fields, "rating")
    number = number_of(text.partition("/")[0]) if text else None
    if number is None and "★" in text:
        number = float(text.count("★"))
    return math.floor(number + 0.5) if number is not None and 1 <= number <= 5 else None
