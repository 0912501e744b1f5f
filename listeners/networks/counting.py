"""Hearing comments a network counts and does not show: "comments went from 3 to 5", once a change.

The counts last seen are the place of such a source. What was there before the first reading is
known and not told; a post that came since began with none.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping

from listeners.model import Author, Micros, Post

READ = "*"
"""Stands among the counts once everything was read."""
_LONGEST_TITLE = 80


def told(posts: Iterable[Post], counts: MutableMapping[str, int], now: Micros) -> list[Post]:
    """Return what is to be told of these posts of ours; ``counts`` becomes what is known then."""
    notices: list[Post] = []
    for post in posts:
        count = post.engagement.replies
        if count is None:
            continue
        before = counts.get(post.native_id, 0 if READ in counts else None)
        if count:
            counts[post.native_id] = count
        else:
            counts.pop(post.native_id, None)
        if before is not None and count > before:
            notices.append(notice_of(post, before, count, now))
    return notices


def notice_of(post: Post, before: int, count: int, now: Micros) -> Post:
    """Return the notice that a post of ours has more comments than before.

    It has the words of whoever reads it: nobody said them, so they stand in one language.
    """
    title = " ".join((post.title or post.text).split())[:_LONGEST_TITLE] or post.native_id
    return Post(
        network=post.network,
        native_id=f"{post.native_id}/comments/{count}",
        author=Author(key=f"comments on {post.native_id}", name=f"{count - before} new"),
        text=f"Comments on “{title}” went from {before} to {count}.",
        url=post.url,
        created_at=now,
        lang="en",
        parent_id=post.native_id,
        root_id=post.native_id,
        parent_author_key=post.author.key,
        addressed=True,
    )
