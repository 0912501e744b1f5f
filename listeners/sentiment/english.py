"""English as hubbub scores it: VADER, and on top of it a layer of our own.

The layer is the emoji, the customers' phrases, the weights of ``lexicons/en_own.txt`` (VADER finds
"please help, is the train free?" very positive) and sarcastic thanks; words that VADER's raters
found weak count only where AFINN-165 has them too; and where nothing else is said, a bare
"won't", "not" or "why" leans to the negative. Without the layer the compound is VADER's own, to
the last digit.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from listeners.sentiment.emoji import emoji_weights
from listeners.sentiment.sarcasm import thanks_turned_by
from listeners.sentiment.service import english_service
from listeners.sentiment.tables import Tables
from listeners.sentiment.vader import package_emoji, package_lexicon, vader_tables
from listeners.sentiment.vocabulary import own, translated_afinn, with_own

_WEAK = 1.6
"""A word of VADER's that weighs less must be in AFINN-165 too."""

_LEAN = -0.4
"""A denial or a "why" without any other charged word: under a third of "bad"."""

_THANKS = ("thanks", "thank", "thx", "thnx", "tnx", "ty", "thank you so much", "thanks so much")
_PRAISE = (
    "great nice good awesome amazing fantastic brilliant wonderful lovely love perfect congrats "
    "congratulations kudos bravo"
)
_LINKS = (
    "thanks thank you so much for the a an another one more my your our all this that making "
    "letting leaving having job way to go done guys again work service"
)
_DENIALS = (
    "not never nothing nobody cannot cant dont wont doesnt didnt isnt wasnt why can't don't "
    "won't doesn't didn't isn't wasn't aren't weren't haven't hasn't hadn't couldn't wouldn't "
    "shouldn't ain't"
)


@cache
def english_tables() -> Tables:
    """VADER's tables with ours before them; VADER's names for emoji we do not weigh."""
    vader = vader_tables()
    ours = {emoji: f" {emoji} " for emoji in emoji_weights()}
    names = {emoji: f" {name} " for emoji, name in package_emoji().items()}
    words = own("en")
    return Tables(
        lexicon={**with_own(_confirmed(), words), **emoji_weights()},
        boosters=vader.boosters,
        negations=vader.negations,
        idioms=vader.idioms,
        emoji={**names, **ours},
        terms={**english_service(), **words.phrases},
        prepare=thanks_turned_by(_PRAISE.split(), _LINKS.split(), _THANKS, "for"),
        leanings=dict.fromkeys(_DENIALS.split(), _LEAN),
    )


def _confirmed() -> Mapping[str, float]:
    """VADER's lexicon without the weak words AFINN-165 does not have; emoticons stay."""
    known = translated_afinn("en")
    return {
        word: weight
        for word, weight in package_lexicon().items()
        if abs(weight) >= _WEAK or word in known or not word.isalpha()
    }
