"""Hooks: commands of the user's own, run for what happens, by the process that listens.

Each hook follows the log by itself and keeps its place in the store: every event is handed over
at least once and in order, also what happened while nobody listened. A command that fails is
tried three times more; then the failure is logged and shown, and the next event has its turn.
Nothing else ever waits for a hook.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from listeners.clock import Clock, to_iso
from listeners.config import Config
from listeners.config.extending import HookConfig
from listeners.model import Micros, Sentence
from listeners.outside import Ran, clean_environment, folder_of, run_command
from listeners.rows import AlertRow, ConversationRow, EventRow
from listeners.store import Store, reads
from listeners.store import hooks as stored
from listeners.store.hooks import Place
from listeners.supervisor import Service

DELAYS = (1.0, 5.0, 20.0)
"""Seconds before each further try."""
LIMIT = 30.0
"""Seconds one run may take."""
_AT_ONCE = 100
_LOOK = 30.0
"""Seconds between two looks at the log when nothing wakes it."""
_KEEP_EVERY = 500
"""Lines of the log, or mentions, that do not concern a hook before its place is kept anyway."""

_BY_STATE: Mapping[str, Mapping[str, str]] = {
    "conversation": {
        "open": "conversation.reopened",
        "waiting": "conversation.answered",
        "resolved": "conversation.resolved",
        "ignored": "conversation.ignored",
        "snoozed": "conversation.snoozed",
    },
    "alert": {"firing": "alert.fired", "acked": "alert.acked", "resolved": "alert.resolved"},
}

_log = logging.getLogger(__name__)


def happened(event: EventRow) -> tuple[str, ...]:
    """Return the names of what a line of the log says has happened; the past is no news."""
    kind, before, after = event.subject_kind, event.before, event.after
    if after.get("history"):
        return ()
    names = []
    if "state" in after and after["state"] != before.get("state"):
        name = _BY_STATE.get(kind, {}).get(str(after["state"]))
        if name is not None:
            names.append(name)
    if kind == "conversation":
        if event.verb == "reply":
            names.append("conversation.replied")
        if after.get("assignee") and after["assignee"] != before.get("assignee"):
            names.append("conversation.assigned")
        if event.verb == "note":
            names.append("note.named")
    return tuple(names)


class Hooks:
    """The hooks of the configuration, one service each."""

    def __init__(
        self,
        store: Store,
        config: Config,
        clock: Clock,
        *,
        delays: Sequence[float] = DELAYS,
        limit: float = LIMIT,
    ) -> None:
        """``delays`` and ``limit`` are in seconds."""
        self._store = store
        self._config = config
        self._clock = clock
        self._delays = delays
        self._limit = limit
        self._troubled: set[str] = set()

    def services(self) -> list[Service]:
        """Return the hooks as services for the supervisor."""
        return [
            Service(f"hook {hook.event}", partial(self.follow, hook), _usual_delay)
            for hook in self._config.hooks
        ]

    async def follow(self, hook: HookConfig) -> None:
        """Hand over what happens, until cancelled."""
        watch = self._store.watch()
        place = await stored.place_of(self._store, hook.name)
        if place is None:
            place = await stored.newest(self._store)
            await stored.keep_place(self._store, hook.name, place)
        kept = place
        while True:
            after = await self._hand_over(hook, place, kept)
            if after != place:
                place = after
                far = max(place.event - kept.event, place.mention - kept.mention)
                if far > _KEEP_EVERY:
                    await stored.keep_place(self._store, hook.name, place)
                    kept = place
            else:
                await watch.wait(_LOOK)

    async def catch_up(self, hook: HookConfig) -> None:
        """Hand over what has happened up to now."""
        place = await stored.place_of(self._store, hook.name)
        if place is None:
            await stored.keep_place(self._store, hook.name, await stored.newest(self._store))
            return
        while (after := await self._hand_over(hook, place, place)) != place:
            place = after
        await stored.keep_place(self._store, hook.name, place)

    async def _hand_over(self, hook: HookConfig, place: Place, kept: Place) -> Place:
        """Hand over the next stretch, and return the place after it."""
        if hook.event == "conversation.new":
            for mention, begun in await stored.mentions_after(self._store, place.mention, _AT_ONCE):
                place = replace(place, mention=mention)
                if begun is not None:
                    await self._run(hook, place, {"conversation": begun})
        elif hook.event == "alert.fired":
            for number in await stored.alerts_after(self._store, place.alert, _AT_ONCE):
                place = replace(place, alert=number)
                await self._run(hook, place, {"alert": number})
        if hook.event != "conversation.new":
            for event in await stored.events_after(self._store, place.event, _AT_ONCE):
                place = replace(place, event=event.id)
                if hook.event in happened(event):
                    await self._of_event(hook, place, event)
        return place

    async def _of_event(self, hook: HookConfig, place: Place, event: EventRow) -> None:
        said: dict[str, Any] = {
            "log": event.id,
            "at": to_iso(event.at),
            "actor": event.actor,
            "verb": event.verb,
            "before": dict(event.before),
            "after": dict(event.after),
            event.subject_kind: event.subject_id,
        }
        if hook.event == "note.named":
            note = event.after.get("note_id")
            text, names = await stored.note_with_names(
                self._store, note if isinstance(note, int) else 0
            )
            if not names:
                return
            said |= {"note": text, "named": list(names)}
        await self._run(hook, place, said)

    async def _run(self, hook: HookConfig, place: Place, said: Mapping[str, Any]) -> None:
        """Hand one event over, tried again a few times, and keep the place after it."""
        given = json.dumps(
            {"event": hook.event, "at": to_iso(self._clock()), **said, **await self._about(said)},
            default=str,
        )
        ran = await self._once(hook, given)
        for delay in self._delays:
            if ran.done:
                break
            await asyncio.sleep(delay)
            ran = await self._once(hook, given)
        await self._remember(hook, ran)
        await stored.keep_place(self._store, hook.name, place)

    async def _once(self, hook: HookConfig, given: str) -> Ran:
        return await run_command(
            hook.command,
            given + "\n",
            seconds=self._limit,
            folder=folder_of(self._config),
            environment=clean_environment(self._config),
        )

    async def _remember(self, hook: HookConfig, ran: Ran) -> None:
        if ran.trouble is not None:
            _log.error("the hook %s failed: %s", hook.name, ran.trouble)
            reason = ran.trouble.template.format(**ran.trouble.values)
            fault = Sentence(
                "The hook for {event} fails: {reason}", {"event": hook.event, "reason": reason}
            )
            await stored.hook_fault(self._store, hook.name, fault)
            self._troubled.add(hook.name)
        elif hook.name in self._troubled or await stored.hook_faults(self._store, [hook.name]):
            await stored.hook_fault(self._store, hook.name, None)
            self._troubled.discard(hook.name)

    async def _about(self, said: Mapping[str, Any]) -> dict[str, Any]:
        if isinstance(number := said.get("conversation"), int):
            talk = (await reads.conversations(self._store, [number])).get(number)
            return {} if talk is None else {"conversation": conversation_said(talk)}
        if isinstance(number := said.get("alert"), int):
            alert = (await reads.alerts(self._store, [number])).get(number)
            return {} if alert is None else {"alert": alert_said(alert)}
        return {}


async def _usual_delay(error: Exception, delay: float) -> float | None:
    return None


def conversation_said(row: ConversationRow) -> dict[str, Any]:
    """Return a conversation as a hook is told of it."""
    return {
        "id": row.id,
        "brand": row.brand,
        "network": row.network,
        "state": row.state.value,
        "title": row.title,
        "excerpt": row.excerpt,
        "url": row.url,
        "author": row.author,
        "author_name": row.author_name,
        "label": row.label.value,
        "tier": row.tier,
        "assignee": row.assignee,
        "tags": list(row.tags),
        "waiting_since": _when(row.waiting_since),
        "due_at": _when(row.due_at),
        "snoozed_until": _when(row.snoozed_until),
        "messages": row.messages,
    }


def alert_said(row: AlertRow) -> dict[str, Any]:
    """Return an alert as a hook is told of it."""
    return {
        "id": row.id,
        "brand": row.brand,
        "class": row.alert_class.value,
        "rule": row.rule,
        "severity": row.severity.name.lower(),
        "state": row.state.value,
        "title": row.title.template.format(**row.title.values),
        "owner": row.owner,
        "count": row.count,
        "first_at": _when(row.first_at),
        "last_at": _when(row.last_at),
    }


def _when(at: Micros | None) -> str | None:
    return None if at is None else to_iso(at)
