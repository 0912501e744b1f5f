"""JSON Lines: one object a line, in UTF-8 (jsonlines.org)."""

from __future__ import annotations

from typing import Final

from listeners.importing.lines import Line
from listeners.importing.record import BadRecordError, post_of
from listeners.importing.values import UnusableError, read_json
from listeners.model import Post, Sentence

_RAW_CAP: Final = 65_536


def read_json_line(line: Line) -> Post | None:
    """Return the post of a line, or ``None`` for an empty one.

    Raises:
        BadRecordError: the line is no post.
    """
    if line.too_long:
        raise BadRecordError(Sentence("Line {line} of {file}: it is longer than 1 MB."))
    if not line.data.strip():
        return None
    try:
        value = read_json(line.data)
    except UnusableError as error:
        raise BadRecordError(Sentence("Line {line} of {file}: it is not JSON in UTF-8.")) from error
    if not isinstance(value, dict):
        raise BadRecordError(
            Sentence("Line {line} of {file}: it is not an object with named fields.")
        )
    return post_of(value, raw=line.data if len(line.data) <= _RAW_CAP else None)
