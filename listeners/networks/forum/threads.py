"""Whole topics, where a program has a feed for each: phpBB and FluxBB."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from listeners.networks.forum.software import Software

MOST_TOPICS: Final = 5
"""Topics that are read in one go: each costs a request."""

_TOPIC: Final = re.compile(r".*/t(\d{1,12})(?:[p@]\d{1,15})?$")
_PHPBB: Final = re.compile(r"(.*/feed)(?:/.*)?$")


def topics_of(native_ids: Iterable[str]) -> tuple[str, ...]:
    """Return the numbers of the topics these posts are in, as far as their ids tell."""
    found = (_TOPIC.match(native_id) for native_id in native_ids)
    return tuple(dict.fromkeys(match[1] for match in found if match))[:MOST_TOPICS]


def topic_feed(software: Software, feed: str, topic: str) -> str:
    """Return the address of the feed of one topic, empty where the program has none."""
    parts = urlsplit(feed)
    if software.name == "fluxbb":
        # Atom, as the forum's own feed may be RSS: it names the members.
        asked = f"action=feed&type=atom&tid={topic}&show=50"
        return urlunsplit(parts._replace(query=asked))
    if software.name == "phpbb" and parts.path.endswith("/feed.php"):
        return urlunsplit(parts._replace(query=f"t={topic}"))
    if software.name == "phpbb" and (found := _PHPBB.match(parts.path)):
        return urlunsplit(parts._replace(path=f"{found[1]}/topic/{topic}", query=""))
    return ""
