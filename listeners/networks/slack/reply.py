"""Answering as an app of a Slack workspace, once.

Slack knows no key of ours. Ours goes along as metadata, which only the app sees; where Slack does
not show it again, a reply is found by its words below the same message.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence

from listeners.model import MINUTE, Micros, Sentence
from listeners.model import SourceState as State
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError, printable
from listeners.networks.replying import Answered, Reply, ReplyLimit, ReplyRefusedError, Sent
from listeners.networks.replying_words import (
    asked_to_wait,
    kept_there,
    not_ours,
    post_gone,
    refused_or_open,
    said_no,
    token_refused,
)
from listeners.networks.slack.channels import next_cursor
from listeners.networks.slack.decode import (
    TITLE,
    Said,
    address_of,
    is_ts,
    name_of,
    read_message,
    spot_of,
    ts_at,
)
from listeners.networks.slack.server import Me, RefusedError, SlackServer, misunderstood, no_token
from listeners.networks.slack.text import escaped, legible
from listeners.text import fold

LIMIT = ReplyLimit(maximum=4000, unit="characters")
"""What Slack shows well; it cuts at 40,000; source: reference/methods/chat.postMessage."""
SKEW = 10 * MINUTE
"""How far Slack's clock may be from ours when a reply is looked for."""
PER_PAGE = 200
MOST_PAGES = 20
EVENT = "hubbub_reply"
_GONE = frozenset({"message_not_found", "thread_not_found", "channel_not_found"})


class Replies:
    """Sends, finds and takes back the replies of one app."""

    def __init__(self, server: SlackServer) -> None:
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
        """Return a new key."""
        return secrets.token_hex(12)

    async def send(self, reply: Reply) -> Sent:
        """Send it into the thread of the message it answers; it calls nobody.

        Raises:
            ReplyRefusedError: it is not there, and why.
            SourceError: it may be there or not.
        """
        if (why := self.may_reply()) is not None:
            raise ReplyRefusedError(why)
        channel, thread = _thread(reply.to)
        try:
            made = await self._server.post("chat.postMessage", content_of(reply, channel, thread))
        except RefusedError as error:
            raise ReplyRefusedError(_refused(error)) from error
        except SourceError as error:
            raise refused_or_open(error, TITLE) from error
        ts = printable(made.get("ts"))
        if not is_ts(ts):
            raise misunderstood()
        # Asking who we are could fail, and the reply is there: its address is asked for at leisure.
        team = reply.to.url.partition("/archives/")[0] if "/archives/" in reply.to.url else ""
        return Sent(native_id=name_of(channel, ts), url=address_of(team, channel, ts, thread or ts))

    async def find(self, reply: Reply) -> Sent | None:
        """Look for it below the message it answers, among what was said since it was written.

        Raises:
            SourceError: that cannot be told: the channel is closed, or too much was said since.
        """
        channel, thread = _thread(reply.to)
        me = await self._server.me()
        params: dict[str, str | int] = {
            "channel": channel,
            "oldest": ts_at(Micros(reply.written_at - SKEW)),
            "limit": PER_PAGE,
            "include_all_metadata": "true",
        }
        method = "conversations.replies" if thread else "conversations.history"
        if thread:
            params["ts"] = thread
        for _ in range(MOST_PAGES):
            told = await self._server.get(method, params)
            records = told.get("messages")
            if not isinstance(records, list):
                raise misunderstood()
            for record in records:
                said = _same(record, reply, me, channel)
                if said is not None:
                    url = address_of(me.team, channel, said.ts, said.root)
                    return Sent(native_id=name_of(channel, said.ts), url=url)
            if not (further := next_cursor(told)):
                return None
            params["cursor"] = further
        raise SourceError(
            State.FAILING,
            Sentence(
                "Too much was said in this thread since the reply was written to tell whether it "
                "is there. Look in Slack; nothing is sent a second time."
            ),
        )

    async def delete(self, native_id: str) -> None:
        """Delete a reply of ours; one that is gone already counts as deleted.

        Raises:
            ReplyRefusedError: Slack does not allow it.
            SourceError: it may be deleted or not.
        """
        spot = spot_of(native_id)
        if spot is None:
            raise ReplyRefusedError(_no_message())
        try:
            await self._server.post("chat.delete", {"channel": spot[0], "ts": spot[1]})
        except RefusedError as error:
            if error.code == "message_not_found":
                return
            if error.state is State.RATE_LIMITED:
                raise
            if error.code == "cant_delete_message":
                raise ReplyRefusedError(not_ours()) from error
            raise ReplyRefusedError(kept_there(TITLE, 200, error.code)) from error


def content_of(reply: Reply, channel: str, thread: str) -> Mapping[str, str]:
    """Return the message to send. Nothing in it is markup, and no link is unfolded."""
    metadata = {"event_type": EVENT, "event_payload": {"key": reply.key}}
    content = {
        "channel": channel,
        "text": escaped(reply.text),
        "mrkdwn": "false",
        "unfurl_links": "false",
        "unfurl_media": "false",
        "metadata": json.dumps(metadata),
    }
    return {**content, "thread_ts": thread} if thread else content


def _thread(to: Answered) -> tuple[str, str]:
    """Return the channel, and the ts of the thread; empty for what is said to us alone."""
    spot = spot_of(to.native_id)
    if spot is None:
        raise ReplyRefusedError(_no_message())
    channel, ts = spot
    if to.private:
        return channel, ""
    root = spot_of(to.root_id)
    return channel, root[1] if root is not None and root[0] == channel else ts


def _same(record: object, reply: Reply, me: Me, channel: str) -> Said | None:
    """Return a message of ours that is this reply: by its key where Slack shows it, else by its
    words."""
    try:
        said = read_message(record)
    except UnreadableError:
        return None
    if not me.wrote(said.author) or name_of(channel, said.ts) in reply.others:
        return None
    metadata = record.get("metadata") if isinstance(record, Mapping) else None
    payload = metadata.get("event_payload") if isinstance(metadata, Mapping) else None
    key = payload.get("key") if isinstance(payload, Mapping) else None
    if key:
        return said if key == reply.key else None
    return said if _words(legible(said.text, {})) == _words(reply.text) else None


def _words(text: str) -> str:
    """Return a text for comparing: Slack trims it."""
    return " ".join(fold(text).split())


def _no_message() -> Sentence:
    return Sentence("This is no message of Slack, so nothing was done there.")


def _refused(error: RefusedError) -> Sentence:
    """Return a refusal of Slack in words."""
    if error.state is State.RATE_LIMITED:
        return asked_to_wait(TITLE)
    if error.code == "missing_scope":
        return Sentence(
            "The Slack app may not write: it lacks the right chat:write. Your text is kept. Add it "
            "on api.slack.com/apps, install the app again, and send the reply again."
        )
    if error.state in (State.NEEDS_TOKEN, State.TOKEN_EXPIRED):
        return token_refused(TITLE, 401)
    if error.code in _GONE:
        return post_gone(TITLE)
    if error.code in ("not_in_channel", "is_archived", "restricted_action"):
        return Sentence(
            "Slack does not let the app write in this channel ({code}). It was not sent, and your "
            "text is kept. Write /invite @hubbub in the channel.",
            {"code": error.code},
        )
    return said_no(TITLE, 200, error.code)
