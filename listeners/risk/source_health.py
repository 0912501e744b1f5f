"""Trouble with a source: what we do not hear, we cannot answer."""

from __future__ import annotations

from dataclasses import dataclass

from listeners.model import HOUR, Gap, Micros, Sentence, Severity, SourceState


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRules:
    """``failures`` in a row; the times are in microseconds."""

    failures: int = 3
    throttled: int = HOUR
    grave: int = 6 * HOUR


USUAL_RULES = SourceRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """How a source is doing. ``failures`` counts failed rounds in a row."""

    label: str
    state: SourceState
    state_since: Micros
    failures: int = 0
    last_ok_at: Micros | None = None
    gap: Gap | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTrouble:
    """One trouble: its rule, how bad, and what it says."""

    rule: str
    severity: Severity
    title: Sentence
    explanation: tuple[Sentence, ...]


RULES = ("source failing", "source throttled", "token expired", "out of credits", "gap")
"""The rules of this file; one that is not among the troubles of a check is calm."""

_BROKEN = frozenset({SourceState.FORMAT_CHANGED, SourceState.GONE, SourceState.BLOCKED})
_LOCKED_OUT = frozenset({SourceState.NEEDS_TOKEN, SourceState.TOKEN_EXPIRED})


def source_health(
    facts: SourceFacts, now: Micros, rules: SourceRules = USUAL_RULES
) -> tuple[SourceTrouble, ...]:
    """Return what is wrong with the source; empty when nothing is."""
    found: list[SourceTrouble] = []
    name = {"source": facts.label}
    unheard = _unheard(facts, now)
    grave = facts.last_ok_at is not None and now - facts.last_ok_at >= rules.grave
    failing = facts.state is SourceState.FAILING and facts.failures >= rules.failures
    if failing or facts.state in _BROKEN:
        found.append(
            SourceTrouble(
                rule="source failing",
                severity=Severity.HIGH if grave else Severity.WARN,
                title=Sentence("{source} cannot be read", name),
                explanation=(
                    Sentence("{count} failures in a row", {"count": facts.failures})
                    if failing
                    else Sentence("state: {state}", {"state": facts.state.value}),
                    *unheard,
                ),
            )
        )
    long = now - facts.state_since >= rules.throttled
    if facts.state is SourceState.RATE_LIMITED and long:
        minutes = (now - facts.state_since) // 60_000_000
        found.append(
            SourceTrouble(
                rule="source throttled",
                severity=Severity.WARN,
                title=Sentence("{source} has been holding us back for long", name),
                explanation=(
                    Sentence("rate limited for {minutes} min", {"minutes": minutes}),
                    *unheard,
                ),
            )
        )
    if facts.state in _LOCKED_OUT and facts.last_ok_at is not None:
        found.append(
            SourceTrouble(
                rule="token expired",
                severity=Severity.HIGH,
                title=Sentence("{source} no longer accepts our token", name),
                explanation=(Sentence("give it a new token in the configuration"), *unheard),
            )
        )
    if facts.state is SourceState.OUT_OF_CREDITS:
        found.append(
            SourceTrouble(
                rule="out of credits",
                severity=Severity.WARN,
                title=Sentence("{source} is not read: its budget or its credits are used up", name),
                explanation=(
                    Sentence("nothing more is spent; raise the budget, or wait for the next day"),
                    *unheard,
                ),
            )
        )
    if facts.gap is not None:
        found.append(
            SourceTrouble(
                rule="gap",
                severity=Severity.WARN,
                title=Sentence("{source} has a gap that could not be filled", name),
                explanation=(facts.gap.reason,),
            )
        )
    return tuple(found)


def _unheard(facts: SourceFacts, now: Micros) -> tuple[Sentence, ...]:
    if facts.last_ok_at is None:
        return (Sentence("it has never worked yet"),)
    minutes = (now - facts.last_ok_at) // 60_000_000
    return (Sentence("last heard {minutes} min ago", {"minutes": minutes}),)
