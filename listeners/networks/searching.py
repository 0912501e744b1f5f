"""What a network is searched for, and up to where each search was read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from listeners.config import BrandConfig, SourceConfig
from listeners.model import Gap, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.query import QuerySyntaxError, push_down, query_for_brand

MOST_SEARCHES = 8
"""Searches of one source at most: each costs a request a round."""

_LOST_PLACE = Sentence(
    "The place up to which this source was read could not be understood. hubbub begins again at "
    "the newest posts; what came in between may be missing."
)


def search_words(
    source: SourceConfig, brands: Iterable[BrandConfig], network: str
) -> tuple[str, ...]:
    """Return what to search for: ``what`` of the source, else the brands' queries pushed down.

    The answer is wider than the query where the network cannot ask for it exactly; what it brings
    is matched again here. ``network`` is the network's title, for people.

    Raises:
        SourceError: the query cannot be read, or has no words to search for.
    """
    if what := source.what.strip():
        return (what,)
    try:
        found = [word for brand in brands for word in push_down(query_for_brand(brand), "generic")]
    except QuerySyntaxError as error:
        raise SourceError(SourceState.FAILING, error.sentence) from error
    if not found:
        raise SourceError(
            SourceState.FAILING,
            Sentence(
                "The brand's query has no words that {network} can be searched for. Add a word to "
                "the query, or write one as what = in this source.",
                {"network": network},
            ),
        )
    return tuple(dict.fromkeys(found))[:MOST_SEARCHES]


def read_marks(cursor: str | None, name: str = "marks") -> dict[str, int] | None:
    """Return up to where each place was read; ``None`` if it is not a cursor of ours.

    ``name`` is what the marks are called in the cursors of this network.
    """
    if cursor is None:
        return {}
    try:
        marks = json.loads(cursor)[name]
        return {str(key): int(mark) for key, mark in marks.items()}
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return None


def write_marks(marks: Mapping[str, int], name: str = "marks") -> str:
    """Return the cursor that holds these marks."""
    return json.dumps({name: dict(marks)})


def lost_place(now: Micros) -> Gap:
    """Return the gap of a source whose cursor could not be understood."""
    return Gap(None, now, _LOST_PLACE)
