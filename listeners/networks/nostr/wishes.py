"""What a Nostr source asks for, and whom: from the source's line and the brands.

A relay knows no query language: it is asked for tags, for people named, and, where it lists
NIP-50, for words. What it answers is matched again by the brand's query.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from listeners.config import BrandConfig, SourceConfig
from listeners.model import Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.nostr.event import COMMENT, NETWORK, NOTE, TITLE
from listeners.networks.nostr.key import key_of
from listeners.networks.searching import MOST_SEARCHES
from listeners.query import QuerySyntaxError, push_down, query_for_brand, tags_of

RELAYS: Final = (
    "wss://relay.damus.io",
    "wss://nos.lol",
    "wss://relay.primal.net",
    "wss://relay.nostr.band",
)
"""Large public relays that anybody may read; the last one searches words."""
MOST_RELAYS: Final = 8
_MOST_TAGS: Final = 20

Filter = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What to ask of every relay; ``words`` only of those that search."""

    tags: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def filters(self) -> list[Filter]:
        """Return the questions every relay understands (NIP-01)."""
        kinds = [NOTE, COMMENT]
        asked: list[Filter] = []
        if self.tags:
            asked.append({"kinds": kinds, "#t": list(self.tags)})
        if self.keys:
            asked.append({"kinds": kinds, "#p": list(self.keys)})
            asked.append({"kinds": kinds, "authors": list(self.keys)})
        return asked

    def searches(self) -> list[Filter]:
        """Return the questions for relays that search words (NIP-50)."""
        return [{"kinds": [NOTE, COMMENT], "search": words} for words in self.words]


def relays_of(source: SourceConfig) -> tuple[str, ...]:
    """Return the relays of a source: its ``base_url``, else those of its ``what`` and options.

    Raises:
        SourceError: one of them is no relay's address.
    """
    if source.base_url:
        return (source.base_url,)
    given = source.options.get("relays", ())
    listed = given.split(",") if isinstance(given, str) else given
    named = [str(each).strip() for each in listed] if isinstance(listed, Iterable) else []
    named = [each for each in [*named, *_parts(source.what)] if each]
    relays = [each for each in named if "://" in each] or list(RELAYS)
    for relay in relays:
        if not _is_relay(relay):
            raise SourceError(
                SourceState.FAILING,
                Sentence(
                    "{relay} is no address of a Nostr relay: write it as wss://relay.example.",
                    {"relay": relay},
                ),
            )
    return tuple(dict.fromkeys(relays))[:MOST_RELAYS]


def wishes_of(source: SourceConfig, brands: Sequence[BrandConfig]) -> Wishes:
    """Return what a source asks for: what its ``what`` names besides relays, else the brands'.

    Raises:
        SourceError: a query or key cannot be read, or nothing is left to ask for.
    """
    keys = tuple(keys_of(brands))
    parts = [each for each in _parts(source.what) if "://" not in each]
    if parts:
        tags = [each.lstrip("#").lower() for each in parts if each.startswith("#")]
        people = [key for each in parts if (key := key_of(each))]
        words = [each for each in parts if not each.startswith("#") and not key_of(each)]
        found = Wishes(tuple(tags), tuple(dict.fromkeys(people)), tuple(words))
    else:
        found = _of_brands(brands, keys)
    if not (found.tags or found.keys or found.words):
        raise SourceError(
            SourceState.FAILING,
            Sentence(
                "There is nothing to ask {network} for: no tag, no word and no account of the "
                'brand. Write a tag as what = "#name", or the brand\'s npub into its handles.',
                {"network": TITLE},
            ),
        )
    return found


def keys_of(brands: Iterable[BrandConfig]) -> dict[str, str]:
    """Return our keys, each with the spelling the configuration uses.

    Raises:
        SourceError: a handle is no key.
    """
    found: dict[str, str] = {}
    for handle in (one for brand in brands for one in brand.handles.get(NETWORK, ())):
        key = key_of(handle)
        if key is None:
            raise SourceError(
                SourceState.FAILING,
                Sentence(
                    "The handle {handle} is no Nostr key: copy the npub from the account's "
                    "profile.",
                    {"handle": handle},
                ),
            )
        found.setdefault(key, handle)
    return found


def _of_brands(brands: Iterable[BrandConfig], keys: tuple[str, ...]) -> Wishes:
    tags: dict[str, None] = {}
    words: dict[str, None] = {}
    for brand in brands:
        try:
            query = query_for_brand(brand)
        except QuerySyntaxError as error:
            raise SourceError(SourceState.FAILING, error.sentence) from error
        tags |= dict.fromkeys(tags_of(query))
        words |= dict.fromkeys(push_down(query, "generic"))
    return Wishes(tuple(tags)[:_MOST_TAGS], keys, tuple(words)[:MOST_SEARCHES])


def _parts(what: str) -> list[str]:
    return [part for each in what.split(",") if (part := each.strip())]


def _is_relay(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("ws", "wss") and bool(parts.hostname) and address.isprintable()
    except ValueError:
        return False
