"""A Bluesky post record, as far as listening needs it.

Wire format: the lexicons app.bsky.feed.post, app.bsky.richtext.facet and app.bsky.embed.*. The
typed reading is partial and fast (about 1 µs); records that clients wrote against the lexicon
are read again leniently, so that one odd field never costs a post.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from listeners.clock import from_iso
from listeners.http.answer import harmless_json
from listeners.model import Micros, Sentence
from listeners.text import links_in

NETWORK = "bluesky"
POST = "app.bsky.feed.post"

T = TypeVar("T")


class UnreadableError(Exception):
    """A record or event that cannot be read; ``sentence`` says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.template.format(**sentence.values))
        self.sentence = sentence


class Feature(msgspec.Struct, gc=False):
    """What a stretch of text is: a link, a mention or a hashtag."""

    uri: str = ""
    did: str = ""
    tag: str = ""


class Facet(msgspec.Struct, gc=False):
    """A stretch of text and its features; its place is not needed."""

    features: list[Feature] = []


class External(msgspec.Struct, gc=False):
    """A link card."""

    uri: str = ""
    title: str = ""
    description: str = ""


class Picture(msgspec.Struct, gc=False):
    """A picture, by its description."""

    alt: str = ""


class Reference(msgspec.Struct, gc=False):
    """A strong reference; in ``recordWithMedia`` it is wrapped once more."""

    uri: str = ""
    record: Reference | None = None


class Embed(msgspec.Struct, gc=False):
    """Any kind of embed: the fields of all kinds, of which each kind fills its own."""

    external: External | None = None
    images: list[Picture] | None = None
    items: list[Picture] | None = None
    record: Reference | None = None
    media: Embed | None = None
    alt: str | None = None


class Reply(msgspec.Struct, gc=False):
    """Where a reply belongs."""

    parent: Reference
    root: Reference


class Record(msgspec.Struct, gc=False):
    """A post."""

    text: str
    created: str = msgspec.field(name="createdAt", default="")
    langs: list[str] | None = None
    facets: list[Facet] | None = None
    embed: Embed | None = None
    reply: Reply | None = None
    hidden_tags: list[str] | None = msgspec.field(name="tags", default=None)

    def features(self) -> Iterator[Feature]:
        """Yield the features of all facets, in order."""
        for facet in self.facets or ():
            yield from facet.features

    def mentions(self) -> tuple[str, ...]:
        """Return the DIDs the text addresses."""
        return tuple(dict.fromkeys(each.did for each in self.features() if each.did))

    def links(self) -> tuple[str, ...]:
        """Return the web addresses of facets and card, else those written out in the text."""
        found = [each.uri for each in self.features() if each.uri]
        for embed in self._embeds():
            if embed.external is not None:
                found.append(embed.external.uri)
        found = [uri for uri in found if uri.startswith(("https://", "http://"))]
        if not found and "://" in self.text:
            return links_in(self.text)
        return tuple(dict.fromkeys(found))

    def tags(self) -> tuple[str, ...]:
        """Return the hashtags, without ``#``."""
        found = [each.tag for each in self.features() if each.tag]
        return tuple(dict.fromkeys([*found, *(self.hidden_tags or ())]))

    def around(self) -> str:
        """Return the words beside the text: card title and description, picture descriptions."""
        words: list[str] = []
        for embed in self._embeds():
            if embed.external is not None:
                words += [embed.external.title, embed.external.description]
            words += [each.alt for each in (*(embed.images or ()), *(embed.items or ()))]
            words.append(embed.alt or "")
        return "\n".join(word for word in words if word)

    def quoted(self) -> str:
        """Return the at-uri of the quoted record, or nothing."""
        reference = self.embed.record if self.embed is not None else None
        if reference is not None and reference.record is not None:
            reference = reference.record
        return reference.uri if reference is not None else ""

    def created_at(self) -> Micros | None:
        """Return the time the author claims, if it is one."""
        try:
            return from_iso(self.created) if self.created else None
        except ValueError:
            return None

    def _embeds(self) -> Iterator[Embed]:
        if self.embed is not None:
            yield self.embed
            if self.embed.media is not None:
                yield self.embed.media


_records = msgspec.json.Decoder(Record)


def read_record(raw: bytes | msgspec.Raw) -> Record:
    """Read a post record.

    Raises:
        UnreadableError: it is not JSON, or has no text.
    """
    try:
        return _records.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return record_of(_harmless(bytes(raw)))


def record_of(value: object) -> Record:
    """Read a decoded post record leniently: a field that is not as it should be is left out.

    Raises:
        UnreadableError: it has no text.
    """
    text = value.get("text") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(text, str):
        raise UnreadableError(Sentence("A Bluesky post has no text field."))
    langs = value.get("langs")
    tags = value.get("tags")
    facets = value.get("facets")
    return Record(
        text=text,
        created=_text(value.get("createdAt")),
        langs=[_text(lang) for lang in langs] if isinstance(langs, list) else None,
        facets=_all(facets, Facet) if isinstance(facets, list) else None,
        embed=_one(value.get("embed"), Embed),
        reply=_one(value.get("reply"), Reply),
        hidden_tags=[_text(tag) for tag in tags] if isinstance(tags, list) else None,
    )


def did_of(uri: str) -> str:
    """Return whose record an at-uri names, or nothing."""
    return uri[5:].partition("/")[0] if uri.startswith("at://") else ""


def _harmless(raw: bytes) -> object:
    try:
        return harmless_json(raw)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(Sentence("A Bluesky record is not valid JSON.")) from error


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _one(value: object, kind: type[T]) -> T | None:
    try:
        return None if value is None else msgspec.convert(value, kind)
    except (msgspec.ValidationError, RecursionError):
        return None


def _all(values: list[object], kind: type[T]) -> list[T]:
    return [found for value in values if (found := _one(value, kind)) is not None]
