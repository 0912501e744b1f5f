"""What the pipeline hands to the store and gets back from it, one mention at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from listeners.model import Author, Engagement, Label, Micros, Part, Reason, Score, Sentence

MentionKey = tuple[int, str, str]
"""A mention's identity: brand id, network, and the key of its native id (``dedupe_key``)."""

RootKey = tuple[str, str, str]
"""A conversation's identity but for its generation: brand name, network, root."""


NO_COUNTS = Engagement()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMention:
    """One judged post, ready to be stored for one brand.

    ``text`` and ``title`` are clean; ``raw_text`` is the original where it differs, ``raw`` the
    network's own record. ``sort_at`` is the earlier of ``created_at`` and ``seen_at``. ``asks``
    says that this message asks for a reply, ``need`` why or why not; ``reasons`` say why it
    matched. ``risk`` holds findings as plain mappings. ``fold`` finds cross-posts.
    """

    brand_id: int
    source_id: int
    network: str
    key: str
    native_id: str
    account_id: int
    text: str
    seen_at: Micros
    sort_at: Micros
    score: Score
    conversation_id: int | None = None
    url: str = ""
    title: str = ""
    raw_text: str | None = None
    raw: bytes | None = None
    links: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    created_at: Micros | None = None
    edited_at: Micros | None = None
    parent_id: str | None = None
    root_id: str | None = None
    part: Part = Part.OUTSIDE
    asks: bool = False
    need: Reason | None = None
    reasons: tuple[Sentence, ...] = ()
    risk: tuple[Mapping[str, object], ...] = ()
    engagement: Engagement = NO_COUNTS
    rating: int | None = None
    private: bool = False
    history: bool = False
    repost: bool = False
    fold: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMention:
    """A stored mention, as far as it decides what to do when its post is heard again."""

    id: int
    brand_id: int
    network: str
    key: str
    native_id: str
    source_id: int
    account_id: int
    account_key: str
    conversation_id: int | None
    title: str
    text: str
    lang: str | None
    compound: float | None
    label: Label
    created_at: Micros | None
    seen_at: Micros
    sort_at: Micros
    edited_at: Micros | None
    deleted_at: Micros | None
    parent_id: str | None
    root_id: str | None
    part: Part
    asks: bool
    history: bool
    repost: bool
    engagement: Engagement
    corrected_by: str = ""
    """Who set its sentiment by hand, empty: nobody."""
    withheld: bool = False
    """Its words went because the network's terms say so: they are not brought back."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A stored mention and what it is now; ``at`` is when the change was made, or heard of."""

    known: KnownMention
    now: NewMention
    at: Micros


@dataclass(frozen=True, slots=True)
class SeenAccount:
    """An author as a post shows it, cleaned. ``ours`` marks a handle of our own."""

    network: str
    author: Author
    ours: bool = False
    role: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """What one stored batch adds to its source's counters."""

    fetched: int = 0
    new: int = 0
    updated: int = 0
    deleted: int = 0
    bad: int = 0
