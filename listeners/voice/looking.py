"""Reads the store and works out shares, rising words and hours, a little at a time.

Whatever the store holds, no more than ``MOST`` mentions a side are read for words, and everything
is done in steps of a few milliseconds, so that a screen stays quick meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from listeners.config import BrandConfig, Config
from listeners.model import DAY, HOUR, Micros
from listeners.query import QuerySyntaxError
from listeners.query.brand import brand_tree
from listeners.query.tree import And, Handle, Near, Node, Or, Raw, Tag, Words
from listeners.store import Store
from listeners.store.reads.responses import answers
from listeners.store.voice import Said, first_heard, heard, people_of, said, slots, spoke
from listeners.voice.cutting import Cutter
from listeners.voice.hours import HeatMap, heat_map, slot_width
from listeners.voice.rising import (
    ENOUGH_USUAL,
    Gathering,
    Ranked,
    Rising,
    Side,
    Spoken,
    ranked,
    rising,
    wanted_of,
)
from listeners.voice.share import (
    Reach,
    Shares,
    Stretch,
    compared_brands,
    reach_of,
    shares,
)
from listeners.voice.themes import Theme, themes

MOST = 20_000
"""Mentions that are read for words on either side, the newest first."""
USUAL = 28 * DAY
"""How long the stretch before is that shows what is usual."""
PAGE = 100
_TERMS = 2_000
_SLICE = 20_000
_HOURS = 28 * DAY


@dataclass(frozen=True, slots=True)
class WordsSaid:
    """What rises in what is said of a brand, as far as it is known.

    ``against`` names the brand it is compared with, empty for the brand's own usual. ``mentions``
    and ``usual`` are how many were read on either side, ``cut`` whether more were there.
    """

    brand: str
    against: str = ""
    mentions: int = 0
    usual: int = 0
    cut: bool = False
    themes: tuple[Theme, ...] = ()
    risen: tuple[Rising, ...] = ()
    done: bool = False

    @property
    def thin(self) -> bool:
        """Whether there is too little to compare with: then what is said most is told."""
        return self.usual < ENOUGH_USUAL


async def compare(store: Store, config: Config, brand: str, stretch: Stretch) -> Shares:
    """Return a brand among its competitors.

    Raises:
        StoreError: the store cannot be read.
    """
    brands = compared_brands(config, brand)
    now = await heard(store, brands, stretch.since, stretch.until)
    before = await heard(store, brands, stretch.before, stretch.since)
    reach = {}
    for name in brands:
        total = sum(one.total for one in now.get(name, {}).values())
        reach[name] = await reach_in(store, name, stretch.since, stretch.until, total)
    return shares(config, brands, now, before, reach)


async def reach_in(
    store: Store, brand: str, since: Micros, until: Micros, mentions: int = 0
) -> Reach:
    """Return who spoke of a brand in [since, until), and to how many.

    ``mentions`` is about how many there are: the stretch is read in slices of some thousands.

    Raises:
        StoreError: the store cannot be read.
    """
    parts = mentions // _SLICE + 1
    width = -(-(until - since) // parts)
    accounts: set[int] = set()
    for start in range(since, until, max(1, width)):
        accounts |= await spoke(store, brand, Micros(start), Micros(min(start + width, until)))
    ordered = sorted(accounts)
    people: list[tuple[int, int | None]] = []
    for at in range(0, len(ordered), _SLICE):
        people += await people_of(store, ordered[at : at + _SLICE])
    return reach_of(people)


async def words_said(
    store: Store, config: Config, brand: str, stretch: Stretch, *, against: str = ""
) -> AsyncGenerator[WordsSaid, None]:
    """Look for what rises in a stretch; the last answer is the whole.

    It is compared with the four weeks before, or with what was said of the brand ``against`` in
    the same stretch.

    Raises:
        StoreError: the store cannot be read.
    """
    found = WordsSaid(brand, against)
    cutter = Cutter(names_of(config, (brand, against)))
    spoken: list[Spoken] = []
    cut = False
    async for page, more in _read(store, brand, stretch.since, stretch.until, cutter):
        spoken += page
        cut |= more
        found = replace(found, mentions=len(spoken), cut=cut)
        yield found
    gathering = Gathering()
    for run in (gathering.count, gathering.count_phrases, gathering.collect):
        for at in range(0, len(spoken), PAGE):
            run(spoken[at : at + PAGE])
            await asyncio.sleep(0)
    sayings = gathering.found
    wanted, usual = wanted_of(sayings), Side()
    if against:
        reading = _read(store, against, stretch.since, stretch.until, cutter)
    else:
        since = Micros(stretch.since - USUAL)
        reading = _read(store, brand, since, stretch.since, cutter)
    async for page, more in reading:
        for one in page:
            usual.add(one.cut, wanted)
        cut |= more
        found = replace(found, usual=usual.mentions, cut=cut)
        yield found
    order: list[Ranked] = []
    terms = list(sayings)
    for at in range(0, len(terms), _TERMS):
        order += ranked(terms[at : at + _TERMS], gathering.side, usual)
        await asyncio.sleep(0)
    risen = rising(sayings, gathering.side, usual, cutter.written, order)
    await asyncio.sleep(0)
    yield replace(found, risen=tuple(risen), themes=tuple(themes(risen)), done=True)


async def hours_of(store: Store, brand: str, now: Micros, zone: tzinfo | None) -> HeatMap:
    """Return the hours of the week of a brand over the last four weeks, full hours only.

    It begins with the hour in which the brand was heard first, if that is later.

    Raises:
        StoreError: the store cannot be read.
    """
    until = Micros(now // HOUR * HOUR)
    since = Micros(until - _HOURS)
    since = min(until, await first_heard(store, brand, since) or until)
    width = slot_width(until, zone)
    counted = await slots(store, brand, since, until, width)
    given = await answers(store, brand, since, until)
    return heat_map(counted, (one.answered_at for one in given), since, until, zone)


async def _read(
    store: Store, brand: str, since: Micros, until: Micros, cutter: Cutter
) -> AsyncGenerator[tuple[list[Spoken], bool], None]:
    """Return pages of what was said, the newest first, and whether more is there than is read."""
    before = (int(until), 0)
    read = 0
    while True:
        page = await said(store, brand, since, before, PAGE)
        if not page:
            return
        read += len(page)
        before = (page[-1].sort_at, page[-1].id)
        full = read >= MOST
        more = full and bool(await said(store, brand, since, before, 1))
        yield [_spoken(one, cutter) for one in page], more
        if full:
            return
        await asyncio.sleep(0)


def _spoken(one: Said, cutter: Cutter) -> Spoken:
    cut = cutter.cut(f"{one.title}\n{one.text}", one.tags)
    return Spoken(one.id, one.author, one.label, cut)


def names_of(config: Config, brands: Sequence[str]) -> list[str]:
    """Return what brands are called, and what their queries look for: it is in every mention."""
    found: list[str] = []
    for name in brands:
        found.append(name)
        brand = config.brand(name)
        if brand is not None:
            found += [*brand.names, *(_label_of(one) for one in brand.websites)]
            found += [_name_of(one) for all_ in brand.handles.values() for one in all_]
            found += _looked_for(brand)
    return found


def _label_of(website: str) -> str:
    """Return the name in an address: ``acme`` of ``www.acme.example/shop``."""
    host = website.partition("://")[2] or website
    return host.removeprefix("www.").partition("/")[0].partition(".")[0]


def _name_of(handle: str) -> str:
    """Return a handle without its server."""
    return handle.lstrip("@").partition("@")[0]


def _looked_for(brand: BrandConfig) -> list[str]:
    try:
        return list(_words_in(brand_tree(brand)))
    except QuerySyntaxError:
        return []


def _words_in(node: Node) -> Iterable[str]:
    """Return the words a query demands, not those it excludes."""
    match node:
        case And(parts) | Or(parts) | Near(parts):
            for part in parts:
                yield from _words_in(part)
        case Words(text) | Raw(text) | Tag(text) | Handle(text):
            yield text
