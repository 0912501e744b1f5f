"""From Matrix events to posts: who speaks, what it belongs to, edits folded into what they edit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.model import HOUR, Author, BadRecord, Deletion, Post
from listeners.networks.matrix.cursor import Mark, Run, root_of
from listeners.networks.matrix.event import (
    NETWORK,
    Message,
    Other,
    Redacted,
    Redaction,
    UnreadableError,
    bad_record,
    event_id_of,
    read_event,
)
from listeners.networks.matrix.rooms import Room, Rooms
from listeners.networks.matrix.server import MatrixServer, segment
from listeners.networks.recent import Recent

HISTORY = 72 * HOUR
MOST_REMEMBERED = 20_000
MOST_ROOMS = 50
"""Rooms searched for a message of which only the id is known."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What is remembered of a message: where, by whom, and what it belongs to."""

    room_id: str
    sender: str
    root: str


@dataclass(slots=True)
class Harvest:
    """What a stretch of one room gave, and where the reading now stands."""

    posts: dict[str, Post] = field(default_factory=dict)
    deletions: dict[str, Deletion] = field(default_factory=dict)
    bad: list[BadRecord] = field(default_factory=list)
    mark: Mark | None = None
    fetched: int = 0


class Harvester:
    """Turns events into posts, with a memory of what was said lately."""

    def __init__(
        self, source: SourceConfig, server: MatrixServer, rooms: Rooms, clock: Clock
    ) -> None:
        self._server = server
        self._rooms = rooms
        self._clock = clock
        self._ours = source.options.get("ours") is True
        self._heard: Recent[str, Heard] = Recent(MOST_REMEMBERED)
        self._edits: Recent[str, str] = Recent(MOST_REMEMBERED)

    async def find(self, event_id: str) -> tuple[str, Message | Redacted] | None:
        """Return a message and its room: where it was heard, else whichever room has it.

        Raises:
            SourceError: the server could not be asked, or asks us to wait.
        """
        heard = self._heard.get(event_id)
        for room_id in (heard.room_id,) if heard else self._rooms.joined()[:MOST_ROOMS]:
            if (found := await self.look_up(room_id, event_id)) is not None:
                return room_id, found
        return None

    async def take(
        self, room_id: str, records: Sequence[object], mark: Mark | None, *, first: bool = False
    ) -> Harvest:
        """Return what these events of one room mean, given oldest first.

        ``mark`` is where the reading of this room stood before. ``first``: what was said before
        hubbub listened, so that old words are history.

        Raises:
            SourceError: something had to be looked up, and the server could not be asked.
        """
        room = self._rooms[room_id]
        found = Harvest(mark=mark, fetched=len(records))
        for record in records:
            try:
                event = read_event(record)
            except UnreadableError as fault:
                found.bad.append(bad_record(record, fault))
                if name := event_id_of(record):
                    found.mark = Mark(name, found.mark.run if found.mark else None)
                continue
            run = found.mark.run if found.mark else None
            match event:
                case Message() if event.replaces:
                    await self._edit(room, event, found)
                case Message():
                    run = await self._message(room, event, run, found)
                case Redaction(target=target):
                    await self._redact(room, target, found)
                case Redacted(event_id=event_id):
                    _delete(found, event_id)
                case Other():
                    pass
            found.mark = Mark(event.event_id, run)
        if first:
            found.posts = {name: self._as_history(post) for name, post in found.posts.items()}
        return found

    async def around(self, room_id: str, message: Message, root: str | None) -> Post:
        """Return a message that was looked up as a post; ``root`` where it is known.

        Raises:
            SourceError: its author's name had to be asked for, and the server could not be.
        """
        room, heard = self._rooms[room_id], self._heard.get(message.event_id)
        otherwise = room_id if room.private else root
        return await self._post(room, message, heard.root if heard else otherwise)

    async def look_up(self, room_id: str, event_id: str) -> Message | Redacted | None:
        """Ask for one message by its id, with its newest words.

        Raises:
            SourceError: the server could not be asked, or asks us to wait.
        """
        path = f"/rooms/{segment(room_id)}/event/{segment(event_id)}"
        record = await self._server.lookup(path)
        try:
            event = read_event(record) if record is not None else None
        except UnreadableError:
            return None
        return event if isinstance(event, (Message, Redacted)) else None

    async def _message(
        self, room: Room, message: Message, run: Run | None, found: Harvest
    ) -> Run | None:
        roots = {
            name: heard.root
            for name in (message.thread, message.answers)
            if (heard := self._heard.get(name))
        }
        root = root_of(
            run,
            room_id=room.room_id,
            event_id=message.event_id,
            sender=message.sender,
            at=message.at,
            private=room.private,
            thread=message.thread,
            answers=message.answers,
            roots=roots,
        )
        post = await self._post(room, message, root)
        found.posts[message.event_id] = post
        belongs = root or message.answers or message.event_id
        self._heard.put(message.event_id, Heard(room.room_id, message.sender, belongs))
        if message.thread and not room.private:
            return run  # a thread runs beside what is said in the room
        return Run(message.sender, message.at or self._clock(), belongs)

    async def _edit(self, room: Room, edit: Message, found: Harvest) -> None:
        """Give a message its new words, if whoever wrote it changed them."""
        self._edits.put(edit.event_id, edit.replaces)
        before = found.posts.get(edit.replaces)
        if before is None:
            original = await self.look_up(room.room_id, edit.replaces)
            if not isinstance(original, Message):
                return
            before = await self.around(room.room_id, original, original.thread or None)
        if before.author.key != edit.sender:
            return
        found.posts[edit.replaces] = replace(
            before,
            text=edit.text,
            links=edit.links,
            mentions=self._named(edit),
            edited_at=edit.at or self._clock(),
        )

    async def _redact(self, room: Room, target: str, found: Harvest) -> None:
        """Delete what was taken back; taking an edit back gives the words before it again."""
        edited = self._edits.get(target)
        if edited is None:
            _delete(found, target)
            return
        original = await self.look_up(room.room_id, edited)
        if isinstance(original, Message):
            found.posts[edited] = await self.around(room.room_id, original, original.thread or None)

    async def _post(self, room: Room, message: Message, root: str | None) -> Post:
        me = await self._server.me()
        answered = self._heard.get(message.answers)
        to_us = answered is not None and answered.sender == me
        named_us = me in message.named or me in message.text
        to_others = bool(message.answers) and not to_us
        own = message.sender == me
        addressed = to_us or named_us or room.private or (self._ours and not to_others)
        return Post(
            network=NETWORK,
            native_id=message.event_id,
            author=Author(
                key=message.sender,
                handle=message.sender,
                name=await self._rooms.name_of(room.room_id, message.sender),
                url=f"https://matrix.to/#/{_part(message.sender)}",
                automated=message.notice and not own,
            ),
            text=message.text,
            url=address_of(room.room_id, message.event_id, message.sender),
            created_at=message.at,
            edited_at=message.edited_at,
            parent_id=message.answers or message.thread or None,
            root_id=None if root == message.event_id else root,
            links=message.links,
            mentions=self._named(message),
            parent_author_key=answered.sender if answered else None,
            private=room.private,
            addressed=addressed and not own,
            own=own,
            raw=_with_room(message.raw, room.room_id),
        )

    def _named(self, message: Message) -> tuple[str, ...]:
        return tuple(user for user in message.named if user != message.sender)

    def _as_history(self, post: Post) -> Post:
        old = post.created_at is not None and post.created_at < self._clock() - HISTORY
        return replace(post, history=True) if old else post


def address_of(room_id: str, event_id: str, sender: str) -> str:
    """Return the web address of a message: matrix.to leads on to the reader's own app.

    ``via`` names a server that is in the room, without which a room id cannot be found. Source:
    spec.matrix.org, appendices, "matrix.to navigation".
    """
    via = sender.partition(":")[2]
    return f"https://matrix.to/#/{_part(room_id)}/{_part(event_id)}?via={quote(via, safe=':[]')}"


def _part(name: str) -> str:
    return quote(name, safe="!$@:")


def _with_room(raw: bytes, room_id: str) -> bytes | None:
    """Return the evidence with its room: an answer must know where to go."""
    return json.dumps({"room_id": room_id, **json.loads(raw)}).encode() if raw else None


def _delete(found: Harvest, event_id: str) -> None:
    found.posts.pop(event_id, None)
    found.deletions[event_id] = Deletion(NETWORK, event_id)
