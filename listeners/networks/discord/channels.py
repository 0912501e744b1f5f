"""Which channels of Discord a source reads, and which are closed to it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.model import DAY, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.decoding import printable
from listeners.networks.discord.decode import name_of
from listeners.networks.discord.server import DiscordServer, RefusedError
from listeners.networks.recent import Recent

CLOSED_FOR = DAY
"""How long a channel is left alone that refused the bot."""
MOST_SERVERS = 20
MOST_CHANNELS = 300

_PRIVATE = frozenset({1, 3})
_THREADS = frozenset({10, 11, 12})
_FORUMS = frozenset({15, 16})
_CONTAINERS = _FORUMS | {4, 14}
_ADDRESS = re.compile(
    r"(?:https://(?:\w+\.)?discord(?:app)?\.com/channels/|server:)(\d+)(?:/(\d+))?/?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel, thread or private chat. ``last`` is its newest message as far as is known;
    ``parent`` is the channel a thread hangs from; ``asked_for``: a person named it."""

    id: str
    server: str = ""
    name: str = ""
    parent: str = ""
    in_forum: bool = False
    private: bool = False
    last: int | None = None
    asked_for: bool = False

    @property
    def root(self) -> str | None:
        """The message a thread begins with: it has the thread's own id, and stands in a forum
        within the thread, else in the channel above; ``None`` for no thread."""
        if not self.parent:
            return None
        return name_of(self.id if self.in_forum else self.parent, self.id)


class Channels:
    """Finds the channels to read. ``what`` of the source are ids of channels, ``server:ID`` or
    web addresses of either, by comma; empty for all that the bot sees."""

    def __init__(self, server: DiscordServer, source: SourceConfig, clock: Clock) -> None:
        self._server = server
        self._clock = clock
        self._ids: list[str] = []
        self._servers: list[str] = []
        for name in (one.strip() for one in source.what.split(",")):
            found = _ADDRESS.fullmatch(name)
            if found is not None and found[2] is None:
                self._servers.append(found[1])
            elif found is not None or name.isdigit():
                self._ids.append(name if found is None else found[2])
        self._named = bool(source.what.strip())
        self._forums: dict[str, str] = {}
        self._learned: set[str] = set()
        self._known: Recent[str, Channel] = Recent(2 * MOST_CHANNELS)
        self.closed: Recent[str, Micros] = Recent(2 * MOST_CHANNELS)

    def __getitem__(self, channel_id: str) -> Channel:
        return self._known.get(channel_id, Channel(id=channel_id))

    def open(self, name: str) -> bool:
        """Whether a channel or server may be asked."""
        return not 0 <= self._clock() - self.closed.get(name, Micros(-CLOSED_FOR)) < CLOSED_FOR

    def close(self, name: str) -> None:
        """Leave a channel or server alone for a day: it refused us."""
        self.closed.put(name, self._clock())

    def learn(self, records: object) -> None:
        """Remember channels that came with an answer."""
        for record in records if isinstance(records, Sequence) else []:
            self._read(record, "")

    async def find(self, name: str) -> Channel:
        """Return a channel, asked for where it is not known: a thread that rests is in no list.

        Raises:
            RefusedError: it is closed to the bot, or gone.
            SourceError: Discord could not be asked.
        """
        if name not in self._known:
            record = await self._server.get(f"/channels/{name}")
            above = record.get("parent_id") if isinstance(record, Mapping) else None
            known = above in self._known or above in self._forums
            if isinstance(record, Mapping) and record.get("type") in _THREADS and not known:
                self._read(await self._server.get(f"/channels/{above}"), "")
            self._read(record, "")
        return self[name]

    async def learn_server(self, server: str) -> None:
        """Remember what the channels of a server are, asked for once.

        Raises:
            SourceError: Discord could not be asked.
        """
        if server not in self._learned:
            self.learn(await self._server.records(f"/guilds/{server}/channels"))
            self._learned.add(server)

    async def servers(self) -> Sequence[str]:
        """Return the servers to read: those named, else all the bot is in.

        Raises:
            SourceError: it is in none, or Discord could not be asked.
        """
        if self._named:
            if not self._servers and not self._ids:
                raise SourceError(SourceState.FAILING, _nothing_named())
            return self._servers
        found = await self._server.records("/users/@me/guilds")
        ids = [str(one["id"]) for one in found if isinstance(one, Mapping) and "id" in one]
        if not ids:
            raise SourceError(SourceState.FAILING, _nowhere())
        return ids[:MOST_SERVERS]

    async def look(self) -> Sequence[Channel]:
        """Return all channels to read, those with the newest messages first.

        Raises:
            SourceError: Discord could not be asked, or lets the bot in nowhere.
        """
        found: dict[str, Channel] = {}
        for name in self._ids:
            if self.open(name) and (channel := await self._one(name)) is not None:
                found[name] = channel
        named = {self._forums.get(name) or self[name].server for name in self._ids}
        homes = [server for server in named if server]
        whole = await self.servers()
        for server in dict.fromkeys((*whole, *homes)):
            for channel in await self._of_server(server, whole=server in whole):
                if server in whole or {channel.id, channel.parent} & set(self._ids):
                    found.setdefault(channel.id, channel)
        if not found and not self._forums:
            raise SourceError(SourceState.BLOCKED, _closed_everywhere())
        newest = sorted(found.values(), key=lambda one: one.last or 0, reverse=True)
        return newest[:MOST_CHANNELS]

    async def _one(self, name: str) -> Channel | None:
        """Return a channel that was named; what it is does not change, so it is asked once."""
        if name in self._known or name in self._forums:
            return self._known.get(name)
        try:
            record = await self._server.get(f"/channels/{name}")
        except RefusedError as error:
            if not error.about_one_place:
                raise
            self.close(name)
            if len(self._ids) + len(self._servers) == 1:
                raise
            return None
        channel = self._read(record, "", asked_for=True)
        return channel if channel is not None and channel.id == name else None

    async def _of_server(self, server: str, *, whole: bool) -> list[Channel]:
        if not self.open(server):
            return []
        try:
            records = await self._server.records(f"/guilds/{server}/channels") if whole else []
            active = await self._server.get(f"/guilds/{server}/threads/active")
        except RefusedError as error:
            if not error.about_one_place:
                raise
            self.close(server)
            if whole and self._named:
                raise
            return []
        threads = active.get("threads") if isinstance(active, Mapping) else None
        below = threads if isinstance(threads, list) else []
        read = [self._read(record, server) for record in (*records, *below)]
        return [channel for channel in read if channel is not None]

    def _read(self, record: object, server: str, *, asked_for: bool = False) -> Channel | None:
        """Return a channel of an answer; ``None`` for one that holds no messages itself."""
        if not isinstance(record, Mapping):
            return None
        name, kind = record.get("id"), record.get("type")
        if not isinstance(name, str) or not name.isdigit() or not isinstance(kind, int):
            return None
        last, above = record.get("last_message_id"), record.get("parent_id")
        parent = str(above) if kind in _THREADS and above else ""
        channel = Channel(
            id=name,
            server=server or printable(record.get("guild_id")),
            name=printable(record.get("name")),
            parent=parent,
            in_forum=parent in self._forums,
            private=kind in _PRIVATE,
            last=int(last) if isinstance(last, str) and last.isdigit() else None,
            asked_for=asked_for,
        )
        if kind in _FORUMS:
            self._forums[name] = channel.server
        if kind in _CONTAINERS:
            return None
        if asked_for:
            # How far it goes is asked anew each time, so nothing of it is remembered.
            channel = replace(channel, last=None)
        self._known.put(name, channel)
        return channel


def _nowhere() -> Sentence:
    return Sentence(
        "The bot is in no Discord server yet. On discord.com/developers/applications, under "
        "OAuth2, make an invitation (scope bot; rights View Channel, Read Message History, Send "
        "Messages) and open it as somebody who runs the server."
    )


def _nothing_named() -> Sentence:
    return Sentence(
        "Nothing in what = of this source is a channel or server of Discord. Write ids of "
        "channels, server:ID, or the address of a channel, with commas between them."
    )


def _closed_everywhere() -> Sentence:
    return Sentence(
        "None of the Discord channels of this source is open to the bot. What was heard so far is "
        "safe; hubbub tries again after a day, or at once when it is started anew. Give the bot "
        "the rights View Channel and Read Message History there."
    )
