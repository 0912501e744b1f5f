"""A small Lemmy instance on loopback, with made-up people: version 0.19 (API 3) or 1.0 (API 4).

    async with FakeLemmy() as lemmy:
        post = lemmy.post("Kerlann leaks", by="ana")
        lemmy.comment("Mine too", on=post)

Posts of others come from ``far.example``; ``local`` accounts are of the instance itself. With the
token ``TOKEN`` one is ``ME``. Faults are scripted with ``on``; ``answer`` is the ordinary reply.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from listeners.clock import to_iso
from listeners.model import SECOND, Micros
from tests.fake.http_server import FakeServer, Reply, Request, json_reply

Record = dict[str, Any]

START = 1_800_000_000
TOKEN = "jwt-1"
ME = "kerlann_hq"
FAR = "far.example"
_LANGUAGES = [{"id": 0, "code": "und", "name": "Undetermined"}, {"id": 37, "code": "en"}]


class FakeLemmy(FakeServer):
    """The instance. ``now`` is the second new things carry, a minute more for each."""

    def __init__(self, api: int = 3) -> None:
        super().__init__()
        self.api = api
        self.now = START
        self.step = 60
        self.things: list[Record] = []
        self.notified: list[tuple[str, Record]] = []
        self.hidden: set[int] = set()
        self.locked = False
        self.jwt, self.me = TOKEN, ME
        self.private = False
        self.zone = "" if api == 3 else "Z"
        self._last = 100

    @property
    def version(self) -> str:
        """What it says of itself."""
        return "0.19.11" if self.api == 3 else "1.0.0-beta.3"

    def post(
        self, title: str, *, by: str = "ana", text: str = "", url: str = "", to: str = "boats"
    ) -> Record:
        """Submit a post."""
        return self._keep({"title": title, "text": text, "url": url, "by": by, "to": to})

    def comment(self, text: str, *, on: Record, by: str = "bob") -> Record:
        """Answer a post or comment."""
        path = [*on.get("path", [0]), self._last + 1]
        root = on.get("root", on["id"])
        return self._keep({"text": text, "by": by, "to": on["to"], "root": root, "path": path})

    def notify(self, thing: Record, kind: str = "mention") -> None:
        """Tell us of a comment."""
        self.notified.append((kind, thing))

    def address(self, thing: Record) -> str:
        """The address of a thing, which is its id everywhere."""
        kind = "comment" if "path" in thing else "post"
        return f"{self._home(thing['by'])}/{kind}/{thing['id']}"

    def answer(self, request: Request) -> Reply:
        """The ordinary answer of the instance."""
        front, api, *rest = request.path.strip("/").split("/", 2)
        path = f"/{rest[0]}" if rest else ""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        signed_in = token == self.jwt
        if front != "api" or (api == "v4" and self.api == 3):
            return json_reply({"error": "unknown"}, 404)
        if path == "/site":
            return json_reply(self._site(api, signed_in=signed_in))
        if self.private and not signed_in:
            return json_reply({"error": "instance_is_private"}, 400)
        if api == "v3" and self.api == 4:
            # A 1.0 answers a little of the old API, in no order and without pages.
            return json_reply({"posts": [], "comments": []})
        closed = request.method != "GET" or path.startswith(("/user/", "/account"))
        if closed and not signed_in:
            return json_reply({"error": "not_logged_in"}, 401)
        if request.method != "GET":
            return self._change(request, path)
        return self._asked(request, path)

    def _reply(self, request: Request) -> Reply:
        if request.path in self._scripts:
            return super()._reply(request)
        return self.answer(request)

    def _keep(self, thing: Record) -> Record:
        self._last += 1
        self.now += self.step
        kept = {**thing, "id": self._last, "at": self.now, "score": 1, "edited": 0, "lang": 37}
        self.things.append(kept)
        return kept

    def _home(self, name: str) -> str:
        return self.url if name == self.me else f"https://{FAR}"

    def _site(self, api: str, *, signed_in: bool) -> Record:
        limit = {"search": 60, "search_per_second": 600}
        if api == "v4":
            limit = {"search_max_requests": 60, "search_interval_seconds": 600}
        told: Record = {
            "version": self.version,
            "all_languages": _LANGUAGES,
            "site_view": {"site": {"name": "Fake"}, "local_site_rate_limit": limit},
        }
        if signed_in and api == "v3" and self.api == 3:
            told["my_user"] = {"local_user_view": {"person": self._person(self.me)}}
        return told

    def _asked(self, request: Request, path: str) -> Reply:
        comments = [one for one in self.things if "path" in one]
        posts = [one for one in self.things if "path" not in one]
        match path:
            case "/account":
                return json_reply({"local_user_view": {"person": self._person(self.me)}})
            case "/search":
                words = request.one("q").lower()
                return self._lists(request, [p for p in posts if words in _said(p)],
                                   [c for c in comments if words in _said(c)])  # fmt: skip
            case "/post/list" | "/comment/list":
                found = comments if path == "/comment/list" else posts
                if words := request.one("search_term").lower():
                    found = [one for one in found if words in _said(one)]
                if name := request.one("community_name"):
                    found = [one for one in found if one["to"] == name.partition("@")[0]]
                if root := request.one("post_id"):
                    found = [one for one in found if str(one["root"]) == root]
                return self._list(request, found, path.strip("/").split("/")[0] + "s")
            case "/user" | "/person/content":
                name = request.one("username").partition("@")[0]
                if name != self.me and not any(one["by"] == name for one in self.things):
                    return json_reply({"error": "couldnt_find_person"}, 404)
                mine = [one for one in self.things if one["by"] == name]
                if path == "/person/content":
                    wanted = request.one("type_") == "comments"
                    return self._list(request, [m for m in mine if ("path" in m) is wanted], "")
                return self._lists(request, [m for m in mine if "path" not in m],
                                   [m for m in mine if "path" in m])  # fmt: skip
            case "/user/mention" | "/user/replies":
                kind = "mention" if path.endswith("mention") else "reply"
                name = "mentions" if kind == "mention" else "replies"
                return self._list(request, [t for k, t in self.notified if k == kind], name)
            case "/account/notification/list":
                told = [t for k, t in self.notified if k == request.one("type_")]
                return self._list(request, told, "")
            case "/post" | "/comment":
                one = self._by_id(int(request.one("id")))
                name = path.strip("/")
                if one is None or ("path" in one) is not (name == "comment"):
                    return json_reply({"error": f"couldnt_find_{name}"}, 404)
                return json_reply({f"{name}_view": self.view(one), "cross_posts": []})
            case "/resolve_object":
                return self._resolve(request.one("q"))
        return json_reply({"error": "not_found"}, 404)

    def _resolve(self, address: str) -> Reply:
        for one in self.things:
            if self.address(one) == address and one["id"] not in self.hidden:
                kind, view = "comment" if "path" in one else "post", self.view(one)
                return json_reply({kind: view} if self.api == 3 else {"type_": kind, **view})
        return json_reply({"error": "couldnt_find_object"}, 404 if self.api == 4 else 400)

    def _by_id(self, number: int) -> Record | None:
        if number in self.hidden:
            return None
        return next((one for one in self.things if one["id"] == number), None)

    def _lists(self, request: Request, posts: list[Record], comments: list[Record]) -> Reply:
        told: Record = {"type_": request.one("type_"), "communities": [], "users": []}
        for name, found in (("posts", posts), ("comments", comments)):
            told[name] = [self.view(one) for one in self._page(request, found)[0]]
        return json_reply(told)

    def _list(self, request: Request, found: list[Record], name: str) -> Reply:
        shown, more = self._page(request, found)
        if self.api == 3:
            return json_reply({name: [self.view(one) for one in shown]})
        items: list[Record] = [self.view(one) for one in shown]
        if request.path.endswith("/notification/list"):
            items = [
                {
                    "notification": {"kind": request.one("type_")},
                    "data": {"type_": "comment", **one},
                }
                for one in items
            ]
        return json_reply({"items": items, **({"next_page": more} if more else {})})

    def _page(self, request: Request, found: list[Record]) -> tuple[list[Record], str]:
        there = [one for one in found if one["id"] not in self.hidden]
        ordered = there if request.one("sort").lower() == "old" else there[::-1]
        size = int(request.one("limit", "10"))
        if size > 50:
            return [], ""
        start = (int(request.one("page", "1")) - 1) * size
        if cursor := request.one("page_cursor"):
            start = int(base64.b64decode(cursor))
        more = base64.b64encode(str(start + size).encode()).decode()
        return ordered[start : start + size], more if ordered[start + size :] else ""

    def _change(self, request: Request, path: str) -> Reply:
        body = json.loads(request.body)
        if path == "/comment" and request.method == "POST":
            if self.locked:
                return json_reply({"error": "locked"}, 400)
            target = self._by_id(body.get("parent_id") or body["post_id"])
            if target is None:
                return json_reply({"error": "couldnt_find_post"}, 404)
            made = self.comment(body["content"], on=target, by=self.me)
            return json_reply({"comment_view": self.view(made), "recipient_ids": []})
        deletes = (path, request.method) == (
            ("/comment/delete", "POST") if self.api == 3 else ("/comment", "DELETE")
        )
        found = self._by_id(body["comment_id"]) if deletes else None
        if found is None:
            return json_reply({"error": "couldnt_find_comment"}, 404)
        if found["by"] != self.me:
            return json_reply({"error": "no_comment_edit_allowed"}, 400)
        if found.get("deleted"):
            return json_reply({"error": "couldnt_update_comment"}, 400)
        found["deleted"] = True
        return json_reply({"comment_view": self.view(found)})

    def view(self, thing: Record) -> Record:
        """A thing as the API shows it."""
        old = self.api == 3
        root = self._root(thing)
        told: Record = {
            "creator": self._person(thing["by"]),
            "community": {"id": 1, "name": thing["to"], "title": thing["to"]},
            "post": self._common(root, {"name": root["title"], "body": root["text"] or None}),
        }
        counted = {"score": thing["score"], "comments" if thing is root else "child_count": 0}
        if root.get("url"):
            told["post"]["url"] = root["url"]
        if thing is not root:
            path = ".".join(map(str, thing["path"]))
            told["comment"] = self._common(thing, {"content": thing["text"], "path": path})
        if old:
            told["counts"] = counted
        else:
            told["comment" if thing is not root else "post"] |= counted
        return told

    def _root(self, thing: Record) -> Record:
        return next(one for one in self.things if one["id"] == thing.get("root", thing["id"]))

    def _common(self, thing: Record, own: Record) -> Record:
        at, edited = (
            to_iso(Micros(second * SECOND)).replace("+00:00", "").rstrip("Z") + self.zone
            for second in (thing["at"], thing["edited"])
        )
        ending = "" if self.api == 3 else "_at"
        return {
            "id": thing["id"],
            "ap_id": self.address(thing),
            f"published{ending}": at,
            **({f"updated{ending}": edited} if thing["edited"] else {}),
            "deleted": bool(thing.get("deleted")),
            "removed": bool(thing.get("removed")),
            "language_id": thing["lang"],
            **own,
        }

    def _person(self, name: str) -> Record:
        key = "actor_id" if self.api == 3 else "ap_id"
        return {"id": 7, "name": name, key: f"{self._home(name)}/u/{name}", "bot_account": False}


def _said(thing: Record) -> str:
    return f"{thing.get('title', '')} {thing['text']}".lower()
