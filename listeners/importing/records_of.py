"""Small steps through the JSON of strangers, for the readers of exports."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

Fields = dict[str, object]
"""One record by the names ``record.post_of`` knows; ``own`` says that we wrote it."""


def mapping(value: object) -> Mapping[str, object]:
    """Return an object with named fields, an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def listed(value: object) -> list[object]:
    """Return a list, an empty one for anything else."""
    return value if isinstance(value, list) else []


def text_of(value: object) -> str:
    """Return a text, an empty one for anything but text and whole numbers."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else ""


def moment(value: object) -> str:
    """Return a time since 1970 as a date can be read from it: seconds or milliseconds."""
    if isinstance(value, float) and 0 < value < 1e15:
        return str(int(value))
    return text_of(value)


def ident(*parts: object) -> str:
    """Return an id for what has none, the same for the same words at the same time."""
    joined = "\0".join(str(part) for part in parts)
    return hashlib.blake2b(joined.encode("utf-8", "replace"), digest_size=12).hexdigest()
