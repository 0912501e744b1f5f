"""The words of a post from Discourse's cooked HTML: the author's own, without what they quote."""

from __future__ import annotations

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from listeners.networks.discourse.forum import Forum
from listeners.text import HTML_CAP, html_to_text

_FOREIGN = (
    "aside.quote, blockquote, aside.onebox, .lightbox-wrapper .meta, .cooked-selection-barrier"
)
"""Quoted words, previews of linked pages and the captions Discourse makes: nobody's own words."""
_MOST_LINKS = 30
_MOST_NAMES = 50
_PLAIN = re.compile(r"[^<&]*")


@dataclass(frozen=True, slots=True)
class Words:
    """What a post says, what it links to and whom it names."""

    text: str
    links: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()


def read_cooked(cooked: str, forum: Forum) -> Words:
    """Return the author's own words in cooked HTML; only the first 64 KiB are read."""
    if _PLAIN.fullmatch(cooked):
        return Words(cooked.strip())
    tree = LexborHTMLParser(cooked[:HTML_CAP])
    for node in tree.css(_FOREIGN):
        node.decompose()
    for image in tree.css("img.emoji"):
        image.replace_with(image.attributes.get("alt") or "")
    links: dict[str, None] = {}
    names: dict[str, None] = {}
    for anchor in tree.css("a")[: 4 * _MOST_LINKS]:
        classes = (anchor.attributes.get("class") or "").split()
        if "mention" in classes or "mention-group" in classes:
            names[anchor.text().strip().removeprefix("@")] = None
        elif "hashtag" not in classes and "hashtag-cooked" not in classes:
            links[forum.address(anchor.attributes.get("href") or "#")] = None
    for name in tree.css("span.mention"):
        names[name.text().strip().removeprefix("@")] = None
    body = tree.body
    return Words(
        html_to_text(body.html or "") if body is not None else "",
        tuple(link for link in links if link and link != f"{forum.base}/")[:_MOST_LINKS],
        tuple(name for name in names if name and name.isprintable())[:_MOST_NAMES],
    )
