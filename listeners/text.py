"""Text of strangers made harmless, plain and comparable.

Everything a network sends may hold terminal commands, invisible characters or markup. Text passes
``clean`` once, after HTML and entities are decoded (an entity may spell an escape character), and
from then on is ``SafeText``. All functions take linear time in the length of their input.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from listeners.model import SafeText

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

ELLIPSIS = "…"
MAX_LINES = 200
MAX_MARKS = 4
HTML_CAP = 64 * 1024
"""Characters of HTML that are parsed: nesting costs the parser quadratic time beyond."""

_TAB = "    "

_SEQUENCES = re.compile(
    r"\x1b\][^\x07\x1b\x9c]*+(?:\x07|\x1b\\|\x9c)"  # OSC: title, clipboard, links
    r"|\x1b[PX^_][^\x1b\x9c]*+(?:\x1b\\|\x9c)"  # DCS, SOS, PM, APC
    r"|(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]"  # CSI: colours, cursor, screen
    r"|\x1b[ -/]*+[0-~]"  # two-byte escapes
)
_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029]")
_NON_CHARACTERS = "".join(
    f"{chr(p + 0xFFFE)}{chr(p + 0xFFFF)}" for p in range(0, 0x110000, 0x10000)
)
_FORBIDDEN = re.compile(
    "["
    r"\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff"
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction overrides
    r"\u200b\u2060-\u2065\u206a-\u206f\ufeff\xad\u034f\u180e"  # nothing to see
    r"\u115f\u1160\u3164\uffa0\ufff0-\ufffb\ufdd0-\ufdef"  # fillers
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff" + _NON_CHARACTERS + "]"
)
# Blocks that hold no mark, no joiner and no unassigned code point: text made of these alone
# needs no look at each character.
_INTRICATE_CLASS = (
    "[^"
    r"\x00-\u02ff\u03a3-\u0482\u048a-\u052f\u10d0-\u115e\u1161-\u1248\u1e00-\u1f15"
    r"\u2010-\u2027\u202f-\u205e\u20a0-\u20c0\u2100-\u218b\u2190-\u2426\u2460-\u2b73"
    r"\u2e80-\u2e99\u3000-\u3029\u3041-\u3096\u309b-\u30ff\u3131-\u3163\u3165-\u318e"
    r"\u3190-\u31e3\u3220-\ua48c\uac00-\ud7a3\uf900-\ufa6d\uff01-\uff9f\uffa1-\uffbe"
    r"\U0001f300-\U0001f6d7\U0001f900-\U0001fa53"
    "]"
)
_INTRICATE = re.compile(_INTRICATE_CLASS)
_PILE = re.compile(_INTRICATE_CLASS + "{31}")
_EMOJI_BASES = frozenset("#*0123456789‼⁉〰ℹ")
_JOINERS = "\u200c\u200d"
_SELECTORS = "\ufe0e\ufe0f"
_SKIN_TONES = frozenset(chr(c) for c in range(0x1F3FB, 0x1F400))


def clean(text: object, limit: int = 10_000) -> SafeText:
    """Return ``text`` without anything that a terminal would obey or a reader could not see.

    Removes terminal sequences, control, direction, filler and unassigned characters; keeps at
    most four marks on a letter, and joiners only where a script or an emoji uses them; NFC; at
    most ``limit`` characters and 200 lines, the cut shown by "…". Idempotent; anything but a
    ``str`` gives "". Apply after HTML is turned into text. Source: UTR 36, ECMA-48.
    """
    if not isinstance(text, str):
        return SafeText("")
    # Removal shortens; four times the limit leaves enough and bounds the work.
    cut = len(text) > 4 * limit
    safe = text[: 4 * limit] if cut else text
    if not (safe.isascii() and safe.isprintable()):
        safe = _strip(safe)
    return SafeText(_shorten(safe, limit, cut))


def clean_line(text: object, limit: int = 300) -> SafeText:
    """Return ``clean(text)`` on one line, runs of white space as one space, at most ``limit``."""
    line = " ".join(clean(text, 4 * limit).split())
    return SafeText(_shorten(line, limit, False))


def _strip(text: str) -> str:
    # What Python calls printable holds no control, format, surrogate or unassigned character;
    # the fillers it lets through are letters, and outside the plain blocks.
    bare = text.replace("\n", "").replace("\xa0", "").replace("\u202f", "")
    if not bare.isprintable():
        text = _LINE_ENDS.sub("\n", text)
        text = _SEQUENCES.sub("", text)
        text = _FORBIDDEN.sub("", text.replace("\t", _TAB))
    if text.isascii():
        return text
    if not _INTRICATE.search(text):
        return unicodedata.normalize("NFC", text)
    text = _FORBIDDEN.sub("", text)
    # Normalised again, since dropping a character can bring together two that compose.
    text = unicodedata.normalize("NFC", _unpile(text))
    return unicodedata.normalize("NFC", _keep_legible(text))


def _unpile(text: str) -> str:
    """Keep at most 30 marks in a row (UAX 15, stream-safe text).

    Python sorts the marks of a letter in quadratic time: 40,000 of them cost normalisation 1.6 s.
    """
    if not _PILE.search(text):
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= 30:
            kept.append(char)
    return "".join(kept)


def _keep_legible(text: str) -> str:
    """Drop unassigned characters, joiners and selectors without a base, and piled-up marks."""
    kept: list[str] = []
    base = previous = ""
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        if char in _JOINERS:
            if previous in _JOINERS or not _joins(base):
                continue
        elif char in _SELECTORS:
            if previous != base or not _is_emoji_base(base):
                continue
        elif category[0] == "M":
            marks += 1
            if marks > MAX_MARKS:
                continue
        elif category == "Cn":
            continue
        else:
            base = char
            marks = 0
        kept.append(char)
        previous = char
    return "".join(kept)


def _joins(base: str) -> bool:
    """Whether a joiner after this character means something: scripts that shape, and emoji."""
    if not base:
        return False
    if unicodedata.category(base) in ("So", "Sm") or base in _SKIN_TONES:
        return True
    return base.isalpha() and ("\u0590" <= base < "\u1d00" or "\ua800" <= base < "\uac00")


def _is_emoji_base(base: str) -> bool:
    return bool(base) and (base in _EMOJI_BASES or unicodedata.category(base) in ("So", "Sm"))


def _shorten(text: str, limit: int, cut: bool) -> str:
    if text.count("\n") >= MAX_LINES:
        text = "\n".join(text.split("\n", MAX_LINES)[:MAX_LINES])
        cut = True
    if len(text) > limit or (cut and len(text) == limit):
        text = text[: max(limit - 1, 0)]
        cut = True
    if not cut:
        return text
    return (text.rstrip(_JOINERS) + ELLIPSIS)[:limit]


# --- HTML --------------------------------------------------------------------------------------

# fmt: off
_BREAKS = frozenset({
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "li", "main", "nav", "ol", "p", "pre", "section", "table", "tr", "ul",
})
_UNSEEN = frozenset({
    "head", "iframe", "math", "noscript", "object", "script", "style", "svg", "template", "title",
})
# fmt: on
_HTML_SPACE = re.compile(r"[ \t\n\r\f]+")
_AROUND_BREAK = re.compile(r" ?\n[ \n]*")


def html_to_text(html: str) -> str:
    """Return the text a reader of this HTML would see; blocks and ``<br>`` become newlines.

    Scripts, styles and elements of class ``invisible`` (the hidden halves of Mastodon's links)
    are dropped. Only the first 64 KiB are read. The result is plain but NOT clean.
    """
    if "<" not in html and "&" not in html:
        return html.strip()
    body = LexborHTMLParser(html[:HTML_CAP]).body
    if body is None:
        return ""
    pieces: list[str] = []
    node: LexborNode | None = body.first_child
    while node is not None:
        node = _step(node, pieces, body.mem_id)
    return _AROUND_BREAK.sub("\n", "".join(pieces)).strip(" \n")


def _step(node: LexborNode, pieces: list[str], end: int) -> LexborNode | None:
    """Write down one node and return the next in reading order, without recursion."""
    tag = node.tag or ""
    if node.is_text_node:
        pieces.append(_HTML_SPACE.sub(" ", node.text_content or ""))
    elif tag in _BREAKS:
        pieces.append("\n")
    if node.is_element_node and tag not in _UNSEEN and not _is_invisible(node):
        child = node.first_child
        if child is not None:
            return child
    here: LexborNode | None = node
    while here is not None and here.mem_id != end:
        if here.next is not None:
            return here.next
        here = here.parent
        if here is not None and here.tag in _BREAKS:
            pieces.append("\n")
    return None


def _is_invisible(node: LexborNode) -> bool:
    return "invisible" in (node.attributes.get("class") or "").split()


# --- matching ----------------------------------------------------------------------------------

_ACCENTS = re.compile(
    r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
    r"\u064b-\u065f\u0670\u200b-\u200d\u2060\xad\ufeff]"
)
# fmt: off
_FOLDED = {
    "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "‘": "'", "’": "'", "ʼ": "'",
}
# fmt: on


def fold(text: str) -> str:
    """Return ``text`` for comparing: lower case, no accents, one form of each character.

    NFKD and case folding; ligatures and typographic apostrophes become their plain forms. Vowel
    signs of Indic scripts and kana voicing stay, since they are letters and not ornaments.
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", _unpile(text))
    folded = unicodedata.normalize("NFKD", decomposed.casefold())
    folded = _ACCENTS.sub("", folded)
    for letter, plain in _FOLDED.items():
        folded = folded.replace(letter, plain)
    return unicodedata.normalize("NFC", folded)


_LINK = re.compile(r"\bhttps?://[^\s<>\"'`{}|\\^\x00-\x20\x7f-\x9f]+", re.IGNORECASE)
_LONGEST_LINK = 2048
_TRAILING = ".,;:!?…*_~»”’“"
_BRACKETS = {")": "(", "]": "[", "）": "（", "】": "【"}


def links_in(text: str) -> tuple[str, ...]:
    """Return the http and https addresses written out in ``text``, each once, in order.

    Punctuation that ends a sentence, and brackets that open before the address, are left out.
    """
    found: dict[str, None] = {}
    for match in _LINK.finditer(text):
        if len(match.group()) <= _LONGEST_LINK and _has_host(link := _trim(match.group())):
            found[link] = None
    return tuple(found)


def _trim(link: str) -> str:
    surplus = {shut: link.count(shut) - link.count(opening) for shut, opening in _BRACKETS.items()}
    end = len(link)
    while end and (link[end - 1] in _TRAILING or surplus.get(link[end - 1], 0) > 0):
        end -= 1
        if link[end] in surplus:
            surplus[link[end]] -= 1
    return link[:end]


def _has_host(link: str) -> bool:
    try:
        return bool(urlsplit(link).hostname)
    except ValueError:
        return False
