"""``hubbub mood ID …``: why mentions sound as they do, and correcting that."""

from __future__ import annotations

import argparse

from listeners.actions import MOODS, set_mood
from listeners.clock import utc_now
from listeners.model import Sentence
from listeners.rows import MentionRow
from listeners.store import reads
from listeners.store.corrections import Corrected, corrections
from listeners.teaching.lessons import lessons
from tui.commands import DONE
from tui.commands.acting import tell
from tui.commands.common import CommandError, Settings, numbers, reading, settings, writing
from tui.commands.output import Record
from tui.commands.parser import add_common
from tui.commands.records import mention_record, when
from tui.explaining import Told, told
from tui.i18n import _
from tui.terminal.ending import run_to_end

_WIDTH = 78


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the ids and the verbs."""
    parser.add_argument(
        "ids",
        type=numbers,
        metavar="ID",
        help=_("numbers of mentions, as in “hubbub mentions”; several with commas between"),
    )
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), title=_("verbs"), required=True)
    for verb, text in (
        ("why", _("show which words made the sentiment, and how sure it is")),
        ("negative", _("it is negative, whatever the scorer says")),
        ("neutral", _("it is neutral, whatever the scorer says")),
        ("positive", _("it is positive, whatever the scorer says")),
        ("auto", _("take the correction away: the scorer's verdict counts again")),
    ):
        add_common(verbs.add_parser(verb, help=text))


def run(arguments: argparse.Namespace) -> int:
    """Explain, or correct."""
    known = settings(arguments)
    if arguments.verb == "why":
        return run_to_end(_why(known, arguments.ids), 1)
    verb = "automatic" if arguments.verb == "auto" else arguments.verb
    return run_to_end(_correct(known, verb, arguments.ids), 1)


async def _correct(known: Settings, verb: str, ids: tuple[int, ...]) -> int:
    assert verb in MOODS
    async with writing(known) as store:
        outcome = await set_mood(
            store, known.member, verb, "mention", ids, utc_now(), config=known.config
        )
    return tell(known, outcome)


async def _why(known: Settings, ids: tuple[int, ...]) -> int:
    records: list[Record] = []
    async with reading(known) as store:
        rows = await reads.mentions(store, ids)
        put = await corrections(store, ids)
        known_now = await lessons(store)
    for place, one in enumerate(ids):
        if one not in rows:
            raise CommandError(Sentence("There is no mention number {number}.", {"number": one}))
        taught = known_now.taught(rows[one].brand)
        found = await told(rows[one], known.config, taught=taught, learnt=known_now.layers)
        if known.output.for_people:
            if place:
                known.output.line("")
            for line in _page(rows[one], found, put.get(one)):
                known.output.line(line)
        else:
            records.append(_record(rows[one], found, put.get(one)))
    if records and len(records) == 1:
        known.output.record(records[0])
    elif records:
        known.output.records(records)
    return DONE


def _page(row: MentionRow, found: Told | None, put: Corrected | None) -> list[str]:
    """Return the page of the screen as plain lines; what draws it is loaded here alone."""
    from tui.theme import DARK, palette
    from tui.widgets.paint import text_of
    from tui.widgets.why_lines import Why, why_lines

    lines = why_lines(Why(row, found, put), _WIDTH, utc_now(), palette(DARK, True))
    return [text_of(line).rstrip() for line in lines]


def _record(row: MentionRow, found: Told | None, put: Corrected | None) -> Record:
    made = found.explanation if found is not None else None
    return {
        **mention_record(row),
        "correction": None
        if put is None
        else {
            "label": put.correction.label.value,
            "author": put.correction.author,
            "at": when(put.correction.at),
            "scored_label": put.scored_label.value,
            "scored_compound": put.scored_compound,
        },
        "now": None if made is None else made.score.compound,
        "vader": None if made is None else made.vader,
        "plain": None if made is None else made.plain,
        "quality": None if made is None else made.quality,
        "also": [] if made is None else list(made.spoken.also),
        "words": [
            {"text": word.text, "weight": word.weight, "base": word.base, "by": list(word.by)}
            for word in (made.words if made is not None else ())
        ],
    }
