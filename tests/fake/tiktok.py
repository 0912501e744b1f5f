"""A small TikTok on loopback: our videos by either API, comments and answers by that for business.

async with FakeTikTok() as server:
    comment = server.comment("Nice", server.video("A boat"))
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.fake.http_server import FakeServer, Reply, Request, json_reply
from tests.fake.listening import START

TOKEN = "tiktok-token"
ACCOUNT = "open-1"
FRONT = "/open_api/v1.3/business"


@dataclass
class Comment:
    """One comment, or an answer ``below`` another."""

    id: str
    video: str
    text: str
    at: int
    below: str = ""
    ours: bool = False

    def record(self, replies: int) -> dict[str, Any]:
        """It as the API shows it: numbers as text."""
        shown: dict[str, Any] = {
            "comment_id": self.id,
            "video_id": self.video,
            "text": self.text,
            "create_time": str(self.at),
            "user_id": "me" if self.ours else f"u{self.id}",
            "username": "kerlann" if self.ours else "ana",
            "display_name": "Ana",
            "owner": self.ours,
            "status": "PUBLIC",
            "likes": 2,
            "replies": replies,
        }
        if self.below:
            shown["parent_comment_id"] = self.below
        return shown


@dataclass
class Video:
    """One video of ours; ``counted`` stands for comments the Display API alone counts."""

    id: str
    text: str
    at: int
    counted: int = 0
    comments: list[Comment] = field(default_factory=list)


class FakeTikTok(FakeServer):
    """The server; ``size`` comments a page."""

    def __init__(self) -> None:
        super().__init__()
        self.films: list[Video] = []
        self.now = START
        self.size = 30

    def video(self, text: str, counted: int = 0) -> Video:
        """Put a video up."""
        self.now += 60
        made = Video(str(7 * 10**18 + len(self.films)), text, self.now, counted)
        self.films.append(made)
        return made

    def comment(self, text: str, video: Video, *, below: str = "", ours: bool = False) -> Comment:
        """Write below a video."""
        self.now += 60
        number = str(8 * 10**18 + self.now)
        made = Comment(number, video.id, text, self.now, below, ours)
        video.comments.append(made)
        return made

    def _reply(self, request: Request) -> Reply:
        if request.path in self._scripts:
            return super()._reply(request)
        if request.path == "/v2/video/list/":
            return self._display(request)
        if request.headers.get("access-token") != TOKEN:
            return json_reply({"code": 40105, "message": "Access token is incorrect.", "data": {}})
        body: Any = request.json() if request.method == "POST" else {}
        match request.path.removeprefix(FRONT):
            case "/video/list/":
                return _data({"videos": [self._film(one) for one in self.films[::-1]]})
            case "/comment/list/":
                return self._comments(request, "")
            case "/comment/reply/list/":
                return self._comments(request, request.one("comment_id"))
            case "/comment/reply/create/":
                film = next(one for one in self.films if one.id == body["video_id"])
                made = self.comment(body["text"], film, below=body["comment_id"], ours=True)
                return _data({"comment_id": made.id})
            case "/comment/delete/":
                for film in self.films:
                    film.comments = [c for c in film.comments if c.id != body["comment_id"]]
                return _data({})
        return json_reply({"code": 40002, "message": "no such path", "data": {}})

    def _film(self, one: Video) -> dict[str, Any]:
        return {
            "item_id": one.id,
            "caption": one.text,
            "create_time": str(one.at),
            "share_url": f"https://www.tiktok.com/@kerlann/video/{one.id}",
            "likes": 5,
            "comments": len(one.comments),
            "shares": 1,
        }

    def _comments(self, request: Request, below: str) -> Reply:
        film = next(one for one in self.films if one.id == request.one("video_id"))
        found = sorted((c for c in film.comments if c.below == below), key=lambda one: -one.at)
        start = int(request.one("cursor", "0"))
        shown = [
            one.record(sum(c.below == one.id for c in film.comments))
            for one in found[start : start + self.size]
        ]
        more = start + self.size < len(found)
        return _data({"comments": shown, "cursor": start + self.size, "has_more": more})

    def _display(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            error = {"code": "access_token_invalid", "message": "no", "log_id": "1"}
            return json_reply({"error": error}, 401)
        videos = [
            {
                "id": one.id,
                "video_description": one.text,
                "create_time": one.at,
                "share_url": f"https://www.tiktok.com/@kerlann/video/{one.id}",
                "like_count": 5,
                "comment_count": one.counted,
                "share_count": 1,
            }
            for one in self.films[::-1]
        ]
        data = {"videos": videos, "cursor": 0, "has_more": False}
        return json_reply({"data": data, "error": {"code": "ok", "message": "", "log_id": "1"}})


def _data(data: dict[str, Any]) -> Reply:
    return json_reply({"code": 0, "message": "OK", "request_id": "1", "data": data})
