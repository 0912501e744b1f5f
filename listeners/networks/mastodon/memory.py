"""What a Mastodon source remembers between pages, bounded, and lost at no harm on restart.

A server names the post that another answers by its own id, which means nothing elsewhere and may
change; here such ids are turned into lasting ones, as far as pages and look-ups have shown them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from listeners.model import BadRecord, Batch, Post
from listeners.networks.mastodon.decode import Status
from listeners.networks.recent import Recent

MOST_POSTS = 20_000
MOST_BAD = 200
_LONGEST_THREAD = 200


@dataclass(frozen=True, slots=True)
class _Known:
    uri: str
    author_key: str
    reply_to: str | None


class Memory:
    """Ids, threads and what was already handed on, of one server."""

    def __init__(self, most: int = MOST_POSTS) -> None:
        self._posts: Recent[str, _Known] = Recent(most)
        self._api_ids: Recent[str, str] = Recent(most)
        self._accounts: Recent[str, str] = Recent(most)
        self._ours: set[str] = set()
        self._missing: Recent[str, None] = Recent(most)
        self._handed_on: Recent[str, tuple[bytes, bool]] = Recent(most)
        self._bad: Recent[str, None] = Recent(MOST_BAD)

    def learn(self, statuses: Iterable[Status]) -> None:
        """Remember which ids and accounts these posts reveal."""
        for status in statuses:
            if status.original is not None:
                self.learn([status.original])
            post = status.post
            self._posts.put(status.api_id, _Known(post.native_id, post.author.key, status.reply_to))
            self._api_ids.put(post.native_id, status.api_id)
            for number, key in status.accounts:
                self._accounts.put(number, key)
            self._ours.update(status.ours)

    def learn_ours(self, account_id: str) -> None:
        """Remember that this is the server's id of an account of ours."""
        self._ours.add(account_id)

    def answers_us(self, status: Status) -> bool:
        """Whether a post answers one of an account of ours."""
        return status.reply_to_account in self._ours

    def learn_missing(self, api_id: str) -> None:
        """Remember that the server does not show this post."""
        self._missing.put(api_id, None)

    def uri_of(self, api_id: str) -> str | None:
        """Return the lasting id behind an id of the server."""
        known = self._posts.get(api_id)
        return known.uri if known else None

    def api_id_of(self, uri: str) -> str | None:
        """Return the server's newest id for a post."""
        return self._api_ids.get(uri)

    def unknown_ancestor(self, status: Status) -> str | None:
        """Return the nearest ancestor's id that is not known and may be asked for."""
        number = status.reply_to
        for _ in range(_LONGEST_THREAD):
            if number is None:
                return None
            known = self._posts.get(number)
            if known is None:
                return None if number in self._missing else number
            number = known.reply_to
        return None

    def settle(self, status: Status) -> Post:
        """Return the post with its parent and root, as far as they are known.

        A parent the server does not show keeps the server's id: it is a reply all the same.
        """
        post = status.post
        if status.reply_to is None:
            return post
        parent = self._posts.get(status.reply_to)
        author = self._accounts.get(status.reply_to_account or "")
        return replace(
            post,
            parent_id=parent.uri if parent else status.reply_to,
            root_id=self._root(status.reply_to),
            parent_author_key=parent.author_key if parent else author,
        )

    def _root(self, api_id: str) -> str | None:
        number = api_id
        for _ in range(_LONGEST_THREAD):
            known = self._posts.get(number)
            if known is None:
                return None
            if known.reply_to is None:
                return known.uri
            number = known.reply_to
        return None

    def is_news(self, post: Post) -> bool:
        """Whether this was not handed on yet as it is now, or not yet as addressed to us."""
        known = self._handed_on.get(post.native_id)
        if known is None:
            return True
        print_, addressed = known
        return print_ != _fingerprint(post) or (post.addressed and not addressed)

    def is_new_fault(self, letter: BadRecord) -> bool:
        """Whether this record was not yet laid aside: some pages are read again and again."""
        return letter.record not in self._bad

    def handed_on(self, batch: Batch) -> None:
        """Remember that this was stored: to be called when the next batch is asked for."""
        for post in batch.posts:
            before = self._handed_on.get(post.native_id)
            addressed = post.addressed or (before is not None and before[1])
            self._handed_on.put(post.native_id, (_fingerprint(post), addressed))
        for letter in batch.bad:
            self._bad.put(letter.record, None)


def _fingerprint(post: Post) -> bytes:
    said = f"{post.text}\0{post.title}\0{post.edited_at}\0{post.engagement}"
    return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=12).digest()
