"""Notifications: what goes out, when, over real loopback servers that are also down for a while."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from listeners.actions import perform
from listeners.alerting import raise_alerts
from listeners.clock import from_iso
from listeners.config import Config, ConfigError, parse_config
from listeners.config.notifying import ChannelConfig, NotifyConfig
from listeners.http import Fetcher
from listeners.model import (
    HOUR,
    MINUTE,
    SECOND,
    AlertClass,
    AlertState,
    Micros,
    Sentence,
    Severity,
)
from listeners.notify import Notifier
from listeners.notify.planning import CHANNEL_RULE, carries, not_before, retry_at, rung
from listeners.risk.alert import Alert, Draft
from listeners.secret import Secret
from listeners.store import Store, open_store, reads
from listeners.store.connection import Connection
from listeners.store.filters import AlertFilter
from listeners.store.notifications import notifications
from listeners.store.sources import register_brands
from tests.fake.http_server import FakeServer, json_reply, status_reply

NOW = Micros(from_iso("2026-11-20T12:00:00Z"))
NIGHT = Micros(from_iso("2026-11-20T23:30:00Z"))
WEBHOOK = ChannelConfig(kind="webhook", name="ops", severity=Severity.HIGH, url="x")


def alert(**more: Any) -> Alert:
    usual = Alert(
        id=1,
        brand="Lune",
        alert_class=AlertClass.LEAK,
        rule="confidential term",
        fingerprint="f",
        severity=Severity.HIGH,
        title=Sentence("A leak"),
        first_at=NOW,
        last_at=NOW,
        fired_at=NOW,
    )
    return replace(usual, **more)


# --- what is decided -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "given", "carried"),
    [
        (WEBHOOK, alert(), True),
        (WEBHOOK, alert(severity=Severity.WARN), False),
        (replace(WEBHOOK, classes=frozenset({AlertClass.IMAGE})), alert(), False),
        (replace(WEBHOOK, brands=frozenset({"Soleil"})), alert(), False),
        (replace(WEBHOOK, brands=frozenset({"Soleil"})), alert(brand=""), True),
        (WEBHOOK, alert(rule=CHANNEL_RULE, scope="webhook:ops"), False),
        (WEBHOOK, alert(rule=CHANNEL_RULE, scope="mail:night"), True),
    ],
    ids=["plain", "too mild", "class", "brand", "of no brand", "its own failure", "another's"],
)
def test_which_channel_carries_what(channel: ChannelConfig, given: Alert, carried: bool) -> None:
    assert carries(channel, given) is carried


QUIET = NotifyConfig(quiet=(22 * 60, 7 * 60))


@pytest.mark.parametrize(
    ("rules", "severity", "now", "opens"),
    [
        (QUIET, Severity.HIGH, NOW, "2026-11-20T12:00:00Z"),
        (QUIET, Severity.HIGH, NIGHT, "2026-11-21T07:00:00Z"),
        (QUIET, Severity.CRITICAL, NIGHT, "2026-11-20T23:30:00Z"),
        (
            replace(QUIET, quiet_severity=Severity.HIGH),
            Severity.HIGH,
            NIGHT,
            "2026-11-20T23:30:00Z",
        ),
        (QUIET, Severity.HIGH, Micros(NIGHT + 2 * HOUR), "2026-11-21T07:00:00Z"),
        (replace(QUIET, zone="Europe/Paris"), Severity.HIGH, NIGHT, "2026-11-21T06:00:00Z"),
        (replace(QUIET, quiet=(60, 120)), Severity.HIGH, NIGHT, "2026-11-20T23:30:00Z"),
        (NotifyConfig(), Severity.HIGH, NIGHT, "2026-11-20T23:30:00Z"),
    ],
    ids=["day", "night", "grave", "grave enough", "after midnight", "zone", "other", "none"],
)
def test_quiet_hours(rules: NotifyConfig, severity: Severity, now: Micros, opens: str) -> None:
    assert not_before(alert(severity=severity), rules, now) == from_iso(opens)


def test_it_rings_after_gathering_and_again_every_four_hours() -> None:
    fired = {1: alert()}
    at = NOW + 30 * SECOND
    assert rung(fired, [WEBHOOK], NOW, Micros(NOW + 20 * SECOND)) == []
    assert rung(fired, [WEBHOOK], NOW, Micros(NOW + MINUTE)) == [(1, "webhook:ops", at)]
    assert rung(fired, [WEBHOOK], Micros(NOW + MINUTE), Micros(NOW + HOUR)) == []
    again = rung(fired, [WEBHOOK], Micros(NOW + HOUR), Micros(NOW + 5 * HOUR))
    assert again == [(1, "webhook:ops", at + 4 * HOUR)]


def test_what_a_graver_one_holds_stays_silent() -> None:
    held = {1: alert(), 2: alert(id=2, fingerprint="g", severity=Severity.CRITICAL)}
    assert [one for one, *_ in rung(held, [WEBHOOK], NOW, Micros(NOW + MINUTE))] == [2]


def test_it_is_tried_again_twice_as_late_each_time_up_to_an_hour() -> None:
    delays = [(retry_at(tries, NOW) - NOW) // SECOND for tries in (1, 2, 3, 20)]
    assert delays == [30, 60, 120, 3600]


# --- the configuration ---------------------------------------------------------------------------

TOML = """
[notify]
severity = "warn"
quiet = "22:00-07:00"
zone = "Europe/Paris"
[notify.webhook.ops]
url = "https://ops.example/hook"
secret = "env:HOOK"
[notify.mail.night]
to = ["ana@example.org"]
from = "hubbub@example.org"
host = "smtp.example.org"
severity = "critical"
classes = ["leak", "hijack"]
"""


def test_the_configuration(tmp_path: Path) -> None:
    notify = parse_config(TOML, tmp_path / "hubbub.toml").notify
    assert [one.key for one in notify.channels] == ["webhook:ops", "mail:night"]
    assert notify.channels[0].severity is Severity.WARN
    assert notify.channels[1].classes == {AlertClass.LEAK, AlertClass.HIJACK}
    assert notify.quiet == (22 * 60, 7 * 60)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('severity = "loud"', "must be one of"),
        ('quiet = "night"', "Quiet hours"),
        ('zone = "Mars"', "time zone"),
        ("[notify.webhook.ops]", "needs its url"),
        ('[notify.webhook.ops]\nurl = "x"\nsecret = "hunter2"', "secret is written as"),
        ('[notify.webhook.ops]\nurl = "x"\nurls = "y"', "did you mean"),
        ('[notify.mail.x]\nto = "a"\nhost = "b"', "needs to, from and host"),
        ("[notify.command.x]\ncommand = []", "list of words"),
        ('[notify.mail.x]\nto="a"\nfrom="b"\nhost="c"\ntls="ssl3"', "tls must be"),
        ('[notify.mail.x]\nto="a"\nfrom="b"\nhost="c"\nport=70000', "port"),
    ],
)
def test_a_wrong_configuration_is_said(tmp_path: Path, wrong: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        parse_config(f"[notify]\n{wrong}\n", tmp_path / "hubbub.toml")
    assert "hunter2" not in str(caught.value)


# --- carried -------------------------------------------------------------------------------------


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> Micros:
        """Return the time it shows."""
        return self.now


class Night:
    """A store, a clock, and a notifier with its channels."""

    def __init__(self, store: Store, fetch: Fetcher, clock: Clock, rules: NotifyConfig) -> None:
        self.clock = clock
        self.store = store
        self.config = Config(notify=rules)
        self.fetch = fetch
        self.notifier = self.begin()

    def begin(self) -> Notifier:
        """Return a notifier as a newly started process has it."""
        return Notifier(self.store, self.config, self.fetch, self.clock)

    async def fire(self, subject: str = "a", severity: Severity = Severity.CRITICAL) -> None:
        """Let a leak be found."""
        draft = Draft(
            brand="Lune",
            alert_class=AlertClass.LEAK,
            rule="confidential term",
            subject=subject,
            severity=severity,
            title=Sentence("A confidential term is in public: {masked}", {"masked": "P••••"}),
            holding=False,
        )

        async def work(connection: Connection) -> None:
            await raise_alerts(connection, [draft], self.clock.now)

        await self.store.write(work)

    async def look(self, after: int = 0) -> None:
        """Let time pass, and the notifier look."""
        self.clock.now = Micros(self.clock.now + after)
        await self.notifier.once()

    async def states(self) -> list[tuple[str, int]]:
        """Return state and tries of every message, oldest first."""
        rows = await notifications(self.store)
        return [(row.state, row.attempts) for row in reversed(rows)]

    async def troubles(self) -> list[str]:
        """Return the alerts about channels that are live."""
        rows = await reads.alerts(
            self.store, await reads.alert_ids(self.store, AlertFilter(classes=("source",)))
        )
        return [row.scope for row in rows.values() if row.state is AlertState.FIRING]


@asynccontextmanager
async def night(folder: Path, *channels: ChannelConfig, **more: Any) -> AsyncIterator[Night]:
    clock = Clock()
    async with open_store(folder / "hubbub.db") as store, Fetcher(clock) as fetch:

        async def brands(connection: Connection) -> None:
            await register_brands(connection, ["Lune"])

        await store.write(brands)
        made = Night(store, fetch, clock, NotifyConfig(channels=channels, **more))
        await made.look()
        yield made


async def test_a_webhook_gets_each_ringing_once_signed_also_after_being_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", "s3cret")
    async with FakeServer() as server:
        server.on("/hook", status_reply(503), status_reply(500), json_reply({}))
        channel = replace(
            WEBHOOK, url=f"{server.url}/hook", secret=Secret("env:HOOK"), allow_private=True
        )
        async with night(tmp_path, channel) as desk:
            await desk.fire()
            await desk.look(MINUTE)
            assert await desk.states() == [("waiting", 1)]
            await desk.look(5 * SECOND)
            assert len(server.requests) == 1, "a refusal is left alone for a while"
            await desk.look(16 * MINUTE)
            await desk.look(16 * MINUTE)
            assert await desk.states() == [("sent", 3)]
            await desk.look(MINUTE)
            desk.notifier = desk.begin()
            await desk.look(MINUTE)
            assert len(server.requests) == 3, "sent is sent, also after a new start"
            *_refused, taken = server.requests
            mark = hmac.new(b"s3cret", taken.body, hashlib.sha256).hexdigest()
            assert taken.headers["x-hubbub-signature"] == f"sha256={mark}"
            told = taken.json()
            assert isinstance(told, dict)
            assert told["title"] == "A confidential term is in public: P••••"
            assert told["severity"] == "critical"
            assert {one.headers["x-hubbub-delivery"] for one in server.requests} == {
                told["delivery"]
            }


def free_port() -> int:
    """Return a port nobody listens on now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Inbox:
    """A mail server's mailbox that may refuse."""

    def __init__(self) -> None:
        self.mails: list[Message[str, str]] = []
        self.refuses = False

    async def handle_DATA(  # noqa: N802 - as aiosmtpd calls it
        self, _server: object, _session: object, envelope: Any
    ) -> str:
        """Take a mail, or refuse it."""
        if self.refuses:
            return "451 come back later"
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.mails.append(mail)
        return "250 OK"


async def test_a_mail_server_that_refuses_is_shown_and_gets_it_later(tmp_path: Path) -> None:
    inbox = Inbox()
    inbox.refuses = True
    port = free_port()
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        channel = ChannelConfig(
            kind="mail",
            name="night",
            severity=Severity.HIGH,
            to=("ana@example.org",),
            sender="hubbub@example.org",
            host="127.0.0.1",
            port=port,
            tls="none",
        )
        async with night(tmp_path, channel) as desk:
            await desk.fire()
            for _ in range(4):
                await desk.look(10 * MINUTE)
            assert await desk.troubles() == ["mail:night"]
            assert (await desk.states())[0][0] == "waiting"
            inbox.refuses = False
            await desk.look(HOUR)
            assert (await desk.states())[0][0] == "sent"
            for _ in range(4):
                await desk.look(MINUTE)
            assert await desk.troubles() == [], "the channel is well again"
            (mail,) = inbox.mails
            assert isinstance(mail, EmailMessage)
            assert mail["subject"] == ("[hubbub] CRITICAL: A confidential term is in public: P••••")
            assert "Lune" in mail.get_content()
    finally:
        server.stop()


async def test_a_command_gets_the_record_and_a_broken_one_holds_up_nobody(
    tmp_path: Path,
) -> None:
    kept = tmp_path / "kept.jsonl"
    script = f"import sys; open({str(kept)!r}, 'a').write(sys.stdin.read() + '\\n')"
    good = ChannelConfig(
        kind="command", name="good", severity=Severity.WARN, command=(sys.executable, "-c", script)
    )
    bad = replace(good, name="bad", command=("no-such-program-here",))
    async with night(tmp_path, bad, good) as desk:
        await desk.fire("a")
        await desk.fire("b", Severity.CRITICAL)
        await desk.look(MINUTE)
        told = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
        assert [one["alert"] for one in told] == [1, 2]
        assert sorted(await desk.states()) == [
            ("sent", 1), ("sent", 1), ("waiting", 0), ("waiting", 1),
        ]  # fmt: skip


async def test_what_was_taken_up_during_the_quiet_hours_is_not_sent_in_the_morning(
    tmp_path: Path,
) -> None:
    async with FakeServer() as server:
        server.on("/hook", json_reply({}))
        channel = replace(WEBHOOK, url=f"{server.url}/hook", allow_private=True)
        quiet = {"quiet": (11 * 60, 13 * 60), "quiet_severity": Severity.CRITICAL}
        async with night(tmp_path, channel, **quiet) as desk:
            await desk.fire("a", Severity.HIGH)
            await desk.fire("b", Severity.HIGH)
            await desk.look(MINUTE)
            assert server.requests == []
            await perform(desk.store, "Ana", "ack", "alert", [1], desk.clock.now)
            await desk.look(2 * HOUR)
            assert [state for state, _ in await desk.states()][:2] == ["dropped", "sent"]
            assert len(server.requests) == 1


async def test_nothing_is_written_while_nothing_rings(tmp_path: Path) -> None:
    async with night(tmp_path, WEBHOOK) as desk:
        await desk.look(MINUTE)
        await desk.look(MINUTE)
        watch = desk.store.watch()
        await desk.look(MINUTE)
        await desk.look(MINUTE)
        assert not await watch.wait(0.05)


async def test_no_channel_no_service(tmp_path: Path) -> None:
    async with night(tmp_path) as desk:
        assert desk.notifier.service is None
