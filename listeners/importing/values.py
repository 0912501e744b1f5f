"""JSON of strangers, read strictly: what the store could not hold is refused here.

Python's reader takes NaN and lone surrogates, and fails on deep nesting and on integers of five
thousand digits with three different exceptions; here all of them are one.
"""

from __future__ import annotations

import json
import re
from typing import NoReturn

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class UnusableError(ValueError):
    """These bytes are not JSON that can be kept."""


def read_json(data: bytes) -> object:
    """Return the value of a JSON text in UTF-8.

    Raises:
        UnusableError: it is not UTF-8 or not JSON (NaN and Infinity are not), it is nested too
            deep, or holds a number too long to be read.
    """
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise UnusableError(str(error)) from error


def storable(text: str) -> bool:
    """Whether a text can be kept in the store: no NUL, no half of a surrogate pair."""
    return not _UNSTORABLE.search(text)


def printable_record(data: bytes | str, limit: int = 2000) -> str:
    """Return a bad record as text that can be kept and shown: undecodable bytes are escaped."""
    if isinstance(data, bytes):
        data = data[:limit].decode("utf-8", "backslashreplace")
    text = data[:limit].encode("utf-8", "backslashreplace").decode("utf-8")
    return text.replace("\x00", "\\x00")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
