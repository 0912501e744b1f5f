"""The rooms of one account: which are listened to, what they are called, who can be read.

``what`` names rooms by alias (``#name:server``) or id (``!id:server``), separated by commas; empty
means every room the account is in. A room is joined only where the option ``join`` is true.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from listeners.config import SourceConfig
from listeners.model import Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.matrix.server import MatrixServer, RefusedError, segment
from listeners.networks.matrix.sync import News, RoomNews, look_filter, read_news
from listeners.networks.matrix.text import is_user
from listeners.networks.recent import Recent
from listeners.text import clean_line

LOOK_SECONDS = 60.0
"""How long the server may take to list the rooms: it may be an account of many years."""
CAP = 32 * 2**20
"""Bytes of the list of rooms."""
MOST_NAMES = 20_000
_SHOWN = 3
"""Rooms named in one sentence."""


@dataclass(slots=True)
class Room:
    """What is known of a room. ``members`` counts those invited too, ``None``: not told."""

    room_id: str
    name: str = ""
    alias: str = ""
    public: bool = False
    encrypted: bool = False
    direct: bool = False
    members: int | None = None

    @property
    def private(self) -> bool:
        """Whether what is said here is between one person and us."""
        return self.direct or (self.members is not None and self.members <= 2 and not self.public)

    @property
    def title(self) -> str:
        """How people call the room."""
        return self.alias or self.name or self.room_id


class Rooms:
    """Knows the rooms of the account, and display names as far as answers told them."""

    def __init__(self, server: MatrixServer, source: SourceConfig) -> None:
        self._server = server
        self._asked = tuple(dict.fromkeys(p.strip() for p in source.what.split(",") if p.strip()))
        self._may_join = source.options.get("join") is True
        self._rooms: dict[str, Room] = {}
        self._names: Recent[tuple[str, str], str] = Recent(MOST_NAMES)
        self.wanted: tuple[str, ...] = ()
        self.missing: tuple[str, ...] = ()

    def __getitem__(self, room_id: str) -> Room:
        return self._rooms.get(room_id) or Room(room_id)

    @property
    def filtered(self) -> tuple[str, ...]:
        """The rooms a sync is limited to; none: all that are joined."""
        return self.wanted if self._asked else ()

    def hears(self, room_id: str) -> bool:
        """Whether what is said in a room is listened to."""
        return not self._asked or room_id in self.wanted

    def joined(self) -> tuple[str, ...]:
        """Return the ids of every room the account is in."""
        return tuple(self._rooms)

    async def look(self) -> str:
        """Learn which rooms there are and what they are, and return the server's token for now.

        Raises:
            SourceError: the server refuses us, or none of the rooms asked for can be read.
        """
        news = await self._list()
        self.missing = ()
        if not self._asked:
            if not self._rooms:
                raise SourceError(SourceState.BLOCKED, _no_room(await self._server.me()))
            return news.next_batch
        found: list[str] = []
        missing: list[str] = []
        entered = False
        for asked in self._asked:
            room_id = await self._id_of(asked)
            if room_id not in self._rooms and self._may_join:
                room_id = await self._join(asked)
                entered = entered or bool(room_id)
            if room_id and (room_id in self._rooms or self._may_join):
                found.append(room_id)
            else:
                missing.append(asked)
        if entered:
            news = await self._list()
        self.wanted, self.missing = tuple(dict.fromkeys(found)), tuple(missing)
        if not self.wanted:
            raise SourceError(SourceState.BLOCKED, _nowhere(missing, await self._server.me()))
        return news.next_batch

    def asks_for(self, invited: Mapping[str, Iterable[str]]) -> bool:
        """Whether one of the rooms we were invited to was asked for and is not heard yet."""
        named = {name for room_id, aliases in invited.items() for name in (room_id, *aliases)}
        return self._may_join and bool(named & set(self.missing))

    def learn(self, news: News) -> None:
        """Note what an answer tells of its rooms."""
        for room in news.rooms:
            self._learn_room(room)
        for room_id in news.left:
            self._rooms.pop(room_id, None)
        if news.direct is not None:
            for known in self._rooms.values():
                known.direct = known.room_id in news.direct
        if not self._asked:
            self.wanted = tuple(self._rooms)

    def learn_members(self, room_id: str, state: Iterable[Mapping[str, object]]) -> None:
        """Note how people were called when older words were said, where nothing newer is known."""
        for event in state:
            user = _text(event.get("state_key"))
            if event.get("type") == "m.room.member" and (room_id, user) not in self._names:
                self._learn_event(self[room_id], event)

    async def name_of(self, room_id: str, user: str) -> str:
        """Return how a user is called in a room: as told with an answer, else by the profile.

        Raises:
            SourceError: the server could not be asked, or asks us to wait.
        """
        known = self._names.get((room_id, user))
        if known is None:
            profile = await self._server.lookup(f"/profile/{segment(user)}")
            known = _text((profile or {}).get("displayname"))
            self._names.put((room_id, user), known)
        return known

    def unreadable(self) -> tuple[str, ...]:
        """Return the rooms that are listened to in vain: missing ones, and encrypted ones."""
        sealed = [room for room in self.wanted if self[room].encrypted]
        return (*self.missing, *sealed)

    def why_unreadable(self) -> Sentence:
        """Say which rooms cannot be read, and what can be done."""
        sealed = [self[room].title for room in self.wanted if self[room].encrypted]
        if not self.missing:
            return Sentence(
                "hubbub cannot read encrypted rooms, so what is said in {rooms} is not heard. "
                "Read them in a Matrix app, or open a room without encryption for the public.",
                {"rooms": _listed(sealed)},
            )
        if not sealed:
            return Sentence(
                "This account is not in {rooms}, so what is said there is not heard. Invite it, "
                "or set join = true for this source where anybody may join.",
                {"rooms": _listed(self.missing)},
            )
        return Sentence(
            "Not heard: {rooms}, where this account is not a member, and the encrypted {sealed}, "
            "which hubbub cannot read. Everything else is heard.",
            {"rooms": _listed(self.missing), "sealed": _listed(sealed)},
        )

    async def _list(self) -> News:
        # Synapse answers the very same question out of its memory for two minutes; how long to
        # wait does not matter here, and makes it another question.
        params: dict[str, str | int] = {
            "filter": look_filter(),
            "timeout": secrets.randbelow(10_000),
            "set_presence": "offline",
        }
        asked = self._server.ask("/sync", params, timeout=LOOK_SECONDS, cap=CAP)
        news = read_news(await asked)
        if news is None:
            raise self._server.misunderstood()
        self._rooms = {room.room_id: self[room.room_id] for room in news.rooms}
        self.learn(news)
        return news

    async def _id_of(self, asked: str) -> str:
        """Return the id of a room as asked for, empty where no such room is known."""
        if asked.startswith("!"):
            return asked
        if not asked.startswith("#") or ":" not in asked:
            raise SourceError(
                SourceState.FAILING,
                Sentence(
                    "{room} is no room hubbub can find. Write its address as #name:server; it "
                    "stands in the room's settings.",
                    {"room": clean_line(asked, 80)},
                ),
            )
        here = next((one.room_id for one in self._rooms.values() if one.alias == asked), "")
        if here:
            return here
        found = await self._server.lookup(f"/directory/room/{segment(asked)}")
        return _text((found or {}).get("room_id"))

    async def _join(self, asked: str) -> str:
        try:
            return await self._server.join(asked)
        except RefusedError as error:
            if error.absent:
                return ""
            raise

    def _learn_room(self, news: RoomNews) -> None:
        room = self._rooms.setdefault(news.room_id, Room(news.room_id))
        if news.members is not None:
            room.members = news.members
        self._learn_state(news.room_id, news.state)
        self._learn_state(news.room_id, news.events)

    def _learn_state(self, room_id: str, state: Iterable[object]) -> None:
        room = self[room_id]
        for event in state:
            if isinstance(event, dict) and isinstance(event.get("state_key"), str):
                self._learn_event(room, event)

    def _learn_event(self, room: Room, event: Mapping[str, object]) -> None:
        content = event.get("content")
        content = content if isinstance(content, dict) else {}
        match event.get("type"):
            case "m.room.member":
                user = event.get("state_key")
                if is_user(user) and "membership" in content:
                    self._names.put((room.room_id, str(user)), _text(content.get("displayname")))
            case "m.room.name":
                room.name = clean_line(content.get("name"), 80)
            case "m.room.canonical_alias":
                room.alias = clean_line(content.get("alias"), 120)
            case "m.room.join_rules":
                room.public = content.get("join_rule") == "public"
            case "m.room.encryption":
                # It can never be switched off again, only lost from a redacted event.
                room.encrypted = True


def _nowhere(missing: Iterable[str], user: str) -> Sentence:
    return Sentence(
        "{user} is in none of these rooms: {rooms}. Invite it there, or set join = true for this "
        "source where anybody may join. Nothing is heard until then.",
        {"user": user, "rooms": _listed(missing)},
    )


def _no_room(user: str) -> Sentence:
    return Sentence(
        "{user} is in no room yet. Invite it into the rooms to listen to, or name them as what and "
        "set join = true for this source. Nothing is heard until then.",
        {"user": user},
    )


def _listed(rooms: Iterable[str]) -> str:
    named = [clean_line(room, 80) for room in rooms]
    shown = ", ".join(named[:_SHOWN])
    return f"{shown} +{len(named) - _SHOWN}" if len(named) > _SHOWN else shown


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
