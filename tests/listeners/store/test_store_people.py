"""The list of people in its orders, page by page; proofs; and who is known by a handle."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from listeners.config import BrandConfig, Config, SourceConfig
from listeners.model import DAY, MINUTE, Author, Batch, Label, Micros, Part, Post
from listeners.people.rows import SORTS, Contact, PeopleFilter
from listeners.pipeline import Pipeline
from listeners.store import Connection, Store, ingest, open_store, reads
from listeners.store.filters import StreamFilter
from listeners.store.many_persons import Asked, persons_meant
from listeners.store.people import (
    add_person,
    change_person,
    people,
    people_ids,
    person_of_account,
    persons_of,
    put_rows,
)
from listeners.store.profile_links import links_of, maybe_one
from listeners.store.reads.person_page import person_page, persons_of_subject
from listeners.store.records import SeenAccount
from listeners.store.sources import NewSource, register_sources
from tests.listeners.store.builders import BRAND, NETWORK, NOW, OTHER, World, furnish
from tests.listeners.store.test_store_plans import plan, whole_tables

NAMES = ("Ana Réal", "Bo", "Cy", "Dee", "Eve")


@pytest.fixture
async def crowd(store: Store) -> World:
    """Five people: each is heard once more than the one before, the first the latest."""
    world = await furnish(store)
    seen = [
        SeenAccount("bluesky", Author(key=name, handle=f"{name[:2]}.example", name=name,
                                      followers=100 * place))
        for place, name in enumerate(NAMES)
    ]  # fmt: skip
    ids = await store.write(lambda c: ingest.upsert_accounts(c, seen, NOW))
    world.accounts |= {key: number for (_network, key), number in ids.items()}
    for place, name in enumerate(NAMES):
        await world.add(
            [
                world.mention(
                    f"words {name} {time}",
                    author=name,
                    network="bluesky",
                    at=Micros(NOW - place * DAY - time * MINUTE),
                    label=Label.NEGATIVE if time % 2 else Label.POSITIVE,
                    brand_id=world.brands[BRAND if place < 3 else OTHER],
                )
                for time in range(place + 1)
            ]
        )
    return world


async def names(store: Store, **wanted: object) -> list[str]:
    asked = PeopleFilter(**wanted)  # type: ignore[arg-type]
    return [str(row.name) for row in await persons_of(store, wanted=asked)]


async def test_the_newest_mention_comes_first_and_brands_are_told_apart(crowd: World) -> None:
    store = crowd.store
    assert await names(store) == [*NAMES]
    assert await names(store, brand=BRAND) == [*NAMES[:3]]
    assert await names(store, brand=OTHER) == [*NAMES[3:]]
    assert await names(store, brand="nobody's") == []
    [dee] = [row for row in await persons_of(store) if row.name == "Dee"]
    assert (dee.mentions, dee.reach, dee.mood) == (4, 300, 0.0)
    assert dee.last_at == NOW - 3 * DAY
    assert await names(store, sort="reach") == [*reversed(NAMES)]


async def test_who_speaks_again_comes_first_and_what_is_deleted_counts_no_more(
    crowd: World,
) -> None:
    store = crowd.store
    [last] = await crowd.add(
        [crowd.mention("again", author="Eve", network="bluesky", at=Micros(NOW + MINUTE))]
    )
    assert (await names(store))[0] == "Eve"
    row = next(row for row in await persons_of(store) if row.name == "Eve")
    assert row.mentions == 6

    async def delete(connection: Connection) -> None:
        known = await ingest.known_of_ids(connection, [last])
        await ingest.delete_mentions(connection, known, NOW)

    await store.write(delete)
    assert await names(store) == [*NAMES]
    row = next(row for row in await persons_of(store) if row.name == "Eve")
    assert (row.mentions, row.last_at) == (5, NOW - 4 * DAY)


async def test_people_entered_and_not_heard_come_last_for_every_brand(crowd: World) -> None:
    store = crowd.store

    async def enter(connection: Connection) -> None:
        for name in ("Zoé", "Yan"):
            person = await add_person(connection, name)
            await change_person(connection, person, {"role": "journalist", "outlet": "Le Jour"})

    await store.write(enter)
    assert await names(store) == [*NAMES, "Yan", "Zoé"]
    assert await names(store, brand=OTHER) == [*NAMES[3:], "Yan", "Zoé"]
    assert await names(store, role="journalist") == ["Yan", "Zoé"]
    assert await names(store, text="jour") == ["Yan", "Zoé"]
    assert (await names(store, sort="reach"))[-2:] == ["Yan", "Zoé"]
    assert await names(store, sort="role") == ["Yan", "Zoé"]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("brand", ["", BRAND])
async def test_pages_are_the_whole_list(crowd: World, sort: str, brand: str) -> None:
    store = crowd.store

    async def prepare(connection: Connection) -> None:
        for place, (_key, account) in enumerate(sorted(crowd.accounts.items())):
            role = ("journalist", "vip", "customer")[place % 3]
            [row] = await connection.fetch("SELECT person_id FROM account WHERE id = ?", (account,))
            await change_person(connection, row["person_id"], {"role": role})
        for name in ("Zoé", "Yan", "Xe"):
            await add_person(connection, name)

    await store.write(prepare)
    wanted = PeopleFilter(sort=sort, brand=brand)  # type: ignore[arg-type]
    whole = list(await people_ids(store, wanted, limit=50))
    assert len(whole) == len(set(whole)) > 2
    pages: list[int] = []
    while page := list(
        await people_ids(store, wanted, limit=2, before=pages[-1] if pages else None)
    ):
        pages += page
    assert pages == whole


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ana", ["Ana Réal"]),
        ("real ANA", ["Ana Réal"]),
        ("réal", ["Ana Réal"]),
        ("@bo.example", ["Bo"]),
        ("e.example", ["Dee"]),
        ("%", []),
        ("  ", [*NAMES]),
        ("bo cy", []),
    ],
)
async def test_words_are_found_whatever_the_accents(
    crowd: World, text: str, wanted: list[str]
) -> None:
    assert await names(crowd.store, text=text) == wanted


async def test_tags_roles_and_stages_narrow(crowd: World) -> None:
    store = crowd.store
    ids = {str(row.name): row.id for row in await persons_of(store)}

    async def prepare(connection: Connection) -> None:
        for name in ("Bo", "Eve"):
            await put_rows(connection, "tag_rows", [[ids[name], "press"]], [])
        await change_person(connection, ids["Bo"], {"role": "vip"})
        await connection.fetch("UPDATE account SET role = 'journalist' WHERE handle = 'Cy.example'")
        for name, stage in (("Cy", "convert"), ("Bo", "connect")):
            await connection.fetch(
                """INSERT INTO standing (person_id, brand_id, stage, since, first_at, last_at,
                   mentions, read_at) VALUES (?, ?, ?, 0, 0, 0, 7, 0)""",
                (ids[name], crowd.brands[BRAND], stage),
            )

    await store.write(prepare)
    assert await names(store, tag="press") == ["Bo", "Eve"]
    assert await names(store, tag="press", role="vip") == ["Bo"]
    assert await names(store, role="journalist") == ["Cy"]
    assert await names(store, stage="convert") == ["Cy"]
    assert await names(store, stage="connect", brand=BRAND) == ["Bo"]
    assert await names(store, stage="connect", brand=OTHER) == []
    assert await names(store, sort="role") == ["Cy", "Bo"]
    assert await names(store, sort="mentions") == ["Cy", "Bo"]
    assert (await people(store, [ids["Cy"]]))[ids["Cy"]].stage == "convert"


async def test_a_walk_that_most_people_fit_is_the_same_list(
    crowd: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a stage is that of most people, the stream is walked instead of sorting them."""
    store = crowd.store
    ids = {str(row.name): row.id for row in await persons_of(store)}

    async def prepare(connection: Connection) -> None:
        for name in NAMES[1:]:
            await connection.fetch(
                """INSERT INTO standing (person_id, brand_id, stage, since, first_at, last_at,
                   mentions, read_at) VALUES (?, ?, 'connect', 0, 0, 0, 1, 0)""",
                (ids[name], crowd.brands[BRAND]),
            )

    await store.write(prepare)
    sorted_ = await names(store, stage="connect")
    monkeypatch.setattr("listeners.store.reads.people._COMMON", 2)
    assert await names(store, stage="connect") == sorted_ == [*NAMES[1:]]
    assert await names(store, stage="connect", sort="reach") == [*reversed(NAMES[1:])]


async def test_our_accounts_are_no_people(crowd: World) -> None:
    await crowd.add([crowd.mention("we said", author="us")])
    assert "Us" in await names(crowd.store)
    await ours(crowd.store)
    for sort in SORTS:
        assert "Us" not in await names(crowd.store, sort=sort)
    assert await names(crowd.store, text="us") == []


async def ours(store: Store) -> None:
    seen = [SeenAccount(NETWORK, Author(key="us", handle="us@x.example"), ours=True)]
    await store.write(lambda c: ingest.upsert_accounts(c, seen, NOW))


READS = {
    "people": PeopleFilter(),
    "people of a brand": PeopleFilter(brand=BRAND),
    "by reach": PeopleFilter(brand=BRAND, sort="reach"),
    "of a role": PeopleFilter(role="vip"),
    "of a tag": PeopleFilter(tag="press"),
    "of a stage": PeopleFilter(stage="convert"),
}


@pytest.mark.parametrize("name", READS)
async def test_the_list_walks_indexes(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    steps = await plan(world, monkeypatch, lambda s: people_ids(s, READS[name], limit=5))
    scanned = [step for step in whole_tables(steps) if "INDEX" not in step]
    assert [step for step in scanned if step.split()[1] not in ("few", "p", "known")] == []
    if name.startswith("people"):
        assert [step for step in steps if "TEMP B-TREE" in step] == []


async def test_rows_of_people_are_found_by_index(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = await plan(world, monkeypatch, lambda s: people(s, [1, 2], BRAND))
    assert [step for step in whole_tables(steps) if step.split()[1] != "mute"] == []


# --- what is written ----------------------------------------------------------------------------


async def hear(store: Store, *authors: tuple[str, Author]) -> None:
    seen = [SeenAccount(network, author) for network, author in authors]
    await store.write(lambda c: ingest.upsert_accounts(c, seen, NOW))


def author(handle: str, *links: str, verified: tuple[str, ...] = (), url: str = "") -> Author:
    return Author(key=handle, handle=handle, links=links, verified=verified, url=url)


async def test_links_are_kept_when_they_change_and_stay_when_a_post_brings_none(
    store: Store,
) -> None:
    await furnish(store)
    await hear(store, ("mastodon", author("bea", "https://Bea.example/", "ftp://x.example")))
    [row] = await store.fetch("SELECT id FROM account WHERE handle = 'bea'")
    assert await links_of(store, [row["id"]]) == {row["id"]: ("bea.example",)}
    await hear(store, ("mastodon", author("bea")))
    assert await links_of(store, [row["id"]]) == {row["id"]: ("bea.example",)}
    await hear(store, ("mastodon", author("bea", "https://other.example")))
    assert await links_of(store, [row["id"]]) == {row["id"]: ("other.example",)}


@pytest.mark.parametrize(
    ("one", "other", "proof"),
    [
        (author("bea", "https://github.com/bead"), author("bead", url="https://github.com/bead"),
         "link"),
        (author("bea", "https://github.com/bead", url="https://m.example/@bea"),
         author("bead", "https://m.example/@bea", url="https://github.com/bead"), "both"),
        (author("bea", "https://github.com/bead", verified=("https://github.com/bead",)),
         author("BeaD"), "verified"),
        (author("bea", "https://nothing.example"), author("bead"), None),
    ],
)  # fmt: skip
async def test_links_become_proofs(
    store: Store, one: Author, other: Author, proof: str | None
) -> None:
    await furnish(store)
    await hear(store, ("mastodon", one), ("github", other))
    assert [pair.proof for pair in await maybe_one(store, NOW)] == ([proof] if proof else [])


async def test_a_domain_as_a_handle_is_a_proof_and_reddit_never(store: Store) -> None:
    await furnish(store)
    site = "https://www.bea.example/"
    await hear(store, ("mastodon", author("bea", site)), ("bluesky", author("bea.example")))
    await hear(store, ("reddit", author("beared", site, "https://bsky.app/profile/bea.example")))
    [pair] = await maybe_one(store, NOW)
    assert pair.proof == "domain"


async def test_the_same_words_twice_within_a_day_are_a_proof(world: World) -> None:
    store = world.store
    await hear(store, ("bluesky", author("ana.example")))
    [there] = await store.fetch("SELECT id FROM account WHERE handle = 'ana.example'")
    ids = await world.add([world.mention(f"words {n}", fold=f"f{n}") for n in range(2)])

    async def place(connection: Connection, count: int) -> None:
        for number, mention in enumerate(ids[:count]):
            await connection.fetch(
                """INSERT OR IGNORE INTO place (mention_id, brand_id, network, key, native_id,
                       root, source_id, account_id, at, seen_at, fold)
                   VALUES (?, ?, 'bluesky', ?, 'n', 'r', ?, ?, ?, ?, ?)""",
                (mention, world.brands[BRAND], f"k{number}", world.source, there["id"], NOW, NOW,
                 f"f{number}"),
            )  # fmt: skip

    await store.write(lambda c: place(c, 1))
    assert await maybe_one(store, NOW) == []
    await store.write(lambda c: place(c, 2))
    assert [pair.proof for pair in await maybe_one(store, NOW)] == ["words"]


async def test_proofs_and_handles_are_found_by_index(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await furnish(store)
    steps = await plan(world, monkeypatch, lambda s: maybe_one(s, NOW))
    assert not any(step.startswith("SCAN a ") for step in steps)
    assert any("account_page (<expr>=?)" in step for step in steps)
    assert any("account_handle (network=? AND <expr>=?)" in step for step in steps)
    seen: list[str] = []
    fetch = Connection.fetch

    async def explaining(connection: Connection, sql: str, parameters: object = ()) -> object:
        explained = await fetch(connection, f"EXPLAIN QUERY PLAN {sql}", parameters)  # type: ignore[arg-type]
        seen.extend(row["detail"] for row in explained)
        return await fetch(connection, sql, parameters)  # type: ignore[arg-type]

    monkeypatch.setattr(Connection, "fetch", explaining)

    async def work(connection: Connection) -> None:
        contacts = [Contact("handle", "mastodon", "a@b")]
        await persons_meant(
            connection,
            [
                Asked(contacts, [("mastodon", "a@b", ("b/@a",))], None),
                Asked([], [], ("Ana", "Le Jour")),
            ],
        )

    await store.write(work)
    assert not any(step.startswith(("SCAN a ", "SCAN c ")) for step in seen)
    assert sum("<expr>=?" in step for step in seen) == 2
    assert any("person_named" in step for step in seen)


# --- through the pipeline -----------------------------------------------------------------------


SOURCE = SourceConfig(network="mastodon", what="#acme")


@pytest.fixture
async def listening(tmp_path: Path) -> AsyncIterator[tuple[Store, Pipeline, int]]:
    async with open_store(tmp_path / "hubbub.db") as store:
        config = Config(brands=(BrandConfig(name=BRAND, journalists=("cy",)),))
        pipeline = Pipeline(store, config, lambda: NOW)
        await pipeline.open()
        numbers = await store.write(
            lambda c: register_sources(c, [NewSource(SOURCE.key, "mastodon", "l")], NOW)
        )
        yield store, pipeline, numbers[SOURCE.key]


async def heard(listening: tuple[Store, Pipeline, int], handle: str, number: int) -> str:
    """Hear a post, and return the role its author had when it was judged."""
    store, pipeline, source = listening
    post = Post(
        network=NETWORK,
        native_id=f"https://m.example/{number}",
        author=Author(key=handle, handle=handle),
        text="What does Acme say?",
        created_at=NOW,
    )
    await pipeline.take(SOURCE, source, Batch(posts=(post,)))
    [mention] = await reads.mention_ids(store, StreamFilter(), limit=1)
    row = (await reads.mentions(store, [mention]))[mention]
    talk = (await reads.conversations(store, [row.conversation_id or 0]))[row.conversation_id or 0]
    assert (talk.tier == 3) is (row.author_role in ("journalist", "vip"))
    return row.author_role


async def test_the_role_of_the_person_comes_before_that_of_the_account(
    listening: tuple[Store, Pipeline, int],
) -> None:
    store = listening[0]
    assert await heard(listening, "bo", 1) == ""
    assert await heard(listening, "cy", 2) == "journalist"
    bo = await person_of_account(store, NETWORK, "bo")
    assert bo is not None
    await store.write(lambda c: change_person(c, bo, {"role": "vip"}))
    assert await heard(listening, "bo", 3) == "vip"


async def test_a_journalist_of_a_list_is_one_from_the_first_post(
    listening: tuple[Store, Pipeline, int],
) -> None:
    store = listening[0]

    async def enter(connection: Connection) -> int:
        person = await add_person(connection, "Dee Noir")
        await change_person(connection, person, {"role": "journalist"})
        await put_rows(connection, "contact_rows", [[person, "handle", NETWORK, "dee"]], [])
        return person

    person = await store.write(enter)
    assert await heard(listening, "Dee", 1) == "journalist"
    assert await person_of_account(store, NETWORK, "Dee") == person


# --- the page -----------------------------------------------------------------------------------


async def test_the_page_holds_what_was_said_on_both_sides(world: World) -> None:
    store = world.store
    await ours(store)
    talk = await world.converse()
    ids = await world.add(
        [
            world.mention("the brakes squeal", conversation_id=talk.id, at=Micros(NOW - DAY)),
            world.mention("Sorry!", author="us", conversation_id=talk.id, part=Part.OURS,
                          at=Micros(NOW - DAY + MINUTE)),
            world.mention("brakes again, these brakes", at=NOW, label=Label.NEGATIVE),
            world.mention("somebody else", author="bob"),
        ]
    )  # fmt: skip
    ana = await person_of_account(store, NETWORK, "ana")
    assert ana is not None
    page = await person_page(store, ana, "", NOW, None)
    assert page is not None
    assert page.messages == (ids[2], ids[1], ids[0])
    assert (page.answers, page.conversations, page.first_at) == (1, (talk.id,), NOW - DAY)
    assert "brakes" in page.cares
    assert sum(week.positive + week.negative for week in page.weeks) == 2
    assert await persons_of_subject(store, "mention", ids[0]) == [ana]
    assert await persons_of_subject(store, "conversation", talk.id, ids[1]) == [ana]
    assert await person_page(store, 999, "", NOW, None) is None
