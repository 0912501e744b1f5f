"""From batches to the store: what is kept, what is folded, what a thread makes of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from listeners.config import BrandConfig, Config, SourceConfig
from listeners.model import (
    HOUR,
    MINUTE,
    AccountGone,
    AlertClass,
    Author,
    BadRecord,
    Batch,
    ConversationState,
    Deletion,
    Engagement,
    Gap,
    Micros,
    Part,
    Post,
    Sentence,
)
from listeners.pipeline import Counts, Pipeline
from listeners.rows import ConversationRow, MentionRow
from listeners.store import Store, open_store, reads
from listeners.store.connection import Connection
from listeners.store.filters import AlertFilter, QueueFilter, StreamFilter
from listeners.store.planned import own_posts
from listeners.store.sources import NewSource, register_sources, source_cursor

NOW = Micros(1_790_000_000 * 1_000_000)
SOURCE = SourceConfig(network="mastodon", what="#lune")
CONFIG = Config(
    brands=(
        BrandConfig(
            name="Lune",
            names=("Lune",),
            handles={"mastodon": ("@lune@social.example",)},
            confidential=("Projet Aube",),
            websites=("lune.example",),
        ),
        BrandConfig(name="Soleil", competitor=True),
    ),
    sources=(SOURCE,),
)
US = Author(key="lune@social.example", handle="lune@social.example", name="Lune")
ZOE = Author(key="zoe@social.example", handle="zoe@social.example", name="Zoé", followers=40)
MAX = Author(key="max@social.example", handle="max@social.example", name="Max")


class Desk:
    """A store, a pipeline and a clock that a test sets."""

    def __init__(self, store: Store, config: Config = CONFIG) -> None:
        self.now = NOW
        self.store = store
        self.pipeline = Pipeline(store, config, lambda: self.now)
        self.source_id = 0

    async def open(self) -> None:
        await self.pipeline.open()

        async def work(connection: Connection) -> int:
            new = [NewSource(SOURCE.key, SOURCE.network, "lune")]
            return (await register_sources(connection, new, self.now))[SOURCE.key]

        self.source_id = await self.store.write(work)

    async def take(self, *posts: Post, **more: object) -> Counts:
        batch = replace(Batch(posts=posts, fetched=len(posts)), **more)
        return await self.pipeline.take(SOURCE, self.source_id, batch)

    async def mentions(self) -> list[MentionRow]:
        ids = await reads.mention_ids(self.store, StreamFilter(), limit=100)
        rows = await reads.mentions(self.store, ids)
        return sorted(rows.values(), key=lambda row: row.id)

    async def conversations(self, *states: str) -> list[ConversationRow]:
        filter_ = QueueFilter(states=states or ("open", "waiting", "snoozed"))  # type: ignore[arg-type]
        ids = await reads.queue_ids(self.store, filter_)
        rows = await reads.conversations(self.store, ids)
        return [rows[id_] for id_ in ids]

    async def cursor(self) -> str | None:
        async def work(connection: Connection) -> str | None:
            return await source_cursor(connection, self.source_id)

        return await self.store.write(work)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_store(tmp_path / "hubbub.db") as store:
        desk = Desk(store)
        await desk.open()
        yield desk


def post(number: int, text: str, author: Author = ZOE, **more: object) -> Post:
    usual = Post(
        network="mastodon",
        native_id=f"https://social.example/posts/{1000 + number}",
        author=author,
        text=text,
        created_at=Micros(NOW - HOUR + number * MINUTE),
        lang="en",
    )
    return replace(usual, **more)


def reply(number: int, to: int, text: str, author: Author, **more: object) -> Post:
    parent = f"https://social.example/posts/{1000 + to}"
    return post(number, text, author, parent_id=parent, **more)


async def test_a_matching_post_is_stored_with_its_cursor(desk: Desk) -> None:
    counts = await desk.take(
        post(1, "Is Lune open on Sunday?"), post(2, "Nothing of ours."), cursor="17"
    )
    (mention,) = await desk.mentions()
    assert (counts.fetched, counts.new) == (2, 1)
    assert mention.text == "Is Lune open on Sunday?"
    assert mention.author_name == "Zoé"
    assert mention.reasons
    assert await desk.cursor() == "17"
    (conversation,) = await desk.conversations()
    assert conversation.needs_reply
    assert conversation.waiting_since == NOW - HOUR + MINUTE


async def test_what_comes_twice_is_stored_once(desk: Desk) -> None:
    batch = (post(1, "I love Lune"), post(1, "I love Lune"))
    await desk.take(*batch)
    counts = await desk.take(*batch)
    assert len(await desk.mentions()) == 1
    assert (counts.new, counts.updated) == (0, 0)


async def test_an_edit_replaces_the_text_and_new_counts_are_kept(desk: Desk) -> None:
    await desk.take(post(1, "Lune is good"))
    counts = await desk.take(post(1, "Lune is terrible, sorry"))
    assert counts.updated == 1
    (mention,) = await desk.mentions()
    assert mention.text == "Lune is terrible, sorry"
    assert mention.edited_at is not None
    await desk.take(post(1, "Lune is terrible, sorry", engagement=Engagement(likes=9)))
    (mention,) = await desk.mentions()
    assert mention.engagement.likes == 9


async def test_a_deletion_blanks_and_stays(desk: Desk) -> None:
    await desk.take(post(1, "Is Lune open?"))
    counts = await desk.take(deletions=(Deletion("mastodon", post(1, "").native_id),))
    assert counts.deleted == 1
    await desk.take(post(1, "Is Lune open?"))
    assert [row.text for row in await desk.mentions()] in ([], [""])
    (conversation,) = await desk.conversations("open")
    assert not conversation.needs_reply


async def test_a_deletion_heard_before_its_post_wins(desk: Desk) -> None:
    await desk.take(deletions=(Deletion("mastodon", post(1, "").native_id),))
    await desk.take(post(1, "Is Lune open?"))
    assert await desk.mentions() == []


async def test_an_author_who_is_gone_is_blanked(desk: Desk) -> None:
    await desk.take(post(1, "Lune one"), post(2, "Lune two"), post(3, "Lune three", MAX))
    counts = await desk.take(accounts_gone=(AccountGone("mastodon", ZOE.key),))
    assert counts.deleted == 2
    assert [row.text for row in await desk.mentions() if row.text] == ["Lune three"]


async def test_our_reply_answers_by_itself(desk: Desk) -> None:
    await desk.take(post(1, "Is Lune open on Sunday?"))
    await desk.take(reply(5, 1, "Yes, from nine.", US))
    (conversation,) = await desk.conversations()
    assert conversation.state is ConversationState.WAITING
    assert conversation.messages == 2
    await desk.take(reply(7, 5, "And on Monday?", ZOE))
    (conversation,) = await desk.conversations()
    assert conversation.state is ConversationState.OPEN
    assert conversation.reopened == 1
    parts = [row.part for row in await desk.mentions()]
    assert parts == [Part.OUTSIDE, Part.OURS, Part.OUTSIDE]


async def test_our_late_reply_does_not_swallow_a_later_question(desk: Desk) -> None:
    await desk.take(post(1, "Is Lune open on Sunday?"), reply(9, 1, "And on Monday?", ZOE))
    await desk.take(reply(5, 1, "On Sunday, yes.", US))
    (conversation,) = await desk.conversations()
    assert conversation.needs_reply
    assert conversation.waiting_since == NOW - HOUR + 9 * MINUTE


async def test_a_batch_read_backwards_ends_in_the_same_state(desk: Desk) -> None:
    thread = (
        post(1, "Is Lune open on Sunday?"),
        reply(5, 1, "Yes, from nine.", US),
        reply(6, 5, "Thanks!", ZOE),
    )
    await desk.take(*reversed(thread))
    (conversation,) = await desk.conversations()
    assert conversation.state is ConversationState.WAITING
    assert conversation.messages == 3


async def test_others_talking_start_no_clock(desk: Desk) -> None:
    await desk.take(post(1, "I like Lune"), reply(2, 1, "Me too, where is it?", MAX))
    assert [row.part for row in await desk.mentions()] == [Part.OUTSIDE, Part.THIRD_PARTY]
    assert [row.needs_reply for row in await desk.conversations()] in ([], [False])


async def test_two_brands_each_keep_their_own(desk: Desk) -> None:
    await desk.take(post(1, "Lune or Soleil, which one?"))
    assert sorted(row.brand for row in await desk.mentions()) == ["Lune", "Soleil"]


async def test_a_leak_raises_one_alert_that_does_not_tell_it(desk: Desk) -> None:
    await desk.take(post(1, "Lune calls it Projet Aube, pass it on"))
    await desk.take(post(2, "So Lune works on Projet Aube?", MAX))
    ids = await reads.alert_ids(desk.store, AlertFilter())
    alerts = list((await reads.alerts(desk.store, ids)).values())
    (leak,) = [row for row in alerts if row.alert_class is AlertClass.LEAK]
    assert leak.count == 2
    assert len(leak.evidence) == 2
    assert "Aube" not in repr(leak.title) + repr(leak.explanation)


async def test_old_posts_are_history_and_no_work(desk: Desk) -> None:
    old = Micros(NOW - 100 * HOUR)
    await desk.take(post(1, "Is Lune open on Sunday?", created_at=old))
    (mention,) = await desk.mentions()
    assert mention.history
    assert await desk.conversations("open") == [] or not any(
        row.needs_reply for row in await desk.conversations("open")
    )


async def test_hostile_text_is_cleaned_and_kept_as_evidence(desk: Desk) -> None:
    text = "Lune \x1b]52;c;cHduZWQ=\x07 [@click=app.quit]x[/] \u202etxet"
    await desk.take(post(1, text, replace(ZOE, name="Z\x1b[2Jo\u00e9")))
    (mention,) = await desk.mentions()
    assert "\x1b" not in mention.text
    assert "\u202e" not in mention.text
    assert mention.raw_text == text
    assert mention.author_name == "Zo\u00e9"


async def test_a_deleted_post_leaves_no_title_behind(desk: Desk) -> None:
    first = post(1, "Lune?", title="My flat burnt down")
    await desk.take(first, reply(2, 1, "Lune, same here. Any news?", MAX, root_id=first.native_id))
    (before,) = await desk.conversations()
    assert before.title == "My flat burnt down"
    await desk.take(deletions=(Deletion("mastodon", first.native_id),))
    assert [row["title"] for row in await desk.store.fetch("SELECT title FROM conversation")] == [
        ""
    ]


async def test_bad_records_and_gaps_are_written_down(desk: Desk) -> None:
    why = Sentence("no id")
    counts = await desk.take(
        post(1, "Lune!"), bad=(BadRecord("{}", why),), gap=Gap(NOW, None, Sentence("too old"))
    )
    assert (counts.new, counts.bad, counts.gaps) == (1, 1, 1)
    (source,) = await reads.sources(desk.store)
    assert source.bad == 1
    assert source.open_gap is not None


async def test_a_large_batch_is_stored_whole_and_counted_once(desk: Desk) -> None:
    posts = [post(number, f"Lune number {number}") for number in range(120)]
    counts = await desk.take(*posts, fetched=150, cursor="150")
    assert (counts.fetched, counts.new) == (150, 120)
    assert await desk.cursor() == "150"


@pytest.mark.parametrize(
    ("link", "heard"),
    [
        ("https://www.lune.example/menu", True),
        ("http://shop.lune.example", True),
        ("https://notlune.example/lune", False),
    ],
)
async def test_a_link_to_our_site_is_heard_without_our_name(
    desk: Desk, link: str, heard: bool
) -> None:
    await desk.take(post(1, "Look at this", links=(link,)))
    assert len(await desk.mentions()) == heard


async def test_what_a_competitor_posts_is_no_post_of_ours(tmp_path: Path) -> None:
    rival = BrandConfig(
        name="Soleil", handles={"mastodon": ("@soleil@social.example",)}, competitor=True
    )
    them = Author(key="soleil@social.example", handle="soleil@social.example", name="Soleil")
    async with open_store(tmp_path / "hubbub.db") as store:
        desk = Desk(store, replace(CONFIG, brands=(CONFIG.brands[0], rival)))
        await desk.open()
        await desk.take(post(1, "Lune opens at nine.", US), post(2, "Soleil opens at eight.", them))
        rows = await store.fetch("SELECT part FROM mention ORDER BY id")
        assert [row["part"] for row in rows] == [Part.OURS, Part.OURS]
        found = await own_posts(store, "", Micros(0), desk.now)
        assert [one.brand for one in found] == ["Lune"]
        # Whoever takes the line out of the configuration again owns the brand.
        ours = Desk(
            store, replace(CONFIG, brands=(*CONFIG.brands[:1], replace(rival, competitor=False)))
        )
        await ours.open()
        found = await own_posts(store, "", Micros(0), desk.now)
        assert [one.brand for one in found] == ["Lune", "Soleil"]
