"""French and English on equal footing: what a screen imports to speak to a person.

Texts come from ``tui.language`` and numbers and dates from ``tui.formats``; both are offered here
so that a screen imports one module. ``say`` turns a ``Sentence`` into safe text.
"""

from __future__ import annotations

from listeners.model import SafeText, Sentence
from listeners.text import clean_line
from tui.code_words import in_words
from tui.formats import (
    age,
    ago,
    clock_time,
    compact,
    date,
    day,
    full_moment,
    in_language,
    moment,
    number,
    percent,
    share_words,
    signed,
    until,
    use_zone,
    zone,
)
from tui.language import (
    LANGUAGES,
    _,
    choose_language,
    language,
    msgid,
    ngettext,
    use_language,
)

__all__ = [
    "LANGUAGES",
    "_",
    "age",
    "ago",
    "choose_language",
    "clock_time",
    "compact",
    "date",
    "day",
    "full_moment",
    "language",
    "moment",
    "msgid",
    "ngettext",
    "number",
    "percent",
    "say",
    "share_words",
    "signed",
    "until",
    "use_language",
    "use_zone",
    "zone",
]


class _Whole(int):
    """A whole number in a sentence: as it is, or with the language's signs if a format asks."""

    def __format__(self, spec: str) -> str:
        return in_language(int.__format__(self, spec)) if spec else str(int(self))


class _Decimal(float):
    """A decimal number in a sentence, with the language's decimal sign."""

    def __format__(self, spec: str) -> str:
        return in_language(float.__format__(self, spec or ".4g"))


def say(sentence: Sentence) -> SafeText:
    """Return a sentence in the language spoken, its values cleaned.

    Never raises: a translation or a stored sentence that misses a value falls back on the English
    template, then on the template as it stands.
    """
    values = {name: _value(in_words(name, value)) for name, value in sentence.values.items()}
    for template in (_(sentence.template), sentence.template):
        try:
            return SafeText(template.format(**values))
        except (KeyError, IndexError, ValueError, AttributeError, TypeError):
            continue
    return clean_line(sentence.template)


def _value(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return clean_line(str(value))
    return _Whole(value) if isinstance(value, int) else _Decimal(value)
