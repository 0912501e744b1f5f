"""A program that speaks Jetstream's wire format on loopback: posts at a rate set on its input.

``python -m tests.bench.firehose`` prints its port, then ``connected``; a number on its standard
input sets the posts a second, ``count`` asks how many were sent. It ends with its input.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed


class Firehose:
    """The state of the program: how fast, and how many so far."""

    def __init__(self) -> None:
        self.rate = 0.0
        self.sent = 0
        self.connected = False

    async def serve(self, socket: ServerConnection) -> None:
        """Send to one listener until it leaves."""
        with contextlib.suppress(ConnectionClosed):
            await self._flow(socket)

    async def _flow(self, socket: ServerConnection) -> None:
        if not self.connected:
            self.connected = True
            print("connected", flush=True)
        last, owed = time.monotonic(), 0.0
        while True:
            await asyncio.sleep(0.02)
            now = time.monotonic()
            owed += (now - last) * self.rate
            last = now
            if not self.rate:
                await socket.send(self._heartbeat())
            while owed >= 1:
                owed -= 1
                await socket.send(self._post())

    def _post(self) -> str:
        self.sent += 1
        record = {
            "$type": "app.bsky.feed.post",
            "createdAt": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
            "langs": ["en"],
            "text": f"Lune again, number {self.sent}: I really like what they do.",
        }
        commit = {
            "rev": f"r{self.sent}",
            "operation": "create",
            "collection": "app.bsky.feed.post",
            "rkey": f"3m{self.sent:011}",
            "cid": f"bafy{self.sent}",
            "record": record,
        }
        return json.dumps(
            {
                "did": f"did:plc:author{self.sent % 200}",
                "time_us": time.time_ns() // 1000,
                "kind": "commit",
                "commit": commit,
            }
        )

    def _heartbeat(self) -> str:
        did = "did:plc:somebody"
        now = time.time_ns() // 1000
        identity = {"did": did, "seq": now, "time": "2026-01-01T00:00:00Z"}
        return json.dumps({"did": did, "time_us": now, "kind": "identity", "identity": identity})


async def main() -> None:
    """Serve until the input ends."""
    firehose = Firehose()
    async with serve(firehose.serve, "127.0.0.1", 0) as server:
        print(next(iter(server.sockets)).getsockname()[1], flush=True)
        while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
            if line == "count":
                print(firehose.sent, flush=True)
            else:
                firehose.rate = float(line)


if __name__ == "__main__":
    asyncio.run(main())
