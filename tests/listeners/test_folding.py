"""Cross-posts and syndication: one row, all places, counted once, whatever comes first."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.config import BrandConfig, Config, SourceConfig
from listeners.model import (
    DAY,
    HOUR,
    MINUTE,
    AccountGone,
    Author,
    Batch,
    ConversationState,
    Deletion,
    Engagement,
    Micros,
    Post,
)
from listeners.pipeline import Pipeline
from listeners.rows import MentionRow
from listeners.sameness import article_keys, is_one_person, parts_of, persons
from listeners.store import Store, open_store, reads
from listeners.store.connection import Connection
from listeners.store.elsewhere import Writer
from listeners.store.filters import QueueFilter, StreamFilter
from listeners.store.places import threads_elsewhere
from listeners.store.retention import forget_old
from listeners.store.sources import NewSource, register_sources
from tests.listeners.store.builders import forget_account

NOW = Micros(1_790_000_000 * 1_000_000)
BRAND = BrandConfig(
    name="Lune",
    handles={"mastodon": ("@lune@social.example",), "bluesky": ("lune.bsky.social",)},
    websites=("lune.example",),
)
ASKED = "Does anybody know why my Lune lamp keeps blinking? Please help"

MASTODON = SourceConfig(network="mastodon", what="#lune")
BLUESKY = SourceConfig(network="bluesky")
FEED_A = SourceConfig(network="feeds", what="https://a.example/feed")
FEED_B = SourceConfig(network="feeds", what="https://b.example/feed")
NEWS = SourceConfig(network="news")
LEMMY = SourceConfig(network="lemmy")
SOURCES = (MASTODON, BLUESKY, FEED_A, FEED_B, NEWS, LEMMY)


class Desk:
    """A store and a pipeline."""

    def __init__(self, store: Store) -> None:
        self.now = NOW
        self.store = store
        self.config = Config(brands=(BRAND,), sources=SOURCES)
        self.pipeline = Pipeline(store, self.config, lambda: self.now)
        self.numbers: dict[str, int] = {}

    async def open(self) -> Desk:
        await self.pipeline.open()

        async def work(connection: Connection) -> dict[str, int]:
            new = [NewSource(one.key, one.network, one.key) for one in SOURCES]
            return await register_sources(connection, new, NOW)

        self.numbers = await self.store.write(work)
        return self

    async def hear(self, source: SourceConfig, *posts: Post) -> None:
        batch = Batch(posts=posts, fetched=len(posts), cursor="c")
        await self.pipeline.take(source, self.numbers[source.key], batch)

    async def gone(self, source: SourceConfig, one: Post) -> None:
        batch = Batch(deletions=(Deletion(one.network, one.native_id),))
        await self.pipeline.take(source, self.numbers[source.key], batch)

    async def rows(self) -> list[MentionRow]:
        ids = await reads.mention_ids(self.store, StreamFilter(), limit=100)
        found = await reads.mentions(self.store, ids)
        return [found[id_] for id_ in sorted(ids)]

    async def counted(self) -> dict[str, int]:
        rows = await self.store.fetch(
            "SELECT network, sum(total) AS n FROM rollup_hour GROUP BY network HAVING n != 0"
        )
        return {row["network"]: row["n"] for row in rows}


@asynccontextmanager
async def desk_at(path: Path) -> AsyncIterator[Desk]:
    async with open_store(path) as store:
        yield await Desk(store).open()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_at(tmp_path / "hubbub.db") as desk:
        yield desk


def toot(
    text: str = ASKED, *, who: str = "zoe", at: int = 0, number: int = 1, **more: object
) -> Post:
    one = Post(
        network="mastodon",
        native_id=f"https://social.example/users/{who}/statuses/{1000 + number}",
        author=Author(
            key=f"https://social.example/users/{who}", handle=f"{who}@social.example", name=who
        ),
        text=text,
        created_at=Micros(NOW - HOUR + at),
        lang="en",
    )
    return replace(one, **more)  # type: ignore[arg-type]


def skeet(
    text: str = ASKED, *, who: str = "zoe", at: int = MINUTE, number: int = 1, **more: object
) -> Post:
    one = Post(
        network="bluesky",
        native_id=f"at://did:plc:{who}/app.bsky.feed.post/3k{number:04}",
        author=Author(key=f"did:plc:{who}", handle=f"{who}.bsky.social", name=who),
        text=text,
        created_at=Micros(NOW - HOUR + at),
        lang="en",
    )
    return replace(one, **more)  # type: ignore[arg-type]


def article(name: str, *, feed: str = "a", **more: object) -> Post:
    one = Post(
        network="feeds",
        native_id=f"{feed}.example#{name}",
        author=Author(key=f"{feed}.example/desk", handle="Desk", name="Desk"),
        title=f"Lune recalls its lamps after {name}",
        text=f"The maker of Lune lamps said on Monday that {name}. More soon at {feed}.",
        url=f"https://paper.example/news/{name}?utm_source={feed}",
        created_at=Micros(NOW - HOUR),
        lang="en",
    )
    return replace(one, **more)  # type: ignore[arg-type]


# --- cross-posts -----------------------------------------------------------------------------


async def test_a_cross_post_is_one_row_counted_once_with_both_places(desk: Desk) -> None:
    await desk.hear(MASTODON, toot(engagement=Engagement(likes=3, replies=1)))
    await desk.hear(BLUESKY, skeet(engagement=Engagement(likes=4, shares=2)))
    (row,) = await desk.rows()
    assert (row.network, [place.network for place in row.places]) == ("mastodon", ["bluesky"])
    assert row.engagement == Engagement(likes=7, shares=2, replies=1)
    assert await desk.counted() == {"mastodon": 1}
    (talk,) = (
        await reads.conversations(desk.store, await reads.queue_ids(desk.store, QueueFilter()))
    ).values()
    assert talk.messages == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (toot(), skeet(who="max")),
        (toot("Lune is great"), skeet("Lune is great")),
        (toot(), skeet(at=-4 * DAY)),
        (toot(), toot(number=2)),
        (toot(private=True), skeet()),
        (toot(), skeet(repost=True)),
        (
            toot(author=Author(key="k", handle="anonymous")),
            skeet(author=Author(key="d", handle="anonymous")),
        ),
        (toot(), skeet(network="reddit")),
    ],
    ids=["others", "short", "late", "again", "private", "repost", "nobody", "never merged"],
)
async def test_what_is_not_the_same_stays_apart(desk: Desk, first: Post, second: Post) -> None:
    await desk.hear(MASTODON, first)
    await desk.hear(BLUESKY, second)
    assert len(await desk.rows()) == 2


async def test_a_chain_letter_of_many_people_is_never_folded(desk: Desk) -> None:
    for number, who in enumerate(("ana", "bob", "cleo", "dan")):
        await desk.hear(MASTODON, toot(who=who, number=number))
        await desk.hear(BLUESKY, skeet(who=f"{who}2", number=number))
    assert len(await desk.rows()) == 8


async def test_two_servers_of_one_network_and_a_bridge_fold(desk: Desk) -> None:
    other = Author(key="https://fed.example/users/zoe", handle="zoe@fed.example")
    await desk.hear(
        MASTODON, toot(), toot(native_id="https://fed.example/users/zoe/statuses/77", author=other)
    )
    bridged = Author(key="did:plc:b", handle="zoe.social.example.ap.brid.gy")
    await desk.hear(BLUESKY, skeet(author=bridged))
    (row,) = await desk.rows()
    assert len(row.places) == 2


async def test_a_federated_post_read_by_two_networks_is_one(desk: Desk) -> None:
    await desk.hear(MASTODON, toot("Lune!"))
    await desk.hear(LEMMY, toot("Lune!", network="lemmy"))
    (row,) = await desk.rows()
    assert [place.network for place in row.places] == ["lemmy"]


async def test_a_question_asked_again_after_the_answer_asks_again(desk: Desk) -> None:
    await desk.hear(MASTODON, toot())
    ours = toot(
        "We are on it, please restart it",
        number=2,
        at=10 * MINUTE,
        author=Author(key="lune@social.example", handle="lune@social.example"),
        parent_id=toot().native_id,
        root_id=toot().native_id,
    )
    await desk.hear(MASTODON, ours)
    await desk.hear(BLUESKY, skeet(at=20 * MINUTE))
    assert len(await reads.queue_ids(desk.store, QueueFilter())) == 1
    assert len(await desk.rows()) == 3


async def test_what_was_written_before_the_answer_is_answered_with_it(desk: Desk) -> None:
    await desk.hear(MASTODON, toot())
    ours = toot(
        "We are on it, please restart it",
        number=2,
        at=10 * MINUTE,
        author=Author(key="lune@social.example", handle="lune@social.example"),
        parent_id=toot().native_id,
        root_id=toot().native_id,
    )
    await desk.hear(MASTODON, ours)
    await desk.hear(BLUESKY, skeet(at=MINUTE))
    assert len(await reads.queue_ids(desk.store, QueueFilter())) == 0
    assert len(await desk.rows()) == 2


async def test_replies_below_each_place_reach_the_one_conversation(desk: Desk) -> None:
    await desk.hear(MASTODON, toot())
    await desk.hear(BLUESKY, skeet())
    below = skeet(
        "Same here, mine does that too",
        who="max",
        number=2,
        at=5 * MINUTE,
        parent_id=skeet().native_id,
        root_id=skeet().native_id,
    )
    more = skeet(
        "It began on Friday, I should add",
        number=3,
        at=6 * MINUTE,
        parent_id=below.native_id,
        root_id=skeet().native_id,
    )
    only_parent = skeet("And mine", who="ida", number=4, at=7 * MINUTE, parent_id=skeet().native_id)
    await desk.hear(BLUESKY, below)
    await desk.hear(BLUESKY, more, only_parent)
    rows = await desk.rows()
    assert len({row.conversation_id for row in rows}) == 1
    assert len(rows) == 4
    own = next(row for row in rows if "Friday" in row.text)
    assert own.part.value == "outside"


async def test_a_thread_that_was_cross_posted_folds_post_by_post(desk: Desk) -> None:
    second = "And it began on Friday, right after the update of the app"
    await desk.hear(MASTODON, toot(), toot(second, number=2, at=1, parent_id=toot().native_id))
    await desk.hear(
        BLUESKY, skeet(), skeet(second, number=2, at=MINUTE + 1, parent_id=skeet().native_id)
    )
    rows = await desk.rows()
    assert [len(row.places) for row in rows] == [1, 1]


# --- edits and deletions -----------------------------------------------------------------------


async def test_the_first_place_gone_another_takes_over(desk: Desk) -> None:
    await desk.hear(MASTODON, toot())
    await desk.hear(BLUESKY, skeet())
    (before,) = await desk.rows()
    await desk.gone(MASTODON, toot())
    (row,) = await desk.rows()
    assert (row.id, row.network, row.native_id) == (before.id, "bluesky", skeet().native_id)
    assert [(place.network, place.gone) for place in row.places] == [("mastodon", True)]
    assert await desk.counted() == {"bluesky": 1}
    assert len(await reads.queue_ids(desk.store, QueueFilter())) == 1
    await desk.hear(MASTODON, toot())  # the index still shows it: it stays gone
    await desk.gone(BLUESKY, skeet())
    assert await desk.rows() == []
    assert await desk.counted() == {}


async def test_a_place_gone_leaves_the_rest_and_an_account_gone_takes_its_places(
    desk: Desk,
) -> None:
    await desk.hear(MASTODON, toot())
    await desk.hear(BLUESKY, skeet())
    await desk.gone(BLUESKY, skeet())
    (row,) = await desk.rows()
    assert (row.network, row.places[0].gone) == ("mastodon", True)
    gone = Batch(accounts_gone=(AccountGone("mastodon", toot().author.key),))
    await desk.pipeline.take(MASTODON, desk.numbers[MASTODON.key], gone)
    assert await desk.rows() == []


async def test_other_words_at_one_place_become_a_mention_in_the_same_conversation(
    desk: Desk,
) -> None:
    await desk.hear(MASTODON, toot())
    await desk.hear(BLUESKY, skeet())
    await desk.hear(BLUESKY, skeet("Solved: the Lune lamp only wanted a new cable, thank you"))
    old, new = await desk.rows()
    assert (old.text, old.places) == (ASKED, ())
    assert new.network == "bluesky"
    assert new.conversation_id == old.conversation_id
    await desk.hear(MASTODON, toot("Is my Lune lamp broken for good? Please help me"))
    edited, _ = await desk.rows()
    assert edited.text.startswith("Is my Lune")


async def test_it_is_forgotten_with_its_places(desk: Desk) -> None:
    await desk.hear(MASTODON, toot())
    await desk.hear(BLUESKY, skeet())
    assert await forget_account(desk.store, "bluesky", skeet().author.key, NOW, pause=0) == 0
    (row,) = await desk.rows()
    assert row.places == ()
    await desk.hear(BLUESKY, skeet(who="ida"), article("fire"))
    await desk.hear(FEED_B, article("fire", feed="b"))
    assert await forget_account(desk.store, "mastodon", toot().author.key, NOW, pause=0) == 1
    await desk.store.write(
        lambda c: c.fetch("UPDATE conversation SET state = 'resolved', in_queue = 0")
    )
    await forget_old(desk.store, Micros(NOW + DAY), NOW, pause=0)
    left = await desk.store.fetch(
        "SELECT (SELECT count(*) FROM place) + (SELECT count(*) FROM article) AS n"
    )
    assert left[0]["n"] == 0


# --- articles ------------------------------------------------------------------------------------


async def test_an_article_in_three_feeds_is_one(desk: Desk) -> None:
    await desk.hear(FEED_A, article("fire"))
    await desk.hear(FEED_B, article("fire", feed="b"))
    wire = article("fire", feed="c", network="news", url="https://www.paper.example/2026/lune-fire")
    await desk.hear(NEWS, wire)
    (row,) = await desk.rows()
    assert [place.network for place in row.places] == ["feeds", "news"]
    assert await desk.counted() == {"feeds": 1}


async def test_an_article_with_one_id_in_two_feeds_lists_both_and_is_not_edited_to_and_fro(
    desk: Desk,
) -> None:
    one = article("fire", native_id="https://paper.example/news/fire")
    short = replace(one, text="Lune recalls lamps")
    await desk.hear(FEED_A, one)
    await desk.hear(FEED_B, short)
    await desk.hear(FEED_A, one)
    (row,) = await desk.rows()
    assert (row.text, row.edited_at, len(row.places)) == (one.text, None, 1)
    assert row.places[0].same


async def test_articles_of_one_feed_and_comments_stay_apart(desk: Desk) -> None:
    again = article(
        "fire", native_id="a.example#fire2", text="A second report of Lune and its lamps"
    )
    await desk.hear(FEED_A, article("fire"), again)
    comment = article("fire", feed="b", parent_id="a.example#fire", text="I had that Lune lamp too")
    await desk.hear(FEED_B, comment)
    assert len(await desk.rows()) == 3


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example/x?utm_source=b", "http://www.a.example/x/", True),
        ("https://a.example/t?id=3", "https://a.example/t?id=4", False),
        ("https://a.example/topic/9#p12", "https://a.example/topic/9#p13", False),
        ("https://a.example/x#top", "https://a.example/x", True),
        ("https://a.example/", "https://a.example", False),
    ],
)
def test_by_what_an_article_is_recognised(one: str, other: str, same: bool) -> None:
    keys = [set(article_keys(article("x", title="Short", url=url))) for url in (one, other)]
    assert bool(keys[0] & keys[1]) is same


# --- people ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (
            Writer("bluesky", "d", "zoe.bsky.social", ""),
            Writer("mastodon", "k", "zoe@a.b", ""),
            True,
        ),
        (
            Writer("bluesky", "d", "zoe.example", "Zoé Martin"),
            Writer("mastodon", "k", "zm@a.b", "zoe martin"),
            True,
        ),
        (
            Writer("bluesky", "d", "zoe.example", "Zoe"),
            Writer("mastodon", "k", "zm@a.b", "Zoe"),
            False,
        ),
        (Writer("github", "1", "zo", ""), Writer("hackernews", "zo", "zo", ""), False),
        (
            Writer("bluesky", "d1", "zoe.bsky.social", ""),
            Writer("bluesky", "d2", "zoe.example", ""),
            False,
        ),
        (Writer("reddit", "t", "zoe", ""), Writer("mastodon", "k", "zoe@a.b", ""), False),
        (Writer("mastodon", "1", "zoe@a.b", ""), Writer("mastodon", "2", "zoe@c.d", ""), True),
        (Writer("mastodon", "1", "zoe@a.b", ""), Writer("mastodon", "1", "zoe@a.b", ""), False),
    ],
)
def test_who_is_one_person(one: Writer, other: Writer, same: bool) -> None:
    assert is_one_person(one, other) is is_one_person(other, one) is same


def test_a_name_is_more_than_one_word() -> None:
    assert persons(Writer("feeds", "k", "", "Desk")) == frozenset()


def test_what_may_be_one_is_stored_in_turns_and_in_order() -> None:
    posts = [toot(), skeet(), toot(number=2), skeet(number=2), toot("Something else of Lune here")]
    parts = parts_of(posts)
    assert [len(part) for part in parts] == [3, 2]
    assert parts_of([toot(number=number) for number in range(9)]) == [
        [toot(number=number) for number in range(9)]
    ]


# --- threads elsewhere ----------------------------------------------------------------------------


async def test_threads_are_read_at_every_place_once_an_hour(desk: Desk) -> None:
    await desk.hear(MASTODON, toot())
    await desk.hear(BLUESKY, skeet())
    number = desk.numbers[BLUESKY.key]
    stale = Micros(NOW - HOUR)
    first = await desk.store.write(lambda c: threads_elsewhere(c, number, stale, NOW, 5))
    again = await desk.store.write(lambda c: threads_elsewhere(c, number, stale, NOW, 5))
    assert (first, again) == ([skeet().native_id], [])


# --- any order ------------------------------------------------------------------------------------

_HEARD: tuple[tuple[SourceConfig, Post], ...] = (
    (MASTODON, toot()),
    (BLUESKY, skeet()),
    (BLUESKY, skeet(who="max", number=7)),
    (FEED_A, article("fire")),
    (FEED_B, article("fire", feed="b")),
    (NEWS, article("fire", feed="c", network="news")),
    (FEED_A, article("flood")),
)


async def _outcome(desk: Desk, heard: Sequence[tuple[SourceConfig, Post]]) -> tuple[object, ...]:
    for source, post in heard:
        await desk.hear(source, post)
    rows = await desk.rows()
    groups = {
        frozenset([row.native_id, *(place.native_id for place in row.places)]) for row in rows
    }
    return groups, sum((await desk.counted()).values()), len(rows)


_EXPECTED = (
    {
        frozenset({toot().native_id, skeet().native_id}),
        frozenset({skeet(who="max", number=7).native_id}),
        frozenset(f"{feed}.example#fire" for feed in "abc"),
        frozenset({"a.example#flood"}),
    },
    4,
    4,
)


@settings(max_examples=12, deadline=None)
@given(order=st.permutations(range(len(_HEARD))), again=st.lists(st.integers(0, 6), max_size=4))
async def test_any_order_of_arrival_gives_the_same_rows_and_counts(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], again: list[int]
) -> None:
    path = tmp_path_factory.mktemp("any-order") / "hubbub.db"
    async with desk_at(path) as desk:
        heard = [_HEARD[number] for number in (*order, *again)]
        assert await _outcome(desk, heard) == _EXPECTED


async def test_all_in_one_batch_is_the_same_too(desk: Desk) -> None:
    both = [replace(post, wanted=True) for _, post in _HEARD[:3]]
    for order in list(permutations(both))[:1]:
        await desk.hear(MASTODON, *order)
    assert len(await desk.rows()) == 2
    assert ConversationState.OPEN in {
        talk.state
        for talk in (
            await reads.conversations(desk.store, await reads.queue_ids(desk.store, QueueFilter()))
        ).values()
    }
