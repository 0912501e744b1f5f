"""``hubbub teach``: what a word means for a brand, the words taught so far, one taken away."""

from __future__ import annotations

import argparse

from listeners.clock import utc_now
from listeners.model import Micros, Sentence
from listeners.store.rescoring import Wanted, count_wanted
from listeners.store.taught import TaughtWord, taught_words
from listeners.teaching.rescoring import begin_rescoring, go_on
from listeners.teaching.words import WEIGHTS, take_away, teach, weight_of, word_as_kept
from tui.commands import DONE, WRONG_USE
from tui.commands.acting import tell
from tui.commands.common import CommandError, Settings, reading, settings, span, writing
from tui.commands.output import Column, Record
from tui.commands.records import when
from tui.i18n import _, full_moment, msgid
from tui.teaching_words import weight_figure, weight_words
from tui.terminal.ending import run_to_end

_REMOVE = ("remove", "delete")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the word, its weight, and what becomes of stored mentions."""
    parser.add_argument(
        "word", nargs="?", default="list", metavar=_("WORD"),
        help=_("a word or a phrase; list: the words taught; remove: take one away"),
    )  # fmt: skip
    parser.add_argument(
        "weight", nargs="?", default="", metavar=_("WEIGHT"),
        help=_("{choices}, or a number from -4 to 4").format(choices=", ".join(WEIGHTS)),
    )  # fmt: skip
    parser.add_argument("--brand", default="", metavar=_("NAME"), help=_("for this brand"))
    parser.add_argument(
        "--rescore", type=span, metavar=_("SPAN"),
        help=_("score stored mentions that hold it anew, as far back as this: 28d"),
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Teach a word, list them, or take one away."""
    known = settings(arguments)
    if arguments.word == "list" and not arguments.weight:
        return run_to_end(_list(known, arguments.brand), 1)
    return run_to_end(_do(known, arguments), 1)


async def _list(known: Settings, brand: str) -> int:
    async with reading(known) as store:
        found = await taught_words(store, brand)
    known.output.rows(found, _columns(), _record, empty=msgid("No word is taught yet."))
    return DONE


async def _do(known: Settings, arguments: argparse.Namespace) -> int:
    brand = brand_named(known, arguments.brand)
    now = utc_now()
    removing = arguments.word in _REMOVE and arguments.weight
    text = arguments.weight if removing else arguments.word
    weight = None if removing else weight_of(arguments.weight)
    if not removing and weight is None:
        raise CommandError(
            Sentence(
                "Say what {word} means: {choices}, or a number from -4 to 4.",
                {"word": text, "choices": ", ".join(WEIGHTS)},
            ),
            WRONG_USE,
        )
    async with writing(known) as store:
        if weight is None:
            outcome = await take_away(store, known.config, known.member, brand, text, now)
        else:
            outcome = await teach(store, known.config, known.member, brand, text, weight, now)
        code = tell(known, outcome)
        if not outcome.done:
            return code
        since = Micros(now - (arguments.rescore or 28 * 86_400_000_000))
        wanted = Wanted(brand=brand, since=since, word=word_as_kept(text))
        if arguments.rescore is None:
            count = await count_wanted(store, wanted)
            if known.output.for_people and count:
                hint = Sentence(
                    "New posts are judged so from now on. Stored ones of the last 28 days that "
                    "hold it: {count}. “hubbub rescore --word {word}” scores them anew.",
                    {"count": count, "word": wanted.word},
                )
                known.output.said(hint)
            return code
        _begun, number = await begin_rescoring(store, known.config, known.member, wanted, now)
        job = await go_on(store, known.config, number, utc_now, pause=0)
        if job is not None and known.output.for_people:
            known.output.said(
                Sentence(
                    "Scored anew: {seen}. Verdicts that changed: {changed}.",
                    {"seen": job.seen, "changed": job.changed},
                )
            )
    return code


def brand_named(known: Settings, name: str) -> str:
    """Return the brand meant: the one named, else the only one.

    Raises:
        CommandError: there is no such brand, or several to choose from.
    """
    brands = [one.name for one in known.config.brands]
    if name in brands:
        return name
    if not name and len(brands) == 1:
        return brands[0]
    sentence = Sentence("Say which brand, with --brand: {brands}.", {"brands": ", ".join(brands)})
    raise CommandError(sentence, WRONG_USE)


def _columns() -> tuple[Column[TaughtWord], ...]:
    return (
        Column(msgid("Brand"), lambda row: row.brand),
        Column(msgid("Word"), lambda row: row.word),
        Column(msgid("Weight"), lambda row: weight_figure(row.weight), right=True),
        Column(msgid("Means"), lambda row: weight_words(row.weight)),
        Column(msgid("When"), lambda row: full_moment(row.at)),
        Column(msgid("By"), lambda row: row.author),
    )


def _record(row: TaughtWord) -> Record:
    return {
        "id": row.id,
        "brand": row.brand,
        "word": row.word,
        "weight": row.weight,
        "at": when(row.at),
        "author": row.author,
    }
