"""Merging and splitting as steps of a person: many become one, and come apart again.

Undo restores both exactly as long as nothing new has happened in them. Where a message came in
since, the inverse verb is done instead, from what the messages say: so that an undo tomorrow
still takes them apart, and loses nothing of what was written meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from listeners.actions.changes import Change, difference
from listeners.actions.outcome import Outcome
from listeners.actions.words import done
from listeners.config import Config
from listeners.conversations.conversation import Conversation
from listeners.conversations.merge import kept_of, merge, split
from listeners.model import Micros, Sentence
from listeners.store import Store, families, subjects
from listeners.store.connection import Connection
from listeners.store.subjects import NewEvent
from listeners.team import may_write

Rank = Callable[[Conversation], Conversation]


async def merge_all(
    store: Store,
    actor: str,
    ids: Sequence[int],
    now: Micros,
    *,
    kept: int = 0,
    rank: Rank | None = None,
    config: Config | None = None,
) -> Outcome:
    """Make one conversation of several, as one step of ``actor``.

    ``kept`` is the one the others go into; without it, the one the queue would show first, else
    the oldest. Across networks is allowed, across brands is not. ``config`` refuses observers.

    Raises:
        StoreError: nothing was stored.
    """
    refused = may_write(config, actor) if config is not None else None
    if refused is not None:
        return Outcome(0, refused, (refused,))

    async def work(connection: Connection) -> Outcome:
        heads = await families.heads(connection, [*ids, *([kept] if kept else [])])
        wanted = list(dict.fromkeys(heads[id_] for id_ in ids if id_ in heads))
        found = await subjects.load_conversations(connection, [*wanted, heads.get(kept, kept)])
        chosen = [found[id_] for id_ in wanted if id_ in found]
        head = found.get(heads.get(kept, kept)) if kept else None
        if kept and head is None:
            missing = Sentence("There is no conversation number {number}.", {"number": kept})
            return Outcome(0, missing, (missing,))
        head = head or (kept_of(chosen, now) if chosen else None)
        others = [one for one in chosen if head is not None and one.id != head.id]
        if head is None or not others:
            few = Sentence("Mark at least two conversations, or choose another one.")
            return Outcome(0, few, (few,))
        joining = _Joining(connection, actor, now, rank)
        await joining.join(head, others)
        return await joining.logged("merge", {"number": head.id})

    return await store.write(work, urgent=True)


async def split_off(
    store: Store,
    actor: str,
    kept: int,
    now: Micros,
    *,
    only: Sequence[int] = (),
    rank: Rank | None = None,
    config: Config | None = None,
) -> Outcome:
    """Take out of a conversation what was merged into it: all, or ``only`` those.

    Raises:
        StoreError: nothing was stored.
    """
    refused = may_write(config, actor) if config is not None else None
    if refused is not None:
        return Outcome(0, refused, (refused,))

    async def work(connection: Connection) -> Outcome:
        heads = await families.heads(connection, [kept])
        inside = await families.absorbed(connection, heads.get(kept, kept))
        wanted = [id_ for id_ in inside if not only or id_ in only]
        if only and not wanted:
            wanted_not = Sentence("These two conversations are not merged.")
            return Outcome(0, wanted_not, (wanted_not,))
        if not wanted:
            whole = Sentence("Nothing was merged into this conversation.")
            return Outcome(0, whole, (whole,))
        joining = _Joining(connection, actor, now, rank)
        await joining.part(wanted)
        return await joining.logged("split", {"number": heads.get(kept, kept)})

    return await store.write(work, urgent=True)


async def turn_again(
    connection: Connection, verb: str, changed: dict[int, int | None], now: Micros
) -> bool:
    """Do the inverse of a merge or split that no longer can be restored exactly.

    ``changed`` maps the ids of what went in (or came out) to what it went into. Returns ``False``
    where that is no longer how things are; then nothing was changed.
    """
    joining = _Joining(connection, "", now, None)
    found = await subjects.load_conversations(
        connection, [*changed, *(one for one in changed.values() if one)]
    )
    if verb == "merge":
        inside = [id_ for id_, head in changed.items() if _into(found, id_) == head]
        if inside:
            await joining.part(inside)
        return bool(inside)
    for id_, head in changed.items():
        one, into = found.get(id_), found.get(head or 0)
        if one is None or into is None or one.merged_into or into.merged_into:
            return False
    for id_, head in changed.items():
        await joining.join(found[head or 0], [found[id_]])
    return True


def _into(found: dict[int, Conversation], id_: int) -> int | None:
    return found[id_].merged_into if id_ in found else None


@dataclass(slots=True)
class _Joining:
    """A merge or split while it is done."""

    connection: Connection
    actor: str
    now: Micros
    rank: Rank | None
    before: dict[int, Conversation] = field(default_factory=dict)
    after: dict[int, Conversation] = field(default_factory=dict)
    moved: list[int] = field(default_factory=list)
    refused: list[Sentence] = field(default_factory=list)

    async def join(self, head: Conversation, others: Sequence[Conversation]) -> None:
        whole = head
        for one in others:
            pair = merge(one, whole, self.now)
            if pair.refused is not None:
                self.refused.append(pair.refused)
                continue
            self.before[one.id], self.after[one.id] = one, pair.absorbed
            self.moved.append(one.id)
            whole = pair.kept
        if not self.moved:
            return
        said = await families.said(self.connection, [head.id, *self.moved])
        newest = max(said.values(), key=lambda one: one.outside_at, default=None)
        if newest is not None and newest.said.last_outside_id is not None:
            whole = replace(whole, last_outside_id=newest.said.last_outside_id)
        self.before[head.id], self.after[head.id] = head, self._ranked(whole)
        await self._save()

    async def part(self, ids: Sequence[int]) -> None:
        for id_ in ids:
            found = await subjects.load_conversations(self.connection, [id_])
            one = found[id_]
            if one.merged_into is None:
                continue
            loaded = await subjects.load_conversations(self.connection, [one.merged_into])
            kept = loaded[one.merged_into]
            since = kept.waiting_since
            apart = await families.said(self.connection, [id_])
            left = await families.said(self.connection, [kept.id], without=[id_])
            pair = split(
                one,
                kept,
                absorbed_since=_oldest(apart, id_, since),
                kept_since=_oldest(left, kept.id, since),
                absorbed_said=apart[id_].said if id_ in apart else None,
                kept_said=left[kept.id].said if kept.id in left else None,
            )
            self.before.setdefault(id_, one)
            self.before.setdefault(kept.id, kept)
            self.moved.append(id_)
            self.after[id_] = self._ranked(pair.absorbed)
            self.after[kept.id] = self._ranked(pair.kept)
            await subjects.save_conversations(
                self.connection, [self.after[id_], self.after[kept.id]]
            )

    async def logged(self, verb: str, named: dict[str, int]) -> Outcome:
        if not self.moved:
            return Outcome(0, self.refused[0], tuple(self.refused))
        step = await subjects.next_step(self.connection, self.actor)
        await subjects.add_events(
            self.connection,
            [
                self._event(verb, id_, difference(before, self.after[id_]), step)
                for id_, before in self.before.items()
            ],
        )
        count = len(self.moved)
        sentence = done("conversation", verb, count, **named)
        return Outcome(count, sentence, tuple(self.refused), step)

    async def _save(self) -> None:
        await subjects.save_conversations(self.connection, list(self.after.values()))

    def _ranked(self, one: Conversation) -> Conversation:
        wants = one.due_at is None and one.needs_reply and self.rank is not None
        return self.rank(one) if wants and self.rank is not None else one

    def _event(self, verb: str, id_: int, change: Change, step: int) -> NewEvent:
        return NewEvent(
            at=self.now,
            actor=self.actor,
            verb=verb,
            subject_kind="conversation",
            subject_id=id_,
            before=change.before,
            after=change.after,
            step=step,
        )


def _oldest(found: dict[int, families.Family], id_: int, since: Micros | None) -> Micros | None:
    """Return the oldest message that asks and was unanswered while they were one.

    One that was answered and edited later asks since its edit.
    """
    if since is None or id_ not in found:
        return None
    times = (at if at >= since else Micros(edited) for at, edited in found[id_].asking)
    return min((at for at in times if at >= since), default=None)
