"""``[brand.NAME.stages]``: what moves somebody from connect to convince, and to convert.

::

    [brand.Lune.stages]
    return_days = 60
    advocacy = 3
    customer_tags = ["customer", "client"]
    step_positives = 2
    step_reach = 5000
    step_days = 30
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from listeners.config.extending import ExtensionError
from listeners.model import Sentence
from listeners.stages.facts import StageRules

_KEYS = ("return_days", "advocacy", "customer_tags", "step_positives", "step_reach", "step_days")
_MOST = 1_000_000_000


def stages_of(table: object) -> StageRules:
    """Read ``[brand.NAME.stages]``; what it leaves out is as usual.

    Raises:
        ExtensionError: something in it cannot be used as it is written.
    """
    if not isinstance(table, Mapping):
        raise ExtensionError("stages", Sentence("{key} must be a table.", {"key": "stages"}))
    for key in table:
        if key not in _KEYS:
            near = difflib.get_close_matches(str(key), _KEYS, 1)
            raise ExtensionError(
                str(key),
                Sentence(
                    "{key} is not a setting here; did you mean {hint}?",
                    {"key": f"stages.{key}", "hint": near[0] if near else ", ".join(_KEYS)},
                ),
            )
    usual = StageRules()
    return StageRules(
        return_days=_count(table, "return_days", usual.return_days),
        advocacy=_count(table, "advocacy", usual.advocacy),
        customer_tags=_tags(table, usual.customer_tags),
        step_positives=_count(table, "step_positives", usual.step_positives),
        step_reach=_count(table, "step_reach", usual.step_reach),
        step_days=_count(table, "step_days", usual.step_days),
    )


def _count(table: Mapping[str, object], key: str, usual: int) -> int:
    value = table.get(key, usual)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MOST:
        raise ExtensionError(
            key, Sentence("{key} must be a whole number, 1 or more.", {"key": key})
        )
    return value


def _tags(table: Mapping[str, object], usual: tuple[str, ...]) -> tuple[str, ...]:
    value = table.get("customer_tags", list(usual))
    items = [value] if isinstance(value, str) else value
    texts = [item for item in items if isinstance(item, str)] if isinstance(items, list) else None
    if texts is None or not isinstance(items, list) or len(texts) != len(items):
        raise ExtensionError(
            "customer_tags",
            Sentence(
                '{key} must be a list of texts, such as ["one", "two"].', {"key": "customer_tags"}
            ),
        )
    return tuple(dict.fromkeys(text.strip().casefold() for text in texts if text.strip()))
