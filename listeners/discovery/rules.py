"""What was typed, and what it may name: the rules of discovery. Pure.

An address, a handle, a name; each is a few candidates, the surest first.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from listeners.discovery import answers, places
from listeners.discovery.addresses import account_at, known_address
from listeners.discovery.candidate import Candidate, Hosts, keyed_source, netloc_of, source_of
from listeners.discovery.pages import read_nodeinfo_links, read_page
from listeners.model import Sentence
from listeners.networks.nostr.key import key_of as nostr_key
from listeners.text import clean_line, fold

LONGEST: Final = 300
"""Characters of what is typed that are read."""

_HOST = r"(?:[\w-]+(?:\.[\w-]+)+|localhost|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?"
_WEB = re.compile(rf"(?:feed:(?://)?)?(?:https?://\S+|{_HOST}(?:[/?#]\S*)?)", re.IGNORECASE)
_AT_SERVER = re.compile(rf"@?([\w.+-]{{1,64}})@({_HOST})")
_COMMUNITY = re.compile(rf"(?:!|/?c/)([\w.-]{{2,60}})@({_HOST})")
_ROOM = re.compile(rf"[#!]([^\s:#!]{{1,200}}):({_HOST})")
_MATRIX_LINK = re.compile(r"(?:https?://)?matrix\.to/#/([^?\s]+)(?:\?\S*)?", re.IGNORECASE)
_REDDIT = re.compile(r"/?(r|u|user)/([\w+-]{2,60})/?")
_REPOSITORY = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]{0,38})/([\w.-]{1,100})")
_APP = re.compile(r"id(\d{5,12})|(\d{6,12})")
_TAG = re.compile(r"#([^\s#:]{1,100})")
_INSIDE: Final = (".local", ".localhost", ".internal", ".lan", ".home", ".home.arpa", ".test")


def candidates(text: str, hosts: Hosts | None = None) -> tuple[Candidate, ...]:
    """Return what a text may name; none where it names nothing."""
    hosts = hosts or Hosts()
    typed = clean_line(text, LONGEST).strip()
    if not typed.isprintable():
        return ()
    if found := _MATRIX_LINK.fullmatch(typed):
        typed = unquote(found[1])
    if key := nostr_key(typed.removeprefix("nostr:")):
        return (_nostr_key(typed.removeprefix("nostr:"), key),)
    if typed.startswith(("wss://", "ws://")):
        return (_relay(typed),)
    if typed.startswith("did:"):
        return (places.bluesky_account(typed, hosts),)
    if found := _ROOM.fullmatch(typed):
        return (_room(typed, found[2], hosts),)
    if found := _COMMUNITY.fullmatch(typed):
        return (_community(found[1], found[2], hosts),)
    if found := _AT_SERVER.fullmatch(typed):
        return (
            places.mastodon_account(found[1], found[2], hosts),
            _at_domain(found[1], found[2], hosts),
        )
    if found := _REDDIT.fullmatch(typed):
        make = places.subreddit if found[1] == "r" else places.redditor
        return (make(found[2], hosts),)
    if found := _APP.fullmatch(typed):
        return (places.app(found[1] or found[2], "", hosts),)
    if found := _TAG.fullmatch(typed):
        return _tag(found[1], hosts)
    if _WEB.fullmatch(typed):
        return _web(typed, hosts)
    if found := _REPOSITORY.fullmatch(typed):
        return (places.github_repository(found[1], found[2], hosts),)
    return _name(typed, hosts)


# --- web addresses -------------------------------------------------------------------------------


def _web(typed: str, hosts: Hosts) -> tuple[Candidate, ...]:
    bare = re.sub(r"^feed:(?://)?", "", typed, flags=re.IGNORECASE)
    addresses = (bare,) if "://" in bare else (f"https://{bare}", f"http://{bare}")
    try:
        parts = urlsplit(addresses[0])
        fit = bool(parts.hostname) and parts.port != 0
    except ValueError:
        fit = False
    if not fit:
        return ()
    known = known_address(addresses[0], hosts)
    if known is not None:
        return known
    return (*_account(addresses[0], hosts), *site(addresses, hosts))


def _account(url: str, hosts: Hosts) -> tuple[Candidate, ...]:
    account = account_at(url, hosts)
    return () if account is None else (account,)


def site(addresses: tuple[str, ...], hosts: Hosts) -> tuple[Candidate, ...]:
    """Return what a website may offer: asked first what runs there (NodeInfo), then its page.

    Others are asked about public names only: those of a private network are nobody's business.
    """
    netloc = netloc_of(addresses[0])
    host = (urlsplit(addresses[0]).hostname or "").lower()
    address = Sentence("the website {address}", {"address": netloc})
    roots = [f"{urlsplit(one).scheme}://{netloc}" for one in addresses]
    nodeinfo = Candidate(
        hears=address,
        source={},
        urls=tuple(f"{root}/.well-known/nodeinfo" for root in roots),
        read=read_nodeinfo_links,
        guess=True,
        home=netloc,
    )
    page = Candidate(
        hears=address, source={}, urls=addresses, read=read_page, home=netloc, network="feeds"
    )
    if is_inside(host):
        return (nodeinfo, page)
    plain = host.removeprefix("www.")
    return (
        nodeinfo,
        page,
        places.hackernews_links(plain, hosts),
        places.lobsters("domain", plain, hosts, guess=True),
        places.bluesky_account(plain, hosts, guess=True),
    )


def is_inside(host: str) -> bool:
    """Whether a host is this machine's or its own network's, or no public name at all."""
    if "." not in host or host.endswith(_INSIDE):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


# --- handles -------------------------------------------------------------------------------------


def _nostr_key(typed: str, key: str) -> Candidate:
    return Candidate(
        hears=Sentence("what is said of and to the key {key}…", {"key": key[:12]}),
        source=source_of("nostr", what=typed),
        said=Sentence("The key is well formed; large public relays are asked for it."),
    )


def _relay(address: str) -> Candidate:
    scheme = "https" if address.startswith("wss:") else "http"
    return Candidate(
        hears=Sentence("the brand's tags and keys on the relay {address}", {"address": address}),
        source=source_of("nostr", what=address),
        urls=(f"{scheme}://{address.partition('://')[2]}",),
        read=answers.nostr_relay,
        accept="application/nostr+json",
        home=netloc_of(address),
    )


def _at_domain(user: str, domain: str, hosts: Hosts) -> Candidate:
    """Return the candidate of a name at a domain that leads to a key of Nostr (NIP-05)."""
    return Candidate(
        hears=Sentence("what is said of and to {name} on Nostr", {"name": f"{user}@{domain}"}),
        source=source_of("nostr", what=user),
        urls=(f"{hosts.server(domain)}/.well-known/nostr.json?name={quote(user)}",),
        read=answers.nostr_name,
        guess=True,
    )


def _room(alias: str, server: str, hosts: Hosts) -> Candidate:
    base = hosts.server(server)
    whole = alias.startswith("#")
    room = f"{base}/_matrix/client/v3/directory/room/{quote(alias, safe='')}"
    return Candidate(
        hears=Sentence("the Matrix room {room}", {"room": alias}),
        source=keyed_source("matrix", base_url=base, what=alias),
        urls=(room, f"{base}/.well-known/matrix/client") if whole else (),
        read=answers.matrix_room,
        needs=(
            Sentence(
                "An account of yours must be in the room. If it lives on another homeserver, write "
                "that one as base_url."
            ),
        ),
        said=None if whole else Sentence("A room's id can be asked by members only."),
        home=server,
    )


def _community(name: str, server: str, hosts: Hosts) -> Candidate:
    base = hosts.server(server)
    return Candidate(
        hears=Sentence("the community {name}", {"name": f"!{name}@{server}"}),
        source=source_of("lemmy", base_url=base, what=f"c/{name}@{server}"),
        urls=(
            f"{base}/api/v3/community?name={quote(name)}",
            f"{base}/api/v4/community?name={quote(name)}",
        ),
        read=answers.lemmy_community,
        home=server,
    )


def _tag(tag: str, hosts: Hosts) -> tuple[Candidate, ...]:
    low = tag.lower()
    mastodon = Candidate(
        hears=Sentence("#{tag} on Mastodon", {"tag": tag}),
        source=source_of("mastodon", what=f"#{tag}"),
        urls=(f"{hosts.mastodon}/api/v1/timelines/tag/{quote(tag, safe='')}?limit=1",),
        read=answers.mastodon_tag,
    )
    return (
        mastodon,
        places.bluesky_tag(tag),
        places.dev_tag(low, hosts, guess=True),
        places.lobsters("tag", low, hosts, guess=True),
        places.stack_tag("stackoverflow", low, hosts, guess=True),
    )


# --- names ---------------------------------------------------------------------------------------


def _name(typed: str, hosts: Hosts) -> tuple[Candidate, ...]:
    """Return where a name may be used: as it is searched for, and as accounts would spell it."""
    words = typed.removeprefix("@")
    joined = re.sub(r"[^a-z0-9_-]", "", fold(words).lower())
    if not joined or len(joined) < 2:
        return ()
    searched = Candidate(
        hears=Sentence("“{words}” on Hacker News", {"words": words}),
        source=source_of("hackernews", what=words),
        urls=(f"{hosts.hackernews}/api/v1/search?query={quote(words)}&hitsPerPage=0",),
        read=answers.hackernews_words,
        guess=True,
    )
    alert = Candidate(
        hears=Sentence("“{words}” in Google's index", {"words": words}),
        source={},
        network="feeds",
        way_round=True,
        said=Sentence(
            "A Google Alert is made by hand: at google.com/alerts, deliver it to an RSS feed, and "
            "give that feed's address here."
        ),
    )
    accounts = (
        places.subreddit(joined, hosts, guess=True),
        places.bluesky_account(f"{joined.replace('_', '-')}.bsky.social", hosts, guess=True),
        *places.youtube_channel(f"@{joined}", hosts, guess=True),
        places.github_owner(joined, hosts, guess=True),
        places.stack_tag("stackoverflow", joined, hosts, guess=True),
        places.dev_tag(joined.replace("-", ""), hosts, guess=True),
    )
    if typed.startswith("@"):
        people = (
            places.hackernews_user(words, hosts, guess=True),
            places.dev_user(joined, hosts, guess=True),
            places.telegram(joined),
        )
        return (*accounts, *people)
    return (searched, *accounts, alert)
