"""What a Matrix message says to a reader: its words, links and whom it names.

Source: spec.matrix.org, client-server API, "Instant messaging" and "Rich replies". Old clients put
a quotation of what they answer before their words, in the plain body as lines beginning with
``>`` and in HTML as ``mx-reply``; neither is theirs, so both are taken off.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser

from listeners.text import HTML_CAP, html_to_text, links_in

_MOST_LINKS = 30
_MOST_NAMES = 100
_LONGEST_ID = 255
_HTML = "org.matrix.custom.html"
# "> <@ana:example.org> their words", with an asterisk before the name of an emote.
_QUOTED = re.compile(r"> (?:\* )?<@[^>\n]{1,255}>")
_USER = re.compile(r"@[^\s:/?#]*:[^\s/?#]+")


@dataclass(frozen=True, slots=True)
class Words:
    """The plain text of a message, the web pages it links to, the user ids its pills name."""

    text: str
    links: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


def words_of(content: Mapping[str, object]) -> Words | None:
    """Return what the content of a message says; ``None`` where it has no body at all."""
    body, html = content.get("body"), _html(content)
    if not isinstance(body, str):
        return None
    text = without_quotation(body)
    if not html:
        return Words(text, links_in(text)[:_MOST_LINKS])
    page = LexborHTMLParser(html)
    for quotation in page.css("mx-reply"):
        quotation.decompose()
    if not text.strip() and page.body is not None:
        text = html_to_text(page.body.html or "")
    found = dict.fromkeys(links_in(text))
    named: dict[str, None] = {}
    for anchor in page.css("a[href]")[: 2 * _MOST_LINKS]:
        target = anchor.attributes.get("href") or ""
        if user := user_in(target):
            named[user] = None
        elif target.isprintable() and target.startswith(("https://", "http://")):
            found[target] = None
    links = tuple(link for link in found if urlsplit_host(link) != "matrix.to")
    return Words(text, links[:_MOST_LINKS], tuple(named)[:_MOST_NAMES])


def without_quotation(body: str) -> str:
    """Return a body without the quotation that old clients put before a reply.

    A quotation somebody typed stays: only those that begin with ``> <@user:server>`` go.
    """
    if not _QUOTED.match(body):
        return body
    lines = body.split("\n")
    count = next((at for at, line in enumerate(lines) if not line.startswith(">")), len(lines))
    if count < len(lines) and not lines[count].strip():
        count += 1
    return "\n".join(lines[count:])


def user_in(address: str) -> str:
    """Return the user id in a pill's address (``matrix.to`` or ``matrix:``), empty for another."""
    if address.startswith("matrix:u/"):
        user = f"@{unquote(address[len('matrix:u/') :].partition('?')[0])}"
    elif urlsplit_host(address) == "matrix.to":
        user = unquote(address.partition("#/")[2].partition("?")[0])
    else:
        return ""
    return user if is_user(user) else ""


def is_user(name: object) -> bool:
    """Whether this is a user id: ``@name:server``."""
    return (
        isinstance(name, str)
        and len(name) <= _LONGEST_ID
        and name.isprintable()
        and _USER.fullmatch(name) is not None
    )


def urlsplit_host(address: str) -> str:
    """Return the host of an address, empty where it has none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _html(content: Mapping[str, object]) -> str:
    html = content.get("formatted_body")
    if content.get("format") != _HTML or not isinstance(html, str):
        return ""
    return html[:HTML_CAP] if "<" in html or "&" in html else ""
