"""French through VADER's rules: a vendored lexicon, our own words, and French negation.

The lexicon ``lexicons/fr_lexicon.txt`` is that of vadersentiment-fr 1.3.4 (MIT, see
``lexicons/README.md``); ``lexicons/fr_own.txt`` is ours and goes before it. What French does
otherwise than English is here: elision (``n'aime`` is two words), negation around the verb (``je
n'aime pas``: ``pas`` turns the word before it), ``plus`` as "more" or "no longer", and accents
and letters that people leave out or repeat.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from listeners.sentiment.emoji import emoji_weights
from listeners.sentiment.rules import NEGATION
from listeners.sentiment.sarcasm import thanks_turned_by
from listeners.sentiment.service import french_service
from listeners.sentiment.tables import Tables, Word
from listeners.sentiment.vocabulary import own, with_own

_PRAISE = "bravo super génial genial parfait félicitations chapeau top magnifique formidable"
_LINKS = (
    "merci pour le la les l' un une des de d' du ce cette ces cet mon ma mes votre vos encore à "
    "nouveau tout toute tous vraiment beaucoup bien avec et donc"
)

_LEXICONS = Path(__file__).parent / "lexicons"

_MORE, _LESS = 0.293, -0.293
_WEAKEST = 0.3
"""Words the vendored lexicon holds for nearly neutral are left out."""

_BOOSTERS = {
    _MORE: (
        "absolument archi beaucoup bigrement bougrement carrément complètement considérablement "
        "davantage diablement drôlement entièrement exceptionnellement excessivement "
        "extrême extrêmement fabuleusement fichtrement franchement grandement grave hautement "
        "hyper incroyablement infiniment largement mega méga particulièrement profondément "
        "rudement sacrément si spécialement tant tellement terriblement totalement trop "
        "très tres ultra vachement vraiment énormément"
    ),
    _LESS: (
        "approximativement assez difficilement guère insuffisamment juste légèrement léger légère "
        "moins moyennement peu plutôt presque quasi quasiment rarement relativement"
    ),
}

_BEFORE = frozenset(
    ("pas", "jamais", "rien", "aucun", "aucune", "aucunement", "nullement", "sans", "ni", "guère")
)
_AFTER = frozenset(("pas", "jamais", "plus", "guère", "rien", "aucun", "aucune"))
_SURE = frozenset(("ne", "n'"))
_SPEAKERS = frozenset(
    ("j'", "je", "tu", "il", "elle", "on", "ça", "ca", "c'", "nous", "vous", "ils", "elles", "y")
)
_BETWEEN = frozenset(("du", "tout", "même", "trop", "vraiment", "non", "toujours", "franchement"))

_ELISION = re.compile(r"\b(l|d|j|m|t|s|n|c|qu|jusqu|lorsqu|puisqu|quoiqu)'(?=\w)", re.IGNORECASE)
_GLUED = re.compile(r"(?:(?<=[,!?…])|(?<=\.\.))(?=\w)")
_REPEATED = re.compile(r"(\w)\1{2,}")


@cache
def french_lexicon() -> Mapping[str, float]:
    """Word to valence: the vendored lexicon, corrected and completed by ours."""
    return with_own(_vendored(), own("fr"))


@cache
def _vendored() -> Mapping[str, float]:
    lexicon: dict[str, float] = {}
    for line in (_LEXICONS / "fr_lexicon.txt").read_text(encoding="utf-8").splitlines():
        word, _, valence = line.strip().rpartition("->")
        if word and abs(float(valence)) >= _WEAKEST and " " not in word:
            lexicon[word] = float(valence)
    return lexicon


def own_words() -> Mapping[str, float]:
    """The words of ``fr_own.txt``; 0 takes a word out of the vendored lexicon."""
    return own("fr").words


def french_boosters() -> Mapping[str, float]:
    """Words that raise or lower the word after them."""
    return {word: step for step, words in _BOOSTERS.items() for word in words.split()}


def french_text(text: str) -> str:
    """Set elided words and glued sentences apart, so that they can be cut at spaces."""
    if "'" in text:
        text = _ELISION.sub(r"\1' ", text)
    return _GLUED.sub(" ", text)


@cache
def _unaccented() -> Mapping[str, str]:
    """Words as people type them without accents; short and ambiguous ones are left out."""
    found: dict[str, str] = {}
    lexicon = french_lexicon()
    taken_out = {bare(word) for word, valence in own_words().items() if not valence}
    for word in (*french_boosters(), *lexicon):
        plain = bare(word)
        if len(plain) > 3 and plain != word and not (plain in lexicon or plain in taken_out):
            found.setdefault(plain, word)
    return found


def bare(word: str) -> str:
    """Return a word without accents, ``œ`` and ``æ`` spelled out."""
    word = word.replace("œ", "oe").replace("æ", "ae")
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def french_alternatives(lower: str) -> Iterator[str]:
    """Yield other spellings of a word: accents, ``œ``, letters drawn out (``troooop``)."""
    plain = bare(lower)
    if lower in own_words():
        return
    yield from _spelled(plain, lower)
    if _REPEATED.search(lower):
        for letters in (r"\1\1", r"\1"):
            short = _REPEATED.sub(letters, lower)
            yield short
            yield from _spelled(bare(short), short)


def _spelled(plain: str, word: str) -> Iterator[str]:
    if plain != word:
        yield plain
    accented = _unaccented().get(plain)
    if accented is not None:
        yield accented


def turn_by_what_follows(words: list[Word]) -> Mapping[int, float]:
    """Find the words turned by a negation after them, and use that negation up.

    ``je n'aime pas les retards``: ``pas`` turns ``aime`` and leaves ``retards`` alone. ``plus``
    negates only where ``ne`` stands before it (``n'est plus``), else it means more.
    """
    turned: dict[int, float] = {}
    for at, word in enumerate(words):
        if word.lower == "plus" and any(one.lower in _SURE for one in words[max(0, at - 3) : at]):
            words[at] = word = _as(word, negates=True)
        if word.lower not in _AFTER:
            continue
        said = at - 1
        while said > at - 3 and said >= 0 and words[said].lower in _BETWEEN:
            said -= 1
        if said < 0 or words[said].valence is None:
            continue
        before = {one.lower for one in words[max(0, said - 3) : said]}
        if before & _SURE or (before & _SPEAKERS and word.lower in ("pas", "jamais")):
            turned[said] = NEGATION
            words[at] = _as(word, negates=False)
    return turned


@cache
def _sarcasm() -> Callable[[list[Word]], Mapping[int, float]]:
    praise = (*_PRAISE.split(), "merci pour", "bien joué")
    thanks = ("merci", "merci beaucoup", "grand merci")
    return thanks_turned_by(praise, _LINKS.split(), thanks, "pour")


def _turned(words: list[Word]) -> Mapping[int, float]:
    return {**_sarcasm()(words), **turn_by_what_follows(words)}


def _as(word: Word, *, negates: bool) -> Word:
    return Word(
        text=word.text, lower=word.lower, upper=word.upper, valence=word.valence, negates=negates
    )


@cache
def french_tables() -> Tables:
    """French with our emoji and customers' words; other pictures say nothing."""
    weights = emoji_weights()
    return Tables(
        lexicon={**french_lexicon(), **weights},
        boosters=french_boosters(),
        negations=_BEFORE,
        emoji={emoji: f" {emoji} " for emoji in weights},
        but="mais",
        english=False,
        terms=french_service(),
        prepare=_turned,
        alternatives=french_alternatives,
    )


@cache
def french_plain_tables() -> Tables:
    """French by the vendored lexicon and French negation, nothing of ours added."""
    return Tables(
        lexicon=_vendored(),
        boosters=french_boosters(),
        negations=_BEFORE,
        but="mais",
        english=False,
        prepare=turn_by_what_follows,
    )
