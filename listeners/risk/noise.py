"""What a person has muted for one rule: a word, or an author, that raises false alarms.

A muted word does not silence the rule: what is left of the evidence still fires it. A draft whose
evidence is muted altogether is no alert. A condition of numbers (a surge) counts as muted when
three quarters of its sampled evidence are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from listeners.risk.alert import Draft, rule_key
from listeners.text import fold

NoiseKind = Literal["rule word", "rule author"]
NOISE_KINDS: tuple[NoiseKind, ...] = ("rule word", "rule author")
OF_NUMBERS = frozenset({"surge", "negative spike", "negative share", "silence", "overdue"})
"""Rules on numbers; the mentions they keep are only samples of their evidence."""
MOSTLY = 0.75
"""The share of muted evidence from which a condition of numbers is noise."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is looked at of a piece of evidence: its folded text, and ``network:key`` of who."""

    text: str
    author: str


Noise = Mapping[str, tuple[tuple[NoiseKind, str], ...]]
"""What is muted, by the rule's key (``rule_key``)."""


def noise_value(rule: str, brand: str, what: str) -> str:
    """Return the value such a mute has in the store."""
    return f"{rule_key(rule, brand)}\n{what}"


def noise_of(muted: Mapping[str, Iterable[str]]) -> Noise:
    """Return what the mutes of the store silence, by rule."""
    found: dict[str, list[tuple[NoiseKind, str]]] = {}
    for kind in NOISE_KINDS:
        for value in muted.get(kind, ()):
            rule, _, what = value.partition("\n")
            found.setdefault(rule, []).append((kind, what))
    return {rule: tuple(whats) for rule, whats in found.items()}


def is_noise(said: Said, muted: Iterable[tuple[NoiseKind, str]]) -> bool:
    """Return whether one piece of evidence is muted."""
    return any(
        said.author == what if kind == "rule author" else holds(said.text, what)
        for kind, what in muted
    )


def holds(folded: str, word: str) -> bool:
    """Return whether a folded text holds a word, whole."""
    wanted = re.escape(fold(word))
    return bool(wanted) and re.search(rf"(?<!\w){wanted}(?!\w)", folded) is not None


def without_noise(
    drafts: Iterable[Draft], said: Mapping[int, Said], noise: Noise
) -> tuple[Draft, ...]:
    """Return the drafts without their muted evidence, and without those that are noise."""
    return tuple(kept for draft in drafts if (kept := _kept(draft, said, noise)) is not None)


def _kept(draft: Draft, said: Mapping[int, Said], noise: Noise) -> Draft | None:
    muted = noise.get(rule_key(draft.rule, draft.brand), ())
    if not muted or not draft.evidence:
        return draft
    left = [id_ for id_ in draft.evidence if id_ not in said or not is_noise(said[id_], muted)]
    if silenced(len(draft.evidence), len(left), holding=draft.holding):
        return None
    return draft if draft.holding else replace(draft, evidence=tuple(left))


def silenced(whole: int, left: int, *, holding: bool) -> bool:
    """Return whether an alert is noise, given how much of its evidence is left of the whole."""
    if not whole:
        return False
    return whole - left >= MOSTLY * whole if holding else left == 0


@dataclass(frozen=True, slots=True)
class Past:
    """A past alert of a rule: what spoke for it, and whether a person called it a false alarm."""

    id: int
    dismissed: bool
    holding: bool
    said: Sequence[Said]


@dataclass(frozen=True, slots=True)
class Effect:
    """What muting something would have done to past alerts of the rule."""

    kind: NoiseKind
    what: str
    false: int
    of_false: int
    real: int
    of_real: int


def effect(kind: NoiseKind, what: str, past: Iterable[Past]) -> Effect:
    """Replay the evidence of past alerts with ``what`` muted, and count what would have stayed
    silent: false alarms and real ones."""
    counts = {True: [0, 0], False: [0, 0]}
    for one in past:
        left = sum(not is_noise(said, ((kind, what),)) for said in one.said)
        quiet = silenced(len(one.said), left, holding=one.holding)
        counts[one.dismissed][0] += quiet
        counts[one.dismissed][1] += 1
    (false, of_false), (real, of_real) = counts[True], counts[False]
    return Effect(kind, what, false, of_false, real, of_real)


def best(effects: Iterable[Effect]) -> Effect | None:
    """Return the mute most worth offering: it silences false alarms, and hardly a real one."""
    useful = [one for one in effects if one.false and one.false > one.real]
    return max(useful, key=lambda one: (one.false - 2 * one.real, -len(one.what)), default=None)
