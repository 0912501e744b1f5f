"""From a Slack message to who said what.

Source: docs.slack.dev/reference/events/message. A message is known by its channel and its ``ts``,
a number in text with six decimals, which is also its time; both make its id: ``CHANNEL/TS``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from listeners.model import Engagement, Micros
from listeners.networks.decoding import (
    LONGEST_EVIDENCE,
    UnreadableError,
    converted,
    count,
    printable,
)

NETWORK = "slack"
TITLE = "Slack"
_TS = re.compile(r"(\d{1,12})\.(\d{6})")
_CHANNEL = re.compile(r"[CDG][A-Z0-9]{2,30}")
_SPOKEN = frozenset({"", "bot_message", "me_message", "thread_broadcast", "file_share"})
"""Subtypes of messages in which somebody says something."""


class _Edited(msgspec.Struct):
    ts: str | None = None


class _Message(msgspec.Struct):
    ts: str
    type: str = "message"
    subtype: str | None = None
    user: str | None = None
    bot_id: str | None = None
    username: str | None = None
    text: str | None = ""
    thread_ts: str | None = None
    parent_user_id: str | None = None
    edited: _Edited | None = None
    bot_profile: object = None
    reactions: list[object] = []
    reply_count: object = None
    latest_reply: str | None = None
    attachments: list[object] = []
    files: list[object] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message. ``root`` is the ts of its thread's first message, its own where it is none;
    ``root_author`` is known for answers alone. ``spoken`` says that somebody says something,
    ``gone`` that only its tombstone is left."""

    ts: str
    author: str
    author_name: str
    automated: bool
    text: str
    root: str
    root_author: str
    at: Micros
    edited_at: Micros | None
    engagement: Engagement
    latest_reply: str
    spoken: bool
    gone: bool
    raw: bytes

    @property
    def answers(self) -> bool:
        """Whether it stands in a thread below another message."""
        return self.root != self.ts


def read_message(record: object) -> Said:
    """Return what a message says, its text still in Slack's markup.

    Raises:
        UnreadableError: it is not what Slack documents.
    """
    wire = converted(record, _Message, TITLE)
    if not is_ts(wire.ts):
        raise UnreadableError(TITLE, "the message has no ts")
    author = printable(wire.user) or printable(wire.bot_id)
    subtype = wire.subtype or ""
    gone = subtype == "tombstone"
    if not author and not gone and subtype in _SPOKEN:
        raise UnreadableError(TITLE, "the message has no author")
    profile = wire.bot_profile if isinstance(wire.bot_profile, Mapping) else {}
    thread = wire.thread_ts or ""
    latest = wire.latest_reply or ""
    edited = wire.edited.ts if wire.edited else None
    return Said(
        ts=wire.ts,
        author=author,
        author_name=printable(wire.username) or printable(profile.get("name")),
        automated=bool(wire.bot_id) and not wire.user,
        text=wire.text or _attached(wire),
        root=thread if is_ts(thread) else wire.ts,
        root_author=printable(wire.parent_user_id),
        at=time_of(wire.ts),
        edited_at=time_of(edited) if edited and is_ts(edited) else None,
        engagement=Engagement(likes=_liked(wire.reactions), replies=count(wire.reply_count)),
        latest_reply=latest if is_ts(latest) else "",
        spoken=wire.type == "message" and subtype in _SPOKEN,
        gone=gone,
        raw=json.dumps(record)[:LONGEST_EVIDENCE].encode(),
    )


def is_ts(text: str) -> bool:
    """Whether a text can be the ts of a message."""
    return _TS.fullmatch(text) is not None


def is_channel(text: str) -> bool:
    """Whether a text can be the id of a channel."""
    return _CHANNEL.fullmatch(text) is not None


def time_of(ts: str) -> Micros:
    """Return the moment of a ts, which also orders messages; it must be one."""
    seconds, _, part = ts.partition(".")
    return Micros(int(seconds) * 1_000_000 + int(part))


def ts_at(at: Micros) -> str:
    """Return the ts of a moment."""
    return f"{at // 1_000_000}.{at % 1_000_000:06}"


def name_of(channel: str, ts: str) -> str:
    """Return the native id of a message."""
    return f"{channel}/{ts}"


def spot_of(native_id: str) -> tuple[str, str] | None:
    """Return the channel and the ts a native id names, ``None`` if it is none."""
    channel, _, ts = native_id.partition("/")
    return (channel, ts) if is_channel(channel) and is_ts(ts) else None


def address_of(team: str, channel: str, ts: str, root: str) -> str:
    """Return the web address of a message; ``team`` is that of the workspace."""
    if not team:
        return ""
    below = f"?thread_ts={root}&cid={channel}" if root != ts else ""
    return f"{team.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}{below}"


def _liked(reactions: list[object]) -> int:
    counts = [one.get("count") for one in reactions if isinstance(one, Mapping)]
    return sum(number for found in counts if (number := count(found)) is not None)


def _attached(wire: _Message) -> str:
    """Return what stands for a message without words: its attachments, or its files' names."""
    found = [
        one.get(name)
        for one, name in [
            *((one, "fallback") for one in wire.attachments),
            *((one, "title") for one in wire.files),
        ]
        if isinstance(one, Mapping)
    ]
    return "\n".join(one for one in found if isinstance(one, str) and one)
