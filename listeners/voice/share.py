"""Shares of voice: a brand among its competitors, over the same stretch on the same networks.

A share is of what was said on networks that hear every brand compared; elsewhere one of them
could not be heard, and a share would say more of the sources than of the public. A mention counts
as everywhere: not our own voice, not deleted; reposts and history count too. People and reach
leave out reposts, private messages and staff.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from listeners.config import BrandConfig, Config
from listeners.model import DAY, HOUR, MINUTE, Micros
from listeners.rows import Bucket
from listeners.uncertainty import Band, net_band

RANGES: Mapping[str, int] = {"day": DAY, "week": 7 * DAY, "4weeks": 28 * DAY, "quarter": 90 * DAY}
"""How long each stretch is that may be looked at, in microseconds."""
MINUTES_KNOWN = 28 * DAY
"""For how long counts by the minute are there; what is older is counted by the hour."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time up to ``until``, which is not in it, and the one as long before it."""

    before: Micros
    since: Micros
    until: Micros


def stretch_of(name: str, now: Micros) -> Stretch:
    """Return the stretch of ``RANGES`` that ends now.

    Raises:
        KeyError: there is no such stretch.
    """
    length = RANGES[name]
    until = now // MINUTE * MINUTE + MINUTE
    return Stretch(
        Micros(_edge(until - 2 * length, now)),
        Micros(_edge(until - length, now)),
        Micros(until),
    )


def _edge(at: int, now: int) -> int:
    """Return the beginning of the minute, or of the hour where minutes are no longer known."""
    return at // MINUTE * MINUTE if now - at <= MINUTES_KNOWN else at // HOUR * HOUR


@dataclass(frozen=True, slots=True)
class Reach:
    """Who spoke: distinct people, and the followers of those whose number is known."""

    people: int = 0
    followers: int = 0
    unknown: int = 0
    """People of whose followers no network tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One brand compared. ``share`` is ``None`` where nothing can be compared.

    ``whole`` sums all networks, ``compared`` those that hear every brand, ``before`` is the same
    for the stretch before. ``heard_on`` is empty for a brand that no source hears.
    """

    brand: str
    ours: bool
    configured: bool
    heard_on: tuple[str, ...]
    whole: Bucket
    compared: Bucket
    before: Bucket
    share: float | None
    share_before: float | None
    reach: Reach = Reach()

    @property
    def change(self) -> float | None:
        """By how much the volume grew against the stretch before (0.5 for half as much again)."""
        return self.whole.total / self.before.total - 1 if self.before.total else None

    @property
    def band(self) -> Band | None:
        """From where to where the net sentiment may be by chance."""
        return net_band(self.whole)


@dataclass(frozen=True, slots=True)
class Shares:
    """Brands compared: ours first, then the others by volume; on which networks.

    ``left_out`` are networks that hear ours but not every other, each with who is not heard there.
    """

    voices: tuple[Voice, ...]
    networks: tuple[str, ...]
    left_out: Mapping[str, tuple[str, ...]]


Counts = Mapping[str, Mapping[str, Bucket]]
"""Sums by brand and network."""


def compared_brands(config: Config, brand: str) -> tuple[str, ...]:
    """Return the brand of ours first, and all it is compared with.

    Those it names as competitors, else every competitor of the configuration. Of a competitor the
    comparison is that of the first brand of ours which has it.
    """
    chosen = config.brand(brand)
    ours = [one for one in config.brands if not one.competitor]
    if chosen is None or chosen.competitor:
        having = [one for one in ours if brand in rivals_of(config, one)]
        chosen = next(iter((*having, *ours)), chosen)
    if chosen is None:
        return (brand,) if brand else ()
    return chosen.name, *rivals_of(config, chosen)


def rivals_of(config: Config, brand: BrandConfig) -> tuple[str, ...]:
    """Return the names of a brand's competitors."""
    named = brand.competitors or tuple(one.name for one in config.brands if one.competitor)
    return tuple(dict.fromkeys(name for name in named if name != brand.name))


def competitors_of(config: Config) -> dict[str, str | None]:
    """Return whose competitor each brand is, ``None`` for ours.

    Of several brands of ours it is the first that has it as one; where none has, the first of
    ours; without any of ours, itself: it is still not ours.
    """
    ours = [one for one in config.brands if not one.competitor]
    whose: dict[str, str | None] = {one.name: None for one in ours}
    for rival in config.brands:
        if rival.competitor:
            having = [one for one in ours if rival.name in rivals_of(config, one)]
            whose[rival.name] = next(iter((*having, *ours)), rival).name
    return whose


def listened_to(config: Config, brands: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return on which networks each brand is listened for by the configuration."""
    return {
        name: frozenset(
            source.network
            for source in config.sources
            if config.brand(name) is not None and source.brand in ("", name)
        )
        for name in brands
    }


def shares(
    config: Config,
    brands: Sequence[str],
    now: Counts,
    before: Counts,
    reach: Mapping[str, Reach],
) -> Shares:
    """Return brands compared, ours first; ``now`` and ``before`` are sums of the two stretches.

    A network hears a brand where a source is set up for it, or where it was heard in either
    stretch all the same. A brand that nothing hears takes no part.
    """
    planned = listened_to(config, brands)
    heard = {
        name: planned[name] | _with_mentions(now, name) | _with_mentions(before, name)
        for name in brands
    }
    audible = [name for name in brands if heard[name]]
    common = frozenset.intersection(*(heard[name] for name in audible)) if audible else frozenset()
    compared = {name: _sum(now, name, common) for name in brands}
    earlier = {name: _sum(before, name, common) for name in brands}
    all_now = sum(one.total for one in compared.values())
    all_before = sum(one.total for one in earlier.values())
    several = len(audible) > 1
    voices = []
    for place, name in enumerate(brands):
        known = config.brand(name)
        takes_part = several and bool(heard[name])
        voices.append(
            Voice(
                brand=name,
                ours=place == 0 if known is None else not known.competitor,
                configured=known is not None,
                heard_on=tuple(sorted(heard[name])),
                whole=_sum(now, name),
                compared=compared[name],
                before=_sum(before, name),
                share=compared[name].total / all_now if takes_part and all_now else None,
                share_before=(
                    earlier[name].total / all_before if takes_part and all_before else None
                ),
                reach=reach.get(name, Reach()),
            )
        )
    others = sorted(voices[1:], key=lambda one: (-one.whole.total, one.brand))
    return Shares(
        (*voices[:1], *others),
        tuple(sorted(common)) if several else (),
        _left_out(audible, heard, common) if several else {},
    )


def _left_out(
    audible: Sequence[str], heard: Mapping[str, frozenset[str]], common: frozenset[str]
) -> dict[str, tuple[str, ...]]:
    everywhere = sorted(frozenset().union(*(heard[name] for name in audible)) - common)
    return {
        network: tuple(name for name in audible if network not in heard[name])
        for network in everywhere
    }


def _with_mentions(counts: Counts, brand: str) -> frozenset[str]:
    return frozenset(network for network, one in counts.get(brand, {}).items() if one.total)


def _sum(counts: Counts, brand: str, networks: frozenset[str] | None = None) -> Bucket:
    chosen = [
        one
        for network, one in counts.get(brand, {}).items()
        if networks is None or network in networks
    ]
    return Bucket(
        Micros(0),
        sum(one.total for one in chosen),
        sum(one.negative for one in chosen),
        sum(one.neutral for one in chosen),
        sum(one.positive for one in chosen),
        sum(one.unscored for one in chosen),
        sum(one.compound_sum for one in chosen),
    )


def reach_of(accounts: Iterable[tuple[int, int | None]]) -> Reach:
    """Return how far the voices of accounts reach, given as person and followers.

    A person's followers are those of all accounts they spoke with: each has a public of its own.
    """
    followers: dict[int, int | None] = {}
    for person, count in accounts:
        known = followers.setdefault(person, None)
        if count is not None:
            followers[person] = (known or 0) + max(0, count)
    return Reach(
        people=len(followers),
        followers=sum(count or 0 for count in followers.values()),
        unknown=sum(count is None for count in followers.values()),
    )
