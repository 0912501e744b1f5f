"""The notifier: queues what rings, and carries what is queued, channel by channel."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from listeners.alerting import check_conditions
from listeners.clock import Clock
from listeners.config import Config
from listeners.duty import Rota
from listeners.http import Fetcher
from listeners.model import SECOND, AlertClass, Micros, Sentence, Severity
from listeners.notify.channels import Channel, ChannelError, channel_of
from listeners.notify.message import Message, Say, message_of, plainly
from listeners.notify.planning import (
    CHANNEL_RULE,
    GIVE_UP,
    NOBODY,
    YOUR_TURN,
    escalated,
    is_theirs,
    not_before,
    relieved,
    retry_at,
    rung,
    still_wanted,
    why_escalated,
    why_reached,
)
from listeners.outside import clean_environment, folder_of
from listeners.risk.alert import Alert, Draft, fingerprint
from listeners.risk.triage import CALM_CHECKS
from listeners.store import Store, subjects
from listeners.store import notifications as stored
from listeners.store.alert_rows import closed_since
from listeners.store.connection import Connection
from listeners.store.duty import rota_now
from listeners.store.notifications import NotificationRow
from listeners.store.settings import put_setting, setting
from listeners.supervisor import Service, spawn

SECONDS = 10.0
"""Seconds between two looks; an alert waits half a minute before it rings anyway."""
FAILURES = 3
"""Failures in a row after which a channel is an alert itself."""
_SINCE = "notify.since"
_AT_ONCE = 60 * SECOND

_TAKEN_UP = Sentence("Somebody took the alert up before it was sent.")
_TOO_OLD = Sentence("It could not be sent for a day, and is no longer tried.")
_GONE = Sentence("The channel is no longer configured.")

_log = logging.getLogger(__name__)


class _Due(NamedTuple):
    """A message to be carried, and why it reaches somebody who is not on duty."""

    id: int
    channel: str
    message: Message
    why: Sentence | None


class Notifier:
    """Sends alerts to the configured channels, for the process that listens."""

    def __init__(
        self,
        store: Store,
        config: Config,
        fetch: Fetcher,
        clock: Clock,
        *,
        say: Say = plainly,
        channels: Mapping[str, Channel] | None = None,
    ) -> None:
        """``say`` speaks the team's language; ``channels`` replaces the configured ones."""
        self._store = store
        self._rules = config.notify
        self._clock = clock
        self._say = say
        self._since: Micros | None = None
        self._calm_checks = CALM_CHECKS
        self._configs = {one.key: one for one in self._rules.channels}
        self._follows = any(one.on_duty for one in self._rules.channels)
        environment, folder = clean_environment(config), folder_of(config)
        self._channels = channels or {
            one.key: channel_of(one, fetch, environment, folder) for one in self._rules.channels
        }

    @property
    def service(self) -> Service | None:
        """The notifier as a service for the supervisor, ``None`` where no channel is named."""
        if not self._channels:
            return None

        async def run() -> None:
            while True:
                await self.once()
                await service.rest(SECONDS)

        async def failed(error: Exception, delay: float) -> float | None:
            return None

        service = Service("notifications", run, failed)
        return service

    async def once(self) -> None:
        """Queue what rings now, send what is due, and say which channels fail."""
        now = self._clock()
        if await self._queue(now) or await stored.may_go_out(self._store, now):
            await self._send(now)
        await self._tell_failures(now)

    async def _send(self, now: Micros) -> None:
        due = await self._due(now)
        lanes: dict[str, list[_Due]] = {}
        for one in due:
            lanes.setdefault(one.channel, []).append(one)
        tasks = [
            spawn(f"notify {channel}", self._carry(channel, lane))
            for channel, lane in lanes.items()
        ]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    # --- what rings --------------------------------------------------------------------------

    async def _queue(self, now: Micros) -> bool:
        """Queue what rang since the last look; return whether anything did.

        A quiet look writes nothing: a write wakes every screen. The moment is remembered with
        what it found, and looking again at what was queued queues nothing twice.
        """
        since = self._since
        if since is None:
            since = Micros(int(await setting(self._store, _SINCE) or now))
        alerts = await self._store.read(subjects.live_alerts)
        began = since

        async def lately(connection: Connection) -> list[Alert]:
            return await closed_since(connection, began)

        closed = await self._store.read(lately)
        by_id = {one.id: one for one in alerts.values()}
        rota = await self._store.read(self._rota) if self._follows else NOBODY
        wanted = [
            self._wanted(by_id[alert], channel, moment, rota, now)
            for alert, channel, moment in rung(
                by_id, self._rules.channels, since, now, closed, rota
            )
        ]
        wanted += [
            (alert, channel, moment, now, self._escalated(by_id[alert], channel, rota, now))
            for alert, channel, moment in escalated(by_id, self._rules, since, now, rota)
        ]
        wanted += [
            (alert, channel, moment, now, YOUR_TURN)
            for alert, channel, moment in relieved(by_id, self._rules.channels, since, now, rota)
        ]
        if wanted or self._since is None:

            async def work(connection: Connection) -> None:
                await stored.add_notifications(connection, wanted)
                await put_setting(connection, _SINCE, str(now))

            await self._store.write(work)
        self._since = now
        return bool(wanted)

    async def _rota(self, connection: Connection) -> Rota:
        return await rota_now(connection, self._clock())

    def _escalated(self, alert: Alert, channel: str, rota: Rota, now: Micros) -> Sentence | None:
        config = self._configs[channel]
        return why_escalated(config, self._rules, alert.brand, rota, now)

    def _wanted(
        self, alert: Alert, channel: str, moment: Micros, rota: Rota, now: Micros
    ) -> tuple[int, str, Micros, Micros, Sentence | None]:
        config = self._configs[channel]
        opens = not_before(
            alert, self._rules, now, on_duty=is_theirs(config, alert.brand, rota, now)
        )
        return alert.id, channel, moment, opens, why_reached(config, alert.brand, rota, now)

    async def _due(self, now: Micros) -> list[_Due]:
        async def work(connection: Connection) -> list[_Due]:
            rows = await stored.due_notifications(connection, now)
            alerts = await subjects.load_alerts(connection, {row.alert_id for row in rows})
            found: list[_Due] = []
            for row in rows:
                alert = alerts[row.alert_id]
                why = self._not_any_more(row, alert, now)
                if why is not None:
                    await stored.mark_dropped(connection, [row.id], why)
                    continue
                address = await stored.newest_address(connection, alert.id)
                # After a failure the detail says why that was.
                why = None if row.attempts else row.detail
                message = message_of(alert, row.id, address, self._say, why)
                found.append(_Due(row.id, row.channel, message, why))
            return found

        return await self._store.write(work)

    def _not_any_more(self, row: NotificationRow, alert: Alert, now: Micros) -> Sentence | None:
        if row.channel not in self._channels:
            return _GONE
        if now - row.rung_at > GIVE_UP:
            return _TOO_OLD
        # What rings at once has just been decided; what waited may have been taken up since.
        waited = now - row.rung_at > _AT_ONCE
        return _TAKEN_UP if waited and not still_wanted(alert) else None

    # --- sending -----------------------------------------------------------------------------

    async def _carry(self, channel: str, lane: Sequence[_Due]) -> None:
        """Carry one channel's messages in order; after a failure the rest waits too."""
        for one in lane:
            try:
                await self._channels[channel].carry(one.message)
            except ChannelError as error:
                _log.warning("notification %d by %s was not taken: %s", one.id, channel, error)
                await self._failed(one.id, error.sentence)
                return

            async def sent(connection: Connection, one: _Due = one) -> None:
                await stored.mark_sent(connection, one.id, self._clock(), one.why)

            await self._store.write(sent, durable=True)

    async def _failed(self, number: int, why: Sentence) -> None:
        now = self._clock()

        async def work(connection: Connection) -> None:
            await stored.mark_failed(connection, number, why, lambda tries: retry_at(tries, now))

        await self._store.write(work)

    # --- channels in trouble -----------------------------------------------------------------

    async def _tell_failures(self, now: Micros) -> None:
        async def look(connection: Connection) -> dict[str, Sentence]:
            return await stored.failing_channels(connection, FAILURES)

        failing = await self._store.read(look)
        # An alert closes after some calm checks in a row; then nothing more is written.
        if not failing and not self._calm_checks:
            return
        self._calm_checks = CALM_CHECKS if failing else self._calm_checks - 1

        async def work(connection: Connection) -> None:
            drafts = [_draft(channel, why) for channel, why in failing.items()]
            calm = {
                fingerprint(CHANNEL_RULE, "", channel)
                for channel in self._channels
                if channel not in failing
            }
            await check_conditions(connection, drafts, calm, (), now)
            await stored.forget_notifications(connection, now)

        await self._store.write(work)


def _draft(channel: str, why: Sentence) -> Draft:
    return Draft(
        brand="",
        alert_class=AlertClass.SOURCE,
        rule=CHANNEL_RULE,
        scope=channel,
        severity=Severity.HIGH,
        title=Sentence("Notifications by {channel} do not arrive", {"channel": channel}),
        explanation=(
            why,
            Sentence("hubbub goes on trying for a day; alerts stay on this screen meanwhile."),
        ),
    )
