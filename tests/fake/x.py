"""A small X on loopback, with made-up people, that keeps the bill it would have sent.

    async with FakeX() as server:
        post = server.post("Kerlann sinks?", by="ana")
        server.reply("Never", post, by="kerlann")
        assert server.bill == server.price("post") + server.price("user")

It bills as X says it does: what an answer holds, each thing once a UTC day, and nothing for an
empty answer. ``naming`` is which field names it knows. Faults are scripted with ``on`` by path.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from tests.fake.http_server import FakeServer, Reply, Request, json_reply

Record = dict[str, Any]

START = 1_795_428_000  # 2026-11-23 10:00 UTC
BEARER = "AAAA-made-up"
_EPOCH_MS = 1_288_834_974_657
PRICES = {"post": 5_000, "owned": 1_000, "user": 10_000, "counts": 5_000, "reply": 10_000,
          "link": 200_000, "delete": 10_000}  # fmt: skip


def iso(second: float) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


class FakeX(FakeServer):
    """The server. ``now`` is the second new posts carry; it moves by ``step`` with each."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.step = 60
        self.naming = "tweet"
        self.access = ["user-token"]
        self.refresh = "refresh-1"
        self.refreshed = 0
        self.me = "kerlann"
        self.posts: dict[str, Record] = {}
        self.authors: dict[str, str] = {}
        self.gone: set[str] = set()
        self.rules: list[Record] = []
        self.bill = 0
        self.by_day: dict[str, int] = {}
        self.paid: set[tuple[str, str, str]] = set()
        self.pushed: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.connected = 0
        self.user_id("kerlann")

    def price(self, kind: str) -> int:
        return PRICES[kind]

    # --- what happens there --------------------------------------------------------------------

    def user_id(self, name: str) -> str:
        return self.authors.setdefault(name.lower(), str(1000 + len(self.authors)))

    def post(self, text: str, by: str = "ana", **more: Any) -> Record:
        self.now += self.step
        number = ((self.now * 1000 - _EPOCH_MS) << 22) + len(self.posts)
        names = re.findall(r"@(\w+)", text)
        links = re.findall(r"https?://\S+", text)
        record: Record = {
            "id": str(number),
            "text": text.replace("&", "&amp;").replace("<", "&lt;"),
            "author_id": self.user_id(by),
            "conversation_id": str(number),
            "created_at": iso(self.now),
            "lang": "en",
            "edit_history_tweet_ids": [str(number)],
            "public_metrics": {"like_count": 1, "retweet_count": 2, "reply_count": 0,
                               "quote_count": 3},
            "entities": {
                "mentions": [{"start": 0, "end": 1, "username": name, "id": self.user_id(name)}
                             for name in names],
                "urls": [{"start": 0, "end": 1, "url": one, "expanded_url": one} for one in links],
            },
            **more,
        }  # fmt: skip
        self.posts[record["id"]] = record
        return record

    def reply(self, text: str, to: Record, by: str = "ana") -> Record:
        return self.post(
            text, by, conversation_id=to["conversation_id"], in_reply_to_user_id=to["author_id"],
            referenced_tweets=[{"type": "replied_to", "id": to["id"]}],
        )  # fmt: skip

    def quote(self, text: str, of: Record, by: str = "ana") -> Record:
        name = next(name for name, number in self.authors.items() if number == of["author_id"])
        address = f"https://twitter.com/{name}/status/{of['id']}"
        made = self.post(text, by, referenced_tweets=[{"type": "quoted", "id": of["id"]}])
        made["entities"]["urls"].append({"start": 0, "end": 1, "url": "https://t.co/q",
                                         "expanded_url": address})  # fmt: skip
        return made

    def edit(self, post: Record, text: str) -> Record:
        versions = [*post["edit_history_tweet_ids"]]
        made = self.post(text, "ana")
        made.update(author_id=post["author_id"], conversation_id=post["conversation_id"])
        versions.append(made["id"])
        for one in versions:
            self.posts[one]["edit_history_tweet_ids"] = versions
        return made

    def push(self, *posts: Record) -> None:
        """Send posts down the stream, as it is connected or once it is."""
        for post in posts:
            users = [self._user(post["author_id"])]
            line = {"data": self._shown(post), "includes": {"users": users},
                    "matching_rules": [{"id": "1", "tag": "t"}]}  # fmt: skip
            self.pushed.put_nowait(json.dumps(line).encode() + b"\r\n")
            self.charge([("post", post["id"]), ("user", post["author_id"])])

    # --- the bill ------------------------------------------------------------------------------

    def charge(self, items: Sequence[tuple[str, str]]) -> None:
        day = iso(self.now)[:10]
        for kind, item in items:
            if (day, kind, item) not in self.paid:
                self.paid.add((day, kind, item))
                self.bill += PRICES[kind]
                self.by_day[day] = self.by_day.get(day, 0) + PRICES[kind]

    # --- answers -------------------------------------------------------------------------------

    def _reply(self, request: Request) -> Reply:
        if request.path in self._scripts:
            return super()._reply(request)
        return self.answer(request)

    def answer(self, request: Request) -> Reply:
        """Answer as X does; a script may end with it."""
        path, method = request.path, request.method
        if path == "/2/oauth2/token":
            return self._token(request)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token != BEARER and token not in self.access[-1:]:
            return json_reply({"title": "Unauthorized", "status": 401, "detail": "Unauthorized",
                               "type": "about:blank"}, 401)  # fmt: skip
        if wrong := self._unknown_names(request):
            return wrong
        if path == "/2/users/me":
            self.charge([("user", self.user_id(self.me))])
            return json_reply({"data": self._user(self.user_id(self.me))})
        if path == "/2/users/by":
            found = [self._user(self.user_id(name)) for name in request.one("usernames").split(",")]
            self.charge([("user", user["id"]) for user in found])
            return json_reply({"data": found})
        if path == "/2/tweets/search/recent":
            return self._page(request, self._found(request.one("query")), "post", "next_token")
        if path == "/2/tweets/counts/recent":
            self.charge([("counts", f"{len(self.requests)}")])
            total = len(self._found(request.one("query")))
            return json_reply({"data": [], "meta": {"total_tweet_count": total}})
        if of := re.fullmatch(r"/2/users/(\d+)/(mentions|tweets)", path):
            return self._page(request, self._of(of[1], of[2]), "owned", "pagination_token")
        if path == "/2/tweets/search/stream/rules":
            return self._rules(request)
        if path == "/2/tweets/search/stream":
            return Reply(raw=self._stream)
        if path == "/2/tweets" and method == "GET":
            return self._lookup(request)
        if path == "/2/tweets" and method == "POST":
            return self._write(request)
        if one := re.fullmatch(r"/2/tweets/(\d+)", path):
            known = self.posts.pop(one[1], None)
            if known is None:
                return json_reply({"title": "Not Found Error", "detail": "No post."}, 404)
            self.charge([("delete", one[1])])
            return json_reply({"data": {"deleted": True}})
        return json_reply({"title": "Not Found Error"}, 404)

    def _unknown_names(self, request: Request) -> Reply | None:
        other = {"tweet": "post", "post": "tweet"}[self.naming]
        name = f"{other}.fields"
        if name in request.query and "stream" not in request.path:
            message = f"The query parameter [{name}] is not one of [query,{self.naming}.fields]"
            return json_reply(
                {"errors": [{"parameters": {name: request.query[name]}, "message": message}],
                 "title": "Invalid Request", "detail": "One or more parameters was invalid.",
                 "type": "https://api.twitter.com/2/problems/invalid-request"}, 400,
            )  # fmt: skip
        return None

    def _shown(self, post: Record) -> Record:
        if self.naming == "tweet":
            return post
        names = {"referenced_tweets": "referenced_posts", "note_tweet": "note_post",
                 "edit_history_tweet_ids": "edit_history_post_ids"}  # fmt: skip
        return {names.get(key, key): value for key, value in post.items()}

    def _user(self, number: str) -> Record:
        name = next(name for name, one in self.authors.items() if one == number)
        return {"id": number, "username": name, "name": name.title(),
                "public_metrics": {"followers_count": 42}}  # fmt: skip

    def _found(self, query: str) -> list[Record]:
        """The posts of others that hold one of the query's bare words, and name nobody left out."""
        left_out = re.findall(r"-@(\w+)", query)
        authors = {self.user_id(name) for name in re.findall(r"-from:(\w+)", query)}
        words = set(re.findall(r"\w+", re.sub(r"-\S+|\w+:\S+", "", query).lower())) - {"or"}
        return [
            post for post in self.posts.values()
            if words & set(re.findall(r"\w+", post["text"].lower()))
            and post["author_id"] not in authors
            and not any(one["username"] in left_out for one in post["entities"]["mentions"])
        ]  # fmt: skip

    def _of(self, number: str, what: str) -> list[Record]:
        if what == "tweets":
            return [one for one in self.posts.values() if one["author_id"] == number]
        return [
            one for one in self.posts.values()
            if any(name["id"] == number for name in one["entities"]["mentions"])
        ]  # fmt: skip

    def _page(self, request: Request, found: list[Record], kind: str, token: str) -> Reply:
        since = int(request.one("since_id", "0"))
        oldest = ((self.now - 7 * 86400) * 1000 - _EPOCH_MS) << 22
        if kind == "post" and since < oldest:
            message = "'since_id' must be a tweet id created after the last 7 days"
            return json_reply({"errors": [{"parameters": {"since_id": [str(since)]},
                                           "message": message}]}, 400)  # fmt: skip
        fresh = sorted(
            (one for one in found if int(one["id"]) > since), key=lambda one: -int(one["id"])
        )
        start, size = int(request.one(token, "0")), int(request.one("max_results", "10"))
        if start:
            fresh = [one for one in fresh if int(one["id"]) < start]
        page = fresh[:size]
        meta: Record = {"result_count": len(page)}
        if page:
            meta |= {"newest_id": page[0]["id"], "oldest_id": page[-1]["id"]}
        if len(fresh) > size:
            meta["next_token"] = page[-1]["id"]
        return self._posts(request, page, kind, meta)

    def _posts(self, request: Request, page: list[Record], kind: str, meta: Record,
               errors: Sequence[Record] = ()) -> Reply:  # fmt: skip
        self.charge([(kind, one["id"]) for one in page])
        answer: Record = {"meta": meta}
        if page:
            answer["data"] = [self._shown(one) for one in page]
        if errors:
            answer["errors"] = list(errors)
        along = request.one("expansions").split(",")
        if page and "author_id" in along:
            numbers = dict.fromkeys(one["author_id"] for one in page)
            self.charge([("user", one) for one in numbers])
            answer["includes"] = {"users": [self._user(one) for one in numbers]}
        if page and "referenced_posts" in along:
            refers = [ref["id"] for one in page for ref in one.get("referenced_tweets", ())]
            there = [one for one in dict.fromkeys(refers) if one in self.posts]
            self.charge([("post", one) for one in there])
            answer["includes"]["posts"] = [self._shown(self.posts[one]) for one in there]
        return json_reply(answer)

    def _lookup(self, request: Request) -> Reply:
        ids = request.one("ids").split(",")
        there = [self.posts[one] for one in ids if one in self.posts]
        errors = [
            {"resource_id": one, "value": one, "parameter": "ids", "resource_type": "tweet",
             "title": "Not Found Error", "type": "https://api.twitter.com/2/problems/"
             "resource-not-found", "detail": f"Could not find tweet with ids: [{one}]."}
            for one in ids if one not in self.posts
        ]  # fmt: skip
        return self._posts(request, there, "post", {}, errors)

    def _write(self, request: Request) -> Reply:
        body: Any = request.json()
        parent = self.posts.get(body["reply"]["in_reply_to_tweet_id"])
        if parent is None:
            return json_reply({"title": "Forbidden", "detail": "The post is gone."}, 403)
        ours = self.user_id(self.me)
        quoted = [
            self.posts[one["id"]]["author_id"]
            for one in parent.get("referenced_tweets", ())
            if one["type"] == "quoted"
        ]
        named = [one["id"] for one in parent["entities"]["mentions"]]
        if ours not in (*quoted, *named):
            detail = "Reply to this conversation is not allowed because you have not been mentioned"
            return json_reply({"title": "Forbidden", "detail": detail, "status": 403,
                               "type": "about:blank"}, 403)  # fmt: skip
        made = self.reply(body["text"], parent, by=self.me)
        self.charge([("link" if "http" in body["text"] else "reply", made["id"])])
        return json_reply({"data": {"id": made["id"], "text": made["text"]}}, 201)

    # --- the stream, and the permission --------------------------------------------------------

    def _rules(self, request: Request) -> Reply:
        if request.method == "GET":
            return json_reply({"data": self.rules, "meta": {"sent": iso(self.now)}})
        body: Any = request.json()
        bad = [one for one in body.get("add", ()) if len(one["value"]) > 1024]
        if bad:
            return json_reply({"errors": [{"title": "UnprocessableRule",
                                           "details": ["too long"]}]}, 400)  # fmt: skip
        if request.one("dry_run") != "true":
            for one in body.get("add", ()):
                self.rules.append({**one, "id": str(len(self.rules) + 1)})
            away = body.get("delete", {}).get("ids", ())
            self.rules = [one for one in self.rules if one["id"] not in away]
        return json_reply({"meta": {"sent": iso(self.now), "summary": {}}}, 201)

    async def _stream(self, writer: asyncio.StreamWriter) -> None:
        self.connected += 1
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n\r\n")
        mine = self.connected
        while (line := await self.pushed.get()) is not None:
            if mine != self.connected:
                self.pushed.put_nowait(line)  # it is for whoever came later
                return
            writer.write(line)
            await writer.drain()

    def _token(self, request: Request) -> Reply:
        form = {name: one[0] for name, one in parse_qs(request.body.decode()).items()}
        good: Mapping[str, bool] = {
            "refresh_token": form.get("refresh_token") == self.refresh,
            "authorization_code": form.get("code") == "code-1" and "code_verifier" in form,
        }
        if not good.get(form.get("grant_type", ""), False):
            return json_reply(
                {"error": "invalid_request", "error_description": "Wrong value."}, 400
            )
        self.refreshed += 1
        self.refresh = f"refresh-{self.refreshed + 1}"
        self.access.append(f"user-token-{self.refreshed}")
        made = {"access_token": self.access[-1], "refresh_token": self.refresh}
        return json_reply({"token_type": "bearer", "expires_in": 7200, **made})
