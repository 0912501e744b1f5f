"""The plan as programs get it, and what the plan's commands are given in words."""

from __future__ import annotations

from datetime import tzinfo

from listeners.model import Micros, Sentence
from listeners.planning.calendar import day_of, floating_day
from listeners.planning.entry import Planned, is_late
from listeners.store import Store
from listeners.store.planned import campaign_spans
from listeners.text import fold
from tui.commands import WRONG_USE
from tui.commands.common import CommandError
from tui.commands.output import Column, Record
from tui.commands.records import when
from tui.i18n import msgid, zone
from tui.plan_words import Meant, channel_words, meant, state_words, when_words


def plan_columns(now: Micros, place: tzinfo | None) -> tuple[Column[Planned], ...]:
    """Return the columns of the plan for a person."""
    return (
        Column(msgid("ID"), lambda one: str(one.id), right=True),
        Column(msgid("When"), lambda one: when_words(one, place)),
        Column(msgid("State"), lambda one: state_words(one, now, place)),
        Column(msgid("Channel"), channel_words),
        Column(msgid("Title"), lambda one: one.title),
        Column(msgid("Who"), lambda one: one.owner or "—"),
        Column(msgid("Brand"), lambda one: one.brand),
    )


def plan_record(one: Planned, now: Micros, place: tzinfo | None) -> Record:
    """Return one entry for a program; a whole day is a date without a time."""
    last = None if one.end_at is None else Micros(one.end_at - 1)
    return {
        "id": one.id,
        "uid": one.uid,
        "brand": one.brand,
        "kind": one.kind,
        "title": one.title,
        "text": one.text,
        "channel": one.channel,
        "owner": one.owner,
        "campaign": one.campaign,
        "state": one.state,
        "late": is_late(one, now, place),
        "at": floating_day(one.at).isoformat() if one.all_day else when(one.at),
        "until": (
            floating_day(last).isoformat() if one.all_day and last is not None else when(one.end_at)
        ),
        "all_day": one.all_day,
        "remind_seconds": one.remind,
        "done_at": when(one.done_at),
        "mention": one.mention_id,
        "author": one.author,
    }


def given_moment(text: str, one: Planned, now: Micros) -> Meant:
    """Return the moment a text means; a time alone is one of the entry's own day.

    Raises:
        CommandError: it means none.
    """
    at = one.at or now
    base = floating_day(at) if one.all_day else day_of(at, zone())
    found = meant(text, base, now, zone())
    if found is None:
        raise CommandError(
            Sentence(
                "No day or time is meant by “{text}”; write fri 14:00 or 2026-12-01 14:00.",
                {"text": text},
            ),
            WRONG_USE,
        )
    return found


async def campaign_number(store: Store, brand: str, named: str) -> int | None:
    """Return the number of a campaign by its name, ``None`` for none.

    Raises:
        CommandError: the brand has no such campaign.
    """
    if named == "none":
        return None
    for one in await campaign_spans(store, brand):
        if fold(one.name) == fold(named):
            return one.id
    raise CommandError(Sentence("There is no campaign {name}.", {"name": named}), WRONG_USE)
