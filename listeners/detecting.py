"""The checks of a brand every five minutes: surge, negative spike, negative share, silence.

What is usual is read and learnt once an hour and kept; a check then only reads the last hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from listeners.config import BrandConfig
from listeners.limits import Limit, Limits
from listeners.model import HOUR, Micros
from listeners.risk import detection
from listeners.risk.alert import Draft
from listeners.risk.baseline import Baseline, History, baseline
from listeners.risk.budget import Detector, p_of
from listeners.risk.negative_share import ShareRules, negative_share
from listeners.risk.same_time import SameTimeRules, spike
from listeners.risk.silence import SilenceRules, silence
from listeners.risk.surge import SurgeCounts, SurgeRules, surge
from listeners.store import agenda
from listeners.store.connection import Connection
from listeners.store.counts import Usual, present_counts, usual_counts

SURGE_WINDOWS: Mapping[int, Detector] = {1: "surge", 6: "surge 6 h"}
"""Hours over which a surge is looked for."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition that was looked at; its draft is an alert where it ``fires``."""

    draft: Draft
    fires: bool
    calm: bool


@dataclass(frozen=True, slots=True)
class _Learnt:
    """A brand's past as it is during one hour."""

    counts: Usual
    history: History
    usual: dict[int, Baseline] = field(default_factory=dict)

    def before(self, window: int) -> History:
        """Return the history without the hours of the window that is judged."""
        cut = window - 1
        if not cut:
            return self.history
        kept = self.history.hours[:-cut] if len(self.history.hours) > cut else ()
        return replace(self.history, hours=kept, end=Micros(self.history.end - cut * HOUR))

    def baseline(self, window: int, history: History) -> Baseline:
        """Return what is usual over windows of so many hours."""
        if window not in self.usual:
            self.usual[window] = baseline(history, window)
        return self.usual[window]


class Detectors:
    """Looks at brands, and remembers what is usual for an hour."""

    def __init__(self) -> None:
        self._learnt: dict[str, _Learnt] = {}

    async def look(
        self,
        connection: Connection,
        brand: BrandConfig,
        limits: Limits,
        heard: float,
        healthy: bool,
        now: Micros,
    ) -> list[Condition]:
        """Return every condition of a brand that is looked for.

        ``heard`` is the share of the sources that are heard; ``healthy`` that none is in trouble.
        """
        learnt = await self._past(connection, brand, now)
        here = await present_counts(connection, brand.name, now, learnt.counts.bins_end)
        since = Micros(now - HOUR)
        recent = await agenda.sample_mentions(connection, brand.name, since)
        found = [
            self._surge(brand.name, learnt, here.recent[window], window, limit, heard, now, recent)
            for window, detector in SURGE_WINDOWS.items()
            if (limit := limits[detector]) is not None
        ]
        bad = await agenda.sample_mentions(connection, brand.name, since, negative_only=True)
        if (limit := limits["negative spike"]) is not None:
            burst = spike((*learnt.counts.bins, *here.bins) or (0,), SameTimeRules(z=limit.score))
            draft = detection.spike_draft(brand.name, "", burst, bad)
            found.append(Condition(_explained(draft, limit), burst.fires, burst.calm))
        if (limit := limits["negative share"]) is not None:
            share = negative_share(*here.day, *here.week, ShareRules(alpha=p_of(limit.score)))
            draft = detection.share_draft(brand.name, share, bad)
            found.append(Condition(_explained(draft, limit), share.fires, share.calm))
        if (limit := limits["silence"]) is not None:
            quiet = silence(
                here.recent[24][0],
                now,
                learnt.history,
                healthy=healthy,
                rules=SilenceRules(alpha=p_of(limit.score)),
                usual=learnt.baseline(24, learnt.history),
            )
            draft = detection.silence_draft(brand.name, "", quiet)
            found.append(Condition(_explained(draft, limit), quiet.fires, quiet.calm))
        return found

    def _surge(
        self,
        brand: str,
        learnt: _Learnt,
        count: tuple[int, int],
        window: int,
        limit: Limit,
        heard: float,
        now: Micros,
        recent: tuple[int, ...],
    ) -> Condition:
        history = learnt.before(window)
        rise = surge(
            SurgeCounts(
                x=count[0],
                now=now,
                history=history,
                authors=count[1],
                completeness=heard,
                window=window,
                usual=learnt.baseline(window, history),
            ),
            SurgeRules(alpha=p_of(limit.score)),
        )
        draft = detection.surge_draft(brand, "", rise, recent)
        return Condition(_explained(draft, limit), rise.fires, rise.calm)

    async def _past(self, connection: Connection, brand: BrandConfig, now: Micros) -> _Learnt:
        known = self._learnt.get(brand.name)
        if known is None or known.counts.bins_end != now // HOUR * HOUR:
            counts = await usual_counts(connection, brand.name, now)
            history = History(counts.hours, counts.hours_end, brand.hours.zone)
            known = self._learnt[brand.name] = _Learnt(counts, history)
        return known


def _explained(draft: Draft, limit: Limit) -> Draft:
    """Return the draft with why the limit is where it is."""
    if draft.thin_baseline or limit.why is None:
        return draft
    return replace(draft, explanation=(*draft.explanation, limit.why))
