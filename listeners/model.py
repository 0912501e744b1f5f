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
    pass

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
    """Who wrote a post, as the network names them. ``key`` is the network's lasting id.

    ``links`` are the addresses their profile shows, as far as the post brings it; ``verified``
    those of them where the network has seen a link back.
    """

    key: str
    handle: str = ""
    name: str = ""
    url: str = ""
    followers: int | None = None
    automated: bool = False
    links: tuple[str, ...] = ()
    verified: tuple[str, ...] = ()


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
