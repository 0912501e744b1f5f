"""Names of languages: their own to choose from, and the interface's where they stand in a sentence.

Who looks for her language in a list finds it by the name she calls it herself, in every interface
language. A sentence names it in the language the sentence is in.
"""

from __future__ import annotations

from collections.abc import Iterable

from tui.language import _, msgid

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
_IN_A_SENTENCE = {
    "en": msgid("English"),
    "fr": msgid("French"),
    "de": msgid("German"),
    "es": msgid("Spanish"),
    "it": msgid("Italian"),
    "pt": msgid("Portuguese"),
    "nl": msgid("Dutch"),
    "pl": msgid("Polish"),
    "sv": msgid("Swedish"),
    "da": msgid("Danish"),
    "nb": msgid("Norwegian"),
    "fi": msgid("Finnish"),
    "cs": msgid("Czech"),
    "ro": msgid("Romanian"),
    "hu": msgid("Hungarian"),
    "el": msgid("Greek"),
    "tr": msgid("Turkish"),
    "uk": msgid("Ukrainian"),
    "ru": msgid("Russian"),
    "ar": msgid("Arabic"),
    "he": msgid("Hebrew"),
    "hi": msgid("Hindi"),
    "ja": msgid("Japanese"),
    "ko": msgid("Korean"),
    "zh": msgid("Chinese"),
    "ca": msgid("Catalan"),
    "eu": msgid("Basque"),
    "br": msgid("Breton"),
}


def tongue(code: str) -> str:
    """Return a language's own name, to choose it by; its code where the name is not known."""
    return _NAMES.get(code.lower().partition("-")[0], code)


def tongue_here(code: str) -> str:
    """Return a language's name in the language spoken here, for sentences and headings."""
    name = _IN_A_SENTENCE.get(code.lower().partition("-")[0])
    return code if name is None else _(name)


def tongues(first: Iterable[str]) -> list[str]:
    """Return the codes of languages to choose from, the likeliest ones first."""
    return list(dict.fromkeys([*(code.lower() for code in first if code), *_NAMES]))
