"""What the store already has, as a memory small enough to ask at every event of a firehose.

A listener of a whole network hears hundreds of deletions and replies a second, nearly all about
posts we never stored. Asking the store for each would be the whole work of a core; asking a set
of 64-bit hashes costs a microsecond. A false yes (one in billions) only costs a look-up later.
"""

from __future__ import annotations

from collections.abc import Iterable

from listeners.model import Post
from listeners.store import Store
from listeners.store.reads.known import recent_names

MOST_REMEMBERED = 200_000
"""Newest posts kept in mind at start: about 20 MB with their authors."""


class KnownPosts:
    """Remembers native ids, thread roots and author keys of one network's stored posts."""

    def __init__(self) -> None:
        self._hashes: set[int] = set()

    def __call__(self, name: str) -> bool:
        """Whether the store may have this post, thread or author."""
        return hash(name) in self._hashes

    async def load(self, store: Store, network: str) -> None:
        """Remember what is stored already."""
        self._hashes.update(map(hash, await recent_names(store, network, MOST_REMEMBERED)))

    def hear(self, posts: Iterable[Post]) -> None:
        """Remember posts that are being stored."""
        for post in posts:
            self._hashes.add(hash(post.native_id))
            self._hashes.add(hash(post.author.key))
            if post.root_id:
                self._hashes.add(hash(post.root_id))
