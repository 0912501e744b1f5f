"""What the networks' own interfaces answer to one question: is it there, and how much of it?

Every reader is given the candidate, the answer and the networks' addresses, and returns ``None``
where the answer is not what was looked for. Names of strangers are cleaned before they are said.
"""

from __future__ import annotations

from collections.abc import Mapping

from listeners.discovery.candidate import Candidate, Found, Hosts
from listeners.http import Answer
from listeners.model import SafeText, Sentence
from listeners.networks.contract import SourceError
from listeners.networks.nostr.key import key_of as nostr_key
from listeners.text import clean_line

_NAME = 60

Values = Mapping[str, str | int | float]


def table(answer: Answer) -> Mapping[str, object]:
    """Return the JSON object of an answer, an empty one where it holds none."""
    try:
        value = answer.json()
    except SourceError:
        return {}
    return value if isinstance(value, dict) else {}


def entries(answer: Answer) -> list[object] | None:
    """Return the JSON list of an answer, ``None`` where it holds none."""
    try:
        value = answer.json()
    except SourceError:
        return None
    return value if isinstance(value, list) else None


def inner(record: Mapping[str, object], *names: str) -> Mapping[str, object]:
    """Return an object inside an object inside …, an empty one where it is not there."""
    for name in names:
        value = record.get(name)
        record = value if isinstance(value, dict) else {}
    return record


def name(record: Mapping[str, object], *keys: str) -> SafeText:
    """Return the first of some texts that is there, fit to be shown."""
    texts = (value for key in keys if isinstance(value := record.get(key), str) and value.strip())
    return clean_line(next(texts, ""), _NAME)


def figure(record: Mapping[str, object], key: str) -> int:
    """Return a number, 0 where there is none."""
    value = record.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _records(record: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    value = record.get(key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


# --- by network ----------------------------------------------------------------------------------


def hackernews_links(_wish: Candidate, answer: Answer, _hosts: Hosts) -> Found | None:
    """Read a search of Algolia's: how many stories link to a site."""
    count = figure(table(answer), "nbHits")
    if not count:
        return None
    return Found(said=Sentence("Stories that link there: {count}.", {"count": count}))


def hackernews_user(_wish: Candidate, answer: Answer, _hosts: Hosts) -> Found | None:
    """Read an account of Hacker News."""
    found = table(answer)
    if not name(found, "username"):
        return None
    karma = figure(found, "karma")
    return Found(said=Sentence("The account is there, karma {count}.", {"count": karma}))


def hackernews_story(_wish: Candidate, answer: Answer, _hosts: Hosts) -> Found | None:
    """Read one item of Hacker News."""
    title = name(table(answer), "title", "text")
    return Found(said=Sentence("“{title}”.", {"title": title})) if title else None


def bluesky_profile(wish: Candidate, answer: Answer, _hosts: Hosts) -> Found | None:
    """Read a profile of Bluesky (app.bsky.actor.getProfile): a DID comes back as a handle."""
    found = table(answer)
    handle = name(found, "handle")
    if not handle:
        return None
    count = figure(found, "followersCount")
    return Found(
        said=Sentence("@{handle} is there, followers: {count}.",
                      {"handle": handle, "count": count}),
        source={**wish.source, "what": f"@{handle} OR from:{handle}"},
        hears=Sentence("what @{handle} writes, and what names it", {"handle": handle}),
    )  # fmt: skip


def github_repository(wish: Candidate, answer: Answer, _hosts: Hosts) -> Found | None:
    """Read a repository of GitHub."""
    found = table(answer)
    whole = name(found, "full_name")
    if not whole:
        return None
    values: Values = {"name": whole, "count": figure(found, "open_issues_count")}
    return Found(
        said=Sentence("{name} is there, open issues: {count}.", values),
        source={**wish.source, "what": whole},
    )


def github_owner(_wish: Candidate, answer: Answer, _hosts: Hosts) -> Found | None:
    """Read an account or organisation of GitHub."""
    found = table(answer)
    login = name(found, "login")
    if not login:
        return None
    values: Values = {"name": login, "count": figure(found, "public_repos")}
    return Found(said=Sentence("{name} is there, public repositories: {count}.", values))


def stack_tag(_wish: Candidate, answer: Answer, _hosts: Hosts) -> Found | None:
    """Read a tag of Stack Exchange (/tags/{tags}/info)."""
    items = _records(table(answer), "items")
    if not items:
        return None
    return Found(
        said=Sentence("Questions with this tag: {count}.", {"count": figure(items[0], "count")})
    )


def stack_site(_wish: Candidate, answer: Answer, _hosts: Hosts) -> Found | None:
    """Read what a site of Stack Exchange says of itself (/info)."""
    items = _records(table(answer), "items")
    if not items:
        return None
    count = figure(items[0], "total_questions")
    return Found(said=Sentence("The site is there, questions: {count}.", {"count": count}))


def app_store_app(_wish: Candidate, answer: Answer, _hosts: Hosts) -> Found | None:
    """Read an app by its number (iTunes lookup)."""
    items = _records(table(answer), "results")
    if not items or not name(items[0], "trackName"):
        return None
    return Found(
        said=Sentence("“{title}”.", {"title": name(items[0], "trackName")}),
        hears=Sentence("reviews of {app}", {"app": name(items[0], "trackName")}),
    )


def discord_invite(wish: Candidate, answer: Answer, _hosts: Hosts) -> Found | None:
    """Read an invitation to a Discord server, which anybody may look at."""
    guild = inner(table(answer), "guild")
    number = name(guild, "id")
    if not number.isdigit():
        return None
    return Found(
        said=Sentence("It is the server “{title}”.", {"title": name(guild, "name")}),
        source={**wish.source, "what": f"server:{number}"},
        hears=Sentence("the Discord server “{title}”", {"title": name(guild, "name")}),
    )


def some_articles(_wish: Candidate, answer: Answer, _hosts: Hosts) -> Found | None:
    """Read a list of articles or stories: at least one stands in it."""
    found = entries(answer)
    first = found[0] if found else None
    if not isinstance(first, dict):
        return None
    title = name(first, "title")
    return Found(said=Sentence("The newest there: “{title}”.", {"title": title}))


def devto_user(_wish: Candidate, answer: Answer, _hosts: Hosts) -> Found | None:
    """Read an account of DEV."""
    found = name(table(answer), "username")
    return Found(said=Sentence("The account {name} is there.", {"name": found})) if found else None


def mastodon_tag(_wish: Candidate, answer: Answer, _hosts: Hosts) -> Found | None:
    """Read the timeline of a hashtag: an empty one is a tag nobody uses there."""
    found = entries(answer)
    if not found or not isinstance(found[0], dict) or "id" not in found[0]:
        return None
    return Found(said=Sentence("The tag is in use there, and can be read without a key."))


def mastodon_account(wish: Candidate, answer: Answer, hosts: Hosts) -> Found | None:
    """Read an account: looked up by the API, else where WebFinger (RFC 7033) says it lives."""
    found = table(answer)
    if name(found, "acct") and "statuses_count" in found:
        values = {"count": figure(found, "statuses_count"),
                  "followers": figure(found, "followers_count")}  # fmt: skip
        said = Sentence("The account is there, posts: {count}, followers: {followers}.", values)
        return Found(said=said)
    subject = name(found, "subject").removeprefix("acct:")
    user, _, server = subject.partition("@")
    what = f"@{user}@{server}"
    if not server or what.lower() == str(wish.source.get("what", "")).lower():
        return None
    where = next(
        (
            str(one["href"])
            for one in _records(found, "links")
            if one.get("rel") == "self" and isinstance(one.get("href"), str)
        ),
        "",
    )
    host = where.partition("://")[2].partition("/")[0]
    if not host:
        return None
    base = hosts.server(host)
    moved = Candidate(
        hears=wish.hears,
        source={**wish.source, "base_url": base, "what": what},
        urls=(f"{base}/api/v1/accounts/lookup?acct={user}",),
        read=mastodon_account,
        needs=wish.needs,
        guess=wish.guess,
        home=wish.home,
    )
    return Found(more=(moved,))


def mastodon_server(_wish: Candidate, answer: Answer, _hosts: Hosts) -> Found | None:
    """Read what a server that speaks Mastodon's API says of itself (/api/v1/instance)."""
    found = table(answer)
    if not name(found, "version") or not name(found, "uri", "domain"):
        return None
    values = {"title": name(found, "title", "uri"), "version": name(found, "version")}
    return Found(said=Sentence("“{title}”, version {version}.", values))


def lemmy_server(_wish: Candidate, answer: Answer, _hosts: Hosts) -> Found | None:
    """Read what a Lemmy instance says of itself (/api/v3/site, /api/v4/site)."""
    found = table(answer)
    site = inner(found, "site_view", "site")
    if not site:
        return None
    values = {"title": name(site, "name"), "version": name(found, "version")}
    return Found(said=Sentence("“{title}”, version {version}.", values))


def lemmy_community(_wish: Candidate, answer: Answer, _hosts: Hosts) -> Found | None:
    """Read a community of Lemmy."""
    view = inner(table(answer), "community_view")
    title = name(inner(view, "community"), "title", "name")
    if not title:
        return None
    values: Values = {"title": title, "count": figure(inner(view, "counts"), "posts")}
    return Found(said=Sentence("“{title}”, posts: {count}.", values))


def discourse_about(_wish: Candidate, answer: Answer, _hosts: Hosts) -> Found | None:
    """Read what a Discourse forum says of itself (/about.json)."""
    about = inner(table(answer), "about")
    if not about:
        return None
    values = {"title": name(about, "title"), "version": name(about, "version")}
    return Found(said=Sentence("“{title}”, version {version}.", values))


def nostr_name(wish: Candidate, answer: Answer, _hosts: Hosts) -> Found | None:
    """Read the key behind a name at a domain (NIP-05)."""
    names = inner(table(answer), "names")
    wanted = str(wish.source.get("what", ""))
    key = names.get(wanted)
    if not isinstance(key, str) or nostr_key(key) is None:
        return None
    return Found(
        said=Sentence("The name leads to a key: {key}…", {"key": key[:12]}),
        source={**wish.source, "what": key},
    )


def nostr_relay(_wish: Candidate, answer: Answer, _hosts: Hosts) -> Found | None:
    """Read what a relay says of itself (NIP-11)."""
    found = table(answer)
    title = name(found, "name", "software")
    return Found(said=Sentence("“{title}”.", {"title": title})) if title else None


def matrix_room(wish: Candidate, answer: Answer, _hosts: Hosts) -> Found | None:
    """Read where a room's alias leads, or where a homeserver's API is (well-known)."""
    found = table(answer)
    if name(found, "room_id"):
        return Found(said=Sentence("The room is there, and its alias is known."))
    base = name(inner(found, "m.homeserver"), "base_url").rstrip("/")
    if not base.startswith(("https://", "http://")) or base == wish.source.get("base_url"):
        return None
    path = next((url.partition("/_matrix")[2] for url in wish.urls if "/_matrix" in url), "")
    moved = Candidate(
        hears=wish.hears,
        source={**wish.source, "base_url": base},
        urls=(f"{base}/_matrix{path}",),
        read=matrix_room,
        needs=wish.needs,
        home=wish.home,
    )
    return Found(more=(moved,))


def hackernews_words(_wish: Candidate, answer: Answer, _hosts: Hosts) -> Found | None:
    """Read a search of Algolia's: how much holds some words."""
    count = figure(table(answer), "nbHits")
    if not count:
        return None
    return Found(said=Sentence("Stories and comments found: {count}.", {"count": count}))
