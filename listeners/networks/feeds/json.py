"""JSON Feed, versions 1 and 1.1 (jsonfeed.org/version/1.1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from listeners.importing.dates import read_date
from listeners.importing.values import UnusableError, read_json, storable
from listeners.model import BadRecord, Sentence
from listeners.networks.feeds.entry import Entry, Feed, NotAFeedError
from listeners.networks.feeds.html import address, links_of, shown
from listeners.text import html_to_text, links_in

_RAW_CAP: Final = 65_536
_RECORD_CAP: Final = 2000


def read_json_feed(body: bytes, url: str) -> Feed:
    """Return the JSON Feed in these bytes, fetched from ``url``.

    Raises:
        NotAFeedError: it is not JSON, or JSON of another kind.
    """
    try:
        document = read_json(body)
    except UnusableError as error:
        raise NotAFeedError(
            Sentence(
                "The feed of {address} is damaged: not one entry of it could be read.",
                {"address": shown(url)},
            )
        ) from error
    if not isinstance(document, dict) or "jsonfeed.org/" not in str(document.get("version")):
        raise NotAFeedError(
            Sentence("{address} holds JSON that is not a JSON Feed.", {"address": shown(url)})
        )
    items = document.get("items")
    if not isinstance(items, list):
        raise NotAFeedError(
            Sentence("The JSON Feed of {address} has no list of items.", {"address": shown(url)})
        )
    read = [_item(item, url) for item in items]
    return Feed(
        title=_text(document, "title"),
        link=address(_text(document, "home_page_url"), url),
        author=_author(document)[0],
        lang=_text(document, "language"),
        entries=tuple(entry for entry in read if isinstance(entry, Entry)),
        bad=tuple(entry for entry in read if isinstance(entry, BadRecord)),
        next_page=address(_text(document, "next_url"), url),
    )


def _item(item: object, url: str) -> Entry | BadRecord:
    record = json.dumps(item)
    if not isinstance(item, dict):
        return BadRecord(record[:_RECORD_CAP], Sentence("An item of the feed is not an object."))
    html = _text(item, "content_html")
    text = _text(item, "content_text") or html_to_text(html) or _text(item, "summary")
    title = _text(item, "title")
    link = address(_text(item, "url") or _text(item, "external_url"), url)
    native = _identity(item.get("id"))
    if not (native or link or title or text):
        return BadRecord(
            record[:_RECORD_CAP], Sentence("An entry of the feed has no id, link, title or text.")
        )
    if not all(storable(each) for each in (native, title, text)):
        return BadRecord(
            record[:_RECORD_CAP],
            Sentence("An entry of the feed holds characters that cannot be stored."),
        )
    author, author_url = _author(item)
    published = read_date(_text(item, "date_published"))
    updated = read_date(_text(item, "date_modified"))
    external = address(_text(item, "external_url"), url)
    links = links_of(html, link or url) if html else links_in(text)
    tags = item.get("tags")
    return Entry(
        id=native,
        link=link,
        title=title,
        text=text,
        author=author,
        author_url=address(author_url, url),
        published=published or updated,
        updated=updated,
        stamp=_text(item, "date_published") or _text(item, "date_modified"),
        lang=_text(item, "language"),
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        links=tuple(dict.fromkeys([*([external] if external else []), *links])),
        raw=record.encode() if len(record) <= _RAW_CAP else None,
    )


def _text(table: Mapping[str, object], key: str) -> str:
    value = table.get(key)
    return value.strip() if isinstance(value, str) else ""


def _identity(value: object) -> str:
    """Return an item's id as text; the format says that a number must be taken for text."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else ""


def _author(table: Mapping[str, object]) -> tuple[str, str]:
    """Return the first author's name and address; version 1 had a single ``author``."""
    authors = table.get("authors")
    people = authors if isinstance(authors, list) else [table.get("author")]
    for person in people:
        if isinstance(person, dict):
            name = _text(person, "name") or _text(person, "url")
            if name:
                return name, _text(person, "url")
    return "", ""
