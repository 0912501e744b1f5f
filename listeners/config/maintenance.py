"""``[[maintenance]]``: known events of a brand, during which its alerts do not ring.

::

    [[maintenance]]
    brand = "Lune"
    from = 2026-12-01T08:00:00
    to = 2026-12-01T20:00:00
    reason = "Christmas launch"

Times without an offset are in the zone of the brand's opening hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from listeners.config.extending import ExtensionError
from listeners.model import SECOND, Micros, Sentence
from listeners.risk.maintenance import Window

_KEYS = ("brand", "from", "to", "reason")


def windows_of(document: Mapping[str, object], zones: Mapping[str, str]) -> tuple[Window, ...]:
    """Read every ``[[maintenance]]``; ``zones`` are those of the brands, by name.

    Raises:
        ExtensionError: one cannot be used as it is written.
    """
    entries = document.get("maintenance", [])
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise ExtensionError(
            "maintenance", Sentence("Maintenance windows are written as [[maintenance]] tables.")
        )
    return tuple(_window(one, zones) for one in entries)


def _window(entry: Mapping[str, object], zones: Mapping[str, str]) -> Window:
    for key in entry:
        if key not in _KEYS:
            raise ExtensionError(
                key,
                Sentence(
                    "A maintenance window has no {name}; it has {known}.",
                    {"name": key, "known": ", ".join(_KEYS)},
                ),
            )
    brand, reason = entry.get("brand", ""), entry.get("reason", "")
    if not isinstance(brand, str) or (brand and brand not in zones):
        raise ExtensionError("brand", Sentence("There is no brand {brand}.", {"brand": str(brand)}))
    if not isinstance(reason, str):
        raise ExtensionError("reason", Sentence("{key} must be text in quotes.", {"key": "reason"}))
    zone = zones.get(brand) or next(iter(zones.values()), "UTC")
    from_at, to_at = _moment(entry, "from", zone), _moment(entry, "to", zone)
    if to_at <= from_at:
        raise ExtensionError("to", Sentence("A maintenance window must end after it begins."))
    return Window(brand=brand, from_at=from_at, to_at=to_at, reason=reason)


def _moment(entry: Mapping[str, object], key: str, zone: str) -> Micros:
    value = entry.get(key)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - placed below
    if not isinstance(value, datetime):
        raise ExtensionError(
            key, Sentence("{key} is a time such as 2026-12-01 08:00.", {"key": key})
        )
    placed = value if value.tzinfo is not None else value.replace(tzinfo=ZoneInfo(zone))
    return Micros(int(placed.timestamp()) * SECOND)
