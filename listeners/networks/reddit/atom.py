"""Reddit's Atom feeds as posts.

Checked against recorded feeds. An entry has its fullname as its id, the author as ``/u/NAME``, and
HTML that Reddit wraps: the author's own words stand in ``div.md``, and below them "submitted by",
``[link]`` and ``[comments]``. There is no score, no count, and no parent: a comment is said to
answer the submission it stands below.
"""

from __future__ import annotations

from xml.etree import ElementTree

from selectolax.lexbor import LexborHTMLParser

from listeners.model import BadRecord, Deletion, Post
from listeners.networks.decoding import UnreadableError, at_iso, bad_record, printable, web_address
from listeners.networks.feeds.bytes import decode, root_name, tame
from listeners.networks.reddit.decode import (
    GONE,
    NETWORK,
    TITLE,
    Thing,
    author_of,
    is_fullname,
    names_in,
    thread_of,
    words_of,
)
from listeners.text import HTML_CAP, html_to_text

_ATOM = "{http://www.w3.org/2005/Atom}"


class NoFeedError(ValueError):
    """What was answered is no Atom feed."""


def read_atom(body: bytes) -> tuple[list[Thing], list[BadRecord], list[str]]:
    """Return the posts of a feed in its order, what could not be read, and all its ids.

    Raises:
        NoFeedError: it is no Atom feed.
    """
    text = decode(body)
    if root_name(text) != "feed":
        raise NoFeedError
    data, _ = tame(text)
    try:
        # Declarations and entities of its own were taken away before.
        root = ElementTree.fromstring(data)  # noqa: S314
    except ElementTree.ParseError as error:
        raise NoFeedError from error
    things: list[Thing] = []
    bad: list[BadRecord] = []
    ids: list[str] = []
    for entry in root.iter(f"{_ATOM}entry"):
        if is_fullname(native_id := _said(entry, "id")):
            ids.append(native_id)
        try:
            if (thing := _thing(entry, native_id)) is not None:
                things.append(thing)
        except UnreadableError as fault:
            record = {child.tag.removeprefix(_ATOM): child.text for child in entry}
            bad.append(bad_record(record, fault))
    return things, bad, ids


def _thing(entry: ElementTree.Element, native_id: str) -> Thing | None:
    if native_id.startswith(("t2_", "t5_")):
        return None  # an account or a community that a search found
    if not is_fullname(native_id):
        raise UnreadableError(TITLE, "the post has no id")
    author = entry.find(f"{_ATOM}author")
    name = "" if author is None else _said(author, "name")
    name = printable(name).removeprefix("/").removeprefix("u/")
    text, links, target = _content(_said(entry, "content"))
    if name.casefold() in GONE or text.casefold() in GONE:
        return Deletion(NETWORK, native_id)
    if not name:
        raise UnreadableError(TITLE, "the author has no name")
    link = entry.find(f"{_ATOM}link")
    url = web_address(link.get("href")) if link is not None else ""
    is_comment = not native_id.startswith("t3_")
    root = thread_of(url) if is_comment else None
    title = "" if native_id.startswith("t1_") else html_to_text(_said(entry, "title"))
    if not (text or title):
        raise UnreadableError(TITLE, "the post has neither title nor text")
    if target and (is_comment or thread_of(target) != native_id):
        links = tuple(dict.fromkeys((target, *links)))
    is_message = native_id.startswith("t4_")
    return Post(
        network=NETWORK,
        native_id=native_id,
        author=author_of(name),
        text=text,
        title=title,
        url=url,
        created_at=at_iso(_said(entry, "published")) or at_iso(_said(entry, "updated")),
        parent_id=root,
        root_id=root,
        links=links,
        mentions=names_in(f"{title}\n{text}"),
        private=is_message,
        addressed=is_message,
    )


def _content(markup: str) -> tuple[str, tuple[str, ...], str]:
    """Return the author's own words, their links, and where a submitted link leads."""
    tree = LexborHTMLParser(markup[:HTML_CAP])
    own = tree.css_first("div.md")
    text, links = words_of(own.html or "") if own is not None else ("", ())
    target = ""
    for anchor in tree.css("span > a"):
        if anchor.text().strip() == "[link]":
            target = web_address(anchor.attributes.get("href"))
    if own is None and "[comments]" not in markup and "[link]" not in markup:
        text, links = words_of(markup)
    return text, links, target


def _said(element: ElementTree.Element, name: str) -> str:
    return (element.findtext(f"{_ATOM}{name}") or "").strip()
