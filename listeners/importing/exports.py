"""Whole exports in one file: a ZIP as a network gives it, or one JSON or JavaScript file of it.

What a file is, its content tells: networks rename their files. Everything is bounded, for an
archive may unfold to more than a disk holds.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from pathlib import Path
from typing import BinaryIO, Final

from listeners.importing.export_chats import (
    X_FRONT,
    slack_records,
    telegram_records,
    x_account,
    x_records,
)
from listeners.importing.export_meta import meta_records
from listeners.importing.record import BadRecordError, post_of
from listeners.importing.records_of import Fields, listed, mapping
from listeners.importing.values import UnusableError, read_json
from listeners.model import Post, Sentence

LARGEST: Final = 64 * 2**20
"""Bytes of one document, unpacked."""
LARGEST_IN_ALL: Final = 1024 * 2**20
MOST_DOCUMENTS: Final = 20_000
_ENDINGS: Final = (".json", ".js")


@dataclass(frozen=True, slots=True)
class Found:
    """One record of an export: a post, or why there is none; ``where`` names its document."""

    where: str
    post: Post | None = None
    fault: Sentence | None = None


def read_export(file: BinaryIO, name: str, zone: tzinfo = UTC) -> Iterator[Found]:
    """Yield what an export holds, in its own order. Blocks.

    A file of which nothing is known yields one fault; so does one that is damaged or too large.
    """
    count = 0
    account = ""
    for where, data in _documents(file, name):
        if isinstance(data, Sentence):
            count += 1
            yield Found(where, fault=data)
            continue
        kind, document, fault = _read(data, where)
        if fault is not None:
            count += 1
            yield Found(where, fault=fault)
        elif kind == "account":
            account = x_account(document)
        for fields in _records(document, kind, where, account):
            count += 1
            yield _found(fields, where, zone)
    if not count:
        yield Found(name, fault=_unknown(name))


def _documents(file: BinaryIO, name: str) -> Iterator[tuple[str, bytes | Sentence]]:
    """Yield every document of a file: itself, or what its archive holds; accounts come first."""
    if not name.casefold().endswith(".zip"):
        data = file.read(LARGEST + 1)
        yield name, data if len(data) <= LARGEST else _too_large(name)
        return
    try:
        with zipfile.ZipFile(file) as archive:
            inside = [one for one in archive.infolist() if _is_document(one.filename)]
            inside.sort(key=lambda one: Path(one.filename).name != "account.js")
            left = LARGEST_IN_ALL
            for one in inside[:MOST_DOCUMENTS]:
                where = f"{name}: {one.filename}"
                with archive.open(one) as opened:
                    # What an archive says of its sizes may be a lie.
                    data = opened.read(min(LARGEST, left) + 1)
                left -= len(data)
                if left < 0:
                    yield where, _too_large(where)
                    return
                yield where, data if len(data) <= LARGEST else _too_large(where)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError):
        # A RuntimeError is what an encrypted archive is answered with.
        yield name, _damaged(name)


def _is_document(name: str) -> bool:
    hidden = any(part.startswith((".", "__MACOSX")) for part in name.split("/"))
    return name.casefold().endswith(_ENDINGS) and not hidden


def _read(data: bytes, where: str) -> tuple[str, object, Sentence | None]:
    """Return the part of X's archive a document is ("" for none), its value, or its fault."""
    front = X_FRONT.match(data)
    if front is None and where.casefold().endswith(".js"):
        return "", None, None  # a program, as every archive holds to show itself
    try:
        value = read_json(data[front.end() :].rstrip(b"; \r\n\t") if front else data)
    except UnusableError:
        return "", None, Sentence("{file} is not JSON in UTF-8.", {"file": where})
    return front[1].decode("ascii") if front else "", value, None


def _records(document: object, kind: str, where: str, account: str) -> Iterator[Fields]:
    """Return the records of a document of whatever network it is; none for what nobody knows."""
    if kind:
        return x_records(document, kind, account) or iter(())
    return (
        meta_records(document, where)
        or slack_records(document, where.rpartition(": ")[2])
        or telegram_records(document)
        or _plain(document)
    )


def _plain(document: object) -> Iterator[Fields]:
    """Yield mentions as ``hubbub mentions`` writes them, in one list."""
    for one in listed(document):
        fields = dict(mapping(one))
        if "text" in fields and "author" in fields and ("id" in fields or "native_id" in fields):
            yield fields


def _found(fields: Fields, where: str, zone: tzinfo) -> Found:
    own = fields.pop("own", False) is True
    try:
        post = post_of(fields, zone=zone)
    except BadRecordError as error:
        return Found(where, fault=error.at(where))
    return Found(where, post=replace(post, own=own))


def _unknown(name: str) -> Sentence:
    return Sentence(
        "{file} holds nothing hubbub knows: it reads what Facebook, Instagram, X, Slack and "
        "Telegram export as JSON, and lists of mentions.",
        {"file": name},
    )


def _damaged(name: str) -> Sentence:
    return Sentence(
        "{file} is damaged or locked with a password, and was read as far as possible. Download "
        "it again, or unpack it and put its JSON files here.",
        {"file": name},
    )


def _too_large(name: str) -> Sentence:
    return Sentence(
        "{file} is too large to be read at once (64 MB a document, 1 GB an archive). Ask the "
        "network for a shorter period.",
        {"file": name},
    )
