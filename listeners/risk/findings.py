"""All that the rules on texts find in one post: leaks and words of risk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from listeners.model import Post
from listeners.risk import leak, words
from listeners.risk.finding import HIDDEN, Finding, mask, risk_classes, worst

__all__ = [
    "HIDDEN",
    "Finding",
    "RiskRules",
    "as_mapping",
    "findings_in",
    "mask",
    "risk_classes",
    "worst",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskRules:
    """What the rules know of a brand: its public names, its secrets, its own addresses."""

    brand_terms: tuple[str, ...] = ()
    confidential: tuple[str, ...] = ()
    own_addresses: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Phrases added to the lists of words of risk, or with ``-`` taken off them."""


def findings_in(text: str, post: Post, rules: RiskRules) -> tuple[Finding, ...]:
    """Return everything found in ``text`` (the post's title and text), in order of place.

    The post must be about the brand. Leaks are looked for in public posts only, and never in what
    the post's own address or handle spells.
    """
    found = [
        *leak.find(
            text,
            rules.confidential,
            rules.own_addresses,
            brand_terms=rules.brand_terms,
            links=post.links,
            private=post.private,
        ),
        *words.find(text, rules.brand_terms, rules.words),
    ]
    return tuple(sorted(found, key=lambda finding: (finding.start, -finding.end)))


def as_mapping(finding: Finding) -> dict[str, object]:
    """Return the finding as plain values for the store; the secret itself is not among them."""
    return {
        "class": finding.risk,
        "rule": finding.rule,
        "severity": int(finding.severity),
        "start": finding.start,
        "end": finding.end,
        "masked": finding.masked,
    }
