"""The words of hubbub as types: what a network said, what we judged, what a person sees.

Every time is an integer count of UTC microseconds since 1970 (``Micros``); every compound score
is in [-1, 1]; every native id is an opaque string, whatever digits it is made of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from listeners.model_rows import PlaceRow, Presence

Micros = NewType("Micros", int)
"""UTC microseconds since 1970-01-01."""

SafeText = NewType("SafeText", str)
"""Text that went through ``listeners.text.clean``: the only text a widget, log or file may show."""

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Sentence:
    """One plain sentence for a person, as an English template and its values.

    The template is the key of the translation (gettext msgid) and uses ``str.format`` names;
    values may hold untrusted text, which is cleaned when the sentence is said.
    """

    template: str
    values: Mapping[str, str | int | float] = field(default_factory=dict)


# --- what a network says ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who wrote a post, as the network names them. ``key`` is the network's lasting id."""

    key: str
    handle: str = ""
    name: str = ""
    url: str = ""
    followers: int | None = None
    automated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """Counts a network gives with a post; ``None`` where it gives none."""

    likes: int | None = None
    shares: int | None = None
    replies: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One decoded post, comment, review or article, before it is matched and judged.

    ``text`` is plain text (HTML already turned into text) and still untrusted. ``created_at`` is
    the time the network or author claims, ``None`` where there is none. ``parent_id`` and
    ``root_id`` are native ids on the same network; a post that starts a thread has neither.
    ``links`` are full targets, ``tags`` have no ``#``. ``mentions`` are handles or author keys
    the post addresses. ``addressed`` says that the network itself calls this post "to us"
    (notification, reply to our post, comment on our page). ``wanted`` says it needs no brand
    match (imported by hand, or answered by a network-side search of our own account). ``own``
    says that the account of the source's own token wrote it, whatever handles are configured.
    """

    network: str
    native_id: str
    author: Author
    text: str
    title: str = ""
    url: str = ""
    created_at: Micros | None = None
    edited_at: Micros | None = None
    lang: str | None = None
    parent_id: str | None = None
    root_id: str | None = None
    links: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    parent_author_key: str | None = None
    engagement: Engagement = Engagement()
    rating: int | None = None
    private: bool = False
    addressed: bool = False
    wanted: bool = False
    own: bool = False
    repost: bool = False
    history: bool = False
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class Deletion:
    """The network says this post is gone."""

    network: str
    native_id: str


@dataclass(frozen=True, slots=True)
class AccountGone:
    """The network says everything of this author is gone (deleted, taken down, deactivated)."""

    network: str
    author_key: str


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that could not be read; kept in the dead letters, its neighbours are stored."""

    record: str
    reason: Sentence


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time in which posts may have been missed. ``None`` end: not known."""

    from_at: Micros | None
    to_at: Micros | None
    reason: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What a listener hands over at once; stored in one transaction together with ``cursor``.

    ``fetched`` counts the records the network offered, good, bad or unwanted. ``cursor`` is
    ``None`` where the batch does not move it. ``lag`` is how far behind the present the listener
    still is, in seconds, for the "catching up" line.
    """

    posts: tuple[Post, ...] = ()
    deletions: tuple[Deletion, ...] = ()
    accounts_gone: tuple[AccountGone, ...] = ()
    bad: tuple[BadRecord, ...] = ()
    gap: Gap | None = None
    cursor: str | None = None
    fetched: int = 0
    lag: float = 0.0


class SourceState(StrEnum):
    """How a source is doing, in the words of the source screen."""

    STARTING = "starting"
    OK = "ok"
    CATCHING_UP = "catching up"
    RATE_LIMITED = "rate limited"
    NEEDS_TOKEN = "needs token"  # noqa: S105 - a state, not a password
    FAILING = "failing"
    FORMAT_CHANGED = "format changed"
    GONE = "gone"
    BLOCKED = "blocked"
    NEEDS_APPROVAL = "needs approval"
    TOKEN_EXPIRED = "token expired"  # noqa: S105 - a state, not a password
    OUT_OF_CREDITS = "out of credits"
    IMPORT_ONLY = "import only"
    UNOFFICIAL_BRIDGE = "unofficial bridge"
    NOT_AVAILABLE = "not available"
    OFF = "off"


# --- verdicts --------------------------------------------------------------------------------


class Label(StrEnum):
    """The verdict on a text. ``UNSCORED`` is an answer, and is never counted as neutral."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"
    UNSCORED = "unscored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A sentiment verdict. ``compound`` is in [-1, 1], or ``None`` when unscored.

    ``version`` is that of the scorer that gave it; 0 where it was not kept. ``said_by`` is whose
    word the language is: ``tag`` the network's, ``text`` what it says itself, ``usual`` that of its
    author or source, ``unknown``; empty where it was not kept.
    """

    lang: str | None
    scorer: str | None
    compound: float | None
    label: Label
    version: int = field(default=0, compare=False)
    said_by: str = field(default="", compare=False)


class Part(StrEnum):
    """Whose voice a message in a conversation is."""

    OUTSIDE = "outside"
    OURS = "ours"
    THIRD_PARTY = "third party"


class ConversationState(StrEnum):
    """States of ``conversations``; *needs reply* is derived, never a state."""

    OPEN = "open"
    WAITING = "waiting"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    IGNORED = "ignored"


class Severity(IntEnum):
    """How bad an alert is."""

    INFO = 0
    WARN = 1
    HIGH = 2
    CRITICAL = 3


class AlertClass(StrEnum):
    """The classes of risk."""

    LEAK = "leak"
    IMPERSONATION = "impersonation"
    HIJACK = "hijack"
    IMAGE = "image"
    SILENCE = "silence"
    SOURCE = "source"
    OVERDUE = "overdue"


class AlertState(StrEnum):
    """States of an alert's triage."""

    FIRING = "firing"
    ACKED = "acked"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a rule decided as it did: its code (``A3``, ``S4``) and what it saw."""

    code: str
    sentence: Sentence


# --- rows the screen and the commands read ---------------------------------------------------
# All text in these rows is already clean (SafeText); ``raw_text`` alone is evidence.


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
