"""A small Instagram on loopback: our pictures, comments with replies inside, tags, hashtags."""

from __future__ import annotations

from collections.abc import Sequence

from tests.fake.graph import FakeGraph, Record, form_of, gone, refusal
from tests.fake.http_server import Reply, Request, json_reply

ACCOUNT = "1784"
NAME = "kerlann"


class FakeInstagram(FakeGraph):
    """The server. ``inline`` is how many replies come along with a comment; ``searched`` are the
    hashtags the account asked for in the last seven days; ``size`` bounds every page."""

    def __init__(self) -> None:
        super().__init__()
        self.own_login = False
        self.inline = 50
        self.size = 100
        self.media: list[Record] = []
        self.comments: list[Record] = []
        self.tagged: list[Record] = []
        self.hashtags: dict[str, list[Record]] = {}
        self.searched: list[str] = []

    # --- what happens there --------------------------------------------------------------------

    def publish(self, text: str) -> Record:
        """A picture of ours."""
        record = self._picture(text)
        self.media.append(record)
        return record

    def comment(self, text: str, on: Record, by: str = "ana") -> Record:
        """A comment on a picture, or a reply to a comment."""
        number, at = self.tick()
        record: Record = {"id": number, "text": text, "timestamp": at, "username": by,
                          "from": {"id": f"id-{by}", "username": by}, "like_count": 0,
                          "media": on.get("media", on["id"])}  # fmt: skip
        if "media" in on:
            record["parent_id"] = on.get("parent_id", on["id"])
        self.comments.append(record)
        return record

    def tag(self, text: str, by: str = "bob") -> Record:
        """A picture of somebody in which we are tagged."""
        record = {**self._picture(text), "username": by}
        self.tagged.append(record)
        return record

    def under(self, tag: str, text: str) -> Record:
        """A picture somebody published with a hashtag."""
        record = self._picture(text)
        self.hashtags.setdefault(tag, []).append(record)
        return record

    def delete(self, record: Record) -> None:
        """Take a picture or a comment away."""
        for kept in (self.media, self.comments):
            if record in kept:
                kept.remove(record)

    @property
    def written(self) -> list[str]:
        """What our account commented."""
        return [one["text"] for one in self.comments if one["username"] == NAME]

    def _picture(self, text: str) -> Record:
        number, at = self.tick()
        return {"id": number, "caption": text, "media_type": "IMAGE", "timestamp": at,
                "permalink": f"https://www.instagram.com/p/{number}/", "like_count": 1,
                "comments_count": 0}  # fmt: skip

    # --- the API -------------------------------------------------------------------------------

    def answered(self, request: Request, path: str) -> Reply:
        if request.method == "DELETE":
            return self._remove(path)
        if request.method == "POST":
            return self._write(request, path)
        match path.split("/"):
            case ["me"] if self.own_login:
                return json_reply({"user_id": ACCOUNT, "username": NAME, "id": "app-scoped"})
            case ["me", "accounts"]:
                account = {"id": ACCOUNT, "username": NAME}
                page = {"id": "100", "name": "Kerlann", "instagram_business_account": account}
                return json_reply({"data": [page, {"id": "200", "name": "No Instagram"}]})
            case ["ig_hashtag_search"]:
                return json_reply({"data": [{"id": f"tag-{request.one('q')}"}]})
            case [_, "recently_searched_hashtags"]:
                return json_reply({"data": [{"id": "1", "name": tag} for tag in self.searched]})
            case [number, "recent_media"]:
                return self._recent(request, number.removeprefix("tag-"))
            case [_, "media"]:
                nested = "comments.limit" in request.one("fields")
                return self.page(request, [self._shown(one, nested) for one in self.media[::-1]])
            case [_, "tags"]:
                return self.page(request, self.tagged[::-1])
            case [native_id, "comments"]:
                return self.page(request, self._on(native_id))
            case [native_id, "replies"]:
                return self.page(request, self._replies(native_id))
            case [native_id]:
                return self._one(native_id, request.one("fields"))
        return gone(path)

    def _one(self, native_id: str, fields: str) -> Reply:
        for record in (*self.media, *self.tagged):
            if record["id"] == native_id:
                if "media{" in fields or fields.startswith("id,text"):
                    return refusal(100, "(#100) Tried accessing nonexisting field (media)")
                return json_reply(self._shown(record, "comments.limit" in fields))
        for record in self.comments:
            if record["id"] == native_id:
                return json_reply({**record, "media": {"id": record["media"]}})
        return gone(native_id)

    def _recent(self, request: Request, tag: str) -> Reply:
        """A cursor that stays the same on each page and goes on all the same."""
        found = self.hashtags.get(tag, [])[::-1]
        visits = len(self.asked(request.path)) - 1
        start = self.size * visits if request.one("after") else 0
        body: Record = {"data": found[start : start + self.size]}
        address = f"https://graph.example/x?access_token={self.key}&after=same"
        return json_reply({**body, "paging": {"cursors": {"after": "same"}, "next": address}})

    def _shown(self, record: Record, nested: bool) -> Record:
        below = [one for one in self.comments if one["media"] == record["id"]]
        shown: Record = {**record, "comments_count": len(below)}
        if nested and below:
            comments = self._on(record["id"])
            shown["comments"] = self.cut(comments, self.size, "", f"/{record['id']}/comments")
        return shown

    def _on(self, media: str) -> list[Record]:
        """The comments on a picture, newest first, each with its first replies."""
        shown = []
        for one in reversed(self.comments):
            if one["media"] != media or "parent_id" in one:
                continue
            record = _bare(one)
            if replies := self._replies(one["id"]):
                record["replies"] = self.cut(replies, self.inline, "", f"/{one['id']}/replies")
            shown.append(record)
        return shown

    def _replies(self, native_id: str) -> list[Record]:
        below = [one for one in reversed(self.comments) if one.get("parent_id") == native_id]
        return [_bare(one) for one in below]

    def _write(self, request: Request, path: str) -> Reply:
        native_id, _, edge = path.partition("/")
        words = form_of(request).get("message", "").strip()
        kept: Sequence[Record] = self.media if edge == "comments" else self.comments
        for record in kept:
            if record["id"] == native_id:
                if edge == "replies" and "parent_id" in record:
                    return refusal(100, "(#100) Replies to replies are not supported")
                return json_reply({"id": self.comment(words, record, by=NAME)["id"]})
        return gone(native_id)

    def _remove(self, native_id: str) -> Reply:
        for record in self.comments:
            if record["id"] == native_id:
                self.delete(record)
                return json_reply({"success": True})
        return gone(native_id)


def _bare(record: Record) -> Record:
    return {k: v for k, v in record.items() if k not in ("media", "parent_id")}
