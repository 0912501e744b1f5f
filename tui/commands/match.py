"""``hubbub match``: try a query on texts before it is trusted."""

from __future__ import annotations

import argparse

from listeners.query import Subject, push_down, tags_of
from tui.commands import DONE, FAILED
from tui.commands.common import Settings, lines_of_input, query_of, settings
from tui.commands.output import Column
from tui.commands.records import said
from tui.i18n import _, msgid


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the query and the texts."""
    parser.add_argument("query", metavar=_("QUERY"), help=_("the query to try"))
    parser.add_argument(
        "text",
        nargs="?",
        metavar=_("TEXT"),
        help=_("a text to try it on; - reads the input, each line a text; none checks the query"),
    )


def run(arguments: argparse.Namespace) -> int:
    """Match one text, each line of the input, or only read the query.

    Like a search, it fails when nothing matches.
    """
    known = settings(arguments)
    query = query_of(arguments.query)
    if arguments.text is None:
        known.output.record(
            {
                "query": str(query),
                "tags": list(tags_of(query)),
                "mastodon": list(push_down(query, "mastodon")),
                "hackernews": list(push_down(query, "hackernews")),
                "bluesky": list(push_down(query, "bluesky")),
            }
        )
        return DONE
    texts = [arguments.text] if arguments.text != "-" else lines_of_input()
    found = []
    for number, text in enumerate(texts, 1):
        reasons = query.matches(Subject(text=text))
        if reasons is not None:
            found.append((number, text, said(reasons)))
    return _show(known, found)


def _show(known: Settings, found: list[tuple[int, str, list[str]]]) -> int:
    known.output.rows(
        found,
        (
            Column(msgid("Line"), lambda one: str(one[0]), right=True),
            Column(msgid("Why"), lambda one: " · ".join(one[2])),
            Column(msgid("Text"), lambda one: one[1]),
        ),
        lambda one: {"line": one[0], "text": one[1], "reasons": one[2]},
        empty=msgid("Nothing matches."),
    )
    return DONE if found else FAILED
