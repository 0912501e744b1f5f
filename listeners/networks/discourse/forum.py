"""One forum's address and names: what makes a post, an author and our own accounts unmistakable.

A Discourse id means something on its own forum only, so every native id begins with the forum's
address: ``https://forum.example/t/TOPIC/NUMBER``, which is also a working link. The number within
the topic is used rather than the post's own id, since Discourse names a post's parent by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, urljoin, urlsplit

from listeners.config import SourceConfig
from listeners.model import Sentence

NETWORK = "discourse"
TITLE = "Discourse"

NO_ADDRESS = Sentence(
    "A Discourse source needs the address of its forum: base_url = "
    '"https://forum.example". Nothing else is affected.'
)

_POST = re.compile(r"/t/(\d{1,15})/(\d{1,9})")
_PENDING = re.compile(r"/review/(\d{1,15})")


class Forum:
    """A forum by its address, with the names our accounts have there."""

    def __init__(self, base: str, handles: Iterable[str] = (), username: str = "") -> None:
        """``base`` is the address with its folder, or nothing; ``handles`` are those configured."""
        parts = urlsplit(base if "://" in base or not base else f"https://{base}")
        path = parts.path.rstrip("/")
        self.base = f"{parts.scheme.lower()}://{parts.netloc.lower()}{path}" if base else ""
        self.name = f"{parts.netloc.lower()}{path}"
        self.username = username.strip().removeprefix("@")
        host = (parts.hostname or "").lower()
        self._spelled: dict[str, str] = {}
        for handle in handles:
            name, _, where = handle.strip().removeprefix("@").partition("@")
            if name and where.lower() in ("", host):
                self._spelled.setdefault(name.casefold(), handle.strip().removeprefix("@"))

    def post_id(self, topic: int, number: int) -> str:
        """Return the native id of a post: its place in its topic, which is also its address."""
        return f"{self.base}/t/{topic}/{number}"

    def place_of(self, native_id: str) -> tuple[int, int] | None:
        """Return topic and number of a native id, ``None`` for a post of another forum."""
        found = _POST.fullmatch(native_id.removeprefix(self.base))
        at_home = native_id.startswith(self.base)
        return (int(found[1]), int(found[2])) if found and at_home else None

    def pending_id(self, number: int) -> str:
        """Return the native id of a post that waits for a moderator."""
        return f"{self.base}/review/{number}"

    def pending_of(self, native_id: str) -> int | None:
        """Return the number of a post that waits for a moderator, ``None`` for any other id."""
        found = _PENDING.fullmatch(native_id.removeprefix(self.base))
        return int(found[1]) if found and native_id.startswith(self.base) else None

    def author_key(self, username: str) -> str:
        """Return the lasting name of a member: the profile's address, in one spelling.

        Searches give no user id, so the name alone is what every answer has.
        """
        return f"{self.base}/u/{quote(username.casefold(), safe='')}"

    def spelled(self, username: str) -> str:
        """Return the configured spelling of an account of ours, ``""`` for anybody else."""
        name = username.casefold()
        known = self._spelled.get(name)
        return known or (username if name and name == self.username.casefold() else "")

    def address(self, link: str) -> str:
        """Return a link in a post as a whole web address, ``""`` where it is none."""
        try:
            whole = urljoin(f"{self.base}/", link.strip())
            fit = urlsplit(whole).scheme in ("http", "https") and urlsplit(whole).hostname
        except ValueError:
            return ""
        return whole if fit and whole.isprintable() and len(whole) <= 2048 else ""


def forum_of(source: SourceConfig, handles: Iterable[str]) -> Forum:
    """Return the forum a source listens to; one without an address where the source names none."""
    base = source.base_url.strip()
    if not base and source.what.startswith(("https://", "http://")):
        base = source.what.strip()
    try:
        known = bool(urlsplit(base if "://" in base else f"https://{base}").hostname)
    except ValueError:
        known = False
    return Forum(base if known else "", handles, str(source.options.get("username", "")))
