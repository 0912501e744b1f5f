"""Forums as their software makes them: how a page shows it, where its feeds are.

Sources: the programs themselves (phpBB ``feed/``, SMF ``Sources/News.php``, FluxBB ``extern.php``,
Fossil's ``timeline.rss``) and, for the closed ones (XenForo, vBulletin), their usual addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

MOST_TRIES: Final = 8
"""Addresses that are asked for a forum's feed at most."""
_SNIFFED: Final = 200_000
_INNER_PAGE: Final = re.compile(
    r"/(?:forums?|threads|topics?|discussions?|category|categories|members|whats-new|recent)"
    r"(?:/.*)?$"
)


@dataclass(frozen=True, slots=True)
class Software:
    """One forum program. ``feeds`` are addresses below its root, the fullest feed first.

    ``latest``: an entry is the latest post of its topic, not a post of its own.
    """

    name: str
    title: str
    signs: tuple[str, ...]
    feeds: tuple[str, ...] = ()
    latest: bool = False


DISCOURSE: Final = Software(
    "discourse",
    "Discourse",
    ('name="generator" content="discourse', 'id="data-discourse-setup"'),
)
UNKNOWN: Final = Software("", "", ())
SOFTWARE: Final = (
    DISCOURSE,
    Software(
        "phpbb",
        "phpBB",
        ('id="phpbb"', "phpbb.com", "phpbb_alert", "powered by phpbb"),
        ("app.php/feed", "feed", "feed.php"),
    ),
    Software(
        "xenforo",
        "XenForo",
        ('id="xf"', 'id="xenforo"', "xenforo.com", "data-xf-init"),
        ("forums/-/index.rss",),
    ),
    Software(
        "smf",
        "Simple Machines",
        ("smf_scripturl", "simplemachines.org"),
        (
            "index.php?action=.xml;type=atom;sa=recent;limit=100",
            "index.php?action=.xml;type=rss2;sa=recent;limit=100",
        ),
    ),
    Software(
        "fluxbb",
        "FluxBB",
        ("fluxbb.org", "punbb.informer.com", 'id="punindex"', 'class="pun"', 'id="brd-'),
        ("extern.php?action=feed&type=atom&show=50", "extern.php?action=feed&type=rss"),
        latest=True,
    ),
    Software(
        "vbulletin",
        "vBulletin",
        ('name="generator" content="vbulletin', "vbulletin_global", "vbulletin solutions"),
        ("external.php?type=RSS2",),
    ),
    Software(
        "mybb",
        "MyBB",
        ("mybb.com", "powered by mybb", "mybb_"),
        ("syndication.php?type=atom1.0&limit=50",),
    ),
    Software("fossil", "Fossil", ("fossil-scm.org", "\nfossil 2."), ("timeline.rss?y=f",)),
    Software("nodebb", "NodeBB", ("nodebb",), ("recent.rss",)),
    Software("vanilla", "Vanilla", ("vanillaforums", "vanilla-powered"), ("discussions/feed.rss",)),
)


def software_of(page: str) -> Software:
    """Return which program made a web page, ``UNKNOWN`` where nothing shows it."""
    seen = page[:_SNIFFED].lower()
    return next((each for each in SOFTWARE if any(sign in seen for sign in each.signs)), UNKNOWN)


def named(name: str) -> Software:
    """Return a program by its name."""
    return next((each for each in SOFTWARE if each.name == name), UNKNOWN)


def software_by_feed(url: str) -> Software:
    """Return which program has feeds at such addresses."""
    return next((each for each in SOFTWARE if _is_feed_of(each, url)), UNKNOWN)


def feeds_to_try(software: Software, page_url: str, offered: Iterable[str]) -> tuple[str, ...]:
    """Return where a forum's feed may be, the likeliest first.

    What a page offers and the program is known to have comes first, then what the program has at
    the root of the page, then what else is offered; of an unknown program, what others have.
    """
    offered = list(offered)
    sure = [url for url in offered if software.feeds and _is_feed_of(software, url)]
    # The fullest feed of a program is the shortest of its kind: not of one section or topic.
    sure.sort(key=len)
    usual = [urljoin(root, feed) for root in roots_of(page_url) for feed in software.feeds]
    tries = [*sure, *usual, *offered]
    if software is UNKNOWN:
        tries += [urljoin(roots_of(page_url)[0], each.feeds[0]) for each in SOFTWARE if each.feeds]
    return tuple(dict.fromkeys(tries))[:MOST_TRIES]


def roots_of(page_url: str) -> tuple[str, ...]:
    """Return the folders in which the forum of a page may be installed, ending with ``/``."""
    parts = urlsplit(page_url)
    path = parts.path
    last = path.rpartition("/")[2]
    folder = path[: len(path) - len(last)] if "." in last else path
    outer = _INNER_PAGE.sub("", folder)
    paths = [f"{each.rstrip('/')}/" for each in (folder, outer)]
    if folder.rstrip("/").endswith("/forum"):
        paths.reverse()  # a page of the program more often than its folder
    found = (parts._replace(path=each, query="", fragment="").geturl() for each in paths)
    return tuple(dict.fromkeys(found))


def _is_feed_of(software: Software, url: str) -> bool:
    """Whether an address ends as one of the program's feeds does, whatever its parameters."""
    path = urlsplit(url).path
    query = urlsplit(url).query
    for feed in software.feeds:
        ending, _, asked = feed.partition("?")
        first = re.split("[;&]", asked)[0]
        if path.endswith(f"/{ending}") and (not first or first.lower() in query.lower()):
            return True
    return False
