"""Reading a file of any of the kinds, batch by batch, from where an earlier reading stopped."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from listeners.importing.exports import read_export
from listeners.importing.jsonl import read_json_line
from listeners.importing.lines import Fingerprint, Line, Lines
from listeners.importing.mail import LARGEST_MAIL, read_mail
from listeners.importing.record import BadRecordError
from listeners.importing.table import Layout, find_layout, post_of_row, read_rows
from listeners.importing.values import printable_record
from listeners.model import BadRecord, Batch, Post, Sentence, SourceState
from listeners.networks.contract import SourceError

BATCH: Final = 500
"""Records of one batch."""
KINDS: Final[Mapping[str, str]] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "table",
    ".tsv": "table",
    ".eml": "mail",
    ".json": "export",
    ".js": "export",
    ".zip": "export",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far a file was read: lines, and the fingerprint of these lines; ``done`` for all."""

    lines: int = 0
    fingerprint: str = ""
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the user decided: ``mapping`` of columns, whether tables have a heading, time zone.

    ``saved`` are mappings used before, by the signature of the heading.
    """

    mapping: Mapping[str, object] = field(default_factory=dict)
    saved: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    has_heading: bool = True
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One batch of a file and the place after it. ``layout`` is how its table was read."""

    batch: Batch
    place: Place
    layout: Layout | None = None


def read_file(path: Path, wishes: Wishes | None = None) -> Iterator[Batch]:
    """Yield the whole file in batches without a cursor, for ``hubbub import``. Blocks.

    Raises:
        SourceError: the file cannot be opened, is of no known kind, or its text column cannot be
            told.
    """
    for reading in read_on(path, wishes or Wishes(), Place()):
        yield reading.batch


def kind_of(path: Path) -> str:
    """Return "jsonl", "table", "mail" or "export" by the name's ending; "" for none of these."""
    return KINDS.get(path.suffix.lower(), "")


def read_on(path: Path, wishes: Wishes, place: Place) -> Iterator[Reading]:
    """Yield what the file holds beyond ``place``, or all of it if its beginning has changed.

    The last reading is ``done``, even if its batch is empty. A last record without a line end is
    yielded but not counted as read: if the file grows, it is read again.

    Raises:
        SourceError: as ``read_file``.
    """
    try:
        yield from _read_on(path, wishes, place)
    except OSError as error:
        raise _unreadable(path, error.strerror or type(error).__name__) from error


def _read_on(path: Path, wishes: Wishes, place: Place) -> Iterator[Reading]:
    kind = kind_of(path)
    if not kind:
        raise SourceError(SourceState.FAILING, unknown_kind(path.name))
    if kind == "mail":
        yield Reading(batch=read_mail_file(path), place=Place(done=True))
        return
    if kind == "export":
        yield from _read_export_on(path, wishes, place)
        return
    layout: Layout | None = None
    if kind == "table":
        with open_regular(path) as file:
            layout = find_layout(
                Lines(file),
                path.name,
                mapping=wishes.mapping,
                saved=wishes.saved,
                has_heading=wishes.has_heading,
            )
    with open_regular(path) as file:
        lines = Lines(file)
        read = _pass_over(lines, place.lines)
        if str(read) != place.fingerprint or read.lines != place.lines:
            file.seek(0)
            lines = Lines(file)
            read = _pass_over(lines, layout.skip if layout else 0)
        records = _rows(lines, layout, wishes.zone) if layout else _json_records(lines)
        for batch, done in _batches(records, path.name, read):
            place = Place(lines=read.lines, fingerprint=str(read), done=done)
            yield Reading(batch=batch, place=place, layout=layout)


def _read_export_on(path: Path, wishes: Wishes, place: Place) -> Iterator[Reading]:
    """Yield an export in batches; its place counts records, and is good while the file is the same.

    No batch holds an id twice: of two records with one id the second is an edit of the first.
    """
    with open_regular(path) as file:
        seal = _seal(file)
        count = place.lines if place.fingerprint == seal else 0
        posts: dict[tuple[str, str], Post] = {}
        bad: list[BadRecord] = []
        for found in islice(read_export(file, path.name, wishes.zone), count, None):
            post = found.post
            full = len(posts) + len(bad) >= BATCH
            if full or (post and posts.get((post.network, post.native_id), post) != post):
                yield _exported(posts, bad, Place(lines=count, fingerprint=seal))
                posts, bad = {}, []
            if post:
                posts[post.network, post.native_id] = post
            if found.fault:
                bad.append(BadRecord(printable_record(found.where), found.fault))
            count += 1
        yield _exported(posts, bad, Place(lines=count, fingerprint=seal, done=True))


def _exported(
    posts: Mapping[tuple[str, str], Post], bad: Sequence[BadRecord], place: Place
) -> Reading:
    batch = Batch(posts=tuple(posts.values()), bad=tuple(bad), fetched=len(posts) + len(bad))
    return Reading(batch=batch, place=place)


def _seal(file: BinaryIO) -> str:
    """Return a hash of a whole file, and go back to its beginning."""
    seal = hashlib.blake2b(digest_size=12)
    while chunk := file.read(2**20):
        seal.update(chunk)
    file.seek(0)
    return seal.hexdigest()


def _pass_over(lines: Lines, count: int) -> Fingerprint:
    read = Fingerprint()
    for line in islice(lines, count):
        read.add(line)
    return read


@dataclass(frozen=True, slots=True)
class _Record:
    """What some lines hold: a post, a fault, or nothing."""

    lines: tuple[Line, ...]
    post: Post | None = None
    error: BadRecordError | None = None


def _json_records(lines: Iterable[Line]) -> Iterator[_Record]:
    for line in lines:
        try:
            yield _Record((line,), read_json_line(line))
        except BadRecordError as error:
            yield _Record((line,), error=error)


def _rows(lines: Iterable[Line], layout: Layout, zone: tzinfo) -> Iterator[_Record]:
    for row in read_rows(lines, layout.separator):
        try:
            yield _Record(row.lines, post_of_row(row, layout, zone))
        except BadRecordError as error:
            yield _Record(row.lines, error=error)


def _batches(
    records: Iterable[_Record], file: str, read: Fingerprint
) -> Iterator[tuple[Batch, bool]]:
    """Yield batches and whether each is the last; ``read`` counts the lines as they are yielded.

    No batch holds an id twice: of two records with one id the second is an edit of the first.
    """
    posts: dict[tuple[str, str], Post] = {}
    bad: list[BadRecord] = []

    def batch() -> Batch:
        made = Batch(posts=tuple(posts.values()), bad=tuple(bad), fetched=len(posts) + len(bad))
        posts.clear()
        bad.clear()
        return made

    for record in records:
        post = record.post
        if post and posts.get((post.network, post.native_id), post) != post:
            yield batch(), False
        if post:
            posts[post.network, post.native_id] = post
        if record.error:
            text = printable_record(b"\n".join(line.data[:2000] for line in record.lines))
            bad.append(BadRecord(text, record.error.at(file, record.lines[0].number)))
        if record.lines[-1].ended:
            for line in record.lines:
                read.add(line)
        if len(posts) + len(bad) >= BATCH:
            yield batch(), False
    yield batch(), True


def read_mail_file(path: Path) -> Batch:
    """Return the message in a file as a batch of one.

    Raises:
        SourceError: the file cannot be opened.
    """
    with open_regular(path) as file:
        data = file.read(LARGEST_MAIL + 1)
    try:
        return Batch(posts=(read_mail(data),), fetched=1)
    except BadRecordError as error:
        return Batch(bad=(BadRecord(printable_record(data), error.at(path.name)),), fetched=1)


def unknown_kind(name: str) -> Sentence:
    """Return what to say of a file that cannot be read."""
    return Sentence(
        "{file} is of a kind hubbub cannot read. Save it as JSONL, CSV (from a spreadsheet: "
        '"CSV UTF-8") or EML.',
        {"file": name},
    )


def open_regular(path: Path) -> BinaryIO:
    """Open a file to be read; neither through a link, nor one that would block (a pipe).

    Raises:
        SourceError: it cannot be opened, or is no ordinary file.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise _unreadable(path, error.strerror or type(error).__name__) from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise _unreadable(path, "it is no ordinary file")
    return os.fdopen(handle, "rb")


def _unreadable(path: Path, fault: str) -> SourceError:
    return SourceError(
        SourceState.FAILING,
        Sentence("{file} cannot be read: {fault}.", {"file": path.name, "fault": fault}),
    )
