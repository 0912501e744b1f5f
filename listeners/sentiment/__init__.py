"""Sentiment: which language, which scorer, what compound, and which words made it.

English goes through VADER's rules and lexicon (an equal-output scorer that hostile text cannot
stall), French, German, Spanish, Italian, Portuguese, Arabic and Hindi through the same rules with
lexicons of their own; all with a layer of ours on top, which can be left out. What is in another
language is *unscored*, which is never counted as neutral. ``languages`` says how good each is.
"""

from listeners.sentiment.language import identify, load
from listeners.sentiment.learnt import Learnt
from listeners.sentiment.marking import Mark, marks
from listeners.sentiment.quality import MEASURED, Measured, Quality, languages, quality_of
from listeners.sentiment.scoring import (
    NOTHING_LEARNT,
    NOTHING_TAUGHT,
    SCORED_LANGUAGES,
    SCORER_VERSION,
    THRESHOLD,
    Explanation,
    ReadWord,
    WordWeight,
    as_listed,
    explain,
    label_of,
    score,
)
from listeners.sentiment.spoken import Spoken, needs_model
from listeners.sentiment.vader import vader_compound, vader_polarity

__all__ = [
    "MEASURED",
    "NOTHING_LEARNT",
    "NOTHING_TAUGHT",
    "SCORED_LANGUAGES",
    "SCORER_VERSION",
    "THRESHOLD",
    "Explanation",
    "Learnt",
    "Mark",
    "Measured",
    "Quality",
    "ReadWord",
    "Spoken",
    "WordWeight",
    "as_listed",
    "explain",
    "identify",
    "label_of",
    "languages",
    "load",
    "marks",
    "needs_model",
    "quality_of",
    "score",
    "vader_compound",
    "vader_polarity",
]
