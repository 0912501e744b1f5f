"""How well a brand's words listen: what each brings, what of it is noise, and what to leave out.

A mention is *useful* where somebody answered it or did something with it, *noise* where its
conversation was dismissed. Words and authors that stand out in the noise become exclusions ready
to be copied, each with its effect: tested by the query engine on everything that was heard.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from listeners.config import BrandConfig
from listeners.model import Micros, Sentence
from listeners.query import Matcher, Query, QuerySyntaxError, Subject, parse
from listeners.risk.stand_out import stand_out
from listeners.store import Store
from listeners.store.outcomes import Outcome, Treated, count_treated, treated

PAGE = 500
MOST_TEXTS = 5_000
"""The newest texts of either side whose words are compared."""
MOST_WORDS = 12
FEWEST_BY_AUTHOR = 3
MOST_USEFUL = 0.1
"""The share of useful mentions up to which leaving out is suggested at all."""


@dataclass(frozen=True, slots=True)
class Term:
    """What one part of the query brought: mentions in all, and what became of them."""

    why: Sentence
    brought: int
    outcomes: Mapping[Outcome, int]

    @property
    def noise(self) -> float:
        """The share that was dismissed."""
        return self.outcomes.get("dismissed", 0) / self.brought

    @property
    def useless(self) -> float:
        """The share that nobody answered or did anything with."""
        return (
            self.outcomes.get("dismissed", 0) + self.outcomes.get("untouched", 0)
        ) / self.brought


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Something to leave out, and what that would have done.

    ``value`` is the word, or the author's name in a query; ``mute`` what the verb *mute* takes.
    ``left_out`` of ``of`` mentions would not have been heard, ``answered`` of which were answered
    and ``useful`` answered or acted on. ``line`` is the line for the configuration, ``sample`` the
    number of the newest mention it would have left out.
    """

    kind: Literal["word", "author"]
    value: str
    mute: str
    left_out: int
    of: int
    answered: int
    useful: int
    line: str
    sample: int


@dataclass(frozen=True, slots=True)
class Health:
    """What was found so far: ``share`` of the ``looked`` mentions is through, 1 when ``done``."""

    brand: str
    looked: int = 0
    share: float = 0.0
    terms: tuple[Term, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    done: bool = False


@dataclass(slots=True)
class _Tally:
    brought: Counter[tuple[str, str]] = field(default_factory=Counter)
    outcomes: Counter[tuple[str, str, Outcome]] = field(default_factory=Counter)
    sentences: dict[tuple[str, str], Sentence] = field(default_factory=dict)
    noise: list[str] = field(default_factory=list)
    useful: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    authors: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    bad_authors: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    good_authors: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, one: Treated) -> None:
        for why in one.reasons:
            key = (why.template, json.dumps(dict(why.values), sort_keys=True))
            self.sentences[key] = why
            self.brought[key] += 1
            self.outcomes[*key, one.outcome] += 1
        author = (one.network, one.author_key, one.author)
        self.authors[author] += 1
        whole = f"{one.title} {one.text}"
        if one.outcome == "dismissed":
            self.bad_authors[author] += 1
            self.noise.append(whole)
        elif one.outcome == "untouched":
            self.rest.append(whole)
        else:
            self.good_authors[author] += 1
            self.useful.append(whole)

    def terms(self) -> tuple[Term, ...]:
        kinds: tuple[Outcome, ...] = ("answered", "acted", "dismissed", "untouched")
        found = [
            Term(
                self.sentences[key],
                count,
                {kind: self.outcomes[*key, kind] for kind in kinds if self.outcomes[*key, kind]},
            )
            for key, count in self.brought.items()
        ]
        return tuple(sorted(found, key=lambda one: (-one.noise, -one.useless, -one.brought)))


async def keyword_health(
    store: Store, brand: BrandConfig, since: Micros
) -> AsyncGenerator[Health, None]:
    """Look at what a brand's words brought since a time; the last answer is the whole.

    Raises:
        StoreError: the store cannot be read.
    """
    looked = await count_treated(store, brand.name, since)
    found = Health(brand.name, looked)
    yield found
    tally, through = _Tally(), 0
    async for page in _pages(store, brand.name, since):
        for one in page:
            tally.add(one)
        through += len(page)
        found = replace(found, share=through / max(1, looked) / 2)
        yield found
    queries = {**_words(tally, brand), **_authors(tally)}
    effects: dict[str, Counter[str]] = {name: Counter() for name in queries}
    newest: dict[str, int] = {}
    if queries:
        matcher = Matcher({name: query for name, (_kind, _mute, query) in queries.items()})
        async for page in _pages(store, brand.name, since):
            for one in page:
                for name in matcher.match(_subject(one)):
                    effects[name].update(("all", one.outcome))
                    newest[name] = one.mention
            through += len(page)
            found = replace(found, share=min(0.99, through / max(1, looked) / 2))
            yield found
    exclusions = [
        replace(
            _exclusion(brand, looked, name, kind, mute, effects[name]), sample=newest.get(name, 0)
        )
        for name, (kind, mute, _query) in queries.items()
    ]
    worth = [one for one in exclusions if one.left_out and one.useful <= MOST_USEFUL * one.left_out]
    worth.sort(key=lambda one: (-(one.left_out - 10 * one.useful), one.value))
    yield replace(found, share=1.0, terms=tally.terms(), exclusions=tuple(worth), done=True)


async def _pages(store: Store, brand: str, since: Micros) -> AsyncGenerator[list[Treated], None]:
    after = 0
    while page := await treated(store, brand, since, after, PAGE):
        after = page[-1].mention
        yield page
        await asyncio.sleep(0)


_Asked = tuple[Literal["word", "author"], str, Query]


def _words(tally: _Tally, brand: BrandConfig) -> dict[str, _Asked]:
    """Return the words that stand out in the noise, as queries."""
    own = [brand.name, *brand.names, *(one for all_ in brand.handles.values() for one in all_)]
    usual = tally.useful[-MOST_TEXTS:] or tally.rest[-MOST_TEXTS:]
    found: dict[str, _Asked] = {}
    for word in stand_out(tally.noise[-MOST_TEXTS:], usual, leave_out=own, limit=MOST_WORDS):
        text = word if word.removeprefix("#").isalnum() else f'"{word}"'
        if (query := _query(text)) is not None:
            found[text] = ("word", word, query)
    return found


def _authors(tally: _Tally) -> dict[str, _Asked]:
    """Return the authors whose mentions are dismissed, and never useful, as queries."""
    found: dict[str, _Asked] = {}
    for author, bad in tally.bad_authors.most_common(MOST_WORDS):
        network, key, handle = author
        if bad >= FEWEST_BY_AUTHOR and not tally.good_authors[author]:
            text = f"from:{handle}"
            if (query := _query(text)) is not None:
                found[text] = ("author", f"{network}:{key}", query)
    return found


def _query(text: str) -> Query | None:
    """Return a query; ``None`` where what a stranger wrote makes none."""
    try:
        return parse(text)
    except QuerySyntaxError:
        return None


def _subject(one: Treated) -> Subject:
    return Subject(
        text=one.text,
        title=one.title,
        author_handle=one.author,
        lang=one.lang,
        links=one.links,
        tags=one.tags,
        network=one.network,
    )


def _exclusion(
    brand: BrandConfig,
    looked: int,
    value: str,
    kind: Literal["word", "author"],
    mute: str,
    effect: Mapping[str, int],
) -> Exclusion:
    answered = effect.get("answered", 0)
    return Exclusion(
        kind=kind,
        value=value,
        mute=mute,
        left_out=effect.get("all", 0),
        of=looked,
        answered=answered,
        useful=answered + effect.get("acted", 0),
        line=exclusion_line(brand, [value]),
        sample=0,
    )


def exclusion_line(brand: BrandConfig, values: Iterable[str]) -> str:
    """Return the line of a brand's configuration that leaves these out too."""
    parts = [f"({brand.exclude})"] if brand.exclude.strip() else []
    query = " OR ".join([*parts, *values])
    return f"exclude = {json.dumps(query, ensure_ascii=False)}"
