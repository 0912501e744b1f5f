"""Terms of the networks: others' words and names go in time, our own work and the counts stay."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from listeners.config import Config, SourceConfig
from listeners.housekeeping import Housekeeping
from listeners.model import (
    DAY,
    HOUR,
    Author,
    Batch,
    Deletion,
    Engagement,
    Micros,
    Part,
    Post,
    Severity,
)
from listeners.pipeline import Pipeline
from listeners.rows import MentionRow
from listeners.store import Store, open_store, reads, terms
from listeners.store.accounts import upsert_accounts
from listeners.store.connection import Connection
from listeners.store.filters import AlertFilter, StreamFilter
from listeners.store.places import NewPlace, add_places
from listeners.store.records import SeenAccount
from listeners.store.sources import NewSource, register_sources
from listeners.terms import due, kept_for
from tests.listeners.store.test_store_recount import check
from tests.listeners.test_pipeline import CONFIG, NOW, US, ZOE

SOURCE = SourceConfig(network="linkedin", what="urn:li:organization:1")
TERMS = replace(
    CONFIG,
    sources=(SOURCE,),
    brands=tuple(
        replace(brand, handles={"linkedin": ("lune@social.example",)}) for brand in CONFIG.brands
    ),
)
SECRET = "Xylophonesque"


@pytest.mark.parametrize(
    ("terms", "keep", "hours"),
    [
        (None, None, None),
        (48.0, None, 48),
        (48.0, "24h", 24),
        (48.0, "30d", 48),
        (None, "30d", 720),
        (48.0, "for ever", 48),
        (720.0, "2d", 48),
    ],
)
def test_a_person_may_shorten_what_the_terms_allow(
    terms: float | None, keep: str | None, hours: int | None
) -> None:
    source = SourceConfig(network="linkedin", options={} if keep is None else {"keep": keep})
    assert kept_for(terms, source) == (None if hours is None else hours * HOUR)


def test_the_terms_hold_for_a_source_that_is_configured_no_more() -> None:
    assert due([(7, 48.0, None), (8, None, None)], NOW) == {Micros(NOW - 2 * DAY): [7]}


class World:
    """A store with one source of LinkedIn, and the chores of the process that listens."""

    def __init__(self, store: Store, number: int, config: Config) -> None:
        self.now = NOW
        self.store = store
        self.number = number
        self.pipeline = Pipeline(store, config, lambda: self.now)
        self.chores = Housekeeping(store, config, lambda: self.now)

    async def hear(self, *posts: Post) -> None:
        await self.pipeline.take(SOURCE, self.number, Batch(posts=posts, fetched=len(posts)))

    async def rows(self) -> dict[str, MentionRow]:
        ids = await reads.mention_ids(self.store, StreamFilter(brand="Lune"), limit=20)
        return {row.native_id: row for row in (await reads.mentions(self.store, ids)).values()}


async def world_of(store: Store, config: Config = TERMS) -> World:
    sources = [NewSource(SOURCE.key, "linkedin", "Lune's page")]
    numbers = await store.write(lambda c: register_sources(c, sources, NOW))
    world = World(store, numbers[SOURCE.key], config)
    await world.pipeline.open()
    return world


def post(native_id: str, author: Author = ZOE, text: str = f"Lune, {SECRET} is broken?") -> Post:
    return Post(
        network="linkedin",
        native_id=native_id,
        author=author,
        text=text,
        created_at=NOW,
        raw=f'{{"text": "{text}"}}'.encode(),
        addressed=author is not US,
        root_id="1",
        parent_id=None if native_id == "1" else "1",
    )


async def test_words_and_names_go_in_time_and_our_work_stays(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    author = replace(ZOE, name=f"Zoé {SECRET}")
    async with open_store(path) as store:
        world = await world_of(store)
        await world.hear(post("1", author), post("2", US, "We look into it."))
        world.now = Micros(NOW + 47 * HOUR)
        await world.chores.terms()
        assert SECRET in repr(await world.rows())
        world.now = Micros(NOW + 49 * HOUR)
        await world.chores.terms()
        rows = await world.rows()
        assert SECRET not in repr(rows)
        theirs, ours = rows["1"], rows["2"]
        assert (theirs.text, theirs.withheld, theirs.author_name) == ("", True, "")
        assert (ours.text, ours.withheld, ours.part) == ("We look into it.", False, Part.OURS)
        # It still counts, with its mood, and its conversation stands.
        await check(store)
        assert theirs.conversation_id == ours.conversation_id is not None
    held = path.read_bytes()
    # The index compresses words by their beginnings; so look for what follows the first letters.
    assert SECRET.encode() not in held
    assert SECRET[3:].encode() not in held


async def test_the_index_is_cleared_though_the_process_ended_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "hubbub.db"

    async def ended(connection: Connection) -> bool:
        raise RuntimeError("the process ends here")

    async with open_store(path) as store:
        world = await world_of(store)
        await world.hear(post("1"))
        world.now = Micros(NOW + 49 * HOUR)
        with monkeypatch.context() as patch:
            patch.setattr(terms, "begin_merge", ended)
            with pytest.raises(RuntimeError, match="ends here"):
                await world.chores.terms()
    assert SECRET.casefold()[3:].encode() in path.read_bytes()
    async with open_store(path) as store:
        world = await world_of(store)
        world.now = Micros(NOW + 50 * HOUR)
        await world.chores.terms()
    assert SECRET.casefold()[3:].encode() not in path.read_bytes()


def left_of_it(path: Path) -> list[str]:
    """Return the columns in which the secret word still stands."""
    with sqlite3.connect(path) as file:
        tables = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE sql > ''")]
        columns = [
            (table, column)
            for table in tables
            for _, column, *_ in file.execute(f"PRAGMA table_info({table})")
        ]
        found = [
            f"{table}.{column}"
            for table, column in columns
            if table != "mention_fts"
            and file.execute(
                f"SELECT 1 FROM {table} WHERE instr(CAST({column} AS TEXT), ?)", (SECRET,)
            ).fetchall()
        ]
    file.close()
    return found


async def test_no_alert_title_or_name_keeps_a_word(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    brands = tuple(
        replace(brand, journalists=("jo",), severities={"abuse": Severity.WARN})
        for brand in TERMS.brands
    )
    named = {"name": f"Jo {SECRET}", "followers": 7}
    jo = Author(key="jo", handle="jo", **named)  # type: ignore[arg-type]
    max_ = Author(key="max", handle=f"max{SECRET}", name="Max")
    posts = [
        post("1", jo, f"Awful, terrible Lune: boycott Lune, fucking {SECRET}, I will sue you!"),
        post("7", max_, f"password: {SECRET}99x of Lune, kill you"),
        post(
            "8", Author(key="s", handle=f"lune_support{SECRET}", name="Lune Support"), "Dear Lune"
        ),
    ]
    posts = [
        replace(one, title=f"{SECRET} {one.native_id}", root_id=None, parent_id=None)
        for one in posts
    ]
    async with open_store(path) as store:
        world = await world_of(store, replace(TERMS, brands=brands))
        await world.hear(*(replace(one, engagement=Engagement(likes=5)) for one in posts))
        world.now = Micros(NOW + HOUR)
        loud = [replace(one, engagement=Engagement(likes=5000)) for one in posts]
        await world.hear(*loud)
        rules = {row["rule"] for row in await store.fetch("SELECT rule FROM alert")}
        assert {"boycott", "legal", "abuse", "press negative", "spreading", "password"} <= rules
        # Deleted at the network before its time came: its author's name and its title go as well.
        await world.pipeline.take(
            SOURCE, world.number, Batch(deletions=(Deletion("linkedin", "7"),))
        )
        world.now = Micros(NOW + 60 * HOUR)
        # A comment of today keeps the conversation, not the title of what it is a comment on.
        await world.hear(replace(post("9", ZOE, "Lune, still no answer?"), root_id="1"))
        await world.chores.terms()
        # The network counts the reactions anew, and names the author with it.
        await world.hear(*loud)
        assert left_of_it(path) == ["account.handle", "account.name"]
        await world.chores.terms()
        alerts = await reads.alerts(store, await reads.alert_ids(store, AlertFilter()))
        said = [one.title for one in alerts.values() if one.rule == "press negative"]
        assert {one.values["author"] for one in said} == {"…"}
        names = await store.fetch("SELECT handle FROM account WHERE handle != '' ORDER BY handle")
        assert [row["handle"] for row in names] == ["zoe@social.example"]
    assert left_of_it(path) == []
    assert SECRET[3:].encode() not in path.read_bytes()


async def test_who_said_the_same_elsewhere_is_no_longer_named_there(tmp_path: Path) -> None:
    async with open_store(tmp_path / "hubbub.db") as store:
        world = await world_of(store)
        elsewhere = [NewSource("mastodon:#lune", "mastodon", "#lune")]
        numbers = await store.write(lambda c: register_sources(c, elsewhere, NOW))
        free = numbers["mastodon:#lune"]
        source = SourceConfig(network="mastodon", what="#lune")
        toot = replace(post("1"), network="mastodon", native_id="https://s.example/1")
        await world.pipeline.take(source, free, Batch(posts=(toot,)))
        (mention,) = await store.fetch("SELECT id, brand_id FROM mention ORDER BY id LIMIT 1")

        async def stands_there_too(connection: Connection) -> None:
            for number, network, key in (
                (world.number, "linkedin", "hers"),
                (free, "mastodon", "there"),
            ):
                author = Author(key=key, handle=key, name=key)
                seen = [SeenAccount(network, author)]
                ids = await upsert_accounts(connection, seen, NOW)
                place = NewPlace(
                    mention_id=mention["id"],
                    brand_id=mention["brand_id"],
                    network=network,
                    native_id=key,
                    root=key,
                    source_id=number,
                    account_id=ids[network, key],
                    url="",
                    at=NOW,
                    seen_at=NOW,
                    engagement=Engagement(),
                    fold="",
                )
                await add_places(connection, [place])

        await store.write(stands_there_too)
        world.now = Micros(NOW + 47 * HOUR)
        await world.chores.terms()
        assert await names(store) == {ZOE.name, "hers", "there"}
        world.now = Micros(NOW + 49 * HOUR)
        await world.chores.terms()
        assert await names(store) == {ZOE.name, "there"}


async def names(store: Store) -> set[str]:
    return {row["name"] for row in await store.fetch("SELECT name FROM account WHERE name != ''")}


async def test_what_the_network_gives_again_brings_no_word_back(tmp_path: Path) -> None:
    async with open_store(tmp_path / "hubbub.db") as store:
        world = await world_of(store)
        await world.hear(post("1"))
        world.now = Micros(NOW + 49 * HOUR)
        await world.chores.terms()
        await world.hear(replace(post("1"), engagement=Engagement(likes=7)))
        (row,) = (await world.rows()).values()
        assert (row.text, row.engagement.likes) == ("", 7)
        await world.hear(post("3"))
        assert SECRET in (await world.rows())["3"].text
