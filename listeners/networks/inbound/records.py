"""What a webhook is told, as posts: the fields of ``hubbub mentions`` in JSON, or one as a form."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from listeners.importing.record import BadRecordError, post_of
from listeners.importing.values import UnusableError, printable_record, read_json
from listeners.model import BadRecord, Batch, Post, Sentence
from listeners.networks.inbound.server import RefusedError

NETWORK: Final = "webhook"
MOST: Final = 500
"""Mentions of one request."""
_MOST_FIELDS: Final = 100
_SAYS = ("text", "author", "author_name", "created_at", "url", "title")


def read_body(kind: str, body: bytes) -> Batch:
    """Return what a body holds: one mention, a list of them, or ``{"mentions": […]}``.

    A mention without an id is known by a hash of what it says, so that one sent twice is one.

    Raises:
        RefusedError: it is neither JSON nor a form, or holds no mention.
    """
    records = _records(kind.partition(";")[0].strip().casefold(), body)
    if not records:
        raise RefusedError(422, "there is no mention in it")
    if len(records) > MOST:
        raise RefusedError(413, f"{MOST} mentions at most")
    posts: dict[tuple[str, str], Post] = {}
    bad: list[BadRecord] = []
    for number, record in enumerate(records, 1):
        if not isinstance(record, Mapping):
            bad.append(BadRecord(printable_record(repr(record)), _no_object(number)))
            continue
        try:
            post = _post(record)
            posts[post.network, post.native_id] = post
        except BadRecordError as error:
            evidence = printable_record(repr(record))
            bad.append(BadRecord(evidence, error.at(NETWORK, number)))
    return Batch(posts=tuple(posts.values()), bad=tuple(bad), fetched=len(records))


def _records(kind: str, body: bytes) -> list[object]:
    if kind == "application/x-www-form-urlencoded":
        try:
            fields = parse_qsl(body.decode("utf-8"), max_num_fields=_MOST_FIELDS, errors="strict")
        except ValueError:
            raise RefusedError(400, "the form cannot be read") from None
        return [dict(fields)] if fields else []
    if kind not in ("application/json", "text/json", "text/plain", ""):
        raise RefusedError(415, "JSON or a form only")
    try:
        told = read_json(body)
    except UnusableError:
        raise RefusedError(400, "this is not JSON in UTF-8") from None
    if isinstance(told, Mapping) and isinstance(told.get("mentions"), list):
        told = told["mentions"]
    return told if isinstance(told, list) else [told]


def _no_object(number: int) -> Sentence:
    return Sentence(
        "Mention {number} of what the webhook was handed is no object with named fields.",
        {"number": number},
    )


def _post(record: Mapping[str, object]) -> Post:
    said = "\0".join(str(record.get(name, "")) for name in _SAYS)
    known = hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=12).hexdigest()
    native_id = record.get("native_id") or record.get("id") or known
    author = record.get("author") or record.get("author_name") or f"anonymous-{native_id}"
    return post_of({"network": NETWORK, **record, "id": native_id, "author": author})
