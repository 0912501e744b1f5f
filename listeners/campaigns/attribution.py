"""Which mentions are a campaign's, and why: decided from one mention and its campaign alone.

A mention of the brand is a campaign's when it was written on one of its channels, from a day
before its first day to two weeks after its last one, and one of these holds, the first that does
being the reason: a plan of the campaign says that it is our post; it matches the terms; it carries
one of the tags as a hashtag, or its conversation carries one as a tag; or it was written below one
of our posts that is the campaign's. Our own posts become the campaign's by their plan, the terms
or the tags, never as an answer: what we answer there is work, not campaign.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from listeners.campaigns.campaign import Campaign
from listeners.model import DAY, Micros
from listeners.query import Query, QuerySyntaxError, Subject, parse
from listeners.query.subject import Reading
from listeners.query.words import folded_label

BEFORE = DAY
"""How long before the first day of a campaign a mention can be its own: somebody heard early."""
AFTER = 14 * DAY
"""How long after its last day: what people still say of it."""

Why = Literal["plan", "terms", "tag", "answer", "hand"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One mention as attribution sees it.

    ``tags`` are those of its conversation, ``planned`` the numbers of the campaigns of which a
    plan names it as our post, ``below`` those below a post of which it was written.
    """

    id: int
    brand_id: int
    at: Micros
    ours: bool
    subject: Subject
    tags: frozenset[str] = frozenset()
    planned: frozenset[int] = frozenset()
    below: frozenset[int] = frozenset()


class Asking:
    """What one campaign asks of a mention, made ready to be asked of many."""

    def __init__(self, campaign: Campaign, brand_id: int) -> None:
        self.campaign = campaign
        self.brand_id = brand_id
        self.from_at, self.to_at = reach_of(campaign)
        self._channels = frozenset(campaign.channels)
        self._tags = frozenset(folded_label(tag) for tag in campaign.tags) - {""}
        self._terms = _readable(campaign.terms)

    def why(self, one: Candidate, reading: Reading) -> Why | None:
        """Return why a mention is the campaign's, ``None`` if it is not."""
        if one.brand_id != self.brand_id:
            return None
        if self.campaign.id in one.planned:
            return "plan"
        if not self.from_at <= one.at < self.to_at:
            return None
        if self._channels and one.subject.network not in self._channels:
            return None
        if self._terms is not None and self._terms.test(reading) is not None:
            return "terms"
        if self._tags and (self._tags & reading.tags or self._tags & one.tags):
            return "tag"
        return "answer" if not one.ours and self.campaign.id in one.below else None


def reach_of(campaign: Campaign) -> tuple[Micros, Micros]:
    """Return from when until when a mention can be a campaign's; the end is no part of it."""
    return Micros(campaign.from_at - BEFORE), Micros(campaign.to_at + AFTER)


def decided(
    candidates: Iterable[Candidate], asking: Iterable[Asking]
) -> dict[tuple[int, int], Why]:
    """Return why mentions are campaigns', by the numbers of campaign and mention."""
    asked = list(asking)
    found: dict[tuple[int, int], Why] = {}
    for one in candidates:
        reading = Reading(one.subject)
        for each in asked:
            why = each.why(one, reading)
            if why is not None:
                found[each.campaign.id, one.id] = why
    return found


class Link(NamedTuple):
    """A message of a thread: its id at its network, and what it answers there."""

    id: int
    network: str
    native_id: str
    parent: str | None
    root: str | None


def below(links: Iterable[Link], tops: Mapping[int, frozenset[int]]) -> dict[int, frozenset[int]]:
    """Return under whose posts each message of a thread was written.

    ``tops`` are our posts by mention, each with the campaigns it belongs to. A message is below
    every post that its answers lead up to; where a message in between is not stored, its root
    stands for it.
    """
    known = {(one.network, one.native_id): one for one in links}
    found: dict[int, frozenset[int]] = {}
    for one in known.values():
        path: list[Link] = []
        here: Link | None = one
        while here is not None and here.id not in found:
            found[here.id] = frozenset()
            path.append(here)
            here = _above(here, known)
        gathered: frozenset[int] = frozenset()
        if here is not None:
            gathered = found[here.id] | tops.get(here.id, frozenset())
        for link in reversed(path):
            found[link.id] = gathered
            gathered = gathered | tops.get(link.id, frozenset())
    return {id_: campaigns for id_, campaigns in found.items() if campaigns}


def _above(link: Link, known: Mapping[tuple[str, str], Link]) -> Link | None:
    parent = known.get((link.network, link.parent)) if link.parent else None
    if parent is None and link.root:
        parent = known.get((link.network, link.root))
    return parent


def _readable(terms: str) -> Query | None:
    if not terms:
        return None
    try:
        return parse(terms)
    except QuerySyntaxError:
        # A newer hubbub may have written it: what cannot be read catches nothing.
        return None
