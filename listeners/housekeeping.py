"""What time asks for: snoozes that end, answers that fall due, conditions to look at, old data.

Every piece is one short transaction of its own and may be asked for at any moment: each only does
what is due, so that twice is as good as once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

from listeners.actions.absence import end_absences
from listeners.actions.changes import difference
from listeners.actions.forgetting import names_kept
from listeners.alerting import PROGRAM, check_conditions, pass_time
from listeners.attributing import attribute
from listeners.clock import Clock
from listeners.config import BrandConfig, Config
from listeners.conversations.conversation import Conversation
from listeners.conversations.events import IdleTooLong, Rules, SnoozeEnded
from listeners.conversations.state import Step, apply
from listeners.conversations.urgency import DUE_SOON, becomes_due, due_again, hours_mark, retimed
from listeners.detecting import Detectors
from listeners.keeping import due_days
from listeners.limits import Chosen, from_text, limits_in_force, mark_of, to_text, wants_replay
from listeners.model import DAY, Micros
from listeners.networks.registry import keep_hours
from listeners.planning.keeping import keep_plan
from listeners.replay.budgeting import choose
from listeners.risk import detection, source_health
from listeners.risk.alert import Draft, fingerprint
from listeners.risk.overdue import overdue
from listeners.risk.tuning import is_off, tuned
from listeners.staging import PAUSE_SECONDS, find_stages
from listeners.store import Store, agenda, subjects
from listeners.store.absence import away_in
from listeners.store.connection import Connection
from listeners.store.forgetting import finish_forgetting
from listeners.store.retention import forget_old
from listeners.store.settings import remember, setting
from listeners.store.sources import close_old_gaps
from listeners.store.terms import sources_by_network, withhold
from listeners.supervisor import Service
from listeners.teaching.learning import learn
from listeners.teaching.news import find_news
from listeners.teaching.rescoring import finish_left_alone
from listeners.terms import due

CONVERSATIONS_SECONDS = 15.0
DETECTORS_SECONDS = 300.0
RETENTION_SECONDS = 6 * 3600.0
TERMS_SECONDS = 900.0
RESCORING_SECONDS = 20.0
LEARNING_SECONDS = 900.0
STAGES_SECONDS = 30.0
STAGES_AT_ONCE = 10
"""Slices of people whose stages are found before a command ends: the rest is found later."""
PLAN_SECONDS = 30.0
CAMPAIGNS_SECONDS = 20.0
GAP_SHOWN = 7 * DAY
"""How long a gap that could not be filled stays on its source's line."""
BUDGETS_SECONDS = 1800.0
BUDGET_HOLDS = DAY
"""How long the limits that a budget gave are used before they are found anew."""


class Housekeeping:
    """The chores of the process that listens."""

    def __init__(self, store: Store, config: Config, clock: Clock) -> None:
        self._store = store
        self._config = config
        self._severities = {brand.name: brand.severities for brand in config.brands}
        self._clock = clock
        self._rules = Rules()
        self._timed = False
        self._detectors = Detectors()
        self._chosen: dict[str, Chosen | None] = {}

    def services(self) -> list[Service]:
        """Return the chores as services for the supervisor."""
        return [
            self._service("conversation clock", CONVERSATIONS_SECONDS, self._clockwork),
            self._service("detectors", DETECTORS_SECONDS, self.detectors),
            self._service("alarm budgets", BUDGETS_SECONDS, self.budgets),
            self._service("retention", RETENTION_SECONDS, self.retention),
            self._service("terms of the networks", TERMS_SECONDS, self.terms),
            self._service("rescoring", RESCORING_SECONDS, self.rescoring),
            self._service("learning", LEARNING_SECONDS, self.learning),
            self._service("stages", STAGES_SECONDS, self.stages),
            self._service("plan", PLAN_SECONDS, self.plan),
            self._service("campaigns", CAMPAIGNS_SECONDS, self.campaigns),
        ]

    async def all_once(self) -> None:
        """Do every chore that is due now."""
        await self.due_times()
        await self.conversations()
        await self.detectors()
        await self.stages(STAGES_AT_ONCE)
        await self.plan()

    async def conversations(self) -> None:
        """End snoozes, close what went quiet, and move up what falls due."""
        now = self._clock()

        async def work(connection: Connection) -> None:
            await end_absences(connection, now)
            rules = replace(self._rules, away=frozenset(await away_in(connection, now)))
            ended = [
                (one, apply(one, SnoozeEnded(), now, rules))
                for one in await agenda.snoozes_over(connection, now)
            ]
            quiet = [
                (one, apply(one, IdleTooLong(), now, self._rules))
                for one in await agenda.gone_quiet(connection, Micros(now - self._rules.idle))
            ]
            await _save(connection, ended, now)
            await _save(connection, quiet, now, undoable=True)
            fresh = await agenda.without_due_time(connection)
            await subjects.save_conversations(connection, [self._with_due(one) for one in fresh])
            soon = await agenda.due_before(connection, Micros(now + DUE_SOON))
            await subjects.save_conversations(connection, becomes_due(soon, now))

        await self._store.write(work)

    async def _clockwork(self) -> None:
        if not self._timed:
            await self.due_times()
            self._timed = True
        await self.conversations()

    async def due_times(self) -> None:
        """Reckon every due time anew where hours or targets of the configuration have changed."""
        brands = self._config.brands

        async def work(connection: Connection) -> None:
            for brand in brands:
                if not await agenda.hours_changed(connection, brand.name, hours_mark(brand)):
                    continue
                running = await agenda.with_clock(connection, brand.name)
                anew = [(one, self._with_due(retimed(one))) for one in running]
                await subjects.save_conversations(
                    connection, [after for before, after in anew if after != before]
                )

        await self._store.write(work)

    def _with_due(self, one: Conversation) -> Conversation:
        """Give a due time to what a key put back to work."""
        brand = self._config.brand(one.brand) or BrandConfig(name=one.brand)
        return due_again(one, brand.hours, brand.targets)

    async def budgets(self) -> None:
        """Find the limits that budgets for false alarms come to, where they are a day old."""
        now = self._clock()
        for brand in self._config.brands:
            chosen = await self._known_choice(brand)
            fresh = chosen is not None and chosen.mark == mark_of(brand)
            if wants_replay(brand) and not (
                fresh and chosen is not None and now - chosen.at < BUDGET_HOLDS
            ):
                chosen = await choose(self._store, brand, now)
                await remember(self._store, _chosen_key(brand), to_text(chosen))
                self._chosen[brand.name] = chosen

    async def _known_choice(self, brand: BrandConfig) -> Chosen | None:
        if brand.name not in self._chosen:
            self._chosen[brand.name] = from_text(await setting(self._store, _chosen_key(brand)))
        return self._chosen[brand.name]

    async def detectors(self) -> None:
        """Look at every condition: what is true fires or goes on, what is over calms down."""
        now = self._clock()
        for brand in self._config.brands:
            await self._known_choice(brand)

        async def look(connection: Connection) -> _Round:
            round_ = _Round()
            facts = await agenda.source_facts(connection)
            healthy = not any(source_health.source_health(one, now) for one in facts.values())
            heard = _completeness(facts.values())
            for brand in self._config.brands:
                limits = limits_in_force(brand, self._chosen.get(brand.name))
                for one in await self._detectors.look(
                    connection, brand, limits, heard, healthy, now
                ):
                    round_.note(one.draft, fires=one.fires, calm=one.calm)
                await _look_for_overdue(connection, brand, now, round_)
            _look_at_sources(facts, now, round_)
            return round_

        # Looking takes a while on a large store: it is done beside the write lock.
        round_ = await self._store.read(look)

        async def work(connection: Connection) -> None:
            off = {one.fingerprint for one in round_.drafts if is_off(one, self._severities)}
            await check_conditions(
                connection,
                tuned(round_.drafts, self._severities),
                round_.calm | off,
                round_.steady,
                now,
            )
            await pass_time(connection, now)
            await close_old_gaps(connection, Micros(now - GAP_SHOWN), now)

        await self._store.write(work)

    async def retention(self) -> None:
        """Delete what is older than the configuration keeps; finish what was cut off."""
        now = self._clock()
        await finish_forgetting(self._store, now, names_kept(self._config))
        configured = {source.key: source for source in self._config.sources}
        known = await sources_by_network(self._store)
        stored = [
            (number, configured.get(key))
            for sources in known.values()
            for key, number in sources.items()
        ]
        for before, numbers in due_days(stored, self._config.retention_days, now).items():
            await forget_old(self._store, before, now, sources=numbers)

    async def terms(self) -> None:
        """Remove the words that a network lets nobody keep longer."""
        now = self._clock()
        configured = {source.key: source for source in self._config.sources}
        known = await sources_by_network(self._store)
        # A network that is configured no more is loaded for its terms: beside the loop.
        terms = await asyncio.to_thread(lambda: {network: keep_hours(network) for network in known})
        stored = [
            (number, terms[network], configured.get(key))
            for network, sources in known.items()
            for key, number in sources.items()
        ]
        for before, sources in due(stored, now).items():
            await withhold(self._store, sources, before, now)

    async def rescoring(self) -> None:
        """Go on with scoring stored mentions anew where nobody is at it."""
        await finish_left_alone(self._store, self._config, self._clock)

    async def learning(self) -> None:
        """Learn from corrections where enough are new, in a thread of its own."""
        await learn(self._store, self._config, self._clock())
        await find_news(self._store, self._config)

    async def campaigns(self) -> None:
        """Hold campaigns against what is new, and against what was changed."""
        await attribute(self._store)

    async def plan(self) -> None:
        """Ring what is to be remembered, and mark planned posts that were heard."""
        await keep_plan(self._store, self._clock())

    async def stages(self, slices: int | None = None) -> None:
        """Find how far people have come, of whom something new is known."""
        pause = PAUSE_SECONDS if slices is None else 0.0
        await find_stages(self._store, self._config, self._clock, slices=slices, pause=pause)

    def _service(self, name: str, seconds: float, chore: Callable[[], Awaitable[None]]) -> Service:
        async def run() -> None:
            while True:
                await chore()
                await service.rest(seconds)

        async def failed(error: Exception, delay: float) -> float | None:
            return None

        service = Service(name, run, failed)
        return service


class _Round:
    """What one round of checks found."""

    def __init__(self) -> None:
        self.drafts: list[Draft] = []
        self.calm: set[str] = set()
        self.steady: set[str] = set()

    def note(self, draft: Draft, *, fires: bool, calm: bool) -> None:
        """Write down one condition, true or not."""
        if fires:
            self.drafts.append(draft)
        else:
            (self.calm if calm else self.steady).add(draft.fingerprint)


async def _look_for_overdue(
    connection: Connection, brand: BrandConfig, now: Micros, found: _Round
) -> None:
    due = [one for one in await agenda.due_before(connection, now) if one.brand == brand.name]
    late = overdue(due, now)
    evidence = await agenda.last_words(connection, late.ids[:20])
    found.note(
        detection.overdue_draft(brand.name, late, evidence), fires=late.fires, calm=not late.fires
    )


def _look_at_sources(
    facts: dict[str, source_health.SourceFacts], now: Micros, found: _Round
) -> None:
    for key, one in facts.items():
        troubles = source_health.source_health(one, now)
        found.drafts += [detection.source_draft("", key, trouble) for trouble in troubles]
        found.calm |= {fingerprint(rule, "", key) for rule in source_health.RULES} - {
            fingerprint(trouble.rule, "", key) for trouble in troubles
        }


def _chosen_key(brand: BrandConfig) -> str:
    return f"alarms.{brand.name}"


def _completeness(facts: Iterable[source_health.SourceFacts]) -> float:
    """Return the share of the sources that are heard."""
    states = [one.state.value for one in facts]
    heard = sum(state in ("ok", "catching up", "unofficial bridge") for state in states)
    return heard / len(states) if states else 1.0


async def _save(
    connection: Connection,
    steps: list[tuple[Conversation, Step]],
    now: Micros,
    *,
    undoable: bool = False,
) -> None:
    """Save and log; each that is ``undoable`` is a step that a person can take back."""
    changed = [(before, step) for before, step in steps if step.conversation != before]
    if not changed:
        return
    first = await subjects.next_step(connection, PROGRAM) if undoable else 0
    await subjects.save_conversations(connection, [step.conversation for _, step in changed])
    await subjects.add_events(
        connection,
        [
            subjects.NewEvent(
                at=now,
                actor=PROGRAM,
                verb=step.note.template,
                subject_kind="conversation",
                subject_id=before.id,
                before=change.before,
                after=change.after,
                step=first + place if undoable else 0,
            )
            for place, (before, step) in enumerate(changed)
            if step.note is not None
            for change in (difference(before, step.conversation),)
        ],
    )
