"""A small Threads on loopback: posts, conversations, mentions, a search, two-step publishing."""

from __future__ import annotations

from tests.fake.graph import FakeGraph, Record, form_of, gone, refusal
from tests.fake.http_server import Reply, Request, json_reply

ME = "55"
NAME = "kerlann"


class FakeThreads(FakeGraph):
    """The server. ``reviewed``: the search sees the posts of others; ``waits``: how often a
    container is not ready yet; ``used`` are the replies of the day."""

    def __init__(self) -> None:
        super().__init__()
        self.reviewed = False
        self.waits = 0
        self.used = 0
        self.posts: list[Record] = []
        self.mentions: list[str] = []
        self.containers: dict[str, Record] = {}
        self.state = "FINISHED"

    # --- what happens there --------------------------------------------------------------------

    def post(self, text: str, by: str = NAME, to: Record | None = None) -> Record:
        """A post, or a reply to one."""
        number, at = self.tick()
        record: Record = {"id": number, "text": text, "media_type": "TEXT_POST", "username": by,
                          "timestamp": at, "is_quote_post": False, "is_reply": to is not None,
                          "permalink": f"https://www.threads.com/@{by}/post/{number}"}  # fmt: skip
        if to is not None:
            record["replied_to"] = {"id": to["id"]}
            record["root_post"] = to.get("root_post", {"id": to["id"]})
            record["is_reply_owned_by_me"] = by == NAME
        self.posts.append(record)
        return record

    def mention(self, text: str, by: str = "ana") -> Record:
        """A post of somebody that names us."""
        record = self.post(text, by)
        self.mentions.append(record["id"])
        return record

    @property
    def written(self) -> list[str]:
        """What we replied."""
        return [one["text"] for one in self.posts if one["username"] == NAME and one["is_reply"]]

    # --- the API -------------------------------------------------------------------------------

    def answered(self, request: Request, path: str) -> Reply:
        if request.method == "DELETE":
            found = [one for one in self.posts if one["id"] == path]
            self.posts = [one for one in self.posts if one["id"] != path]
            return json_reply({"success": True, "deleted_id": path}) if found else gone(path)
        if request.method == "POST":
            return self._write(form_of(request), path)
        newest = self.posts[::-1]
        match path.split("/"):
            case ["me"]:
                return json_reply({"id": ME, "username": NAME, "name": "Kerlann"})
            case ["keyword_search"]:
                return self._search(request)
            case [_, "threads"]:
                own = [one for one in newest if one["username"] == NAME and not one["is_reply"]]
                return self.page(request, [self._shown(one) for one in own])
            case [_, "replies"]:
                own = [one for one in newest if one["username"] == NAME and one["is_reply"]]
                return self.page(request, own)
            case [_, "mentions"]:
                return self.page(request, [one for one in newest if one["id"] in self.mentions])
            case [_, "threads_publishing_limit"]:
                config = {"quota_total": 1000, "quota_duration": 86400}
                state = {"reply_quota_usage": self.used, "reply_config": config}
                return json_reply({"data": [state]})
            case [native_id, "conversation"]:
                below = [one for one in newest
                         if one.get("root_post", {}).get("id") == native_id]  # fmt: skip
                return self.page(request, below)
            case [native_id]:
                return self._one(native_id)
        return gone(path)

    def _one(self, native_id: str) -> Reply:
        if native_id in self.containers:
            self.waits -= 1
            state = "IN_PROGRESS" if self.waits >= 0 else self.state
            return json_reply({"id": native_id, "status": state, "error_message": "UNKNOWN"})
        found = [one for one in self.posts if one["id"] == native_id]
        return json_reply(self._shown(found[0])) if found else gone(native_id)

    def _search(self, request: Request) -> Reply:
        if (found := request.one("since")) and int(found) < 1_688_540_400:
            return refusal(100, "(#100) Param since must be greater")
        word = request.one("q").casefold()
        seen = [one for one in reversed(self.posts) if word in one["text"].casefold()
                and (self.reviewed or one["username"] == NAME)]  # fmt: skip
        names = ("root_post", "replied_to", "is_reply_owned_by_me")
        return self.page(request, [{k: v for k, v in one.items() if k not in names}
                                   for one in seen])  # fmt: skip

    def _shown(self, record: Record) -> Record:
        roots = (one.get("root_post", {}).get("id") for one in self.posts)
        return {**record, "has_replies": record["id"] in roots}

    def _write(self, form: dict[str, str], path: str) -> Reply:
        if path == f"{ME}/threads":
            to = [one for one in self.posts if one["id"] == form["reply_to_id"]]
            if not to:
                return gone(form["reply_to_id"])
            root = to[0].get("root_post", to[0])["id"]
            ours = any(one["id"] == root and one["username"] == NAME for one in self.posts)
            if not ours and not self.reviewed:
                return refusal(10, "(#10) Application does not have permission for this action")
            number, _ = self.tick()
            self.containers[number] = form
            return json_reply({"id": number})
        form_ = self.containers.pop(form["creation_id"])
        to = [one for one in self.posts if one["id"] == form_["reply_to_id"]]
        return json_reply({"id": self.post(form_["text"], NAME, to[0])["id"]})
