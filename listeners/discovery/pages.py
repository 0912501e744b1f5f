"""What a website shows of itself: feeds, the program that made it, its servers, its accounts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from listeners.discovery.addresses import account_at, known_address
from listeners.discovery.answers import (
    discourse_about,
    inner,
    lemmy_server,
    mastodon_server,
    name,
    table,
)
from listeners.discovery.candidate import Candidate, Found, Hosts, netloc_of, source_of
from listeners.discovery.feeds import FEED_TYPES, feed, read_feed, read_forum, usual_feeds
from listeners.http import Answer
from listeners.model import Sentence
from listeners.networks.feeds.html import address, feeds_of_page, shown
from listeners.networks.forum.software import (
    DISCOURSE,
    UNKNOWN,
    feeds_to_try,
    roots_of,
    software_of,
)
from listeners.text import HTML_CAP

MOST_FEEDS: Final = 6
MOST_ACCOUNTS: Final = 8
"""Accounts elsewhere that a page links to and that are looked at."""

_SPEAKS_MASTODON: Final = frozenset(
    {"mastodon", "hometown", "glitch", "pleroma", "akkoma", "gotosocial", "snac", "friendica",
     "pixelfed", "iceshrimp", "sharkey", "takahe", "mitra"}
)  # fmt: skip
_BASE_URI: Final = re.compile(r'data-base-uri="(/[^"<>\s]{0,100})"')


# --- a page --------------------------------------------------------------------------------------


def read_page(wish: Candidate, answer: Answer, hosts: Hosts) -> Found | None:
    """Read the page that was typed: it is a feed, or leads to what its site offers."""
    if (itself := read_feed(wish, answer, hosts)) is not None:
        return itself
    text = answer.body.decode("utf-8", "replace")
    url, home = answer.url, wish.home
    feeds = feeds_of_page(text, url)
    software = software_of(text)
    more: list[Candidate] = []
    if software is DISCOURSE:
        more.append(_discourse(text, url, home))
    elif software is not UNKNOWN:
        base = roots_of(url)[-1]
        more.append(
            Candidate(
                hears=Sentence("the {software} forum at {address}",
                               {"software": software.title, "address": shown(base)}),
                source=source_of("forum", what=base),
                urls=feeds_to_try(software, url, feeds),
                read=read_forum,
                home=home,
                accept=FEED_TYPES,
            )
        )  # fmt: skip
    else:
        more += [feed(one, home=home) for one in _fullest(feeds)[:MOST_FEEDS]]
        if not feeds:
            more.append(usual_feeds(url, home))
    return Found(more=(*more, *accounts_on(text, url, hosts)))


def _fullest(feeds: tuple[str, ...]) -> list[str]:
    """Return feeds without those of the same path in another format."""
    kept: dict[str, str] = {}
    for url in feeds:
        parts = urlsplit(url)
        plain = re.sub(r"(?:(?:atom|rss2?|feed|index)(?:\.(?:xml|json))?/?)+$", "", parts.path)
        comments = "comments" if "comment" in parts.path + parts.query else ""
        kept.setdefault(f"{parts.netloc}{plain}{comments}?{_unformatted(parts.query)}", url)
    return list(kept.values())


def _unformatted(query: str) -> str:
    return re.sub(r"(?:atom|rss2?|rdf|json)", "", query)


def _discourse(text: str, url: str, home: str) -> Candidate:
    found = _BASE_URI.search(text)
    parts = urlsplit(url)
    base = parts._replace(path=found[1] if found else "", query="", fragment="").geturl()
    base = base.rstrip("/")
    return Candidate(
        hears=Sentence("the Discourse forum at {address}", {"address": shown(base)}),
        source=source_of("discourse", base_url=base),
        urls=(f"{base}/about.json",),
        read=discourse_about,
        home=home,
        needs=(
            Sentence("A public forum needs no key; one that is closed to guests and answering do."),
        ),
    )


def accounts_on(text: str, url: str, hosts: Hosts) -> tuple[Candidate, ...]:
    """Return the accounts on other networks that a page links to."""
    found: dict[str, Candidate] = {}
    for link, own in _links(text, url):
        host = urlsplit(link).hostname or ""
        if host == (urlsplit(url).hostname or ""):
            continue
        for one in known_address(link, hosts) or ():
            if not (own or _is_account(one, link)):
                continue
            name = f"{one.network} {dict(one.source)} {one.hears.values}"
            found.setdefault(name, replace(one, guess=True))
        if own and (account := account_at(link, hosts)) is not None:
            found.setdefault(link, replace(account, guess=True))
        if len(found) >= MOST_ACCOUNTS:
            break
    return tuple(found.values())[:MOST_ACCOUNTS]


def _is_account(one: Candidate, link: str) -> bool:
    """Whether a link names somebody, not one thing somebody made: a page quotes many of those."""
    if one.way_round:
        return len([part for part in urlsplit(link).path.split("/") if part]) <= 2
    network, what = one.source.get("network"), str(one.source.get("what", ""))
    if network == "github" and "/" in what:
        return False
    # A channel by its name has no source before its page was read.
    return not what.startswith(("video:", "story:")) and bool(what or not one.source)


def _links(text: str, url: str) -> Iterator[tuple[str, bool]]:
    """Yield the links of a page and whether it calls them its own (``rel="me"``), those first."""
    nodes = LexborHTMLParser(text[:HTML_CAP]).css("a[href], link[href]")
    seen = [(node, "me" in (node.attributes.get("rel") or "").lower().split()) for node in nodes]
    for node, own in sorted(seen, key=lambda one: not one[1]):
        if (own or node.tag == "a") and (target := address(node.attributes.get("href") or "", url)):
            yield target, own


# --- what a server says of itself ----------------------------------------------------------------


def read_nodeinfo_links(wish: Candidate, answer: Answer, _hosts: Hosts) -> Found | None:
    """Read where a server's NodeInfo is (/.well-known/nodeinfo)."""
    links = table(answer).get("links")
    records = [one for one in links if isinstance(one, dict)] if isinstance(links, list) else []
    targets = [str(one.get("href", "")) for one in records if "nodeinfo" in str(one.get("rel"))]
    # Another server's word about this one is worth nothing.
    own = [one for one in targets if netloc_of(one) == netloc_of(answer.url)]
    if not own:
        return None
    then = Candidate(
        hears=wish.hears, source={}, urls=(own[-1],), read=read_nodeinfo, guess=True, home=wish.home
    )
    return Found(more=(then,))


def read_nodeinfo(wish: Candidate, answer: Answer, _hosts: Hosts) -> Found | None:
    """Read which program a server runs (NodeInfo 1.0 to 2.1)."""
    program = name(inner(table(answer), "software"), "name").lower()
    parts = urlsplit(answer.url)
    base = f"{parts.scheme}://{parts.netloc}"
    make = next((make for names, make in _SERVERS if program in names), None)
    return Found(more=(make(base, wish.home),)) if make is not None else None


def mastodon(base: str, home: str, *, guess: bool = False) -> Candidate:
    """Return the candidate of a server that speaks Mastodon's API."""
    return Candidate(
        hears=Sentence("the server {address}", {"address": shown(base)}),
        source=source_of("mastodon", base_url=base),
        urls=(f"{base}/api/v1/instance",),
        read=mastodon_server,
        home=home,
        guess=guess,
        needs=(
            Sentence(
                "Without a key only the #tags of the brand's query are read there; with an access "
                'token (token = "env:NAME") its words, notifications and live streams too.'
            ),
        ),
    )


def _lemmy(base: str, home: str) -> Candidate:
    return Candidate(
        hears=Sentence("the Lemmy instance {address}", {"address": shown(base)}),
        source=source_of("lemmy", base_url=base),
        urls=(f"{base}/api/v3/site", f"{base}/api/v4/site"),
        read=lemmy_server,
        home=home,
        needs=(Sentence("No key is needed to listen; answering wants the cookie of an account."),),
    )


_SERVERS: Final[tuple[tuple[frozenset[str], Callable[[str, str], Candidate]], ...]] = (
    (_SPEAKS_MASTODON, mastodon),
    (frozenset({"lemmy"}), _lemmy),
)
