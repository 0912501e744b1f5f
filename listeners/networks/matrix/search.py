"""A server's own search of what was said in its rooms: the past of wide rooms without reading all.

Wire format: spec.matrix.org, client-server API, "Server Side Search". Not every server has one;
none can search encrypted rooms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from listeners.model import BadRecord, Micros, Post
from listeners.networks.matrix.event import (
    Message,
    UnreadableError,
    bad_record,
    read_event,
    time_of,
)
from listeners.networks.matrix.harvest import Harvester
from listeners.networks.matrix.rooms import Rooms
from listeners.networks.matrix.server import MatrixServer, RefusedError
from listeners.networks.past import PastPage

PER_PAGE = 50


class Search:
    """Searches rooms of one account."""

    def __init__(self, server: MatrixServer, rooms: Rooms, harvester: Harvester) -> None:
        self._server = server
        self._rooms = rooms
        self._harvester = harvester

    async def is_offered(self, rooms: Sequence[str], words: str) -> bool:
        """Whether the server searches for us.

        Raises:
            SourceError: it could not be asked, refuses the token, or asks us to wait.
        """
        try:
            return await self._ask(rooms, words, "", 1) is not None
        except RefusedError as error:
            if error.absent or error.status in (400, 405):
                return False
            raise

    async def page(self, rooms: Sequence[str], words: str, position: str) -> PastPage | None:
        """Return a page of hits, newest first, from a position on (empty: the beginning).

        Raises:
            SourceError: the server could not be asked, or understood.
        """
        found = await self._ask(rooms, words, position, PER_PAGE)
        hits = found.get("results") if found is not None else None
        if found is None or not isinstance(hits, list):
            raise self._server.misunderstood()
        posts: dict[str, Post] = {}
        bad: list[BadRecord] = []
        times: list[Micros] = []
        for hit in hits:
            record = _table(hit).get("result")
            at = time_of(_table(record).get("origin_server_ts"))
            times += [] if at is None else [at]
            try:
                event = read_event(record)
            except UnreadableError as fault:
                bad.append(bad_record(record, fault))
                continue
            room_id = _table(record).get("room_id")
            if isinstance(event, Message) and isinstance(room_id, str) and room_id in rooms:
                self._learn_names(room_id, hit)
                post = await self._post(room_id, event)
                if post is not None:
                    posts[post.native_id] = post
        below = found.get("next_batch")
        return PastPage(
            posts=tuple(posts.values()),
            bad=tuple(bad),
            fetched=len(hits),
            below=below if isinstance(below, str) and below and hits else None,
            oldest=min(times, default=None),
        )

    async def _post(self, room_id: str, message: Message) -> Post | None:
        """Return a hit as a post; an edit is found too, and stands for what it changed."""
        if message.replaces:
            original = await self._harvester.look_up(room_id, message.replaces)
            if not isinstance(original, Message) or original.sender != message.sender:
                return None
            message = original
        root = message.thread or message.answers or None
        return await self._harvester.around(room_id, message, root)

    def _learn_names(self, room_id: str, hit: object) -> None:
        people = _table(_table(_table(hit).get("context")).get("profile_info"))
        self._rooms.learn_members(
            room_id,
            [
                {
                    "type": "m.room.member",
                    "state_key": user,
                    "content": {
                        "membership": "join",
                        "displayname": _table(profile).get("displayname"),
                    },
                }
                for user, profile in people.items()
            ],
        )

    async def _ask(
        self, rooms: Sequence[str], words: str, position: str, limit: int
    ) -> Mapping[str, object] | None:
        wanted = {
            "search_term": words,
            "keys": ["content.body"],
            "order_by": "recent",
            "filter": {"rooms": list(rooms), "types": ["m.room.message"], "limit": limit},
            "event_context": {"before_limit": 0, "after_limit": 0, "include_profile": True},
        }
        place = {"next_batch": position} if position else None
        answer = await self._server.post(
            "/search", {"search_categories": {"room_events": wanted}}, place
        )
        found = _table(answer.get("search_categories")).get("room_events")
        return found if isinstance(found, dict) else None


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
