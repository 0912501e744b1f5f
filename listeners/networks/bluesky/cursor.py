"""The place a Bluesky source has read up to, as JSON in the store.

``time_us`` is the newest time seen, ``seq`` and ``host`` the newest number and the server that
counts by it (v2), ``notified`` the newest notification, ``accounts`` our handles' DIDs.
"""

from __future__ import annotations

import msgspec

from listeners.model import Micros


class Cursor(msgspec.Struct, frozen=True, omit_defaults=True):
    """See the module. A bare number is read as ``time_us``."""

    time_us: int = 0
    seq: int | None = None
    host: str = ""
    notified: str = ""
    accounts: dict[str, str] = {}

    @property
    def at(self) -> Micros | None:
        """The newest time seen, ``None`` before the first event."""
        return Micros(self.time_us) if self.time_us else None

    def moved_to(self, time_us: int) -> Cursor:
        """Return the place at another time."""
        return msgspec.structs.replace(self, time_us=time_us)

    def knowing(self, accounts: dict[str, str]) -> Cursor:
        """Return the place with these accounts."""
        return msgspec.structs.replace(self, accounts=accounts)

    def notified_until(self, newest: str) -> Cursor:
        """Return the place with another newest notification."""
        return msgspec.structs.replace(self, notified=newest)

    def __str__(self) -> str:
        return msgspec.json.encode(self).decode()


_cursors = msgspec.json.Decoder(Cursor)


def read_cursor(text: str | None) -> Cursor | None:
    """Return the stored place; an empty one before the first, ``None`` if it is unreadable."""
    if not text:
        return Cursor()
    try:
        if text.isdecimal():
            return Cursor(time_us=int(text))
        cursor = _cursors.decode(text)
    except (ValueError, RecursionError):
        return None
    # An object without anything of ours is somebody else's.
    foreign = cursor == Cursor() and text != str(cursor)
    return None if foreign or cursor.time_us < 0 else cursor
