"""The words of a Discord message: its markup for names, channels, emoji and times made legible.

Source: docs.discord.com/developers/reference#message-formatting.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from listeners.networks.decoding import printable, web_address
from listeners.text import links_in

_MARK = re.compile(
    r"<(?:@!?(?P<user>\d+)|@&(?P<role>\d+)|#(?P<channel>\d+)|a?:(?P<emoji>\w{1,64}):\d+"
    r"|t:(?P<time>-?\d{1,12})(?::[a-zA-Z])?|/(?P<command>[^:<>]{1,100}):\d+)>"
)
_MOST_LINKS = 30
_MOST_EMBEDS = 10


def legible(content: str, names: Mapping[str, str]) -> str:
    """Return a message's content as its readers see it; ``names`` are those of ids."""

    def shown(mark: re.Match[str]) -> str:
        kind, value = mark.lastgroup, mark.group(mark.lastgroup or 0)
        match kind:
            case "user" | "role":
                return f"@{names.get(value, value)}"
            case "channel":
                return f"#{names.get(value, value)}"
            case "emoji":
                return f":{value}:"
            case "command":
                return f"/{value}"
            case _:
                return _time(int(value)) or mark.group()

    return _MARK.sub(shown, content)


def attached(record: Mapping[str, object]) -> str:
    """Return what a message shows that has no words of its own: embeds, files, stickers, polls."""
    lines = [_embed(one) for one in _tables(record.get("embeds"))[:_MOST_EMBEDS]]
    lines += [printable(one.get("filename")) for one in _tables(record.get("attachments"))]
    lines += [printable(one.get("name")) for one in _tables(record.get("sticker_items"))]
    poll = record.get("poll")
    question = poll.get("question") if isinstance(poll, Mapping) else None
    if isinstance(question, Mapping) and isinstance(question.get("text"), str):
        lines.append(question["text"])
    return "\n".join(line for line in lines if line)


def links_of(content: str, record: Mapping[str, object]) -> tuple[str, ...]:
    """Return the web pages a message links to; files have addresses that change by the hour."""
    found = dict.fromkeys(links_in(content))
    if not content:
        embeds = _tables(record.get("embeds"))[:_MOST_EMBEDS]
        found |= dict.fromkeys(web_address(one.get("url")) for one in embeds)
    return tuple(link for link in found if link)[:_MOST_LINKS]


def says_nothing(record: Mapping[str, object]) -> bool:
    """Whether a message carries nothing at all: so Discord shows it without the right to read."""
    kinds = ("content", "embeds", "attachments", "components", "sticker_items", "stickers", "poll",
             "message_snapshots")  # fmt: skip
    return not any(record.get(kind) for kind in kinds)


def _embed(embed: Mapping[str, object]) -> str:
    parts = (embed.get("title"), embed.get("description"))
    return "\n".join(part for part in parts if isinstance(part, str) and part)


def _tables(entries: object) -> Sequence[Mapping[str, object]]:
    found = entries if isinstance(entries, list) else []
    return [one for one in found if isinstance(one, Mapping)]


def _time(second: int) -> str:
    try:
        return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return ""
