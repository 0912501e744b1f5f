"""Merging alerts that are one matter, and taking them apart again, as steps of a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from listeners.actions.changes import difference
from listeners.actions.outcome import Outcome
from listeners.actions.perform import newer_alert
from listeners.actions.words import done
from listeners.config import Config
from listeners.model import Micros, Sentence
from listeners.risk.alert import Alert
from listeners.risk.merge import kept_of, merge, split
from listeners.store import Store, alert_rows, subjects
from listeners.store.connection import Connection
from listeners.store.subjects import NewEvent
from listeners.team import may_write


async def merge_alerts(
    store: Store,
    actor: str,
    ids: Sequence[int],
    now: Micros,
    *,
    kept: int = 0,
    config: Config | None = None,
) -> Outcome:
    """Make one alert of several live ones of a brand, as one step of ``actor``.

    ``kept`` is the one the others go into; without it, the worst, then the oldest.

    Raises:
        StoreError: nothing was stored.
    """
    refused = may_write(config, actor) if config is not None else None
    if refused is not None:
        return Outcome(0, refused, (refused,))

    async def work(connection: Connection) -> Outcome:
        found = await subjects.load_alerts(connection, [*ids, *([kept] if kept else [])])
        missing = next((id_ for id_ in [*ids, kept] if id_ and id_ not in found), 0)
        if missing:
            gone = Sentence("There is no alert number {number}.", {"number": missing})
            return Outcome(0, gone, (gone,))
        chosen = [found[id_] for id_ in dict.fromkeys(ids)]
        head = found[kept] if kept else kept_of(chosen)
        others = [one for one in chosen if head is not None and one.id != head.id]
        if head is None or not others:
            few = Sentence("Mark at least two alerts, or choose another one.")
            return Outcome(0, few, (few,))
        joining = _Joining(connection, actor, now)
        whole = head
        for one in others:
            pair = merge(one, whole, now)
            if pair.refused is not None:
                joining.refused.append(pair.refused)
                continue
            inside = await alert_rows.merged_in(connection, [one.id])
            part = replace(pair.absorbed, count=one.count - sum(old.count for old in inside))
            joining.change(one, replace(part, count=max(1, part.count)))
            for old in inside:
                joining.change(old, replace(old, merged_into=head.id))
            joining.moved += 1
            whole = pair.kept
        joining.change(head, whole)
        return await joining.logged("merge", head.id)

    return await store.write(work, urgent=True)


async def split_alert(
    store: Store,
    actor: str,
    kept: int,
    now: Micros,
    *,
    only: Sequence[int] = (),
    config: Config | None = None,
) -> Outcome:
    """Take out of an alert what was merged into it: all, or ``only`` those; they fire again.

    Raises:
        StoreError: nothing was stored.
    """
    refused = may_write(config, actor) if config is not None else None
    if refused is not None:
        return Outcome(0, refused, (refused,))

    async def work(connection: Connection) -> Outcome:
        found = await subjects.load_alerts(connection, [kept])
        if kept not in found:
            gone = Sentence("There is no alert number {number}.", {"number": kept})
            return Outcome(0, gone, (gone,))
        inside = await alert_rows.merged_in(connection, [kept])
        wanted = [one for one in inside if not only or one.id in only]
        if not wanted:
            why = (
                Sentence("These two alerts are not merged.")
                if only
                else Sentence("Nothing was merged into this alert.")
            )
            return Outcome(0, why, (why,))
        live = await subjects.live_alerts(connection)
        joining = _Joining(connection, actor, now)
        whole = found[kept]
        for one in wanted:
            pair = split(one, whole, now)
            why_not = pair.refused or newer_alert(pair.absorbed, live)
            if why_not is not None:
                joining.refused.append(why_not)
                continue
            joining.change(one, pair.absorbed)
            live[pair.absorbed.fingerprint] = pair.absorbed
            joining.moved += 1
            whole = pair.kept
        joining.change(found[kept], whole)
        return await joining.logged("split", kept)

    return await store.write(work, urgent=True)


@dataclass(slots=True)
class _Joining:
    """A merge or split while it is done."""

    connection: Connection
    actor: str
    now: Micros
    moved: int = 0
    before: dict[int, Alert] = field(default_factory=dict)
    after: dict[int, Alert] = field(default_factory=dict)
    refused: list[Sentence] = field(default_factory=list)

    def change(self, before: Alert, after: Alert) -> None:
        if before != after:
            self.before.setdefault(before.id, before)
            self.after[before.id] = after

    async def logged(self, verb: str, head: int) -> Outcome:
        if not self.moved:
            return Outcome(0, self.refused[0], tuple(self.refused))
        await subjects.save_alerts(self.connection, list(self.after.values()))
        step = await subjects.next_step(self.connection, self.actor)
        await subjects.add_events(
            self.connection,
            [
                NewEvent(
                    at=self.now,
                    actor=self.actor,
                    verb=verb,
                    subject_kind="alert",
                    subject_id=id_,
                    before=change.before,
                    after=change.after,
                    step=step,
                )
                for id_, before in self.before.items()
                for change in (difference(before, self.after[id_]),)
            ],
        )
        sentence = done("alert", verb, self.moved, number=head)
        return Outcome(self.moved, sentence, tuple(self.refused), step)
