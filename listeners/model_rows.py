"""What stands beside a row of ``model``: a mention's other places, and who is on a conversation."""

from __future__ import annotations

from dataclasses import dataclass

from listeners.model import Engagement, Micros, SafeText


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
