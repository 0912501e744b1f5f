"""Which part of a story's comments is a conversation with us, or about us."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from listeners.config import BrandConfig, SourceConfig
from listeners.model import Post
from listeners.networks.hackernews_decode import NETWORK
from listeners.networks.recent import Recent
from listeners.query import Matcher, QuerySyntaxError, Subject, query_for_brand

MOST_POSTS = 500
"""A story with more posts is cut down to what concerns us, and to this many."""
_MOST_OWN = 5_000


class Relevance:
    """Tells what concerns the brands of a source."""

    def __init__(self, source: SourceConfig, brands: Sequence[BrandConfig]) -> None:
        self._source = source.key
        self._own_names = frozenset(
            handle.strip().removeprefix("@").casefold()
            for brand in brands
            for handle in brand.handles.get(NETWORK, ())
        )
        self._own_posts: Recent[str, str] = Recent(_MOST_OWN)
        self._matcher = _matcher(brands)

    def learn(self, posts: Iterable[Post]) -> None:
        """Remember which of these are ours."""
        for post in posts:
            if self.is_ours(post):
                self._own_posts.put(post.native_id, post.author.key)

    def is_ours(self, post: Post) -> bool:
        """Whether one of our accounts wrote it."""
        return post.author.handle.casefold() in self._own_names

    def concerns_us(self, post: Post) -> bool:
        """Whether it is ours, answers us, or speaks of a brand."""
        if self.is_ours(post) or (post.parent_id or "") in self._own_posts:
            return True
        return bool(self._matcher.match(Subject.of_post(post, self._source)))

    def addressed(self, post: Post) -> Post:
        """Return the post marked as addressed to us, if it answers a post of ours."""
        author = self._own_posts.get(post.parent_id or "")
        if author is None or self.is_ours(post):
            return post
        return replace(post, addressed=True, parent_author_key=author)


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


def _matcher(brands: Sequence[BrandConfig]) -> Matcher:
    queries = {}
    for brand in brands:
        try:
            queries[brand.name] = query_for_brand(brand)
        except QuerySyntaxError:
            continue  # whoever loads the configuration tells the user
    return Matcher(queries)
