"""Our own accounts saying what nobody of ours wrote: a stolen account looks like this first.

What an account of ours posts is held against its habits (the hosts it linked to, the hours it
posted at, the name it bore) and against the rules on leaks and abuse. A reply sent from here is
known, and never doubted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from listeners.conversations.clock import BusinessHours, is_open
from listeners.model import HOUR, Micros, Sentence, Severity
from listeners.risk.finding import Finding

ENOUGH_POSTS = 20
"""Posts of an account that make its habits known; with fewer, neither hour nor host is strange."""
NEAR = 1
"""Hours beside one in which it has posted before that are usual too."""
_GRAVE = frozenset({"leak", "abuse", "threat", "hack"})

DAY_HOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What an account of ours did in the last weeks: ``posts``, ``hosts``, hours of the day (UTC).

    ``hosts`` are those it linked to, ``hours`` those it posted in.
    """

    posts: int = 0
    hosts: frozenset[str] = frozenset()
    hours: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPost:
    """A post of ours as it is judged. ``hosts`` are those it links to, in lower case."""

    at: Micros
    hosts: tuple[str, ...]
    findings: tuple[Finding, ...]
    known_hosts: Collection[str]
    hours: BusinessHours
    habits: Habits


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing about a post of ours that somebody should look at."""

    rule: str
    severity: Severity
    sentence: Sentence


def doubts(post: OwnPost) -> tuple[Doubt, ...]:
    """Return what is strange about a post of ours, nothing for an ordinary one."""
    found: list[Doubt] = []
    grave = next((one for one in post.findings if one.risk in _GRAVE), None)
    if grave is not None:
        found.append(
            Doubt(
                "own words",
                Severity.CRITICAL,
                Sentence("It says what we would not: {masked}.", {"masked": grave.masked}),
            )
        )
    known = post.habits.posts >= ENOUGH_POSTS
    strange = [host for host in post.hosts if not _is_known(host, post)]
    if strange and known:
        found.append(
            Doubt(
                "own link",
                Severity.HIGH,
                Sentence(
                    "It links to {host}, where this account never linked before.",
                    {"host": strange[0]},
                ),
            )
        )
    if known and not post.hours.always and not is_open(post.at, post.hours):
        hour = post.at // HOUR % DAY_HOURS
        near = {(hour + step) % DAY_HOURS for step in range(-NEAR, NEAR + 1)}
        if not near & post.habits.hours:
            found.append(
                Doubt(
                    "own hour",
                    Severity.WARN,
                    Sentence("It was posted outside our hours, when this account never posts."),
                )
            )
    return tuple(found)


def severity_of(found: Sequence[Doubt]) -> Severity:
    """Return how bad several doubts are together: two signs are worse than each."""
    worst = max(one.severity for one in found)
    return Severity.CRITICAL if len(found) > 1 and worst >= Severity.HIGH else worst


def _is_known(host: str, post: OwnPost) -> bool:
    return host in post.habits.hosts or any(
        host == own or host.endswith(f".{own}") for own in post.known_hosts
    )


def renamed(before: tuple[str, str], now: tuple[str, str]) -> Sentence | None:
    """Return what changed of an account's (handle, display name); ``None`` for nothing."""
    for kind, was, is_ in zip(("handle", "name"), before, now, strict=True):
        if was and is_ and was != is_:
            values = {"before": was, "after": is_}
            return (
                Sentence("Its handle changed from {before} to {after}.", values)
                if kind == "handle"
                else Sentence("Its display name changed from {before} to {after}.", values)
            )
    return None
