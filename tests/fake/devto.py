"""A small Forem on loopback: lists of articles, whole articles, and trees of comments.

async with FakeDev() as server:
    article = server.article("Kerlann in Rust")
    server.comment(article, "Why?")
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.fake.http_server import FakeServer, Reply, Request, json_reply, status_reply
from tests.fake.listening import START


@dataclass
class Item:
    """An article or a comment."""

    id: str
    author: str
    text: str
    at: int
    title: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    likes: int = 1
    edited: int | None = None
    gone: bool = False
    below: list[Item] = field(default_factory=list)


class FakeDev(FakeServer):
    """The server; every new article comes ``step`` seconds after the one before. ``size`` is how
    many a page holds at most, whatever is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.articles: list[Item] = []
        self.now = START
        self.step = 600
        self.size = 100
        self._last = 100

    def article(
        self,
        title: str,
        text: str = "<p>body</p>",
        *,
        description: str = "",
        tags: tuple[str, ...] = ("webdev",),
        author: str = "ana",
    ) -> Item:
        """Publish an article."""
        made = Item(self._id(), author, text, self._second(), title, description, tags)
        self.articles.append(made)
        return made

    def comment(self, parent: Item, text: str, *, author: str = "bob") -> Item:
        """Comment an article or a comment."""
        made = Item(f"c{self._id()}", author, f"<p>{text}</p>", self._second())
        parent.below.append(made)
        return made

    def _id(self) -> str:
        self._last += 1
        return str(self._last)

    def _second(self) -> int:
        self.now += self.step
        return self.now

    def _reply(self, request: Request) -> Reply:
        if request.path in self._scripts:
            return super()._reply(request)
        assert request.headers["user-agent"].startswith("hubbub/"), "an empty one is refused"
        here = [one for one in self.articles if not one.gone]
        match request.path.strip("/").split("/"):
            case ["api", "articles", "latest"]:
                return self._listed(request, sorted(here, key=lambda one: -one.at))
            case ["api", "articles"] if request.one("tag"):
                newest = max((one.at for one in here), default=0)
                since = newest - int(request.one("top", "36500")) * 86_400
                found = [o for o in here if request.one("tag") in o.tags and o.at > since]
                return self._listed(request, sorted(found, key=lambda one: -one.likes))
            case ["api", "articles"]:
                found = [one for one in here if one.author == request.one("username")]
                return self._listed(request, sorted(found, key=lambda one: -one.at))
            case ["api", "articles", number]:
                article = next((one for one in here if one.id == number), None)
                return json_reply(self._whole(article)) if article else status_reply(404)
            case ["api", "comments"]:
                article = next((one for one in here if one.id == request.one("a_id")), None)
                if article is None:
                    return status_reply(404)
                return json_reply([_comment(one) for one in article.below])
        return status_reply(404)

    def _listed(self, request: Request, found: list[Item]) -> Reply:
        size = min(self.size, int(request.one("per_page", "30")))
        page = int(request.one("page", "1"))
        shown = found[(page - 1) * size : page * size]
        return json_reply(
            [
                {**self._plain(one), "tag_list": list(one.tags), "tags": ", ".join(one.tags)}
                for one in shown
            ]
        )

    def _whole(self, article: Item) -> dict[str, object]:
        return {
            **self._plain(article),
            "tag_list": ", ".join(article.tags),
            "tags": list(article.tags),
            "body_html": article.text,
            "body_markdown": "body",
        }

    def _plain(self, article: Item) -> dict[str, object]:
        return {
            "type_of": "article",
            "id": int(article.id),
            "title": article.title,
            "description": article.description,
            "url": f"https://dev.to/{article.author}/slug-{article.id}",
            "comments_count": len(_walked(article)),
            "public_reactions_count": article.likes,
            "published_at": _iso(article.at),
            "published_timestamp": _iso(article.at),
            "edited_at": _iso(article.edited) if article.edited else None,
            "language": "en",
            "user": {"name": article.author.title(), "username": article.author, "user_id": 1},
        }


def _comment(comment: Item) -> dict[str, object]:
    return {
        "type_of": "comment",
        "id_code": comment.id,
        "created_at": _iso(comment.at),
        "body_html": "<p>[deleted]</p>" if comment.gone else comment.text,
        "user": {} if comment.gone else {"name": "B", "username": comment.author, "user_id": 2},
        "children": [_comment(one) for one in comment.below],
    }


def _walked(item: Item) -> list[Item]:
    return [found for one in item.below for found in (one, *_walked(one))]


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
