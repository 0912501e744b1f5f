"""Bytes of a feed made into text that the feed parser can read at once and in bounded time.

Real feeds lie about their encoding, start with an empty line, use HTML's entities and hold control
characters; hostile ones feed the parser's regular expressions what they are quadratic in. Both are
dealt with here, before the parser sees anything.
"""

from __future__ import annotations

import codecs
import html.entities
import re
from typing import Final
from xml.parsers import expat

MOST_ENTRIES: Final = 5000
"""Entries of one page that are read; the rest would cost a gigabyte at 5 MB of ``<item>``."""
MOST_TAGS: Final = 10_000
"""Categories of one page: the parser looks through an entry's tags for each new one."""
MOST_CHARACTERS: Final = 8_000_000
"""Characters of one page that are read, its entities unfolded."""
LOOSE_CAP: Final = 2_000_000
"""Characters of a feed that is not well-formed: the tolerant parser is twenty times slower."""

_BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)
# The first "<" of a document without a byte order mark (XML 1.0, appendix F).
_FIRST_SIGNS: Final = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
_DECLARED = re.compile(rb"^\s{0,99}<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}[\"']([\w.:-]{1,40})")
# Codecs of Python's own that no document is written in; some take quadratic time.
_NOT_FOR_DOCUMENTS: Final = frozenset(
    {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"}
)
_SUPERSETS: Final = {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "ascii": "utf-8"}

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SUBSET_END = re.compile(r"\]\s{0,99}>")
_NAME = re.compile(r"<(?:[\w.-]{1,40}:)?([\w.-]{1,40})")
_ROOT = re.compile(r"<(?=[A-Za-z_])")
_ENTITY_DECLARATION = re.compile(
    r"<!ENTITY\s{1,9}([\w.-]{1,40})\s{1,9}\"(&#\w{1,8};|[^&\"<]{1,32})\""
)
_REFERENCE = re.compile(r"&(?:([A-Za-z][A-Za-z0-9]{1,31})|#(\d{1,7})|#[xX]([0-9A-Fa-f]{1,6}));")
_XML_NAMES: Final = frozenset({"amp", "lt", "gt", "quot", "apos"})
_ENTRY = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)\b", re.IGNORECASE)
_TAG = re.compile(r"<(?:[\w.-]{1,40}:)?(?:category|subject|keywords|tags?)\b", re.IGNORECASE)
# Elements in which the parser looks for a mail address, in time quadratic to their length.
_AUTHOR_TAG = re.compile(
    r"<(/?)(?:[\w.-]{1,40}:)?(author|creator|publisher|managingeditor|webmaster|owner|contributor)"
    r"\b[^<>]{0,400}>",
    re.IGNORECASE,
)
_LONGEST_AUTHOR: Final = 1000


def decode(body: bytes, charset: str = "") -> str:
    """Return the text of a feed, whatever its declaration and the server's ``charset`` claim.

    A byte order mark wins; then UTF-8, if the bytes are UTF-8; then the document's declaration,
    the server's claim, and Windows-1252. Never raises: what cannot be decoded becomes U+FFFD.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    for signs, encoding in _FIRST_SIGNS:
        if body.startswith(signs):
            return body.decode(encoding, "replace")
    found = _DECLARED.match(body)
    declared = _usable(found[1].decode("ascii")) if found else ""
    # Seven-bit encodings with escape sequences are valid UTF-8 and mean something else.
    if declared.startswith(("iso2022", "hz")) and (text := _strict(body, declared)) is not None:
        return text
    for encoding in ("utf-8", declared, _usable(charset), ""):
        if encoding and (text := _strict(body, encoding)) is not None:
            return text
    damaged = body.decode("utf-8", "replace")
    broken = damaged.count("\ufffd")
    # A cut or a stray byte in UTF-8, not another encoding: most of what is not ASCII decodes.
    if sum(char > "\x7f" for char in damaged) > 4 * broken:
        return damaged
    return body.decode("cp1252", "replace")


def _usable(name: str) -> str:
    """Return the codec of a claimed encoding, its superset where one exists, or ""."""
    try:
        codec = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        return ""
    return "" if codec in _NOT_FOR_DOCUMENTS else _SUPERSETS.get(codec, codec)


def _strict(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def root_name(text: str) -> str:
    """Return the local name of a document's first element, in lower case."""
    found = _NAME.match(_split_prolog(text)[1])
    return found[1].lower() if found else ""


def tame(text: str) -> tuple[bytes, bool]:
    """Return well-behaved UTF-8 XML without declaration and DOCTYPE, and whether it was cut.

    White space and an XML declaration before the root go, named entities become characters (the
    document's own too, if they stand for a few characters; others stay unexpanded), control
    characters go, and what exceeds the limits of this module is cut off.
    """
    text = _ILLEGAL.sub("", text)
    prolog, text = _split_prolog(text)
    own: dict[str, str] = dict(_ENTITY_DECLARATION.findall(prolog[:65_536]))

    def character(match: re.Match[str]) -> str:
        name, decimal, hexadecimal = match.groups()
        if not name:
            code = int(decimal) if decimal else int(hexadecimal, 16)
            legal = code < 0x110000 and not _ILLEGAL.match(chr(code))
            return match[0] if legal else "\ufffd"
        if name in own:
            return own[name]
        if name in _XML_NAMES or f"{name};" not in html.entities.html5:
            return match[0]
        return "".join(f"&#{ord(char)};" for char in html.entities.html5[f"{name};"])

    unfolded = _REFERENCE.sub(character, text)
    kept = _first(_ENTRY, unfolded[:MOST_CHARACTERS], MOST_ENTRIES)
    kept = _first(_TAG, kept, MOST_TAGS)
    cut = len(kept) < len(unfolded)
    kept = _tame_authors(kept)
    data = kept.encode()
    if len(kept) > LOOSE_CAP and not _is_well_formed(data):
        return kept[:LOOSE_CAP].encode(), True
    return data, cut


def _split_prolog(text: str) -> tuple[str, str]:
    """Return what stands before the root element (declaration, comments, DOCTYPE), and the rest."""
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
        elif text.startswith("<!--", at):
            at = _after(text, "-->", at)
        elif text.startswith("<?", at):
            at = _after(text, "?>", at)
        elif text.startswith("<!", at):
            subset, end = text.find("[", at), text.find(">", at)
            if 0 <= subset < end:
                found = _SUBSET_END.search(text, subset)
                at = found.end() if found else len(text)
            else:
                at = _after(text, ">", at)
        else:
            break
    root = _ROOT.search(text, at)
    start = root.start() if root else at
    return text[:start], text[start:]


def _after(text: str, sign: str, start: int) -> int:
    end = text.find(sign, start)
    return len(text) if end < 0 else end + len(sign)


def _tame_authors(text: str) -> str:
    """Take the author elements out of a feed whose authors are absurdly long or do not nest.

    The parser's search for a mail address took 80 s for an author of 100 KB.
    """
    opened: re.Match[str] | None = None
    for tag in _AUTHOR_TAG.finditer(text):
        if tag[0].endswith("/>"):
            continue
        closing = tag[1] == "/"
        strange = closing != (opened is not None)
        if opened is not None:
            strange |= opened[2].lower() != tag[2].lower()
            strange |= tag.start() - opened.end() > _LONGEST_AUTHOR
        if strange:
            return _AUTHOR_TAG.sub("", text)
        opened = None if closing else tag
    return text


def _first(pattern: re.Pattern[str], text: str, most: int) -> str:
    """Return the text up to where the pattern is found for more than the allowed time."""
    for count, match in enumerate(pattern.finditer(text)):
        if count >= most:
            return text[: match.start()]
    return text


def _is_well_formed(data: bytes) -> bool:
    parser = expat.ParserCreate("utf-8", " ")
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        return False
    return True
