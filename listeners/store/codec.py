"""Between Python's types and the store's columns: sentences and reasons as JSON, labels as numbers.

Everything here is total: what a network sent can be strange, but must not make a whole batch
fail. A lone surrogate cannot be bound, and an integer past 64 bits neither.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

from listeners.model import Gap, Label, Micros, Reason, Sentence

LABELS = (Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE, Label.UNSCORED)
"""A label's number in the store is its place here."""

_NUMBERS = {label: number for number, label in enumerate(LABELS)}
_LARGEST = 2**63 - 1


def label_number(label: Label) -> int:
    """Return the number a label is stored as."""
    return _NUMBERS[label]


def dumps(value: object) -> str:
    """Return compact JSON in ASCII, which any text column takes whatever the value holds."""
    return json.dumps(value, separators=(",", ":"), default=str)


def storable(text: str) -> str:
    """Return ``text`` with lone surrogates and NULs replaced.

    SQLite stores UTF-8, and half of its functions stop at a NUL.
    """
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode("utf-8")


def whole(number: int | None) -> int | None:
    """Return a count as it can be stored; one that no count can be is not known."""
    return number if number is not None and -_LARGEST <= number <= _LARGEST else None


def from_sentence(sentence: Sentence | None) -> str | None:
    """Return a sentence as JSON, ``None`` for none."""
    return None if sentence is None else dumps(_sentence(sentence))


def to_sentence(text: str | None) -> Sentence | None:
    """Read a sentence back."""
    return None if text is None else _said(json.loads(text))


def from_sentences(sentences: Iterable[Sentence]) -> str:
    """Return sentences as a JSON list."""
    return dumps([_sentence(sentence) for sentence in sentences])


def to_sentences(text: str) -> tuple[Sentence, ...]:
    """Read sentences back."""
    return () if text == "[]" else tuple(_said(item) for item in json.loads(text))


def from_reason(reason: Reason | None) -> str | None:
    """Return a reason as JSON, ``None`` for none."""
    if reason is None:
        return None
    return dumps({"code": reason.code, **_sentence(reason.sentence)})


def to_reason(text: str | None) -> Reason | None:
    """Read a reason back."""
    if text is None:
        return None
    found = json.loads(text)
    return Reason(found["code"], _said(found))


def to_mapping(text: str) -> dict[str, Any]:
    """Read a JSON object back."""
    return {} if text == "{}" else cast(dict[str, Any], json.loads(text))


def to_mappings(text: str) -> list[dict[str, Any]]:
    """Read a JSON list of objects back."""
    return [] if text == "[]" else cast(list[dict[str, Any]], json.loads(text))


def to_strings(text: str) -> tuple[str, ...]:
    """Read a JSON list of strings back."""
    return () if text == "[]" else tuple(json.loads(text))


def to_gap(from_at: int | None, to_at: int | None, reason: str | None) -> Gap | None:
    """Return the gap a row holds, ``None`` where it holds none."""
    sentence = to_sentence(reason)
    return None if sentence is None else Gap(micros(from_at), micros(to_at), sentence)


def micros(value: int | None) -> Micros | None:
    """Return a time column as a time."""
    return None if value is None else Micros(value)


def _sentence(sentence: Sentence) -> dict[str, object]:
    return {"say": sentence.template, "with": dict(sentence.values)}


def _said(found: Mapping[str, Any]) -> Sentence:
    return Sentence(found["say"], found["with"])
