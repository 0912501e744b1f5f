"""``hubbub coverage``: where the audience speaks, where we listen and answer, what to change."""

from __future__ import annotations

import argparse

from listeners.clock import utc_now
from listeners.coverage.facts import Advice, Reached, against
from listeners.coverage.judging import said, verdict
from listeners.coverage.looking import Coverage, coverage
from listeners.model import Sentence
from tui.commands import DONE
from tui.commands.brands import brand_shown
from tui.commands.common import Settings, reading, settings
from tui.commands.output import Column, Record
from tui.coverage_words import WORDS, against_words, listening_words
from tui.i18n import _, msgid, number, say, signed
from tui.terminal.ending import run_to_end


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the brand."""
    parser.add_argument("--brand", default="", metavar=_("NAME"), help=_("of this brand"))


def run(arguments: argparse.Namespace) -> int:
    """Show the coverage of one brand."""
    return run_to_end(_show(settings(arguments), arguments.brand), 1)


async def _show(known: Settings, name: str) -> int:
    brand = brand_shown(known, name)
    async with reading(known) as store:
        found = await coverage(store, known.config, brand, utc_now())
    known.output.rows(
        found.networks,
        COLUMNS,
        lambda one: network_record(one, found),
        empty=msgid("Nothing was heard, and no target group is named."),
    )
    for advised in found.advice if known.output.for_people else ():
        known.output.line(say(_advice_sentence(advised)))
    return DONE


COLUMNS: tuple[Column[Reached], ...] = (
    Column(msgid("network"), lambda one: one.title),
    Column(msgid("verdict"), lambda one: _(WORDS[verdict(one)])),
    Column(msgid("mentions"), lambda one: number(one.mentions), right=True),
    Column(msgid("people"), lambda one: number(one.people), right=True),
    Column(
        msgid("net sentiment"), lambda one: "–" if one.net is None else signed(one.net), right=True
    ),
    Column(
        msgid("answered"),
        lambda one: f"{number(one.answered)}/{number(one.asked)}" if one.asked else "–",
        right=True,
    ),
    Column(msgid("our posts"), lambda one: number(one.posts), right=True),
    Column(msgid("groups"), lambda one: ", ".join(group.name for group in one.groups)),
    Column(
        msgid("objectives"), lambda one: "; ".join(against_words(each) for each in against(one))
    ),
)


def network_record(one: Reached, found: Coverage) -> Record:
    """Return a network for a program: the verdict, figures, objectives, sources, suggestions."""
    return {
        "network": one.network,
        "verdict": verdict(one),
        "why": str(say(said(one))),
        "groups": [group.name for group in one.groups],
        "mentions": one.mentions,
        "people": one.people,
        "new_people": one.new_people,
        "net_sentiment": one.net,
        "reach": one.reach,
        "asked": one.asked,
        "answered": one.answered,
        "answered_in_time": one.in_time,
        "first_answer_seconds": one.first_seconds,
        "own_posts": one.posts,
        "competitor_mentions": one.rivals,
        "links_there": one.linked,
        "objectives": [
            {
                "group": held.group,
                "measure": held.objective.measure,
                "target": held.objective.target,
                "now": held.now,
                "met": held.met,
            }
            for held in against(one)
        ],
        "sources": [listening_words(source) for source in one.sources],
        "suggestions": [
            {
                "what": advised.what,
                "source": advised.source,
                "evidence": [str(say(text)) for text in advised.evidence],
            }
            for advised in found.advice
            if advised.network == one.network
        ],
    }


def _advice_sentence(advised: Advice) -> Sentence:
    evidence = " ".join(str(say(text)) for text in advised.evidence)
    if advised.what == "add":
        return Sentence(
            "Worth adding: {network}. {evidence}",
            {"network": advised.network, "evidence": evidence},
        )
    return Sentence(
        "Worth dropping: {source}. {evidence}", {"source": advised.source, "evidence": evidence}
    )
