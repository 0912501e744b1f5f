"""From drafts to stored alerts: evidence joins the live episode, a check closes what is over."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from listeners.model import AlertState, Micros
from listeners.risk.alert import Alert, Draft
from listeners.risk.detection import without_muted
from listeners.risk.events import Calm, Event, Steady, Tick
from listeners.risk.maintenance import Window, covers
from listeners.risk.merge import in_turn, matter_of, merge
from listeners.risk.noise import NOISE_KINDS, noise_of, without_noise
from listeners.risk.triage import Step, apply, joined_elsewhere, opened, received
from listeners.store import alert_rows, subjects
from listeners.store.connection import Connection
from listeners.store.evidence import said_in
from listeners.store.maintenance import windows_now

PROGRAM = "hubbub"
"""The actor of what happens without a person."""


async def raise_alerts(
    connection: Connection, drafts: Sequence[Draft], now: Micros
) -> frozenset[int]:
    """Take what rules found: each draft opens an episode, joins one, or is muted.

    What is a side of a live episode's matter is merged into it at once. Returns the alerts into
    which merged ones reported.
    """
    first, then = in_turn(drafts)
    told = await _raise(connection, first, now)
    return told | await _raise(connection, then, now)


async def _raise(connection: Connection, drafts: Sequence[Draft], now: Micros) -> frozenset[int]:
    if not drafts:
        return frozenset()
    muted = await subjects.mutes_now(connection, now)
    drafts = without_muted(drafts, muted.get("rule", frozenset()))
    drafts = await _without_noise(connection, drafts, muted)
    latest = await subjects.latest_alerts(connection, [draft.fingerprint for draft in drafts])
    heads = await _heads(connection, latest.values())
    windows = await windows_now(connection, now)
    live = {one.id: one for one in (await subjects.live_alerts(connection)).values()}
    absorbed: list[Alert] = []
    told: set[int] = set()
    steps: dict[int | str, Step] = {}
    before: dict[int | str, Alert | None] = {}
    evidence: dict[int | str, list[int]] = {}
    for draft in drafts:
        found = latest.get(draft.fingerprint)
        head = heads.get(found.merged_into or 0) if found is not None else None
        if head is None and received(draft, found, now).alert.id == 0:
            head = matter_of(draft, live.values())
            if head is not None and draft.fingerprint not in {a.fingerprint for a in absorbed}:
                absorbed.append(merge(opened(draft, now), head, now).absorbed)
        place: int | str = head.id if head is not None else _place(found, draft)
        known = steps[place].alert if place in steps else head or found
        if head is not None and known is not None:
            told.add(head.id)
            step = joined_elsewhere(known, draft, now)
        else:
            step = received(draft, known, now)
        before.setdefault(place, head or found)
        note = step.note or (steps[place].note if place in steps else "")
        steps[place] = replace(_quiet(step, known, windows, now), note=note)
        evidence.setdefault(place, []).extend(draft.evidence)
    saved = await subjects.save_alerts(connection, [step.alert for step in steps.values()])
    for alert, ids in zip(saved, evidence.values(), strict=True):
        await subjects.add_evidence(connection, alert.id, ids)
    await subjects.save_alerts(connection, absorbed)
    await _log(
        connection,
        [
            (was, alert, step)
            for was, alert, step in zip(before.values(), saved, steps.values(), strict=True)
        ],
        now,
    )
    return frozenset(place for place in steps if isinstance(place, int) and place in told)


async def check_conditions(
    connection: Connection,
    drafts: Sequence[Draft],
    calm: Collection[str],
    steady: Collection[str],
    now: Micros,
) -> None:
    """Take one round of checks: drafts for what is true, and which conditions are over.

    ``calm`` and ``steady`` hold fingerprints of conditions that were looked at and not found true.
    """
    goes_on = await raise_alerts(connection, drafts, now)
    live = await subjects.live_alerts(connection)
    found: list[tuple[Alert, Event]] = [
        # A wave is over when all of its sides are.
        (alert, Calm() if name in calm and alert.id not in goes_on else Steady())
        for name, alert in live.items()
        if name in calm or name in steady
    ]
    await apply_to_alerts(connection, found, now)


async def pass_time(connection: Connection, now: Micros) -> None:
    """Do what time does to every live alert: snoozes end, nobody confirmed, a window is over."""
    live = await subjects.live_alerts(connection)
    windows = await windows_now(connection, now)
    ticks = [
        (alert, Tick(quiet=covers(windows, alert.brand, alert.alert_class, now)))
        for alert in live.values()
    ]
    await apply_to_alerts(connection, ticks, now)


async def apply_to_alerts(
    connection: Connection, happened: Sequence[tuple[Alert, Event]], now: Micros
) -> None:
    """Apply events nobody pressed a key for, and save what they changed."""
    steps = [(alert, apply(alert, event, now)) for alert, event in happened]
    changed = [(alert, step) for alert, step in steps if step.alert != alert]
    saved = await subjects.save_alerts(connection, [step.alert for _, step in changed])
    await _log(
        connection,
        [(was, alert, step) for alert, (was, step) in zip(saved, changed, strict=True)],
        now,
    )


def _place(found: Alert | None, draft: Draft) -> int | str:
    return found.id if found is not None and found.live else draft.fingerprint


def _quiet(step: Step, before: Alert | None, windows: Sequence[Window], now: Micros) -> Step:
    """Suppress what begins to fire during a window; what rang already goes on."""
    after = step.alert
    began = after.state is AlertState.FIRING and (
        before is None or after.fired_at != before.fired_at
    )
    if began and covers(windows, after.brand, after.alert_class, now):
        return replace(step, alert=replace(after, suppressed=True))
    return step


async def _heads(connection: Connection, found: Collection[Alert]) -> dict[int, Alert]:
    """Return the live alerts that others of these were merged into, by their id."""
    ids = {one.merged_into for one in found if one.merged_into is not None}
    heads = await alert_rows.load_alerts(connection, ids) if ids else {}
    return {id_: one for id_, one in heads.items() if one.live}


async def _without_noise(
    connection: Connection, drafts: Sequence[Draft], muted: dict[str, frozenset[str]]
) -> tuple[Draft, ...]:
    """Leave out of every draft the evidence that a person has muted for its rule."""
    if not any(muted.get(kind) for kind in NOISE_KINDS):
        return tuple(drafts)
    said = await said_in(connection, [id_ for draft in drafts for id_ in draft.evidence])
    return without_noise(drafts, said, noise_of(muted))


async def _log(
    connection: Connection, saved: Sequence[tuple[Alert | None, Alert, Step]], now: Micros
) -> None:
    await subjects.add_events(
        connection,
        [
            subjects.NewEvent(
                at=now,
                actor=PROGRAM,
                verb=step.note,
                subject_kind="alert",
                subject_id=alert.id,
                before=_told(was) if was is not None else {},
                after=_told(alert),
            )
            for was, alert, step in saved
            if step.note
        ],
    )


def _told(alert: Alert) -> dict[str, object]:
    return {
        "state": alert.state.value,
        "severity": int(alert.severity),
        **({"owner": alert.owner} if alert.owner else {}),
    }
