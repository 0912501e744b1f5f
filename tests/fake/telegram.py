"""A small Telegram Bot API on loopback, with made-up people: updates, groups, replies.

    async with FakeTelegram() as server:
        server.say("Is Kerlann open?", by="ana")
        server.say("Kerlann is down", chat=server.group)

Updates are forgotten when a later one is asked for, as there. It does not wait: an empty question
is answered at once unless ``patient``. A message is there at once, whatever becomes of the answer.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from tests.fake.http_server import FakeServer, Reply, Request, _written, json_reply

Record = dict[str, Any]

START = 1_800_000_000
TOKEN = "4711:AAH-made_up"
BOT = 4711


class FakeTelegram(FakeServer):
    """The server. ``now`` is the second new messages carry; ``most`` how many updates it gives.

    ``hook`` is a web address the bot was given, ``rival`` says that another program reads it,
    ``moved`` are groups that were given another id, ``blocked`` chats that refuse the bot.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.step = 60
        self.most = 100
        self.patient = False
        self.hook = ""
        self.rival = False
        self.revoked = False
        self.moved: dict[int, int] = {}
        self.blocked: set[int] = set()
        self.updates: list[Record] = []
        self.messages: list[Record] = []
        self.people: dict[str, int] = {}
        self.group: Record = {"id": -1001234, "type": "supergroup", "title": "Kerlann clients"}
        self.channel: Record = {
            "id": -1009999,
            "type": "channel",
            "title": "Kerlann news",
            "username": "kerlann_news",
        }
        self.next_update = 500
        self._next_message = 10
        self._news = asyncio.Event()

    # --- what happens there --------------------------------------------------------------------

    def user(self, name: str) -> Record:
        number = self.people.setdefault(name, 100 + len(self.people))
        return {"id": number, "is_bot": False, "first_name": name.title(), "username": name}

    def bot(self) -> Record:
        return {"id": BOT, "is_bot": True, "first_name": "Kerlann", "username": "kerlann_bot"}

    def private(self, name: str) -> Record:
        user = self.user(name)
        return {"id": user["id"], "type": "private", "first_name": user["first_name"],
                "username": name}  # fmt: skip

    def say(
        self, text: str, *, by: str = "ana", chat: Record | None = None, **more: object
    ) -> Record:
        """A message, told to the bot; in a private chat where no chat is given."""
        record = self._message(chat or self.private(by), self.user(by), text, **more)
        self.tell("message", record)
        return record

    def post(self, text: str, **more: object) -> Record:
        """A message of the channel."""
        record = self._message(self.channel, None, text, **more)
        self.tell("channel_post", record)
        return record

    def edit(self, record: Record, text: str, kind: str = "edited_message") -> None:
        self.now += self.step
        record.update(text=text, edit_date=self.now)
        self.tell(kind, dict(record))

    def tell(self, kind: str, record: object) -> None:
        """An update of any kind."""
        self.updates.append({"update_id": self.next_update, kind: record})
        self.next_update += 1
        self._news.set()

    def _message(self, chat: Record, user: Record | None, text: str, **more: object) -> Record:
        self.now += self.step
        self._next_message += 1
        record: Record = {"message_id": self._next_message, "chat": chat, "date": self.now}
        record |= {"from": user} if user else {}
        record |= {"text": text, **more}
        self.messages.append(record)
        return record

    @property
    def sent(self) -> list[str]:
        """What the bot said."""
        return [one["text"] for one in self.messages if one.get("from", {}).get("id") == BOT]

    # --- the API -------------------------------------------------------------------------------

    def _reply(self, request: Request) -> Reply:
        scripts = self._scripts.get(request.path.rpartition("/")[2])
        if not scripts:
            return self.answer(request)
        script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
        return script if isinstance(script, Reply) else script(request)

    def answer(self, request: Request) -> Reply:
        """Answer as Telegram does."""
        if request.path.split("/")[1] != f"bot{TOKEN}" or self.revoked:
            return refusal(401, "Unauthorized")
        body: Record = json.loads(request.body) if request.body else {}
        match request.path.rpartition("/")[2]:
            case "getMe":
                return result(self.bot() | {"can_read_all_group_messages": False})
            case "getWebhookInfo":
                return result({"url": self.hook, "pending_update_count": 0})
            case "getUpdates":
                return self._get_updates(request)
            case "sendMessage":
                return self._send(body)
            case "deleteMessage":
                return self._delete(body)
        return refusal(404, "Not Found")

    def _get_updates(self, request: Request) -> Reply:
        if self.hook or self.rival:
            return refusal(409, "Conflict: terminated by other getUpdates request")
        offset = int(request.one("offset", "0"))
        if offset:
            self.updates = [one for one in self.updates if one["update_id"] >= offset]
        most = min(self.most, int(request.one("limit", "100")))
        if not self.updates and self.patient and request.one("timeout") != "0":
            return Reply(raw=self._wait(request))
        return result(self.updates[:most])

    def _wait(self, request: Request) -> Any:
        async def write(writer: asyncio.StreamWriter) -> None:
            self._news.clear()
            await self._news.wait()
            writer.write(_written(self.answer(request)))
            await writer.drain()

        return write

    def _send(self, body: Record) -> Reply:
        chat_id = body["chat_id"]
        if chat_id in self.moved:
            new = {"migrate_to_chat_id": self.moved[chat_id]}
            said = "Bad Request: group chat was upgraded to a supergroup chat"
            return refusal(400, said, **new)
        if chat_id in self.blocked:
            return refusal(403, "Forbidden: bot was blocked by the user")
        about: Mapping[str, Any] = body["reply_parameters"]
        above = next(
            (one for one in self.messages
             if (one["chat"]["id"], one["message_id"]) == (chat_id, about["message_id"])),
            None,
        )  # fmt: skip
        if above is None and not about["allow_sending_without_reply"]:
            return refusal(400, "Bad Request: message to be replied not found")
        if len(body["text"].encode("utf-16-le")) > 2 * 4096:
            return refusal(400, "Bad Request: message is too long")
        chat = above["chat"] if above else {"id": chat_id, "type": "supergroup", "title": "New"}
        record = self._message(chat, self.bot(), body["text"])
        if above is not None:
            record["reply_to_message"] = above
        return result(record)

    def _delete(self, body: Record) -> Reply:
        spot = (body["chat_id"], body["message_id"])
        found = [m for m in self.messages if (m["chat"]["id"], m["message_id"]) == spot]
        if not found:
            return refusal(400, "Bad Request: message to delete not found")
        if self.now - found[0]["date"] > 48 * 3600:
            return refusal(400, "Bad Request: message can't be deleted")
        self.messages.remove(found[0])
        return result(True)


def result(value: object) -> Reply:
    """An answer that went well."""
    return json_reply({"ok": True, "result": value})


def refusal(status: int, said: str, **parameters: object) -> Reply:
    """An answer that did not."""
    more = {"parameters": parameters} if parameters else {}
    return json_reply({"ok": False, "error_code": status, "description": said, **more}, status)
