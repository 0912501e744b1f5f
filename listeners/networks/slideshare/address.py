"""The addresses of SlideShare's decks, brought to the forms its oEmbed endpoint knows.

It answers for ``/{user}/{slug}`` and ``/slideshow/embed_code/…``, and not for the form its own
pages have now, ``/slideshow/{slug}/{id}``.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlsplit

SITE = "https://www.slideshare.net"

_HOST = re.compile(r"(?:[a-z0-9-]+\.)?slideshare\.net")
_NAME = re.compile(r"[\w.%~-]+")
_ELSEWHERE = frozenset(
    {"about", "api", "category", "developers", "explore", "featured", "login", "mobile", "popular",
     "privacy", "search", "signup", "slideshow", "tag", "terms", "upload", "you"}
)  # fmt: skip


def deck_address(link: str) -> str:
    """Return a deck's address as oEmbed knows it, empty where it is no deck of SlideShare."""
    try:
        parts = urlsplit(link.strip())
        host = (parts.hostname or "").casefold()
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host):
        return ""
    names = [unquote(one) for one in parts.path.split("/") if one]
    if names[:1] == ["mobile"]:
        names = names[1:]
    if not names or not all(_NAME.fullmatch(quote(one)) for one in names):
        return ""
    if names[0] == "slideshow":
        return _slideshow(names[1:])
    if len(names) < 2 or names[0].casefold() in _ELSEWHERE:
        return ""
    if names[1] in ("presentations", "documents", "followers", "following", "clipboards"):
        return ""
    return f"{SITE}/{quote(names[0])}/{quote(names[1])}"


def _slideshow(names: list[str]) -> str:
    if names[:2] == ["embed_code", "key"] and len(names) > 2:
        return f"{SITE}/slideshow/embed_code/key/{quote(names[2])}"
    number = names[1] if len(names) > 1 else ""
    return f"{SITE}/slideshow/embed_code/{number}" if number.isdigit() else ""
