"""Doing a verb: load, decide, save and log, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from listeners.actions.changes import Change, difference
from listeners.actions.mood import MOODS, set_mood
from listeners.actions.outcome import Outcome
from listeners.actions.seen import decides, refusal
from listeners.actions.verbs import (
    Asked,
    Kind,
    MuteWhat,
    alert_event,
    ask,
    conversation_event,
)
from listeners.actions.words import done
from listeners.config import Config
from listeners.conversations import state
from listeners.conversations.conversation import Conversation
from listeners.model import Micros, SafeText, Sentence
from listeners.risk import triage
from listeners.risk.alert import Alert, rule_key
from listeners.rows import MentionRow
from listeners.store import Store, families, reads, subjects, undoing
from listeners.store.connection import Connection
from listeners.store.named import name_in_note
from listeners.store.since import done_by_others
from listeners.store.subjects import MuteKind, NewEvent, SubjectKind
from listeners.team import PROGRAM, may_write, named_in

_LIFTING = ("reopen", "promote", "escalate")
"""Verbs that put a conversation to work, or hurry it: it is due by another time then."""


async def perform(
    store: Store,
    actor: str,
    verb: str,
    kind: Kind,
    ids: Sequence[int],
    now: Micros,
    *,
    until: Micros | None = None,
    to: str = "",
    text: str = "",
    tags: tuple[str, ...] | list[str] | str = (),
    priority: int | None = None,
    reason: str = "",
    what: MuteWhat = "author",
    word: str = "",
    rank: Callable[[Conversation], Conversation] | None = None,
    config: Config | None = None,
    seen: Mapping[int, int] | None = None,
) -> Outcome:
    """Do ``verb`` to all of ``ids`` as one step of ``actor``, and say what came of it.

    ``until`` and ``to`` go with *snooze* and *assign* (or *escalate*), ``text`` with *note*,
    ``tags`` with *tag* and *untag*, ``priority`` with *priority* (``None`` gives it back to the
    rules), ``reason`` with *dismiss*, ``what`` and ``word`` with *mute* and *unmute*. ``rank``
    gives a due time to what a key put back to work; without it the next ranking does.

    ``config`` says who is in the team: observers are refused, and whom a note names is kept.
    ``seen`` maps the ids to the versions a screen showed: what somebody else has decided since is
    refused once (``listeners.actions.seen``); ids that are missing there are not checked.

    Raises:
        UnknownVerbError: this cannot be done to this kind of subject.
        StoreError: nothing was stored.
    """
    if verb in MOODS and kind != "alert":
        return await set_mood(store, actor, verb, kind, ids, now, config=config)
    asked = ask(
        verb,
        kind,
        actor,
        until=until,
        to=to,
        text=text,
        tags=tags,
        priority=priority,
        reason=reason,
        what=what,
        word=word,
        rank=rank,
    )
    refused = asked.missing if config is None else may_write(config, actor) or asked.missing
    if refused is not None:
        return Outcome(0, refused, (refused,))
    wanted = list(dict.fromkeys(ids))
    mentions: dict[int, MentionRow] = {}
    if kind == "mention":
        mentions, seen = await reads.mentions(store, wanted), None
        if asked.verb not in ("mute", "unmute"):
            threads = [mentions[id_].conversation_id for id_ in wanted if id_ in mentions]
            known = list(dict.fromkeys(id_ for id_ in threads if id_ is not None))
            shown = await store.read(lambda connection: families.heads(connection, known))
            wanted = list(dict.fromkeys(shown.values()))
            kind = "conversation"
            if not wanted:
                gone = Sentence("This mention is no longer there.")
                return Outcome(0, gone, (gone,))

    async def work(connection: Connection) -> Outcome:
        named = named_in(asked.text, config.members) if config and asked.verb == "note" else ()
        doing = _Doing(connection, asked, now, seen or {}, named)
        if kind == "conversation":
            await doing.conversations(wanted)
        elif kind == "alert":
            await doing.alerts(wanted)
        else:
            await doing.mentions([mentions[id_] for id_ in wanted if id_ in mentions])
        return await doing.logged(kind)

    return await store.write(work, urgent=True)


@dataclass(slots=True)
class _Doing:
    """One verb while it is done: what changed so far, and what was refused."""

    connection: Connection
    asked: Asked
    now: Micros
    seen: Mapping[int, int]
    named: tuple[str, ...]
    changes: list[tuple[SubjectKind, int, Change]] = field(default_factory=list)
    refused: list[Sentence] = field(default_factory=list)

    async def conversations(self, ids: Sequence[int]) -> None:
        found = await subjects.load_conversations(self.connection, ids)
        event = conversation_event(self.asked)
        changed: list[tuple[Conversation, Conversation, dict[str, object]]] = []
        for id_ in ids:
            before = found.get(id_)
            if before is None:
                self._missing("conversation", id_)
            elif event is None:
                await self._mute("conversation", id_, *self._muted_of(before))
            elif not await self._overtaken("conversation", id_, before.version):
                step = state.apply(before, event, self.now)
                if step.refused is not None:
                    self.refused.append(step.refused)
                    continue
                after = step.conversation
                if self.asked.rank is not None and self.asked.verb in _LIFTING:
                    after = self.asked.rank(after)
                changed.append((before, after, await self._noted("conversation", id_)))
        await subjects.save_conversations(self.connection, [after for _, after, _ in changed])
        for before, after, extra in changed:
            self._changed("conversation", before.id, difference(before, after), extra)

    async def alerts(self, ids: Sequence[int]) -> None:
        found = await subjects.load_alerts(self.connection, ids)
        event = alert_event(self.asked)
        live = await subjects.live_alerts(self.connection)
        changed: list[tuple[Alert, Alert]] = []
        for id_ in ids:
            before = found.get(id_)
            if before is None:
                self._missing("alert", id_)
            elif self.asked.verb == "note":
                nothing = Change({}, {})
                self._changed("alert", id_, nothing, await self._noted("alert", id_))
            elif event is None:
                await self._mute("alert", id_, "rule", rule_key(before.rule, before.brand))
            elif not await self._overtaken("alert", id_, before.version):
                step = triage.apply(before, event, self.now)
                refused = step.refused or newer_alert(step.alert, live)
                if refused is not None:
                    self.refused.append(refused)
                    continue
                changed.append((before, step.alert))
                if step.alert.live:
                    live = {**live, step.alert.fingerprint: step.alert}
        await subjects.save_alerts(self.connection, [after for _, after in changed])
        for before, after in changed:
            self._changed("alert", before.id, difference(before, after), {})

    async def mentions(self, rows: Sequence[MentionRow]) -> None:
        for row in rows:
            if self.asked.what == "thread" and row.conversation_id is not None:
                await self._mute("mention", row.id, "conversation", str(row.conversation_id))
            elif self.asked.what == "word":
                await self._mute("mention", row.id, "word", self.asked.word)
            else:
                await self._mute("mention", row.id, "account", f"{row.network}:{row.author_key}")

    async def logged(self, kind: Kind) -> Outcome:
        if not self.changes:
            why = self.refused[0] if self.refused else Sentence("There was nothing to do.")
            instead = triage.INSTEAD if why == triage.STILL_HOLDS else ()
            return Outcome(0, why, tuple(self.refused), instead=instead)
        number = await subjects.next_step(self.connection, self.asked.actor)
        await subjects.add_events(
            self.connection,
            [
                NewEvent(
                    at=self.now,
                    actor=self.asked.actor,
                    verb=self.asked.verb,
                    subject_kind=subject_kind,
                    subject_id=id_,
                    before=change.before,
                    after=change.after,
                    step=number,
                )
                for subject_kind, id_, change in self.changes
            ],
        )
        count = len(self.changes)
        sentence = done(kind, self.asked.verb, count, **self.asked.named)
        return Outcome(count, sentence, tuple(self.refused), number)

    def _changed(
        self, kind: SubjectKind, id_: int, change: Change, extra: dict[str, object]
    ) -> None:
        self.changes.append((kind, id_, Change(change.before, {**change.after, **extra})))

    def _missing(self, kind: str, id_: int) -> None:
        self.refused.append(
            Sentence("There is no alert number {number}.", {"number": id_})
            if kind == "alert"
            else Sentence("There is no conversation number {number}.", {"number": id_})
        )

    async def _noted(self, kind: SubjectKind, id_: int) -> dict[str, object]:
        """Write the note where the verb is one, and return what the log keeps of it."""
        if self.asked.verb != "note":
            return {}
        where = "alert" if kind == "alert" else "conversation"
        text = SafeText(self.asked.text)
        note = await subjects.add_note(
            self.connection, "alert" if where == "alert" else "conversation", id_,
            self.asked.actor, text, self.now,
        )  # fmt: skip
        await name_in_note(self.connection, note, self.named)
        return {"note_id": note, **({"named": list(self.named)} if self.named else {})}

    async def _overtaken(self, kind: SubjectKind, id_: int, version: int) -> bool:
        """Say whether somebody else decided this since it was seen; the refusal is kept."""
        seen = self.seen.get(id_)
        if seen is None or seen == version or not decides(kind, self.asked.verb):
            return False
        others = await done_by_others(self.connection, kind, id_, seen, (PROGRAM, self.asked.actor))
        why = refusal(kind, self.asked.verb, others, self.now)
        if why is not None:
            self.refused.append(why)
        return why is not None

    def _muted_of(self, conversation: Conversation) -> tuple[MuteKind, str]:
        if self.asked.what == "thread":
            return "conversation", str(conversation.id)
        if self.asked.what == "word":
            return "word", self.asked.word
        return "account", f"{conversation.network}:{conversation.opener_key}"

    async def _mute(self, kind: SubjectKind, id_: int, what: MuteKind, value: str) -> None:
        muted = await undoing.mutes_of(self.connection, what, value)
        if self.asked.verb == "unmute":
            if not muted:
                self.refused.append(Sentence("It is not muted."))
                return
            for mute in muted:
                await subjects.remove_mute(self.connection, mute)
            kept: dict[str, object] = {"unmuted_ids": muted, "muted": f"{what}:{value}"}
        else:
            if muted and self.asked.until is None:
                self.refused.append(Sentence("It is muted already."))
                return
            mute = await subjects.add_mute(self.connection, what, value, self.now, self.asked.until)
            kept = {"mute_id": mute, "muted": f"{what}:{value}"}
        self._changed(kind, id_, Change({}, {}), kept)


def newer_alert(after: Alert, live: dict[str, Alert]) -> Sentence | None:
    """Return why ``after`` cannot be live: another live alert has its fingerprint."""
    other = live.get(after.fingerprint)
    if not after.live or other is None or other.id == after.id:
        return None
    return Sentence(
        "A newer alert of the same kind goes on: number {number}; act on that one.",
        {"number": other.id},
    )
