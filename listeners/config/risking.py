"""``[brand.NAME.severity]`` and ``[brand.NAME.words]``: how grave each rule is, and its words.

::

    [brand.Lune.severity]
    surge = "high"          # a rule, or a whole class
    press = "off"

    [brand.Lune.words]
    boycott = ["balance ta boulangerie", "-a fuir"]   # "-" takes a phrase off the list
"""

from __future__ import annotations

import difflib

from listeners.config.extending import ExtensionError
from listeners.model import AlertClass, Sentence, Severity

OFF = "off"
LISTS = ("boycott", "legal", "safety", "hack", "press", "threat", "abuse")
"""The lists of words of risk, each of which may be added to."""
RULES = (
    *LISTS,
    "confidential term",
    "internal words",
    "shared document",
    "look-alike",
    "own post",
    "own name",
    "surge",
    "negative spike",
    "negative share",
    "spreading",
    "press negative",
    "silence",
    "overdue",
)
"""The rules that may be named; a class names all of its rules."""
_SEVERITIES = {one.name.lower(): one for one in Severity}


def severities_of(table: object) -> dict[str, Severity | None]:
    """Read ``[brand.NAME.severity]``: rule or class to severity, ``None`` for off.

    Raises:
        ExtensionError: a rule nobody knows, or no severity.
    """
    if not isinstance(table, dict):
        raise ExtensionError("severity", Sentence("{key} must be a table.", {"key": "severity"}))
    known = (*RULES, *(one.value for one in AlertClass))
    found: dict[str, Severity | None] = {}
    for key, value in table.items():
        name = key.replace("_", " ") if key not in known else key
        if name not in known:
            near = difflib.get_close_matches(key, known, 1)
            raise ExtensionError(
                key,
                Sentence(
                    "There is no rule {name}; did you mean {hint}?",
                    {"name": key, "hint": near[0] if near else ", ".join(known)},
                ),
            )
        if value != OFF and value not in _SEVERITIES:
            raise ExtensionError(
                key,
                Sentence(
                    "{key} must be one of: {words}.",
                    {"key": key, "words": ", ".join((*_SEVERITIES, OFF))},
                ),
            )
        found[name] = None if value == OFF else _SEVERITIES[str(value)]
    return found


def words_of(table: object) -> dict[str, tuple[str, ...]]:
    """Read ``[brand.NAME.words]``: list to phrases; one with ``-`` in front is taken off it.

    Raises:
        ExtensionError: a list nobody knows, or no texts.
    """
    if not isinstance(table, dict):
        raise ExtensionError("words", Sentence("{key} must be a table.", {"key": "words"}))
    found: dict[str, tuple[str, ...]] = {}
    for key, value in table.items():
        if key not in LISTS:
            near = difflib.get_close_matches(key, LISTS, 1)
            raise ExtensionError(
                key,
                Sentence(
                    "There is no list of words {name}; did you mean {hint}?",
                    {"name": key, "hint": near[0] if near else ", ".join(LISTS)},
                ),
            )
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise ExtensionError(
                key,
                Sentence('{key} must be a list of texts, such as ["one", "two"].', {"key": key}),
            )
        found[key] = tuple(value)
    return found
