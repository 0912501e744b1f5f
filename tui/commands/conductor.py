"""``hubbub conductor``: who has what, what is late, which channel is silent, whose turn it is."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TypeVar

from listeners.clock import utc_now
from listeners.conducting import Channel, Conducting, Holding, Late, Running, conducting
from listeners.duty import Gap, Shift
from listeners.model import Micros
from listeners.networks.titles import network_title
from tui.commands import DONE, charges, duty
from tui.commands.common import Settings, reading, settings_of_brand
from tui.commands.output import Column, Record, table
from tui.commands.records import when
from tui.duty_words import (
    LATE,
    channel_words,
    charges_line,
    duty_words,
    late_words,
    on_duty_words,
    stretch_words,
    week_words,
    who_words,
)
from tui.i18n import _, full_moment, msgid, number
from tui.team_words import away_words
from tui.terminal.ending import run_to_end

T = TypeVar("T")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the brand."""
    parser.add_argument("--brand", default="", metavar=_("NAME"), help=_("only of this brand"))


def run(arguments: argparse.Namespace) -> int:
    """Show all of it at once."""
    return run_to_end(_show(settings_of_brand(arguments), arguments.brand), 1)


async def _show(known: Settings, brand: str) -> int:
    now = utc_now()
    async with reading(known) as store:
        found = await conducting(store, known.config, brand, now)
    if known.output.form == "json":
        known.output.record(whole_record(found))
    elif known.output.for_people:
        known.output.line("\n".join(_page(found, now)))
    else:
        known.output.records(flat_records(found))
    return DONE


def _page(found: Conducting, now: Micros) -> list[str]:
    return [
        *_section(_("Who has what"), found.members, _member_columns(now), ""),
        *_section(_("Late"), found.late, _late_columns(now), _("Nothing is late.")),
        *_section(
            _("Channels"),
            found.channels,
            _channel_columns(),
            _("No channel has a target or a post: “hubbub cadence” sets one."),
        ),
        *_section(
            _("Duty, seven days: {now}").format(now=on_duty_words(found.on_duty, rota=found.rota)),
            found.turns,
            _turn_columns(now),
            _("Nobody is on the rota yet."),
        ),
        *_section(
            _("Campaigns"), found.campaigns, _campaign_columns(), _("No campaign is running.")
        ),
    ]


def _section(title: str, rows: Sequence[T], columns: Sequence[Column[T]], empty: str) -> list[str]:
    return [title, *(f"  {line}" for line in (table(rows, columns) if rows else [empty])), ""]


def _member_columns(now: Micros) -> tuple[Column[Holding], ...]:
    def where(row: Holding) -> str:
        parts = [away_words(row.away, now)] if row.away is not None else []
        return " · ".join([*parts, *filter(None, [duty_words(row, now)])])

    return (
        Column(msgid("Who"), lambda row: row.name or _("nobody's")),
        Column(msgid("Open now"), lambda row: number(row.open), right=True),
        Column(msgid("Overdue"), lambda row: number(row.overdue), right=True),
        Column(msgid("Planned"), lambda row: number(row.planned), right=True),
        Column(msgid("Late"), lambda row: number(row.late), right=True),
        Column(msgid("Where"), where),
        Column(msgid("In charge of"), lambda row: charges_line(row.charges)),
    )


def _late_columns(now: Micros) -> tuple[Column[Late], ...]:
    return (
        Column(msgid("What"), lambda row: _(LATE[row.kind])),
        Column(msgid("ID"), lambda row: str(row.id), right=True),
        Column(msgid("When"), lambda row: late_words(row, now)),
        Column(msgid("Who"), lambda row: row.owner or _("nobody")),
        Column(msgid("Brand"), lambda row: row.brand),
        Column(msgid("Channel"), lambda row: network_title(row.channel) if row.channel else ""),
        Column(msgid("Text"), lambda row: row.title),
    )


def _channel_columns() -> tuple[Column[Channel], ...]:
    return (
        Column(msgid("Channel"), lambda row: network_title(row.cadence.channel)),
        Column(msgid("Brand"), lambda row: row.brand),
        Column(msgid("This week"), week_words, right=True),
        Column(msgid("How it is"), channel_words),
        Column(
            msgid("Last post"),
            lambda row: full_moment(row.cadence.last_at) if row.cadence.last_at else "",
        ),
        Column(msgid("Who"), lambda row: ", ".join(row.members)),
    )


def _turn_columns(now: Micros) -> tuple[Column[Shift | Gap], ...]:
    return (
        Column(msgid("When"), lambda row: stretch_words(row.from_at, row.to_at, now)),
        Column(msgid("Who"), who_words),
        Column(msgid("Brand"), lambda row: row.brand or _("all brands")),
        Column(msgid("Note"), lambda row: row.note if isinstance(row, Shift) else ""),
    )


def _campaign_columns() -> tuple[Column[Running], ...]:
    return (
        Column(msgid("Campaign"), lambda row: row.campaign.name),
        Column(msgid("Brand"), lambda row: row.campaign.brand),
        Column(msgid("From"), lambda row: full_moment(row.campaign.from_at)),
        Column(msgid("To"), lambda row: full_moment(row.campaign.to_at)),
        Column(msgid("Who"), lambda row: ", ".join(row.members)),
    )


# --- for programs ---------------------------------------------------------------------------------


def whole_record(found: Conducting) -> Record:
    """Return all of it as one record."""
    return {
        "on_duty": list(found.on_duty),
        "rota": found.rota,
        "members": [_member_record(one) for one in found.members],
        "late": [_late_record(one) for one in found.late],
        "channels": [_channel_record(one) for one in found.channels],
        "duty": [duty.record(one) for one in found.turns],
        "campaigns": [_campaign_record(one) for one in found.campaigns],
        "charges": [charges.record(one) for one in found.charges],
    }


def _member_record(one: Holding) -> Record:
    return {
        "member": one.name,
        "role": one.role.value if one.of_the_team else None,
        "open": one.open,
        "overdue": one.overdue,
        "planned_this_week": one.planned,
        "planned_late": one.late,
        "charges": [charges.record(charge) for charge in one.charges],
        "away": one.away is not None,
        "away_until": when(one.away.until) if one.away is not None else None,
        "on_duty": one.on_duty is not None and one.away is None,
        "on_duty_until": when(one.on_duty.to_at) if one.on_duty is not None else None,
        "next_duty": when(one.next_duty.from_at) if one.next_duty is not None else None,
    }


def _late_record(one: Late) -> Record:
    return {
        "kind": one.kind,
        "id": one.id,
        "brand": one.brand,
        "channel": one.channel,
        "title": one.title,
        "owner": one.owner,
        "at": when(one.at),
    }


def _channel_record(one: Channel) -> Record:
    cadence = one.cadence
    return {
        "channel": cadence.channel,
        "brand": one.brand,
        "state": one.state,
        "target": cadence.target,
        "this_week": cadence.this_week,
        "weeks": list(cadence.posted),
        "behind": cadence.behind,
        "over": cadence.over,
        "coming": cadence.coming,
        "last_at": when(cadence.last_at),
        "members": list(one.members),
    }


def _campaign_record(one: Running) -> Record:
    return {
        "id": one.campaign.id,
        "name": one.campaign.name,
        "brand": one.campaign.brand,
        "from": when(one.campaign.from_at),
        "to": when(one.campaign.to_at),
        "members": list(one.members),
    }


def flat_records(found: Conducting) -> list[Record]:
    """Return a row for each line of the page, all of one shape."""

    def row(section: str, **more: object) -> Record:
        usual = ("id", "what", "who", "brand", "channel", "state", "at", "until", "count")
        return {"section": section, **dict.fromkeys(usual), **more}

    rows = [
        row("member", who=one.name, count=one.open, state="away" if one.away else "")
        for one in found.members
    ]
    rows += [
        row(
            "late", id=one.id, what=one.title, who=one.owner, brand=one.brand,
            channel=one.channel, state=one.kind, at=when(one.at),
        )
        for one in found.late
    ]  # fmt: skip
    rows += [
        row(
            "channel", who=", ".join(one.members), brand=one.brand, channel=one.cadence.channel,
            state=one.state, at=when(one.cadence.last_at), count=one.cadence.this_week,
        )
        for one in found.channels
    ]  # fmt: skip
    rows += [
        row(
            "duty", id=None if isinstance(one, Gap) else one.id, brand=one.brand,
            who=None if isinstance(one, Gap) else one.member,
            state="gap" if isinstance(one, Gap) else "shift", at=when(one.from_at),
            until=when(one.to_at),
        )
        for one in found.turns
    ]  # fmt: skip
    rows += [
        row(
            "campaign", id=one.campaign.id, what=one.campaign.name, who=", ".join(one.members),
            brand=one.campaign.brand, at=when(one.campaign.from_at),
            until=when(one.campaign.to_at),
        )
        for one in found.campaigns
    ]  # fmt: skip
    rows += [
        row("charge", id=one.id, what=one.what or one.kind, who=one.member, brand=one.brand,
            state=one.kind)
        for one in found.charges
    ]  # fmt: skip
    return rows
