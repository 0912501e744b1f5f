"""The shapes scripts rely on for people, and the columns of their table."""

from __future__ import annotations

from listeners.clock import to_iso
from listeners.model import Micros
from listeners.networks.titles import network_title
from listeners.people.likeness import Likeness
from listeners.people.rows import AccountRow, PersonRow
from listeners.store.reads.person_page import PersonPage
from tui.commands.output import Column, Record
from tui.commands.records import note_record, when
from tui.i18n import _, moment, msgid, number, say
from tui.people_words import (
    called,
    net_figure,
    person_name,
    reach_figure,
    role_word,
    stage_word,
)


def person_columns(now: Micros) -> tuple[Column[PersonRow], ...]:
    """Return the columns of the list; times are told from ``now``."""
    return (
        Column(msgid("ID"), lambda row: str(row.id), right=True),
        Column(msgid("Name"), person_name),
        Column(msgid("Role"), lambda row: role_word(row.role)),
        Column(msgid("Mood"), lambda row: net_figure(row.mood), right=True),
        Column(msgid("Mentions"), lambda row: number(row.mentions), right=True),
        Column(msgid("Reach"), lambda row: reach_figure(row.reach), right=True),
        Column(
            msgid("Last"),
            lambda row: moment(row.last_at, now) if row.last_at else _("not heard yet"),
        ),
        Column(msgid("Stage"), lambda row: stage_word(row.stage)),
        Column(msgid("Outlet"), lambda row: row.outlet),
        Column(msgid("Tags"), lambda row: " ".join(f"#{tag}" for tag in row.tags)),
        Column(msgid("Accounts"), lambda row: ", ".join(map(_account_text, row.accounts))),
    )


def _account_text(one: AccountRow) -> str:
    return f"{network_title(one.network)} {called(one)}"


def person_record(row: PersonRow) -> Record:
    """Return one person."""
    return {
        "id": row.id,
        "name": row.name,
        "role": row.role,
        "outlet": row.outlet,
        "beat": row.beat,
        "stage": row.stage,
        "reach": row.reach,
        "mentions": row.mentions,
        "last_at": when(row.last_at),
        "mood": row.mood,
        "tags": list(row.tags),
        "muted": row.muted,
        "accounts": [_account(one) for one in row.accounts],
    }


def _account(one: AccountRow) -> dict[str, object]:
    return {
        "id": one.id,
        "network": one.network,
        "handle": one.handle,
        "name": one.name,
        "url": one.url,
        "followers": one.followers,
        "automated": one.automated,
        "muted": one.muted,
    }


def page_record(page: PersonPage) -> Record:
    """Return one person with all that is known of them; messages and conversations by number."""
    return {
        **person_record(page.row),
        "first_at": when(page.first_at),
        "contacts": [
            {"kind": one.kind, "network": one.network, "value": one.value} for one in page.contacts
        ],
        "links": sorted({url for urls in page.links.values() for url in urls}),
        "cares_about": list(page.cares),
        "mood_by_week": [
            {
                "week": to_iso(week.start),
                "positive": week.positive,
                "neutral": week.neutral,
                "negative": week.negative,
                "net": week.net,
            }
            for week in page.weeks
            if week.net is not None
        ],
        "answers": page.answers,
        "messages": list(page.messages),
        "conversations": list(page.conversations),
        "merged": list(page.merged),
        "our_notes": [note_record(note) for note in page.notes],
        "stages": [
            {
                "at": to_iso(move.at),
                "brand": move.brand,
                "stage": move.stage,
                "reason": say(move.reason),
                "author": move.author,
            }
            for move in page.moves
        ],
    }


def pair_columns() -> tuple[Column[Likeness], ...]:
    """Return the columns of those who may be one person."""
    return (
        Column(msgid("One"), lambda row: str(row.one), right=True),
        Column(msgid("Other"), lambda row: str(row.other), right=True),
        Column(msgid("Proof"), lambda row: say(row.evidence)),
    )


def pair_record(row: Likeness) -> Record:
    """Return two who may be one person."""
    return {
        "one": row.one,
        "other": row.other,
        "proof": row.proof,
        "evidence": say(row.evidence),
    }
