"""Trying a rule on what is stored, before it is kept: what would it have caught, and changed?

The rule is asked by the same book, and its effects by the same function, that judge what comes in.
The store is read in slices, so that neither the screen nor the writer waits.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

from listeners.model import Micros
from listeners.rules.book import RuleBook
from listeners.rules.effects import follow, verbs_of
from listeners.rules.rule import Rule
from listeners.store import Store
from listeners.store import rules as kept

SLICE = 200
"""Messages looked at between two breaths: about 20 ms."""
SAMPLE = 20


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule caught so far.

    ``share`` of the stretch of time is looked through, 1 when ``done``. ``effects`` counts the
    conversations each verb would change now. ``sample`` are the newest mentions caught, ``open``
    the conversations caught that are open work and would change.
    """

    looked: int = 0
    share: float = 0.0
    mentions: int = 0
    conversations: int = 0
    effects: dict[str, int] = field(default_factory=dict)
    sample: tuple[int, ...] = ()
    open: tuple[int, ...] = ()
    done: bool = False


async def try_rule(
    store: Store, rule: Rule, since: Micros, now: Micros, *, slice_: int = SLICE
) -> AsyncIterator[Trial]:
    """Look through what was heard since a time, newest first, and say how far it has come.

    The last answer is the whole. A rule that is off is tried as if it were on. The tier is that of
    the conversation as it is now, which may have been another when the message came.

    Raises:
        StoreError: the store cannot be read.
    """
    book = RuleBook([replace(rule, enabled=True)])
    trial = Trial(effects=dict.fromkeys(verbs_of(rule), 0))
    seen: set[int] = set()
    before: int | None = None
    while page := await kept.heard(store, rule.conditions, since, before, slice_):
        caught = [one for one in page if book.catching(one.message)]
        fresh = dict.fromkeys(
            one.conversation
            for one in caught
            if one.conversation is not None and one.conversation not in seen
        )
        seen.update(fresh)
        effects, work = dict(trial.effects), list(trial.open)
        if fresh:
            for conversation, past in await kept.conversations_with_past(store, list(fresh)):
                _, did = follow(conversation, [rule], now, past)
                for verb in {one.verb for one in did}:
                    effects[verb] += 1
                if did and kept.is_open(conversation):
                    work.append(conversation.id)
        last = page[-1]
        before = last.id
        room = SAMPLE - len(trial.sample)
        trial = replace(
            trial,
            looked=trial.looked + len(page),
            share=min(1.0, max(0.0, (now - last.at) / max(1, now - since))),
            mentions=trial.mentions + len(caught),
            conversations=len(seen),
            effects=effects,
            sample=(*trial.sample, *(one.id for one in caught[:room])),
            open=tuple(work),
        )
        yield trial
    yield replace(trial, share=1.0, done=True)
