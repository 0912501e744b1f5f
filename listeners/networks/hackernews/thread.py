"""What was said around a post: the search's tree of it, and what only Hacker News itself has yet.

Of a story that is about us, or of a comment, everything; of any other story what concerns us.
"""

from __future__ import annotations

import logging
from collections.abc import Container, Sequence

from listeners.model import BadRecord, Batch, Deletion, Post
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError, bad_record
from listeners.networks.hackernews.decode import (
    NETWORK,
    DeletedError,
    read_item,
    read_tree,
)
from listeners.networks.hackernews.firebase import Firebase
from listeners.networks.hackernews.search import Index
from listeners.networks.harvest import Relevance

MOST_THREADS = 20

MOST_POSTS = 500
"""A story with more posts is cut down to what concerns us, and to this many."""
_log = logging.getLogger(__name__)

Node = Post | UnreadableError | DeletedError


class Threads:
    """Reads threads; ``handed_on`` are the posts known before, whose deletion matters."""

    def __init__(
        self,
        index: Index,
        firebase: Firebase,
        relevance: Relevance,
        handed_on: Container[str],
    ) -> None:
        self._index = index
        self._firebase = firebase
        self._relevance = relevance
        self._handed_on = handed_on

    async def fetch(self, native_ids: Sequence[str]) -> Batch:
        """Return what was said around these posts, and which of them are deleted.

        Raises:
            SourceError: the index could not be asked, or its answer not understood.
        """
        posts: dict[str, Post] = {}
        deletions: list[Deletion] = []
        bad: list[BadRecord] = []
        fetched = 0
        for native_id in list(dict.fromkeys(native_ids))[:MOST_THREADS]:
            if not native_id.isdigit():
                continue
            nodes: list[Post] = []
            for node in await self._nodes(native_id):
                fetched += 1
                if isinstance(node, Post):
                    nodes.append(node)
                elif isinstance(node, UnreadableError):
                    bad.append(bad_record({"item": native_id}, node))
                elif node.native_id == native_id or node.native_id in self._handed_on:
                    deletions.append(Deletion(NETWORK, node.native_id))
            posts.update((post.native_id, post) for post in around(nodes, self._relevance))
        return Batch(
            posts=tuple(self._relevance.addressed(post) for post in posts.values()),
            deletions=tuple(dict.fromkeys(deletions)),
            bad=tuple(bad),
            fetched=fetched,
        )

    async def _nodes(self, native_id: str) -> Sequence[Node]:
        """Return the posts around one, parents first; nothing where nobody has it."""
        tree = await self._index.tree(native_id)
        nodes: list[Node] = [] if tree is None else list(read_tree(tree))
        if not self._firebase.available:
            return nodes
        # The search is late by an unknown time: the answers are those that Hacker News counts.
        try:
            record = await self._firebase.item(native_id)
            post = read_item(record)
        except SourceError as error:
            if not nodes:
                raise
            _log.info("Hacker News itself could not be asked: %s", error)
            return nodes
        except DeletedError as gone:
            return [*(node for node in nodes if _id_of(node) != native_id), gone]
        except UnreadableError:
            return nodes
        if not nodes:
            above = await self._firebase.above(record)
            root = above[0].native_id if above and above[0].parent_id is None else None
            nodes = [*above, read_item(record, root)]
        else:
            root = next((node.root_id for node in nodes if isinstance(node, Post)), None)
        root = root or (native_id if post.parent_id is None else None)
        known = {one for node in nodes if (one := _id_of(node)) is not None}
        async for node in self._firebase.below(record, root, known):
            nodes.append(node)
        return nodes


def around(nodes: Sequence[Post], relevance: Relevance) -> list[Post]:
    """Return the part of a tree that belongs together: parents come before their children.

    A comment, or a story that concerns us, is taken whole if it is not too long. Of any other
    story: the posts that concern us, what they answer up to the story, and all that answers them.
    """
    if not nodes:
        return []
    relevance.learn(nodes)
    top, *rest = nodes
    whole = top.parent_id is not None or relevance.concerns_us(top)
    if whole and len(nodes) <= MOST_POSTS:
        return list(nodes)
    parents = {post.native_id: post.parent_id for post in nodes}
    about: set[str] = set()
    above: set[str] = {top.native_id}
    for post in rest:
        if post.parent_id in about:
            about.add(post.native_id)
        elif relevance.concerns_us(post):
            about.add(post.native_id)
            number = post.parent_id
            while number is not None and number not in above:
                above.add(number)
                number = parents.get(number)
    kept = about | above
    return [post for post in nodes if post.native_id in kept][:MOST_POSTS]


def _id_of(node: Node) -> str | None:
    return None if isinstance(node, UnreadableError) else node.native_id
