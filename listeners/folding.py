"""Telling posts that are one with the mention that was heard first, inside the write of a batch.

What is the same is decided in ``sameness``; here it is looked up, and written down as a place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from listeners.judge import Judged
from listeners.model import Micros
from listeners.placing import Known, Placed, written_at
from listeners.sameness import (
    FEDERATED,
    article_keys,
    asks_again,
    is_one_person,
    is_public,
    may_fold,
    writer_of,
)
from listeners.store import elsewhere, places, subjects, thread_facts
from listeners.store.connection import Connection
from listeners.store.elsewhere import Elsewhere
from listeners.store.keys import dedupe_key
from listeners.store.places import KnownPlace, NewPlace
from listeners.store.records import KnownMention, MentionKey, RootKey


@dataclass(frozen=True, slots=True)
class Folded:
    """A post that is told with a mention that is stored."""

    judged: Judged
    mention_id: int


@dataclass(frozen=True, slots=True)
class Sorted:
    """What stays a mention of its own, and what is told with another."""

    fresh: list[Judged]
    folded: list[Folded]


class Folding:
    """Looks up what new posts are compared with, inside the write that stores them."""

    def __init__(self, brands: Mapping[str, int]) -> None:
        self._brands = brands

    async def sort(
        self,
        connection: Connection,
        fresh: Sequence[Judged],
        stored: Mapping[MentionKey, KnownMention],
        known: Mapping[MentionKey, Sequence[KnownPlace]],
        source_id: int,
        now: Micros,
    ) -> Sorted:
        """Return which of these posts are told with a mention that is stored.

        ``stored`` and ``known`` hold the parents of answers, as far as they are known.
        """
        able = [one for one in fresh if may_fold(one)]
        found = await self._candidates(connection, able, source_id, now)
        if not found:
            return Sorted(list(fresh), [])
        parents = {
            id_
            for one in able
            if (id_ := self._conversation_of_parent(one, stored, known)) is not None
        }
        parents |= {
            there.conversation_id
            for many in found.values()
            for there in many
            if there.conversation_id is not None
        }
        heads = await thread_facts.heads(connection, parents)
        threads = await subjects.load_conversations(connection, set(heads.values()))
        ours = await thread_facts.last_ours(connection, threads)
        kept = Sorted([], [])
        told: dict[MentionKey, int | None] = {}
        for one in fresh:
            parent = self._conversation_of_parent(one, stored, known)
            if parent is None and one.post.parent_id:
                parent = told.get(self._key(one, one.post.parent_id))
            at = written_at(one.post, now)
            for there in found.get(id(one), ()):
                head = heads.get(there.conversation_id or 0, 0)
                answers = one.post.parent_id or there.parent_id
                if answers and (parent is None or heads.get(parent) != head):
                    continue
                if there.history and not one.post.history:
                    continue  # what was read from the past is no work, and this may be
                if not asks_again(there, threads.get(head), ours.get(head), at):
                    kept.folded.append(Folded(one, there.mention_id))
                    told[self._key(one, one.post.native_id)] = there.conversation_id
                    break
            else:
                kept.fresh.append(one)
        return kept

    async def _candidates(
        self, connection: Connection, able: Sequence[Judged], source_id: int, now: Micros
    ) -> dict[int, list[Elsewhere]]:
        """Return the mentions each post is the same as, the first heard first."""
        found: dict[int, list[Elsewhere]] = {}
        said = [one for one in able if one.fold]
        words = await elsewhere.same_words(
            connection,
            [(self._brands[one.brand], one.fold, written_at(one.post, now)) for one in said],
        )
        for number, many in words.items():
            writer = writer_of(said[number].post)
            same = [
                there
                for there in many
                if is_public(there) and any(is_one_person(writer, by) for by in there.writers)
            ]
            _add(found, said[number], same)
        keys = [(one, key) for one in able for key in article_keys(one.post)]
        if keys:
            articles = await elsewhere.same_articles(
                connection,
                [(self._brands[one.brand], key, written_at(one.post, now)) for one, key in keys],
            )
            for number, many in articles.items():
                _add(found, keys[number][0], [t for t in many if source_id not in t.sources])
        addressed = [
            (one, network)
            for one in able
            if one.post.network in FEDERATED and "://" in one.post.native_id
            for network in FEDERATED - {one.post.network}
        ]
        if addressed:
            posts = await elsewhere.same_posts(
                connection,
                [(self._brands[o.brand], network, o.post.native_id) for o, network in addressed],
            )
            for number, many in posts.items():
                _add(found, addressed[number][0], [t for t in many if is_public(t)])
        return found

    def _key(self, one: Judged, native_id: str) -> MentionKey:
        network = one.post.network
        return self._brands[one.brand], network, dedupe_key(network, native_id)

    def _conversation_of_parent(
        self,
        one: Judged,
        stored: Mapping[MentionKey, KnownMention],
        known: Mapping[MentionKey, Sequence[KnownPlace]],
    ) -> int | None:
        post = one.post
        if not post.parent_id:
            return None
        key = self._key(one, post.parent_id)
        if key in stored:
            return stored[key].conversation_id
        return known[key][0].conversation_id if known.get(key) else None

    async def find_elsewhere(
        self, connection: Connection, roots: Iterable[RootKey], known: Known
    ) -> dict[RootKey, frozenset[str]]:
        """Find the conversations of threads whose first post is told with one elsewhere.

        Returns who opened them there, by the conversation's own root.
        """
        missing = {
            (self._brands[brand], network, root): (brand, network, root)
            for brand, network, root in roots
            if (brand, network, root) not in known.conversations
        }
        found = await places.conversations_of_roots(connection, missing)
        heads = await thread_facts.heads(connection, {id_ for id_, _ in found.values()})
        threads = await subjects.load_conversations(connection, set(heads.values()))
        openers: dict[RootKey, frozenset[str]] = {}
        for place, (id_, keys) in found.items():
            thread = threads.get(heads.get(id_, id_))
            if thread is not None:
                known.conversations[missing[place]] = thread
                root = (thread.brand, thread.network, thread.root)
                openers[root] = openers.get(root, frozenset()) | keys
        return openers

    async def write(
        self,
        connection: Connection,
        folded: Iterable[Folded],
        roots: Sequence[str],
        source_id: int,
        accounts: Mapping[tuple[str, str], int],
        now: Micros,
    ) -> None:
        """Write down the places of these posts; ``roots`` are those of their own threads."""
        await places.add_places(
            connection,
            [
                NewPlace(
                    mention_id=one.mention_id,
                    brand_id=self._brands[one.judged.brand],
                    network=post.network,
                    native_id=post.native_id,
                    root=root,
                    source_id=source_id,
                    account_id=accounts[post.network, post.author.key],
                    url=post.url,
                    at=written_at(post, now),
                    seen_at=now,
                    engagement=post.engagement,
                    fold=one.judged.fold,
                )
                for one, root in zip(folded, roots, strict=True)
                for post in (one.judged.post,)
            ],
        )

    async def write_articles(
        self, connection: Connection, placed: Iterable[Placed], ids: Iterable[int]
    ) -> None:
        """Write down by what these new mentions are recognised in another feed."""
        await places.add_articles(
            connection,
            [
                (self._brands[one.judged.brand], key, id_, one.at)
                for one, id_ in zip(placed, ids, strict=True)
                for key in article_keys(one.judged.post)
            ],
        )


def _add(found: dict[int, list[Elsewhere]], one: Judged, same: Iterable[Elsewhere]) -> None:
    many = {there.mention_id: there for there in (*found.get(id(one), ()), *same)}
    if many:
        found[id(one)] = sorted(many.values(), key=lambda there: there.mention_id)
