"""Answering as a Telegram bot.

Telegram knows no key of ours and shows a bot nothing of what it sent: a reply whose answer was lost
can be found by nobody but the person who looks into the chat.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import uuid4

from listeners.model import Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.recent import Recent
from listeners.networks.replying import Answered, Reply, ReplyLimit, ReplyRefusedError, Sent
from listeners.networks.replying_words import (
    kept_there,
    post_gone,
    refused_or_open,
    said_no,
    token_refused,
)
from listeners.networks.telegram.decode import (
    TITLE,
    UnreadableError,
    address_of,
    name_of,
    read_message,
    spot_of,
)
from listeners.networks.telegram.server import (
    RefusedError,
    TelegramServer,
    misunderstood,
    no_token,
)

LIMIT = ReplyLimit(maximum=4096, unit="utf16")
"""The longest message; source: #sendmessage."""
_MOST_SENT = 500


class Replies:
    """Sends and takes back the replies of one bot."""

    def __init__(self, server: TelegramServer) -> None:
        self._server = server
        self._sent: Recent[str, Sent] = Recent(_MOST_SENT)

    def may_reply(self) -> Sentence | None:
        """Return why nothing can be sent from here, ``None`` where it can."""
        return None if self._server.signed_in else no_token()

    async def limit(self) -> ReplyLimit:
        """Return how long a reply may be."""
        return LIMIT

    def opening(self, to: Answered, ours: Sequence[str]) -> str:
        """Return nothing: Telegram tells whoever is answered."""
        return ""

    def new_key(self, now: Micros) -> str:
        """Return a new key; Telegram knows none, so it names the attempt on our side alone."""
        return str(uuid4())

    async def send(self, reply: Reply) -> Sent:
        """Send it below the message it answers; to a group that became a supergroup there.

        Raises:
            ReplyRefusedError: it is not there, and why.
            SourceError: it may be there or not.
        """
        if (why := self.may_reply()) is not None:
            raise ReplyRefusedError(why)
        spot = spot_of(reply.to.native_id)
        if spot is None:
            raise ReplyRefusedError(_no_message())
        chat, message = spot
        try:
            told = await self._tell(content_of(reply, chat, message, alone=reply.to.private))
        except RefusedError as error:
            if error.moved_to is None:
                raise ReplyRefusedError(_refused(error)) from error
            chat = error.moved_to
            told = await self._tell_moved(reply, chat, message)
        sent = _sent(told, chat)
        self._sent.put(reply.key, sent)
        return sent

    async def find(self, reply: Reply) -> Sent | None:
        """Return the reply where this process saw it arrive.

        Raises:
            SourceError: it did not, and Telegram does not tell.
        """
        if (sent := self._sent.get(reply.key)) is not None:
            return sent
        raise SourceError(
            SourceState.FAILING,
            Sentence(
                "Telegram shows a bot nothing of what it sent, so it cannot be told whether your "
                "reply is there. Look into the chat and say so; nothing is sent a second time."
            ),
        )

    async def delete(self, native_id: str) -> None:
        """Delete a reply of ours; one that is gone already counts as deleted.

        Raises:
            ReplyRefusedError: Telegram does not allow it: after 48 hours, or it is not ours.
            SourceError: it may be deleted or not.
        """
        spot = spot_of(native_id)
        if spot is None:
            raise ReplyRefusedError(_no_message())
        content = {"chat_id": spot[0], "message_id": spot[1]}
        try:
            await self._server.tell("deleteMessage", content)
        except RefusedError as error:
            if error.moved_to is None and "not found" in error.said and error.status == 400:
                return
            raise ReplyRefusedError(kept_there(TITLE, error.status, error.said)) from error

    async def _tell(self, content: Mapping[str, object]) -> object:
        try:
            return await self._server.tell("sendMessage", content)
        except RefusedError:
            raise
        except SourceError as error:
            raise refused_or_open(error, TITLE) from error

    async def _tell_moved(self, reply: Reply, chat: int, message: int) -> object:
        """Send to the chat a group became: the refusal before is certain, nothing is there yet."""
        try:
            return await self._tell(content_of(reply, chat, message, alone=True))
        except RefusedError as error:
            raise ReplyRefusedError(_refused(error)) from error


def content_of(reply: Reply, chat: int, message: int, *, alone: bool) -> dict[str, object]:
    """Return the message to send; ``alone``: also where what it answers is gone."""
    return {
        "chat_id": chat,
        "text": reply.text,
        "reply_parameters": {"message_id": message, "allow_sending_without_reply": alone},
    }


def _sent(told: object, chat: int) -> Sent:
    """Return where a message is: its number is enough, for nobody can look for it later."""
    number = told.get("message_id") if isinstance(told, Mapping) else None
    if not isinstance(number, int) or isinstance(number, bool):
        raise misunderstood()
    try:
        said = read_message(told)
    except UnreadableError:
        return Sent(native_id=name_of(chat, number))
    return Sent(native_id=said.native_id, url=address_of(said.chat, said.native_id))


def _refused(error: RefusedError) -> Sentence:
    """Return a refusal in words; Telegram has one status for many reasons and English texts."""
    if error.status in (401, 404):
        return token_refused(TITLE, error.status)
    if "replied not found" in error.said:
        return post_gone(TITLE)
    if error.status == 403:
        return Sentence(
            "Telegram does not let the bot write there: “{reason}” ({status}). It was not sent, "
            "and your text is kept. People can block a bot, and groups can forbid it to write.",
            {"reason": error.said, "status": error.status},
        )
    return said_no(TITLE, error.status, error.said)


def _no_message() -> Sentence:
    return Sentence("This is no message of Telegram, so nothing was done there.")
