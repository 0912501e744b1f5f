"""Nostr's events: read without trust, and made into posts.

Wire format: NIP-01 (events, ids), NIP-10 and NIP-22 (what a note answers), NIP-24 (tags), NIP-27
(keys in texts). An event's id is the hash of what it says, so nobody can change it on the way; who
wrote it is told by its signature alone.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from listeners.model import Author, Post
from listeners.networks.decoding import UnreadableError, at_second, converted
from listeners.networks.nostr.key import is_hex_id, key_of, note_of, npub_of
from listeners.networks.nostr.signature import is_signed
from listeners.text import links_in

NETWORK: Final = "nostr"
TITLE: Final = "Nostr"

PROFILE: Final = 0
NOTE: Final = 1
DELETION: Final = 5
REPOSTS: Final = (6, 16)
REACTION: Final = 7
COMMENT: Final = 1111
SPOKEN: Final = (NOTE, COMMENT)
"""The kinds that are somebody's words: notes, and comments on anything else."""

VIEWER: Final = "https://njump.me"
_MOST_MENTIONS: Final = 50
_MOST_TAGS: Final = 50
_IN_TEXT: Final = re.compile(r"\bnostr:((npub|nprofile|note|nevent|naddr)1[02-9a-z]{6,5000})")
_SHOWN: Final = 12
"""Characters of a key or note that stand for it in a text."""


class NostrEvent(msgspec.Struct, frozen=True):
    """One event as relays send it. ``tags`` are lists that begin with their name."""

    id: str
    pubkey: str
    created_at: int
    kind: int
    tags: list[list[str]]
    content: str
    sig: str = ""

    def values(self, name: str) -> list[str]:
        """Return the first value of every tag of this name."""
        return [tag[1] for tag in self.tags if len(tag) > 1 and tag[0] == name]


@dataclass(frozen=True, slots=True)
class Answered:
    """What a note answers: the one directly above, and the first of its thread."""

    parent: str = ""
    root: str = ""


def read_event(record: object) -> NostrEvent:
    """Return an event whose id is that of its words; its author is still only claimed.

    Raises:
        UnreadableError: it is of another shape, or was changed since its id was made.
    """
    event = converted(record, NostrEvent, TITLE)
    if not (is_hex_id(event.id) and is_hex_id(event.pubkey)):
        raise UnreadableError(TITLE, "its id or its author is no number of 64 digits")
    if event.id != id_of_event(event):
        raise UnreadableError(TITLE, "its words are not those its id was made of")
    return event


def id_of_event(event: NostrEvent) -> str:
    """Return the id an event must have: the SHA-256 of its serialisation (NIP-01)."""
    said = [0, event.pubkey, event.created_at, event.kind, event.tags, event.content]
    written = json.dumps(said, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


def is_by_its_author(event: NostrEvent) -> bool:
    """Whether the key the event names signed it. Takes two milliseconds."""
    try:
        signature = bytes.fromhex(event.sig)
    except ValueError:
        return False
    return is_signed(bytes.fromhex(event.id), bytes.fromhex(event.pubkey), signature)


def answered_by(event: NostrEvent) -> Answered:
    """Return what an event answers: by marked tags (NIP-10), capitals (NIP-22) or their order."""
    tags = [tag for tag in event.tags if len(tag) > 1 and is_hex_id(tag[1])]
    if event.kind == COMMENT:
        roots = [tag[1] for tag in tags if tag[0] == "E"]
        parents = [tag[1] for tag in tags if tag[0] == "e"]
        root = roots[0] if roots else ""
        return Answered(parents[-1] if parents else root, root)
    above = [tag for tag in tags if tag[0] == "e"]
    marked = {tag[3]: tag[1] for tag in reversed(above) if len(tag) > 3 and tag[3]}
    if "root" in marked or "reply" in marked:
        root = marked.get("root", "")
        parent = marked.get("reply", "") or root
        return Answered(parent, root or parent)
    # Deprecated, and still written: the first is the root, the last is what is answered.
    bare = [tag[1] for tag in above if len(tag) < 4 or not tag[3]]
    return Answered(bare[-1], bare[0]) if bare else Answered()


def parent_author(event: NostrEvent, parent: str) -> str:
    """Return the key of who wrote what is answered, where the event says it."""
    for tag in event.tags:
        place = 3 if event.kind == COMMENT else 4
        if tag[:2] == ["e", parent] and len(tag) > place and is_hex_id(tag[place]):
            return tag[place]
    return ""


def post_of(event: NostrEvent, name: str, ours: Mapping[str, str]) -> Post:
    """Return a note or comment as a post.

    ``name`` is what its author calls themselves; ``ours`` are our keys, spelled as in the
    configuration: the pipeline knows our accounts by that spelling.
    """
    answered = answered_by(event)
    named = [key for key in dict.fromkeys(event.values("p")) if is_hex_id(key)][:_MOST_MENTIONS]
    in_text = [key for found in _IN_TEXT.finditer(event.content) if (key := key_of(found[1]))]
    above = parent_author(event, answered.parent) if answered.parent else ""
    author = event.pubkey
    told = bool(answered.parent)
    to_us = any(key in ours for key in (*in_text, above)) or (
        not told and any(key in ours for key in named)
    )
    mentions = dict.fromkeys([*in_text, *named])
    return Post(
        network=NETWORK,
        native_id=event.id,
        author=Author(
            key=author,
            handle=ours.get(author, npub_of(author)),
            name=name,
            url=f"{VIEWER}/{npub_of(author)}",
        ),
        text=_readable(event.content),
        title=next(iter(event.values("subject")), ""),
        url=f"{VIEWER}/{note_of(event.id)}",
        created_at=at_second(event.created_at),
        parent_id=answered.parent or None,
        root_id=answered.root or None,
        links=tuple(dict.fromkeys([*links_in(event.content), *_addresses(event.values("r"))])),
        tags=tuple(dict.fromkeys(tag for tag in event.values("t") if tag))[:_MOST_TAGS],
        mentions=tuple(ours.get(key, key) for key in mentions),
        parent_author_key=ours.get(above, above) or None,
        addressed=to_us and author not in ours,
        raw=msgspec.json.encode(event),
    )


def name_in(event: NostrEvent) -> str:
    """Return what somebody calls themselves in their profile (kind 0); anybody may take any."""
    try:
        profile = json.loads(event.content)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(profile, dict):
        return ""
    found = (profile.get(field) for field in ("display_name", "displayName", "name"))
    return next((name.strip() for name in found if isinstance(name, str) and name.strip()), "")


def _readable(text: str) -> str:
    """Return a text with its 60-letter keys cut to what a person can read.

    Not put as names: those change, and the text would seem edited.
    """

    def short(found: re.Match[str]) -> str:
        sign = "@" if found[2] in ("npub", "nprofile") else ""
        return f"{sign}{found[1][:_SHOWN]}…"

    return _IN_TEXT.sub(short, text)


def _addresses(values: Iterable[str]) -> list[str]:
    return [value for value in values if value.startswith(("https://", "http://"))]
