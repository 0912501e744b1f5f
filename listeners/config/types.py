"""What the user decided, as typed, immutable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from listeners.config.extending import HookConfig, PipeConfig
from listeners.config.false_alarms import AlarmsConfig
from listeners.config.notifying import NotifyConfig
from listeners.config.profile import Group
from listeners.conversations.clock import BusinessHours
from listeners.model import Sentence, Severity
from listeners.risk.maintenance import Window
from listeners.secret import Secret
from listeners.stages.facts import StageRules

Audience = Literal["b2b", "b2c", "both"]


class ConfigError(Exception):
    """The configuration cannot be used. ``sentence`` says what is wrong and how to mend it.

    ``where`` is ``file:line`` of the fault, empty where no line is to blame.
    """

    def __init__(self, sentence: Sentence, where: str = "") -> None:
        fault = sentence.template.format(**sentence.values)
        super().__init__(f"{where}: {fault}" if where else fault)
        self.sentence = sentence
        self.where = where


@dataclass(frozen=True, slots=True)
class Targets:
    """How soon we mean to answer, in seconds of business time."""

    first: int = 4 * 3600
    next: int = 8 * 3600
    urgent: int = 3600


USUAL_TARGETS: Mapping[str, Targets] = {
    "b2b": Targets(),
    "b2c": Targets(first=2 * 3600, next=4 * 3600),
    "both": Targets(),
}
"""What is promised where the configuration says nothing: the public waits less patiently than
businesses, who would rather have a complete answer. The figures are ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandConfig:
    """A brand we listen for, ours or a competitor's. ``handles`` maps network to our accounts."""

    name: str
    query: str = ""
    exclude: str = ""
    names: tuple[str, ...] = ()
    handles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    websites: tuple[str, ...] = ()
    competitors: tuple[str, ...] = ()
    confidential: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    journalists: tuple[str, ...] = ()
    vips: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    """Names and handles of people who speak for us, guarded against look-alikes."""
    known_hosts: tuple[str, ...] = ()
    """Hosts our own accounts link to without being doubted, besides our websites."""
    known_accounts: tuple[str, ...] = ()
    """Accounts that look like ours and are fine: fan clubs, subsidiaries, namesakes."""
    languages: tuple[str, ...] = ("en", "fr")
    audience: Audience = "both"
    tone: str = ""
    """How the brand speaks, in its own words; shown where a reply is written."""
    groups: tuple[Group, ...] = ()
    """Whom it wants to reach, on which networks and to what end."""
    competitor: bool = False
    plain_sentiment: bool = False
    """Whether sentiment goes without our own layer: English as VADER scores it."""
    severities: Mapping[str, Severity | None] = field(default_factory=dict)
    """How grave the alerts of a rule or class are, ``None`` for off, where she decided it."""
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Phrases added to the lists of words of risk, or with ``-`` taken off them."""
    hours: BusinessHours = field(default_factory=BusinessHours)
    targets: Targets = Targets()
    alarms: AlarmsConfig = field(default_factory=AlarmsConfig)
    stages: StageRules = field(default_factory=StageRules)
    """What moves people from connect to convince, and to convert."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceConfig:
    """One configured place to listen. ``base_url`` is the user's own choice of server, if any."""

    network: str
    what: str = ""
    base_url: str = ""
    token: Secret | None = None
    interval: float | None = None
    brand: str = ""
    keep_days: int = 0
    """For how many days what it brings is kept; 0: as long as ``[retention]`` says."""
    options: Mapping[str, object] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The lasting name of this source in the store: network, server and what."""
        server = f"@{self.base_url}" if self.base_url else ""
        return f"{self.network}:{self.what}{server}"

    @property
    def allow_private(self) -> bool:
        """Addresses on this machine or its network are allowed where the user typed them."""
        return bool(self.base_url) or self.options.get("allow_private") is True


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything the user decided. ``path`` is where it was read from, if anywhere."""

    brands: tuple[BrandConfig, ...] = ()
    sources: tuple[SourceConfig, ...] = ()
    member: str = ""
    members: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    observers: tuple[str, ...] = ()
    language: str = ""
    theme: str = ""
    emoji: Literal["full", "plain"] = "full"
    retention_days: int = 0
    keep_raw: bool = True
    keys: Mapping[str, str] = field(default_factory=dict)
    notify: NotifyConfig = field(default_factory=NotifyConfig)
    macros: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pipes: tuple[PipeConfig, ...] = ()
    hooks: tuple[HookConfig, ...] = ()
    maintenance: tuple[Window, ...] = ()
    path: Path | None = None

    def brand(self, name: str) -> BrandConfig | None:
        """Return the brand of this name, or ``None``."""
        return next((brand for brand in self.brands if brand.name == name), None)
