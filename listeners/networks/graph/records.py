"""What the records of Facebook, Instagram and Threads have in common.

Fields are left out where a permission is missing, and times come in two forms: as text with
``+0000``, and as seconds (webhooks, exports).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from listeners.model import Author, Micros
from listeners.networks.decoding import LONGEST_EVIDENCE, at_iso, at_second, printable

_TAG = re.compile(r"(?<![\w#&/])#(\w{1,100})")
_NAMED = re.compile(r"(?<![\w@])@([\w.]{1,60})")
_MOST = 30
_BELOW = frozenset({"comments", "replies"})


def at_time(value: object) -> Micros | None:
    """Return a time in either form, ``None`` where it is none."""
    if isinstance(value, str) and value.isdigit() and len(value) < 14:
        return at_second(int(value))
    return at_iso(value) if isinstance(value, str) else at_second(value)


def field_of(record: object, *names: str) -> object:
    """Return a field of a record, or of one inside it; ``None`` where there is none."""
    for name in names:
        record = record.get(name) if isinstance(record, Mapping) else None
    return record


def words_of(record: object, *names: str) -> str:
    """Return a text of a record, empty where there is none."""
    found = field_of(record, *names)
    return found if isinstance(found, str) else ""


def id_in(record: object, *names: str) -> str:
    """Return an id of a record as text, empty where there is none."""
    found = field_of(record, *names)
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    return printable(found)


def list_in(record: object, *names: str) -> list[object]:
    """Return a list of a record, empty where there is none."""
    found = field_of(record, *names)
    return found if isinstance(found, list) else []


def hidden_author(native_id: str) -> Author:
    """Return the author of a post whose author is not shown: a person of its own, for none may
    be taken for another."""
    return Author(key=f"hidden:{native_id}")


def tags_of(text: str) -> tuple[str, ...]:
    """Return the hashtags written in a text, without ``#``."""
    return tuple(dict.fromkeys(_TAG.findall(text)))[:_MOST]


def named_in(text: str) -> tuple[str, ...]:
    """Return the @-names written in a text."""
    return tuple(dict.fromkeys(name.rstrip(".") for name in _NAMED.findall(text)))[:_MOST]


def evidence(record: object) -> bytes:
    """Return a record as it is kept; what stands below it is kept by itself."""
    if isinstance(record, Mapping):
        record = {name: value for name, value in record.items() if name not in _BELOW}
        story = record.get("open_graph_story")
        if isinstance(story, Mapping):
            own = {name: value for name, value in story.items() if name not in _BELOW}
            record["open_graph_story"] = own
    return json.dumps(record)[:LONGEST_EVIDENCE].encode()
