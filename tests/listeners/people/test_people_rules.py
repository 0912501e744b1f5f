"""Who may be one person, by which proof; how addresses compare; what somebody cares about."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.people.caring import cares_about
from listeners.people.likeness import Likeness, Link, SameWords, Who, likenesses
from listeners.people.links import (
    MOST_LINKS,
    Named,
    handle_of,
    lowered,
    named,
    page,
    pages_of,
    profile_links,
)
from listeners.people.merging import refused
from listeners.store.people import PAGE

ANA, BEA, CY, RED = (
    Who(1, "ana (mastodon)", ("mastodon",)),
    Who(2, "ana.example (bluesky)", ("bluesky",)),
    Who(3, "cy (github)", ("github", "x")),
    Who(4, "red (reddit)", ("reddit",)),
)
WHOSE = {10: ANA, 20: BEA, 30: CY, 40: RED, 11: ANA}


@pytest.mark.parametrize(
    ("networks", "may"),
    [
        ((["mastodon"], ["bluesky"]), True),
        ((["mastodon"], ["reddit"]), False),
        ((["reddit"], ["github"]), False),
        ((["reddit"], ["reddit"]), True),
        ((["mastodon", "x"], ["bluesky", "reddit"]), False),
        (([], ["reddit"]), True),
        ((["", "mastodon"], [""]), True),
    ],
)
def test_reddit_stands_alone(networks: tuple[list[str], list[str]], may: bool) -> None:
    assert (refused(*networks) is None) is may


def found(
    links: list[Link],
    words: list[SameWords] | None = None,
    apart: list[tuple[int, int]] | None = None,
) -> list[tuple[int, int, str]]:
    told = likenesses(links, words or [], WHOSE, apart or [])
    return [(one.one, one.other, one.proof) for one in told]


@pytest.mark.parametrize(
    ("links", "words", "pairs"),
    [
        # A link one way is a proof, both ways a stronger one.
        ([Link(10, 20, "u")], [], [(1, 2, "link")]),
        ([Link(20, 10, "u")], [], [(1, 2, "link")]),
        ([Link(10, 20, "u"), Link(20, 10, "v")], [], [(1, 2, "both")]),
        ([Link(10, 20, "u", verified=True)], [], [(1, 2, "verified")]),
        ([Link(10, 20, "u", domain=True)], [], [(1, 2, "domain")]),
        # The strongest of several is the one that is told.
        ([Link(10, 20, "u"), Link(11, 20, "u", verified=True)], [], [(1, 2, "verified")]),
        ([Link(10, 30, "u"), Link(10, 20, "u", domain=True)], [],
         [(1, 2, "domain"), (1, 3, "link")]),
        # The same words once are chance.
        ([], [SameWords(10, 30, 1)], []),
        ([], [SameWords(10, 30, 2)], [(1, 3, "words")]),
        ([Link(10, 30, "u")], [SameWords(10, 30, 5)], [(1, 3, "link")]),
        # Never across Reddit, nor with oneself, nor with who is no person.
        ([Link(10, 40, "u", verified=True), Link(40, 10, "v")], [SameWords(10, 40, 9)], []),
        ([Link(10, 11, "u")], [], []),
        ([Link(10, 99, "u")], [SameWords(99, 10, 3)], []),
    ],
)  # fmt: skip
def test_every_kind_of_proof(
    links: list[Link], words: list[SameWords], pairs: list[tuple[int, int, str]]
) -> None:
    assert found(links, words) == pairs


def test_who_was_said_to_be_apart_is_not_suggested_again() -> None:
    links = [Link(10, 20, "u"), Link(20, 10, "u")]
    assert found(links, apart=[(1, 2)]) == []
    assert found(links, apart=[(1, 3)]) == [(1, 2, "both")]


def test_the_evidence_names_both_and_the_address() -> None:
    [one] = likenesses([Link(10, 20, "ana.example", domain=True)], [], WHOSE)
    assert isinstance(one, Likeness)
    said = one.evidence.template.format(**one.evidence.values)
    assert (
        said == "ana.example (bluesky) is named by the site ana (mastodon) links to: ana.example."
    )


# --- addresses ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("https://bsky.app/profile/ana.example", Named("bluesky", "ana.example")),
        ("https://www.x.com/Ana_D", Named("x", "ana_d")),
        ("http://twitter.com/@Ana", Named("x", "ana")),
        ("https://github.com/anad", Named("github", "anad")),
        ("https://github.com/anad/repo", Named("", "")),
        ("https://mastodon.example/@ana", Named("mastodon", "ana@mastodon.example")),
        ("https://mastodon.example/users/ana", Named("mastodon", "ana@mastodon.example")),
        ("https://reddit.com/user/ana", Named("reddit", "ana")),
        ("https://www.linkedin.com/in/ana-d", Named("linkedin", "ana-d")),
        ("https://news.ycombinator.com/user?id=ana", Named("hackernews", "ana")),
        ("https://ana.example/about", Named("", "ana.example")),
        ("ana.example", Named("", "ana.example")),
        ("https://[bad", Named("", "")),
    ],
)
def test_whose_account_an_address_names(address: str, whose: Named) -> None:
    assert named(address) == whose


@pytest.mark.parametrize(
    ("network", "written", "handle"),
    [
        ("mastodon", " @Ana@Press.Example ", "ana@press.example"),
        ("mastodon", "https://press.example/@ana", "ana@press.example"),
        ("twitter", "@Ana", "ana"),
        ("x", "https://x.com/Ana", "ana"),
        ("bluesky", "ana.example", "ana.example"),
        ("instagram", "", ""),
    ],
)
def test_handles_are_read_as_people_write_them(network: str, written: str, handle: str) -> None:
    assert handle_of(network, written) == handle


def test_a_member_of_the_fediverse_is_known_by_the_page_too() -> None:
    assert pages_of("mastodon", "ana@press.example") == (
        "press.example/@ana",
        "press.example/users/ana",
    )
    assert pages_of("x", "ana") == ()


def test_links_of_a_profile_are_few_and_web_addresses() -> None:
    told = ["javascript:alert(1)", "https://A.example/", "https://a.example#me", "x" * 600]
    assert profile_links(told) == ("a.example",)
    assert len(profile_links(f"https://h{n}.example" for n in range(99))) == MOST_LINKS
    assert profile_links(["https://" + "a" * 600]) == ()


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="htps:/w.aBé-?#@1 ", max_size=40))
def test_the_store_writes_an_address_as_we_do(address: str) -> None:
    """What the index of pages holds is what links are compared with."""
    bare = address.partition("#")[0].partition("?")[0]
    connection = sqlite3.connect(":memory:")
    try:
        [(written,)] = connection.execute(f"SELECT {PAGE.format('?')}", (bare,))
        [(small,)] = connection.execute("SELECT lower(?)", (address,))
    finally:
        connection.close()
    assert written == page(address)
    assert small == lowered(address)


# --- words --------------------------------------------------------------------------------------


def test_what_somebody_cares_about_leaves_out_what_everybody_says() -> None:
    texts = [
        "La réparabilité du Kerlann m'intéresse, et les pièces",
        "Réparabilité encore : qui vend des pièces ? https://reparabilite.example @reparer",
        "Bonjour Kerlann",
    ]
    everybody = ["Bonjour à tous, mon Kerlann est arrivé"] * 20
    words = cares_about(texts, everybody, ["Kerlann"])
    assert words[:2] == ("pièces", "réparabilité")
    assert not {"kerlann", "bonjour", "reparer", "https"} & set(words)


def test_one_text_repeated_is_one_text() -> None:
    assert cares_about(["bicycle lanes matter"] * 9, []) == ()
    assert cares_about([], ["anything"]) == ()
