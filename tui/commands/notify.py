"""``hubbub notify``: the channels alerts go out by, how each is doing, and a test of them."""

from __future__ import annotations

import argparse

from listeners.clock import to_iso, utc_now
from listeners.config.notifying import ChannelConfig
from listeners.http import Fetcher
from listeners.model import AlertClass, Sentence, Severity
from listeners.notify.channels import ChannelError, channel_of
from listeners.notify.message import message_of
from listeners.outside import clean_environment, folder_of
from listeners.risk.alert import Alert
from listeners.store import notifications, open_store
from listeners.store.notifications import NotificationRow
from tui.commands import DONE, FAILED, WRONG_USE
from tui.commands.common import CommandError, Settings, settings
from tui.commands.output import Column, Record, complain
from tui.i18n import _, full_moment, msgid, say
from tui.terminal.ending import run_to_end

_KEPT = 500

_STATES = {
    "": msgid("nothing sent yet"),
    "waiting": msgid("waiting"),
    "sent": msgid("sent"),
    "dropped": msgid("not sent"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the test."""
    parser.add_argument(
        "what",
        nargs="?",
        choices=["test"],
        help=_("send a test message now, by every channel or by the one named"),
    )
    parser.add_argument("channel", nargs="?", default="", metavar=_("NAME"))


def run(arguments: argparse.Namespace) -> int:
    """List the channels, or try them."""
    known = settings(arguments)
    channels = known.config.notify.channels
    if not channels:
        raise CommandError(
            Sentence(
                "No channel is configured. Name one in {path}, such as [notify.webhook.ops].",
                {"path": str(known.config.path or "hubbub.toml")},
            ),
            WRONG_USE,
        )
    if arguments.what is None:
        return run_to_end(_list(known), 1)
    wanted = [one for one in channels if arguments.channel in ("", one.name, one.key)]
    if not wanted:
        raise CommandError(
            Sentence(
                "There is no channel {name}; there are: {names}.",
                {"name": arguments.channel, "names": ", ".join(one.key for one in channels)},
            ),
            WRONG_USE,
        )
    return run_to_end(_try(known, wanted), 1)


async def _try(known: Settings, channels: list[ChannelConfig]) -> int:
    now = utc_now()
    told = Alert(
        brand="",
        alert_class=AlertClass.SOURCE,
        rule="test",
        fingerprint="test",
        severity=Severity.INFO,
        title=Sentence("A test of this channel; nothing is wrong"),
        first_at=now,
        last_at=now,
        fired_at=now,
    )
    environment, folder = clean_environment(known.config), folder_of(known.config)
    failed = 0
    async with Fetcher() as fetch:
        for one in channels:
            try:
                await channel_of(one, fetch, environment, folder).carry(
                    message_of(told, 0, "", say)
                )
            except ChannelError as error:
                failed += 1
                complain(error.sentence, one.key)
            else:
                known.output.said(
                    Sentence("{channel} took the test message.", {"channel": one.key}),
                    channel=one.key,
                )
    return FAILED if failed else DONE


async def _list(known: Settings) -> int:
    rows: list[NotificationRow] = []
    if known.store.exists():
        async with open_store(known.store, read_only=True) as store:
            rows = await notifications.notifications(store, _KEPT)
    last = {row.channel: row for row in reversed(rows)}
    channels = [(one, last.get(one.key)) for one in known.config.notify.channels]
    known.output.rows(channels, _columns(), _record)
    return DONE


def _columns() -> tuple[Column[tuple[ChannelConfig, NotificationRow | None]], ...]:
    return (
        Column(msgid("Channel"), lambda row: row[0].key),
        Column(msgid("From"), lambda row: row[0].severity.name.lower()),
        Column(msgid("Last message"), lambda row: _(_STATES[row[1].state if row[1] else ""])),
        Column(msgid("When"), lambda row: full_moment(row[1].rung_at) if row[1] else ""),
        Column(msgid("Why"), lambda row: say(row[1].detail) if row[1] and row[1].detail else ""),
    )


def _record(row: tuple[ChannelConfig, NotificationRow | None]) -> Record:
    config, last = row
    return {
        "channel": config.key,
        "severity": config.severity.name.lower(),
        "state": last.state if last else None,
        "rung_at": to_iso(last.rung_at) if last else None,
        "attempts": last.attempts if last else 0,
        "why": say(last.detail) if last and last.detail else None,
    }
