"""The lines of a file, whatever it was saved as, each bounded; and a fingerprint of lines read.

A reading that was broken off goes on where it stopped only if the lines before that still have
the fingerprint they had then.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

LONGEST_LINE: Final = 2**20
"""Bytes of one line; a longer one is skipped and told."""
_CHUNK: Final = 2**18
_SIXTEEN_BITS: Final = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_UNMARKED: Final = re.compile(rb"[\t\r\n -~]\0[\t\r\n -~]\0")


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end. ``ended`` is false for a last line that has no line end (yet).

    ``data`` is only the beginning of a line that is ``too_long``.
    """

    number: int
    data: bytes
    ended: bool = True
    too_long: bool = False


class Fingerprint:
    """A running hash over lines, and how many they are."""

    def __init__(self) -> None:
        self.lines = 0
        self._hash = hashlib.blake2b(digest_size=12)

    def add(self, line: Line) -> None:
        """Count one more line."""
        self.lines += 1
        self._hash.update(line.data + b"\n")

    def __str__(self) -> str:
        """The hash so far, 24 hexadecimal digits."""
        return self._hash.copy().hexdigest()


class Lines:
    """Iterates over the lines of an open binary file from its beginning, numbered from 1.

    UTF-16 is turned into UTF-8 and a byte order mark dropped; LF, CRLF and lone CR end a line.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._lines = self._iterate()

    def __iter__(self) -> Iterator[Line]:
        return self

    def __next__(self) -> Line:
        return next(self._lines)

    def _iterate(self) -> Iterator[Line]:
        end = b""
        number = 0
        rest = b""
        skipping = False
        for chunk in self._chunks():
            if not end:
                end = b"\r" if b"\r" in chunk and b"\n" not in chunk else b"\n"
            *whole, rest = (rest + chunk).split(end)
            for data in whole:
                if skipping:
                    skipping = False
                    continue
                number += 1
                yield _line(number, data)
            if len(rest) > LONGEST_LINE:
                if not skipping:
                    number += 1
                    yield _line(number, rest)
                skipping = True
                rest = b""
        if rest and not skipping:
            yield _line(number + 1, rest, ended=False)

    def _chunks(self) -> Iterator[bytes]:
        """The file as UTF-8, or as whatever eight-bit encoding it is in."""
        chunk = self._file.read(_CHUNK)
        coding = next((name for mark, name in _SIXTEEN_BITS if chunk.startswith(mark)), None)
        if coding is None and _UNMARKED.match(chunk):
            coding = "utf-16-le"
        decoder = codecs.getincrementaldecoder(coding)("replace") if coding else None
        first = True
        while chunk:
            if decoder:
                chunk = decoder.decode(chunk).encode("utf-8", "replace")
            if first:
                chunk = chunk.removeprefix(codecs.BOM_UTF8)
                first = False
            yield chunk
            chunk = self._file.read(_CHUNK)


def _line(number: int, data: bytes, *, ended: bool = True) -> Line:
    if len(data) > LONGEST_LINE:
        return Line(number, data[:LONGEST_LINE], ended, too_long=True)
    return Line(number, data.removesuffix(b"\r"), ended)
