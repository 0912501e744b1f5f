"""A small Lobsters on loopback: lists of stories, and stories with their comments.

async with FakeLobsters() as server:
    story = server.story("Kerlann in Rust")
    server.comment(story, "Why?")
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from tests.fake.http_server import FakeServer, Reply, Request, json_reply, status_reply
from tests.fake.listening import START


@dataclass
class Item:
    """A story or a comment."""

    id: str
    author: str
    text: str
    at: int
    title: str = ""
    url: str = ""
    tags: tuple[str, ...] = ()
    parent: Item | None = None
    score: int = 1
    gone: str = ""
    edited: int | None = None
    below: list[Item] = field(default_factory=list)

    @property
    def depth(self) -> int:
        """How many comments stand above."""
        return 0 if self.parent is None or self.parent.parent is None else self.parent.depth + 1


class FakeLobsters(FakeServer):
    """The server; every new story comes ``step`` seconds after the one before. ``old`` answers
    as it did before 2022: people are tables, comments name no parent."""

    def __init__(self) -> None:
        super().__init__()
        self.stories: list[Item] = []
        self.now = START
        self.step = 1800
        self.size = 25
        self.old = False
        self._last = 0

    def story(
        self,
        title: str,
        *,
        text: str = "",
        url: str = "https://a.example/",
        tags: tuple[str, ...] = ("web",),
        author: str = "ana",
    ) -> Item:
        """Submit a story."""
        made = Item(self._id(), author, text, self._second(), title, url, tags)
        self.stories.append(made)
        return made

    def comment(self, parent: Item, text: str, *, author: str = "bob") -> Item:
        """Comment a story or a comment."""
        made = Item(self._id(), author, text, self._second(), parent=parent)
        parent.below.append(made)
        return made

    def _id(self) -> str:
        self._last += 1
        return f"x{self._last:05}"

    def _second(self) -> int:
        self.now += self.step
        return self.now

    def _reply(self, request: Request) -> Reply:
        if request.path in self._scripts:
            return super()._reply(request)
        parts = request.path.removesuffix(".json").strip("/").split("/")
        match parts:
            case ["newest", *rest]:
                return self._listed(self.stories, rest)
            case ["t", names, *rest]:
                tags = set(names.split(","))
                return self._listed([s for s in self.stories if tags & set(s.tags)], rest)
            case ["domains", host, *rest]:
                found = [s for s in self.stories if urlsplit(s.url).hostname == host]
                return self._listed(found, rest) if found else status_reply(404)
            case ["s", short_id]:
                story = next((s for s in self.stories if s.id == short_id), None)
                if story is None or story.gone:
                    return status_reply(404)
                comments = [self._comment(story, one) for one in _walked(story)]
                return json_reply({**self._story(story), "comments": comments})
        return status_reply(404)

    def _listed(self, stories: list[Item], rest: list[str]) -> Reply:
        number = int(rest[1]) if rest else 1
        shown = sorted((s for s in stories if not s.gone), key=lambda one: -one.at)
        page = shown[(number - 1) * self.size : number * self.size]
        return json_reply([self._story(story) for story in page])

    def _person(self, name: str) -> object:
        return {"username": name, "karma": 3} if self.old else name

    def _story(self, story: Item) -> dict[str, object]:
        return {
            "short_id": story.id,
            "short_id_url": f"{self.url}/s/{story.id}",
            "created_at": _iso(story.at),
            "title": story.title,
            "url": story.url,
            "score": story.score,
            "flags": 0,
            "comment_count": len(_walked(story)),
            "description": story.text,
            "comments_url": f"https://lobste.rs/s/{story.id}/slug",
            "submitter_user": self._person(story.author),
            "user_is_author": False,
            "tags": list(story.tags),
        }

    def _comment(self, story: Item, comment: Item) -> dict[str, object]:
        assert comment.parent is not None
        record: dict[str, object] = {
            "short_id": comment.id,
            "short_id_url": f"https://lobste.rs/c/{comment.id}",
            "created_at": _iso(comment.at),
            "is_deleted": comment.gone == "deleted",
            "is_moderated": comment.gone == "moderated",
            "score": comment.score,
            "comment": "<em>Comment removed</em>" if comment.gone else f"<p>{comment.text}</p>",
            "commenting_user": self._person(comment.author),
        }
        if self.old:
            return {**record, "updated_at": record["created_at"], "indent_level": comment.depth + 1}
        parent = None if comment.parent is story else comment.parent.id
        edited = _iso(comment.edited or comment.at)
        return {
            **record,
            "last_edited_at": edited,
            "depth": comment.depth,
            "parent_comment": parent,
        }


def _walked(item: Item) -> list[Item]:
    return [found for one in item.below for found in (one, *_walked(one))]


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()
