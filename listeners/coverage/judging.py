"""What coverage comes to: one verdict a network, and which to add or to drop."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from listeners.coverage.facts import QUIET_DAYS, Advice, Listening, Reached
from listeners.model import Sentence, SourceState

Verdict = Literal["deaf", "unheard", "unanswered", "quiet", "answering", "hearing", "elsewhere"]

FEW = 3
"""From so many on, mentions are worth a word: fewer may be chance."""
ANSWERED_LITTLE = 0.5
"""Below this share of answers, those who ask are not being answered."""
MOSTLY_NOISE = 0.8
"""From this share of ignored mentions on, a source brings noise."""


def verdict(one: Reached) -> Verdict:
    """Say in one word how a network is covered.

    *deaf*: a source is there and cannot hear. *unheard*: the audience is there by profile, or
    speaks there by its links, and nothing listens. *unanswered*: those who ask get no answer.
    *quiet*: we listen and nothing is said. *answering*: they ask and we answer. *hearing*: they
    speak and ask nothing. *elsewhere*: nobody we want is there, nothing listens, nothing was heard;
    what was brought in without a source, by an import, is judged like the rest.
    """
    if one.sources and not one.healthy:
        return "deaf"
    if not one.sources and (one.groups or one.linked >= FEW or one.rivals):
        return "unheard"
    if not one.sources and not one.mentions:
        return "elsewhere"
    if not one.mentions:
        return "quiet"
    if not one.asked:
        return "hearing"
    return "unanswered" if one.answered / one.asked < ANSWERED_LITTLE else "answering"


def said(one: Reached) -> Sentence:
    """Return the verdict in words, with its numbers."""
    numbers = {"heard": one.mentions, "asked": one.asked, "answered": one.answered}
    match verdict(one):
        case "deaf":
            return Sentence("We mean to listen here and cannot: the source says why.")
        case "unheard":
            return Sentence("The audience is here, and we do not listen.")
        case "unanswered":
            return Sentence(
                "People ask here and wait: of {asked} who asked, {answered} got an answer.",
                numbers,
            )
        case "quiet":
            return Sentence("We listen here, and nothing was said in four weeks.")
        case "answering":
            return Sentence(
                "People speak here and are answered: of {asked} who asked, {answered}.", numbers
            )
        case "hearing":
            return Sentence("People speak here and ask nothing: heard {heard}.", numbers)
        case _:
            return Sentence("Nobody we want to reach is here, as far as is known.")


def advice(networks: Iterable[Reached]) -> list[Advice]:
    """Return which networks to add and which sources to drop, those with most evidence first."""
    found: list[tuple[int, Advice]] = []
    for one in networks:
        if not one.sources:
            evidence = _worth_adding(one)
            if evidence:
                weight = 1000 * len(one.groups) + 10 * one.rivals + one.linked
                found.append((weight, Advice("add", one.network, evidence=evidence)))
        for source in one.sources:
            evidence = _worth_dropping(one, source)
            if evidence:
                found.append((0, Advice("drop", one.network, source.key, evidence)))
    return [each for _weight, each in sorted(found, key=lambda pair: -pair[0])]


def _worth_adding(one: Reached) -> tuple[Sentence, ...]:
    evidence = [
        Sentence("{group} are on it by the profile.", {"group": group.name}) for group in one.groups
    ]
    if one.linked >= FEW:
        evidence.append(
            Sentence("Mentions heard elsewhere that link there: {count}.", {"count": one.linked})
        )
    if one.rivals >= FEW:
        evidence.append(
            Sentence("Mentions of competitors heard there: {count}.", {"count": one.rivals})
        )
    if evidence and not one.known:
        evidence.append(
            Sentence("hubbub has no listener for it: a feed, the mailbox or an import reach it.")
        )
    elif evidence and one.needs is not None:
        evidence.append(one.needs)
    return tuple(evidence)


def _worth_dropping(one: Reached, source: Listening) -> tuple[Sentence, ...]:
    """Return why a source may go; one that could not hear, or is young, proves nothing."""
    if source.state is not SourceState.OK or source.days < QUIET_DAYS:
        return ()
    evidence: list[Sentence] = []
    if not source.heard:
        evidence.append(
            Sentence("Nothing heard in {days} days, while it was well.", {"days": QUIET_DAYS})
        )
    elif source.heard >= 5 * FEW and source.noise / source.heard >= MOSTLY_NOISE:
        evidence.append(
            Sentence(
                "Mostly noise: of {heard} heard, {noise} were ignored.",
                {"heard": source.heard, "noise": source.noise},
            )
        )
    if evidence and source.spent > 0:
        evidence.append(Sentence("It cost ${amount}.", {"amount": f"{source.spent:.2f}"}))
    if evidence and one.groups:
        names = ", ".join(group.name for group in one.groups)
        evidence.append(
            Sentence("Yet {group} are on it by the profile: ask elsewhere there.", {"group": names})
        )
    return tuple(evidence)
