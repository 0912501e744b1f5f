"""RSS, RDF and Atom as feeds: what the feed parser found, put into our words.

The parser is given a stream of bytes, never bytes or text alone: it would take those for the
name of a file to open.
"""

from __future__ import annotations

import calendar
import html
import io
import re
import time
from collections.abc import Mapping
from email.utils import parseaddr
from typing import Final, cast

import feedparser

from listeners.importing.dates import YEARS, read_date
from listeners.model import SECOND, BadRecord, Micros, Sentence
from listeners.networks.feeds.bytes import decode, root_name, tame
from listeners.networks.feeds.entry import Entry, Feed, NotAFeedError
from listeners.networks.feeds.html import address, feeds_of_page, links_of, shown, unwrap
from listeners.text import html_to_text, links_in

_SNIFFED: Final = 65_536
"""Characters at the start in which a feed says what it is and how often it changes."""
_FEED_ROOTS: Final = frozenset({"rss", "rdf", "feed", "channel"})
_PAGE_ROOT = re.compile(r"<(?:!doctype\s{1,9}html|html|head|body)\b", re.IGNORECASE)
_SKIP_HOURS = re.compile(
    r"<skipHours\b[^>]{0,99}>(.{0,2000}?)</skipHours", re.IGNORECASE | re.DOTALL
)
_HOUR = re.compile(r"<hour\b[^>]{0,99}>\s{0,9}(\d{1,2})\s{0,9}<", re.IGNORECASE)
_PERIODS: Final = {
    "hourly": 3600.0,
    "daily": 86_400.0,
    "weekly": 7 * 86_400.0,
    "monthly": 30 * 86_400.0,
    "yearly": 365 * 86_400.0,
}
_HTML_TYPES: Final = frozenset({"text/html", "application/xhtml+xml", "html", "xhtml"})
_RECORD_CAP: Final = 2000


def read_xml(body: bytes, charset: str, url: str) -> Feed:
    """Return the feed in these bytes, fetched from ``url`` with the server's ``charset``.

    Takes long (0.2 s for a hundred entries) and must run in a thread of its own.

    Raises:
        NotAFeedError: it is a web page, plain text, or XML of another kind.
    """
    text = decode(body, charset)
    start = text[:_SNIFFED]
    if root_name(text) not in _FEED_ROOTS and _PAGE_ROOT.search(start[:2000]):
        raise NotAFeedError(
            Sentence("{address} is a web page, not a feed.", {"address": shown(url)}),
            page=True,
            feeds=feeds_of_page(text, url),
        )
    data, cut = tame(text)
    found = _parse(data, url)
    entries = [entry for entry in _list(found, "entries") if isinstance(entry, Mapping)]
    if not entries and not found.get("version"):
        raise NotAFeedError(
            Sentence("{address} holds no feed that hubbub can read.", {"address": shown(url)})
        )
    if not entries and found.get("bozo"):
        raise NotAFeedError(
            Sentence(
                "The feed of {address} is damaged: not one entry of it could be read.",
                {"address": shown(url)},
            )
        )
    about = _mapping(found, "feed")
    wordpress = "wordpress" in _text(about, "generator").lower()
    read = [_entry(entry, url, wordpress=wordpress) for entry in entries]
    return Feed(
        title=_plain(about, "title"),
        link=address(_text(about, "link"), url),
        author=_author(about)[0],
        lang=_text(about, "language"),
        entries=tuple(entry for entry in read if isinstance(entry, Entry)),
        bad=tuple(entry for entry in read if isinstance(entry, BadRecord)),
        cut=cut or bool(found.get("bozo")),
        period=_period(about),
        skip_hours=_skip_hours(start),
        next_page=_older_page(about, url),
        paged=wordpress,
    )


def _older_page(about: Mapping[str, object], url: str) -> str:
    """Return where older entries are: the next page, or the archive before (RFC 5005)."""
    for relation in ("next", "prev-archive"):
        for link in _links(about, relation):
            if found := address(_text(link, "href"), url):
                return found
    return ""


def _parse(data: bytes, url: str) -> Mapping[str, object]:
    try:
        found = feedparser.parse(
            io.BytesIO(data),
            response_headers={
                "content-type": "application/xml; charset=utf-8",
                "content-location": url,
            },
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception as error:  # whatever a hostile feed makes the parser stumble over
        raise NotAFeedError(
            Sentence("The feed of {address} is too damaged to be read.", {"address": shown(url)})
        ) from error
    return cast("Mapping[str, object]", found)


# The parser lets a feed's own element names overwrite its results, with any type: every value is
# looked at before it is used. ``dict.get`` goes round the parser's aliases, which warn.


def _get(table: Mapping[str, object], key: str) -> object:
    return dict.get(cast("dict[str, object]", table), key)


def _text(table: Mapping[str, object], key: str) -> str:
    value = _get(table, key)
    return value.strip() if isinstance(value, str) else ""


def _mapping(table: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = _get(table, key)
    return value if isinstance(value, Mapping) else {}


def _list(table: Mapping[str, object], key: str) -> list[object]:
    value = _get(table, key)
    return value if isinstance(value, list) else []


def _mappings(table: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    return [value for value in _list(table, key) if isinstance(value, Mapping)]


def _links(table: Mapping[str, object], rel: str) -> list[Mapping[str, object]]:
    return [link for link in _mappings(table, "links") if _text(link, "rel") == rel]


def _plain(table: Mapping[str, object], key: str) -> str:
    """Return the text of a field that may be HTML, as the parser says or the feed declares."""
    value = _text(table, key)
    return _as_text(value, _text(_mapping(table, f"{key}_detail"), "type"))


def _as_text(value: str, kind: str) -> str:
    return html_to_text(value) if kind in _HTML_TYPES else value


def _entry(table: Mapping[str, object], url: str, *, wordpress: bool) -> Entry | BadRecord:
    link = _link(table, url)
    body, kind = _body(table)
    title = _plain(table, "title")
    text = _as_text(body, kind)
    source = _mapping(table, "source")
    published, stamp = _moment(table, "published")
    if published is None:
        published, stamp = _moment(table, "created")
    updated, changed = _moment(table, "updated")
    author, author_url = _author(table)
    native = _text(table, "id")
    if not (native or link or title or text):
        return BadRecord(
            str(dict(table))[:_RECORD_CAP],
            Sentence("An entry of the feed has no id, link, title or text."),
        )
    related = [address(_text(each, "href"), url) for each in _links(table, "related")]
    links = links_of(body, link or url) if kind in _HTML_TYPES else links_in(text)
    return Entry(
        id=native,
        link=link,
        title=title,
        text=text,
        author=author,
        author_url=address(author_url, url),
        published=published or updated,
        updated=updated,
        stamp=stamp or changed,
        lang=_language(table),
        tags=tuple(
            tag for tag in (_text(each, "term") for each in _mappings(table, "tags")) if tag
        ),
        links=tuple(dict.fromkeys([each for each in related if each] + list(links))),
        reply_to=_reply_to(table),
        comment_feed=_comment_feed(table, url, wordpress=wordpress),
        replies=_count(table, "slash_comments", "thr_total"),
        publisher=_plain(source, "title"),
        publisher_url=address(_text(source, "href") or _text(source, "link"), url),
    )


def _link(table: Mapping[str, object], url: str) -> str:
    """Return where the entry can be read: the original of a proxied link, the link, any other."""
    candidates = [_text(table, "feedburner_origlink"), _text(table, "link")]
    candidates += [_text(each, "href") for each in _links(table, "alternate")]
    candidates += [_text(each, "href") for each in _links(table, "enclosure")]
    found = (address(each, url) for each in candidates if each)
    return unwrap(next((each for each in found if each), ""))


def _body(table: Mapping[str, object]) -> tuple[str, str]:
    """Return the fullest text of an entry and its type: its content, else its summary."""
    for content in _mappings(table, "content"):
        kind = _text(content, "type")
        if _text(content, "value") and (kind.startswith("text/") or kind in _HTML_TYPES):
            return _text(content, "value"), kind
    for key in ("summary", "subtitle", "media_description"):
        if value := _text(table, key):
            return value, _text(_mapping(table, f"{key}_detail"), "type") or "text/html"
    return "", ""


def _author(table: Mapping[str, object]) -> tuple[str, str]:
    """Return the first author's name and address; a mail address only where there is no name."""
    people = [*_mappings(table, "authors"), _mapping(table, "author_detail")]
    person = next((each for each in people if _text(each, "name")), {})
    name, written = _text(person, "name"), _text(table, "author")
    # The parser knows mail addresses of short top-level domains only, and leaves their rests.
    if "@" in written and not (name and written.startswith(f"{name} (")):
        name = parseaddr(written)[0] or parseaddr(written)[1] or written
    name = name or written
    # It takes "(Ann)" apart and may keep the first bracket alone.
    name += ")" * (name.count("(") - name.count(")"))
    return html.unescape(name), _text(person, "href")


def _language(table: Mapping[str, object]) -> str:
    """Return the language the entry itself is declared in; the feed's own is no entry's word."""
    return _text(table, "language") or _text(table, "xml_lang")


def _reply_to(table: Mapping[str, object]) -> str:
    """Return the id this entry answers: ``thr:in-reply-to`` (RFC 4685), by any prefix."""
    for key in table:
        if key.endswith("in-reply-to"):
            answered = _mapping(table, key)
            return _text(answered, "ref") or _text(answered, "href")
    return ""


def _comment_feed(table: Mapping[str, object], url: str, *, wordpress: bool) -> str:
    """Return the feed of comments on an entry; WordPress names their parents in Atom alone."""
    found = address(_text(table, "wfw_commentrss"), url)
    if wordpress:
        found = found.replace("feed=rss2", "feed=atom")
        return found.removesuffix("/") + "/atom/" if found.endswith(("/feed", "/feed/")) else found
    return found


def _count(table: Mapping[str, object], *keys: str) -> int | None:
    for key in keys:
        digits = _text(table, key)
        if digits.isascii() and digits.isdigit() and len(digits) <= 9:
            return int(digits)
    return None


def _moment(table: Mapping[str, object], key: str) -> tuple[Micros | None, str]:
    """Return a date as a time and as it was written; the parser knows some more spellings."""
    written = _text(table, key)
    moment = read_date(written)
    parsed = _get(table, f"{key}_parsed")
    if moment is None and isinstance(parsed, time.struct_time) and parsed.tm_year in YEARS:
        moment = Micros(calendar.timegm(parsed) * SECOND)
    return moment, written


def _period(about: Mapping[str, object]) -> float | None:
    """Return how long the feed wants to be left alone: the longer of ``ttl`` and syndication."""
    wishes = []
    if minutes := _count(about, "ttl"):
        wishes.append(minutes * 60.0)
    if period := _PERIODS.get(_text(about, "sy_updateperiod").lower()):
        wishes.append(period / (_count(about, "sy_updatefrequency") or 1))
    return max(wishes, default=None)


def _skip_hours(start: str) -> frozenset[int]:
    found = _SKIP_HOURS.search(start)
    return frozenset(int(hour) % 24 for hour in _HOUR.findall(found[1])) if found else frozenset()
