"""Slack's markup and plain text, one into the other.

Source: docs.slack.dev/messaging/formatting-message-text. People, channels and addresses stand in
angle brackets, and only three characters are escaped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from listeners.networks.decoding import web_address

_BRACKET = re.compile(r"<([^<>\n]{1,4000})>")
_USER = re.compile(r"<@([UWB][A-Z0-9]{2,30})(?:\|[^<>\n]{0,200})?>")
_MOST_LINKS = 30


def people_in(text: str) -> tuple[str, ...]:
    """Return the ids of the people a text calls, each once."""
    return tuple(dict.fromkeys(_USER.findall(text)))


def legible(text: str, names: Mapping[str, str]) -> str:
    """Return a message as its readers see it; ``names`` are people's names by id."""
    return unescaped(_BRACKET.sub(lambda found: _said(found[1], names), text))


def links_of(text: str) -> tuple[str, ...]:
    """Return the web addresses a message links to, each once."""
    targets = (unescaped(inside.partition("|")[0]) for inside in _BRACKET.findall(text))
    return tuple(dict.fromkeys(filter(None, map(web_address, targets))))[:_MOST_LINKS]


def escaped(text: str) -> str:
    """Return plain text as Slack wants it: nothing in it calls anybody or links anywhere."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescaped(text: str) -> str:
    """Return what ``escaped`` was made of."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _said(inside: str, names: Mapping[str, str]) -> str:
    target, _, label = inside.partition("|")
    match target[:1]:
        case "@":
            return f"@{names.get(target[1:]) or label or target[1:]}"
        case "#":
            return f"#{label or target[1:]}"
        case "!":
            return label or f"@{target[1:].split('^')[0]}"
        case _:
            shown = target.removeprefix("mailto:")
            return shown if not label or label in (shown, target) else f"{label} ({shown})"
