"""English as hubbub scores it: VADER, and on top of it our emoji and customers' words.

Where a text holds none of these, the compound is VADER's own, to the last digit.
"""

from __future__ import annotations

from functools import cache

from listeners.sentiment.emoji import emoji_weights
from listeners.sentiment.service import english_service
from listeners.sentiment.tables import Tables
from listeners.sentiment.vader import package_emoji, package_lexicon, vader_tables


@cache
def english_tables() -> Tables:
    """VADER's tables with ours before them; VADER's names for emoji we do not weigh."""
    vader = vader_tables()
    ours = {emoji: f" {emoji} " for emoji in emoji_weights()}
    names = {emoji: f" {name} " for emoji, name in package_emoji().items()}
    return Tables(
        lexicon={**package_lexicon(), **emoji_weights()},
        boosters=vader.boosters,
        negations=vader.negations,
        idioms=vader.idioms,
        emoji={**names, **ours},
        terms=english_service(),
    )
