"""From Discord's messages to posts: what belongs together, what is to us, what is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.model import BadRecord, Batch, Deletion, Post
from listeners.networks.decoding import UnreadableError, bad_record
from listeners.networks.discord.channels import Channel
from listeners.networks.discord.cursor import Place
from listeners.networks.discord.decode import (
    NETWORK,
    Said,
    address_of,
    id_in,
    name_of,
    read_message,
)
from listeners.networks.discord.server import DiscordServer, no_words
from listeners.networks.harvest import HandedOn
from listeners.networks.matrix.cursor import Run, root_of
from listeners.networks.recent import Recent

MOST_REMEMBERED = 20_000


@dataclass(slots=True)
class Page:
    """What a page holds, oldest first; ``newest`` is its highest id, 0 for an empty one."""

    said: list[Said] = field(default_factory=list)
    bad: list[BadRecord] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)

    @property
    def newest(self) -> int:
        return max(self.ids, default=0)


class Harvester:
    """Reads messages as posts and remembers which it handed on."""

    def __init__(self, source: SourceConfig, server: DiscordServer, clock: Clock) -> None:
        self._server = server
        self._clock = clock
        self._ours = source.options.get("ours") is True
        self._roots: Recent[str, str] = Recent(MOST_REMEMBERED)
        self._handed = HandedOn(clock)

    async def gather(self, records: Sequence[object]) -> Page:
        """Read the records of an answer.

        Raises:
            SourceError: they came without their words, for the bot may not read them.
        """
        page = Page()
        for record in records:
            if (number := id_in(record)) is not None:
                page.ids.append(number)
            try:
                said = read_message(record)
            except UnreadableError as fault:
                page.bad.append(bad_record(record, fault))
                continue
            if said.spoken:
                page.said.append(said)
        page.said.sort(key=lambda one: one.id)
        me, _ = await self._server.me()
        others = [one for one in page.said if one.author.key != me and me not in one.named]
        blind = bool(others) and all(one.bare for one in others)
        if blind and not await self._server.reads_content():
            raise no_words()
        return page

    async def news(self, channel: Channel, page: Page, place: Place, *, first: bool) -> Batch:
        """Return what a page brings that was not handed on, and move who spoke last there."""
        me, _ = await self._server.me()
        posts = [self._post(channel, said, me, place) for said in page.said]
        news = self._handed.news(posts, first=first)
        return Batch(posts=news, bad=self._handed.letters(page.bad), fetched=len(page.ids))

    async def changes(self, channel: Channel, page: Page, *, whole: bool) -> Batch:
        """Return what changed of what was handed on: edits, counts, and messages that are gone.

        ``whole``: the page holds everything of the channel. What was handed on before the program
        was started is only remembered.
        """
        me, _ = await self._server.me()
        posts = [self._post(channel, said, me, None) for said in page.said]
        known = [post for post in posts if post.native_id in self._handed]
        self._handed.stored(Batch(posts=tuple(p for p in posts if p.native_id not in self._handed)))
        there = set(page.ids)
        oldest = 0 if whole else min(there, default=0)
        gone = [
            Deletion(NETWORK, native_id)
            for native_id in self._handed.below(f"{channel.id}/")
            if oldest <= int(native_id.partition("/")[2]) and not _in(native_id, there)
        ]
        return Batch(
            posts=self._handed.news(known),
            deletions=tuple(gone) if whole or there else (),
            bad=self._handed.letters(page.bad),
            fetched=len(page.ids),
        )

    async def single(self, channel: Channel, said: Said, *, history: bool = False) -> Post:
        """Return one message as a post, without a place among what came before."""
        me, _ = await self._server.me()
        return replace(self._post(channel, said, me, None), history=history)

    def stored(self, batch: Batch) -> None:
        """Remember a batch: call it when the next one is asked for."""
        self._handed.stored(batch)

    def _post(self, channel: Channel, said: Said, me: str, place: Place | None) -> Post:
        own = said.author.key == me
        to_us = said.answered == me
        to_others = bool(said.answers) and not to_us
        addressed = channel.private or to_us or me in said.named or (self._ours and not to_others)
        root = self._root(channel, said, place)
        below = root if channel.parent and root != said.native_id else None
        opens = channel.in_forum and channel.root == said.native_id
        return Post(
            network=NETWORK,
            native_id=said.native_id,
            author=replace(said.author, automated=False) if own else said.author,
            text=said.text,
            title=channel.name if opens else "",
            url=address_of(channel.server, said.native_id),
            created_at=said.at,
            edited_at=said.edited_at,
            parent_id=said.answers or below,
            root_id=None if root == said.native_id else root,
            links=said.links,
            mentions=said.mentions,
            parent_author_key=said.answered or None,
            engagement=said.engagement,
            private=channel.private,
            addressed=addressed and not own,
            own=own,
            raw=said.raw,
        )

    def _root(self, channel: Channel, said: Said, place: Place | None) -> str | None:
        """Return the root a message belongs under; with a place, remember who spoke."""
        if channel.root is not None:
            return channel.root
        known = self._roots.get(said.native_id)
        if known is not None or place is None:
            return known
        root = root_of(
            place.runs.get(channel.id),
            room_id=name_of(channel.id, 0),
            event_id=said.native_id,
            sender=said.author.key,
            at=said.at,
            private=channel.private,
            answers=said.answers,
            roots=self._roots,
        )
        belongs = root or said.answers or said.native_id
        self._roots.put(said.native_id, belongs)
        run = Run(said.author.key, said.at or self._clock(), belongs)
        place.runs.put(channel.id, run)
        return root


def _in(native_id: str, ids: set[int]) -> bool:
    return int(native_id.partition("/")[2]) in ids
