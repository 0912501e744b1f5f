"""Nostr's names for keys and notes: hexadecimal on the wire, ``npub1…`` between people (NIP-19).

Encoding: bech32, BIP-173, without its limit of 90 characters, as NIP-19 uses it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_LETTERS: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECK: Final = 6
_LONGEST: Final = 5000
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_KEY_FIELD: Final = 0
"""The field of an ``nprofile`` that holds the key."""


def is_hex_id(text: object) -> bool:
    """Whether this is an id or a key as the wire writes them: 64 lower-case hexadecimal digits."""
    return isinstance(text, str) and _HEX.fullmatch(text) is not None


def key_of(text: str) -> str | None:
    """Return the key a person wrote as 64 hexadecimal digits, ``npub1…`` or ``nprofile1…``.

    ``None`` where it is none of these, or was copied with a mistake.
    """
    written = text.strip().removeprefix("@").removeprefix("nostr:").lower()
    if is_hex_id(written):
        return written
    kind, data = _decoded(written)
    if kind == "npub" and len(data) == 32:
        return data.hex()
    return _key_field(data) if kind == "nprofile" else None


def npub_of(key: str) -> str:
    """Return a hexadecimal key as people write it."""
    return _encoded("npub", bytes.fromhex(key))


def note_of(event_id: str) -> str:
    """Return a hexadecimal event id as people write it."""
    return _encoded("note", bytes.fromhex(event_id))


def _key_field(data: bytes) -> str | None:
    """Return the key among the type-length-value fields of an ``nprofile``."""
    at = 0
    while at + 2 <= len(data):
        kind, length = data[at], data[at + 1]
        value = data[at + 2 : at + 2 + length]
        if kind == _KEY_FIELD and len(value) == 32:
            return value.hex()
        at += 2 + length
    return None


def _encoded(kind: str, data: bytes) -> str:
    values = _regrouped(data, 8, 5, pad=True) or []
    rest = _checksum([*_spread(kind), *values, *([0] * _CHECK)]) ^ 1
    check = [rest >> 5 * (_CHECK - 1 - place) & 31 for place in range(_CHECK)]
    return f"{kind}1" + "".join(_LETTERS[value] for value in [*values, *check])


def _decoded(text: str) -> tuple[str, bytes]:
    """Return what kind of name this is, and its bytes; ``("", b"")`` where it is none."""
    kind, separator, written = text.rpartition("1")
    fit = separator and kind.isascii() and _CHECK < len(written) <= _LONGEST
    if not fit or not all(letter in _LETTERS for letter in written):
        return "", b""
    values = [_LETTERS.index(letter) for letter in written]
    data = _regrouped(values[:-_CHECK], 5, 8, pad=False)
    if data is None or _checksum([*_spread(kind), *values]) != 1:
        return "", b""
    return kind, bytes(data)


def _spread(kind: str) -> list[int]:
    return [*(ord(c) >> 5 for c in kind), 0, *(ord(c) & 31 for c in kind)]


def _checksum(values: Iterable[int]) -> int:
    rest = 1
    for value in values:
        top = rest >> 25
        rest = (rest & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATOR):
            rest ^= generator if top >> place & 1 else 0
    return rest


def _regrouped(values: Iterable[int], width: int, into: int, *, pad: bool) -> list[int] | None:
    """Return the same bits in groups of another width; ``None`` where bits would be lost."""
    kept = bits = 0
    found = []
    for value in values:
        kept = (kept << width | value) & 0xFFF
        bits += width
        while bits >= into:
            bits -= into
            found.append(kept >> bits & (1 << into) - 1)
    rest = kept & (1 << bits) - 1
    if pad:
        return [*found, rest << into - bits] if bits else found
    return None if bits >= width or rest else found
