"""What Facebook and Instagram give with "Download your information", as JSON.

Their files hold UTF-8 whose bytes were each written as a character of its own
("Rados\\u00c5\\u0082aw"); it is put right text by text, and only where nothing is lost by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from listeners.importing.records_of import Fields, ident, listed, mapping, moment, text_of

_LONGEST: Final = 200_000


def repaired(text: str) -> str:
    """Return a text with its bytes put together again, or as it is where they are none."""
    if text.isascii() or len(text) > _LONGEST:
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def mended(value: object, depth: int = 0) -> object:
    """Return a JSON value with every text in it repaired."""
    if isinstance(value, str):
        return repaired(value)
    if depth > 60:
        return value
    if isinstance(value, list):
        return [mended(one, depth + 1) for one in value]
    if isinstance(value, dict):
        return {repaired(str(name)): mended(one, depth + 1) for name, one in value.items()}
    return value


def meta_records(document: object, name: str) -> Iterator[Fields] | None:
    """Return what a document of Meta's holds, ``None`` if it is none of those known.

    ``name`` is the document's path in the archive: it tells Instagram from Facebook.
    """
    network = "instagram" if "instagram" in name.casefold() else "facebook"
    found = mapping(document)
    if any("sender_name" in mapping(one) for one in listed(found.get("messages"))[:20]):
        return _messages(mapping(mended(found)), network)
    for key in ("comments_v2", "comments_media_comments", "comments_reels_comments"):
        if isinstance(found.get(key), list):
            return _entries(listed(mended(found[key])), network)
    if isinstance(document, list) and any(_is_entry(one) for one in document[:20]):
        return _entries(listed(mended(document)), network)
    return None


def _is_entry(record: object) -> bool:
    one = mapping(record)
    return "string_map_data" in one or ("timestamp" in one and isinstance(one.get("data"), list))


def _messages(thread: Mapping[str, object], network: str) -> Iterator[Fields]:
    room = text_of(thread.get("thread_path")) or text_of(thread.get("title"))
    for record in listed(thread.get("messages")):
        one = mapping(record)
        words, who = text_of(one.get("content")), text_of(one.get("sender_name"))
        at = one.get("timestamp_ms") or one.get("timestamp")
        if words:
            yield {
                "network": network,
                "id": ident(network, room, at, who, words),
                "text": words,
                "author": who or "?",
                "author_name": who,
                "created_at": moment(at),
                "root": ident(network, room),
            }


def _entries(records: list[object], network: str) -> Iterator[Fields]:
    """Yield posts and comments: what stands in ``data``, or in Instagram's named texts."""
    for record in records:
        one = mapping(record)
        named = mapping(one.get("string_map_data"))
        if named:
            words = text_of(mapping(named.get("Comment")).get("value"))
            at = mapping(named.get("Time")).get("timestamp")
            who = ""
        else:
            words, who, at = _of_data(one)
        if words:
            yield {
                "network": network,
                "id": ident(network, at, who, words),
                "text": words,
                "author": who or "?",
                "author_name": who,
                "created_at": moment(at),
                "title": text_of(one.get("title")),
                "own": True,
            }


def _of_data(entry: Mapping[str, object]) -> tuple[str, str, object]:
    at = entry.get("timestamp")
    for part in listed(entry.get("data")):
        one = mapping(part)
        comment = mapping(one.get("comment"))
        words = text_of(comment.get("comment")) or text_of(one.get("post"))
        if words:
            return words, text_of(comment.get("author")), comment.get("timestamp") or at
    return "", "", at
