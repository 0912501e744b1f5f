"""From Slack's messages to posts: what belongs together, what is to us, what is new or gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.model import Author, BadRecord, Batch, Deletion, Post
from listeners.networks.decoding import UnreadableError, bad_record, printable
from listeners.networks.harvest import HandedOn
from listeners.networks.matrix.cursor import Run, root_of
from listeners.networks.recent import Recent
from listeners.networks.slack.channels import Channel
from listeners.networks.slack.cursor import Place
from listeners.networks.slack.decode import (
    NETWORK,
    Said,
    address_of,
    is_ts,
    name_of,
    read_message,
    time_of,
)
from listeners.networks.slack.server import Me, SlackServer
from listeners.networks.slack.text import legible, links_of, people_in

MOST_REMEMBERED = 20_000


@dataclass(slots=True)
class Page:
    """What some answers hold, oldest first. ``all_ts`` are those of every message in them."""

    said: list[Said] = field(default_factory=list)
    bad: list[BadRecord] = field(default_factory=list)
    all_ts: set[str] = field(default_factory=set)
    fetched: int = 0

    @property
    def oldest(self) -> str:
        """The lowest ts, empty for an empty page."""
        return min(self.all_ts, key=time_of, default="")


class Harvester:
    """Reads messages as posts and remembers which it handed on."""

    def __init__(self, source: SourceConfig, server: SlackServer, clock: Clock) -> None:
        self._server = server
        self._clock = clock
        self._ours = source.options.get("ours") is True
        self._handed = HandedOn(clock)
        self._threads: Recent[str, str] = Recent(MOST_REMEMBERED)
        self._roots: Recent[str, str] = Recent(MOST_REMEMBERED)
        self._gone: Recent[str, None] = Recent(MOST_REMEMBERED)

    def gather(self, records: Sequence[object]) -> Page:
        """Read the records of an answer."""
        page = Page(fetched=len(records))
        for record in records:
            ts = printable(record.get("ts")) if isinstance(record, Mapping) else ""
            if is_ts(ts):
                page.all_ts.add(ts)
            try:
                page.said.append(read_message(record))
            except UnreadableError as fault:
                page.bad.append(bad_record(record, fault))
        page.said.sort(key=lambda one: time_of(one.ts))
        return page

    async def news(
        self, channel: Channel, said: Sequence[Said], place: Place, *, first: bool
    ) -> tuple[Post, ...]:
        """Return what of this is new or changed since it was handed on."""
        posts = [await self.post(channel, one, place) for one in said if one.spoken]
        return self._handed.news(posts, first=first)

    def letters(self, page: Page) -> tuple[BadRecord, ...]:
        """Return what could not be read and was not handed on before."""
        return self._handed.letters(page.bad)

    def gone(self, channel: Channel, page: Page, root: str = "") -> tuple[Deletion, ...]:
        """Return what was handed on and is not in this page, which holds all since its oldest.

        ``root``: the page is a thread's. A first message that is deleted leaves a tombstone.
        """
        ids = {name_of(channel.id, one.ts) for one in page.said if one.gone}
        oldest = page.oldest
        for native_id in self._handed.below(f"{channel.id}/"):
            ts = native_id.partition("/")[2]
            here = self._threads.get(native_id, "") == root
            if oldest and here and ts not in page.all_ts and time_of(ts) >= time_of(oldest):
                ids.add(native_id)
        new = sorted(one for one in ids if one not in self._gone)
        return tuple(Deletion(NETWORK, one) for one in new)

    def stored(self, batch: Batch) -> None:
        """Remember a batch: call it when the next one is asked for."""
        self._handed.stored(batch)
        for gone in batch.deletions:
            self._gone.put(gone.native_id, None)

    async def post(self, channel: Channel, said: Said, place: Place | None = None) -> Post:
        """Return a message as a post; with a place, remember who spoke.

        Raises:
            SourceError: Slack could not be asked who somebody is.
        """
        me = await self._server.me()
        called = people_in(said.text)
        names = {user: (await self._server.person(user)).name for user in called}
        native_id = name_of(channel.id, said.ts)
        if said.answers:
            self._threads.put(native_id, said.root)
        own = me.wrote(said.author)
        to_others = said.answers and not me.wrote(said.root_author)
        addressed = (
            channel.private
            or me.user in called
            or (said.answers and me.wrote(said.root_author))
            or (self._ours and not to_others)
        )
        root = name_of(channel.id, said.root) if said.answers else self._run(channel, said, place)
        return Post(
            network=NETWORK,
            native_id=native_id,
            author=await self._author(said, me),
            text=legible(said.text, names),
            url=address_of(me.team, channel.id, said.ts, said.root),
            created_at=said.at,
            edited_at=said.edited_at,
            parent_id=root if said.answers else None,
            root_id=None if root == native_id else root,
            links=links_of(said.text),
            mentions=called,
            parent_author_key=(said.root_author or None) if said.answers else None,
            engagement=said.engagement,
            private=channel.private,
            addressed=addressed and not own,
            own=own,
            raw=said.raw,
        )

    async def _author(self, said: Said, me: Me) -> Author:
        person = await self._server.person(said.author)
        return Author(
            key=said.author,
            handle=person.handle,
            name=said.author_name or person.name,
            url=f"{me.team.rstrip('/')}/team/{said.author}" if me.team else "",
            automated=(said.automated or person.automated) and not me.wrote(said.author),
        )

    def _run(self, channel: Channel, said: Said, place: Place | None) -> str | None:
        """Return the exchange a message to us alone belongs to; elsewhere threads are made."""
        if not channel.private:
            return None
        native_id = name_of(channel.id, said.ts)
        known = self._roots.get(native_id)
        if known is not None or place is None:
            return known
        room = name_of(channel.id, "0.000000")
        run = place.runs.get(channel.id)
        root = root_of(
            run, room_id=room, event_id=native_id, sender=said.author, at=said.at, private=True
        )
        self._roots.put(native_id, root or native_id)
        place.runs.put(channel.id, Run(said.author, said.at, root or native_id))
        return root
