"""Places on the networks hubbub knows, each with the one request that tells whether it is there.

Pure. Every function makes the candidate of one place; ``addresses`` and ``rules`` call them.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from listeners.discovery import answers
from listeners.discovery.candidate import Candidate, Found, Hosts, keyed_source, source_of
from listeners.discovery.feeds import FEED_TYPES, read_feed, read_youtube_page, youtube_feed
from listeners.http import Answer
from listeners.model import Sentence

REDDIT_SPACING: Final = 60.0
"""Seconds between two requests to Reddit's feeds: see ``networks.reddit_server``."""
_OWN = Sentence(
    "If the account is your own, write it into the brand's handles: then what is said to it is "
    "said to you."
)
_BLUESKY = Sentence(
    "A Bluesky source without what hears the whole network already; this one adds the account."
)
_GITHUB = Sentence("60 requests an hour without a key; a token gives 5,000, and discussions.")


def mastodon_account(user: str, server: str, hosts: Hosts) -> Candidate:
    """Return the candidate of an account on a server that speaks Mastodon's API."""
    base, acct = hosts.server(server), quote(f"{user}@{server}", safe="@")
    return Candidate(
        hears=Sentence("the account @{user}@{server}", {"user": user, "server": server}),
        source=source_of("mastodon", base_url=base, what=f"@{user}@{server}"),
        urls=(
            f"{base}/api/v1/accounts/lookup?acct={quote(user)}",
            f"{base}/.well-known/webfinger?resource=acct:{acct}",
        ),
        read=answers.mastodon_account,
        home=server,
        needs=(_OWN,),
    )


def bluesky_account(actor: str, hosts: Hosts, *, guess: bool = False) -> Candidate:
    """Return the candidate of an account of Bluesky, by handle or DID."""
    return Candidate(
        hears=Sentence("what @{handle} writes, and what names it", {"handle": actor}),
        source=source_of("bluesky", what=f"@{actor} OR from:{actor}"),
        urls=(f"{hosts.bluesky}/xrpc/app.bsky.actor.getProfile?actor={quote(actor)}",),
        read=answers.bluesky_profile,
        needs=(_OWN, _BLUESKY),
        guess=guess,
    )


def subreddit(name: str, hosts: Hosts, *, guess: bool = False) -> Candidate:
    """Return the candidate of a community of Reddit."""
    return _reddit_feed(f"r/{name}", f"r/{name}/new/.rss", hosts, guess=guess)


def redditor(name: str, hosts: Hosts, *, guess: bool = False) -> Candidate:
    """Return the candidate of an account of Reddit."""
    return _reddit_feed(f"u/{name}", f"user/{name}/.rss", hosts, guess=guess)


def _reddit_feed(what: str, path: str, hosts: Hosts, *, guess: bool) -> Candidate:
    return Candidate(
        hears=Sentence("{what} on Reddit", {"what": what}),
        source=source_of("reddit", what=what),
        urls=(f"{hosts.reddit}/{path}",),
        read=read_reddit,
        needs=(
            Sentence(
                "Without a key Reddit answers one request a minute from one address, for all "
                "Reddit sources together; from shared addresses often none."
            ),
        ),
        guess=guess,
        accept=FEED_TYPES,
        spacing=0.0 if hosts.private else REDDIT_SPACING,
    )


def read_reddit(wish: Candidate, answer: Answer, hosts: Hosts) -> Found | None:
    """Read a feed of Reddit's; the source is the community, not its feed."""
    found = read_feed(wish, answer, hosts)
    return found and Found(said=found.said)


def github_owner(name: str, hosts: Hosts, *, guess: bool = False) -> Candidate:
    """Return the candidate of everything an account or organisation has on GitHub."""
    return Candidate(
        hears=Sentence("issues in all repositories of {name}", {"name": name}),
        source=source_of("github", what=f"user:{name}"),
        urls=(f"{hosts.github}/users/{quote(name)}",),
        read=answers.github_owner,
        needs=(_GITHUB,),
        guess=guess,
    )


def github_repository(owner: str, name: str, hosts: Hosts) -> Candidate:
    """Return the candidate of one repository of GitHub."""
    return Candidate(
        hears=Sentence("issues and comments of {name}", {"name": f"{owner}/{name}"}),
        source=source_of("github", what=f"{owner}/{name}"),
        urls=(f"{hosts.github}/repos/{quote(owner)}/{quote(name)}",),
        read=answers.github_repository,
        needs=(_GITHUB,),
    )


def hackernews_links(site: str, hosts: Hosts) -> Candidate:
    """Return the candidate of the stories on Hacker News that link to a site."""
    ask = "tags=story&restrictSearchableAttributes=url&hitsPerPage=0"
    return Candidate(
        hears=Sentence("stories on Hacker News that link to {site}", {"site": site}),
        source=source_of("hackernews", what=f"url:{site}"),
        urls=(f"{hosts.hackernews}/api/v1/search?query={quote(site)}&{ask}",),
        read=answers.hackernews_links,
        guess=True,
    )


def lobsters(kind: str, word: str, hosts: Hosts, *, guess: bool = False) -> Candidate:
    """Return the candidate of a ``tag`` or a ``domain`` on Lobsters."""
    path = "t" if kind == "tag" else "domains"
    return Candidate(
        hears=Sentence("{what} on Lobsters", {"what": f"{kind}:{word}"}),
        source=source_of("lobsters", what=f"{kind}:{word}"),
        urls=(f"{hosts.lobsters}/{path}/{quote(word)}.json",),
        read=answers.some_articles,
        guess=guess,
    )


def dev_tag(word: str, hosts: Hosts, *, guess: bool = False) -> Candidate:
    """Return the candidate of a tag on DEV."""
    return Candidate(
        hears=Sentence("{what} on DEV", {"what": f"tag:{word}"}),
        source=source_of("devto", what=f"tag:{word}"),
        urls=(f"{hosts.devto}/api/articles?per_page=1&tag={quote(word)}",),
        read=answers.some_articles,
        guess=guess,
    )


def dev_user(name: str, hosts: Hosts, *, guess: bool = False) -> Candidate:
    """Return the candidate of an account on DEV."""
    return Candidate(
        hears=Sentence("{what} on DEV", {"what": f"user:{name}"}),
        source=source_of("devto", what=f"user:{name}"),
        urls=(f"{hosts.devto}/api/users/by_username?url={quote(name)}",),
        read=answers.devto_user,
        needs=(_OWN,),
        guess=guess,
    )


def stack_tag(site: str, tag: str, hosts: Hosts, *, guess: bool = False) -> Candidate:
    """Return the candidate of a tag on a site of Stack Exchange."""
    return Candidate(
        hears=Sentence("questions on {site} about {tag}", {"site": site, "tag": tag}),
        source=source_of("stackexchange", what=f"{site}: {tag}"),
        urls=(f"{hosts.stackexchange}/tags/{quote(tag)}/info?site={quote(site)}",),
        read=answers.stack_tag,
        needs=(Sentence("300 questions a day without a key; a free key gives 10,000."),),
        guess=guess,
    )


def telegram(name: str) -> Candidate:
    """Return the candidate of a group or channel of Telegram, which only a member can try."""
    return Candidate(
        hears=Sentence("{what} on Telegram", {"what": f"@{name}"}),
        source=keyed_source("telegram", what=f"@{name}"),
        said=Sentence("Telegram shows a chat only to a bot of yours that is a member of it."),
    )


def youtube_channel(what: str, hosts: Hosts, *, guess: bool = False) -> tuple[Candidate, ...]:
    """Return the candidates of a channel, by ``@name`` or id: its feed, and its comments."""
    comments = Candidate(
        hears=Sentence("comments on the videos of {what}", {"what": what}),
        source=keyed_source("youtube", what=what),
        said=Sentence("YouTube shows comments only with a key of yours."),
    )
    if what.startswith("@"):
        page = f"{hosts.youtube}/{quote(what, safe='@')}"
        feed = Candidate(
            hears=Sentence("new videos of the channel, by its feed"),
            source={},
            urls=(page,),
            read=read_youtube_page,
            guess=guess,
            network="youtube",
        )
    else:
        feed = youtube_feed(what, hosts)
    # A name that is only guessed must not offer comments on a channel nobody has seen.
    return (feed,) if guess else (feed, comments)


def hackernews_user(name: str, hosts: Hosts, *, guess: bool = False) -> Candidate:
    """Return the candidate of an account of Hacker News."""
    return Candidate(
        hears=Sentence("what {name} writes on Hacker News", {"name": name}),
        source=source_of("hackernews", what=f"author:{name}"),
        urls=(f"{hosts.hackernews}/api/v1/users/{quote(name)}",),
        read=answers.hackernews_user,
        guess=guess,
    )


def app(number: str, country: str, hosts: Hosts) -> Candidate:
    """Return the candidate of the reviews of an app, in one country or those of the brand."""
    what = f"{number}: {country}" if country else number
    where = f"&country={country}" if country else ""
    return Candidate(
        hears=Sentence("reviews of {app}", {"app": number}),
        source=source_of("appstore", what=what),
        urls=(f"{hosts.itunes}/lookup?id={number}{where}",),
        read=answers.app_store_app,
        needs=(Sentence("Each country has its own reviews: add others with commas, us, fr."),),
    )


def youtube_video(video: str) -> Candidate:
    """Return the candidate of the comments on one video."""
    return Candidate(
        hears=Sentence("comments on the video {video}", {"video": video}),
        source=keyed_source("youtube", what=f"video:{video}"),
        said=Sentence("YouTube shows comments only with a key of yours."),
    )


def bluesky_tag(tag: str) -> Candidate:
    """Return the candidate of a hashtag on Bluesky."""
    return Candidate(
        hears=Sentence("#{tag} on Bluesky", {"tag": tag}),
        source=source_of("bluesky", what=f"#{tag}"),
        said=Sentence("Every post of Bluesky comes by, those with the tag are kept."),
    )
