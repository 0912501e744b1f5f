"""Finding the weights of a learnt layer, and whether it is better than the word lists.

Multinomial logistic regression with an L2 penalty on top of the lists' own guess, so that few
examples change little. It is solved in its dual form: the weights are a sum of the examples, so
only the examples' products with each other are needed, whatever the number of features (the
representer theorem; Schölkopf, Herbrich & Smola, 2001), by accelerated gradient descent (Nesterov,
1983). Classes weigh alike, since the figures compared are averages over the classes.

Compared are posts that the weights were not found on (ten folds), the lists' verdict and the
layer's on the same ones, with the 95 % interval of the difference from resampled posts (the paired
bootstrap; Efron & Tibshirani, 1993): its lower end above zero is better beyond chance.

numpy is imported when something is trained, in the thread that trains.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from listeners.sentiment import Learnt, label_of
from listeners.sentiment.learnt import BUCKETS, CLASSES, FIGURES, Features
from listeners.store.codec import label_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

PENALTY = 2.5
"""L2 penalty, to be divided by the number of examples: measured best from 50 to 800."""
STEPS = 120
FOLDS = 10
RESAMPLED = 400
FEWEST_OF_A_CLASS = 8
"""Examples of each label below which nothing is trained."""
_HEAVIEST_CLASS = 3.0
_OUTER = 0.025
"""The share of resampled differences left out at each end: a 95 % interval."""


@dataclass(frozen=True, slots=True)
class Example:
    """A post as it is learnt from: its label (0, 1, 2), and what the lists say of it.

    ``given`` is a person's label; the others are verdicts that stood, and only keep the balance.
    """

    seen: Features
    label: int
    listed: float
    given: bool = True

    @property
    def listed_label(self) -> int:
        """The lists' verdict."""
        return label_number(label_of(self.listed))


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What came of comparing on held-out posts: macro-averages over the three labels.

    ``low`` and ``high`` are the 95 % interval of the difference in macro-recall.
    """

    posts: int
    given: int
    recall: float
    f1: float
    listed_recall: float
    listed_f1: float
    low: float
    high: float

    @property
    def better(self) -> bool:
        """Whether the layer is better than the lists beyond chance."""
        return self.low > 0 and self.f1 > self.listed_f1

    @property
    def as_mapping(self) -> Mapping[str, Any]:
        """The figures as they are kept."""
        return {
            "posts": self.posts,
            "given": self.given,
            "recall": round(self.recall, 4),
            "f1": round(self.f1, 4),
            "listed_recall": round(self.listed_recall, 4),
            "listed_f1": round(self.listed_f1, 4),
            "low": round(self.low, 4),
            "high": round(self.high, 4),
        }


def distinct(examples: Iterable[Example]) -> list[Example]:
    """Return the first of each that look alike to the layer, in their order.

    The same words come again in cross-posts, shares and campaigns. Left in, one copy would be
    learnt from and another held out: the comparison would reward knowing them by heart.
    """
    found: dict[object, Example] = {}
    for one in examples:
        found.setdefault((one.seen.figures, frozenset(one.seen.hashed.items())), one)
    return list(found.values())


def trainable(examples: Sequence[Example]) -> bool:
    """Whether every label has enough examples."""
    counts = [sum(one.label == label for one in examples) for label in range(CLASSES)]
    return min(counts) >= FEWEST_OF_A_CLASS


def trained(examples: Sequence[Example], lang: str, corrections: int) -> Learnt:
    """Return the layer learnt from all examples, its weights in single bytes."""
    import numpy as np

    rows, guesses, labels = _arrays(examples)
    dual = _solved(rows @ rows.T, guesses, labels)
    weights = (rows.T @ dual).T
    figures, hashed = weights[:, :FIGURES], weights[:, FIGURES:]
    step = float(np.abs(hashed).max()) / 127 or 1.0
    return Learnt(
        lang=lang,
        name=f"learnt-{lang}-0",
        corrections=corrections,
        figures=tuple(tuple(round(float(one), 5) for one in row) for row in figures),
        hashed=np.rint(hashed / step).astype(np.int8).tobytes(),
        step=step,
    )


def compared(examples: Sequence[Example], seed: int = 0) -> Figures:
    """Return how layer and lists do on posts that were left out, fold by fold."""
    import numpy as np

    rows, guesses, labels = _arrays(examples)
    products = rows @ rows.T
    order = np.random.default_rng(seed).permutation(len(examples))
    said = np.zeros(len(examples), dtype=np.int64)
    for fold in range(FOLDS):
        out = order[fold::FOLDS]
        within = np.setdiff1d(order, out)
        dual = _solved(products[np.ix_(within, within)], guesses[within], labels[within])
        said[out] = (guesses[out] + products[np.ix_(out, within)] @ dual).argmax(axis=1)
    listed = np.array([one.listed_label for one in examples])
    recall, f1 = _macro(labels, said)
    listed_recall, listed_f1 = _macro(labels, listed)
    chance = np.random.default_rng(seed + 1)
    gains = []
    for _ in range(RESAMPLED):
        drawn = chance.integers(0, len(examples), len(examples))
        mine, theirs = _macro(labels[drawn], said[drawn]), _macro(labels[drawn], listed[drawn])
        gains.append(mine[0] - theirs[0])
    low, high = np.quantile(gains, [_OUTER, 1 - _OUTER])
    return Figures(
        posts=len(examples),
        given=sum(one.given for one in examples),
        recall=recall,
        f1=f1,
        listed_recall=listed_recall,
        listed_f1=listed_f1,
        low=float(low),
        high=float(high),
    )


def _arrays(
    examples: Sequence[Example],
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """One row an example: the figures, then the hashed words; the guesses; the labels."""
    import numpy as np

    rows = np.zeros((len(examples), FIGURES + BUCKETS), dtype=np.float32)
    for at, one in enumerate(examples):
        rows[at, :FIGURES] = one.seen.figures
        for bucket, value in one.seen.hashed.items():
            rows[at, FIGURES + bucket] = value
    guesses = np.array([one.seen.guess for one in examples], dtype=np.float64)
    return rows, guesses, np.array([one.label for one in examples])


def _solved(products: NDArray[Any], guesses: NDArray[Any], labels: NDArray[Any]) -> NDArray[Any]:
    """Return how much each example counts for each class."""
    import numpy as np

    products = products.astype(np.float64)
    size = len(labels)
    wanted = np.eye(CLASSES)[labels]
    counts = np.maximum(wanted.sum(axis=0), 1)
    importance = np.minimum((size / CLASSES / counts)[labels], _HEAVIEST_CLASS)[:, None]
    penalty = PENALTY / size
    # The sum of a row bounds the largest eigenvalue, and with it the longest safe step.
    largest = float(np.abs(products).sum(axis=1).max())
    pace = 1.0 / (0.5 * largest * float(importance.max()) / size + penalty)
    found = np.zeros((size, CLASSES))
    ahead, momentum = found, 1.0
    for _ in range(STEPS):
        logits = guesses + products @ ahead
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        moved = ahead - pace * ((shares - wanted) * importance / size + penalty * ahead)
        grown = (1 + math.sqrt(1 + 4 * momentum * momentum)) / 2
        ahead = moved + (momentum - 1) / grown * (moved - found)
        found, momentum = moved, grown
    return found


def macro(labels: Sequence[int], said: Sequence[int]) -> tuple[float, float]:
    """Return macro-recall and macro-F1 over the labels that occur."""
    import numpy as np

    return _macro(np.asarray(labels), np.asarray(said))


def _macro(labels: NDArray[Any], said: NDArray[Any]) -> tuple[float, float]:
    """Macro-recall and macro-F1 over the labels that occur."""
    recalls, f1s = [], []
    for label in range(CLASSES):
        wanted = int((labels == label).sum())
        if wanted:
            right = int(((labels == label) & (said == label)).sum())
            recalls.append(right / wanted)
            f1s.append(2 * right / (wanted + int((said == label).sum())))
    return sum(recalls) / len(recalls), sum(f1s) / len(f1s)
