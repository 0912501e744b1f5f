"""A small LinkedIn on loopback: one page, its notifications, comments, and a post that names it.

async with FakeLinkedIn() as server:
    made = server.comment("Where can I buy it?")
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from tests.fake.http_server import FakeServer, Reply, Request, json_reply, status_reply
from tests.fake.listening import START

TOKEN = "linkedin-token"
PAGE = "urn:li:organization:5637409"
POST = "urn:li:activity:6631349431612559360"
FRONT = "/organizationalEntityNotifications"


@dataclass
class Comment:
    """One comment, or an answer ``below`` another; ``post`` is one that names the page."""

    urn: str
    text: str
    at: int
    actor: str
    below: str = ""
    changed: int = 0
    is_post: bool = False

    @property
    def record(self) -> dict[str, Any]:
        """It as the comments API shows it."""
        if self.is_post:
            return {
                "id": self.urn,
                "author": self.actor,
                "commentary": self.text,
                "publishedAt": self.at * 1000,
            }
        shown: dict[str, Any] = {
            "actor": self.actor,
            "commentUrn": self.urn,
            "created": {"actor": self.actor, "time": self.at * 1000},
            "lastModified": {"time": (self.changed or self.at) * 1000},
            "message": {"text": self.text},
            "object": POST,
            "likesSummary": {"totalLikes": 5},
        }
        if self.below:
            shown["parentComment"] = self.below
        return shown


class FakeLinkedIn(FakeServer):
    """The server; notifications come newest first, ``size`` a page at most."""

    def __init__(self) -> None:
        super().__init__()
        self.comments: list[Comment] = []
        self.notices: list[dict[str, Any]] = []
        self.now = START
        self.size = 1000
        self.readable = True
        self.token = TOKEN

    def comment(
        self, text: str, *, below: str = "", actor: str = "urn:li:person:ana", action: str = ""
    ) -> Comment:
        """Comment on the page's post."""
        self.now += 60
        urn = f"urn:li:comment:({POST},{6 * 10**18 + self.now})"
        made = Comment(urn, text, self.now, actor, below)
        self.comments.append(made)
        self.tell(made, action or ("ADMIN_COMMENT" if actor == PAGE else "COMMENT"))
        return made

    def mention(self, text: str) -> Comment:
        """Write a post that names the page."""
        self.now += 60
        urn = f"urn:li:share:{7 * 10**18 + self.now}"
        made = Comment(urn, text, self.now, "urn:li:person:bob", is_post=True)
        self.comments.append(made)
        self.tell(made, "SHARE_MENTION")
        return made

    def edit(self, made: Comment, text: str) -> None:
        """Give a comment other words."""
        self.now += 3600
        made.text, made.changed = text, self.now
        self.tell(made, "COMMENT_EDIT")

    def delete(self, made: Comment) -> None:
        """Take a comment away."""
        self.now += 60
        self.comments.remove(made)
        self.tell(made, "COMMENT_DELETE")

    def tell(self, made: Comment, action: str) -> None:
        """Notify of it: the same comment is named in two ways."""
        kind = "share" if made.is_post else "comment"
        self.notices.append(
            {
                "notificationId": 5_603_453_321 + len(self.notices),
                "organizationalEntity": PAGE,
                "action": action,
                "sourcePost": POST,
                "generatedActivity": made.urn.replace("(urn:li:activity:", "(activity:"),
                "decoratedGeneratedActivity": {
                    kind: {"entity": made.urn, "owner": made.actor, "text": made.text}
                },
                "lastModifiedAt": self.now * 1000,
                "subscriber": "urn:li:person:us",
            }
        )

    def _reply(self, request: Request) -> Reply:
        if request.path in self._scripts:
            return super()._reply(request)
        return self.answer(request)

    def answer(self, request: Request) -> Reply:
        """Answer as LinkedIn does."""
        if request.headers.get("authorization") != f"Bearer {self.token}":
            error = {"status": 401, "code": "EXPIRED_ACCESS_TOKEN", "serviceErrorCode": 65601}
            return json_reply({**error, "message": "The token used has expired"}, 401)
        if not request.headers.get("linkedin-version", "").isdigit():
            return json_reply({"code": "VERSION_MISSING", "message": "no version"}, 400)
        if request.path == FRONT:
            return self._page(request)
        if not self.readable:
            return json_reply({"status": 403, "message": "Not enough permissions"}, 403)
        parts = unquote(request.path).removeprefix("/").split("/")
        if parts[0] == "posts":
            return self._one(parts[1])
        above, number = parts[1], parts[3] if len(parts) > 3 else ""
        if number and request.method == "DELETE":
            name = f"urn:li:comment:({above},{number})"
            self.comments = [one for one in self.comments if one.urn != name]
            return status_reply(204)
        if number:
            return self._one(f"urn:li:comment:({above},{number})")
        if request.method == "POST":
            body: Any = request.json()
            made = self.comment(
                body["message"]["text"], below=body.get("parentComment", ""), actor=body["actor"]
            )
            return json_reply(made.record, 201, x_restli_id=made.urn)
        if not any(one.urn == above for one in self.comments) and above != POST:
            return json_reply({"status": 404, "message": "Not found"}, 404)
        found = [one.record for one in self.comments if one.below == above]
        return json_reply({"elements": found, "paging": {"start": 0, "count": 100, "links": []}})

    def _one(self, name: str) -> Reply:
        found = next((one for one in self.comments if one.urn == name), None)
        if found is None:
            return json_reply({"status": 404, "message": "Not found"}, 404)
        return json_reply(found.record)

    def _page(self, request: Request) -> Reply:
        stretch = request.one("timeRange").strip("()")
        since = int(stretch.partition("start:")[2].partition(",")[0])
        start, count = int(request.one("start")), min(int(request.one("count")), self.size)
        shown = [one for one in self.notices[::-1] if one["lastModifiedAt"] >= since]
        return json_reply({"elements": shown[start : start + count], "paging": {"start": start}})
