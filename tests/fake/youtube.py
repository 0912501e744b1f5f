"""A small YouTube on loopback, with made-up people: channels, videos, comments, a search.

    async with FakeYouTube() as server:
        video = server.video("Kerlann at sea")
        thread = server.comment("Does it float?", video)
        server.reply("Yes", thread, by="bob")

Reads take the key in a header, writes a permission that is made anew from a lasting one. Faults are
scripted with ``on`` by path; ``server.answer`` may follow them.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from tests.fake.http_server import FakeServer, Reply, Request, body_reply, json_reply

Record = dict[str, Any]

START = 1_800_000_000
KEY = "AIza-made-up"
API = "/youtube/v3"
PERMISSION = {"client_id": "a.apps", "client_secret": "hush", "refresh_token": "1//lasting"}


class FakeYouTube(FakeServer):
    """The server. ``now`` is the second new things carry; it moves by ``step`` with each.

    ``spent`` are resources whose allowance is used up, ``silent`` videos and channels without
    comments, ``inline`` how many replies come along with a thread.
    """

    def __init__(self) -> None:
        super().__init__()
        self.key = KEY
        self.permission = PERMISSION
        self.now = START
        self.step = 60
        self.inline = 5
        self.permitted = True
        self.tokens = 0
        self.spent: set[str] = set()
        self.silent: set[str] = set()
        self.videos: list[Record] = []
        self.threads: list[Record] = []
        self.replies: list[Record] = []
        self.names: dict[str, str] = {}
        self.subscribers: dict[str, int] = {}
        self.ours = self.channel("kerlann")

    # --- what happens there --------------------------------------------------------------------

    def channel(self, name: str) -> str:
        """The id of a channel."""
        digest = base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest()).decode()
        return self.names.setdefault(name, f"UC{digest[:22]}")

    def video(self, title: str, by: str = "kerlann", text: str = "A film") -> Record:
        self.now += self.step
        snippet = {"publishedAt": iso(self.now), "channelId": self.channel(by), "title": title,
                   "description": text, "channelTitle": by.title(), "tags": ["sea"]}  # fmt: skip
        record = {
            "kind": "youtube#video",
            "id": f"video{len(self.videos):06}",
            "snippet": snippet,
            "statistics": {"viewCount": "10", "likeCount": "3", "commentCount": "0"},
        }
        self.videos.append(record)
        return record

    def comment(self, text: str, video: Record, by: str = "ana") -> Record:
        """A comment on a video: a thread."""
        self.now += self.step
        native_id = f"Ug{len(self.threads):022}AaABAg"
        top = self._comment(native_id, text, by, video["id"])
        about = {"channelId": video["snippet"]["channelId"], "videoId": video["id"]}
        record = {"kind": "youtube#commentThread", "id": native_id, "snippet": {
            **about, "topLevelComment": top, "canReply": True, "totalReplyCount": 0,
            "isPublic": True}}  # fmt: skip
        self.threads.append(record)
        return record

    def reply(self, text: str, thread: Record, by: str = "bob") -> Record:
        self.now += self.step
        native_id = f"{thread['id']}.9{len(self.replies):05}"
        record = self._comment(native_id, text, by, thread["snippet"]["videoId"])
        record["snippet"]["parentId"] = thread["id"]
        self.replies.append(record)
        self._count(thread)
        return record

    def edit(self, comment: Record, text: str) -> None:
        """Change a reply, or the comment of a thread."""
        self.now += self.step
        words = comment["snippet"]
        words = words["topLevelComment"]["snippet"] if "topLevelComment" in words else words
        words.update(textDisplay=text, textOriginal=text, updatedAt=iso(self.now))

    def delete(self, comment: Record) -> None:
        """Delete a reply, or a thread with all below it."""
        if comment in self.threads:
            self.threads.remove(comment)
            self.replies = [one for one in self.replies
                            if one["snippet"]["parentId"] != comment["id"]]  # fmt: skip
            return
        self.replies.remove(comment)
        for thread in self.threads:
            self._count(thread)

    def _count(self, thread: Record) -> None:
        thread["snippet"]["totalReplyCount"] = len(self._below(thread["id"]))

    def _below(self, parent: str) -> list[Record]:
        return [one for one in self.replies if one["snippet"]["parentId"] == parent]

    def _comment(self, native_id: str, text: str, by: str, video: str) -> Record:
        channel = self.channel(by)
        return {"kind": "youtube#comment", "id": native_id, "snippet": {
            "authorDisplayName": f"@{by}", "authorChannelId": {"value": channel},
            "authorChannelUrl": f"http://www.youtube.com/channel/{channel}", "videoId": video,
            "textDisplay": text, "textOriginal": text, "likeCount": 0, "canRate": True,
            "publishedAt": iso(self.now), "updatedAt": iso(self.now)}}  # fmt: skip

    @property
    def written(self) -> list[str]:
        """What our channel wrote."""
        tops = [one["snippet"]["topLevelComment"] for one in self.threads]
        return [one["snippet"]["textOriginal"] for one in (*tops, *self.replies)
                if one["snippet"]["authorChannelId"]["value"] == self.ours]  # fmt: skip

    # --- the API -------------------------------------------------------------------------------

    def _reply(self, request: Request) -> Reply:
        if request.path in self._scripts:
            return super()._reply(request)
        return self.answer(request)

    def answer(self, request: Request) -> Reply:
        """Answer as YouTube does."""
        if request.path == "/token":
            return self._token(request)
        if request.path == "/feeds/videos.xml":
            return self._feed(request.one("channel_id"))
        signed = request.headers.get("authorization", "")
        mine = self.tokens > 0 and signed == f"Bearer ya29.{self.tokens}"
        if signed and not mine:
            return refusal(401, "authError", "Invalid Credentials")
        if not mine and request.headers.get("x-goog-api-key") != self.key:
            return refusal(400, "badRequest", "API key not valid.", detail="API_KEY_INVALID")
        resource = request.path.removeprefix(f"{API}/")
        if resource in self.spent:
            return refusal(403, "quotaExceeded", 'exceeded your <a href="/x">quota</a>.')
        match request.method, resource:
            case "GET", "commentThreads":
                return self._threads_of(request)
            case "GET", "comments":
                return self._comments_of(request)
            case "GET", "search":
                return self._search(request)
            case "GET", "videos":
                ids = request.one("id").split(",")
                return items([one for one in self.videos if one["id"] in ids])
            case "GET", "channels":
                return self._channels_of(request, mine=mine)
            case "POST", "comments" | "commentThreads" if mine:
                return self._insert(request, resource)
            case "DELETE", "comments" if mine:
                return self._remove(request.one("id"))
        return refusal(403, "insufficientPermissions", "Insufficient Permission")

    def _token(self, request: Request) -> Reply:
        form = {name: found[0] for name, found in parse_qs(request.body.decode()).items()}
        if not self.permitted or form != {"grant_type": "refresh_token", **self.permission}:
            return json_reply({"error": "invalid_grant", "error_description": "Revoked."}, 400)
        self.tokens += 1
        return json_reply({"access_token": f"ya29.{self.tokens}", "expires_in": 3599})

    def _threads_of(self, request: Request) -> Reply:
        channel, video = request.one("allThreadsRelatedToChannelId"), request.one("videoId")
        known = {one["id"] for one in self.videos} | set(self.names.values())
        if {channel, video} & self.silent:
            return refusal(403, "commentsDisabled", "The video has disabled comments.")
        if (channel or video) and not {channel, video} & known:
            return refusal(404, "videoNotFound", "The video cannot be found.")
        terms = request.one("searchTerms").casefold()
        ids = request.one("id").split(",") if request.one("id") else []
        found = [
            one for one in reversed(self.threads)
            if (one["snippet"]["channelId"] == channel or one["snippet"]["videoId"] == video
                or one["id"] in ids)
            and terms in one["snippet"]["topLevelComment"]["snippet"]["textDisplay"].casefold()
        ]  # fmt: skip
        shown = []
        for one in found:
            below = self._below(one["id"])[: self.inline]
            shown.append({**one, "replies": {"comments": below}} if below else one)
        return self._page(request, shown)

    def _comments_of(self, request: Request) -> Reply:
        if parent := request.one("parentId"):
            return self._page(request, self._below(parent))
        tops = [one["snippet"]["topLevelComment"] for one in self.threads]
        ids = request.one("id").split(",")
        return items([one for one in (*tops, *self.replies) if one["id"] in ids])

    def _page(self, request: Request, records: Sequence[Record]) -> Reply:
        start = int(request.one("pageToken", "0"))
        end = start + int(request.one("maxResults", "20"))
        more = {"nextPageToken": str(end)} if end < len(records) else {}
        return items(records[start:end], **more)

    def _search(self, request: Request) -> Reply:
        words = request.one("q").replace('"', "").casefold().split("|")
        since = request.one("publishedAfter", "0")
        found = [
            one for one in reversed(self.videos)
            if one["snippet"]["publishedAt"] > since and any(
                word in f"{one['snippet']['title']} {one['snippet']['description']}".casefold()
                for word in words)
        ]  # fmt: skip
        most = int(request.one("maxResults", "5"))
        return items([{"kind": "youtube#searchResult", "id": {"videoId": one["id"]},
                       "snippet": one["snippet"]} for one in found[:most]])  # fmt: skip

    def _channels_of(self, request: Request, *, mine: bool) -> Reply:
        if request.one("mine"):
            return items([{"id": self.ours}] if mine else [])
        if handle := request.one("forHandle"):
            name = handle.removeprefix("@")
            return items([{"id": self.names[name]}] if name in self.names else [])
        found = [one for one in request.one("id").split(",") if one in self.subscribers]
        return items([{"id": one, "statistics": {"subscriberCount": str(self.subscribers[one])}}
                      for one in found])  # fmt: skip

    def _insert(self, request: Request, resource: str) -> Reply:
        body: Any = request.json()
        if resource == "commentThreads":
            video = next(v for v in self.videos if v["id"] == body["snippet"]["videoId"])
            words = body["snippet"]["topLevelComment"]["snippet"]["textOriginal"]
            return json_reply(self.comment(words.strip(), video, by="kerlann"))
        parent = [one for one in self.threads if one["id"] == body["snippet"]["parentId"]]
        if not parent:
            return refusal(404, "parentCommentNotFound", "The parent comment was not found.")
        words = body["snippet"]["textOriginal"]
        if len(words) > 10_000:
            return refusal(400, "commentTextTooLong", "The comment is too long.")
        return json_reply(self.reply(words.strip(), parent[0], by="kerlann"))

    def _remove(self, native_id: str) -> Reply:
        found = [one for one in (*self.threads, *self.replies) if one["id"] == native_id]
        if not found:
            return refusal(404, "commentNotFound", "The comment cannot be found.")
        words = found[0]["snippet"]
        words = words["topLevelComment"]["snippet"] if "topLevelComment" in words else words
        if words["authorChannelId"]["value"] != self.ours:
            return refusal(403, "forbidden", "The comment cannot be deleted.")
        self.delete(found[0])
        return Reply(204)

    def _feed(self, channel: str) -> Reply:
        own = [one for one in reversed(self.videos) if one["snippet"]["channelId"] == channel]
        entries = "".join(
            f"<entry><id>yt:video:{one['id']}</id><title>{one['snippet']['title']}</title>"
            f'<link rel="alternate" href="https://www.youtube.com/watch?v={one["id"]}"/>'
            f"<author><name>{one['snippet']['channelTitle']}</name>"
            f"<uri>https://www.youtube.com/channel/{channel}</uri></author>"
            f"<published>{one['snippet']['publishedAt']}</published><media:group>"
            f"<media:description>{one['snippet']['description']}</media:description>"
            "</media:group></entry>"
            for one in own[:15]
        )
        spaces = ('xmlns="http://www.w3.org/2005/Atom" '
                  'xmlns:media="http://search.yahoo.com/mrss/"')  # fmt: skip
        body = f'<?xml version="1.0"?><feed {spaces}><title>x</title>{entries}</feed>'
        return body_reply(body.encode(), "text/xml; charset=UTF-8")


def iso(second: int) -> str:
    """A time as YouTube writes it."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def items(records: Sequence[Record], **more: str) -> Reply:
    """An answer with these items."""
    return json_reply({"kind": "youtube#list", "items": list(records), **more})


def refusal(status: int, reason: str, said: str, *, detail: str = "") -> Reply:
    """An answer that is no."""
    fault = {"message": said, "domain": "youtube", "reason": reason}
    error: Record = {"code": status, "message": said, "errors": [fault]}
    if detail:
        error["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": detail}]
    return json_reply({"error": error}, status)
