"""A Jetstream on loopback: replays its events from the cursor, filters, forgets, breaks off.

    async with FakeJetstream([post("did:plc:a", "1", "hello", at)]) as server:
        source = SourceConfig(network="bluesky", base_url=server.url)

Events are v1 objects; ``protocol="v2"`` serves them in v2's envelopes with ``seq`` from 1.
``floor`` is the oldest time still kept: older cursors are clamped on v1 and refused on v2.
Scenes given before are played first, one a connection; then it serves.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any

from websockets.asyncio.server import ServerConnection

from listeners.clock import to_iso
from listeners.model import Micros
from tests.fake.socket_server import Act, Close, FakeSockets, Met, Refuse, Reset, Scene, Stay, end

V1 = "/subscribe"
V2 = "/xrpc/network.bsky.jetstream.subscribeEvents"
POST = "app.bsky.feed.post"

Event = dict[str, Any]


class FakeJetstream(FakeSockets):
    """The server."""

    def __init__(
        self,
        events: Iterable[Event] = (),
        *scenes: Scene,
        protocol: str = "v1",
        floor: int = 0,
        ending: Close | Reset | Stay | None = None,
    ) -> None:
        super().__init__(*scenes, self.serve)
        self.events = list(events)
        self.floor = floor
        self._v2 = protocol == "v2"
        self._ending = ending or Stay()
        self._more = asyncio.Condition()
        self._over = False

    async def say(self, *events: Event) -> None:
        """Let something happen: everyone who listens hears it."""
        async with self._more:
            self.events.extend(events)
            self._more.notify_all()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over = True
        await self.say()
        await super().__aexit__(kind, error, trace)

    def refuse(self, met: Met) -> Refuse | None:
        """404 for the other protocol's path, 400 for a number that is no longer kept."""
        if met.path != (V2 if self._v2 else V1):
            return Refuse(404)
        cursor = int(met.query.get("cursor", ["0"])[0])
        kept = next((n for n, e in enumerate(self.events, 1) if e["time_us"] >= self.floor), 1)
        if self._v2 and 0 < cursor < kept and cursor < 10**15:
            body = {"error": "CursorTooOld", "message": f"cursor is below the floor {kept}"}
            return Refuse(400, {"content-type": "application/json"}, json.dumps(body).encode())
        return None

    async def serve(self, connection: ServerConnection, met: Met) -> None:
        """Replay from the cursor, then as told by ``ending``; ``Stay`` goes on live."""
        await self._serve(connection, met, None)

    def cut(self, after: int, how: Close | Reset | Stay) -> Act:
        """Return a scene that serves so many events and then ends."""

        async def act(connection: ServerConnection, met: Met) -> None:
            await self._serve(connection, met, after)
            await end(connection, how, self.heard)

        return act

    async def _serve(self, connection: ServerConnection, met: Met, most: int | None) -> None:
        cursor = int(met.query["cursor"][0]) if "cursor" in met.query else None
        wanted = met.query.get("dids" if self._v2 else "wantedDids")
        if self._v2 and cursor is not None and 10**15 <= cursor < self.floor:
            info = {"$type": "network.bsky.jetstream.subscribeEvents#info",
                    "name": "OutdatedCursor"}  # fmt: skip
            await connection.send(json.dumps({"$type": "message", "payload": info}))
        number = 0 if cursor is not None else len(self.events)
        sent = 0
        while most is None or sent < most:
            while number < len(self.events) and (most is None or sent < most):
                number += 1
                event = self.events[number - 1]
                place = number if cursor is not None and cursor < 10**15 else event["time_us"]
                if place < (cursor or 0) or event["time_us"] < self.floor:
                    continue
                if wanted is None or event["did"] in wanted:
                    await connection.send(json.dumps(self._framed(event, number)))
                    sent += 1
            if most is not None:
                return
            if not isinstance(self._ending, Stay):
                await end(connection, self._ending, self.heard)
                return
            async with self._more:
                while number == len(self.events) and not self._over:
                    await self._more.wait()
                if self._over:
                    return

    def _framed(self, event: Event, number: int) -> Event:
        if not self._v2:
            return event
        kind = event["kind"]
        payload = {
            "$type": f"network.bsky.jetstream.subscribeEvents#{kind}",
            "seq": number,
            "did": event["did"],
            "time": to_iso(Micros(event["time_us"])),
        }
        payload.update(event["commit"] if kind == "commit" else {kind: event[kind]})
        return {"$type": "message", "payload": payload}


def commit(did: str, at: int, operation: str, rkey: str, **more: object) -> Event:
    """A commit event as v1 sends it."""
    body: Event = {"rev": "3k", "operation": operation, "collection": POST, "rkey": rkey}
    return {"did": did, "time_us": at, "kind": "commit", "commit": {**body, **more}}


def record(text: str, at: int, **fields: object) -> Event:
    """A post record."""
    created = to_iso(Micros(at))[:23] + "Z"
    return {"$type": POST, "text": text, "createdAt": created, **fields}


def post(did: str, rkey: str, text: str, at: int, **fields: object) -> Event:
    """The creation of a post."""
    return commit(did, at, "create", rkey, record=record(text, at, **fields), cid="bafy" + rkey)


def delete(did: str, rkey: str, at: int) -> Event:
    """The deletion of a post: names author and key alone."""
    return commit(did, at, "delete", rkey)


def account(did: str, at: int, status: str = "", *, active: bool = False) -> Event:
    """A change of an account."""
    said: Mapping[str, object] = {"active": active, "did": did, "seq": 1, "time": ""}
    status_ = {"status": status} if status else {}
    return {"did": did, "time_us": at, "kind": "account", "account": {**said, **status_}}


def uri(did: str, rkey: str) -> str:
    """The address of a post."""
    return f"at://{did}/{POST}/{rkey}"


def reply_to(parent: str, root: str = "") -> Event:
    """The fields of a reply."""
    return {"reply": {"parent": {"uri": parent, "cid": "b"},
                      "root": {"uri": root or parent, "cid": "b"}}}  # fmt: skip
