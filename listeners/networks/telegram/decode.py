"""From a Telegram update to who said what in which chat.

Source: core.telegram.org/bots/api#update and #message (10.1). A message's id counts within its
chat, so that both together name it: ``CHAT/MESSAGE``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from listeners.model import Author, Micros
from listeners.networks.decoding import (
    LONGEST_EVIDENCE,
    UnreadableError,
    at_second,
    converted,
    printable,
)
from listeners.networks.telegram.text import Words, words_of

NETWORK = "telegram"
TITLE = "Telegram"
KINDS = ("message", "edited_message", "channel_post", "edited_channel_post")
"""The updates that are asked for."""

__all__ = ["KINDS", "NETWORK", "TITLE", "Chat", "Said", "UnreadableError", "read_update"]


class User(msgspec.Struct):
    """A person or bot."""

    id: int
    is_bot: bool = False
    first_name: str | None = None
    last_name: str | None = None
    username: str | None = None


class Chat(msgspec.Struct):
    """Where something is said: a private chat, a group, or a channel."""

    id: int
    type: str = ""
    title: str | None = None
    username: str | None = None
    is_forum: bool = False

    @property
    def private(self) -> bool:
        """Whether one person speaks with the bot alone."""
        return self.type == "private"


class _Above(msgspec.Struct):
    message_id: int
    from_: User | None = msgspec.field(default=None, name="from")
    sender_chat: Chat | None = None
    forum_topic_created: object = None


class _Message(msgspec.Struct):
    message_id: int
    chat: Chat
    date: object = None
    edit_date: object = None
    from_: User | None = msgspec.field(default=None, name="from")
    sender_chat: Chat | None = None
    reply_to_message: _Above | None = None
    message_thread_id: int | None = None
    is_topic_message: bool = False
    migrate_to_chat_id: int | None = None
    migrate_from_chat_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message. ``answers`` and ``thread`` are native ids, empty for none; ``answered`` is
    the key of whoever is answered. ``words`` is ``None`` where nothing is said; ``moved_to`` is
    the chat a group became."""

    native_id: str
    chat: Chat
    author: Author
    words: Words | None
    at: Micros | None
    edited_at: Micros | None = None
    answers: str = ""
    answered: str = ""
    thread: str = ""
    topic: int | None = None
    moved_to: int | None = None
    edit: bool = False
    raw: bytes = b""


def update_id_of(record: object) -> int | None:
    """Return the number of an update, whatever else is wrong with it."""
    number = record.get("update_id") if isinstance(record, Mapping) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def read_update(record: object) -> Said | None:
    """Return what an update says; ``None`` for one that is no message.

    Raises:
        UnreadableError: it is not what Telegram documents.
    """
    if not isinstance(record, Mapping) or update_id_of(record) is None:
        raise UnreadableError(TITLE, "an update without a number")
    kind = next((one for one in KINDS if one in record), None)
    return None if kind is None else read_message(record[kind], edit=kind.startswith("edited_"))


def read_message(record: object, *, edit: bool = False) -> Said:
    """Return what a message says.

    Raises:
        UnreadableError: it is not what Telegram documents.
    """
    wire = converted(record, _Message, TITLE)
    chat = wire.chat
    above = wire.reply_to_message
    begins = above is not None and above.forum_topic_created is not None
    thread = None if wire.is_topic_message else wire.message_thread_id
    answers = "" if above is None or begins else name_of(chat.id, above.message_id)
    answered = None if above is None or begins else _author(above.from_, above.sender_chat, None)
    author = _author(wire.from_, wire.sender_chat, chat)
    if author is None:
        raise UnreadableError(TITLE, "the message has no author")
    at = at_second(wire.date)
    return Said(
        native_id=name_of(chat.id, wire.message_id),
        chat=chat,
        author=author,
        words=words_of(record) if isinstance(record, Mapping) else None,
        at=at,
        edited_at=at_second(wire.edit_date) if edit else None,
        answers=answers,
        answered=answered.key if answered is not None else "",
        thread="" if thread is None or chat.private else name_of(chat.id, thread),
        topic=wire.message_thread_id if wire.is_topic_message else None,
        moved_to=wire.migrate_to_chat_id,
        edit=edit,
        raw=_evidence(record),
    )


def name_of(chat_id: int, message_id: int) -> str:
    """Return the native id of a message."""
    return f"{chat_id}/{message_id}"


def spot_of(native_id: str) -> tuple[int, int] | None:
    """Return the chat and the message a native id names, ``None`` if it is none."""
    chat, _, message = native_id.partition("/")
    digits = chat.removeprefix("-") + message
    named = bool(chat.removeprefix("-") and message and digits.isascii() and digits.isdigit())
    return (int(chat), int(message)) if named and len(digits) < 40 else None


def address_of(chat: Chat, native_id: str) -> str:
    """Return the web address of a message, empty where it has none (private chats, old groups)."""
    message = native_id.partition("/")[2]
    if name := printable(chat.username):
        return f"https://t.me/{name}" if chat.private else f"https://t.me/{name}/{message}"
    bare = str(chat.id)
    return f"https://t.me/c/{bare[4:]}/{message}" if bare.startswith("-100") else ""


def _author(user: User | None, chat: Chat | None, home: Chat | None) -> Author | None:
    """Return who speaks: a chat where somebody speaks in its name, else the person; in a channel
    without either, the channel."""
    if chat is None and user is None and home is not None and home.type == "channel":
        chat = home
    if chat is not None:
        handle = printable(chat.username)
        url = f"https://t.me/{handle}" if handle else ""
        return Author(key=str(chat.id), handle=handle, name=chat.title or handle, url=url)
    if user is None:
        return None
    handle = printable(user.username)
    return Author(
        key=str(user.id),
        handle=handle,
        name=" ".join(part for part in (user.first_name, user.last_name) if part),
        url=f"https://t.me/{handle}" if handle else "",
        automated=user.is_bot,
    )


def _evidence(record: object) -> bytes:
    kept = json.dumps(record)
    if len(kept) <= LONGEST_EVIDENCE or not isinstance(record, Mapping):
        return kept[:LONGEST_EVIDENCE].encode()
    small = {name: record.get(name) for name in ("message_id", "chat", "date", "message_thread_id")}
    return json.dumps(small)[:LONGEST_EVIDENCE].encode()
