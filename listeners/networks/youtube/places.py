"""What a YouTube source reads: channels, videos, searches; and up to where each was read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from listeners.config import BrandConfig, SourceConfig
from listeners.model import Micros
from listeners.networks.recent import Recent
from listeners.networks.searching import search_words
from listeners.networks.youtube.decode import NETWORK, TITLE, is_channel, is_video

MOST_MARKS = 200
MOST_WATCHED = 10
"""Videos found by search under which comments are read: those found last."""
MOST_TERMS = 3
"""Words a channel that is not ours is searched for: each costs a unit a round."""

_ADDRESS = re.compile(
    r"(?:https?://)?(?:(?:www\.|m\.)?youtube\.com/(?:watch\?(?:.*&)?v=|shorts/|live/|channel/)?"
    r"|youtu\.be/|video:)(@?[\w.-]+)(?:[/?&].*)?"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a source asks for: channels by id or ``@name``, videos, and words to search for."""

    channels: tuple[str, ...] = ()
    videos: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    named: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """Comments to read: those on all videos of a channel, or on one video; ``terms`` narrows
    them. ``ours``: what is said there is said to us. ``named``: a person asked for it."""

    kind: str
    id: str
    terms: str = ""
    ours: bool = False
    named: bool = False

    @property
    def key(self) -> str:
        """Its lasting name in the cursor."""
        return f"{self.kind} {self.id} {self.terms}".rstrip()

    @property
    def params(self) -> dict[str, str | int]:
        """How the API is asked for it."""
        name = "videoId" if self.kind == "video" else "allThreadsRelatedToChannelId"
        return {name: self.id, **({"searchTerms": self.terms} if self.terms else {})}


@dataclass(slots=True)
class Place:
    """Up to where a source was read: the newest comment of each spot, the newest video of the
    search and when it was asked, videos it found, and the channels behind names."""

    marks: Recent[str, int] = field(default_factory=lambda: Recent(MOST_MARKS))
    searched_at: Micros | None = None
    watched: Recent[str, int] = field(default_factory=lambda: Recent(MOST_WATCHED))
    handles: Recent[str, str] = field(default_factory=lambda: Recent(MOST_MARKS))


def wanted_of(source: SourceConfig, brands: Sequence[BrandConfig]) -> Wanted:
    """Return what a source asks for: what stands in ``what`` by comma (channels, videos, their
    addresses, ``search:WORDS``), else the brands' channels and their queries' words.

    Raises:
        SourceError: neither a channel nor words are there to ask for.
    """
    entries = [one.strip() for one in source.what.split(",") if one.strip()]
    if not entries:
        own = tuple(own_channels(brands))
        words = search_words(source, brands, TITLE) if brands or not own else ()
        return Wanted(own, (), words)
    channels, videos, words_ = [], [], []
    for entry in entries:
        found = _ADDRESS.fullmatch(entry)
        name = found[1] if found is not None else entry
        if name.startswith("@") or is_channel(name):
            channels.append(name)
        elif found is not None and is_video(name):
            videos.append(name)
        elif found is not None and not entry.startswith("video:"):
            channels.append(f"@{name}")
        else:
            words_.append(entry.removeprefix("search:").strip())
    return Wanted(tuple(channels), tuple(videos), tuple(words_), named=True)


def own_channels(brands: Iterable[BrandConfig]) -> Iterable[str]:
    """Yield our channels, by id or ``@name``."""
    for brand in brands:
        for handle in brand.handles.get(NETWORK, ()):
            name = handle.strip()
            yield name if is_channel(name) else f"@{name.removeprefix('@')}"


def question(words: Iterable[str]) -> str:
    """Return the words as one search: ``|`` is YouTube's "or"."""
    return "|".join(dict.fromkeys(word for word in words if word))


def read_cursor(cursor: str | None) -> Place | None:
    """Return the place a cursor names, the beginning for none; ``None`` where it is illegible."""
    place = Place()
    if not cursor:
        return place
    try:
        stored = json.loads(cursor)
        for key, mark in stored["marks"].items():
            place.marks.put(str(key), int(mark))
        for handle, channel in stored["handles"].items():
            place.handles.put(str(handle), str(channel))
        for video in stored["watched"]:
            place.watched.put(str(video), 0)
        searched = stored["searched"]
        place.searched_at = None if searched is None else Micros(int(searched))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None
    return place


def write_cursor(place: Place) -> str:
    """Return the cursor of a place."""
    stored = {
        "marks": dict(place.marks),
        "searched": place.searched_at,
        "watched": list(place.watched),
        "handles": dict(place.handles),
    }
    return json.dumps(stored, separators=(",", ":"))
