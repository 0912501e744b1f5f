"""``hubbub voice``: brands compared, words that rise, and the hours people speak at."""

from __future__ import annotations

import argparse
from typing import NamedTuple

from listeners.clock import to_iso, utc_now
from listeners.networks.titles import network_title
from listeners.store import Store, reads
from listeners.voice.cutting import KINDS as TERM_KINDS
from listeners.voice.hours import Cell, HeatMap
from listeners.voice.looking import WordsSaid, compare, hours_of, words_said
from listeners.voice.rising import Rising
from listeners.voice.share import Shares, Voice, stretch_of
from tui.commands import DONE
from tui.commands.brands import brand_shown
from tui.commands.common import Settings, reading, settings
from tui.commands.output import Column, Record
from tui.formats import zone
from tui.i18n import _, msgid, number, percent, signed
from tui.terminal.ending import run_to_end
from tui.voice_words import (
    COLUMNS,
    KINDS,
    RANGES,
    UNKNOWN,
    figure_texts,
    hour_name,
    hours_sentences,
    share_notes,
    silence,
    times_text,
    words_empty,
    words_notes,
)

PARTS = ("share", "words", "hours")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the part, the brand, the stretch of time and what words are compared with."""
    parser.add_argument(
        "part",
        nargs="?",
        choices=PARTS,
        default="share",
        help=_("brands compared, words that rise, or the hours of the week; share by default"),
    )
    parser.add_argument("--brand", default="", metavar=_("NAME"), help=_("of this brand"))
    parser.add_argument(
        "--range", choices=tuple(RANGES), default="week", help=_("how far back; a week by default")
    )
    parser.add_argument(
        "--kind", choices=TERM_KINDS, default="", help=_("only words, phrases, tags or emoji")
    )
    parser.add_argument(
        "--rival",
        default="",
        metavar=_("NAME"),
        help=_("what is said of this brand, and less of the other, instead of what rises"),
    )


def run(arguments: argparse.Namespace) -> int:
    """Show one part."""
    return run_to_end(_show(arguments, settings(arguments)), 1)


async def _show(arguments: argparse.Namespace, known: Settings) -> int:
    brand = brand_shown(known, arguments.brand)
    rival = brand_shown(known, arguments.rival) if arguments.rival else ""
    now = utc_now()
    stretch = stretch_of(arguments.range, now)
    async with reading(known) as store:
        if arguments.part == "share":
            _show_shares(known, await compare(store, known.config, brand, stretch))
        elif arguments.part == "hours":
            _show_hours(known, await hours_of(store, brand, now, zone()))
        else:
            said, less = (rival, brand) if rival else (brand, "")
            found = WordsSaid(said, less)
            async for step in words_said(store, known.config, said, stretch, against=less):
                found = step
            await _show_words(known, store, found, arguments.kind)
    return DONE


# --- shares ------------------------------------------------------------------------------------


def _show_shares(known: Settings, found: Shares) -> None:
    known.output.rows(found.voices, _share_columns(), lambda voice: share_record(voice, found))
    if known.output.for_people:
        names = {one: network_title(one) for voice in found.voices for one in voice.heard_on}
        for note in share_notes(found, names):
            known.output.line(note)


def _share_columns() -> tuple[Column[Voice], ...]:
    def figure(place: int) -> Column[Voice]:
        return Column(COLUMNS[place], lambda voice: figure_texts(voice)[place], right=True)

    return (
        Column(msgid("Brand"), lambda voice: voice.brand),
        *(figure(place) for place in range(len(COLUMNS))),
        Column("", silence),
    )


def share_record(voice: Voice, found: Shares) -> Record:
    """Return one brand compared, for a program."""
    band = voice.band
    return {
        "brand": voice.brand,
        "ours": voice.ours,
        "configured": voice.configured,
        "heard_on": list(voice.heard_on),
        "compared_on": list(found.networks),
        "mentions": voice.whole.total,
        "mentions_compared": voice.compared.total,
        "mentions_before": voice.before.total,
        "change": voice.change,
        "share": voice.share,
        "share_before": voice.share_before,
        "negative": voice.whole.negative,
        "neutral": voice.whole.neutral,
        "positive": voice.whole.positive,
        "unscored": voice.whole.unscored,
        "net_sentiment": voice.whole.net_sentiment,
        "net_low": band.low if band else None,
        "net_high": band.high if band else None,
        "people": voice.reach.people,
        "reach": voice.reach.followers,
        "people_of_unknown_reach": voice.reach.unknown,
    }


# --- words -------------------------------------------------------------------------------------


async def _show_words(known: Settings, store: Store, found: WordsSaid, kind: str) -> None:
    rows = [one for one in found.risen if not kind or one.term.kind == kind]
    themes = {one.term: theme.name.written for theme in found.themes for one in theme.terms}
    newest = [one.mentions[0] for one in rows]
    said = {id_: row.text for id_, row in (await reads.mentions(store, newest)).items()}
    listed = [TermRow(one, themes.get(one.term, ""), said.get(one.mentions[0], "")) for one in rows]
    if known.output.for_people:
        for note in words_notes(found):
            known.output.line(note)
    against = bool(found.against)
    known.output.rows(
        listed,
        (
            Column(msgid("Said"), lambda row: row.one.written),
            Column(msgid("Kind"), lambda row: _(KINDS[row.one.term.kind])),
            Column(msgid("mentions"), lambda row: number(row.one.now), right=True),
            Column(msgid("authors"), lambda row: number(row.one.authors), right=True),
            Column(msgid("how much more"), lambda row: times_text(row.one, against=against)),
            Column(msgid("mood"), lambda row: _net(row.one), right=True),
            Column(msgid("Theme"), lambda row: row.theme),
            Column(msgid("Newest"), lambda row: row.said),
        ),
        lambda row: term_record(row, found),
        empty=words_empty(found)[0],
    )


class TermRow(NamedTuple):
    """A term, the theme it is in, and the words of the newest mention that says it."""

    one: Rising
    theme: str
    said: str


def _net(one: Rising) -> str:
    return UNKNOWN if one.net is None else signed(one.net)


def term_record(row: TermRow, found: WordsSaid) -> Record:
    """Return one term, for a program."""
    one = row.one
    return {
        "brand": found.brand,
        "against": found.against or None,
        "kind": one.term.kind,
        "term": one.written,
        "theme": row.theme or None,
        "mentions": one.now,
        "usual_mentions": one.usual,
        "of_mentions": found.mentions,
        "of_usual_mentions": found.usual,
        "times": one.times,
        "z": one.z,
        "people": one.authors,
        "negative": one.negative,
        "positive": one.positive,
        "net_sentiment": one.net,
        "newest_mention": one.mentions[0],
        "newest": row.said,
    }


# --- hours -------------------------------------------------------------------------------------


class HourRow(NamedTuple):
    """One hour of the week."""

    weekday: int
    hour: int
    cell: Cell


def _show_hours(known: Settings, heat: HeatMap) -> None:
    rows = [
        HourRow(weekday, hour, cell)
        for weekday, row in enumerate(heat.cells)
        for hour, cell in enumerate(row)
    ]
    if known.output.for_people:
        for sentence in hours_sentences(heat):
            known.output.line(sentence)
        known.output.line(_("Times are those of {zone}.").format(zone=heat.zone))
        rows = [row for row in rows if row.cell.total or row.cell.answers]
    known.output.rows(
        rows,
        (
            Column(msgid("Hour"), lambda row: hour_name(row.weekday, row.hour)),
            Column(msgid("mentions"), lambda row: number(row.cell.total), right=True),
            Column(msgid("an hour"), lambda row: number(row.cell.rate, 1), right=True),
            Column(msgid("negative"), _negative, right=True),
            Column(msgid("answers"), lambda row: number(row.cell.answers), right=True),
        ),
        lambda row: hour_record(row, heat),
    )


def _negative(row: HourRow) -> str:
    share = row.cell.negative_share
    return UNKNOWN if share is None else percent(share)


def hour_record(row: HourRow, heat: HeatMap) -> Record:
    """Return one hour of the week, for a program; ``weekday`` is 1 for Monday."""
    return {
        "weekday": row.weekday + 1,
        "hour": row.hour,
        "zone": heat.zone,
        "since": to_iso(heat.since),
        "until": to_iso(heat.until),
        "times": row.cell.times,
        "mentions": row.cell.total,
        "mentions_an_hour": row.cell.rate,
        "negative": row.cell.negative,
        "negative_share": row.cell.negative_share,
        "answers": row.cell.answers,
        "busy": heat.is_busy(row.cell),
    }
