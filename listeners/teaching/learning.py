"""Learning from a team's corrections: when, from what, and switching it on and off.

Corrections are mostly of verdicts that were wrong: learnt alone, they would teach that the word
lists are never right. So posts whose verdict nobody changed are put beside them, as many as make
the share of right verdicts what it was measured to be in that language. Where people also confirmed
verdicts, fewer are needed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from listeners.actions.outcome import Outcome
from listeners.actions.words import done
from listeners.config import Config
from listeners.judge import whole_text
from listeners.model import Micros, Sentence
from listeners.sentiment import MEASURED, as_listed
from listeners.store import Store, models, subjects
from listeners.store.codec import label_number
from listeners.store.connection import Connection
from listeners.store.models import Labelled, Model, State
from listeners.store.subjects import NewEvent
from listeners.teaching.lessons import Lessons, lessons, mask_of
from listeners.teaching.training import (
    Example,
    Figures,
    compared,
    distinct,
    trainable,
    trained,
)
from listeners.teaching.weights import packed
from listeners.team import may_write

FEWEST = 100
"""Corrections of a language from which on something is learnt."""
GROWTH = 1.2
"""By how much they must have grown for it to be learnt anew."""
NEWEST = 1_200
"""The newest corrections are learnt from: training stays within seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a language is: its corrections, its newest model, and the one that judges."""

    lang: str
    corrections: int
    newest: Model | None = None
    judging: Model | None = None

    @property
    def lacking(self) -> int:
        """Corrections still lacking for a first model."""
        return max(0, FEWEST - self.corrections)

    @property
    def due(self) -> bool:
        """Whether there is enough, and enough that is new, to learn from."""
        if self.lang not in MEASURED or self.lacking:
            return False
        return self.newest is None or self.corrections >= GROWTH * self.newest.corrections


async def standing(store: Store) -> list[Standing]:
    """Return how far each language is that has corrections or a model."""
    counts = await models.corrections_by_language(store)
    known = await models.models(store)
    newest = {one.lang: one for one in known}
    judging = {one.lang: one for one in known if one.state == "on"}
    return [
        Standing(
            lang=lang,
            corrections=counts.get(lang, 0),
            newest=newest.get(lang),
            judging=judging.get(lang),
        )
        for lang in sorted({*counts, *newest})
    ]


async def learn(store: Store, config: Config, now: Micros) -> list[int]:
    """Learn anew where it is due, beside the loop; return the numbers of the models made."""
    made = []
    for one in await standing(store):
        if one.due:
            number = await learn_language(store, config, one.lang, one.corrections, now)
            if number:
                made.append(number)
    return made


async def learn_language(
    store: Store, config: Config, lang: str, corrections: int, now: Micros
) -> int:
    """Train and compare a model for one language and keep it; 0 where a label has too few."""
    given = await models.corrected_posts(store, lang, NEWEST)
    right = sum(agreed for _, agreed in given)
    wanted = stood_wanted(lang, wrong=len(given) - right, right=right)
    stood = await models.posts_that_stood(store, lang, wanted)
    known = await lessons(store)
    posts = [*(post for post, _ in given), *stood]
    result = await asyncio.to_thread(_train, config, known, lang, posts, corrections)
    if result is None:
        return 0
    weights, figures = result
    state: State = "offered" if figures.better else "worse"

    async def work(connection: Connection) -> int:
        return await models.add_model(
            connection,
            lang=lang,
            corrections=corrections,
            figures=figures.as_mapping,
            weights=weights,
            state=state,
            now=now,
        )

    return await store.write(work)


def stood_wanted(lang: str, *, wrong: int, right: int) -> int:
    """Return how many verdicts that stood belong beside corrections, for the usual share."""
    share = MEASURED[lang].macro_recall
    return max(0, round(wrong * share / (1 - share)) - right)


def _train(
    config: Config, known: Lessons, lang: str, posts: Sequence[Labelled], corrections: int
) -> tuple[bytes, Figures] | None:
    masks = {brand.name: mask_of(brand) for brand in config.brands}
    examples = distinct(
        example for post in posts if (example := _example(post, lang, masks, known)) is not None
    )
    if not trainable(examples):
        return None
    return packed(trained(examples, lang, corrections)), compared(examples)


def _example(
    post: Labelled, lang: str, masks: Mapping[str, Sequence[str]], known: Lessons
) -> Example | None:
    found = as_listed(
        whole_text(post.title, post.text),
        lang=lang,
        mask=masks.get(post.brand, ()),
        taught=known.taught(post.brand),
    )
    if found is None:
        return None
    seen, listed = found
    return Example(seen, label_number(post.label), listed, given=not post.stood)


async def switch(
    store: Store, config: Config, actor: str, lang: str, on: bool, now: Micros
) -> Outcome:
    """Let the newest model of a language judge, or the word lists again.

    Raises:
        StoreError: nothing was stored.
    """
    refused = may_write(config, actor)
    if refused is not None:
        return Outcome(0, refused, (refused,))

    async def work(connection: Connection) -> Outcome:
        known = await models.states_in(connection, lang)
        changes, why = _changes(known, on)
        if not changes:
            return Outcome(0, why, (why,))
        step = await subjects.next_step(connection, actor)
        events = []
        for number, state in changes.items():
            await models.set_state(connection, number, state)
            events.append(
                NewEvent(
                    at=now,
                    actor=actor,
                    verb="on" if on else "off",
                    subject_kind="model",
                    subject_id=number,
                    before={"state": known[number], "lang": lang},
                    after={"state": state, "lang": lang},
                    step=step,
                )
            )
        await subjects.add_events(connection, events)
        return Outcome(1, done("model", "on" if on else "off", 1), step=step)

    return await store.write(work, urgent=True)


def _changes(known: Mapping[int, State], on: bool) -> tuple[dict[int, State], Sentence]:
    """Return how models are switched, the one that judged first, and what is said if none is."""
    judging = next((number for number, state in known.items() if state == "on"), 0)
    newest = next(iter(known), 0)
    if not on:
        nothing = Sentence("Nothing learnt judges this language.")
        return ({judging: "off"} if judging else {}), nothing
    if not newest:
        return {}, Sentence(
            "Nothing is learnt for this language yet: {count} corrections are needed.",
            {"count": FEWEST},
        )
    if newest == judging:
        return {}, Sentence("It judges already.")
    if known[newest] == "worse":
        return {}, Sentence(
            "What was learnt is not better than the word lists, so it cannot be switched on. "
            "It is tried again with more corrections."
        )
    changes: dict[int, State] = {judging: "off"} if judging else {}
    return {**changes, newest: "on"}, Sentence("")


def told(one: Standing) -> Sentence:
    """Say in a sentence how far a language is, with the figures of both."""
    model = one.newest
    if model is None and one.lacking:
        return Sentence(
            "Corrections so far: {count}. From {fewest} on hubbub tries to learn from them.",
            {"count": one.corrections, "fewest": FEWEST},
        )
    if model is None:
        return Sentence(
            "Corrections so far: {count}. They are learnt from in the background soon; each label "
            "must have been given a few times.",
            {"count": one.corrections},
        )
    figures = model.figures
    values: dict[str, int | float] = {
        "count": model.corrections,
        "posts": int(figures["posts"]),
        "mine": percent(figures["recall"]),
        "theirs": percent(figures["listed_recall"]),
        "low": percent(figures["low"]),
        "high": percent(figures["high"]),
    }
    if model.state == "worse":
        return Sentence(
            "Learnt from {count} corrections of yours, and not better beyond chance: right on "
            "{mine} of 100 held-out posts, the word lists on {theirs} (labels weigh alike, "
            "{posts} posts). The lists go on judging.",
            values,
        )
    return Sentence(
        "Learnt from {count} corrections of yours: right on {mine} of 100 held-out posts, the word "
        "lists on {theirs} (labels weigh alike, {posts} posts; the gain is {low} to {high} in "
        "nineteen cases of twenty).",
        values,
    )


def percent(share: float) -> float:
    """Return a share in hundredths, to one decimal."""
    return round(100 * share, 1)
