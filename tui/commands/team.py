"""``hubbub team``: who is here, who has what, who is away; and saying that somebody is."""

from __future__ import annotations

import argparse

from listeners.actions.absence import come_back, go_away
from listeners.clock import utc_now
from listeners.model import Sentence
from tui.colleagues import Colleagues, Member
from tui.commands import DONE, WRONG_USE
from tui.commands.acting import tell
from tui.commands.common import CommandError, Settings, future, reading, settings, writing
from tui.commands.output import Column, Record
from tui.commands.parser import add_common
from tui.commands.records import when
from tui.i18n import _, age, msgid
from tui.team_words import away_words, doing_words, here_words, role_word
from tui.terminal.ending import run_to_end
from tui.untils import day_began


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the brand, and away and back."""
    parser.add_argument("--brand", default="", metavar=_("NAME"), help=_("only of this brand"))
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), title=_("verbs"))
    away = verbs.add_parser(
        "away", help=_("be away: what reopens of yours is nobody's until you are back")
    )
    away.add_argument(
        "--until",
        type=future,
        metavar=_("WHEN"),
        help=_("2h, 3d, or a date; without it, until you are back"),
    )
    back = verbs.add_parser("back", help=_("be back"))
    for one in (away, back):
        one.add_argument(
            "who", nargs="?", default="me", metavar=_("WHO"), help=_("a member, you by default")
        )
        add_common(one)


def run(arguments: argparse.Namespace) -> int:
    """Show the team, or say that somebody is away or back."""
    known = settings(arguments)
    if arguments.verb is None:
        return run_to_end(_show(known, arguments.brand), 1)
    return run_to_end(_leave(known, arguments), 1)


def known_member(known: Settings, who: str) -> str:
    """Return whom a name means; ``me`` is whoever types.

    Raises:
        CommandError: the team has nobody of this name.
    """
    name = known.member if who == "me" else who
    members = known.config.members
    if members and name not in (*members, known.member):
        raise CommandError(
            Sentence(
                "There is nobody called {who} in the team: {members}.",
                {"who": name, "members": ", ".join(members)},
            ),
            WRONG_USE,
        )
    return name


async def _leave(known: Settings, arguments: argparse.Namespace) -> int:
    who, now = known_member(known, arguments.who), utc_now()
    async with writing(known) as store:
        if arguments.verb == "back":
            outcome = await come_back(store, known.config, known.member, who, now)
        else:
            outcome = await go_away(
                store, known.config, known.member, who, now, until=arguments.until
            )
    return tell(known, outcome)


async def _show(known: Settings, brand: str) -> int:
    now = utc_now()
    async with reading(known) as store:
        members = await Colleagues(store, known.config, utc_now).members(
            brand, me=known.member, today=day_began(now)
        )
    known.output.rows(members, _columns(), _record)
    return DONE


def _columns() -> tuple[Column[Member], ...]:
    return (
        Column(msgid("Who"), lambda row: row.name or _("nobody's")),
        Column(msgid("Role"), lambda row: role_word(row.role) if row.of_the_team else ""),
        Column(msgid("Open now"), lambda row: str(row.open), right=True),
        Column(msgid("Overdue"), lambda row: str(row.overdue), right=True),
        Column(msgid("Due soon"), lambda row: str(row.due_soon), right=True),
        Column(msgid("Oldest"), _oldest, right=True),
        Column(msgid("Answered today"), lambda row: str(row.answered), right=True),
        Column(msgid("Where"), _where),
    )


def _oldest(row: Member) -> str:
    return age(utc_now() - row.waiting_since) if row.waiting_since is not None else ""


def _where(row: Member) -> str:
    if not row.name:
        return ""
    now = utc_now()
    parts = [away_words(row.away, now)] if row.away is not None else []
    if row.here or row.away is None:
        parts.append(here_words(row.here, row.last_at, now))
    return " · ".join([*parts, *filter(None, [doing_words(row.here)])])


def _record(row: Member) -> Record:
    return {
        "member": row.name,
        "role": row.role.value if row.of_the_team else None,
        "open": row.open,
        "overdue": row.overdue,
        "due_soon": row.due_soon,
        "waiting_since": when(row.waiting_since),
        "answered_today": row.answered,
        "here": bool(row.here),
        "on": next((one.conversation for one in row.here if one.conversation is not None), None),
        "doing": next((one.doing for one in row.here if one.doing), ""),
        "last_at": when(row.last_at),
        "away": row.away is not None,
        "away_until": when(row.away.until) if row.away is not None else None,
    }
