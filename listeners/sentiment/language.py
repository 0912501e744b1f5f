"""Which language a post is in: its network's word first, its alphabet next, then py3langid.

py3langid (a model of 140 languages, about 120 MB and a second to load) is loaded by the first
post that needs it, or by ``load`` in a worker beforehand. Its answer counts among the user's
languages; where another language is much likelier than any of them, that one is the answer, so
that a German post is not scored as English because the user reads only English and French.
"""

from __future__ import annotations

import math
import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from listeners.sentiment.normal import normal

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

MIN_WORDS = 3
MARGIN = 0.8
"""Least share of the best against the second best of the user's languages."""
ELSEWHERE = 1.0
"""Natural logarithm of how much likelier a language outside the user's must be to be taken."""

_ROMANISED = frozenset({"sr", "kk", "mn", "hi", "ur", "bn", "ta", "te", "pa", "mr", "ml", "kn"})
_UNKNOWN = frozenset({"", "und", "unknown", "zxx", "mul", "mis", "none", "other", "art"})
_ALIASES = {"iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no", "cmn": "zh", "fra": "fr",
            "fre": "fr", "eng": "en", "french": "fr", "english": "en"}  # fmt: skip

# By the beginning of the character's Unicode name: the languages written so.
_ALPHABETS = {
    "GREEK": ("el",),
    "HEBREW": ("he", "yi"),
    "ARABIC": ("ar", "fa", "ur", "ps"),
    "CYRILLIC": ("ru", "uk", "bg", "sr", "mk", "be", "kk", "mn"),
    "DEVANAGARI": ("hi", "mr", "ne"),
    "BENGALI": ("bn", "as"),
    "TAMIL": ("ta",),
    "TELUGU": ("te",),
    "KANNADA": ("kn",),
    "MALAYALAM": ("ml",),
    "GUJARATI": ("gu",),
    "GURMUKHI": ("pa",),
    "SINHALA": ("si",),
    "THAI": ("th",),
    "LAO": ("lo",),
    "KHMER": ("km",),
    "MYANMAR": ("my",),
    "GEORGIAN": ("ka",),
    "ARMENIAN": ("hy",),
    "ETHIOPIC": ("am", "ti"),
    "HANGUL": ("ko",),
    "HIRAGANA": ("ja",),
    "KATAKANA": ("ja",),
    "CJK": ("zh", "ja"),
}
_NEVER_LATIN = frozenset(lang for langs in _ALPHABETS.values() for lang in langs) - _ROMANISED
# Letters beyond a-z of languages in the Latin alphabet, to tell two-word posts apart.
_LATIN = {
    "en": "",
    "fr": "àâæçéèêëîïôœùûüÿ",
    "de": "äöüß",
    "es": "áéíóúüñ",
    "it": "àèéìíîòóùú",
    "pt": "áâãàçéêíóôõúü",
    "nl": "éëïóöü",
}

# Anything that could be a letter of another alphabet; signs, punctuation and emoji are not.
_BEYOND_LATIN = re.compile(
    "[^\x00-\u024f\u1e00-\u1eff\u2000-\u2bff\u3000-\u303f\ufe00-\ufe0f\U0001f000-\U0001faff]"
)
_TAGS = re.compile(r"#\w+")
_WORD = re.compile(r"[^\W\d_]+")
_loading = threading.Lock()


def normal_tag(tag: str | None) -> str | None:
    """Return the language of a network's tag (``fr-FR`` is ``fr``), ``None`` where it says none."""
    if tag is None:
        return None
    lang = tag.strip().lower().replace("_", "-").partition("-")[0]
    lang = _ALIASES.get(lang, lang)
    return None if lang in _UNKNOWN or not lang.isascii() or not lang.isalpha() else lang


def alphabet_of(text: str) -> str | None:
    """Return the alphabet most letters are in: ``LATIN``, ``CYRILLIC`` …; ``None``: no letter.

    Japanese is HIRAGANA however many Chinese characters stand between.
    """
    if _BEYOND_LATIN.search(text) is None:
        return "LATIN" if any(map(str.isalpha, text)) else None
    found = Counter(_alphabet(character) for character in text[:600] if character.isalpha())
    if not found:
        return None
    if found["CJK"] and found["HIRAGANA"] + found["KATAKANA"]:
        found["HIRAGANA"] += found.pop("CJK") + found.pop("KATAKANA", 0)
    return found.most_common(1)[0][0]


@cache
def _alphabet(character: str) -> str:
    if character < "\u0250":
        return "LATIN"
    name = unicodedata.name(character, "").partition(" ")[0]
    return name.partition("-")[0]


def fits(lang: str, alphabet: str) -> bool:
    """Whether a language can be written in an alphabet; an unknown alphabet fits all."""
    if alphabet == "LATIN":
        return lang not in _NEVER_LATIN
    return alphabet not in _ALPHABETS or lang in _ALPHABETS[alphabet]


def identify(text: str, languages: Sequence[str] = ("en", "fr")) -> str | None:
    """Return the ISO 639 code of a text's language, ``None`` where that is too uncertain.

    Fewer than three words are left open unless their letters decide; so is a close call between
    two of ``languages``. A code outside ``languages`` is returned only when it is far likelier.
    """
    return identify_normal(normal(text), languages)


def identify_normal(text: str, languages: Sequence[str]) -> str | None:
    """As ``identify``, for a text that went through ``normal``."""
    text = _TAGS.sub(" ", text) if "#" in text else text
    alphabet = alphabet_of(text)
    if alphabet is None:
        return None
    if alphabet != "LATIN":
        return _by_alphabet(alphabet, text, languages)
    words = _WORD.findall(text)
    if len(words) >= MIN_WORDS:
        return _by_model(text, languages)
    return _by_letters("".join(words).lower(), languages)


def may_need_model(text: str) -> bool:
    """Whether identifying a text that went through ``normal`` may ask the model."""
    text = _TAGS.sub(" ", text) if "#" in text else text
    alphabet = alphabet_of(text)
    if alphabet == "LATIN":
        return len(_WORD.findall(text)) >= MIN_WORDS
    return alphabet != "CJK" and len(_ALPHABETS.get(alphabet or "", ())) > 1


def _by_alphabet(alphabet: str, text: str, languages: Sequence[str]) -> str | None:
    candidates = _ALPHABETS.get(alphabet)
    if candidates is None:
        return None
    if len(candidates) == 1:
        return candidates[0]
    if alphabet == "CJK":
        return "zh"
    wanted = [lang for lang in candidates if lang in languages]
    if len(wanted) == 1 and wanted[0] == candidates[0]:
        return wanted[0]
    return _by_model(text, candidates) if len(text.split()) >= MIN_WORDS else None


def _by_letters(letters: str, languages: Sequence[str]) -> str | None:
    """Let letters such as é or ß decide, where only one of the languages has them all."""
    special = {letter for letter in letters if not letter.isascii()}
    known = [lang for lang in languages if lang in _LATIN]
    if not special or len(known) < len(languages):
        return None
    able = [lang for lang in known if special <= set(_LATIN[lang])]
    return able[0] if len(able) == 1 else None


def _by_model(text: str, languages: Sequence[str]) -> str | None:
    ranked: list[tuple[str, float]] = load().rank(" ".join(text.split()))
    (best, likeliest), *_ = ranked
    mine = [(lang, share) for lang, share in ranked if lang in languages]
    if not mine:
        return best if ranked[1][1] < likeliest * (1 - MARGIN) else None
    (lang, share), *others = mine
    if lang != best and likeliest > share * math.exp(ELSEWHERE):
        return best
    second = others[0][1] if others else 0.0
    return lang if share > 0 and share >= MARGIN * (share + second) else None


def load() -> LanguageIdentifier:
    """Load the model, once; about a second. Call it in a worker to spare the first post."""
    with _loading:
        return _model()


@cache
def _model() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
