"""A search finds what the live matcher would have heard: one query, two engines, equal answers."""

from __future__ import annotations

import pytest

from listeners.model import Author
from listeners.query import parse, to_fts
from listeners.query.subject import Subject
from listeners.store import Store, ingest, reads
from listeners.store.filters import StreamFilter
from listeners.store.records import SeenAccount
from tests.listeners.store.builders import NETWORK, NOW, World

TEXTS = (
    ("The Acme phone is great", {"tags": ("Acme",), "lang": "en"}),
    ("l'équipe d'Acmé répond", {"lang": "fr-CA"}),
    ("acme* and C++ and 100% #Été", {"links": ("https://shop.acme.example/fr/page?x=1",)}),
    ('AND OR NOT (NEAR) "quoted" it\'s @acme@m.example', {"title": "Acme Weekly"}),
    ("アクメの電話", {"lang": "ja"}),
    ("unrelated", {"links": ("http://acme.example.evil.example/",), "author": "bob"}),
    ("phone by bolt, then acme", {"network": "feeds", "author": "bob"}),
    ("acme 123", {"lang": None}),
    ("", {}),
)
QUERIES = (
    "acme",
    "Acme phone",
    '"acme phone"',
    "acme NEAR/1 phone",
    "acme OR bolt",
    "acme NOT phone",
    "NOT acme",
    "equipe",
    "acm*",
    'raw:"C++"',
    'raw:"Acme"',
    "#acme",
    "#ete",
    "@acme",
    "@acme@m.example",
    "from:bob",
    'from:"Kim Müller"',
    "from:kim",
    "lang:fr",
    "lang:en acme",
    "acme NOT lang:fr",
    "NOT lang:fr",
    "site:acme.example",
    "site:acme.example/fr",
    "site:shop.acme.example OR bolt",
    "source:feeds",
    "source:mastodon:acme",
    "アクメ",
    "acme (phone OR lang:fr) NOT from:bob",
    "(lang:ja OR #acme OR bolt) NOT site:evil.example",
    '"AND"',
    '"it\'s"',
    '"(near)"',
)


async def fill(world: World) -> dict[int, Subject]:
    authors = {
        "ana": Author(key="ana", handle="ana@x.example", name="Ana"),
        "bob": Author(key="bob", handle="@bob", name="Bob"),
        "kim": Author(key="kim", handle="kim", name="Kim Müller"),
    }
    seen = [SeenAccount(NETWORK, author) for author in authors.values()]
    accounts = await world.store.write(lambda c: ingest.upsert_accounts(c, seen, NOW))
    world.accounts.update({key: id_ for (_, key), id_ in accounts.items()})
    subjects = {}
    for text, more in (*TEXTS, ("acme by kim", {"author": "kim"})):
        mention = world.mention(text, **more)
        [id_] = await world.add([mention])
        author = authors[str(more.get("author", "ana"))]
        subjects[id_] = Subject(
            text=text,
            title=mention.title,
            author_handle=author.handle,
            author_name=author.name,
            lang=mention.score.lang,
            links=mention.links,
            tags=mention.tags,
            network=mention.network,
            source="mastodon:acme",
        )
    return subjects


async def found(store: Store, text: str) -> set[int]:
    wanted = StreamFilter(query=to_fts(parse(text)))
    return set(await reads.mention_ids(store, wanted, limit=100))


async def test_search_and_matcher_agree(world: World) -> None:
    subjects = await fill(world)
    wrong = {}
    nothing = []
    for text in QUERIES:
        query = parse(text)
        heard = {id_ for id_, one in subjects.items() if query.matches(one) is not None}
        if await found(world.store, text) != heard:
            wrong[text] = (await found(world.store, text), heard)
        if not heard:
            nothing.append(text)
    assert wrong == {}
    # A query that finds nothing proves little.
    assert nothing == []


@pytest.mark.parametrize(
    "text",
    ["100%", "a_b", "it''s", '"', "'; DROP TABLE mention; --", "C++", "#", "@", "*", "é" * 500],
)
async def test_no_text_breaks_the_search(world: World, text: str) -> None:
    await fill(world)
    quoted = '"' + text.replace('"', '""') + '"'
    for query in (f"raw:{quoted}", f"from:{quoted}", f"source:{quoted}", f"acme OR raw:{quoted}"):
        await found(world.store, query)
    assert len(await reads.mention_ids(world.store, StreamFilter(), limit=100)) == 10


async def test_a_search_comes_in_the_order_of_arrival(world: World) -> None:
    ids = await world.add([world.mention("red") for _ in range(5)])
    wanted = StreamFilter(query=to_fts(parse("red")))
    assert list(await reads.mention_ids(world.store, wanted, limit=9)) == ids[::-1]
