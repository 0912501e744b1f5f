"""``[[brand.NAME.group]]``: whom the brand wants to reach, on which networks, and to what end.

::

    [brand.Lune]
    audience = "b2c"
    tone = "warm, short, first names"

    [[brand.Lune.group]]
    name = "young parents"
    audience = "b2c"
    size = 120000
    networks = { instagram = "answered 90", mastodon = "heard 20", youtube = "" }

An objective is a measure and a number: ``heard 20`` (mentions a week), ``answered 90`` (percent of
those who ask), ``within 80`` (percent answered in time), ``people 5`` (new people a week),
``reach 10000`` (followers of those who spoke, in four weeks), ``mood 10`` (net sentiment at least,
in percent, may be negative), ``posts 3`` (posts of ours a week).
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast, get_args

from listeners.config.extending import ExtensionError
from listeners.model import Sentence
from listeners.text import clean_line

Measure = Literal["heard", "answered", "within", "people", "reach", "mood", "posts"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
AUDIENCES = ("b2b", "b2c", "both")
_KEYS = ("name", "audience", "size", "note", "networks")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Objective:
    """What a network is meant to give: a measure, and the number it should come to."""

    measure: Measure
    target: float

    def met(self, now: float) -> bool:
        """Say whether what was measured is enough."""
        return now >= self.target


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People the brand wants to reach. ``networks`` maps each network they are on to its objective.

    ``audience`` is empty where it is the brand's. ``size`` is how many they are, 0 if unknown.
    """

    name: str
    audience: str = ""
    size: int = 0
    note: str = ""
    networks: Mapping[str, Objective | None] = field(default_factory=dict)


def groups_of(value: object) -> tuple[Group, ...]:
    """Read ``[[brand.NAME.group]]``.

    Raises:
        ExtensionError: something in it cannot be used as it is written.
    """
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise ExtensionError(
            "group", Sentence("Target groups are written as [[brand.NAME.group]] tables.")
        )
    groups = tuple(_group(cast("Mapping[str, object]", one)) for one in value)
    names = [group.name for group in groups]
    for name in names:
        if names.count(name) > 1:
            raise ExtensionError(
                "name", Sentence("The target group {name} is there twice.", {"name": name})
            )
    return groups


def _group(table: Mapping[str, object]) -> Group:
    for key in table:
        if key not in _KEYS:
            near = difflib.get_close_matches(str(key), _KEYS, 1)
            raise ExtensionError(
                str(key),
                Sentence(
                    "{key} is not a setting here; did you mean {hint}?",
                    {"key": f"group.{key}", "hint": near[0] if near else ", ".join(_KEYS)},
                ),
            )
    name = _text(table, "name")
    if not name:
        raise ExtensionError("group", Sentence("A target group needs a name."))
    audience = _text(table, "audience")
    if audience and audience not in AUDIENCES:
        raise ExtensionError(
            "audience",
            Sentence(
                "{value} is not an audience; write one of {options}.",
                {"value": audience, "options": ", ".join(AUDIENCES)},
            ),
        )
    size = table.get("size", 0)
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise ExtensionError(
            "size", Sentence("{key} must be a whole number, 0 or more.", {"key": "size"})
        )
    return Group(
        name=name,
        audience=audience,
        size=size,
        note=_text(table, "note"),
        networks=_networks(table.get("networks", {})),
    )


def _networks(value: object) -> Mapping[str, Objective | None]:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return {str(one).strip().casefold(): None for one in value}
    if not isinstance(value, Mapping):
        raise ExtensionError(
            "networks",
            Sentence(
                "The networks of a target group are written as {example}.",
                {"example": '{ instagram = "answered 90", youtube = "" }'},
            ),
        )
    return {str(name).strip().casefold(): objective(one) for name, one in value.items()}


def objective(value: object) -> Objective | None:
    """Read an objective such as ``answered 90``; ``None`` for an empty one.

    Raises:
        ExtensionError: it is no measure and number.
    """
    if not isinstance(value, str):
        raise _wrong(str(value))
    words = value.replace("%", " ").split()
    if not words:
        return None
    if len(words) != 2 or words[0] not in MEASURES:
        raise _wrong(value)
    try:
        target = float(words[1])
    except ValueError as error:
        raise _wrong(value) from error
    lowest, highest = _BOUNDS.get(words[0], (0.0, 1e9))
    if not lowest <= target <= highest:
        raise _wrong(value)
    return Objective(words[0], target)


_BOUNDS: Mapping[str, tuple[float, float]] = {
    "answered": (0.0, 100.0),
    "within": (0.0, 100.0),
    "mood": (-100.0, 100.0),
}


def _wrong(value: str) -> ExtensionError:
    return ExtensionError(
        "networks",
        Sentence(
            "{value} is no objective; write a measure and a number, such as answered 90. "
            "Measures: {options}.",
            {"value": str(clean_line(value, 60)), "options": ", ".join(MEASURES)},
        ),
    )


def _text(table: Mapping[str, object], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise ExtensionError(key, Sentence("{key} must be a text.", {"key": key}))
    return str(clean_line(value, _LONGEST))
