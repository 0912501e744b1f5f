"""``hubbub templates``: the texts the team begins its replies with."""

from __future__ import annotations

import argparse
import sys

from listeners.clock import utc_now
from listeners.model import SafeText, Sentence
from listeners.replying.templates import usual_templates
from listeners.store.templates import (
    Template,
    add_template,
    change_template,
    remove_template,
    template,
    templates,
)
from listeners.team import may_write
from tui.commands import DONE, WRONG_USE
from tui.commands.common import CommandError, Settings, reading, settings, writing
from tui.commands.output import Column
from tui.commands.parser import add_common
from tui.i18n import _, msgid
from tui.language import language
from tui.terminal.ending import run_to_end


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs; without one the templates are listed."""
    parser.add_argument("--lang", default="", metavar=_("LANGUAGE"), help=_("only in: fr, en"))
    parser.add_argument("--brand", default="", metavar=_("NAME"), help=_("only of this brand"))
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), title=_("verbs"))
    add = verbs.add_parser("add", help=_("keep a new one; {name}, {brand}, {order} are filled in"))
    add.add_argument("name", metavar=_("NAME"))
    add.add_argument("text", metavar=_("TEXT"), help=_("its words; - reads them from the input"))
    change = verbs.add_parser("change", help=_("put other words in its place"))
    change.add_argument("number", type=int, metavar="N")
    change.add_argument("text", metavar=_("TEXT"), help=_("its words; - reads them from the input"))
    remove = verbs.add_parser("remove", help=_("take one away; undo brings it back"))
    remove.add_argument("number", type=int, metavar="N")
    for one in verbs.choices.values():
        add_common(one)
    for one in (add, change):
        # Given after the verb they belong to the template; they must not undo those before it.
        one.add_argument("--lang", default=argparse.SUPPRESS, help=_("its language: fr, en"))
        one.add_argument("--brand", default=argparse.SUPPRESS, help=_("only for this brand"))


def run(arguments: argparse.Namespace) -> int:
    """List, add, change or remove."""
    known = settings(arguments)
    if arguments.verb is None:
        return run_to_end(_list(known, arguments.lang, arguments.brand), 1)
    if (refused := may_write(known.config, known.member)) is not None:
        raise CommandError(refused)
    match arguments.verb:
        case "add":
            wanted = Template(
                name=SafeText(arguments.name),
                lang=arguments.lang,
                brand=_brand(known, arguments.brand),
                text=SafeText(_words(arguments.text)),
            )
            return run_to_end(_add(known, wanted), 1)
        case "change":
            return run_to_end(_change(known, arguments), 1)
        case _:
            return run_to_end(_remove(known, arguments.number), 1)


def _brand(known: Settings, name: str) -> str:
    if name and known.config.brand(name) is None:
        raise CommandError(
            Sentence("The configuration has no brand called {brand}.", {"brand": name}), WRONG_USE
        )
    return name


def _words(text: str) -> str:
    words = sys.stdin.buffer.read().decode("utf-8", "replace") if text == "-" else text
    if not words.strip():
        raise CommandError(Sentence("A template without words begins no reply."), WRONG_USE)
    return words


async def _list(known: Settings, lang: str, brand: str) -> int:
    async with reading(known) as store:
        found = await templates(store, lang, brand)
        own = bool(found) or bool(await templates(store))
    if not own:
        config = known.config.brand(brand) or next(iter(known.config.brands), None)
        audience = "both" if config is None else config.audience
        found = list(usual_templates(lang or language(), audience))
    known.output.rows(found, _columns(), _record, empty=msgid("There is no template for this yet."))
    return DONE


async def _add(known: Settings, wanted: Template) -> int:
    async with writing(known) as store:
        added = await add_template(store, known.member, wanted, utc_now())
    known.output.said(
        Sentence("Template {number} added: {name}", {"number": added.id, "name": added.name}),
        **_record(added),
    )
    return DONE


async def _change(known: Settings, arguments: argparse.Namespace) -> int:
    from dataclasses import replace

    async with writing(known) as store:
        before = await template(store, arguments.number)
        if before is None:
            raise _none(arguments.number)
        after = replace(
            before,
            text=SafeText(_words(arguments.text)),
            lang=arguments.lang or before.lang,
            brand=_brand(known, arguments.brand) or before.brand,
        )
        await change_template(store, known.member, after, utc_now())
    known.output.said(Sentence("Template changed"), id=arguments.number)
    return DONE


async def _remove(known: Settings, number: int) -> int:
    async with writing(known) as store:
        removed = await remove_template(store, known.member, number, utc_now())
    if removed is None:
        raise _none(number)
    known.output.said(
        Sentence("Template {number} removed: {name}", {"number": number, "name": removed.name}),
        id=number,
    )
    return DONE


def _none(number: int) -> CommandError:
    return CommandError(
        Sentence("There is no template number {number}.", {"number": number}), WRONG_USE
    )


def _columns() -> tuple[Column[Template], ...]:
    return (
        Column(msgid("No."), lambda one: str(one.id or "·"), right=True),
        Column(msgid("Name"), lambda one: one.name),
        Column(msgid("Language"), lambda one: one.lang or _("any")),
        Column(msgid("Brand"), lambda one: one.brand or _("any")),
        Column(msgid("Text"), lambda one: one.text),
    )


def _record(one: Template) -> dict[str, object]:
    return {
        "id": one.id or None,
        "name": one.name,
        "lang": one.lang,
        "brand": one.brand,
        "text": one.text,
    }
