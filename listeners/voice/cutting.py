"""A text cut into what can rise: words, phrases of two words, hashtags and emoji.

Links, addresses and handles are left out. Words are compared folded (``listeners.text.fold``),
without the ``l'`` or ``'s`` that is glued to them; phrases are two words that say something and
stand together, or with one small word between (``panne de moteur``). Scripts that set no spaces
give no words, but hashtags and emoji.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from itertools import pairwise
from typing import Literal, NamedTuple

from listeners.phrases import listed
from listeners.query.words import is_unspaced
from listeners.risk.stand_out import COMMON
from listeners.sentiment.emoji import plain_emoji
from listeners.text import fold

Kind = Literal["word", "phrase", "tag", "emoji"]
KINDS: tuple[Kind, ...] = ("word", "phrase", "tag", "emoji")

LONGEST = 5_000
"""Characters of a text that are looked at."""
_LONGEST_WORD = 40

_LEFT_OUT = re.compile(
    r"(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+\.[\w.-]+|[@＠][\w.-]+(?:@[\w.-]+)?|\b[ur]/\w+",
    re.IGNORECASE,
)
_TAG = re.compile(r"[#＃](\w*[^\W\d_]\w*)")
_NO_TAG = re.compile(r"\W")
_TOKEN = re.compile(r"[^\W\d_][^\W_]*(?:['’ʼ-][^\W_]+)*|\S|\n")
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"
    "|[\u231a-\u23ff\u2600-\u27bf\u2b50\u2b55\U0001f300-\U0001faff\U0001f004\U0001f0cf]"
)
_GLUED = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)'(?=\w{2})")
_OWNED = re.compile(r"'s$")

_SMALL = frozenset(
    listed("""
    a, all, also, am, an, and, any, are, as, at, be, but, by, can, can't, come, cos, did, didn't,
    do, doesn't, else, even, ever, every, few, for, get, gets, getting, go, goes, going, gone, got,
    had, has, haven't, he, her, hers, him, his, how, i, i'd, i'll, i'm, i've, if, in, is, isn't,
    it, it's, its, let, lot, made, make, many, may, me, might, most, must, my, myself, never, no,
    none, nor, not, now, of, off, oh, ok, okay, on, once, one, or, our, ours, out, own, put, said,
    say, see, she, since, so, someone, something, soon, than, the, there's, they're, thing, things,
    those, through, to, too, two, until, up, upon, us, use, used, using, via, was, wasn't, way, we,
    we're, we've, today, tonight, tomorrow, yesterday, well, went, who, whose,
    why, won't, would've, yes, yet, you, you're, you've,
    ai, aie, ait, alors, as, aucun, aucune, au, aura, aurait, aux, ayant, ca, car, ce, ces, ci,
    cet, comment, d'un, d'une, de, deja, des, deux, dit, dois, doit, donc, dont, du, elle-meme, en,
    est, est-ce, et, eu, eux, faire, fois, font, ici, il, ils, j'ai, jamais, je, juste, la, la-bas,
    le, les, lors, lorsque, lui, ma, me, mes, moi, mon, n'est, ne, ni, non, nos, on, ont, ou, oui,
    par, pas, peu, peut, peux, plus, plutot, puis, puisque, qu'on, quelque, quelques, qui, quoi,
    que, rien, sa, se, sera, serait, ses, si, son, soit, sont, sur, ta, tant, te, tel, telle, tes,
    toi, ton, tu, un, une, va, vais, vas, veut, veux, vos, vont, voir, voila, voici, y, y'a, etc,
    aujourd'hui, hier, demain
    """)
)
LINKING = frozenset(("de", "du", "des", "d", "en", "à", "au", "of"))
"""What may stand between the two words of a phrase, as it is written; ``d`` is glued to it."""
_NO_WORDS = LINKING | {""}
_SILENT = COMMON | _SMALL


class Term(NamedTuple):
    """Something said: its kind and how it is compared; a phrase is its words, folded."""

    kind: Kind
    text: str


class Cut(NamedTuple):
    """A text as it is compared: its words in order with breaks, its hashtags, its emoji.

    ``words`` holds folded words, "" for a break and for what says nothing, and ``LINKING`` words
    as they are.
    """

    words: tuple[str, ...]
    tags: frozenset[str]
    emoji: frozenset[str]

    def said(self, kind: Kind) -> Set[str]:
        """Return what is said of a kind, each once."""
        match kind:
            case "word":
                return frozenset(self.words) - _NO_WORDS
            case "phrase":
                return self._phrases()
            case "tag":
                return self.tags
            case "emoji":
                return self.emoji

    def _phrases(self) -> set[str]:
        words = self.words
        found = {
            f"{first} {second}"
            for first, second in pairwise(words)
            if first and second and first != second
        }
        if not LINKING.isdisjoint(words):
            found = {one for one in found if LINKING.isdisjoint(one.split(" "))}
            found.update(
                f"{first} {link} {second}"
                for first, link, second in zip(words, words[1:], words[2:], strict=False)
                if link in LINKING
                and first not in _NO_WORDS
                and second not in _NO_WORDS
                and first != second
            )
        return found


class Cutter:
    """Cuts texts; ``leave_out`` are names of the brand, which are in every text about it.

    It remembers how what it cut is mostly written, accents and all.
    """

    def __init__(self, leave_out: Iterable[str] = ()) -> None:
        self._own = own_words(leave_out)
        self._known: dict[str, tuple[str, ...]] = {}
        self._spelt: Counter[str] = Counter()
        self._spellings: dict[str, set[str]] = {}

    def cut(self, text: str, tags: Sequence[str] = ()) -> Cut:
        """Return what a text says; ``tags`` are those its network gave besides."""
        bare = _LEFT_OUT.sub(" \n ", text[:LONGEST])
        found = [*_TAG.findall(bare), *tags]
        if found:
            bare = _TAG.sub(" \n ", bare)
        emoji = () if bare.isascii() else _EMOJI.findall(plain_emoji(bare))
        return Cut(
            tuple(self._words(bare)),
            frozenset(filter(None, map(self._tag, found))),
            frozenset(emoji),
        )

    def written(self, term: Term) -> str:
        """Return a term as people mostly write it: with its accents, a hashtag with its sign."""
        if term.kind == "phrase":
            words = [self._spelled(word) for word in term.text.split(" ")]
            return " ".join(words).replace(" d ", " d'")
        if term.kind == "tag":
            return "#" + self._spelled("#" + term.text).lstrip("#")
        return self._spelled(term.text) if term.kind == "word" else term.text

    def _spelled(self, folded: str) -> str:
        spellings = self._spellings.get(folded, {folded})
        return max(spellings, key=lambda one: (self._spelt[one], one))

    def _remember(self, folded: str, written: str) -> None:
        if written != folded:
            self._spellings.setdefault(folded, {folded}).add(written)

    def _tag(self, tag: str) -> str:
        written = _NO_TAG.sub("", tag)[:_LONGEST_WORD]
        folded = fold(written)
        if not folded or folded in self._own:
            return ""
        self._spelt["#" + written] += 1
        self._remember("#" + folded, "#" + written)
        return folded

    def _words(self, text: str) -> list[str]:
        tokens = _TOKEN.findall(text.casefold())
        self._spelt.update(tokens)
        known = self._known
        words: list[str] = []
        for token in tokens:
            said = known.get(token)
            if said is None:
                said = known[token] = self._said(token)
            words += said
        return words

    def _said(self, written: str) -> tuple[str, ...]:
        """Return a word as it is compared, with what is glued to it; "" where it says nothing.

        So does everything that is no word: it keeps the words around it apart.
        """
        if not written[0].isalpha():
            return ("",)
        plain = written.replace("’", "'").replace("ʼ", "'")
        if plain in LINKING:
            return (plain,)
        folded = "" if is_unspaced(plain) else fold(plain[: _LONGEST_WORD + 1])
        bare = _GLUED.sub("", folded)
        word = _OWNED.sub("", bare)
        if (
            not 3 <= len(word) <= _LONGEST_WORD
            or word in self._own
            or word in _SILENT
            or folded in _SILENT
        ):
            return ("",)
        if word == folded:
            self._remember(word, written)
            return (word,)
        self._remember(word, _OWNED.sub("", _GLUED.sub("", plain)))
        if bare != folded:
            return ("d" if folded.startswith("d'") else "", word)
        return (word, "")


def own_words(names: Iterable[str]) -> frozenset[str]:
    """Return the words that names are made of, folded, and each name in one word."""
    found: set[str] = set()
    for name in names:
        words = [fold(one) for one in re.findall(r"\w+", name)]
        found.update(word for word in words if len(word) > 1)
        found.add("".join(words))
    return frozenset(found - {""})
