"""Rows: what the screen and the commands read from the store.

All text in these rows is already clean (``SafeText``); ``raw_text`` alone is evidence. Times are
UTC microseconds, compound scores in [-1, 1].
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from listeners.model import (
    AlertClass,
    AlertState,
    ConversationState,
    Engagement,
    Gap,
    Label,
    Micros,
    Part,
    Reason,
    SafeText,
    Sentence,
    Severity,
    SourceState,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """Where a mention stands besides its own place: a cross-post, or the article in another feed.

    ``same``: it is the very same post, read by another way; ``gone``: it was deleted there.
    """

    network: str
    source: str
    label: SafeText
    native_id: str
    url: str
    author: SafeText
    seen_at: Micros
    gone: bool
    same: bool
    engagement: Engagement


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """A member of the team who is on a conversation now: reading it, or drafting a reply."""

    member: str
    doing: str
    at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionRow:
    """One stored mention, as lists and threads show it."""

    id: int
    brand: str
    network: str
    source: str
    native_id: str
    url: str
    author_key: str
    author: SafeText
    author_name: SafeText
    author_role: str
    followers: int | None
    title: SafeText
    text: SafeText
    raw_text: str
    lang: str | None
    scorer: str | None
    compound: float | None
    label: Label
    created_at: Micros | None
    seen_at: Micros
    sort_at: Micros
    edited_at: Micros | None
    deleted_at: Micros | None
    parent: str | None
    root: str | None
    part: Part
    history: bool
    private: bool
    conversation_id: int | None
    needs_reply: Reason | None
    reasons: tuple[Sentence, ...]
    engagement: Engagement
    rating: int | None
    masked: bool = False
    """A secret in it is masked here; ``reads.revealed`` alone returns it as it was written."""
    places: tuple[PlaceRow, ...] = ()
    """Where else it stands; ``engagement`` is that of all places together."""
    corrected_by: str = ""
    withheld: bool = False
    """Words and name went because the network's terms say so."""
    """Who set its sentiment by hand, empty: nobody."""
    lang_by: str = ""
    """Whose word its language is, as in ``Score.said_by``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRow:
    """One conversation, as the queue shows it. ``version`` rises with every change.

    ``reply_state`` is that of the newest reply from here: empty, ``sending``, ``sent``,
    ``refused``, ``unknown``, ``by hand`` or ``deleted``; ``drafted`` names who keeps a draft.
    """

    id: int
    version: int
    brand: str
    network: str
    state: ConversationState
    title: SafeText
    excerpt: SafeText
    url: str
    author: SafeText
    author_name: SafeText
    author_role: str
    followers: int | None
    label: Label
    compound: float | None
    waiting_since: Micros | None
    due_at: Micros | None
    tier: int
    score: float
    manual_priority: int | None
    reasons: tuple[Sentence, ...]
    needs_reply: bool
    assignee: str
    tags: tuple[SafeText, ...]
    snoozed_until: Micros | None
    snooze_kind: str
    reopened: int
    messages: int
    notes: int
    opened_at: Micros
    last_at: Micros
    presence: tuple[Presence, ...] = ()
    drafted: tuple[str, ...] = ()
    reply_state: str = ""
    merged: int = 0
    """How many other conversations are shown in this one."""
    away: bool = False
    """Whoever has it is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note of ours on a conversation or alert."""

    id: int
    at: Micros
    author: SafeText
    text: SafeText


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One line of the append-only log: who did what to which subject, when.

    ``step`` is its actor's key press, 0 for what cannot be undone by a key.
    """

    id: int
    at: Micros
    actor: SafeText
    verb: str
    subject_kind: str
    subject_id: int
    before: Mapping[str, object]
    after: Mapping[str, object]
    undone: bool
    step: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """One alert episode, as the alert list shows it. ``version`` rises with every change."""

    id: int
    version: int
    brand: str
    alert_class: AlertClass
    rule: str
    scope: SafeText
    severity: Severity
    state: AlertState
    title: Sentence
    explanation: tuple[Sentence, ...]
    first_at: Micros
    last_at: Micros
    count: int
    owner: str
    acked_at: Micros | None
    snoozed_until: Micros | None
    dismissed_reason: str
    thin_baseline: bool
    evidence: tuple[int, ...]
    away: bool = False
    """Whoever has it is away."""
    suppressed: bool = False
    """It began during a maintenance window: shown, but it rings at nobody before that ends."""
    held_by: int = 0
    """The graver alert of its brand under which it stands, 0 for none."""
    holds: int = 0
    """How many lesser alerts of its brand stand under it."""
    merged: int = 0
    """How many alerts were merged into it."""
    figures: Mapping[str, int | float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One configured place to listen and how it is doing."""

    id: int
    key: str
    network: str
    label: SafeText
    state: SourceState
    detail: Sentence | None
    state_since: Micros
    until: Micros | None
    last_ok_at: Micros | None
    next_at: Micros | None
    lag: float
    cursor: str | None
    fetched: int
    new: int
    updated: int
    deleted: int
    bad: int
    open_gap: Gap | None
    gapless: bool


@dataclass(frozen=True, slots=True)
class Bucket:
    """Counts of one brand in one stretch of time, from ``start`` for the series' resolution."""

    start: Micros
    total: int
    negative: int
    neutral: int
    positive: int
    unscored: int
    compound_sum: float

    @property
    def scored(self) -> int:
        """Mentions that have a score."""
        return self.negative + self.neutral + self.positive

    @property
    def net_sentiment(self) -> float | None:
        """(positive - negative) / scored, in [-1, 1]; ``None`` when nothing is scored."""
        return (self.positive - self.negative) / self.scored if self.scored else None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusLine:
    """The one line at the top: mood and rate against usual, work, alerts, sources in trouble.

    Moods are net sentiments in [-1, 1]; rates are mentions per hour. ``usual`` figures are
    ``None`` while there is less than a day of history. ``unscored_share`` is that of the stretch
    of time whose mood it is.
    """

    mood: float | None
    mood_usual: float | None
    rate: float
    rate_usual: float | None
    unscored_share: float
    open: int
    overdue: int
    due_soon: int
    alerts: Mapping[Severity, int]
    sources_total: int
    sources_trouble: tuple[SafeText, ...]
    catching_up: int
    stretch: Bucket | None = None
    """The counts of the stretch of time whose mood it is: the last hour, or the last day."""
