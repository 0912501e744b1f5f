"""The links in a feed's HTML, and the feeds a web page says it has."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from listeners.text import HTML_CAP

GOOGLE_NEWS: Final = "news.google.com"
MOST_LINKS: Final = 50
_LONGEST_ADDRESS: Final = 2048
_FEED_TYPES: Final = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/json",
    }
)


def address(link: str, base: str = "") -> str:
    """Return a link as a whole http or https address, resolved against ``base``, or ``""``."""
    if not link.strip():
        return ""
    try:
        whole = urljoin(base, link.strip())
        parts = urlsplit(whole)
        fit = parts.scheme in ("http", "https") and parts.hostname
    except ValueError:
        return ""
    printable = whole.isprintable() and " " not in whole
    return whole if fit and printable and len(whole) <= _LONGEST_ADDRESS else ""


def host_of(link: str) -> str:
    """Return the host of an address in lower case, without ``www.``; ``""`` if there is none."""
    try:
        return (urlsplit(link).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def shown(link: str) -> str:
    """Return an address as a sentence may show it: without query and credentials, often secret."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return "?"
    return f"{parts.hostname or ''}{parts.path}" or "?"


def unwrap(link: str) -> str:
    """Return where a redirecting address of Google's (Alerts, search) really leads."""
    host = host_of(link)
    if host != "google.com" and not host.startswith("google."):
        return link
    parts = urlsplit(link)
    if parts.path != "/url":
        return link
    query = parse_qs(parts.query, max_num_fields=50)
    for name in ("url", "q"):
        if target := address(query.get(name, [""])[0]):
            return target
    return link


def links_of(html: str, base: str) -> tuple[str, ...]:
    """Return the targets of the links in this HTML, each once, in order; 64 KiB are read."""
    if "href" not in html[:HTML_CAP].lower():
        return ()
    found: dict[str, None] = {}
    for node in LexborHTMLParser(html[:HTML_CAP]).css("a[href]"):
        if target := address(node.attributes.get("href") or "", base):
            found[unwrap(target)] = None
        if len(found) == MOST_LINKS:
            break
    return tuple(found)


def feeds_of_page(html: str, url: str) -> tuple[str, ...]:
    """Return the feeds a web page offers, as its ``<link rel="alternate">`` say (HTML, 4.6.7.1)."""
    found: dict[str, None] = {}
    for node in LexborHTMLParser(html[:HTML_CAP]).css("link[href]"):
        attributes = node.attributes
        rel = (attributes.get("rel") or "").lower().split()
        kind = (attributes.get("type") or "").lower().split(";")[0].strip()
        offered = ("alternate" in rel and kind in _FEED_TYPES) or "feed" in rel
        if offered and (target := address(attributes.get("href") or "", url)):
            found[target] = None
    return tuple(found)
