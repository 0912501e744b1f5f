"""Matrix events as what they mean to us: pure decoding, no network and no memory.

Wire format: spec.matrix.org, client-server API, "Room events"; edits, threads and replies by
``m.relates_to``. The event id is the identity, the same on every server. What decides identity is
read strictly, ornaments are read tolerantly.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from listeners.model import BadRecord, Micros, Sentence
from listeners.networks.matrix.text import is_user, words_of

NETWORK = "matrix"

_LONGEST_ID = 255
_LONGEST_EVIDENCE = 20_000
_LATEST = 2**53
"""Milliseconds beyond which a time is not meant: JSON itself loses precision there."""
_KEPT = ("body", "msgtype", "m.relates_to", "m.mentions", "m.new_content")


class UnreadableError(ValueError):
    """A record is not what Matrix documents; ``sentence`` says where it differs."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.sentence = Sentence(
            "A message from Matrix could not be read: {fault}", {"fault": fault}
        )


class _Wire(msgspec.Struct):
    event_id: str
    sender: str
    type: str
    content: dict[str, object] = {}
    origin_server_ts: object = None
    unsigned: object = None
    redacts: object = None
    state_key: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something somebody said, or says instead (``replaces``). ``at`` is the server's time.

    ``thread`` is the first event of its thread, ``answers`` what it answers (within a thread only
    where that is meant, not where it merely serves old clients). ``key`` is the transaction id,
    which only the device that sent it is told. ``edited_at`` where the server gives the newest
    words with it.
    """

    event_id: str
    sender: str
    at: Micros | None
    text: str
    links: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    thread: str = ""
    answers: str = ""
    replaces: str = ""
    edited_at: Micros | None = None
    notice: bool = False
    key: str = ""
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class Redaction:
    """Somebody takes the event ``target`` back."""

    event_id: str
    target: str


@dataclass(frozen=True, slots=True)
class Redacted:
    """A message whose words were taken back. ``key`` as in ``Message``."""

    event_id: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Other:
    """Anything else: reactions, states of the room, calls. ``kind`` is its type."""

    event_id: str
    kind: str


Event = Message | Redaction | Redacted | Other


def read_event(record: object) -> Event:
    """Return what an event means.

    Raises:
        UnreadableError: identity, author or words are missing or of another type.
    """
    try:
        wire = msgspec.convert(record, _Wire)
    except (msgspec.ValidationError, RecursionError) as error:
        raise UnreadableError(str(error)) from error
    if not is_event_id(wire.event_id):
        raise UnreadableError("the event id is none")
    if wire.type == "m.room.redaction":
        target = wire.redacts if is_event_id(wire.redacts) else wire.content.get("redacts")
        if not is_event_id(target):
            raise UnreadableError("a redaction does not say of what")
        return Redaction(wire.event_id, str(target))
    if wire.type != "m.room.message" or wire.state_key is not None:
        return Other(wire.event_id, _printable(wire.type)[:_LONGEST_ID])
    if not is_user(wire.sender):
        raise UnreadableError("the sender is no user id")
    if not wire.content or "redacted_because" in _table(wire.unsigned):
        # Redacting leaves nothing but an empty content.
        return Redacted(wire.event_id, _text(_table(wire.unsigned), "transaction_id"))
    return _message(wire)


def _message(wire: _Wire) -> Event:
    kind = _text(wire.content, "msgtype")
    if not kind:
        raise UnreadableError("the message has no msgtype")
    if kind.startswith("m.key.verification."):
        return Other(wire.event_id, kind)
    relation = _table(wire.content.get("m.relates_to"))
    unsigned = _table(wire.unsigned)
    target = relation.get("event_id")
    is_edit = relation.get("rel_type") == "m.replace" and is_event_id(target)
    content: Mapping[str, object] = wire.content
    edited_at: Micros | None = None
    if is_edit:
        content = _table(content.get("m.new_content")) or _unstarred(content)
    elif (newest := _newest(wire.sender, unsigned)) is not None:
        edited_at, content = newest
    words = words_of(content)
    if words is None:
        raise UnreadableError("the message has no body")
    in_thread = relation.get("rel_type") == "m.thread" and is_event_id(target)
    answers = _table(relation.get("m.in_reply_to")).get("event_id")
    falls_back = in_thread and relation.get("is_falling_back") is True
    return Message(
        event_id=wire.event_id,
        sender=wire.sender,
        at=time_of(wire.origin_server_ts),
        text=words.text,
        links=words.links,
        named=tuple(dict.fromkeys((*_mentioned(content), *words.named))),
        thread=str(target) if in_thread else "",
        answers=str(answers) if is_event_id(answers) and not is_edit and not falls_back else "",
        replaces=str(target) if is_edit else "",
        edited_at=edited_at,
        notice=kind == "m.notice",
        key=_text(unsigned, "transaction_id"),
        raw=_evidence(wire),
    )


def _newest(
    sender: str, unsigned: Mapping[str, object]
) -> tuple[Micros | None, Mapping[str, object]] | None:
    """Return when a message was last edited and what it says since, where the server tells."""
    edit = _table(_table(unsigned.get("m.relations")).get("m.replace"))
    said = _table(_table(edit.get("content")).get("m.new_content"))
    if edit.get("sender") != sender or words_of(said) is None:
        return None
    return time_of(edit.get("origin_server_ts")), said


def _unstarred(content: Mapping[str, object]) -> Mapping[str, object]:
    """Return the fallback of an edit, for old clients, without the asterisk that marks it."""
    body = content.get("body")
    if not isinstance(body, str):
        return content
    return {"msgtype": content.get("msgtype"), "body": body.removeprefix("* ")}


def _mentioned(content: Mapping[str, object]) -> tuple[str, ...]:
    users = _table(content.get("m.mentions")).get("user_ids")
    if not isinstance(users, list):
        return ()
    return tuple(user for user in users[:100] if is_user(user))


def bad_record(record: object, fault: UnreadableError) -> BadRecord:
    """Return the dead letter of a record, cut to a length that can be kept."""
    try:
        evidence = json.dumps(record)
    except (ValueError, TypeError, RecursionError):
        evidence = repr(type(record))
    return BadRecord(evidence[:_LONGEST_EVIDENCE], fault.sentence)


def event_id_of(record: object) -> str:
    """Return the id of a record, empty where it has none that can be used."""
    value = record.get("event_id") if isinstance(record, dict) else None
    return str(value) if is_event_id(value) else ""


def is_event_id(value: object) -> bool:
    """Whether this is the id of an event: opaque but for the ``$`` before it."""
    return (
        isinstance(value, str)
        and 1 < len(value) <= _LONGEST_ID
        and value.startswith("$")
        and value.isprintable()
        and " " not in value
    )


def time_of(value: object) -> Micros | None:
    """Return milliseconds since 1970 as UTC microseconds, ``None`` where they are none."""
    usable = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LATEST
    return Micros(int(str(value)) * 1000) if usable else None


def _evidence(wire: _Wire) -> bytes:
    """Return what was really said and how it is related, without anything about the room."""
    content = {name: wire.content[name] for name in _KEPT if name in wire.content}
    kept = {"event_id": wire.event_id, "type": wire.type, "content": content}
    evidence = json.dumps(kept).encode()
    return evidence if len(evidence) <= _LONGEST_EVIDENCE else b""


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _text(table: Mapping[str, object], key: str) -> str:
    return _printable(table.get(key))


def _printable(value: object) -> str:
    return value if isinstance(value, str) and value.isprintable() else ""
