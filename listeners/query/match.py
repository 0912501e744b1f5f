"""The query as a test of one post: what hit, in plain words, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from listeners.model import Sentence
from listeners.query.subject import Reading, holds_exactly
from listeners.query.tree import (
    And,
    From,
    Handle,
    Lang,
    Near,
    Node,
    Not,
    Or,
    Raw,
    Site,
    Source,
    Tag,
    Words,
)
from listeners.query.words import folded_label, folded_words, lowered_ascii

Reasons = tuple[Sentence, ...]
Test = Callable[[Reading], Reasons | None]
"""Answers with the reasons for a match (perhaps none, for what is only left out), or ``None``."""


def test_of(node: Node) -> Test:
    """Compile a tree into a test; its sentences are made once, here."""
    match node:
        case Or(parts):
            return _any([test_of(part) for part in parts])
        case And(parts):
            return _all([test_of(part) for part in parts])
        case Not(part):
            return _not(test_of(part))
        case Near():
            return _near(node)
        case _:
            return _leaf(_holds(node), (reason_of(node),))


def reason_of(node: Near | Words | Raw | Tag | Handle | From | Lang | Site | Source) -> Sentence:
    """Say what it means that this part of a query hit."""
    match node:
        case Words(text, prefix):
            if prefix:
                return Sentence("words that begin with “{words}”", {"words": text})
            return Sentence("the words “{words}”", {"words": text})
        case Raw(text):
            return Sentence("exactly “{text}”", {"text": text})
        case Tag(tag):
            return Sentence("the hashtag #{tag}", {"tag": tag})
        case Handle(handle):
            return Sentence("addressed to @{handle}", {"handle": handle})
        case From(author):
            return Sentence("written by {author}", {"author": author})
        case Lang(lang):
            return Sentence("in the language “{lang}”", {"lang": lang})
        case Site(host, path):
            return Sentence("a link to {site}", {"site": host + path})
        case Source(source):
            return Sentence("heard by {source}", {"source": source})
        case Near(parts, distance):
            return Sentence(
                "the words “{words}” at most {distance} words apart",
                {"words": " … ".join(part.text for part in parts), "distance": distance},
            )
    assert_never(node)


def pattern_of(words: Words) -> str:
    """What stands in ``folded_words`` of a text exactly when these words do."""
    folded = folded_words(words.text)
    return folded.removesuffix(" ") if words.prefix else folded


def _leaf(holds: Callable[[Reading], bool], reasons: Reasons) -> Test:
    return lambda reading: reasons if holds(reading) else None


def _any(tests: list[Test]) -> Test:
    def test(reading: Reading) -> Reasons | None:
        answers = [answer for part in tests if (answer := part(reading)) is not None]
        return _joined(answers) if answers else None

    return test


def _all(tests: list[Test]) -> Test:
    def test(reading: Reading) -> Reasons | None:
        answers = []
        for part in tests:
            answer = part(reading)
            if answer is None:
                return None
            answers.append(answer)
        return _joined(answers)

    return test


def _not(inner: Test) -> Test:
    return lambda reading: () if inner(reading) is None else None


def _joined(answers: list[Reasons]) -> Reasons:
    return tuple(sentence for answer in answers for sentence in answer)


def _holds(
    node: Words | Raw | Tag | Handle | From | Lang | Site | Source,
) -> Callable[[Reading], bool]:
    match node:
        case Words():
            return _holds_words(node)
        case Raw(text):
            return lambda reading: text in reading.exact and holds_exactly(reading.exact, text)
        case Tag(tag):
            folded_tag = folded_label(tag)
            return lambda reading: folded_tag in reading.tags
        case Handle(handle):
            folded_handle = folded_label(handle)
            return lambda reading: folded_handle in reading.addressed
        case From(author):
            folded_author = folded_label(author)
            return lambda reading: folded_author in reading.author
        case Lang(lang):
            return lambda reading: reading.lang == lang
        case Site(host, path):
            return lambda reading: any(
                under_site(link_host, link_path, host, path)
                for link_host, link_path in reading.sites
            )
        case Source(source):
            name = source.casefold()
            return lambda reading: (
                name in (reading.subject.network.casefold(), reading.subject.source.casefold())
            )
    assert_never(node)


def _holds_words(words: Words) -> Callable[[Reading], bool]:
    if words.unspaced:
        needle = lowered_ascii(words.text)
        return lambda reading: needle in reading.lowered
    pattern = pattern_of(words)
    return lambda reading: pattern in reading.words


def under_site(link_host: str, link_path: str, host: str, path: str) -> bool:
    """Whether a link leads to this host or one below it, and to this path or one below it."""
    if link_host != host and not link_host.endswith(f".{host}"):
        return False
    return not path or link_path == path or link_path.startswith(f"{path}/")


def _near(node: Near) -> Test:
    patterns = [pattern_of(part) for part in node.parts]
    phrases = [(part.words, part.prefix) for part in node.parts]
    reasons = (reason_of(node),)

    def test(reading: Reading) -> Reasons | None:
        if not all(pattern in reading.words for pattern in patterns):
            return None
        near = any(_clump(field, phrases, node.distance) for field in reading.fields)
        return reasons if near else None

    return test


def _clump(
    field: tuple[str, ...], phrases: list[tuple[tuple[str, ...], bool]], distance: int
) -> bool:
    """Whether one stretch of the field holds every phrase, as FTS5's NEAR counts.

    FTS5 counts the words between the end of the phrase that begins first and the beginning of
    the one that begins last (fts5_expr.c, fts5ExprNearIsMatch).
    """
    places = [_places(field, words, prefix) for words, prefix in phrases]
    if not all(places):
        return False
    at = [0] * len(places)
    while True:
        starts = [place[index] for place, index in zip(places, at, strict=True)]
        last = max(starts)
        behind = [
            index
            for index, start in enumerate(starts)
            if start < last - len(phrases[index][0]) - distance
        ]
        if not behind:
            return True
        for index in behind:
            at[index] += 1
            if at[index] == len(places[index]):
                return False


def _places(field: tuple[str, ...], words: tuple[str, ...], prefix: bool) -> list[int]:
    size = len(words)
    *leading, last = words
    return [
        start
        for start in range(len(field) - size + 1)
        if (field[start + size - 1].startswith(last) if prefix else field[start + size - 1] == last)
        and list(field[start : start + size - 1]) == leading
    ]
