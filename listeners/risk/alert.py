"""One alert: an episode of one rule in one scope; the columns of its table as Python types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from listeners.model import AlertClass, AlertState, Micros, Sentence, Severity

LIVE = frozenset({AlertState.FIRING, AlertState.ACKED, AlertState.SNOOZED})
"""States in which an episode goes on: new evidence joins it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An episode of risk.

    ``id`` is 0 until the store has given one; ``version`` belongs to the store. ``fingerprint``
    names rule, brand, scope and subject: at most one live alert has it. ``fired_at`` is when it
    last began to fire (again). In state *snoozed*, a ``snoozed_until`` of ``None`` means "until
    the severity rises". ``owner`` stays when an acknowledged alert fires again ("was acked by").
    ``holding`` says the condition is still true; ``calm_checks`` counts checks in a row that found
    it false. ``merged_into`` is an alert id. Times are UTC microseconds.
    """

    id: int = 0
    version: int = 0
    brand: str
    alert_class: AlertClass
    rule: str
    scope: str = ""
    fingerprint: str
    severity: Severity
    state: AlertState = AlertState.FIRING
    title: Sentence
    explanation: tuple[Sentence, ...] = ()
    figures: Mapping[str, int | float | str] = field(default_factory=dict)
    thin_baseline: bool = False
    first_at: Micros
    last_at: Micros
    fired_at: Micros
    count: int = 1
    owner: str = ""
    acked_at: Micros | None = None
    snoozed_until: Micros | None = None
    closed_at: Micros | None = None
    holding: bool = True
    calm_checks: int = 0
    flaps: int = 0
    escalated: int = 0
    dismissed_reason: str = ""
    merged_into: int | None = None
    suppressed: bool = False
    """It began during a maintenance window, and does not ring before that ends."""

    @property
    def live(self) -> bool:
        """Whether the episode goes on."""
        return self.state in LIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a rule found, ready to open an alert or to join the live one of its fingerprint.

    ``subject`` tells episodes of one rule and scope apart (one leaked term from another).
    ``holding`` is true for a condition that goes on until a check finds it false (a surge, a
    failing source), false for what simply happened (a leak). ``evidence`` holds mention ids.
    """

    brand: str
    alert_class: AlertClass
    rule: str
    scope: str = ""
    subject: str = ""
    severity: Severity
    title: Sentence
    explanation: tuple[Sentence, ...] = ()
    figures: Mapping[str, int | float | str] = field(default_factory=dict)
    thin_baseline: bool = False
    holding: bool = True
    evidence: tuple[int, ...] = ()
    peak: str = ""
    """The figure of which the alert also tells the most it has been, if there is one."""
    for_good: bool = False
    """A dismissal settles it: the same subject fires again only if it grows worse."""

    @property
    def fingerprint(self) -> str:
        """Rule, brand, scope and subject as one name."""
        return fingerprint(self.rule, self.brand, self.scope, self.subject)


def fingerprint(rule: str, brand: str, scope: str = "", subject: str = "") -> str:
    """Return the name under which evidence of a rule joins; parts are kept apart by newlines."""
    return "\n".join(part.replace("\n", " ") for part in (rule, brand, scope, subject))


def rule_key(rule: str, brand: str) -> str:
    """Return the value a mute of a rule has in the store: this rule, for this brand."""
    return f"{rule}@{brand}"
