"""What a name looks like: the same letters for every spelling that a glance would take for it.

Method: Unicode TS #39 (confusable skeletons) for what is not ASCII, then the spellings people
use on purpose: digits for letters (leet), ``rn`` for ``m``, separators, doubled letters kept.
``i``, ``l``, ``1`` and ``|`` look alike in most typefaces and become one letter.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_LEET = str.maketrans(
    {
        "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b", "9": "g",
        "l": "i", "|": "i", "!": "i", "$": "s", "@": "a", "€": "e",
    }
)  # fmt: skip
_PAIRS = (("rn", "m"), ("vv", "w"))
_PREFERRED = ("LATIN",)


def skeleton(name: str) -> str:
    """Return the skeleton of a name: lower-case ASCII letters, empty where nothing is left."""
    folded = "".join(_plain(character) for character in name).casefold()
    letters = "".join(_plain(character) for character in folded).translate(_LEET)
    kept = "".join(character for character in letters if "a" <= character <= "z")
    for pair, letter in _PAIRS:
        kept = kept.replace(pair, letter)
    return kept


def disguised(name: str) -> bool:
    """Whether a name is spelled with letters of another alphabet or digits made to look alike."""
    spelled = "".join(
        character for character in unicodedata.normalize("NFKC", name) if character.isalnum()
    )
    return any(
        character > "\x7f" and _plain(character) != _base(character) for character in spelled
    )


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    """Return the ASCII letters one character is or looks like; itself where there are none."""
    base = _base(character)
    if base.isascii():
        return base
    # The table is read when the first odd character comes, not when the program starts.
    from confusable_homoglyphs import confusables

    found = confusables.is_confusable(base, greedy=True, preferred_aliases=[])
    for entry in found or ():
        for look in entry["homoglyphs"]:
            like = str(look["c"])
            if like.isascii() and like.isalnum():
                return like
    return _BEYOND.get(base, base)


_BEYOND = {"ӏ": "l", "Ӏ": "l", "ı": "i", "ø": "o", "Ø": "o", "ł": "l", "đ": "d", "ß": "ss"}
"""Letters the table of the package leaves alone, or leads away from Latin."""


def _base(character: str) -> str:
    """Return a character in its compatibility form without accents."""
    whole = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character))
    return "".join(one for one in whole if not unicodedata.combining(one)) or character
