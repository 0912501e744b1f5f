"""Sentiment: which language, which scorer, what compound, and which words made it.

English goes through VADER's rules and lexicon (an equal-output scorer that hostile text cannot
stall), French through the same rules with a French lexicon; both with our emoji and customers'
words on top. What is in another language is *unscored*, which is never counted as neutral.
"""

from listeners.sentiment.language import identify, load
from listeners.sentiment.scoring import (
    SCORED_LANGUAGES,
    SCORER_VERSION,
    THRESHOLD,
    Explanation,
    WordWeight,
    explain,
    label_of,
    score,
)
from listeners.sentiment.vader import vader_compound, vader_polarity

__all__ = [
    "SCORED_LANGUAGES",
    "SCORER_VERSION",
    "THRESHOLD",
    "Explanation",
    "WordWeight",
    "explain",
    "identify",
    "label_of",
    "load",
    "score",
    "vader_compound",
    "vader_polarity",
]
