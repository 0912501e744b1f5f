"""``hubbub learn``: what was learnt from corrections, with its figures; on and off."""

from __future__ import annotations

import argparse

from listeners.clock import utc_now
from listeners.model import Sentence
from listeners.teaching.learning import Standing, learn, standing, switch, told
from tui.commands import DONE, WRONG_USE
from tui.commands.acting import tell
from tui.commands.common import CommandError, Settings, reading, settings, writing
from tui.commands.output import Column, Record
from tui.i18n import _, msgid, say
from tui.teaching_words import STATES
from tui.terminal.ending import run_to_end
from tui.tongues import tongue_here

_VERBS = ("status", "on", "off", "now")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the language and what is to be done."""
    parser.add_argument(
        "lang", nargs="?", default="", metavar=_("LANG"), help=_("a language: en, fr")
    )
    parser.add_argument(
        "verb", nargs="?", default="status", choices=_VERBS,
        help=_("on: let it judge; off: the word lists again; now: learn now where it is due"),
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Show how far each language is, switch one, or learn now."""
    known = settings(arguments)
    lang, verb = arguments.lang, arguments.verb
    if lang in _VERBS:
        lang, verb = "", lang
    if verb in ("on", "off") and not lang:
        raise CommandError(Sentence("Say which language: hubbub learn fr on."), WRONG_USE)
    if verb == "status":
        return run_to_end(_show(known, lang), 1)
    return run_to_end(_do(known, lang, verb), 1)


async def _show(known: Settings, lang: str) -> int:
    async with reading(known) as store:
        found = [one for one in await standing(store) if not lang or one.lang == lang]
    empty = msgid("No verdict was corrected yet: there is nothing to learn from.")
    known.output.rows(found, _columns(), _record, empty=empty)
    if known.output.for_people:
        for one in found:
            known.output.line(
                _("{who}: {text}").format(who=tongue_here(one.lang), text=say(told(one)))
            )
    return DONE


async def _do(known: Settings, lang: str, verb: str) -> int:
    async with writing(known) as store:
        if verb == "now":
            made = await learn(store, known.config, utc_now())
            known.output.said(
                Sentence("Languages learnt anew: {count}.", {"count": len(made)}), made=len(made)
            )
        else:
            outcome = await switch(store, known.config, known.member, lang, verb == "on", utc_now())
            code = tell(known, outcome)
            if outcome.done and known.output.for_people:
                known.output.said(
                    Sentence(
                        "That holds for new posts. “hubbub rescore --lang {lang}” does the same "
                        "for stored ones.",
                        {"lang": lang},
                    )
                )
            return code
    return await _show(known, "") if known.output.for_people else DONE


def _columns() -> tuple[Column[Standing], ...]:
    return (
        Column(msgid("Language"), lambda row: tongue_here(row.lang)),
        Column(msgid("Corrections"), lambda row: str(row.corrections), right=True),
        Column(msgid("Learnt"), lambda row: _(STATES[row.newest.state]) if row.newest else "–"),
        Column(msgid("Judges"), lambda row: _("yes") if row.judging else _("no")),
    )


def _record(row: Standing) -> Record:
    newest = row.newest
    return {
        "lang": row.lang,
        "corrections": row.corrections,
        "needed": row.lacking,
        "model": newest.id if newest else None,
        "state": newest.state if newest else None,
        "learnt_from": newest.corrections if newest else None,
        "figures": dict(newest.figures) if newest else None,
        "judging": row.judging.id if row.judging else None,
        "sentence": say(told(row)),
    }
