"""``hubbub people``: who was heard, who they are to us, who is one person; and press lists."""

from __future__ import annotations

import argparse
from pathlib import Path

from listeners import actions
from listeners.actions import Outcome
from listeners.clock import utc_now
from listeners.model import Sentence
from listeners.people.press import MOST_BYTES, read_press_list
from listeners.people.rows import ROLES, SORTS, PeopleFilter, PersonRow
from listeners.store import Store, reads
from listeners.store.connection import Connection
from listeners.store.people import heads_of, people, people_ids
from listeners.store.profile_links import maybe_one
from listeners.store.reads.person_page import person_page
from listeners.text import fold
from tui.commands import DONE, FAILED, WRONG_USE
from tui.commands.acting import tell
from tui.commands.common import (
    CommandError,
    Settings,
    amount,
    reading,
    settings_of_brand,
    words,
    writing,
)
from tui.commands.parser import add_common
from tui.commands.people_page import plain_page
from tui.commands.people_records import (
    page_record,
    pair_columns,
    pair_record,
    person_columns,
    person_record,
)
from tui.formats import zone
from tui.i18n import _, msgid
from tui.people_words import STAGES, person_name
from tui.terminal.ending import run_to_end

_FEW = 8
"""People named where a name means several."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the filters of the list, and the verbs."""
    _add_filters(parser)
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), title=_("verbs"))
    _add_filters(verbs.add_parser("list", help=_("everybody who was heard, or entered")))
    for name, text in (
        ("show", _("one person, whole")),
        ("role", _("say what they are to us")),
        ("rename", _("give them a name")),
        ("describe", _("say for whom they write, and about what")),
        ("tag", _("put tags on them")),
        ("untag", _("take tags off them")),
        ("note", _("write a note for the team")),
        ("mute", _("mute every account of theirs")),
        ("unmute", _("mute them no longer")),
        ("merge", _("make one person of them and others")),
        ("split", _("take an account out: a person of its own")),
        ("apart", _("say that they are not the same as somebody")),
    ):
        _add_who(verbs.add_parser(name, help=text))
    verbs.choices["role"].add_argument(
        "role", choices=(*ROLES, "none"), metavar=_("ROLE"), help=", ".join((*ROLES, "none"))
    )
    verbs.choices["rename"].add_argument("name", metavar=_("NAME"))
    verbs.choices["describe"].add_argument("--outlet", metavar=_("NAME"), help=_("their outlet"))
    verbs.choices["describe"].add_argument(
        "--beat", metavar=_("WORDS"), help=_("what they write about")
    )
    for name in ("tag", "untag"):
        verbs.choices[name].add_argument("tags", type=words, metavar=_("TAGS"))
    verbs.choices["note"].add_argument("text", metavar=_("TEXT"))
    verbs.choices["merge"].add_argument(
        "others", nargs="+", metavar=_("OTHER"), help=_("who they are too; the first one stays")
    )
    verbs.choices["apart"].add_argument("other", metavar=_("OTHER"))
    verbs.choices["split"].add_argument(
        "account", metavar=_("ACCOUNT"), help=_("network:handle, or the account's number")
    )
    taken = verbs.add_parser("import", help=_("take in a press list, a CSV file"))
    taken.add_argument("file", type=Path, metavar=_("FILE"))
    taken.add_argument(
        "--role", choices=(*ROLES, "none"), default="journalist", metavar=_("ROLE"),
        help=_("for those of whom the list says none; journalist by default"),
    )  # fmt: skip
    verbs.add_parser("suggest", help=_("who may be one person, with the proof"))
    for one in verbs.choices.values():
        add_common(one)


def _add_who(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "who", metavar=_("WHO"), help=_("a number, a name, a handle or network:handle")
    )


def _add_filters(parser: argparse.ArgumentParser) -> None:
    # What was said before the verb holds behind it too.
    missing = argparse.SUPPRESS
    parser.add_argument("--role", choices=ROLES, default=missing, metavar=_("ROLE"),
                        help=", ".join(ROLES))  # fmt: skip
    parser.add_argument("--stage", choices=tuple(STAGES), default=missing, metavar=_("STAGE"),
                        help=", ".join(STAGES))  # fmt: skip
    parser.add_argument("--tag", default=missing, metavar=_("TAG"))
    parser.add_argument("--search", default=missing, metavar=_("WORDS"),
                        help=_("in names, handles and outlets"))  # fmt: skip
    parser.add_argument("--brand", default=missing, metavar=_("NAME"), help=_("only of this brand"))
    parser.add_argument("--sort", choices=SORTS, default=missing, metavar=_("ORDER"),
                        help=", ".join(SORTS))  # fmt: skip
    parser.add_argument("--limit", type=amount, default=missing, metavar=_("COUNT"),
                        help=_("so many at most, 100 by default"))  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """List, show, or do something to people."""
    known = settings_of_brand(arguments)
    match arguments.verb:
        case None | "list":
            return run_to_end(_list(known, arguments), 1)
        case "show":
            return run_to_end(_show(known, arguments.who, getattr(arguments, "brand", "")), 1)
        case "suggest":
            return run_to_end(_suggest(known), 1)
        case "import":
            return run_to_end(_import(known, arguments.file, arguments.role), 1)
        case _:
            return run_to_end(_do(known, arguments), 1)


async def _list(known: Settings, arguments: argparse.Namespace) -> int:
    told = vars(arguments)
    wanted = PeopleFilter(
        brand=told.get("brand", ""),
        role=told.get("role", ""),
        stage=told.get("stage", ""),
        tag=told.get("tag", "").lstrip("#"),
        text=told.get("search", ""),
        sort=told.get("sort", "last"),
    )
    async with reading(known) as store:
        ids = await people_ids(store, wanted, limit=max(1, told.get("limit", 100)))
        rows = await people(store, ids, wanted.brand)
    found = [rows[one] for one in ids if one in rows]
    nobody = msgid("Nobody fits; without filters everybody who was heard is listed.")
    known.output.rows(found, person_columns(utc_now()), person_record, empty=nobody)
    return DONE


async def _show(known: Settings, who: str, brand: str) -> int:
    now = utc_now()
    names = [name for one in known.config.brands for name in (one.name, *one.names)]
    async with reading(known) as store:
        person = await whom(store, who)
        page = await person_page(store, person.id, brand, now, zone(), names)
        if page is None:
            raise nobody(who)
        talks = await reads.conversations(store, page.conversations[:20])
        messages = await reads.mentions(store, page.messages[:20])
    if known.output.for_people:
        ordered = [talks[one] for one in page.conversations if one in talks]
        said = [messages[one] for one in page.messages if one in messages]
        for line in plain_page(page, ordered, said, now):
            known.output.line(line)
    else:
        known.output.record(page_record(page))
    return DONE


async def _suggest(known: Settings) -> int:
    async with reading(known) as store:
        pairs = await maybe_one(store, utc_now())
    nobody = msgid("Nobody seems to be the same person as somebody else.")
    known.output.rows(pairs, pair_columns(), pair_record, empty=nobody)
    return DONE


async def _import(known: Settings, file: Path, role: str) -> int:
    try:
        with file.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        fault = error.strerror or type(error).__name__
        raise CommandError(
            Sentence("{file} cannot be read: {fault}.", {"file": file.name, "fault": fault})
        ) from error
    told = read_press_list(data, file.name)
    async with writing(known) as store:
        outcome = await actions.import_press(
            store, known.config, known.member, told, utc_now(), role="" if role == "none" else role
        )
    tell(known, outcome)
    # The same list once more changes nothing, and that is no failure.
    return DONE if told.entries else FAILED


async def _do(known: Settings, arguments: argparse.Namespace) -> int:
    async with writing(known) as store:
        person = await whom(store, arguments.who)
        outcome = await _done(known, store, person, arguments)
    return tell(known, outcome)


async def _done(
    known: Settings, store: Store, person: PersonRow, asked: argparse.Namespace
) -> Outcome:
    config, actor, now, ids = known.config, known.member, utc_now(), [person.id]
    match asked.verb:
        case "role":
            role = "" if asked.role == "none" else asked.role
            return await actions.set_role(store, config, actor, ids, role, now)
        case "rename":
            return await actions.describe(store, config, actor, ids, {"name": asked.name}, now)
        case "describe":
            told = {"outlet": asked.outlet, "beat": asked.beat}
            values = {name: text for name, text in told.items() if text is not None}
            return await actions.describe(store, config, actor, ids, values, now)
        case "tag" | "untag":
            off = asked.verb == "untag"
            return await actions.tag_people(store, config, actor, ids, asked.tags, now, off=off)
        case "note":
            return await actions.note_people(store, config, actor, ids, asked.text, now)
        case "mute" | "unmute":
            off = asked.verb == "unmute"
            return await actions.mute_people(store, config, actor, ids, now, off=off)
        case "merge":
            ids += [(await whom(store, other)).id for other in asked.others]
            return await actions.merge_persons(store, config, actor, ids, now)
        case "apart":
            other = (await whom(store, asked.other)).id
            return await actions.not_the_same(store, config, actor, person.id, other, now)
        case _:
            account = _account(person, asked.account)
            return await actions.split_account(store, config, actor, account, now)


def _account(person: PersonRow, named: str) -> int:
    network, _colon, handle = named.rpartition(":")
    for one in person.accounts:
        same = fold(one.called.removeprefix("@")) == fold(handle.removeprefix("@"))
        if str(one.id) == named or (same and network in ("", one.network)):
            return one.id
    listed = ", ".join(f"{one.network}:{one.called}" for one in person.accounts)
    raise CommandError(
        Sentence("There is no such account; there are: {accounts}.", {"accounts": listed})
    )


async def whom(store: Store, who: str) -> PersonRow:
    """Return the person of a number, a name or a handle.

    Raises:
        CommandError: there is none, or there are several.
    """
    if (digits := who.removeprefix("#")).isdecimal() and len(digits) < 18:

        async def head(connection: Connection) -> int:
            return (await heads_of(connection, [int(digits)])).get(int(digits), 0)

        found = await people(store, [await store.read(head)])
    else:
        network, colon, handle = who.partition(":")
        text = handle if colon else who
        ids = await people_ids(store, PeopleFilter(text=text), limit=50)
        found = await people(store, ids)
        wanted = fold(text.strip().removeprefix("@"))
        exact = {
            row.id: row
            for row in found.values()
            if any(
                wanted in (fold(one.handle.removeprefix("@")), fold(one.name), fold(one.key))
                and (not colon or one.network == network)
                for one in row.accounts
            )
            or (not colon and wanted == fold(row.name))
        }
        found = exact or ({} if colon else found)
    if not found:
        raise nobody(who)
    if len(found) > 1:
        several = [f"{row.id} {person_name(row)}" for row in list(found.values())[:_FEW]]
        raise CommandError(
            Sentence(
                "“{who}” may be several people: {names}. Name one by the number.",
                {"who": who, "names": ", ".join(several)},
            ),
            WRONG_USE,
        )
    return next(iter(found.values()))


def nobody(who: str) -> CommandError:
    """Return the error for somebody who was never heard."""
    return CommandError(Sentence("Nobody called {person} was heard.", {"person": who}))
