"""The way a reply to a conversation would go: from here or by hand, to whom, how long."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from listeners.model import Micros, Part, SafeText, Sentence
from listeners.networks.replying import Answered, ReplyLimit
from listeners.rows import MentionRow
from listeners.store.outbox import OutboxRow
from listeners.text import clean

LONGEST = 100_000
"""Characters of a reply that are looked at at all; no network takes as many."""
SAID_BEFORE = 5

_HANDLE = re.compile(r"(?<![\w@/.])@(\w[\w.-]*\w(?:@[\w-]+(?:\.[\w-]+)+)?|\w)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a reply would go. ``api`` says that it is sent from here, ``why`` why it is not.

    ``mention`` is the message it answers (0: none is left), ``opening`` the @-names it must begin
    with, ``lang`` the language they wrote in last, ``address`` where it can be answered by hand.
    ``said_before`` are our last answers to the same person, newest first.
    """

    api: bool
    why: Sentence | None
    source: str
    network: str
    mention: int = 0
    to: Answered | None
    limit: ReplyLimit | None
    opening: str
    lang: str
    address: SafeText
    can_delete: bool
    said_before: tuple[OutboxRow | MentionRow, ...]
    with_link: Sentence | None = None
    """What to know before a reply that holds a link is sent."""


def as_sent(text: str) -> SafeText:
    """Return a reply as it goes out: without control characters, nothing around it."""
    return SafeText(clean(text, LONGEST).strip())


def answers_which(
    thread: Sequence[MentionRow], waiting_since: Micros | None, wanted: int | None
) -> MentionRow | None:
    """Return the message a reply answers: the one wanted, else the newest that waits.

    Where nothing waits it is the newest of theirs, else our own newest: a thread is gone on with.
    """
    there = [one for one in thread if one.deleted_at is None]
    if wanted is not None:
        return next((one for one in there if one.id == wanted), None)
    theirs = [one for one in there if one.part is not Part.OURS]
    waiting = [
        one
        for one in theirs
        if one.needs_reply is not None
        and waiting_since is not None
        and one.sort_at >= waiting_since
    ]
    for some in (waiting, theirs, there):
        if some:
            return some[-1]
    return None


def answered(row: MentionRow, raw: bytes | None) -> Answered:
    """Return a stored message as the network is told of it."""
    named = dict.fromkeys(found.group(1).rstrip(".-") for found in _HANDLE.finditer(row.text))
    return Answered(
        native_id=row.native_id,
        root_id=row.root or "",
        author_key=row.author_key,
        author_handle=row.author,
        mentions=tuple(named),
        private=row.private,
        url=row.url,
        raw=raw,
    )


def language(thread: Sequence[MentionRow]) -> str:
    """Return the language they wrote in last, empty if none is known."""
    for one in reversed(thread):
        if one.part is not Part.OURS and one.lang:
            return one.lang
    return ""
