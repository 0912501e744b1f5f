"""The words of an issue from its Markdown: what its author says, without code and quotations.

Not a Markdown reader: only what would stand in the way of understanding is taken away. Source:
GitHub Flavored Markdown, 4.5 (fenced code) and 5.1 (block quotes).
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from listeners.text import links_in

CAP = 64 * 1024
"""Characters of Markdown that are read: GitHub's own limit is 65,536."""
_MOST_LINKS = 30
_MOST_NAMES = 50

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_QUOTE = re.compile(r"\s{0,3}>")
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,500}>")
_TARGET = re.compile(r"\]\((https?://[^()\s]{1,1000})[^()]{0,200}\)")
_LINKED = re.compile(r"!?\[([^\[\]\n]{0,500})\]\([^()\n]{0,1200}\)")
_HEADING = re.compile(r"(?m)^ {0,3}#{1,6} +")
_BOX = re.compile(r"(?m)^(\s{0,12}[-*+] )\[[ xX]\] ")
_MARKS = re.compile(r"\*\*|~~|`+|(?<!\w)__|__(?!\w)|(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)")
_BLANK = re.compile(r"\n\s*\n\s*")
_NAME = re.compile(r"(?<![\w@/`.+-])@([A-Za-z0-9][A-Za-z0-9-]{0,38})(?![\w/-])")


@dataclass(frozen=True, slots=True)
class Words:
    """What a text says, what it links to, whom it names, and the first words it quotes."""

    text: str
    links: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    quoted: str = ""


def read_markdown(body: str) -> Words:
    """Return the author's own words; a text that is nothing but code or quotations stays whole."""
    body = body[:CAP].replace("\r\n", "\n")
    body = _seen(body)
    own = _own_lines(body)
    targets = dict.fromkeys((*_TARGET.findall(own), *links_in(_LINKED.sub(" ", own))))
    names = dict.fromkeys(name for name in _NAME.findall(own))
    return Words(
        _plain(own) or _plain(body),
        tuple(link for link in targets if link.isprintable())[:_MOST_LINKS],
        tuple(names)[:_MOST_NAMES],
        _quoted(body),
    )


def _seen(body: str) -> str:
    """Leave out HTML comments: what templates tell the author, and nobody sees."""
    kept: list[str] = []
    at = 0
    while (start := body.find("<!--", at)) >= 0 and (end := body.find("-->", start + 4)) >= 0:
        kept.append(body[at:start])
        at = end + 3
    return "".join(kept) + body[at:]


def _own_lines(body: str) -> str:
    kept: list[str] = []
    fence = ""
    for line in body.split("\n"):
        found = _FENCE.match(line)
        if fence:
            closes = found is not None and found[1].startswith(fence)
            if closes and not line.strip(" `~"):
                fence = ""
        elif found is not None:
            fence = found[1]
        elif not _QUOTE.match(line):
            kept.append(line)
    return "\n".join(kept)


def _quoted(body: str) -> str:
    """Return the first quotation without its marks; what it quotes in turn is left out."""
    kept: list[str] = []
    for line in body.split("\n"):
        if _QUOTE.match(line):
            said = line.lstrip().removeprefix(">").strip()
            if not said.startswith(">"):
                kept.append(said)
        elif kept:
            break
    return _plain("\n".join(kept))


def _plain(text: str) -> str:
    text = _LINKED.sub(r"\1", text)
    text = _BOX.sub(r"\1", _HEADING.sub("", text))
    text = _TAG.sub("", _MARKS.sub("", text))
    return _BLANK.sub("\n\n", html.unescape(text)).strip()
