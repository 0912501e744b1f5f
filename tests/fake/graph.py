"""What the scripted Facebook, Instagram and Threads share: a key, pages, refusals, usage.

Each is a small network on loopback with made-up people. Its addresses of next pages hold the key,
as the real ones do: nothing of that may be kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from tests.fake.http_server import FakeServer, Reply, Request, json_reply

Record = dict[str, Any]

START = 1_800_000_000
KEY = "EAAmadeup"


class FakeGraph(FakeServer):
    """The server. ``now`` is the second new things carry; it moves by ``step`` with each.

    ``denied`` are edges this key may not read; ``headers`` go out with every answer.
    """

    def __init__(self) -> None:
        super().__init__()
        self.key = KEY
        self.now = START
        self.step = 60
        self.ids = 1000
        self.denied: set[str] = set()
        self.headers: dict[str, str] = {}

    def tick(self) -> tuple[str, str]:
        """Let time pass; return a new id and the time as the API writes it."""
        self.now += self.step
        self.ids += 1
        return str(self.ids), iso(self.now)

    def _reply(self, request: Request) -> Reply:
        if request.path in self._scripts:
            return super()._reply(request)
        reply = self.answer(request)
        return Reply(reply.status, reply.body, {**self.headers, **reply.headers})

    def answer(self, request: Request) -> Reply:
        """Answer as Meta does."""
        if request.headers.get("authorization") not in self.bearers():
            return refusal(190, "Error validating access token: Session has expired", 463)
        path = request.path.strip("/")
        if path.rpartition("/")[2] in self.denied:
            return refusal(10, "(#10) This endpoint requires the 'x_read' permission")
        return self.answered(request, path)

    def bearers(self) -> Iterable[str]:
        """Return the headers that open this network."""
        return [f"Bearer {self.key}"]

    def answered(self, request: Request, path: str) -> Reply:
        """Answer a question with a good key."""
        raise NotImplementedError

    def page(self, request: Request, records: Sequence[Record]) -> Reply:
        """Return a page of these records."""
        most = int(request.one("limit", "25"))
        return json_reply(self.cut(records, most, request.one("after"), request.path))

    def cut(self, records: Sequence[Record], most: int, after: str, path: str) -> Record:
        """Return some of these records, and how to come to the next ones."""
        start = int(after.removeprefix("c") or 0)
        page: Record = {"data": list(records[start : start + most])}
        if start + most < len(records) and most:
            cursor = f"c{start + most}"
            page["paging"] = {
                "cursors": {"before": "x", "after": cursor},
                "next": f"https://graph.example{path}?access_token={self.key}&after={cursor}",
            }
        return page


def form_of(request: Request) -> dict[str, str]:
    """Return the form of a request."""
    return {name: found[0] for name, found in parse_qs(request.body.decode()).items()}


def iso(second: int) -> str:
    """A time as Meta writes it."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def refusal(code: int, said: str, subcode: int = 0, status: int = 400, **more: Any) -> Reply:
    """An answer that is no."""
    error: Record = {"message": said, "type": "OAuthException", "code": code, "fbtrace_id": "A1"}
    if subcode:
        error["error_subcode"] = subcode
    return json_reply({"error": {**error, **more}}, status)


def gone(native_id: str) -> Reply:
    """The answer about what is not there."""
    said = f"Unsupported get request. Object with ID '{native_id}' does not exist"
    return refusal(100, said, 33)
