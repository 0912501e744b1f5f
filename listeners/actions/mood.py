"""Correcting a verdict: a person says how a message sounds, and everything counts it so at once.

One step changes the mention, the counts by minute and hour, and, where sentiment decided it,
whether the message asks for a reply and how urgent its conversation is. Alerts look at the counts
and follow at their next check. ``automatic`` gives the verdict back to the scorer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from listeners.actions.changes import Change, difference
from listeners.actions.outcome import Outcome
from listeners.actions.words import done
from listeners.config import BrandConfig, Config
from listeners.conversations.by_mood import NEGATIVE, Felt, need_by_mood, ranked_by_mood
from listeners.conversations.conversation import Conversation
from listeners.conversations.events import AsksNow, DeletedAtSource
from listeners.conversations.needs_reply import Need
from listeners.conversations.state import apply
from listeners.conversations.urgency import REST, RISK, RankFacts, pressing, rank, ranked
from listeners.model import HOUR, MINUTE, SECOND, Label, Micros, Part, Reason, Sentence
from listeners.rows import EventRow
from listeners.store import Store, corrections, subjects, thread_facts
from listeners.store.connection import Connection
from listeners.store.corrections import Correction, Heard, correction_of, verdict_of
from listeners.store.subjects import NewEvent
from listeners.team import may_write

AUTOMATIC = "automatic"
MOODS: Mapping[str, Label | None] = {
    "negative": Label.NEGATIVE,
    "neutral": Label.NEUTRAL,
    "positive": Label.POSITIVE,
    AUTOMATIC: None,
}
"""The verbs, and the label each gives; ``None`` leaves it to the scorer."""


async def set_mood(
    store: Store,
    actor: str,
    verb: str,
    kind: str,
    ids: Sequence[int],
    now: Micros,
    *,
    config: Config | None = None,
    seen: Mapping[int, str] | None = None,
) -> Outcome:
    """Do one of ``MOODS`` to mentions, as one step of ``actor``.

    With ``kind`` ``conversation``, it is done to the newest message of each that is not ours:
    the one whose mood the queue shows. ``seen`` maps ids of mentions to who had corrected them
    when a screen showed them: where somebody else did since, that is said once, and nothing is
    overwritten. ``config`` gives the hours and targets of what asks for a reply now.

    Raises:
        StoreError: nothing was stored.
    """
    refused = may_write(config, actor) if config is not None else None
    if refused is not None:
        return Outcome(0, refused, (refused,))
    label = MOODS[verb]

    async def work(connection: Connection) -> Outcome:
        wanted = list(dict.fromkeys(ids))
        if kind == "conversation":
            wanted = await corrections.newest_of(connection, wanted)
        found = await corrections.heard(connection, wanted)
        doing = _Correcting(connection, actor, verb, label, now, config)
        for id_ in wanted:
            doing.consider(id_, found.get(id_), (seen or {}).get(id_))
        return await doing.done()

    return await store.write(work, urgent=True)


@dataclass(slots=True)
class _Correcting:
    """A correction of one or several mentions while it is made."""

    connection: Connection
    actor: str
    verb: str
    label: Label | None
    now: Micros
    config: Config | None
    wanted: list[tuple[Heard, Correction | None]] = field(default_factory=list)
    refused: list[Sentence] = field(default_factory=list)

    def consider(self, id_: int, one: Heard | None, seen: str | None) -> None:
        """Take a mention up, or say why its verdict stays as it is."""
        why = _refusal(one, self.label) or _overtaken(one, seen, self.actor, self.now)
        if why is not None or one is None:
            self.refused.append(why or Sentence("There is nothing to correct here."))
            return
        put = None if self.label is None else Correction(self.label, self.actor, self.now)
        self.wanted.append((one, put))

    async def done(self) -> Outcome:
        """Write everything and its lines of the log."""
        if not self.wanted:
            nothing = Sentence("There is nothing to correct here.")
            why = self.refused[0] if self.refused else nothing
            return Outcome(0, why, tuple(self.refused or [nothing]))
        homes = {one.known.conversation_id for one, _ in self.wanted if one.known.conversation_id}
        heads = await thread_facts.heads(self.connection, homes)
        before = await corrections.waiting(self.connection, set(heads.values()))
        await corrections.correct(self.connection, self.wanted)
        needs = {one.known.id: need for one, put in self.wanted if (need := self._need(one, put))}
        await corrections.ask(
            self.connection, [(id_, need.asks, need.reason) for id_, need in needs.items()]
        )
        talks = await self._conversations(heads, before, needs)
        step = await subjects.next_step(self.connection, self.actor)
        lines = [self._line("mention", one.known.id, _change(one, put, needs), step)
                 for one, put in self.wanted]  # fmt: skip
        lines += [self._line("conversation", id_, change, step) for id_, change in talks.items()]
        await subjects.add_events(self.connection, lines)
        count = len(self.wanted)
        return Outcome(count, done("mention", self.verb, count), tuple(self.refused), step)

    def _need(self, one: Heard, put: Correction | None) -> Need | None:
        brand = self._brand(one.brand)
        facts = replace(one.facts, names=(brand.name, *brand.names))
        label, _ = verdict_of(put, one.scored)
        return need_by_mood(facts, one.known.asks, one.need, label)

    async def _conversations(
        self,
        heads: Mapping[int, int],
        before: Mapping[int, list[tuple[int, Micros, Felt]]],
        needs: Mapping[int, Need],
    ) -> dict[int, Change]:
        """Save what changes of the conversations, and return the changes by conversation."""
        ids = set(heads.values())
        talks = await subjects.load_conversations(self.connection, ids)
        after = await corrections.waiting(self.connection, ids)
        left = await thread_facts.unanswered_times(self.connection, ids)
        changed: dict[int, tuple[Conversation, Conversation]] = {}
        for id_, talk in talks.items():
            new = talk
            for one, _put in self.wanted:
                need = needs.get(one.known.id)
                if heads.get(one.known.conversation_id or 0) == id_ and need is not None:
                    new = self._asking(new, one, need, left.get(id_, []), bool(after.get(id_)))
            if new.waiting_since is not None and talk.waiting_since is not None:
                since = talk.waiting_since
                new = ranked_by_mood(
                    new, _felt(before.get(id_, []), since), _felt(after.get(id_, []), since)
                )
            if new != talk:
                changed[id_] = (talk, new)
        await subjects.save_conversations(self.connection, [new for _, new in changed.values()])
        return {id_: difference(old, new) for id_, (old, new) in changed.items()}

    def _asking(
        self, talk: Conversation, one: Heard, need: Need, left: Iterable[Micros], asked: bool
    ) -> Conversation:
        if need.asks and not one.known.asks:
            tier = RISK if pressing(one.risk) else REST
            event = AsksNow(at=one.known.sort_at, tier=tier, reason=need.reason)
            step = apply(talk, event, self.now)
            new = step.conversation
            return new if talk.needs_reply else self._ranked(new, one, need)
        if one.known.asks and not need.asks:
            # As when it is deleted: what it asked needs no answer any more.
            since = talk.waiting_since or 0
            rest = [at for at in left if at >= since]
            new = apply(
                talk, DeletedAtSource(unanswered_since=min(rest, default=None)), self.now
            ).conversation
            if new.waiting_since is None and not asked and not new.assignee:
                new = replace(new, in_queue=False)
            return new
        return talk

    def _ranked(self, talk: Conversation, one: Heard, need: Need) -> Conversation:
        """Return a conversation with the urgency of the one message that asks in it."""
        if talk.waiting_since is None:
            return talk
        brand, facts = self._brand(one.brand), one.facts
        label, compound = verdict_of(Correction(Label.NEGATIVE, "", self.now), one.scored)
        verdict = rank(
            RankFacts(
                waiting_since=talk.waiting_since,
                intents=need.intents,
                risk=one.risk,
                role=facts.role,
                label=label,
                compound=compound,
                followers=facts.followers,
                likes=one.known.engagement.likes or 0,
                shares=one.known.engagement.shares or 0,
                replies=one.known.engagement.replies or 0,
                private=facts.private,
                rating=facts.rating,
                addressed=facts.addressed,
                first=talk.first_response_at is None,
                need=need.reason,
                audience=brand.audience,
            ),
            brand.hours,
            brand.targets,
        )
        return ranked(talk, verdict)

    def _brand(self, name: str) -> BrandConfig:
        found = self.config.brand(name) if self.config is not None else None
        return found or BrandConfig(name=name)

    def _line(self, kind: subjects.SubjectKind, id_: int, change: Change, step: int) -> NewEvent:
        return NewEvent(
            at=self.now,
            actor=self.actor,
            verb=self.verb,
            subject_kind=kind,
            subject_id=id_,
            before=change.before,
            after=change.after,
            step=step,
        )


async def turn_mood(connection: Connection, event: EventRow, change: Change) -> tuple[str, ...]:
    """Put a mention's correction back from what ``change`` left to what was before it.

    Returns the fields that have moved on since, then nothing was written.
    """
    one = (await corrections.heard(connection, [event.subject_id])).get(event.subject_id)
    if one is None or one.known.deleted_at is not None:
        return ("correction",)
    now = one.correction.fields if one.correction else None
    if now != change.after.get("correction"):
        return ("correction",)
    await corrections.correct(connection, [(one, correction_of(change.before.get("correction")))])
    if "asks" in change.after and one.known.asks == change.after["asks"]:
        need = _reason(change.before.get("need"))
        await corrections.ask(connection, [(one.known.id, bool(change.before["asks"]), need)])
    return ()


def _change(one: Heard, put: Correction | None, needs: Mapping[int, Need]) -> Change:
    before: dict[str, object] = {"correction": one.correction.fields if one.correction else None}
    after: dict[str, object] = {"correction": put.fields if put else None}
    need = needs.get(one.known.id)
    if need is not None:
        before |= {"asks": one.known.asks, "need": _plain(one.need)}
        after |= {"asks": need.asks, "need": _plain(need.reason)}
    return Change(before, after)


def _plain(reason: Reason | None) -> dict[str, object] | None:
    if reason is None:
        return None
    said = reason.sentence
    return {"code": reason.code, "say": said.template, "with": dict(said.values)}


def _reason(kept: object) -> Reason | None:
    if not isinstance(kept, Mapping):
        return None
    return Reason(str(kept["code"]), replace(NEGATIVE, template=kept["say"], values=kept["with"]))


def _felt(asking: Iterable[tuple[int, Micros, Felt]], since: Micros) -> list[Felt]:
    return [felt for _id, at, felt in asking if at >= since]


def _refusal(one: Heard | None, label: Label | None) -> Sentence | None:
    if one is None:
        return Sentence("This mention is no longer there.")
    if one.known.deleted_at is not None:
        return Sentence("It is deleted at its source: there is nothing to correct.")
    if one.known.part is Part.OURS:
        return Sentence("This is ours, and counts in no mood.")
    if label is None and one.correction is None:
        return Sentence("Nobody corrected it: it is as the scorer says.")
    if label is not None and one.correction is not None and one.correction.label is label:
        return Sentence("{name} said so already.", {"name": one.correction.author})
    return None


def _overtaken(one: Heard | None, seen: str | None, actor: str, now: Micros) -> Sentence | None:
    """Return the refusal where somebody else corrected it since a screen showed it."""
    if one is None or seen is None or one.correction is None:
        return None
    put = one.correction
    if put.author in (seen, actor):
        return None
    length = max(0, now - put.at)
    span = f"{max(1, length // SECOND)} s" if length < MINUTE else f"{length // MINUTE} min"
    if length >= HOUR:
        span = f"{length // HOUR} h"
    return Sentence(
        "{name} corrected it {span} ago; press again to do it all the same.",
        {"name": put.author, "span": span},
    )
