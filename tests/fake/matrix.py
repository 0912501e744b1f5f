"""A small Matrix homeserver on loopback, with made-up people, that syncs as a real one does.

    async with FakeMatrix() as server:
        room = server.room("#help:hs.example")
        first = server.say(room, "is Kerlann down?")
        server.say(room, "yes", by="@ben:hs.example", answers=first)

Faults are scripted with ``on``; ``server.answer`` is the ordinary reply that may follow them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

from listeners.model import SECOND, Micros
from tests.fake.http_server import FakeServer, Reply, Request, head, json_reply

Record = dict[str, Any]

START = Micros(1_800_000_000 * SECOND)
ME = "@hubbub:hs.example"
ANA = "@ana:hs.example"
BEN = "@ben:hs.example"
API = "/_matrix/client/v3"
SYNC = f"{API}/sync"


class FakeMatrix(FakeServer):
    """The server. ``now`` is the time new events carry; it moves a second with each.

    ``sync_limit`` and ``page_size`` cap what one answer holds; ``heeds_to`` says whether paging
    back stops at a token; ``tells_keys`` whether our device is told its transaction ids.
    ``searches`` whether the server has a search of its own. ``stale_look`` is the token that an
    answer about the rooms alone gives, as out of a cache.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.token = "s3cret"
        self.rooms: dict[str, Record] = {}
        self.names = {ANA: "Ana", BEN: "Ben"}
        self.direct: dict[str, list[str]] = {}
        self.invited: set[str] = set()
        self.left: set[str] = set()
        self.sync_limit = 50
        self.page_size = 100
        self.heeds_to = True
        self.tells_keys = True
        self.lost_tokens: set[str] = set()
        self.stale_look = ""
        self.searches = False
        self._sent: dict[str, str] = {}
        self._last = 0
        self._stirred = asyncio.Event()

    # --- what happens there --------------------------------------------------------------------

    def room(
        self,
        alias: str = "",
        *,
        members: int = 9,
        public: bool = True,
        encrypted: bool = False,
        joined: bool = True,
    ) -> str:
        """Open a room and return its id."""
        room_id = f"!room{len(self.rooms)}:hs.example"
        state: list[Record] = [
            self._state("m.room.join_rules", {"join_rule": "public" if public else "invite"})
        ]
        if alias:
            state.append(self._state("m.room.canonical_alias", {"alias": alias}))
        if encrypted:
            state.append(self._state("m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"}))
        self.rooms[room_id] = {
            "alias": alias,
            "state": state,
            "events": [],
            "members": members,
            "joined": joined,
            "public": public,
        }
        return room_id

    def event(self, kind: str, content: Record, by: str = ANA, **more: object) -> Record:
        """An event that is in no room yet."""
        self._last += 1
        self.now = Micros(self.now + SECOND)
        return {
            "event_id": f"$event{self._last}",
            "type": kind,
            "sender": by,
            "origin_server_ts": self.now // 1000,
            "content": content,
            "order": self._last,
            **more,
        }

    def put_in(self, room_id: str, event: Record) -> Record:
        """Let an event happen in a room."""
        self.rooms[room_id]["events"].append(event)
        self._stirred.set()
        return event

    def say(
        self,
        room_id: str,
        text: str,
        by: str = ANA,
        *,
        answers: Record | None = None,
        thread: Record | None = None,
        falls_back: bool = False,
        **content: object,
    ) -> Record:
        """Say something in a room."""
        relation: Record = {}
        if thread is not None:
            relation |= {"rel_type": "m.thread", "event_id": thread["event_id"]}
            relation |= {"is_falling_back": falls_back}
        if answers is not None:
            relation |= {"m.in_reply_to": {"event_id": answers["event_id"]}}
        body: Record = {"msgtype": "m.text", "body": text, **content}
        if relation:
            body["m.relates_to"] = relation
        return self.put_in(room_id, self.event("m.room.message", body, by))

    def edit(self, room_id: str, event: Record, text: str, by: str | None = None) -> Record:
        """Give a message other words."""
        content = {
            "msgtype": "m.text",
            "body": f"* {text}",
            "m.new_content": {"msgtype": "m.text", "body": text},
            "m.relates_to": {"rel_type": "m.replace", "event_id": event["event_id"]},
        }
        edit = self.event("m.room.message", content, by or event["sender"])
        if edit["sender"] == event["sender"]:
            event.setdefault("unsigned", {})["m.relations"] = {"m.replace": edit}
        return self.put_in(room_id, edit)

    def redact(self, room_id: str, event: Record, *, newer: bool = True) -> Record:
        """Take a message back; ``newer``: said as in room version 11."""
        name = event["event_id"]
        redaction = (
            self.event("m.room.redaction", {"redacts": name})
            if newer
            else self.event("m.room.redaction", {}, redacts=name)
        )
        event["content"] = {}
        kept = {k: v for k, v in event.get("unsigned", {}).items() if k == "transaction_id"}
        event["unsigned"] = {**kept, "redacted_because": redaction}
        return self.put_in(room_id, redaction)

    # --- how it answers ------------------------------------------------------------------------

    def answer(self, request: Request) -> Reply:
        """The ordinary answer of the server."""
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return refusal(401, "M_UNKNOWN_TOKEN", "Invalid access token passed.")
        parts = request.path.removeprefix("/_matrix/client/").split("/")[1:]
        match parts:
            case ["account", "whoami"]:
                return json_reply({"user_id": ME, "device_id": "HUB"})
            case ["sync"]:
                return self._sync(request)
            case ["profile", user]:
                found = {"displayname": self.names[user]} if user in self.names else {}
                return json_reply(found)
            case ["search"] if self.searches:
                return self._search(request)
            case ["directory", "room", alias]:
                return self._directory(alias)
            case ["join", name]:
                return self._join(name)
            case ["rooms", room_id, *rest] if self._is_in(room_id):
                return self._in_room(request, room_id, rest)
            case ["rooms", *_]:
                return refusal(403, "M_FORBIDDEN", "You are not in this room.")
        return refusal(404, "M_UNRECOGNIZED", "Unrecognized request")

    def _reply(self, request: Request) -> Reply:
        if request.path in self._scripts:
            return super()._reply(request)
        return self.answer(request)

    def _is_in(self, room_id: str) -> bool:
        return room_id in self.rooms and self.rooms[room_id]["joined"] is True

    def _in_room(self, request: Request, room_id: str, rest: list[str]) -> Reply:
        events = self.rooms[room_id]["events"]
        match rest:
            case ["messages"]:
                return self._messages(request, room_id)
            case ["event", name]:
                found = next((e for e in events if e["event_id"] == name), None)
                return json_reply(self._seen(found)) if found else not_found()
            case ["state", kind]:
                state = self.rooms[room_id]["state"]
                found = next((e for e in state if e["type"] == kind), None)
                return json_reply(found["content"]) if found else not_found()
            case ["relations", root, "m.thread"]:
                chunk = [e for e in events if thread_of(e) == root]
                return json_reply({"chunk": [self._seen(e) for e in reversed(chunk)]})
            case ["send", "m.room.message", key] if request.method == "PUT":
                return self._send(room_id, key, request.json())
            case ["redact", name, key] if request.method == "PUT":
                target = next((e for e in events if e["event_id"] == name), None)
                if target is None:
                    return not_found()
                if key not in self._sent:
                    self._sent[key] = self.redact(room_id, target)["event_id"]
                return json_reply({"event_id": self._sent[key]})
        return refusal(404, "M_UNRECOGNIZED", "Unrecognized request")

    def _send(self, room_id: str, key: str, content: Any) -> Reply:
        if key not in self._sent:
            unsigned = {"transaction_id": key} if self.tells_keys else {}
            event = self.event("m.room.message", content, ME, unsigned=unsigned)
            self._sent[key] = self.put_in(room_id, event)["event_id"]
        return json_reply({"event_id": self._sent[key]})

    def _directory(self, alias: str) -> Reply:
        found = next((i for i, room in self.rooms.items() if room["alias"] == alias), None)
        return json_reply({"room_id": found, "servers": []}) if found else not_found()

    def _join(self, name: str) -> Reply:
        for room_id, room in self.rooms.items():
            if name in (room_id, room["alias"]) and (room["public"] or room_id in self.invited):
                room["joined"] = True
                self.invited.discard(room_id)
                return json_reply({"room_id": room_id})
        return refusal(403, "M_FORBIDDEN", "You are not invited to this room.")

    def _messages(self, request: Request, room_id: str) -> Reply:
        assert request.one("dir") == "b"
        asked = json.loads(request.one("filter", "{}"))
        high = order_of(request.one("from")) if request.one("from") else self._last
        low = order_of(request.one("to")) if request.one("to") and self.heeds_to else 0
        between = [
            event
            for event in self.rooms[room_id]["events"]
            if low < event["order"] <= high and allowed(event, asked)
        ]
        between.sort(key=lambda event: -event["order"])
        page = between[: min(int(request.one("limit", "10")), self.page_size)]
        body: Record = {
            "start": request.one("from"),
            "chunk": [self._seen(event) for event in page],
            "state": list(self._members(page)),
        }
        if len(between) > len(page):
            body["end"] = f"t{page[-1]['order'] - 1}"
        return json_reply(body)

    def _search(self, request: Request) -> Reply:
        asked = json.loads(request.body)["search_categories"]["room_events"]
        words = asked["search_term"].strip('"').lower()
        wanted = asked["filter"]["rooms"]
        hits = [
            {**self._seen(event), "room_id": room_id, "order": event["order"]}
            for room_id in wanted
            if self._is_in(room_id)
            for event in self.rooms[room_id]["events"]
            if words in str(event["content"].get("body", "")).lower()
        ]
        hits.sort(key=lambda event: -event["order"])
        start = int(request.one("next_batch", "0"))
        limit = min(asked["filter"]["limit"], self.page_size)
        shown = hits[start : start + limit]
        results = [
            {
                "rank": 1.0,
                "result": self._seen(event),
                "context": {"profile_info": self._profile(event["sender"])},
            }
            for event in shown
        ]
        found: Record = {"count": len(hits), "highlights": [words], "results": results}
        if len(hits) > start + limit:
            found["next_batch"] = str(start + limit)
        return json_reply({"search_categories": {"room_events": found}})

    def _profile(self, user: str) -> Record:
        return {user: {"displayname": self.names[user]}} if user in self.names else {}

    # --- sync ----------------------------------------------------------------------------------

    def _sync(self, request: Request) -> Reply:
        if request.one("since") in self.lost_tokens:
            return refusal(400, "M_UNKNOWN", "Invalid stream token")
        wait = int(request.one("timeout", "0")) / 1000
        self._stirred.clear()
        body = self._news(request)
        if not wait or not request.one("since") or body["rooms"]["join"]:
            return json_reply(body)

        async def write(writer: asyncio.StreamWriter) -> None:
            try:
                async with asyncio.timeout(wait):
                    await self._stirred.wait()
            except TimeoutError:
                pass
            said = json.dumps(self._news(request)).encode()
            lines = {"content-length": str(len(said)), "connection": "close"}
            writer.write(head(200, {**lines, "content-type": "application/json"}) + said)
            await writer.drain()

        return Reply(raw=write)

    def _news(self, request: Request) -> Record:
        asked = json.loads(request.one("filter"))["room"]
        later = bool(request.one("since"))
        since = order_of(request.one("since")) if later else 0
        joined: Record = {}
        for room_id, room in self.rooms.items():
            if not room["joined"] or room_id not in asked.get("rooms", [room_id]):
                continue
            new = [
                event
                for event in room["events"]
                if event["order"] > since and allowed(event, asked["timeline"])
            ]
            limit = min(asked["timeline"].get("limit", 10), self.sync_limit)
            shown = new[-limit:]
            if not new and later:
                continue
            joined[room_id] = {
                "timeline": {
                    "events": [self._seen(event) for event in shown],
                    "limited": len(new) > len(shown),
                    "prev_batch": f"t{shown[0]['order'] - 1}" if shown else f"t{since}",
                },
                "state": {
                    "events": [*self._members(shown), *([] if later else room["state"])],
                },
                "summary": {} if later else {"m.joined_member_count": room["members"]},
            }
        direct = {"type": "m.direct", "content": self.direct}
        invited = {
            room_id: {"invite_state": {"events": self.rooms[room_id]["state"]}}
            for room_id in self.invited
        }
        return {
            "next_batch": (not later and self.stale_look) or f"s{self._last}",
            "account_data": {"events": [direct] if self.direct and not later else []},
            "rooms": {"join": joined, "invite": invited, "leave": {one: {} for one in self.left}},
        }

    def _members(self, events: list[Record]) -> Iterator[Record]:
        for user in dict.fromkeys(event["sender"] for event in events):
            if user in self.names:
                content = {"membership": "join", "displayname": self.names[user]}
                yield self._state("m.room.member", content, user)

    def _state(self, kind: str, content: Record, key: str = "") -> Record:
        return {
            "event_id": f"$state-{kind}-{len(key)}",
            "type": kind,
            "state_key": key,
            "sender": ANA,
            "origin_server_ts": START // 1000,
            "content": content,
        }

    def _seen(self, event: Record) -> Record:
        return {name: value for name, value in event.items() if name != "order"}


def refusal(status: int, code: str, said: str = "No", **more: object) -> Reply:
    """A refusal as Matrix writes it."""
    return json_reply({"errcode": code, "error": said, **more}, status)


def not_found() -> Reply:
    """The thing is not there."""
    return refusal(404, "M_NOT_FOUND", "Not found.")


def order_of(token: str) -> int:
    """The place a token names."""
    return int(token[1:])


def thread_of(event: Record) -> str:
    """The root of the thread an event is in, empty for none."""
    relation = event["content"].get("m.relates_to", {})
    return str(relation["event_id"]) if relation.get("rel_type") == "m.thread" else ""


def allowed(event: Record, asked: Record) -> bool:
    """Whether a filter lets an event through."""
    if "*" in asked.get("not_types", ()):
        return False
    kinds, senders = asked.get("types"), asked.get("senders")
    right_kind = kinds is None or event["type"] in kinds
    return right_kind and (senders is None or event["sender"] in senders)
