"""One conversation as we answer it: the columns of its table as Python types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from listeners.model import ConversationState, Micros, Part, Reason, Sentence

SnoozeKind = Literal["", "time", "reply"]
"""What ends a snooze: nothing (not snoozed), a time, or a reply of theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A thread as we answer it. The key is (brand, network, root, generation).

    ``id`` is 0 until the store has given one. ``version`` belongs to the store, which raises it
    with every save. ``opener_key`` is the network's key of the account that began it.
    ``waiting_since`` is the time of the oldest unanswered outside message. ``last_outside_id`` is
    the mention id of the newest outside message. ``merged_into`` and ``linked_to`` are
    conversation ids; ``template_id`` is the template a rule suggests to begin a reply with. Times
    are UTC microseconds.
    """

    id: int = 0
    version: int = 0
    brand: str
    network: str
    root: str
    generation: int = 0
    state: ConversationState = ConversationState.OPEN
    in_queue: bool = False
    title: str = ""
    url: str = ""
    opener_key: str = ""
    waiting_since: Micros | None = None
    due_at: Micros | None = None
    tier: int = 5
    score: float = 0.0
    manual_priority: int | None = None
    reasons: tuple[Sentence, ...] = ()
    need: Reason | None = None
    assignee: str = ""
    snoozed_until: Micros | None = None
    snooze_kind: SnoozeKind = ""
    reopened: int = 0
    messages: int = 0
    notes: int = 0
    opened_at: Micros
    last_at: Micros
    state_since: Micros
    last_outside_id: int | None = None
    last_part: Part | None = None
    first_response_at: Micros | None = None
    answered_by_hand: bool = False
    linked_to: int | None = None
    merged_into: int | None = None
    template_id: int | None = None
    tags: tuple[str, ...] = ()

    @property
    def needs_reply(self) -> bool:
        """Whether it is our turn. Always derived, never typed."""
        return self.state is ConversationState.OPEN and self.waiting_since is not None

    @property
    def rank(self) -> int:
        """The tier the queue sorts by: the priority given by hand, else the judged tier."""
        return self.tier if self.manual_priority is None else self.manual_priority
