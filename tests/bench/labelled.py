"""Labelled posts wherever they lie: which files hold them, in what form, in which language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from listeners.model import Label
from listeners.sentiment import SCORED_LANGUAGES, identify

_WORDS = {
    "negative": Label.NEGATIVE, "neg": Label.NEGATIVE, "-": Label.NEGATIVE, "-1": Label.NEGATIVE,
    "neutral": Label.NEUTRAL, "neu": Label.NEUTRAL, "none": Label.NEUTRAL,
    "positive": Label.POSITIVE, "pos": Label.POSITIVE, "+": Label.POSITIVE,
}  # fmt: skip
_COUNTED = {"0": Label.NEGATIVE, "1": Label.NEUTRAL, "2": Label.POSITIVE}
_SIGNED = {"-1": Label.NEGATIVE, "0": Label.NEUTRAL, "1": Label.POSITIVE}
_NAMES = {
    "english": "en", "french": "fr", "german": "de", "spanish": "es", "italian": "it",
    "portuguese": "pt", "arabic": "ar", "hindi": "hi", "tweeteval": "en",
}  # fmt: skip
_RATED = 0.5
"""Mean rating from which on a rated text counts as positive, below its negative as negative."""
_ASKED = 200
"""Texts asked for the language of a set whose name does not tell it."""


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """Posts with the label people gave them, all in one language."""

    name: str
    lang: str | None
    posts: tuple[tuple[str, Label], ...]


def sets_in(folder: Path) -> Iterator[LabelledSet]:
    """Yield every set below a folder.

    A set is a pair ``X_text.txt``, ``X_labels.txt``; a file of ``text<TAB>label`` lines ending in
    ``.tsv`` or ``.txt``; or a file of ratings as VADER's authors publish them.
    """
    for path in sorted(folder.rglob("*.t*")):
        if path.name.endswith("_text.txt"):
            posts = _pair(path)
        elif path.name.endswith("_GroundTruth.txt"):
            posts = _rated(path)
        elif path.suffix in (".tsv", ".txt") and not path.name.endswith("_labels.txt"):
            posts = _tabbed(path)
        else:
            continue
        if posts:
            name = str(path.relative_to(folder).with_suffix("")).removesuffix("_text")
            yield LabelledSet(name, _language(name, posts), tuple(posts))


def _lines(path: Path) -> list[str]:
    return path.read_bytes().decode("utf-8", "replace").rstrip("\n").split("\n")


def _pair(path: Path) -> list[tuple[str, Label]]:
    labels = path.with_name(path.name.replace("_text.txt", "_labels.txt"))
    if not labels.is_file():
        return []
    given = _understood([line.strip() for line in _lines(labels)])
    texts = _lines(path)
    return [(text, label) for text, label in zip(texts, given, strict=True) if label is not None]


def _rated(path: Path) -> list[tuple[str, Label]]:
    posts = []
    for line in _lines(path):
        _, rating, text = line.split("\t", 2)
        mean = float(rating)
        label = Label.POSITIVE if mean >= _RATED else Label.NEUTRAL
        posts.append((text, Label.NEGATIVE if mean <= -_RATED else label))
    return posts


def _tabbed(path: Path) -> list[tuple[str, Label]]:
    rows = [line.rstrip("\r").rpartition("\t") for line in _lines(path) if "\t" in line]
    given = _understood([label.strip() for _, _, label in rows])
    return [
        (text, label) for (text, _, _), label in zip(rows, given, strict=True) if label is not None
    ]


def _understood(labels: list[str]) -> list[Label | None]:
    """The labels as ours; numbers count from 0, or from -1 where that occurs."""
    lowered = [label.strip('"').lower() for label in labels]
    numbers = _SIGNED if "-1" in lowered else _COUNTED
    known = {**_WORDS, **numbers}
    return [known.get(label) for label in lowered]


def _language(name: str, posts: list[tuple[str, Label]]) -> str | None:
    for part in re.split(r"[^a-z]+", name.lower()):
        if part in _NAMES or part in SCORED_LANGUAGES:
            return _NAMES.get(part, part)
    asked = posts[:: max(1, len(posts) // _ASKED)]
    found = Counter(identify(text, SCORED_LANGUAGES) for text, _ in asked)
    found.pop(None, None)
    return found.most_common(1)[0][0] if found else None
