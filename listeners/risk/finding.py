"""One thing a risk rule found in a text, and how it is shown without showing it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from listeners.model import Sentence, Severity

HIDDEN = "••••••"
"""Stands for what is hidden, whatever its length: the length of a secret tells something too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule's hit in a text.

    ``rule`` names the rule, ``risk`` what it means: ``leak``, ``exposed`` (somebody's own
    address or number: offer to move to private messages), ``boycott``, ``legal``, ``safety``,
    ``hack``, ``press`` or ``abuse``. ``start`` and ``end`` delimit it in the text that was read.
    ``masked`` and ``sentence`` never hold what must not be seen. ``subject`` is a digest that
    tells one secret from another, so that each has its own alert.
    """

    rule: str
    risk: str
    severity: Severity
    start: int
    end: int
    masked: str
    sentence: Sentence
    subject: str = ""

    @property
    def secret(self) -> bool:
        """Whether the words themselves must be masked wherever the finding is shown."""
        return self.risk in ("leak", "exposed")


def mask(text: str, findings: Iterable[Finding]) -> str:
    """Return ``text`` with every secret span replaced by its masked form."""
    pieces: list[str] = []
    at = 0
    secret = sorted(
        (finding for finding in findings if finding.secret and finding.rule not in TELLTALES),
        key=lambda finding: (finding.start, -finding.end),
    )
    for finding in secret:
        if finding.start < at:
            # Overlapping an earlier span: hide what reaches beyond it.
            at = max(at, finding.end)
            continue
        pieces += [text[at : finding.start], finding.masked]
        at = finding.end
    return "".join([*pieces, text[at:]])


TELLTALES = frozenset({"internal words", "shared document"})
"""Leak rules whose hit is a telltale, not the secret itself."""


def risk_classes(findings: Iterable[Finding]) -> frozenset[str]:
    """Return the classes that count as a risk: all but somebody's own exposed data."""
    return frozenset(finding.risk for finding in findings) - {"exposed"}


def worst(findings: Sequence[Finding]) -> Severity:
    """Return the highest severity, ``INFO`` for none."""
    return max((finding.severity for finding in findings), default=Severity.INFO)
