"""A small Stack Exchange on loopback: search, questions, answers, comments; all compressed.

async with FakeStackExchange() as server:
    question = server.question("How to moor a Kerlann?")
    server.answer(question, "With two ropes")
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from tests.fake.http_server import FakeServer, Reply, Request, gzip_reply, json_reply
from tests.fake.listening import START


@dataclass
class Entry:
    """A question, an answer, or a comment on one of them."""

    id: int
    kind: str
    body: str
    user: int
    at: int
    active: int
    title: str = ""
    parent: Entry | None = None
    edited: int | None = None
    score: int = 1
    below: list[Entry] = field(default_factory=list)

    @property
    def question(self) -> Entry:
        """The question it stands under, or itself."""
        return self.parent.question if self.parent else self


class FakeStackExchange(FakeServer):
    """The server; every new entry comes ``step`` seconds after the one before."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []
        self.now = START
        self.step = 60
        self.quota = 300
        self.backoff: int | None = None
        self.most = 100
        self._last = 1000

    def question(self, title: str, body: str = "<p>Kerlann</p>", *, user: int = 7) -> Entry:
        """Ask."""
        return self._add(Entry(0, "question", body, user, 0, 0, title))

    def answer(self, question: Entry, body: str, *, user: int = 8) -> Entry:
        """Answer a question; it becomes active."""
        made = self._add(Entry(0, "answer", body, user, 0, 0, parent=question))
        question.active = made.at
        return made

    def comment(self, parent: Entry, body: str, *, user: int = 9) -> Entry:
        """Comment a question or an answer."""
        return self._add(Entry(0, "comment", body, user, 0, 0, parent=parent))

    def edit(self, entry: Entry, body: str) -> None:
        """Change a text."""
        self.now += self.step
        entry.body, entry.edited, entry.active = body, self.now, self.now

    def remove(self, entry: Entry) -> None:
        """Delete a post."""
        self.entries.remove(entry)

    def _add(self, entry: Entry) -> Entry:
        self._last += 1
        self.now += self.step
        entry.id, entry.at, entry.active = self._last, self.now, self.now
        self.entries.append(entry)
        return entry

    def _reply(self, request: Request) -> Reply:
        if request.path in self._scripts:
            return super()._reply(request)
        assert request.one("site") == "stackoverflow", request.query
        if self.quota <= 0:
            return json_reply(
                {
                    "error_id": 502,
                    "error_message": "too many requests from this IP, more requests available "
                    "in 67194 seconds",
                    "error_name": "throttle_violation",
                },
                400,
            )
        self.quota -= 1
        ids = _ids(request.path)
        match request.path.strip("/").split("/"):
            case ["search", "excerpts"]:
                words = request.one("q").strip('"').lower()
                found = [e for e in self.entries if e.kind != "comment" and _holds(e, words)]
                return self._listed(request, [(e, _hit(e)) for e in found])
            case ["questions", _]:
                return self._listed(request, self._whole("question", ids))
            case ["answers", _]:
                return self._listed(request, self._whole("answer", ids))
            case ["questions", _, "answers"]:
                below = [e for e in self.entries if e.kind == "answer" and e.question.id in ids]
                return self._listed(request, [(e, _whole(e)) for e in below])
            case ["posts", _, "comments"]:
                below = [
                    e
                    for e in self.entries
                    if e.kind == "comment" and e.parent is not None and e.parent.id in ids
                ]
                return self._listed(request, [(e, _whole(e)) for e in below])
            case ["users", _, kind]:
                own = [e for e in self.entries if e.user in ids and f"{e.kind}s" == kind]
                return self._listed(request, [(e, _whole(e)) for e in own])
        return json_reply({"error_id": 404, "error_name": "no_method"}, 400)

    def _whole(self, kind: str, ids: set[int]) -> list[tuple[Entry, object]]:
        return [(e, _whole(e)) for e in self.entries if e.kind == kind and e.id in ids]

    def _listed(self, request: Request, found: list[tuple[Entry, object]]) -> Reply:
        by_creation = request.one("sort") == "creation"
        low, high = int(request.one("min", "0")), int(request.one("max", str(2**40)))
        kept = [
            (entry.at if by_creation else entry.active, entry.id, record)
            for entry, record in found
            if low <= (entry.at if by_creation else entry.active) <= high
        ]
        kept.sort(key=lambda one: one[:2], reverse=request.one("order", "desc") == "desc")
        size, page = (
            min(int(request.one("pagesize", "30")), self.most),
            int(request.one("page", "1")),
        )
        shown = [record for *_, record in kept[(page - 1) * size : page * size]]
        body: dict[str, object] = {
            "items": shown,
            "has_more": len(kept) > page * size,
            "quota_max": 300,
            "quota_remaining": self.quota,
        }
        if self.backoff is not None:
            body["backoff"] = self.backoff
        return gzip_reply(json.dumps(body).encode())


def _ids(path: str) -> set[int]:
    return {int(one) for part in path.split("/") for one in part.split(";") if one.isdigit()}


def _holds(entry: Entry, words: str) -> bool:
    return words in f"{entry.question.title} {entry.body}".lower()


def _hit(entry: Entry) -> dict[str, object]:
    question = entry.question
    found: dict[str, object] = {
        "tags": ["boats"],
        "question_score": question.score,
        "is_answered": False,
        "question_id": question.id,
        "item_type": entry.kind,
        "score": entry.score,
        "last_activity_date": entry.active,
        "creation_date": entry.at,
        "body": "cut",
        "excerpt": 'a <span class="highlight">Kerlann</span>&hellip;',
        "title": question.title.replace("&", "&amp;").replace("'", "&#39;"),
    }
    return {**found, "answer_id": entry.id} if entry.kind == "answer" else found


def _whole(entry: Entry) -> dict[str, object]:
    whole: dict[str, object] = {
        "owner": {
            "user_id": entry.user,
            "user_type": "registered",
            "display_name": f"User &amp; {entry.user}",
            "link": f"https://stackoverflow.com/users/{entry.user}/user",
        },
        "score": entry.score,
        "last_activity_date": entry.active,
        "creation_date": entry.at,
        "content_license": "CC BY-SA 4.0",
        "body": entry.body,
    }
    if entry.edited is not None:
        whole["last_edit_date"] = entry.edited
    if entry.kind == "question":
        return {
            **whole,
            "question_id": entry.id,
            "tags": ["boats"],
            "answer_count": 2,
            "title": entry.title.replace("&", "&amp;").replace("'", "&#39;"),
            "link": f"https://stackoverflow.com/questions/{entry.id}/x",
        }
    if entry.kind == "answer":
        return {**whole, "answer_id": entry.id, "question_id": entry.question.id}
    assert entry.parent is not None
    return {**whole, "comment_id": entry.id, "post_id": entry.parent.id, "edited": False}
