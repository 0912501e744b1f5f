"""Reviews of a business on Google Maps as posts.

Wire format: Google My Business API v4, accounts.locations.reviews. Stars come as a word, times with
up to nine digits below the second, and Google may put its own translation beside the words.
"""

from __future__ import annotations

import re
from typing import cast

import msgspec

from listeners.model import Author, Micros, Post
from listeners.networks.changes import Change
from listeners.networks.decoding import UnreadableError, at_iso, converted, id_of, printable
from listeners.networks.reviews import answer_id, stars_as_text

NETWORK = "googlereviews"
TITLE = "Google reviews"
PAGE = "https://business.google.com/reviews"

_STARS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
_FINE = re.compile(r"(\.\d{6})\d+")
_ORIGINAL = "(Original)"
_TRANSLATED = "(Translated by Google)"


class _Reviewer(msgspec.Struct):
    displayName: str | None = None  # noqa: N815 - the wire's name
    isAnonymous: bool | None = None  # noqa: N815


class _Answer(msgspec.Struct):
    comment: str | None = None
    updateTime: str | None = None  # noqa: N815


class _Review(msgspec.Struct):
    name: object = None
    reviewId: object = None  # noqa: N815
    reviewer: _Reviewer | None = None
    starRating: str | None = None  # noqa: N815
    comment: str | None = None
    createTime: str | None = None  # noqa: N815
    updateTime: str | None = None  # noqa: N815
    reviewReply: _Answer | None = None  # noqa: N815


def read_review(record: object, *, ours: bool, page: str = PAGE) -> Change:
    """Return a review and our answer to it.

    Raises:
        UnreadableError: it has no name, or neither words nor stars.
    """
    review = converted(record, _Review, TITLE)
    native_id = id_of(review.name, TITLE)
    place = native_id.partition("/reviews/")[0]
    rating = _STARS.get(review.starRating or "")
    text = own_words(review.comment or "") or stars_as_text(rating)
    if not text:
        raise UnreadableError(TITLE, "the review has neither words nor stars")
    made, changed = at_fine(review.createTime), at_fine(review.updateTime)
    reviewer = review.reviewer or _Reviewer()
    post = Post(
        network=NETWORK,
        native_id=native_id,
        # Google names nobody by a lasting id: the same name may be somebody else.
        author=Author(
            key=f"review {native_id.rpartition('/')[2]}",
            name="" if reviewer.isAnonymous else printable(reviewer.displayName),
        ),
        text=text,
        url=page,
        created_at=made or changed,
        edited_at=changed if made is not None and changed is not None and changed > made else None,
        root_id=native_id,
        rating=rating,
        addressed=ours,
        wanted=not ours,
        raw=msgspec.json.encode(record),
    )
    answer = review.reviewReply
    answered = at_fine(answer.updateTime) if answer is not None else None
    at = Micros(max(made or 0, changed or 0, answered or 0))
    if answer is None or not answer.comment:
        return Change(posts=(post,), at=at, whole=True)
    reply = Post(
        network=NETWORK,
        native_id=answer_id(native_id, answer.comment),
        author=Author(key=place),
        text=answer.comment,
        url=page,
        created_at=answered,
        parent_id=native_id,
        root_id=native_id,
        parent_author_key=post.author.key,
        own=ours,
        wanted=not ours,
    )
    return Change(posts=(post, reply), at=at, whole=True)


def answer_in(record: object) -> str | None:
    """Return the words of the answer a review has, ``None`` for none.

    Raises:
        UnreadableError: it is no review.
    """
    answer = converted(record, _Review, TITLE).reviewReply
    return (answer.comment or None) if answer is not None else None


def own_words(comment: str) -> str:
    """Return what the customer wrote, without Google's translation beside it."""
    if _TRANSLATED not in comment:
        return comment.strip()
    front, _, back = comment.partition(_ORIGINAL)
    if back.strip():
        return back.strip()
    # The translation may stand below the words instead.
    return front.partition(_TRANSLATED)[0].strip() or front.replace(_TRANSLATED, "").strip()


def at_fine(value: object) -> Micros | None:
    """Return a time of up to nine digits below the second."""
    return at_iso(_FINE.sub(r"\1", value)) if isinstance(value, str) else None


def reviews_in(body: object) -> tuple[list[object], str | None] | None:
    """Return the records of a page and the name of the next; ``None`` where it is no page."""
    if not isinstance(body, dict):
        return None
    found = body.get("reviews", [])
    if not isinstance(found, list):
        return None
    after = body.get("nextPageToken")
    return cast("list[object]", found), after if isinstance(after, str) and after else None
