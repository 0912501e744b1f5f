"""The key a mention is known by: its native id, rearranged so that it sorts by time.

An index on random-looking text touches another page for every row; at two million rows it costs
ten times one that grows at its end. Most networks' ids hold a time, but not in front: a Bluesky
address begins with the author, a Mastodon one with the server. The key puts it in front.

The key depends on (network, native id) alone, so that a deletion, which carries nothing else,
finds its mention; and it is one-to-one, so that no two posts share it.
"""

from __future__ import annotations

import re

_AT_URI = re.compile(r"at://([^/]+)/([^/]+)/([A-Za-z0-9][A-Za-z0-9._:~-]*)")
_ULID_OR_NUMBER = re.compile(r"(.*[/=:])([0-9]{4,20}|[0-7][0-9A-HJKMNP-TV-Z]{25})", re.DOTALL)
_NUMBER = re.compile(r"[0-9]{1,19}")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\\]")


def dedupe_key(network: str, native_id: str) -> str:
    """Return the key of a native id on a network; sorts by time where the id allows it.

    ``at://did/collection/rkey`` becomes ``rkey/collection/did`` (an rkey is a time in base 32);
    an address that ends in a number or ULID has that in front, padded to one width; a bare number
    is padded; everything else stays as it is, behind a ``~`` that sets it apart.
    """
    if network == "bluesky" and (found := _AT_URI.fullmatch(native_id)):
        did, collection, rkey = found.groups()
        return f"{rkey}/{collection}/{did}"
    if _NUMBER.fullmatch(native_id):
        return _number(native_id)
    if found := _ULID_OR_NUMBER.fullmatch(native_id):
        front, last = found.groups()
        return f"{_number(last)} {_safe(front)}"
    return f"~{_safe(native_id)}"


def _number(digits: str) -> str:
    """Pad a number to 20 digits; one written with leading zeros is another id and keeps them."""
    if not digits.isdigit():
        return digits
    kept = f"+{len(digits)}" if digits.startswith("0") and digits != "0" else ""
    return digits.zfill(20) + kept


def _safe(text: str) -> str:
    """Write what JSON or SQLite would cut at or refuse (controls, surrogates) as escapes."""
    text = _CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
