"""How right the verdicts are on labelled posts: floors against getting worse, not goals."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from listeners.model import Label
from listeners.sentiment import identify, score

_DATA = Path(os.environ.get("HUBBUB_DATA") or Path(__file__).parents[4] / "shared" / "data")
_LABELS = (Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE)


def _posts(language: str) -> list[tuple[str, Label]]:
    folder = _DATA / "umsab" / language
    if not folder.is_dir():
        pytest.skip("no labelled posts: set HUBBUB_DATA to measure on them")
    posts = []
    for part in ("train", "val"):
        texts = (folder / f"{part}_text.txt").read_text(encoding="utf-8").splitlines()
        labels = (folder / f"{part}_labels.txt").read_text(encoding="utf-8").split()
        posts += [(text, _LABELS[int(label)]) for text, label in zip(texts, labels, strict=True)]
    return posts


@pytest.mark.parametrize(
    ("language", "lang", "least_f1", "least_recall"),
    [
        ("french", "fr", 0.62, 0.62),
        ("english", "en", 0.62, 0.625),
        ("german", "de", 0.54, 0.54),
        ("spanish", "es", 0.54, 0.55),
        ("italian", "it", 0.57, 0.57),
        ("portuguese", "pt", 0.53, 0.54),
        ("arabic", "ar", 0.48, 0.49),
        ("hindi", "hi", 0.37, 0.375),
    ],
)
def test_labels_on_labelled_posts(
    language: str, lang: str, least_f1: float, least_recall: float
) -> None:
    posts = _posts(language)
    given = [score(text, lang=lang).label for text, _ in posts]
    f1s, recalls = [], []
    for label in _LABELS:
        right = sum(one is label is wanted for one, (_, wanted) in zip(given, posts, strict=True))
        said, wanted_of = given.count(label), sum(wanted is label for _, wanted in posts)
        recalls.append(right / wanted_of)
        f1s.append(2 * right / (said + wanted_of))
    print(f"{language}: macro-F1 {sum(f1s) / 3:.3f}, macro-recall {sum(recalls) / 3:.3f}")
    assert sum(f1s) / 3 >= least_f1
    assert sum(recalls) / 3 >= least_recall


@pytest.mark.parametrize(
    ("language", "lang", "least"),
    [("english", "en", 0.985), ("french", "fr", 0.98), ("german", None, 0.94),
     ("spanish", None, 0.98), ("italian", None, 0.97), ("portuguese", None, 0.96),
     ("arabic", None, 0.98)],
)  # fmt: skip
def test_language_of_labelled_posts(language: str, lang: str | None, least: float) -> None:
    """Posts in a language without a scorer must not be taken for English or French."""
    posts = _posts(language)[:800]
    found = [identify(text) for text, _ in posts]
    right = [one == lang if lang else one not in ("en", "fr") for one in found]
    print(f"{language}: {sum(right) / len(right):.4f}")
    assert sum(right) / len(right) >= least
