"""A small Facebook on loopback: one Page, posts, comments below comments, tags, ratings.

async with FakeFacebook() as server:
    post = server.post("We sail again")
    comment = server.comment("When?", post)
"""

from __future__ import annotations

import re
from typing import Any

from tests.fake.graph import FakeGraph, Record, form_of, gone, iso, refusal
from tests.fake.http_server import Reply, Request, json_reply

PAGE = "100"
PAGE_KEY = "EAApage"
_NESTED = re.compile(r"comments\.order\(reverse_chronological\)\.filter\(stream\)\.limit\((\d+)\)")


class FakeFacebook(FakeGraph):
    """The server. ``personal``: the key is a person's, and opens ``pages``."""

    def __init__(self) -> None:
        super().__init__()
        self.personal = False
        self.pages: list[Record] = [{"id": PAGE, "name": "Kerlann", "access_token": PAGE_KEY}]
        self.posts: list[Record] = []
        self.comments: list[Record] = []
        self.tagged: list[Record] = []
        self.ratings: list[Record] = []
        self.hides_authors = False

    # --- what happens there --------------------------------------------------------------------

    def post(self, text: str, by: str = PAGE) -> Record:
        """A post on the Page, by the Page itself or by a visitor."""
        number, at = self.tick()
        record = {"id": f"{PAGE}_{number}", "message": text, "created_time": at,
                  "from": person(by), "shares": {"count": 1},
                  "permalink_url": f"https://www.facebook.com/{PAGE}/posts/{number}"}  # fmt: skip
        self.posts.append(record)
        return record

    def comment(self, text: str, on: Record, by: str = "7001") -> Record:
        """A comment on a post, or a reply to a comment."""
        number, at = self.tick()
        post = str(on.get("post", on["id"]))
        front = post.partition("_")[2] or post
        record = {"id": f"{front}_{number}", "post": post, "message": text, "created_time": at,
                  "from": person(by), "like_count": 0,
                  "permalink_url": f"https://www.facebook.com/x?comment_id={number}"}  # fmt: skip
        if "post" in on:
            record["parent"] = {"id": on["id"]}
        self.comments.append(record)
        return record

    def tag(self, text: str) -> Record:
        """A post of somebody that names the Page; who wrote it is not told."""
        number, at = self.tick()
        record = {"id": f"7009_{number}", "message": text, "tagged_time": at}
        self.tagged.append(record)
        return record

    def rate(self, text: str, advice: str = "negative") -> Record:
        """A review of the Page."""
        number, at = self.tick()
        record: Record = {"created_time": at, "has_review": True, "review_text": text,
                          "recommendation_type": advice, "reviewer": person("7003"),
                          "open_graph_story": {"id": number}}  # fmt: skip
        self.ratings.append(record)
        return record

    def delete(self, record: Record) -> None:
        """Take a post or comment away."""
        for kept in (self.posts, self.comments, self.tagged):
            if record in kept:
                kept.remove(record)

    @property
    def written(self) -> list[str]:
        """What the Page commented."""
        return [one["message"] for one in self.comments if one["from"]["id"] == PAGE]

    # --- the API -------------------------------------------------------------------------------

    def bearers(self) -> list[str]:
        return [f"Bearer {self.key}", *([f"Bearer {PAGE_KEY}"] if self.personal else [])]

    def answered(self, request: Request, path: str) -> Reply:
        if request.method == "DELETE":
            return self._remove(path)
        if request.method == "POST":
            return self._write(request, path.partition("/")[0])
        as_page = not self.personal or request.headers["authorization"] == f"Bearer {PAGE_KEY}"
        match path.split("/"):
            case ["me"]:
                return json_reply({"id": PAGE, "name": "Kerlann"} if as_page else {"id": "1"})
            case ["me", "accounts"] if as_page:
                return refusal(100, "(#100) Tried accessing nonexisting field (accounts)")
            case ["me", "accounts"]:
                return json_reply({"data": self.pages})
            case [_, _] if not as_page:
                return refusal(190, "This method must be called with a Page Access Token")
            case [_, "feed"]:
                return self._feed(request)
            case [_, "tagged"]:
                return self.page(request, self.tagged[::-1])
            case [_, "ratings"]:
                return self.page(request, [self._rating(one) for one in self.ratings[::-1]])
            case [native_id, "comments"]:
                below = self._below(native_id)
                return self.page(request, [self._shown(one) for one in below])
            case [native_id]:
                for record in (*self.posts, *self.tagged):
                    if record["id"] == native_id:
                        return json_reply(self._post(record, request.one("fields")))
                for record in self.comments:
                    if record["id"] == native_id:
                        return json_reply(self._shown(record))
                return gone(native_id)
        return gone(path)

    def _feed(self, request: Request) -> Reply:
        until = request.one("until")
        found = [one for one in reversed(self.posts)
                 if not until or one["created_time"] < iso(int(until))]  # fmt: skip
        return self.page(request, [self._post(one, request.one("fields")) for one in found])

    def _post(self, record: Record, fields: str) -> Record:
        shown: Record = dict(record)
        if self.hides_authors:
            shown.pop("from")
        if (nested := _NESTED.search(fields)) is not None:
            below = [self._shown(one) for one in self._below(record["id"])]
            page = self.cut(below, int(nested[1]), "", f"/{record['id']}/comments")
            shown["comments"] = {**page, "summary": {"total_count": len(below)}}
        return shown

    def _rating(self, record: Record) -> Record:
        story = record.get("open_graph_story")
        if not story:
            return record
        below = [self._shown(one) for one in self._below(story["id"])]
        return {**record, "open_graph_story": {**story, "comments": {"data": below}}}

    def _below(self, native_id: str) -> list[Record]:
        """All below a post or a comment, newest first: ``filter=stream``."""
        inside = {native_id}
        for one in self.comments:
            if one["post"] in inside or one.get("parent", {}).get("id") in inside:
                inside.add(one["id"])
        return [one for one in reversed(self.comments) if one["id"] in inside - {native_id}]

    def _shown(self, record: Record) -> Record:
        hidden = {"post", "from"} if self.hides_authors else {"post"}
        return {name: value for name, value in record.items() if name not in hidden}

    def _write(self, request: Request, native_id: str) -> Reply:
        words = form_of(request).get("message", "").strip()
        stories = [one["open_graph_story"] for one in self.ratings if "open_graph_story" in one]
        for record in (*self.posts, *self.comments, *stories):
            if record["id"] == native_id:
                made: dict[str, Any] = self.comment(words, record, by=PAGE)
                return json_reply({"id": made["id"]})
        return gone(native_id)

    def _remove(self, native_id: str) -> Reply:
        for record in self.comments:
            if record["id"] == native_id:
                if record["from"]["id"] != PAGE:
                    return refusal(200, "(#200) Permissions error", status=403)
                self.delete(record)
                return json_reply({"success": True})
        return gone(native_id)


def person(number: str) -> Record:
    """Who wrote something."""
    return {"id": number, "name": "Kerlann" if number == PAGE else f"Person {number}"}
