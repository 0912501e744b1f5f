"""What X is asked for: a brand's query in X's own language, in as few questions as fit.

Source: docs.x.com/x-api/posts/search/integrate/build-a-query: 512 characters for a search on
self-serve plans, 1,024 for a rule of the stream. AND binds before OR. A search folds accents, the
stream does not. Every post costs, so what is read elsewhere (our own posts, and what mentions us)
and reposts are left out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from listeners.config import BrandConfig, SourceConfig
from listeners.model import Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.query import QuerySyntaxError, push_down, query_for_brand

SEARCH_LENGTH = 512
RULE_LENGTH = 1024


def queries_of(
    source: SourceConfig,
    brands: Iterable[BrandConfig],
    *,
    apart: Sequence[str] = (),
    longest: int = SEARCH_LENGTH,
    spellings: bool = False,
) -> tuple[str, ...]:
    """Return what to ask X for: ``what`` of the source as it is, else the brands' queries.

    ``apart`` are our handles whose posts and mentions are read elsewhere. ``spellings`` asks for
    words with accents also without them.

    Raises:
        SourceError: the query cannot be read, has no words to ask for, or is too long for X.
    """
    if what := source.what.strip():
        if len(what) > longest:
            raise SourceError(SourceState.FAILING, too_long(len(what), longest))
        return (what,)
    try:
        found = [term for brand in brands for term in push_down(query_for_brand(brand), "x")]
    except QuerySyntaxError as error:
        raise SourceError(SourceState.FAILING, error.sentence) from error
    if not found:
        raise SourceError(SourceState.FAILING, no_words())
    ours = {f"@{handle.casefold()}" for handle in apart}
    found = [term for term in found if term not in ours]
    if spellings:
        found = [form for term in found for form in (term, without_accents(term))]
    return packed(found, left_out(apart), longest)


def left_out(apart: Sequence[str]) -> str:
    """Return what every question ends with."""
    return "".join(f" -from:{handle} -@{handle}" for handle in apart) + " -is:retweet"


def packed(terms: Iterable[str], tail: str, longest: int) -> tuple[str, ...]:
    """Join alternatives by OR into as few questions as their length allows.

    A single one that is too long loses its last words: it then finds more, never less.
    """
    room = longest - len(tail) - len("()")
    questions: list[str] = []
    held = ""
    for term in dict.fromkeys(shortened(one, room) for one in terms):
        joined = f"{held} OR {term}" if held else term
        if held and len(joined) > room:
            questions.append(held)
            joined = term
        held = joined
    if held:
        questions.append(held)
    return tuple((f"({one})" if " " in one else one) + tail for one in questions)


def shortened(term: str, room: int) -> str:
    """Return one alternative as X writes it: bare where it is one word, in brackets where several
    terms must be found together, and within ``room``."""
    pieces = _pieces(term)
    while len(_written(pieces)) > room:
        *before, last = pieces
        if before:
            pieces = before
        elif " " in last:
            pieces = [last.rpartition(" ")[0] + '"']
        else:
            pieces = [last[: room - 1].rstrip('"') + '"']
    return _written(pieces)


def without_accents(term: str) -> str:
    """Return a term without its accents, for a search that does not fold them."""
    parts = unicodedata.normalize("NFD", term)
    return unicodedata.normalize("NFC", "".join(one for one in parts if not _accent(one)))


def _accent(sign: str) -> bool:
    return "\u0300" <= sign <= "\u036f"


def _pieces(term: str) -> list[str]:
    """Split terms that must all be found, keeping phrases whole."""
    pieces, quoted = [""], False
    for sign in term:
        quoted ^= sign == '"'
        if sign == " " and not quoted:
            pieces.append("")
        else:
            pieces[-1] += sign
    return [_bare(piece) for piece in pieces if piece]


def _bare(piece: str) -> str:
    if piece.startswith("url:"):
        return f'url:"{piece.removeprefix("url:")}"'
    inner = piece[1:-1]
    return inner if piece[0] == '"' and inner.isalnum() and inner.isascii() else piece


def _written(pieces: Sequence[str]) -> str:
    return f"({' '.join(pieces)})" if len(pieces) > 1 else pieces[0]


def no_words() -> Sentence:
    """X cannot be searched for this query."""
    return Sentence(
        "The brand's query has no words that X can be searched for. Add a word to the query, or "
        "write a query of X's own as what = in this source."
    )


def too_long(length: int, longest: int) -> Sentence:
    """X takes no query that long."""
    return Sentence(
        "what = in this source is a query of {length} characters, and X takes {longest}. Write it "
        "as two sources, or leave what empty: the brand's words are then split by hubbub.",
        {"length": length, "longest": longest},
    )
