"""A small Pinterest on loopback: the pins of one account, and their counts.

async with FakePinterest() as server:
    pin = server.pin("A boat", comments=3)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.fake.http_server import FakeServer, Reply, Request, json_reply
from tests.fake.listening import START

TOKEN = "pinterest-token"


@dataclass
class Pin:
    """One pin."""

    id: str
    text: str
    at: int
    comments: int

    @property
    def record(self) -> dict[str, Any]:
        """It as the API shows it."""
        made = datetime.fromtimestamp(self.at, UTC)
        return {
            "id": self.id,
            "title": "A boat",
            "description": self.text,
            "link": "https://kerlann.example/",
            "created_at": made.strftime("%Y-%m-%dT%H:%M:%S"),
            "board_owner": {"username": "kerlann"},
            "is_owner": True,
            "pin_metrics": {
                "90d": {"pin_click": 7},
                "lifetime_metrics": {"comment": self.comments, "reaction": 10, "save": 2},
            },
        }


class FakePinterest(FakeServer):
    """The server; ``size`` pins a page, whatever is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.pins: list[Pin] = []
        self.now = START
        self.size = 250

    def pin(self, text: str, comments: int = 0) -> Pin:
        """Make a pin."""
        self.now += 60
        made = Pin(str(10**15 + len(self.pins)), text, self.now, comments)
        self.pins.append(made)
        return made

    def _reply(self, request: Request) -> Reply:
        if request.path in self._scripts:
            return super()._reply(request)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return json_reply({"code": 2, "message": "Authentication failed."}, 401)
        start = int(request.one("bookmark", "0"))
        shown = self.pins[::-1][start : start + self.size]
        following = str(start + self.size) if start + self.size < len(self.pins) else None
        return json_reply({"items": [pin.record for pin in shown], "bookmark": following})
