"""Five weeks of two made-up brands in a store: an ordinary month, then a week of failing brakes.

Nothing is drawn by chance: the same words at the same minutes in every test.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from listeners.clock import from_iso
from listeners.config import BrandConfig, Config, SourceConfig
from listeners.model import DAY, HOUR, MINUTE, Author, Label, Micros, Part, Score
from listeners.store import Connection, Store, ingest
from listeners.store.keys import dedupe_key
from listeners.store.records import NewMention, SeenAccount
from listeners.store.sources import NewSource, register_brands, register_sources

NOW = Micros(from_iso("2026-11-20T14:42:30Z"))
OURS, RIVAL, UNHEARD = "Aurora Bikes", "Borealis", "Cumulus"

CONFIG = Config(
    brands=(
        BrandConfig(name=OURS, query='Aurora OR "Aurora Bikes"', competitors=(RIVAL, UNHEARD)),
        BrandConfig(name=RIVAL, competitor=True),
    ),
    sources=(
        SourceConfig(network="mastodon", what="#bikes"),
        SourceConfig(network="bluesky", brand=OURS),
        SourceConfig(network="bluesky", what="rival", brand=RIVAL),
        SourceConfig(network="hackernews", brand=OURS),
    ),
    member="Ana",
    members=("Ana", "Léo"),
)

USUAL = (
    "Lovely ride with my Aurora this morning",
    "The Aurora display is hard to read in the sun",
    "Quel plaisir de rouler en Aurora au bord du canal",
    "Is the Aurora range really eighty kilometres?",
    "Saw two Aurora bikes at the station",
)
CRISIS = (
    "My Aurora brakes failed downhill today 😡 #brakegate",
    "Aurora: brakes failed again, I want a refund 😡 #brakegate",
    "Les freins de mon Aurora ont lâché, panne de freins en ville #brakegate",
    "Brakes failed on a new Aurora. Refund now.",
)
OF_RIVAL = (
    "Borealis has a lifetime warranty, well done",
    "The Borealis lifetime warranty convinced me",
    "Tested the new Borealis cargo model with two kids",
    "Borealis: garantie à vie, bravo",
)


@dataclass(frozen=True)
class Line:
    """One mention to be stored."""

    brand: str
    network: str
    author: int
    text: str
    ago: int
    label: Label = Label.NEUTRAL
    part: Part = Part.OUTSIDE
    repost: bool = False
    private: bool = False
    deleted: bool = False
    tags: tuple[str, ...] = ()


def month() -> Iterator[Line]:
    """Return the four weeks before the last one, and that one."""
    networks = ("mastodon", "bluesky", "hackernews")
    for at in range(280):
        ago = 7 * DAY + at * 28 * DAY // 280
        yield Line(OURS, networks[at % 3], at % 40, USUAL[at % 5], ago, Label.POSITIVE)
    for at in range(90):
        text = CRISIS[at % 4] if at % 3 else USUAL[at % 5]
        label = Label.NEGATIVE if at % 3 else Label.POSITIVE
        yield Line(OURS, networks[at % 3], at % 30, text, at * 7 * DAY // 90 + MINUTE, label)
    for at in range(120):
        ago = at * 35 * DAY // 120 + HOUR
        yield Line(RIVAL, networks[at % 2], 100 + at % 25, OF_RIVAL[at % 4], ago, Label.POSITIVE)


async def fill(
    store: Store, lines: Iterable[Line] | None = None, now: Micros = NOW, *, first: int = 0
) -> None:
    """Store lines, the month if none are given; account 0 to 9 have no known followers.

    ``first`` is the number of the first one: those of another call must have others.
    """
    told = list(month() if lines is None else lines)

    async def work(connection: Connection) -> None:
        brands = await register_brands(connection, [OURS, RIVAL, UNHEARD])
        networks = sorted({one.network for one in told})
        sources = await register_sources(
            connection, [NewSource(f"{one}:all", one, one) for one in networks], now
        )
        people = sorted({(one.network, one.author) for one in told})
        accounts = await ingest.upsert_accounts(
            connection,
            [
                SeenAccount(
                    network,
                    Author(
                        key=f"u{author}",
                        handle=f"u{author}",
                        followers=None if author < 10 else 10 * author,
                    ),
                )
                for network, author in people
            ],
            now,
        )
        ids = await ingest.insert_mentions(
            connection,
            [
                NewMention(
                    brand_id=brands[one.brand],
                    source_id=sources[f"{one.network}:all"],
                    network=one.network,
                    key=dedupe_key(one.network, f"{one.brand}-{place}"),
                    native_id=f"{one.brand}-{place}",
                    account_id=accounts[(one.network, f"u{one.author}")],
                    text=one.text,
                    created_at=Micros(now - one.ago),
                    seen_at=Micros(now - one.ago),
                    sort_at=Micros(now - one.ago),
                    score=_score(one.label),
                    part=one.part,
                    repost=one.repost,
                    private=one.private,
                    tags=one.tags,
                )
                for place, one in enumerate(told, first)
            ],
        )
        gone = [id_ for id_, one in zip(ids, told, strict=True) if one.deleted]
        for id_ in gone:
            await connection.fetch("UPDATE mention SET deleted_at = ? WHERE id = ?", (now, id_))

    await store.write(work)


def _score(label: Label) -> Score:
    compound = {Label.NEGATIVE: -0.5, Label.NEUTRAL: 0.0, Label.POSITIVE: 0.5}.get(label)
    scorer = None if compound is None else "test-1"
    return Score(lang="en", scorer=scorer, compound=compound, label=label)
