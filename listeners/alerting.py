"""From drafts to stored alerts: evidence joins the live episode, a check closes what is over."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from listeners.model import Micros
from listeners.risk.alert import Alert, Draft
from listeners.risk.detection import without_muted
from listeners.risk.events import Calm, Event, Steady
from listeners.risk.triage import Step, apply, received
from listeners.store import subjects
from listeners.store.connection import Connection

PROGRAM = "hubbub"
"""The actor of what happens without a person."""


async def raise_alerts(connection: Connection, drafts: Sequence[Draft], now: Micros) -> None:
    """Take what rules found: each draft opens an episode, joins one, or is muted."""
    if not drafts:
        return
    muted = await subjects.mutes_now(connection, now)
    drafts = without_muted(drafts, muted.get("rule", frozenset()))
    latest = await subjects.latest_alerts(connection, [draft.fingerprint for draft in drafts])
    steps: dict[str, Step] = {}
    evidence: dict[str, list[int]] = {}
    for draft in drafts:
        known = steps[draft.fingerprint].alert if draft.fingerprint in steps else None
        step = received(draft, known or latest.get(draft.fingerprint), now)
        steps[draft.fingerprint] = step
        evidence.setdefault(draft.fingerprint, []).extend(draft.evidence)
    saved = await subjects.save_alerts(connection, [step.alert for step in steps.values()])
    for alert in saved:
        await subjects.add_evidence(connection, alert.id, evidence[alert.fingerprint])
    await _log(connection, list(zip(saved, steps.values(), strict=True)), now)


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
    await raise_alerts(connection, drafts, now)
    live = await subjects.live_alerts(connection)
    found: list[tuple[Alert, Event]] = [
        (alert, Calm() if name in calm else Steady())
        for name, alert in live.items()
        if name in calm or name in steady
    ]
    await apply_to_alerts(connection, found, now)


async def apply_to_alerts(
    connection: Connection, happened: Sequence[tuple[Alert, Event]], now: Micros
) -> None:
    """Apply events nobody pressed a key for, and save what they changed."""
    steps = [(alert, apply(alert, event, now)) for alert, event in happened]
    changed = [(alert, step) for alert, step in steps if step.alert != alert]
    saved = await subjects.save_alerts(connection, [step.alert for _, step in changed])
    await _log(
        connection,
        [(alert, step) for alert, (_, step) in zip(saved, changed, strict=True)],
        now,
    )


async def _log(connection: Connection, saved: Sequence[tuple[Alert, Step]], now: Micros) -> None:
    await subjects.add_events(
        connection,
        [
            subjects.NewEvent(
                at=now,
                actor=PROGRAM,
                verb=step.note.template,
                subject_kind="alert",
                subject_id=alert.id,
                after={"state": alert.state.value, "severity": int(alert.severity)},
            )
            for alert, step in saved
            if step.note is not None
        ],
    )
