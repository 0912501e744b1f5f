"""What the rules must know of a brand, in a form that the store keeps.

The process that listens writes it down; whoever moves a person by hand, or joins two, then
judges by the same rules, also without the configuration at hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from listeners.config.types import BrandConfig, Config
from listeners.stages.facts import StageRules


@dataclass(frozen=True, slots=True, kw_only=True)
class StageBrand:
    """A brand of ours: its rules, its days (``zone``), and by what our content is known."""

    name: str
    rules: StageRules = field(default_factory=StageRules)
    zone: str = "UTC"
    handles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    websites: tuple[str, ...] = ()

    @property
    def zone_info(self) -> ZoneInfo:
        """The zone its days are in; UTC where this machine does not know it."""
        try:
            return ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return ZoneInfo("UTC")


def stage_brands(config: Config) -> tuple[StageBrand, ...]:
    """Return the brands whose people have stages: ours, not the competitors'."""
    rivals = {name for brand in config.brands for name in brand.competitors}
    return tuple(
        _of(brand) for brand in config.brands if not brand.competitor and brand.name not in rivals
    )


def _of(brand: BrandConfig) -> StageBrand:
    return StageBrand(
        name=brand.name,
        rules=brand.stages,
        zone=brand.hours.zone,
        handles={network: tuple(names) for network, names in brand.handles.items()},
        websites=brand.websites,
    )


def to_text(brands: Iterable[StageBrand], days_kept: int = 0) -> str:
    """Return brands as the store keeps them; the same ones always as the same text.

    ``days_kept`` is how long mentions are stored, 0 for ever.
    """
    return json.dumps({"kept": days_kept, "brands": [asdict(one) for one in brands]})


def from_text(text: str) -> tuple[tuple[StageBrand, ...], int]:
    """Read back what ``to_text`` wrote: the brands, and how many days mentions are kept."""
    if not text:
        return (), 0
    found: Mapping[str, Any] = json.loads(text)
    return tuple(_read(one) for one in found["brands"]), int(found["kept"])


def _read(one: Mapping[str, Any]) -> StageBrand:
    rules = {**one["rules"], "customer_tags": tuple(one["rules"]["customer_tags"])}
    return StageBrand(
        name=one["name"],
        rules=StageRules(**rules),
        zone=one["zone"],
        handles={network: tuple(names) for network, names in one["handles"].items()},
        websites=tuple(one["websites"]),
    )
