"""The team's rules at work: on what comes in, and on what is open already when a person asks.

What a rule does stands in the log with its name: by ``hubbub`` where it was done by itself, by the
person's name and as one step of theirs where they asked for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from listeners.actions.changes import difference
from listeners.actions.outcome import Outcome
from listeners.conversations.conversation import Conversation
from listeners.model import Micros, Part, Sentence
from listeners.placing import Placed, Placement
from listeners.rules.book import RuleBook
from listeners.rules.effects import NOTHING_SETTLED, Did, follow
from listeners.rules.hands import TURNS, Hands, in_hands
from listeners.rules.rule import Message, Rule
from listeners.store import Store, subjects
from listeners.store import rules as kept
from listeners.store.charges import charges_in
from listeners.store.connection import Connection
from listeners.store.duty import rota_now
from listeners.store.records import RootKey
from listeners.store.subjects import NewEvent

Place = tuple[RootKey, int]
"""A conversation of a batch that may have no number yet."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """What rules did to one conversation of a batch."""

    place: Place
    did: tuple[Did, ...]


class Ruling:
    """The rules in force, read anew whenever somebody has changed them."""

    def __init__(self) -> None:
        self._rows: list[tuple[object, ...]] = []
        self._book = RuleBook(())

    async def follow(
        self, connection: Connection, placement: Placement, source: str, now: Micros
    ) -> list[Ruled]:
        """Apply the rules to what a batch placed; its touched conversations are replaced."""
        await self._refresh(connection)
        if not self._book:
            return []
        caught: dict[Place, dict[int, Rule]] = {}
        for one in placement.placed:
            if one.part is not Part.OURS and not one.judged.post.history:
                place = (one.root, one.generation)
                message = message_of(one, placement.touched[place], source)
                for rule in self._book.catching(message):
                    caught.setdefault(place, {})[rule.id] = rule
        if not caught:
            return []
        numbers = {placement.touched[place].id for place in caught} - {0}
        past = await kept.settled(connection, numbers) if numbers else {}
        hands = await _hands(connection, self._book.rules, now)
        ruled = []
        for place, found in caught.items():
            before = placement.touched[place]
            rules = [
                in_hands(rule, before, hands, now) for rule in self._book.rules if rule.id in found
            ]
            after, did = follow(before, rules, now, past.get(before.id, NOTHING_SETTLED))
            if did:
                placement.touched[place] = after
                ruled.append(Ruled(place, did))
        return ruled

    async def _refresh(self, connection: Connection) -> None:
        rows = await kept.rule_rows(connection)
        if rows != self._rows:
            self._book = RuleBook(await usable_rules(connection))
            self._rows = rows


async def _hands(connection: Connection, rules: Sequence[Rule], now: Micros) -> Hands:
    """Return who is on duty and in charge, read only where a rule asks."""
    if not any(rule.effects.assign in TURNS for rule in rules):
        return Hands()
    return Hands(await rota_now(connection, now), tuple(await charges_in(connection)))


async def usable_rules(connection: Connection) -> list[Rule]:
    """Return the rules in order; a template that was removed is suggested no more."""
    templates = await kept.known_templates(connection)
    return [
        rule
        if rule.effects.template is None or rule.effects.template in templates
        else replace(rule, effects=replace(rule.effects, template=None))
        for rule in await kept.load_rules(connection)
    ]


def message_of(one: Placed, conversation: Conversation, source: str) -> Message:
    """Return a placed message as the rules see it."""
    judged = one.judged
    return Message(
        brand=judged.brand,
        network=judged.post.network,
        text=judged.text,
        title=judged.title,
        author_handle=judged.post.author.handle,
        author_name=judged.post.author.name,
        role=one.role,
        label=judged.score.label,
        lang=judged.score.lang or "",
        links=judged.post.links,
        tags=judged.post.tags,
        source=source,
        tier=conversation.tier,
        asks=one.need.asks,
    )


def lines_of(
    did: Sequence[Did], conversation_id: int, actor: str, now: Micros, step: int = 0
) -> list[NewEvent]:
    """Return the lines of the log for what rules did to one conversation."""
    lines = []
    for one in did:
        change = difference(one.before, one.after)
        lines.append(
            NewEvent(
                at=now,
                actor=actor,
                verb=one.verb,
                subject_kind="conversation",
                subject_id=conversation_id,
                before=change.before,
                after={**change.after, "rule": one.rule.name, "rule_id": one.rule.id},
                step=step,
            )
        )
    return lines


async def apply_now(
    store: Store, actor: str, rule: Rule, ids: Sequence[int], now: Micros
) -> Outcome:
    """Do what a rule says to conversations that are there already, as one step of ``actor``.

    What a person decided before, and what the rule did before, is left alone.

    Raises:
        StoreError: nothing was stored.
    """

    async def work(connection: Connection) -> Outcome:
        usable = [one for one in await usable_rules(connection) if one.id == rule.id]
        found = await subjects.load_conversations(connection, list(dict.fromkeys(ids)))
        past = await kept.settled(connection, found)
        hands = await _hands(connection, usable, now)
        did: dict[int, tuple[Did, ...]] = {}
        for id_, before in found.items():
            if kept.is_open(before):
                rules = [in_hands(one, before, hands, now) for one in usable]
                after, done = follow(before, rules, now, past.get(id_, NOTHING_SETTLED))
                if done:
                    did[id_] = done
                    found[id_] = after
        if not did:
            nothing = Sentence("There was nothing to do: it is done already, or was decided.")
            return Outcome(0, nothing, (nothing,))
        await subjects.save_conversations(connection, [found[id_] for id_ in did])
        step = await subjects.next_step(connection, actor)
        lines = [
            line for id_, done in did.items() for line in lines_of(done, id_, actor, now, step)
        ]
        await subjects.add_events(connection, lines)
        said = Sentence(
            "The rule {rule} was applied. Conversations changed: {count}",
            {"rule": rule.name, "count": len(did)},
        )
        return Outcome(len(did), said, step=step)

    return await store.write(work, urgent=True)
