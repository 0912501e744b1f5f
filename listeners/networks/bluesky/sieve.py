"""Which of the network's posts are for us: the whole stream goes in, a few posts come out.

The pipeline matches again what comes out, with the same queries, and knows our accounts only as
the configuration spells them. So a post that addresses us by DID names us in that spelling too.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from listeners.config import BrandConfig
from listeners.model import HOUR, Author, Micros, Post
from listeners.networks.bluesky.prefilter import Prefilter
from listeners.networks.bluesky.record import NETWORK, POST, Record, did_of, read_record
from listeners.query import Matcher, Query, Subject, parse, query_for_brand
from listeners.text import clean

HISTORY = 72 * HOUR
"""Posts claimed to be older than this when heard are history (imports from elsewhere)."""
_WATCHED = "\x00what"
_MOST_HEARD = 20_000
_TITLE = 600


class Sieve:
    """Finds posts that match, address, quote or answer a brand, or are its own.

    ``known`` says whether the store has a post (by at-uri) or anything of an author (by DID);
    without it, answers in threads are recognised as far as this process has heard them, and
    every deletion passes.
    """

    def __init__(self, source: str, brands: Sequence[BrandConfig]) -> None:
        """Compile the brands' queries; ``source`` is the source's key.

        Raises:
            QuerySyntaxError: a brand's query cannot be read.
        """
        self.known: Callable[[str], bool] | None = None
        self.queries: dict[str, Query] = {b.name: query_for_brand(b) for b in brands}
        self._matcher = Matcher(self.queries)
        self._source = source
        self._ours: dict[str, str] = {}
        self._heard: OrderedDict[str, None] = OrderedDict()
        self._prefilter = Prefilter(self.queries.values(), ())

    def watch(self, query: str) -> None:
        """Let also pass, as wanted, what matches this query of the source's own.

        Raises:
            QuerySyntaxError: it cannot be read.
        """
        if query.strip():
            self.queries[_WATCHED] = parse(query)
            self._matcher = Matcher(self.queries)
            self._prefilter = Prefilter(self.queries.values(), self._ours)

    def own(self, accounts: Mapping[str, str]) -> None:
        """Set our accounts: DID to the spelling the configuration uses."""
        self._ours = dict(accounts)
        self._prefilter = Prefilter(self.queries.values(), self._ours)

    def post(
        self, did: str, rkey: str, raw: bytes, at: Micros, *, edited: bool = False
    ) -> Post | None:
        """Return the post of a record's JSON if it is for us, else ``None``.

        ``at`` is when the network saw it.

        Raises:
            UnreadableError: it may be for us, and cannot be read.
        """
        uri = f"at://{did}/{POST}/{rkey}"
        likely = did in self._ours or self._prefilter.may_concern(raw)
        if not likely and b'"reply"' not in raw and not self._is_known(uri):
            return None
        record = read_record(raw)
        followed = self._is_followed(uri, record)
        if not likely and not followed:
            return None
        return self._sifted(uri, did, record, raw, at, edited=edited, followed=followed)

    def _sifted(
        self,
        uri: str,
        did: str,
        record: Record,
        raw: bytes,
        at: Micros,
        *,
        edited: bool,
        followed: bool,
    ) -> Post | None:
        addressed = self._addressed(record)
        subject = self._subject(did, record, addressed)
        matched = self._matcher.match(subject)
        title = "" if record.text.strip() else clean(record.around(), _TITLE)
        if not (matched or addressed or followed or did in self._ours):
            title = clean(record.around(), _TITLE)
            matched = self._matcher.match(replace(subject, title=title)) if title else {}
            if not matched:
                return None
        self._hear(uri)
        found = build_post(uri, Author(key=did, handle=self._ours.get(did, "")), record, raw, at)
        parent = found.parent_author_key or ""
        return replace(
            found,
            title=title,
            mentions=tuple(dict.fromkeys((*found.mentions, *addressed))),
            parent_author_key=self._ours.get(parent, parent) or None,
            edited_at=at if edited else None,
            wanted=_WATCHED in matched,
        )

    def adopt(self, post: Post) -> Post:
        """Return a post of the AppView with our accounts spelled as in the configuration."""
        self._hear(post.native_id)
        parent = post.parent_author_key or ""
        near = [*post.mentions, parent, did_of(post.root_id or "")]
        ours = [self._ours[did] for did in near if did in self._ours]
        own = self._ours.get(post.author.key)
        return replace(
            post,
            author=replace(post.author, handle=own) if own else post.author,
            mentions=tuple(dict.fromkeys((*post.mentions, *ours))),
            parent_author_key=self._ours.get(parent, parent) or None,
        )

    def gone(self, uri: str) -> bool:
        """Whether the end of this post or account (DID) concerns us."""
        return self.known is None or uri in self._heard or self.known(uri)

    def _subject(self, did: str, record: Record, addressed: tuple[str, ...]) -> Subject:
        return Subject(
            text=clean(record.text),
            author_handle=self._ours.get(did, ""),
            lang=record.langs[0] if record.langs else None,
            links=record.links(),
            tags=record.tags(),
            mentions=(*record.mentions(), *addressed),
            network=NETWORK,
            source=self._source,
        )

    def _addressed(self, record: Record) -> tuple[str, ...]:
        """Return our accounts, as configured, that the post mentions, quotes or answers."""
        if not self._ours or (record.facets is None and record.embed is None and not record.reply):
            return ()
        dids = [*record.mentions(), did_of(record.quoted())]
        if record.reply is not None:
            dids += [did_of(record.reply.parent.uri), did_of(record.reply.root.uri)]
        return tuple(dict.fromkeys(self._ours[did] for did in dids if did in self._ours))

    def _is_followed(self, uri: str, record: Record) -> bool:
        """Whether it belongs to a thread we have, or is a new version of a post we have."""
        reply = record.reply
        if self._is_known(uri):
            return True
        return reply is not None and (
            self._is_known(reply.parent.uri) or self._is_known(reply.root.uri)
        )

    def _is_known(self, uri: str) -> bool:
        return uri in self._heard or (self.known is not None and self.known(uri))

    def _hear(self, uri: str) -> None:
        self._heard[uri] = None
        self._heard.move_to_end(uri)
        if len(self._heard) > _MOST_HEARD:
            self._heard.popitem(last=False)


def build_post(uri: str, author: Author, record: Record, raw: bytes, at: Micros) -> Post:
    """Return the record as a ``Post``. ``at`` stands in where the author claims no time."""
    did, rkey = did_of(uri), uri.rpartition("/")[2]
    created = record.created_at() or at
    reply = record.reply
    parent = reply.parent.uri if reply is not None else ""
    return Post(
        network=NETWORK,
        native_id=uri,
        author=replace(author, url=f"https://bsky.app/profile/{author.key}"),
        text=record.text,
        url=f"https://bsky.app/profile/{did}/post/{rkey}" if did.startswith("did:") else "",
        created_at=created,
        lang=record.langs[0] if record.langs and record.langs[0] else None,
        parent_id=parent or None,
        root_id=(reply.root.uri if reply is not None else "") or None,
        links=record.links(),
        tags=record.tags(),
        mentions=record.mentions(),
        parent_author_key=did_of(parent) or None,
        history=at - created > HISTORY,
        raw=raw,
    )
