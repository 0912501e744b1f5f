"""What the one who conducts the work must know: who has what, what is late, what is silent.

Pure but for ``conducting``, which reads. Days and weeks are those of ``zone``, ``None`` for the
machine's; weeks begin on Monday.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from typing import Literal

from listeners.campaigns.campaign import Campaign
from listeners.charges import Charge, in_charge
from listeners.config import Config
from listeners.duty import Gap, Rota, Shift, gaps, next_shift
from listeners.model import DAY, Micros
from listeners.planning.cadence import ChannelCadence
from listeners.planning.calendar import WEEK, day_of, day_start, week_start
from listeners.planning.entry import Planned, begins, is_late
from listeners.store import Store
from listeners.store.absence import Away, away
from listeners.store.cadence import WEEKS, cadence_now
from listeners.store.campaigns import campaigns
from listeners.store.charges import charges
from listeners.store.conducting import Overdue, overdue
from listeners.store.duty import any_duty, shifts
from listeners.store.planned import late, planned
from listeners.store.team import Load, loads
from listeners.team import PROGRAM, Role, role_of

AHEAD = 7 * DAY
"""How far the rota and the drafts that wait are looked at."""

ChannelState = Literal["silent", "behind", "over", "short", "on time", "no target"]
STATES: tuple[ChannelState, ...] = (
    "silent", "behind", "over", "short", "on time", "no target",
)  # fmt: skip
"""How a channel does, the worst first."""

LateKind = Literal["planned", "conversation", "draft"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A member and what they have; the one without a name is what nobody has.

    ``planned`` counts what is planned for this week and not done, ``late`` what should be done.
    """

    name: str
    role: Role
    of_the_team: bool = False
    open: int = 0
    overdue: int = 0
    planned: int = 0
    late: int = 0
    charges: tuple[Charge, ...] = ()
    away: Away | None = None
    on_duty: Shift | None = None
    next_duty: Shift | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """One thing that is late, or a draft that waits for approval; ``at`` is when it is due."""

    kind: LateKind
    id: int
    brand: str
    channel: str
    title: str
    owner: str
    at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel of a brand, how it does, and who is in charge of it."""

    brand: str
    cadence: ChannelCadence
    state: ChannelState
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A campaign that goes on or begins within a week, and who is in charge of it."""

    campaign: Campaign
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conducting:
    """One look at all of it. ``turns`` are the shifts and the gaps of seven days, by time."""

    members: tuple[Holding, ...] = ()
    late: tuple[Late, ...] = ()
    channels: tuple[Channel, ...] = ()
    turns: tuple[Shift | Gap, ...] = ()
    campaigns: tuple[Running, ...] = ()
    charges: tuple[Charge, ...] = ()
    on_duty: tuple[str, ...] = ()
    rota: bool = False
    """Whether a rota was ever kept: without one, nothing is a gap."""


async def conducting(
    store: Store, config: Config, brand: str, now: Micros, *, zone: tzinfo | None = None
) -> Conducting:
    """Read what is to be conducted for a brand, or for all of ours for an empty name."""
    ours = tuple(one.name for one in config.brands if not one.competitor)
    brands = (brand,) if brand else ours
    monday = week_start(day_of(now, zone))
    ends = day_start(monday + timedelta(days=WEEK), zone)
    week = await planned(store, brand, day_start(monday, zone), ends, zone=zone)
    handed = [one for one in await charges(store) if not brand or one.brand in ("", brand)]
    behind = await late(store, brand, now, zone=zone)
    gone = await away(store, now)
    rota = Rota(tuple(await shifts(store, now, Micros(now + 60 * DAY))), frozenset(gone))
    known = await any_duty(store)
    drafts = await planned(store, brand, now, Micros(now + AHEAD), zone=zone)
    return Conducting(
        members=tuple(
            holdings(config, await loads(store, brand, now), week, behind, handed, gone, rota, now)
        ),
        late=tuple(lateness(behind, await overdue(store, brand, now), drafts, now, zone)),
        channels=tuple(
            sorted(
                [
                    _channel(name, one, handed)
                    for name in brands
                    for one in await cadence_now(store, name, now, WEEKS, zone=zone)
                ],
                key=lambda one: (STATES.index(one.state), one.cadence.channel, one.brand),
            )
        ),
        turns=tuple(turns(rota.shifts, brands, now, Micros(now + AHEAD))) if known else (),
        campaigns=tuple(
            Running(
                campaign=one,
                members=tuple(in_charge(handed, "campaign", str(one.id), one.brand)),
            )
            for one in await campaigns(store, brand)
            if one.from_at < now + AHEAD and now < one.to_at
        ),
        charges=tuple(handed),
        on_duty=rota.on_duty(brand, now),
        rota=known,
    )


def holdings(
    config: Config,
    loaded: Iterable[Load],
    week: Sequence[Planned],
    behind: Sequence[Planned],
    handed: Sequence[Charge],
    gone: Mapping[str, Away],
    rota: Rota,
    now: Micros,
) -> list[Holding]:
    """Return the team in its order, leads first, then whoever else has something; then nobody."""
    by_member = {one.member: one for one in loaded}
    team = sorted(config.members, key=lambda name: list(Role).index(role_of(config, name)))
    others = {
        *by_member,
        *(one.owner for one in (*week, *behind) if not one.done),
        *(one.member for one in handed),
        *(one.member for one in rota.shifts),
    }
    me = [config.member] if config.member else []
    rest = sorted(name for name in others if name not in ("", PROGRAM))
    found: list[Holding] = []
    for name in dict.fromkeys([*team, *me, *rest, ""]):
        load = by_member.get(name)
        running = [one for one in rota.shifts if one.member == name and one.runs(now)]
        found.append(
            Holding(
                name=name,
                role=role_of(config, name),
                of_the_team=name in config.members,
                open=load.open if load else 0,
                overdue=load.overdue if load else 0,
                planned=sum(one.owner == name and not one.done for one in week),
                late=sum(one.owner == name for one in behind),
                charges=tuple(one for one in handed if one.member == name),
                away=gone.get(name),
                on_duty=max(running, key=lambda one: one.to_at, default=None),
                next_duty=next_shift(rota.shifts, name, now),
            )
        )
    return found


def lateness(
    behind: Iterable[Planned],
    unanswered: Iterable[Overdue],
    coming: Iterable[Planned],
    now: Micros,
    zone: tzinfo | None,
) -> list[Late]:
    """Return what is late, the longest first; then the drafts that somebody must approve soon."""
    found = [_planned("planned", one, zone) for one in behind]
    found += [
        Late(
            kind="conversation",
            id=one.id,
            brand=one.brand,
            channel=one.network,
            title=one.title,
            owner=one.owner,
            at=one.due_at,
        )
        for one in unanswered
    ]
    drafts = [
        _planned("draft", one, zone)
        for one in coming
        if one.state == "draft" and not is_late(one, now, zone)
    ]
    return [*sorted(found, key=_by_time), *sorted(drafts, key=_by_time)]


def _by_time(one: Late) -> tuple[int, str, int]:
    return (one.at, one.kind, one.id)


def _planned(kind: LateKind, one: Planned, zone: tzinfo | None) -> Late:
    return Late(
        kind=kind,
        id=one.id,
        brand=one.brand,
        channel=one.channel,
        title=one.title,
        owner=one.owner,
        at=begins(one, zone),
    )


def channel_state(one: ChannelCadence) -> ChannelState:
    """Return how a channel does: the worst that holds of it."""
    if one.silent is not None:
        return "silent"
    if one.target is None:
        return "no target"
    if one.behind:
        return "behind"
    if one.over:
        return "over"
    return "short" if one.short else "on time"


def _channel(brand: str, one: ChannelCadence, handed: Sequence[Charge]) -> Channel:
    return Channel(
        brand=brand,
        cadence=one,
        state=channel_state(one),
        members=tuple(in_charge(handed, "channel", one.channel, brand)),
    )


def turns(
    known: Sequence[Shift], brands: Sequence[str], now: Micros, until: Micros
) -> list[Shift | Gap]:
    """Return the shifts of a time and the gaps between them, by when they begin."""
    listed: list[Shift | Gap] = [
        one
        for one in known
        if one.from_at < until and now < one.to_at and (not one.brand or one.brand in brands)
    ]
    listed += gaps(known, brands, now, until)
    return sorted(listed, key=lambda one: (one.from_at, isinstance(one, Gap)))
