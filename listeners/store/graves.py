"""Tombstones: posts and accounts that must not be stored again.

A deletion can be heard before its post (streams are not ordered), and a person who was forgotten
would come back with the next backfill. A person's tombstone is a salted hash: it recognises them
when they are offered again, and names nobody to whoever reads the file.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable

from listeners.model import Micros
from listeners.people.links import lowered
from listeners.store.codec import dumps, storable
from listeners.store.connection import Connection
from listeners.store.settings import put_setting

Grave = tuple[str, str, str]
"""Network, kind (``post``, ``account`` or ``contact``), and the post's key, the author's, or what
a press list would know a person by."""


async def tombstones(connection: Connection, graves: Iterable[Grave], now: Micros) -> None:
    """Remember posts or accounts that must not be stored again."""
    asked = list(graves)
    salt = await _salt(connection, asked)
    await connection.many(
        "INSERT OR IGNORE INTO tombstone (network, kind, key, at) VALUES (?, ?, ?, ?)",
        [(*_stone(grave, salt), now) for grave in asked],
    )


async def buried(connection: Connection, graves: Iterable[Grave]) -> set[Grave]:
    """Return those that have a tombstone."""
    asked = list(graves)
    salt = await _salt(connection, asked)
    rows = await connection.fetch(
        """SELECT w.key AS place FROM json_each(?) w JOIN tombstone t
               ON t.network = json_extract(w.value, '$[0]')
              AND t.kind = json_extract(w.value, '$[1]')
              AND t.key = json_extract(w.value, '$[2]')""",
        (dumps([_stone(grave, salt) for grave in asked]),),
    )
    return {asked[row["place"]] for row in rows}


def contact_grave(kind: str, network: str, value: str) -> Grave:
    """Return the grave of what a press list knows somebody by.

    For a ``name`` the network is the outlet: a namesake at another paper is somebody else.
    """
    return kind, "contact", f"{lowered(network)}\n{lowered(value)}"


async def stone(connection: Connection, grave: Grave) -> Grave:
    """Return a grave as the file holds it: a person's hashed with this store's salt."""
    return _stone(grave, await _salt(connection, [grave]))


def _stone(grave: Grave, salt: bytes) -> Grave:
    network, kind, key = grave
    if kind == "post":
        return network, kind, storable(key)
    named = f"{'' if kind == 'account' else kind}{network}\n{storable(key)}".encode()
    return network, kind, hashlib.blake2b(named, key=salt, digest_size=16).hexdigest()


async def _salt(connection: Connection, graves: Iterable[Grave]) -> bytes:
    """Return this store's salt, made at the first need; nothing where no person is asked for."""
    if all(kind == "post" for _, kind, _ in graves):
        return b""
    rows = await connection.fetch("SELECT value FROM setting WHERE key = 'tombstone.salt'")
    if rows:
        return bytes.fromhex(rows[0]["value"])
    salt = secrets.token_bytes(16)
    await put_setting(connection, "tombstone.salt", salt.hex())
    return salt
