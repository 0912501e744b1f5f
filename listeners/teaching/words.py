"""Words taught for a brand: how much they may weigh, which cannot be taught, and the two steps.

Teaching a word and taking it away are steps of a person: undo takes them back, and where stored
mentions were scored anew for the word, that is done again too.
"""

from __future__ import annotations

from collections.abc import Mapping

from listeners.actions.outcome import Outcome
from listeners.actions.words import done
from listeners.config import BrandConfig, Config
from listeners.model import Micros, Sentence
from listeners.sentiment.normal import MASK, normal
from listeners.store import Store, subjects
from listeners.store import taught as kept
from listeners.store.connection import Connection
from listeners.store.subjects import NewEvent, SubjectKind
from listeners.teaching.lessons import mask_of
from listeners.team import may_write
from listeners.text import clean_line

KIND: SubjectKind = "word"
"""The ``subject_kind`` of a taught word in the log."""

WEIGHTS: Mapping[str, float] = {
    "very good": 3.0,
    "good": 1.8,
    "neutral": 0.0,
    "bad": -1.8,
    "very bad": -3.0,
}
"""The five choices, in VADER's units: "good" there weighs 1.9, "great" 3.1, "horrible" -2.5."""

LONGEST = 60
MOST_WORDS = 5
HEAVIEST = 4.0


def weight_of(text: str) -> float | None:
    """Read one of the choices, or a number from -4 to 4; ``None`` for anything else."""
    said = text.strip().casefold().replace("-", " ", 1) if text[:1].isalpha() else text.strip()
    if said in WEIGHTS:
        return WEIGHTS[said]
    try:
        number = float(said.replace(",", "."))
    except ValueError:
        return None
    return number if -HEAVIEST <= number <= HEAVIEST else None


def choice_of(weight: float) -> str:
    """Return the choice that is nearest to a weight."""
    return min(WEIGHTS, key=lambda name: abs(WEIGHTS[name] - weight))


def word_as_kept(text: str) -> str:
    """Return the one spelling under which a word is kept: as a post is read, in small letters."""
    plain = normal(clean_line(text)).strip().strip('#"“”«».,;:!? ') or normal(text).strip()
    return " ".join(plain.lower().split())


def refused_word(word: str, brand: BrandConfig) -> Sentence | None:
    """Return why a word cannot be taught for a brand, ``None`` if it can."""
    if not word:
        return Sentence("Say which word.")
    if len(word) > LONGEST or len(word.split()) > MOST_WORDS:
        return Sentence("That is too long: teach a word, or a phrase of five words at most.")
    if MASK in normal(word, mask_of(brand)):
        return Sentence("A name of {brand}: names never weigh.", {"brand": brand.name})
    return None


async def teach(
    store: Store, config: Config, actor: str, brand: str, text: str, weight: float, now: Micros
) -> Outcome:
    """Keep what a word means for a brand; new posts are judged by it from now on.

    Raises:
        StoreError: nothing was stored.
    """
    known = config.brand(brand)
    word = word_as_kept(text)
    refused = may_write(config, actor)
    if refused is None and known is None:
        refused = Sentence("There is no brand {brand}.", {"brand": brand})
    if refused is None and known is not None:
        refused = refused_word(word, known)
    if refused is None and not -HEAVIEST <= weight <= HEAVIEST:
        refused = Sentence("A weight goes from -4 (very bad) to 4 (very good).")
    if refused is not None:
        return Outcome(0, refused, (refused,))

    async def work(connection: Connection) -> Outcome:
        before = await kept.word_of(connection, brand, word)
        if before is not None and not before.removed and before.weight == weight:
            same = Sentence("{word} means that already.", {"word": word})
            return Outcome(0, same, (same,))
        number = await kept.keep_word(connection, brand, word, weight, actor, now)
        fresh = before is None or before.removed
        was: dict[str, object] = {"removed": int(fresh)}
        if before is not None:
            was["weight"] = before.weight
        left: dict[str, object] = {"removed": 0, "weight": weight}
        named = {"word": word, "brand": brand}
        return await _log(connection, actor, "teach", number, named, was, left, now)

    return await store.write(work, urgent=True)


async def take_away(
    store: Store, config: Config, actor: str, brand: str, text: str, now: Micros
) -> Outcome:
    """Let a word weigh as the lists have it again.

    Raises:
        StoreError: nothing was stored.
    """
    refused = may_write(config, actor)
    if refused is not None:
        return Outcome(0, refused, (refused,))
    word = word_as_kept(text)

    async def work(connection: Connection) -> Outcome:
        before = await kept.word_of(connection, brand, word)
        if before is None or before.removed:
            none = Sentence("{word} was not taught for {brand}.", {"word": word, "brand": brand})
            return Outcome(0, none, (none,))
        await kept.take_word(connection, before.id)
        was, left, named = {"removed": 0}, {"removed": 1}, {"word": word, "brand": brand}
        return await _log(connection, actor, "remove", before.id, named, was, left, now)

    return await store.write(work, urgent=True)


async def _log(
    connection: Connection,
    actor: str,
    verb: str,
    number: int,
    named: Mapping[str, str],
    was: Mapping[str, object],
    left: Mapping[str, object],
    now: Micros,
) -> Outcome:
    step = await subjects.next_step(connection, actor)
    event = NewEvent(
        at=now,
        actor=actor,
        verb=verb,
        subject_kind=KIND,
        subject_id=number,
        before={**was, **named},
        after={**left, **named},
        step=step,
    )
    await subjects.add_events(connection, [event])
    return Outcome(1, done(KIND, verb, 1, **named), step=step)
