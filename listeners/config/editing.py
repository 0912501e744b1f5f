"""A configuration with a few settings of a brand changed, to be tried before the file is."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from listeners.config.extending import ExtensionError
from listeners.config.false_alarms import KEYS, alarms_of
from listeners.config.types import BrandConfig, Config
from listeners.model import Sentence
from listeners.query import QuerySyntaxError, query_for_brand

TEXTS = ("query", "exclude")
LISTS = (
    "names",
    "websites",
    "confidential",
    "addresses",
    "journalists",
    "vips",
    "people",
    "known_accounts",
    "known_hosts",
    "languages",
)
ALERTS = ("alerts.false_alarms", *(f"alerts.{key}" for key in KEYS))
EDITABLE = (*TEXTS, *LISTS, *ALERTS)
"""The settings of a brand that can be tried."""


def edited(config: Config, brand: str, edits: Iterable[str]) -> Config:
    """Return the configuration with ``key=value`` changes of one brand; lists are written with
    commas. ``brand`` may be empty where there is only one.

    Raises:
        ExtensionError: there is no such brand or setting, or a value cannot be used.
    """
    chosen = config.brand(brand) if brand else (config.brands or (None,))[0]
    if chosen is None or (not brand and len(config.brands) > 1):
        raise ExtensionError("brand", Sentence("Say of which brand: {names}.", {
            "names": ", ".join(one.name for one in config.brands)}))  # fmt: skip
    changed = chosen
    for edit in edits:
        key, equals, value = edit.partition("=")
        if not equals:
            raise ExtensionError(
                "edit", Sentence("A change is written as key=value; got {text}.", {"text": edit})
            )
        changed = _changed(changed, key.strip(), value.strip())
    try:
        query_for_brand(changed)
    except QuerySyntaxError as error:
        raise ExtensionError("query", error.sentence) from error
    brands = tuple(changed if one is chosen else one for one in config.brands)
    return replace(config, brands=brands)


def _changed(brand: BrandConfig, key: str, value: str) -> BrandConfig:
    if key in TEXTS or key in LISTS:
        items = tuple(item.strip() for item in value.split(",") if item.strip())
        change: dict[str, Any] = {key: value if key in TEXTS else items}
        return replace(brand, **change)
    if key in ALERTS:
        name = key.removeprefix("alerts.")
        new, alarms = alarms_of({name: value}), brand.alarms
        whole = new.whole if name == "false_alarms" and not new.own else alarms.whole
        return replace(brand, alarms=replace(alarms, whole=whole, own={**alarms.own, **new.own}))
    near = difflib.get_close_matches(key, EDITABLE, 1)
    raise ExtensionError(
        key,
        Sentence(
            "{key} is not a setting here; did you mean {hint}?",
            {"key": key, "hint": near[0] if near else ", ".join(EDITABLE)},
        ),
    )
