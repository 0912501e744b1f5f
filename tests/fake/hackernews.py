"""A small Hacker News on loopback: Algolia's search and item trees, Firebase's items, made up.

async with FakeHackerNews() as server:
    story = server.story("Show HN: Kerlann", url="https://kerlann.example/")
    server.comment("I use Kerlann", parent=story)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from listeners.clock import to_iso
from listeners.model import SECOND, Micros
from tests.fake.http_server import FakeServer, Reply, Request, json_reply

START = 1_800_000_000


@dataclass
class Item:
    """One story or comment."""

    id: int
    kind: str
    author: str
    at: int
    text: str = ""
    title: str = ""
    url: str = ""
    parent: Item | None = None
    points: int | None = None
    deleted: bool = False
    dead: bool = False
    indexed: bool = True
    children: list[Item] = field(default_factory=list)

    @property
    def story(self) -> Item:
        """The story it stands under, or itself."""
        return self.parent.story if self.parent else self


class FakeHackerNews(FakeServer):
    """The server; ``now`` is the second new items carry, a minute more for each."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.items: list[Item] = []
        self.most = 1000
        self.step = 60
        self.karma: dict[str, int] = {}
        self._last = 40_000_000

    def story(self, title: str, *, author: str = "ana", text: str = "", url: str = "") -> Item:
        """Submit a story."""
        return self._add(Item(0, "story", author, 0, text, title, url, points=1))

    def comment(self, text: str, *, parent: Item, author: str = "bob") -> Item:
        """Answer an item."""
        item = self._add(Item(0, "comment", author, 0, text, parent=parent))
        parent.children.append(item)
        return item

    def _add(self, item: Item) -> Item:
        self._last += 1
        self.now += self.step
        item.id, item.at = self._last, self.now
        self.items.append(item)
        return item

    def answer(self, request: Request) -> Reply:
        """The ordinary answer of the server."""
        parts = request.path.strip("/").split("/")
        match parts:
            case ["api", "v1", "search_by_date"]:
                return self._search(request)
            case ["api", "v1", "items", number]:
                found = self._item(number)
                if found is None or not found.indexed:
                    return json_reply({"status": 404, "error": "Not Found"}, 404)
                return json_reply(tree(found))
            case ["v0", "user", name]:
                return json_reply(self._user(name.removesuffix(".json")))
            case ["v0", "item", name]:
                return json_reply(firebase(self._item(name.removesuffix(".json"))))
        return json_reply({"status": 404, "error": "Not Found"}, 404)

    def _reply(self, request: Request) -> Reply:
        if request.path in self._scripts:
            return super()._reply(request)
        return self.answer(request)

    def _user(self, name: str) -> object:
        points = self.karma.get(name)
        return None if points is None else {"id": name, "karma": points, "created": START}

    def _item(self, number: str) -> Item | None:
        return next((item for item in self.items if str(item.id) == number), None)

    def _search(self, request: Request) -> Reply:
        low, high = 0, 2**40
        for limit in filter(None, request.one("numericFilters").split(",")):
            found = re.fullmatch(r"created_at_i(<=|>)(-?\d+)", limit)
            if not found:
                return json_reply({"code": 400, "message": "invalid numeric attribute"}, 400)
            if found[1] == ">":
                low = int(found[2]) + 1
            else:
                high = int(found[2])
        hits = [
            item
            for item in self.items
            if low <= item.at <= high and item.indexed and not item.deleted
            if _matches(item, request)
        ]
        hits.sort(key=lambda item: (-item.at, -item.id))
        shown = hits[: self.most]
        size, page = int(request.one("hitsPerPage", "20")), int(request.one("page", "0"))
        return json_reply(
            {
                "hits": [hit(item) for item in shown[page * size : (page + 1) * size]],
                "nbHits": len(hits),
                "page": page,
                "nbPages": -(-len(shown) // size),
                "hitsPerPage": size,
                "exhaustiveNbHits": True,
                "query": request.one("query"),
            }
        )


def _matches(item: Item, request: Request) -> bool:
    for tag in re.findall(r"\([^)]*\)|[^,]+", request.one("tags")):
        names = {item.kind, f"author_{item.author}", f"story_{item.story.id}"}
        if names.isdisjoint(tag.strip("()").split(",")):
            return False
    words = request.one("query").strip('"').lower()
    if request.one("restrictSearchableAttributes") == "url":
        return words in item.url.lower()
    return words in f"{item.title} {item.text} {item.url} {item.story.title}".lower()


def hit(item: Item) -> dict[str, object]:
    """The item as Algolia's search shows it: every field there, many of them null."""
    story = item.story
    is_comment = item.kind == "comment"
    return {
        "objectID": str(item.id),
        "author": item.author,
        "created_at": to_iso(Micros(item.at * SECOND)),
        "created_at_i": item.at,
        "title": None if is_comment else item.title,
        "url": None if is_comment else item.url or None,
        "points": item.points,
        "num_comments": None if is_comment else len(item.children),
        "story_text": item.text if not is_comment and item.text else None,
        "comment_text": item.text if is_comment else None,
        "parent_id": item.parent.id if item.parent else None,
        "story_id": story.id if is_comment else None,
        "story_title": story.title if is_comment else None,
        "story_url": story.url if is_comment else None,
        "_tags": [item.kind, f"author_{item.author}", f"story_{story.id}"],
        "_highlightResult": {},
    }


def tree(item: Item) -> dict[str, object]:
    """The item as Algolia's ``items`` shows it, with everything below it."""
    return {
        "id": item.id,
        "created_at_i": item.at,
        "type": item.kind,
        "author": None if item.deleted else item.author,
        "title": item.title or None,
        "url": item.url or None,
        "text": None if item.deleted else item.text or None,
        "points": item.points,
        "parent_id": item.parent.id if item.parent else None,
        "story_id": item.story.id,
        "children": [tree(child) for child in item.children if child.indexed],
        "options": [],
    }


def firebase(item: Item | None) -> object:
    """The item as Hacker News' own API shows it."""
    if item is None:
        return None
    if item.deleted:
        return {"deleted": True, "id": item.id, "time": item.at, "type": item.kind}
    return {
        "by": item.author,
        "id": item.id,
        "kids": [child.id for child in item.children],
        "text": item.text,
        "time": item.at,
        "title": item.title,
        "type": item.kind,
        **({"parent": item.parent.id} if item.parent else {}),
        **({"dead": True} if item.dead else {}),
    }
