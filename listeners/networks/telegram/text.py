"""The words of a Telegram message, and what its entities mark in them.

Source: core.telegram.org/bots/api#messageentity. Offsets and lengths count UTF-16 code units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from listeners.networks.decoding import printable, web_address

_MOST = 100
"""Entities of one message that are looked at: Telegram itself makes no more."""
_MEDIA = (
    ("photo", "[photo]"),
    ("live_photo", "[photo]"),
    ("animation", "[animation]"),
    ("video", "[video]"),
    ("video_note", "[video]"),
    ("voice", "[voice]"),
    ("audio", "[audio]"),
    ("document", "[document]"),
    ("paid_media", "[media]"),
    ("story", "[story]"),
    ("location", "[location]"),
    ("contact", "[contact]"),
)


@dataclass(frozen=True, slots=True)
class Words:
    """What a message says, links to, tags and names: handles without ``@``, or ids of users."""

    text: str
    links: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()


def words_of(record: Mapping[str, object]) -> Words | None:
    """Return what a message says; ``None`` where it says nothing (somebody joined, …)."""
    for words, marks in (("text", "entities"), ("caption", "caption_entities")):
        text = record.get(words)
        if isinstance(text, str) and text.strip():
            found = record.get(marks)
            return marked(text, found if isinstance(found, list) else [])
    said = _poll(record) or _rich(record) or _attached(record)
    return Words(said) if said else None


def marked(text: str, entities: Sequence[object]) -> Words:
    """Return a text with what these entities mark in it; entities that make no sense mark none."""
    units = text.encode("utf-16-le", "surrogatepass")
    links: dict[str, None] = {}
    tags: dict[str, None] = {}
    names: dict[str, None] = {}
    for entity in entities[:_MOST]:
        if not isinstance(entity, Mapping):
            continue
        part = printable(_part(units, entity))
        match entity.get("type"):
            case "url" if part:
                whole = part if "://" in part else f"https://{part}"
                links[web_address(whole)] = None
            case "text_link":
                links[web_address(entity.get("url"))] = None
            case "hashtag":
                tags[part.partition("@")[0].removeprefix("#")] = None
            case "mention":
                names[part.removeprefix("@")] = None
            case "bot_command" if "@" in part:
                names[part.partition("@")[2]] = None
            case "text_mention":
                user = entity.get("user")
                names[str(user.get("id", "")) if isinstance(user, Mapping) else ""] = None
            case _:
                pass
    return Words(text, *(tuple(one for one in found if one) for found in (links, tags, names)))


def _part(units: bytes, entity: Mapping[str, object]) -> str:
    offset, length = entity.get("offset"), entity.get("length")
    if not isinstance(offset, int) or not isinstance(length, int) or offset < 0 or length < 1:
        return ""
    return units[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


def _poll(record: Mapping[str, object]) -> str:
    poll, list_ = record.get("poll"), record.get("checklist")
    if isinstance(poll, Mapping):
        return "\n".join([str(poll.get("question", "")), *_texts(poll.get("options"))])
    if isinstance(list_, Mapping):
        return "\n".join([str(list_.get("title", "")), *_texts(list_.get("tasks"))])
    return ""


def _texts(entries: object) -> list[str]:
    found = entries if isinstance(entries, list) else []
    return [f"- {one['text']}" for one in found if isinstance(one, Mapping) and "text" in one]


def _rich(record: Mapping[str, object]) -> str:
    """Return the words of a message made of blocks, a line each, without their form."""
    message = record.get("rich_message")
    blocks = message.get("blocks") if isinstance(message, Mapping) else None
    lines = [_flat(block, 0) for block in blocks[:_MOST]] if isinstance(blocks, list) else []
    return "\n".join(line for line in lines if line)


def _flat(node: object, depth: int) -> str:
    if isinstance(node, str):
        return node
    if depth > 6:
        return ""
    if isinstance(node, list):
        return "".join(_flat(one, depth + 1) for one in node[:_MOST])
    if isinstance(node, Mapping):
        if "cells" in node and isinstance(node["cells"], list):
            rows = [row for row in node["cells"][:_MOST] if isinstance(row, list)]
            return "\n".join(" | ".join(_flat(cell, depth + 1) for cell in row) for row in rows)
        return _flat(node.get("text", ""), depth + 1)
    return ""


def _attached(record: Mapping[str, object]) -> str:
    sticker, dice, venue = record.get("sticker"), record.get("dice"), record.get("venue")
    for shown, name in ((sticker, "emoji"), (dice, "emoji"), (venue, "title")):
        if isinstance(shown, Mapping) and isinstance(shown.get(name), str):
            return str(shown[name])
    for kind, word in _MEDIA:
        media = record.get(kind)
        if media:
            file = media.get("file_name") if isinstance(media, Mapping) else None
            return printable(file) or word
    return ""
