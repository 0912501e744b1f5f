"""A small Mastodon server on loopback, with made-up people, that pages as the real one does.

    async with FakeMastodon() as server:
        first = server.post("hello #kerlann")
        server.post("hello yourself", reply_to=first)

Faults are scripted with ``on``; ``server.answer`` is the ordinary reply that may follow them:
``server.on(server.tag("kerlann"), status_reply(503), server.answer)``. With ``me`` the token is
that account's, and writes: the same ``Idempotency-Key`` makes one post, as with the real one.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from listeners.clock import to_iso
from listeners.model import SECOND, Micros
from tests.fake.http_server import FakeServer, Reply, Request, head, json_reply, status_reply

Record = dict[str, Any]

START = Micros(1_800_000_000 * SECOND)
HOME = "https://social.example"
STATUSES = "/api/v1/statuses"
_MARKED = re.compile(r"https?://\S+|(?<![\w/])@(?P<name>[\w.-]+)(?:@[\w.:-]+)?")


class FakeMastodon(FakeServer):
    """The server. ``now`` is the time new posts carry; it moves a second with each."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.statuses: list[Record] = []
        self.notifications: list[Record] = []
        self.accounts: dict[str, Record] = {}
        self.token = ""
        self.heeds_min_id = True
        self.shows_statuses = True
        self.page_size = 40
        self.me = ""
        self.scopes = "read write"
        self.version = "4.4.2"
        self.timelines_access: Record = {}
        self.most_characters = 500
        self.heeds_keys = True
        self.deletes = True
        self.shows_own_at_once = True
        self._unshown: list[Record] = []
        self._keys: dict[str, Record] = {}
        self._last = 1000
        self._sse: list[tuple[str, asyncio.Queue[bytes | None]]] = []

    # --- what happens there --------------------------------------------------------------------

    def account(self, acct: str, **more: object) -> Record:
        """The profile of a person; ``acct`` has a host unless the person is local."""
        if acct not in self.accounts:
            user, _, host = acct.partition("@")
            url = f"https://{host}/@{user}" if host else f"{HOME}/@{user}"
            self.accounts[acct] = {
                "id": str(500 + len(self.accounts)),
                "username": user,
                "acct": acct,
                "display_name": user.title(),
                "url": url,
                "uri": url.replace("/@", "/users/"),
                "bot": False,
                "followers_count": 7,
                "avatar": f"{url}.png",
            }
        return {**self.accounts[acct], **more}

    def status(
        self, text: str, by: str = "ana", reply_to: Record | None = None, **more: object
    ) -> Record:
        """A post that nobody has sent yet."""
        self._last += 1
        self.now = Micros(self.now + SECOND)
        author = self.account(by)
        number = str(self._last)
        return {
            "id": number,
            "uri": f"{author['uri']}/statuses/{number}",
            "url": f"{author['url']}/{number}",
            "created_at": to_iso(self.now),
            "edited_at": None,
            "content": f"<p>{text}</p>",
            "spoiler_text": "",
            "language": "en",
            "visibility": "public",
            "in_reply_to_id": reply_to["id"] if reply_to else None,
            "in_reply_to_account_id": reply_to["account"]["id"] if reply_to else None,
            "account": author,
            "mentions": [],
            "tags": [
                {"name": word[1:].lower(), "url": f"{HOME}/tags/{word[1:]}"}
                for word in text.split()
                if word.startswith("#")
            ],
            "reblog": None,
            "card": None,
            "favourites_count": 0,
            "reblogs_count": 0,
            "replies_count": 0,
            **more,
        }

    def post(
        self, text: str, by: str = "ana", reply_to: Record | None = None, **more: object
    ) -> Record:
        """Send a post."""
        status = self.status(text, by, reply_to, **more)
        self.statuses.append(status)
        return status

    def notify(self, kind: str, status: Record | None) -> Record:
        """Tell the account of the token about something."""
        self._last += 1
        notification = {
            "id": str(self._last),
            "type": kind,
            "created_at": to_iso(self.now),
            "account": self.account("ana"),
            "status": status,
        }
        self.notifications.append(notification)
        return notification

    def edit(self, status: Record, text: str) -> None:
        """Change the words of a post."""
        self.now = Micros(self.now + SECOND)
        status.update(content=f"<p>{text}</p>", edited_at=to_iso(self.now))

    def delete(self, status: Record) -> None:
        """Take a post away."""
        self.statuses.remove(status)

    def show(self) -> None:
        """Let everybody see what was taken in and not shown yet."""
        self.statuses += self._unshown
        self._unshown = []

    def written(self) -> list[Record]:
        """What the account of the token wrote, oldest first, shown or not."""
        return [
            status
            for status in (*self.statuses, *self._unshown)
            if status["account"]["acct"] == self.me
        ]

    def tag(self, name: str) -> str:
        """The path of a tag's timeline."""
        return f"/api/v1/timelines/tag/{name}"

    # --- how it answers ------------------------------------------------------------------------

    def answer(self, request: Request) -> Reply:
        """The ordinary answer of the server."""
        if self.token and request.headers.get("authorization") not in (
            None,
            f"Bearer {self.token}",
        ):
            return json_reply({"error": "Le jeton d’accès est invalide"}, 401)
        parts = request.path.removeprefix("/api/").split("/")
        signed_in = bool(self.token) and "authorization" in request.headers
        match parts:
            case ["v1", "timelines", "tag", name]:
                return self._page(request, self._tagged(name), 40)
            case ["v1", "timelines", "public"]:
                return self._page(request, self.statuses, 40)
            case ["v1", "timelines", "home"] if signed_in:
                return self._page(request, self.statuses, 40)
            case ["v1", "notifications"] if signed_in:
                return self._page(request, self.notifications, 80)
            case ["v2", "search"] if signed_in:
                return self._search(request)
            case ["v1", "timelines", "home"] | ["v1", "notifications"] | ["v2", "search"]:
                return json_reply({"error": "Diese Methode erfordert Anmeldung"}, 401)
            case ["v1", "accounts", "lookup"]:
                found = self.accounts.get(request.one("acct").partition("@")[0])
                return json_reply(found) if found else json_reply({"error": "?"}, 404)
            case ["v1", "accounts", number, "statuses"]:
                own = [s for s in self.statuses if s["account"]["id"] == number]
                return self._page(request, own, 40)
            case ["v1", "accounts", "verify_credentials"] if signed_in and self.me:
                if "read" not in self.scopes.split():
                    return json_reply({"error": "Diese Aktion ist nicht erlaubt"}, 403)
                return json_reply(self.account(self.me))
            case ["v1", "statuses"] if request.method == "POST":
                return self._write(request) if signed_in and self.me else _unknown_token()
            case ["v1", "statuses", number] if request.method == "DELETE":
                return self._erase(number) if signed_in and self.me else _unknown_token()
            case ["v1", "statuses", number, *rest] if self.shows_statuses:
                return self._status(number, rest)
            case ["v2", "instance"]:
                return json_reply(
                    {
                        "version": self.version,
                        "configuration": {
                            "urls": {"streaming": self.url},
                            "timelines_access": self.timelines_access,
                            "statuses": {
                                "max_characters": self.most_characters,
                                "characters_reserved_per_url": 23,
                            },
                        },
                    }
                )
        return json_reply({"error": "Not Found"}, 404)

    def _reply(self, request: Request) -> Reply:
        if request.path in self._scripts:
            return super()._reply(request)
        if request.path.startswith("/api/v1/streaming/"):
            return self._stream(request)
        return self.answer(request)

    def _tagged(self, name: str) -> list[Record]:
        return [s for s in self.statuses if any(t["name"] == name.lower() for t in s["tags"])]

    def _page(self, request: Request, records: Sequence[Record], most: int) -> Reply:
        limit = min(int(request.one("limit", "20")), most, self.page_size)
        low = request.one("min_id") if self.heeds_min_id else ""
        high = request.one("max_id")
        between = [
            record
            for record in sorted(records, key=lambda one: int(one["id"]))
            if (not low or int(record["id"]) > int(low))
            and (not high or int(record["id"]) < int(high))
        ]
        page = between[:limit] if low else between[-limit:]
        page.reverse()
        headers = {"x_ratelimit_limit": "300", "x_ratelimit_remaining": "299"}
        headers["x_ratelimit_reset"] = "2099-08-01T14:00:00.336319Z"
        if page:
            here = f"https://behind.a.proxy.example{request.path}"
            older = urlencode({"max_id": page[-1]["id"]})
            newer = urlencode({"min_id": page[0]["id"]})
            headers["link"] = f'<{here}?{older}>; rel="next", <{here}?{newer}>; rel="prev"'
        return json_reply(page, **headers)

    def _search(self, request: Request) -> Reply:
        words = request.one("q").strip('"').lower()
        found = [
            s for s in self.statuses if words in s["content"].lower() or words == s["uri"].lower()
        ]
        found.sort(key=lambda one: -int(one["id"]))
        start, limit = int(request.one("offset", "0")), int(request.one("limit", "20"))
        page = found[start : start + min(limit, self.page_size)]
        return json_reply({"statuses": page, "accounts": [], "hashtags": []})

    def _status(self, number: str, rest: Sequence[str]) -> Reply:
        found = next((s for s in self.statuses if s["id"] == number), None)
        if found is None:
            return json_reply({"error": "Nicht gefunden"}, 404)
        if not rest:
            return json_reply(found)
        by_id = {s["id"]: s for s in self.statuses}
        above, above_id = [], found["in_reply_to_id"]
        while above_id in by_id:
            above.append(by_id[above_id])
            above_id = by_id[above_id]["in_reply_to_id"]
        below, known = [], {number}
        for status in self.statuses:
            if status["in_reply_to_id"] in known:
                known.add(status["id"])
                below.append(status)
        return json_reply({"ancestors": above[::-1], "descendants": below})

    # --- writing -------------------------------------------------------------------------------

    def _write(self, request: Request) -> Reply:
        form = dict(parse_qsl(request.body.decode()))
        if "write" not in self.scopes.split():
            return json_reply({"error": "Diese Aktion ist nicht erlaubt"}, 403)
        key = request.headers.get("idempotency-key", "")
        if self.heeds_keys and key and key in self._keys:
            return json_reply(self._keys[key])
        above = None
        if number := form.get("in_reply_to_id"):
            above = next((s for s in self.statuses if s["id"] == number), None)
            if above is None:
                return json_reply({"error": "Der Beitrag scheint nicht zu existieren"}, 404)
        if len(form["status"]) > self.most_characters:
            said = f"Überprüfung fehlgeschlagen: Text ist zu lang (max. {self.most_characters})"
            return json_reply({"error": said}, 422)
        status = self.status(
            "",
            self.me,
            above,
            content=as_html(form["status"]),
            visibility=form.get("visibility", "public"),
            language=form.get("language"),
            spoiler_text=form.get("spoiler_text", ""),
        )
        (self.statuses if self.shows_own_at_once else self._unshown).append(status)
        if key:
            self._keys[key] = status
        return json_reply(status)

    def _erase(self, number: str) -> Reply:
        own = next((s for s in self.written() if s["id"] == number), None)
        if own is None or not self.deletes:
            return json_reply({"error": "Nicht gefunden"}, 404)
        if "write" not in self.scopes.split():
            return json_reply({"error": "Diese Aktion ist nicht erlaubt"}, 403)
        self.statuses.remove(own)
        return json_reply(own)

    # --- server-sent events --------------------------------------------------------------------

    def say(self, event: str, data: object, stream: str = "") -> None:
        """Push an event to those who listen to a stream; empty: to all."""
        payload = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        for name, queue in self._sse:
            if not stream or name == stream:
                queue.put_nowait(f"event: {event}\ndata: {payload}\n\n".encode())

    def write(self, data: bytes) -> None:
        """Push raw bytes to everybody who listens."""
        for _, queue in self._sse:
            queue.put_nowait(data)

    def hang_up(self) -> None:
        """End every stream."""
        for _, queue in self._sse:
            queue.put_nowait(None)

    async def listened(self, count: int = 1) -> None:
        """Wait until somebody listens."""
        while len(self._sse) < count:
            await asyncio.sleep(0.01)

    def _stream(self, request: Request) -> Reply:
        if not self.token or request.headers.get("authorization") != f"Bearer {self.token}":
            return status_reply(401)

        async def write(writer: asyncio.StreamWriter) -> None:
            queue: asyncio.Queue[bytes | None] = asyncio.Queue()
            entry = (request.path.removeprefix("/api/v1/streaming/"), queue)
            writer.write(head(200, {"content-type": "text/event-stream", "connection": "close"}))
            writer.write(b":)\n")
            await writer.drain()
            self._sse.append(entry)
            try:
                while (chunk := await queue.get()) is not None:
                    writer.write(chunk)
                    await writer.drain()
            finally:
                with contextlib.suppress(ValueError):
                    self._sse.remove(entry)

        return Reply(raw=write)


def as_html(text: str) -> str:
    """A text as Mastodon shows it: hosts of names left out, links shortened, lines in HTML."""

    def marked(match: re.Match[str]) -> str:
        if match["name"]:
            return (
                f'<span class="h-card"><a href="{HOME}/@{match["name"]}" class="u-url mention">'
                f"@<span>{match['name']}</span></a></span>"
            )
        scheme, _, rest = match.group().partition("://")
        return (
            f'<a href="{match.group()}" rel="nofollow"><span class="invisible">{scheme}://</span>'
            f'<span class="ellipsis">{rest[:30]}</span>'
            f'<span class="invisible">{rest[30:]}</span></a>'
        )

    shown = _MARKED.sub(marked, html.escape(text, quote=False))
    return "".join(f"<p>{part}</p>" for part in shown.replace("\n", "<br>").split("<br><br>"))


def _unknown_token() -> Reply:
    return json_reply({"error": "Diese Methode erfordert Anmeldung"}, 401)
