"""Muting, for one rule, the word or the author that raises its false alarms."""

from __future__ import annotations

from listeners.actions.outcome import Outcome
from listeners.actions.words import done
from listeners.config import Config
from listeners.model import Micros, Sentence
from listeners.risk.noise import NoiseKind, noise_value
from listeners.store import Store, subjects, undoing
from listeners.store.connection import Connection
from listeners.store.subjects import NewEvent
from listeners.team import may_write
from listeners.text import clean_line

VERB = "silence_noise"


async def mute_noise(
    store: Store,
    config: Config,
    actor: str,
    alert: int,
    kind: NoiseKind,
    what: str,
    now: Micros,
) -> Outcome:
    """Mute a word or an author (``network:key``) for the rule and brand of an alert.

    Raises:
        StoreError: nothing was stored.
    """
    wanted = str(clean_line(what, 200)).casefold() if kind == "rule word" else what
    refused = may_write(config, actor) or (None if wanted else Sentence("Say which word."))
    if refused is not None:
        return Outcome(0, refused, (refused,))

    async def work(connection: Connection) -> Outcome:
        found = await subjects.load_alerts(connection, [alert])
        if alert not in found:
            gone = Sentence("There is no alert number {number}.", {"number": alert})
            return Outcome(0, gone, (gone,))
        value = noise_value(found[alert].rule, found[alert].brand, wanted)
        if await undoing.mutes_of(connection, kind, value):
            already = Sentence("It is muted already.")
            return Outcome(0, already, (already,))
        mute = await subjects.add_mute(connection, kind, value, now)
        step = await subjects.next_step(connection, actor)
        event = NewEvent(
            at=now,
            actor=actor,
            verb=VERB,
            subject_kind="alert",
            subject_id=alert,
            after={"mute_id": mute, "muted": f"{kind}:{value}"},
            step=step,
        )
        await subjects.add_events(connection, [event])
        return Outcome(1, done("alert", VERB, 1), (), step)

    return await store.write(work, urgent=True)
