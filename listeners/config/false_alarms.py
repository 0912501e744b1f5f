"""``[brand.NAME.alerts]``: how many false alarms a person bears, and what each detector may do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from listeners.config.extending import ExtensionError
from listeners.model import Sentence
from listeners.risk.budget import DETECTORS, MONTH, PRESETS, Detector, Preset

KEYS: Mapping[str, Detector] = {one.replace(" ", "_"): one for one in DETECTORS}
"""How each detector is called in the configuration."""
_DAYS = {"day": 1.0, "week": 7.0, "month": MONTH, "year": 365.0}
_EVERY = re.compile(r"(?:at most )?(\d+(?:\.\d+)?)\s*(?:a|per|/)\s*(day|week|month|year)")


@dataclass(frozen=True, slots=True)
class Choice:
    """A preset, or ``a_month`` false alarms of 30 days."""

    preset: Preset = "normal"
    a_month: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmsConfig:
    """``whole`` is for all detectors together; ``own`` are those with a choice of their own,
    ``None`` for off."""

    whole: Choice = Choice()
    own: Mapping[Detector, Choice | None] = field(default_factory=dict)

    def on(self, detector: Detector) -> bool:
        """Whether a detector works at all."""
        return self.own.get(detector, self.whole) is not None

    @property
    def shared(self) -> tuple[Detector, ...]:
        """The detectors that live by the choice for all."""
        return tuple(one for one in DETECTORS if one not in self.own)


def alarms_of(table: Mapping[str, object]) -> AlarmsConfig:
    """Read ``[brand.NAME.alerts]``.

    Raises:
        ExtensionError: something in it cannot be used as it is written.
    """
    for key in table:
        if key != "false_alarms" and key not in KEYS:
            known = ", ".join(("false_alarms", *KEYS))
            raise ExtensionError(
                key,
                Sentence(
                    "{key} is not a setting here; did you mean {hint}?",
                    {"key": f"alerts.{key}", "hint": known},
                ),
            )
    whole = _choice("false_alarms", table.get("false_alarms", "normal"))
    if whole is None:
        return AlarmsConfig(own=dict.fromkeys(DETECTORS, None))
    own = {KEYS[key]: _choice(key, value) for key, value in table.items() if key in KEYS}
    return AlarmsConfig(whole=whole, own=own)


def _choice(key: str, value: object) -> Choice | None:
    text = value.strip().casefold() if isinstance(value, str) else ""
    if text == "off":
        return None
    if text in PRESETS:
        return Choice(text)
    found = _EVERY.fullmatch(text)
    if found and float(found[1]) > 0:
        return Choice(a_month=float(found[1]) / _DAYS[found[2]] * MONTH)
    raise ExtensionError(
        key,
        Sentence(
            '{key} is written as "2 a month", "1 a week", "calm", "normal", "keen" or "off".',
            {"key": key},
        ),
    )
