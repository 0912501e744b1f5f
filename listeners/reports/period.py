"""The figures of a report: one brand over a week, a month, or the days of a campaign.

Everything is read here and nothing is worded. Counts of mentions, people and moves come from the
rows themselves (``store.report``), the rest from where its own screen has it, so that a report
and a screen cannot differ. Changes are of figures a day: months are not equally long.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import reduce
from itertools import pairwise

from listeners.campaigns.comparing import Estimate, beyond_chance
from listeners.campaigns.figures import CampaignFigures
from listeners.config import BrandConfig, Config
from listeners.coverage.looking import coverage
from listeners.model import DAY, AlertState, Micros, SafeText
from listeners.planning.cadence import ChannelCadence
from listeners.planning.entry import Planned, is_late
from listeners.reports.deciding import Decisions, decisions
from listeners.reports.handover import troubled
from listeners.reports.responses import Figures, figures, measured
from listeners.reports.stretches import Stretch, length_in_days
from listeners.rows import AlertRow, Bucket, MentionRow, SourceRow
from listeners.store import Store, reads
from listeners.store.cadence import cadence_now
from listeners.store.campaigns import campaigns
from listeners.store.campaigns import figures as campaign_figures
from listeners.store.filters import AlertFilter
from listeners.store.planned import planned
from listeners.store.reads.responses import answers, waiting
from listeners.store.report import (
    Missed,
    Moved,
    Networks,
    Spoke,
    heard_from,
    heard_in,
    missed_in,
    moves_in,
    opened_in,
    said_about_alerts,
    spoke_in,
)
from listeners.store.stages import funnel
from listeners.uncertainty import Band, net_band
from listeners.voice.looking import WordsSaid, compare, words_said
from listeners.voice.share import Shares
from listeners.voice.share import Stretch as Compared

USUAL = 28 * DAY
"""How long the stretch before is that shows what is usual."""
ENOUGH = 7.0
"""Days that must have been heard of it."""
NOTABLE = ("journalist", "vip", "influencer", "partner", "competitor")
"""Roles whose words are told one by one."""
WORDS = 8
"""Rising words that are told, each with an example."""
ALIKE = 0.1
"""Volumes that differ by less than this share are called alike."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard in one stretch, ``days`` of 24 hours long, as far as it was heard at all."""

    networks: Networks
    days: float

    @property
    def whole(self) -> Bucket:
        """The sums of all networks."""
        return reduce(plus, self.networks.values(), EMPTY)

    @property
    def a_day(self) -> float | None:
        """Mentions a day, ``None`` where nothing was listened to."""
        return self.whole.total / self.days if self.days else None

    @property
    def net(self) -> float | None:
        """Net sentiment in [-1, 1], ``None`` where nothing is scored."""
        return self.whole.net_sentiment

    @property
    def band(self) -> Band | None:
        """From where to where chance alone would let it be."""
        return net_band(self.whole)


EMPTY = Bucket(Micros(0), 0, 0, 0, 0, 0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertTold:
    """An alert of the stretch and the newest note on it."""

    row: AlertRow
    note: SafeText


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a report tells of ``brand``.

    ``until`` is where counting ended: the end of the stretch, or ``made_at`` where it goes on.
    ``days`` are what was heard day by day. ``waiting`` in ``responses``, ``funnel``, ``decisions``
    and ``troubled`` are of ``made_at``, whatever stretch is told. ``examples`` are the newest
    mentions that say one of the first words of ``words``. ``usual`` is ``None`` where less
    than ``ENOUGH`` days were heard before.
    """

    brand: str
    stretch: Stretch
    made_at: Micros
    until: Micros
    zone: tzinfo | None
    heard: Heard
    before: Heard
    usual: Heard | None
    days: tuple[tuple[Micros, Networks], ...]
    opened: int
    opened_before: int
    responses: Figures
    target: float
    alerts: tuple[AlertTold, ...]
    spoke: tuple[Spoke, ...]
    spoke_before: int
    funnel: Mapping[str, int]
    moves: tuple[Moved, ...]
    campaigns: tuple[CampaignFigures, ...]
    planned: tuple[Planned, ...]
    cadence: tuple[ChannelCadence, ...]
    shares: Shares
    words: WordsSaid
    examples: Mapping[int, MentionRow]
    decisions: Decisions
    troubled: tuple[SourceRow, ...]
    missed: tuple[Missed, ...]

    @property
    def notable(self) -> tuple[Spoke, ...]:
        """Those who spoke and whose words weigh more."""
        return tuple(one for one in self.spoke if one.role in NOTABLE)

    @property
    def new_people(self) -> tuple[Spoke, ...]:
        """Those who spoke for the first time."""
        return tuple(one for one in self.spoke if one.new)

    @property
    def ways(self) -> Mapping[tuple[str, str], int]:
        """How many people moved from where to where."""
        return Counter((one.was, one.stage) for one in self.moves)

    @property
    def done(self) -> tuple[Planned, ...]:
        """What was planned for the stretch and is done."""
        return tuple(one for one in self.planned if one.done)

    @property
    def late(self) -> tuple[Planned, ...]:
        """What was planned for the stretch and should be done by now."""
        return tuple(one for one in self.planned if is_late(one, self.made_at, self.zone))

    @property
    def to_come(self) -> tuple[Planned, ...]:
        """What was planned for the stretch and still has time."""
        over = {one.id for one in (*self.done, *self.late)}
        return tuple(one for one in self.planned if one.id not in over)

    @property
    def spoilt(self) -> bool:
        """Whether something that was to be heard may be missing in the figures."""
        return bool(self.troubled) or any(not one.filled for one in self.missed)


async def report(
    store: Store,
    config: Config,
    brand: str,
    stretch: Stretch,
    now: Micros,
    *,
    zone: tzinfo | None = None,
) -> Report:
    """Read the figures of a brand in a stretch of time.

    Raises:
        StoreError: the store cannot be read.
    """
    chosen = config.brand(brand) or BrandConfig(name=brand)
    since, until = stretch.since, stretch.counted_to(now)
    began = await heard_from(store, brand)
    bounds = [at for at in stretch.days if at < until] + [until]
    days = list(pairwise(bounds))
    usual_since = Micros(since - USUAL)
    counted = await heard_in(
        store, brand, [(since, until), (stretch.before, since), (usual_since, since), *days]
    )
    usual = Heard(counted[2], _listened(usual_since, since, began))
    given = await answers(store, brand, since, until)
    waits = await waiting(store, brand)
    told = await _alerts(store, brand, since, until)
    words = WordsSaid(brand)
    compared = Compared(stretch.before, since, until)
    async for step in words_said(store, config, brand, compared):
        words = step
    said = [one.mentions[0] for one in words.risen[:WORDS]]
    rows = await reads.sources(store)
    missed = await missed_in(store, since, until)
    elsewhere = {one.key for one in config.sources if one.brand not in ("", brand)}
    brought = []
    for one in await campaigns(store, brand):
        if one.from_at < until and one.to_at > since:
            brought.append(await campaign_figures(store, one, now))
    advised = await coverage(store, config, brand, now)
    return Report(
        brand=brand,
        stretch=stretch,
        made_at=now,
        until=until,
        zone=zone,
        heard=Heard(counted[0], _listened(since, until, began)),
        before=Heard(counted[1], _listened(stretch.before, since, began)),
        usual=usual if usual.days >= ENOUGH else None,
        days=tuple((day[0], sums) for day, sums in zip(days, counted[3:], strict=True)),
        opened=await opened_in(store, brand, since, until),
        opened_before=await opened_in(store, brand, stretch.before, since),
        responses=figures(measured(given, waits, {brand: chosen}, now)),
        target=chosen.targets.first,
        alerts=tuple(told),
        spoke=tuple(await spoke_in(store, brand, since, until)),
        spoke_before=len(await spoke_in(store, brand, stretch.before, since)),
        funnel=(await funnel(store, brand, since, until, zone=zone)).now,
        moves=tuple(await moves_in(store, brand, since, until)),
        campaigns=tuple(brought),
        planned=tuple(await planned(store, brand, since, stretch.until, zone=zone)),
        cadence=tuple(await cadence_now(store, brand, Micros(until - 1), zone=zone)),
        shares=await compare(store, config, brand, compared),
        words=words,
        examples=await reads.mentions(store, said),
        decisions=await decisions(store, config, brand, now, advised.advice, zone=zone),
        troubled=tuple(one for one in rows if troubled(one) and one.key not in elsewhere),
        missed=tuple(one for one in missed if one.key not in elsewhere),
    )


async def _alerts(store: Store, brand: str, since: Micros, until: Micros) -> Sequence[AlertTold]:
    ids = await reads.alert_ids(
        store, AlertFilter(brand=brand, states=tuple(AlertState), since=since, until=until)
    )
    rows = await reads.alerts(store, ids)
    notes = await said_about_alerts(store, ids)
    return [
        AlertTold(row=rows[one], note=notes.get(one, SafeText(""))) for one in ids if one in rows
    ]


def _listened(since: Micros, until: Micros, began: Micros | None) -> float:
    """Return how many days of a stretch were heard: from the brand's first mention on."""
    return 0.0 if began is None else length_in_days(Micros(max(since, began)), until)


def plus(one: Bucket, other: Bucket) -> Bucket:
    """Return the sum of two counts."""
    return Bucket(
        one.start,
        one.total + other.total,
        one.negative + other.negative,
        one.neutral + other.neutral,
        one.positive + other.positive,
        one.unscored + other.unscored,
        one.compound_sum + other.compound_sum,
    )


def change(now: Heard, before: Heard | None) -> float | None:
    """Return by how much more is said a day (0.5 for half as much again).

    ``None`` where nothing was heard before.
    """
    if before is None or not before.a_day or now.a_day is None:
        return None
    return now.a_day / before.a_day - 1


def mood_change(now: Heard, before: Heard | None) -> int | None:
    """Return 1 or -1 where the mood is better or worse by more than chance, 0 where it may not be.

    ``None`` where either has no mood.
    """
    if before is None:
        return None
    one, other = _estimate(now), _estimate(before)
    if one is None or other is None:
        return None
    if not beyond_chance(one, other):
        return 0
    return 1 if one.value > other.value else -1


def _estimate(heard: Heard) -> Estimate | None:
    net, band = heard.net, heard.band
    return None if net is None or band is None else Estimate(net, band.low, band.high)
