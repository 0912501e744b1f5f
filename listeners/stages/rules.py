"""From a history to moves: when a person came to each stage, and why.

*Connect*: they mentioned the brand. *Convince*: they wrote, we answered and they wrote again; or
they came back on another day; or they handed on something of ours. *Convert*: repeated positive
advocacy; or they are a customer; or they wanted to buy, we answered, and that was resolved or
thanked for. A stage never falls by itself: more facts bring a stage earlier, or a further one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, tzinfo

from listeners.clock import to_datetime
from listeners.model import DAY, Micros, Sentence
from listeners.stages.facts import (
    Answered,
    Fact,
    Marked,
    Move,
    Resolved,
    Said,
    Stage,
    StageRules,
)

_ORDER: dict[type[object], int] = {Said: 0, Answered: 1, Resolved: 2, Marked: 3}


def moves(history: Iterable[Fact], rules: StageRules, zone: tzinfo) -> tuple[Move, ...]:
    """Return the moves of one person with one brand, oldest first; empty without any mention.

    The facts may come in any order and more than once. ``zone`` is where a day begins and ends.
    """
    ordered = sorted(set(history), key=_when)
    walk = _Walk(rules, zone)
    for fact in ordered:
        walk.take(fact)
        if walk.ended:
            break
    return walk.moves()


def _when(fact: Fact) -> tuple[int, int, int, str]:
    number = fact.mention_id if isinstance(fact, Said) else 0
    if isinstance(fact, (Answered, Resolved)):
        number = fact.conversation
    return fact.at, _ORDER[type(fact)], number, fact.tag if isinstance(fact, Marked) else ""


class _Walk:
    """A history, fact by fact in the order of time, and what was seen so far."""

    def __init__(self, rules: StageRules, zone: tzinfo) -> None:
        self._rules = rules
        self._zone = zone
        self._found: dict[Stage, Move] = {}
        self._marked: Marked | None = None
        self._last: Said | None = None
        self._good_days: set[date] = set()
        self._spoke: set[int] = set()
        self._answered: set[int] = set()
        self._wants: dict[int, Said] = {}
        self._served: set[int] = set()

    def take(self, fact: Fact) -> None:
        """Look at the next fact."""
        match fact:
            case Said():
                self._said(fact)
            case Answered():
                if fact.conversation in self._spoke:
                    self._answered.add(fact.conversation)
                if fact.conversation in self._wants:
                    self._served.add(fact.conversation)
            case Resolved():
                if fact.conversation in self._served:
                    bought = Sentence("Wanted to buy, we answered, and it was resolved")
                    self._move("convert", fact.at, bought, self._wants[fact.conversation])
            case Marked():
                self._marked = self._marked or fact

    @property
    def ended(self) -> bool:
        """Whether what comes later can change nothing."""
        return "convert" in self._found

    def moves(self) -> tuple[Move, ...]:
        """Return what was found; a stage that was only reached after a further one is none."""
        connect = self._found.get("connect")
        if connect is None:
            return ()
        if self._marked is not None:
            self._move("convert", max(connect.at, self._marked.at), _why(self._marked), None)
        return in_order(self._found.values())

    def _said(self, said: Said) -> None:
        if said.repost and not said.shares:
            return
        first = Sentence("First mention, on {network}", {"network": said.network})
        if said.repost:
            first = Sentence("Shared our content, on {network}", {"network": said.network})
        self._move("connect", said.at, first, said)
        if said.shares:
            self._move("convince", said.at, Sentence("Shared our content"), said)
        if said.repost:
            return
        self._exchange(said)
        self._return(said)
        self._praise(said)
        self._purchase(said)

    def _exchange(self, said: Said) -> None:
        if said.answers:
            replied = Sentence("They answered what we had written to them")
            self._move("convince", said.at, replied, said)
        if said.conversation is None:
            return
        if said.conversation in self._answered:
            talked = Sentence("They wrote, we answered, they wrote again")
            self._move("convince", said.at, talked, said)
        self._spoke.add(said.conversation)

    def _return(self, said: Said) -> None:
        last, self._last = self._last, said
        if last is None or self._day(last) == self._day(said):
            return
        days = (self._day(said) - self._day(last)).days
        if said.at - last.at <= self._rules.return_days * DAY:
            came = Sentence(
                "Came back: {days} of at most {limit} days between two mentions",
                {"days": days, "limit": self._rules.return_days},
            )
            self._move("convince", said.at, came, said)

    def _praise(self, said: Said) -> None:
        if not said.positive:
            return
        self._good_days.add(self._day(said))
        if len(self._good_days) >= self._rules.advocacy:
            praised = Sentence(
                "Positive mentions on different days: {count}", {"count": len(self._good_days)}
            )
            self._move("convert", said.at, praised, said)

    def _purchase(self, said: Said) -> None:
        if said.conversation is None:
            return
        if said.conversation in self._served and said.positive and said.thanks:
            thanked = Sentence("Wanted to buy, we answered, and they thanked us")
            self._move("convert", said.at, thanked, self._wants[said.conversation])
        if said.purchase:
            self._wants.setdefault(said.conversation, said)

    def _move(self, stage: Stage, at: Micros, reason: Sentence, shows: Said | None) -> None:
        known = self._found.get(stage)
        if known is None or at < known.at:
            mention = None if shows is None else shows.mention_id
            self._found[stage] = Move(stage, at, reason, mention)

    def _day(self, said: Said) -> date:
        return to_datetime(said.at).astimezone(self._zone).date()


def _why(marked: Marked) -> Sentence:
    if marked.role:
        return Sentence("Their role is {role}", {"role": marked.tag})
    return Sentence("Tagged “{tag}”", {"tag": marked.tag})


def in_order(found: Iterable[Move]) -> tuple[Move, ...]:
    """Return the earliest move to each stage, without those that came after a further stage."""
    earliest: dict[Stage, Move] = {}
    for move in found:
        known = earliest.get(move.stage)
        if known is None or move.at < known.at:
            earliest[move.stage] = move
    kept: list[Move] = []
    stages: tuple[Stage, ...] = ("convert", "convince", "connect")
    for stage in stages:
        one = earliest.get(stage)
        further = kept[-1] if kept else None
        if one is None:
            continue
        if further is None or one.at < further.at:
            kept.append(one)
        elif stage == "connect":
            # Somebody's first mention is told even if it made them a customer at once.
            kept.append(replace(one, at=further.at))
    return tuple(reversed(kept))
