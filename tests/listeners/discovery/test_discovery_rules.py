"""The rules of discovery: what a text names, before anybody is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.config import SourceConfig
from listeners.discovery import Hosts, candidates
from listeners.discovery.candidate import Candidate
from listeners.discovery.rules import is_inside
from listeners.discovery.walled import walled_network
from listeners.networks.registry import NETWORKS
from tests.fake.listening import KERLANN

UC = "UC" + "a" * 22
NPUB = "npub1sn0wdenkukak0d9dfczzeacvhkrgz92ak56egt7vdgzn8pv2wfqqhrjdv9"
NAMED: list[tuple[str, set[str]]] = [
    ("r/boats", {"reddit:r/boats"}),
    ("/r/boats/", {"reddit:r/boats"}),
    ("u/ana", {"reddit:u/ana"}),
    ("https://old.reddit.com/r/boats/comments/x/y", {"reddit:r/boats"}),
    ("kerlann/boat", {"github:kerlann/boat"}),
    ("https://github.com/kerlann/boat.git", {"github:kerlann/boat"}),
    ("github.com/orgs/kerlann/repositories", {"github:kerlann/repositories"}),
    ("github.com/features", set()),
    ("@ana@social.example", {"mastodon:@ana@social.example@https://social.example", "nostr:ana"}),
    ("ana@social.example", {"mastodon:@ana@social.example@https://social.example", "nostr:ana"}),
    ("@ana@localhost:3000", {"mastodon:@ana@localhost:3000@http://localhost:3000", "nostr:ana"}),
    ("!boats@lemmy.example", {"lemmy:c/boats@lemmy.example@https://lemmy.example"}),
    ("#boats:matrix.example", {"matrix:#boats:matrix.example@https://matrix.example"}),
    ("https://matrix.to/#/%23boats:m.example?via=x", {"matrix:#boats:m.example@https://m.example"}),
    ("!abc:m.example", {"matrix:!abc:m.example@https://m.example"}),
    (NPUB, {f"nostr:{NPUB}"}),
    (f"nostr:{NPUB}", {f"nostr:{NPUB}"}),
    ("wss://relay.example", {"nostr:wss://relay.example"}),
    ("id497799835", {"appstore:497799835"}),
    ("497799835", {"appstore:497799835"}),
    ("t.me/kerlann", {"telegram:@kerlann"}),
    ("https://t.me/s/kerlann/12", {"telegram:@kerlann"}),
    ("https://t.me/+AbCdEf", {"telegram:"}),
    ("https://discord.com/invite/abcd", {"discord:"}),
    ("https://discord.com/channels/123/456", {"discord:456"}),
    ("https://discord.com/channels/123", {"discord:server:123"}),
    ("https://discord.com/developers/docs", set()),
    (f"https://www.youtube.com/channel/{UC}", {f"youtube:{UC}",
     f"feeds:https://www.youtube.com/feeds/videos.xml?channel_id={UC}"}),
    ("https://youtu.be/5shykyfmb28", {"youtube:video:5shykyfmb28"}),
    ("https://m.youtube.com/watch?v=5shykyfmb28&t=1", {"youtube:video:5shykyfmb28"}),
    ("https://es.stackoverflow.com/questions/tagged/a+b",
     {"stackexchange:es.stackoverflow: a", "stackexchange:es.stackoverflow: b"}),
    ("https://mathoverflow.net/", {"stackexchange:mathoverflow.net:"}),
    ("https://lobste.rs/domains/kerlann.example", {"lobsters:domain:kerlann.example"}),
    ("https://lobste.rs/", {"lobsters:"}),
    ("kerlann.example", {"hackernews:url:kerlann.example", "lobsters:domain:kerlann.example",
     "bluesky:@kerlann.example OR from:kerlann.example"}),
    ("localhost:8080/forum", set()),
    ("http://192.168.1.9/", set()),
    ("wiki.lan", set()),
    ("https://social.example/@ana", {"mastodon:@ana@social.example@https://social.example",
     "hackernews:url:social.example", "lobsters:domain:social.example",
     "bluesky:@social.example OR from:social.example"}),
    ("", set()),
    ("é", set()),
    ("???", set()),
]  # fmt: skip


def keys(found: tuple[Candidate, ...]) -> set[str]:
    return {
        SourceConfig(
            network=str(one.source["network"]),
            what=str(one.source.get("what", "")),
            base_url=str(one.source.get("base_url", "")),
        ).key
        for one in found
        if one.source
    }


@pytest.mark.parametrize(("text", "named"), NAMED)
def test_what_a_text_names(text: str, named: set[str]) -> None:
    assert keys(candidates(text)) == named
    assert keys(candidates(f"  {text}\n")) == named


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("x.com/kerlann", "x"),
        ("https://twitter.com/kerlann", "x"),
        ("https://fr-fr.facebook.com/kerlann/", "facebook"),
        ("instagram.com/kerlann", "instagram"),
        ("https://www.linkedin.com/company/kerlann", "linkedin"),
        ("https://fr.trustpilot.com/review/kerlann.example", "trustpilot"),
        ("https://www.pinterest.fr/kerlann", "pinterest"),
        ("https://www.tiktok.com/@kerlann", "tiktok"),
        ("https://wa.me/33612345678", "whatsapp"),
    ],
)
def test_walled_networks_are_answered_honestly(text: str, network: str) -> None:
    (found,) = candidates(text)
    assert found.network == network
    assert found.way_round
    assert not found.urls
    assert found.said is not None
    words = found.said.template.format(**found.said.values)
    assert ("hubbub sources --networks" in words) is (network in NETWORKS)


@pytest.mark.parametrize("host", ["notfacebook.com", "x.com.example", "kerlann.example", "com"])
def test_no_host_is_taken_for_another(host: str) -> None:
    assert walled_network(host) == ""


@pytest.mark.parametrize(
    ("host", "inside"),
    [("localhost", True), ("10.0.0.1", True), ("printer", True), ("nas.local", True),
     ("example.org", False), ("local.example", False)],
)  # fmt: skip
def test_names_of_ones_own_network(host: str, inside: bool) -> None:
    assert is_inside(host) is inside


def test_a_feed_address_may_begin_with_feed() -> None:
    urls = [one.urls for one in candidates("feed://blog.example/feed.xml")]
    assert ("https://blog.example/feed.xml", "http://blog.example/feed.xml") in urls
    assert ("https://blog.example/f",) in [
        one.urls for one in candidates("feed:https://blog.example/f")
    ]


def test_https_typed_is_never_asked_without() -> None:
    assert all(
        url.startswith("https://")
        for one in candidates("https://kerlann.example/blog")
        for url in one.urls
    )


@given(st.text(max_size=60))
def test_no_text_is_too_odd(text: str) -> None:
    for one in candidates(text, Hosts()):
        assert one.source or one.urls or one.way_round
        assert all(url.startswith(("https://", "http://")) for url in one.urls)
        assert all(url.isprintable() and " " not in url for url in one.urls)


@given(
    st.sampled_from(["https://{}", "@a@{}", "#a:{}", "!a@{}", "{}", "https://youtube.com/{}",
                     "https://t.me/{}", "https://reddit.com/r/{}", "github.com/{}"]),
    st.text(st.characters(codec="utf-8"), max_size=30),
)  # fmt: skip
def test_no_address_is_too_odd(form: str, inside: str) -> None:
    for one in candidates(form.format(inside)):
        assert all(url.isprintable() and " " not in url for url in one.urls), one.urls


def test_brands_are_not_needed() -> None:
    assert KERLANN.name not in str(candidates("example.org"))
