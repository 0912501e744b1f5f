"""Looking: what answers is proposed, with what it said; the guard holds; nothing is asked twice."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from functools import partial
from typing import Any

import pytest

from listeners.config import parse_config
from listeners.discovery import Discovery, Hosts, Proposal, Verdict
from listeners.discovery.feeds import feed
from listeners.http import Fetcher
from tests.fake.discovering import atom, net, page
from tests.fake.http_server import FakeServer, Reply, body_reply, json_reply, silent, status_reply


def said(found: Proposal) -> str:
    return found.said.template.format(**found.said.values)


def hears(found: Proposal) -> str:
    return found.hears.template.format(**found.hears.values)


# --- websites -----------------------------------------------------------------------------------


async def test_a_page_leads_to_its_feeds() -> None:
    async with net() as it:
        it.server.on(
            "/",
            page(
                '<link rel="alternate" type="application/rss+xml" href="/feed/">'
                '<link rel="alternate" type="application/atom+xml" href="/feed/atom/">'
                '<link rel="alternate" type="application/rss+xml" href="/comments/feed/">'
            ),
        )
        it.server.on("/feed/", atom("News of Kerlann"))
        it.server.on("/feed/atom/", atom())
        it.server.on("/comments/feed/", atom("Comments"))
        found = {str(one.source["what"]): one for one in await it.finds(it.server.url)}
        assert set(found) == {f"{it.server.url}/feed/", f"{it.server.url}/comments/feed/"}
        first, comments = found[f"{it.server.url}/feed/"], found[f"{it.server.url}/comments/feed/"]
        assert "“News of Kerlann”, entries: 1, the newest of 2026-11-20" in said(first)
        assert hears(comments).startswith("comments at")
        assert not it.server.asked("/feed/atom/")


async def test_a_feed_itself_and_one_nobody_names() -> None:
    async with net() as it:
        it.server.on("/blog.xml", atom())
        it.server.on("/", page("<title>Nothing</title>"))
        it.server.on("/atom.xml", atom())
        (itself,) = await it.sources(f"{it.server.url}/blog.xml")
        assert itself["what"] == f"{it.server.url}/blog.xml"
        (found,) = await it.sources(it.server.url)
        assert found["what"] == f"{it.server.url}/atom.xml"
        assert [request.path for request in it.server.requests].count("/atom.xml") == 1


async def test_a_wordpress_that_names_no_feed_has_its_comments_beside() -> None:
    async with net() as it:
        it.server.on("/2026/11/23/hello/", page("<title>An article</title>"))
        it.server.on("/2026/11/23/hello/feed", atom("Comments on that one"))
        it.server.on("/feed", atom("Blog"))
        it.server.on("/comments/feed/", atom("Comments for Blog"))
        found = await it.sources(f"{it.server.url}/2026/11/23/hello/")
        assert [one["what"] for one in found] == [
            f"{it.server.url}/feed",
            f"{it.server.url}/comments/feed/",
        ]


SERVERS = [
    ("mastodon", "/api/v1/instance", {"uri": "s", "title": "S", "version": "4.3.1"}, "mastodon"),
    ("gotosocial", "/api/v1/instance", {"uri": "s", "title": "S", "version": "0.17"}, "mastodon"),
    ("lemmy", "/api/v3/site", {"site_view": {"site": {"name": "L"}}, "version": "0.19"}, "lemmy"),
]


@pytest.mark.parametrize(("software", "path", "answer", "network"), SERVERS)
async def test_a_server_says_what_it_runs(
    software: str, path: str, answer: dict[str, Any], network: str
) -> None:
    async with net() as it:
        links = [
            {
                "rel": "http://nodeinfo.diaspora.software/ns/schema/2.0",
                "href": f"{it.server.url}/nodeinfo/2.0",
            }
        ]
        it.server.on("/.well-known/nodeinfo", json_reply({"links": links}))
        it.server.on("/nodeinfo/2.0", json_reply({"software": {"name": software}}))
        it.server.on(path, json_reply(answer))
        assert {"network": network, "base_url": it.server.url} in await it.sources(it.server.url)


async def test_another_servers_word_about_this_one_is_worth_nothing() -> None:
    async with net() as it, FakeServer() as other:
        links = [{"rel": "x/nodeinfo/2.0", "href": f"{other.url}/nodeinfo/2.0"}]
        it.server.on("/.well-known/nodeinfo", json_reply({"links": links}))
        await it.finds(it.server.url)
        assert other.requests == []


async def test_forums_by_their_program() -> None:
    async with net() as it:
        it.server.on("/phpbb/", page("", '<body id="phpbb">Powered by phpBB'))
        it.server.on("/phpbb/app.php/feed", status_reply(404))
        it.server.on("/phpbb/feed", atom())
        assert {"network": "forum", "what": f"{it.server.url}/phpbb/"} in await it.sources(
            f"{it.server.url}/phpbb/"
        )
        it.server.on(
            "/talk/c/help",
            page('<meta name="generator" content="Discourse 3.4">', '<meta data-base-uri="/talk">'),
        )
        it.server.on("/talk/about.json", json_reply({"about": {"title": "T", "version": "3.4"}}))
        assert {"network": "discourse", "base_url": f"{it.server.url}/talk"} in await it.sources(
            f"{it.server.url}/talk/c/help"
        )


async def test_a_page_leads_to_the_accounts_it_calls_its_own() -> None:
    async with net() as it:
        it.server.on(
            "/",
            page(
                "",
                '<a rel="me" href="https://social.example/@kerlann">M</a>'
                '<a href="https://www.youtube.com/@kerlann">Y</a>'
                '<a href="https://x.com/kerlann">X</a>'
                '<a href="https://github.com/kerlann">G</a>'
                '<a href="https://github.com/features">no</a>'
                '<a href="https://github.com/other/thing">quoted</a>'
                '<a href="https://youtu.be/5shykyfmb28">quoted</a>'
                '<a href="https://x.com/other/status/12">quoted</a>',
            ),
        )
        it.server.on("/users/kerlann", json_reply({"login": "kerlann", "public_repos": 3}))
        found = {one.network: one for one in await it.finds(it.server.url)}
        assert found["github"].source["what"] == "user:kerlann"
        assert said(found["github"]) == "kerlann is there, public repositories: 3."
        assert found["x"].verdict is Verdict.ELSEWHERE
        assert not found["x"].addable
        assert found["youtube"].source["what"] == "@kerlann"
        assert found["youtube"].source["token"] == "env:YOUTUBE_KEY"
        assert not it.server.asked("/repos/other/thing")


# --- the networks' own answers --------------------------------------------------------------------

UC = "UC" + "a" * 22
KEY = "84dee6e676e5bb67b4ad4e042cf70cbd8681155db535942fcc6a0533858a7240"
CASES: list[tuple[str, str, object, dict[str, object]]] = [
    ("r/boats", "/r/boats/new/.rss", atom("boats"), {"network": "reddit", "what": "r/boats"}),
    ("reddit.com/user/ana/", "/user/ana/.rss", atom(), {"network": "reddit", "what": "u/ana"}),
    ("kerlann/boat", "/repos/kerlann/boat", {"full_name": "Kerlann/boat"},
     {"network": "github", "what": "Kerlann/boat"}),
    ("did:plc:abc", "/xrpc/app.bsky.actor.getProfile", {"handle": "ana.example"},
     {"network": "bluesky", "what": "@ana.example OR from:ana.example"}),
    ("https://bsky.app/profile/ana.example", "/xrpc/app.bsky.actor.getProfile",
     {"handle": "ana.example"},
     {"network": "bluesky", "what": "@ana.example OR from:ana.example"}),
    ("https://www.youtube.com/@kerlann", "/feeds/videos.xml", atom(), {"network": "feeds"}),
    ("id497799835", "/lookup", {"results": [{"trackName": "Boat"}]},
     {"network": "appstore", "what": "497799835"}),
    ("https://apps.apple.com/FR/app/boat/id497799835", "/lookup",
     {"results": [{"trackName": "Boat"}]}, {"network": "appstore", "what": "497799835: fr"}),
    ("https://discord.gg/abcd", "/invites/abcd", {"guild": {"id": "123", "name": "B"}},
     {"network": "discord", "what": "server:123", "token": "env:DISCORD_TOKEN"}),
    ("https://stackoverflow.com/questions/tagged/sails", "/tags/sails/info",
     {"items": [{"name": "sails", "count": 7}]},
     {"network": "stackexchange", "what": "stackoverflow: sails"}),
    ("sound.stackexchange.com", "/info", {"items": [{"total_questions": 7}]},
     {"network": "stackexchange", "what": "sound:"}),
    ("https://lobste.rs/t/web", "/t/web.json", [{"title": "A"}],
     {"network": "lobsters", "what": "tag:web"}),
    ("https://dev.to/t/python", "/api/articles", [{"title": "A"}],
     {"network": "devto", "what": "tag:python"}),
    ("https://dev.to/kerlann", "/api/users/by_username", {"username": "kerlann"},
     {"network": "devto", "what": "user:kerlann"}),
    ("https://news.ycombinator.com/user?id=pg", "/api/v1/users/pg", {"username": "pg"},
     {"network": "hackernews", "what": "author:pg"}),
    ("https://news.ycombinator.com/item?id=12", "/api/v1/items/12", {"title": "A"},
     {"network": "hackernews", "what": "story:12"}),
    ("https://news.ycombinator.com/from?site=kerlann.example", "/api/v1/search", {"nbHits": 4},
     {"network": "hackernews", "what": "url:kerlann.example"}),
    ("kerlann boats", "/api/v1/search", {"nbHits": 4},
     {"network": "hackernews", "what": "kerlann boats"}),
    ("#kerlann", "/api/v1/timelines/tag/kerlann", [{"id": "1"}],
     {"network": "mastodon", "what": "#kerlann"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "path", "answer", "source"), CASES)
async def test_what_answers_is_proposed(
    text: str, path: str, answer: object, source: dict[str, object]
) -> None:
    async with net() as it:
        it.server.on(path, answer if isinstance(answer, Reply) else json_reply(answer))
        it.server.on("/@kerlann", page(f'<link href="/channel?channel_id={UC}">'))
        found = await it.sources(text)
        assert any(source.items() <= one.items() for one in found), found


@pytest.mark.parametrize(("text", "path"), [(case[0], case[1]) for case in CASES])
async def test_what_is_not_there_is_not_proposed(text: str, path: str) -> None:
    async with net() as it:
        it.server.on(path, json_reply({}))
        assert await it.sources(text) == []


def answered(body: bytes, _request: object, _reply: object) -> Reply:
    return body_reply(body)


@pytest.mark.parametrize("text", [case[0] for case in CASES])
async def test_nonsense_harms_nobody(text: str) -> None:
    junk = [b"[[]]", b'{"items": 3, "links": [1], "guild": [], "handle": 4}', b"\x00<feed", b"null"]
    async with net() as it:
        for body in junk:
            it.server.between = partial(answered, body)
            assert await it.sources(text) == []


# --- handles with a server ------------------------------------------------------------------------


async def test_an_account_is_looked_up_at_its_server() -> None:
    async with net() as it:
        it.server.on(
            "/api/v1/accounts/lookup",
            json_reply({"acct": "ana", "statuses_count": 12, "followers_count": 3}),
        )
        (found,) = await it.finds(f"@ana@{it.host}")
        assert dict(found.source) == {
            "network": "mastodon",
            "base_url": it.server.url,
            "what": f"@ana@{it.host}",
        }
        assert said(found) == "The account is there, posts: 12, followers: 3."


async def test_an_account_may_live_at_another_server_than_its_name() -> None:
    async with net() as it, FakeServer() as home:
        other = f"127.0.0.1:{home.port}"
        it.server.on(
            "/.well-known/webfinger",
            json_reply(
                {
                    "subject": f"acct:ana@{other}",
                    "links": [{"rel": "self", "href": f"{home.url}/users/ana"}],
                }
            ),
        )
        home.on("/api/v1/accounts/lookup", json_reply({"acct": "ana", "statuses_count": 1}))
        (found,) = await it.sources(f"ana@{it.host}")
        assert found["base_url"] == home.url
        assert found["what"] == f"@ana@{other}"


async def test_a_room_is_asked_where_its_server_says() -> None:
    async with net() as it, FakeServer() as client:
        it.server.on(
            "/.well-known/matrix/client",
            json_reply({"m.homeserver": {"base_url": f"{client.url}/"}}),
        )
        client.on(
            f"/_matrix/client/v3/directory/room/#boats:{it.host}", json_reply({"room_id": "!1:x"})
        )
        (found,) = await it.finds(f"#boats:{it.host}")
        assert found.verdict is Verdict.ANSWERED
        assert found.source["base_url"] == client.url
        assert found.source["token"] == "env:HUBBUB_MATRIX_TOKEN"


async def test_a_community_and_a_relay() -> None:
    async with net() as it:
        it.server.on(
            "/api/v3/community",
            json_reply(
                {"community_view": {"community": {"title": "Boats"}, "counts": {"posts": 4}}}
            ),
        )
        (found,) = await it.finds(f"!boats@{it.host}")
        assert found.source["what"] == f"c/boats@{it.host}"
        it.server.on("/", json_reply({"name": "A relay"}))
        (relay,) = await it.finds(f"ws://{it.host}")
        assert relay.verdict is Verdict.ANSWERED
        assert it.server.requests[-1].headers["accept"] == "application/nostr+json"


# --- what fails -----------------------------------------------------------------------------------


async def test_refusals_are_said_and_what_refuses_can_be_added() -> None:
    async with net() as it:
        it.server.on("/r/boats/new/.rss", status_reply(403, b"<html>blocked"))
        (found,) = await it.finds("r/boats")
        assert found.verdict is Verdict.REFUSED
        assert found.addable
        it.server.on("/repos/a/b", status_reply(404))
        (gone,) = await it.finds("a/b")
        assert gone.verdict is Verdict.NOTHING
        assert not gone.addable


async def test_a_turn_that_does_not_come_is_not_waited_for() -> None:
    async with net() as it:
        it.server.on("/r/boats/new/.rss", silent())
        (found,) = await it.finds("r/boats", patience=0.05)
        assert found.verdict is Verdict.UNTRIED
        assert found.addable


async def test_what_is_configured_is_not_offered_again() -> None:
    async with net() as it:
        it.server.on("/r/boats/new/.rss", atom())
        (found,) = await it.finds("r/boats", known={"reddit:r/boats"})
        assert found.verdict is Verdict.PRESENT
        assert not found.addable


async def test_leaving_stops_what_is_under_way() -> None:
    async with net() as it:
        it.server.on("/", page('<link rel="alternate" type="application/rss+xml" href="/f">'))
        it.server.on("/f", silent())
        async with aclosing(Discovery(it.fetch, hosts=it.hosts).look(it.server.url)) as found:
            first = asyncio.ensure_future(anext(found))
            while not it.server.asked("/f"):
                await asyncio.sleep(0.005)
            first.cancel()
            done, _waiting = await asyncio.wait({first}, timeout=30)
            assert done == {first}
        assert "discovery" not in {task.get_name() for task in asyncio.all_tasks()}


# --- the guard ------------------------------------------------------------------------------------


async def test_a_typed_host_may_be_private_and_its_source_says_so() -> None:
    async with net() as it:
        it.server.on("/", page('<link rel="alternate" type="application/rss+xml" href="/f">'))
        it.server.on("/f", atom())
        (found,) = await it.sources(it.server.url, hosts=Hosts())
        assert found == {"network": "feeds", "what": f"{it.server.url}/f", "allow_private": True}
        # Nobody else is told the name of a server on one's own network.
        assert {request.path for request in it.server.requests} == {
            "/.well-known/nodeinfo",
            "/",
            "/f",
        }


async def test_what_a_page_leads_to_is_guarded() -> None:
    async with net() as it, FakeServer() as victim:
        victim.on("/f", atom())
        it.server.on(
            "/",
            page(
                f'<link rel="alternate" type="application/rss+xml" href="{victim.url}/f">',
                f'<a rel="me" href="{victim.url}/@ana">me</a>',
            ),
        )
        found = await it.finds(it.server.url, hosts=Hosts())
        assert victim.requests == []
        assert [one.verdict for one in found] == [Verdict.REFUSED]


async def test_a_redirect_into_the_network_is_not_followed() -> None:
    async with net() as it, FakeServer() as victim:
        it.server.on("/", status_reply(302, location=f"http://localhost:{victim.port}/f"))
        await it.finds(it.server.url, hosts=Hosts())
        assert victim.requests == []


async def test_a_name_is_not_let_in_by_what_leads_to_it() -> None:
    """A page at a name of one's own network may lead on within it; a stranger's may not."""
    async with net() as it, Fetcher(lookup=lambda _host, _port: ["127.0.0.1"]) as fetch:
        url = f"http://stranger.example:{it.server.port}"
        wish = feed(f"{url}/f", home=f"stranger.example:{it.server.port}")
        search = Discovery(fetch, hosts=Hosts())
        tried = await search._tried(wish, typed=False)
        assert tried.proposal is not None
        assert tried.proposal.verdict is Verdict.REFUSED
        assert it.server.requests == []


# --- lines ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "path", "answer", "source"), CASES)
async def test_its_lines_are_a_configuration(
    text: str, path: str, answer: object, source: dict[str, object], tmp_path: Any
) -> None:
    async with net() as it:
        it.server.on(path, answer if isinstance(answer, Reply) else json_reply(answer))
        it.server.on("/@kerlann", page(f'<link href="/channel?channel_id={UC}">'))
        for one in await it.finds(text):
            if one.addable:
                (read,) = parse_config(one.lines, tmp_path / "x.toml").sources
                assert read.key == one.key
