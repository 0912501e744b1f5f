"""A small Slack on loopback, with made-up people: a workspace with channels, threads and an app.

    async with FakeSlack() as server:
        asked = server.say("Is Kerlann down?", by="ana")
        server.say("No", by="bob", to=asked)

Faults are scripted with ``on`` by path (``/api/METHOD``); ``server.refuse[METHOD]`` is the word of
a refusal. A message is there at once, whatever becomes of the answer.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from tests.fake.http_server import FakeServer, Reply, Request, json_reply

Record = dict[str, Any]

START = 1_800_000_000
TOKEN = "xoxb-made-up"
BOT = "U0HUBBUB"
GENERAL = "C0GENERAL"


class FakeSlack(FakeServer):
    """The server. ``now`` is the second new messages carry; it moves by ``step`` with each.

    ``shut`` are channels the app is not in; ``keys`` says whether metadata is shown again.
    """

    def __init__(self) -> None:
        super().__init__()
        self.token = TOKEN
        self.now = START
        self.step = 60
        self.shut: set[str] = set()
        self.keys = True
        self.refuse: dict[str, str] = {}
        self.messages: list[Record] = []
        self.channels: list[Record] = [
            {"id": GENERAL, "name": "general", "is_im": False, "is_member": True}
        ]
        self.people = {"ana": "U0ANA", "bob": "U0BOB", "cy": "U0CY"}

    @property
    def base(self) -> str:
        return f"{self.url}/api"

    # --- what happens there --------------------------------------------------------------------

    def say(
        self,
        text: str,
        *,
        by: str = "ana",
        to: Record | None = None,
        channel: str = GENERAL,
        **more: object,
    ) -> Record:
        self.now += self.step
        user = BOT if by == "hubbub" else self.people[by]
        ts = f"{self.now}.{len(self.messages) + 1:06}"
        record: Record = {"type": "message", "ts": ts, "user": user, "text": text,
                          "team": "T0KERLANN", **more, "_channel": channel}  # fmt: skip
        if to is not None:
            record |= {"thread_ts": to["ts"], "parent_user_id": to["user"]}
        self.messages.append(record)
        return record

    def edit(self, record: Record, text: str) -> None:
        self.now += self.step
        record.update(text=text, edited={"user": record["user"], "ts": f"{self.now}.000000"})

    def delete(self, record: Record) -> None:
        """Delete a message: one with answers leaves a tombstone."""
        if any(one.get("thread_ts") == record["ts"] for one in self.messages if one is not record):
            record.update(subtype="tombstone", text="This message was deleted.", user="USLACKBOT")
        else:
            self.messages.remove(record)

    @property
    def sent(self) -> list[str]:
        """What the app said."""
        return [one["text"] for one in self.messages if one["user"] == BOT]

    # --- the API -------------------------------------------------------------------------------

    def _reply(self, request: Request) -> Reply:
        if request.path in self._scripts:
            return super()._reply(request)
        return self.answer(request)

    def answer(self, request: Request) -> Reply:
        """Answer as Slack does."""
        method = request.path.rpartition("/")[2]
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return refusal("invalid_auth")
        if method in self.refuse:
            return refusal(self.refuse[method])
        pairs = parse_qsl(request.body.decode()) if request.method == "POST" else ()
        told: Record = dict(pairs) or {name: found[0] for name, found in request.query.items()}
        if "channel" in told and told["channel"] in self.shut:
            return refusal("not_in_channel")
        if "channel" in told and told["channel"] not in {one["id"] for one in self.channels}:
            return refusal("channel_not_found")
        match method:
            case "auth.test":
                return good(url="https://kerlann.slack.example/", team="Kerlann", user="hubbub",
                            team_id="T0KERLANN", user_id=BOT, bot_id="B0HUBBUB")  # fmt: skip
            case "users.conversations":
                kinds = told.get("types", "public_channel")
                return good(channels=[one for one in self.channels
                                      if not one["is_im"] or "im" in kinds.split(",")])  # fmt: skip
            case "conversations.info":
                return good(channel=next(c for c in self.channels if c["id"] == told["channel"]))
            case "users.info":
                return self._person(told["user"])
            case "conversations.history":
                return self._history(told)
            case "conversations.replies":
                return self._replies(told)
            case "chat.postMessage":
                return self._send(told)
            case "chat.delete":
                return self._delete(told)
        return refusal("unknown_method")

    def _person(self, user: str) -> Reply:
        name = (
            "hubbub" if user == BOT else next((n for n, u in self.people.items() if u == user), "")
        )
        if not name:
            return refusal("user_not_found")
        profile = {"display_name": name.title(), "real_name": f"{name.title()} Example"}
        return good(user={"id": user, "name": name, "profile": profile, "is_bot": user == BOT})

    def _shown(self, record: Record) -> Record:
        below = [one for one in self.messages if one.get("thread_ts") == record["ts"]
                 and one is not record]  # fmt: skip
        more: Record = {}
        if below:
            more = {"thread_ts": record["ts"], "reply_count": len(below),
                    "latest_reply": below[-1]["ts"]}  # fmt: skip
        hidden = {"_channel"} | (set() if self.keys else {"metadata"})
        return {name: one for name, one in record.items() if name not in hidden} | more

    def _page(self, found: list[Record], told: Record) -> Reply:
        limit, at = int(told.get("limit", 100)), int(told.get("cursor") or 0)
        more = {"next_cursor": str(at + limit) if len(found) > at + limit else ""}
        shown = [self._shown(one) for one in found[at : at + limit]]
        return good(messages=shown, has_more=bool(more["next_cursor"]), response_metadata=more)

    def _history(self, told: Record) -> Reply:
        oldest = float(told.get("oldest", 0))
        return self._page([
            one for one in sorted(self.messages, key=lambda one: one["ts"], reverse=True)
            if one["_channel"] == told["channel"] and float(one["ts"]) > oldest
            and ("thread_ts" not in one or one.get("subtype") == "thread_broadcast")
        ], told)  # fmt: skip

    def _replies(self, told: Record) -> Reply:
        here = [one for one in self.messages if one["_channel"] == told["channel"]]
        named = next((one for one in here if one["ts"] == told["ts"]), None)
        if named is None:
            return refusal("thread_not_found")
        oldest = float(told.get("oldest", 0))
        below = [one for one in here if one.get("thread_ts") == told["ts"] and one is not named]
        return self._page([named, *(one for one in below if float(one["ts"]) > oldest)], told)

    def _send(self, told: Record) -> Reply:
        above = next((one for one in self.messages if one["ts"] == told.get("thread_ts")), None)
        if told.get("thread_ts") and above is None:
            return refusal("thread_not_found")
        made = self.say(told["text"].strip(), by="hubbub", to=above, channel=told["channel"],
                        metadata=json.loads(told["metadata"]))  # fmt: skip
        return good(channel=told["channel"], ts=made["ts"], message=self._shown(made))

    def _delete(self, told: Record) -> Reply:
        found = next((one for one in self.messages if one["ts"] == told["ts"]), None)
        if found is None:
            return refusal("message_not_found")
        if found["user"] != BOT:
            return refusal("cant_delete_message")
        self.messages.remove(found)
        return good(channel=told["channel"], ts=told["ts"])


def good(**told: object) -> Reply:
    """An answer that is yes."""
    return json_reply({"ok": True, **told})


def refusal(error: str, **more: object) -> Reply:
    """An answer that is no: Slack says so under 200."""
    return json_reply({"ok": False, "error": error, **more})
