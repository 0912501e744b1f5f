"""Which language a post is scored in, who says so, how sure that is, and what else it holds.

The network's tag counts where it is plausible: the alphabet fits, and the small words of the text
are not those of another language (people write French with an app set to English). Next come the
alphabet and py3langid among the brand's languages, last the language its author or source usually
writes in, for posts too short to tell. The small words also show posts in two languages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from listeners.sentiment import language
from listeners.sentiment.normal import normal

Why = Literal["tag", "text", "usual", "unknown"]

# Words of each language that the others here do not have; common enough to stand in any long post.
_SMALL_WORDS = {
    "en": "the and are to of with this that you your have for they from be what when just but it",
    "fr": "les des est une et pas vous je qui dans pour avec sur nous mais très être il elle au ça",
    "de": "der und ist nicht ich eine mit auf für von wir sie auch dem aber noch wird habe bei zum",
    "es": "el los las y pero muy está del hay ya una cuando porque son ustedes hasta gracias eso",
    "it": "il di che è della sono gli anche questo nel alla più ho non perché dei delle mi grazie",
    "pt": "os um não você isso ao na muito foi eu ele seu uma são está pra dos das em obrigado",
    # No scorer has these: they are here so that no other one is asked. Many apps tag every post
    # with the language of their menus.
    "nl": "een het niet maar wat zijn naar ook deze wel geen heb jullie wordt omdat mijn dit",
    "sv": "och jag inte är att som mycket från vara också någon här",
    "da": "og jeg ikke noget hvad fordi meget hvor blev nogensinde deres",
    "fi": "että mutta myös kun niin olen oli tämä joka vain kanssa ikinä",
    "pl": "nie się jest że jak czy dla od już tylko jestem był mnie proszę dlaczego jaką",
    "cs": "že jsem jako také když není jsou proč už nikdy nebo jste",
    "hr": "nije što kako samo jer zašto nisam sve bilo",
    "hu": "az egy hogy csak még már nagyon vagy ezt azt soha",
    "ro": "și că pentru sunt foarte acest când niciodată cel",
    "tr": "bir için çok değil gibi kadar daha olarak yok hiç",
    "id": "yang ini itu tidak untuk dengan dari saya akan bisa juga",
    "ca": "els amb aquest aquesta molt perquè també doncs servei",
    "vi": "và không của tôi được cho này",
    "tl": "ang mga hindi naman siya ako ito",
}
_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST = 4
"""Words from which on small words are counted."""
_CLEAR = 2
"""Small words of another language, none of its own, that refute a tag."""
_OUTWEIGHS = 2
"""More of them for each of its own."""
_SECOND = 2
"""Small words of a second language from which on a post is in two."""
_LEADING = 3
"""Small words that decide where nothing else did."""


def _owners() -> dict[str, str]:
    found: dict[str, str] = {}
    shared: set[str] = set()
    for lang, words in _SMALL_WORDS.items():
        for word in words.split():
            (shared.add(word) if word in found else found.setdefault(word, lang))
    return {word: lang for word, lang in found.items() if word not in shared}


_OWNER = _owners()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A post's language (``None``: too uncertain), whose word that is, and other ones in it.

    ``why`` is ``tag`` for the network's word, ``text`` for what was found in the text, ``usual``
    for the language its author or source usually writes in. Without ``letters`` there is nothing
    to be in a language.
    """

    lang: str | None
    why: Why
    also: tuple[str, ...] = ()
    letters: bool = True


def spoken_in(text: str, *, tag: str | None, languages: Sequence[str], usual: str | None) -> Spoken:
    """Say which language a text is in that went through ``normal``."""
    tagged = language.normal_tag(tag)
    alphabet = language.alphabet_of(text)
    if alphabet is None:
        return Spoken(lang=tagged, why="tag" if tagged else "unknown", letters=False)
    counted = _small_words(text) if alphabet == "LATIN" else {}
    if tagged is not None and language.fits(tagged, alphabet) and not _refuted(tagged, counted):
        return Spoken(lang=tagged, why="tag", also=_also(tagged, counted))
    found = language.identify_normal(text, languages)
    if found is not None:
        return Spoken(lang=found, why="text", also=_also(found, counted))
    if counted and (lead := _lead(counted)) is not None:
        return Spoken(lang=lead, why="text", also=_also(lead, counted))
    kept = language.normal_tag(usual)
    if kept is not None and language.fits(kept, alphabet):
        return Spoken(lang=kept, why="usual")
    return Spoken(lang=None, why="unknown")


def needs_model(text: str, tag: str | None) -> bool:
    """Whether telling the language of a text may load py3langid: a second, and off any loop."""
    text = normal(text)
    tagged = language.normal_tag(tag)
    alphabet = language.alphabet_of(text)
    if alphabet is None:
        return False
    counted = _small_words(text) if alphabet == "LATIN" else {}
    if tagged is not None and language.fits(tagged, alphabet) and not _refuted(tagged, counted):
        return False
    return language.may_need_model(text)


def _small_words(text: str) -> dict[str, int]:
    words = _WORD.findall(text.lower())
    counted: dict[str, int] = {}
    if len(words) >= _SHORTEST:
        for word in words:
            lang = _OWNER.get(word)
            if lang is not None:
                counted[lang] = counted.get(lang, 0) + 1
    return counted


def _refuted(tagged: str, counted: dict[str, int]) -> bool:
    if tagged not in _SMALL_WORDS:
        return False
    others = max((count for lang, count in counted.items() if lang != tagged), default=0)
    # A word or two of its own are no proof: "of" is Dutch too, and names are English anywhere.
    return others >= _CLEAR + _OUTWEIGHS * counted.get(tagged, 0)


def _lead(counted: dict[str, int]) -> str | None:
    """The language with most small words, where it has enough of them and is alone in front."""
    ranked = sorted(counted, key=lambda lang: -counted[lang])
    if counted[ranked[0]] < _LEADING:
        return None
    alone = len(ranked) < 2 or counted[ranked[1]] < counted[ranked[0]]
    return ranked[0] if alone else None


def _also(lang: str, counted: dict[str, int]) -> tuple[str, ...]:
    others = [other for other, count in counted.items() if other != lang and count >= _SECOND]
    return tuple(sorted(others, key=lambda other: -counted[other]))
