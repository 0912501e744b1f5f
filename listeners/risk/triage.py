"""What new evidence, time and a person's keys do to an alert.

States: *firing*, *acked*, *snoozed* (until a time or until the severity rises), *resolved*,
*dismissed*. Every key has its inverse. An alert that began during a maintenance window fires
*suppressed*: it is shown, rings at nobody, and rings at the window's end if it is still there.
``received`` takes what a rule found, ``checked`` what a
check of a condition found, ``apply`` a key or the passing of time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from listeners.model import MINUTE, AlertState, Micros, Sentence, Severity
from listeners.risk import events as happened
from listeners.risk.alert import LIVE, Alert, Draft
from listeners.risk.events import Event

__all__ = ["LIVE", "Alert", "Draft", "Event", "Step", "apply", "opened", "received"]

COOL_DOWN = 60 * MINUTE
"""How long after it closed an alert comes back as the same episode."""
CALM_CHECKS = 3
"""Checks in a row that must find the condition false before the alert closes by itself."""
REMIND = 60 * MINUTE
"""How long after it was acknowledged a high or critical alert reminds its owner."""
CONFIRM = 15 * MINUTE
"""How long the owner has to confirm (acknowledge again) before it fires again."""

FIRING, ACKED, SNOOZED, RESOLVED, DISMISSED = (
    AlertState.FIRING,
    AlertState.ACKED,
    AlertState.SNOOZED,
    AlertState.RESOLVED,
    AlertState.DISMISSED,
)


CAME_BACK = "alert.back"
GREW_WORSE = "alert.worse"
GREW_WORSE_ACKED = "alert.worse_acked"
CALMED = "alert.calm"
SNOOZE_ENDED = "alert.woke"
UNCONFIRMED = "alert.unconfirmed"
WINDOW_ENDED = "alert.window_ended"
"""What happens to an alert by itself, as the log names it; the screen has a sentence for each."""

PEAK = "worst"
"""The figure that keeps the most a condition has been since the alert began."""
AT_WORST = Sentence("at its worst since this alert began: {count}", {"count": 0})

STILL_HOLDS = Sentence(
    "Its cause still holds, so it would fire again: acknowledge it, snooze it, or dismiss it as a"
    " false alarm."
)
"""Why an alert is not resolved by hand; what may be done instead is ``INSTEAD``."""
INSTEAD = ("ack", "snooze", "dismiss")


@dataclass(frozen=True, slots=True)
class Step:
    """What happened. ``note`` is the code of what happened by itself; ``refused`` why nothing."""

    alert: Alert
    note: str = ""
    refused: Sentence | None = None


# --- what rules find ---------------------------------------------------------------------------


def opened(draft: Draft, now: Micros) -> Alert:
    """Return a new episode, firing."""
    return Alert(
        brand=draft.brand,
        alert_class=draft.alert_class,
        rule=draft.rule,
        scope=draft.scope,
        fingerprint=draft.fingerprint,
        severity=draft.severity,
        title=draft.title,
        explanation=draft.explanation,
        figures=draft.figures,
        thin_baseline=draft.thin_baseline,
        first_at=now,
        last_at=now,
        fired_at=now,
        count=max(1, len(draft.evidence)),
        holding=draft.holding,
    )


def received(draft: Draft, latest: Alert | None, now: Micros) -> Step:
    """Return what a rule's finding does, given the newest alert of its fingerprint.

    A live episode takes it as evidence. One resolved less than the cool-down ago comes back as
    the same episode, its flaps counted. One dismissed stays so as long as evidence keeps coming
    without growing worse: a dismissal ends the episode, not the rule. A draft that is dismissed
    ``for_good`` stays dismissed until it grows worse. Else a new episode opens (``id`` 0).
    """
    if latest is None or latest.merged_into is not None:
        return Step(opened(draft, now))
    if latest.live:
        return _joined(latest, draft, now)
    worse = draft.severity > latest.severity
    if latest.state is DISMISSED:
        if worse or (now - latest.last_at > COOL_DOWN and not draft.for_good):
            return Step(opened(draft, now))
        return Step(_with_evidence(latest, draft, now))
    if latest.closed_at is None or now - latest.closed_at > COOL_DOWN:
        return Step(opened(draft, now))
    back = replace(_with_evidence(latest, draft, now), flaps=latest.flaps + 1)
    return Step(_fired(back, now), note=CAME_BACK)


def joined_elsewhere(head: Alert, draft: Draft, now: Micros) -> Step:
    """Return what a finding of an alert does that was merged into a live one, ``head``.

    It counts there, and a worse one makes that fire again; the words stay those of the head.
    """
    new = 0 if draft.holding else max(1, len(draft.evidence))
    after = replace(
        head,
        severity=max(head.severity, draft.severity),
        last_at=max(head.last_at, now),
        count=head.count + new,
    )
    return _raised(head, after, now)


def _joined(alert: Alert, draft: Draft, now: Micros) -> Step:
    return _raised(alert, _with_evidence(alert, draft, now), now)


def _raised(before: Alert, after: Alert, now: Micros) -> Step:
    if after.severity <= before.severity or before.state is FIRING:
        return Step(after)
    acked = before.state is ACKED and before.owner
    return Step(_fired(after, now), note=GREW_WORSE_ACKED if acked else GREW_WORSE)


def _with_evidence(alert: Alert, draft: Draft, now: Micros) -> Alert:
    """Return it with the evidence joined: count, last seen, worst severity, newest figures.

    What happens is counted, and told by the gravest of it. A condition that goes on is not counted
    again at every check, and is told as it is now, however bad it was.
    """
    told = draft.holding or draft.severity >= alert.severity
    figures, peak = _with_peak(alert, draft)
    new = max(1, len(draft.evidence))
    return replace(
        alert,
        severity=max(alert.severity, draft.severity),
        title=draft.title if told else alert.title,
        explanation=(*draft.explanation, *peak) if told else alert.explanation,
        figures=figures if told else alert.figures,
        thin_baseline=draft.thin_baseline,
        last_at=max(alert.last_at, now),
        count=max(alert.count, new) if draft.holding else alert.count + new,
        holding=draft.holding,
        calm_checks=0,
    )


def _with_peak(
    alert: Alert, draft: Draft
) -> tuple[Mapping[str, int | float | str], tuple[Sentence, ...]]:
    """Return the draft's figures with the most its ``peak`` has been, and the words for it."""
    now = draft.figures.get(draft.peak)
    known = alert.figures.get(PEAK, alert.figures.get(draft.peak))
    if not isinstance(now, int | float) or not isinstance(known, int | float) or known <= now:
        return draft.figures, ()
    return {**draft.figures, PEAK: known}, (replace(AT_WORST, values={"count": known}),)


# --- keys and time -----------------------------------------------------------------------------


def apply(alert: Alert, event: Event, now: Micros) -> Step:
    """Return what ``event`` makes of ``alert`` at ``now``. Never raises."""
    match event:
        case happened.Calm():
            return _calm(alert, now)
        case happened.Steady():
            return Step(replace(alert, calm_checks=0) if alert.live else alert)
        case happened.Tick():
            return _tick(alert, event, now)
        case happened.Ack():
            return _ack(alert, event, now)
        case happened.Snooze():
            return _snooze(alert, event, now)
        case happened.Resolve():
            return _resolve(alert, now)
        case happened.Dismiss():
            return _dismiss(alert, event, now)
        case happened.Escalate():
            return _escalate(alert, event, now)
        case happened.Assign():
            return _assign(alert, event)
        case happened.Release():
            return _release(alert, now)
        case happened.Reopen():
            return _reopen(alert, now)


def _calm(alert: Alert, now: Micros) -> Step:
    if not alert.live:
        return Step(replace(alert, holding=False))
    calm = replace(alert, holding=False, calm_checks=alert.calm_checks + 1)
    if calm.calm_checks < CALM_CHECKS:
        return Step(calm)
    return Step(_closed(calm, RESOLVED, now), note=CALMED)


def _tick(alert: Alert, event: happened.Tick, now: Micros) -> Step:
    until = alert.snoozed_until
    if alert.state is SNOOZED and until is not None and until <= now:
        return Step(_fired(alert, now), note=SNOOZE_ENDED)
    if alert.suppressed and alert.live and not event.quiet:
        if alert.state is FIRING:
            return Step(_fired(alert, now), note=WINDOW_ENDED)
        return Step(replace(alert, suppressed=False))
    if _unconfirmed(alert, now):
        return Step(_fired(alert, now), note=UNCONFIRMED)
    return Step(alert)


def _unconfirmed(alert: Alert, now: Micros) -> bool:
    acked = alert.acked_at
    return (
        alert.state is ACKED
        and alert.severity >= Severity.HIGH
        and acked is not None
        and now - acked >= REMIND + CONFIRM
    )


def _ack(alert: Alert, event: happened.Ack, now: Micros) -> Step:
    if not alert.live:
        return _refuse_closed(alert)
    acked = replace(alert, state=ACKED, owner=event.by, acked_at=now, snoozed_until=None)
    return Step(acked)


def _snooze(alert: Alert, event: happened.Snooze, now: Micros) -> Step:
    if not alert.live:
        return _refuse_closed(alert)
    if event.until is not None and event.until <= now:
        return Step(alert, refused=Sentence("That time has passed; choose a later one."))
    return Step(replace(alert, state=SNOOZED, snoozed_until=event.until))


def _resolve(alert: Alert, now: Micros) -> Step:
    if not alert.live:
        return _refuse_closed(alert)
    if alert.holding:
        return Step(alert, refused=STILL_HOLDS)
    return Step(_closed(alert, RESOLVED, now))


def _dismiss(alert: Alert, event: happened.Dismiss, now: Micros) -> Step:
    if alert.state is DISMISSED:
        return _refuse_closed(alert)
    return Step(replace(_closed(alert, DISMISSED, now), dismissed_reason=event.reason))


def _escalate(alert: Alert, event: happened.Escalate, now: Micros) -> Step:
    if not alert.live:
        return _refuse_closed(alert)
    raised = replace(
        alert,
        severity=Severity(min(alert.severity + 1, Severity.CRITICAL)),
        escalated=alert.escalated + 1,
        owner=event.to or alert.owner,
    )
    return Step(_fired(raised, now))


def _assign(alert: Alert, event: happened.Assign) -> Step:
    if not alert.live:
        return _refuse_closed(alert)
    if event.to == alert.owner:
        return Step(alert, refused=Sentence("{name} has it already.", {"name": event.to}))
    return Step(replace(alert, owner=event.to))


def _release(alert: Alert, now: Micros) -> Step:
    if not alert.live:
        return _refuse_closed(alert)
    if not alert.owner and alert.state is not ACKED:
        return Step(alert, refused=Sentence("Nobody has it already."))
    freed = replace(alert, owner="", acked_at=None)
    return Step(_fired(freed, now) if alert.state is ACKED else freed)


def _reopen(alert: Alert, now: Micros) -> Step:
    if alert.state is FIRING:
        return Step(alert, refused=Sentence("It is firing already."))
    freed = replace(alert, owner="" if alert.state is ACKED else alert.owner, merged_into=None)
    return Step(_fired(freed, now))


def _fired(alert: Alert, now: Micros) -> Alert:
    """Return it firing (again) since now. The owner stays, so that "was acked by" can be said."""
    return replace(
        alert,
        state=FIRING,
        fired_at=now,
        acked_at=None,
        snoozed_until=None,
        closed_at=None,
        dismissed_reason="",
        calm_checks=0,
        suppressed=False,
    )


def _closed(alert: Alert, state: AlertState, now: Micros) -> Alert:
    return replace(alert, state=state, closed_at=now, snoozed_until=None, suppressed=False)


def _refuse_closed(alert: Alert) -> Step:
    sentence = (
        Sentence("It was dismissed already; reopen it first to do something else.")
        if alert.state is DISMISSED
        else Sentence("It is resolved already; reopen it first to do something else.")
    )
    return Step(alert, refused=sentence)
