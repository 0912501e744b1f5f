"""Whose word the language is: the network's, the text's, or what its author usually writes."""

from __future__ import annotations

import pytest

from listeners.model import Label
from listeners.sentiment import explain, score
from listeners.sentiment.spoken import Spoken, spoken_in

_FRENCH = "La livraison est en retard et je ne suis pas content"


@pytest.mark.parametrize(
    ("text", "tag", "usual", "expected"),
    [
        (_FRENCH, "fr", None, Spoken(lang="fr", why="tag")),
        (_FRENCH, "en", None, Spoken(lang="fr", why="text")),
        (_FRENCH, None, "en", Spoken(lang="fr", why="text")),
        ("merci", None, "fr-FR", Spoken(lang="fr", why="usual")),
        ("ok", None, None, Spoken(lang=None, why="unknown")),
        ("ok", None, "ja", Spoken(lang=None, why="unknown")),
        ("ok", "en", "fr", Spoken(lang="en", why="tag")),
        ("これはひどいサービスです", "en", "en", Spoken(lang="ja", why="text")),
        ("👍", None, "fr", Spoken(lang=None, why="unknown", letters=False)),
        ("👍", "fr", None, Spoken(lang="fr", why="tag", letters=False)),
    ],
)
def test_who_says_the_language(
    text: str, tag: str | None, usual: str | None, expected: Spoken
) -> None:
    assert spoken_in(text, tag=tag, languages=("en", "fr"), usual=usual) == expected


def test_a_post_in_two_languages_says_so() -> None:
    text = "the service is not good but les employés sont très gentils avec nous et vous"
    told = explain(text, lang=None)
    assert told.spoken == Spoken(lang="fr", why="text", also=("en",))


def test_a_short_post_is_scored_in_the_language_its_author_usually_writes() -> None:
    assert score("nul", lang=None).label is Label.UNSCORED
    assert score("nul", lang=None, usual="fr").label is Label.NEGATIVE
    assert score("nul", lang=None, usual="nl").label is Label.UNSCORED


def test_a_tag_stands_where_the_words_do_not_contradict_it() -> None:
    """A name or a title in another language is no reason to doubt the network."""
    text = "Watching Game of Thrones tonight, la casa de papel next"
    assert spoken_in(text, tag="en", languages=("en", "fr"), usual=None).why == "tag"
