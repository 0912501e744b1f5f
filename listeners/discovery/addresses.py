"""Web addresses on networks hubbub knows: what each of them names, and how to ask whether it is.

Pure. Forms of addresses: the networks' own pages, 2026.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import parse_qs, quote, unquote, urlsplit

from listeners.discovery import answers
from listeners.discovery.candidate import Candidate, Hosts, keyed_source, source_of
from listeners.discovery.feeds import read_youtube_page
from listeners.discovery.places import (
    app,
    bluesky_account,
    bluesky_tag,
    dev_tag,
    dev_user,
    github_owner,
    github_repository,
    hackernews_links,
    hackernews_user,
    lobsters,
    mastodon_account,
    redditor,
    stack_tag,
    subreddit,
    telegram,
    youtube_channel,
    youtube_video,
)
from listeners.discovery.walled import walled
from listeners.model import Sentence

_GITHUB_PAGES: Final = frozenset(
    {"about", "apps", "collections", "contact", "customer-stories", "enterprise", "explore",
     "features", "issues", "login", "marketplace", "new", "notifications", "orgs", "pricing",
     "pulls", "search", "security", "settings", "site", "sponsors", "team", "topics", "trending"}
)  # fmt: skip
_STACK_SITES: Final = frozenset(
    {"stackoverflow.com", "serverfault.com", "superuser.com", "askubuntu.com", "stackapps.com",
     "mathoverflow.net"}
)  # fmt: skip


def known_address(url: str, hosts: Hosts) -> tuple[Candidate, ...] | None:
    """Return what an address on a network hubbub knows names, ``None`` for any other website."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    host = (parts.hostname or "").lower().removeprefix("www.").removeprefix("m.")
    path = [unquote(one) for one in parts.path.split("/") if one]
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    make = _NETWORKS.get(host)
    if make is None and host.endswith(".reddit.com"):
        make = _reddit
    if make is None and (host in _STACK_SITES or host.endswith(_STACK_HOSTS)):
        return _stack(host, path, hosts)
    if make is not None:
        return make(path, query, hosts)
    advice = walled(host, parts.path)
    return None if advice is None else (advice,)


_STACK_HOSTS: Final = (".stackexchange.com", ".stackoverflow.com")


def account_at(url: str, hosts: Hosts) -> Candidate | None:
    """Return the Mastodon account at an address such as ``https://social.example/@kerlann``."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    found = re.fullmatch(r"/@([\w.-]{1,64})(?:@([\w.:-]{3,200}))?/?", parts.path)
    if not found or not parts.netloc:
        return None
    return mastodon_account(found[1], found[2] or parts.netloc.rpartition("@")[2], hosts)


# --- the paths of each network's addresses -------------------------------------------------------

Path = Sequence[str]
Query = Mapping[str, str]


def _bluesky(path: Path, _query: Query, hosts: Hosts) -> tuple[Candidate, ...]:
    if len(path) > 1 and path[0] == "profile":
        return (bluesky_account(path[1], hosts),)
    if len(path) > 1 and path[0] == "hashtag":
        return (bluesky_tag(path[1]),)
    return ()


def _reddit(path: Path, _query: Query, hosts: Hosts) -> tuple[Candidate, ...]:
    if len(path) > 1 and path[0] == "r":
        return (subreddit(path[1], hosts),)
    if len(path) > 1 and path[0] in ("u", "user"):
        return (redditor(path[1], hosts),)
    return ()


def _github(path: Path, _query: Query, hosts: Hosts) -> tuple[Candidate, ...]:
    if path and path[0] == "orgs":
        path = path[1:]
    elif not path or path[0] in _GITHUB_PAGES:
        return ()
    if len(path) > 1:
        return (github_repository(path[0], path[1].removesuffix(".git"), hosts),)
    return (github_owner(path[0], hosts),) if path else ()


def _hackernews(path: Path, query: Query, hosts: Hosts) -> tuple[Candidate, ...]:
    kind, word = (path or [""])[0], query.get("id") or query.get("site", "")
    if kind == "from" and word:
        return (hackernews_links(word, hosts),)
    if kind == "user" and word:
        return (hackernews_user(word, hosts),)
    if kind == "item" and word.isdigit():
        return (
            Candidate(
                hears=Sentence("comments on one story of Hacker News"),
                source=source_of("hackernews", what=f"story:{word}"),
                urls=(f"{hosts.hackernews}/api/v1/items/{word}",),
                read=answers.hackernews_story,
            ),
        )
    return ()


def _stack(host: str, path: list[str], hosts: Hosts) -> tuple[Candidate, ...]:
    site = host.removesuffix(".stackexchange.com").removesuffix(".com").removesuffix(".net")
    if site.endswith("mathoverflow"):
        site = "mathoverflow.net"
    at = path.index("tagged") if "tagged" in path else len(path)
    if at + 1 < len(path):
        return tuple(stack_tag(site, tag, hosts) for tag in re.split(r"[+ ]", path[at + 1])[:3])
    return (
        Candidate(
            hears=Sentence("questions on {site} with the brand's words", {"site": site}),
            source={**source_of("stackexchange", what=f"{site}:")},
            urls=(f"{hosts.stackexchange}/info?site={quote(site)}",),
            read=answers.stack_site,
            needs=(Sentence("300 questions a day without a key; a free key gives 10,000."),),
        ),
    )


def _app_store(path: Path, _query: Query, hosts: Hosts) -> tuple[Candidate, ...]:
    number = next((one[2:] for one in reversed(path) if re.fullmatch(r"id\d{5,12}", one)), "")
    country = path[0].lower() if path and re.fullmatch("[A-Za-z]{2}", path[0]) else ""
    return (app(number, country, hosts),) if number else ()


def _telegram(path: Path, _query: Query, _hosts: Hosts) -> tuple[Candidate, ...]:
    names = path[1:] if path and path[0] == "s" else path
    found = re.fullmatch(r"[A-Za-z]\w{3,31}", names[0]) if names else None
    if found is not None and names[0] not in ("joinchat", "share", "addstickers"):
        return (telegram(names[0]),)
    if not names:
        return ()
    private = Candidate(
        hears=Sentence("a private group of Telegram"),
        source=keyed_source("telegram"),
        said=Sentence(
            "An invitation is for people: add a bot of yours to the group. This source then hears "
            "every chat the bot is in."
        ),
    )
    return (private,)


def _discord(path: Path, _query: Query, hosts: Hosts) -> tuple[Candidate, ...]:
    if len(path) > 1 and path[0] == "channels" and path[1].isdigit():
        what = path[2] if len(path) > 2 and path[2].isdigit() else f"server:{path[1]}"
        return (
            Candidate(
                hears=Sentence("{what} on Discord", {"what": what}),
                source=keyed_source("discord", what=what),
                said=Sentence("Discord shows it only to a bot that was invited."),
            ),
        )
    code = path[1] if len(path) > 1 and path[0] == "invite" else (path or [""])[-1]
    if not re.fullmatch(r"[\w-]{2,40}", code) or (len(path) > 1 and path[0] != "invite"):
        return ()
    return (
        Candidate(
            hears=Sentence("a Discord server"),
            source=keyed_source("discord"),
            urls=(f"{hosts.discord}/invites/{quote(code)}",),
            read=answers.discord_invite,
            needs=(
                Sentence(
                    "A bot of yours must be invited by whoever runs the server; an invitation for "
                    "people does not let it in."
                ),
            ),
        ),
    )


def _youtube(path: Path, _query: Query, hosts: Hosts) -> tuple[Candidate, ...]:
    if path and path[0].startswith("@"):
        return youtube_channel(path[0], hosts)
    if len(path) > 1 and path[0] == "channel" and re.fullmatch(r"UC[\w-]{22}", path[1]):
        return youtube_channel(path[1], hosts)
    if len(path) > 1 and path[0] in ("c", "user"):
        page = f"{hosts.youtube}/{path[0]}/{quote(path[1])}"
        hears = Sentence("new videos of the channel, by its feed")
        return (
            Candidate(
                hears=hears, source={}, urls=(page,), read=read_youtube_page, network="youtube"
            ),
        )
    video = path[1] if len(path) > 1 and path[0] in ("shorts", "live") else _query.get("v", "")
    return (youtube_video(video),) if video else ()


def _youtu_be(path: Path, _query: Query, _hosts: Hosts) -> tuple[Candidate, ...]:
    return (youtube_video(path[0]),) if path else ()


def _dev(path: Path, _query: Query, hosts: Hosts) -> tuple[Candidate, ...]:
    if len(path) > 1 and path[0] == "t":
        return (dev_tag(path[1], hosts),)
    return (dev_user(path[0], hosts),) if path else ()


def _lobsters(path: Path, _query: Query, hosts: Hosts) -> tuple[Candidate, ...]:
    kinds = {"t": "tag", "domains": "domain"}
    if len(path) > 1 and path[0] in kinds:
        return (lobsters(kinds[path[0]], path[1], hosts),)
    new = Candidate(
        hears=Sentence("new stories on Lobsters, and links to the brand's websites"),
        source=source_of("lobsters"),
        urls=(f"{hosts.lobsters}/newest.json",),
        read=answers.some_articles,
    )
    return (new,)


_NETWORKS: Final[Mapping[str, Callable[[Path, Query, Hosts], tuple[Candidate, ...]]]] = {
    "bsky.app": _bluesky,
    "reddit.com": _reddit,
    "github.com": _github,
    "news.ycombinator.com": _hackernews,
    "apps.apple.com": _app_store,
    "itunes.apple.com": _app_store,
    "t.me": _telegram,
    "telegram.me": _telegram,
    "discord.com": _discord,
    "discord.gg": _discord,
    "youtube.com": _youtube,
    "youtu.be": _youtu_be,
    "dev.to": _dev,
    "lobste.rs": _lobsters,
}
