"""The App Store's customer reviews as posts.

Wire format: itunes.apple.com/{country}/rss/customerreviews/…/json, an Atom feed turned into JSON:
every value is a table with ``label``. ``entry`` is absent without reviews, and a table instead of a
list with one; feeds before July 2021 have no ``updated``; old feeds begin with the app itself.
"""

from __future__ import annotations

import json
import re
from typing import cast

from listeners.model import Author, Engagement, Post
from listeners.networks.decoding import (
    UnreadableError,
    at_iso,
    id_of,
    printable,
    web_address,
)

NETWORK = "appstore"
TITLE = "App Store"

_ACCOUNT = re.compile(r"/id(\d+)")
_STARS = frozenset("12345")
_LONGEST_EVIDENCE = 20_000


def entries_of(body: object) -> list[object] | None:
    """Return the records of a feed; ``None`` where it is no feed of reviews."""
    feed = body.get("feed") if isinstance(body, dict) else None
    if not isinstance(feed, dict):
        return None
    entry = feed.get("entry", [])
    if isinstance(entry, dict):
        entry = [entry]
    return [one for one in entry if not _is_app(one)] if isinstance(entry, list) else None


def review_id(record: object) -> int | None:
    """Return the number of a review: they rise."""
    label = _label(record, "id")
    return int(label) if label.isascii() and label.isdigit() and len(label) < 19 else None


def read_review(record: object, country: str, app: str) -> Post:
    """Return the review in a record; its conversation is its own.

    Raises:
        UnreadableError: it has no id, or neither title nor text.
    """
    native_id = id_of(_label(record, "id"), TITLE)
    title, text = _label(record, "title"), _label(record, "content")
    if not title and not text:
        raise UnreadableError(TITLE, "the review has neither title nor text")
    author = _field(record, "author")
    name, address = _label(author, "name"), _label(author, "uri")
    account = _ACCOUNT.search(address)
    stars = _label(record, "im:rating")
    return Post(
        network=NETWORK,
        native_id=native_id,
        author=Author(
            key=account[1] if account else printable(name) or f"review {native_id}",
            name=name,
            url=web_address(address),
        ),
        text=text or title,
        title=title,
        url=f"https://apps.apple.com/{country}/app/id{app}?see-all=reviews",
        created_at=at_iso(_label(record, "updated")),
        root_id=native_id,
        engagement=Engagement(likes=_number(_label(record, "im:voteSum"))),
        rating=int(stars) if stars in _STARS else None,
        raw=_evidence(record, country),
    )


def _field(record: object, name: str) -> object:
    return record.get(name) if isinstance(record, dict) else None


def _label(record: object, name: str) -> str:
    value = _field(_field(record, name), "label")
    return value if isinstance(value, str) else ""


def _number(label: str) -> int | None:
    return int(label) if label.isascii() and label.isdigit() and len(label) < 10 else None


def _is_app(record: object) -> bool:
    return isinstance(record, dict) and "im:name" in record and "im:rating" not in record


def _evidence(record: object, country: str) -> bytes:
    kept = {
        name: _label(record, name)[:_LONGEST_EVIDENCE]
        for name in ("title", "content", "im:rating", "im:version", "updated")
    }
    return json.dumps(cast(object, {**kept, "country": country})).encode()
