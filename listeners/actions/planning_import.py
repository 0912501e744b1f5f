"""A calendar file taken into the plan: new entries, changed ones and cancelled ones as one step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from listeners.actions.outcome import Outcome
from listeners.actions.planning import SAME, Changes, Columns, log
from listeners.config import Config
from listeners.model import Micros, Sentence
from listeners.planning.entry import Planned, in_state, may_approve
from listeners.planning.ics_reading import Reading
from listeners.store import Store, subjects
from listeners.store import planned as kept
from listeners.store.connection import Connection
from listeners.team import may_write


@dataclass(slots=True)
class Imported:
    """What came of a calendar file. ``left`` were taken out here by a person, and stay out."""

    outcome: Outcome
    added: int = 0
    changed: int = 0
    removed: int = 0
    same: int = 0
    left: int = 0
    notes: list[Sentence] = field(default_factory=list)


async def import_planned(
    store: Store, config: Config, actor: str, reading: Reading, now: Micros
) -> Imported:
    """Bring the plan to what a file says. The same file twice changes nothing the second time.

    Raises:
        StoreError: nothing was stored.
    """
    refused = may_write(config, actor)
    if refused is not None:
        return Imported(Outcome(0, refused, (refused,)))
    taking = _Taking(config, actor, reading, now)
    return await store.write(taking.work, urgent=True)


class _Taking:
    def __init__(self, config: Config, actor: str, reading: Reading, now: Micros) -> None:
        self._config = config
        self._actor = actor
        self._reading = reading
        self._now = now

    async def work(self, connection: Connection) -> Imported:
        """Do all of it inside one write."""
        reading = self._reading
        self._changes: dict[int, tuple[Columns, Columns]] = {}
        self._made = Imported(Outcome(0, SAME), notes=list(reading.notes))
        uids = [*(one.uid for one in reading.entries), *reading.cancelled]
        known = await kept.load_by_uid(connection, uids)
        gone = [one.id for one, removed in known.values() if removed]
        by_hand = await kept.removed_by_hand(connection, gone)
        unapproved = 0
        for one in reading.entries:
            before, removed = known.get(one.uid, (None, False))
            one, kept_back = self._agreed(one, before)
            unapproved += kept_back
            if before is None:
                await self._add(connection, one)
            elif before.brand != one.brand:
                self._made.notes.append(
                    Sentence(
                        "“{title}” is planned for {brand} already; it was left there.",
                        {"title": before.title, "brand": before.brand},
                    )
                )
            elif before.id in by_hand:
                self._made.left += 1
            else:
                await self._change(connection, before, one, removed=removed)
        for uid in reading.cancelled:
            before, removed = known.get(uid, (None, True))
            if before is not None and not removed:
                await self._remove(connection, [before])
        await self._remove_stale(connection)
        if unapproved:
            self._made.notes.append(
                Sentence(
                    "Approved in the file, drafts here: {count}. A lead approves them: {names}.",
                    {"count": unapproved, "names": ", ".join(self._config.leads)},
                )
            )
        return await self._said(connection)

    def _agreed(self, one: Planned, before: Planned | None) -> tuple[Planned, bool]:
        """Return an entry in a state this member may bring it into, and whether it is another."""
        was = before.state if before is not None else "idea"
        if may_approve(self._config, self._actor, was, one.state) is None:
            return one, False
        return in_state(one, "draft" if before is None else was, self._now), True

    async def _add(self, connection: Connection, one: Planned) -> None:
        number = await kept.insert_planned(connection, one, self._actor, self._now)
        after = {"removed": 0, "title": one.title, "at": one.at, "channel": one.channel}
        self._changes[number] = ({"removed": 1}, after)
        self._made.added += 1

    async def _change(
        self, connection: Connection, before: Planned, one: Planned, *, removed: bool
    ) -> None:
        was = {**kept.columns_of(before), "removed": int(removed)}
        wanted = one if one.uid in self._reading.whole else _partly(before, one)
        if wanted.state == before.state:
            wanted = replace(wanted, done_at=before.done_at, mention_id=before.mention_id)
        left = {**kept.columns_of(wanted), "removed": 0}
        names = [name for name in left if left[name] != was[name]]
        if not names:
            self._made.same += 1
            return
        columns = {name: left[name] for name in names}
        await kept.update_planned(connection, before.id, columns, self._now)
        self._changes[before.id] = ({name: was[name] for name in names}, columns)
        if removed:
            self._made.added += 1
        else:
            self._made.changed += 1

    async def _remove(self, connection: Connection, entries: Iterable[Planned]) -> None:
        for one in entries:
            await kept.update_planned(connection, one.id, {"removed": 1}, self._now)
            self._changes[one.id] = (
                {"removed": 0, "title": one.title},
                {"removed": 1, "title": one.title},
            )
            self._made.removed += 1

    async def _remove_stale(self, connection: Connection) -> None:
        """Take away the times to come that a repeated entry no longer has."""
        there = {one.uid for one in self._reading.entries}
        for uid in self._reading.repeated:
            found = await kept.occurrences(connection, uid, self._reading.since)
            await self._remove(
                connection, [one for one in found if one.uid not in there and not one.done]
            )

    async def _said(self, connection: Connection) -> Imported:
        made, changes = self._made, self._changes
        step = 0
        if changes:
            step = await subjects.next_step(connection, self._actor)
            done: Changes = changes
            await log(connection, self._actor, "import", done, self._now, step)
        sentence = Sentence(
            "{added} added, {changed} changed, {removed} removed; {same} as before.",
            {
                "added": made.added,
                "changed": made.changed,
                "removed": made.removed,
                "same": made.same,
            },
        )
        if made.left:
            made.notes.append(
                Sentence(
                    "Taken out of the plan here before, and left out: {count}.",
                    {"count": made.left},
                )
            )
        made.outcome = Outcome(len(changes), sentence, (), step)
        return made


def _partly(before: Planned, one: Planned) -> Planned:
    """Return an entry as another program's file has it; what such a file cannot say stays."""
    return replace(
        before,
        title=one.title,
        text=one.text or before.text,
        at=one.at,
        end_at=one.end_at,
        all_day=one.all_day,
        channel=one.channel or before.channel,
        campaign=one.campaign if one.campaign is not None else before.campaign,
        remind=one.remind if one.remind is not None else before.remind,
        state=one.state if one.done else before.state,
        done_at=one.done_at,
        mention_id=before.mention_id,
    )
