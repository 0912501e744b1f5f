"""A small Discourse forum on loopback, with made-up people, that answers as the real one does.

    async with FakeDiscourse() as forum:
        first = forum.post("Where do I find Kerlann?", title="Kerlann")
        forum.post("In the harbour.", by="bob", topic=first["topic_id"], reply_to=1)

``url`` is the server, ``base`` the forum (``folder`` makes it one in a folder). With ``api_key``
set, requests that carry it may write: ``POST /posts.json`` makes a post at once, and
``forum.posts`` shows it whatever became of the answer. Faults are scripted with ``on``;
``forum.answer`` is the ordinary reply that may follow them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs

from listeners.clock import to_iso
from listeners.model import SECOND, Micros
from tests.fake.http_server import FakeServer, Reply, Request, json_reply, status_reply

Record = dict[str, Any]

START = Micros(1_800_000_000 * SECOND)
PAGE = 50
_REFUSED = {"errors": ["You are not permitted to view that."], "error_type": "invalid_access"}
_SHUT = {"errors": ["You need to be logged in to do that."], "error_type": "not_logged_in"}
_NOT_FOUND = {"errors": ["The requested URL could not be found."], "error_type": "not_found"}


class FakeDiscourse(FakeServer):
    """The forum. ``now`` is the time new posts carry; it moves a second with each.

    ``min_length`` and ``max_length`` bound what may be written, ``closed`` holds topics nobody may
    answer, ``moderated`` keeps what is written for a moderator, ``old`` pages as versions before
    3.x do (fifty ids at a time, whether there are posts or not).
    """

    def __init__(self, folder: str = "") -> None:
        super().__init__()
        self.folder = folder
        self.now = START
        self.posts: list[Record] = []
        self.topics: dict[int, Record] = {}
        self.pending: list[Record] = []
        self.notifications: list[Record] = []
        self.api_key = ""
        self.username = "kerlann"
        self.login_required = False
        self.old = False
        self.moderated = False
        self.closed: set[int] = set()
        self.min_length, self.max_length = 20, 32_000
        self.shows_settings = True
        self._last = 1000

    @property
    def base(self) -> str:
        """The address of the forum."""
        return self.url + self.folder

    # --- what happens there --------------------------------------------------------------------

    def post(
        self,
        text: str,
        by: str = "ana",
        topic: int | None = None,
        reply_to: int | None = None,
        title: str = "A topic",
        **more: object,
    ) -> Record:
        """Write a post; without ``topic`` it begins one."""
        self._last += 1
        self.now = Micros(self.now + SECOND)
        if topic is None:
            topic = 100 + len(self.topics)
            self.topics[topic] = {"title": title, "tags": [], "private": False, "category_id": 4}
        shown = [p for p in self.posts if p["topic_id"] == topic]
        number = 1 + max((p["post_number"] for p in shown), default=0)
        answered = next((p for p in shown if p["post_number"] == reply_to), None)
        words = re.sub(r"@(\w+)", r'<a class="mention" href="/u/\1">@\1</a>', text)
        record = {
            "id": self._last,
            "name": by.title(),
            "username": by,
            "avatar_template": "/a/{size}.png",
            "created_at": to_iso(self.now),
            "updated_at": to_iso(self.now),
            "cooked": f"<p>{words}</p>",
            "raw": text,
            "post_number": number,
            "post_type": 1,
            "reply_count": 0,
            "reply_to_post_number": reply_to,
            "topic_id": topic,
            "topic_slug": "a-topic",
            "topic_title": self.topics[topic]["title"],
            "category_id": self.topics[topic]["category_id"],
            "version": 1,
            "actions_summary": [],
            "moderator": False,
            "admin": False,
            "staff": False,
            "user_id": 1 + len(by),
            "hidden": False,
            "trust_level": 1,
            "deleted_at": None,
            "user_deleted": False,
            "yours": bool(self.api_key) and by == self.username,
            **more,
        }
        if answered is not None:
            record["reply_to_user"] = {"username": answered["username"], "avatar_template": "/a"}
        self.posts.append(record)
        return record

    def notify(self, post: Record, kind: int = 1) -> None:
        """Tell our account of a post."""
        data = {"original_post_id": post["id"], "display_username": post["username"]}
        told = {
            "id": 70 + len(self.notifications),
            "notification_type": kind,
            "read": False,
            "created_at": post["created_at"],
            "post_number": post["post_number"],
            "topic_id": post["topic_id"],
            "data": data,
        }
        self.notifications.insert(0, told)

    def edit(self, post: Record, text: str) -> None:
        """Change the words of a post."""
        self.now = Micros(self.now + SECOND)
        post.update(cooked=f"<p>{text}</p>", raw=text, version=post["version"] + 1)
        post["updated_at"] = to_iso(self.now)

    def delete(self, post: Record) -> None:
        """Take a post away."""
        self.posts.remove(post)

    def like(self, post: Record, count: int) -> None:
        """Give a post that many likes."""
        post["actions_summary"] = [{"id": 2, "count": count}]

    # --- how it answers ------------------------------------------------------------------------

    def answer(self, request: Request) -> Reply:
        """The ordinary answer of the forum."""
        if not request.path.startswith(f"{self.folder}/"):
            return status_reply(404, b"<html><body>another site</body></html>")
        signed_in = self._signed_in(request)
        if signed_in is None:
            return json_reply({**_REFUSED, "errors": ["The API username or key is invalid."]}, 403)
        if self.login_required and not signed_in:
            return json_reply(_SHUT, 403)
        path = request.path.removeprefix(self.folder).removesuffix(".json")
        match request.method, path.strip("/").split("/"):
            case "POST", ["posts"] if signed_in:
                return self._create(request)
            case "DELETE", ["posts", number] if signed_in:
                return self._remove(number)
            case "DELETE", ["review", number] if signed_in:
                self.pending = [p for p in self.pending if str(p["id"]) != number]
                return json_reply({"success": "OK"})
            case "GET", parts:
                return self._show(request, parts, signed_in)
        return json_reply(_SHUT, 403)

    def _reply(self, request: Request) -> Reply:
        if request.path in self._scripts:
            return super()._reply(request)
        return self.answer(request)

    def _signed_in(self, request: Request) -> bool | None:
        """Whether the request is ours; ``None`` for a wrong key."""
        key = request.headers.get("api-key") or request.headers.get("user-api-key")
        if key is None:
            return False
        named = request.headers.get("api-username", self.username) == self.username
        return True if self.api_key and key == self.api_key and named else None

    def _show(self, request: Request, parts: list[str], signed_in: bool) -> Reply:
        match parts:
            case ["posts"]:
                return json_reply({"latest_posts": self._page(request, private=False)})
            case ["private-posts"] if signed_in:
                return json_reply({"private_posts": self._page(request, private=True)})
            case ["notifications"] if signed_in:
                shown = self.notifications[: int(request.one("limit", "30"))]
                return json_reply({"notifications": shown, "total_rows_notifications": 0})
            case ["posts", "by_number", topic, number]:
                return self._one(
                    p
                    for p in self.posts
                    if (str(p["topic_id"]), str(p["post_number"])) == (topic, number)
                )
            case ["posts", user, "pending"] if signed_in:
                own = [p for p in self.pending if p["username"] == user]
                return json_reply({"pending_posts": own})
            case ["posts", number]:
                return self._one(p for p in self.posts if str(p["id"]) == number)
            case ["t", topic]:
                return self._topic(int(topic))
            case ["t", topic, "posts"]:
                wanted = request.query.get("post_ids[]", [])
                found = [p for p in self._stream(int(topic)) if str(p["id"]) in wanted]
                return json_reply({"post_stream": {"posts": found}, "id": int(topic)})
            case ["search"]:
                return self._search(request)
            case ["categories"]:
                known = [{"id": 4, "slug": "general"}]
                known += [{"id": 7, "slug": "support", "subcategory_ids": [8]}]
                return json_reply({"category_list": {"categories": known}})
            case ["tag", name]:
                return self._tagged(name)
            case ["site", "settings"] if self.shows_settings:
                return json_reply(
                    {"min_post_length": self.min_length, "max_post_length": self.max_length}
                )
        return json_reply(_NOT_FOUND, 404)

    def _stream(self, topic: int) -> list[Record]:
        return [p for p in self.posts if p["topic_id"] == topic]

    def _one(self, found: Iterable[Record]) -> Reply:
        post = next(iter(found), None)
        return json_reply(_NOT_FOUND, 404) if post is None else json_reply(post)

    def _page(self, request: Request, *, private: bool) -> list[Record]:
        before = int(request.one("before", "0"))
        shown = [p for p in self.posts if self.topics[p["topic_id"]]["private"] is private]
        shown = [p for p in shown if p["post_type"] == 1][::-1]
        if self.old:
            last = before or max((p["id"] for p in self.posts), default=0)
            return [p for p in shown if last - PAGE < p["id"] <= last]
        return [p for p in shown if not before or p["id"] < before][:PAGE]

    def _topic(self, topic: int) -> Reply:
        stream = self._stream(topic)
        if not stream:
            return json_reply(_NOT_FOUND, 404)
        about = self.topics[topic]
        return json_reply(
            {
                "id": topic,
                "title": about["title"],
                "slug": "a-topic",
                "tags": about["tags"],
                "archetype": "private_message" if about["private"] else "regular",
                "closed": topic in self.closed,
                "archived": False,
                "post_stream": {"posts": stream[:20], "stream": [p["id"] for p in stream]},
            }
        )

    def _search(self, request: Request) -> Reply:
        terms = re.sub(r"\b(order|after|before|in|category):\S+", "", request.one("q"))
        words = terms.replace('"', "").strip().lower()
        found = [
            p
            for p in self.posts[::-1]
            if words in p["raw"].lower() and not self.topics[p["topic_id"]]["private"]
        ]
        page = int(request.one("page", "1"))
        kept = ("id", "name", "username", "created_at", "post_number", "topic_id")
        hits = [{k: p[k] for k in kept} for p in found[(page - 1) * PAGE : page * PAGE]]
        more = len(found) > page * PAGE or None
        return json_reply(
            {
                "posts": [{**hit, "like_count": 0, "blurb": "…"} for hit in hits],
                "topics": [],
                "grouped_search_result": {"more_full_page_results": more, "term": terms},
            }
        )

    def _tagged(self, name: str) -> Reply:
        topics = []
        for number, about in self.topics.items():
            if name in about["tags"]:
                last = self._stream(number)[-1]
                topics.append({"id": number, "bumped_at": last["created_at"]})
        topics.sort(key=lambda one: str(one["bumped_at"]), reverse=True)
        return json_reply({"users": [], "topic_list": {"per_page": 30, "topics": topics}})

    # --- writing -------------------------------------------------------------------------------

    def _create(self, request: Request) -> Reply:
        asked = fields(request)
        raw, topic = str(asked.get("raw", "")).strip(), int(str(asked.get("topic_id", 0)))
        number = asked.get("reply_to_post_number")
        if topic in self.closed or not self._stream(topic):
            gone = "Something has gone wrong. Perhaps this topic was closed or deleted?"
            return json_reply({"action": "create_post", "errors": [gone]}, 422)
        if len(raw) < self.min_length:
            short = f"Body is too short (minimum is {self.min_length} characters)"
            return json_reply({"action": "create_post", "errors": [short]}, 422)
        if any(p["username"] == self.username and p["raw"] == raw for p in self.posts):
            again = "Body is too similar to what you recently posted"
            return json_reply({"action": "create_post", "errors": [again]}, 422)
        if self.moderated:
            self._last += 1
            held = {"id": self._last, "username": self.username, "raw_text": raw}
            held |= {"topic_id": topic, "created_at": to_iso(self.now)}
            self.pending.append(held)
            waiting = {"id": held["id"], "raw": raw, "created_at": held["created_at"]}
            return json_reply({"action": "enqueued", "success": True, "pending_post": waiting})
        answered = int(str(number)) if number is not None else None
        return json_reply(self.post(raw, by=self.username, topic=topic, reply_to=answered))

    def _remove(self, number: str) -> Reply:
        post = next((p for p in self.posts if str(p["id"]) == number), None)
        if post is None:
            return json_reply(_NOT_FOUND, 404)
        if post["username"] != self.username:
            return json_reply(_REFUSED, 403)
        self.delete(post)
        return status_reply(200)


def fields(request: Request) -> dict[str, object]:
    """What was posted, as JSON or as a form."""
    if request.headers.get("content-type", "").startswith("application/json"):
        return dict(json.loads(request.body))
    return {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
