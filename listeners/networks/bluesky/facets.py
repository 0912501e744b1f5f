"""Which stretches of a Bluesky post are mentions, links and hashtags.

A post is plain text; what can be followed in it is said beside it, as facets with offsets in
UTF-8 bytes. Source: the lexicon app.bsky.richtext.facet; what counts as a mention or a tag
follows the official client (@atproto/api, rich-text/detection).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from listeners.text import links_in

LONGEST_TAG = 64
"""Characters of a hashtag; the lexicon allows 64 graphemes."""
MOST_FACETS = 100

_MENTION = re.compile(
    r"(?:^|(?<=[\s(]))@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+"
    r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)(?![\w@])",
    re.IGNORECASE,
)
_TAG = re.compile(r"(?:^|(?<=\s))[#＃]([^\s\u00ad\u2060\u200a-\u200d\u20e2]+)")

Facet = dict[str, object]


def handles_in(text: str) -> tuple[str, ...]:
    """Return the handles a text names as ``@name.example``, lower case, each once."""
    return tuple(dict.fromkeys(handle for _, _, handle in _mentions(text)))


def facets_of(text: str, dids: Mapping[str, str]) -> list[Facet]:
    """Return the facets of a text in order, none overlapping another.

    ``dids`` maps the handles of ``handles_in`` to accounts; a name nobody has stays plain text.
    """
    found: list[tuple[int, int, Facet]] = []
    for start, end, link in _links(text):
        found.append((start, end, {"$type": "app.bsky.richtext.facet#link", "uri": link}))
    for start, end, handle in _mentions(text):
        if did := dids.get(handle):
            found.append((start, end, {"$type": "app.bsky.richtext.facet#mention", "did": did}))
    for start, end, tag in _tags(text):
        found.append((start, end, {"$type": "app.bsky.richtext.facet#tag", "tag": tag}))
    # Of two that begin together the longer: one link may be the beginning of another.
    found.sort(key=lambda one: (one[0], -one[1]))
    facets: list[Facet] = []
    taken = 0
    for start, end, feature in found[:MOST_FACETS]:
        if start < taken:
            continue
        taken = end
        index = {"byteStart": _bytes(text[:start]), "byteEnd": _bytes(text[:end])}
        facets.append({"index": index, "features": [feature]})
    return facets


def _mentions(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _MENTION.finditer(text):
        yield match.start(), match.end(), match.group(1).lower()


def _links(text: str) -> Iterator[tuple[int, int, str]]:
    for link in links_in(text):
        start = text.find(link)
        while start >= 0:
            yield start, start + len(link), link
            start = text.find(link, start + len(link))


def _tags(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _TAG.finditer(text):
        tag = match.group(1)
        while tag and unicodedata.category(tag[-1]).startswith("P"):
            tag = tag[:-1]
        if not tag or len(tag) > LONGEST_TAG or tag[0] == "\ufe0f":
            continue
        if all(c.isdigit() or unicodedata.category(c).startswith("P") for c in tag):
            continue
        yield match.start(), match.start() + 1 + len(tag), tag


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
