"""``hubbub score``: the sentiment of a text, and why."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from listeners.sentiment import Explanation, explain, score
from listeners.text import clean_line
from tui.commands import DONE
from tui.commands.common import lines_of_input, settings
from tui.commands.output import Column, Record
from tui.i18n import _, msgid, signed
from tui.words import word


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the text and the ways to judge it."""
    parser.add_argument(
        "text",
        nargs="?",
        metavar=_("TEXT"),
        help=_("the text; - reads the input, each line a text"),
    )
    parser.add_argument("--lang", help=_("its language, if known: en, fr"))
    parser.add_argument(
        "--mask",
        action="append",
        default=[],
        metavar=_("NAME"),
        help=_("a name that carries no feeling, such as the brand's; may be given several times"),
    )
    parser.add_argument("--explain", action="store_true", help=_("say which words made it"))


def run(arguments: argparse.Namespace) -> int:
    """Score one text, or each line of the input."""
    known = settings(arguments)
    alone = arguments.text not in (None, "-")
    texts = [arguments.text] if alone else lines_of_input()
    if known.output.form == "jsonl" and not arguments.explain:
        # One object a line, in order, as they come: scripts read long inputs through here.
        for text in texts:
            known.output.records([_short(text, arguments)])
        return DONE
    judged = [
        (text, explain(text, lang=arguments.lang, mask=tuple(arguments.mask))) for text in texts
    ]
    if alone and known.output.for_people:
        _tell(judged[0][1], known.output.line)
    elif alone:
        known.output.record(_record(judged[0], arguments.explain))
    else:
        known.output.rows(judged, _columns(), lambda one: _record(one, arguments.explain))
    return DONE


def _short(text: str, arguments: argparse.Namespace) -> Record:
    verdict = score(text, lang=arguments.lang, mask=tuple(arguments.mask))
    return {
        "lang": verdict.lang,
        "scorer": verdict.scorer,
        "compound": verdict.compound,
        "label": verdict.label.value,
    }


def _record(one: tuple[str, Explanation], with_words: bool) -> Record:
    text, explanation = one
    verdict = explanation.score
    record: dict[str, object] = {
        "lang": verdict.lang,
        "scorer": verdict.scorer,
        "compound": verdict.compound,
        "label": verdict.label.value,
    }
    if with_words:
        record["text"] = text
        record["words"] = [
            {"text": one.text, "weight": one.weight, "kind": one.kind} for one in explanation.words
        ]
    return record


def _columns() -> tuple[Column[tuple[str, Explanation]], ...]:
    return (
        Column(msgid("Language"), lambda one: one[1].score.lang or "—"),
        Column(msgid("Sentiment"), lambda one: word(one[1].score.label)),
        Column(msgid("Compound"), lambda one: _compound(one[1]), right=True),
        Column(msgid("Text"), lambda one: one[0]),
    )


def _compound(explanation: Explanation) -> str:
    value = explanation.score.compound
    return "—" if value is None else signed(value, 4)


def _tell(explanation: Explanation, line: Callable[[str], None]) -> None:
    verdict = explanation.score
    language = verdict.lang or _("unknown language")
    line(f"{word(verdict.label)} {_compound(explanation)}  ({language}, {verdict.scorer or '—'})")
    for one in explanation.words:
        line(f"  {signed(one.weight)}  {clean_line(one.text, 80)}  {one.kind}")
