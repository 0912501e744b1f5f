"""Our own accounts saying what nobody of ours wrote: a stolen account looks like this first.

What an account of ours posts is held against its habits (the hosts it linked to, the hours it
posted at, the name it bore), against what is planned, and against the rules on leaks and abuse. A
reply sent from here is known, and never doubted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from listeners.conversations.clock import BusinessHours, is_open
from listeners.model import HOUR, Micros, Sentence, Severity
from listeners.planning.matching import ALIKE, likeness
from listeners.planning.matching import NEAR as AROUND
from listeners.risk.finding import Finding

ENOUGH_POSTS = 20
"""Posts of an account that make its habits known; with fewer, neither hour nor host is strange."""
NEAR = 1
"""Hours beside one in which it has posted before that are usual too."""
UNPLANNED = "own unplanned"
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


@dataclass(frozen=True, slots=True)
class Slot:
    """A post that is planned and agreed to: its words, and the time it is meant for.

    ``from_at`` and ``to_at`` are the same moment, but for one that is planned for a whole day.
    ``taken`` says that another post of ours is known around then, which may be the one meant.
    """

    text: str
    from_at: Micros
    to_at: Micros
    taken: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planned around a post of ours, and whether its channel is planned at all."""

    slots: tuple[Slot, ...] = ()
    kept: bool = False


NO_PLAN = Plan()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPost:
    """A post of ours as it is judged. ``hosts`` are those it links to, in lower case.

    ``opens`` says that it begins a thread: answers are nobody's plan.
    """

    at: Micros
    hosts: tuple[str, ...]
    findings: tuple[Finding, ...]
    known_hosts: Collection[str]
    hours: BusinessHours
    habits: Habits
    text: str = ""
    opens: bool = True
    plan: Plan = NO_PLAN


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
    planned = is_planned(post)
    closed = not post.hours.always and not is_open(post.at, post.hours)
    if known and closed and not planned:
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
    unplanned = post.plan.kept and post.opens and not planned
    return (*found, *_unplanned(found, closed)) if unplanned else tuple(found)


def _unplanned(found: Sequence[Doubt], closed: bool) -> tuple[Doubt, ...]:
    """Return what it means that nobody planned a post: of itself nothing, beside a sign a lot."""
    if any(one.rule == "own hour" for one in found):
        # Outside planned actions, hours and habits.
        return (Doubt(UNPLANNED, Severity.HIGH, Sentence("Nobody planned it.")),)
    if found:
        return (Doubt(UNPLANNED, Severity.WARN, Sentence("Nobody planned it.")),)
    if closed:
        outside = Sentence("It was posted outside our hours, and nobody planned it.")
        return (Doubt(UNPLANNED, Severity.WARN, outside),)
    return ()


def is_planned(post: OwnPost) -> bool:
    """Return whether a post is one that was planned: by its words, or as the only one there is."""
    near = [one for one in post.plan.slots if one.from_at - AROUND <= post.at <= one.to_at + AROUND]
    if any(likeness(one.text, post.text) >= ALIKE for one in near):
        return True
    return post.opens and len(near) == 1 and not near[0].taken


def severity_of(found: Sequence[Doubt]) -> Severity:
    """Return how bad several doubts are together: two signs are worse than each.

    That nobody planned it is no sign of its own.
    """
    worst = max(one.severity for one in found)
    signs = [one for one in found if one.rule != UNPLANNED]
    return Severity.CRITICAL if len(signs) > 1 and worst >= Severity.HIGH else worst


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
