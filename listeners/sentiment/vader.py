"""VADER itself: the package's tables through our rules, for the same scores without the stall.

``polarity_scores`` of the package is never called. Its tables (MIT, C.J. Hutto) are read from the
installed package the first time a text is scored.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from listeners.sentiment.rules import Polarity, polarity
from listeners.sentiment.tables import Tables


@cache
def package_lexicon() -> Mapping[str, float]:
    """The package's lexicon: word to mean valence in [-4, 4]."""
    return _analyzer_tables()[0]


@cache
def package_emoji() -> Mapping[str, str]:
    """The package's single-character emoji with their English names; longer ones never match."""
    return {
        character: name for character, name in _analyzer_tables()[1].items() if len(character) == 1
    }


@cache
def _analyzer_tables() -> tuple[dict[str, float], dict[str, str]]:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    return dict(analyzer.lexicon), dict(analyzer.emojis)


@cache
def vader_tables() -> Tables:
    """Plain VADER 3.3.2."""
    from vaderSentiment import vaderSentiment

    return Tables(
        lexicon=package_lexicon(),
        boosters=vaderSentiment.BOOSTER_DICT,
        negations=frozenset(vaderSentiment.NEGATE),
        idioms=vaderSentiment.SPECIAL_CASES,
        emoji={character: f" {name}" for character, name in package_emoji().items()},
    )


def vader_polarity(text: str) -> Polarity:
    """Score a text exactly as vaderSentiment 3.3.2 does (its first 5,000 characters)."""
    return polarity(text, vader_tables())


def vader_compound(text: str) -> float:
    """Return VADER's compound score of a text as it is, in [-1, 1], nothing of ours added."""
    return vader_polarity(text).compound
