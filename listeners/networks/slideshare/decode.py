"""SlideShare's decks as posts: from oEmbed, and from the XML of its old API.

Wire format: www.slideshare.net/api/oembed/2 (JSON) and /api/2/search_slideshows (XML). The XML
writes entities twice, and times as ``2014-05-02 00:50:06 UTC``.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from listeners.model import Author, Engagement, Micros, Post
from listeners.networks.decoding import (
    UnreadableError,
    at_iso,
    count,
    printable,
    web_address,
)
from listeners.networks.feeds.bytes import decode, tame
from listeners.networks.slideshare.address import SITE

NETWORK = "slideshare"
TITLE = "SlideShare"


class NotSlideShareError(ValueError):
    """The answer is no XML of SlideShare's."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """SlideShare's own error: its number and its words."""

    number: str
    said: str


def read_deck(record: Mapping[str, str]) -> Post:
    """Return a deck of the old API.

    Raises:
        UnreadableError: it has no number, or neither title nor words.
    """
    number = record.get("ID", "")
    if not number.isdigit():
        raise UnreadableError(TITLE, "the deck has no number")
    title, words = _plain(record, "Title"), _plain(record, "Description")
    if not title and not words:
        raise UnreadableError(TITLE, "the deck has neither title nor words")
    owner = printable(record.get("Username", ""))
    lang = record.get("Language", "")
    return Post(
        network=NETWORK,
        native_id=number,
        author=Author(
            key=owner or f"deck {number}",
            handle=owner,
            url=f"{SITE}/{owner}" if owner else "",
        ),
        title=title,
        text=words or title,
        url=web_address(record.get("URL", "")) or f"{SITE}/slideshow/embed_code/{number}",
        created_at=at_utc(record.get("Created", "")),
        root_id=number,
        lang=lang if lang.isalpha() else None,
        engagement=Engagement(
            likes=_count(record, "NumFavorites"), replies=_count(record, "NumComments")
        ),
        raw=json.dumps(record).encode(),
    )


def read_embedded(body: object, address: str) -> Post:
    """Return the deck that oEmbed tells of; it gives no time.

    Raises:
        UnreadableError: it tells of none.
    """
    if not isinstance(body, dict):
        raise UnreadableError(TITLE, "the answer tells of no deck")
    title = printable(html.unescape(str(body.get("title") or ""))).strip()
    if not title:
        raise UnreadableError(TITLE, "the deck has no title")
    number = body.get("slideshow_id")
    native_id = str(number) if count(number) is not None else address
    owner_address = web_address(body.get("author_url"))
    owner = owner_address.rstrip("/").rpartition("/")[2]
    name = printable(body.get("author_name"))
    return Post(
        network=NETWORK,
        native_id=native_id,
        author=Author(
            key=owner or name or f"deck {native_id}", handle=owner, name=name, url=owner_address
        ),
        title=title,
        text=title,
        url=address,
        root_id=native_id,
        raw=json.dumps(body).encode(),
    )


def decks_in(body: bytes) -> list[Mapping[str, str]] | Refusal:
    """Return the decks in an answer of the old API, or its refusal.

    Raises:
        NotSlideShareError: it is no XML.
    """
    data, _ = tame(decode(body))
    try:
        # Declarations and entities of its own were taken away before.
        root = ElementTree.fromstring(data)  # noqa: S314
    except ElementTree.ParseError as error:
        raise NotSlideShareError from error
    if root.tag == "SlideShareServiceError":
        told = root.find("Message")
        number = "" if told is None else told.get("ID") or told.get("id") or ""
        said = "" if told is None else " ".join((told.text or "").split())
        return Refusal(number, said)
    found = [root] if root.tag == "Slideshow" else list(root.iter("Slideshow"))
    return [{child.tag: (child.text or "").strip() for child in one} for one in found]


def at_utc(text: str) -> Micros | None:
    """Return a time written as ``2014-05-02 00:50:06 UTC``, ``None`` where it is none."""
    return at_iso(text.removesuffix(" UTC"))


def _plain(record: Mapping[str, str], name: str) -> str:
    return html.unescape(record.get(name, "")).strip()


def _count(record: Mapping[str, str], name: str) -> int | None:
    text = record.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
