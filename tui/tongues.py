"""Languages as those who speak them write their names: the same in every interface language."""

from __future__ import annotations

from collections.abc import Iterable

_NAMES = {
    "en": "English",
    "fr": "français",
    "de": "Deutsch",
    "es": "español",
    "it": "italiano",
    "pt": "português",
    "nl": "Nederlands",
    "pl": "polski",
    "sv": "svenska",
    "da": "dansk",
    "nb": "norsk bokmål",
    "fi": "suomi",
    "cs": "čeština",
    "ro": "română",
    "hu": "magyar",
    "el": "Ελληνικά",
    "tr": "Türkçe",
    "uk": "українська",
    "ru": "русский",
    "ar": "العربية",
    "he": "עברית",
    "hi": "हिन्दी",
    "ja": "日本語",
    "ko": "한국어",
    "zh": "中文",
    "ca": "català",
    "eu": "euskara",
    "br": "brezhoneg",
}


def tongue(code: str) -> str:
    """Return the name of a language, its code where the name is not known."""
    return _NAMES.get(code.lower().partition("-")[0], code)


def tongues(first: Iterable[str]) -> list[str]:
    """Return the codes of languages to choose from, the likeliest ones first."""
    return list(dict.fromkeys([*(code.lower() for code in first if code), *_NAMES]))
