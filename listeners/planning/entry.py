"""One planned action or post: its states, when it is late, and what may be kept.

An entry that is all day is a date, the same for everybody: ``at`` is midnight UTC of its first
day and ``end_at`` midnight UTC of the day after its last. Any other is a moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Literal, get_args

from listeners.config import Config
from listeners.model import DAY, MINUTE, SECOND, Micros, Sentence
from listeners.planning.calendar import day_start, floating_day
from listeners.team import Role, role_of
from listeners.text import clean, clean_line

Kind = Literal["post", "action"]
State = Literal["idea", "draft", "approved", "scheduled", "done"]

KINDS: tuple[Kind, ...] = get_args(Kind)
STATES: tuple[State, ...] = get_args(State)
GRACE = 30 * MINUTE
"""How long after its time a post may still be heard before it is late."""
TITLE, TEXT, CHANNEL, OWNER, UID = 200, 10_000, 40, 80, 250
"""The longest title, text, channel, name and calendar id that are kept, in characters."""
LONGEST = 366 * DAY
"""How long one entry may last."""
REMIND_MOST = 31 * 86_400
"""How long before its time one may be reminded, in seconds."""
EARLIEST, LATEST = Micros(0), Micros(150 * 365 * DAY)
"""Times a calendar shows: 1970 to about 2120."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A planned action or post. ``remind`` is in seconds before ``at``, ``None``: not.

    ``mention_id`` is our own post that fulfilled it, ``campaign`` a campaign's number.
    """

    id: int = 0
    version: int = 1
    uid: str = ""
    brand: str = ""
    campaign: int | None = None
    kind: Kind = "post"
    title: str = ""
    text: str = ""
    channel: str = ""
    owner: str = ""
    state: State = "idea"
    at: Micros = EARLIEST
    end_at: Micros | None = None
    all_day: bool = False
    remind: int | None = None
    reminded_at: Micros | None = None
    done_at: Micros | None = None
    mention_id: int | None = None
    author: str = ""
    changed_at: Micros = EARLIEST

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.state == "done"


def begins(one: Planned, zone: tzinfo | None) -> Micros:
    """Return when it begins, where the clock shows ``zone`` (``None``: the machine's)."""
    return day_start(floating_day(one.at), zone) if one.all_day else one.at


def ends(one: Planned, zone: tzinfo | None) -> Micros:
    """Return when it is over; without an end, that is its own time, or the end of its day."""
    if one.all_day:
        return day_start(floating_day(one.end_at or Micros(one.at + DAY)), zone)
    return one.at if one.end_at is None else one.end_at


def late_at(one: Planned, zone: tzinfo | None) -> Micros:
    """Return from when on it is late if it is not done: a post half an hour after its time."""
    if one.kind == "post" and not one.all_day:
        return Micros(one.at + GRACE)
    return ends(one, zone)


def is_late(one: Planned, now: Micros, zone: tzinfo | None) -> bool:
    """Whether it should have been done; late is never a state of its own."""
    return not one.done and now > late_at(one, zone)


def over_at(one: Planned, zone: tzinfo | None) -> Micros:
    """Return until when a reminder of it is of use."""
    return max(ends(one, zone), Micros(begins(one, zone) + GRACE))


def reminds_at(one: Planned, zone: tzinfo | None) -> Micros | None:
    """Return when its owner is to be reminded, ``None``: not at all."""
    return None if one.remind is None else Micros(begins(one, zone) - one.remind * SECOND)


def is_to_ring(one: Planned, now: Micros, zone: tzinfo | None) -> bool:
    """Whether its reminder is due and has not rung; what was moved later rings again."""
    at = reminds_at(one, zone)
    if at is None or one.done or not at <= now <= over_at(one, zone):
        return False
    return one.reminded_at is None or one.reminded_at < at


def next_state(state: State) -> State:
    """Return the state after this one; nothing follows done."""
    return STATES[min(STATES.index(state) + 1, len(STATES) - 1)]


def previous_state(state: State) -> State:
    """Return the state before this one; nothing comes before an idea."""
    return STATES[max(STATES.index(state) - 1, 0)]


def in_state(one: Planned, state: State, now: Micros) -> Planned:
    """Return it in this state; what is no longer done forgets when and by which post it was."""
    if state == one.state:
        return one
    if state == "done":
        return replace(one, state=state, done_at=now)
    return replace(one, state=state, done_at=None, mention_id=None)


def is_approved(state: State) -> bool:
    """Whether somebody has agreed to it."""
    return state in ("approved", "scheduled")


def may_approve(config: Config, actor: str, before: State, after: State) -> Sentence | None:
    """Return why a member may not bring it into this state, ``None`` if they may.

    Where the team names leads, only they approve. That something was done anyway is a fact, which
    anybody may write down.
    """
    if not is_approved(after) or is_approved(before) or before == "done" or not config.leads:
        return None
    if role_of(config, actor) is Role.LEAD:
        return None
    return Sentence(
        "Only a lead approves here: {names}. It is as it was; give it to one of them with a note.",
        {"names": ", ".join(config.leads)},
    )


def wants_approval_again(config: Config, actor: str, before: Planned, after: Planned) -> bool:
    """Whether what was agreed to is another thing now, and whoever changed it cannot agree."""
    said = (before.title, before.text, before.channel) != (after.title, after.text, after.channel)
    return (
        said
        and is_approved(after.state)
        and is_approved(before.state)
        and bool(config.leads)
        and role_of(config, actor) is not Role.LEAD
    )


def tidied(one: Planned) -> Planned:
    """Return it with its words cleaned and cut, and its times in order."""
    end = one.end_at
    if one.all_day and end is not None and end <= one.at + DAY:
        end = None
    return replace(
        one,
        uid=str(clean_line(one.uid, UID)),
        title=str(clean_line(one.title, TITLE)).strip(),
        text=str(clean(one.text))[:TEXT].strip(),
        channel=str(clean_line(one.channel, CHANNEL)).strip().casefold(),
        owner=str(clean_line(one.owner, OWNER)).strip(),
        end_at=end,
    )


def why_not(one: Planned, brands: Iterable[str]) -> Sentence | None:
    """Return why it cannot be kept as it is, ``None`` if it can."""
    if one.brand not in brands:
        return Sentence("There is no brand {brand}.", {"brand": one.brand})
    if not one.title:
        return Sentence("Give it a title.")
    if not EARLIEST <= one.at <= LATEST:
        return Sentence("That day is in no calendar of ours.")
    if one.end_at is not None and one.end_at <= one.at:
        return Sentence("It must end after it begins.")
    if one.end_at is not None and one.end_at - one.at > LONGEST:
        return Sentence("An entry lasts a year at most.")
    if one.remind is not None and not 0 <= one.remind <= REMIND_MOST:
        return Sentence("A reminder comes a month before at most.")
    return None


def state_of(text: str) -> State | None:
    """Return the state of this name, ``None`` for a name of none."""
    return text if text in STATES else None


def kind_of(text: str) -> Kind | None:
    """Return the kind of this name, ``None`` for a name of none."""
    return text if text in KINDS else None
