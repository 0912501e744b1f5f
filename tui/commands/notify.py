"""``hubbub notify``: the channels alerts go out by, whose turn it is, and a test of them."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from listeners.clock import to_iso, utc_now
from listeners.config.notifying import ChannelConfig
from listeners.duty import Rota
from listeners.http import Fetcher
from listeners.model import AlertClass, Sentence, Severity
from listeners.notify.channels import ChannelError, channel_of
from listeners.notify.message import message_of
from listeners.notify.planning import NOBODY, reached
from listeners.outside import clean_environment, folder_of
from listeners.risk.alert import Alert
from listeners.store import notifications, open_store
from listeners.store.duty import rota_now
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


@dataclass(frozen=True, slots=True)
class _Row:
    """A channel, its newest message, and whether its turn is now.

    ``brands`` are those for which it would ring now; ``all_brands`` says that these are all.
    """

    config: ChannelConfig
    last: NotificationRow | None
    on_duty: tuple[str, ...]
    brands: tuple[str, ...]
    all_brands: bool


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
    rota, now = NOBODY, utc_now()
    if known.store.exists():
        async with open_store(known.store, read_only=True) as store:
            rows = await notifications.notifications(store, _KEPT)
            rota = await store.read(lambda connection: rota_now(connection, now))
    last = {row.channel: row for row in reversed(rows)}
    listed = [_row(known, one, last.get(one.key), rota) for one in known.config.notify.channels]
    known.output.rows(listed, _columns(), _record)
    return DONE


def _row(known: Settings, channel: ChannelConfig, last: NotificationRow | None, rota: Rota) -> _Row:
    now = utc_now()
    ours = [brand.name for brand in known.config.brands if not brand.competitor] or [""]
    mine = [one for one in ours if not channel.brands or not one or one in channel.brands]
    rings: list[str] = []
    there: dict[str, None] = {}
    for brand in mine:
        able = [
            one
            for one in known.config.notify.channels
            if not one.brands or not brand or brand in one.brands
        ]
        if channel in reached(able, brand, rota, now):
            rings.append(brand)
        there.update(dict.fromkeys(rota.on_duty(brand, now)))
    on_duty = tuple(name for name in there if name in channel.members)
    return _Row(channel, last, on_duty, tuple(rings), rings == mine)


def _columns() -> tuple[Column[_Row], ...]:
    return (
        Column(msgid("Channel"), lambda row: row.config.key),
        Column(msgid("From"), lambda row: row.config.severity.name.lower()),
        Column(msgid("Whose"), lambda row: ", ".join(row.config.members)),
        Column(msgid("Rings now"), _rings),
        Column(msgid("Last message"), lambda row: _(_STATES[row.last.state if row.last else ""])),
        Column(msgid("When"), lambda row: full_moment(row.last.rung_at) if row.last else ""),
        Column(
            msgid("Why"), lambda row: say(row.last.detail) if row.last and row.last.detail else ""
        ),
    )


def _rings(row: _Row) -> str:
    if not row.config.on_duty:
        return _("always")
    if not row.brands:
        return _("no: not on duty")
    if row.on_duty:
        said = _("yes: {names} on duty").format(names=", ".join(row.on_duty))
    else:
        said = _("yes: nobody on duty can be reached")
    return said if row.all_brands else f"{said} ({', '.join(row.brands)})"


def _record(row: _Row) -> Record:
    config, last = row.config, row.last
    return {
        "channel": config.key,
        "severity": config.severity.name.lower(),
        "members": list(config.members),
        "follows_rota": config.on_duty,
        "on_duty": list(row.on_duty),
        "rings_now": bool(row.brands),
        "state": last.state if last else None,
        "rung_at": to_iso(last.rung_at) if last else None,
        "attempts": last.attempts if last else 0,
        "why": say(last.detail) if last and last.detail else None,
    }
