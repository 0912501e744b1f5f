"""From a Discord message to who said what.

Source: docs.discord.com/developers/resources/message. Ids are snowflakes, which hold the time they
were made at; a message is found only in its channel, so that both name it: ``CHANNEL/MESSAGE``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from listeners.model import Author, Engagement, Micros
from listeners.networks.decoding import (
    LONGEST_EVIDENCE,
    UnreadableError,
    at_iso,
    converted,
    count,
    printable,
)
from listeners.networks.discord.text import attached, legible, links_of, says_nothing

NETWORK = "discord"
TITLE = "Discord"
SITE = "https://discord.com"
_EPOCH = 1_420_070_400_000
"""The first millisecond of 2015, from which snowflakes count; source: reference#snowflakes."""
_SPOKEN = frozenset({0, 19, 20, 23})
"""Types of messages in which somebody says something: plain, reply, and two kinds of command."""


class _User(msgspec.Struct):
    id: str
    username: str | None = None
    global_name: str | None = None
    bot: bool = False


class _Reference(msgspec.Struct):
    message_id: str | None = None
    channel_id: str | None = None
    type: int = 0


class _Above(msgspec.Struct):
    id: str
    author: _User | None = None


class _Message(msgspec.Struct):
    id: str
    channel_id: str
    author: _User
    type: int = 0
    content: str | None = ""
    timestamp: object = None
    edited_timestamp: object = None
    webhook_id: str | None = None
    mentions: list[_User] = []
    message_reference: _Reference | None = None
    referenced_message: _Above | None = None
    reactions: list[object] = []
    thread: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message. ``answers`` is a native id, empty for none; ``answered`` is the author of what
    it answers. ``spoken`` says that somebody says something, ``bare`` that it has no content."""

    id: int
    channel: str
    author: Author
    text: str
    at: Micros | None
    engagement: Engagement
    edited_at: Micros | None = None
    answers: str = ""
    answered: str = ""
    mentions: tuple[str, ...] = ()
    named: frozenset[str] = frozenset()
    links: tuple[str, ...] = ()
    spoken: bool = True
    bare: bool = False
    raw: bytes = b""

    @property
    def native_id(self) -> str:
        """The id under which it is stored."""
        return name_of(self.channel, self.id)


def read_message(record: object) -> Said:
    """Return what a message says.

    Raises:
        UnreadableError: it is not what Discord documents.
    """
    wire = converted(record, _Message, TITLE)
    if not isinstance(record, Mapping) or not _is_snowflake(wire.id, wire.channel_id):
        raise UnreadableError(TITLE, "the message has no id")
    names = {user.id: user.global_name or user.username or user.id for user in wire.mentions}
    content = wire.content or ""
    above, reference = wire.referenced_message, wire.message_reference
    answers = ""
    if wire.type == 19 and reference is not None and reference.message_id:
        answers = name_of(reference.channel_id or wire.channel_id, reference.message_id)
    return Said(
        id=int(wire.id),
        channel=wire.channel_id,
        author=_author(wire.author, automated=wire.author.bot or wire.webhook_id is not None),
        text=legible(content, names) if content.strip() else attached(record),
        at=at_iso(wire.timestamp) or time_of(int(wire.id)),
        edited_at=at_iso(wire.edited_timestamp),
        answers=answers,
        answered=above.author.id if answers and above is not None and above.author else "",
        mentions=tuple(printable(user.username) or user.id for user in wire.mentions),
        named=frozenset(names),
        links=links_of(content, record),
        engagement=_engagement(wire),
        spoken=wire.type in _SPOKEN,
        bare=says_nothing(record),
        raw=json.dumps(record)[:LONGEST_EVIDENCE].encode(),
    )


def id_in(record: object) -> int | None:
    """Return the id of a message, whatever else is wrong with it."""
    found = record.get("id") if isinstance(record, Mapping) else None
    return int(found) if isinstance(found, str) and _is_snowflake(found) else None


def name_of(channel: str, message: int | str) -> str:
    """Return the native id of a message."""
    return f"{channel}/{message}"


def spot_of(native_id: str) -> tuple[str, str] | None:
    """Return the channel and the message a native id names, ``None`` if it is none."""
    channel, _, message = native_id.partition("/")
    return (channel, message) if _is_snowflake(channel, message) else None


def address_of(guild: str, native_id: str) -> str:
    """Return the web address of a message; ``guild`` is empty for a private channel."""
    return f"{SITE}/channels/{guild or '@me'}/{native_id}"


def time_of(snowflake: int) -> Micros:
    """Return when a snowflake was made."""
    return Micros(((snowflake >> 22) + _EPOCH) * 1000)


def snowflake_at(at: Micros) -> int:
    """Return the smallest snowflake of a moment."""
    return max(0, at // 1000 - _EPOCH) << 22


def _author(user: _User, *, automated: bool) -> Author:
    handle = printable(user.username)
    return Author(
        key=user.id,
        handle=handle,
        name=user.global_name or handle,
        url=f"{SITE}/users/{user.id}" if _is_snowflake(user.id) else "",
        automated=automated,
    )


def _engagement(wire: _Message) -> Engagement:
    counts = [one.get("count") for one in wire.reactions if isinstance(one, Mapping)]
    below = wire.thread.get("message_count") if isinstance(wire.thread, Mapping) else None
    liked = sum(number for found in counts if (number := count(found)) is not None)
    return Engagement(likes=liked, replies=count(below))


def _is_snowflake(*texts: str) -> bool:
    return all(text.isascii() and text.isdigit() and len(text) <= 20 for text in texts)
