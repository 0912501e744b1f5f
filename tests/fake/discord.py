"""A small Discord on loopback, with made-up people: a server with channels, threads and a search.

    async with FakeDiscord() as server:
        server.say("Is Kerlann down?", by="ana")
        thread = server.thread(server.general, "Outage")

Faults are scripted with ``on`` by path; ``server.answer`` may follow them. A message is there at
once, whatever becomes of the answer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from listeners.model import Micros
from listeners.networks.discord.decode import snowflake_at
from tests.fake.http_server import FakeServer, Reply, Request, json_reply

Record = dict[str, Any]

START = 1_800_000_000
TOKEN = "made.up-token"
API = "/api/v10"
BOT = "900000000000000001"


class FakeDiscord(FakeServer):
    """The server. ``now`` is the second new things carry; it moves by ``step`` with each.

    ``blind`` takes the words out of others' messages, as for a bot without the intent; ``closed``
    are channels or servers that refuse the bot, ``mute`` those it may read only; ``indexing``
    makes the search ask to wait; ``nonces`` says whether messages are shown with theirs.
    """

    def __init__(self, api: str = API) -> None:
        super().__init__()
        self.api = api
        self.token = TOKEN
        self.now = START
        self.step = 60
        self.blind = False
        self.flags: int | None = None
        self.indexing = False
        self.nonces = False
        self.closed: set[str] = set()
        self.mute: set[str] = set()
        self.people: dict[str, str] = {}
        self.messages: list[Record] = []
        self.channels: list[Record] = []
        self.guild = self._id(-90 * 86_400)
        self.general = self.channel("general", old=True)

    @property
    def base(self) -> str:
        return f"{self.url}{self.api}"

    # --- what happens there --------------------------------------------------------------------

    def channel(self, name: str, kind: int = 0, *, old: bool = False, **more: object) -> Record:
        record = {"id": self._id(-80 * 86_400 if old else 0), "type": kind, "name": name,
                  "guild_id": self.guild, "last_message_id": None, **more}  # fmt: skip
        self.channels.append(record)
        return record

    def thread(self, parent: Record, name: str, begins: Record | None = None) -> Record:
        """A thread: in a forum with a post of its own, else from a message of the channel."""
        record = self.channel(name, 11, parent_id=parent["id"])
        if begins is not None:
            record["id"] = begins["id"]
            begins["thread"] = {**record, "message_count": 0}
        return record

    def say(
        self,
        text: str,
        *,
        by: str = "ana",
        channel: Record | None = None,
        to: Record | None = None,
        **more: object,
    ) -> Record:
        where = channel or self.general
        self.now += self.step
        answer: Record = {"message_reference": {"message_id": to["id"], "channel_id": where["id"],
                          "type": 0}, "referenced_message": to} if to else {}  # fmt: skip
        record: Record = {
            "id": self._id(), "channel_id": where["id"], "type": 19 if to else 0, "content": text,
            "author": self.user(by), "timestamp": iso(self.now), "edited_timestamp": None,
            "mentions": [], "mention_roles": [], "attachments": [], "embeds": [], "pinned": False,
            "mention_everyone": False, "tts": False, "flags": 0, "components": [],
            **answer, **more,
        }  # fmt: skip
        self.messages.append(record)
        where["last_message_id"] = record["id"]
        return record

    def post(self, forum: Record, title: str, text: str, by: str = "ana") -> Record:
        """A post in a forum: a thread whose first message has its id."""
        record = self.thread(forum, title)
        self.say(text, by=by, channel=record)["id"] = record["id"]
        record["last_message_id"] = record["id"]
        return record

    def edit(self, record: Record, text: str) -> None:
        self.now += self.step
        record.update(content=text, edited_timestamp=iso(self.now))

    def user(self, name: str) -> Record:
        if name == "kerlann_bot":
            return {"id": BOT, "username": name, "global_name": "Kerlann", "bot": True}
        number = self.people.setdefault(name, str(10**17 + len(self.people)))
        return {"id": number, "username": name, "global_name": name.title(), "avatar": None}

    def _id(self, ago: int = 0) -> str:
        self._made = getattr(self, "_made", 0) + 1
        return str(snowflake_at(Micros((self.now + ago) * 1_000_000)) + self._made)

    @property
    def sent(self) -> list[str]:
        """What the bot said."""
        return [one["content"] for one in self.messages if one["author"]["id"] == BOT]

    # --- the API -------------------------------------------------------------------------------

    def _reply(self, request: Request) -> Reply:
        if request.path in self._scripts:
            return super()._reply(request)
        return self.answer(request)

    def answer(self, request: Request) -> Reply:
        """Answer as Discord does."""
        if request.headers.get("authorization") != f"Bot {self.token}":
            return refusal(401, 0, "401: Unauthorized")
        match request.path.removeprefix(f"{self.api}/").split("/"):
            case ["users", "@me"]:
                return json_reply(self.user("kerlann_bot"))
            case ["applications", "@me"]:
                flags = self.flags if self.flags is not None else (0 if self.blind else 1 << 19)
                return json_reply({"id": BOT, "flags": flags})
            case ["users", "@me", "guilds"]:
                return json_reply([{"id": self.guild, "name": "Kerlann"}] if self.guild else [])
            case ["guilds", guild, *_] if guild in self.closed or guild != self.guild:
                return refusal(403, 50001, "Missing Access")
            case ["guilds", _, "channels"]:
                kinds = (0, 2, 4, 5, 13, 15)
                return json_reply([one for one in self.channels if one["type"] in kinds])
            case ["guilds", _, "threads", "active"]:
                threads = [one for one in self.channels if 10 <= one["type"] <= 12]
                return json_reply({"threads": threads, "members": [], "has_more": False})
            case ["guilds", _, "messages", "search"]:
                return self._search(request)
            case ["channels", channel, *rest]:
                return self._in_channel(request, channel, rest)
        return refusal(404, 0, "404: Not Found")

    def _in_channel(self, request: Request, channel: str, rest: Sequence[str]) -> Reply:
        found = next((one for one in self.channels if one["id"] == channel), None)
        if found is None:
            return refusal(404, 10003, "Unknown Channel")
        if channel in self.closed:
            return refusal(403, 50001, "Missing Access")
        here = sorted((one for one in self.messages if one["channel_id"] == channel),
                      key=lambda one: -int(one["id"]))  # fmt: skip
        match request.method, rest:
            case "GET", []:
                return json_reply(found)
            case "GET", ["messages"]:
                limit = int(request.one("limit", "50"))
                if after := request.one("after"):
                    newer = [one for one in here if int(one["id"]) > int(after)]
                    return json_reply(self._shown(newer[-limit:]))
                return json_reply(self._shown(here[:limit]))
            case "POST", ["messages"]:
                return self._send(json.loads(request.body), found, here)
            case "GET" | "DELETE", ["messages", number]:
                one = next((one for one in here if one["id"] == number), None)
                if one is None:
                    return refusal(404, 10008, "Unknown Message")
                if request.method == "GET":
                    return json_reply(self._shown([one])[0])
                if one["author"]["id"] != BOT:
                    return refusal(403, 50013, "Missing Permissions")
                self.messages.remove(one)
                return Reply(204)
        return refusal(405, 0, "405: Method Not Allowed")

    def _shown(self, records: Sequence[Record]) -> list[Record]:
        shown = []
        for record in records:
            named = any(one["id"] == BOT for one in record["mentions"])
            if self.blind and record["author"]["id"] != BOT and not named:
                record = record | {"content": "", "embeds": [], "attachments": []}
            hidden = () if self.nonces else ("nonce",)
            shown.append({name: one for name, one in record.items() if name not in hidden})
        return shown

    def _send(self, body: Record, channel: Record, here: Sequence[Record]) -> Reply:
        if channel["id"] in self.mute:
            return refusal(403, 50013, "Missing Permissions")
        for one in here:
            if body.get("enforce_nonce") and one.get("nonce") == body.get("nonce"):
                return json_reply(one)
        above = next((one for one in here if one["id"] == body["message_reference"]["message_id"]),
                     None)  # fmt: skip
        if above is None:
            fault = {"_errors": [{"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}]}
            return refusal(400, 50035, "Invalid Form Body", errors={"message_reference": fault})
        if len(body["content"]) > 2000:
            fault = {"_errors": [{"code": "BASE_TYPE_MAX_LENGTH",
                                  "message": "Must be 2000 or fewer in length."}]}  # fmt: skip
            return refusal(400, 50035, "Invalid Form Body", errors={"content": fault})
        text = body["content"].strip()
        made = self.say(text, by="kerlann_bot", channel=channel, to=above, nonce=body["nonce"])
        return json_reply(made)

    def _search(self, request: Request) -> Reply:
        if self.indexing:
            said = {"message": "Index not yet available. Try again later", "code": 110000,
                    "documents_indexed": 0, "retry_after": 2}  # fmt: skip
            return json_reply(said, 202)
        words = request.one("content").casefold().split()
        low, high = int(request.one("min_id", "0")), int(request.one("max_id", str(2**63)))
        hits = [
            one for one in self.messages
            if low < int(one["id"]) < high and all(w in one["content"].casefold() for w in words)
        ]  # fmt: skip
        hits.sort(key=lambda one: int(one["id"]), reverse=request.one("sort_order") == "desc")
        groups = [[{**one, "hit": True}] for one in hits[: int(request.one("limit", "25"))]]
        threads = [one for one in self.channels if 10 <= one["type"] <= 12]
        return json_reply({"messages": groups, "total_results": len(hits), "threads": threads,
                           "doing_deep_historical_index": False})  # fmt: skip


def iso(second: int) -> str:
    """A time as Discord writes it."""
    return datetime.fromtimestamp(second, UTC).isoformat(timespec="microseconds")


def refusal(status: int, code: int, said: str, **more: object) -> Reply:
    """An answer that is no."""
    return json_reply({"message": said, "code": code, **more}, status)
