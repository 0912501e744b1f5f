"""``hubbub score``: the sentiment of a text, and why."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence

from listeners.config import Config
from listeners.sentiment import (
    SCORED_LANGUAGES,
    Explanation,
    explain,
    score,
    vader_compound,
)
from listeners.text import clean_line
from tui.commands import DONE
from tui.commands.common import settings
from tui.commands.output import Column, Record
from tui.i18n import _, msgid, signed
from tui.sentiment_words import mixed_line, plain_lines, quality_line, why_sentence
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
        "--usual",
        help=_("the language its author usually writes in, for what is too short to tell"),
    )
    parser.add_argument(
        "--mask",
        action="append",
        default=[],
        metavar=_("NAME"),
        help=_("a name that carries no feeling, such as the brand's; may be given several times"),
    )
    parser.add_argument(
        "--plain",
        action="store_true",
        help=_("without our own layer: English as VADER scores it"),
    )
    parser.add_argument("--explain", action="store_true", help=_("say which words made it"))


def run(arguments: argparse.Namespace) -> int:
    """Score one text, or each line of the input."""
    known = settings(arguments)
    alone = arguments.text not in (None, "-")
    languages = _languages(known.config)
    texts = iter([arguments.text]) if alone else _lines()
    if known.output.form == "jsonl" and not arguments.explain:
        # One object a line, in order, as they come: scripts read long inputs through here.
        for text in texts:
            known.output.records([_short(text, arguments, languages)])
        return DONE
    judged = [(text, _explained(text, arguments, languages)) for text in texts]
    if known.output.for_people and (alone or arguments.explain):
        for text, told in judged:
            if not alone:
                known.output.line(clean_line(text))
            _tell(told, known.output.line, arguments)
    elif alone:
        known.output.record(_record(judged[0], arguments))
    else:
        known.output.rows(judged, _columns(), lambda one: _record(one, arguments))
    return DONE


def _languages(config: Config) -> Sequence[str]:
    """The languages a text may be in: those of the brands, or all that are scored."""
    chosen = dict.fromkeys(lang for brand in config.brands for lang in brand.languages)
    return tuple(chosen) or SCORED_LANGUAGES


def _lines() -> Iterator[str]:
    """The lines of the input as they come; only a line feed ends one, whatever else is in it."""
    if sys.stdin is not None:
        for line in sys.stdin.buffer:
            yield line.decode("utf-8", "replace").rstrip("\r\n")


def _explained(text: str, arguments: argparse.Namespace, languages: Sequence[str]) -> Explanation:
    return explain(
        text,
        lang=arguments.lang,
        mask=tuple(arguments.mask),
        languages=languages,
        usual=arguments.usual,
        layered=not arguments.plain,
    )


def _short(text: str, arguments: argparse.Namespace, languages: Sequence[str]) -> Record:
    verdict = score(
        text,
        lang=arguments.lang,
        mask=tuple(arguments.mask),
        languages=languages,
        usual=arguments.usual,
        layered=not arguments.plain,
    )
    return {
        "lang": verdict.lang,
        "scorer": verdict.scorer,
        "compound": verdict.compound,
        "label": verdict.label.value,
        "vader": vader_compound(text) if verdict.lang == "en" and verdict.scorer else None,
    }


def _record(one: tuple[str, Explanation], arguments: argparse.Namespace) -> Record:
    text, told = one
    record: dict[str, object] = {
        "lang": told.score.lang,
        "scorer": told.score.scorer,
        "compound": told.score.compound,
        "label": told.score.label.value,
        "vader": told.vader,
    }
    if arguments.explain:
        record["text"] = text
        record["plain"] = told.plain
        record["said_by"] = told.spoken.why
        record["also"] = list(told.spoken.also)
        record["quality"] = told.quality
        record["words"] = [
            {
                "text": word.text,
                "weight": word.weight,
                "kind": word.kind,
                "base": word.base,
                "by": list(word.by),
            }
            for word in told.words
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


def _tell(told: Explanation, line: Callable[[str], None], arguments: argparse.Namespace) -> None:
    verdict = told.score
    language = verdict.lang or _("unknown language")
    line(f"{word(verdict.label)} {_compound(told)}  ({language}, {verdict.scorer or '—'})")
    if arguments.explain:
        for sentence in _about(told):
            line(f"  {sentence}")
    for one in told.words:
        by = f"  ({clean_line(' '.join(reversed(one.by)), 40)})" if one.by else ""
        line(f"  {signed(one.weight)}  {clean_line(one.text, 80)}{by}  {one.kind}")


def _about(told: Explanation) -> Iterator[str]:
    """What stands behind the words: the language, how far to trust it, and the plain score."""
    yield why_sentence(told)
    yield _(_SAID_BY[told.spoken.why])
    if mixed := mixed_line(told):
        yield mixed
    if told.quality is not None and (quality := quality_line(told.score.lang)):
        yield quality
    yield from plain_lines(told)


_SAID_BY = {
    "tag": msgid("Language as given with the text"),
    "text": msgid("Language found in the text"),
    "usual": msgid("Language its author usually writes in"),
    "unknown": msgid("Too little text to tell the language"),
}
