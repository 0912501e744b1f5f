"""How grave a rule's alerts are for a brand, where its team decided that in the configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from listeners.model import Severity
from listeners.risk.alert import Draft

Severities = Mapping[str, Mapping[str, Severity | None]]
"""By brand: rule or class to severity, ``None`` for off."""


def is_off(draft: Draft, severities: Severities) -> bool:
    """Return whether the rule of a draft, or its whole class, is off."""
    chosen = severities.get(draft.brand, {})
    name = _named(draft, chosen)
    return name is not None and chosen[name] is None


def tuned(drafts: Iterable[Draft], severities: Severities) -> list[Draft]:
    """Return the drafts that are not off, as grave as the team said: the rule, else its class."""
    kept: list[Draft] = []
    for draft in drafts:
        chosen = severities.get(draft.brand, {})
        name = _named(draft, chosen)
        severity = chosen[name] if name is not None else draft.severity
        if severity is not None:
            kept.append(replace(draft, severity=severity))
    return kept


def _named(draft: Draft, chosen: Mapping[str, Severity | None]) -> str | None:
    return next((name for name in (draft.rule, draft.alert_class.value) if name in chosen), None)
