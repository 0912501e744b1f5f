"""Accounts that may be one person's, each with its proof. A name alone is never one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from listeners.model import Sentence
from listeners.networks.persons import may_be_merged

Proof = Literal["both", "verified", "domain", "link", "words"]
PROOFS: Final[tuple[Proof, ...]] = ("both", "verified", "domain", "link", "words")
"""The kinds of proof, the strongest first: links both ways, a link the network has checked, a
handle that is the site the other links to, a link one way, the same words within a day."""
FEWEST_SAME_WORDS: Final = 2
"""How often two accounts must have said the same within a day."""


@dataclass(frozen=True, slots=True)
class Link:
    """An account's profile links to another account: to its page, or to the site it is named by."""

    account: int
    other: int
    url: str
    verified: bool = False
    domain: bool = False


@dataclass(frozen=True, slots=True)
class SameWords:
    """Two accounts posted the same words within a day, so many times."""

    account: int
    other: int
    times: int


@dataclass(frozen=True, slots=True)
class Who:
    """Whose an account is, and how it is told from others; ``networks`` are all of the person's."""

    person: int
    called: str
    networks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two persons who may be one, by one proof; ``one`` has the lower number."""

    one: int
    other: int
    proof: Proof
    evidence: Sentence


def likenesses(
    links: Iterable[Link],
    words: Iterable[SameWords],
    whose: dict[int, Who],
    apart: Iterable[tuple[int, int]] = (),
) -> list[Likeness]:
    """Return who may be one, each pair once by its strongest proof, the strongest first.

    ``whose`` leaves out whoever is no person (our own accounts); ``apart`` are pairs, the lower
    number first, of whom somebody said that they are not one. Never across a network that forbids
    it.
    """
    told = list(links)
    ways = {(one.account, one.other) for one in told}
    found: dict[tuple[int, int], Likeness] = {}
    refused = set(apart)
    for proof, account, other, evidence in _proofs(told, words, ways, whose):
        one, two = whose[account], whose[other]
        pair = (min(one.person, two.person), max(one.person, two.person))
        if one.person == two.person or pair in refused:
            continue
        if not may_be_merged(*one.networks, *two.networks):
            continue
        known = found.get(pair)
        if known is None or PROOFS.index(proof) < PROOFS.index(known.proof):
            found[pair] = Likeness(*pair, proof, evidence)
    return sorted(found.values(), key=lambda each: (PROOFS.index(each.proof), each.one, each.other))


_Found = tuple[Proof, int, int, Sentence]


def _proofs(
    links: Iterable[Link],
    words: Iterable[SameWords],
    ways: set[tuple[int, int]],
    whose: dict[int, Who],
) -> Iterable[_Found]:
    for link in links:
        if link.account not in whose or link.other not in whose:
            continue
        values = {
            "one": whose[link.account].called,
            "other": whose[link.other].called,
            "address": link.url,
        }
        if (link.other, link.account) in ways:
            sentence = Sentence("The profiles of {one} and {other} link to each other.", values)
            yield "both", link.account, link.other, sentence
        elif link.domain:
            sentence = Sentence("{other} is named by the site {one} links to: {address}.", values)
            yield "domain", link.account, link.other, sentence
        elif link.verified:
            sentence = Sentence(
                "{one} links to {other} ({address}), and its network saw a link back.", values
            )
            yield "verified", link.account, link.other, sentence
        else:
            sentence = Sentence("The profile of {one} links to {other}: {address}.", values)
            yield "link", link.account, link.other, sentence
    for same in words:
        known = same.account in whose and same.other in whose
        if known and same.times >= FEWEST_SAME_WORDS:
            said: dict[str, str | int | float] = {
                "one": whose[same.account].called,
                "other": whose[same.other].called,
                "count": same.times,
            }
            sentence = Sentence(
                "{one} and {other} said the same words within a day; times so far: {count}.", said
            )
            yield "words", same.account, same.other, sentence
