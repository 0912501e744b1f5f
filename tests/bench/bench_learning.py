"""What corrections teach: the learning curve, on every labelled set at hand.

``make bench-sentiment`` reads ``HUBBUB_DATA`` as ``bench_sentiment`` does. Of each set a third is
held out, and people's labels of 50 to 800 other posts are taken for corrections: drawn at random,
as if somebody had judged whatever came; or only where the word lists are wrong, as people correct,
with verdicts that stood beside them (among these, those nobody looked at are wrong as often as
ever). Where a language has sets called ``test``, they are what is held out. The mean of
``HUBBUB_DRAWS`` draws, 3 unless told.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from listeners.sentiment import MEASURED, Learnt, as_listed
from listeners.store.codec import label_number
from listeners.teaching.learning import stood_wanted
from listeners.teaching.training import Example, compared, macro, trainable, trained
from tests.bench.labelled import LabelledSet, sets_in

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3_600)]

_DATA = Path(os.environ.get("HUBBUB_DATA") or Path(__file__).parents[3] / "shared" / "data")
_DRAWS = int(os.environ.get("HUBBUB_DRAWS", "3"))
_SIZES = (50, 100, 200, 400, 800)
_FEWEST = 600
_MOST = 3_000


def _examples(data: Sequence[LabelledSet], lang: str) -> list[Example]:
    made = []
    for text, label in (post for one in data for post in one.posts[:_MOST]):
        found = as_listed(text, lang=lang)
        if found is not None:
            made.append(Example(found[0], label_number(label), found[1]))
    return made


def _parted(data: Sequence[LabelledSet], lang: str) -> tuple[list[Example], list[Example]]:
    """Posts to learn from, and posts held out."""
    tests = [one for one in data if "test" in one.name]
    if tests and len(tests) < len(data):
        return _examples([one for one in data if one not in tests], lang), _examples(tests, lang)
    whole = _examples(data, lang)
    random.Random(7).shuffle(whole)
    return whole[len(whole) // 3 :], whole[: len(whole) // 3]


def _on(layer: Learnt, held: Sequence[Example]) -> tuple[float, float]:
    said = []
    for one in held:
        logits = layer.logits(one.seen)
        said.append(logits.index(max(logits)))
    return macro([one.label for one in held], said)


def _as_people_correct(pool: Sequence[Example], size: int, lang: str) -> list[Example]:
    wrong = [one for one in pool if one.label != one.listed_label][:size]
    left = [one for one in pool if not any(one is other for other in wrong)]
    wanted = stood_wanted(lang, wrong=len(wrong), right=0)
    stood = [Example(o.seen, o.listed_label, o.listed, given=False) for o in left[:wanted]]
    return [*wrong, *stood]


def _mean(found: Sequence[tuple[float, float]]) -> str:
    recall = sum(one[0] for one in found) / len(found)
    return f"{recall:.3f} {sum(one[1] for one in found) / len(found):.3f}"


def _curve(lang: str, pool: list[Example], held: list[Example]) -> None:
    listed = macro([one.label for one in held], [one.listed_label for one in held])
    print(f"\n{lang}: {len(held)} held out; the word lists alone: {_mean([listed])}")
    for size in _SIZES:
        if size > len(pool):
            break
        drawn, corrected = [], []
        offered = 0
        for draw in range(_DRAWS):
            random.Random(draw).shuffle(pool)
            if not trainable(pool[:size]):
                continue
            drawn.append(_on(trained(pool[:size], lang, size), held))
            mixed = _as_people_correct(pool, size, lang)
            corrected.append(_on(trained(mixed, lang, size), held))
            offered += compared(mixed).better
        if drawn:
            print(
                f"  {size:>4} corrections  at random {_mean(drawn)}   of wrong verdicts "
                f"{_mean(corrected)}   offered {offered} of {len(corrected)}",
                flush=True,
            )


def test_learning_curve() -> None:
    sets = list(sets_in(_DATA)) if _DATA.is_dir() else []
    by_lang: dict[str, list[LabelledSet]] = {}
    for one in sets:
        # Ratings of sentences are another task, and no posts.
        if one.lang is not None and one.lang in MEASURED and "GroundTruth" not in one.name:
            by_lang.setdefault(one.lang, []).append(one)
    enough = {lang: d for lang, d in by_lang.items() if sum(len(o.posts) for o in d) >= _FEWEST}
    if not enough:
        pytest.skip("too few labelled posts: set HUBBUB_DATA to a folder of text<TAB>label files")
    print("\nmacro-recall and macro-F1; published: English .629 (macro-recall), French .548 (F1)")
    for lang, data in enough.items():
        _curve(lang, *_parted(data, lang))
