"""Mastodon's JSON as posts: pure decoding, no network and no memory.

Wire format: docs.joinmastodon.org, entities Status, Account and Notification; checked against
recordings of 2.9 to 4.6 and a second server (snac2). Ids are opaque text that only this server
understands, and may change when a post is edited; ``uri`` is the same on every server, so it is
the native id. What decides identity is read strictly, ornaments are read tolerantly.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

import msgspec
from selectolax.lexbor import LexborHTMLParser

from listeners.clock import from_iso
from listeners.model import Author, BadRecord, Engagement, Micros, Post, Sentence
from listeners.networks.decoding import web_address
from listeners.networks.mastodon.accounts import NOBODY, OwnAccounts
from listeners.text import HTML_CAP, html_to_text

NETWORK = "mastodon"

ADDRESSING = frozenset({"mention", "quote"})
"""Kinds of notification that mean "somebody speaks to you"."""
TELLING = ADDRESSING | {"status", "update"}
"""Kinds of notification that carry somebody else's post; the rest tell of likes and follows."""

_OPEN = frozenset({"public", "unlisted", "local"})
_MOST_LINKS = 30
_MOST_NAMES = 100
_LONGEST_EVIDENCE = 20_000


class _WireAccount(msgspec.Struct):
    id: str | int
    acct: str
    username: str = ""
    display_name: object = None
    url: str | None = None
    uri: str | None = None
    bot: object = None
    followers_count: object = None
    note: object = None
    fields: object = None


class _WireStatus(msgspec.Struct):
    id: str | int
    uri: str
    account: _WireAccount
    created_at: object = None
    edited_at: object = None
    url: str | None = None
    content: str | None = None
    text: str | None = None
    spoiler_text: object = None
    language: object = None
    visibility: object = None
    in_reply_to_id: str | int | None = None
    in_reply_to_account_id: str | int | None = None
    reblog: _WireStatus | None = None
    quote: object = None
    mentions: object = None
    tags: object = None
    card: object = None
    favourites_count: object = None
    reblogs_count: object = None
    replies_count: object = None


class _WireNotification(msgspec.Struct):
    id: str | int
    type: str
    status: object = None


@dataclass(frozen=True, slots=True)
class Status:
    """A post with what only this server understands: its id, and the id of what it answers.

    ``accounts`` maps account ids of this server to lasting keys, and ``ours`` are such ids of our
    own accounts, as far as this post tells. ``original`` is what a repost repeats.
    """

    api_id: str
    post: Post
    reply_to: str | None = None
    reply_to_account: str | None = None
    accounts: tuple[tuple[str, str], ...] = ()
    ours: tuple[str, ...] = ()
    original: Status | None = None


class UnreadableError(ValueError):
    """A record is not what Mastodon documents; ``sentence`` says where it differs."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.sentence = Sentence(
            "A post from Mastodon could not be read: {fault}", {"fault": fault}
        )


def read_status(record: object, own: OwnAccounts = NOBODY) -> Status:
    """Return the post in a Status entity. Parents are left as ids of this server.

    Raises:
        UnreadableError: identity, author or text are missing or of another type.
    """
    try:
        return _status(msgspec.convert(record, _WireStatus), own)
    except (msgspec.ValidationError, RecursionError) as error:
        raise UnreadableError(str(error)) from error


def read_notification(record: object, own: OwnAccounts = NOBODY) -> Status | None:
    """Return the post a notification tells of; ``None`` for a like, a follow or a withheld post.

    Raises:
        UnreadableError: the notification, or the post in it, is not what Mastodon documents.
    """
    try:
        wire = msgspec.convert(record, _WireNotification)
    except msgspec.ValidationError as error:
        raise UnreadableError(str(error)) from error
    if wire.type not in TELLING or wire.status is None:
        return None
    status = read_status(wire.status, own)
    if wire.type not in ADDRESSING:
        return status
    return replace(status, post=replace(status.post, addressed=True))


def bad_record(record: object, fault: UnreadableError) -> BadRecord:
    """Return the dead letter of a record, cut to a length that can be kept."""
    try:
        evidence = json.dumps(record)
    except (ValueError, TypeError, RecursionError):
        evidence = repr(type(record))
    return BadRecord(evidence[:_LONGEST_EVIDENCE], fault.sentence)


def api_id_of(record: object) -> str | None:
    """Return the id this server gave a record, if it has one."""
    value = record.get("id") if isinstance(record, dict) else None
    return str(value) if isinstance(value, (str, int)) and value != "" else None


def created_at_of(record: object) -> Micros | None:
    """Return when a record says it was made, if it says so legibly."""
    return _time(record.get("created_at")) if isinstance(record, dict) else None


def _status(wire: _WireStatus, own: OwnAccounts) -> Status:
    if not wire.uri.isprintable() or not wire.uri:
        raise UnreadableError("the post's uri is no address")
    if wire.reblog is not None:
        return _repost(wire, wire.reblog, own)
    html = wire.content
    if html is None and wire.text is None:
        raise UnreadableError("the post has neither content nor text")
    author = _author(wire.account, own)
    mentions, ours = _named(wire, own)
    is_ours = own.spelling(wire.account.acct, author.url) is not None
    post = Post(
        network=NETWORK,
        native_id=wire.uri,
        author=author,
        text=html_to_text(html) if html is not None else (wire.text or ""),
        title=wire.spoiler_text if isinstance(wire.spoiler_text, str) else "",
        url=_printable(wire.url) or wire.uri,
        created_at=_time(wire.created_at),
        edited_at=_time(wire.edited_at),
        lang=_printable(wire.language) or None,
        links=_links(html or "", wire.card),
        tags=tuple(_texts(wire.tags, "name")),
        mentions=mentions,
        engagement=_engagement(wire),
        private=wire.visibility is not None and _printable(wire.visibility) not in _OPEN,
        addressed=not is_ours and _quotes_us(wire.quote, own),
        raw=_evidence(wire),
    )
    return Status(
        api_id=str(wire.id),
        post=post,
        reply_to=_id(wire.in_reply_to_id),
        reply_to_account=_id(wire.in_reply_to_account_id),
        accounts=((str(wire.account.id), author.key),),
        ours=(*ours, str(wire.account.id)) if is_ours else ours,
    )


def _repost(wire: _WireStatus, repeated: _WireStatus, own: OwnAccounts) -> Status:
    """Return a boost: the original's words, told by whoever repeats them."""
    original = _status(repeated, own)
    author = _author(wire.account, own)
    post = replace(
        original.post,
        native_id=wire.uri,
        author=author,
        created_at=_time(wire.created_at),
        edited_at=None,
        addressed=False,
        repost=True,
    )
    return Status(
        str(wire.id), post, accounts=((str(wire.account.id), author.key),), original=original
    )


def _author(account: _WireAccount, own: OwnAccounts) -> Author:
    if not _printable(account.acct):
        raise UnreadableError("the author has no name")
    url = _printable(account.url) or _printable(account.uri)
    spelled = own.spelling(account.acct, url) or ""
    return Author(
        # The uri is what servers authenticate; a far profile's url may be anybody's.
        key=_printable(account.uri) or url or account.acct,
        handle=account.acct if _is_web(spelled) else spelled or account.acct,
        name=account.display_name if isinstance(account.display_name, str) else "",
        url=url,
        followers=_count(account.followers_count),
        automated=account.bot is True,
        links=(*_links_of(account.fields), *_links_in(account.note)),
        verified=_links_of(account.fields, verified=True),
    )


def _links_of(fields: object, *, verified: bool = False) -> tuple[str, ...]:
    """Return the addresses in the table of a profile; those alone where a link back was seen."""
    found: dict[str, None] = {}
    for field in _tables(fields):
        value = field.get("value")
        if field.get("verified_at") or not verified:
            found.update(dict.fromkeys(_links_in(value)))
    return tuple(found)


def _links_in(markup: object) -> tuple[str, ...]:
    return _linked(markup) if isinstance(markup, str) and "href" in markup else ()


@lru_cache(maxsize=1_000)
def _linked(markup: str) -> tuple[str, ...]:
    """Return the addresses a profile links to, but for the people and hashtags it names."""
    anchors = LexborHTMLParser(markup[:HTML_CAP]).css("a[href]")[:_MOST_LINKS]
    named = ("mention" in (one.attributes.get("class") or "").split() for one in anchors)
    found = (web_address(one.attributes.get("href")) for one in anchors)
    return tuple(
        dict.fromkeys(
            link for link, is_name in zip(found, named, strict=True) if link and not is_name
        )
    )


def _named(wire: _WireStatus, own: OwnAccounts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the handles a post names, and the ids on this server of those that are ours."""
    handles: dict[str, None] = {}
    ours: list[str] = []
    for mention in _tables(wire.mentions):
        acct, address = _printable(mention.get("acct")), _printable(mention.get("url"))
        number, spelled = mention.get("id"), own.spelling(acct, address)
        if acct:
            handles[spelled or acct] = None
        if spelled and isinstance(number, (str, int)):
            ours.append(str(number))
    return tuple(handles), tuple(ours)


def _quotes_us(quote: object, own: OwnAccounts) -> bool:
    quoted = quote.get("quoted_status") if isinstance(quote, dict) else None
    account = quoted.get("account") if isinstance(quoted, dict) else None
    if not isinstance(account, dict):
        return False
    acct, url = _printable(account.get("acct")), _printable(account.get("url"))
    return own.spelling(acct, url) is not None


def _engagement(wire: _WireStatus) -> Engagement:
    return Engagement(
        likes=_count(wire.favourites_count),
        shares=_count(wire.reblogs_count),
        replies=_count(wire.replies_count),
    )


def _links(html: str, card: object) -> tuple[str, ...]:
    """Return the full targets of the links: Mastodon shows them shortened."""
    found: dict[str, None] = {}
    if "href" in html:
        for anchor in LexborHTMLParser(html[:HTML_CAP]).css("a[href]")[: 2 * _MOST_LINKS]:
            classes = (anchor.attributes.get("class") or "").split()
            target = _printable(anchor.attributes.get("href"))
            if "mention" not in classes and "hashtag" not in classes and _is_web(target):
                found[target] = None
    address = card.get("url") if isinstance(card, dict) else None
    if _is_web(_printable(address)):
        found[_printable(address)] = None
    return tuple(found)[:_MOST_LINKS]


def _is_web(address: str) -> bool:
    return address.startswith(("https://", "http://"))


def _evidence(wire: _WireStatus) -> bytes:
    """Return what was really sent, without the author's profile: it is not ours to keep."""
    kept = {
        "id": wire.id,
        "content": wire.content if wire.content is not None else wire.text,
        "visibility": wire.visibility,
        "in_reply_to_id": wire.in_reply_to_id,
    }
    return json.dumps(kept).encode()


def _printable(value: object) -> str:
    """Return a text that can be an address or a name: no controls, no halves of characters."""
    return value if isinstance(value, str) and value.isprintable() else ""


def _id(value: str | int | None) -> str | None:
    return None if value is None or value == "" else str(value)


def _time(value: object) -> Micros | None:
    if not isinstance(value, str):
        return None
    try:
        return from_iso(value)
    except ValueError:
        return None


def _count(value: object) -> int | None:
    """Return a count that a store can hold, else ``None``."""
    usable = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
    return cast(int, value) if usable else None


def _tables(value: object) -> Iterator[Mapping[str, object]]:
    if isinstance(value, list):
        yield from (item for item in value[:_MOST_NAMES] if isinstance(item, dict))


def _texts(value: object, key: str) -> Iterator[str]:
    for table in _tables(value):
        if text := _printable(table.get(key)):
            yield text
