"""What networks are asked: tables by dialect, and that nothing wanted is missed."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings

from listeners.query import MAX_SEARCHES, Dialect, Query, Subject, parse, push_down, tags_of
from listeners.query.tree import Node
from listeners.query.words import folded_words
from tests.listeners.query.query_strategies import subjects, trees


@pytest.mark.parametrize(
    ("query", "dialect", "searches"),
    [
        ("acme", "generic", ('"acme"',)),
        ('"Acme Corp"', "generic", ('"acme corp"',)),
        ("acme OR widget", "generic", ('"acme"', '"widget"')),
        ("acme OR widget", "web", ('"acme" OR "widget"',)),
        ("acme shoes", "generic", ('"acme" "shoes"',)),
        ("acme -job", "hackernews", ('"acme"',)),
        ("acme OR -job", "hackernews", ()),
        ("-job", "hackernews", ()),
        ("NOT (a OR b)", "generic", ()),
        ("acme lang:fr from:bob", "mastodon", ('"acme"',)),
        ("from:bob", "mastodon", ()),
        ("acme OR lang:fr", "bluesky", ()),
        ("a NEAR/5 b", "hackernews", ('"a" "b"',)),
        ("brand*", "hackernews", ("brand",)),
        ("brand* zebra", "hackernews", ('"zebra" brand',)),
        ("brand* zebra*", "hackernews", ("brand",)),
        ("brand*", "mastodon", ()),
        ("brand* zebra", "mastodon", ('"zebra"',)),
        ('"big brand"*', "generic", ('"big"',)),
        ("#acme", "mastodon", ("#acme",)),
        ("#acme", "hackernews", ('"acme"',)),
        ("@acme", "hackernews", ('"acme"',)),
        ("@acme", "bluesky", ('"acme"',)),
        ("@acme.example", "bluesky", ('"acme.example"', "mentions:acme.example")),
        ("site:acme.com/x", "hackernews", ('"acme.com"',)),
        ("site:acme.com", "bluesky", ('"acme.com"', "domain:acme.com")),
        ('raw:"C++"', "hackernews", ('"c++"',)),
        ("raw:🙂", "hackernews", ()),
        ('"say ""hi"""', "hackernews", ('"say hi"',)),
        ('acme OR "Acme Corp" OR ACME', "generic", ('"acme"',)),
        ("acme (red OR blue) shoes", "generic", ('"acme" "shoes"',)),
        ("(a OR b) (c OR d OR e)", "generic", ('"a"', '"b"')),
        ("三星", "mastodon", ('"三星"',)),
        (" OR ".join(f"w{n}" for n in range(MAX_SEARCHES + 1)), "generic", ()),
        ("acme (" + " OR ".join(f"w{n}" for n in range(99)) + ")", "generic", ('"acme"',)),
    ],
)
def test_asks(query: str, dialect: Dialect, searches: tuple[str, ...]) -> None:
    assert push_down(parse(query), dialect) == searches


@pytest.mark.parametrize("dialect", ["mastodon", "hackernews", "bluesky", "generic"])
@given(root=trees, subject=subjects)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_wanted_is_missed(dialect: Dialect, root: Node, subject: Subject) -> None:
    query = Query(root)
    asked = push_down(query, dialect)
    if asked and query.matches(subject) is not None:
        assert any(_network_finds(search, subject) for search in asked), asked


def _network_finds(search: str, subject: Subject) -> bool:
    """A network's search as they are meant: folded words anywhere, every term needed."""
    fields = (subject.title, subject.text, *subject.links, *subject.tags, *subject.mentions)
    words = "\x1f".join(map(folded_words, fields))
    everything = "\x1f".join(fields).lower()
    for quoted, bare in re.findall(r'"([^"]*)"|(\S+)', search):
        if quoted:
            if folded_words(quoted) not in words and quoted not in everything:
                return False
        elif ":" in bare:
            value = bare.partition(":")[2]
            if value not in everything:
                return False
        elif folded_words(bare).rstrip() not in words:
            return False
    return True


@pytest.mark.parametrize(
    ("query", "tags"),
    [
        ("acme", ("acme",)),
        ("Foo OR #Été OR foo", ("été", "foo")),
        ('"acme corp" OR acme*', ()),
        ("-acme", ()),
        ("acme (help OR refund OR down)", ("acme",)),
        ("(a OR b) #c", ("c",)),
        ("from:acme", ()),
    ],
)
def test_tags(query: str, tags: tuple[str, ...]) -> None:
    assert tags_of(parse(query)) == tags
