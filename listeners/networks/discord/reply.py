"""Answering as a Discord bot, once.

Discord knows a message by our own key, the nonce, for a few minutes: sent again within them, it
answers with the message that is there. Later it is found among what the bot said in the channel.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from listeners.model import MINUTE, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError
from listeners.networks.discord.decode import (
    TITLE,
    Said,
    address_of,
    id_in,
    read_message,
    snowflake_at,
    spot_of,
)
from listeners.networks.discord.server import (
    UNKNOWN_CHANNEL,
    UNKNOWN_MESSAGE,
    DiscordServer,
    RefusedError,
    misunderstood,
    no_token,
)
from listeners.networks.replying import Answered, Reply, ReplyLimit, ReplyRefusedError, Sent
from listeners.networks.replying_words import (
    kept_there,
    not_ours,
    post_gone,
    refused_or_open,
    said_no,
    token_refused,
)
from listeners.text import fold

LIMIT = ReplyLimit(maximum=2000, unit="characters")
"""The longest message; source: resources/message#create-message."""
SKEW = 10 * MINUTE
"""How far Discord's clock may be from ours when a reply is looked for."""
PER_PAGE = 100
MOST_PAGES = 20
_NOT_OURS = frozenset({50003, 50013, 50021})
_GONE = frozenset({UNKNOWN_CHANNEL, UNKNOWN_MESSAGE})


class Replies:
    """Sends, finds and takes back the replies of one bot."""

    def __init__(self, server: DiscordServer) -> None:
        self._server = server

    def may_reply(self) -> Sentence | None:
        """Return why nothing can be sent from here, ``None`` where it can."""
        return None if self._server.signed_in else no_token()

    async def limit(self) -> ReplyLimit:
        """Return how long a reply may be."""
        return LIMIT

    def opening(self, to: Answered, ours: Sequence[str]) -> str:
        """Return nothing: whoever is answered is told of it."""
        return ""

    def new_key(self, now: Micros) -> str:
        """Return a new nonce: at most 25 characters."""
        return secrets.token_hex(12)

    async def send(self, reply: Reply) -> Sent:
        """Send it below the message it answers; it calls nobody else, whatever it holds.

        Raises:
            ReplyRefusedError: it is not there, and why.
            SourceError: it may be there or not.
        """
        if (why := self.may_reply()) is not None:
            raise ReplyRefusedError(why)
        channel, message = self._spot(reply.to.native_id)
        try:
            made = await self._server.post(
                f"/channels/{channel}/messages", content_of(reply, message)
            )
        except RefusedError as error:
            raise ReplyRefusedError(_refused(error)) from error
        except SourceError as error:
            raise refused_or_open(error, TITLE) from error
        try:
            said = read_message(made)
        except UnreadableError as error:
            raise misunderstood() from error
        return _sent(said, reply)

    async def find(self, reply: Reply) -> Sent | None:
        """Look for it among what was said in its channel since it was written.

        Raises:
            SourceError: that cannot be told: the channel is closed, or too much was said since.
        """
        channel, message = self._spot(reply.to.native_id)
        me, _ = await self._server.me()
        after = snowflake_at(Micros(reply.written_at - SKEW))
        for _ in range(MOST_PAGES):
            params: dict[str, str | int] = {"after": str(after), "limit": PER_PAGE}
            records = await self._server.records(f"/channels/{channel}/messages", params)
            for record in records:
                if (said := _same(record, reply, me, f"{channel}/{message}")) is not None:
                    return _sent(said, reply)
            newest = max((id_in(record) or 0 for record in records), default=0)
            if len(records) < PER_PAGE or newest <= after:
                return None
            after = newest
        raise SourceError(
            SourceState.FAILING,
            Sentence(
                "Too much was said in this channel since the reply was written to tell whether it "
                "is there. Look in the channel; nothing is sent a second time."
            ),
        )

    async def delete(self, native_id: str) -> None:
        """Delete a reply of ours; one that is gone already counts as deleted.

        Raises:
            ReplyRefusedError: Discord does not allow it.
            SourceError: it may be deleted or not.
        """
        channel, message = self._spot(native_id)
        try:
            await self._server.delete(f"/channels/{channel}/messages/{message}")
        except RefusedError as error:
            if error.code in _GONE:
                return
            if error.code in _NOT_OURS:
                raise ReplyRefusedError(not_ours()) from error
            raise ReplyRefusedError(kept_there(TITLE, error.status, error.said)) from error

    def _spot(self, native_id: str) -> tuple[str, str]:
        spot = spot_of(native_id)
        if spot is None:
            raise ReplyRefusedError(
                Sentence("This is no message of Discord, so nothing was done there.")
            )
        return spot


def content_of(reply: Reply, message: str) -> Mapping[str, object]:
    """Return the message to send. What it answers must be there still; of all names in it only
    whoever is answered is called."""
    return {
        "content": reply.text,
        "message_reference": {"message_id": message, "fail_if_not_exists": True},
        "allowed_mentions": {"parse": [], "replied_user": True},
        "nonce": reply.key,
        "enforce_nonce": True,
    }


def _same(record: object, reply: Reply, me: str, answers: str) -> Said | None:
    """Return a message of ours that is this reply: by its nonce where Discord still shows it, else
    by its words in answer to the same message."""
    try:
        said = read_message(record)
    except UnreadableError:
        return None
    if said.author.key != me or said.native_id in reply.others:
        return None
    nonce = record.get("nonce") if isinstance(record, Mapping) else None
    if nonce:
        return said if nonce == reply.key else None
    return said if said.answers == answers and _words(said.text) == _words(reply.text) else None


def _words(text: str) -> str:
    """Return a text for comparing: Discord trims it."""
    return " ".join(fold(text).split())


def _sent(said: Said, reply: Reply) -> Sent:
    server = reply.to.url.partition("/channels/")[2].partition("/")[0]
    return Sent(native_id=said.native_id, url=address_of(server, said.native_id))


def _refused(error: RefusedError) -> Sentence:
    """Return a refusal of Discord in words."""
    if error.status == 401:
        return token_refused(TITLE, error.status)
    if error.code in _GONE or error.detail == "REPLIES_UNKNOWN_MESSAGE":
        return post_gone(TITLE)
    if error.status == 403:
        return Sentence(
            "Discord does not let the bot write in this channel: “{reason}” ({status}). It was "
            "not sent, and your text is kept. Give the bot the right Send Messages there (in a "
            "thread: Send Messages in Threads).",
            {"reason": error.said or TITLE, "status": error.status},
        )
    return said_no(TITLE, error.status, error.said)
