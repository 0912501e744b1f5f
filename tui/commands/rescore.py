"""``hubbub rescore``: bring stored verdicts up to date, or say what that would change."""

from __future__ import annotations

import argparse
import sys

from listeners.clock import utc_now
from listeners.model import Label, Sentence
from listeners.store import Store
from listeners.store.rescoring import Rescoring, Wanted, unfinished
from listeners.teaching.rescoring import Tally, begin_rescoring, go_on, rehearsed, stale
from listeners.teaching.words import word_as_kept
from tui.commands import DONE
from tui.commands.acting import tell
from tui.commands.common import Settings, past, reading, settings, writing
from tui.commands.output import Column, Record
from tui.commands.teach import brand_named
from tui.i18n import _, msgid, number
from tui.teaching_words import progress_words
from tui.terminal.ending import run_to_end
from tui.words import word


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add how far back, which mentions, and whether it is only tried."""
    parser.add_argument(
        "--since", type=past, metavar=_("WHEN"),
        help=_("how far back: 24h, 28d, 2026-11-22; without it, 28 days"),
    )  # fmt: skip
    parser.add_argument("--brand", default="", metavar=_("NAME"), help=_("only of this brand"))
    parser.add_argument(
        "--word", default="", metavar=_("WORD"), help=_("only mentions that hold this word")
    )
    parser.add_argument(
        "--lang", default="", metavar=_("LANG"), help=_("only mentions in this language: fr")
    )
    parser.add_argument(
        "--dry-run", action="store_true", help=_("say what would change, and change nothing")
    )


def run(arguments: argparse.Namespace) -> int:
    """Score anew what was asked for; what was interrupted goes on first."""
    known = settings(arguments)
    return run_to_end(_try(known, arguments) if arguments.dry_run else _do(known, arguments), 1)


def _wanted(known: Settings, arguments: argparse.Namespace) -> list[Wanted]:
    named = arguments.brand
    brands = [brand_named(known, named)] if named else [one.name for one in known.config.brands]
    since = arguments.since or past("28d")
    asked = word_as_kept(arguments.word) if arguments.word else ""
    return [Wanted(brand=one, since=since, word=asked, lang=arguments.lang) for one in brands]


async def _try(known: Settings, arguments: argparse.Namespace) -> int:
    found: list[tuple[str, Tally]] = []
    async with reading(known) as store:
        for wanted in _wanted(known, arguments):
            found.append((wanted.brand, await rehearsed(store, known.config, wanted)))
    known.output.rows(found, _columns(), _record)
    if known.output.for_people:
        for _brand, tally in found:
            for (before, after), count in tally.moves.most_common():
                moved = f"{word(before)} → {word(after)}"
                known.output.line(_("{field}: {value}").format(field=moved, value=number(count)))
        known.output.said(Sentence("Nothing was changed. Without --dry-run it is done."))
    return DONE


async def _do(known: Settings, arguments: argparse.Namespace) -> int:
    code = DONE
    async with writing(known) as store:
        await _go_on_with_old(known, store)
        for wanted in _wanted(known, arguments):
            outcome, number = await begin_rescoring(
                store, known.config, known.member, wanted, utc_now()
            )
            if not outcome.done:
                return tell(known, outcome)
            await _run(known, store, number)
        left = await stale(store, known.config)
    for one in left if known.output.for_people and not arguments.word else ():
        known.output.said(one.sentence)
    return code


async def _go_on_with_old(known: Settings, store: Store) -> None:
    for job in await unfinished(store):
        if known.output.for_people:
            known.output.said(
                Sentence(
                    "Going on with what was interrupted, at {brand}.", {"brand": job.wanted.brand}
                )
            )
        await _run(known, store, job.id)


async def _run(known: Settings, store: Store, number: int) -> None:
    def told(job: Rescoring) -> None:
        if known.output.for_people and sys.stderr.isatty():
            sys.stderr.write(f"\r{progress_words(job)} ")
            sys.stderr.flush()

    job = await go_on(store, known.config, number, utc_now, told=told, pause=0)
    if job is None:
        return
    if known.output.for_people and sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    known.output.said(
        Sentence(
            "{brand}: scored anew {seen}, verdicts that changed {changed}.",
            {"brand": job.wanted.brand, "seen": job.seen, "changed": job.changed},
        ),
        brand=job.wanted.brand,
        seen=job.seen,
        changed=job.changed,
    )


def _columns() -> tuple[Column[tuple[str, Tally]], ...]:
    return (
        Column(msgid("Brand"), lambda row: row[0]),
        Column(msgid("Mentions"), lambda row: str(row[1].read), right=True),
        Column(msgid("Would change"), lambda row: str(row[1].changed), right=True),
        Column(msgid("Other label"), lambda row: str(row[1].moves.total()), right=True),
    )


def _record(row: tuple[str, Tally]) -> Record:
    brand, tally = row
    moves: dict[tuple[Label, Label], int] = dict(tally.moves)
    return {
        "brand": brand,
        "read": tally.read,
        "changed": tally.changed,
        "relabelled": tally.moves.total(),
        "moves": {f"{before.value}>{after.value}": n for (before, after), n in moves.items()},
    }
