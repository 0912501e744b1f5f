"""One Jetstream event, of either wire.

Wire formats: v1 ``{did, time_us, kind, commit|identity|account}``; v2, AT Protocol proposal 0015,
``{"$type": "message", "payload": {"$type": "network.bsky.jetstream.subscribeEvents#commit", seq,
did, time, ...}}`` and a last ``{"$type": "error", ...}``. Both are recognised frame by frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

from listeners.clock import from_iso
from listeners.http.answer import harmless_json
from listeners.model import Micros, Sentence
from listeners.networks.bluesky.record import POST, UnreadableError

Kind = Literal["post", "delete", "gone", "other", "notice", "error"]

GONE = frozenset(("deleted", "takendown", "deactivated"))
"""Account states in which everything of an account is to be blanked."""


class _Account(msgspec.Struct, gc=False):
    active: bool = True
    status: str = ""


class _Commit(msgspec.Struct, gc=False):
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    record: msgspec.Raw = msgspec.Raw()


class _Payload(msgspec.Struct, gc=False):
    type_: str = msgspec.field(name="$type", default="")
    seq: int | None = None
    did: str = ""
    time: str = ""
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    record: msgspec.Raw = msgspec.Raw()
    account: _Account | None = None
    name: str = ""


class _Frame(msgspec.Struct, gc=False):
    type_: str = msgspec.field(name="$type", default="")
    did: str = ""
    time_us: int = 0
    kind: str = ""
    commit: _Commit | None = None
    account: _Account | None = None
    payload: _Payload | None = None
    error: str = ""


_frames = msgspec.json.Decoder(_Frame)
_years = range(1, 253_402_300_799_000_000)


@dataclass(slots=True)
class Event:
    """What happened. ``at`` is when the server saw it; ``raw`` is the post record as JSON.

    ``name`` is the name of a notice or error.
    """

    kind: Kind
    at: Micros | None = None
    seq: int | None = None
    did: str = ""
    rkey: str = ""
    raw: bytes = b""
    edited: bool = False
    name: str = ""


def read_event(message: bytes) -> Event:
    """Read one frame.

    Raises:
        UnreadableError: it is not JSON, or not a Jetstream event.
    """
    try:
        frame = _frames.decode(message)
    except (msgspec.DecodeError, RecursionError):
        frame = _lenient(message)
    if frame.payload is not None:
        return _v2(frame.payload)
    if frame.error:
        return Event("error", name=frame.error)
    if not frame.kind or not frame.did or frame.time_us not in _years:
        raise UnreadableError(Sentence("A message of Jetstream is not an event it documents."))
    at = Micros(frame.time_us)
    commit = frame.commit
    if commit is not None and frame.kind == "commit":
        return _commit(commit.operation, commit.collection, commit.rkey, commit.record,
                       Event("other", at, None, frame.did))  # fmt: skip
    if frame.kind == "account" and frame.account is not None:
        return _account(frame.account, Event("other", at, None, frame.did))
    return Event("other", at, None, frame.did)


def _v2(payload: _Payload) -> Event:
    fragment = payload.type_.rpartition("#")[2]
    if fragment == "info":
        return Event("notice", name=payload.name)
    try:
        at = from_iso(payload.time)
    except ValueError:
        at = Micros(0)
    if not fragment or not payload.did or payload.seq is None or at not in _years:
        raise UnreadableError(Sentence("A message of Jetstream is not an event it documents."))
    event = Event("other", at, payload.seq, payload.did)
    if fragment == "commit":
        return _commit(payload.operation, payload.collection, payload.rkey, payload.record, event)
    if fragment == "account" and payload.account is not None:
        return _account(payload.account, event)
    return event


def _commit(operation: str, collection: str, rkey: str, record: msgspec.Raw, event: Event) -> Event:
    if collection != POST:
        return event
    event.rkey = rkey
    if operation == "delete":
        event.kind = "delete"
    elif operation in ("create", "update"):
        raw = bytes(record)
        if not raw or not rkey:
            raise UnreadableError(Sentence("Jetstream sent a post without its content."))
        event.kind = "post"
        event.raw = raw
        event.edited = operation == "update"
    return event


def _account(account: _Account, event: Event) -> Event:
    if not account.active and account.status in GONE:
        event.kind = "gone"
    return event


def _lenient(message: bytes) -> _Frame:
    """Read again what the fast reader refuses: half surrogates, giant numbers, odd types."""
    try:
        value = harmless_json(message)
        return msgspec.convert(_with_raw_records(value), _Frame)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(Sentence("A message of Jetstream could not be read.")) from error


def _with_raw_records(value: object) -> object:
    if not isinstance(value, dict):
        return value
    for holder in (value.get("commit"), value.get("payload")):
        if isinstance(holder, dict) and "record" in holder:
            holder["record"] = msgspec.Raw(msgspec.json.encode(holder["record"]))
    return value
