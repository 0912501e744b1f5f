"""A Nostr relay on loopback, and authors who sign: asks, pages, subscriptions, refusals.

    ana = Writer(1)
    async with FakeRelay([ana.note("hello #kerlann")]) as relay:
        source = SourceConfig(network="nostr", base_url=relay.url)

Scenes given are played first, one a connection; then it serves what it has. ``most`` is how many
events it gives to one question; ``closes`` are the words with which it ends every subscription. A
``strict`` one leaves out the second that ``until`` names, as some do.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from listeners.networks.nostr import signature as curve
from listeners.networks.nostr.key import npub_of
from tests.fake.socket_server import FakeSockets, Met, Refuse, Scene

Event = dict[str, Any]
NOW = 1_790_000_000
"""The second at which most made-up notes are written."""


class Writer:
    """Somebody with a key: ``number`` is the secret one, and small."""

    def __init__(self, number: int) -> None:
        point = curve._affine(curve._sum_of_products(number, curve._BASE, 0, curve._BASE))
        self._secret = number if point[1] % 2 == 0 else curve._ORDER - number
        self._key = point[0].to_bytes(32, "big")
        self.key = self._key.hex()
        self.npub = npub_of(self.key)

    def event(
        self, kind: int, content: str, tags: Iterable[list[str]] = (), at: int = NOW
    ) -> Event:
        """A signed event."""
        made = {"pubkey": self.key, "created_at": at, "kind": kind, "tags": list(tags),
                "content": content}  # fmt: skip
        said = [0, self.key, at, kind, made["tags"], content]
        written = json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()
        digest = hashlib.sha256(written).digest()
        return {"id": digest.hex(), **made, "sig": self._signed(digest).hex()}

    def note(self, content: str, *tags: list[str], at: int = NOW) -> Event:
        """A note; its ``#words`` become tags, as clients do."""
        words = [word[1:].strip(".,!?").lower() for word in content.split() if word[0] == "#"]
        return self.event(1, content, [*tags, *(["t", word] for word in words)], at)

    def delete(self, event: Event, at: int = NOW) -> Event:
        """Ask for an event to be deleted, rightly or not."""
        return self.event(5, "", [["e", event["id"]]], at)

    def _signed(self, digest: bytes) -> bytes:
        nonce = int.from_bytes(hashlib.sha256(self._key + digest).digest(), "big") % curve._ORDER
        point = curve._affine(curve._sum_of_products(nonce, curve._BASE, 0, curve._BASE))
        nonce = nonce if point[1] % 2 == 0 else curve._ORDER - nonce
        start = point[0].to_bytes(32, "big")
        said = hashlib.sha256(curve._TAG + start + self._key + digest).digest()
        challenge = int.from_bytes(said, "big") % curve._ORDER
        return start + ((nonce + challenge * self._secret) % curve._ORDER).to_bytes(32, "big")


def reply_to(event: Event, root: Event | None = None) -> list[list[str]]:
    """The tags of an answer, marked as NIP-10 says."""
    first = root or event
    tags = [["e", first["id"], "", "root", first["pubkey"]]]
    if root is not None:
        tags.append(["e", event["id"], "", "reply", event["pubkey"]])
    return [*tags, ["p", event["pubkey"]]]


class FakeRelay(FakeSockets):
    """The relay."""

    def __init__(
        self,
        events: Iterable[Event] = (),
        *scenes: Scene,
        most: int = 500,
        searches: bool = False,
        closes: str = "",
        endless: bool = False,
        strict: bool = False,
        about: bytes | None = None,
    ) -> None:
        super().__init__(*scenes, self.serve)
        self.events = list(events)
        self.asked: list[Event] = []
        self.closes = closes
        self._most = most
        self._endless = endless
        self._strict = strict
        nips = [1, 11, 50] if searches else [1, 11]
        document = {"supported_nips": nips, "limitation": {"max_limit": most}}
        self._about = json.dumps(document).encode() if about is None else about
        self._more = asyncio.Condition()
        self._over = False

    async def say(self, *events: Event) -> None:
        """Let something be written: everyone subscribed to such things hears it."""
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
        """Tell what the relay is, where that is asked (NIP-11)."""
        if "nostr+json" not in met.headers.get("accept", ""):
            return None
        self.met.remove(met)
        return Refuse(200, {"content-type": "application/nostr+json"}, self._about)

    async def serve(self, connection: ServerConnection, met: Met) -> None:
        """Answer questions, newest first, and go on telling."""
        subscriptions: dict[str, tuple[list[Event], int]] = {}
        telling = asyncio.ensure_future(self._tell(connection, subscriptions))
        try:
            async for message in connection:
                kind, name, *filters = json.loads(message)
                if kind == "CLOSE":
                    subscriptions.pop(name, None)
                    continue
                self.asked.extend(filters)
                if self.closes:
                    await connection.send(json.dumps(["CLOSED", name, self.closes]))
                    continue
                subscriptions.pop(name, None)
                if not self._endless:
                    # What is written while the answer is on its way comes beside it.
                    subscriptions[name] = (filters, len(self.events))
                for event in self._stored(filters):
                    await connection.send(json.dumps(["EVENT", name, event]))
                if self._endless:
                    continue
                await connection.send(json.dumps(["EOSE", name]))
        finally:
            telling.cancel()

    def _stored(self, filters: Iterable[Event]) -> list[Event]:
        found: dict[str, Event] = {}
        for asked in filters:
            top = {"until": asked["until"] - 1} if self._strict and "until" in asked else {}
            fit = [event for event in self.events if matches({**asked, **top}, event)]
            fit.sort(key=lambda event: (-event["created_at"], event["id"]))
            for event in fit[: min(asked.get("limit", self._most), self._most)]:
                found[event["id"]] = event
        return list(found.values())

    async def _tell(
        self, connection: ServerConnection, subscriptions: dict[str, tuple[list[Event], int]]
    ) -> None:
        told = len(self.events)
        with suppress(ConnectionClosed):
            while not self._over:
                async with self._more:
                    while told == len(self.events) and not self._over:
                        await self._more.wait()
                for event in self.events[told:]:
                    told += 1
                    for name, (filters, stored) in list(subscriptions.items()):
                        if told > stored and any(matches(each, event) for each in filters):
                            await connection.send(json.dumps(["EVENT", name, event]))


def matches(asked: Mapping[str, Any], event: Event) -> bool:
    """Whether an event fits a filter (NIP-01, and words by NIP-50)."""
    for name, wanted in asked.items():
        if name.startswith("#"):
            values = {tag[1] for tag in event["tags"] if len(tag) > 1 and tag[0] == name[1:]}
            if values.isdisjoint(wanted):
                return False
        elif name == "search" and wanted.strip('"').lower() not in event["content"].lower():
            return False
    return (
        event["id"] in asked.get("ids", [event["id"]])
        and event["pubkey"] in asked.get("authors", [event["pubkey"]])
        and event["kind"] in asked.get("kinds", [event["kind"]])
        and asked.get("since", 0) <= event["created_at"] <= asked.get("until", 2**43)
    )
