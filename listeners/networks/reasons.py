"""The words in which a server refuses, found in its JSON wherever it puts them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from listeners.http import HttpError
from listeners.model import Micros, Sentence, SourceState
from listeners.text import clean_line

_LONGEST = 200
_NAMES = ("message", "error_description", "detail", "title")


def told(body: bytes) -> Mapping[str, object]:
    """Return the JSON object of an error, its ``error`` if it has one; empty where it is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    inner = found.get("error")
    return inner if isinstance(inner, dict) else found


def reason_of(body: bytes) -> str:
    """Return what the server says of its refusal, made harmless and short; empty for nothing."""
    found = told(body)
    said = next((one for name in _NAMES if isinstance(one := found.get(name), str) and one), "")
    return clean_line(said, _LONGEST)


def retold(
    error: HttpError, state: SourceState, sentence: Sentence, *, until: Micros | None = None
) -> HttpError:
    """Return a refusal with the network's own meaning in place of the usual one."""
    return HttpError(
        state,
        sentence,
        status=error.status,
        body=error.body,
        headers=error.headers,
        until=until or error.until,
    )
