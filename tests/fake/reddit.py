"""A small Reddit on loopback, with made-up people: its feeds, its API, and a token to be had.

    async with FakeReddit() as reddit:
        post = reddit.submit("Kerlann leaks", by="ana", sub="boats")
        reddit.comment("Mine too", on=post)

With ``app`` the API is open to whoever asks for a token first; ``reddit.things`` shows what was
written there. ``blocked`` answers every feed as Reddit does to addresses it refuses. Faults are
scripted with ``on``; ``answer`` is the ordinary reply that may follow them.
"""

from __future__ import annotations

import base64
import html
from typing import Any
from urllib.parse import parse_qs

from listeners.clock import to_iso
from listeners.model import SECOND, Micros
from tests.fake.http_server import FakeServer, Reply, Request, body_reply, json_reply

Record = dict[str, Any]

START = 1_800_000_000
APP, SECRET, REFRESH, FEED = "app-id", "app-secret", "refresh-1", "feed-token-1"
ME = "kerlann_hq"
PAGE = b"<!doctype html><html><head><title>Blocked</title></head><body>whoa there</body></html>"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class FakeReddit(FakeServer):
    """The server; ``now`` is the second new things carry, a minute more for each."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.step = 60
        self.things: list[Record] = []
        self.inbox: list[Record] = []
        self.blocked = False
        self.secret, self.refresh, self.me = SECRET, REFRESH, ME
        self.most = 1000
        self.more_after = 0
        self.errors: list[list[str]] = []
        self.silent = False
        self._last = 40_000
        self._tokens = 0
        self.token = ""

    def submit(
        self, title: str, *, by: str = "ana", sub: str = "boats", text: str = "", url: str = ""
    ) -> Record:
        """Submit a post."""
        name = self._name("t3")
        path = f"/r/{sub}/comments/{name[3:]}/slug/"
        return self._keep(
            {
                "name": name,
                "author": by,
                "title": title,
                "selftext": text,
                "selftext_html": _rendered(text) if text else None,
                "is_self": not url,
                "url": url or f"https://www.reddit.com{path}",
                "permalink": path,
                "subreddit": sub,
                "num_comments": 0,
                "score": 1,
                "removed_by_category": None,
            }
        )

    def comment(self, text: str, *, on: Record, by: str = "bob") -> Record:
        """Answer a post or comment."""
        root = on.get("link_id") or on["name"]
        name = self._name("t1")
        return self._keep(
            {
                "name": name,
                "author": by,
                "body": text,
                "body_html": _rendered(text),
                "parent_id": on["name"],
                "link_id": root,
                "permalink": f"/r/{on['subreddit']}/comments/{root[3:]}/slug/{name[3:]}/",
                "subreddit": on["subreddit"],
                "score": 1,
                "score_hidden": False,
                "replies": "",
            }
        )

    def notify(self, thing: Record, kind: str = "username_mention") -> None:
        """Put a comment into our inbox, as Reddit shows it there."""
        kept = {k: v for k, v in thing.items() if k not in ("link_id", "permalink", "replies")}
        shown = {**kept, "type": kind, "was_comment": True, "subject": kind.replace("_", " ")}
        self.inbox.append({**shown, "context": f"{thing['permalink']}?context=3"})

    def message(self, text: str, *, by: str = "ana", first: str | None = None) -> Record:
        """Send us a private message."""
        self.now += self.step
        told = {
            "name": self._name("t4"),
            "author": by,
            "body": text,
            "body_html": _rendered(text),
            "subject": "hello",
            "first_message_name": first,
            "parent_id": first,
            "was_comment": False,
            "type": "unknown",
            "created_utc": float(self.now),
        }
        self.inbox.append(told)
        return told

    def delete(self, thing: Record) -> None:
        """Delete a thing as its author, or remove it."""
        thing["author"] = "[deleted]"
        thing["body" if thing["name"].startswith("t1") else "selftext"] = "[deleted]"

    def answer(self, request: Request) -> Reply:
        """The ordinary answer of the server."""
        parts = [part for part in request.path.split("/") if part]
        if request.path == "/api/v1/access_token":
            return self._grant(request)
        is_feed = request.path.endswith(".rss")
        if is_feed and self.blocked:
            return body_reply(PAGE, "text/html", 403)
        if not is_feed and request.headers.get("authorization") != f"bearer {self.token}":
            return json_reply({"message": "Unauthorized", "error": 401}, 401)
        if request.method == "POST":
            return self._change(request)
        found = self._listed([part.removesuffix(".rss") for part in parts if part != ".rss"])
        if found is None:
            return json_reply({"message": "Not Found", "error": 404}, 404)
        if parts[0] == "comments" and not is_feed:
            return self._thread(parts)
        return self._listing(request, found, as_feed=is_feed)

    def _reply(self, request: Request) -> Reply:
        if request.path in self._scripts:
            return super()._reply(request)
        return self.answer(request)

    def _name(self, kind: str) -> str:
        self._last += 1
        number, digits = self._last, ""
        while number:
            number, rest = divmod(number, 36)
            digits = _DIGITS[rest] + digits
        return f"{kind}_{digits}"

    def _keep(self, thing: Record) -> Record:
        self.now += self.step
        self.things.append({**thing, "created_utc": float(self.now), "edited": False})
        return self.things[-1]

    def _listed(self, parts: list[str]) -> list[Record] | None:
        posts = [one for one in self.things if one["name"].startswith("t3")]
        match parts:
            case ["search"]:
                return posts
            case ["r", sub, "search" | "new"]:
                return [one for one in posts if one["subreddit"] == sub]
            case ["r", sub, "comments"]:
                comments = (one for one in self.things if one["name"].startswith("t1"))
                return [one for one in comments if one["subreddit"] == sub]
            case ["user", name]:
                return [one for one in self.things if str(one["author"]).lower() == name]
            case ["user", name, "comments"]:
                own = (one for one in self.things if str(one["author"]).lower() == name.lower())
                return [one for one in own if one["name"].startswith("t1")]
            case ["message", "inbox"]:
                return self.inbox
            case ["comments", root, *_]:
                name = f"t3_{root}"
                below = [one for one in self.things if name in (one["name"], one.get("link_id"))]
                return below or None
            case ["api", "info"] | ["api", "v1", "me"]:
                return self.things
        return None

    def _listing(self, request: Request, found: list[Record], *, as_feed: bool) -> Reply:
        if request.path == "/api/v1/me":
            return json_reply({"name": self.me})
        if request.path == "/api/info":
            ids = request.one("id").split(",")
            there = [one for one in found if one["name"] in ids]
            return json_reply(_listing([_kinded(one) for one in there], None))
        words = request.one("q").lower().strip('"').split('" or "')
        newest = [one for one in found if not words[0] or _says(one, words)][::-1]
        names = [one["name"] for one in newest]
        start = 0
        if after := request.one("after"):
            # From what is deleted no listing goes on.
            start = names.index(after) + 1 if after in names else len(names)
        size = int(request.one("limit", "25"))
        shown = newest[: self.most][start : start + size]
        more = names[start + size - 1] if newest[: self.most][start + size :] else None
        if as_feed:
            return body_reply(feed(shown).encode(), "application/atom+xml; charset=UTF-8")
        return json_reply(_listing([_kinded(one) for one in shown], more))

    def _thread(self, parts: list[str]) -> Reply:
        root = next(one for one in self.things if one["name"] == f"t3_{parts[1]}")
        tree, folded = self._below(root["name"], self.more_after)
        if folded:
            tree.append({"kind": "more", "data": {"count": len(folded), "children": folded}})
        return json_reply([_listing([_kinded(root)], None), _listing(tree, None)])

    def _below(self, name: str, most: int) -> tuple[list[Record], list[str]]:
        children = [one for one in self.things if one.get("parent_id") == name]
        shown = children[:most] if most else children
        tree: list[Record] = []
        for one in shown:
            below, _ = self._below(one["name"], 0)
            tree.append(_kinded({**one, "replies": _listing(below, None) if below else ""}))
        return tree, [one["name"][3:] for one in children[len(shown) :]]

    def _grant(self, request: Request) -> Reply:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        pair = base64.b64encode(f"{APP}:{self.secret}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {pair}":
            return json_reply({"message": "Unauthorized", "error": 401}, 401)
        if form["grant_type"] == "refresh_token" and form["refresh_token"] != self.refresh:
            return json_reply({"error": "invalid_grant"}, 400)
        self._tokens += 1
        self.token = f"token-{self._tokens}"
        granted = {"access_token": self.token, "token_type": "bearer", "expires_in": 3600}
        return json_reply(granted)

    def _change(self, request: Request) -> Reply:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if request.path == "/api/del":
            for one in self.things:
                if one["name"] == form["id"] and one["author"] == self.me:
                    self.delete(one)
            return json_reply({})
        if self.errors:
            return json_reply({"json": {"errors": self.errors}})
        made = []
        target = next((one for one in self.things if one["name"] == form["thing_id"]), None)
        if target is not None:
            one = self.comment(form["text"], on=target, by=self.me)
            # What was just made comes without its address.
            made = [_kinded({k: v for k, v in one.items() if k != "permalink"})]
        if self.silent:
            made = []
        return json_reply({"json": {"errors": [], "data": {"things": made}}})


def feed(things: list[Record]) -> str:
    """These things as Reddit's Atom shows them."""
    entries = "".join(_entry(one) for one in things)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
        'xmlns:media="http://search.yahoo.com/mrss/"><category term="x" label="r/x"/>'
        f"<id>/x/.rss</id><title>x</title>{entries}</feed>"
    )


def _entry(one: Record) -> str:
    is_post = one["name"].startswith("t3")
    text = one["selftext_html"] or "" if is_post else one["body_html"]
    author, at = one["author"], to_iso(Micros(int(one["created_utc"]) * SECOND))
    address = f"https://www.reddit.com{one.get('permalink', '/message/x')}"
    target = one.get("url", address)
    tail = (
        f' &#32; submitted by &#32; <a href="https://www.reddit.com/user/{author}"> /u/{author} '
        f'</a> <br/> <span><a href="{target}">[link]</a></span> &#32; '
        f'<span><a href="{address}">[comments]</a></span>'
    )
    title = one.get("title") or f"/u/{author} on something"
    return (
        f"<entry><author><name>/u/{author}</name><uri>https://www.reddit.com/user/{author}</uri>"
        f'</author><category term="x" label="r/x"/><content type="html">'
        f"{html.escape(text + (tail if is_post else ''))}</content><id>{one['name']}</id>"
        f'<link href="{address}"/><updated>{at}</updated><published>{at}</published>'
        f"<title>{html.escape(title)}</title></entry>"
    )


def _rendered(text: str) -> str:
    lines = []
    for line in text.split("\n"):
        quoted = line.startswith("> ")
        said = f"<p>{html.escape(line.removeprefix('> '))}</p>"
        lines.append(f"<blockquote>\n{said}\n</blockquote>" if quoted else said)
    return f'<!-- SC_OFF --><div class="md">{"".join(lines)}\n</div><!-- SC_ON -->'


def _kinded(one: Record) -> Record:
    return {"kind": one["name"][:2], "data": one}


def _listing(children: list[Record], after: str | None) -> Record:
    return {"kind": "Listing", "data": {"after": after, "before": None, "children": children}}


def _says(one: Record, words: list[str]) -> bool:
    said = f"{one.get('title', '')} {one.get('selftext', '')} {one.get('url', '')}".lower()
    return any(word in said for word in words)
