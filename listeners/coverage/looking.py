"""Reads the store and the configuration and works out the coverage of a brand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from listeners.config import BrandConfig, Config
from listeners.coverage.facts import DAYS, QUIET_DAYS, Advice, Listening, Reached
from listeners.coverage.judging import advice
from listeners.model import DAY, Micros, SourceState
from listeners.networks.registry import NETWORKS, listener_class
from listeners.networks.titles import network_title
from listeners.reports.responses import Figures, grouped, measured
from listeners.rows import SourceRow
from listeners.spending import DOLLAR
from listeners.store import Store, reads
from listeners.store.coverage import Heard, brought, heard_on, linked_to, mentions_of, who_asked
from listeners.store.planned import own_posts
from listeners.store.reads.responses import answers
from listeners.store.spend import spend_uses
from listeners.voice.share import rivals_of


@dataclass(frozen=True, slots=True)
class Coverage:
    """How a brand is covered over the last ``DAYS`` days, the networks with most to say first."""

    brand: str
    networks: Sequence[Reached]
    advice: Sequence[Advice]


async def coverage(store: Store, config: Config, brand: str, now: Micros) -> Coverage:
    """Return where a brand's audience speaks, where it is heard and answered, and what to change.

    Raises:
        StoreError: the store cannot be read.
    """
    chosen = config.brand(brand) or BrandConfig(name=brand)
    since, until = Micros(now - DAYS * DAY), Micros(now + 1)
    heard = await heard_on(store, brand, since, until)
    rivals = await mentions_of(store, rivals_of(config, chosen), since, until)
    linked = await linked_to(store, brand, since, until)
    posts = Counter(one.network for one in await own_posts(store, brand, since, until))
    given = await answers(store, brand, since, until)
    # An answer to what was asked before these days is none to those who ask in them.
    asked = await who_asked(store, brand, since, until)
    firsts = [one for one in given if one.conversation in asked]
    times = grouped(measured(firsts, (), {chosen.name: chosen}, now), "network")
    listening = await _listening(store, config, brand, now)
    on = {name for group in chosen.groups for name in group.networks}
    names = {*heard, *rivals, *linked, *posts, *listening, *on}
    networks = [
        _reached(
            name,
            chosen,
            heard.get(name, Heard()),
            times.get(name),
            listening.get(name, ()),
            (rivals.get(name, 0), linked.get(name, 0), posts.get(name, 0)),
        )
        for name in names
    ]
    networks.sort(key=lambda one: (-len(one.groups), -one.mentions, -one.linked, one.network))
    return Coverage(brand, networks, advice(networks))


def _reached(
    network: str,
    brand: BrandConfig,
    heard: Heard,
    times: Figures | None,
    sources: Sequence[Listening],
    counts: tuple[int, int, int],
) -> Reached:
    known = network in NETWORKS
    rivals, linked, posts = counts
    return Reached(
        network=network,
        title=network_title(network),
        groups=tuple(group for group in brand.groups if network in group.networks),
        sources=sources,
        known=known,
        needs=listener_class(network).capability.needs if known else None,
        mentions=heard.mentions,
        rivals=rivals,
        people=heard.people,
        new_people=heard.new_people,
        net=heard.net,
        asked=heard.asked,
        answered=heard.answered,
        in_time=len({row.conversation for row in times.rows if row.first and not row.late})
        if times
        else 0,
        first_seconds=times.median_first if times else None,
        reach=heard.reach,
        posts=posts,
        linked=linked,
    )


async def _listening(
    store: Store, config: Config, brand: str, now: Micros
) -> Mapping[str, Sequence[Listening]]:
    """Return the sources of the configuration that listen for a brand, by network."""
    rows = {row.key: row for row in await reads.sources(store)}
    counts = await brought(store, brand, Micros(now - QUIET_DAYS * DAY), Micros(now + 1))
    spent = await spend_uses(store, now)
    found: dict[str, list[Listening]] = {}
    for source in config.sources:
        if source.brand not in ("", brand) and brand:
            continue
        row = rows.get(source.key)
        heard, noise = counts.get(source.key, (0, 0))
        use = spent.get(row.id) if row is not None else None
        found.setdefault(source.network, []).append(
            Listening(
                key=source.key,
                state=row.state if row is not None else SourceState.STARTING,
                detail=row.detail if row is not None else None,
                days=_well_for(row, now),
                heard=heard,
                noise=noise,
                spent=use.month / DOLLAR if use is not None else 0.0,
            )
        )
    return found


def _well_for(row: SourceRow | None, now: Micros) -> float:
    """Return for how many days a source has been in its state."""
    return 0.0 if row is None else (now - row.state_since) / DAY
