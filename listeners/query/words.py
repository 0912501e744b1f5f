"""Text as the words that are compared: cut and folded as the store's full-text index does it.

The rules are those of SQLite's FTS5 tokenizer ``unicode61 remove_diacritics 2``: letters, numbers
and private-use characters make words, everything else separates them; case is folded, and the
accents of Latin letters fall away (``l’Équipe`` is ``l`` and ``equipe``). What is matched live is
therefore what a search finds later.

Where this goes its own way: FTS5 takes characters that Unicode defined after its tables were made
(most emoji, some currency signs) for letters, so that ``acme🙂`` is one word to the index. Here
they separate words, because a brand must be heard before any emoji.
"""

from __future__ import annotations

import re
import unicodedata

# The combining marks FTS5 drops inside a word (fts5_unicode2.c, sqlite3Fts5UnicodeIsdiacritic).
_DROPPED_MARKS = frozenset(
    "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u0309\u030a\u030b\u030c\u030f\u0311\u031b"
    "\u0323\u0324\u0325\u0326\u0327\u0328\u032d\u032e\u0330\u0331"
)

# Thai, Lao, Tibetan, Burmese, Korean, Khmer, Japanese, Chinese: words are not set apart by
# spaces, or carry particles glued to them.
_UNSPACED = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc"
    "\U00020000-\U0003ffff]"
)

_NON_ASCII = re.compile(r"[^\x00-\x7f]+")

_LOWER = bytes(byte + 32 if 65 <= byte <= 90 else byte for byte in range(256))
_LOWER_WORDS = bytes(
    byte if byte > 127 or chr(byte).isalnum() else 32 for byte in _LOWER
)  # bytes above 127 are parts of UTF-8 characters that were folded before


class _Folded(dict[str, str]):
    """What one character becomes: its folded letter, a space, or nothing; filled on demand."""

    def __missing__(self, character: str) -> str:
        folded = self[character] = _fold_character(character)
        return folded


def _fold_character(character: str) -> str:
    if character in _DROPPED_MARKS:
        return ""
    category = unicodedata.category(character)
    if category[0] not in "LN" and category != "Co":
        return " "
    folded = character.casefold()
    if len(folded) > 1:
        lowered = character.lower()
        folded = lowered if len(lowered) == 1 else character
    base = unicodedata.normalize("NFD", folded)[0]
    return base.lower() if base.isascii() else folded


_FOLDED = _Folded()


def _fold_run(run: re.Match[str]) -> str:
    return "".join([_FOLDED[character] for character in run.group()])


def _table(encoding: str) -> bytes:
    """What every byte of a one-byte encoding becomes; folding stays within these encodings."""
    folded = bytearray(range(256))
    for byte in range(128, 256):
        character = bytes([byte]).decode(encoding, "ignore")
        if character and character != _MICRO:
            folded[byte] = _FOLDED[character].encode(encoding)[0]
    return bytes(folded).translate(_LOWER_WORDS)


# The micro sign folds to a Greek letter; texts with it go the long way.
_MICRO = "µ"
_TABLES = {encoding: _table(encoding) for encoding in ("latin-1", "cp1252")}


def spaced_words(text: str) -> str:
    """Return the folded words of a text, each between spaces, of which there may be several.

    Cheaper than ``folded_words``, and enough to find single words in.
    """
    if text.isascii():
        return f" {text.encode().translate(_LOWER_WORDS).decode()} "
    if _MICRO not in text:
        # Nearly all texts of Western Europe fit one of these, and C does the work.
        for encoding, table in _TABLES.items():
            try:
                return f" {text.encode(encoding).translate(table).decode(encoding)} "
            except UnicodeEncodeError:
                continue
    text = _NON_ASCII.sub(_fold_run, unicodedata.normalize("NFC", text))
    return f" {text.encode().translate(_LOWER_WORDS).decode()} "


def folded_words(text: str) -> str:
    """Return the words of a text, folded, each between single spaces: ``" l equipe "``.

    A text without words gives ``" "``. A phrase is in the text exactly when its own
    ``folded_words`` is a part of the text's.
    """
    return single_spaced(spaced_words(text))


def single_spaced(words: str) -> str:
    """Turn what ``spaced_words`` gives into what ``folded_words`` gives."""
    cut = words.split()
    return f" {' '.join(cut)} " if cut else " "


def words_of(text: str) -> tuple[str, ...]:
    """Return the folded words of a text, in order."""
    return tuple(folded_words(text).split())


def folded_label(text: str) -> str:
    """Fold case and Latin accents of a tag, handle or name, keeping its signs."""
    text = unicodedata.normalize("NFC", text.strip())
    kept = [
        folded if not (folded := _FOLDED[character]).isspace() else character for character in text
    ]
    return "".join(kept).lower()


def lowered_ascii(text: str) -> str:
    """Compose the text (NFC) and lower its ASCII letters only, as SQLite's ``LIKE`` compares."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return text.encode("utf-8", "replace").translate(_LOWER).decode()


def is_word_character(character: str) -> bool:
    """Whether the character can stand inside a word."""
    return not _FOLDED[character].isspace() if not character.isascii() else character.isalnum()


def is_unspaced(text: str) -> bool:
    """Whether the text must be looked for as a substring, because words cannot be cut out.

    So it is in scripts that set no spaces between words, and where vowel signs would be taken
    for separators (Devanagari, Tamil …).
    """
    if text.isascii():
        return False
    return _UNSPACED.search(text) is not None or any(
        unicodedata.category(character)[0] == "M"
        and character not in _DROPPED_MARKS
        and not "\ufe00" <= character <= "\ufe0f"
        for character in unicodedata.normalize("NFC", text)
    )
