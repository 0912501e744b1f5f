"""What a person does to campaigns: keeping, removing, and saying by hand which mentions are theirs.

A campaign can keep the surges it makes from ringing: its maintenance window comes, moves and goes
with it in the same step, and the same undo takes both back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from listeners.actions.changes import Change
from listeners.actions.outcome import Outcome
from listeners.actions.words import done
from listeners.attributing import reconsider
from listeners.campaigns.campaign import LONGEST_QUIET, Campaign, checked
from listeners.config import Config
from listeners.model import Micros, Sentence
from listeners.risk.maintenance import Window
from listeners.rows import EventRow
from listeners.store import Store, attribution, subjects, undoing
from listeners.store import campaigns as kept
from listeners.store import maintenance as windows
from listeners.store.attribution import Stand
from listeners.store.connection import Connection
from listeners.store.subjects import NewEvent, SubjectKind
from listeners.team import may_write
from listeners.text import fold

GONE = Sentence("This campaign is no longer there.")
PUT_IN = "put in"
TAKE_OUT = "take out"
_BY_HAND = frozenset({PUT_IN, TAKE_OUT})

_Values = Mapping[str, object]


@dataclass(slots=True)
class _Step:
    """The lines of one step, gathered while it is done."""

    actor: str
    now: Micros
    lines: list[tuple[SubjectKind, int, str, _Values, _Values]] = field(default_factory=list)

    def note(
        self, kind: SubjectKind, number: int, verb: str, before: _Values, after: _Values
    ) -> None:
        """Add a line."""
        self.lines.append((kind, number, verb, before, after))

    async def log(self, connection: Connection) -> int:
        """Write the lines and return the number of the step."""
        step = await subjects.next_step(connection, self.actor)
        await subjects.add_events(
            connection,
            [
                NewEvent(
                    at=self.now,
                    actor=self.actor,
                    verb=verb,
                    subject_kind=kind,
                    subject_id=number,
                    before=before,
                    after=after,
                    step=step,
                )
                for kind, number, verb, before, after in self.lines
            ],
        )
        return step


async def keep_campaign(
    store: Store, config: Config, actor: str, campaign: Campaign, now: Micros, *, quiet: bool
) -> tuple[Outcome, Campaign]:
    """Keep a new campaign, or what was changed of one that is there.

    ``quiet`` keeps the surges it makes from ringing while it runs. Returns what came of it, and
    the campaign with its number.

    Raises:
        CampaignError: it cannot be kept.
        QuerySyntaxError: its terms cannot be read.
        StoreError: nothing was stored.
    """
    campaign = checked(campaign)
    refused = may_write(config, actor)
    if refused is not None:
        return Outcome(0, refused, (refused,)), campaign

    async def work(connection: Connection) -> tuple[Outcome, Campaign]:
        before = await kept.load_campaign(connection, campaign.id) if campaign.id else None
        wish = campaign if before is None else replace(campaign, brand=before.brand)
        clash = await _clash(connection, wish, before)
        if clash is not None:
            return Outcome(0, clash, (clash,)), wish
        step = _Step(actor, now)
        known = before.maintenance_id if before is not None else None
        window = await windows.load_window(connection, known) if known is not None else None
        if window is not None and window.to_at <= now:
            window = None
        wanted = _window_of(wish, window) if quiet else None
        loud = _too_loud(wish, window, now) if quiet else None
        if loud is not None:
            return Outcome(0, loud, (loud,)), wish
        number = await _settle_window(connection, window, wanted, step)
        if number is None and not quiet and window is None:
            # A window that is over is a fact of the past: it stays the campaign's.
            number = known
        return await _kept(connection, before, replace(wish, maintenance_id=number), step)

    return await store.write(work, urgent=True)


async def remove_campaign(
    store: Store, config: Config, actor: str, number: int, now: Micros
) -> Outcome:
    """Take a campaign away, and its window with it. Mentions stay, they are just nobody's.

    Raises:
        StoreError: nothing was stored.
    """
    refused = may_write(config, actor)
    if refused is not None:
        return Outcome(0, refused, (refused,))

    async def work(connection: Connection) -> Outcome:
        before = await kept.load_campaign(connection, number)
        if before is None:
            return Outcome(0, GONE, (GONE,))
        step = _Step(actor, now)
        known = before.maintenance_id
        window = await windows.load_window(connection, known) if known is not None else None
        if window is not None and window.to_at > now:
            await _settle_window(connection, window, None, step)
        names = {"name": before.name, "brand": before.brand}
        await kept.update_campaign(connection, number, {"removed": 1}, actor, now)
        step.note("campaign", number, "remove", {"removed": 0, **names}, {"removed": 1, **names})
        return Outcome(1, done("campaign", "remove", 1), step=await step.log(connection))

    return await store.write(work, urgent=True)


async def put_into_campaign(
    store: Store, config: Config, actor: str, number: int, mentions: Sequence[int], now: Micros
) -> Outcome:
    """Say by hand that mentions are a campaign's, whatever its terms say.

    Raises:
        StoreError: nothing was stored.
    """
    return await _by_hand(store, config, actor, number, mentions, "hand", now)


async def take_out_of_campaign(
    store: Store, config: Config, actor: str, number: int, mentions: Sequence[int], now: Micros
) -> Outcome:
    """Say by hand that mentions are not a campaign's, whatever its terms say.

    Raises:
        StoreError: nothing was stored.
    """
    return await _by_hand(store, config, actor, number, mentions, "out", now)


async def _by_hand(
    store: Store,
    config: Config,
    actor: str,
    number: int,
    mentions: Sequence[int],
    stand: Stand,
    now: Micros,
) -> Outcome:
    refused = may_write(config, actor)
    if refused is not None:
        return Outcome(0, refused, (refused,))
    verb = PUT_IN if stand == "hand" else TAKE_OUT

    async def work(connection: Connection) -> Outcome:
        campaign = next(
            (one for one in await kept.load_campaigns(connection) if one[1].id == number), None
        )
        if campaign is None:
            return Outcome(0, GONE, (GONE,))
        brand_id, one = campaign
        ids = list(dict.fromkeys(mentions))
        brands = await attribution.brands_of(connection, ids)
        held = await attribution.standing(connection, ids)
        step, refusals = _Step(actor, now), []
        for mention in ids:
            pair = (number, mention)
            why = held.get(pair)
            inside = why is not None and why != "out"
            refusal = _not_possible(mention, brands.get(mention), brand_id, inside, stand, one)
            if refusal is not None:
                refusals.append(refusal)
                continue
            was: Stand = "out" if why == "out" else "hand" if why == "hand" else "rules"
            await attribution.set_stand(connection, pair, stand)
            step.note(
                "campaign",
                number,
                verb,
                {"mention": mention, "stand": was},
                {"mention": mention, "stand": stand, "name": one.name},
            )
        count = len(step.lines)
        if not count:
            return Outcome(0, refusals[0], tuple(refusals))
        number_of_step = await step.log(connection)
        return Outcome(count, done("campaign", verb, count), tuple(refusals), number_of_step)

    return await store.write(work, urgent=True)


def _not_possible(
    mention: int, brand: int | None, wanted: int, inside: bool, stand: Stand, campaign: Campaign
) -> Sentence | None:
    values: dict[str, str | int] = {"number": mention, "name": campaign.name}
    if brand is None:
        return Sentence("There is no mention number {number}.", {"number": mention})
    if brand != wanted:
        return Sentence("Mention {number} is of another brand than “{name}”.", values)
    if stand == "hand" and inside:
        return Sentence("Mention {number} is in “{name}” already.", values)
    if stand == "out" and not inside:
        return Sentence("Mention {number} is not in “{name}”.", values)
    return None


async def turn_campaign(connection: Connection, event: EventRow, change: Change) -> tuple[str, ...]:
    """Take back what was done to a campaign: its columns, or a mention put in or taken out.

    Returns the fields that have moved on since; then nothing was written.
    """
    if event.verb not in _BY_HAND:
        if await _name_is_taken(connection, event.subject_id, change.before):
            return ("name",)
        return await undoing.turn_row(
            connection, "campaign", event.subject_id, change.before, change.after
        )
    mention = change.before.get("mention") or change.after.get("mention")
    was, left = change.before.get("stand"), change.after.get("stand")
    if not isinstance(mention, int) or was not in ("hand", "out", "rules"):
        return ("mention",)
    if not await attribution.brands_of(connection, [mention]):
        return ("mention",)
    pair = (event.subject_id, mention)
    if await attribution.stand_of(connection, pair) != left:
        return ("stand",)
    await attribution.set_stand(connection, pair, was)
    if was == "rules":
        await reconsider(connection, [mention])
    return ()


async def _name_is_taken(connection: Connection, number: int, was: _Values) -> bool:
    """Whether what a step put back would be called as another campaign of its brand is by now."""
    if was.get("removed") == 1 or not {"name", "removed"} & {*was}:
        return False
    stored = await kept.brand_and_name(connection, number)
    if stored is None:
        return False
    brand_id, name = stored
    name = str(was.get("name", name))
    return any(
        brand == brand_id and one.id != number and fold(one.name) == fold(name)
        for brand, one in await kept.load_campaigns(connection)
    )


# --- the pieces of one step -----------------------------------------------------------------------


async def _clash(
    connection: Connection, campaign: Campaign, before: Campaign | None
) -> Sentence | None:
    """Return why a campaign cannot be kept beside the others."""
    if campaign.id and before is None:
        return GONE
    if not await kept.brand_is_known(connection, campaign.brand):
        return Sentence("There is no brand {brand}.", {"brand": campaign.brand})
    if before is not None and before.version != campaign.version:
        return Sentence(
            "Somebody else changed this campaign meanwhile; open it again to see what it says now."
        )
    for _brand, one in await kept.load_campaigns(connection):
        same = one.brand == campaign.brand and fold(one.name) == fold(campaign.name)
        if same and one.id != campaign.id:
            return Sentence(
                "{brand} has a campaign called “{name}” already; another name is needed.",
                {"brand": campaign.brand, "name": one.name},
            )
    return None


def _too_loud(campaign: Campaign, window: Window | None, now: Micros) -> Sentence | None:
    """Return why the surges of a campaign cannot be kept from ringing."""
    if window is not None and campaign.to_at <= now:
        return None
    if campaign.to_at <= now:
        return Sentence("It is over: there is nothing to keep from ringing any more.")
    if campaign.length > LONGEST_QUIET:
        return Sentence(
            "Surges can be kept from ringing for a month at most, and this campaign is longer. "
            "Add a maintenance window for the days that matter."
        )
    return None


def _window_of(campaign: Campaign, window: Window | None) -> Window:
    base = window or Window(from_at=campaign.from_at, to_at=campaign.to_at)
    return replace(
        base,
        brand=campaign.brand,
        from_at=campaign.from_at,
        to_at=campaign.to_at,
        reason=campaign.name,
    )


async def _settle_window(
    connection: Connection, window: Window | None, wanted: Window | None, step: _Step
) -> int | None:
    """Bring the window of a campaign to what is wanted; return its number, ``None`` for none."""
    if window is None and wanted is None:
        return None
    if window is None and wanted is not None:
        made = await windows.add_window(connection, replace(wanted, author=step.actor))
        after = {"removed": 0, "reason": made.reason, "brand": made.brand}
        step.note("maintenance", made.id, "add", {"removed": 1}, after)
        return made.id
    if window is not None and wanted is None:
        if window.from_at < step.now:
            await windows.move_end(connection, window.id, step.now)
            step.note("maintenance", window.id, "end", {"to_at": window.to_at}, {"to_at": step.now})
        else:
            await windows.remove_window(connection, window.id)
            step.note("maintenance", window.id, "end", {"removed": 0}, {"removed": 1})
        return None
    if window is None or wanted is None:
        return None
    before: dict[str, object] = {"from_at": window.from_at, "to_at": window.to_at}
    after = {"from_at": wanted.from_at, "to_at": wanted.to_at}
    if before != after:
        await windows.move_window(connection, window.id, wanted.from_at, wanted.to_at)
        step.note("maintenance", window.id, "move", before, after)
    return window.id


async def _kept(
    connection: Connection, before: Campaign | None, campaign: Campaign, step: _Step
) -> tuple[Outcome, Campaign]:
    if before is None:
        made = await kept.insert_campaign(connection, campaign, step.actor, step.now)
        after = {"removed": 0, "name": made.name, "brand": made.brand}
        step.note("campaign", made.id, "add", {"removed": 1}, after)
        return Outcome(1, done("campaign", "add", 1), step=await step.log(connection)), made
    was, left = kept.columns_of(before), kept.columns_of(campaign)
    moved = [name for name in left if was[name] != left[name]]
    if not moved and not step.lines:
        nothing = Sentence("The campaign is as you want it already.")
        return Outcome(0, nothing, (nothing,)), before
    if moved:
        changed = {name: left[name] for name in moved}
        await kept.update_campaign(connection, before.id, changed, step.actor, step.now)
        earlier = {name: was[name] for name in moved}
        step.note("campaign", before.id, "change", earlier, changed)
    now_kept = await kept.load_campaign(connection, before.id)
    outcome = Outcome(1, done("campaign", "change", 1), step=await step.log(connection))
    return outcome, now_kept or campaign
