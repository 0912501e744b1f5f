"""What a campaign brought: the stretch before it, the campaign, and the stretch after, in figures.

The stretch before ends where the campaign begins and the one after begins where it ends; both are
as long as the campaign is, so that their sums compare. What is not over is counted up to now, and
what hubbub has not heard from its beginning is counted from the first mention that is stored: the
figures a day are of the days that were really heard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from listeners.campaigns.campaign import Campaign
from listeners.model import DAY, Micros
from listeners.rows import Bucket
from listeners.uncertainty import Band, net_band

Which = Literal["before", "during", "after"]


class Span(NamedTuple):
    """A stretch of time; the end is no part of it."""

    from_at: Micros
    to_at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What was counted of one stretch, of a brand or of a campaign's own mentions.

    ``bucket`` counts mentions of others by their sentiment, reposts too. ``people`` are those who
    wrote themselves, ``new_people`` those of them who never spoke of the brand before, our own
    accounts and our staff aside. ``followers`` is the sum over the people of whom it is known,
    ``unknown_reach`` how many people those are of whom it is not. ``asked`` are conversations in
    which somebody asked something of us, ``answered`` those of them that got their answer.
    ``stages`` counts moves to each stage. ``campaign`` and ``posts`` are the campaign's own: what
    others wrote, and what we did.
    """

    bucket: Bucket
    campaign: int = 0
    posts: int = 0
    people: int = 0
    new_people: int = 0
    followers: int | None = None
    unknown_reach: int = 0
    conversations: int = 0
    asked: int = 0
    answered: int = 0
    stages: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One stretch and what it brought.

    ``counted`` is the part of ``span`` that was really heard, ``None`` where there is none: it is
    still to come, or lies before everything that is stored. Every figure is ``None`` then.
    """

    span: Span
    counted: Span | None
    counts: Counts
    over: float | None = None
    """The days that its figures a day are of, where they are not those counted."""

    @property
    def known(self) -> bool:
        """Whether there is anything to count in it."""
        return self.counted is not None

    @property
    def whole(self) -> bool:
        """Whether all of it was heard, and is over."""
        return self.counted == self.span

    @property
    def days(self) -> float:
        """How many days its figures a day are of, 0 where none was counted."""
        if self.over is not None:
            return self.over
        return 0.0 if self.counted is None else (self.counted.to_at - self.counted.from_at) / DAY

    @property
    def volume(self) -> int | None:
        """Mentions by others."""
        return self.counts.bucket.total if self.known else None

    @property
    def campaign(self) -> int | None:
        """Mentions by others that are the campaign's."""
        return self.counts.campaign if self.known else None

    @property
    def per_day(self) -> float | None:
        """Mentions by others a day."""
        return self.daily(self.volume)

    @property
    def net(self) -> float | None:
        """Net sentiment in [-1, 1], ``None`` where nothing has a score."""
        return self.counts.bucket.net_sentiment if self.known else None

    @property
    def band(self) -> Band | None:
        """From where to where chance alone would let the net sentiment be."""
        return net_band(self.counts.bucket) if self.known else None

    @property
    def reach(self) -> int | None:
        """Followers of the people who spoke, ``None`` where nobody's are known."""
        return self.counts.followers if self.known else None

    @property
    def unknown_reach(self) -> int:
        """People who spoke and whose followers are not known."""
        return self.counts.unknown_reach if self.known else 0

    @property
    def people(self) -> int | None:
        """People who spoke."""
        return self.counts.people if self.known else None

    @property
    def new_people(self) -> int | None:
        """Those of them who spoke of the brand for the first time."""
        return self.counts.new_people if self.known else None

    @property
    def conversations(self) -> int | None:
        """Conversations in which somebody else wrote."""
        return self.counts.conversations if self.known else None

    @property
    def answered(self) -> float | None:
        """The share of what was asked that was answered, ``None`` where nothing was asked."""
        return (
            self.counts.answered / self.counts.asked if self.known and self.counts.asked else None
        )

    @property
    def stage_moves(self) -> int | None:
        """How many people came to another stage."""
        return sum(self.counts.stages.values()) if self.known else None

    def daily(self, figure: int | None) -> float | None:
        """Return a figure a day, ``None`` where it or the days are not there."""
        return figure / self.days if figure is not None and self.days else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFigures:
    """What a campaign brought: the brand before, during and after, and the campaign's own.

    ``own`` is over all the time in which a mention can be the campaign's, from a day before it to
    two weeks after it, its figures a day of the campaign's own days. ``heard_from`` is the time of
    the brand's first stored mention.
    """

    campaign: Campaign
    before: Period
    during: Period
    after: Period
    own: Period
    heard_from: Micros | None

    @property
    def periods(self) -> tuple[tuple[Which, Period], ...]:
        """The three stretches with their names, in their order."""
        return (("before", self.before), ("during", self.during), ("after", self.after))


def spans_of(campaign: Campaign) -> dict[Which, Span]:
    """Return the three stretches that are compared, each as long as the campaign."""
    from_at, to_at, length = campaign.from_at, campaign.to_at, campaign.length
    return {
        "before": Span(Micros(from_at - length), from_at),
        "during": Span(from_at, to_at),
        "after": Span(to_at, Micros(to_at + length)),
    }


def counted_part(span: Span, heard_from: Micros | None, now: Micros) -> Span | None:
    """Return the part of a stretch that was heard up to now, ``None`` where there is none."""
    if heard_from is None:
        return None
    from_at, to_at = Micros(max(span.from_at, heard_from)), Micros(min(span.to_at, now))
    return Span(from_at, to_at) if to_at > from_at else None
