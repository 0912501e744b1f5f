"""The names a reply on Mastodon begins with, and what of a reply is the same on every server.

On Mastodon whoever is not named in a reply is not told of it, and a direct one is not even shown
to them. A server shows a sent text as HTML, with hosts of names left out and links shortened.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from selectolax.lexbor import LexborHTMLParser

from listeners.networks.mastodon.accounts import OwnAccounts, account_name
from listeners.networks.replying import Answered
from listeners.text import HTML_CAP, fold, html_to_text, links_in

_HANDLE = re.compile(r"[\w.-]+(?:@[\w.:\[\]-]+)?")
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
ALMOST = 0.99
"""The same words, and other links."""

_COMPARED = 1_000
_ENDS = "/.,;:!?)]"
"""Where a link ends before these is a matter of taste."""
_NAMED = re.compile(r"@([\w.-]+)@[\w.:-]+")
_NAME = re.compile(r"(?<![\w/])@[\w.-]+(?:@[\w.:-]+)?")


def opening(to: Answered, ours: Sequence[str], server: str) -> str:
    """Return ``@author @others `` with a space at the end, or nothing.

    ``server`` is the address of the server that sends: local people are named without a host.
    Ourselves are never named, nobody is twice.
    """
    own = OwnAccounts(ours, server)
    host = server.partition("://")[2]
    named: dict[str, str] = {}
    for handle in (_author(to, host), *to.mentions):
        name = account_name(handle)
        if not _HANDLE.fullmatch(name) or own.spelling(name) is not None:
            continue
        full = name if "@" in name else f"{name}@{host}"
        named.setdefault(full.casefold(), name)
    return "".join(f"@{name} " for name in named.values())


def names_somebody(text: str) -> bool:
    """Whether a text names anybody, so that somebody sees it when it is direct."""
    return _NAME.search(text) is not None


def likeness(html: str, text: str) -> float:
    """Return how like a post's HTML is to what a server makes of this text, from 0 to 1.

    Compared are letters and digits alone: servers turn links, names and ornaments into markup,
    and some do not escape what the text has of it.
    """
    shown = _unlinked(html)
    written = (_core(text), _core(html_to_text(text)))
    # Some servers make links of what was not written as one.
    if _core(shown) in written or _core(html_to_text(html)) in written:
        return 1.0 if _leads_there(html, text) else ALMOST
    # Whom two replies name says little: everything under one post names the same people.
    one, other = (_core(_NAME.sub(" ", said))[:_COMPARED] for said in (shown, text))
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _leads_there(html: str, text: str) -> bool:
    """Whether every link of a text is in the HTML, whole, as a link or as it was written."""
    plain = html_to_text(html)
    anchors = LexborHTMLParser(html[:HTML_CAP]).css("a[href]") if "href" in html else []
    targets = {(anchor.attributes.get("href") or "").rstrip(_ENDS) for anchor in anchors}
    return all(link.rstrip(_ENDS) in targets or link in plain for link in links_in(text))


def _author(to: Answered, host: str) -> str:
    """The author's handle, with the host where it is local to another server than ours."""
    name = account_name(to.author_handle)
    named = account_name(to.author_key) if to.author_key.startswith("http") else ""
    if not name:
        return named
    home = named.rpartition("@")[2]
    if "@" in name or not home or home == host.casefold():
        return name
    return f"{name}@{home}"


def _unlinked(html: str) -> str:
    if "<a" not in html:
        return html_to_text(html)
    tree = LexborHTMLParser(html[:HTML_CAP])
    for anchor in tree.css("a"):
        classes = (anchor.attributes.get("class") or "").split()
        said = anchor.text().strip()
        if "mention" not in classes and "hashtag" not in classes and said[:1] not in ("@", "#"):
            anchor.decompose()
    return html_to_text(tree.html or "")


def _core(text: str) -> str:
    plain = _NAMED.sub(r"@\1", _LINK.sub(" ", text))
    return "".join(letter for letter in fold(plain) if letter.isalnum())
