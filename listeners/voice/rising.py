"""What is said far more than usual: log-odds with an informative Dirichlet prior.

Monroe, Colaresi and Quinn, "Fightin' Words", Political Analysis 16 (2008), 372-403, equations 16
to 22. For a term said ``y`` times among ``n`` now, ``y'`` among ``n'`` usually, with a prior of
``a`` among ``a0``::

    delta = log((y + a) / (n + a0 - y - a)) - log((y' + a) / (n' + a0 - y' - a))
    sigma^2 = 1 / (y + a) + 1 / (y' + a)          z = delta / sigma

``y`` counts mentions, so that a word said ten times in one post is said once; ``n`` is the sum of
``y`` over all phrases for a phrase, and over all words, hashtags and emoji for one of these: where
nobody used hashtags before, the first one rises too. The prior is what both stretches say
together, weighed as a tenth of it: a term that is rare on both sides is drawn to "no
difference", a frequent one is not.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from heapq import heapify, heappop
from typing import NamedTuple

from listeners.model import Label
from listeners.voice.cutting import KINDS, LINKING, Cut, Kind, Term

FEWEST = 3
"""Mentions, and distinct authors, that a term needs to be told at all."""
MOST_OF_ONE = 0.5
"""The share of a term's mentions one author may have: the spam of one account is no theme."""
SURE = 1.645
"""Standard errors from which a term rises: 1 in 20 terms that do not rise would look so. It asks
more of what was never said before: what one did not hear is known least."""
ENOUGH_USUAL = 20
"""Mentions from which the usual is one; with fewer, what is said most is told instead."""
MOST_RISEN = 200
PRIOR = 0.1
"""What the prior weighs, as a share of all that was said on both sides."""


class Odds(NamedTuple):
    """How much likelier a term is now than usually (natural log), and in standard errors."""

    delta: float
    z: float


def log_odds(now: int, of_now: int, usual: int, of_usual: int, prior: float, of_prior: float
             ) -> Odds:  # fmt: skip
    """Return the weighted log-odds of one term, equations 16, 19 and 22 of the source.

    ``now`` of ``of_now`` and ``usual`` of ``of_usual`` are counts; ``prior`` is above zero.
    """
    here = now + prior
    there = usual + prior
    rest_here = max(of_now + of_prior - here, 0.5)
    rest_there = max(of_usual + of_prior - there, 0.5)
    delta = math.log(here / rest_here) - math.log(there / rest_there)
    return Odds(delta, delta / math.sqrt(1 / here + 1 / there))


class Spoken(NamedTuple):
    """One mention: its number, its author's, how it sounds, and what it says."""

    id: int
    author: int
    label: Label
    cut: Cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Rising:
    """A term with what is known of it.

    ``times`` is the share of mentions with it now against usually, ``None`` where it was never
    said before or nothing is usual yet; ``z`` is ``None`` in that last case alone. ``mentions``
    are the numbers of those that say it, the newest first.
    """

    term: Term
    written: str
    now: int
    usual: int
    times: float | None
    z: float | None
    authors: int
    negative: int
    positive: int
    scored: int
    mentions: tuple[int, ...]

    @property
    def net(self) -> float | None:
        """Net sentiment of the mentions with it; ``None`` where none is scored."""
        return (self.positive - self.negative) / self.scored if self.scored else None


Wanted = Mapping[Kind, Set[str]]
"""The terms that are looked for, by kind."""


@dataclass(slots=True)
class Side:
    """How many mentions of one side say each term looked for, and all terms of a kind together."""

    mentions: int = 0
    said: Counter[Term] = field(default_factory=Counter)
    of_kind: Counter[Kind] = field(default_factory=Counter)

    def of_all(self, kind: Kind) -> int:
        """Return how often all is said that a term of a kind is counted among."""
        phrases = self.of_kind["phrase"]
        return phrases if kind == "phrase" else self.of_kind.total() - phrases

    def add(self, cut: Cut, wanted: Wanted) -> None:
        """Count what one more mention says; only terms that are wanted are counted apart."""
        self.mentions += 1
        for kind in KINDS:
            said = cut.said(kind)
            if said:
                self.of_kind[kind] += len(said)
                self.said.update(Term(kind, one) for one in said & wanted[kind])


Sayings = Mapping[Term, Sequence[Spoken]]
"""Terms and the mentions that say them, in the order they were given."""


def by_several(saying: Sequence[Spoken]) -> bool:
    """Whether enough people say it, none of them most of it."""
    authors = Counter([one.author for one in saying])
    return len(authors) >= FEWEST and max(authors.values()) <= MOST_OF_ONE * len(saying)


class Gathering:
    """Finds the terms that are said often enough, in three passes over the same mentions.

    Each pass is given all mentions, a few at a time; a phrase is as rare as its rarer word, so
    those of rare words are never kept.
    """

    def __init__(self) -> None:
        self.side = Side()
        self._counted: dict[Kind, Counter[str]] = {kind: Counter() for kind in KINDS}
        self._often: dict[Kind, frozenset[str]] = {}
        self._found: dict[Kind, defaultdict[str, list[Spoken]]] = {
            kind: defaultdict(list) for kind in KINDS
        }

    def count(self, spoken: Iterable[Spoken]) -> None:
        """First pass: count everything but phrases."""
        for one in spoken:
            self.side.mentions += 1
            for kind in KINDS:
                said = one.cut.said(kind)
                self.side.of_kind[kind] += len(said)
                if kind != "phrase":
                    self._counted[kind].update(said)

    def count_phrases(self, spoken: Iterable[Spoken]) -> None:
        """Second pass: count the phrases made of words that are said often enough."""
        words = self._enough("word") | LINKING
        self._counted["phrase"].update(
            phrase
            for one in spoken
            for phrase in one.cut.said("phrase")
            if words.issuperset(phrase.split(" "))
        )

    def collect(self, spoken: Iterable[Spoken]) -> None:
        """Third pass: take down who says each term that is said often enough."""
        often = {kind: self._enough(kind) for kind in KINDS}
        for one in spoken:
            for kind in KINDS:
                found = self._found[kind]
                for text in one.cut.said(kind) & often[kind]:
                    found[text].append(one)

    @property
    def found(self) -> Sayings:
        """The terms said often enough, once every pass is through; ``side`` is then counted."""
        found = {
            Term(kind, text): saying
            for kind, by_text in self._found.items()
            for text, saying in by_text.items()
        }
        self.side.said.update({term: len(saying) for term, saying in found.items()})
        return found

    def _enough(self, kind: Kind) -> frozenset[str]:
        known = self._often.get(kind)
        if known is None:
            counted = self._counted[kind].items()
            known = frozenset(text for text, count in counted if count >= FEWEST)
            self._often[kind] = known
            self._counted[kind].clear()
        return known


def wanted_of(found: Iterable[Term]) -> Wanted:
    """Return terms by their kind."""
    by_kind: dict[Kind, set[str]] = {kind: set() for kind in KINDS}
    for term in found:
        by_kind[term.kind].add(term.text)
    return by_kind


class Ranked(NamedTuple):
    """A term in its order: the surest first, of equals the one said most, phrases before words."""

    z: float
    said: int
    other: bool
    term: Term
    odds: Odds | None


def ranked(terms: Iterable[Term], now: Side, usual: Side) -> list[Ranked]:
    """Return the terms of these that rise, in no order; all of them where nothing is usual yet."""
    thin = usual.mentions < ENOUGH_USUAL
    found: list[Ranked] = []
    for term in terms:
        odds = None if thin else odds_of(term, now, usual)
        if odds is None or odds.z >= SURE:
            z = odds.z if odds is not None else 0.0
            found.append(Ranked(-z, -now.said[term], term.kind != "phrase", term, odds))
    return found


def rising(
    found: Sayings,
    now: Side,
    usual: Side,
    written: Callable[[Term], str],
    order: Iterable[Ranked] | None = None,
    limit: int = MOST_RISEN,
) -> list[Rising]:
    """Return the terms that rise, said by several, the surest first, ``limit`` at most.

    ``written`` says how one is mostly written; ``order`` is what ``ranked`` says of ``found``. With
    fewer than ``ENOUGH_USUAL`` mentions to compare with, the terms of most mentions are returned.
    """
    # A heap, since of tens of thousands only the first are wanted.
    heap = list(ranked(found, now, usual) if order is None else order)
    heapify(heap)
    risen: list[Rising] = []
    while heap and len(risen) < limit:
        one = heappop(heap)
        saying = found[one.term]
        if by_several(saying):
            risen.append(_rising(one.term, saying, now, usual, one.odds, written(one.term)))
    return risen


def _rising(
    term: Term, saying: Sequence[Spoken], now: Side, usual: Side, odds: Odds | None, written: str
) -> Rising:
    before = usual.said[term] if odds is not None else 0
    share = now.said[term] / now.mentions
    labels = Counter(one.label for one in saying)
    return Rising(
        term=term,
        written=written,
        now=now.said[term],
        usual=before,
        times=share / (before / usual.mentions) if before else None,
        z=None if odds is None else odds.z,
        authors=len({one.author for one in saying}),
        negative=labels[Label.NEGATIVE],
        positive=labels[Label.POSITIVE],
        scored=len(saying) - labels[Label.UNSCORED],
        mentions=tuple(one.id for one in saying),
    )


def odds_of(term: Term, now: Side, usual: Side) -> Odds:
    """Return how sure it is that a term is said more now, against all it is counted among."""
    here, there = now.of_all(term.kind), usual.of_all(term.kind)
    both = here + there
    prior = PRIOR * (now.said[term] + usual.said[term])
    return log_odds(now.said[term], here, usual.said[term], there, prior, PRIOR * both)
