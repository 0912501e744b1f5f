"""Trustpilot's reviews as posts.

Wire format: developers.trustpilot.com, Business Units and Service Reviews. Times often name no
zone and are UTC. Events of its webhooks call the customer's ``displayName`` ``name``.
"""

from __future__ import annotations

from typing import cast

import msgspec

from listeners.model import Author, Engagement, Micros, Post
from listeners.networks.changes import Change
from listeners.networks.decoding import UnreadableError, at_iso, converted, count, id_of, printable
from listeners.networks.reviews import answer_id, stars_as_text

NETWORK = "trustpilot"
TITLE = "Trustpilot"
SITE = "https://www.trustpilot.com"


class _Consumer(msgspec.Struct):
    id: object = None
    displayName: str | None = None  # noqa: N815 - the wire's name
    name: str | None = None


class _Answer(msgspec.Struct):
    text: str | None = None
    createdAt: str | None = None  # noqa: N815
    updatedAt: str | None = None  # noqa: N815


class _Review(msgspec.Struct):
    id: object = None
    stars: int | None = None
    title: str | None = None
    text: str | None = None
    language: str | None = None
    createdAt: str | None = None  # noqa: N815
    updatedAt: str | None = None  # noqa: N815
    numberOfLikes: object = None  # noqa: N815
    consumer: _Consumer | None = None
    companyReply: _Answer | None = None  # noqa: N815


def read_review(record: object, *, ours: bool, unit: str) -> Change:
    """Return a review of the business ``unit`` and its answer.

    Raises:
        UnreadableError: it has no id, or neither words nor stars.
    """
    review = converted(record, _Review, TITLE)
    native_id = id_of(review.id, TITLE)
    rating = review.stars if review.stars in (1, 2, 3, 4, 5) else None
    title, words = (review.title or "").strip(), (review.text or "").strip()
    # Trustpilot makes a title of the first words where the customer gave none.
    if title.endswith("…") and words.startswith(title[:-1]):
        title = ""
    text = words or title or stars_as_text(rating)
    if not text:
        raise UnreadableError(TITLE, "the review has neither words nor stars")
    consumer = review.consumer or _Consumer()
    made, changed = at_iso(review.createdAt), at_iso(review.updatedAt)
    url = f"{SITE}/reviews/{native_id}"
    key = consumer.id if isinstance(consumer.id, str) and consumer.id else f"review {native_id}"
    post = Post(
        network=NETWORK,
        native_id=native_id,
        author=Author(
            key=key,
            name=printable(consumer.displayName or consumer.name),
            url=f"{SITE}/users/{consumer.id}" if isinstance(consumer.id, str) else "",
        ),
        title=title,
        text=text,
        url=url,
        created_at=made,
        edited_at=changed,
        lang=review.language or None,
        root_id=native_id,
        engagement=Engagement(likes=count(review.numberOfLikes)),
        rating=rating,
        addressed=ours,
        wanted=not ours,
        raw=msgspec.json.encode(record),
    )
    answer = review.companyReply
    answered = at_iso(answer.createdAt) if answer is not None else None
    # Pages are in the order of writing: an answer or an edit brings nothing to the top.
    at = Micros(made or 0)
    if answer is None or not (answer.text or "").strip():
        return Change(posts=(post,), at=at, whole=True)
    reply = Post(
        network=NETWORK,
        native_id=answer_id(native_id, cast(str, answer.text)),
        author=Author(key=f"business {unit}"),
        text=cast(str, answer.text),
        url=url,
        created_at=answered,
        edited_at=at_iso(answer.updatedAt),
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
    answer = converted(record, _Review, TITLE).companyReply
    return (answer.text or None) if answer is not None else None


def reviews_in(body: object) -> list[object] | None:
    """Return the records of a page; ``None`` where it is none."""
    found = body.get("reviews") if isinstance(body, dict) else None
    return found if isinstance(found, list) else None
