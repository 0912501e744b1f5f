"""The language an author, else a source, usually writes in: for posts too short to tell.

It is asked of the store once for each author and source, and followed in memory from then on; it
never decides where a network's tag or the text itself does.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence

from listeners.model import Post, Score
from listeners.sentiment.language import normal_tag
from listeners.store import Store
from listeners.store.languages import NEWEST, languages_of_authors, languages_of_source

AUTHOR_POSTS, AUTHOR_SHARE = 3, 0.8
SOURCE_POSTS, SOURCE_SHARE = 20, 0.9
"""How many posts, and which share of them, make a language the usual one. A source has many
authors, so it must be surer."""
_SOURCE_NEWEST = 200
_AUTHORS_KEPT = 20_000
_NAMED = frozenset({"tag", "text"})


class Usual:
    """What is known of languages in one process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._authors: dict[tuple[str, str], deque[str]] = {}
        self._sources: dict[str, deque[str]] = {}

    async def learn(self, source: str, posts: Iterable[Post]) -> None:
        """Ask the store about the authors of posts without a tag, and about their source."""
        untagged = [one for one in posts if normal_tag(one.lang) is None]
        if not untagged:
            return
        if source not in self._sources:
            found = await languages_of_source(self._store, source)
            self._sources[source] = deque(reversed(found[:_SOURCE_NEWEST]), _SOURCE_NEWEST)
        wanted = {_author(one) for one in untagged} - self._authors.keys()
        if not wanted:
            return
        if len(self._authors) > _AUTHORS_KEPT:
            self._authors.clear()
        known = await languages_of_authors(self._store, wanted)
        for author in wanted:
            self._authors[author] = deque(reversed(known.get(author, ())), NEWEST)

    def of(self, source: str, post: Post) -> str | None:
        """Return the language the author usually writes in, else the source, else ``None``."""
        by_author = usual_of(self._authors.get(_author(post), ()), AUTHOR_POSTS, AUTHOR_SHARE)
        return by_author or usual_of(self._sources.get(source, ()), SOURCE_POSTS, SOURCE_SHARE)

    def heard(self, source: str, post: Post, score: Score) -> None:
        """Remember the language of a post that a network or its text named."""
        if score.lang is None or score.said_by not in _NAMED:
            return
        if (author := self._authors.get(_author(post))) is not None:
            author.append(score.lang)
        if (kept := self._sources.get(source)) is not None:
            kept.append(score.lang)


def usual_of(languages: Sequence[str] | deque[str], posts: int, share: float) -> str | None:
    """Return the language of at least ``share`` of at least ``posts`` posts, else ``None``."""
    if len(languages) < posts:
        return None
    ((lang, count),) = Counter(languages).most_common(1)
    return lang if count >= share * len(languages) else None


def _author(post: Post) -> tuple[str, str]:
    return post.network, post.author.key
